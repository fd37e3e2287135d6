//! Reads the list of ops, item by item, and refuses every form but the one.

use identity::Hash;
use identity::cbor::Reader;

use super::super::schema::Name;
use super::{FORM, Key, MAX_DEPS, MAX_OPS, MAX_PREDS, NotAnEdit, OWN, Op, OpId, Value, actor_of};

/// E0 and the first part of E3: 1 to 16 deps, strictly increasing.
pub(super) fn deps(r: &mut Reader<'_>) -> Result<Vec<Hash>, NotAnEdit> {
    let count = r.array()?;
    if count == 0 || count > MAX_DEPS as u64 {
        return Err(NotAnEdit::TooLarge);
    }
    let mut deps: Vec<Hash> = Vec::new();
    for _ in 0..count {
        let dep = Hash(r.fixed::<32>()?);
        if deps.last().is_some_and(|last| *last >= dep) {
            return Err(FORM);
        }
        deps.push(dep);
    }
    Ok(deps)
}

pub(super) fn actors(
    r: &mut Reader<'_>,
    own: &[u8; 32],
    genesis: &[u8; 32],
) -> Result<Vec<[u8; 32]>, NotAnEdit> {
    let count = r.array()?;
    let mut actors: Vec<[u8; 32]> = Vec::new();
    for _ in 0..count {
        let actor = r.fixed::<32>()?;
        if actors.last().is_some_and(|last| *last >= actor) || actor == *own || actor == *genesis {
            return Err(FORM);
        }
        actors.push(actor);
    }
    Ok(actors)
}

/// The list while it is read.
pub(super) struct List<'a> {
    pub(super) known: usize,
    pub(super) used: Vec<bool>,
    pub(super) actors: &'a [[u8; 32]],
    pub(super) own: &'a [u8; 32],
    pub(super) genesis: &'a [u8; 32],
    pub(super) ops: Vec<Op>,
    pub(super) preds: usize,
}

impl List<'_> {
    pub(super) fn run(&mut self, r: &mut Reader<'_>, start_op: u64) -> Result<(), NotAnEdit> {
        let items = r.array()?;
        let code = r.uint()?;
        let obj = self.id(r)?;
        match (code, items) {
            (0, 4) => {
                let key = key(r)?;
                self.push(Op::MakeMap { obj, key })
            }
            (1, 4) => {
                let key = key(r)?;
                self.push(Op::MakeText { obj, key })
            }
            (2, 7) => {
                let (key, value) = (key(r)?, value(r)?);
                let preds = self.preds(r)?;
                self.push(Op::Put {
                    obj,
                    key,
                    value,
                    preds,
                })
            }
            (3, 5) => {
                let key = key(r)?;
                let preds = self.preds(r)?;
                self.push(Op::Clear { obj, key, preds })
            }
            (4, 6) => self.insertion(r, obj, start_op),
            (5, 6) => self.deletion(r, obj),
            _ => Err(FORM),
        }
    }

    fn insertion(&mut self, r: &mut Reader<'_>, obj: OpId, start_op: u64) -> Result<(), NotAnEdit> {
        let elem = self.id(r)?;
        let mut after = match elem {
            OpId {
                who: OWN,
                counter: 0,
            } => None,
            OpId { counter: 0, .. } => return Err(FORM),
            elem => Some(elem),
        };
        let chars = std::str::from_utf8(r.bytes()?).map_err(|_| FORM)?;
        let number = |ops: &[Op]| start_op.saturating_add(ops.len() as u64);
        // One form only: what continues the insertion before it is part of it.
        let continues = match self.ops.last() {
            Some(Op::Insert { obj: before, .. }) => {
                *before == obj
                    && after.is_some_and(|after| {
                        after.who == OWN && after.counter.saturating_add(1) == number(&self.ops)
                    })
            }
            _ => false,
        };
        if continues || chars.is_empty() {
            return Err(FORM);
        }
        for ch in chars.chars() {
            let counter = number(&self.ops);
            self.push(Op::Insert { obj, after, ch })?;
            after = Some(OpId { who: OWN, counter });
        }
        Ok(())
    }

    fn deletion(&mut self, r: &mut Reader<'_>, obj: OpId) -> Result<(), NotAnEdit> {
        let first = self.id(r)?;
        let n = r.uint()?;
        if n == 0 {
            return Err(FORM);
        }
        if n > MAX_OPS as u64 {
            return Err(NotAnEdit::TooLarge);
        }
        let continues = match self.ops.last() {
            Some(Op::Delete { obj: before, elem }) => {
                *before == obj
                    && elem.who == first.who
                    && elem.counter.checked_add(1) == Some(first.counter)
            }
            _ => false,
        };
        if continues {
            return Err(FORM);
        }
        for step in 0..n {
            let counter = first.counter.checked_add(step).ok_or(FORM)?;
            self.preds = self.preds.saturating_add(1);
            self.push(Op::Delete {
                obj,
                elem: OpId {
                    who: first.who,
                    counter,
                },
            })?;
        }
        Ok(())
    }

    fn push(&mut self, op: Op) -> Result<(), NotAnEdit> {
        self.ops.push(op);
        if self.ops.len() > MAX_OPS || self.preds > MAX_PREDS {
            return Err(NotAnEdit::TooLarge);
        }
        Ok(())
    }

    fn id(&mut self, r: &mut Reader<'_>) -> Result<OpId, NotAnEdit> {
        let who: u16 = r.small()?;
        let counter = r.uint()?;
        if usize::from(who) >= self.known {
            return Err(FORM);
        }
        if let Some(used) = usize::from(who)
            .checked_sub(2)
            .and_then(|at| self.used.get_mut(at))
        {
            *used = true;
        }
        Ok(OpId { who, counter })
    }

    fn preds(&mut self, r: &mut Reader<'_>) -> Result<Vec<OpId>, NotAnEdit> {
        let items = r.array()?;
        if items % 2 != 0 {
            return Err(FORM);
        }
        if items / 2 > MAX_PREDS as u64 {
            return Err(NotAnEdit::TooLarge);
        }
        let mut preds: Vec<OpId> = Vec::new();
        for _ in 0..items / 2 {
            let pred = self.id(r)?;
            if preds
                .last()
                .is_some_and(|last| self.order(*last) >= self.order(pred))
            {
                return Err(FORM);
            }
            preds.push(pred);
        }
        self.preds = self.preds.saturating_add(preds.len());
        Ok(preds)
    }

    /// By number, then by actor, as Automerge orders ops.
    fn order(&self, id: OpId) -> (u64, Option<&[u8; 32]>) {
        (
            id.counter,
            actor_of(id.who, self.actors, self.own, self.genesis),
        )
    }
}

fn key(r: &mut Reader<'_>) -> Result<Key, NotAnEdit> {
    // A look ahead: an integer is a name, a byte string an id.
    let mut ahead = r.clone();
    if let Ok(number) = ahead.uint() {
        *r = ahead;
        return Name::from_number(number).map(Key::Name).ok_or(FORM);
    }
    Ok(Key::Id(r.fixed::<16>()?))
}

fn value(r: &mut Reader<'_>) -> Result<Value, NotAnEdit> {
    match r.uint()? {
        0 => Ok(Value::Uint(r.uint()?)),
        1 => {
            let text = std::str::from_utf8(r.bytes()?).map_err(|_| FORM)?;
            Ok(Value::Text(text.to_owned()))
        }
        2 => match r.uint()? {
            0 => Ok(Value::Bool(false)),
            1 => Ok(Value::Bool(true)),
            _ => Err(FORM),
        },
        3 => Ok(Value::Bytes(r.bytes()?.to_vec())),
        _ => Err(FORM),
    }
}
