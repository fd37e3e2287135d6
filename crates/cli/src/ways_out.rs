//! Words that somebody types who wants out, or apart, or help, and that are no verbs: they get what they
//! look for in plain words, never a guess at another verb.

use crate::trouble::Trouble;

/// To end it, in words that are not the verb's.
const LEAVING: &[&str] = &[
    "stop",
    "quit",
    "delete",
    "exit",
    "end",
    "erase",
    "remove",
    "uninstall",
    "divorce",
    "goodbye",
    "leaving",
    "separate",
    "breakup",
    "bye",
];

/// To find help.
const SAFETY: &[&str] = &[
    "safety",
    "safe",
    "danger",
    "afraid",
    "emergency",
    "hotline",
    "helpline",
    "abuse",
    "violence",
];

/// To have it quiet for a while, in other words than ours.
const RESTING: &[&str] = &["break", "timeout", "silence", "distance"];

/// Whether somebody looks for help: then the page itself is the answer.
pub(crate) fn is_for_help(word: &str) -> bool {
    SAFETY.contains(&word.to_lowercase().as_str())
}

/// The answer to such a word; `None` for every other.
pub(crate) fn answer(word: &str) -> Option<Trouble> {
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
    if !LEAVING.contains(&word.as_str()) {
        return None;
    }
    // What one types to leave a program, not the other.
    let is_of_programs = matches!(word.as_str(), "quit" | "exit" | "bye");
    let program = "To leave the program nothing is needed: it has ended. To close this device: \
                   handfast lock\n";
    let end = "To end it here, alone and at once: handfast leave\nIt shows a page first, sends \
               nothing, and Enter is not now. To keep nothing: handfast leave --erase";
    // In a hard moment it means: not now. What can be undone stands first.
    let stop = "To stop for now, and say when you are back: handfast pause\n";
    let said = match word.as_str() {
        _ if is_of_programs => format!("{program}{end}"),
        "stop" => format!("{stop}{end}"),
        _ => end.to_owned(),
    };
    Some(Trouble::usage(said).code("unknown-verb").hint(help))
}
