//! Our own small model of what accepted edits made: the ground on which the gate stands.
//!
//! It is not Automerge. It remembers, for each accepted edit, what each of its ops is and which
//! later edits took it away, and for each edit its *closure*: everything it builds upon. A
//! question is always asked about a closure, so the answer is the same whatever else is held.
//!
//! Because each edit builds upon its author's previous one, a closure holds of each actor one
//! chain, and one number says which: the last edit of it, its *tip*. Where an actor's edits fork,
//! the chains are told apart by branches.

use std::collections::{BTreeMap, BTreeSet};

use super::ops::Key;
use super::schema::{self, Node, Scalar};

/// An accepted edit, by the order in which it was accepted. The genesis is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct EditIx(pub(super) u32);

/// An op: an edit, and the place in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct OpRef {
    pub(super) edit: EditIx,
    pub(super) at: u32,
}

/// An actor, by the order in which it was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ActorIx(pub(super) u32);

/// What an op made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    Map(Node),
    Text,
    /// A value at a key of a map.
    Value,
    /// A code point of that text.
    Element(OpRef),
    /// Nothing: it took something away.
    Nothing,
}

/// An op of an accepted edit.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) made: Made,
    /// The edits that replaced or deleted it.
    gone: Vec<EditIx>,
}

impl Row {
    pub(super) const fn new(made: Made) -> Self {
        Self {
            made,
            gone: Vec::new(),
        }
    }
}

/// Of each actor the tip; missing or `None`: nothing of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Closure(Vec<Option<EditIx>>);

impl Closure {
    pub(super) fn tip(&self, actor: ActorIx) -> Option<EditIx> {
        self.0.get(actor.0 as usize).copied().flatten()
    }

    fn set(&mut self, actor: ActorIx, tip: EditIx) {
        let at = actor.0 as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        if let Some(slot) = self.0.get_mut(at) {
            *slot = Some(tip);
        }
    }
}

/// An accepted edit.
#[derive(Debug)]
struct Known {
    actor: ActorIx,
    seq: u32,
    branch: usize,
    start_op: u64,
    /// Ops of this log up to and with this edit.
    ops_of_log: u64,
    rows: Vec<Row>,
    /// Itself included.
    closure: Closure,
}

/// A chain of edits of one actor, from where it leaves another.
#[derive(Debug)]
struct Branch {
    parent: Option<usize>,
    first_seq: u32,
    edits: Vec<EditIx>,
}

/// All accepted edits.
#[derive(Debug)]
pub(super) struct Model {
    actors: BTreeMap<[u8; 32], ActorIx>,
    edits: Vec<Known>,
    branches: Vec<Branch>,
    /// Every make and put at a key, in the order of acceptance.
    keys: BTreeMap<(OpRef, Key), Vec<OpRef>>,
}

/// What an accepted edit adds.
pub(super) struct Addition {
    pub(super) actor: [u8; 32],
    pub(super) previous: Option<EditIx>,
    pub(super) start_op: u64,
    pub(super) closure: Closure,
    pub(super) rows: Vec<Row>,
    /// What stands at which key because of it.
    pub(super) placed: Vec<(OpRef, Key, OpRef)>,
    /// What it took away.
    pub(super) taken: Vec<OpRef>,
}

impl Model {
    /// The genesis alone.
    pub(super) fn new(genesis: [u8; 32]) -> Self {
        let mut model = Self {
            actors: BTreeMap::new(),
            edits: Vec::new(),
            branches: Vec::new(),
            keys: BTreeMap::new(),
        };
        let rows = [
            Made::Map(Node::Items),
            Made::Map(Node::Vision),
            Made::Text,
            Made::Map(Node::Questions),
            Made::Map(Node::Parts),
        ];
        let op = |number: u64| OpRef {
            edit: EditIx(0),
            at: number.saturating_sub(1) as u32,
        };
        let name = Key::Name;
        model.add(Addition {
            actor: genesis,
            previous: None,
            start_op: 1,
            closure: Closure::default(),
            rows: rows.into_iter().map(Row::new).collect(),
            placed: vec![
                (
                    op(schema::VISION),
                    name(schema::Name::Text),
                    op(schema::VISION_TEXT),
                ),
                (
                    op(schema::QUESTIONS),
                    name(schema::Name::Parts),
                    op(schema::QUESTION_PARTS),
                ),
            ],
            taken: Vec::new(),
        });
        model
    }

    /// The index that the next accepted edit gets.
    pub(super) fn next(&self) -> EditIx {
        EditIx(self.edits.len() as u32)
    }

    pub(super) fn actor(&self, actor: &[u8; 32]) -> Option<ActorIx> {
        self.actors.get(actor).copied()
    }

    /// How many edits of its log an edit closes, itself included.
    pub(super) fn seq(&self, edit: EditIx) -> u32 {
        self.known(edit).map_or(0, |known| known.seq)
    }

    /// The ops of its log up to and with this edit.
    pub(super) fn ops_of_log(&self, edit: EditIx) -> u64 {
        self.known(edit).map_or(0, |known| known.ops_of_log)
    }

    pub(super) fn max_op(&self, edit: EditIx) -> u64 {
        self.known(edit).map_or(0, |known| {
            known
                .start_op
                .saturating_add(known.rows.len() as u64)
                .saturating_sub(1)
        })
    }

    pub(super) fn row(&self, op: OpRef) -> Option<&Row> {
        self.known(op.edit)?.rows.get(op.at as usize)
    }

    /// Takes what an edit builds upon into a closure. `false`: the two hold different edits of one
    /// actor and number (E3).
    pub(super) fn join(&self, closure: &mut Closure, dep: EditIx) -> bool {
        let Some(known) = self.known(dep) else {
            return false;
        };
        for (at, theirs) in known.closure.0.iter().enumerate() {
            let Some(theirs) = *theirs else { continue };
            let actor = ActorIx(at as u32);
            match closure.tip(actor) {
                None => closure.set(actor, theirs),
                Some(ours) if self.on_chain(theirs, ours) => {}
                Some(ours) if self.on_chain(ours, theirs) => closure.set(actor, theirs),
                Some(_) => return false,
            }
        }
        true
    }

    /// Whether an edit lies in a closure.
    pub(super) fn within(&self, closure: &Closure, edit: EditIx) -> bool {
        self.known(edit)
            .and_then(|known| closure.tip(known.actor))
            .is_some_and(|tip| self.on_chain(edit, tip))
    }

    /// The op with that number, of that actor, in a closure.
    pub(super) fn resolve(&self, closure: &Closure, actor: ActorIx, counter: u64) -> Option<OpRef> {
        let tip = self.known(closure.tip(actor)?)?;
        let mut upto = tip.seq;
        let mut branch = self.branches.get(tip.branch)?;
        loop {
            let within = upto.checked_sub(branch.first_seq)?.checked_add(1)?;
            let edits = branch.edits.get(..within as usize)?;
            let after = edits.partition_point(|edit| {
                self.known(*edit)
                    .is_some_and(|known| known.start_op <= counter)
            });
            if let Some(edit) = after.checked_sub(1).and_then(|at| edits.get(at)) {
                let at = u32::try_from(counter.checked_sub(self.known(*edit)?.start_op)?).ok()?;
                let op = OpRef { edit: *edit, at };
                return self.row(op).map(|_| op);
            }
            upto = branch.first_seq.checked_sub(1)?;
            branch = self.branches.get(branch.parent?)?;
        }
    }

    /// Whether an op of a closure was taken away in it.
    pub(super) fn is_gone(&self, closure: &Closure, op: OpRef) -> bool {
        self.row(op)
            .is_some_and(|row| row.gone.iter().any(|by| self.within(closure, *by)))
    }

    /// What a closure shows at a key: makes and puts that nothing in it took away.
    pub(super) fn visible(&self, closure: &Closure, obj: OpRef, key: Key) -> Vec<OpRef> {
        self.keys
            .get(&(obj, key))
            .into_iter()
            .flatten()
            .filter(|op| self.within(closure, op.edit) && !self.is_gone(closure, **op))
            .copied()
            .collect()
    }

    /// Whether an edit is another one or builds upon it.
    pub(super) fn builds_upon(&self, edit: EditIx, other: EditIx) -> bool {
        self.known(edit)
            .is_some_and(|known| self.within(&known.closure, other))
    }

    /// Of each object the edits that put something into it or took something out of it.
    pub(super) fn touched(&self) -> BTreeMap<OpRef, BTreeSet<EditIx>> {
        let mut touched: BTreeMap<OpRef, BTreeSet<EditIx>> = BTreeMap::new();
        for ((object, _), ops) in &self.keys {
            let edits = touched.entry(*object).or_default();
            for op in ops {
                edits.insert(op.edit);
                edits.extend(self.row(*op).iter().flat_map(|row| &row.gone));
            }
        }
        for (edit, known) in (0..).map(EditIx).zip(&self.edits) {
            for row in &known.rows {
                if let Made::Element(text) = row.made {
                    let edits = touched.entry(text).or_default();
                    edits.insert(edit);
                    edits.extend(&row.gone);
                }
            }
        }
        touched
    }

    /// Where each object hangs: the object that holds it, and the key.
    pub(super) fn places(&self) -> BTreeMap<OpRef, (OpRef, Key)> {
        let mut places = BTreeMap::new();
        for ((object, key), ops) in &self.keys {
            let is_object = |op: &&OpRef| {
                let made = self.row(**op).map(|row| row.made);
                matches!(made, Some(Made::Map(_) | Made::Text))
            };
            places.extend(
                ops.iter()
                    .filter(is_object)
                    .map(|op| (*op, (*object, *key))),
            );
        }
        places
    }

    /// Takes in an edit that the gate accepted.
    pub(super) fn add(&mut self, addition: Addition) -> EditIx {
        let edit = self.next();
        let count = self.actors.len() as u32;
        let actor = *self.actors.entry(addition.actor).or_insert(ActorIx(count));
        let seq = addition
            .previous
            .map_or(0, |previous| self.seq(previous))
            .saturating_add(1);
        let branch = self.branch_for(addition.previous, seq, edit);
        let ops_of_log = addition
            .previous
            .map_or(0, |previous| self.ops_of_log(previous))
            .saturating_add(addition.rows.len() as u64);
        let mut closure = addition.closure;
        closure.set(actor, edit);
        self.edits.push(Known {
            actor,
            seq,
            branch,
            start_op: addition.start_op,
            ops_of_log,
            rows: addition.rows,
            closure,
        });
        for (obj, key, op) in addition.placed {
            self.keys.entry((obj, key)).or_default().push(op);
        }
        for op in addition.taken {
            let row = self
                .edits
                .get_mut(op.edit.0 as usize)
                .and_then(|known| known.rows.get_mut(op.at as usize));
            if let Some(row) = row {
                row.gone.push(edit);
            }
        }
        edit
    }

    fn branch_for(&mut self, previous: Option<EditIx>, seq: u32, edit: EditIx) -> usize {
        let parent = previous
            .and_then(|previous| self.known(previous))
            .map(|known| known.branch);
        if let Some((at, branch)) =
            parent.and_then(|at| self.branches.get_mut(at).map(|branch| (at, branch)))
            && branch.edits.last().copied() == previous
        {
            branch.edits.push(edit);
            return at;
        }
        self.branches.push(Branch {
            parent,
            first_seq: seq,
            edits: vec![edit],
        });
        self.branches.len() - 1
    }

    /// Whether an edit is another edit or stands before it in the chain of their actor.
    fn on_chain(&self, edit: EditIx, tip: EditIx) -> bool {
        let (Some(edit), Some(tip)) = (self.known(edit), self.known(tip)) else {
            return false;
        };
        if edit.actor != tip.actor || edit.seq > tip.seq {
            return false;
        }
        let mut branch = tip.branch;
        loop {
            let Some(here) = self.branches.get(branch) else {
                return false;
            };
            if edit.seq >= here.first_seq {
                return edit.branch == branch;
            }
            match here.parent {
                Some(parent) => branch = parent,
                None => return false,
            }
        }
    }

    fn known(&self, edit: EditIx) -> Option<&Known> {
        self.edits.get(edit.0 as usize)
    }
}

/// What a place of the schema makes of a value op.
pub(super) const fn fits(place: schema::Place, scalar: Scalar) -> bool {
    match place {
        schema::Place::Scalar(wanted) => wanted as u8 == scalar as u8,
        schema::Place::Map(_) | schema::Place::Text => false,
    }
}
