//! What this device says itself: signing the next record, taking it back within its grace, and
//! letting it leave.

use std::collections::BTreeMap;

use identity::{
    Day, DeviceKeys, Flags, Hash, Head, LogId, Mark, NewRecord, Record, Tip, sign_record,
};
use pact::{Act, EDIT};

use crate::edits;
use crate::replica::{Replica, put};
use crate::walk::{advance, record_at};
use crate::wrong::Misuse;
use crate::{Shelf, ShelfError, Table, Write};

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

impl Entry {
    /// An act, made while its person sat there.
    #[must_use]
    pub fn act(day: Day, about: Option<Vec<u8>>, act: &Act) -> Self {
        Self {
            kind: act.kind(),
            day,
            flags: Flags::default(),
            about,
            body: act.encode(),
        }
    }
}

/// What undoing did.
#[derive(Clone)]
pub enum Undone {
    /// The last record is gone.
    Gone(Box<Record>),
    /// There is nothing that could still be undone: it may have left, or its grace is over.
    Nothing,
}

impl Replica {
    /// Signs one's own next record. It marks everything newly held, and it counts here at once.
    /// It keeps the grace that it is born with; with none, and nothing before it in its grace, it
    /// is born offered.
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
        let snapshot = {
            self.own.settle(now_ms);
            self.snapshot_now()
        };
        let (record, mut writes) = self.sign(keys, entry)?;
        writes.extend(snapshot);
        let head = self.own_tip().head;
        self.own.bear(head, now_ms, grace_ms);
        if self.own.born.back().is_some_and(|born| born.grace == 0) {
            self.own.offer(head);
        }
        writes.push(self.own_row());
        Ok((record, writes))
    }

    /// Signs the next record and folds it, without a word on when it may leave.
    pub(crate) fn sign(
        &mut self,
        keys: &DeviceKeys,
        entry: Entry,
    ) -> Result<(Record, Vec<Write>), Misuse> {
        if self.own.retired {
            return Err(Misuse::Retired);
        }
        let log = self.own.log;
        let certificate = self.roster.certificate(log).ok_or(Misuse::Disowned)?;
        if certificate.sign != keys.sign_public() {
            return Err(Misuse::NotOurKeys);
        }
        let state = self
            .logs
            .get(&log)
            .filter(|state| state.limit.is_none())
            .ok_or(Misuse::Disowned)?;
        let new = NewRecord {
            kind: entry.kind,
            day: entry.day,
            flags: entry.flags,
            about: entry.about,
            seen: state.tip.news(log, self.held()),
            body: entry.body,
        };
        let record = sign_record(keys, log, &state.tip, new).map_err(Misuse::Sign)?;
        let mut state = state.clone();
        advance(&mut state.tip, &record);
        state.bytes = state.bytes.saturating_add(size(&record));
        let mut writes = vec![Write::Append {
            log,
            first: record.seq(),
            records: vec![record.bytes().to_vec()],
        }];
        if record.kind() == EDIT {
            let (row, rows) = edits::next_row(&record, &state.tip, (state.last_edit, state.edits));
            writes.extend(row);
            (state.last_edit, state.edits) = rows;
        }
        writes.push(put(Table::Log, log.as_bytes(), state.to_row()));
        let marks = self.own_marks(&state.tip);
        crate::reckon::fold(&mut self.view, &record, self.person, &marks);
        self.logs.insert(log, state);
        Ok((record, writes))
    }

    /// One's own marks as they count.
    fn own_marks(&self, tip: &Tip) -> BTreeMap<LogId, Head> {
        let mut marks = tip.marks.clone();
        for (log, (mark, counts)) in &self.astray {
            if marks.get(log) == Some(mark) {
                match counts {
                    Some(head) => marks.insert(*log, *head),
                    None => marks.remove(log),
                };
            }
        }
        marks
    }

    /// Notes which of one's own newest marks lie on a branch that does not count.
    pub(crate) fn note_astray(&mut self, shelf: &dyn Shelf) -> Result<(), ShelfError> {
        let tip = self.own_tip().clone();
        let counting = self.honoured_marks(shelf, &tip.marks)?.into_owned();
        self.astray = tip
            .marks
            .into_iter()
            .filter(|(log, mark)| counting.get(log) != Some(mark))
            .map(|(log, mark)| (log, (mark, counting.get(&log).copied())))
            .collect();
        Ok(())
    }

    /// What one's own next record may mark: everything held, but of a log of which not all counts
    /// only what does, so that no mark makes others fetch what is disowned.
    pub(crate) fn held(&self) -> Vec<Mark> {
        self.logs
            .values()
            .filter(|state| self.roster.certificate(state.log).is_some())
            .map(|state| state.counts().head.of(state.log))
            .collect()
    }

    /// Removes one's own last record if it cannot have left yet. The draft, which is made of the
    /// edits, is folded anew by whoever holds it.
    ///
    /// # Errors
    /// What is kept could not be read; then nothing has changed.
    pub fn undo(
        &mut self,
        shelf: &dyn Shelf,
        now_ms: u64,
    ) -> Result<(Undone, Vec<Write>), ShelfError> {
        let log = self.own.log;
        let state = self.logs.get(&log).filter(|state| state.limit.is_none());
        let Some(state) = state.filter(|_| !self.own.retired).cloned() else {
            return Ok((Undone::Nothing, Vec::new()));
        };
        if !self.own.in_grace(state.tip.head.seq, now_ms) {
            return Ok((Undone::Nothing, Vec::new()));
        }
        let saved = self.save();
        let record = record_at(shelf, log, state.tip.head.seq)?;
        match self.cut_own(shelf, &record) {
            Ok(writes) => Ok((Undone::Gone(Box::new(record)), writes)),
            Err(error) => {
                self.restore(saved);
                Err(error)
            }
        }
    }

    /// Ends the grace of all that was written here: it may leave at once, and is not undone.
    pub fn end_grace(&mut self) -> Vec<Write> {
        self.own.settled = self.own_tip().head.seq;
        vec![self.own_row()]
    }

    /// Removes one's own last record, if it is this one and was never offered, whatever became of
    /// its grace: an announcement that reached nobody. Whether it is gone.
    ///
    /// # Errors
    /// What is kept could not be read; then nothing has changed.
    pub fn take_back(
        &mut self,
        shelf: &dyn Shelf,
        hash: Hash,
    ) -> Result<(bool, Vec<Write>), ShelfError> {
        let head = self.own_tip().head;
        let stays = self.own.retired
            || head.hash != hash
            || head.seq <= self.own.offered.seq
            || self
                .logs
                .get(&self.own.log)
                .is_none_or(|log| log.limit.is_some());
        if stays {
            return Ok((false, Vec::new()));
        }
        let saved = self.save();
        let record = record_at(shelf, self.own.log, head.seq)?;
        match self.cut_own(shelf, &record) {
            Ok(writes) => Ok((true, writes)),
            Err(error) => {
                self.restore(saved);
                Err(error)
            }
        }
    }

    /// Removes the last record of one's own log.
    fn cut_own(&mut self, shelf: &dyn Shelf, record: &Record) -> Result<Vec<Write>, ShelfError> {
        let log = self.own.log;
        let above = record.seq().saturating_sub(1);
        let mut writes = vec![Write::Cut { log, above }];
        if let Some(state) = self.logs.get_mut(&log) {
            if record.kind() == EDIT {
                let key = edits::key(log, record.seq(), record.hash());
                if let Some(row) = edits::read_one(shelf, &key)? {
                    state.last_edit = row.previous;
                    state.edits = state.edits.saturating_sub(1);
                    writes.push(Write::Delete {
                        table: Table::Edits,
                        key,
                    });
                }
            }
            state.bytes = state.bytes.saturating_sub(size(record));
            // The marks before it are known once the view is reckoned from its snapshot on.
            state.tip.head = Head {
                seq: above,
                hash: record.prev(),
            };
        }
        let (view, tips) = self.reckon(shelf)?;
        if let Some(state) = self.logs.get_mut(&log) {
            if let Some(tip) = tips.get(&log) {
                state.tip = tip.clone();
            }
            self.own.cut(state.tip.head);
            writes.push(put(Table::Log, log.as_bytes(), state.to_row()));
        }
        writes.push(self.own_row());
        self.view = view;
        if self.covered.get(&log).is_some_and(|seq| *seq > above) {
            // Only if the clock went back between: the snapshot covers what is gone.
            writes.push(self.snapshot_of(tips, self.view.to_bytes()));
        }
        Ok(writes)
    }

    /// The highest of one's own numbers that may leave: its grace is over, or it was offered.
    #[must_use]
    pub fn releasable(&self, now_ms: u64) -> u64 {
        self.own
            .releasable(now_ms)
            .map_or(self.own.offered.seq, |head| head.seq)
    }

    /// When the next of one's own records becomes releasable (unix milliseconds), if any is in its
    /// grace.
    #[must_use]
    pub fn next_release(&self, now_ms: u64) -> Option<u64> {
        let over = self.releasable(now_ms);
        self.own
            .born
            .iter()
            .find(|born| born.head.seq > over)
            .map(|born| born.at.saturating_add(born.grace))
    }

    /// The grace with which the last of one's own steps was born, if it can still be undone.
    #[must_use]
    pub fn last_grace(&self, now_ms: u64) -> Option<u64> {
        let last = self.own.born.back()?;
        self.own
            .in_grace(last.head.seq, now_ms)
            .then_some(last.grace)
    }

    /// When the last of one's own steps was made (unix milliseconds), if it can still be undone.
    #[must_use]
    pub fn last_made(&self, now_ms: u64) -> Option<u64> {
        let last = self.own.born.back()?;
        self.own.in_grace(last.head.seq, now_ms).then_some(last.at)
    }

    /// Lets one's own records up to `upto` leave. To be kept before any of them does.
    pub fn offer(&mut self, upto: u64) -> Vec<Write> {
        let Some(head) = self
            .own
            .step_end(upto)
            .filter(|_| upto > self.own.offered.seq)
        else {
            return Vec::new();
        };
        self.own.offer(head);
        vec![self.own_row()]
    }

    /// The highest of one's own numbers that may have left.
    #[must_use]
    pub const fn offered(&self) -> u64 {
        self.own.offered.seq
    }
}

fn size(record: &Record) -> u64 {
    u64::try_from(record.bytes().len()).unwrap_or(u64::MAX)
}
