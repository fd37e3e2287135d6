//! The gate: rules E0 to E5 (B4), decided from an edit and what it builds upon, and nothing else.
//!
//! Automerge has no part in a verdict. A trial on a clone would depend on what this replica
//! happens to hold; two honest replicas would then disagree for ever.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{ActorIx, Addition, Closure, EditIx, Made, Model, OpRef, Row, fits};
use super::ops::{Edit, Key, NotAnEdit, OWN, Op, OpId, Value};
use super::record::Rule;
use super::schema::{MAX_BYTES, MAX_TEXT, Node, Place, Scalar};

/// E2: edits of one log.
const MAX_EDITS: u32 = 4096;
/// E2: ops of one log.
const MAX_OPS_OF_LOG: u64 = 1 << 17;
/// E4: op numbers stay below.
const OP_LIMIT: u64 = 1 << 31;

impl From<NotAnEdit> for Rule {
    fn from(error: NotAnEdit) -> Self {
        match error {
            NotAnEdit::TooLarge => Self::E0,
            NotAnEdit::Form(_) => Self::E1,
        }
    }
}

/// Judges an edit whose dependencies are all accepted: what it adds, or the rule that it breaks.
///
/// `deps` are the dependencies, the genesis among them if it is named; that they are covered by
/// the log's marks is checked by the fold, which knows the marks. `actors` are those of
/// `edit.actors`.
pub(super) fn judge(
    model: &Model,
    own: [u8; 32],
    genesis: &[u8; 32],
    previous: Option<EditIx>,
    deps: &[EditIx],
    edit: &Edit,
) -> Result<Addition, Rule> {
    let closure = closure(model, &own, previous, deps)?;
    bounds(model, previous, deps, edit)?;
    let mut ids = Vec::with_capacity(edit.actors.len().saturating_add(2));
    ids.push(model.actor(&own));
    ids.push(model.actor(genesis));
    ids.extend(edit.actors.iter().map(|actor| model.actor(actor)));
    let mut check = Check {
        model,
        closure,
        ids,
        this: model.next(),
        start_op: edit.start_op,
        rows: Vec::with_capacity(edit.ops.len()),
        gone: BTreeSet::new(),
        values: BTreeMap::new(),
        placed: Vec::new(),
        taken: Vec::new(),
    };
    for op in &edit.ops {
        check.op(op).ok_or(Rule::E5)?;
    }
    Ok(Addition {
        actor: own,
        previous,
        start_op: edit.start_op,
        closure: check.closure,
        rows: check.rows,
        placed: check.placed,
        taken: check.taken,
    })
}

/// E3: its own previous edit among the dependencies, or the genesis if it is the first; no two
/// edits with one actor and number; of its own actor only its own chain.
fn closure(
    model: &Model,
    own: &[u8; 32],
    previous: Option<EditIx>,
    deps: &[EditIx],
) -> Result<Closure, Rule> {
    let needed = previous.unwrap_or(EditIx(0));
    if !deps.contains(&needed) {
        return Err(Rule::E3);
    }
    let mut closure = Closure::default();
    for dep in deps {
        if !model.join(&mut closure, *dep) {
            return Err(Rule::E3);
        }
    }
    let tip = model.actor(own).and_then(|actor| closure.tip(actor));
    if tip == previous {
        Ok(closure)
    } else {
        Err(Rule::E3)
    }
}

/// E2 and E4.
fn bounds(
    model: &Model,
    previous: Option<EditIx>,
    deps: &[EditIx],
    edit: &Edit,
) -> Result<(), Rule> {
    let edits = previous.map_or(0, |previous| model.seq(previous));
    let ops = previous.map_or(0, |previous| model.ops_of_log(previous));
    if edits >= MAX_EDITS || ops.saturating_add(edit.ops.len() as u64) > MAX_OPS_OF_LOG {
        return Err(Rule::E2);
    }
    let highest = deps.iter().map(|dep| model.max_op(*dep)).max().unwrap_or(0);
    if edit.start_op != highest.saturating_add(1) || edit.max_op() >= OP_LIMIT {
        return Err(Rule::E4);
    }
    Ok(())
}

/// E5, op by op. What an op breaks is told by `None`.
struct Check<'a> {
    model: &'a Model,
    closure: Closure,
    ids: Vec<Option<ActorIx>>,
    /// The index that this edit will have.
    this: EditIx,
    start_op: u64,
    rows: Vec<Row>,
    /// What this edit has taken away so far.
    gone: BTreeSet<OpRef>,
    /// What is visible by now at the keys that it touches.
    values: BTreeMap<(OpRef, Key), Vec<OpRef>>,
    placed: Vec<(OpRef, Key, OpRef)>,
    taken: Vec<OpRef>,
}

impl Check<'_> {
    fn op(&mut self, op: &Op) -> Option<()> {
        let made = match op {
            Op::MakeMap { obj, key } => {
                let (obj, place) = self.place(*obj, key)?;
                let Place::Map(node) = place else { return None };
                self.make(obj, *key)?;
                Made::Map(node)
            }
            Op::MakeText { obj, key } => {
                let (obj, place) = self.place(*obj, key)?;
                if place != Place::Text {
                    return None;
                }
                self.make(obj, *key)?;
                Made::Text
            }
            Op::Put {
                obj,
                key,
                value,
                preds,
            } => {
                let (obj, place) = self.place(*obj, key)?;
                if !fits(place, scalar(value)?) {
                    return None;
                }
                let preds = self.preds(preds)?;
                let next = self.next();
                let visible = self.visible(obj, *key);
                if visible.len() != preds.len() || !preds.iter().all(|op| visible.contains(op)) {
                    return None;
                }
                *visible = vec![next];
                self.placed.push((obj, *key, next));
                self.taken.extend(preds);
                Made::Value
            }
            Op::Clear { obj, key, preds } => {
                let (obj, place) = self.place(*obj, key)?;
                let Place::Scalar(_) = place else { return None };
                let preds = self.preds(preds)?;
                let visible = self.visible(obj, *key);
                if preds.is_empty() || !preds.iter().all(|op| visible.contains(op)) {
                    return None;
                }
                visible.retain(|op| !preds.contains(op));
                self.taken.extend(preds);
                Made::Nothing
            }
            Op::Insert { obj, after, .. } => {
                let text = self.text(*obj)?;
                if let Some(after) = after {
                    self.element(text, *after)?;
                }
                Made::Element(text)
            }
            Op::Delete { obj, elem } => {
                let text = self.text(*obj)?;
                let elem = self.element(text, *elem)?;
                if !self.gone.insert(elem) || self.model.is_gone(&self.closure, elem) {
                    return None;
                }
                self.taken.push(elem);
                Made::Nothing
            }
        };
        self.rows.push(Row::new(made));
        Some(())
    }

    /// The map that an id names, and what may stand at that key of it.
    fn place(&self, obj: OpId, key: &Key) -> Option<(OpRef, Place)> {
        let obj = self.resolve(obj)?;
        let Made::Map(node) = self.made(obj)? else {
            return None;
        };
        let place = match key {
            Key::Name(name) => Node::named(node, *name),
            Key::Id(_) => Node::by_id(node),
        };
        Some((obj, place?))
    }

    /// A make wants its place empty: nothing made there before, here or below.
    fn make(&mut self, obj: OpRef, key: Key) -> Option<()> {
        let next = self.next();
        let visible = self.visible(obj, key);
        if !visible.is_empty() {
            return None;
        }
        visible.push(next);
        self.placed.push((obj, key, next));
        Some(())
    }

    fn text(&self, obj: OpId) -> Option<OpRef> {
        let obj = self.resolve(obj)?;
        (self.made(obj)? == Made::Text).then_some(obj)
    }

    fn element(&self, text: OpRef, elem: OpId) -> Option<OpRef> {
        let elem = self.resolve(elem)?;
        (self.made(elem)? == Made::Element(text)).then_some(elem)
    }

    fn preds(&self, preds: &[OpId]) -> Option<Vec<OpRef>> {
        preds.iter().map(|pred| self.resolve(*pred)).collect()
    }

    fn visible(&mut self, obj: OpRef, key: Key) -> &mut Vec<OpRef> {
        let Self {
            model,
            closure,
            values,
            ..
        } = self;
        values
            .entry((obj, key))
            .or_insert_with(|| model.visible(closure, obj, key))
    }

    /// The op that an id names: earlier in this edit, or in the closure.
    fn resolve(&self, id: OpId) -> Option<OpRef> {
        if id.who == OWN && id.counter >= self.start_op {
            let at = id.counter.checked_sub(self.start_op)?;
            let at = usize::try_from(at)
                .ok()
                .filter(|at| *at < self.rows.len())?;
            return Some(OpRef {
                edit: self.this,
                at: at as u32,
            });
        }
        let actor = self.ids.get(usize::from(id.who)).copied().flatten()?;
        self.model.resolve(&self.closure, actor, id.counter)
    }

    fn made(&self, op: OpRef) -> Option<Made> {
        let row = if op.edit == self.this {
            self.rows.get(op.at as usize)
        } else {
            self.model.row(op)
        };
        row.map(|row| row.made)
    }

    fn next(&self) -> OpRef {
        OpRef {
            edit: self.this,
            at: self.rows.len() as u32,
        }
    }
}

/// The kind of a value, if it is within its bounds.
fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::Uint(_) => Some(Scalar::Uint),
        Value::Bool(_) => Some(Scalar::Bool),
        Value::Text(text) => (text.len() <= MAX_TEXT).then_some(Scalar::Text),
        Value::Bytes(bytes) => (bytes.len() <= MAX_BYTES).then_some(Scalar::Bytes),
    }
}

/// An edit that passed, with all that was found on the way.
pub(super) struct Passed {
    pub(super) addition: Addition,
    pub(super) deps: Vec<EditIx>,
    pub(super) edit: Edit,
}
