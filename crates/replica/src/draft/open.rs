//! The draft from what is kept: the cache, and after it only what it does not cover.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Hash, Head, LogId, Record};

use super::Draft;
use super::change::Author;
use super::record::{EditRecord, Held};
use crate::walk::{all_above, branch_records};
use crate::{LogState, Replica, Shelf, ShelfError, Table, Write};

/// The one row of the draft's table.
const CACHE: &[u8] = b"cache";

/// A cache that lags by more edits than this is written again.
const LAG: usize = 24;

/// The largest cache that is kept. What a peer's edits add up to must not keep this device from
/// writing its own.
const LARGEST: usize = 32 * 1024 * 1024;

impl Author {
    /// This device, as it writes next.
    #[must_use]
    pub fn of(replica: &Replica) -> Option<Self> {
        let log = replica.own_log();
        let actor = replica.roster().certificate(log)?.sign;
        let mut marks: BTreeMap<LogId, Head> = replica
            .log(log)
            .map(|state| state.tip.marks.clone())
            .unwrap_or_default();
        for mark in replica.held() {
            let known = marks.get(&mark.log).map_or(0, |mark| mark.seq);
            if mark.log != log && mark.seq > known {
                marks.insert(mark.log, mark.head());
            }
        }
        Some(Self { log, actor, marks })
    }
}

impl Draft {
    /// The draft as it stands: the cache, if it is of use, and what it does not cover.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn open(replica: &Replica, shelf: &dyn Shelf) -> Result<Self, ShelfError> {
        let pact = replica.roster().pact();
        let cached = shelf.get(Table::Draft, CACHE)?;
        let cached = cached.and_then(|cache| Self::restore(pact, &cache).ok());
        let mut draft = cached.unwrap_or_else(|| Self::new(pact));
        draft.kept = draft.len();
        draft.fold_on(replica, shelf)?;
        Ok(draft)
    }

    /// The cache as a row, if the kept one lags by so much that it is worth writing.
    pub fn keep(&mut self) -> Option<Write> {
        if self.len().abs_diff(self.kept) <= LAG {
            return None;
        }
        self.kept = self.len();
        let value = self.snapshot();
        (value.len() <= LARGEST).then(|| Write::Put {
            table: Table::Draft,
            key: CACHE.to_vec(),
            value,
        })
    }

    /// Takes in what is kept and not yet in the draft, and lets go of what is not kept any more.
    /// Reads only what is new, unless a log is forked or was cut.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn fold_on(&mut self, replica: &Replica, shelf: &dyn Shelf) -> Result<(), ShelfError> {
        let (mut held, mut counts) = (Held::new(), Counts::default());
        for state in replica.logs() {
            held.set(state.log, state.tip.head.seq);
            counts.upto.insert(state.log, replica.honoured(state.log));
            if let Some((common, branches)) = branches(shelf, state)? {
                let ours = branches.first().into_iter().flatten().copied().collect();
                counts.ours.insert(state.log, (common, ours));
                held.set_fork(state.log, common, branches);
            }
        }
        let rows = match self.new_rows(replica, shelf)? {
            Some(rows) => rows,
            None => {
                let rows = replica.edits(shelf, &BTreeMap::new())?;
                let kept: BTreeSet<Hash> = rows.iter().map(|row| row.hash).collect();
                let known = self.entries.iter().map(|entry| entry.record.hash);
                let gone: BTreeSet<Hash> = known.filter(|hash| !kept.contains(hash)).collect();
                self.forget(&gone);
                rows
            }
        };
        let records: Vec<EditRecord> = rows
            .into_iter()
            .filter_map(|row| {
                let device = replica.roster().certificate(row.log)?;
                Some(EditRecord {
                    honoured: counts.honours(row.log, row.seq, &row.hash),
                    hash: row.hash,
                    log: row.log,
                    person: device.person,
                    actor: device.sign,
                    seq: row.seq,
                    previous: row.previous,
                    marks: row.marks,
                    body: row.body,
                })
            })
            .collect();
        for entry in &mut self.entries {
            let record = &mut entry.record;
            record.honoured = counts.honours(record.log, record.seq, &record.hash);
        }
        self.fold(&records, &held);
        Ok(())
    }

    /// The edits after those that are known; nothing if not all that is known is still kept, or if
    /// there are branches.
    fn new_rows(
        &self,
        replica: &Replica,
        shelf: &dyn Shelf,
    ) -> Result<Option<Vec<crate::EditRow>>, ShelfError> {
        let mut last: BTreeMap<LogId, (u64, Hash)> = BTreeMap::new();
        for entry in &self.entries {
            let here = (entry.record.seq, entry.record.hash);
            let slot = last.entry(entry.record.log).or_insert(here);
            *slot = (*slot).max(here);
        }
        if last.is_empty()
            || replica.logs().any(LogState::is_forked)
            || last.keys().any(|log| replica.log(*log).is_none())
        {
            return Ok(None);
        }
        let after = last.iter().map(|(log, (seq, _))| (*log, *seq)).collect();
        let rows = replica.edits(shelf, &after)?;
        for (log, (_, hash)) in &last {
            let first = rows
                .iter()
                .find(|row| row.log == *log)
                .map(|row| row.previous);
            let here = first.unwrap_or_else(|| replica.log(*log).and_then(|log| log.last_edit));
            if here != Some(*hash) {
                return Ok(None);
            }
        }
        Ok(Some(rows))
    }
}

/// What of each log counts.
#[derive(Default)]
struct Counts {
    upto: BTreeMap<LogId, u64>,
    /// Of a forked log: the last number that both branches share, and the log's own branch.
    ours: BTreeMap<LogId, (u64, BTreeSet<Hash>)>,
}

impl Counts {
    fn honours(&self, log: LogId, seq: u64, hash: &Hash) -> bool {
        let on_branch =
            |(common, ours): &(u64, BTreeSet<Hash>)| seq <= *common || ours.contains(hash);
        self.upto.get(&log).is_some_and(|upto| seq <= *upto)
            && self.ours.get(&log).is_none_or(on_branch)
    }
}

/// The last number that the branches of a log share, and the hashes of each after it.
type Branches = (u64, Vec<Vec<Hash>>);

/// The branches of a forked log, its own first. A forked log is frozen, so this does not grow.
fn branches(shelf: &dyn Shelf, state: &LogState) -> Result<Option<Branches>, ShelfError> {
    let Some(common) = state.branches.iter().map(|branch| branch.common.seq).min() else {
        return Ok(None);
    };
    let hashes = |path: &[Vec<u8>]| {
        let hash = |bytes: &Vec<u8>| Record::reopen(state.log, bytes).map(|record| record.hash());
        let hashes: Result<Vec<Hash>, _> = path.iter().map(hash).collect();
        hashes.map_err(|_| ShelfError::Damaged("a fork"))
    };
    let ours = hashes(&all_above(shelf, state.log, common, state.tip.head.seq)?)?;
    let mut all = Vec::new();
    for branch in &state.branches {
        let shared = branch.common.seq.saturating_sub(common);
        let shared = usize::try_from(shared).unwrap_or(usize::MAX);
        let mut path: Vec<Hash> = ours.iter().copied().take(shared).collect();
        path.extend(hashes(&branch_records(shelf, state.log, branch.first)?)?);
        all.push(path);
    }
    all.insert(0, ours);
    Ok(Some((common, all)))
}
