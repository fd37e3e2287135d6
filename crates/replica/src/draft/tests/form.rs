//! The bytes of an edit: one form only, and it never changes.

use identity::Hash;

use super::people::{genesis_actor, name, own, pact, skeleton, two};
use crate::draft::engine;
use crate::draft::ops::{Edit, Key, NotAnEdit, Op, OpId, Value};
use crate::draft::schema::Name;

const OWN: [u8; 32] = [100; 32];

fn every_op() -> Edit {
    let foreign = OpId {
        who: 2,
        counter: 300,
    };
    Edit {
        redo: Some(Hash([1; 32])),
        deps: vec![Hash([2; 32]), Hash([3; 32])],
        start_op: 500,
        actors: vec![[9; 32]],
        ops: vec![
            Op::MakeMap {
                obj: skeleton(1),
                key: Key::Id([4; 16]),
            },
            Op::MakeText {
                obj: own(500),
                key: name(Name::Title),
            },
            Op::Put {
                obj: own(500),
                key: name(Name::By),
                value: Value::Uint(1080),
                preds: vec![],
            },
            Op::Put {
                obj: foreign,
                key: name(Name::Rule),
                value: Value::Text("FREQ=DAILY".into()),
                preds: vec![own(20), foreign],
            },
            Op::Put {
                obj: foreign,
                key: name(Name::Removed),
                value: Value::Bool(true),
                preds: vec![],
            },
            Op::Put {
                obj: foreign,
                key: name(Name::For),
                value: Value::Bytes(vec![5; 3]),
                preds: vec![],
            },
            Op::Clear {
                obj: foreign,
                key: name(Name::Who),
                preds: vec![foreign],
            },
            Op::Insert {
                obj: own(501),
                after: None,
                ch: 'ä',
            },
            Op::Insert {
                obj: own(501),
                after: Some(own(507)),
                ch: '🎈',
            },
            Op::Insert {
                obj: own(501),
                after: Some(foreign),
                ch: 'x',
            },
            Op::Delete {
                obj: own(501),
                elem: OpId {
                    who: 2,
                    counter: 40,
                },
            },
            Op::Delete {
                obj: own(501),
                elem: OpId {
                    who: 2,
                    counter: 41,
                },
            },
            Op::Delete {
                obj: own(501),
                elem: OpId {
                    who: 2,
                    counter: 43,
                },
            },
        ],
    }
}

fn decode(body: &[u8]) -> Result<Edit, NotAnEdit> {
    Edit::decode(body, &OWN, &genesis_actor())
}

#[test]
fn golden_bytes() {
    let hex: String = every_op()
        .encode()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let id = |byte: &str| byte.repeat(32);
    let golden = [
        "85",
        "5820",
        &id("01"),
        "00",
        "82",
        "5820",
        &id("02"),
        "5820",
        &id("03"),
        "1901f4",
        "82",
        "81",
        "5820",
        &id("09"),
        "8b",
        "84",
        "00",
        "01",
        "01",
        "50",
        &"04".repeat(16),
        "84",
        "01",
        "00",
        "1901f4",
        "07",
        "87",
        "02",
        "00",
        "1901f4",
        "03",
        "00",
        "190438",
        "80",
        "87",
        "02",
        "02",
        "19012c",
        "02",
        "01",
        "4a",
        "465245513d4441494c59",
        "84",
        "00",
        "14",
        "02",
        "19012c",
        "87",
        "02",
        "02",
        "19012c",
        "06",
        "02",
        "01",
        "80",
        "87",
        "02",
        "02",
        "19012c",
        "05",
        "03",
        "43",
        "050505",
        "80",
        "85",
        "03",
        "02",
        "19012c",
        "01",
        "82",
        "02",
        "19012c",
        "86",
        "04",
        "00",
        "1901f5",
        "00",
        "00",
        "46",
        "c3a4f09f8e88",
        "86",
        "04",
        "00",
        "1901f5",
        "02",
        "19012c",
        "41",
        "78",
        "86",
        "05",
        "00",
        "1901f5",
        "02",
        "1828",
        "02",
        "86",
        "05",
        "00",
        "1901f5",
        "02",
        "182b",
        "01",
    ]
    .concat();
    assert_eq!(hex, golden);
    assert_eq!(decode(&every_op().encode()), Ok(every_op()));
}

#[test]
fn the_genesis_never_changes() {
    let hash = engine::genesis(pact()).hash().to_string();
    assert_eq!(
        hash,
        "7938e226a63937352e6075e4db231c7eb04a0f770242b0eb2bd271f11a3cf6c3"
    );
}

/// Writes the list with each op for itself, as no honest program does.
#[test]
fn runs_must_be_whole() {
    let edit = |ops| Edit {
        ops,
        redo: None,
        ..every_op()
    };
    let split = |first: Op, second: Op| {
        // Two lists of one op each, glued together by hand.
        let both = edit(vec![
            first.clone(),
            Op::Clear {
                obj: own(1),
                key: name(Name::By),
                preds: vec![],
            },
            second,
        ]);
        let bytes = both.encode();
        let clear = [0x85, 3, 0, 1, 3, 0x80];
        let at = bytes.windows(6).position(|window| window == clear).unwrap();
        let mut glued = [&bytes[..at], &bytes[at + 6..]].concat();
        let head = both.deps.len() * 34 + 3 + 1 + 3 + 2 + 1 + 34;
        assert_eq!(glued[head - 1] & 0xe0, 0x80, "the head of the list of ops");
        glued[head - 1] -= 1;
        glued
    };
    let elem = |counter| OpId { who: 2, counter };
    let apart = split(
        Op::Delete {
            obj: own(501),
            elem: elem(40),
        },
        Op::Delete {
            obj: own(501),
            elem: elem(42),
        },
    );
    assert!(decode(&apart).is_ok());
    let deletes = split(
        Op::Delete {
            obj: own(501),
            elem: elem(40),
        },
        Op::Delete {
            obj: own(501),
            elem: elem(41),
        },
    );
    assert!(matches!(decode(&deletes), Err(NotAnEdit::Form(_))));
    let uses = |after| Op::Insert {
        obj: elem(7),
        after,
        ch: 'x',
    };
    assert!(decode(&split(uses(None), uses(None))).is_ok());
    assert!(matches!(
        decode(&split(uses(None), uses(Some(own(500))))),
        Err(NotAnEdit::Form(_))
    ));
}

#[test]
fn lists_are_sorted_and_everything_named_is_used() {
    let good = every_op();
    let bad = |change: &dyn Fn(&mut Edit)| {
        let mut edit = good.clone();
        change(&mut edit);
        assert!(decode(&edit.encode()).is_err());
    };
    bad(&|edit| edit.deps.reverse());
    bad(&|edit| edit.actors.push([10; 32]));
    bad(&|edit| edit.actors = vec![OWN]);
    bad(&|edit| edit.actors = vec![genesis_actor()]);
    bad(&|edit| {
        for op in &mut edit.ops {
            if let Op::Put { preds, .. } = op {
                preds.reverse();
            }
        }
    });
    let mut epoch = good.encode();
    epoch[35] = 1;
    assert!(decode(&epoch).is_err());
}

#[test]
fn every_other_byte_string_is_refused_or_is_its_own_form() {
    let (ana, _) = two();
    let bodies = [every_op().encode(), ana.records[0].body.clone()];
    for body in bodies {
        for at in 0..body.len() {
            for flip in [1_u8, 2, 0x20, 0x80, 0xff] {
                let mut other = body.clone();
                other[at] ^= flip;
                if let Ok(edit) = Edit::decode(&other, &ana.author.actor, &genesis_actor()) {
                    assert_eq!(edit.encode(), other);
                }
            }
        }
    }
}
