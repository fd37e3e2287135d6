//! Invariant 9: a home copied back at any point loses nothing and doubles nothing, and its owner's
//! log is never frozen by it.

use std::collections::BTreeMap;

use identity::{Hash, Person, Record};
use pact::{Act, Body};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use replica::testing::{Couple, Home, MemoryShelf, all, meet};
use replica::{Misuse, Outcome, Replica};

use super::people::{DAY, cases, same_views, thanks, view};

/// The thanks that a home holds, by what counts of them: a record and its redo are one.
fn thanked(home: &Home) -> Vec<String> {
    let mut texts = BTreeMap::new();
    for log in home.shelf.logs() {
        let upto = home.replica.honoured(log);
        for bytes in all(home, log).iter().take(upto as usize) {
            let record = Record::reopen(log, bytes).unwrap();
            let act = Act::decode(record.kind(), record.body()).unwrap();
            if let Body::Thanks { text, .. } = act.body {
                texts.insert(act.redo.unwrap_or(record.hash()), text);
            }
        }
    }
    let mut texts: Vec<String> = texts.into_values().collect();
    texts.sort();
    texts
}

fn copy_back(couple: &Couple, log: identity::LogId, shelf: &MemoryShelf) -> Home {
    Home {
        replica: Replica::open(shelf, log).unwrap(),
        shelf: shelf.clone(),
        keys: couple.keys(log),
    }
}

fn no_edits(_: &Record, _: &BTreeMap<Hash, Hash>) -> Option<Vec<u8>> {
    None
}

/// The person certifies a new device for a restored home.
fn renew(couple: &mut Couple, home: &mut Home) {
    let old = home.log();
    let new = couple.certify(home.replica.person(), Some(old));
    let keys = couple.keys(new);
    let writes = home
        .replica
        .renew(&home.shelf, couple.certificate(new), &keys, &mut no_edits)
        .unwrap();
    home.keep(&writes);
    home.keys = keys;
    assert_eq!(home.replica.introducer(), Some(old));
    // What was said before has no grace again.
    offer(home, 0);
}

fn offer(home: &mut Home, now: u64) {
    let upto = home.replica.releasable(now);
    let writes = home.replica.offer(upto);
    home.keep(&writes);
}

#[test]
fn last_weeks_home_becomes_a_new_device() {
    let mut couple = Couple::new(1);
    let [mut ben, mut anna] = couple.homes();
    ben.thank(DAY, "one");
    meet(&mut ben, &mut anna, 10_000);
    let backup = ben.shelf.clone();
    let log = ben.log();
    ben.thank(DAY, "two");
    ben.thank(DAY, "three");
    meet(&mut ben, &mut anna, 10_000);
    // The disk breaks; the backup is copied back, and Ben writes before anybody meets.
    let mut ben = copy_back(&couple, log, &backup);
    ben.thank(DAY + 7, "four");
    let outcomes = meet(&mut ben, &mut anna, 10_000);
    assert!(outcomes.contains(&Outcome::Restored), "{outcomes:?}");
    assert!(!outcomes.contains(&Outcome::Forked));
    assert!(!anna.replica.log(log).unwrap().is_forked());
    assert!(ben.replica.is_retired());
    // Nothing more is written to that log, also not after opening again.
    ben.reopen();
    let entry = replica::Entry::act(identity::Day(DAY), None, &Act::new(thanks("no")));
    let refused = ben.replica.append(&ben.keys, entry, 1, 0);
    assert!(matches!(refused, Err(Misuse::Retired)));
    assert_eq!(ben.replica.unsent(&ben.shelf).unwrap().len(), 1);
    view(&ben);
    renew(&mut couple, &mut ben);
    assert!(ben.replica.unsent(&ben.shelf).unwrap().is_empty());
    ben.reopen();
    meet(&mut ben, &mut anna, 10_000);
    for home in [&ben, &anna] {
        assert_eq!(thanked(home), ["four", "one", "three", "two"]);
        assert!(home.replica.logs().all(|state| !state.is_forked()));
    }
    let writes = ben.replica.introduced();
    ben.keep(&writes);
    ben.reopen();
    assert_eq!(ben.replica.introducer(), None);
    ben.thank(DAY + 8, "five");
    meet(&mut ben, &mut anna, 10_000);
    same_views(&[ben, anna]);
}

#[test]
fn a_suspected_copy_renews_without_a_peer() {
    let mut couple = Couple::new(2);
    let [mut ben, mut anna] = couple.homes();
    ben.thank(DAY, "one");
    let entry = |text| replica::Entry::act(identity::Day(DAY), None, &Act::new(thanks(text)));
    ben.write(entry("two"), 1_000_000, 120_000);
    let mut copy = copy_back(&couple, ben.log(), &ben.shelf);
    renew(&mut couple, &mut copy);
    // Both homes live on as two devices; what both had of "two" counts once.
    offer(&mut ben, 2_000_000);
    ben.thank(DAY, "three");
    copy.thank(DAY, "four");
    meet(&mut copy, &mut anna, 10_000);
    meet(&mut ben, &mut anna, 10_000);
    meet(&mut copy, &mut anna, 10_000);
    for home in [&ben, &anna, &copy] {
        assert_eq!(thanked(home), ["four", "one", "three", "two"]);
        assert!(home.replica.logs().all(|state| !state.is_forked()));
    }
    same_views(&[ben, anna, copy]);
}

/// An edit that cannot be written again is kept and not asked for again.
#[test]
fn what_cannot_be_said_again_is_set_aside() {
    let mut couple = Couple::new(5);
    let [mut ben, mut anna] = couple.homes();
    let backup = ben.shelf.clone();
    let log = ben.log();
    ben.thank(DAY, "one");
    meet(&mut ben, &mut anna, 10_000);
    let mut ben = copy_back(&couple, log, &backup);
    let mut edit = replica::Entry::act(identity::Day(DAY), None, &Act::new(thanks("")));
    edit.kind = pact::EDIT;
    let record = ben.write(edit, 1, 0);
    assert_eq!(
        ben.replica
            .edits(&ben.shelf, &BTreeMap::new())
            .unwrap()
            .len(),
        1
    );
    meet(&mut ben, &mut anna, 10_000);
    assert_eq!(ben.replica.unsent(&ben.shelf).unwrap().len(), 1);
    assert!(
        ben.replica
            .edits(&ben.shelf, &BTreeMap::new())
            .unwrap()
            .is_empty()
    );
    renew(&mut couple, &mut ben);
    ben.reopen();
    assert!(ben.replica.unsent(&ben.shelf).unwrap().is_empty());
    let aside = ben.replica.set_aside(&ben.shelf).unwrap();
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0].bytes(), record.bytes());
}

#[test]
fn only_ones_own_successor_is_taken() {
    let mut couple = Couple::new(3);
    let [mut ben, anna] = couple.homes();
    ben.thank(DAY, "one");
    let wrongs = [
        (Person::A, None),
        (Person::B, Some(ben.log())),
        (Person::A, Some(anna.log())),
    ];
    for (person, continues) in wrongs {
        let new = couple.certify(person, continues);
        let keys = couple.keys(new);
        let before = view(&ben).to_bytes();
        let refused = ben
            .replica
            .renew(&ben.shelf, couple.certificate(new), &keys, &mut no_edits);
        assert!(matches!(refused, Err(Misuse::NotASuccessor)));
        assert!(view(&ben).to_bytes() == before);
        assert!(ben.replica.roster().certificate(new).is_none());
    }
}

/// The honest owner of a log that was forked by two copies gets everything back under a new device.
#[test]
fn what_a_fork_took_away_is_said_again() {
    let mut couple = Couple::new(4);
    let [mut ben, mut anna] = couple.homes();
    let laptop = couple.certify(Person::B, None);
    let mut anna_laptop = couple.home(laptop);
    ben.thank(DAY, "one");
    meet(&mut ben, &mut anna, 10_000);
    meet(&mut ben, &mut anna_laptop, 10_000);
    let backup = ben.shelf.clone();
    let log = ben.log();
    ben.thank(DAY, "two");
    meet(&mut ben, &mut anna, 10_000);
    // The copy meets a device which has not seen "two".
    let mut ben = copy_back(&couple, log, &backup);
    ben.thank(DAY, "three");
    meet(&mut ben, &mut anna_laptop, 10_000);
    meet(&mut anna, &mut anna_laptop, 10_000);
    assert!(anna.replica.log(log).unwrap().is_forked());
    // Now Ben's home hears of it, from either.
    let outcomes = meet(&mut ben, &mut anna, 10_000);
    assert!(outcomes.contains(&Outcome::Restored), "{outcomes:?}");
    renew(&mut couple, &mut ben);
    for _ in 0..2 {
        meet(&mut ben, &mut anna, 10_000);
        meet(&mut ben, &mut anna_laptop, 10_000);
        let keys = couple.keys(ben.log());
        let writes = ben.replica.redo(&ben.shelf, &keys, &mut no_edits).unwrap();
        ben.keep(&writes);
        offer(&mut ben, 0);
    }
    meet(&mut anna, &mut anna_laptop, 10_000);
    for home in [&ben, &anna, &anna_laptop] {
        assert_eq!(thanked(home), ["one", "three", "two"]);
    }
    same_views(&[ben, anna, anna_laptop]);
}

proptest! {
    #![proptest_config(cases(48))]

    /// 9: backups at any point, copied back at any point, again and again.
    #[test]
    fn a_copy_loses_and_doubles_nothing(seed in 0_u64..1 << 32) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut couple = Couple::new(seed);
        let [mut ben, mut anna] = couple.homes();
        let mut backup = (ben.shelf.clone(), ben.log(), Vec::<String>::new());
        // What must be there in the end: all that reached Anna, and all that the living home has.
        let mut said: Vec<String> = Vec::new();
        let mut reached: Vec<String> = Vec::new();
        let grace = 120_000;
        let mut now = 1_000_000;
        for step in 0..60 {
            now += rng.random_range(0..90_000);
            match rng.random_range(0..12) {
                0 | 1 => {
                    offer(&mut ben, now);
                    meet(&mut ben, &mut anna, 600);
                    reached = thanked(&anna);
                    if ben.replica.is_retired() {
                        let upto_now = ben.replica.unsent(&ben.shelf).unwrap().len();
                        renew(&mut couple, &mut ben);
                        prop_assert!(upto_now <= 60);
                    }
                }
                2 => backup = (ben.shelf.clone(), ben.log(), said.clone()),
                3 => {
                    ben = copy_back(&couple, backup.1, &backup.0);
                    // What neither the backup nor Anna has went with the disk.
                    said = backup.2.clone();
                    said.extend(reached.iter().filter(|text| !backup.2.contains(text)).cloned());
                }
                4 => ben.reopen(),
                5 => {
                    anna.thank(DAY, &format!("anna {step}"));
                }
                _ if ben.replica.is_retired() => {}
                _ => {
                    let text = format!("ben {step}");
                    let entry = replica::Entry::act(
                        identity::Day(DAY),
                        None,
                        &Act::new(thanks(&text)),
                    );
                    ben.write(entry, now, grace);
                    said.push(text);
                }
            }
        }
        now += 10 * grace;
        for _ in 0..3 {
            offer(&mut ben, now);
            meet(&mut ben, &mut anna, 600);
            if ben.replica.is_retired() {
                renew(&mut couple, &mut ben);
            }
        }
        let mut expected: Vec<String> = said
            .iter()
            .chain(&reached)
            .filter(|text| text.starts_with("ben"))
            .cloned()
            .collect();
        expected.sort();
        expected.dedup();
        for home in [&ben, &anna] {
            let mine: Vec<String> = thanked(home)
                .into_iter()
                .filter(|text| text.starts_with("ben"))
                .collect();
            prop_assert_eq!(&mine, &expected);
            prop_assert!(home.replica.logs().all(|state| !state.is_forked()));
        }
        same_views(&[ben, anna]);
    }
}
