//! A stretch of days is the same whether it is read from the records or from what is kept beside
//! them, and the second time nothing has to be opened for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod common;

use std::ffi::OsString;

use common::World;
use identity::{Day, Flags, Hash, LogId, Person};
use node::home::Said;
use node::{Clock, Home};
use pact::{Act, Body};
use replica::Shelf as _;
use replica::testing::{Couple, history};

type Row = (LogId, u64, Hash, Person, Day, Flags, u64, Vec<u8>);

/// What it hands over, and how many records were opened for it.
fn said(home: &mut Home, day: Day) -> (u64, Vec<Row>) {
    let mut all = Vec::new();
    let opened = home
        .since_day(day, |one| {
            let (log, seq, hash) = (one.log, one.seq, one.hash);
            let body = one.body.to_vec();
            all.push((
                log, seq, hash, one.person, one.day, one.flags, one.kind, body,
            ));
        })
        .unwrap();
    all.sort_by_key(|row| (row.0, row.1));
    (opened, all)
}

/// The same by the records, all of them.
fn written(home: &mut Home, day: Day) -> Vec<Row> {
    let (records, _) = home.since(&node::home::Cursor::default()).unwrap();
    let mut all: Vec<Row> = records
        .iter()
        .filter(|kept| kept.counts && kept.record.day() >= day)
        .map(|kept| {
            let record = &kept.record;
            let (kind, body) = (record.kind(), record.body().to_vec());
            let (log, seq, hash) = (record.log(), record.seq(), record.hash());
            (
                log,
                seq,
                hash,
                kept.person,
                record.day(),
                record.flags(),
                kind,
                body,
            )
        })
        .filter(|row| (128..=134).contains(&row.6))
        .collect();
    all.sort_by_key(|row| (row.0, row.1));
    all
}

fn clock(day: Day) -> Clock {
    let now = format!("{}T20:00:00Z", pact::calendar::iso(day));
    Clock::injected(&OsString::from(now)).unwrap()
}

#[test]
fn a_page_of_the_last_weeks_is_read_once() {
    let world = World::new();
    let life = history(7, 3_000, 1);
    let mut home = world.begin("Ana");
    let runs = life.logs.iter().zip(&life.records);
    let runs = runs.flat_map(|(log, all)| all.chunks(700).map(|run| (*log, run.to_vec())));
    let keys = life.couple.keys(life.logs[0]);
    home.adopt_for_testing(life.couple.statements(), life.logs[0], keys, runs)
        .unwrap();
    home.set_clock(clock(life.today));
    let usual = Day(life.today.0 - 30);
    let read = |day: Day, home: &mut Home| {
        let (opened, rows) = said(home, day);
        assert_eq!(rows, written(home, day), "from day {day:?}");
        opened
    };
    let all = read(usual, &mut home);
    assert!((200..1_000).contains(&all), "{all} of 3,000 were opened");
    assert_eq!(read(usual, &mut home), 0, "a second time nothing is opened");
    assert_eq!(read(Day(life.today.0 - 3), &mut home), 0);
    assert!(
        read(Day(life.today.0 - 90), &mut home) > all,
        "further back it is of no use"
    );
    assert_eq!(read(usual, &mut home), 0, "and it is still there");

    // What was signed since is opened, until there is enough of it, and it can be taken back.
    let thanks = |text: &str| Act {
        redo: None,
        body: Body::Thanks {
            text: text.into(),
            about: None,
        },
    };
    for turn in 1..=70 {
        home.act(&thanks("for the evening"), Said::default())
            .unwrap();
        assert_eq!(read(usual, &mut home), turn);
    }
    home.undo().unwrap();
    assert_eq!(read(usual, &mut home), 69, "what can be undone is not kept");

    // Weeks later it is as it was: there is nothing that it could hold and does not.
    home.set_clock(clock(life.today.plus(14)));
    let later = usual.plus(14);
    assert_eq!(read(later, &mut home), 69);
    assert_eq!(read(later, &mut home), 69);
    assert_eq!(read(usual, &mut home), 69);
}

#[test]
fn of_a_history_that_is_no_more_nothing_is_kept() {
    let world = World::new();
    let mut couple = Couple::new(3);
    let [ana, mut ben] = couple.homes();
    let (old, ana_log) = (ben.log(), ana.log());
    let first = 20_000;
    for turn in 0..40 {
        ben.thank(first, &format!("before both {turn}"));
    }
    let backup = ben.shelf.clone();
    for turn in 0..40 {
        ben.thank(first + 1, &format!("one history {turn}"));
    }
    let one = ben.shelf.records(old, 1, usize::MAX).unwrap();
    let mut copy = couple.home(old);
    copy.shelf = backup;
    copy.reopen();
    copy.thank(first + 2, "another history");
    let other = copy.shelf.records(old, 41, usize::MAX).unwrap();
    let mut home = world.begin("Ana");
    let runs = vec![(old, one)];
    home.adopt_for_testing(couple.statements(), ana_log, couple.keys(ana_log), runs)
        .unwrap();
    home.set_clock(clock(Day(first + 20)));
    let usual = Day(first - 10);
    assert_eq!(said(&mut home, usual).0, 80);
    assert_eq!(said(&mut home, usual).0, 0);
    home.fork_for_testing(old, 41, other).unwrap();
    let (_, rows) = said(&mut home, usual);
    assert_eq!(rows, written(&mut home, usual));
    assert!(rows.len() <= 40, "what came after the fork does not count");
}
