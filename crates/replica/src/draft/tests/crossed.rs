//! What both changed at once is found on both sides, and is over when somebody who saw it goes on.

use super::people::{Hand, promise, two};
use crate::draft::{Change, Crossed, Field, ItemRef, Scalar, Spot, Whose};

const ONE: ItemRef = ItemRef {
    id: [1; 16],
    twin: 0,
};

fn text(words: &str) -> Change {
    Change::Text(ONE, words.into())
}

/// Both see the same.
fn crossed(ana: &Hand, ben: &Hand) -> Vec<Crossed> {
    let found = ana.draft.crossed();
    assert_eq!(found, ben.draft.crossed());
    assert_eq!(found, ana.copy().draft.crossed());
    found
}

#[test]
fn words_changed_by_both_at_once_are_told_until_somebody_goes_on() {
    let (mut ana, mut ben) = two();
    assert!(crossed(&ana, &ben).is_empty());
    let a = ana.write(&[text("I come home by seven on weekdays.")]);
    let b = ben.write(&[text("I come home by six on weekdays, and I call.")]);
    ana.receive(&b);
    ben.receive(&a);
    assert_eq!(
        crossed(&ana, &ben),
        [Crossed {
            of: Whose::Item(ONE),
            spot: Spot::Text,
            was: [
                "I come home by seven on weekdays.".into(),
                "I come home by six on weekdays, and I call.".into(),
            ],
            now: "I come home by seven on weekdays, and I call.".into(),
        }]
    );
    // Another item is nobody's answer; the same one is, also another field of it.
    let other = ana.write(&[promise(2, "Dishes", "")]);
    ben.receive(&other);
    assert_eq!(crossed(&ana, &ben).len(), 1);
    let on = ben.write(&[Change::Field(ONE, Field::By, Some(Scalar::Uint(1140)))]);
    ana.receive(&on);
    assert!(crossed(&ana, &ben).is_empty());
}

#[test]
fn who_goes_on_without_having_seen_it_settles_nothing() {
    let (mut ana, mut ben) = two();
    let a = ana.write(&[text("I come home by seven on weekdays.")]);
    let b = ben.write(&[text("I come home by six on working days.")]);
    let more = ana.write(&[text("I come home by eight on weekdays.")]);
    ana.receive(&b);
    ben.receive(&a);
    ben.receive(&more);
    let found = crossed(&ana, &ben);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].now, "I come home by eight on working days.");
    // It crosses again when both go on at once.
    let a = ana.write(&[text("I come home by nine on working days.")]);
    let b = ben.write(&[text("I come home by eight each day.")]);
    ana.receive(&b);
    ben.receive(&a);
    let found = crossed(&ana, &ben);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].was[0], "I come home by nine on working days.");
}

#[test]
fn one_after_the_other_or_in_different_words_is_nothing_to_tell() {
    let (mut ana, mut ben) = two();
    let a = ana.write(&[text("I come home by seven on weekdays.")]);
    ben.receive(&a);
    let b = ben.write(&[text("I come home by seven on working days.")]);
    ana.receive(&b);
    assert!(crossed(&ana, &ben).is_empty());
    // The title by one and the text by the other.
    let a = ana.write(&[Change::Title(ONE, "Home early".into())]);
    let b = ben.write(&[text("I come home.")]);
    ana.receive(&b);
    ben.receive(&a);
    assert!(crossed(&ana, &ben).is_empty());
}

#[test]
fn the_vision_and_the_parts_are_told_too() {
    let (mut ana, mut ben) = two();
    let made = ana.write(&[
        Change::Vision("We talk at dinner.".into()),
        Change::Part(ONE, [9; 16], 0, "Breathe and leave.".into()),
    ]);
    ben.receive(&made);
    let a = ana.write(&[
        Change::Vision("We talk calmly at dinner.".into()),
        Change::Part(ONE, [9; 16], 0, "Breathe slowly and leave.".into()),
    ]);
    let b = ben.write(&[
        Change::Vision("We talk at breakfast.".into()),
        Change::Part(ONE, [9; 16], 0, "Breathe and go out.".into()),
    ]);
    ana.receive(&b);
    ben.receive(&a);
    let found = crossed(&ana, &ben);
    let told: Vec<_> = found.iter().map(|one| (one.of, one.spot)).collect();
    assert_eq!(
        told,
        [
            (Whose::Item(ONE), Spot::Part([9; 16])),
            (Whose::Vision, Spot::Text)
        ]
    );
    assert_eq!(found[1].now, "We talk calmly at breakfast.");
}
