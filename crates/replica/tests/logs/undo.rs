//! Invariants 7 and 8: a grace in which nothing leaves, and after which nothing is taken back.

use identity::{Day, Head};
use pact::Act;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use replica::testing::{Couple, Home, meet};
use replica::{Entry, Undone};

use super::people::{DAY, cases, life, same_views, speak, thanks, view};

const GRACE: u64 = 120_000;

fn entry(text: &str) -> Entry {
    Entry::act(Day(DAY), None, &Act::new(thanks(text)))
}

fn undo(home: &mut Home, now: u64) -> bool {
    let (undone, writes) = home.replica.undo(&home.shelf, now).unwrap();
    home.keep(&writes);
    matches!(undone, Undone::Gone(_))
}

#[test]
fn nothing_is_shown_before_it_is_offered() {
    let [mut ben, mut anna] = Couple::new(1).homes();
    ben.write(entry("one"), 1_000, GRACE);
    ben.write(entry("two"), 61_000, GRACE);
    assert_eq!(ben.replica.releasable(1_000), 0);
    assert_eq!(ben.replica.next_release(1_000), Some(121_000));
    assert!(ben.replica.marks().is_empty());
    let out = ben
        .replica
        .outgoing(&ben.shelf, ben.log(), 1, 10_000)
        .unwrap();
    assert!(out.records.is_empty());
    assert_eq!(
        ben.replica.hashes(&ben.shelf, ben.log(), &[1]).unwrap(),
        [None]
    );
    meet(&mut ben, &mut anna, 10_000);
    assert!(anna.replica.log(ben.log()).is_none());

    assert_eq!(ben.replica.releasable(121_000), 1);
    assert_eq!(ben.replica.offered(), 0, "asking offers nothing");
    let writes = ben.replica.offer(1);
    ben.keep(&writes);
    assert_eq!(ben.replica.marks()[0].seq, 1);
    meet(&mut ben, &mut anna, 10_000);
    assert_eq!(anna.replica.log(ben.log()).unwrap().tip.head.seq, 1);
    // The second is still in its grace; the first is not.
    assert!(undo(&mut ben, 121_000));
    assert!(!undo(&mut ben, 121_000));
    meet(&mut ben, &mut anna, 10_000);
    same_views(&[ben, anna]);
}

#[test]
fn a_clock_set_back_holds_nothing_for_years() {
    let [mut ben, _] = Couple::new(2).homes();
    ben.write(entry("from the year 2030"), 1_900_000_000_000, GRACE);
    assert_eq!(ben.replica.releasable(1_700_000_000_000), 1);
    assert!(!undo(&mut ben, 1_700_000_000_000));
}

#[test]
fn many_in_one_grace_wait_at_least_as_long() {
    let [mut ben, _] = Couple::new(3).homes();
    for at in 0..500 {
        ben.write(entry("quick"), 1_000 + at, GRACE);
        ben.reopen();
    }
    for at in 0..500 {
        let now = 1_000 + GRACE + at;
        assert!(ben.replica.releasable(now) <= at + 1);
    }
    assert_eq!(ben.replica.releasable(1_500 + GRACE), 500);
}

#[test]
fn a_grace_of_nothing_is_offered_at_birth() {
    let [mut ben, _] = Couple::new(4).homes();
    ben.write(entry("live"), 5, 0);
    assert_eq!(ben.replica.offered(), 1);
    assert!(!undo(&mut ben, 5));
}

/// Each edit's row names the edit before it, also after one between was undone.
#[test]
fn an_undone_edit_is_nobodys_predecessor() {
    let [mut ben, _] = Couple::new(6).homes();
    let mut edit = entry("");
    edit.kind = pact::EDIT;
    let first = ben.write(edit.clone(), 1_000, GRACE);
    ben.write(edit.clone(), 2_000, GRACE);
    assert!(undo(&mut ben, 3_000));
    let third = ben.write(edit, 4_000, GRACE);
    let rows = ben
        .replica
        .edits(&ben.shelf, &std::collections::BTreeMap::new())
        .unwrap();
    let chain: Vec<_> = rows.iter().map(|row| (row.hash, row.previous)).collect();
    assert_eq!(
        chain,
        [(first.hash(), None), (third.hash(), Some(first.hash()))]
    );
}

/// What is set later, shorter or longer, holds for what is said later.
#[test]
fn an_entry_keeps_the_grace_it_was_born_with() {
    let [mut ben, _] = Couple::new(5).homes();
    for at in 0..200 {
        ben.write(entry("old"), 1_000 + at * 1_000, 10);
    }
    ben.write(entry("short"), 300_000, 10);
    assert!(!undo(&mut ben, 300_500), "a longer grace came later");
    ben.write(entry("long"), 301_000, GRACE);
    // Live begins: this one could go at once, but a chain is not sent with a hole in it.
    ben.write(entry("live"), 331_000, 0);
    ben.reopen();
    let long = ben.head().seq - 1;
    assert_eq!(ben.replica.releasable(331_000), long - 1);
    assert_eq!(ben.replica.last_grace(331_000), Some(90_000));
    assert_eq!(ben.replica.next_release(331_000), Some(421_000));
    assert_eq!(ben.replica.releasable(420_999), long - 1);
    assert_eq!(ben.replica.releasable(421_000), long + 1);
    // Until then both can be taken back, the later one first.
    assert!(undo(&mut ben, 400_000));
    assert!(undo(&mut ben, 400_000));
    assert!(!undo(&mut ben, 400_000));
    ben.write(entry("live again"), 400_000, 0);
    assert_eq!(
        ben.replica.offered(),
        ben.head().seq,
        "nothing is before it"
    );
    view(&ben);
}

proptest! {
    #![proptest_config(cases(24))]

    /// 7: after undoing, everything is as if it had never been said.
    #[test]
    fn undone_is_never_said(seed in 0_u64..1 << 32, said in 1_usize..6) {
        let (_, mut homes) = life(seed, 80);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let home = &mut homes[0];
        let before = (view(home).to_bytes(), home.head(), home.shelf.size().0);
        let now = 1_000_000;
        for step in 0..said {
            let day = DAY + 50;
            let text = format!("{step}");
            let heard = rng.random_bool(0.5);
            let mut e = entry(&text);
            e.day = Day(day);
            if heard {
                e.kind = 1;
                e.body = vec![0x80];
            }
            home.write(e, now + step as u64, GRACE);
            if rng.random_bool(0.3) {
                home.reopen();
            }
        }
        for _ in 0..said {
            prop_assert!(undo(home, now + 10));
        }
        prop_assert!(!undo(home, now + 10));
        prop_assert!((view(home).to_bytes(), home.head(), home.shelf.size().0) == before);
        prop_assert!(home.replica.edits(&home.shelf, &Default::default()).unwrap().is_empty());
        home.reopen();
        prop_assert!((view(home).to_bytes(), home.head(), home.shelf.size().0) == before);
        // The number is used again.
        let known = [];
        let record = speak(home, &mut rng, &known, 7);
        prop_assert_eq!(record.seq(), home.head().seq);
        prop_assert_eq!(home.head(), Head { seq: record.seq(), hash: record.hash() });
        view(home);
    }
}
