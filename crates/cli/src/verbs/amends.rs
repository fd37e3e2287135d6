//! `amends`: what I did about it, linked to the setback or the day, and to what that concerns.

use pact::wording::Place;
use pact::{Body, calendar};
use serde_json::json;

use crate::concerns::{self, About};
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::hints::{self, Signing};
use crate::items::Items;
use crate::names::Names;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::which;

/// What I did about it
///
/// About a setback of yours, or a day that you noted as not kept: by what it
/// was about, or by its id; the setback first; without a WHAT, the last one. With the words alone
/// you are asked what they are about. It is signed.
///
///   handfast amends voices "I went to the evening group, and I said so"
///   handfast amends "I went to the evening group, and I said so"
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
        let meant = args.what.as_deref().map(|word| {
            let meant = concerns::what(&items, word);
            let fits = |day: &About| concerns::means(day, word, &meant);
            let day = concerns::hard_day(&days, view, &names, fits);
            (day.cloned(), meant.is_empty())
        });
        let words_alone = |word: &str| args.text.is_none() && is_text(word);
        let called = |day: &About| {
            let when = if day.on == today {
                "today".to_owned()
            } else {
                calendar::name_seen_from(day.on, today)
            };
            format!("{}, {when}", day.called())
        };
        let mut given = args.text.clone();
        let day = match (&args.what, meant) {
            (Some(word), Some((None, true))) if words_alone(word) => {
                given = Some(word.clone());
                let titles: Vec<String> = days.iter().map(called).collect();
                which::about(desk, &titles)?.and_then(|at| days.get(at).cloned())
            }
            (word, Some((found, _))) => Some(found.ok_or_else(|| none(word.as_deref()))?),
            (_, None) => {
                let setback = days.iter().find(|day| day.kind == "setback");
                let day = setback.or(days.first()).cloned();
                Some(day.ok_or_else(|| none(None))?)
            }
        };
        let says = match &day {
            Some(day) => format!("What you did about it: {}.", called(day)),
            None => "What you did about it. It names nothing.".to_owned(),
        };
        let text = match given {
            Some(text) => text,
            None => {
                desk.out.page(&format!("{says}\n"));
                desk.ask.line(DID).ok_or_else(not_now)?
            }
        };
        let text = pact::text::clean(&text).text;
        let signing = Signing {
            place: Some(Place::Amends),
            says: &says,
            question: DID,
        };
        let text = hints::settle(desk, home, &names, &signing, text)?.ok_or_else(not_now)?;
        let body = Body::Amends {
            setback: day.as_ref().map(|day| day.hash),
            text: text.clone(),
        };
        let what = day.as_ref().and_then(|day| day.what);
        let hash = doing::sign(home, body, what)?;
        doing::signed(
            desk,
            home,
            &says,
            "amends",
            json!({
                "id": hash.to_string(),
                "about": day.as_ref().map(|day| day.hash.to_string()),
                "item": what.map(crate::what::id),
                "on": day.as_ref().map(|day| calendar::iso(day.on)),
                "text": text,
            }),
        );
        Ok(Exit::Done)
    })
}

/// Several words: what was done, where they name nothing.
pub(crate) fn is_text(word: &str) -> bool {
    word.trim().contains(char::is_whitespace)
}

fn none(word: Option<&str>) -> Trouble {
    let said = match word.filter(|word| !word.trim().is_empty()) {
        Some(word) => format!(
            "No setback of yours, and no day that you noted as not kept, is about {}.",
            crate::render::inline(word, 40)
        ),
        None => "There is no setback of yours here, and no day that you noted as not kept.".into(),
    };
    Trouble::refused("no-setback", said)
        .hint("Note it first: handfast setback, or: handfast missed WHAT")
}
