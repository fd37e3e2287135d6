//! A run of records: how bytes become a verified stretch of one log (B4, "Receiving").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::{MAX_SEEN, Record, UnverifiedRecord};
use crate::statement::Certified;
use crate::{Hash, LogId};

/// How many different logs one log may ever mark. A pact has at most 64 logs that count at a
/// time; the bound keeps a hostile log from filling the memory of whoever reads it.
pub const MAX_MARKED: usize = 128;

/// A place in a log: everything up to there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Head {
    /// How many records.
    pub seq: u64,
    /// The hash of the last; the log itself if there is none.
    pub hash: Hash,
}

impl Head {
    /// The place before the first record of a log.
    #[must_use]
    pub const fn start(log: LogId) -> Self {
        Self {
            seq: 0,
            hash: log.0,
        }
    }

    /// The same place with its log.
    #[must_use]
    pub const fn of(self, log: LogId) -> Mark {
        Mark {
            log,
            seq: self.seq,
            hash: self.hash,
        }
    }
}

/// A place in a named log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// The log.
    pub log: LogId,
    /// How many of its records.
    pub seq: u64,
    /// The hash of the last of them.
    pub hash: Hash,
}

impl Mark {
    /// The place without its log.
    #[must_use]
    pub const fn head(&self) -> Head {
        Head {
            seq: self.seq,
            hash: self.hash,
        }
    }
}

/// A log's end, and its newest mark for each other log: all that the next record builds on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// The end.
    pub head: Head,
    /// The newest mark for each other log.
    pub marks: BTreeMap<LogId, Head>,
}

impl Tip {
    /// The tip of a log without records.
    #[must_use]
    pub const fn start(log: LogId) -> Self {
        Self {
            head: Head::start(log),
            marks: BTreeMap::new(),
        }
    }

    /// Of all that is held, what the next record of `own` has to mark: other logs, newly held
    /// since the last mark, in order, and never more than a reader accepts (what is left over
    /// goes into the record after it).
    #[must_use]
    pub fn news(&self, own: LogId, held: impl IntoIterator<Item = Mark>) -> Vec<Mark> {
        let mut news = BTreeMap::new();
        for mark in held {
            let known = self.marks.get(&mark.log).map_or(0, |head| head.seq);
            if mark.log != own && mark.seq > known {
                news.insert(mark.log, mark);
            }
        }
        let mut room = MAX_MARKED.saturating_sub(self.marks.len());
        news.into_values()
            .filter(|mark| {
                self.marks.contains_key(&mark.log) || {
                    let fits = room > 0;
                    room = room.saturating_sub(1);
                    fits
                }
            })
            .take(MAX_SEEN)
            .collect()
    }

    /// Takes one record's marks, if they keep the rules of `seen`.
    pub(crate) fn mark(&mut self, own: LogId, seen: &[Mark]) -> Result<(), RunError> {
        if seen.len() > MAX_SEEN {
            return Err(RunError::Seen);
        }
        let mut last = None;
        for mark in seen {
            if mark.log == own || last >= Some(mark.log) {
                return Err(RunError::Seen);
            }
            last = Some(mark.log);
            let known = self.marks.get(&mark.log).map_or(0, |head| head.seq);
            if mark.seq <= known {
                return Err(RunError::Seen);
            }
            self.marks.insert(mark.log, mark.head());
        }
        if self.marks.len() > MAX_MARKED {
            return Err(RunError::Seen);
        }
        Ok(())
    }
}

/// Why a run is refused, as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// No records.
    #[error("a run without records")]
    Empty,
    /// A record is not the next one.
    #[error("a record is not the next of its log")]
    Seq,
    /// A record does not name the one before it.
    #[error("a record does not follow the one before it")]
    Prev,
    /// A mark of another log is out of order, not newer than the last one, or of its own log.
    #[error("a record marks other logs wrongly")]
    Seen,
    /// The last record was not signed by this device, for this place.
    #[error("the last record of a run is not signed by its device")]
    Signature,
}

/// Checks a run of one log that follows `tip`: every link of the chain, every mark, and the last
/// record's signature, which vouches for all before it.
pub fn verify_run(
    certified: &Certified,
    tip: &Tip,
    run: Vec<UnverifiedRecord>,
) -> Result<VerifiedRun, RunError> {
    let log = certified.log();
    match run.last() {
        None => return Err(RunError::Empty),
        Some(last) if !last.is_signed_by(certified) => return Err(RunError::Signature),
        Some(_) => {}
    }
    let mut tip = tip.clone();
    let mut records = Vec::with_capacity(run.len());
    for unverified in run {
        if Some(unverified.seq()) != tip.head.seq.checked_add(1) {
            return Err(RunError::Seq);
        }
        if unverified.prev() != tip.head.hash {
            return Err(RunError::Prev);
        }
        tip.mark(log, unverified.seen())?;
        let record = Record::of(log, unverified);
        tip.head = Head {
            seq: record.seq(),
            hash: record.hash(),
        };
        records.push(record);
    }
    Ok(VerifiedRun { records, tip })
}

/// A run that belongs to its log, and the log's new end.
pub struct VerifiedRun {
    records: Vec<Record>,
    tip: Tip,
}

impl VerifiedRun {
    /// The records, in order; never empty.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The log's end after them.
    #[must_use]
    pub const fn tip(&self) -> &Tip {
        &self.tip
    }

    /// Both, without a copy.
    #[must_use]
    pub fn into_parts(self) -> (Vec<Record>, Tip) {
        (self.records, self.tip)
    }
}
