//! `setback`: it went wrong again. The mark is signed, one's own, for a day.

use pact::wording::Place;
use pact::{Body, calendar};
use serde_json::json;

use crate::concerns;
use crate::confidential::{source, story};
use crate::days;
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::evening;
use crate::hints::{self, Signing};
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::states;
use crate::tray;
use crate::trouble::{Exit, Trouble};
use crate::which;

/// It went wrong again
///
/// Your own mark for a day, with a short fact if you like; it is signed and
/// stays. It is about a promise of yours, or a plan for hard evenings, or about
/// nothing named; without a WHAT you are asked. Nothing that you did before is
/// lost by it, and nothing starts again from the beginning.
///
/// How it was, if you like to tell it, is confidential and fades, with --story:
/// of your last setback, or of the one that WHAT means.
///
///   handfast setback voices --note "I shouted in the kitchen"
///   handfast setback --story
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What it is about: a short name, part of its title, or an id
    pub(crate) what: Option<String>,
    /// The day it is about [default: today]
    #[arg(long, value_name = "DAY")]
    pub(crate) on: Option<String>,
    /// A short fact
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// Tell how it was, in confidence: you are asked for it
    #[arg(long, conflicts_with_all = ["note", "on"])]
    pub(crate) story: bool,
    /// Of the story: take the words from a file; - is standard input
    #[arg(long, value_name = "FILE", requires = "story")]
    pub(crate) file: Option<String>,
    /// Of the story: how many days it stays after it was opened, 1 to 90 [default: 14]
    #[arg(long, value_name = "DAYS", requires = "story")]
    pub(crate) fade: Option<String>,
    /// Words are not typed here
    #[arg(hide = true)]
    pub(crate) typed: Vec<String>,
}

/// How the fact is asked for.
const FACT: &str = "A short fact, if you like (Enter: none):";

/// Several words that name nothing may have been the fact.
fn or_fact(trouble: Trouble, word: &str) -> Trouble {
    if trouble.code == "unknown-item" && word.trim().contains(' ') {
        trouble.hint("A short fact goes behind --note: handfast setback --note \"TEXT\"")
    } else {
        trouble
    }
}

/// Shows it, signs it, and points to what may come next.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if !args.typed.is_empty() {
        return Err(if args.story {
            source::never_an_argument("setback --story")
        } else {
            Trouble::usage(
                "A short fact is given with --note; a WHAT of several words goes between quotes.",
            )
            .hint("handfast setback WHAT --note \"a fact\"")
        });
    }
    if args.story {
        return story::run(args, desk);
    }
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let on = days::past(args.on.as_deref(), today).map_err(|trouble| {
            if trouble.code == "not-yet" {
                trouble.hint("A setback is noted on its day or afterwards.")
            } else {
                trouble
            }
        })?;
        let mine = match &args.what {
            Some(word) => Some(
                concerns::mine(home, &names, word, on)
                    .map_err(|trouble| states::or_state(trouble, home, &names, Some(word), on))
                    .map_err(|trouble| or_fact(trouble, word))?,
            ),
            None => {
                let mut all = concerns::all_mine(home, &names, on)?;
                let titles: Vec<String> = all.iter().map(|mine| mine.title.clone()).collect();
                which::about(desk, &titles)?.map(|at| all.swap_remove(at))
            }
        };
        let note = match &args.note {
            Some(note) => note.clone(),
            None => desk.ask.line(FACT).unwrap_or_default(),
        };
        let note = pact::text::clean(&note).text;
        let day = if on == today {
            "today".to_owned()
        } else {
            calendar::name_seen_from(on, today)
        };
        let says = match &mine {
            Some(mine) => format!("A setback, {day}: {}.", render::title(&mine.title, 50)),
            None => format!("A setback, {day}."),
        };
        let signing = Signing {
            place: Some(Place::Setback),
            says: &says,
            question: FACT,
        };
        let note = hints::settle(desk, home, &names, &signing, note)?.ok_or_else(not_now)?;
        let body = Body::Setback {
            target: mine.as_ref().map(|mine| mine.target),
            on,
            note: note.clone(),
        };
        let hash = doing::sign(home, body, mine.as_ref().map(|mine| mine.what))?;
        let mut said = says;
        said.push_str("\nSaying it yourself counts. Nothing that you did before is lost by it.");
        said.push_str("\nWhat you do about it, when you like: handfast amends");
        said.push_str("\nHow it was, in confidence, if you like: handfast setback --story");
        if let Some(plan) = evening::of(home, today)? {
            said.push_str(&format!(
                "\nYour plan for hard evenings: handfast plan {}",
                plan.short
            ));
        }
        doing::signed(
            desk,
            home,
            &said,
            "setback",
            json!({
                "id": hash.to_string(),
                "item": mine.as_ref().map(|mine| crate::what::id(mine.what)),
                "short": mine.as_ref().map(|mine| &mine.short),
                "on": calendar::iso(on),
                "note": note,
            }),
        );
        Ok(Exit::Done)
    })
}
