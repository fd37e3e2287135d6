//! Edits from the dice: ops that were written before, twisted, and ops that nobody would write.

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

use super::super::people::{genesis_actor, pact};
use super::{SKELETON, World};
use crate::draft::engine;
use crate::draft::ops::{Edit, Key, Op, OpId, Value};
use crate::draft::schema::Name;

impl World {
    pub(super) fn body(&mut self, who: usize) -> Vec<u8> {
        let count = if self.rng.random_bool(0.01) {
            0
        } else {
            *[1, 1, 1, 2, 2, 3].choose(&mut self.rng).unwrap()
        };
        let mut edit = self.hands[who].edit(vec![]);
        let mut ops: Vec<Op> = Vec::new();
        for at in 0..count {
            let op = self.op(who, edit.start_op, at);
            ops.push(op);
        }
        match self.rng.random_range(0..30) {
            0 => {
                edit.start_op = edit
                    .start_op
                    .wrapping_add_signed(self.rng.random_range(-2..3))
            }
            1 => {
                edit.start_op = *[0, 1, 1 << 31, u64::MAX, u64::from(u32::MAX)]
                    .choose(&mut self.rng)
                    .unwrap()
            }
            2 => {
                let at = self.rng.random_range(0..edit.deps.len());
                edit.deps.remove(at);
            }
            3 => {
                let any = self
                    .all
                    .records
                    .choose(&mut self.rng)
                    .map(|record| record.hash);
                edit.deps.push(any.unwrap_or(pact().0));
            }
            4 => edit.deps.push(identity::Hash(self.rng.random())),
            _ => {}
        }
        edit.deps.sort_unstable();
        edit.ops = ops;
        let mut edit = self.local(who, edit);
        if self.rng.random_bool(0.02) {
            edit.actors.reverse();
        }
        let mut body = edit.encode();
        if self.rng.random_bool(0.08) {
            let at = self.rng.random_range(0..body.len());
            body[at] ^= 1 << self.rng.random_range(0..8);
        }
        body
    }

    /// Actors by hand become those of one edit.
    fn local(&self, who: usize, mut edit: Edit) -> Edit {
        let mut actors = std::collections::BTreeSet::new();
        let own = self.hands[who].author.actor;
        let actor = |id: OpId| {
            self.hands
                .get(usize::from(id.who).wrapping_sub(2))
                .map(|hand| hand.author.actor)
        };
        for op in &edit.ops {
            map_ids(op, |id| {
                actors.extend(actor(id).filter(|actor| *actor != own));
                id
            });
        }
        edit.actors = actors.into_iter().collect();
        let table = edit.actors.clone();
        edit.ops = edit
            .ops
            .iter()
            .map(|op| {
                let mut op = map_ids(op, |id| OpId {
                    who: match actor(id) {
                        None => id.who,
                        Some(actor) if actor == own => 0,
                        Some(actor) => 2 + table.binary_search(&actor).unwrap() as u16,
                    },
                    counter: id.counter,
                });
                if let Op::Put { preds, .. } | Op::Clear { preds, .. } = &mut op {
                    let order = |id: &OpId| {
                        let actor = match id.who {
                            0 => own,
                            1 => genesis_actor(),
                            n => table.get(usize::from(n) - 2).copied().unwrap_or_default(),
                        };
                        (id.counter, actor)
                    };
                    preds.sort_by_key(order);
                    preds.dedup();
                }
                op
            })
            .collect();
        edit
    }

    /// Any op: one that was written before, twisted, or one from the dice.
    fn op(&mut self, who: usize, start_op: u64, at: u64) -> Op {
        let texts = [OpId { who: 1, counter: 3 }];
        let rng = &mut self.rng;
        let ids = &self.ids;
        let any = |rng: &mut ChaCha8Rng| -> OpId {
            if rng.random_bool(0.1) {
                let ahead = rng.random_range(0..at + 2);
                return OpId {
                    who: 2 + who as u16,
                    counter: start_op.saturating_add(ahead),
                };
            }
            let (hand, number) = *ids.choose(rng).unwrap();
            let number = if rng.random_bool(0.05) {
                number + 1
            } else {
                number
            };
            let hand = if rng.random_bool(0.03) {
                rng.random_range(0..4)
            } else {
                hand
            };
            OpId {
                who: if hand == SKELETON { 1 } else { 2 + hand as u16 },
                counter: number,
            }
        };
        if !self.seen.is_empty() && rng.random_bool(0.85) {
            let known = |hand: usize| {
                hand == who
                    || self.hands[who]
                        .records
                        .iter()
                        .any(|r| r.log == self.hands[hand].author.log)
            };
            let mut drawn = self.seen.choose(rng).unwrap();
            for _ in 0..3 {
                if matches!(drawn.1, Op::Delete { .. }) || !known(drawn.0) {
                    drawn = self.seen.choose(rng).unwrap();
                }
            }
            let mut op = drawn.1.clone();
            match (&mut op, rng.random_range(0..10)) {
                (Op::Insert { after, .. }, 0) => *after = Some(any(rng)),
                (Op::Insert { after, .. }, 1) => *after = None,
                (Op::Insert { after, .. }, 2) if at > 0 => {
                    *after = Some(OpId {
                        who: 2 + who as u16,
                        counter: start_op.saturating_add(at - 1),
                    });
                }
                (Op::Delete { elem, .. }, 0 | 1) => *elem = any(rng),
                (
                    Op::Put {
                        obj,
                        key,
                        preds,
                        value,
                    },
                    0..8,
                ) => {
                    *preds = self.visible(who, *obj, key);
                    if self.rng.random_bool(0.1) {
                        *value = Value::Text("x".repeat(1020 + self.rng.random_range(0..8)));
                    }
                }
                (Op::Put { obj, key, .. }, 8) => {
                    let mut preds = self.visible(who, *obj, key);
                    if preds.len() > 1 && self.rng.random() {
                        preds.pop();
                    }
                    op = Op::Clear {
                        obj: *obj,
                        key: *key,
                        preds,
                    };
                }
                (Op::Put { preds, .. } | Op::Clear { preds, .. }, _) => preds.push(any(rng)),
                (Op::MakeMap { key, .. }, 0..8) => *key = Key::Id([rng.random(); 16]),
                (Op::MakeMap { obj, .. } | Op::MakeText { obj, .. }, 8) => *obj = any(rng),
                _ => {}
            }
            return op;
        }
        let obj = if rng.random_bool(0.3) {
            texts[0]
        } else {
            any(rng)
        };
        let key = if rng.random_bool(0.2) {
            Key::Id([rng.random_range(0..4); 16])
        } else {
            Key::Name(*Name::ALL.choose(rng).unwrap())
        };
        match rng.random_range(0..7) {
            0 => Op::MakeMap { obj, key },
            1 => Op::MakeText { obj, key },
            2 => {
                let value = match rng.random_range(0..4) {
                    0 => Value::Uint(rng.random()),
                    1 => Value::Text("ä".repeat(rng.random_range(0..4))),
                    2 => Value::Bool(rng.random()),
                    _ => Value::Bytes(vec![0; rng.random_range(0..40)]),
                };
                let preds = if rng.random() { vec![] } else { vec![any(rng)] };
                Op::Put {
                    obj,
                    key,
                    value,
                    preds,
                }
            }
            3 => Op::Clear {
                obj,
                key,
                preds: (0..rng.random_range(0..3)).map(|_| any(rng)).collect(),
            },
            4 | 5 => {
                let after = rng.random_bool(0.6).then(|| any(rng));
                Op::Insert {
                    obj,
                    after,
                    ch: *['a', 'ä', '🎈', '\0', '\n'].choose(rng).unwrap(),
                }
            }
            _ => Op::Delete {
                obj,
                elem: any(rng),
            },
        }
    }

    /// What the hand sees at a key, so that a put has a chance.
    fn visible(&self, who: usize, obj: OpId, key: &Key) -> Vec<OpId> {
        let draft = &self.hands[who].draft;
        let actor = |id: OpId| match id.who {
            1 => genesis_actor(),
            n => self.hands[usize::from(n) - 2].author.actor,
        };
        let id = format!(
            "{}@{}",
            obj.counter,
            automerge::ActorId::from(actor(obj)).to_hex_string()
        );
        let Ok((obj, _)) = draft.doc.import(&id) else {
            return vec![];
        };
        let all = automerge::ReadDoc::get_all(&draft.doc, &obj, engine::key_text(key));
        let all = all.unwrap_or_default().into_iter();
        all.filter_map(|(_, id)| match id {
            automerge::ObjId::Id(counter, actor, _) => {
                let actor: [u8; 32] = actor.to_bytes().try_into().ok()?;
                let who = if actor == genesis_actor() {
                    1
                } else {
                    2 + self.hand_of(&actor)
                };
                Some(OpId { who, counter })
            }
            automerge::ObjId::Root => None,
        })
        .collect()
    }
}

pub(super) fn map_ids(op: &Op, mut map: impl FnMut(OpId) -> OpId) -> Op {
    let mut op = op.clone();
    match &mut op {
        Op::MakeMap { obj, .. } | Op::MakeText { obj, .. } => *obj = map(*obj),
        Op::Put { obj, preds, .. } | Op::Clear { obj, preds, .. } => {
            *obj = map(*obj);
            preds.iter_mut().for_each(|pred| *pred = map(*pred));
        }
        Op::Insert { obj, after, .. } => {
            *obj = map(*obj);
            *after = after.map(&mut map);
        }
        Op::Delete { obj, elem } => {
            *obj = map(*obj);
            *elem = map(*elem);
        }
    }
    op
}
