//! From the draft to words that can be signed.

use pact::{ItemType, Who};

use super::people::two;
use crate::draft::{Change, Field, ItemRef, NotReady, Scalar, part_named};

const ONE: ItemRef = ItemRef {
    id: [1; 16],
    twin: 0,
};

#[test]
fn a_promise_becomes_its_words() {
    let (mut ana, _) = two();
    ana.write(&[
        Change::Field(
            ONE,
            Field::Rule,
            Some(Scalar::Text("FREQ=WEEKLY;BYDAY=MO,TU".into())),
        ),
        Change::Field(ONE, Field::By, Some(Scalar::Uint(1080))),
        Change::Field(ONE, Field::From, Some(Scalar::Uint(20_000))),
        Change::Part(
            ONE,
            part_named("trigger").unwrap(),
            0,
            "When it is late".into(),
        ),
        Change::Part(ONE, [0xab; 16], 1, "I call".into()),
    ]);
    let content = ana.draft.item(ONE).unwrap().to_content().unwrap();
    assert_eq!(
        (content.ty, content.who),
        (ItemType::Promise, Who::Only(identity::Person::A))
    );
    assert_eq!(content.title, "Home by six");
    assert_eq!(content.rule.unwrap().to_string(), "FREQ=WEEKLY;BYDAY=MO,TU");
    assert_eq!(
        (content.by, content.from.map(|day| day.0)),
        (Some(1080), Some(20_000))
    );
    let parts: Vec<_> = content
        .parts
        .iter()
        .map(|part| (part.key.as_str(), part.text.as_str()))
        .collect();
    assert_eq!(
        parts,
        [
            ("trigger", "When it is late"),
            (&*"ab".repeat(16), "I call")
        ]
    );
}

#[test]
fn nothing_is_offered_while_two_values_stand_side_by_side() {
    let (mut ana, mut ben) = two();
    let a = ana.write(&[Change::Field(ONE, Field::Who, Some(Scalar::Uint(2)))]);
    let b = ben.write(&[Change::Field(ONE, Field::Who, Some(Scalar::Uint(3)))]);
    ana.receive(&b);
    ben.receive(&a);
    let refused = ana.draft.item(ONE).unwrap().to_content();
    assert_eq!(refused, Err(NotReady::Conflict(vec![Field::Who])));
    ana.write(&[Change::Field(ONE, Field::Who, Some(Scalar::Uint(3)))]);
    assert_eq!(
        ana.draft.item(ONE).unwrap().to_content().unwrap().who,
        Who::Both
    );
}

#[test]
fn what_cannot_be_signed_says_why() {
    let (mut ana, _) = two();
    let said = |hand: &super::people::Hand| hand.draft.item(ONE).unwrap().to_content().unwrap_err();
    ana.write(&[Change::Field(
        ONE,
        Field::Rule,
        Some(Scalar::Text("whenever".into())),
    )]);
    assert_eq!(said(&ana), NotReady::Field(Field::Rule));
    ana.write(&[
        Change::Field(ONE, Field::Rule, None),
        Change::Field(ONE, Field::From, Some(Scalar::Uint(u64::MAX))),
    ]);
    assert_eq!(said(&ana), NotReady::Field(Field::From));
    ana.write(&[
        Change::Field(ONE, Field::From, None),
        Change::Field(ONE, Field::Who, None),
    ]);
    assert_eq!(said(&ana), NotReady::Field(Field::Who));
    ana.write(&[
        Change::Field(ONE, Field::Who, Some(Scalar::Uint(1))),
        Change::Title(ONE, String::new()),
    ]);
    assert!(matches!(said(&ana), NotReady::Words(_)));
    ana.write(&[Change::Remove(ONE)]);
    assert_eq!(said(&ana), NotReady::Removed);
}

#[test]
fn vision_and_questions_become_words() {
    let (mut ana, _) = two();
    assert!(matches!(
        ana.draft.vision_content(),
        Err(NotReady::Words(_))
    ));
    assert!(matches!(
        ana.draft.questions().to_content(),
        Err(NotReady::Words(_))
    ));
    ana.write(&[
        Change::Vision("A calm house.".into()),
        Change::Question([1; 16], 0, "What was good?".into()),
    ]);
    assert_eq!(ana.draft.vision_content().unwrap().text, "A calm house.");
    assert_eq!(ana.draft.questions().to_content().unwrap().parts.len(), 1);
}

#[test]
fn what_deceives_the_eye_is_not_written() {
    let (mut ana, _) = two();
    ana.write(&[
        Change::Title(ONE, "Home\u{1b}[2J by\nsix\u{202e}".into()),
        Change::Text(ONE, "cafe\u{301}\r\nand more".into()),
    ]);
    let item = ana.draft.item(ONE).unwrap();
    assert_eq!(
        (item.title.as_str(), item.text.as_str()),
        ("Home[2J by six", "café\nand more")
    );
}
