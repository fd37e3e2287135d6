//! The copy itself: who may speak, how far each log is held, and what it adds up to.

use std::collections::BTreeMap;

use identity::{
    Day, DeviceKeys, Flags, Hash, Head, LogId, Mark, Person, Record, Roster, UnverifiedStatement,
};

use crate::state::{LogState, Own};
use crate::wrong::{Misuse, Refusal};
use crate::{Shelf, ShelfError, Write};

/// One device's copy of a pact. Small: no record is kept in it.
///
/// Every list of writes that it hands out is applied as one transaction before the next call. If
/// that fails, the replica is dropped and opened again: it already speaks of what was not kept.
pub struct Replica {
    pub(crate) roster: Roster,
    pub(crate) own: Own,
    pub(crate) logs: BTreeMap<LogId, LogState>,
}

/// A record to be signed, without what the log adds to it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// 1 edit, 2 to 127 critical acts, from 128 ignorable acts.
    pub kind: u64,
    /// The day that its author claims.
    pub day: Day,
    /// How it was made and shall be shown.
    pub flags: Flags,
    /// The item or owned object that it is about.
    pub about: Option<Vec<u8>>,
    /// The act or edit, canonical.
    pub body: Vec<u8>,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What to keep.
    pub writes: Vec<Write>,
    /// The log.
    pub log: LogId,
    /// The numbers of what is newly held: from the first to before the second.
    pub new: std::ops::Range<u64>,
    /// What that means.
    pub outcome: Outcome,
}

/// What a run meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// New records at the end of a log.
    Stored,
    /// Nothing that was not held.
    Known,
    /// Records beyond what is fetched of a revoked or forked log: dropped. If the log is forked,
    /// the peer may not know it yet: show it the fork.
    Beyond,
    /// They follow another history than the one held: find the last common record (Probe), and
    /// have the peer send from there.
    Differs,
    /// A second history of that log, now kept as evidence: the device is frozen; tell both.
    Forked,
    /// Records of this device's own log that were not here: this is a restored copy (B6). Nothing
    /// more can be written until [`Replica::renew`].
    Restored,
}

/// How a peer's mark stands to what is held here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The same; nothing to do.
    Equal,
    /// It holds a prefix of mine: send what follows.
    Behind {
        /// The number of the first record to send.
        from: u64,
    },
    /// It holds more, as far as can be told: wait.
    Ahead,
    /// It holds another history: Probe.
    Differs,
    /// The log is forked and the peer's mark does not show that it knows: send the two paths.
    Forked,
    /// No certificate names that log.
    Unknown,
}

/// What undoing did.
#[derive(Clone)]
pub enum Undone {
    /// The last record is gone.
    Gone(Box<Record>),
    /// There is nothing that could still be undone: it may have left, or its grace is over.
    Nothing,
}

/// Records ready for a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The number of the first.
    pub from: u64,
    /// As they were received or signed; the last carries a good signature. Empty if nothing may be
    /// sent.
    pub records: Vec<Vec<u8>>,
    /// Whether more follow.
    pub more: bool,
}

/// The two histories of a forked log, each ending in a good signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The log.
    pub log: LogId,
    /// The number of the first record of both.
    pub from: u64,
    /// As it is held.
    pub ours: Vec<Vec<u8>>,
    /// The other.
    pub other: Vec<Vec<u8>>,
}

/// How an edit of the draft is written again under a new device: its record, and the new hashes of
/// those written again before it. Gives the new body, or nothing if it has no effect any more.
pub type EditAnew<'a> = &'a mut dyn FnMut(&Record, &BTreeMap<Hash, Hash>) -> Option<Vec<u8>>;

impl Replica {
    /// A new pact: its founding, and the certificates of both first devices.
    ///
    /// # Errors
    /// The statements do not make a pact with `own` in it.
    pub fn begin(
        statements: Vec<UnverifiedStatement>,
        own: LogId,
    ) -> Result<(Self, Vec<Write>), Misuse> {
        todo!()
    }

    /// Opens what is kept, in O(1) of its history.
    ///
    /// # Errors
    /// What is kept could not be read, is damaged, or belongs to another device.
    pub fn open(shelf: &dyn Shelf, own: LogId) -> Result<Self, ShelfError> {
        todo!()
    }

    /// Who may speak.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }
    /// Whose device this is.
    #[must_use]
    pub fn person(&self) -> Person {
        todo!()
    }
    /// The log this device writes.
    #[must_use]
    pub fn own_log(&self) -> LogId {
        self.own.log
    }
    /// What is held of each log.
    pub fn logs(&self) -> impl Iterator<Item = &LogState> {
        self.logs.values()
    }
    /// What is held of one log.
    #[must_use]
    pub fn log(&self, log: LogId) -> Option<&LogState> {
        self.logs.get(&log)
    }
    /// How far each log is held, as a peer may know it: nothing of one's own that was not offered.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        todo!()
    }

    /// Signs one's own next record. It marks everything newly held, and it counts here at once;
    /// with a grace of 0 it is born offered.
    ///
    /// # Errors
    /// Nothing may be written to this log any more, or the record is too large.
    pub fn append(
        &mut self,
        keys: &DeviceKeys,
        entry: Entry,
        now_ms: u64,
        grace_ms: u64,
    ) -> Result<(Record, Vec<Write>), Misuse> {
        todo!()
    }
    /// Removes one's own last record if it can not have left yet.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn undo(
        &mut self,
        shelf: &dyn Shelf,
        now_ms: u64,
        grace_ms: u64,
    ) -> Result<(Undone, Vec<Write>), ShelfError> {
        todo!()
    }
    /// The highest of one's own numbers that may leave: its grace is over, or it was offered.
    #[must_use]
    pub fn releasable(&self, now_ms: u64, grace_ms: u64) -> u64 {
        todo!()
    }
    /// When the next of one's own records becomes releasable, if any is in its grace.
    #[must_use]
    pub fn next_release(&self, now_ms: u64, grace_ms: u64) -> Option<u64> {
        todo!()
    }
    /// Lets one's own records up to `upto` leave. Durable before any of them does.
    pub fn offer(&mut self, upto: u64) -> Vec<Write> {
        todo!()
    }
    /// The highest of one's own numbers that may have left.
    #[must_use]
    pub fn offered(&self) -> u64 {
        self.own.offered.seq
    }

    /// Takes statements of a peer or of one's own person. What is not in order is dropped.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn admit(
        &mut self,
        shelf: &dyn Shelf,
        statements: Vec<UnverifiedStatement>,
    ) -> Result<Vec<Write>, ShelfError> {
        todo!()
    }
    /// Takes a run of one log: the whole run or nothing.
    ///
    /// # Errors
    /// The run is refused, or what is kept could not be read; then nothing has changed.
    pub fn receive(
        &mut self,
        shelf: &dyn Shelf,
        log: LogId,
        from: u64,
        run: Vec<Vec<u8>>,
    ) -> Result<Received, Refusal> {
        todo!()
    }
    /// Takes the two paths of a fork.
    ///
    /// # Errors
    /// As for [`Replica::receive`].
    pub fn receive_fork(&mut self, shelf: &dyn Shelf, fork: Fork) -> Result<Received, Refusal> {
        todo!()
    }
    /// How a peer's mark stands to what may be shown of the log here.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn compare(&self, shelf: &dyn Shelf, mark: Mark) -> Result<Standing, ShelfError> {
        todo!()
    }
    /// The hashes of a log's records with these numbers, as far as they are held and may be shown:
    /// the answer to Probe.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn hashes(
        &self,
        shelf: &dyn Shelf,
        log: LogId,
        seqs: &[u64],
    ) -> Result<Vec<Option<Hash>>, ShelfError> {
        todo!()
    }
    /// A peer's Hashes show that it shares this log with us up to here, and not beyond.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn probed(
        &mut self,
        shelf: &dyn Shelf,
        log: LogId,
        common: Head,
    ) -> Result<Vec<Write>, ShelfError> {
        todo!()
    }
    /// Records of a log for a peer, from a number on: at most `max_bytes` together, ending in a
    /// good signature, nothing that was not offered, nothing beyond what is fetched.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn outgoing(
        &self,
        shelf: &dyn Shelf,
        log: LogId,
        from: u64,
        max_bytes: usize,
    ) -> Result<Outgoing, ShelfError> {
        todo!()
    }
    /// Both histories of a forked log, to show to a peer.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn fork(&self, shelf: &dyn Shelf, log: LogId) -> Result<Option<Fork>, ShelfError> {
        todo!()
    }
    /// The number of the last record of a log that counts.
    #[must_use]
    pub fn honoured(&self, log: LogId) -> u64 {
        todo!()
    }
    /// The number of the last record of a log that is fetched: honoured, and beyond it only up to
    /// marks in honoured records of other logs. No number if all that may come is fetched.
    #[must_use]
    pub fn fetched(&self, log: LogId) -> Option<u64> {
        todo!()
    }
    /// Whether one record was made before another, provably (B4, before).
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn before(&self, shelf: &dyn Shelf, a: Mark, b: Mark) -> Result<bool, ShelfError> {
        todo!()
    }

    /// Whether nothing more can be written here until [`Replica::renew`].
    #[must_use]
    pub fn is_retired(&self) -> bool {
        self.own.retired
    }
    /// One's own records that must be signed again, because they cannot count as they are.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn unsent(&self, shelf: &dyn Shelf) -> Result<Vec<Record>, ShelfError> {
        todo!()
    }
    /// Goes on as a new device whose certificate continues this one, and signs again what cannot
    /// count as it is, each naming what it redoes (B6). All in one transaction.
    ///
    /// # Errors
    /// The certificate does not continue this log, or the keys are not its keys.
    pub fn renew(
        &mut self,
        shelf: &dyn Shelf,
        certificate: UnverifiedStatement,
        keys: &DeviceKeys,
        edits: EditAnew<'_>,
    ) -> Result<Vec<Write>, Misuse> {
        todo!()
    }
    /// Signs again what is [`Replica::unsent`], when a fork is found only after the renewal.
    ///
    /// # Errors
    /// Nothing can be written.
    pub fn redo(
        &mut self,
        shelf: &dyn Shelf,
        keys: &DeviceKeys,
        edits: EditAnew<'_>,
    ) -> Result<Vec<Write>, Misuse> {
        todo!()
    }
    /// The log whose key introduces this device's certificate, until a peer knows it.
    #[must_use]
    pub fn introducer(&self) -> Option<LogId> {
        self.own.introducer
    }
    /// A peer knows this device's certificate.
    pub fn introduced(&mut self) -> Vec<Write> {
        todo!()
    }
}
