//! Brings each edit before the gate as soon as what it builds upon has its verdict.

use identity::Hash;

use super::engine;
use super::gate;
use super::model::EditIx;
use super::ops::Edit;
use super::record::{EditRecord, Folded, Rule, Verdict};
use super::{Accepted, Draft, Entry};

/// What one look at an edit says.
pub(super) enum Look {
    /// Nothing can be said before the verdict on these.
    Wait(Vec<Hash>),
    Refused(Rule),
    Accepted(Box<gate::Passed>),
}

impl Draft {
    /// Takes in records and settles all that can be settled by now.
    pub(super) fn take(&mut self, records: &[EditRecord], done: &mut Folded) {
        for record in records {
            if let Some(entry) = self
                .by_hash
                .get(&record.hash)
                .and_then(|at| self.entries.get_mut(*at))
            {
                entry.record.honoured = record.honoured;
                continue;
            }
            let at = self.entries.len();
            self.by_hash.insert(record.hash, at);
            self.entries.push(Entry {
                record: record.clone(),
                verdict: Verdict::Waiting,
                place: None,
            });
        }
        // More of a log may be held than before: what waited for something unknown looks again.
        let waiting = self.entries.iter().enumerate();
        let mut queue: Vec<usize> = waiting
            .filter(|(_, entry)| entry.verdict == Verdict::Waiting)
            .map(|(at, _)| at)
            .rev()
            .collect();
        self.waiters.clear();
        while let Some(at) = queue.pop() {
            let Some(hash) = self.entries.get(at).map(|entry| entry.record.hash) else {
                continue;
            };
            match self.look(at) {
                Look::Wait(edits) => {
                    for edit in edits {
                        self.waiters.entry(edit).or_default().push(at);
                    }
                    continue;
                }
                Look::Refused(rule) => {
                    if let Some(entry) = self.entries.get_mut(at)
                        && entry.verdict == Verdict::Waiting
                    {
                        entry.verdict = Verdict::Refused(rule);
                        done.refused += 1;
                    }
                }
                Look::Accepted(passed) => {
                    self.accept(at, *passed);
                    done.accepted += 1;
                }
            }
            queue.extend(self.waiters.remove(&hash).unwrap_or_default());
        }
    }

    fn look(&self, at: usize) -> Look {
        match self.entries.get(at).map(|entry| (entry, entry.verdict)) {
            Some((entry, Verdict::Waiting)) => self.examine(&entry.record),
            Some((_, Verdict::Refused(rule))) => Look::Refused(rule),
            Some((_, Verdict::Accepted)) | None => Look::Wait(Vec::new()),
        }
    }

    /// The verdict on a record, from it and what it builds upon.
    pub(super) fn examine(&self, record: &EditRecord) -> Look {
        let previous = match record.previous {
            None => None,
            Some(previous) => match self
                .by_hash
                .get(&previous)
                .and_then(|at| self.entries.get(*at))
            {
                None => return Look::Wait(vec![previous]),
                Some(entry) => match (entry.verdict, &entry.place) {
                    (Verdict::Refused(_), _) => return Look::Refused(Rule::Earlier),
                    (Verdict::Accepted, Some(place)) => Some(place.ix),
                    (Verdict::Waiting | Verdict::Accepted, _) => {
                        return Look::Wait(vec![previous]);
                    }
                },
            },
        };
        let edit = match Edit::decode(&record.body, &record.actor, &self.genesis_actor) {
            Ok(edit) => edit,
            Err(error) => return Look::Refused(error.into()),
        };
        let deps = match self.deps(record, &edit) {
            Ok(deps) => deps,
            Err(look) => return look,
        };
        match gate::judge(
            &self.model,
            record.actor,
            &self.genesis_actor,
            previous,
            &deps,
            &edit,
        ) {
            Ok(addition) => Look::Accepted(Box::new(gate::Passed {
                addition,
                deps,
                edit,
            })),
            Err(rule) => Look::Refused(rule),
        }
    }

    /// E3: each dependency is the genesis, or an accepted edit that the log's own marks cover.
    fn deps(&self, record: &EditRecord, edit: &Edit) -> Result<Vec<EditIx>, Look> {
        let mut deps = Vec::new();
        let mut wait = Vec::new();
        for dep in &edit.deps {
            if *dep == self.pact.0 {
                deps.push(EditIx(0));
                continue;
            }
            let Some(on) = self.by_hash.get(dep).and_then(|at| self.entries.get(*at)) else {
                // It may still come, unless everything that this log has marked is here.
                if record
                    .marks
                    .iter()
                    .all(|(log, mark)| self.held.reaches(*log, mark))
                {
                    return Err(Look::Refused(Rule::E3));
                }
                wait.push(*dep);
                continue;
            };
            let covered = if on.record.log == record.log {
                Some(on.record.seq < record.seq)
            } else {
                record
                    .marks
                    .get(&on.record.log)
                    .map_or(Some(false), |mark| {
                        self.held
                            .covers(on.record.log, mark, on.record.seq, on.record.hash)
                    })
            };
            match (covered, on.verdict, &on.place) {
                (Some(false), ..) | (_, Verdict::Refused(_), _) => {
                    return Err(Look::Refused(Rule::E3));
                }
                (Some(true), Verdict::Accepted, Some(place)) => deps.push(place.ix),
                (_, Verdict::Accepted | Verdict::Waiting, _) => wait.push(*dep),
            }
        }
        if wait.is_empty() {
            Ok(deps)
        } else {
            Err(Look::Wait(wait))
        }
    }

    fn accept(&mut self, at: usize, passed: gate::Passed) {
        let gate::Passed {
            addition,
            deps,
            edit,
        } = passed;
        let own = addition.actor;
        let ix = self.model.add(addition);
        let built = self.change_hashes(&deps).and_then(|deps| {
            let seq = u64::from(self.model.seq(ix));
            engine::build_contained(&edit, &own, &self.genesis_actor, seq, deps)
        });
        self.accepted.push(Some(at));
        let Some(entry) = self.entries.get_mut(at) else {
            return;
        };
        entry.verdict = Verdict::Accepted;
        entry.place = Some(Accepted {
            ix,
            deps,
            redo: edit.redo,
            change: built.as_ref().map(automerge::Change::hash),
            built,
        });
    }
}
