//! What the verbs on confidential words take and give; the verbs themselves are on [`crate::Home`].

pub use crate::home::{Draft, KeptWords, Shown, WordsError};
pub use replica::words::{
    Answers, BY_SCRIPT, Body, CheckIn, Confidential, Handle, Heard, Kind, Lane, Listed, MAX_PARTS,
    MOST_DAYS, Opened, PRACTICAL_A_DAY, PRACTICAL_TEXT, Part, Sealing, Stands, Stub, Talk, Theirs,
    Wish, WordsMisuse,
};
