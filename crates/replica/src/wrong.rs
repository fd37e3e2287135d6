//! What a peer can do wrong, apart from what fails here and from our own misuse.

use identity::{RecordError, RunError, SignError};

use crate::ShelfError;

/// A closed list of what a peer's records can be refused for. Kind, body, dates and authority are
/// not among them: a record that is wrong in these is held and has no effect (B4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// A log that no certificate of this pact names.
    #[error("records of a log that no certificate names")]
    UnknownLog,
    /// Records that begin beyond the next one.
    #[error("records that do not begin where this device's end")]
    Gap,
    /// Bytes that are no record.
    #[error("bytes that are no record")]
    Record(#[source] RecordError),
    /// Records that do not belong together or were not signed.
    #[error("records that do not belong together or were not signed")]
    Run(#[source] RunError),
    /// Two paths that are one.
    #[error("a fork whose two paths are one")]
    NotAFork,
}

/// Why records were not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The peer did something wrong.
    #[error("the other side sent what cannot be accepted")]
    Wrong(#[from] Wrong),
    /// This device keeps no more (S37).
    #[error("this device has no room for more entries of the other side")]
    Full,
    /// What is kept could not be read.
    #[error("what is kept could not be read")]
    Shelf(#[from] ShelfError),
}

/// Why something of one's own cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum Misuse {
    /// A peer holds records of this device's log that were not here: this home is a restored copy,
    /// and nothing more is written to its old log (B6).
    #[error("this is a restored copy; it needs its person to certify it as a new device")]
    Retired,
    /// This device was revoked, or its log was forked.
    #[error("what this device signs does not count any more")]
    Disowned,
    /// The keys are not those of the log.
    #[error("these keys do not belong to this device's log")]
    NotOurKeys,
    /// The certificate does not continue this device's log, or is another person's.
    #[error("this certificate does not continue this device's log")]
    NotASuccessor,
    /// The statements do not make a pact with this device in it.
    #[error("these statements do not make a pact with this device in it")]
    NotAPact,
    /// The record cannot be signed.
    #[error("the entry cannot be signed")]
    Sign(#[source] SignError),
    /// What is kept could not be read.
    #[error("what is kept could not be read")]
    Shelf(#[from] ShelfError),
}
