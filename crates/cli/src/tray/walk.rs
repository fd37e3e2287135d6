//! Going through what waits, one at a time: what would be signed, in full and in plain words, and a
//! key each to sign it, to leave it, to drop it (S27).

use std::collections::BTreeMap;

use identity::{Day, Record};
use node::Home;
use node::home::Kept;
use node::words::Confidential;
use pact::calendar;

use super::{Tried, Waiting, dispatch, tried, verb};
use crate::cli::Verb;
use crate::desk::Desk;
use crate::entry::Entry;
use crate::names::Names;
use crate::render;
use crate::trouble::{Trouble, causes, home_trouble};

/// What was left for later, and on which day, by the names of the slips.
const LATER: &str = "tray left for later";

/// How much of the tray is gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// All of it.
    All,
    /// What was not left for later today.
    New,
}

/// Shows what waits, one at a time.
pub(crate) fn go_through(desk: &mut Desk, which: Which) -> Result<(), Trouble> {
    let places = desk.begun()?;
    crate::check_in::by_script::keep_newest(desk)?;
    let slips = node::tray::list(&places).map_err(|error| failed(&error))?;
    let mut later = read_later(desk)?;
    let today = super::today(&places)?;
    let mut left = false;
    let before = later.clone();
    for slip in &slips {
        let name = slip.name();
        if which == Which::New && later.get(&name) == Some(&today) {
            left = true;
            continue;
        }
        let waiting = opened(desk, slip);
        match one(desk, waiting.as_ref(), today)? {
            Answer::Done => node::tray::remove(&places, slip).map_err(|error| failed(&error))?,
            Answer::Later => {
                left = true;
                later.insert(name, today);
            }
        }
    }
    later.retain(|name, _| slips.iter().any(|slip| slip.name() == *name));
    if later != before {
        write_later(desk, &later)?;
    }
    if left {
        desk.out
            .talk("Something waits for you, unsigned. To go through it: handfast unlock --waiting");
    } else if which == Which::All && slips.is_empty() {
        desk.out.talk("Nothing waits for you.");
    }
    Ok(())
}

/// One thing that waits, if it can be read.
pub(super) fn opened(desk: &mut Desk, slip: &node::tray::Slip) -> Option<Waiting> {
    desk.with_home(|_, home| Ok(read(home, slip)))
        .ok()
        .flatten()
}

/// The same of a home that is open.
pub(super) fn read(home: &Home, slip: &node::tray::Slip) -> Option<Waiting> {
    let bytes = home.waiting(slip).ok()?;
    serde_json::from_slice(&bytes).ok()
}

enum Answer {
    Done,
    Later,
}

/// One thing that waits.
fn one(desk: &mut Desk, waiting: Option<&Waiting>, today: Day) -> Result<Answer, Trouble> {
    let mut page = format!("\n{}\n", render::heading("Waiting for you", "not signed"));
    let Some(waiting) = waiting else {
        page.push_str(
            "  This could not be understood: it was damaged, or not written for this home.\n",
        );
        return Ok(drop_or_leave(desk, &page));
    };
    let when = format!(
        "  {} on {}.",
        if waiting.person {
            "You left this while it was locked,"
        } else {
            "Left by a script"
        },
        calendar::name_seen_from(waiting.day, today)
    );
    if let Some(words) = &waiting.words {
        return with_words(desk, page, &when, waiting, &words.0);
    }
    let tried = tried(desk, waiting)?;
    match tried {
        Tried::Refused(trouble) => {
            let said = if matches!(trouble.code, "usage" | "unknown-item" | "ambiguous") {
                "This could not be understood."
            } else {
                "This cannot be done now."
            };
            page.push_str(&render::wrap(&format!("{when} {said}")));
            page.push_str(&render::quote(&spoken(&waiting.line)));
            page.push_str(&render::wrap(&format!("  {}", trouble.message)));
            Ok(drop_or_leave(desk, &page))
        }
        Tried::Acts(acts) => {
            let full = told(desk, &acts, today)?;
            let dated = acts.first().map_or(today, Record::day);
            page.push_str(&render::wrap(&format!(
                "{when} If you sign it, this is signed, dated {}:",
                calendar::name_seen_from(dated, today)
            )));
            page.push('\n');
            page.push_str(&full);
            ask(desk, &page, "sign", waiting)
        }
        // Its pause waits here too, or was dropped: there is nothing to sign it upon.
        Tried::Draft(_) if matches!(verb(waiting), Ok(Verb::Back(_))) => {
            page.push_str(&render::wrap(&format!(
                "{when} You came back from a pause."
            )));
            page.push_str("  It can be signed after that pause, which is not signed.\n");
            Ok(drop_or_leave(desk, &page))
        }
        Tried::Draft(said) => {
            let said = said.split("\n\n").next().unwrap_or_default();
            page.push_str(&render::wrap(&format!("{when} It would do this:")));
            page.push_str(&format!("\n{}\n", said.trim_end()));
            ask(desk, &page, "do it", waiting)
        }
        Tried::Page(said) if said.trim().is_empty() => {
            page.push_str(&render::wrap(&format!(
                "{when} It needs more from you first:"
            )));
            page.push_str(&render::quote(&spoken(&waiting.line)));
            ask(desk, &page, "go on", waiting)
        }
        Tried::Page(said) => {
            page.push_str(&format!("{when}\n\n"));
            // Its own line of keys makes way for ours.
            let lines = said
                .lines()
                .filter(|line| !line.trim_start().starts_with('['));
            for line in lines {
                page.push_str(&format!("{line}\n"));
            }
            ask(desk, &page, "sign", waiting)
        }
    }
}

/// Words that wait: they are opened on their own screen, with the page of their verb.
fn with_words(
    desk: &mut Desk,
    mut page: String,
    when: &str,
    waiting: &Waiting,
    words: &Confidential,
) -> Result<Answer, Trouble> {
    page = page.replace("not signed", "not sent");
    page.push_str(&format!("{when} Words, in confidence:\n"));
    page.push_str(&render::quote(&spoken(&waiting.line)));
    page.push_str("\n[Enter] not now    [o] open it    [x] drop it\n");
    desk.out.page(&page);
    match desk.ask.choose(&["o", "x"]) {
        Some("o") => {}
        Some(_) => return Ok(Answer::Done),
        None => return Ok(Answer::Later),
    }
    desk.brought = Some(words.clone());
    let done = verb(waiting).and_then(|verb| dispatch(desk, verb, waiting));
    desk.brought = None;
    match done {
        Ok(_) => Ok(Answer::Done),
        Err(trouble) if trouble.code == "not-now" => Ok(Answer::Later),
        Err(trouble) => {
            desk.out.trouble(&trouble);
            Ok(Answer::Later)
        }
    }
}

/// What would be signed, in full.
fn told(desk: &mut Desk, acts: &[Record], today: Day) -> Result<String, Trouble> {
    desk.with_home(|_, home| {
        let names = Names::of(home)?;
        let view = home.view().map_err(home_trouble)?;
        let mut full = String::new();
        for record in acts {
            let kept = Kept {
                record: record.clone(),
                person: names.me,
                counts: true,
            };
            full.push_str(&Entry::of(&kept, view, &names, today).line(&names));
        }
        Ok(full)
    })
}

fn ask(desk: &mut Desk, page: &str, word: &str, waiting: &Waiting) -> Result<Answer, Trouble> {
    desk.out.page(&format!(
        "{page}\n[Enter] not now    [s] {word}    [x] drop it\n"
    ));
    match desk.ask.choose(&["s", "x"]) {
        Some("s") => {}
        Some("x") => return Ok(Answer::Done),
        _ => return Ok(Answer::Later),
    }
    // The key was pressed under the full text; a page that asks the same is not shown twice.
    desk.ask.press(Some("s"));
    desk.out.hold();
    let done = verb(waiting).and_then(|verb| dispatch(desk, verb, waiting));
    desk.ask.press(None);
    if let Some(said) = desk.out.release() {
        desk.out.page(&said);
    }
    match done {
        Ok(_) => Ok(Answer::Done),
        Err(trouble) if trouble.code == "not-now" => Ok(Answer::Later),
        Err(trouble) => {
            desk.out.trouble(&trouble);
            Ok(Answer::Later)
        }
    }
}

fn drop_or_leave(desk: &mut Desk, page: &str) -> Answer {
    desk.out
        .page(&format!("{page}\n[Enter] leave it    [x] drop it\n"));
    match desk.ask.choose(&["x"]) {
        Some(_) => Answer::Done,
        None => Answer::Later,
    }
}

pub(super) fn failed(error: &dyn std::error::Error) -> Trouble {
    Trouble::refused(
        "tray",
        format!("What waits for you cannot be read: {}.", causes(error)),
    )
    .hint("All else works. Look at the folder \"tray\" of this home.")
}

fn read_later(desk: &mut Desk) -> Result<BTreeMap<String, Day>, Trouble> {
    let kept = desk.with_home(|_, home| home.local(LATER).map_err(home_trouble))?;
    // A note that cannot be read hides nothing.
    Ok(kept
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default())
}

fn write_later(desk: &mut Desk, later: &BTreeMap<String, Day>) -> Result<(), Trouble> {
    let bytes = serde_json::to_vec(later).unwrap_or_default();
    desk.with_home(|_, home| home.set_local(LATER, &bytes).map_err(home_trouble))
}

/// The line as it was typed, where nothing plainer can be said.
fn spoken(line: &[String]) -> String {
    let words: Vec<String> = line
        .iter()
        .filter(|word| !["--no-input", "--json", "--quiet", "-q"].contains(&word.as_str()))
        .map(|word| {
            if word.contains(char::is_whitespace) {
                format!("\"{word}\"")
            } else {
                word.clone()
            }
        })
        .collect();
    format!("handfast {}", words.join(" "))
}
