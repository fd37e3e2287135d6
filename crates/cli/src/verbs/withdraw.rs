//! `withdraw`: take back my offer or my agreement.

use identity::Hash;
use pact::Body;
use serde_json::json;

use crate::desk::{Desk, not_now};
use crate::doing;
use crate::items::{self, Item, Items};
use crate::names::Names;
use crate::offers;
use crate::owned;
use crate::render;
use crate::run::Done;
use crate::screens::leaf::Leaf;
use crate::states;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::which::{self, Which};

/// Take back my offer or my agreement, at once
///
/// One person is enough, and no reason is needed. That it was signed before
/// stays. What ends an agreement is asked once; --yes says it on the line.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which one: a short name, part of its title, or an id; you are asked
    pub(crate) what: Option<String>,
    /// Ask nothing: it is what I mean
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Takes it back.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let word = which::given(
        desk,
        args.what.as_deref(),
        Which::Standing,
        "handfast withdraw WHAT",
    )?;
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    let own = desk.with_home(|_, home| {
        let names = Names::of(home)?;
        let item = Items::agreed_or_offered(home, home.today())?
            .one(&word)
            .ok();
        Ok(item
            .and_then(|item| item.owned)
            .is_some_and(|owned| owned.owner == names.me && owned.ty == pact::ItemType::Promise))
    })?;
    if own {
        return owned::lift(desk, pact::ItemType::Promise, &word, args.yes);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let items = Items::agreed_or_offered(home, today)?;
        let (item, all) = items
            .one(&word)
            .and_then(|item| meant(&word, &item, &names).map(|meant| (item, meant)))
            .map_err(|trouble| states::or_state(trouble, home, &names, Some(&word), today))?;
        let (p, title, agreed) = one_of(all, &item, desk)?;
        let words = home
            .view()
            .map_err(home_trouble)?
            .content(p)
            .map(|content| items::words(content, &names))
            .unwrap_or_default();
        let leaf = Leaf {
            says: if agreed {
                "You withdraw from this. That you signed it before stays."
            } else {
                "You take back your offer."
            },
            words: &words,
            at_once: true,
            ends: agreed && !args.yes,
            ..Leaf::default()
        };
        let body = Body::Withdraw { p };
        let hash = doing::sign_shown(desk, home, &names, &leaf, body, Some(item.what))?;
        let said = if agreed {
            format!("Withdrawn: {}. It no longer counts.", render::title(&title, 40))
        } else {
            format!("Taken back: your offer of {}.", render::inline(&title, 40))
        };
        doing::signed(
            desk,
            home,
            &said,
            "withdraw",
            json!({ "id": hash.to_string(), "of": p.to_string(), "item": crate::what::id(item.what), "short": item.short }),
        );
        Ok(Exit::Done)
    })
}

/// An offer or an agreement, what it is called, and whether it is agreed.
type Meant = (Hash, String, bool);

/// What there is to withdraw from: my open offers and every agreement; or the one that an id names.
fn meant(word: &str, item: &Item, names: &Names) -> Result<Vec<Meant>, Trouble> {
    let offers = item.offers.iter().filter(|offer| offer.author == names.me);
    let mut all: Vec<Meant> = offers
        .map(|offer| (offer.p, offer.content.called().to_owned(), false))
        .collect();
    all.extend(
        item.agreed
            .iter()
            .map(|agreed| (agreed.p, agreed.content.called().to_owned(), true)),
    );
    let word = word.to_lowercase();
    if word.len() >= 4 && all.iter().any(|(p, _, _)| p.to_string().starts_with(&word)) {
        all.retain(|(p, _, _)| p.to_string().starts_with(&word));
    }
    if all.is_empty() {
        return Err(Trouble::refused(
            "nothing-to-withdraw",
            "Here is nothing of yours to withdraw from.",
        )
        .hint("An offer of the other you may decline: handfast decline WHAT")
        .about(&item.short));
    }
    Ok(all)
}

/// The one of them that is meant; asked for, with the words of each, where somebody is there.
fn one_of(mut all: Vec<Meant>, item: &Item, desk: &mut Desk) -> Result<Meant, Trouble> {
    let several = || {
        let said = "There is more than one to withdraw from.";
        let mut hint = String::from("Name one by its id:");
        for (p, _, agreed) in &all {
            hint.push_str(&format!(
                "\n  handfast withdraw {}    {}",
                offers::short_id(*p),
                sort(*agreed)
            ));
        }
        Trouble::refused("ambiguous", said).hint(hint)
    };
    if all.len() > 1 {
        if !desk.ask.attended() || desk.trying || desk.out.json() {
            return Err(several());
        }
        let mut page = String::new();
        for (n, (p, title, agreed)) in (1..).zip(&all) {
            let offer = item.offers.iter().find(|offer| offer.p == *p);
            let agreement = item.agreed.iter().find(|one| one.p == *p);
            let content = offer.map(|offer| &offer.content);
            let content = content.or(agreement.map(|one| &one.content));
            let words = content.map_or_else(|| title.clone(), offers::in_a_line);
            let words = render::title(&words, 55);
            page.push_str(&format!("  {n:>2}  {}: {words}\n", sort(*agreed)));
        }
        page.push_str("\nWhich one? A number, or only Enter: not now.\n");
        desk.out.page(&page);
        let numbered = |typed: &str| {
            let n = typed.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
            n.filter(|n| *n < all.len()).ok_or_else(|| {
                Trouble::usage("There is no such number in the list.")
                    .hint("Type one of them, or only Enter for not now.")
            })
        };
        let at = desk
            .ask
            .fitting(false, ">", numbered)?
            .ok_or_else(not_now)?;
        all = all.into_iter().skip(at).take(1).collect();
    }
    all.pop().ok_or_else(not_now)
}

const fn sort(agreed: bool) -> &'static str {
    if agreed {
        "the agreement"
    } else {
        "your offer"
    }
}
