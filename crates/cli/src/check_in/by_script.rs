//! Answers from a file or standard input: with somebody there they are shown before they go; with
//! nobody there they wait in the tray, or go by this person's own setting, marked (S27).

use node::Home;
use node::words::{Answers, Confidential, Part, Sealing, Stands};
use pact::calendar;
use serde_json::json;

use super::file::{self, Taken};
use super::paper::{self, Paper};
use super::{Asked, asked, called, guided};
use crate::cli::Verb;
use crate::confidential::compose;
use crate::desk::Desk;
use crate::doing;
use crate::names::Names;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble};

/// What is left to do once the home has been asked.
enum Then {
    /// Nothing: this is how it ended.
    Done(Exit),
    /// To leave it in the tray.
    Tray(Asked),
}

/// Takes a file, or leaves it.
pub(crate) fn take(desk: &mut Desk, name: &str, if_ready: bool) -> Done {
    let waited = desk.brought.take();
    let taken = match &waited {
        Some(text) => Taken::of(text.show()),
        None => match file::take(name)? {
            Some(taken) => taken,
            None if if_ready => return nothing(desk),
            None => return Err(file::missing()),
        },
    };
    if if_ready && !paper::is_ready(&taken.text) {
        return nothing(desk);
    }
    let paper = paper::read(&taken.text)?;
    if !desk.attended() && !desk.open_without_asking() {
        return locked(desk, &paper, &taken);
    }
    let then = desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let asked = match at_its_time(home, &paper) {
            Ok(Some(asked)) => asked,
            Ok(None) => return again(desk, home, &paper, &taken).map(Then::Done),
            // What waited has no file any more: its words are shown before it is told why not.
            Err(trouble) if waited.is_some() && desk.attended() => {
                guided::show_unsent(desk, home, &paper)?;
                return Err(trouble);
            }
            Err(trouble) => return Err(trouble),
        };
        guided::rests(home, &names)?;
        if desk.attended() {
            return guided::show_paper(desk, home, &names, &asked, &paper, &taken).map(Then::Done);
        }
        if home.settings().unattended {
            return send(desk, home, &asked, &paper, &taken).map(Then::Done);
        }
        Ok(Then::Tray(asked))
    })?;
    match then {
        Then::Done(exit) => Ok(exit),
        Then::Tray(asked) => into_the_tray(desk, &asked, &paper, &taken),
    }
}

/// Nothing to do, said to nobody but a program that asked for it.
pub(crate) fn nothing(desk: &Desk) -> Done {
    desk.out.document("check-in", json!({ "changed": false }));
    Ok(Exit::Done)
}

/// The check-in that a file is about, if it can be answered now; none if it was answered here.
fn at_its_time(home: &mut Home, paper: &Paper) -> Result<Option<Asked>, Trouble> {
    let today = home.today();
    let mut asked = asked(home, today)?;
    paper.is_about(&asked)?;
    let now = asked.day;
    let stands = home
        .check_in_stands(asked.p, paper.day)
        .map_err(compose::trouble)?;
    if stands != Stands::Open {
        return Ok(None);
    }
    if !asked.has_day && paper.day.0 + 1 == today.0 {
        // Without a day of its own one check-in may be finished past midnight.
        asked.day = paper.day;
    } else if paper.day < now {
        let said = format!(
            "The time of {} is over. Nothing was taken.",
            called(paper.day, today)
        );
        return Err(Trouble::refused("over", said).hint(format!(
            "That of {} is asked for now: handfast check-in --template",
            calendar::name_seen_from(now, today)
        )));
    } else if paper.day > now {
        let said = format!(
            "No check-in is open for {}. Nothing was taken.",
            calendar::name_seen_from(paper.day, today)
        );
        return Err(
            Trouble::refused("not-yet", said).hint("A fresh copy: handfast check-in --template")
        );
    }
    Ok(Some(asked))
}

/// It was answered here before: the same words once more change nothing.
fn again(desk: &mut Desk, home: &mut Home, paper: &Paper, taken: &Taken) -> Done {
    let asked = asked(home, home.today())?;
    let mine = home
        .own_answers(asked.p, paper.day)
        .map_err(compose::trouble)?;
    if mine.is_some_and(|mine| mine.parts == paper.parts(&asked)) {
        say(
            desk,
            "These answers were given already; nothing has changed.",
            taken,
        );
        tell(desk, &asked, paper, json!(false), false);
        return Ok(Exit::Done);
    }
    Err(already())
}

/// It was answered, with other words.
pub(crate) fn already() -> Trouble {
    Trouble::refused(
        "already-given",
        "This check-in was answered here already; nothing has changed.",
    )
    .hint("Yours, and both when both have answered: handfast check-in\nJust now: handfast undo")
}

/// Sends it without anybody looking, as its person has set.
fn send(desk: &mut Desk, home: &mut Home, asked: &Asked, paper: &Paper, taken: &Taken) -> Done {
    super::keep_note(home, paper.note.as_ref())?;
    seal(home, asked, paper.parts(asked), paper.fade, true)?;
    say(
        desk,
        &format!(
            "Sealed, by a script, as you have set. {}",
            doing::goes(home)
        ),
        taken,
    );
    tell(desk, asked, paper, json!(true), false);
    Ok(Exit::Done)
}

/// Answers a check-in.
pub(crate) fn seal(
    home: &mut Home,
    asked: &Asked,
    parts: Vec<Part>,
    fade: u8,
    by_script: bool,
) -> Result<(), Trouble> {
    let sealing = Sealing {
        questions: asked.p,
        day: asked.day,
        answers: Answers { parts, by_script },
        fade,
    };
    home.answer_check_in(sealing).map_err(compose::trouble)
}

const WAITS: &str =
    "It waits for you, not sent: nothing is sent without you. See it with: handfast unlock";

/// Closed: what it is about cannot be told, so the newest for a day counts when it is opened.
fn locked(desk: &Desk, paper: &Paper, taken: &Taken) -> Done {
    tray::keep_words(desk, &Confidential::from(taken.text.as_str()))?;
    say(desk, WAITS, taken);
    desk.out.document(
        "check-in",
        json!({
            "changed": null, "tray": true, "set": paper.set, "for": calendar::iso(paper.day),
        }),
    );
    Ok(Exit::Done)
}

/// Leaves it in the tray, in the place of an older one for the same day.
fn into_the_tray(desk: &mut Desk, asked: &Asked, paper: &Paper, taken: &Taken) -> Done {
    keep_newest(desk)?;
    let older = tray::words_for(desk, is_check_in)?;
    let mut older = older
        .into_iter()
        .filter(|(_, text)| belongs(text) == Some((paper.set.clone(), paper.day)));
    let older = older.next_back();
    let same = older.as_ref().is_some_and(|(_, text)| {
        paper::read(text.show()).is_ok_and(|other| {
            other.parts(asked) == paper.parts(asked)
                && other.fade == paper.fade
                && other.note == paper.note
        })
    });
    if !same {
        tray::keep_words(desk, &Confidential::from(taken.text.as_str()))?;
        if let Some((slip, _)) = older {
            tray::take_out(desk, &slip)?;
        }
    }
    say(desk, WAITS, taken);
    tell(desk, asked, paper, json!(!same), true);
    Ok(Exit::Done)
}

/// Of several files for one day that wait, the newest stays.
pub(crate) fn keep_newest(desk: &mut Desk) -> Result<(), Trouble> {
    let mut all = tray::words_for(desk, is_check_in)?;
    let mut seen = Vec::new();
    while let Some((slip, text)) = all.pop() {
        let Some(about) = belongs(&text) else {
            continue;
        };
        if seen.contains(&about) {
            tray::take_out(desk, &slip)?;
        } else {
            seen.push(about);
        }
    }
    Ok(())
}

fn is_check_in(verb: &Verb) -> bool {
    matches!(verb, Verb::CheckIn(_))
}

fn belongs(text: &Confidential) -> Option<(String, identity::Day)> {
    let paper = paper::read(text.show()).ok()?;
    Some((paper.set, paper.day))
}

/// Says how it ended, and what became of the file.
fn say(desk: &Desk, said: &str, taken: &Taken) {
    match taken.remove() {
        Some(remark) => desk.out.talk(&format!("{said}\n{remark}")),
        None => desk.out.talk(said),
    }
}

fn tell(desk: &Desk, asked: &Asked, paper: &Paper, changed: serde_json::Value, tray: bool) {
    desk.out.document(
        "check-in",
        json!({
            "changed": changed, "tray": tray, "set": asked.set, "for": calendar::iso(paper.day),
        }),
    );
}
