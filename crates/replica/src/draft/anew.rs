//! Writes edits again for a new device of the same person, when the log in which they stood cannot
//! count as it is (B6): a restored copy, or what followed the last honoured record.
//!
//! The list of ops stays as it is; what changes is who made them, and where they are numbered on
//! from. The result goes before the gate; what it would refuse is not written, because a refused
//! edit would shut the new log too. That happens only if two branches of one's own log said
//! different things of one field.

use std::collections::BTreeMap;

use identity::{Hash, Head, LogId, Record};

use super::fold::Look;
use super::ops::{Edit, GENESIS, MAX_DEPS, OWN, Op, OpId};
use super::record::{EditRecord, Folded};
use super::{Draft, engine};
use crate::{Replica, Shelf, ShelfError};

/// The edits of old devices, while they are written again by a new one.
#[derive(Debug)]
pub struct Anew {
    draft: Draft,
    /// The signing key of each device that may have written them.
    actors: BTreeMap<LogId, [u8; 32]>,
    /// What the next record is like.
    next: EditRecord,
    /// What was written again, by its old hash.
    done: BTreeMap<Hash, Moved>,
    /// The edit that was written last: its old hash, and its record, whose hash is told later.
    last: Option<(Hash, EditRecord)>,
}

/// Where the ops of an edit have gone.
#[derive(Debug, Clone)]
struct Moved {
    actor: [u8; 32],
    from: u64,
    to: u64,
    len: u64,
    /// What it was built upon, of what was written again.
    upon: Vec<Hash>,
}

impl Anew {
    /// Begins, before [`Replica::renew`] or [`Replica::redo`], for the log and the signing key of
    /// the device that will sign.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn open(
        replica: &Replica,
        shelf: &dyn Shelf,
        log: LogId,
        actor: [u8; 32],
    ) -> Result<Self, ShelfError> {
        let marks: BTreeMap<LogId, Head> = replica
            .logs()
            .map(|state| (state.log, state.counts().head))
            .collect();
        let devices = replica.logs().filter_map(|state| {
            replica
                .roster()
                .certificate(state.log)
                .map(|device| (state.log, device.sign))
        });
        Ok(Self {
            draft: Draft::open(replica, shelf)?,
            actors: devices.collect(),
            next: EditRecord {
                hash: Hash([0; 32]),
                log,
                person: replica.person(),
                actor,
                seq: replica
                    .log(log)
                    .map_or(0, |state| state.tip.head.seq)
                    .saturating_add(1),
                previous: replica.log(log).and_then(|state| state.last_edit),
                marks,
                honoured: true,
                body: Vec::new(),
            },
            done: BTreeMap::new(),
            last: None,
        })
    }

    /// The body for the new device. `written` has the new hash of each record that was written
    /// again before. Nothing if it cannot be written again.
    pub fn body(&mut self, record: &Record, written: &BTreeMap<Hash, Hash>) -> Option<Vec<u8>> {
        self.settle_last(written);
        let old = *self.actors.get(&record.log())?;
        let genesis = engine::genesis_actor(self.draft.pact());
        let mut edit = Edit::decode(record.body(), &old, &genesis).ok()?;
        edit.redo = edit.redo.or(Some(record.hash()));
        let upon: Vec<Hash> = edit
            .deps
            .iter()
            .filter(|dep| self.done.contains_key(dep))
            .copied()
            .collect();
        let moved = Moved {
            actor: old,
            from: edit.start_op,
            to: self.start_op(&edit, &upon),
            len: edit.ops.len() as u64,
            upon,
        };
        // The new log's first edit names the genesis, its later ones the one before.
        let previous = self.next.previous.unwrap_or(self.draft.pact().0);
        let deps = edit
            .deps
            .iter()
            .map(|dep| written.get(dep).copied().unwrap_or(*dep));
        edit.deps = deps.chain([previous]).collect();
        edit.deps.sort_unstable();
        edit.deps.dedup();
        if edit.deps.len() > MAX_DEPS {
            return None;
        }
        edit.start_op = moved.to;
        self.rename(&mut edit, &moved, &old, &genesis)?;
        let record_of = EditRecord {
            body: edit.encode(),
            ..self.next.clone()
        };
        let Look::Accepted(_) = self.draft.examine(&record_of) else {
            return None;
        };
        let body = record_of.body.clone();
        self.done.insert(record.hash(), moved);
        self.last = Some((record.hash(), record_of));
        Some(body)
    }

    /// The edit that was written last has its hash by now, and can be built upon.
    fn settle_last(&mut self, written: &BTreeMap<Hash, Hash>) {
        let Some((old, record)) = self.last.take() else {
            return;
        };
        let Some(hash) = written.get(&old) else {
            self.done.remove(&old);
            return;
        };
        let record = EditRecord {
            hash: *hash,
            ..record
        };
        self.next.previous = Some(*hash);
        self.next.seq = self.next.seq.saturating_add(1);
        self.draft.take(&[record], &mut Folded::default());
    }

    /// E4: on from what it builds upon. Numbers only ever grow, so what was not written again
    /// reaches no further than it did.
    fn start_op(&self, edit: &Edit, upon: &[Hash]) -> u64 {
        let previous = self
            .next
            .previous
            .and_then(|hash| self.draft.by_hash.get(&hash))
            .and_then(|at| self.draft.entries.get(*at))
            .and_then(|entry| entry.place.as_ref())
            .map_or(0, |place| self.draft.model.max_op(place.ix));
        upon.iter()
            .filter_map(|hash| self.done.get(hash))
            .map(|moved| moved.to.saturating_add(moved.len))
            .chain([edit.start_op, previous.saturating_add(1)])
            .max()
            .unwrap_or(edit.start_op)
    }

    /// Gives the ops of what was written again their new names.
    fn rename(
        &self,
        edit: &mut Edit,
        this: &Moved,
        old: &[u8; 32],
        genesis: &[u8; 32],
    ) -> Option<()> {
        let table = std::mem::take(&mut edit.actors);
        let name = |id: OpId| -> Option<([u8; 32], u64)> {
            let actor = match id.who {
                OWN => *old,
                GENESIS => *genesis,
                n => *table.get(usize::from(n).checked_sub(2)?)?,
            };
            Some(
                self.moved(this, actor, id.counter)
                    .unwrap_or((actor, id.counter)),
            )
        };
        let own = self.next.actor;
        let mut others: Vec<[u8; 32]> = Vec::new();
        for op in &mut edit.ops {
            for id in ids(op) {
                let (actor, _) = name(*id)?;
                if actor != own && actor != *genesis {
                    others.push(actor);
                }
            }
        }
        others.sort_unstable();
        others.dedup();
        for op in &mut edit.ops {
            for id in ids(op) {
                let (actor, counter) = name(*id)?;
                let who = if actor == own {
                    OWN
                } else if actor == *genesis {
                    GENESIS
                } else {
                    u16::try_from(others.binary_search(&actor).ok()?)
                        .ok()?
                        .checked_add(2)?
                };
                *id = OpId { who, counter };
            }
            if let Op::Put { preds, .. } | Op::Clear { preds, .. } = op {
                preds.sort_by_key(|id| {
                    let actor = match id.who {
                        OWN => Some(own),
                        GENESIS => Some(*genesis),
                        n => others.get(usize::from(n).wrapping_sub(2)).copied(),
                    };
                    (id.counter, actor)
                });
            }
        }
        edit.actors = others;
        Some(())
    }

    /// Where an op has gone, if it is of this edit or of one below it that was written again.
    fn moved(&self, this: &Moved, actor: [u8; 32], counter: u64) -> Option<([u8; 32], u64)> {
        let mut below = vec![this];
        let mut seen = std::collections::BTreeSet::new();
        while let Some(moved) = below.pop() {
            if let Some(at) = counter.checked_sub(moved.from)
                && moved.actor == actor
                && at < moved.len
            {
                return Some((self.next.actor, moved.to.saturating_add(at)));
            }
            let upon = moved.upon.iter().filter(|hash| seen.insert(**hash));
            below.extend(upon.filter_map(|hash| self.done.get(hash)));
        }
        None
    }
}

/// The names of ops in an op.
fn ids(op: &mut Op) -> Vec<&mut OpId> {
    match op {
        Op::MakeMap { obj, .. } | Op::MakeText { obj, .. } => vec![obj],
        Op::Put { obj, preds, .. } | Op::Clear { obj, preds, .. } => {
            let mut ids = vec![obj];
            ids.extend(preds);
            ids
        }
        Op::Insert {
            obj,
            after: Some(after),
            ..
        } => vec![obj, after],
        Op::Insert {
            obj, after: None, ..
        } => vec![obj],
        Op::Delete { obj, elem } => vec![obj, elem],
    }
}
