//! Words in a session: in which order, how often, and what a modified program gets for it.

use identity::Day;
use identity::words::{Having, WordId};
use replica::words::{Body, Kind, Lane, Tide, Wish};

use super::rig::*;
use crate::Violation;
use crate::frames::{Frame, Hello, WordsHave};
use crate::session::{Closing, Event, Input, Session};

const TODAY: Day = Day(20_000);

fn open_words(end: &mut End) {
    let (shelf, keys) = (end.home.shelf.clone(), &end.home.keys);
    let tide = Tide::at(TODAY);
    end.home.replica.open_words(&shelf, keys, tide).unwrap();
}

/// Ana and Ben, not opened, whose programs know of words.
fn two() -> (End, End) {
    let (_, mut ana, mut ben) = ana_and_ben();
    open_words(&mut ana);
    open_words(&mut ben);
    (ana, ben)
}

fn say(end: &mut End, text: &str, number: u8, lane: Lane) {
    let (now, grace) = (end.now, end.grace);
    let (words, roster) = end.home.replica.words().unwrap();
    let wish = Wish {
        lane,
        ..Wish::new(Body::Say(text.into()))
    };
    let id = WordId::new([number; 16]);
    let (_, writes) = words.compose(roster, wish, id, now, grace).unwrap();
    end.home.keep(&writes);
}

fn there(end: &mut End) -> usize {
    let (words, roster) = end.home.replica.words().unwrap();
    words.list(roster).len()
}

fn settled(end: &End) -> bool {
    end.closed().is_none() && end.told(&Event::Settled)
}

fn greeting(words: Option<Having>) -> Frame {
    Frame::Hello(Hello {
        version: 1,
        live: false,
        practical: false,
        roster: None,
        marks: vec![],
        words,
    })
}

#[test]
fn words_come_after_the_records_and_both_ends_come_to_rest() {
    let (mut ana, mut ben) = two();
    ana.thanks_quietly("a record");
    say(&mut ana, "one", 1, Lane::Ordinary);
    say(&mut ana, "two", 2, Lane::Ordinary);
    say(&mut ben, "three", 3, Lane::Practical);
    open(&mut ana, &mut ben);
    assert!(settled(&ana) && settled(&ben));
    assert_eq!((there(&mut ana), there(&mut ben)), (3, 3));
    assert!(ana.told(&Event::Words) && ben.told(&Event::Words));
    let first = |end: &End, kinds: &[u8]| {
        let said = end.said();
        said.iter().position(|kind| kinds.contains(kind)).unwrap()
    };
    assert!(first(&ana, &[5]) < first(&ana, &[8, 9, 10]));

    // Nothing new is said of them in the next session: one digest, equal on both ends.
    let (mut ana, mut ben) = again(ana, ben);
    open(&mut ana, &mut ben);
    assert!(settled(&ana) && settled(&ben));
    assert!(
        !ana.said()
            .iter()
            .chain(&ben.said())
            .any(|k| (8..=10).contains(k))
    );
}

#[test]
fn new_words_are_passed_on_while_the_session_stands() {
    let (mut ana, mut ben) = two();
    open(&mut ana, &mut ben);
    say(&mut ben, "live", 1, Lane::Ordinary);
    ben.feed(Input::Changed);
    talk(&mut ana, &mut ben);
    assert_eq!(there(&mut ana), 1);
    assert_eq!(ana.said().iter().filter(|kind| **kind == 9).count(), 1);
}

#[test]
fn nothing_of_words_leaves_within_the_grace_and_all_of_it_after() {
    let (mut ana, mut ben) = two();
    ana.grace = 120_000;
    say(&mut ana, "not yet", 1, Lane::Ordinary);
    open(&mut ana, &mut ben);
    assert!(settled(&ana) && there(&mut ben) == 0);
    assert!(!ana.said().iter().any(|kind| (8..=10).contains(kind)));
    ana.now += 120_000;
    ana.feed(Input::Tick);
    talk(&mut ana, &mut ben);
    assert_eq!(there(&mut ben), 1);
    // That it may be spoken of was durable before it was.
    let persisted = ana.did.iter().rposition(|did| *did == Did::Persisted);
    let first = ana
        .did
        .iter()
        .position(|did| matches!(did, Did::Said(frame) if frame.kind() == 8));
    assert!(ana.did[..first.unwrap()].contains(&Did::Persisted) && persisted.is_some());
}

/// The grace ended since the last session, so the greetings are alike; no end leaves before the
/// words did.
#[test]
fn words_whose_grace_is_over_go_in_the_next_session() {
    let (mut ana, mut ben) = two();
    ana.grace = 120_000;
    say(&mut ana, "after all", 1, Lane::Ordinary);
    ana.now += 120_000;
    ana.feed(Input::Opened);
    ben.feed(Input::Opened);
    // Until both are settled, or there is nothing left to carry.
    while !((settled(&ana) && settled(&ben)) || (ana.wire.is_empty() && ben.wire.is_empty())) {
        if let Some(frame) = ben.wire.pop_front() {
            ana.feed(Input::Frame(&frame));
        } else if let Some(frame) = ana.wire.pop_front() {
            ben.feed(Input::Frame(&frame));
        }
        assert!(
            !settled(&ana) || ana.said().contains(&10),
            "she leaves too early"
        );
    }
    talk(&mut ana, &mut ben);
    assert!(settled(&ana) && settled(&ben));
    assert_eq!(there(&mut ben), 1);
}

#[test]
fn more_than_one_frame_carries_comes_in_several() {
    let (mut ana, mut ben) = two();
    let long = "x".repeat(12_000);
    for number in 0..130 {
        say(&mut ana, &long, number, Lane::Ordinary);
    }
    open(&mut ana, &mut ben);
    assert!(settled(&ana) && settled(&ben));
    assert_eq!(there(&mut ben), 130);
    assert_eq!(ana.said().iter().filter(|kind| **kind == 10).count(), 3);
}

#[test]
fn the_practical_lane_carries_its_own_words_and_nothing_else() {
    let (mut ana, mut ben) = two();
    ana.thanks_quietly("not for this lane");
    say(&mut ana, "not this either", 1, Lane::Ordinary);
    say(&mut ana, "Children at five", 2, Lane::Practical);
    ana.session = Session::practical(ben.home.log());
    open(&mut ana, &mut ben);
    assert!(settled(&ana) && settled(&ben), "{:?}", ben.did);
    let (words, roster) = ben.home.replica.words().unwrap();
    let listed = words.list(roster);
    assert_eq!((listed.len(), listed[0].lane), (1, Lane::Practical));
    assert_eq!(listed[0].kind, Kind::Say);
    assert!(
        ana.said()
            .iter()
            .all(|kind| matches!(kind, 1 | 8..=10 | 12))
    );
    let hello = ana.did.iter().find_map(|did| match did {
        Did::Said(Frame::Hello(hello)) => Some(hello.clone()),
        _ => None,
    });
    let hello = hello.unwrap();
    assert!(hello.practical && hello.marks.is_empty());
    assert!(hello.roster.is_none() && hello.words.is_none());
}

#[test]
fn a_clock_that_jumped_speaks_of_no_words() {
    let (mut ana, mut ben) = two();
    say(&mut ana, "before", 1, Lane::Ordinary);
    let jumped = Tide {
        high_water: TODAY,
        today: Day(TODAY.0 + 400),
    };
    let (shelf, keys) = (ana.home.shelf.clone(), &ana.home.keys);
    ana.home.replica.open_words(&shelf, keys, jumped).unwrap();
    open(&mut ana, &mut ben);
    assert!(settled(&ana) && settled(&ben));
    assert!(
        !ana.said()
            .iter()
            .chain(&ben.said())
            .any(|k| (8..=10).contains(k))
    );
}

/// What a modified program may try with each of the three frames, and what it gets.
#[test]
fn whoever_breaks_the_rules_of_words_is_dropped_and_nothing_is_kept() {
    let item = |ana: &mut End, ben: &End, number| {
        say(ana, "hers", number, Lane::Ordinary);
        let shelf = ana.home.shelf.clone();
        let (words, roster) = ana.home.replica.words().unwrap();
        let id = [WordId::new([number; 16])];
        let out = words.outgoing(&shelf, roster, ben.home.log(), &id, None, 1 << 20);
        out.unwrap()[0].to_vec()
    };
    // The end that is attacked has greeted, and was told of one id that it lacks.
    let attacked = || {
        let (mut ana, mut ben) = two();
        let real = item(&mut ana, &ben, 7);
        ben.feed(Input::Opened);
        let roster = Some(ben.home.replica.roster().digest());
        let Frame::Hello(hello) = greeting(Some(Having::of(&[WordId::new([7; 16])]))) else {
            unreachable!()
        };
        ben.hears(&Frame::Hello(Hello { roster, ..hello }));
        ben.hears(&Frame::WordsHave(WordsHave::Buckets(vec![(
            u64::from(TODAY.0) + 90,
            Having::of(&[WordId::new([7; 16])]),
        )])));
        ben.hears(&Frame::WordsHave(WordsHave::Ids(vec![WordId::new(
            [7; 16],
        )])));
        assert_eq!(ben.said().last(), Some(&9), "he asks for it");
        (ana, ben, real)
    };
    let (mut ana, mut ben, real) = attacked();
    ben.hears(&Frame::Words {
        items: vec![real.clone()],
    });
    assert_eq!((ben.closed(), there(&mut ben)), (None, 1));
    // Twice is once too often; what nobody asked for, too.
    ben.hears(&Frame::Words { items: vec![real] });
    assert_eq!(ben.violation(), Some(Violation::Unasked(10)));
    let other = item(&mut ana, &ben, 8);
    let (_, mut ben, _) = attacked();
    ben.hears(&Frame::Words { items: vec![other] });
    assert_eq!(ben.violation(), Some(Violation::Unasked(10)));
    ben.home.reopen();
    open_words(&mut ben);
    assert_eq!(there(&mut ben), 0, "nothing of a refused frame is kept");
    // Bytes that are no item.
    for bytes in [vec![], vec![0x80], vec![0xff; 40]] {
        let (_, mut ben, _) = attacked();
        ben.hears(&Frame::Words { items: vec![bytes] });
        assert_eq!(ben.violation(), Some(Violation::BadWords));
    }
    // Buckets twice, more ids than ever live, an end that this lane does not have.
    let (_, mut ben, _) = attacked();
    ben.hears(&Frame::WordsHave(WordsHave::Buckets(vec![])));
    assert_eq!(ben.violation(), Some(Violation::OutOfPlace(8)));
    let (_, mut ben, _) = attacked();
    for share in 0..2_u8 {
        let ids = (0..4_000_u32).map(|n| {
            let mut id = [share; 16];
            id[1..5].copy_from_slice(&n.to_be_bytes());
            WordId::new(id)
        });
        ben.hears(&Frame::WordsHave(WordsHave::Ids(ids.collect())));
    }
    assert_eq!(ben.violation(), Some(Violation::TooMuch));
    let (_, mut ben, _) = attacked();
    ben.hears(&Frame::WordsWant { ids: vec![] });
    assert_eq!(ben.violation(), Some(Violation::OutOfPlace(9)));
    // Giving nothing of what was asked for ends in peace, and shows nothing.
    let (_, mut ben, _) = attacked();
    ben.hears(&Frame::Words { items: vec![] });
    ben.hears(&Frame::Stored { marks: vec![] });
    assert!(!matches!(ben.closed(), Some(Closing::Violation(_))));
}
