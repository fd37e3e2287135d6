//! Two people write one plan, at once and offline, and nothing of either is lost.

use super::people::{Hand, promise, two};
use crate::draft::splice::splices;
use crate::draft::{Change, ChangeError, DraftItem, Field, ItemRef, Scalar, Standing};

fn the(hand: &Hand) -> DraftItem {
    hand.draft.items().into_iter().next().unwrap()
}

const ONE: ItemRef = ItemRef {
    id: [1; 16],
    twin: 0,
};

#[test]
fn a_new_promise_reads_as_it_was_written() {
    let (ana, ben) = two();
    for hand in [&ana, &ben] {
        let item = the(hand);
        assert_eq!(item.item, ONE);
        assert_eq!(item.title, "Home by six");
        assert_eq!(item.text, "I come home by six on weekdays.");
        assert_eq!((item.ty.value, item.who.value), (Some(0), Some(1)));
        assert_eq!((item.removed, item.conflicts()), (false, vec![]));
        assert_eq!(hand.draft.left_out().count(), 0);
    }
}

#[test]
fn edits_of_one_paragraph_at_once_both_survive() {
    let (mut ana, mut ben) = two();
    let a = ana.write(&[Change::Text(
        ONE,
        "I come home by half past six on weekdays.".into(),
    )]);
    let b = ben.write(&[Change::Text(
        ONE,
        "I come home by six on weekdays, and I call.".into(),
    )]);
    ana.receive(&b);
    ben.receive(&a);
    for hand in [&ana, &ben] {
        assert_eq!(
            the(hand).text,
            "I come home by half past six on weekdays, and I call."
        );
    }
}

#[test]
fn a_field_set_twice_at_once_shows_both_until_somebody_chooses() {
    let (mut ana, mut ben) = two();
    let a = ana.write(&[Change::Field(ONE, Field::By, Some(Scalar::Uint(1080)))]);
    let b = ben.write(&[Change::Field(ONE, Field::By, Some(Scalar::Uint(1110)))]);
    ana.receive(&b);
    ben.receive(&a);
    assert_eq!(the(&ana), the(&ben));
    let mut both: Vec<_> = the(&ana)
        .by
        .value
        .into_iter()
        .chain(the(&ana).by.others)
        .collect();
    both.sort_unstable();
    assert_eq!(both, [1080, 1110]);
    assert_eq!(the(&ana).conflicts(), [Field::By]);

    // Choosing the value that is shown first anyway settles it too.
    let shown = the(&ana).by.value.unwrap();
    let chosen = ana.write(&[Change::Field(ONE, Field::By, Some(Scalar::Uint(shown)))]);
    ben.receive(&chosen);
    for hand in [&ana, &ben] {
        assert_eq!(
            (the(hand).by.value, the(hand).conflicts()),
            (Some(shown), vec![])
        );
    }
}

#[test]
fn the_same_value_set_twice_at_once_is_no_conflict() {
    let (mut ana, mut ben) = two();
    let a = ana.write(&[Change::Field(ONE, Field::By, Some(Scalar::Uint(1080)))]);
    let b = ben.write(&[Change::Field(ONE, Field::By, Some(Scalar::Uint(1080)))]);
    ana.receive(&b);
    ben.receive(&a);
    assert!(the(&ana).conflicts().is_empty());
    let more = ben.write(&[Change::Field(ONE, Field::By, None)]);
    ana.receive(&more);
    assert_eq!(the(&ana).by.value, None);
}

#[test]
fn removing_keeps_what_the_other_wrote_meanwhile_until_somebody_restores_it() {
    let (mut ana, mut ben) = two();
    let a = ana.write(&[Change::Remove(ONE)]);
    let b = ben.write(&[Change::Title(ONE, "Home by seven".into())]);
    ana.receive(&b);
    ben.receive(&a);
    for hand in [&ana, &ben] {
        assert_eq!(
            (the(hand).removed, the(hand).title.as_str()),
            (true, "Home by seven")
        );
    }
    let back = ben.write(&[Change::Restore(ONE)]);
    ana.receive(&back);
    assert!(!the(&ana).removed);
}

#[test]
fn vision_and_questions_belong_to_both() {
    let (mut ana, mut ben) = two();
    let a = ana.write(&[
        Change::Vision("A calm house.".into()),
        Change::Question([1; 16], 0, "What was good this week?".into()),
    ]);
    let b = ben.write(&[
        Change::Vision("Time for music.".into()),
        Change::Question([2; 16], 1, "What was hard?".into()),
        Change::QuestionsRule(Some("FREQ=WEEKLY;BYDAY=SU".into())),
    ]);
    ana.receive(&b);
    ben.receive(&a);
    assert_eq!(ana.draft.vision(), ben.draft.vision());
    assert!(ana.draft.vision().contains("A calm house."));
    assert!(ana.draft.vision().contains("Time for music."));
    let questions = ben.draft.questions();
    assert_eq!(
        questions.rule.value.as_deref(),
        Some("FREQ=WEEKLY;BYDAY=SU")
    );
    let asked: Vec<_> = questions
        .parts
        .iter()
        .map(|part| part.text.as_str())
        .collect();
    assert_eq!(asked, ["What was good this week?", "What was hard?"]);
}

#[test]
fn a_part_made_twice_at_once_hides_nothing() {
    let (mut ana, mut ben) = two();
    let a = ana.write(&[Change::Part(ONE, [9; 16], 0, "When it gets loud".into())]);
    let b = ben.write(&[Change::Part(ONE, [9; 16], 0, "When I am tired".into())]);
    ana.receive(&b);
    ben.receive(&a);
    assert_eq!(the(&ana).parts.len(), 2);
    assert_eq!(the(&ana).parts, the(&ben).parts);
    let one = ana.write(&[Change::Part(
        ONE,
        [9; 16],
        0,
        "When it gets loud, or late".into(),
    )]);
    ben.receive(&one);
    assert_eq!(the(&ben).parts.len(), 1);
    assert_eq!(the(&ben).parts[0].text, "When it gets loud, or late");
}

#[test]
fn what_is_said_twice_changes_nothing() {
    let (mut ana, _) = two();
    let same = [
        Change::Title(ONE, "Home by six".into()),
        Change::Restore(ONE),
    ];
    assert_eq!(ana.try_write(&same).unwrap_err(), ChangeError::Nothing);
    let other = [Change::Title(
        ItemRef {
            id: [2; 16],
            twin: 0,
        },
        "x".into(),
    )];
    assert_eq!(ana.try_write(&other).unwrap_err(), ChangeError::NoSuchItem);
    let wrong = [Change::Field(
        ONE,
        Field::By,
        Some(Scalar::Text("six".into())),
    )];
    assert_eq!(ana.try_write(&wrong).unwrap_err(), ChangeError::Value);
}

#[test]
fn a_long_text_takes_several_edits() {
    let (mut ana, mut ben) = two();
    let long = "Gemeinsam üben wir das Zuhören, 🎈 und dann reden wir. ".repeat(150);
    let edits = ana.write(&[promise(2, "Listening", &long), Change::Vision(long.clone())]);
    assert!(edits.len() > 3);
    assert!(edits.iter().all(|edit| edit.body.len() <= 10_000));
    ben.receive(&edits);
    let item = ben.draft.item(ItemRef::from([2; 16])).unwrap();
    assert_eq!(
        (item.text, ben.draft.vision()),
        (long.clone(), long.clone())
    );
    let other = long.replace("Zuhören", "Schweigen");
    ana.receive(&ben.write(&[Change::Text(ItemRef::from([2; 16]), other.clone())]));
    assert_eq!(ana.draft.item(ItemRef::from([2; 16])).unwrap().text, other);
}

#[test]
fn many_devices_at_once_are_merged_step_by_step() {
    let (ana, _) = two();
    let mut hands: Vec<Hand> = (2..32).map(Hand::new).collect();
    let mut all = ana.records.clone();
    for (number, hand) in hands.iter_mut().enumerate() {
        hand.receive(&ana.records);
        all.extend(hand.write(&[promise(10 + number as u8, "At once", "by many")]));
    }
    let mut last = hands.pop().unwrap();
    last.receive(&all);
    assert_eq!(last.draft.items().len(), 31);
    assert_eq!(last.draft.heads().len(), 30);
    // One edit may name 16 others at most.
    let first = last.write(&[Change::Vision("One".into())]);
    assert_eq!(last.draft.heads().len(), 15);
    let second = last.write(&[Change::Vision("One house".into())]);
    assert_eq!(last.draft.heads().len(), 1);
    let mut ana = ana;
    ana.receive(&all);
    ana.receive(&first);
    ana.receive(&second);
    assert_eq!(ana.draft.vision(), "One house");
    assert_eq!(
        ana.draft
            .reports()
            .filter(|r| r.standing != Standing::InDraft)
            .count(),
        0
    );
}

/// The sentence of story A, and others, changed by both at once.
#[test]
fn what_both_changed_reads_well() {
    let merged = |old: &str, a: &str, b: &str| {
        let (mut ana, mut ben) = (Hand::new(0), Hand::new(1));
        ben.receive(&ana.write(&[promise(1, "When voices rise", old)]));
        let from_ana = ana.write(&[Change::Text(ONE, a.into())]);
        let from_ben = ben.write(&[Change::Text(ONE, b.into())]);
        ana.receive(&from_ben);
        ben.receive(&from_ana);
        assert_eq!(the(&ana).text, the(&ben).text);
        the(&ana).text
    };
    assert_eq!(
        merged(
            "When voices rise, Ben breathes and leaves the room for twenty minutes.",
            "When one of us gets loud, Ben breathes and leaves the room for twenty minutes.",
            "When voices rise, Ben breathes, leaves the room and reads for twenty minutes.",
        ),
        "When one of us gets loud, Ben breathes, leaves the room and reads for twenty minutes."
    );
    assert_eq!(
        merged(
            "Then both come back to the table and talk calmly.",
            "Then both come back to the kitchen table and talk calmly.",
            "Then both come back to the table and each says one thing.",
        ),
        "Then both come back to the kitchen table and each says one thing."
    );
    // One word by both: both stand there whole, and neither becomes a third.
    let one = merged("Home by six.", "Home by seven.", "Home by sixty.");
    assert!(one.contains("seven") && one.contains("sixty"), "{one}");
}

#[test]
fn splices_are_small_and_right() {
    let text = |old: &str, new: &str| {
        let mut out: Vec<char> = old.chars().collect();
        let splices = splices(old, new);
        for splice in &splices {
            out.splice(splice.at..splice.at + splice.delete, splice.insert.chars());
        }
        assert_eq!(out.into_iter().collect::<String>(), new);
        splices
            .iter()
            .map(|s| (s.delete, s.insert.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(text("", "abc"), [(0, "abc".to_owned())]);
    assert_eq!(text("abc", ""), [(3, String::new())]);
    assert_eq!(text("a b c", "a b c"), []);
    assert_eq!(text("by six on", "by seven on"), [(3, "seven".to_owned())]);
    // A phrase is replaced as a phrase, in whatever writing.
    assert_eq!(
        text("he leaves the room, then", "he goes outside at once, then"),
        [(15, "goes outside at once".to_owned())]
    );
    assert_eq!(text("今日は帰る", "今日も帰る"), [(1, "も".to_owned())]);
    assert_eq!(text("I call.", "I call you."), [(0, " you".to_owned())]);
    text("ä🎈 öü\n\nx", "🎈ä ü\n x y");
    text("one two three four", "four three two one");
}
