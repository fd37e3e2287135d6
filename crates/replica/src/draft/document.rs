//! Keeps the Automerge document equal to the edits that count, and contains the engine's failures.

use automerge::{Automerge, Change, ChangeHash};
use identity::Hash;

use super::count::{Counted, Part, parts};
use super::model::EditIx;
use super::ops::Edit;
use super::{Draft, engine};

impl Draft {
    /// The changes of some edits; `None` if the engine failed on one of them.
    pub(super) fn change_hashes(&self, edits: &[EditIx]) -> Option<Vec<ChangeHash>> {
        edits
            .iter()
            .map(|edit| match edit.0 {
                0 => Some(self.genesis.hash()),
                _ => self.entry(*edit)?.place.as_ref()?.change,
            })
            .collect()
    }

    /// Decides anew which edits count and brings the document there. `true`: it was built anew.
    pub(super) fn refresh(&mut self) -> bool {
        self.recount();
        let mut rebuilt = false;
        loop {
            let target = self.target();
            let add = match self.missing(&target) {
                Some(add) => add,
                None => {
                    rebuilt = true;
                    self.doc = engine::empty_document(&self.genesis).unwrap_or_default();
                    self.applied.clear();
                    target
                }
            };
            if add.is_empty() {
                return rebuilt;
            }
            // A change that cannot be built is a fault of the engine too.
            let changes: Option<Vec<Change>> =
                add.iter().map(|edit| self.built_change(*edit)).collect();
            let next = changes.as_ref().and_then(|changes| self.trial(changes));
            match (next, changes) {
                (Some(next), _) => {
                    self.doc = next;
                    self.settle_applied(&add);
                    return rebuilt;
                }
                (None, Some(changes)) => {
                    let culprit = self.culprit(&changes).and_then(|at| add.get(at)).copied();
                    if !self.set_aside(culprit) {
                        return rebuilt;
                    }
                }
                (None, None) => {
                    let broken = add.iter().find(|edit| self.built_change(**edit).is_none());
                    if !self.set_aside(broken.copied()) {
                        return rebuilt;
                    }
                }
            }
        }
    }

    /// These are in the document now; their changes need not be kept at hand.
    fn settle_applied(&mut self, edits: &[EditIx]) {
        for edit in edits {
            self.applied.insert(*edit);
            let at = self.accepted.get(edit.0 as usize).copied().flatten();
            if let Some(place) = at
                .and_then(|at| self.entries.get_mut(at))
                .and_then(|entry| entry.place.as_mut())
            {
                place.built = None;
            }
        }
    }

    /// All that counts is in the document; no change need be kept at hand.
    pub(super) fn drop_built(&mut self) {
        for entry in &mut self.entries {
            if let Some(place) = &mut entry.place {
                place.built = None;
            }
        }
    }

    /// E6 and what follows from it, for all accepted edits.
    pub(super) fn recount(&mut self) {
        let mut list = Vec::with_capacity(self.accepted.len());
        for at in self.accepted.iter().flatten() {
            let Some(entry) = self.entries.get(*at) else {
                continue;
            };
            let Some(place) = &entry.place else { continue };
            list.push(Counted {
                hash: entry.record.hash,
                person: entry.record.person,
                honoured: entry.record.honoured,
                redo: place.redo,
                actor: entry.record.actor,
                seq: self.model.seq(place.ix),
                deps: place
                    .deps
                    .iter()
                    .filter_map(|dep| (dep.0 as usize).checked_sub(1))
                    .collect(),
            });
        }
        self.parts = parts(&list);
    }

    /// The edits that belong into the document, each after what it builds upon.
    pub(super) fn target(&self) -> Vec<EditIx> {
        let mut aside = std::collections::BTreeSet::new();
        let mut target = Vec::new();
        for at in self.accepted.iter().flatten() {
            let Some(entry) = self.entries.get(*at) else {
                continue;
            };
            let Some(place) = &entry.place else { continue };
            if self.part(place.ix) != Part::In {
                continue;
            }
            let faulty = self.faults.contains(&entry.record.hash)
                || place.deps.iter().any(|dep| aside.contains(dep));
            if faulty {
                aside.insert(place.ix);
            } else {
                target.push(place.ix);
            }
        }
        target
    }

    /// What the document lacks; `None` if it holds what it should not.
    fn missing(&self, target: &[EditIx]) -> Option<Vec<EditIx>> {
        let add: Vec<EditIx> = target
            .iter()
            .filter(|edit| !self.applied.contains(edit))
            .copied()
            .collect();
        (add.len() + self.applied.len() == target.len()).then_some(add)
    }

    /// The change of an edit, built anew if it is no longer at hand.
    pub(super) fn built_change(&self, edit: EditIx) -> Option<Change> {
        let entry = self.entry(edit)?;
        let place = entry.place.as_ref()?;
        if let Some(built) = &place.built {
            return Some(built.clone());
        }
        let record = &entry.record;
        let list = Edit::decode(&record.body, &record.actor, &self.genesis_actor).ok()?;
        let seq = u64::from(self.model.seq(edit));
        let deps = self.change_hashes(&place.deps)?;
        engine::build_contained(&list, &record.actor, &self.genesis_actor, seq, deps)
    }

    /// The first change with which a batch fails, found by halving.
    fn culprit(&self, changes: &[Change]) -> Option<usize> {
        let (mut good, mut bad) = (0, changes.len());
        while bad.checked_sub(good)? > 1 {
            let middle = good + (bad - good) / 2;
            if self.trial(changes.get(..middle)?).is_some() {
                good = middle;
            } else {
                bad = middle;
            }
        }
        bad.checked_sub(1)
    }

    /// `false`: there was nothing to set aside, so trying again would not help.
    fn set_aside(&mut self, edit: Option<EditIx>) -> bool {
        let hash = edit
            .and_then(|edit| self.entry(edit))
            .map(|entry| entry.record.hash);
        hash.is_some_and(|hash| self.faults.insert(hash))
    }

    fn trial(&self, changes: &[Change]) -> Option<Automerge> {
        #[cfg(test)]
        if self.poisoned(changes) {
            return None;
        }
        #[cfg(test)]
        if self.bare {
            let mut next = self.doc.clone();
            next.apply_changes(changes.iter().cloned()).ok()?;
            return Some(next);
        }
        engine::trial(&self.doc, changes)
    }

    /// Lets a test play an engine that fails on one edit.
    #[cfg(test)]
    fn poisoned(&self, changes: &[Change]) -> bool {
        let poison = self.poison.and_then(|hash| {
            let at = self.by_hash.get(&hash)?;
            self.entries.get(*at)?.place.as_ref()?.change
        });
        changes.iter().any(|change| Some(change.hash()) == poison)
    }

    /// The last edits of the document: those on which no other in it builds.
    pub(super) fn heads(&self) -> Vec<(EditIx, Hash)> {
        let mut under = std::collections::BTreeSet::new();
        for edit in &self.applied {
            if let Some(place) = self.entry(*edit).and_then(|entry| entry.place.as_ref()) {
                under.extend(place.deps.iter().copied());
            }
        }
        self.applied
            .iter()
            .filter(|edit| !under.contains(edit))
            .filter_map(|edit| self.entry(*edit).map(|entry| (*edit, entry.record.hash)))
            .collect()
    }
}
