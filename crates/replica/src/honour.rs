//! How much of a log counts, given revocations and forks (B4, honoured and fetched).

use identity::{Head, LogId, Mark, Record, Revoked, Tip};
use pact::EDIT;

use crate::pending::Pending;
use crate::replica::Replica;
use crate::state::{Branch, Limit, LogState, Why};
use crate::walk::{all_above, branch_records, evidence_key, walk};
use crate::{Shelf, ShelfError, Table, Write};

/// A place on one of a log's branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// Which of the other branches, or the log's own.
    branch: Option<usize>,
    seq: u64,
}

impl Place {
    const fn main(seq: u64) -> Self {
        Self { branch: None, seq }
    }
}

impl Replica {
    /// The number of the last record of a log that counts.
    #[must_use]
    pub fn honoured(&self, log: LogId) -> u64 {
        self.logs
            .get(&log)
            .map_or(0, |state| state.counts().head.seq)
    }

    /// Whether that very record counts.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn honours(&self, shelf: &dyn Shelf, mark: Mark) -> Result<bool, ShelfError> {
        let within = mark.seq <= self.honoured(mark.log);
        let forked = self.logs.get(&mark.log).is_some_and(LogState::is_forked);
        Ok(within && (!forked || self.hash_at(shelf, mark.log, mark.seq)? == Some(mark.hash)))
    }

    /// The number of the last record of a log that is fetched: honoured, and beyond it only up to
    /// marks in honoured records of other logs. No number if all that may come is fetched.
    #[must_use]
    pub fn fetched(&self, log: LogId) -> Option<u64> {
        let honoured = match self.logs.get(&log) {
            None if self.roster.is_revoked(log) => {
                let revoked = self.roster.revocations(log).iter();
                revoked.map(|revoked| revoked.seq).max().unwrap_or(0)
            }
            None => return None,
            Some(state) => {
                let limit = state.limit.as_ref()?;
                limit.awaits.unwrap_or(0).max(limit.counts.head.seq)
            }
        };
        let marked = self
            .logs
            .values()
            .filter(|other| other.log != log)
            .filter_map(|other| other.counts().marks.get(&log))
            .map(|mark| mark.seq)
            .max();
        Some(honoured.max(marked.unwrap_or(0)))
    }

    /// Works out anew what counts of these logs, and makes the branch that a revocation names the
    /// log's own. True if something that counted does not any more, or the reverse: then the view
    /// is to be reckoned from all records.
    pub(crate) fn settle(
        &mut self,
        pending: &mut Pending<'_>,
        logs: &[LogId],
    ) -> Result<bool, ShelfError> {
        let mut changed = false;
        for log in logs {
            let Some(before) = self.logs.get(log).cloned() else {
                continue;
            };
            let (place, why, awaits) = match self.place(pending, &before)? {
                None => {
                    changed |= before.limit.is_some();
                    self.limit(pending, *log, None);
                    continue;
                }
                Some(found) => found,
            };
            if let Some(branch) = place.branch {
                self.adopt(pending, *log, branch)?;
            }
            let counts = self.tip_at(pending, *log, place.seq)?;
            changed |= counts.head != before.counts().head;
            let tip = self.logs.get(log).map_or(0, |state| state.tip.head.seq);
            let reach = awaits.unwrap_or(0).max(counts.head.seq).min(tip);
            let reach = Head {
                seq: reach,
                hash: self
                    .hash_at(pending, *log, reach)?
                    .unwrap_or(counts.head.hash),
            };
            let limit = Limit {
                counts,
                reach,
                why,
                awaits,
            };
            self.limit(pending, *log, Some(limit));
        }
        Ok(changed)
    }

    fn limit(&mut self, pending: &mut Pending<'_>, log: LogId, limit: Option<Limit>) {
        if let Some(state) = self.logs.get_mut(&log) {
            state.limit = limit;
            pending.put(Table::Log, log.as_bytes(), state.to_row());
        }
    }

    /// Where what counts of a log ends; nothing if all of it does and will.
    fn place(
        &self,
        shelf: &dyn Shelf,
        state: &LogState,
    ) -> Result<Option<(Place, Why, Option<u64>)>, ShelfError> {
        if self.roster.certificate(state.log).is_none() {
            return Ok(Some((Place::main(0), Why::Surplus, None)));
        }
        let common = state.branches.iter().map(|branch| branch.common.seq).min();
        let revoked = self.roster.revocations(state.log);
        let mut place = None;
        let mut awaits = None;
        for revoked in revoked {
            let (found, held) = self.revoked_at(shelf, state, revoked, common)?;
            if !held {
                awaits = awaits.max(Some(revoked.seq));
            }
            place = Some(place.map_or(found, |place| meet(state, place, found)));
        }
        Ok(match (place, common) {
            (Some(place), _) => Some((place, Why::Revoked, awaits)),
            (None, Some(common)) => Some((Place::main(common), Why::Forked, None)),
            (None, None) => None,
        })
    }

    /// Where the record that a revocation names stands, and whether it is held.
    fn revoked_at(
        &self,
        shelf: &dyn Shelf,
        state: &LogState,
        revoked: &Revoked,
        common: Option<u64>,
    ) -> Result<(Place, bool), ShelfError> {
        let seq = revoked.seq;
        if seq == 0 {
            return Ok((Place::main(0), true));
        }
        let main = self.hash_at(shelf, state.log, seq)?;
        if main == Some(revoked.hash) {
            return Ok((Place::main(seq), true));
        }
        let mut another = main.is_some();
        for (index, branch) in state.branches.iter().enumerate() {
            let hash = self.branch_hash(shelf, state.log, branch, seq)?;
            if hash == Some(revoked.hash) {
                let branch = Some(index);
                return Ok((Place { branch, seq }, true));
            }
            another |= hash.is_some();
        }
        // Not held yet: what is held up to there counts, until something else is held there.
        let counts = match (another, common) {
            (true, _) => state.probed.map_or(0, |probed| probed.seq).min(seq),
            (false, Some(common)) => common.min(seq),
            (false, None) => state.tip.head.seq.min(seq),
        };
        Ok((Place::main(counts), false))
    }

    /// Makes another branch the log's own; what was its own is kept as the other.
    fn adopt(
        &mut self,
        pending: &mut Pending<'_>,
        log: LogId,
        index: usize,
    ) -> Result<(), ShelfError> {
        let Some(state) = self.logs.get(&log).cloned() else {
            return Ok(());
        };
        let Some(branch) = state.branches.get(index).cloned() else {
            return Ok(());
        };
        let common = branch.common;
        let ours = all_above(pending, log, common.seq, state.tip.head.seq)?;
        let theirs = branch_records(pending, log, branch.first)?;
        let first = self.hash_of_next(pending, log, common.seq)?;
        for (at, _) in theirs.iter().enumerate() {
            pending.delete(
                Table::Evidence,
                &evidence_key(log, branch.first, place(common.seq, at)),
            );
        }
        // A branch that left what is now the other one leaves where both did from now on.
        for other in state
            .branches
            .iter()
            .filter(|other| other.common.seq > common.seq)
        {
            let shared = usize::try_from(other.common.seq - common.seq).unwrap_or(usize::MAX);
            for (at, bytes) in ours.iter().take(shared).enumerate() {
                let key = evidence_key(log, other.first, place(common.seq, at));
                pending.put(Table::Evidence, &key, bytes.clone());
            }
        }
        for (at, bytes) in ours.into_iter().enumerate() {
            pending.put(
                Table::Evidence,
                &evidence_key(log, first, place(common.seq, at)),
                bytes,
            );
        }
        pending.push(Write::Cut {
            log,
            above: common.seq,
        });
        pending.push(Write::Append {
            log,
            first: common.seq.saturating_add(1),
            records: theirs,
        });
        if let Some(state) = self.logs.get_mut(&log) {
            let other = Branch {
                common,
                first,
                tip: std::mem::replace(&mut state.tip, branch.tip),
                last_edit: std::mem::replace(&mut state.last_edit, branch.last_edit),
                edits: std::mem::replace(&mut state.edits, branch.edits),
            };
            for another in &mut state.branches {
                if another.common.seq > common.seq {
                    another.common = common;
                }
            }
            if let Some(slot) = state.branches.get_mut(index) {
                *slot = other;
            }
        }
        Ok(())
    }

    /// The branch of a log that leaves it last, of those that no revocation names.
    pub(crate) fn highest_branch(
        &self,
        shelf: &dyn Shelf,
        state: &LogState,
    ) -> Result<Option<usize>, ShelfError> {
        let mut highest: Option<(usize, &Branch)> = None;
        for (index, branch) in state.branches.iter().enumerate() {
            let mut named = false;
            for revoked in self.roster.revocations(state.log) {
                let hash = self.branch_hash(shelf, state.log, branch, revoked.seq)?;
                named |= hash == Some(revoked.hash);
            }
            if !named && highest.is_none_or(|(_, other)| other.place() < branch.place()) {
                highest = Some((index, branch));
            }
        }
        Ok(highest.map(|(index, _)| index))
    }

    /// Forgets a branch: its evidence, and the rows of its edits that no other branch shares.
    pub(crate) fn drop_branch(
        &self,
        pending: &mut Pending<'_>,
        state: &mut LogState,
        index: usize,
    ) -> Result<(), ShelfError> {
        let log = state.log;
        let branch = state.branches.remove(index);
        for bytes in branch_records(pending, log, branch.first)? {
            let record = Record::reopen(log, &bytes)
                .map_err(|_| ShelfError::Damaged("a record is not one"))?;
            let (seq, hash) = (record.seq(), record.hash());
            if record.kind() == EDIT {
                let mut shared = false;
                for other in &state.branches {
                    shared |= self.branch_hash(pending, log, other, seq)? == Some(hash);
                }
                if !shared {
                    pending.delete(Table::Edits, &crate::edits::key(log, seq, hash));
                }
            }
            pending.delete(Table::Evidence, &evidence_key(log, branch.first, seq));
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            state.bytes = state.bytes.saturating_sub(size);
        }
        Ok(())
    }

    fn hash_of_next(
        &self,
        shelf: &dyn Shelf,
        log: LogId,
        after: u64,
    ) -> Result<identity::Hash, ShelfError> {
        self.hash_at(shelf, log, after.saturating_add(1))?
            .ok_or(ShelfError::Damaged("a branch without records"))
    }

    /// The tip on a log's own branch, for tools that show where something stands.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn marks_at(&self, shelf: &dyn Shelf, log: LogId, seq: u64) -> Result<Tip, ShelfError> {
        let mut tip = Tip::start(log);
        walk(shelf, log, &mut tip, seq, |_, _| Ok(()))?;
        Ok(tip)
    }
}

/// The common prefix of two places.
fn meet(state: &LogState, a: Place, b: Place) -> Place {
    let seq = a.seq.min(b.seq);
    if a.branch == b.branch {
        return Place {
            branch: a.branch,
            seq,
        };
    }
    let leaves = |place: Place| {
        place
            .branch
            .and_then(|index| state.branches.get(index))
            .map_or(u64::MAX, |branch| branch.common.seq)
    };
    Place::main(seq.min(leaves(a)).min(leaves(b)))
}

/// The number of the record so many after a common one.
fn place(common: u64, at: usize) -> u64 {
    common
        .saturating_add(1)
        .saturating_add(u64::try_from(at).unwrap_or(u64::MAX))
}
