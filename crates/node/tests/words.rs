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
use node::home::Said;
use node::words::{
    Body, CheckIn, Confidential, Draft, Sealing, Stands, Theirs, Wish, WordsError, WordsMisuse,
};
use pact::{Act, Content, ItemId, ItemType, Part, Who};

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
        answers: vec![("well".to_owned(), Confidential::from(text))].into(),
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

/// The questions as both agreed them; they count from the next day on.
fn agreed_questions(world: &World, ana: &mut Home, ben: &mut Home) -> Hash {
    let mut content = Content::new(ItemType::Questions, Who::Both, "", "");
    content.parts = vec![Part {
        key: "well".to_owned(),
        text: "What went well?".to_owned(),
    }];
    let about = || Said {
        about: Some(ItemId::QUESTIONS.0.to_vec()),
        ..Said::default()
    };
    let offer = Act::new(pact::Body::Propose {
        content: Box::new(content),
        until: ben.today().plus(90),
        replaces: Vec::new(),
        answers: None,
    });
    let p = ben.act(&offer, about()).unwrap().hash();
    world.set_time("2025-03-04T08:10:00+01:00");
    sync(ana, ben);
    ana.act(&Act::new(pact::Body::Agree { p }), about())
        .unwrap();
    world.set_time("2025-03-04T08:20:00+01:00");
    sync(ana, ben);
    p
}

fn checked_in(home: &mut Home) -> Vec<pact::Body> {
    let entries = home.view().unwrap().entries();
    let bodies = entries.iter().map(|entry| entry.body.clone());
    bodies
        .filter(|body| matches!(body, pact::Body::CheckedIn { .. }))
        .collect()
}

/// Both have answered: one entry says so, whoever has looked; `undo` does not find it, and it does
/// not push out what still has its grace.
#[test]
fn s6_one_entry_says_that_a_check_in_took_place_whoever_has_looked() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    let questions = agreed_questions(&world, &mut ana, &mut ben);
    world.set_time("2025-03-09T20:00:00+01:00");
    let day = ana.today();
    let answer = |text: &str| Sealing {
        questions,
        day,
        answers: vec![("well".to_owned(), Confidential::from(text))].into(),
        fade: 14,
    };
    ana.answer_check_in(answer("hers")).unwrap();
    ben.answer_check_in(answer("his")).unwrap();
    world.set_time("2025-03-09T20:10:00+01:00");
    // Still in its grace while they meet: it stays, and so the entry waits for another meeting.
    let thanks = common::thanks("not yet");
    ana.act(&thanks, Said::default()).unwrap();
    sync(&mut ana, &mut ben);
    sync(&mut ana, &mut ben);
    assert_eq!(
        ana.check_in_stands(questions, day).unwrap(),
        Stands::Both { closed: true }
    );
    assert!(checked_in(&mut ana).is_empty());
    ana.undo().unwrap();
    for _ in 0..3 {
        sync(&mut ana, &mut ben);
    }
    let entry = pact::Body::CheckedIn { p: questions, day };
    for home in [&mut ana, &mut ben] {
        assert_eq!(checked_in(home), std::slice::from_ref(&entry));
        assert!(home.last_grace().is_none());
    }
    // Nobody has looked. Looking changes nothing of it, nor does time.
    assert_eq!(
        ben.check_in_stands(questions, day).unwrap(),
        Stands::Both { closed: true }
    );
    ben.check_in(questions, day).unwrap();
    assert_eq!(
        ben.check_in_stands(questions, day).unwrap(),
        Stands::Both { closed: false }
    );
    world.set_time("2025-03-30T20:10:00+01:00");
    sync(&mut ana, &mut ben);
    for home in [&mut ana, &mut ben] {
        assert_eq!(checked_in(home), std::slice::from_ref(&entry));
    }
}

/// `serve` rests outside its windows: what has faded goes at midnight all the same.
#[test]
fn s23_midnight_comes_while_serve_rests() {
    let world = World::new();
    let (mut ana, ben) = world.couple();
    ana.set("grace", "0").unwrap();
    ana.set("times", "07:00").unwrap();
    ana.save_draft(&Draft {
        name: "say".to_owned(),
        parts: vec![("text".to_owned(), CANARY.into())],
    })
    .unwrap();
    drop(ben);
    let places = ana.places().clone();
    let file = places.state.join("fading.keys");
    let before = fs::read(&file).unwrap();
    let how = node::meet::Serve::default();
    let (serving, said) = common::serve(ana, how);
    common::until("it rests", || {
        said.try_iter().any(|one| one == node::meet::Said::Resting)
    });
    world.set_time("2025-03-05T00:01:00+01:00");
    common::until("the high-water has risen", || {
        fs::read(&file).unwrap() != before
    });
    node::agent::lock(&places).unwrap();
    serving.join().unwrap();
}
