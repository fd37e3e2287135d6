//! What it all adds up to: the view, folded from what counts of each log, and its snapshot.
//!
//! The snapshot names the tips which it covers and may lag by some fifty records, which are folded
//! on at opening. It never covers a record that may still be undone, so that undoing one folds a
//! few records and not the history.

use std::borrow::Cow;
use std::collections::BTreeMap;

use identity::{Head, LogId, Record, Tip};
use pact::{Placed, Reading, View};
use serde::{Deserialize, Serialize, Serializer};

use crate::pending::Pending;
use crate::replica::Replica;
use crate::state::{from_row, to_row};
use crate::walk::{branch_records, record_at, step, walk};
use crate::{Shelf, ShelfError, Table, Write};

/// How many records the snapshot may lag behind.
const LAG: u64 = 50;

/// How many at an opening before whoever opens keeps a newer one: a history came in without its end.
const LAG_AT_OPENING: u64 = 1000;

/// How many while a long history comes in, run by run.
const LAG_IN_BULK: u64 = 25_000;

/// The largest view that is kept: a thousand times that of ten honest years. A peer can offer
/// without end; what would not fit into a row must not keep this device from writing.
const LARGEST: usize = 32 * 1024 * 1024;

pub(crate) const SNAPSHOT: &[u8] = b"view";

/// The view as it is kept.
#[derive(Serialize, Deserialize)]
struct Snapshot<'a> {
    /// The tips which it covers.
    covers: BTreeMap<LogId, Tip>,
    /// The view's own bytes.
    #[serde(borrow)]
    view: Piece<'a>,
}

impl Snapshot<'_> {
    fn reach(&self) -> BTreeMap<LogId, u64> {
        let covers = self.covers.iter();
        covers.map(|(log, tip)| (*log, tip.head.seq)).collect()
    }
}

/// Bytes that are read and written as one piece: a list of them is one by one.
#[derive(Deserialize)]
struct Piece<'a>(#[serde(borrow)] &'a [u8]);

impl Serialize for Piece<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// A view, and the tips up to which each log is folded into it.
type Reckoned = (View, BTreeMap<LogId, Tip>);

/// The number of the last record that all branches of a log share, and the hashes of each after it.
pub type Paths = (u64, Vec<Vec<identity::Hash>>);

impl Replica {
    /// Folds one record that counts into the view.
    pub(crate) fn fold(
        &self,
        shelf: &dyn Shelf,
        view: &mut View,
        record: &Record,
        marks: &BTreeMap<LogId, Head>,
    ) -> Result<(), ShelfError> {
        let Some(person) = self.roster.person_of(record.log()) else {
            return Ok(());
        };
        let marks = self.honoured_marks(shelf, marks)?;
        fold(view, record, person, &marks);
        Ok(())
    }

    /// Marks as they count: one on a branch that is not honoured reaches only as far as the two
    /// branches are one.
    pub(crate) fn honoured_marks<'a>(
        &self,
        shelf: &dyn Shelf,
        marks: &'a BTreeMap<LogId, Head>,
    ) -> Result<Cow<'a, BTreeMap<LogId, Head>>, ShelfError> {
        let mut marks = Cow::Borrowed(marks);
        for (log, state) in self.logs.iter().filter(|(_, state)| state.is_forked()) {
            let Some(mark) = marks.get(log).copied() else {
                continue;
            };
            let common = state.branches.iter().map(|branch| branch.common);
            let Some(lowest) = common.min_by_key(|common| common.seq) else {
                continue;
            };
            if mark.seq <= lowest.seq
                || (mark.seq <= state.tip.head.seq
                    && self.hash_at(shelf, *log, mark.seq)? == Some(mark.hash))
            {
                continue;
            }
            let mut on = None;
            for branch in &state.branches {
                if self.branch_hash(shelf, *log, branch, mark.seq)? == Some(mark.hash) {
                    on = Some(branch.common);
                }
            }
            match on {
                Some(common) => marks.to_mut().insert(*log, common),
                None => marks.to_mut().remove(log),
            };
        }
        Ok(marks)
    }

    /// The view of what counts, from the snapshot if it can be, else from all records.
    pub(crate) fn reckon(&self, shelf: &dyn Shelf) -> Result<Reckoned, ShelfError> {
        self.reckon_upto(shelf, &self.counting())
    }

    /// What opening needs, with the snapshot read once: the view; and it notes how much the snapshot
    /// covers, and whether keeping one anew would spare the next opening much.
    pub(crate) fn reckon_first(&mut self, shelf: &dyn Shelf) -> Result<View, ShelfError> {
        let row = shelf.get(Table::View, SNAPSHOT)?;
        let snapshot = row.as_ref().and_then(|row| from_row::<Snapshot<'_>>(row));
        let upto = self.counting();
        self.covered = snapshot.as_ref().map(Snapshot::reach).unwrap_or_default();
        if let Some((view, covers)) = self.fitting(snapshot, &upto)
            && let Ok((view, _)) = self.fold_on(shelf, view, covers, &upto)
        {
            self.stale = self.lag() >= LAG_AT_OPENING;
            return Ok(view);
        }
        self.stale = row.is_some() || self.lag() >= LAG_AT_OPENING;
        let (view, _) = self.reckon_anew(shelf, &upto)?;
        Ok(view)
    }

    /// Whether the kept snapshot is of no use (of another version, or of a history that is no more),
    /// of little, or missing where it would spare much: then each opening folds much again until [`catch_up`](Self::catch_up) has been kept.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        self.stale
    }

    fn reckon_upto(
        &self,
        shelf: &dyn Shelf,
        upto: &BTreeMap<LogId, u64>,
    ) -> Result<Reckoned, ShelfError> {
        let row = shelf.get(Table::View, SNAPSHOT)?;
        let snapshot = row.as_ref().and_then(|row| from_row(row));
        if let Some((view, covers)) = self.fitting(snapshot, upto)
            && let Ok(reckoned) = self.fold_on(shelf, view, covers, upto)
        {
            return Ok(reckoned);
        }
        self.reckon_anew(shelf, upto)
    }

    /// The view of what counts, from all records.
    pub(crate) fn reckon_all(&self, shelf: &dyn Shelf) -> Result<Reckoned, ShelfError> {
        self.reckon_anew(shelf, &self.counting())
    }

    fn reckon_anew(
        &self,
        shelf: &dyn Shelf,
        upto: &BTreeMap<LogId, u64>,
    ) -> Result<Reckoned, ShelfError> {
        let view = View::new(self.roster.pact());
        self.fold_on(shelf, view, BTreeMap::new(), upto)
    }

    fn fold_on(
        &self,
        shelf: &dyn Shelf,
        mut view: View,
        mut covers: BTreeMap<LogId, Tip>,
        upto: &BTreeMap<LogId, u64>,
    ) -> Result<Reckoned, ShelfError> {
        for (log, upto) in upto {
            let tip = covers.entry(*log).or_insert_with(|| Tip::start(*log));
            walk(shelf, *log, tip, *upto, |record, tip| {
                self.fold(shelf, &mut view, record, &tip.marks)
            })?;
            let counts = self.logs.get(log).map(|state| state.counts().head);
            if counts.is_some_and(|head| head.seq == tip.head.seq && head != tip.head) {
                return Err(ShelfError::Damaged("a log does not end as it was kept"));
            }
        }
        Ok((view, covers))
    }

    /// How much of each log counts.
    fn counting(&self) -> BTreeMap<LogId, u64> {
        self.logs
            .iter()
            .map(|(log, state)| (*log, state.counts().head.seq))
            .collect()
    }

    /// A snapshot, if it covers no more than that and only logs that count.
    fn fitting(
        &self,
        snapshot: Option<Snapshot<'_>>,
        upto: &BTreeMap<LogId, u64>,
    ) -> Option<Reckoned> {
        let snapshot = snapshot?;
        let fits = snapshot
            .covers
            .iter()
            .all(|(log, tip)| upto.get(log).is_some_and(|upto| tip.head.seq <= *upto));
        let view = View::from_bytes(snapshot.view.0).ok();
        view.filter(|view| fits && view.pact() == self.roster.pact())
            .map(|view| (view, snapshot.covers))
    }

    /// How many records count that the kept snapshot does not cover.
    pub(crate) fn lag(&self) -> u64 {
        self.logs
            .iter()
            .map(|(log, state)| {
                let covered = self.covered.get(log).copied().unwrap_or(0);
                state.counts().head.seq.saturating_sub(covered)
            })
            .fold(0, u64::saturating_add)
    }

    fn lags(&self) -> bool {
        self.stale || self.lag() >= LAG
    }

    /// A snapshot of the view as it stands, if the kept one lags and nothing that it would cover
    /// can still be undone.
    pub(crate) fn snapshot_now(&mut self) -> Option<Write> {
        if !self.lags() || self.own_tip().head.seq > self.safe() {
            return None;
        }
        let covers = self
            .logs
            .iter()
            .map(|(log, state)| (*log, state.counts().clone()))
            .collect();
        Some(self.snapshot_of(covers, self.view.to_bytes()))
    }

    /// The same while some of one's own records can still be undone: the view without them is
    /// folded once more from the last snapshot and what came since.
    pub(crate) fn snapshot_below(&mut self, pending: &mut Pending<'_>) {
        if !self.lags() {
            return;
        }
        if let Some(write) = self.snapshot_now() {
            pending.push(write);
            return;
        }
        let mut upto = self.counting();
        let safe = self
            .safe()
            .max(self.covered.get(&self.own.log).copied().unwrap_or(0));
        upto.entry(self.own.log)
            .and_modify(|own| *own = (*own).min(safe));
        // Not writing a cache is no failure: what cannot be read shows itself when it is needed.
        if let Ok((view, covers)) = self.reckon_upto(pending, &upto) {
            let write = self.snapshot_of(covers, view.to_bytes());
            pending.push(write);
        }
    }

    /// The same after a run that was received; one of many is folded on at opening, should no other
    /// follow it.
    pub(crate) fn snapshot_after(&mut self, pending: &mut Pending<'_>, bulk: bool) {
        if !bulk || self.lag() >= LAG_IN_BULK {
            self.snapshot_below(pending);
        }
    }

    /// A snapshot of the view, if the kept one lags: once a long history is in.
    pub fn catch_up(&mut self, shelf: &dyn Shelf) -> Vec<Write> {
        let mut pending = Pending::new(shelf);
        self.snapshot_below(&mut pending);
        self.stale = false;
        pending.into_writes()
    }

    pub(crate) fn snapshot_of(&mut self, covers: BTreeMap<LogId, Tip>, view: Vec<u8>) -> Write {
        self.stale = false;
        self.covered = covers
            .iter()
            .map(|(log, tip)| (*log, tip.head.seq))
            .collect();
        let key = SNAPSHOT.to_vec();
        if view.len() > LARGEST {
            // Folded from the records at each opening, then.
            return Write::Delete {
                table: Table::View,
                key,
            };
        }
        Write::Put {
            table: Table::View,
            key,
            value: to_row(&Snapshot {
                covers,
                view: Piece(&view),
            }),
        }
    }

    /// The number up to which nothing of a log can be undone any more.
    #[must_use]
    pub fn firm(&self, log: LogId) -> u64 {
        if log == self.own.log {
            self.safe()
        } else {
            u64::MAX
        }
    }

    /// The number up to which nothing of one's own can be undone.
    fn safe(&self) -> u64 {
        self.own.offered.seq.max(self.own.settled)
    }

    /// The hash of a held record of a log's own branch.
    pub(crate) fn hash_at(
        &self,
        shelf: &dyn Shelf,
        log: LogId,
        seq: u64,
    ) -> Result<Option<identity::Hash>, ShelfError> {
        let head = self.logs.get(&log).map(|state| state.tip.head);
        match head {
            _ if seq == 0 => Ok(Some(log.0)),
            Some(head) if seq == head.seq => Ok(Some(head.hash)),
            Some(head) if seq < head.seq => {
                record_at(shelf, log, seq).map(|record| Some(record.hash()))
            }
            _ => Ok(None),
        }
    }

    /// The hash of a held record of another branch.
    pub(crate) fn branch_hash(
        &self,
        shelf: &dyn Shelf,
        log: LogId,
        branch: &crate::Branch,
        seq: u64,
    ) -> Result<Option<identity::Hash>, ShelfError> {
        if seq <= branch.common.seq || seq > branch.tip.head.seq {
            return Ok(None);
        }
        let key = crate::walk::evidence_key(log, branch.first, seq);
        shelf
            .get(Table::Evidence, &key)?
            .map(|bytes| Record::reopen(log, &bytes).map(|record| record.hash()))
            .transpose()
            .map_err(|_| ShelfError::Damaged("a record is not one"))
    }

    /// The tip at a number of a log's own branch.
    pub(crate) fn tip_at(
        &self,
        shelf: &dyn Shelf,
        log: LogId,
        seq: u64,
    ) -> Result<Tip, ShelfError> {
        if let Some(state) = self.logs.get(&log) {
            for known in [&state.tip, state.counts()] {
                if known.head.seq == seq {
                    return Ok(known.clone());
                }
            }
        }
        let mut tip = Tip::start(log);
        walk(shelf, log, &mut tip, seq, |_, _| Ok(()))?;
        Ok(tip)
    }

    /// The hashes of a log's branches after the lowest record that all share: what decides which
    /// mark covers what. Its own branch comes first. Nothing if there is one branch only.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn branches(&self, shelf: &dyn Shelf, log: LogId) -> Result<Option<Paths>, ShelfError> {
        let Some(state) = self.logs.get(&log).filter(|state| state.is_forked()) else {
            return Ok(None);
        };
        let common = state.branches.iter().map(|branch| branch.common.seq).min();
        let common = common.unwrap_or(0);
        let mut tip = self.tip_at(shelf, log, common)?;
        let mut own = Vec::new();
        walk(shelf, log, &mut tip, state.tip.head.seq, |record, _| {
            own.push(record.hash());
            Ok(())
        })?;
        let mut paths = Vec::new();
        for branch in &state.branches {
            let shared = usize::try_from(branch.common.seq - common).unwrap_or(usize::MAX);
            let mut path: Vec<_> = own.iter().copied().take(shared).collect();
            let mut tip = Tip {
                head: branch.common,
                marks: BTreeMap::new(),
            };
            for bytes in branch_records(shelf, log, branch.first)? {
                path.push(step(log, &mut tip, &bytes)?.hash());
            }
            paths.push(path);
        }
        paths.insert(0, own);
        Ok(Some((common, paths)))
    }
}

/// Folds one record with these marks.
pub(crate) fn fold(
    view: &mut View,
    record: &Record,
    person: identity::Person,
    marks: &BTreeMap<LogId, Head>,
) {
    let reading = pact::read(record.kind(), record.body());
    fold_read(view, record, &reading, person, marks);
}

/// The same, of a record that was read already.
pub(crate) fn fold_read(
    view: &mut View,
    record: &Record,
    reading: &Reading,
    person: identity::Person,
    marks: &BTreeMap<LogId, Head>,
) {
    view.fold(&Placed {
        hash: record.hash(),
        log: record.log(),
        person,
        seq: record.seq(),
        day: record.day(),
        flags: record.flags(),
        about: record.about(),
        marks,
        reading,
    });
}
