//! Confidential words between two homes over real QUIC: said, opened, faded, answered in a
//! check-in; and what lies on the disk afterwards.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod common;

use std::fs;

use common::{World, sync};
use identity::{Day, Hash};
use node::Home;
use node::words::{
    Body, CheckIn, Confidential, Draft, Sealing, Theirs, Wish, WordsError, WordsMisuse,
};

const CANARY: &str = "CANARY what I felt on Friday";

fn say(text: &str) -> Wish {
    Wish::new(Body::Say(text.into()))
}

fn bytes_of(home: &Home) -> Vec<u8> {
    let mut all = Vec::new();
    for folder in [&home.places().home, &home.places().state] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                all.extend(fs::read(path).unwrap());
            }
        }
    }
    all
}

#[test]
fn s23_words_are_said_opened_and_gone() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    ana.set("grace", "0").unwrap();
    let mut wish = say(CANARY);
    wish.fade = 3;
    ana.say_words(wish).unwrap();
    sync(&mut ana, &mut ben);
    let shown = ben.words().unwrap();
    assert!(shown.there.len() == 1 && shown.there[0].closed);
    let handle = shown.there[0].handle.clone();
    assert_eq!(ben.look_at_words(&handle).unwrap().body, say(CANARY).body);
    for home in [&ana, &ben] {
        let all = bytes_of(home);
        assert!(!all.windows(12).any(|at| at == &CANARY.as_bytes()[..12]));
    }
    world.set_time("2025-03-07T23:00:00+01:00");
    assert!(ben.look_at_words(&handle).is_ok(), "the third day counts");
    world.set_time("2025-03-08T00:01:00+01:00");
    assert!(matches!(
        ben.look_at_words(&handle),
        Err(WordsError::Misuse(WordsMisuse::Gone))
    ));
    assert!(ben.words().unwrap().there.is_empty());
    assert_eq!(ben.words().unwrap().faded.len(), 1);
    drop(ben);
    let mut ben = world.open("Ben");
    // A late meeting brings nothing back, on either end.
    sync(&mut ana, &mut ben);
    assert!(ben.words().unwrap().there.is_empty());
    assert!(
        ana.words().unwrap().there.is_empty(),
        "her own copy faded, too"
    );
}

#[test]
fn within_two_minutes_words_can_be_taken_back() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    let handle = ana.say_words(say("too soon")).unwrap();
    sync(&mut ana, &mut ben);
    assert!(ben.words().unwrap().there.is_empty());
    let (youngest, _) = ana.youngest_words().unwrap().unwrap();
    assert_eq!(youngest, handle);
    let body = ana.take_words_back(&handle).unwrap().unwrap();
    assert_eq!(body, say("too soon").body);
    ana.say_words(say("after all")).unwrap();
    world.set_time("2025-03-04T08:03:00+01:00");
    sync(&mut ana, &mut ben);
    assert_eq!(ben.words().unwrap().there.len(), 1);
    assert!(ana.youngest_words().unwrap().is_none());
}

#[test]
fn a_check_in_is_shown_when_both_have_answered() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    let (questions, day) = (Hash([5; 32]), Day(20_151));
    let answer = |text: &str| Sealing {
        questions,
        day,
        answers: vec![("well".to_owned(), Confidential::from(text))],
        fade: 14,
    };
    for home in [&mut ana, &mut ben] {
        home.set("grace", "0").unwrap();
    }
    ben.answer_check_in(answer("his")).unwrap();
    sync(&mut ana, &mut ben);
    assert_eq!(ana.check_in(questions, day).unwrap(), CheckIn::Open);
    assert!(ana.words().unwrap().there.is_empty());
    ana.answer_check_in(answer("hers")).unwrap();
    for _ in 0..3 {
        sync(&mut ana, &mut ben);
    }
    let both = |mine: &str, theirs: &str| CheckIn::Both {
        mine: Some(answer(mine).answers),
        theirs: Theirs::Answers(answer(theirs).answers),
    };
    assert_eq!(ana.check_in(questions, day).unwrap(), both("hers", "his"));
    assert_eq!(ben.check_in(questions, day).unwrap(), both("his", "hers"));
}

#[test]
fn s24_one_received_item_may_be_kept_and_is_never_sent() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    ana.set("grace", "0").unwrap();
    let own = ana.say_words(say("one")).unwrap();
    ana.say_words(say("two")).unwrap();
    sync(&mut ana, &mut ben);
    let there = ben.words().unwrap().there;
    ben.keep_copy(&there[0].handle, false).unwrap();
    assert!(matches!(
        ben.keep_copy(&there[1].handle, false),
        Err(WordsError::KeptAlready)
    ));
    assert!(ana.keep_copy(&own, false).is_err(), "a received one");
    let kept = ben.kept_copy().unwrap().unwrap().body;
    world.set_time("2025-05-04T08:00:00+01:00");
    let mut ben = world.open("Ben");
    assert_eq!(ben.kept_copy().unwrap().unwrap().body, kept);
    let folder = world.dir.path().join("export");
    ben.export(&folder).unwrap();
    let records = fs::read(folder.join("records.cbor")).unwrap();
    assert!(!records.windows(3).any(|at| at == b"one" || at == b"two"));
    ben.let_copy_go().unwrap();
    assert!(ben.kept_copy().unwrap().is_none());
}

#[test]
fn drafts_are_sealed_and_fade_too() {
    let world = World::new();
    let (mut ana, _ben) = world.couple();
    let draft = |text: &str| Draft {
        name: "sorry".to_owned(),
        parts: vec![("heard".to_owned(), text.into())],
    };
    ana.save_draft(&draft(CANARY)).unwrap();
    ana.save_draft(&draft("second thoughts")).unwrap();
    assert_eq!(ana.drafts().unwrap(), [draft("second thoughts")]);
    assert!(!bytes_of(&ana).windows(6).any(|at| at == b"CANARY"));
    ana.save_draft(&Draft {
        name: "say".to_owned(),
        ..draft("another")
    })
    .unwrap();
    ana.discard_draft("sorry").unwrap();
    assert_eq!(ana.drafts().unwrap().len(), 1);
    for day in ["2025-04-01", "2025-05-01", "2025-05-25", "2025-06-03"] {
        world.set_time(day);
        ana.fade().unwrap();
    }
    assert!(ana.drafts().unwrap().is_empty());
}
