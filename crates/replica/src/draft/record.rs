//! What the draft is told about each edit, and what it answers.

use std::collections::BTreeMap;

use identity::{Hash, Head, LogId, Person};
use serde::{Deserialize, Serialize};

/// One edit record, as the logs know it. This is all that the fold reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditRecord {
    /// The record's hash.
    pub hash: Hash,
    /// Whose log it stands in.
    pub log: LogId,
    /// The person of that log.
    pub person: Person,
    /// The signing key of that log's device: the Automerge actor (B2).
    pub actor: [u8; 32],
    /// Its number in the log.
    pub seq: u64,
    /// The edit before it in the same log, on the same branch.
    pub previous: Option<Hash>,
    /// What that log had marked of the others by then, this record's own marks included.
    pub marks: BTreeMap<LogId, Head>,
    /// Whether it is honoured (B4). What is held but not honoured counts only if an edit that
    /// counts builds upon it (E6).
    pub honoured: bool,
    /// The body, as received.
    pub body: Vec<u8>,
}

/// How far each log is held: what decides whether an unknown dependency may still come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    logs: BTreeMap<LogId, HeldLog>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct HeldLog {
    upto: u64,
    /// The number of the last record that all branches share, and each branch's records after it.
    fork: Option<(u64, Vec<Vec<Hash>>)>,
}

impl Held {
    /// Nothing is held.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A log is held up to that record.
    pub fn set(&mut self, log: LogId, upto: u64) {
        self.logs.entry(log).or_default().upto = upto;
    }

    /// A log is forked: after the record numbered `common` these branches are held.
    pub fn set_fork(&mut self, log: LogId, common: u64, branches: Vec<Vec<Hash>>) {
        self.logs.entry(log).or_default().fork = Some((common, branches));
    }

    /// Whether the two know the same forks. If not, the draft is built anew: coverage along a
    /// branch can be judged only once the branch is known.
    pub(super) fn same_forks(&self, other: &Self) -> bool {
        let forks = |held: &Self| -> BTreeMap<LogId, (u64, Vec<Vec<Hash>>)> {
            held.logs
                .iter()
                .filter_map(|(log, held)| held.fork.clone().map(|fork| (*log, fork)))
                .collect()
        };
        forks(self) == forks(other)
    }

    /// Whether everything up to a mark is held, on the mark's branch.
    pub(super) fn reaches(&self, log: LogId, mark: &Head) -> bool {
        let Some(held) = self.logs.get(&log) else {
            return mark.seq == 0;
        };
        match &held.fork {
            None => held.upto >= mark.seq,
            Some((common, branches)) => {
                mark.seq <= *common
                    || branches
                        .iter()
                        .any(|branch| on_branch(branch, *common, mark.seq, mark.hash))
            }
        }
    }

    /// Whether a mark covers a record that is held; `None` while the mark's branch is not.
    pub(super) fn covers(&self, log: LogId, mark: &Head, seq: u64, hash: Hash) -> Option<bool> {
        let within = seq <= mark.seq;
        let Some((common, branches)) = self.logs.get(&log).and_then(|held| held.fork.as_ref())
        else {
            return Some(within);
        };
        if seq <= *common || mark.seq <= *common {
            return Some(within);
        }
        let branch = branches
            .iter()
            .find(|branch| on_branch(branch, *common, mark.seq, mark.hash))?;
        Some(within && on_branch(branch, *common, seq, hash))
    }
}

fn on_branch(branch: &[Hash], common: u64, seq: u64, hash: Hash) -> bool {
    seq.checked_sub(common)
        .and_then(|after| after.checked_sub(1))
        .and_then(|at| usize::try_from(at).ok())
        .and_then(|at| branch.get(at))
        .is_some_and(|held| *held == hash)
}

/// The rule that an edit breaks (B4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// Larger than an edit may be.
    E0,
    /// Not in its canonical form.
    E1,
    /// More edits or ops than a log may hold.
    E2,
    /// Built upon something that it may not build upon.
    E3,
    /// Its ops are not numbered as they must be.
    E4,
    /// An op that does not fit what it builds upon.
    E5,
    /// An earlier edit of the same log was refused.
    Earlier,
}

/// What the gate says about one edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// It may be applied.
    Accepted,
    /// Something that it builds upon has not come yet.
    Waiting,
    /// It never will be.
    Refused(Rule),
}

/// Where one edit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Part of the draft.
    InDraft,
    /// Something that it builds upon has not come yet.
    Waiting,
    /// Refused by the gate.
    Refused(Rule),
    /// Accepted, but neither honoured nor built upon by what counts (E6).
    NotCounted,
    /// Another edit with the same author and number stays instead, here or below it.
    LeftOut,
    /// The engine failed on it or on what it builds upon, although the gate accepted it.
    EngineFault,
}

/// One edit and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EditReport {
    /// The record.
    pub hash: Hash,
    /// Its log.
    pub log: LogId,
    /// Its author.
    pub person: Person,
    /// Its number in the log.
    pub seq: u64,
    /// Where it stands.
    pub standing: Standing,
}

/// What a fold did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Folded {
    /// Edits that the gate accepted just now.
    pub accepted: usize,
    /// Edits that it refused just now.
    pub refused: usize,
    /// Edits that wait.
    pub waiting: usize,
    /// Whether the document was built anew.
    pub rebuilt: bool,
}
