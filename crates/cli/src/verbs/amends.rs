//! `amends`: what I did about it, linked to the setback or the day, and to what that concerns.

use pact::wording::Place;
use pact::{Body, calendar};
use serde_json::json;

use crate::concerns;
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::hints::{self, Signing};
use crate::items::Items;
use crate::names::Names;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};

/// What I did about it
///
/// About a setback of yours, or a day that you noted as not kept: by what it
/// was about, or by its id; without a WHAT, the last one. It is signed.
///
///   handfast amends voices "I went to the evening group, and I said so"
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// About what: a short name, part of its title, "setback", or an id
    pub(crate) what: Option<String>,
    /// What you did; you are asked when it is left out
    pub(crate) text: Option<String>,
}

/// How the words are asked for.
const DID: &str = "What have you done about it?";

/// Finds what it is about, shows the words, and signs them.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let items = Items::agreed_or_offered(home, today)?;
        let view = home.view().map_err(home_trouble)?;
        let days = concerns::my_hard_days(view, &names);
        let day = match &args.what {
            None => days
                .iter()
                .find(|day| day.kind == "setback")
                .or(days.first()),
            Some(word) => {
                let meant = concerns::what(&items, word);
                days.iter().find(|day| concerns::means(day, word, &meant))
            }
        };
        let day = day.cloned().ok_or_else(|| none(args.what.as_deref()))?;
        let when = if day.on == today {
            "today".to_owned()
        } else {
            calendar::name_seen_from(day.on, today)
        };
        let says = format!("What you did about it: {}, {when}.", day.called());
        let text = match &args.text {
            Some(text) => text.clone(),
            None => {
                desk.out.page(&format!("{says}\n"));
                desk.ask.line(DID).ok_or_else(not_now)?
            }
        };
        let text = pact::text::clean(&text).text;
        let signing = Signing {
            place: Place::Amends,
            says: &says,
            question: DID,
        };
        let text = hints::settle(desk, home, &names, &signing, text)?.ok_or_else(not_now)?;
        let body = Body::Amends {
            setback: Some(day.hash),
            text: text.clone(),
        };
        let hash = doing::sign(home, body, day.what)?;
        doing::signed(
            desk,
            home,
            &says,
            "amends",
            json!({
                "id": hash.to_string(),
                "about": day.hash.to_string(),
                "item": day.what.map(crate::what::id),
                "on": calendar::iso(day.on),
                "text": text,
            }),
        );
        Ok(Exit::Done)
    })
}

fn none(word: Option<&str>) -> Trouble {
    let said = match word {
        Some(word) => format!(
            "No setback of yours, and no day that you noted as not kept, is about {}.",
            crate::render::inline(word, 40)
        ),
        None => "There is no setback of yours here, and no day that you noted as not kept.".into(),
    };
    Trouble::refused("no-setback", said)
        .hint("Note it first: handfast setback, or: handfast missed WHAT")
}
