//! What leaves when: nothing before it is durable, nothing of one's own before the other end's
//! proof, its grace and its offer; and nothing new costs one round trip.

use super::rig::{Did, End, again, ana_and_ben, open, same, talk};
use crate::frames::{Frame, Hello, decode};
use crate::session::{Closing, Event, HELLO_MS, Input, Output, SILENCE_MS, Session, Why};
use crate::{Clock, Moment};

const HELLO: Hello = Hello {
    version: 1,
    live: false,
    practical: false,
    roster: Some(identity::Hash([0; 32])),
    marks: Vec::new(),
    words: Some(identity::words::Having::NONE),
};

#[test]
fn nothing_new_is_one_round_trip_and_a_kilobyte() {
    let (_, mut ana, mut ben) = ana_and_ben();
    ana.thanks_quietly("for the soup");
    ben.thanks_quietly("for asking");
    open(&mut ana, &mut ben);
    assert!(same(&ana, &ben) && ana.told(&Event::Settled) && ben.told(&Event::Settled));

    let (mut ana, mut ben) = again(ana, ben);
    let flights = open(&mut ana, &mut ben);
    assert_eq!((ana.said(), ben.said()), (vec![1, 6], vec![1, 6]));
    assert_eq!(
        flights, 2,
        "both greetings cross, then both say that this is all"
    );
    assert_eq!(ana.sent + ben.sent, 1_024);
    assert!(ana.told(&Event::Settled) && ben.told(&Event::Settled));
    assert!(!ana.did.contains(&Did::Persisted) && !ben.did.contains(&Did::Persisted));
}

#[test]
fn own_records_wait_for_the_greeting_and_for_the_offer_to_be_durable() {
    let (_, mut ana, mut ben) = ana_and_ben();
    ana.grace = 1_000;
    ana.thanks_quietly("one");
    ana.now += 1_000;
    ana.feed(Input::Opened);
    assert_eq!(
        ana.said(),
        [1],
        "something left before the greeting of the other"
    );
    assert!(matches!(&ana.did[0], Did::Said(Frame::Hello(hello)) if hello.marks.is_empty()));
    ana.did.clear();
    ben.feed(Input::Opened);
    talk(&mut ana, &mut ben);
    let persisted = ana
        .did
        .iter()
        .position(|did| *did == Did::Persisted)
        .unwrap();
    let records = |did: &Did| matches!(did, Did::Said(Frame::Records { .. }));
    let said = ana.did.iter().position(records).unwrap();
    assert!(persisted < said, "{:?}", ana.did);
    assert_eq!(ana.home.replica.offered(), 1);
}

#[test]
fn a_record_in_its_grace_leaves_no_trace_and_goes_when_it_is_over() {
    let (_, mut ana, mut ben) = ana_and_ben();
    ana.grace = 120_000;
    ana.thanks_quietly("too soon");
    open(&mut ana, &mut ben);
    assert_eq!((ana.said(), ben.said()), (vec![1, 6], vec![1, 6]));
    assert!(
        ana.did.contains(&Did::Wants(Why::GraceOver, 130_000)),
        "{:?}",
        ana.did
    );
    for early in [20_000, 129_999] {
        ana.now = early;
        ana.feed(Input::Tick);
        ana.feed(Input::Changed);
        assert_eq!(ana.said(), [1, 6]);
    }
    ana.now = 130_000;
    ana.feed(Input::Tick);
    talk(&mut ana, &mut ben);
    assert_eq!(ana.said(), [1, 6, 5], "{:?}", ana.did);
    assert!(same(&ana, &ben));
}

#[test]
fn what_is_written_while_connected_is_there_at_once() {
    let (_, mut ana, mut ben) = ana_and_ben();
    open(&mut ana, &mut ben);
    ana.did.clear();
    ben.did.clear();
    ana.thanks("now");
    assert_eq!(talk(&mut ana, &mut ben), 2);
    assert_eq!((ana.said(), ben.said()), (vec![5], vec![6]));
    assert_eq!(ben.did[0], Did::Persisted);
    let log = ana.home.log();
    assert_eq!(ben.did[1], Did::Told(Event::Received { log, new: 1..2 }));
    assert!(same(&ana, &ben));
    // Nothing comes back to whom it came from.
    ben.thanks("indeed");
    talk(&mut ana, &mut ben);
    assert_eq!((ana.said(), ben.said()), (vec![5, 6], vec![6, 5]));
}

#[test]
fn live_needs_both() {
    for (a, b) in [(false, false), (true, false), (false, true), (true, true)] {
        let (_, mut ana, mut ben) = ana_and_ben();
        ana.session = Session::new(ben.home.log(), a);
        ben.session = Session::new(ana.home.log(), b);
        open(&mut ana, &mut ben);
        assert!(ana.told(&Event::Greeted { live: a && b }));
        assert!(ben.told(&Event::Greeted { live: a && b }));
    }
}

#[test]
fn the_driver_says_persisted_before_anything_else() {
    let (_, mut ana, mut ben) = ana_and_ben();
    ana.thanks_quietly("one");
    ana.feed(Input::Opened);
    ben.feed(Input::Opened);
    ben.hears(&Frame::Hello(HELLO));
    let records = ana
        .home
        .replica
        .outgoing(&ana.home.shelf, ana.home.log(), 1, 1 << 20)
        .unwrap();
    let frame = Frame::Records {
        log: ana.home.log(),
        from: 1,
        records: records.records,
    };
    let clock = Clock {
        moment: Moment(10_000),
        unix_ms: 10_000,
    };
    let (home, session) = (&mut ben.home, &mut ben.session);
    let frame = crate::encode(&frame);
    session
        .handle(Input::Frame(&frame), &mut home.replica, &home.shelf, clock)
        .unwrap();
    assert!(matches!(session.poll(), Some(Output::Persist(_))));
    assert!(
        session.poll().is_none(),
        "something was said of what is not durable"
    );
    let early = session.handle(Input::Tick, &mut home.replica, &home.shelf, clock);
    assert!(early.is_err() && session.is_over());
}

#[test]
fn silence_is_not_waited_for_for_ever() {
    let (_, mut ana, _) = ana_and_ben();
    ana.feed(Input::Opened);
    assert!(
        ana.did
            .contains(&Did::Wants(Why::PeerSilent, 10_000 + HELLO_MS))
    );
    ana.now += HELLO_MS - 1;
    ana.feed(Input::Tick);
    assert_eq!(ana.closed(), None);
    ana.now += 1;
    ana.feed(Input::Tick);
    assert_eq!(ana.closed(), Some(Closing::Silent));

    let (_, mut ana, _) = ana_and_ben();
    ana.feed(Input::Opened);
    ana.hears(&Frame::Hello(HELLO));
    ana.now += SILENCE_MS;
    ana.feed(Input::Tick);
    assert_eq!(
        ana.closed(),
        Some(Closing::Silent),
        "a roster that never came"
    );

    // Once everything is said, silence is peace.
    let (_, mut ana, mut ben) = ana_and_ben();
    open(&mut ana, &mut ben);
    ana.now += 100 * SILENCE_MS;
    ana.feed(Input::Tick);
    assert_eq!(ana.closed(), None);
}

#[test]
fn a_long_history_goes_in_frames_that_are_answered_one_by_one() {
    let life = replica::testing::history(7, 9_000, 3);
    let [a, b] = life.logs;
    let (_, mut ana, mut ben) = ana_and_ben();
    ana.home = life.home(identity::Person::A);
    ben.home = life.empty_home(identity::Person::B);
    (ana.session, ben.session) = (Session::new(b, false), Session::new(a, false));
    // Ben lost everything but his keys: his own log comes back to him as well.
    open(&mut ana, &mut ben);
    assert!(ben.told(&Event::Restored) && ben.told(&Event::Settled));
    assert_eq!(ben.violation(), None);
    let stored = ben.said().iter().filter(|kind| **kind == 6).count();
    assert!(stored >= 3, "{stored} answers");
    assert_eq!(ana.home.replica.marks(), ben.home.replica.marks());
    for did in &ana.did {
        if let Did::Said(frame @ Frame::Records { .. }) = did {
            assert!(crate::encode(frame).len() <= crate::MAX_FRAME);
            assert!(decode(&crate::encode(frame)).is_ok());
        }
    }
}

#[test]
fn runs_follow_as_there_is_room_and_never_more_than_the_window() {
    let (_, mut ana, mut ben) = ana_and_ben();
    let long = "x".repeat(4_000);
    for _ in 0..1_400 {
        ana.thanks_quietly(&long);
    }
    ana.feed(Input::Opened);
    ben.feed(Input::Opened);
    let hello = ben.wire.pop_front().unwrap();
    ana.feed(Input::Frame(&hello));
    let runs = |end: &End| end.said().iter().filter(|kind| **kind == 5).count();
    assert_eq!(runs(&ana), 1, "one run waits in memory, not three");
    for most in [2, 3, 3] {
        assert_eq!(ana.session.wants_room(), runs(&ana) < 3);
        ana.feed(Input::Room);
        assert_eq!(runs(&ana), most);
    }
    talk(&mut ana, &mut ben);
    assert_eq!(ben.home.replica.marks(), ana.home.replica.marks());
}
