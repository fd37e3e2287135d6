//! Everything that the other end can do wrong in a session or a pairing: a closed list, apart from
//! our own misuse. After one of these the connection is dropped, with a close frame that carries
//! [`Violation::code`]; what was stored before stays stored.

use identity::LogId;

use crate::frames::FrameError;

/// A peer's wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Bytes that are not a frame, or not one of ours.
    #[error("what arrived is not a frame")]
    Frame(#[from] FrameError),
    /// A frame where it has no place: before the greeting, a second greeting, pairing in a session.
    #[error("a frame of type {0} where it has no place")]
    OutOfPlace(u8),
    /// An answer to a question that was never asked.
    #[error("a frame of type {0} that nobody asked for")]
    Unasked(u8),
    /// Anything of the logs in the practical lane.
    #[error("a frame of type {0} in the practical lane")]
    WrongLane(u8),
    /// Records of a log without a certificate in the roster.
    #[error("records of a log that no certificate names")]
    UnknownLog(LogId),
    /// A run that does not verify: decoding, chain, marks or its last signature.
    #[error("a run of records does not verify")]
    BadRun(LogId),
    /// A run that neither follows what is held nor differs from it.
    #[error("a run of records does not follow what was said")]
    Misplaced(LogId),
    /// Fork evidence that does not show two authenticated records in one place.
    #[error("a claimed fork is none")]
    NoFork(LogId),
    /// A mark or hash that contradicts what the peer said or proved before.
    #[error("what the peer holds contradicts what it said")]
    Contradiction(LogId),
    /// More than 100,000 records or 64 MiB in one session.
    #[error("more than a session may carry")]
    TooMuch,
    /// More questions than an honest search asks.
    #[error("more questions than a search needs")]
    TooManyQuestions,
    /// Words that are none, of a lane that is not open, or that nobody vouches for.
    #[error("words that nobody vouches for")]
    BadWords,
    /// A pairing signature, proof or opened commitment that does not hold.
    #[error("a proof in the pairing does not hold")]
    BadProof,
}

impl Violation {
    /// The code in the close frame. It tells the class of the wrong and nothing of what is here.
    #[must_use]
    pub fn code(&self) -> u32 {
        match self {
            Violation::Frame(_) => 1,
            Violation::OutOfPlace(_) => 2,
            Violation::Unasked(_) => 3,
            Violation::WrongLane(_) => 4,
            Violation::UnknownLog(_) => 5,
            Violation::BadRun(_) => 6,
            Violation::Misplaced(_) => 7,
            Violation::NoFork(_) => 8,
            Violation::Contradiction(_) => 9,
            Violation::TooMuch => 10,
            Violation::TooManyQuestions => 11,
            Violation::BadProof => 12,
            Violation::BadWords => 13,
        }
    }
}
