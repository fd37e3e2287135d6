//! `sorry`: owning what one did, question by question. It is confidential; signing it is a step of
//! its own.

use identity::{Day, Hash};
use node::Home;
use node::home::{Draft, Said};
use node::words::{Body, Confidential, Kind, Part, Wish};
use pact::wording::Place;
use pact::{Act, calendar};
use serde_json::json;

use crate::concerns::{self, About};
use crate::confidential::compose::{self, FADE_DAYS};
use crate::confidential::guided::{self, Answered, Guided, Question};
use crate::confidential::{leaflet, send, source, told};
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::items::Items;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, home_trouble};

/// Own what I did, question by question
///
/// First what you have heard, then what you did, how it affected the other,
/// what you will change, what you would like to hear, if and when the other
/// wants. Each answer is kept as you go, so you
/// can stop and come back; nothing is sent before you have seen all of it. It
/// goes in confidence, arrives closed, and fades. It asks for nothing.
///
/// To sign it as well, so that it stays and can be shown to anybody, is a step
/// of its own: handfast sorry --sign
///
///   handfast sorry
///   handfast sorry --about home
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Nothing is typed here
    #[arg(hide = true)]
    pub(crate) typed: Vec<String>,
    /// A setback of yours, or a day you noted as not kept: what it was about, or its id
    #[arg(long, value_name = "WHAT")]
    pub(crate) about: Option<String>,
    /// Sign what you have written, or sent: it stays, and can be shown
    #[arg(long)]
    pub(crate) sign: bool,
    /// How many days it stays after it was opened, 1 to 90 [default: 14]
    #[arg(long, value_name = "DAYS")]
    pub(crate) fade: Option<String>,
}

/// The part of the draft that names the entry it is about.
const ABOUT: &str = "about";
/// The part that names the promise; empty: none.
const PROMISE: &str = "promise";

/// Guides, shows, sends; or signs.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let fade = args.fade.as_deref().map(send::days).transpose()?;
    if !args.typed.is_empty() {
        return Err(source::never_an_argument("sorry"));
    }
    if !desk.attended() {
        return Err(Trouble::in_person(
            "A sorry needs you, question by question.",
        ));
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let about = match &args.about {
            None => None,
            Some(word) => Some(find(home, &names, word, today)?),
        };
        let name = match &about {
            None => "sorry".to_owned(),
            Some(about) => {
                let id: String = about.hash.to_string().chars().take(8).collect();
                format!("sorry --about {id}")
            }
        };
        let questions = questions(&names);
        let says = match &about {
            None => "A sorry. It arrives closed, and asks for nothing.".to_owned(),
            Some(about) => format!(
                "A sorry, about: {}, {}. It arrives closed, and asks for nothing.",
                about.called(),
                calendar::name_seen_from(about.on, today)
            ),
        };
        let guided = Guided {
            draft: &name,
            questions: &questions,
            says: &says,
            fade: fade.unwrap_or(FADE_DAYS),
            check: Some(Place::Sorry),
        };
        if args.sign {
            return sign(desk, home, &names, &guided);
        }
        write(desk, home, &names, &guided, about.as_ref())
    })
}

fn questions(names: &Names) -> Vec<Question> {
    let other = render::title(&names.other, 30);
    told::SORRY
        .iter()
        .map(|(part, asks, heading)| Question {
            part: (*part).to_owned(),
            asks: asks.replace("{other}", &other),
            heading: (*heading).to_owned(),
            needed: ["heard", "did"].contains(part),
        })
        .collect()
}

fn find(home: &mut Home, names: &Names, word: &str, today: Day) -> Result<About, Trouble> {
    let meant = concerns::what(&Items::agreed_or_offered(home, today)?, word);
    let view = home.view().map_err(home_trouble)?;
    concerns::my_hard_days(view, names)
        .into_iter()
        .find(|day| concerns::means(day, word, &meant))
        .ok_or_else(|| {
            Trouble::refused(
                "no-setback",
                format!(
                    "No setback of yours, and no day that you noted as not kept, is about {}.",
                    render::inline(word, 40)
                ),
            )
            .hint("It needs none: handfast sorry\nTo note one: handfast setback")
        })
}

fn write(
    desk: &mut Desk,
    home: &mut Home,
    names: &Names,
    guided: &Guided<'_>,
    about: Option<&About>,
) -> Done {
    let more: Vec<Part> = about
        .map(|about| (ABOUT.to_owned(), Confidential::from(about.hash.to_string())))
        .into_iter()
        .collect();
    let Answered::All(mut draft) = guided.ask(desk, home, &more)? else {
        return Ok(Exit::Done);
    };
    link(desk, home, names, &mut draft)?;
    let Some(fade) = guided.decide(desk, home, names, &mut draft)? else {
        return Ok(Exit::Done);
    };
    let wish = Wish {
        fade,
        ..Wish::new(Body::Sorry {
            about: named(&draft, ABOUT),
            promise: named(&draft, PROMISE),
            parts: guided.answers(&draft),
        })
    };
    let fields =
        json!({ "signed": false, "about": named(&draft, ABOUT).map(|hash| hash.to_string()) });
    let done = compose::send(desk, home, wish, &draft.name, "sorry", fields)?;
    desk.out
        .talk("To sign it as well, as a step of its own: handfast sorry --sign");
    Ok(done)
}

/// The entry or promise that a part of the draft names.
fn named(draft: &Draft, name: &str) -> Option<Hash> {
    compose::part(draft, name)?.show().parse().ok()
}

/// Which promise says what will change; asked once.
fn link(desk: &mut Desk, home: &mut Home, names: &Names, draft: &mut Draft) -> Result<(), Trouble> {
    let changes = compose::part(draft, "change").is_some_and(|text| !text.is_blank());
    if !changes || compose::part(draft, PROMISE).is_some() {
        return Ok(());
    }
    let today = home.today();
    let mine = crate::follow::all_mine(home, names, today)?;
    if mine.is_empty() {
        return Ok(());
    }
    let mut page = String::from("Is there a promise of yours that says it?\n");
    for (n, promise) in (1..).zip(&mine) {
        page.push_str(&format!(
            "  {n:>2}  {}\n",
            render::title(&promise.title, 70)
        ));
    }
    page.push_str("\nA number, or only Enter: none.\n");
    desk.out.page(&page);
    let typed = desk.ask.line(">");
    let at = typed
        .and_then(|typed| typed.parse::<usize>().ok())
        .and_then(|n| n.checked_sub(1));
    let chosen = at.and_then(|at| mine.get(at));
    let text = chosen.map_or_else(String::new, |mine| mine.target.to_string());
    guided::put(draft, PROMISE, Confidential::from(text));
    home.save_draft(draft).map_err(compose::trouble)
}

/// Signs what is written in the draft, or what was sent: its full text stands there first.
fn sign(desk: &mut Desk, home: &mut Home, names: &Names, guided: &Guided<'_>) -> Done {
    let drafts = home.drafts().map_err(compose::trouble)?;
    let draft = drafts.into_iter().find(|draft| draft.name == guided.draft);
    let parts = match &draft {
        Some(draft) if compose::part(draft, "did").is_none_or(Confidential::is_blank) => {
            return Err(
                Trouble::refused("not-finished", "It does not say yet what you did.")
                    .hint(format!("Go on with it: handfast {}", guided.draft)),
            );
        }
        Some(draft) => guided.answers(draft),
        None => sent(home)?,
    };
    if parts.is_empty() {
        return Err(
            Trouble::refused("no-sorry", "There is no sorry of yours here to sign.")
                .hint("Write it first, in confidence: handfast sorry"),
        );
    }
    let text = joined(&parts);
    let body = pact::Body::Sorry { text: text.clone() };
    doing::valid(&body)?;
    let other = render::title(&names.other, 30);
    let mut page = zeroize::Zeroizing::new(render::heading("SIGN", "it stays"));
    page.push_str(&format!("\n{}\n", render::quote(&text)));
    page.push_str(&render::wrap(&format!(
        "  So far these words are confidential: they fade, and prove nothing. Signed, they stay, \
         and {other} can show them to anybody, with proof that you signed them. It does not prove \
         that they are true, that you were free, or what time it was. It arrives closed."
    )));
    if leaflet(desk, home, &page, "[Enter] not now    [s] sign", &["s"])? != Some("s") {
        return Err(not_now());
    }
    let said = Said {
        closed: true,
        ..Said::default()
    };
    let record = home.act(&Act::new(body), said).map_err(home_trouble)?;
    doing::signed(
        desk,
        home,
        "",
        "sorry",
        json!({ "id": record.hash().to_string(), "signed": true }),
    );
    Ok(Exit::Done)
}

/// The answers of the newest sorry that was sent from here and can still be read.
fn sent(home: &mut Home) -> Result<Vec<Part>, Trouble> {
    let shown = home.words().map_err(compose::trouble)?;
    let mut mine = shown.there.into_iter();
    let Some(newest) = mine.rfind(|listed| listed.mine && listed.kind == Kind::Sorry) else {
        return Ok(Vec::new());
    };
    let opened = home
        .look_at_words(&newest.handle)
        .map_err(compose::trouble)?;
    Ok(match opened.body {
        Body::Sorry { parts, .. } => parts,
        Body::Say(_)
        | Body::Heard(_)
        | Body::Talk(_)
        | Body::Story { .. }
        | Body::Letter(_)
        | Body::Sealed { .. }
        | Body::Opening(_)
        | Body::Later { .. } => Vec::new(),
    })
}

/// All answers as one text, each under its heading.
fn joined(parts: &[Part]) -> String {
    let part = |(name, text): &Part| {
        let known = told::SORRY.iter().find(|(known, ..)| known == name);
        let heading = known.map_or("", |(_, _, heading)| heading);
        format!("{heading}:\n{}", text.show())
    };
    parts.iter().map(part).collect::<Vec<_>>().join("\n\n")
}
