//! Two homes that do not hold the same: restored copies, forks, new and revoked devices.

use identity::Person;

use super::rig::{Did, End, again, ana_and_ben, another, open, same, talk};
use crate::frames::Frame;
use crate::session::{Closing, Event, Input, Session};

/// Ana's home as it was after `kept` of her records, while Ben holds all of them.
fn restored(kept: usize, all: usize, offered: bool) -> (End, End) {
    let (_, mut ana, mut ben) = ana_and_ben();
    let mut copy = None;
    for i in 0..all {
        if i == kept {
            copy = Some(ana.home.shelf.clone());
        }
        ana.thanks_quietly(&format!("number {i}"));
    }
    open(&mut ana, &mut ben);
    assert!(same(&ana, &ben));
    ana.home.shelf = copy.unwrap();
    ana.home.reopen();
    let (mut ana, ben) = again(ana, ben);
    // With a grace of 0 what the copy writes is born offered, and still must not leave.
    ana.grace = if offered { 0 } else { 1_000 };
    ana.thanks_quietly("written by the copy");
    ana.now += 2_000;
    (ana, ben)
}

#[test]
fn a_restored_copy_says_nothing_of_its_own_and_is_shown_what_it_lacks() {
    for offered in [false, true] {
        for (kept, all) in [(3, 9), (8, 9), (0, 2), (70, 300)] {
            let (mut ana, mut ben) = restored(kept, all, offered);
            open(&mut ana, &mut ben);
            let log = ana.home.log();
            let own =
                |did: &Did| matches!(did, Did::Said(Frame::Records { log: of, .. }) if *of == log);
            assert!(
                !ana.did.iter().any(own),
                "a second history left: {kept} of {all}"
            );
            assert!(ana.told(&Event::Restored));
            let when = |event: Event| {
                ana.did
                    .iter()
                    .position(|did| *did == Did::Told(event.clone()))
                    .unwrap()
            };
            assert!(
                when(Event::Restored) < when(Event::Settled),
                "left too early"
            );
            assert!(ana.home.replica.is_retired());
            assert_eq!(ana.home.head(), ben.home.replica.log(log).unwrap().tip.head);
            assert!(
                !ben.home.replica.log(log).unwrap().is_forked(),
                "its log was frozen"
            );
            assert!(ana.told(&Event::Settled) && ben.told(&Event::Settled));
            let waiting = ana.home.replica.unsent(&ana.home.shelf).unwrap();
            assert_eq!(waiting.len(), 1, "what the copy wrote is not lost");
        }
    }
}

#[test]
fn a_copy_that_only_forgot_what_it_had_offered_goes_on() {
    let (_, mut ana, mut ben) = ana_and_ben();
    ana.grace = 1_000;
    ana.thanks_quietly("one");
    let copy = ana.home.shelf.clone();
    ana.now += 1_000;
    open(&mut ana, &mut ben);
    assert!(same(&ana, &ben));
    ana.home.shelf = copy;
    ana.home.reopen();
    let (mut ana, mut ben) = again(ana, ben);
    ana.now = 50_000;
    ana.thanks_quietly("two");
    open(&mut ana, &mut ben);
    assert!(same(&ana, &ben) && ana.told(&Event::Settled) && !ana.told(&Event::Restored));
}

/// Two of Ana's histories from one home: each of the two others has got one of them.
fn forked(common: usize, ana_more: usize, other_more: usize) -> (End, End) {
    let (_, mut ana, mut ben) = ana_and_ben();
    for i in 0..common {
        ana.thanks_quietly(&format!("number {i}"));
    }
    let copy = ana.home.shelf.clone();
    for i in 0..ana_more {
        ana.thanks_quietly(&format!("to Ben, {i}"));
    }
    open(&mut ana, &mut ben);
    ana.home.shelf = copy;
    ana.home.reopen();
    for i in 0..other_more {
        ana.thanks_quietly(&format!("to the other, {i}"));
    }
    (ana, ben)
}

#[test]
fn two_histories_of_one_log_become_evidence_on_both_ends() {
    for (common, one, two) in [(0, 1, 1), (3, 2, 2), (3, 1, 5), (3, 5, 1), (130, 40, 70)] {
        let mut couple = replica::testing::Couple::new(1);
        let [_, _] = couple.homes();
        let second = another(&mut couple, Person::B);
        let (ana, ben) = forked(common, one, two);
        let log = ana.home.log();
        // Ben's second device got the other history from Ana's modified program.
        let mut other = End::new(second, log);
        let run: Vec<Vec<u8>> = replica::Shelf::records(&ana.home.shelf, log, 1, 1 << 20).unwrap();
        other.home.take(log, 1, run).unwrap();
        let statements = couple.statements();
        let mut ben = End::new(ben.home, other.home.log());
        ben.home.admit(statements);
        other.session = Session::new(ben.home.log(), false);

        open(&mut ben, &mut other);
        let what = format!("{common} {one} {two}: {:?} {:?}", ben.did, other.did);
        for end in [&ben, &other] {
            let state = end.home.replica.log(log).unwrap();
            assert!(state.is_forked(), "{what}");
            assert_eq!(end.home.replica.honoured(log), common as u64, "{what}");
            assert!(
                end.told(&Event::Forked { log }) && end.told(&Event::Settled),
                "{what}"
            );
            assert_eq!(end.violation(), None);
        }
        let probes = ben
            .said()
            .iter()
            .chain(&other.said())
            .filter(|kind| **kind == 3)
            .count();
        assert!(probes <= 4, "{probes} questions");
        assert!(ben.home.replica.view() == other.home.replica.view());
        // The frozen log is not sent on, and the next meeting has nothing to say of it.
        let (mut ben, mut other) = again(ben, other);
        open(&mut ben, &mut other);
        assert!(ben.told(&Event::Settled) && other.told(&Event::Settled));
        assert!(!ben.said().contains(&5) && !other.said().contains(&5));
    }
}

#[test]
fn a_new_device_is_introduced_before_its_records() {
    let (mut couple, mut ana, mut ben) = ana_and_ben();
    let mut second = another(&mut couple, Person::A);
    second.thank(20_000, "from the other device");
    let run = replica::testing::all(&second, second.log());
    ana.home.admit(couple.statements());
    ana.home.take(second.log(), 1, run).unwrap();
    open(&mut ana, &mut ben);
    assert_eq!(ana.said()[..3], [1, 2, 5]);
    assert!(ben.told(&Event::RosterChanged) && same(&ana, &ben));

    // The same while they are connected.
    let third = another(&mut couple, Person::B);
    ben.home.admit(couple.statements());
    ben.feed(Input::Changed);
    talk(&mut ana, &mut ben);
    assert!(ana.home.replica.roster().certificate(third.log()).is_some());
    assert!(same(&ana, &ben));
}

#[test]
fn a_revoked_device_gets_nothing_from_that_moment_on() {
    let (mut couple, mut ana, ben) = ana_and_ben();
    ana.thanks_quietly("one");
    let second = another(&mut couple, Person::B);
    ana.home.admit(couple.statements());
    let log = second.log();
    let revocation = couple.revoke(identity::Head::start(log).of(log));

    // Revoked before: not even a greeting.
    let mut other = End::new(second, ana.home.log());
    let mut towards = End::new(couple_home(&ana), log);
    towards.home.admit(couple.statements());
    towards.feed(Input::Opened);
    assert_eq!(
        (towards.said(), towards.closed()),
        (vec![], Some(Closing::Revoked))
    );

    // Revoked in the middle: learnt from elsewhere, or from Ben over this very connection.
    ana.session = Session::new(log, false);
    open(&mut ana, &mut other);
    assert!(ana.told(&Event::Settled));
    ana.did.clear();
    ana.home.admit(vec![revocation.clone()]);
    ana.thanks("not for that device");
    assert_eq!((ana.said(), ana.closed()), (vec![], Some(Closing::Revoked)));
    assert!(ana.session.is_over());

    let mut heard = End::new(couple_home(&ben), log);
    heard
        .home
        .admit(couple.statements().into_iter().take(4).collect());
    heard.feed(Input::Opened);
    other.session = Session::new(ben.home.log(), false);
    heard.thanks_quietly("one");
    heard.did.clear();
    heard.hears(&hello_of(&other));
    let said = heard.said();
    heard.hears(&Frame::Roster {
        statements: vec![revocation.bytes().to_vec()],
    });
    assert_eq!(heard.closed(), Some(Closing::Revoked));
    assert_eq!(
        heard.said(),
        said,
        "it was told something after its revocation"
    );
}

fn hello_of(end: &End) -> Frame {
    Frame::Hello(crate::Hello {
        version: 1,
        live: false,
        practical: false,
        roster: Some(end.home.replica.roster().digest()),
        marks: end.home.replica.marks(),
        words: Some(identity::words::Having::NONE),
    })
}

/// The same device in another home, for a test that needs it twice.
fn couple_home(end: &End) -> replica::testing::Home {
    let mut couple = replica::testing::Couple::new(1);
    drop(couple.homes());
    couple.home(end.home.log())
}
