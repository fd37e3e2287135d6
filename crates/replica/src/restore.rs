//! A home that was copied back (B6): it loses nothing and doubles nothing, and its log is never
//! frozen by it.
//!
//! ```text
//!   a peer shows records of my log that I lack ─▶ they are fetched; what I wrote instead waits
//!        │                                          (nothing more is written to that log)
//!        ▼
//!   my person certifies a new device, which continues it ─▶ what waits is signed again there,
//!                                                            each naming what it redoes
//! ```

use std::collections::BTreeMap;

use identity::cbor::{Malformed, Reader, Writer};
use identity::{DeviceKeys, Hash, LogId, Record, Tip, UnverifiedStatement};
use pact::EDIT;

use crate::pending::Pending;
use crate::replica::Replica;
use crate::state::{Born, LogState, Own, Why};
use crate::walk::{all_above, branch_records, step};
use crate::wrong::Misuse;
use crate::{Entry, Shelf, ShelfError, Table, Write, edits};

/// How an edit of the draft is written again under a new device: its record, and the new hashes of
/// those written again before it. Gives the new body, or nothing if it has no effect any more.
pub type EditAnew<'a> = &'a mut dyn FnMut(&Record, &BTreeMap<Hash, Hash>) -> Option<Vec<u8>>;

/// Rows of records that wait to be signed again: this, the log, the number, the hash.
const WAITS: &[u8] = b"redo/";
/// Rows of records that were signed again: this and the hash; the value is the new hash.
const DONE: &[u8] = b"redone/";

impl Replica {
    /// Whether nothing more can be written here until [`Replica::renew`].
    #[must_use]
    pub const fn is_retired(&self) -> bool {
        self.own.retired
    }

    /// The log whose key introduces this device's certificate, until a peer knows it.
    #[must_use]
    pub const fn introducer(&self) -> Option<LogId> {
        self.own.introducer
    }

    /// A peer knows this device's certificate.
    pub fn introduced(&mut self) -> Vec<Write> {
        match self.own.introducer.take() {
            Some(_) => vec![self.own_row()],
            None => Vec::new(),
        }
    }

    /// Takes records of one's own log that follow what is held: this home is a restored copy.
    pub(crate) fn restored(
        &mut self,
        pending: &mut Pending<'_>,
        state: LogState,
        records: Vec<Record>,
        tip: Tip,
    ) -> Result<(), ShelfError> {
        let log = state.log;
        let first = state.tip.head.seq.saturating_add(1);
        let size = records
            .iter()
            .map(|record| record.bytes().len())
            .sum::<usize>();
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let state = self.extend(pending, state, &records, tip, size);
        self.own.offer(state.tip.head);
        self.own.born.clear();
        self.own.retired = true;
        self.logs.insert(log, state);
        crate::receive::push_records(pending, log, first, records);
        pending.push(self.own_row());
        self.settle(pending, &[log])?;
        let (view, _) = self.reckon(pending)?;
        self.view = view;
        self.snapshot_below(pending);
        Ok(())
    }

    /// Takes away what this copy wrote to its own log after a record: another history of it has
    /// left already. What is taken away waits to be signed again.
    pub(crate) fn give_way(
        &mut self,
        pending: &mut Pending<'_>,
        before: &Tip,
    ) -> Result<(), ShelfError> {
        let log = self.own.log;
        let above = before.head.seq;
        let Some(mut state) = self.logs.get(&log).cloned() else {
            return Ok(());
        };
        // Before their rows go: the last one that stays is found from the last one that goes.
        (state.last_edit, state.edits) = edits::last_before(pending, log, state.last_edit, above)?;
        let mut tip = before.clone();
        for bytes in all_above(pending, log, above, state.tip.head.seq)? {
            let record = step(log, &mut tip, &bytes)?;
            state.bytes = state
                .bytes
                .saturating_sub(u64::try_from(bytes.len()).unwrap_or(0));
            if record.kind() == EDIT {
                pending.delete(Table::Edits, &edits::key(log, record.seq(), record.hash()));
            }
            pending.put(Table::Own, &waits_key(&record), bytes);
        }
        pending.push(Write::Cut { log, above });
        state.tip = before.clone();
        pending.push(crate::receive::log_row(&state));
        self.own.cut(before.head);
        pending.push(self.own_row());
        self.logs.insert(log, state);
        self.settle(pending, &[log])?;
        if self.covered.get(&log).is_some_and(|seq| *seq > above) {
            self.covered.clear();
            pending.delete(Table::View, crate::reckon::SNAPSHOT);
        }
        Ok(())
    }

    /// One's own records that have to be signed again, because as they are they cannot count:
    /// written by a restored copy, or after the last honoured record of a log that this device
    /// wrote before.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn unsent(&self, shelf: &dyn Shelf) -> Result<Vec<Record>, ShelfError> {
        let mut records = waiting(shelf)?;
        for log in self.written_here() {
            for record in self.disowned(shelf, log)? {
                records.insert((log, record.seq(), record.hash()), record);
            }
        }
        let mut unsent = Vec::new();
        // What was written to an older log was written before.
        for log in self.written_here().into_iter().rev() {
            for ((of, _, hash), record) in &records {
                if *of == log && shelf.get(Table::Own, &done_key(*hash))?.is_none() {
                    unsent.push(record.clone());
                }
            }
        }
        Ok(unsent)
    }

    /// One's own records that could not be signed again, such as an edit of the draft that has no
    /// place in it any more: kept, to be shown.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn set_aside(&self, shelf: &dyn Shelf) -> Result<Vec<Record>, ShelfError> {
        let mut aside = Vec::new();
        for ((_, _, hash), record) in waiting(shelf)? {
            if shelf.get(Table::Own, &done_key(hash))?.is_some() {
                aside.push(record);
            }
        }
        Ok(aside)
    }

    /// The log of this device and those which it continues, the newest first.
    fn written_here(&self) -> Vec<LogId> {
        let mut logs = vec![self.own.log];
        let mut at = self.own.log;
        while let Some(before) = self
            .roster
            .certificate(at)
            .and_then(|certificate| certificate.continues)
            .filter(|before| !logs.contains(before))
            .filter(|before| self.roster.person_of(*before) == Some(self.person))
        {
            logs.push(before);
            at = before;
        }
        logs
    }

    /// The records of a log that are held and do not count, on all branches.
    fn disowned(&self, shelf: &dyn Shelf, log: LogId) -> Result<Vec<Record>, ShelfError> {
        let Some((state, limit)) = self
            .logs
            .get(&log)
            .and_then(|state| state.limit.as_ref().map(|limit| (state, limit)))
            .filter(|(_, limit)| limit.why != Why::Surplus)
        else {
            return Ok(Vec::new());
        };
        let mut records = Vec::new();
        let mut tip = limit.counts.clone();
        for bytes in all_above(shelf, log, tip.head.seq, state.tip.head.seq)? {
            records.push(step(log, &mut tip, &bytes)?);
        }
        for branch in &state.branches {
            let mut tip = Tip {
                head: branch.common,
                marks: BTreeMap::new(),
            };
            for bytes in branch_records(shelf, log, branch.first)? {
                records.push(step(log, &mut tip, &bytes)?);
            }
        }
        Ok(records)
    }

    /// Goes on as a new device whose certificate continues this one, and signs again what cannot
    /// count as it is, each naming what it redoes (B6). Keep it all as one transaction, together
    /// with the new keys.
    ///
    /// Also for a home that only suspects to be a copy: what it had not offered is taken from the
    /// old log and signed again.
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
        self.all_or_nothing(shelf, |replica, pending| {
            replica.admit_into(pending, vec![certificate])?;
            let old = replica.own.log;
            let new = replica
                .roster
                .by_sign_key(&keys.sign_public())
                .filter(|new| new.continues == Some(old) && new.person == replica.person)
                .map(|new| new.log())
                .filter(|new| !replica.logs.contains_key(new))
                .ok_or(Misuse::NotASuccessor)?;
            if replica.own_tip().head.seq > replica.own.offered.seq {
                let before = replica.tip_at(pending, old, replica.own.offered.seq)?;
                replica.give_way(pending, &before)?;
            }
            replica.own = Own::start(new);
            replica.own.introducer = Some(old);
            let state = LogState::start(new, replica.person);
            pending.push(crate::receive::log_row(&state));
            replica.logs.insert(new, state);
            replica.redo_into(pending, keys, edits)
        })
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
        self.all_or_nothing(shelf, |replica, pending| {
            replica.redo_into(pending, keys, edits)
        })
    }

    fn all_or_nothing(
        &mut self,
        shelf: &dyn Shelf,
        step: impl FnOnce(&mut Self, &mut Pending<'_>) -> Result<(), Misuse>,
    ) -> Result<Vec<Write>, Misuse> {
        let saved = self.save();
        let view = self.view.clone();
        let mut pending = Pending::new(shelf);
        match step(self, &mut pending) {
            Ok(()) => Ok(pending.into_writes()),
            Err(misuse) => {
                self.restore(saved);
                self.view = view;
                Err(misuse)
            }
        }
    }

    fn redo_into(
        &mut self,
        pending: &mut Pending<'_>,
        keys: &DeviceKeys,
        edits: EditAnew<'_>,
    ) -> Result<(), Misuse> {
        // First the view without what waits, then each as it is signed again.
        self.view = self.reckon(pending)?.0;
        self.note_astray(pending)?;
        let mut anew: BTreeMap<Hash, Hash> = BTreeMap::new();
        for record in self.unsent(pending)? {
            let body = if record.kind() == EDIT {
                edits(&record, &anew)
            } else {
                redone(&record).ok()
            };
            // What cannot be said again is not asked for again, and its bytes stay (set_aside).
            let Some(body) = body else {
                pending.put(Table::Own, &waits_key(&record), record.bytes().to_vec());
                pending.put(Table::Own, &done_key(record.hash()), Vec::new());
                continue;
            };
            pending.delete(Table::Own, &waits_key(&record));
            let entry = Entry {
                kind: record.kind(),
                day: record.day(),
                flags: record.flags(),
                about: record.about().map(<[u8]>::to_vec),
                body,
            };
            let (again, writes) = self.sign(keys, entry)?;
            for write in writes {
                pending.push(write);
            }
            pending.put(
                Table::Own,
                &done_key(record.hash()),
                again.hash().0.to_vec(),
            );
            anew.insert(record.hash(), again.hash());
        }
        // It was said before: no grace.
        let head = self.own_tip().head;
        self.own.born.push_back(Born {
            head,
            at: 0,
            grace: 0,
        });
        self.own.settled = head.seq;
        pending.push(self.own_row());
        self.snapshot_below(pending);
        Ok(())
    }
}

/// The rows of records that wait or were set aside, by log, number and hash.
fn waiting(shelf: &dyn Shelf) -> Result<BTreeMap<(LogId, u64, Hash), Record>, ShelfError> {
    let mut records = BTreeMap::new();
    for (key, bytes) in shelf.scan(Table::Own, WAITS)? {
        if !key.starts_with(WAITS) {
            break;
        }
        let log = key.get(WAITS.len()..WAITS.len().saturating_add(32));
        let log = log.and_then(|log| <[u8; 32]>::try_from(log).ok());
        let log = LogId::from(log.ok_or(ShelfError::Damaged("a record that waits"))?);
        let record =
            Record::reopen(log, &bytes).map_err(|_| ShelfError::Damaged("a record that waits"))?;
        records.insert((log, record.seq(), record.hash()), record);
    }
    Ok(records)
}

/// The body of an act that says again what a record said: its first item names the first of them.
fn redone(record: &Record) -> Result<Vec<u8>, Malformed> {
    let mut r = Reader::new(record.body());
    let items = r.array()?;
    let first = r.opt(|r| r.fixed().map(Hash))?.unwrap_or(record.hash());
    let mut w = Writer::new();
    w.array(items).bytes(&first.0);
    for _ in 1..items {
        w.raw(r.item()?);
    }
    r.end()?;
    Ok(w.finish())
}

fn waits_key(record: &Record) -> Vec<u8> {
    let mut key = WAITS.to_vec();
    key.extend_from_slice(record.log().as_bytes());
    key.extend_from_slice(&record.seq().to_be_bytes());
    key.extend_from_slice(&record.hash().0);
    key
}

fn done_key(hash: Hash) -> Vec<u8> {
    let mut key = DONE.to_vec();
    key.extend_from_slice(&hash.0);
    key
}
