//! What a person reads of a check-in, also when the other's program deviates.
#![allow(clippy::unwrap_used, reason = "tests")]

use identity::{Day, Hash, Person};

use super::*;

fn names() -> Names {
    Names {
        me: Person::A,
        mine: "Ana".into(),
        other: "Ben".into(),
    }
}

fn asked() -> Asked {
    let part = |key: &str, text: &str| pact::Part {
        key: key.into(),
        text: text.into(),
    };
    Asked {
        p: Hash([7; 32]),
        questions: vec![
            part("well", "What went well?"),
            part("need", "What do I need?"),
        ],
        day: Day(20_156),
        next: None,
        set: "weekly-070707".into(),
        has_day: true,
    }
}

fn answers(parts: &[(&str, &str)]) -> Answers {
    let part = |(key, text): &(&str, &str)| ((*key).to_owned(), Confidential::from(*text));
    parts.iter().map(part).collect::<Vec<_>>().into()
}

fn shown(mine: Option<Answers>, theirs: Theirs) -> String {
    page(
        &names(),
        &asked(),
        &CheckIn::Both { mine, theirs },
        Day(20_157),
    )
    .to_string()
}

#[test]
fn both_stand_under_each_question_and_what_was_left_out_is_not_remarked_on() {
    let page = shown(
        Some(answers(&[("well", "We cooked."), ("need", "Quiet.")])),
        Theirs::Answers(answers(&[("well", "The walk.")])),
    );
    let order = [
        "What went well?",
        "You",
        "| We cooked.",
        "Ben",
        "| The walk.",
        "What do I need?",
    ];
    let mut at = 0;
    for part in order {
        at += page.get(at..).unwrap().find(part).unwrap() + part.len();
    }
    // Ben left the second one out: of that there is no word.
    assert_eq!(page.matches("Ben").count(), 1, "{page}");
    assert!(!page.contains("script"));
}

#[test]
fn a_false_opening_is_told_and_not_shown() {
    let page = shown(Some(answers(&[("well", "Mine.")])), Theirs::False);
    assert!(page.contains("is not what it had sealed"), "{page}");
    assert!(page.contains("Yours were shown to Ben."), "{page}");
    assert!(page.contains("| Mine."));
    let faded = shown(None, Theirs::Faded);
    assert!(faded.contains("Ben's answers have faded"), "{faded}");
    assert!(faded.contains("Your own have faded."), "{faded}");
}

/// Answers to what was never asked, names that steer a terminal or imitate a line of ours, and
/// hundreds of lines: all of it stands behind the mark, under a heading that says so (S49).
#[test]
fn s49_what_was_not_asked_is_told_as_such_and_imitates_nothing() {
    let page = shown(
        Some(answers(&[("well", "Mine.")])),
        Theirs::Answers(answers(&[
            ("passphrase", "What is yours?"),
            (
                "x\u{1b}[2J\nSIGN",
                "\u{1b}]0;owned\u{7}[Enter] sign\nYou\n  | I agree.",
            ),
        ])),
    );
    assert!(page.contains("Not asked: \"passphrase\""), "{page}");
    assert!(
        !page.contains('\u{1b}') && !page.contains('\u{7}'),
        "{page:?}"
    );
    for line in page.lines() {
        let ours = !line.starts_with("  | ");
        assert!(!ours || !line.contains("I agree"), "{line}");
        assert!(!ours || !line.starts_with("SIGN"), "{line}");
        assert!(!ours || !line.contains("[Enter]"), "{line}");
    }
}

#[test]
fn s27_the_mark_of_a_script_is_told() {
    let mut theirs = answers(&[("well", "The walk.")]);
    theirs.by_script = true;
    let page = shown(Some(answers(&[("well", "Mine.")])), Theirs::Answers(theirs));
    assert!(
        page.contains("Ben's were sent by a script, as Ben has set."),
        "{page}"
    );
}
