//! `offer`: ask for the other signature.

use identity::{Day, Hash};
use pact::{Body, calendar};
use serde_json::json;

use crate::crossed;
use crate::days;
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::items::{self, Item, Items};
use crate::names::Names;
use crate::offers;
use crate::render;
use crate::reviews;
use crate::run::Done;
use crate::screens::sign::{self, Signing};
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::which::{self, Which};
use crate::wishes;

/// Ask for the other signature
///
/// Only somebody whom it binds can offer it. You see the full text before you
/// sign. It counts from the day after both have signed until the end of its
/// review date: 90 days from now unless you say otherwise, at most 366. Then it
/// rests until both renew it.
///
///   handfast offer home
///   handfast offer home --try 2w
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which item: a short name, part of its title, or an id; you are asked
    pub(crate) what: Option<String>,
    /// Answer this open offer, take my older one back, or replace this agreement
    #[arg(long, value_name = "ID")]
    pub(crate) instead_of: Option<String>,
    /// Try it for this long: 10d, 2w, 3m
    #[arg(long = "try", value_name = "TIME", conflicts_with = "review")]
    pub(crate) try_for: Option<String>,
    /// When to look at it again
    #[arg(long, value_name = "DAY")]
    pub(crate) review: Option<String>,
}

/// The longest that it can stand (formats B5).
const LONGEST: u32 = 366;

/// Shows the exact words, signs them, and so asks the other.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let word = which::given(
        desk,
        args.what.as_deref(),
        Which::ToOffer,
        "handfast offer WHAT",
    )?;
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let item = Items::all(home, today)?.one(&word)?;
        let pact::What::Item(id) = item.what else {
            return Err(crate::owned::not_so(&item, &names).unwrap_or_else(|| crate::what::unknown(&word)));
        };
        let draft = item.draft.as_ref().filter(|draft| !draft.removed).ok_or_else(|| {
            Trouble::refused("no-draft", "There is no draft of this to offer.")
                .hint("Write it: handfast promise \"TITLE\"\nOr bring it back: handfast edit WHAT --restore")
                .about(&item.short)
        })?;
        let mut content = items::content(draft).map_err(|trouble| trouble.about(&item.short))?;
        let wish = wishes::of(home, id, today)?;
        let until = until(args, wish, today)?;
        content.try_ = args.try_for.is_some();
        crate::verbs::promise::valid(&content)?;
        if !content.who.includes(names.me) && let Some(offer) = item.offers.iter().find(|offer| !offer.lapsed) {
            let (other, short) = (render::title(&names.other, 30), &item.short);
            let name = offers::named(&item, offer);
            return Err(Trouble::refused(
                "offered",
                format!("{other} offers this already; it binds {other} alone, so the yes to it is yours."),
            )
            .hint(format!(
                "To read it and sign: handfast agree {name}\nOther words? handfast edit {short}\n\
                 They go when your devices meet. {other} can offer them anew, or not."
            )));
        }
        if !content.who.includes(names.me) {
            return Err(Trouble::refused(
                "not-bound",
                format!("This binds {} alone, so only {} can offer it.", names.other, names.other),
            )
            .hint(format!(
                "{} types: handfast offer {}\nWhat you need yourself: handfast need",
                render::title(&names.other, 30),
                item.short
            )));
        }
        let view = home.view().map_err(home_trouble)?;
        let mut replaces = view.to_replace(id, today);
        let instead = args.instead_of.as_deref().map(|word| instead(word, &item, &names)).transpose()?;
        let answers = match instead {
            Some(Instead::Theirs(p)) => Some(p),
            Some(Instead::Mine(_) | Instead::Agreed) | None => None,
        };
        replaces.sort_unstable();
        let open = item.offers.iter().any(|offer| {
            offer.author == names.me && offer.content == content && offer.until == until && !offer.lapsed
        });
        if open {
            desk.out.talk(&format!("You have offered exactly this already. {}", doing::goes(home)));
            desk.out.document("offer", json!({ "item": id.to_string(), "short": item.short, "changed": false }));
            return Ok(Exit::Done);
        }

        let plain = args.review.is_none() && args.try_for.is_none() && args.instead_of.is_none();
        let until_then = |agreed: &&items::Agreed| plain && wish.is_none_or(|wish| wish == agreed.until);
        if let Some(agreed) = offers::agreed_so(&item, &content).filter(until_then) {
            let short = &item.short;
            desk.out.talk(&format!(
                "You have both agreed to exactly this already.\n{}\n\
                 To let it stand longer: handfast review {short}\nTo change the words: handfast edit {short}",
                items::until(agreed.until, today)
            ));
            desk.out.document("offer", json!({ "item": id.to_string(), "short": short, "changed": false }));
            return Ok(Exit::Done);
        }
        if let Some(offer) = offers::asked_so(&item, &content, &names).filter(|_| plain && wish.is_none()) {
            let other = render::title(&names.other, 30);
            return Err(Trouble::refused(
                "offered",
                format!("{other} offers exactly this already, so the yes to it is yours."),
            )
            .hint(format!(
                "To read it and sign: handfast agree {}\nOther words? handfast edit {}",
                offers::named(&item, offer),
                item.short
            )));
        }
        let signing = Signing { content: &content, until, replaces: !replaces.is_empty(), mine: true };
        desk.out.page(&sign::page(&signing, &names, today));
        if let Some(said) = items::answers(home, &content, &names)? {
            desk.out.page(&said);
        }
        if let Some(said) = crossed::sentence(&item) {
            desk.out.page(&format!("{}\n", render::wrap(&format!("  {said}"))));
        }
        let before: Vec<&items::Offered> = item
            .offers
            .iter()
            .filter(|offer| offer.author == names.me && !offer.lapsed)
            .collect();
        desk.out.page(&told_before(&before, &names, today));
        desk.out.page("[Enter] not now    [s] sign and offer\n");
        if desk.ask.choose(&["s"]) != Some("s") {
            return Err(not_now());
        }
        let taken_back = match instead {
            Some(Instead::Mine(p)) => vec![p],
            _ => taken_back(&before, &names, desk),
        };
        let body = Body::Propose { content: Box::new(content.clone()), until, replaces, answers };
        let hash = doing::sign(home, body, Some(item.what))?;
        let mut said = format!("Offered. It binds nobody until {} signs too.", names.other);
        for p in &taken_back {
            doing::sign(home, Body::Withdraw { p: *p }, Some(item.what))?;
        }
        if !taken_back.is_empty() {
            said.push_str("\nThe older offer is taken back.");
        }
        if before.len() > taken_back.len() {
            said.push_str(&format!(
                "\nThe older offer stands too. To take it back: handfast withdraw {}",
                item.short
            ));
        }
        doing::signed(
            desk,
            home,
            &said,
            "offer",
            json!({
                "id": hash.to_string(),
                "item": id.to_string(),
                "short": item.short,
                "until": calendar::iso(until),
                "content": doing::content_json(&content, &names),
                "taken_back": taken_back.iter().map(ToString::to_string).collect::<Vec<_>>(),
            }),
        );
        Ok(Exit::Done)
    })
}

/// What this person has offered before and nobody has answered, on the page of the new one.
fn told_before(before: &[&items::Offered], names: &Names, today: Day) -> String {
    let mut page = String::new();
    for older in before {
        let other = render::title(&names.other, 30);
        page.push_str(&render::wrap(&format!(
            "  You have offered this before, and {other} has not answered:"
        )));
        page.push_str(&render::quote(&items::words(&older.content, names)));
        page.push_str(&render::wrap(&format!(
            "  {} {}",
            items::terms(&older.content, names, today),
            items::until(older.until, today)
        )));
    }
    if !page.is_empty() {
        page.push_str("  Both offers would stand, unless the new one takes its place.\n\n");
    }
    page
}

/// Which of the older ones are taken back with the new one: asked, since a yes to it may be on its
/// way and would then count for nothing (B5).
fn taken_back(before: &[&items::Offered], names: &Names, desk: &mut Desk) -> Vec<Hash> {
    if before.is_empty() {
        return Vec::new();
    }
    let other = render::title(&names.other, 30);
    desk.out.page(&render::wrap(&format!(
        "Does the new one take the place of the older? It is then taken back, and a yes of {other}'s \
         to it that is on its way does not count."
    )));
    desk.out
        .page("[Enter] no, both stand    [y] yes, take the older one back\n");
    match desk.ask.choose(&["y"]) {
        Some("y") => before.iter().map(|older| older.p).collect(),
        _ => Vec::new(),
    }
}

fn until(args: &Args, wish: Option<Day>, today: Day) -> Result<Day, Trouble> {
    match (&args.review, &args.try_for) {
        (Some(day), _) => review_day(day, today),
        (None, Some(span)) => within_a_year(today.plus(days::span(span)?), today),
        (None, None) => Ok(wish.unwrap_or(today.plus(reviews::DAYS))),
    }
}

/// A day to look at it again, as it is typed.
pub(crate) fn review_day(typed: &str, today: Day) -> Result<Day, Trouble> {
    within_a_year(days::ahead(Some(typed), today)?.unwrap_or(today), today)
}

fn within_a_year(until: Day, today: Day) -> Result<Day, Trouble> {
    if until <= today || until > today.plus(LONGEST) {
        return Err(Trouble::usage(
            "The day to look at it again lies between tomorrow and a year from now.",
        )
        .code("review")
        .hint("For example: --review 2025-06-08, or --try 2w"));
    }
    Ok(until)
}

/// What `--instead-of` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Instead {
    /// An open offer of the other: it is answered.
    Theirs(Hash),
    /// An agreement: an offer always replaces what is agreed for its item.
    Agreed,
    /// One's own open offer, which is taken back.
    Mine(Hash),
}

fn instead(word: &str, item: &Item, names: &Names) -> Result<Instead, Trouble> {
    let word = word.to_lowercase();
    let means =
        |p: Hash| word == item.short || (word.len() >= 4 && p.to_string().starts_with(&word));
    if let Some(offer) = item
        .offers
        .iter()
        .find(|offer| offer.author != names.me && means(offer.p))
    {
        return Ok(Instead::Theirs(offer.p));
    }
    let mut mine = item.offers.iter().filter(|offer| !offer.lapsed);
    if let Some(offer) = mine.find(|offer| offer.author == names.me && means(offer.p)) {
        return Ok(Instead::Mine(offer.p));
    }
    if item.agreed.iter().any(|agreed| means(agreed.p)) {
        return Ok(Instead::Agreed);
    }
    Err(Trouble::refused(
        "unknown-item",
        "That is neither an open offer nor an agreement for this.",
    )
    .hint(format!(
        "What there is, with ids: handfast plan {}",
        item.short
    )))
}
