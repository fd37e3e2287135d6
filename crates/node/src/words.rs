//! What the verbs on confidential words take and give; the verbs themselves are on [`crate::Home`].

pub use crate::home::{Answered, Draft, KeptWords, Shown, WordsError};
pub use replica::words::{
    Answers, BY_SCRIPT, Body, CheckIn, Confidential, Handle, Heard, Kind, Lane, Listed, MAX_PARTS,
    MOST_DAYS, Opened, PRACTICAL_A_DAY, PRACTICAL_TEXT, Part, Sealing, Stands, Stub, Talk, Theirs,
    Wish, WordsMisuse,
};

/// From here on this process leaves no core file, and no other process of this login reads its
/// memory (S47). Called before the first word is typed or shown.
pub fn keep_from_core_files() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    let none = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
}
