//! W6: both or none, whoever deviates.

use identity::words::{Round, Seal, WordId};
use identity::{Hash, Person};
use replica::words::{
    Answers, Body, CheckIn, Opening, Part, Sealing, Stands, Taken, Theirs, WordsMisuse,
    encode_parts,
};

use crate::*;

const QUESTIONS: Hash = Hash([5; 32]);

fn answers(text: &str) -> Vec<Part> {
    vec![
        ("well".to_owned(), text.into()),
        ("need".to_owned(), "".into()),
    ]
}

fn answer(home: &mut Home, text: &str, number: u8) -> Result<(), WordsMisuse> {
    seal(home, answers(text).into(), number)
}

fn seal(home: &mut Home, answers: Answers, number: u8) -> Result<(), WordsMisuse> {
    let sealing = Sealing {
        questions: QUESTIONS,
        day: TODAY,
        answers,
        fade: 14,
    };
    let (words, roster) = home.replica.words().unwrap();
    let random = (WordId::new([number; 16]), [number; 32]);
    let writes = words.seal(roster, &sealing, random, (0, 0))?;
    home.keep(&writes);
    Ok(())
}

fn open_seals(home: &mut Home, number: u8) -> usize {
    let shelf = home.shelf.clone();
    let (words, roster) = home.replica.words().unwrap();
    let mut next = number;
    let writes = words
        .open_seals::<WordsMisuse>(&shelf, roster, || {
            next += 1;
            Ok([next; 16])
        })
        .unwrap();
    home.keep(&writes);
    usize::from(next - number)
}

fn check_in(home: &mut Home) -> CheckIn {
    let shelf = home.shelf.clone();
    let (words, roster) = home.replica.words().unwrap();
    let (check_in, writes) = words.check_in(&shelf, roster, QUESTIONS, TODAY).unwrap();
    home.keep(&writes);
    check_in
}

fn stands(home: &mut Home) -> Stands {
    let shelf = home.shelf.clone();
    let (words, roster) = home.replica.words().unwrap();
    words
        .check_in_stands(&shelf, roster, QUESTIONS, TODAY)
        .unwrap()
}

fn unnoted(home: &mut Home) -> Vec<(Round, identity::Day)> {
    let shelf = home.shelf.clone();
    let (words, roster) = home.replica.words().unwrap();
    words.unnoted(&shelf, roster).unwrap()
}

fn both_ways(ana: &mut Home, ben: &mut Home) {
    for _ in 0..3 {
        give(ana, ben);
        give(ben, ana);
        open_seals(ana, 100);
        open_seals(ben, 150);
    }
}

#[test]
fn w6_both_are_shown_when_both_have_answered() {
    let (_, mut ana, mut ben, _) = homes();
    assert_eq!(check_in(&mut ana), CheckIn::Open);
    answer(&mut ben, "Ben's Wednesday", 1).unwrap();
    both_ways(&mut ana, &mut ben);
    // Ben has answered, and nothing on Ana's side tells.
    assert_eq!(check_in(&mut ana), CheckIn::Open);
    assert!(list(&mut ana).is_empty());
    assert_eq!(
        check_in(&mut ben),
        CheckIn::Given(Some(answers("Ben's Wednesday").into()))
    );
    assert_eq!(open_seals(&mut ben, 200), 0, "he shows nothing before");

    answer(&mut ana, "Ana's Sunday", 2).unwrap();
    assert!(matches!(
        answer(&mut ana, "again", 3),
        Err(WordsMisuse::AlreadyGiven)
    ));
    assert_eq!(
        check_in(&mut ana),
        CheckIn::Given(Some(answers("Ana's Sunday").into()))
    );
    both_ways(&mut ana, &mut ben);
    let both = |mine: &str, theirs: &str| CheckIn::Both {
        mine: Some(answers(mine).into()),
        theirs: Theirs::Answers(answers(theirs).into()),
    };
    assert_eq!(check_in(&mut ana), both("Ana's Sunday", "Ben's Wednesday"));
    assert_eq!(check_in(&mut ben), both("Ben's Wednesday", "Ana's Sunday"));
    // Two weeks later the answers have faded.
    for home in [&mut ana, &mut ben] {
        at(home, TODAY.plus(15));
        let faded = CheckIn::Both {
            mine: None,
            theirs: Theirs::Faded,
        };
        assert_eq!(check_in(home), faded);
    }
}

/// Who never answers learns nothing: no opening is even made.
#[test]
fn w6_who_does_not_answer_learns_nothing() {
    let (_, mut ana, mut ben, _) = homes();
    answer(&mut ana, "what only Ana knows", 1).unwrap();
    both_ways(&mut ana, &mut ben);
    let shelf = ben.shelf.clone();
    use replica::Shelf;
    for (_, row) in shelf.scan(replica::Table::Words, &[]).unwrap() {
        assert!(!row.windows(9).any(|w| w == b"what only"));
    }
    assert_eq!(open_seals(&mut ana, 100), 0);
}

/// Ben's program shows other answers than it sealed.
#[test]
fn w6_a_false_opening_is_shown_as_such() {
    let (couple, mut ana, mut ben, _) = homes();
    answer(&mut ana, "true", 1).unwrap();
    answer(&mut ben, "what he sealed", 2).unwrap();
    give(&mut ana, &mut ben);
    give(&mut ben, &mut ana);
    give(&mut ana, &mut ben);
    assert_eq!(open_seals(&mut ana, 100), 1);
    let round = Round::of(QUESTIONS, TODAY);
    let hers = Seal::of(
        couple.pact(),
        round,
        Person::A,
        &[1; 32],
        &encode_parts(&answers("true")),
    );
    let opening = |against, nonce, text: &str| {
        Body::Opening(Opening {
            round,
            against,
            nonce,
            answers: answers(text),
        })
    };
    let by = ben.log();
    let lie = crafted(by, 60, |i| {
        i.body = opening(hers, [2; 32], "what suits him better")
    });
    take(&mut ana, by, &lie).unwrap();
    let CheckIn::Both { theirs, .. } = check_in(&mut ana) else {
        panic!("both have answered");
    };
    assert_eq!(theirs, Theirs::False);
    // The true one may still come.
    let truth = crafted(by, 61, |i| {
        i.body = opening(hers, [2; 32], "what he sealed")
    });
    take(&mut ana, by, &truth).unwrap();
    let CheckIn::Both { theirs, .. } = check_in(&mut ana) else {
        panic!("both have answered");
    };
    assert_eq!(theirs, Theirs::Answers(answers("what he sealed").into()));
}

/// He opens before she has answered: it is his own loss, and she sees nothing before she has.
#[test]
fn w6_an_opening_before_time_is_not_shown() {
    let (couple, mut ana, ben, _) = homes();
    let round = Round::of(QUESTIONS, TODAY);
    let seal = Seal::of(
        couple.pact(),
        round,
        Person::B,
        &[9; 32],
        &encode_parts(&answers("x")),
    );
    let by = ben.log();
    for (number, body) in [
        (1, Body::Sealed { round, seal }),
        (
            2,
            Body::Opening(Opening {
                round,
                against: seal,
                nonce: [9; 32],
                answers: answers("x"),
            }),
        ),
    ] {
        take(&mut ana, by, &crafted(by, number, |i| i.body = body)).unwrap();
    }
    assert_eq!(check_in(&mut ana), CheckIn::Open);
    answer(&mut ana, "hers", 3).unwrap();
    assert_eq!(
        check_in(&mut ana),
        CheckIn::Given(Some(answers("hers").into()))
    );
}

/// Looked at late: one's own copy has faded, and what the other showed is still judged by the seal
/// that one's own opening named.
#[test]
fn w6_what_the_other_showed_can_be_read_after_ones_own_has_faded() {
    let (_, mut ana, mut ben, _) = homes();
    answer(&mut ana, "hers", 1).unwrap();
    answer(&mut ben, "his", 2).unwrap();
    assert_eq!(stands(&mut ana), Stands::Given);
    both_ways(&mut ana, &mut ben);
    at(&mut ana, TODAY.plus(40));
    assert_eq!(stands(&mut ana), Stands::Both { closed: true });
    let late = CheckIn::Both {
        mine: None,
        theirs: Theirs::Answers(answers("his").into()),
    };
    assert_eq!(check_in(&mut ana), late);
    assert_eq!(stands(&mut ana), Stands::Both { closed: false });
    // Read anew from what is kept, it is the same.
    ana.reopen();
    at(&mut ana, TODAY.plus(40));
    assert_eq!(check_in(&mut ana), late);
    at(&mut ana, TODAY.plus(55));
    let gone = CheckIn::Both {
        mine: None,
        theirs: Theirs::Faded,
    };
    assert_eq!(check_in(&mut ana), gone);
}

/// That it took place is noted once, by the device that showed its person's answers.
#[test]
fn w6_each_round_is_noted_once() {
    let (_, mut ana, mut ben, _) = homes();
    answer(&mut ana, "hers", 1).unwrap();
    both_ways(&mut ana, &mut ben);
    assert!(unnoted(&mut ana).is_empty());
    answer(&mut ben, "his", 2).unwrap();
    both_ways(&mut ana, &mut ben);
    let round = Round::of(QUESTIONS, TODAY);
    for home in [&mut ana, &mut ben] {
        assert_eq!(unnoted(home), [(round, TODAY)]);
        let writes = home.replica.words().unwrap().0.noted(round);
        home.keep(&writes);
        assert!(unnoted(home).is_empty());
    }
}

/// The mark of a script is sealed with the answers.
#[test]
fn s27_answers_that_a_script_sent_say_so() {
    let (_, mut ana, mut ben, _) = homes();
    answer(&mut ana, "hers", 1).unwrap();
    let mut sent: Answers = answers("his").into();
    sent.by_script = true;
    seal(&mut ben, sent.clone(), 2).unwrap();
    both_ways(&mut ana, &mut ben);
    let CheckIn::Both { theirs, .. } = check_in(&mut ana) else {
        panic!("both have answered");
    };
    assert_eq!(theirs, Theirs::Answers(sent));
}

#[test]
fn answers_can_be_taken_back_while_nobody_can_know_of_them() {
    let (_, mut ana, mut ben, _) = homes();
    let sealing = Sealing {
        questions: QUESTIONS,
        day: TODAY,
        answers: answers("too soon").into(),
        fade: 14,
    };
    let (words, roster) = ana.replica.words().unwrap();
    let random = (WordId::new([1; 16]), [1; 32]);
    let writes = words.seal(roster, &sealing, random, (5, 120)).unwrap();
    ana.keep(&writes);
    give(&mut ana, &mut ben);
    assert!(ben.replica.words().unwrap().0.ids(None, None).is_empty());
    let shelf = ana.shelf.clone();
    let (words, _) = ana.replica.words().unwrap();
    let (handle, _) = words.youngest(50).unwrap();
    let (said, writes) = words.take_back(&shelf, &handle, 50).unwrap();
    ana.keep(&writes);
    let Some(Body::Opening(opening)) = said else {
        panic!("what it said");
    };
    assert_eq!(opening.answers, answers("too soon"));
    assert_eq!(check_in(&mut ana), CheckIn::Open);
    answer(&mut ana, "after all", 2).unwrap();
}

/// Ben's program seals something empty, sees what Ana shows, and then seals and shows what suits
/// him: with a name that sorts before the first, and whenever Ana looks.
#[test]
fn w6_a_second_seal_made_after_seeing_hers_does_not_count() {
    for late in [0, 40] {
        let (couple, mut ana, mut ben, _) = homes();
        answer(&mut ana, "true", 1).unwrap();
        answer(&mut ben, "", 200).unwrap();
        give(&mut ana, &mut ben);
        give(&mut ben, &mut ana);
        give(&mut ana, &mut ben);
        assert_eq!(open_seals(&mut ana, 100), 1);
        give(&mut ana, &mut ben);
        // From here on Ben has read hers.
        let round = Round::of(QUESTIONS, TODAY);
        let suits = encode_parts(&answers("what suits him, now that he has read"));
        let second = Seal::of(couple.pact(), round, Person::B, &[9; 32], &suits);
        let hers = Seal::of(
            couple.pact(),
            round,
            Person::A,
            &[1; 32],
            &encode_parts(&answers("true")),
        );
        let by = ben.log();
        let sealed = Body::Sealed {
            round,
            seal: second,
        };
        let opening = Body::Opening(Opening {
            round,
            against: hers,
            nonce: [9; 32],
            answers: answers("what suits him, now that he has read"),
        });
        for (number, body) in [(2, sealed), (3, opening)] {
            let crafted = crafted(by, number, |item| item.body = body);
            assert_eq!(take(&mut ana, by, &crafted).unwrap(), Taken::New);
        }
        at(&mut ana, TODAY.plus(late));
        let CheckIn::Both { theirs, .. } = check_in(&mut ana) else {
            panic!("something was shown");
        };
        assert_eq!(theirs, Theirs::False, "{late} days later");
        assert!(
            unnoted(&mut ana).is_empty(),
            "no entry says that it took place"
        );
    }
}

/// Ben's program answers other questions, or another day: nothing of Ana's is shown for that.
#[test]
fn w6_an_answer_to_other_questions_opens_nothing() {
    let (_, mut ana, ben, _) = homes();
    answer(&mut ana, "only for the questions that we agreed", 1).unwrap();
    let by = ben.log();
    for (number, questions, day) in [
        (2, Hash([6; 32]), TODAY),
        (3, QUESTIONS, TODAY.plus(7)),
        (4, QUESTIONS, identity::Day(TODAY.0 - 7)),
    ] {
        let round = Round::of(questions, day);
        let seal = Seal::of(
            identity::PactId(Hash([0; 32])),
            round,
            Person::B,
            &[number; 32],
            &[],
        );
        let body = Body::Sealed { round, seal };
        let crafted = crafted(by, number, |item| item.body = body);
        assert_eq!(take(&mut ana, by, &crafted).unwrap(), Taken::New);
        let held = ana.replica.words().unwrap().0.ids(None, None);
        let shelf = ana.shelf.clone();
        let (words, roster) = ana.replica.words().unwrap();
        let writes = words.held_by(&shelf, roster, by, &held).unwrap();
        ana.keep(&writes);
    }
    assert_eq!(open_seals(&mut ana, 100), 0);
    assert_eq!(stands(&mut ana), Stands::Given);
}

/// Ana answers on two devices that have not met: either of her answers is true, and none is told as
/// false.
#[test]
fn w6_two_devices_that_both_answered_are_no_lie() {
    for ids in [[1, 2], [2, 1]] {
        let (_, mut ana, mut ben, mut phone) = homes();
        answer(&mut ana, "at the table", ids[0]).unwrap();
        answer(&mut phone, "on the train", ids[1]).unwrap();
        answer(&mut ben, "his", 3).unwrap();
        give(&mut ana, &mut ben);
        give(&mut phone, &mut ben);
        give(&mut ben, &mut ana);
        give(&mut ana, &mut ben);
        give(&mut ben, &mut ana);
        assert_eq!(open_seals(&mut ben, 100), 1);
        assert_eq!(open_seals(&mut ana, 150), 1);
        give(&mut ana, &mut ben);
        let CheckIn::Both { theirs, .. } = check_in(&mut ben) else {
            panic!("both have answered");
        };
        assert_eq!(theirs, Theirs::Answers(answers("at the table").into()));
    }
}
