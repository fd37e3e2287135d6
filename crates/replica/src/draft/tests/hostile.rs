//! Every hostile edit that Automerge alone would choke on, believe or lose, and every line of the
//! gate. Each goes the way of a received record: `fold`.

mod e5;

use identity::{Hash, Head, LogId};

use super::people::{Hand, name, own, pact, skeleton, two};
use crate::draft::ops::{Edit, Key, MAX_OPS, Op, OpId, Value};
use crate::draft::schema::{ITEMS, Name, VISION_TEXT};
use crate::draft::{Change, EditRecord, ItemRef, Rule, Standing, Verdict};

const ONE: ItemRef = ItemRef {
    id: [1; 16],
    twin: 0,
};

fn refused(hand: &Hand, ops: Vec<Op>) -> Rule {
    rule(hand.verdict(hand.body(ops)))
}

fn rule(verdict: Verdict) -> Rule {
    match verdict {
        Verdict::Refused(rule) => rule,
        Verdict::Accepted | Verdict::Waiting => panic!("{verdict:?}"),
    }
}

fn changed(hand: &Hand, ops: Vec<Op>, change: impl Fn(&mut Edit)) -> Verdict {
    let mut edit = hand.edit(ops);
    change(&mut edit);
    hand.verdict(edit.encode())
}

fn insert(ch: char) -> Op {
    Op::Insert {
        obj: skeleton(VISION_TEXT),
        after: None,
        ch,
    }
}

fn put(obj: OpId, key: Name, value: Value, preds: Vec<OpId>) -> Op {
    Op::Put {
        obj,
        key: name(key),
        value,
        preds,
    }
}

/// Ana's first edit, op by op: 6 item, 7 title, 8 text, 9 parts, 10 type, 11 who, 12… the title.
const ITEM: u64 = 6;
const TITLE: u64 = 7;
const TEXT: u64 = 8;
const PARTS: u64 = 9;
const TYPE: u64 = 10;
const FIRST: u64 = 12;

#[test]
fn the_ops_of_the_first_edit_are_numbered_as_these_tests_believe() {
    let (ana, _) = two();
    let edit = Edit::decode(
        &ana.records[0].body,
        &ana.author.actor,
        &super::people::genesis_actor(),
    );
    let edit = edit.unwrap();
    let at = |number: u64| edit.ops[(number - edit.start_op) as usize].clone();
    assert_eq!(
        at(ITEM),
        Op::MakeMap {
            obj: skeleton(ITEMS),
            key: Key::Id([1; 16])
        }
    );
    assert_eq!(
        at(TITLE),
        Op::MakeText {
            obj: own(ITEM),
            key: name(Name::Title)
        }
    );
    assert_eq!(
        at(TEXT),
        Op::MakeText {
            obj: own(ITEM),
            key: name(Name::Text)
        }
    );
    assert_eq!(
        at(PARTS),
        Op::MakeMap {
            obj: own(ITEM),
            key: name(Name::Parts)
        }
    );
    assert_eq!(at(TYPE), put(own(ITEM), Name::Type, Value::Uint(0), vec![]));
    assert_eq!(
        at(FIRST),
        Op::Insert {
            obj: own(TITLE),
            after: None,
            ch: 'H'
        }
    );
}

#[test]
fn what_these_tests_twist_is_accepted_untwisted() {
    let (ana, _) = two();
    let accepted = |ops| assert_eq!(ana.verdict(ana.body(ops)), Verdict::Accepted);
    accepted(vec![insert('x')]);
    accepted(vec![Op::Delete {
        obj: own(TITLE),
        elem: own(FIRST),
    }]);
    accepted(vec![put(
        own(ITEM),
        Name::Type,
        Value::Uint(1),
        vec![own(TYPE)],
    )]);
    accepted(vec![Op::Clear {
        obj: own(ITEM),
        key: name(Name::Type),
        preds: vec![own(TYPE)],
    }]);
    accepted(vec![Op::MakeMap {
        obj: own(PARTS),
        key: Key::Id([3; 16]),
    }]);
    accepted(vec![put(
        own(ITEM),
        Name::For,
        Value::Bytes(vec![0; 32]),
        vec![],
    )]);
    accepted(vec![put(
        own(ITEM),
        Name::Rule,
        Value::Text("x".repeat(1024)),
        vec![],
    )]);
    accepted(vec![put(
        own(ITEM),
        Name::By,
        Value::Uint(u64::MAX),
        vec![],
    )]);
}

#[test]
fn e0_more_than_an_edit_may_hold() {
    let (ana, _) = two();
    assert_eq!(refused(&ana, vec![]), Rule::E0);
    let run = |count: usize| {
        (0..count).map(|at| Op::Insert {
            obj: skeleton(VISION_TEXT),
            after: at
                .checked_sub(1)
                .map(|at| own(ana.edit(vec![]).start_op + at as u64)),
            ch: 'x',
        })
    };
    assert_eq!(
        ana.verdict(ana.body(run(MAX_OPS).collect())),
        Verdict::Accepted
    );
    assert_eq!(refused(&ana, run(MAX_OPS + 1).collect()), Rule::E0);
    // A run of deletions is short to write and long to do.
    let long = |n: u64| {
        (0..n).map(|at| Op::Delete {
            obj: own(TITLE),
            elem: own(FIRST + at),
        })
    };
    assert_eq!(refused(&ana, long(4097).collect()), Rule::E0);
    assert_eq!(refused(&ana, long(100).collect()), Rule::E5);
    let preds: Vec<OpId> = (0..4097).map(|at| own(at + 1)).collect();
    let many = vec![Op::Clear {
        obj: own(ITEM),
        key: name(Name::Type),
        preds,
    }];
    assert_eq!(refused(&ana, many), Rule::E0);
    // The same, spread over ops of which none has too many.
    let few = || (1..24).map(own).collect();
    let clear = || Op::Clear {
        obj: own(ITEM),
        key: name(Name::Type),
        preds: few(),
    };
    assert_eq!(refused(&ana, (0..178).map(|_| clear()).collect()), Rule::E5);
    assert_eq!(refused(&ana, (0..179).map(|_| clear()).collect()), Rule::E0);
    let deps = changed(&ana, vec![insert('x')], |edit| {
        edit.deps.extend((0..16).map(|at| Hash([at; 32])));
        edit.deps.sort_unstable();
    });
    assert_eq!(rule(deps), Rule::E0);
    let none = changed(&ana, vec![insert('x')], |edit| edit.deps.clear());
    assert_eq!(rule(none), Rule::E0);
    assert_eq!(rule(ana.verdict(vec![0; 16 * 1024 + 1])), Rule::E0);
}

#[test]
fn e1_not_the_one_form() {
    let (ana, _) = two();
    assert_eq!(rule(ana.verdict(vec![])), Rule::E1);
    assert_eq!(rule(ana.verdict(b"not an edit".to_vec())), Rule::E1);
    let good = ana.body(vec![insert('x')]);
    for cut in 0..good.len() {
        assert_eq!(
            rule(ana.verdict(good[..cut].to_vec())),
            Rule::E1,
            "cut at {cut}"
        );
    }
    assert_eq!(rule(ana.verdict([&good[..], &[0]].concat())), Rule::E1);
    // An actor that is not in the list.
    let absent = changed(
        &ana,
        vec![Op::Insert {
            obj: OpId { who: 2, counter: 6 },
            after: None,
            ch: 'x',
        }],
        |_| {},
    );
    assert_eq!(rule(absent), Rule::E1);
    let twice = changed(&ana, vec![insert('x')], |edit| {
        let dep = edit.deps[0];
        edit.deps.push(dep);
    });
    assert_eq!(rule(twice), Rule::E1);
}

#[test]
fn e2_a_log_holds_so_many_edits() {
    let ana = Hand::new(0);
    let mut hand = Hand::new(0);
    let mut records: Vec<EditRecord> = Vec::new();
    for number in 0..4097_u64 {
        let dep = hand.last.unwrap_or(pact().0);
        let edit = Edit {
            redo: None,
            deps: vec![dep],
            start_op: 6 + number,
            actors: vec![],
            ops: vec![insert('x')],
        };
        let record = hand.record(edit.encode());
        hand.seq = record.seq;
        hand.last = Some(record.hash);
        records.push(record);
    }
    let mut ana = ana;
    ana.receive(&records);
    assert_eq!(
        ana.draft.verdict(&records[4095].hash),
        Some(Verdict::Accepted)
    );
    assert_eq!(
        ana.draft.verdict(&records[4096].hash),
        Some(Verdict::Refused(Rule::E2))
    );
    assert!(ana.is_whole());
}

#[test]
fn e2_a_log_holds_so_many_ops() {
    let mut hand = Hand::new(0);
    let mut records: Vec<EditRecord> = Vec::new();
    for number in 0..33_u64 {
        let start_op = 6 + number * 4096;
        let count = if number == 32 { 1 } else { 4096 };
        let op = |at: u64| Op::Insert {
            obj: skeleton(VISION_TEXT),
            after: at.checked_sub(1).map(|at| own(start_op + at)),
            ch: 'x',
        };
        let edit = Edit {
            redo: None,
            deps: vec![hand.last.unwrap_or(pact().0)],
            start_op,
            actors: vec![],
            ops: (0..count).map(op).collect(),
        };
        let record = hand.record(edit.encode());
        hand.seq = record.seq;
        hand.last = Some(record.hash);
        records.push(record);
    }
    let mut ana = Hand::new(2);
    ana.receive(&records);
    assert_eq!(
        ana.draft.verdict(&records[31].hash),
        Some(Verdict::Accepted)
    );
    assert_eq!(
        ana.draft.verdict(&records[32].hash),
        Some(Verdict::Refused(Rule::E2))
    );
}

#[test]
fn e3_what_it_builds_upon() {
    let (mut ana, mut ben) = two();
    // Without its own predecessor, or, the first, without the genesis.
    let others = ben.write(&[Change::Vision("Calm.".into())]);
    ana.receive(&others);
    let lone = changed(&ana, vec![insert('x')], |edit| {
        edit.deps = vec![others[0].hash]
    });
    assert_eq!(rule(lone), Rule::E3);
    let genesis_only = changed(&ana, vec![insert('x')], |edit| edit.deps = vec![pact().0]);
    assert_eq!(rule(genesis_only), Rule::E3);
    let cleo = {
        let mut cleo = Hand::new(2);
        cleo.receive(&ana.records);
        cleo
    };
    let rootless = changed(&cleo, vec![insert('x')], |edit| {
        edit.deps.retain(|dep| *dep != pact().0)
    });
    assert_eq!(rule(rootless), Rule::E3);
    // Upon what it cannot know: nothing that the log has marked is still to come.
    let unknown = changed(&ana, vec![insert('x')], |edit| {
        edit.deps.push(Hash([255; 32]));
        edit.deps.sort_unstable();
    });
    assert_eq!(rule(unknown), Rule::E3);
}

#[test]
fn e3_held_but_not_covered_is_refused_and_covered_but_not_held_waits() {
    let (mut ana, mut ben) = two();
    let seen = ben.write(&[Change::Vision("Calm.".into())]);
    ana.receive(&seen);
    let honest = ana.record(ana.body(vec![insert('x')]));

    // Cleo does not hold Ben's edit yet.
    let mut cleo = Hand::new(2);
    cleo.receive(&ana.records[..1]);
    cleo.receive(std::slice::from_ref(&honest));
    assert_eq!(cleo.draft.verdict(&honest.hash), Some(Verdict::Waiting));
    cleo.receive(&seen);
    assert_eq!(cleo.draft.verdict(&honest.hash), Some(Verdict::Accepted));

    // The same edit, but its log never said that it had seen Ben's.
    let mut sly = honest;
    sly.marks.clear();
    for order in [false, true] {
        let mut cleo = Hand::new(2);
        cleo.receive(&ana.records[..1]);
        if order {
            cleo.receive(&seen);
        }
        cleo.receive(std::slice::from_ref(&sly));
        cleo.receive(&seen);
        assert_eq!(
            cleo.draft.verdict(&sly.hash),
            Some(Verdict::Refused(Rule::E3))
        );
    }
}

#[test]
fn e3_a_mark_covers_along_its_own_branch() {
    let (ana, mut ben) = two();
    let mut ben_too = ben.copy();
    let left = ben.write(&[Change::Vision("Left".into())]);
    let right = ben_too.write(&[Change::Vision("Right".into())]);
    let branches = vec![vec![left[0].hash], vec![right[0].hash]];
    let (good, bad) = (&left[0], &right[0]);
    let mut cleo = Hand::new(2);
    cleo.receive(&ana.records);
    cleo.receive(&left);
    let edit = cleo.edit(vec![insert('x')]);
    let mut record = cleo.record(edit.encode());
    for (mark, verdict) in [
        (good.hash, Verdict::Accepted),
        (bad.hash, Verdict::Refused(Rule::E3)),
        (Hash([9; 32]), Verdict::Waiting),
    ] {
        let mut reader = Hand::new(4);
        reader.receive(&ana.records);
        reader.receive(&[good.clone(), bad.clone()]);
        reader.held.set_fork(ben.author.log, 0, branches.clone());
        record
            .marks
            .insert(ben.author.log, Head { seq: 1, hash: mark });
        reader.held.set(record.log, 1);
        reader
            .draft
            .fold(std::slice::from_ref(&record), &reader.held);
        assert_eq!(reader.draft.verdict(&record.hash), Some(verdict));
    }
}

#[test]
fn e4_ops_are_numbered_on_from_what_it_builds_upon() {
    let (ana, _) = two();
    let right = ana.edit(vec![]).start_op;
    for wrong in [
        0,
        1,
        right - 1,
        right + 1,
        u64::from(u32::MAX),
        1 << 31,
        u64::MAX,
    ] {
        let verdict = changed(&ana, vec![insert('x')], |edit| edit.start_op = wrong);
        assert_eq!(rule(verdict), Rule::E4, "start_op {wrong}");
    }
}

#[test]
fn the_first_refused_edit_of_a_log_refuses_its_later_edits() {
    let (mut ana, mut ben) = two();
    let bad = ben.sign(ben.body(vec![Op::Delete {
        obj: skeleton(VISION_TEXT),
        elem: own(99),
    }]));
    let good = ben.sign(ben.body(vec![insert('x')]));
    // The other way round they come, and the verdicts are the same.
    ana.receive(std::slice::from_ref(&good));
    ana.receive(std::slice::from_ref(&bad));
    let standing = |hash| {
        ana.draft
            .reports()
            .find(|r| r.hash == hash)
            .unwrap()
            .standing
    };
    assert_eq!(standing(bad.hash), Standing::Refused(Rule::E5));
    assert_eq!(standing(good.hash), Standing::Refused(Rule::Earlier));
    assert_eq!(ana.draft.left_out().count(), 2);
    // What builds upon it, in another log, is refused with it.
    let mut cleo = Hand::new(2);
    cleo.receive(&[&ana.records[..], &[bad.clone(), good.clone()]].concat());
    let upon = changed(&cleo, vec![insert('x')], |edit| {
        edit.deps.push(bad.hash);
        edit.deps.sort_unstable();
    });
    assert_eq!(rule(upon), Rule::E3);
    // Nobody else is held up by it, and Ben's program says that his own edits are out.
    let more = ana.write(&[Change::Vision("Calm.".into())]);
    ben.receive(&more);
    assert!(ben.try_write(&[Change::Vision("x".into())]).is_err());
}

#[test]
fn a_claim_to_anothers_place_wedges_nothing() {
    // A second log under Ana's key: same actor, same numbers.
    let (mut ana, ben) = two();
    let mut thief = Hand::new(3);
    thief.author.actor = ana.author.actor;
    let edit = Edit {
        redo: None,
        deps: vec![pact().0],
        start_op: 6,
        actors: vec![],
        ops: vec![insert('!')],
    };
    let claim = thief.sign(edit.encode());
    let upon_ana = {
        let mut thief = Hand::new(3);
        thief.author.actor = ana.author.actor;
        thief.receive(&ana.records);
        thief.record(thief.body(vec![insert('!')]))
    };
    let mut reader = ben.copy();
    reader.receive(&[claim.clone(), upon_ana.clone()]);
    // What builds upon Ana's own edits is refused; what stands beside them competes, and one stays.
    assert_eq!(
        reader.draft.verdict(&upon_ana.hash),
        Some(Verdict::Refused(Rule::E3))
    );
    assert_eq!(
        reader
            .draft
            .left_out()
            .filter(|r| r.standing == Standing::LeftOut)
            .count(),
        1
    );
    assert!(reader.is_whole());
    // Nobody can build upon both.
    let mut cleo = Hand::new(2);
    cleo.receive(&reader.records);
    let both = changed(&cleo, vec![insert('x')], |edit| {
        edit.deps = vec![pact().0, ana.records[0].hash, claim.hash];
        edit.deps.sort_unstable();
        edit.start_op = ana.edit(vec![]).start_op;
    });
    assert_eq!(rule(both), Rule::E3);
    // And Ana, who knows nothing of it, goes on; Ben's device goes on too.
    ana.write(&[Change::Vision("Calm.".into())]);
    reader.write(&[Change::Vision("Still.".into())]);
}

#[test]
fn thousands_of_orphans_never_reach_the_engine() {
    let (mut ana, _) = two();
    let mut hand = Hand::new(1);
    hand.author.marks.insert(
        LogId(Hash([99; 32])),
        Head {
            seq: 1,
            hash: Hash([98; 32]),
        },
    );
    let mut records = Vec::new();
    for number in 0..2000_u64 {
        let mut deps = vec![hand.last.unwrap_or(pact().0), Hash([97; 32])];
        deps.sort_unstable();
        let edit = Edit {
            redo: None,
            deps,
            start_op: 6 + number,
            actors: vec![],
            ops: vec![insert('x')],
        };
        let record = hand.record(edit.encode());
        hand.seq = record.seq;
        hand.last = Some(record.hash);
        records.push(record);
    }
    records.reverse();
    let folded = {
        ana.receive(&records);
        ana.draft.fold(&[], &ana.held.clone())
    };
    assert_eq!((folded.waiting, ana.draft.vision()), (2000, String::new()));
}
