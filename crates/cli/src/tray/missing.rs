//! What a script forgot to bring: a line that would ask for its words waits for nobody.

use crate::cli::Verb;
use crate::trouble::Trouble;
use crate::verbs::{amends, boundary, edit, own_words, when_then};

use super::words;

/// Refuses a line that says nothing: its verb would ask for the words, and nobody is there.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other verbs ask for no words, or bring them in a file"
)]
pub(super) fn of(verb: &Verb) -> Result<(), Trouble> {
    match verb {
        // The words alone: what they are about is not named then.
        Verb::Amends(args) if args.what.as_deref().is_some_and(amends::is_text) => Ok(()),
        Verb::Amends(args) => needs(args.text.as_deref(), "handfast amends WHAT \"TEXT\""),
        Verb::Need(args) => own("need", args.own.as_ref(), args.text.as_deref()),
        Verb::AboutMe(args) => own("about-me", args.own.as_ref(), args.text.as_deref()),
        Verb::Boundary(args) => sentence(args),
        Verb::Vision(args) => {
            let text = args.text.as_deref().or(args.add.as_deref());
            needs(text, "handfast vision \"TEXT\"")
        }
        Verb::Questions(args) if args.is_empty() => {
            needs(None, "handfast questions --add \"TEXT\"")
        }
        Verb::WhenThen(args) => plan(args),
        Verb::Edit(args) if args.is_empty() => changed(args),
        _ => Ok(()),
    }
}

fn needs(text: Option<&str>, line: &str) -> Result<(), Trouble> {
    words(text, line).map(drop)
}

fn own(verb: &str, own: Option<&own_words::Own>, text: Option<&str>) -> Result<(), Trouble> {
    match own {
        None => needs(text, &format!("handfast {verb} \"TEXT\"")),
        Some(own_words::Own::Change { text, .. }) => needs(
            text.as_deref(),
            &format!("handfast {verb} change WHAT \"TEXT\""),
        ),
        Some(own_words::Own::LetGo { .. }) => Ok(()),
    }
}

/// The sentence, or both its halves.
fn sentence(args: &boundary::Args) -> Result<(), Trouble> {
    let (text, when, will, line) = match &args.own {
        None => (
            &args.text,
            &args.when,
            &args.will,
            "handfast boundary --when \"TEXT\" --will \"TEXT\"",
        ),
        Some(boundary::Own::Change {
            text, when, will, ..
        }) => (
            text,
            when,
            will,
            "handfast boundary change WHAT --when \"TEXT\" --will \"TEXT\"",
        ),
        Some(boundary::Own::Lift { .. }) => return Ok(()),
    };
    if text.is_some() {
        return needs(text.as_deref(), line);
    }
    needs(when.as_deref(), line)?;
    needs(will.as_deref(), line)
}

fn plan(args: &when_then::Args) -> Result<(), Trouble> {
    match &args.own {
        None => needs(args.title.as_deref(), "handfast when-then \"TITLE\""),
        Some(when_then::Own::Change { parts, .. }) if parts.is_empty() => {
            needs(None, "handfast when-then change WHAT --mine \"TEXT\"")
        }
        Some(when_then::Own::Change { .. }) => Ok(()),
    }
}

/// What is not said to be otherwise stays as it is.
fn changed(args: &edit::Args) -> Result<(), Trouble> {
    let what = args.what.as_deref().unwrap_or("WHAT");
    let line = if what.contains(|letter: char| !letter.is_alphanumeric()) {
        "handfast edit WHAT --text \"TEXT\"".to_owned()
    } else {
        format!("handfast edit {what} --text \"TEXT\"")
    };
    needs(None, &line)
}
