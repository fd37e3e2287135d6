//! What we are writing together: the draft, and the gate in front of it.
//!
//! The draft is a document that both may edit at once, offline. It is the fold of all edits: each
//! edit is a record of some device's log that carries a short list of ops, and nothing else. The
//! draft binds nobody, so it can be thrown away and built anew at any time.
//!
//! ```text
//!   bytes of an edit ─ ops ─▶ Edit ─ gate (E0–E5, on model) ─▶ accepted ─ count (E6) ─▶ counted
//!                               │                                                          │
//!                               └────────────── engine: build the change ──────────────────┤
//!                                                                                          ▼
//!   Change wanted ─ change ─▶ body of a new edit          items ◀── document ◀── trial on a clone
//! ```
//!
//! - `ops`: the list of ops and its bytes. A peer's bytes are read here and nowhere else.
//! - `schema`: what the document is made of.
//! - `model`, `gate`: the verdict on an edit, from the edit and what it builds upon alone.
//! - `count`: which accepted edits make up the document.
//! - `engine`: the only file that talks to Automerge about changes; `change` and `items` write
//!   and read the document; `crossed` finds what both changed at once.
//!
//! Formats: `docs/formats.md` B4, "Edits".

mod anew;
mod cache;
mod change;
mod content;
mod count;
mod crossed;
mod document;
mod engine;
mod fold;
mod gate;
mod items;
mod model;
mod open;
mod ops;
mod record;
mod schema;
mod splice;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, ChangeHash};
use identity::{Hash, LogId, PactId};

pub use anew::Anew;
pub use cache::CacheError;
pub use change::{Author, Change, ChangeError, Field, NewEdit, Scalar};
pub use content::{NotReady, part_named};
pub use crossed::{Crossed, Spot, Whose};
pub use items::{Choice, DraftItem, DraftPart, ItemRef, Questions};
pub use record::{EditRecord, EditReport, Folded, Held, Rule, Standing, Verdict};

use self::count::Part;
use self::model::{EditIx, Model};

/// The draft of one pact: every edit that is held, the verdict on each, and the document.
pub struct Draft {
    pact: PactId,
    genesis_actor: [u8; 32],
    genesis: automerge::Change,
    held: Held,
    entries: Vec<Entry>,
    by_hash: BTreeMap<Hash, usize>,
    /// Entries that wait for the verdict on an edit.
    waiters: BTreeMap<Hash, Vec<usize>>,
    model: Model,
    /// The entry of each accepted edit; that of the genesis does not exist.
    accepted: Vec<Option<usize>>,
    /// What becomes of each accepted edit, the genesis excepted.
    parts: Vec<Part>,
    doc: Automerge,
    applied: BTreeSet<EditIx>,
    /// Edits that the gate accepted and the engine failed on.
    faults: BTreeSet<Hash>,
    /// How many edits the kept cache covers.
    kept: usize,
    /// Tests: an engine that fails on this edit.
    #[cfg(test)]
    poison: Option<Hash>,
    /// Tests: no trial, so that whatever the gate lets through shows.
    #[cfg(test)]
    bare: bool,
}

/// One edit and what is known of it.
struct Entry {
    record: EditRecord,
    verdict: Verdict,
    /// Once accepted.
    place: Option<Accepted>,
}

struct Accepted {
    ix: EditIx,
    deps: Vec<EditIx>,
    redo: Option<Hash>,
    /// `None` if the engine failed to build it.
    change: Option<ChangeHash>,
    /// Until it is in the document.
    built: Option<automerge::Change>,
}

impl Draft {
    /// A draft without edits.
    #[must_use]
    pub fn new(pact: PactId) -> Self {
        let genesis_actor = engine::genesis_actor(pact);
        let genesis = engine::genesis(pact);
        // The genesis is a constant that applies; without it there would be an empty document,
        // in which nothing is found and nothing can be changed.
        let doc = engine::empty_document(&genesis).unwrap_or_default();
        Self {
            pact,
            genesis_actor,
            genesis,
            held: Held::new(),
            entries: Vec::new(),
            by_hash: BTreeMap::new(),
            waiters: BTreeMap::new(),
            model: Model::new(genesis_actor),
            accepted: vec![None],
            parts: Vec::new(),
            doc,
            applied: BTreeSet::new(),
            faults: BTreeSet::new(),
            kept: 0,
            #[cfg(test)]
            poison: None,
            #[cfg(test)]
            bare: false,
        }
    }

    /// Takes in edits, in any order, with what is held of each log by now. An edit that is known
    /// already only has its `honoured` updated. The result depends on the set of edits that were
    /// ever given, not on the order.
    pub fn fold(&mut self, records: &[EditRecord], held: &Held) -> Folded {
        let mut done = Folded::default();
        if self.held.same_forks(held) {
            self.held = held.clone();
            self.take(records, &mut done);
        } else {
            // What a mark covers is known better now, so every verdict is given again.
            let mut all = self.records();
            all.extend_from_slice(records);
            self.reset(held.clone());
            self.take(&all, &mut done);
            done.rebuilt = true;
        }
        done.waiting = self
            .entries
            .iter()
            .filter(|entry| entry.verdict == Verdict::Waiting)
            .count();
        done.rebuilt |= self.refresh();
        done
    }

    /// Removes edits that are no longer held: an undone step, a tail that was cut. Builds anew.
    pub fn forget(&mut self, hashes: &BTreeSet<Hash>) {
        if !self
            .entries
            .iter()
            .any(|entry| hashes.contains(&entry.record.hash))
        {
            return;
        }
        let mut kept = self.records();
        kept.retain(|record| !hashes.contains(&record.hash));
        self.reset(self.held.clone());
        self.take(&kept, &mut Folded::default());
        self.refresh();
    }

    /// The pact.
    #[must_use]
    pub const fn pact(&self) -> PactId {
        self.pact
    }

    /// Every edit, and where it stands.
    pub fn reports(&self) -> impl Iterator<Item = EditReport> + '_ {
        self.entries.iter().map(|entry| EditReport {
            hash: entry.record.hash,
            log: entry.record.log,
            person: entry.record.person,
            seq: entry.record.seq,
            standing: self.standing(entry),
        })
    }

    /// The edits that are held but not part of the draft, and why.
    pub fn left_out(&self) -> impl Iterator<Item = EditReport> + '_ {
        self.reports()
            .filter(|report| report.standing != Standing::InDraft)
    }

    /// The verdict of the gate on an edit.
    #[must_use]
    pub fn verdict(&self, edit: &Hash) -> Option<Verdict> {
        self.by_hash
            .get(edit)
            .and_then(|at| self.entries.get(*at))
            .map(|entry| entry.verdict)
    }

    /// How many edits are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no edit is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Which edits are taken in: of each log the numbers and hashes.
    #[must_use]
    pub fn covers(&self) -> BTreeMap<LogId, BTreeMap<u64, BTreeSet<Hash>>> {
        let mut covers: BTreeMap<LogId, BTreeMap<u64, BTreeSet<Hash>>> = BTreeMap::new();
        for entry in &self.entries {
            let record = &entry.record;
            covers
                .entry(record.log)
                .or_default()
                .entry(record.seq)
                .or_default()
                .insert(record.hash);
        }
        covers
    }

    fn records(&self) -> Vec<EditRecord> {
        self.entries
            .iter()
            .map(|entry| entry.record.clone())
            .collect()
    }

    fn reset(&mut self, held: Held) {
        #[cfg(test)]
        let (poison, bare) = (self.poison, self.bare);
        let kept = self.kept;
        *self = Self::new(self.pact);
        (self.held, self.kept) = (held, kept);
        #[cfg(test)]
        {
            (self.poison, self.bare) = (poison, bare);
        }
    }

    fn standing(&self, entry: &Entry) -> Standing {
        let place = match (entry.verdict, &entry.place) {
            (Verdict::Refused(rule), _) => return Standing::Refused(rule),
            (Verdict::Accepted, Some(place)) => place,
            (Verdict::Waiting | Verdict::Accepted, _) => return Standing::Waiting,
        };
        match self.part(place.ix) {
            Part::NotCounted => Standing::NotCounted,
            Part::LeftOut => Standing::LeftOut,
            Part::In if self.applied.contains(&place.ix) => Standing::InDraft,
            Part::In => Standing::EngineFault,
        }
    }

    fn part(&self, edit: EditIx) -> Part {
        (edit.0 as usize)
            .checked_sub(1)
            .and_then(|at| self.parts.get(at))
            .copied()
            .unwrap_or(Part::NotCounted)
    }

    fn entry(&self, edit: EditIx) -> Option<&Entry> {
        let at = self.accepted.get(edit.0 as usize).copied().flatten()?;
        self.entries.get(at)
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft")
            .field("edits", &self.entries.len())
            .field("applied", &self.applied.len())
            .finish_non_exhaustive()
    }
}
