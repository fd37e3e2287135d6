//! Words that somebody who wants out, or apart, types before there is a verb for them: they get a
//! plain answer, never a guess at another verb.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::trouble::Trouble;

/// To end it.
const LEAVING: &[&str] = &[
    "leave",
    "stop",
    "quit",
    "delete",
    "exit",
    "end",
    "erase",
    "remove",
    "uninstall",
];

/// To find help.
const SAFETY: &[&str] = &["safety", "safe", "danger", "afraid", "emergency"];

/// To have it quiet for a while, in other words than ours.
const RESTING: &[&str] = &["break", "timeout", "silence", "distance"];

/// The answer to such a word; `None` for every other.
pub(crate) fn answer(word: &str, home: Option<PathBuf>) -> Option<Trouble> {
    let word = word.to_lowercase();
    let help = "Where to find help: handfast help safety";
    if RESTING.contains(&word.as_str()) {
        return Some(
            Trouble::usage(
                "No contact, from now: handfast space start\nA short stop with a return: handfast \
                 pause\nNothing has to be answered.",
            )
            .code("unknown-verb")
            .hint(help),
        );
    }
    if SAFETY.contains(&word.as_str()) {
        let said = "That page is here, without a network: handfast help safety";
        return Some(
            Trouble::usage(said)
                .code("unknown-verb")
                .hint("If you are afraid, go where you are safe; no plan binds you."),
        );
    }
    if word == "sorry" {
        let said = "That is not built yet. What there is: handfast setback, and what you did about \
                    it: handfast amends";
        return Some(Trouble::usage(said).code("no-verb-yet").hint(help));
    }
    if !LEAVING.contains(&word.as_str()) {
        return None;
    }
    // What one types to leave a program, not the other.
    let is_of_programs = matches!(word.as_str(), "quit" | "exit");
    let said = match node::places::find(home.as_deref()) {
        Ok(places) if places.is_begun() => format!(
            "{}There is no verb for that yet. To end it on your side: handfast lock, then delete these \
             two folders. Nothing is sent.\n    {}\n    {}",
            if is_of_programs {
                "To leave the program nothing is needed: it has ended. To close this \
             device: handfast lock\n"
            } else {
                ""
            },
            places.home.display(),
            places.state.display()
        ),
        Ok(places) => format!(
            "There is no verb for that yet, and nothing has begun here, so there is nothing to end. \
             Looked for in:\n    {}",
            places.home.display()
        ),
        Err(_) => {
            "There is no verb for that yet. To end it on your side: handfast lock, then delete \
                   the folder of your home. Nothing is sent."
                .into()
        }
    };
    Some(Trouble::usage(said).code("no-verb-yet").hint(help))
}

/// The `--home` of a line that clap gave up on.
pub(crate) fn home_of(line: &[OsString]) -> Option<PathBuf> {
    let mut words = line.iter();
    while let Some(word) = words.next() {
        if word == "--home" {
            return words.next().map(PathBuf::from);
        }
        if let Some(dir) = word.to_str().and_then(|word| word.strip_prefix("--home=")) {
            return Some(PathBuf::from(dir));
        }
    }
    None
}
