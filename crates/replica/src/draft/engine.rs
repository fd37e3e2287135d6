//! The one place that knows how Automerge writes a change: the genesis, the way from a list of ops
//! to a change and back, and the trial.
//!
//! A reader builds every change itself, from a list that the gate accepted: time 0, no message, no
//! extra bytes. So a peer's bytes never reach Automerge's parser, and every replica builds the
//! same change. The trial is containment on top: it runs on a clone, off the path of the verdict.

use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy;
use automerge::{ActorId, Automerge, Change, ChangeHash, ExpandedChange, LoadOptions, ObjType};
use automerge::{OnPartialLoad, ReadDoc, SaveOptions, ScalarValue, VerificationMode};
use identity::{Hash, Label, PactId};

use super::ops::{Edit, GENESIS, Key, OWN, Op, OpId, Value};
use super::schema::{Name, QUESTIONS, VISION};

/// The actor of the genesis change.
pub(super) fn genesis_actor(pact: PactId) -> [u8; 32] {
    identity::hash(Label::Draft, &[&pact.0.0]).0
}

/// The genesis change (B4): the skeleton that every draft of this pact begins with.
pub(super) fn genesis(pact: PactId) -> Change {
    let actor = ActorId::from(genesis_actor(pact));
    let made_by = |number| legacy::ObjectId::Id(legacy::OpId::new(number, &actor));
    let make = |kind: ObjType, obj: legacy::ObjectId, key: &str| legacy::Op {
        action: legacy::OpType::Make(kind),
        obj,
        key: legacy::Key::Map(key.into()),
        pred: legacy::SortedVec::new(),
        insert: false,
    };
    let root = legacy::ObjectId::Root;
    Change::from(ExpandedChange {
        operations: vec![
            make(ObjType::Map, root.clone(), "items"),
            make(ObjType::Map, root.clone(), "vision"),
            make(ObjType::Text, made_by(VISION), Name::Text.as_str()),
            make(ObjType::Map, root, "questions"),
            make(ObjType::Map, made_by(QUESTIONS), Name::Parts.as_str()),
        ],
        actor_id: actor,
        hash: None,
        seq: 1,
        start_op: NonZeroU64::MIN,
        time: 0,
        message: None,
        deps: Vec::new(),
        extra_bytes: Vec::new(),
        author: None,
    })
}

/// A document that holds the genesis alone.
pub(super) fn empty_document(genesis: &Change) -> Option<Automerge> {
    let mut doc = Automerge::new();
    doc.apply_changes([genesis.clone()]).ok()?;
    Some(doc)
}

/// Builds the change that a list of ops means. `None` only for a list that the gate would refuse.
pub(super) fn build(
    edit: &Edit,
    own: &[u8; 32],
    genesis: &[u8; 32],
    seq: u64,
    deps: Vec<ChangeHash>,
) -> Option<Change> {
    let mut actors = vec![ActorId::from(*own), ActorId::from(*genesis)];
    actors.extend(edit.actors.iter().map(|actor| ActorId::from(*actor)));
    let id = |id: OpId| {
        actors
            .get(usize::from(id.who))
            .map(|actor| legacy::OpId::new(id.counter, actor))
    };
    let map = |obj: OpId, key: &Key, action: legacy::OpType, preds: &[OpId]| {
        Some(legacy::Op {
            action,
            obj: legacy::ObjectId::Id(id(obj)?),
            key: legacy::Key::Map(key_text(key).into()),
            pred: preds
                .iter()
                .map(|pred| id(*pred))
                .collect::<Option<Vec<_>>>()?
                .into(),
            insert: false,
        })
    };
    let mut operations = Vec::with_capacity(edit.ops.len());
    for op in &edit.ops {
        operations.push(match op {
            Op::MakeMap { obj, key } => map(*obj, key, legacy::OpType::Make(ObjType::Map), &[])?,
            Op::MakeText { obj, key } => map(*obj, key, legacy::OpType::Make(ObjType::Text), &[])?,
            Op::Put {
                obj,
                key,
                value,
                preds,
            } => map(*obj, key, legacy::OpType::Put(scalar(value)), preds)?,
            Op::Clear { obj, key, preds } => map(*obj, key, legacy::OpType::Delete, preds)?,
            Op::Insert { obj, after, ch } => legacy::Op {
                action: legacy::OpType::Put(ScalarValue::Str(ch.to_string().into())),
                obj: legacy::ObjectId::Id(id(*obj)?),
                key: legacy::Key::Seq(match after {
                    None => legacy::ElementId::Head,
                    Some(after) => legacy::ElementId::Id(id(*after)?),
                }),
                pred: legacy::SortedVec::new(),
                insert: true,
            },
            Op::Delete { obj, elem } => legacy::Op {
                action: legacy::OpType::Delete,
                obj: legacy::ObjectId::Id(id(*obj)?),
                key: legacy::Key::Seq(legacy::ElementId::Id(id(*elem)?)),
                pred: vec![id(*elem)?].into(),
                insert: false,
            },
        });
    }
    Some(Change::from(ExpandedChange {
        operations,
        actor_id: actors.first()?.clone(),
        hash: None,
        seq,
        start_op: NonZeroU64::new(edit.start_op)?,
        time: 0,
        message: None,
        deps,
        extra_bytes: Vec::new(),
        author: None,
    }))
}

/// The list of ops of a change that Automerge made here. `None` if it holds what no edit may hold.
pub(super) fn list(
    change: &ExpandedChange,
    own: &[u8; 32],
    genesis: &[u8; 32],
    redo: Option<Hash>,
    deps: Vec<Hash>,
) -> Option<Edit> {
    let mut actors: Vec<[u8; 32]> = Vec::new();
    for op in &change.operations {
        let obj = match &op.obj {
            legacy::ObjectId::Id(id) => Some(id),
            legacy::ObjectId::Root => None,
        };
        let elem = op.key.to_opid();
        for id in obj.into_iter().chain(elem.as_ref()).chain(op.pred.iter()) {
            let actor: [u8; 32] = id.actor().to_bytes().try_into().ok()?;
            if actor != *own && actor != *genesis {
                actors.push(actor);
            }
        }
    }
    actors.sort_unstable();
    actors.dedup();
    let id = |id: &legacy::OpId| {
        let actor: [u8; 32] = id.actor().to_bytes().try_into().ok()?;
        let who = if actor == *own {
            OWN
        } else if actor == *genesis {
            GENESIS
        } else {
            u16::try_from(actors.binary_search(&actor).ok()?)
                .ok()?
                .checked_add(2)?
        };
        Some(OpId {
            who,
            counter: id.counter(),
        })
    };
    let mut ops = Vec::with_capacity(change.operations.len());
    for op in &change.operations {
        let legacy::ObjectId::Id(obj) = &op.obj else {
            return None;
        };
        let obj = id(obj)?;
        let preds: Vec<OpId> = op.pred.iter().map(id).collect::<Option<_>>()?;
        ops.push(match (&op.key, &op.action, op.insert) {
            (legacy::Key::Map(key), legacy::OpType::Make(kind), false) if preds.is_empty() => {
                let key = key_from(key)?;
                match kind {
                    ObjType::Map => Op::MakeMap { obj, key },
                    ObjType::Text => Op::MakeText { obj, key },
                    ObjType::List | ObjType::Table => return None,
                }
            }
            (legacy::Key::Map(key), legacy::OpType::Put(value), false) => Op::Put {
                obj,
                key: key_from(key)?,
                value: value_from(value)?,
                preds,
            },
            (legacy::Key::Map(key), legacy::OpType::Delete, false) => Op::Clear {
                obj,
                key: key_from(key)?,
                preds,
            },
            (legacy::Key::Seq(elem), legacy::OpType::Put(ScalarValue::Str(ch)), true)
                if preds.is_empty() =>
            {
                let after = match elem {
                    legacy::ElementId::Head => None,
                    legacy::ElementId::Id(elem) => Some(id(elem)?),
                };
                let mut chars = ch.chars();
                let (Some(ch), None) = (chars.next(), chars.next()) else {
                    return None;
                };
                Op::Insert { obj, after, ch }
            }
            (legacy::Key::Seq(legacy::ElementId::Id(elem)), legacy::OpType::Delete, false)
                if preds == [id(elem)?] =>
            {
                Op::Delete {
                    obj,
                    elem: id(elem)?,
                }
            }
            _ => return None,
        });
    }
    Some(Edit {
        redo,
        deps,
        start_op: change.start_op.get(),
        actors,
        ops,
    })
}

/// The document's key for a key of an edit.
pub(super) fn key_text(key: &Key) -> String {
    match key {
        Key::Name(name) => name.as_str().to_owned(),
        Key::Id(id) => hex(id),
    }
}

/// An id as the document writes it.
pub(super) fn hex(id: &[u8; 16]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The id that a key of the document writes.
pub(super) fn id_from(text: &str) -> Option<[u8; 16]> {
    let digits = text.as_bytes();
    let mut id = [0; 16];
    if digits.len() != 32 || digits.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(id)
}

fn key_from(text: &str) -> Option<Key> {
    Name::from_text(text)
        .map(Key::Name)
        .or_else(|| id_from(text).map(Key::Id))
}

fn scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Uint(n) => ScalarValue::Uint(*n),
        Value::Text(text) => ScalarValue::Str(text.as_str().into()),
        Value::Bool(yes) => ScalarValue::Boolean(*yes),
        Value::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
    }
}

fn value_from(value: &ScalarValue) -> Option<Value> {
    match value {
        ScalarValue::Uint(n) => Some(Value::Uint(*n)),
        ScalarValue::Str(text) => Some(Value::Text(text.to_string())),
        ScalarValue::Boolean(yes) => Some(Value::Bool(*yes)),
        ScalarValue::Bytes(bytes) => Some(Value::Bytes(bytes.clone())),
        ScalarValue::Int(_)
        | ScalarValue::F64(_)
        | ScalarValue::Counter(_)
        | ScalarValue::Timestamp(_)
        | ScalarValue::Unknown { .. }
        | ScalarValue::Null => None,
    }
}

/// Applies changes on a clone, saves it, loads what was saved, and compares the heads. `None`:
/// something failed or panicked, and the caller's document is as it was.
pub(super) fn trial(doc: &Automerge, changes: &[Change]) -> Option<Automerge> {
    catch_unwind(AssertUnwindSafe(|| {
        let mut next = doc.clone();
        next.apply_changes(changes.iter().cloned()).ok()?;
        if changes
            .iter()
            .any(|change| next.get_change_by_hash(&change.hash()).is_none())
        {
            return None;
        }
        let loaded = load(&save(&next))?;
        (loaded.get_heads() == next.get_heads()).then_some(next)
    }))
    .ok()
    .flatten()
}

/// The bytes of a document, for our own cache. They depend on the order of arrival: they are never
/// hashed and never compared.
pub(super) fn save(doc: &Automerge) -> Vec<u8> {
    doc.save_with_options(SaveOptions {
        deflate: false,
        retain_orphans: false,
    })
}

/// Loads what [`save`] wrote; every change's hash is checked.
pub(super) fn load(bytes: &[u8]) -> Option<Automerge> {
    catch_unwind(AssertUnwindSafe(|| {
        let options = LoadOptions::new()
            .on_partial_load(OnPartialLoad::Error)
            .verification_mode(VerificationMode::Check);
        Automerge::load_with_options(bytes, options).ok()
    }))
    .ok()
    .flatten()
}

/// Builds a change under the same containment as the trial.
pub(super) fn build_contained(
    edit: &Edit,
    own: &[u8; 32],
    genesis: &[u8; 32],
    seq: u64,
    deps: Vec<ChangeHash>,
) -> Option<Change> {
    catch_unwind(AssertUnwindSafe(|| build(edit, own, genesis, seq, deps)))
        .ok()
        .flatten()
}
