//! The sorts of entries, as a person types them where a WHAT may be one: "setback", "heads-up". One list,
//! so that what one verb knows the other knows too.

use pact::Body;

use crate::entry::Entry;
use crate::owned;

/// Every sort that can be typed.
const SORTS: [&str; 20] = [
    "offer", "agree", "decline", "withdraw", "kept", "partly", "missed", "heads-up", "thanks",
    "setback", "amends", "pause", "back", "heard", "check-in", "space", "sorry", "boundary",
    "need", "about-me",
];

/// The sort that a word is; several of it are the same sort.
pub(crate) fn of(word: &str) -> Option<&'static str> {
    let word = word.trim().to_lowercase();
    let one = match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').unwrap_or(&word).to_owned(),
    };
    SORTS.into_iter().find(|sort| *sort == word || *sort == one)
}

/// All of them, for what a slip of the fingers may have meant.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    SORTS.into_iter()
}

/// Whether an entry is of a sort.
pub(crate) fn is(body: &Body, sort: &str) -> bool {
    if let Body::Set { ty, .. } = body {
        return owned::called(*ty) == sort;
    }
    match Entry::kind_of(body) {
        "checked-in" => sort == "check-in",
        "space-ended" => sort == "space",
        kind => kind == sort,
    }
}
