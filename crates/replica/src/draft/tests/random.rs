//! The gate against chance: people who write honestly, and one who sends anything at all.
//!
//! 1. No edit makes the gate or the engine panic.
//! 2. A document that took an accepted edit can be saved and loaded. No trial stands in between.
//! 3. The verdict is the same for one who holds only what the edit builds upon and for one who
//!    holds everything, and both build the same change.
//! 4. No honest edit is refused, on top of whatever was accepted before.
//! 5. Whoever holds the same edits has the same verdicts and the same draft, whatever the order.
//!
//! A failure names its world; `HANDFAST_WORLD=n cargo test -p handfast-replica one_world` replays it.

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

use super::people::{Hand, genesis_actor, pact, promise};
use crate::draft::fold::Look;
use crate::draft::ops::{Edit, Key, Op, OpId, Value};
use crate::draft::schema::Name;
use crate::draft::{Change, ChangeError, Draft, EditRecord, Field, ItemRef, Scalar, engine};

#[derive(Default)]
struct Tally {
    cases: usize,
    accepted: usize,
    waiting: usize,
    honest: usize,
    rules: std::collections::BTreeMap<String, usize>,
}

#[test]
fn twenty_thousand_hostile_edits() {
    let tally = worlds(0..200);
    assert!(tally.cases >= 20_000, "{} cases", tally.cases);
    assert!(
        tally.accepted * 5 >= tally.cases,
        "hardly anything is accepted: {}",
        tally.accepted
    );
    // Each rule is met; `Earlier` and E2 have their own tests.
    for rule in ["E0", "E1", "E3", "E4", "E5"] {
        assert!(
            tally.rules.get(rule).is_some_and(|count| *count > 20),
            "{rule}: {:?}",
            tally.rules
        );
    }
}

#[test]
#[ignore = "minutes"]
fn a_long_soak() {
    worlds(1_000..2_000);
}

#[test]
#[ignore = "replays the world named in HANDFAST_WORLD"]
#[expect(clippy::disallowed_methods, reason = "names the world to replay")]
fn one_world() {
    let seed = std::env::var("HANDFAST_WORLD").unwrap().parse().unwrap();
    worlds(seed..seed + 1);
}

#[expect(clippy::print_stdout, reason = "figures of the run")]
fn worlds(seeds: std::ops::Range<u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut tally = Tally::default();
            World::new(seed).run(&mut tally);
            tally
        }));
        let Ok(run) = run else { panic!("world {seed}") };
        tally.cases += run.cases;
        tally.accepted += run.accepted;
        tally.waiting += run.waiting;
        tally.honest += run.honest;
        for (rule, count) in run.rules {
            *tally.rules.entry(rule).or_default() += count;
        }
    }
    println!(
        "{} hostile edits: {} accepted, {} waiting, refused {:?}; {} honest edits",
        tally.cases, tally.accepted, tally.waiting, tally.rules, tally.honest
    );
    tally
}

struct World {
    rng: ChaCha8Rng,
    hands: Vec<Hand>,
    /// Holds everything that was signed.
    all: Hand,
    /// The ops of the world, to twist.
    seen: Vec<(usize, Op)>,
    /// Names of ops that exist, by hand and number.
    ids: Vec<(usize, u64)>,
}

/// The hand that is the genesis.
const SKELETON: usize = usize::MAX;

impl World {
    fn new(seed: u64) -> Self {
        let mut hands: Vec<Hand> = (0..4).map(Hand::new).collect();
        let mut all = Hand::new(99);
        for hand in hands.iter_mut().chain([&mut all]) {
            hand.draft.bare = true;
        }
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            hands,
            all,
            seen: Vec::new(),
            ids: (1..=5).map(|number| (SKELETON, number)).collect(),
        }
    }

    fn run(mut self, tally: &mut Tally) {
        for round in 0..12 {
            for _ in 0..4 {
                let who = self.rng.random_range(0..self.hands.len());
                match self.rng.random_range(0..10) {
                    0..6 => self.honest(who, tally),
                    _ => self.gossip(who),
                }
            }
            for _ in 0..if round < 3 { 4 } else { 10 } {
                let who = self.rng.random_range(0..self.hands.len());
                self.hostile(who, tally);
            }
        }
        self.orders();
    }

    /// One writes as the program lets one write.
    fn honest(&mut self, who: usize, tally: &mut Tally) {
        let rng = &mut self.rng;
        let hand = &mut self.hands[who];
        let items = hand.draft.items();
        let item = items.choose(rng).map(|item| item.item);
        let words = ["we talk", "at six", "calm", "ä🎈", "then", "home", "\n"];
        let mut text: Vec<&str> = (0..rng.random_range(0..6))
            .map(|_| *words.choose(rng).unwrap())
            .collect();
        let vision = hand.draft.vision();
        if rng.random_bool(0.5) {
            text.extend(vision.split(' ').take(8));
        }
        let text = text.join(" ");
        let change = match (rng.random_range(0..9), item) {
            (0, _) | (_, None) => promise(rng.random(), "New", &text),
            (1, Some(item)) => Change::Title(item, text),
            (2 | 3, Some(item)) => Change::Text(item, text),
            (4, Some(item)) => {
                let value = rng
                    .random_bool(0.7)
                    .then(|| Scalar::Uint(rng.random_range(0..3)));
                Change::Field(item, Field::By, value)
            }
            (5, Some(item)) => {
                if rng.random() {
                    Change::Remove(item)
                } else {
                    Change::Restore(item)
                }
            }
            (6, Some(item)) => Change::Part(
                item,
                [rng.random_range(0..3); 16],
                rng.random_range(0..4),
                text,
            ),
            (7, Some(_)) => Change::Question([rng.random_range(0..3); 16], 1, text),
            (_, Some(_)) => Change::Vision(text),
        };
        let twin = ItemRef {
            id: [0; 16],
            twin: 9,
        };
        match hand.draft.change(&hand.author.clone(), &[change], None) {
            Ok(edit) => {
                tally.honest += 1;
                let record = hand.record(edit.body);
                let twice = hand.draft.examine(&record);
                assert!(
                    matches!(twice, Look::Accepted(_)),
                    "an honest edit is refused"
                );
                self.publish(who, record);
            }
            Err(ChangeError::Nothing) => {}
            Err(error) => panic!("an honest edit is impossible: {error} {twin:?}"),
        }
    }

    /// One receives what another holds.
    fn gossip(&mut self, who: usize) {
        let from = self.rng.random_range(0..self.hands.len());
        let records = self.hands[from].records.clone();
        self.hands[who].receive(&records);
    }

    fn publish(&mut self, who: usize, record: EditRecord) {
        let hand = &mut self.hands[who];
        hand.seq = record.seq;
        hand.last = Some(record.hash);
        hand.receive(std::slice::from_ref(&record));
        self.all.receive(std::slice::from_ref(&record));
        let edit = Edit::decode(&record.body, &record.actor, &genesis_actor()).unwrap();
        for (op, number) in edit.ops.iter().zip(edit.start_op..) {
            self.ids.push((who, number));
            if self.rng.random_bool(0.3) {
                self.seen.push((who, self.global(who, &edit, op)));
            }
        }
    }

    /// An op with its actors named by hand: 2 + the number of the hand.
    fn global(&self, who: usize, edit: &Edit, op: &Op) -> Op {
        map_ids(op, |id| OpId {
            who: match id.who {
                0 => 2 + who as u16,
                1 => 1,
                n => 2 + self.hand_of(&edit.actors[usize::from(n) - 2]),
            },
            counter: id.counter,
        })
    }

    fn hand_of(&self, actor: &[u8; 32]) -> u16 {
        self.hands
            .iter()
            .position(|hand| hand.author.actor == *actor)
            .unwrap() as u16
    }

    /// One sends anything at all, and two readers look at it.
    fn hostile(&mut self, who: usize, tally: &mut Tally) {
        let body = self.body(who);
        let hand = &self.hands[who];
        let mut record = hand.record(body);
        if self.rng.random_bool(0.05) {
            let log = record
                .marks
                .keys()
                .copied()
                .collect::<Vec<_>>()
                .choose(&mut self.rng)
                .copied();
            log.map(|log| record.marks.remove(&log));
        }
        tally.cases += 1;
        let ours = self.hands[who].draft.examine(&record);
        let theirs = self.all.draft.examine(&record);
        match (ours, theirs) {
            (Look::Refused(a), Look::Refused(b)) => {
                assert_eq!(a, b);
                *tally.rules.entry(format!("{a:?}")).or_default() += 1;
            }
            (Look::Wait(_), _) | (_, Look::Wait(_)) => tally.waiting += 1,
            (Look::Accepted(a), Look::Accepted(b)) => {
                tally.accepted += 1;
                assert_eq!(a.edit.encode(), record.body);
                let build = |draft: &Draft, passed: &crate::draft::gate::Passed| {
                    let seq = self.hands[who].last.map_or(1, |last| {
                        let place = draft.entries[draft.by_hash[&last]].place.as_ref().unwrap();
                        u64::from(draft.model.seq(place.ix)) + 1
                    });
                    let deps = draft.change_hashes(&passed.deps).unwrap();
                    engine::build(&passed.edit, &record.actor, &genesis_actor(), seq, deps).unwrap()
                };
                let (ours, theirs) = (
                    build(&self.hands[who].draft, &a),
                    build(&self.all.draft, &b),
                );
                assert_eq!(ours.raw_bytes(), theirs.raw_bytes());
                for draft in [&self.hands[who].draft, &self.all.draft] {
                    let mut doc = draft.doc.clone();
                    doc.apply_changes([ours.clone()]).unwrap();
                    let loaded = engine::load(&engine::save(&doc)).expect("saves and loads");
                    assert_eq!(loaded.get_heads(), doc.get_heads());
                }
                if self.rng.random_bool(0.2) {
                    self.publish(who, record);
                }
            }
            _ => panic!("two readers, two verdicts"),
        }
    }

    fn body(&mut self, who: usize) -> Vec<u8> {
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

    /// Everything again: the logs interleaved in other orders, in other portions.
    fn orders(mut self) {
        let verdicts = |draft: &Draft| -> Vec<_> {
            self.all
                .records
                .iter()
                .map(|record| draft.verdict(&record.hash))
                .collect()
        };
        let expected = verdicts(&self.all.draft);
        for number in 0..2 {
            let mut other = Hand::new(90 + number);
            other.draft.bare = number == 0;
            let mut logs: Vec<Vec<EditRecord>> = self
                .hands
                .iter()
                .map(|hand| {
                    let records = self.all.records.iter().rev();
                    records
                        .filter(|record| record.log == hand.author.log)
                        .cloned()
                        .collect()
                })
                .collect();
            let mut portion = Vec::new();
            while logs.iter().any(|log| !log.is_empty()) {
                let log = logs.choose_mut(&mut self.rng).unwrap();
                let take = self.rng.random_range(0..=log.len());
                portion.extend((0..take).filter_map(|_| log.pop()));
                if self.rng.random() {
                    other.receive(&portion);
                    portion.clear();
                }
            }
            other.receive(&portion);
            assert_eq!(verdicts(&other.draft), expected);
            assert_eq!(other.draft.items(), self.all.draft.items());
            assert_eq!(other.draft.vision(), self.all.draft.vision());
            assert_eq!(other.draft.questions(), self.all.draft.questions());
        }
        let records = self.all.records.clone();
        for hand in &mut self.hands {
            hand.receive(&records);
            assert_eq!(hand.draft.items(), self.all.draft.items());
            assert!(hand.is_whole());
        }
    }
}

fn map_ids(op: &Op, mut map: impl FnMut(OpId) -> OpId) -> Op {
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
