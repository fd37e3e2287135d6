//! How much one session may carry (S37), counted on both ends: an honest sender stops by itself.

use crate::Violation;

/// Records in one session, either way.
pub const MAX_SESSION_RECORDS: u64 = 100_000;
/// Bytes of records in one session, either way; and, apart from them, bytes of everything else.
pub const MAX_SESSION_BYTES: u64 = 64 << 20;
/// Questions (Probe, WordsWant, Fork) in one session, and runs that bring nothing new or another
/// history: a search in 2^32 records takes six for a log, and a frame carries thousands of records.
const MAX_QUESTIONS: u32 = 512;

/// How many records, and how many bytes of them.
#[derive(Clone, Copy)]
pub(super) struct Size {
    records: u64,
    bytes: u64,
}

impl Size {
    pub(super) fn of(records: &[Vec<u8>]) -> Self {
        Self {
            records: records.len() as u64,
            bytes: records.iter().map(|record| record.len() as u64).sum(),
        }
    }
}

/// What went one way.
#[derive(Default)]
pub(super) struct Load {
    records: u64,
    bytes: u64,
    other: u64,
    questions: u32,
}

impl Load {
    /// Counts records in if they fit, and not yet `most` were counted: one run is always carried.
    pub(super) fn fits_within(&mut self, records: &[Vec<u8>], most: u64) -> bool {
        self.records < most && self.fits(records)
    }

    /// Counts records in if they fit.
    pub(super) fn fits(&mut self, records: &[Vec<u8>]) -> bool {
        self.has_room(Size::of(records))
    }

    fn has_room(&mut self, size: Size) -> bool {
        let count = self.records.saturating_add(size.records);
        let bytes = self.bytes.saturating_add(size.bytes);
        if count > MAX_SESSION_RECORDS || bytes > MAX_SESSION_BYTES {
            return false;
        }
        (self.records, self.bytes) = (count, bytes);
        true
    }

    /// Whether any records went this way.
    pub(super) fn is_some(&self) -> bool {
        self.records > 0
    }

    pub(super) fn take_records(&mut self, records: &[Vec<u8>]) -> Result<(), Violation> {
        self.take_run(Size::of(records))
    }

    pub(super) fn take_run(&mut self, size: Size) -> Result<(), Violation> {
        if self.has_room(size) {
            Ok(())
        } else {
            Err(Violation::TooMuch)
        }
    }

    pub(super) fn take_other(&mut self, bytes: usize) -> Result<(), Violation> {
        self.other = self.other.saturating_add(bytes as u64);
        if self.other > MAX_SESSION_BYTES {
            Err(Violation::TooMuch)
        } else {
            Ok(())
        }
    }

    pub(super) fn take_question(&mut self) -> Result<(), Violation> {
        self.questions += 1;
        if self.questions > MAX_QUESTIONS {
            Err(Violation::TooManyQuestions)
        } else {
            Ok(())
        }
    }
}
