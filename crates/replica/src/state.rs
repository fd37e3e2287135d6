//! What a replica remembers of each log and of its own, small enough to be written with every
//! record: a [`LogState`] for each log, [`Own`] for the device itself.

use std::collections::VecDeque;

use identity::cbor::{Malformed, Reader, Writer};
use identity::{Hash, Head, LogId, Person, Tip};
use serde::{Deserialize, Serialize};

use crate::ShelfError;

/// The first byte of a cached row: another layout is another number.
const LAYOUT: u8 = 2;

/// What is held of one log, and how much of it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogState {
    /// The log.
    pub log: LogId,
    /// Whose it is, by the certificate under which it was received.
    pub person: Person,
    /// The end of what is held, and the marks up to there.
    pub tip: Tip,
    /// How much is held, in bytes of records, on all branches.
    pub bytes: u64,
    /// The last edit of the draft up to the tip.
    pub last_edit: Option<Hash>,
    /// How many edits are kept as rows for the draft up to there: no more than can ever be judged.
    pub edits: u32,
    /// Other branches of this log: its device signed two histories (B4, fork).
    pub branches: Vec<Branch>,
    /// Set if not everything held counts, or not everything that may come will.
    pub limit: Option<Limit>,
    /// The last record that a peer, asked by Probe, shares with the branch which a revocation
    /// names, while that branch itself is not held.
    pub probed: Option<Head>,
}

impl LogState {
    /// A log of which nothing is held.
    #[must_use]
    pub const fn start(log: LogId, person: Person) -> Self {
        Self {
            log,
            person,
            tip: Tip::start(log),
            bytes: 0,
            last_edit: None,
            edits: 0,
            branches: Vec::new(),
            limit: None,
            probed: None,
        }
    }

    /// The end of what counts, and the marks up to there.
    #[must_use]
    pub fn counts(&self) -> &Tip {
        self.limit.as_ref().map_or(&self.tip, |limit| &limit.counts)
    }

    /// Whether two histories of this log are known.
    #[must_use]
    pub const fn is_forked(&self) -> bool {
        !self.branches.is_empty()
    }

    pub(crate) fn to_row(&self) -> Vec<u8> {
        to_row(self)
    }

    pub(crate) fn from_row(row: &[u8]) -> Result<Self, ShelfError> {
        from_row(row).ok_or(ShelfError::Damaged("the state of a log"))
    }
}

/// Another branch of a log, kept as evidence: its records lie in the table of that name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// The last record that it shares with the log as it is held.
    pub common: Head,
    /// The hash of the record with which it left, by which it is named.
    pub first: Hash,
    /// Its end, and the marks up to there.
    pub tip: Tip,
    /// The last edit of the draft up to there.
    pub last_edit: Option<Hash>,
    /// How many edits are kept as rows up to there.
    pub edits: u32,
}

impl Branch {
    /// Where it leaves the log as it is held, and its name: the order in which branches are kept.
    pub(crate) const fn place(&self) -> (u64, Hash) {
        (self.common.seq, self.first)
    }
}

/// How much of a log counts (B4, honoured).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The end of what counts, and the marks up to there.
    pub counts: Tip,
    /// Why not more.
    pub why: Why,
    /// The highest number at which a revocation names a record that is not held: so far records
    /// are fetched, whatever counts.
    pub awaits: Option<u64>,
    /// What is held up to there: the place that is shown to others while it is awaited.
    pub reach: Head,
}

/// Why not everything of a log counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// Its device signed two histories.
    Forked,
    /// Its person revoked it at a record.
    Revoked,
    /// Its person has certified more devices than count (B2).
    Surplus,
}

/// What this device knows of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Own {
    /// The log it writes.
    pub(crate) log: LogId,
    /// What may have left already; nothing up to here is ever undone.
    pub(crate) offered: Head,
    /// Nothing up to here is in its grace any more.
    pub(crate) settled: u64,
    /// Steps above that.
    pub(crate) born: VecDeque<Born>,
    /// A peer showed records of this log that were not here: nothing more is written to it (B6).
    pub(crate) retired: bool,
    /// The log whose key still has to introduce this one.
    pub(crate) introducer: Option<LogId>,
}

/// A step of this device, and the grace it was born with: what is set or started later neither
/// lengthens nor cuts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Born {
    /// Its last record.
    pub(crate) head: Head,
    /// When it was made (unix milliseconds).
    pub(crate) at: u64,
    /// How long from then it stays here.
    pub(crate) grace: u64,
}

impl Born {
    /// Whether it may leave. A clock that was set back by more than the grace ends it too:
    /// nothing waits for years.
    const fn is_over(&self, now_ms: u64) -> bool {
        now_ms.abs_diff(self.at) >= self.grace
    }
}

/// The grace of a step that was kept before each step had its own.
const FORMER_GRACE: u64 = 120_000;

/// How many steps in their grace are told apart; beyond, neighbours share the later time.
const MAX_BORN: usize = 64;

impl Own {
    pub(crate) const fn start(log: LogId) -> Self {
        Self {
            log,
            offered: Head::start(log),
            settled: 0,
            born: VecDeque::new(),
            retired: false,
            introducer: None,
        }
    }

    /// A step that ends here was made now. In a chain nothing leaves before what stands under it:
    /// while an earlier step is in its grace, this one is too, whatever its own would be.
    pub(crate) fn bear(&mut self, head: Head, now_ms: u64, grace_ms: u64) {
        self.settle(now_ms);
        let before = self.born.back().filter(|born| born.head.seq > self.settled);
        let waits = before.map_or(0, |born| born.at.saturating_add(born.grace));
        let grace = grace_ms.max(waits.saturating_sub(now_ms));
        let settled = self.step_end(self.settled);
        self.born
            .retain(|born| Some(born.head) >= settled || born.head.seq > self.settled);
        if self.born.len() >= MAX_BORN {
            // Grace may last longer for the earlier of two, never shorter.
            let mut merged = VecDeque::with_capacity(MAX_BORN);
            while let Some(first) = self.born.pop_front() {
                merged.push_back(self.born.pop_front().unwrap_or(first));
            }
            self.born = merged;
        }
        self.born.push_back(Born {
            head,
            at: now_ms,
            grace,
        });
    }

    /// Forgets the births that lie before the grace.
    pub(crate) fn settle(&mut self, now_ms: u64) {
        let over = self.releasable(now_ms);
        self.settled = self.settled.max(over.map_or(0, |head| head.seq));
    }

    /// The last end of a step whose grace is over, if any lies above what was offered.
    pub(crate) fn releasable(&self, now_ms: u64) -> Option<Head> {
        self.born
            .iter()
            .take_while(|born| born.head.seq <= self.settled || born.is_over(now_ms))
            .map(|born| born.head)
            .last()
            .filter(|head| head.seq > self.offered.seq)
    }

    /// The last end of a step that is not above `upto`.
    pub(crate) fn step_end(&self, upto: u64) -> Option<Head> {
        self.born
            .iter()
            .map(|born| born.head)
            .take_while(|head| head.seq <= upto)
            .last()
    }

    /// Whether the last step ends there and may still be undone.
    pub(crate) fn in_grace(&self, seq: u64, now_ms: u64) -> bool {
        self.born.back().is_some_and(|born| {
            born.head.seq == seq
                && seq > self.offered.seq
                && seq > self.settled
                && !born.is_over(now_ms)
        })
    }

    /// Nothing up to there can be undone any more.
    pub(crate) fn offer(&mut self, head: Head) {
        if head.seq > self.offered.seq {
            self.offered = head;
        }
        self.settled = self.settled.max(self.offered.seq);
        let offered = self.offered.seq;
        self.born.retain(|born| born.head.seq > offered);
    }

    /// The end of the log is this now, after something was removed.
    pub(crate) fn cut(&mut self, head: Head) {
        self.born.retain(|born| born.head.seq <= head.seq);
        self.settled = self.settled.min(head.seq);
        if self.offered.seq > head.seq {
            self.offered = head;
        }
    }

    pub(crate) fn to_row(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(7)
            .uint(u64::from(LAYOUT))
            .bytes(self.log.as_bytes());
        head(&mut w, self.offered);
        w.uint(self.settled);
        w.array(u64::try_from(self.born.len()).unwrap_or(0));
        for born in &self.born {
            w.array(3);
            head(&mut w, born.head);
            w.uint(born.at).uint(born.grace);
        }
        w.uint(u64::from(self.retired));
        w.opt(self.introducer, |w, log| w.bytes(log.as_bytes()));
        w.finish()
    }

    pub(crate) fn from_row(row: &[u8]) -> Result<Self, ShelfError> {
        Self::read(row).map_err(|_| ShelfError::Damaged("what this device knows of itself"))
    }

    fn read(row: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader::new(row);
        r.array_of(7)?;
        if r.uint()? != u64::from(LAYOUT) {
            return Err(Malformed::Length);
        }
        let log = LogId(Hash(r.fixed()?));
        let offered = read_head(&mut r)?;
        let settled = r.uint()?;
        let mut born = VecDeque::new();
        for _ in 0..r.array()? {
            let fields = r.array()?;
            let (head, at) = (read_head(&mut r)?, r.uint()?);
            let grace = match fields {
                2 => FORMER_GRACE,
                3 => r.uint()?,
                _ => return Err(Malformed::Length),
            };
            born.push_back(Born { head, at, grace });
        }
        let retired = r.uint()? != 0;
        let introducer = r.opt(|r| r.fixed().map(|bytes| LogId(Hash(bytes))))?;
        r.end()?;
        Ok(Self {
            log,
            offered,
            settled,
            born,
            retired,
            introducer,
        })
    }
}

fn head(w: &mut Writer, head: Head) {
    w.array(2).uint(head.seq).bytes(&head.hash.0);
}

fn read_head(r: &mut Reader<'_>) -> Result<Head, Malformed> {
    r.array_of(2)?;
    Ok(Head {
        seq: r.uint()?,
        hash: Hash(r.fixed()?),
    })
}

/// A cached row: a layout number and the value.
pub(crate) fn to_row<T: Serialize>(value: &T) -> Vec<u8> {
    // Writing to memory fails for no value of ours; an empty row is read as damaged, and what is
    // cached is then made again from the records.
    postcard::to_extend(value, vec![LAYOUT]).unwrap_or_default()
}

/// Reads a cached row; nothing if it was written in another layout.
pub(crate) fn from_row<'de, T: Deserialize<'de>>(row: &'de [u8]) -> Option<T> {
    match row.split_first() {
        Some((&LAYOUT, rest)) => postcard::from_bytes(rest).ok(),
        _ => None,
    }
}
