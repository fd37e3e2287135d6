//! What comes from others: runs of records, whole or not at all (B4).
//!
//! A run that follows what is held is verified, folded and kept, at the cost of what is new. One
//! that leaves an earlier record is a second history: in another's log it is kept as evidence and
//! the log is frozen; in one's own it means that this home is a restored copy (B6).

use std::ops::Range;

use identity::{LogId, Record, Tip};
use pact::{EDIT, Reading};

use crate::edits;
use crate::pending::Pending;
use crate::replica::{Replica, put};
use crate::run::Run;
use crate::state::{Branch, LogState};
use crate::walk::evidence_key;
use crate::wrong::{Refusal, Wrong};
use crate::{Fork, Shelf, ShelfError, Table, Write};

/// How many bytes of records are kept of all logs together; then receiving stops and says so
/// (S37). Ten busy years are a tenth of it.
pub const STORE_CAP: u64 = 192 * 1024 * 1024;

/// How many other branches of one log are kept, besides those that revocations name: one proves
/// the fork. The lowest are, so that two who were shown them in another order keep the same.
const MAX_BRANCHES: usize = 8;

/// A run of so many records is one of many: the snapshot of the view waits for the last of them.
const BULK: usize = 500;

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What to keep.
    pub writes: Vec<Write>,
    /// The log.
    pub log: LogId,
    /// The numbers of what is newly held: from the first to before the second.
    pub new: Range<u64>,
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

impl Replica {
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
        self.receive_read(shelf, log, Run::read(log, from, run))
    }

    /// Takes a run of one log whose bytes were read before: the whole run or nothing.
    ///
    /// # Errors
    /// As for [`Replica::receive`].
    pub fn receive_read(
        &mut self,
        shelf: &dyn Shelf,
        log: LogId,
        run: Result<Run, Wrong>,
    ) -> Result<Received, Refusal> {
        let saved = self.save();
        let mut pending = Pending::new(shelf);
        match self.take(&mut pending, log, run) {
            Ok((outcome, new)) => Ok(Received {
                writes: pending.into_writes(),
                log,
                new,
                outcome,
            }),
            Err(refusal) => {
                self.restore(saved);
                Err(refusal)
            }
        }
    }

    /// Takes the two paths of a fork, which must be two.
    ///
    /// # Errors
    /// As for [`Replica::receive`].
    pub fn receive_fork(&mut self, shelf: &dyn Shelf, fork: Fork) -> Result<Received, Refusal> {
        if fork.ours.first() == fork.other.first() {
            return Err(Wrong::NotAFork.into());
        }
        let saved = self.save();
        let mut pending = Pending::new(shelf);
        let log = fork.log;
        let taken = self
            .take(&mut pending, log, Run::read(log, fork.from, fork.ours))
            .and_then(|first| {
                let other = Run::read(log, fork.from, fork.other);
                let second = self.take(&mut pending, log, other)?;
                Ok((first, second))
            });
        match taken {
            Ok((first, second)) => {
                let outcome = graver(first.0, second.0);
                let (new, more) = (first.1, second.1);
                let new = match (new.is_empty(), more.is_empty()) {
                    (true, _) => more,
                    (_, true) => new,
                    _ => new.start.min(more.start)..new.end.max(more.end),
                };
                Ok(Received {
                    writes: pending.into_writes(),
                    log,
                    new,
                    outcome,
                })
            }
            Err(refusal) => {
                self.restore(saved);
                Err(refusal)
            }
        }
    }

    fn take(
        &mut self,
        pending: &mut Pending<'_>,
        log: LogId,
        run: Result<Run, Wrong>,
    ) -> Result<(Outcome, Range<u64>), Refusal> {
        let certificate = self.roster.certificate(log).ok_or(Wrong::UnknownLog)?;
        let person = certificate.person;
        let state = self
            .logs
            .get(&log)
            .cloned()
            .unwrap_or_else(|| LogState::start(log, person));
        let run = run?;
        if log == self.own.log {
            // Only what this device signed may be measured against its own log: else the answer to
            // a forged run would tell whether something is still in its grace.
            run.is_authentic(certificate)?;
        }
        let head = state.tip.head;
        if run.from > head.seq {
            return self.take_next(pending, state, run);
        }
        let known = self.known(pending, &run, head.seq)?;
        let run = run.skip(known);
        if run.records.is_empty() {
            return Ok((Outcome::Known, 0..0));
        }
        if run.from > head.seq {
            return self.take_next(pending, state, run);
        }
        self.take_branch(pending, state, run)
    }

    /// How many records at the beginning of a run are held as they are.
    fn known(&self, shelf: &dyn Shelf, run: &Run, upto: u64) -> Result<usize, ShelfError> {
        let mut known = 0;
        let mut seq = run.from;
        while seq <= upto && known < run.records.len() {
            let held = shelf.records(run.log, seq, 256 * 1024)?;
            if held.is_empty() {
                return Err(ShelfError::Damaged("records are missing"));
            }
            for (ours, theirs) in held.iter().zip(run.records.iter().skip(known)) {
                if ours.as_slice() != theirs.bytes() || seq > upto {
                    return Ok(known);
                }
                known = known.saturating_add(1);
                seq = seq.saturating_add(1);
            }
        }
        Ok(known)
    }

    /// A run that begins right after what is held, or further on.
    fn take_next(
        &mut self,
        pending: &mut Pending<'_>,
        state: LogState,
        run: Run,
    ) -> Result<(Outcome, Range<u64>), Refusal> {
        let log = state.log;
        let head = state.tip.head;
        if self.fetched(log).is_some_and(|last| run.from > last) {
            return Ok((Outcome::Beyond, 0..0));
        }
        if run.from != head.seq.saturating_add(1) {
            return Err(Wrong::Gap.into());
        }
        if run.prev() != Some(head.hash) {
            return Ok((Outcome::Differs, 0..0));
        }
        self.room(run.size())?;
        let certificate = self.roster.certificate(log).ok_or(Wrong::UnknownLog)?;
        let (from, size) = (run.from, run.size());
        let (records, readings, tip) = run.verify(certificate, &state.tip)?;
        let new = from..tip.head.seq.saturating_add(1);
        if log == self.own.log {
            self.restored(pending, state, records, tip)?;
            return Ok((Outcome::Restored, new));
        }
        let counted = state.counts().head;
        let all_counted = counted == state.tip.head;
        let old = state.tip.clone();
        let limited = state.limit.is_some() || self.roster.is_revoked(log);
        let state = self.extend(pending, state, &records, tip, size);
        self.logs.insert(log, state);
        if limited {
            // Rare: a revocation decides how much of the new counts.
            push_records(pending, log, from, records);
            self.settle(pending, &[log])?;
            let counts = self.logs.get(&log).map(|state| state.counts().head);
            let counts = counts.unwrap_or(counted);
            if all_counted && counts.seq > counted.seq {
                self.fold_new(pending, log, &old, counts.seq)?;
                self.snapshot_below(pending);
            } else if counts != counted {
                self.reckon_again(pending)?;
            }
        } else {
            self.fold_run(pending, &records, &readings, old)?;
            let bulk = records.len() >= BULK;
            push_records(pending, log, from, records);
            self.snapshot_after(pending, bulk);
        }
        Ok((Outcome::Stored, new))
    }

    /// Folds what counts of what was just kept after an old tip.
    fn fold_new(
        &mut self,
        pending: &Pending<'_>,
        log: LogId,
        old: &Tip,
        upto: u64,
    ) -> Result<(), ShelfError> {
        let mut view = self.view.clone();
        let mut tip = old.clone();
        crate::walk::walk(pending, log, &mut tip, upto, |record, tip| {
            self.fold(pending, &mut view, record, &tip.marks)
        })?;
        self.view = view;
        Ok(())
    }

    /// Folds a verified run that counts wholly.
    fn fold_run(
        &mut self,
        shelf: &dyn Shelf,
        records: &[Record],
        readings: &[Reading],
        mut tip: Tip,
    ) -> Result<(), ShelfError> {
        if self.logs.values().any(LogState::is_forked) {
            // Marks on forked logs are looked up, which can fail: then nothing may have changed.
            let mut view = self.view.clone();
            for record in records {
                crate::walk::advance(&mut tip, record);
                self.fold(shelf, &mut view, record, &tip.marks)?;
            }
            self.view = view;
            return Ok(());
        }
        let log = records.first().map(Record::log);
        let Some(person) = log.and_then(|log| self.roster.person_of(log)) else {
            return Ok(());
        };
        for (record, reading) in records.iter().zip(readings) {
            crate::walk::advance(&mut tip, record);
            crate::reckon::fold_read(&mut self.view, record, reading, person, &tip.marks);
        }
        Ok(())
    }

    /// The state of a log after a verified run; writes it, and the rows of edits.
    pub(crate) fn extend(
        &self,
        pending: &mut Pending<'_>,
        mut state: LogState,
        records: &[Record],
        tip: Tip,
        size: u64,
    ) -> LogState {
        let rows = (state.last_edit, state.edits);
        (state.last_edit, state.edits) = edit_rows(pending, records, &state.tip, rows);
        state.tip = tip;
        state.bytes = state.bytes.saturating_add(size);
        pending.put(Table::Log, state.log.as_bytes(), state.to_row());
        state
    }

    /// A run that leaves what is held at an earlier record.
    fn take_branch(
        &mut self,
        pending: &mut Pending<'_>,
        state: LogState,
        run: Run,
    ) -> Result<(Outcome, Range<u64>), Refusal> {
        let log = state.log;
        let common = run.from.saturating_sub(1);
        if run.prev() != self.hash_at(pending, log, common)? {
            return Ok((Outcome::Differs, 0..0));
        }
        self.room(run.size())?;
        let certificate = self.roster.certificate(log).ok_or(Wrong::UnknownLog)?;
        let (from, size) = (run.from, run.size());
        let before = self.tip_at(pending, log, common)?;
        let (records, _, tip) = run.verify(certificate, &before)?;
        let new = from..tip.head.seq.saturating_add(1);
        if log == self.own.log {
            self.give_way(pending, &before)?;
            let state = self.logs.get(&log).cloned().unwrap_or(state);
            self.restored(pending, state, records, tip)?;
            return Ok((Outcome::Restored, new));
        }
        let Some(first) = records.first().map(Record::hash) else {
            return Ok((Outcome::Known, 0..0));
        };
        let named = self
            .roster
            .revocations(log)
            .iter()
            .any(|revoked| records.iter().any(|record| record.hash() == revoked.hash));
        let known = state
            .branches
            .iter()
            .position(|branch| branch.first == first);
        let longer = known
            .and_then(|index| state.branches.get(index))
            .is_none_or(|branch| tip.head.seq > branch.tip.head.seq);
        if !longer {
            return Ok((Outcome::Known, 0..0));
        }
        let mut state = state;
        if known.is_none() && state.branches.len() >= MAX_BRANCHES && !named {
            // What counts ends at the lowest fork: that one must not depend on who came first.
            let highest = self.highest_branch(pending, &state)?;
            let lower = |branch: &Branch| (common, first) < branch.place();
            let Some(index) = highest.filter(|at| state.branches.get(*at).is_some_and(lower))
            else {
                return Ok((Outcome::Known, 0..0));
            };
            self.drop_branch(pending, &mut state, index)?;
        }
        let rows = edits::last_before(pending, log, state.last_edit, common)?;
        let (last_edit, edits) = edit_rows(pending, &records, &before, rows);
        let branch = Branch {
            common: before.head,
            first,
            last_edit,
            edits,
            tip,
        };
        for record in records {
            pending.put(
                Table::Evidence,
                &evidence_key(log, first, record.seq()),
                record.into_bytes(),
            );
        }
        match known.and_then(|index| state.branches.get_mut(index)) {
            Some(slot) => *slot = branch,
            None => state.branches.push(branch),
        }
        state.bytes = state.bytes.saturating_add(size);
        pending.put(Table::Log, log.as_bytes(), state.to_row());
        self.logs.insert(log, state);
        self.settle(pending, &[log])?;
        // Even if as much counts as before, marks of others on this log may reach less far now.
        self.reckon_again(pending)?;
        Ok((Outcome::Forked, new))
    }

    fn room(&self, size: u64) -> Result<(), Refusal> {
        let held = self.logs.values().map(|state| state.bytes);
        let held = held.fold(size, u64::saturating_add);
        if held > STORE_CAP {
            return Err(Refusal::Full);
        }
        Ok(())
    }
}

/// Writes the rows of a run's edits.
pub(crate) fn edit_rows(
    pending: &mut Pending<'_>,
    records: &[Record],
    before: &Tip,
    mut rows: edits::Rows,
) -> edits::Rows {
    if !records.iter().any(|record| record.kind() == EDIT) {
        return rows;
    }
    let mut tip = before.clone();
    for record in records {
        crate::walk::advance(&mut tip, record);
        if record.kind() == EDIT {
            let (row, with) = edits::next_row(record, &tip, rows);
            row.into_iter().for_each(|row| pending.push(row));
            rows = with;
        }
    }
    rows
}

pub(crate) fn push_records(
    pending: &mut Pending<'_>,
    log: LogId,
    first: u64,
    records: Vec<Record>,
) {
    pending.push(Write::Append {
        log,
        first,
        records: records.into_iter().map(Record::into_bytes).collect(),
    });
}

/// The one of two outcomes that says more.
fn graver(a: Outcome, b: Outcome) -> Outcome {
    let weight = |outcome| match outcome {
        Outcome::Known => 0,
        Outcome::Beyond => 1,
        Outcome::Stored => 2,
        Outcome::Differs => 3,
        Outcome::Forked => 4,
        Outcome::Restored => 5,
    };
    if weight(b) > weight(a) { b } else { a }
}

/// The row of a log's state.
pub(crate) fn log_row(state: &LogState) -> Write {
    put(Table::Log, state.log.as_bytes(), state.to_row())
}
