//! E5, line by line: ops that do not fit what they build upon, and ops on concurrent objects.

use super::super::people::{Hand, genesis_actor, name, own, promise, skeleton, two};
use super::{FIRST, ITEM, ONE, PARTS, TEXT, TITLE, TYPE, changed, insert, put, refused, rule};
use crate::draft::ops::{Edit, Key, Op, OpId, Value};
use crate::draft::schema::{ITEMS, Name, QUESTIONS, VISION, VISION_TEXT};
use crate::draft::{Change, Field, Rule, Scalar, Verdict};

#[test]
fn e5_ops_on_what_is_not_there() {
    let (ana, _) = two();
    let gone = own(9_999);
    assert_eq!(
        refused(
            &ana,
            vec![Op::Insert {
                obj: gone,
                after: None,
                ch: 'x'
            }]
        ),
        Rule::E5
    );
    assert_eq!(
        refused(&ana, vec![put(gone, Name::Type, Value::Uint(1), vec![])]),
        Rule::E5
    );
    // ROOT has no name here, and number 0 is nobody's.
    assert_eq!(
        refused(&ana, vec![put(own(0), Name::Type, Value::Uint(1), vec![])]),
        Rule::E5
    );
    assert_eq!(
        refused(
            &ana,
            vec![Op::MakeMap {
                obj: skeleton(0),
                key: Key::Id([1; 16])
            }]
        ),
        Rule::E5
    );
    let text = skeleton(VISION_TEXT);
    assert_eq!(
        refused(
            &ana,
            vec![Op::Insert {
                obj: text,
                after: Some(gone),
                ch: 'x'
            }]
        ),
        Rule::E5
    );
    assert_eq!(
        refused(
            &ana,
            vec![Op::Delete {
                obj: text,
                elem: gone
            }]
        ),
        Rule::E5
    );
    // An actor that nobody has heard of.
    let stranger = changed(
        &ana,
        vec![Op::Insert {
            obj: OpId { who: 2, counter: 6 },
            after: None,
            ch: 'x',
        }],
        |edit| edit.actors = vec![[200; 32]],
    );
    assert_eq!(rule(stranger), Rule::E5);
    // What comes later in the same edit, and itself.
    let next = ana.edit(vec![]).start_op;
    for ahead in [next, next + 1] {
        let op = Op::Insert {
            obj: text,
            after: Some(own(ahead)),
            ch: 'x',
        };
        assert_eq!(refused(&ana, vec![op, insert('y')]), Rule::E5);
    }
}

#[test]
fn e5_texts() {
    let (ana, _) = two();
    let elem = own(FIRST);
    let delete = |obj, elem| Op::Delete { obj, elem };
    // Twice, in one edit or in two.
    let twice = vec![delete(own(TITLE), elem), delete(own(TITLE), elem)];
    assert_eq!(refused(&ana, twice), Rule::E5);
    let mut later = ana.copy();
    later.sign(later.body(vec![delete(own(TITLE), elem)]));
    assert_eq!(refused(&later, vec![delete(own(TITLE), elem)]), Rule::E5);
    // Of another text, and of what is no text.
    assert_eq!(refused(&ana, vec![delete(own(TEXT), elem)]), Rule::E5);
    assert_eq!(refused(&ana, vec![delete(own(ITEM), elem)]), Rule::E5);
    assert_eq!(refused(&ana, vec![delete(own(TITLE), own(TEXT))]), Rule::E5);
    let after = |obj, after| Op::Insert {
        obj,
        after: Some(after),
        ch: 'x',
    };
    assert_eq!(refused(&ana, vec![after(own(TEXT), elem)]), Rule::E5);
    assert_eq!(refused(&ana, vec![after(own(TITLE), own(TYPE))]), Rule::E5);
    for no_text in [own(ITEM), own(PARTS), own(TYPE), elem, skeleton(VISION)] {
        assert_eq!(
            refused(
                &ana,
                vec![Op::Insert {
                    obj: no_text,
                    after: None,
                    ch: 'x'
                }]
            ),
            Rule::E5
        );
    }
    // After a deleted element is where concurrent edits put things: allowed.
    assert_eq!(
        later.verdict(later.body(vec![after(own(TITLE), elem)])),
        Verdict::Accepted
    );
}

#[test]
fn e5_maps() {
    let (ana, _) = two();
    let item = own(ITEM);
    let text = |n: usize| Value::Text("x".repeat(n));
    let bad = |ops: Vec<Op>| assert_eq!(refused(&ana, ops.clone()), Rule::E5, "{ops:?}");
    // Preds: missing, foreign, of another key, too many, not visible any more.
    bad(vec![put(item, Name::Type, Value::Uint(1), vec![])]);
    bad(vec![put(
        item,
        Name::Type,
        Value::Uint(1),
        vec![own(TYPE + 1)],
    )]);
    bad(vec![put(
        item,
        Name::Type,
        Value::Uint(1),
        vec![own(TYPE), own(TYPE + 1)],
    )]);
    bad(vec![put(item, Name::By, Value::Uint(1), vec![own(TYPE)])]);
    bad(vec![put(item, Name::By, Value::Uint(1), vec![own(9_999)])]);
    let twice = |value| put(item, Name::Type, Value::Uint(value), vec![own(TYPE)]);
    bad(vec![twice(1), twice(2)]);
    // Deletes: of nothing, of what was deleted, of an object, by a foreign pred.
    let clear = |obj, key, preds| Op::Clear {
        obj,
        key: name(key),
        preds,
    };
    bad(vec![clear(item, Name::Type, vec![])]);
    bad(vec![clear(item, Name::By, vec![own(TYPE)])]);
    bad(vec![
        clear(item, Name::Type, vec![own(TYPE)]),
        clear(item, Name::Type, vec![own(TYPE)]),
    ]);
    bad(vec![clear(item, Name::Title, vec![own(TITLE)])]);
    bad(vec![clear(
        skeleton(VISION),
        Name::Text,
        vec![skeleton(VISION_TEXT)],
    )]);
    // The wrong kind of value, or more than it takes.
    bad(vec![put(item, Name::By, Value::Bool(true), vec![])]);
    bad(vec![put(item, Name::By, text(1), vec![])]);
    bad(vec![put(item, Name::Rule, Value::Uint(1), vec![])]);
    bad(vec![put(item, Name::Rule, text(1025), vec![])]);
    bad(vec![put(
        item,
        Name::For,
        Value::Bytes(vec![0; 33]),
        vec![],
    )]);
    bad(vec![put(item, Name::Removed, Value::Uint(1), vec![])]);
    bad(vec![put(item, Name::Title, text(1), vec![own(TITLE)])]);
    // Keys that the object does not have.
    bad(vec![put(item, Name::Order, Value::Uint(1), vec![])]);
    bad(vec![put(
        skeleton(QUESTIONS),
        Name::By,
        Value::Uint(1),
        vec![],
    )]);
    bad(vec![put(
        skeleton(ITEMS),
        Name::Type,
        Value::Uint(1),
        vec![],
    )]);
    let make = |obj, key| Op::MakeMap { obj, key };
    let make_text = |obj, key| Op::MakeText { obj, key };
    bad(vec![make(item, Key::Id([2; 16]))]);
    bad(vec![make(skeleton(VISION), name(Name::Parts))]);
    // A second object where there is one, or the wrong kind of object.
    bad(vec![make(skeleton(ITEMS), Key::Id([1; 16]))]);
    bad(vec![make_text(item, name(Name::Title))]);
    bad(vec![
        make(own(PARTS), Key::Id([2; 16])),
        make(own(PARTS), Key::Id([2; 16])),
    ]);
    bad(vec![make_text(skeleton(ITEMS), Key::Id([2; 16]))]);
    bad(vec![
        make(own(PARTS), Key::Id([2; 16])),
        make(own(ana.edit(vec![]).start_op), name(Name::Text)),
    ]);
    // Map ops on a text.
    bad(vec![put(own(TITLE), Name::Type, Value::Uint(1), vec![])]);
    bad(vec![make(own(TITLE), Key::Id([1; 16]))]);
}

#[test]
fn ops_on_concurrent_objects_get_one_verdict_everywhere() {
    // Ben makes an item; Ana, whose edit does not build upon it, touches it all the same. One
    // reader holds Ben's edit before, one after, and one never learns of it.
    let (ana, mut ben) = two();
    let made = ben.write(&[
        promise(2, "Ben's", "his words"),
        Change::Title(ONE, "Home".into()),
    ]);
    let ben_actor = ben.author.actor;
    let start = ana.edit(vec![]).start_op;
    let foreign = |counter| OpId { who: 2, counter };
    let ben_ops = Edit::decode(&made[0].body, &ben_actor, &genesis_actor()).unwrap();
    assert_eq!(ben_ops.start_op, start);
    let attacks = [
        vec![put(foreign(start), Name::By, Value::Uint(1), vec![])],
        vec![Op::Insert {
            obj: foreign(start + 1),
            after: None,
            ch: 'x',
        }],
        vec![Op::Clear {
            obj: own(ITEM),
            key: name(Name::Type),
            preds: vec![foreign(start + 4)],
        }],
        vec![Op::Delete {
            obj: own(TITLE),
            elem: foreign(start + 20),
        }],
        vec![Op::Insert {
            obj: own(TITLE),
            after: Some(foreign(start + 6)),
            ch: 'x',
        }],
    ];
    for ops in attacks {
        let mut edit = ana.edit(ops);
        edit.actors = vec![ben_actor];
        let record = ana.record(edit.encode());
        for order in 0..3 {
            let mut reader = Hand::new(2);
            reader.receive(&ana.records);
            if order == 0 {
                reader.receive(&made);
            }
            reader.receive(std::slice::from_ref(&record));
            if order == 1 {
                reader.receive(&made);
            }
            let verdict = reader.draft.verdict(&record.hash);
            assert_eq!(verdict, Some(Verdict::Refused(Rule::E5)), "order {order}");
            assert!(reader.is_whole());
        }
    }
}

#[test]
fn values_set_at_once_are_all_named_or_none() {
    // Ana holds both values and must name both; whoever holds only one cannot be fooled.
    let (mut ana, mut ben) = two();
    let a = ana.sign(ana.body(vec![put(own(ITEM), Name::By, Value::Uint(1), vec![])]));
    let b = ben.write(&[Change::Field(ONE, Field::By, Some(Scalar::Uint(2)))]);
    ana.receive(&b);
    ben.receive(&[a]);
    let start = ana.edit(vec![]).start_op - 1;
    let (mine, his) = (
        own(start),
        OpId {
            who: 2,
            counter: start,
        },
    );
    let both = if ana.author.actor < ben.author.actor {
        [mine, his]
    } else {
        [his, mine]
    };
    for (preds, good) in [
        (both.to_vec(), true),
        (vec![mine], false),
        (vec![his], false),
    ] {
        let mut edit = ana.edit(vec![put(
            own(ITEM),
            Name::By,
            Value::Uint(3),
            preds.clone(),
        )]);
        edit.actors = if preds.contains(&his) {
            vec![ben.author.actor]
        } else {
            vec![]
        };
        let verdict = ana.verdict(edit.encode());
        assert_eq!(verdict == Verdict::Accepted, good, "{preds:?}");
    }
    // Deleting one of them is choosing the other.
    let mut edit = ana.edit(vec![Op::Clear {
        obj: own(ITEM),
        key: name(Name::By),
        preds: vec![his],
    }]);
    edit.actors = vec![ben.author.actor];
    assert_eq!(ana.verdict(edit.encode()), Verdict::Accepted);
}
