//! The closed list of messages two devices exchange (B3, B8), and how they become bytes.
//!
//! On the wire a frame is a big-endian `u32` length (≤ 1 MiB, counting what follows it), one type
//! byte, and one CBOR array with a fixed number of fields. A length is judged from its four bytes,
//! before anything is allocated for it, and every list inside is bounded before it is collected.
//! There is no message that could wipe, lock, configure or prompt anything (S4, S5).

mod decode;
mod encode;
mod flush;
mod take;

#[cfg(test)]
pub(crate) mod tests;

use identity::words::{Having, WordId};
use identity::{Certification, Hash, LogId, Mark};

pub use decode::decode;
pub use encode::encode;
pub use flush::flush;
pub use take::take_frame;

/// The largest frame: type byte and CBOR array together.
pub const MAX_FRAME: usize = 1 << 20;
/// Bytes of records in one frame, both paths of a Fork together: on receipt too, since a run whose
/// last signature alone is good must be small enough to be passed on whole. The smallest record
/// has 105 bytes and each costs up to three for its header, so the frame stays below 1 MiB.
pub const RUN_BYTES: usize = 1_000_000;
/// The largest record, and the largest item of words.
pub const MAX_ENTRY: usize = 16 << 10;
/// The largest statement of the roster; a certificate is about 230 bytes.
pub const MAX_STATEMENT: usize = 1 << 10;
/// At most 32 certificates count for each person, so a device holds at most 64 logs.
pub const MAX_MARKS: usize = 64;
/// Statements in one Roster: founding, 64 certificates, and as many revocations several times over.
pub const MAX_STATEMENTS: usize = 512;
/// Sequence numbers asked for in one Probe.
pub const MAX_PROBES: usize = 64;
/// Records in one frame. The smallest record is above 100 bytes, so this never binds first.
pub const MAX_RECORDS: usize = MAX_FRAME / 96;
/// One bucket for each day on which words can fade.
pub const MAX_BUCKETS: usize = 96;
/// Ids of words named in one frame.
pub const MAX_IDS: usize = 4_096;
/// Items of words in one frame.
pub const MAX_ITEMS: usize = 1_024;
/// Addresses in one frame.
pub const MAX_ADDRESSES: usize = 16;

/// Everything that two devices can say to each other.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(
    missing_docs,
    reason = "the fields are those of B3 and B8, described at each message"
)]
pub enum Frame {
    /// 1. The greeting: both send it at once.
    Hello(Hello),
    /// 2. Statements that the other may lack: `[[bytes…]]`, always before Records.
    Roster { statements: Vec<Vec<u8>> },
    /// 3. Which hashes do you hold at these places? `[log, [seq…]]`, ascending.
    Probe { log: LogId, seqs: Vec<u64> },
    /// 4. The answer to a Probe: `[log, [[seq, hash|null]…]]`.
    Hashes {
        log: LogId,
        at: Vec<(u64, Option<Hash>)>,
    },
    /// 5. A run of one log as its bytes are kept: `[log, from, [bytes…]]`. The sender has verified
    ///    the signature of the last one.
    Records {
        log: LogId,
        from: u64,
        records: Vec<Vec<u8>>,
    },
    /// 6. Durable here now: `[[mark…]]`.
    Stored { marks: Vec<Mark> },
    /// 7. Two authenticated paths of one log from its first difference: `[log, from, [bytes…], [bytes…]]`.
    Fork {
        log: LogId,
        from: u64,
        one: Vec<Vec<u8>>,
        other: Vec<Vec<u8>>,
    },
    /// 8. Which words were ever had here: `[0, [[day, digest8]…]]` or `[1, [id16…]]`.
    WordsHave(WordsHave),
    /// 9. Words asked for: `[[id16…]]`.
    WordsWant { ids: Vec<WordId> },
    /// 10. Words: `[[bytes…]]`; an item is opaque at this level.
    Words { items: Vec<Vec<u8>> },
    /// 11. Where the sender sees the receiver, or can be found: `[[text…]]`. Reserved.
    Address { addresses: Vec<String> },
    /// 12. Zeros up to the size of a flush: `[bytes]`.
    Pad { zeros: usize },
    /// 32. Pairing, step 1: `[keyB, mac32]`.
    Join { key: [u8; 32], mac: [u8; 32] },
    /// 33. Pairing, step 2: `[rootA, signA, dhA, H(nonceA)]`.
    OfferA {
        root: [u8; 32],
        sign: [u8; 32],
        dh: [u8; 32],
        commitment: Hash,
    },
    /// 34. Pairing, step 3: `[rootB, signB, dhB, nonceB]`.
    OfferB {
        root: [u8; 32],
        sign: [u8; 32],
        dh: [u8; 32],
        nonce: [u8; 16],
    },
    /// 35. Pairing, step 4: `[nonceA]`.
    Reveal { nonce: [u8; 16] },
    /// 36. Pairing, step 5: `[signature on F, both signatures on own C]`.
    Confirm {
        founding: [u8; 64],
        certification: Certification,
    },
}

/// Frame 1: `[version, flags, roster digest|null, marks, words digest|null]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hello {
    /// The highest version that the sender speaks; both speak the lower one.
    pub version: u64,
    /// Bit 0: stay connected and pass on what is new at once.
    pub live: bool,
    /// Bit 1: only the practical lane of words; then no digest and no marks.
    pub practical: bool,
    /// The digest of the sender's roster.
    pub roster: Option<Hash>,
    /// How far the sender holds each log, ascending by log.
    pub marks: Vec<Mark>,
    /// XOR over all words ever had and not yet past their day (B7); zero for none.
    pub words: Option<Having>,
}

/// Frame 8: a digest for each day, or the ids themselves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WordsHave {
    /// `[day, digest]`, ascending by day.
    Buckets(Vec<(u64, Having)>),
    /// Ids, ascending.
    Ids(Vec<WordId>),
}

impl Frame {
    /// The type byte.
    #[must_use]
    pub fn kind(&self) -> u8 {
        match self {
            Frame::Hello(_) => 1,
            Frame::Roster { .. } => 2,
            Frame::Probe { .. } => 3,
            Frame::Hashes { .. } => 4,
            Frame::Records { .. } => 5,
            Frame::Stored { .. } => 6,
            Frame::Fork { .. } => 7,
            Frame::WordsHave(_) => 8,
            Frame::WordsWant { .. } => 9,
            Frame::Words { .. } => 10,
            Frame::Address { .. } => 11,
            Frame::Pad { .. } => 12,
            Frame::Join { .. } => 32,
            Frame::OfferA { .. } => 33,
            Frame::OfferB { .. } => 34,
            Frame::Reveal { .. } => 35,
            Frame::Confirm { .. } => 36,
        }
    }

    /// Roughly how many bytes it has: not less than what its records and statements have.
    pub(crate) fn weight(&self) -> usize {
        let sum = |list: &[Vec<u8>]| list.iter().map(|bytes| bytes.len() + 3).sum::<usize>();
        64 + match self {
            Frame::Roster { statements } => sum(statements),
            Frame::Records { records, .. } => sum(records),
            Frame::Fork { one, other, .. } => sum(one) + sum(other),
            Frame::Hashes { at, .. } => at.len() * 45,
            Frame::Probe { seqs, .. } => seqs.len() * 9,
            Frame::Words { items } => sum(items),
            Frame::WordsHave(WordsHave::Ids(ids)) | Frame::WordsWant { ids } => ids.len() * 17,
            Frame::WordsHave(WordsHave::Buckets(days)) => days.len() * 15,
            Frame::Hello(_)
            | Frame::Stored { .. }
            | Frame::Address { .. }
            | Frame::Pad { .. }
            | Frame::Join { .. }
            | Frame::OfferA { .. }
            | Frame::OfferB { .. }
            | Frame::Reveal { .. }
            | Frame::Confirm { .. } => 0,
        }
    }
}

/// Why bytes are not a frame. Each of these is a [`Violation`](crate::Violation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The length prefix exceeds [`MAX_FRAME`] or is zero.
    #[error("a frame of {0} bytes, where 1 to 1048576 are allowed")]
    Length(u64),
    /// No message has this number.
    #[error("no frame has the type {0}")]
    UnknownType(u8),
    /// The content is not the canonical array of this type.
    #[error("a frame of type {0} is malformed")]
    Malformed(u8),
    /// A list or an entry inside exceeds its bound.
    #[error("a frame of type {0} exceeds a limit")]
    Limit(u8),
}
