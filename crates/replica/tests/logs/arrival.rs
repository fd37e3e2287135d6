//! Invariants 1, 2, 3, 12 and 11: whatever the arrival.

use identity::Mark;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use replica::testing::{Home, all};
use replica::{Outcome, Refusal, Replica, Standing, Wrong};

use super::people::{all_meet, cases, held, life, same_views, view};

proptest! {
    #![proptest_config(cases(24))]

    /// 1: another device, which gets the same records in other runs and another order.
    #[test]
    fn the_same_records_give_the_same_view(seed in 0_u64..1 << 32) {
        let (mut couple, mut homes) = life(seed, 120);
        all_meet(&mut homes);
        same_views(&homes);
        let log = couple.certify(identity::Person::B, None);
        let mut newcomer = couple.home(log);
        let mut rng = ChaCha8Rng::seed_from_u64(!seed);
        let mut left = held(&homes[0]);
        while !left.is_empty() {
            let at = rng.random_range(0..left.len());
            let (log, records) = &left[at];
            let from = newcomer.replica.log(*log).map_or(0, |state| state.tip.head.seq);
            let rest = &records[from as usize..];
            let run = rest[..rng.random_range(1..=rest.len())].to_vec();
            let received = newcomer.take(*log, from + 1, run).unwrap();
            prop_assert_eq!(received.outcome, Outcome::Stored);
            if rng.random_bool(0.2) {
                newcomer.reopen();
            }
            if received.new.end > records.len() as u64 {
                left.remove(at);
            }
        }
        prop_assert!(view(&newcomer).to_bytes() == view(&homes[0]).to_bytes());
    }

    /// 2: overlapping runs, gaps, repetitions.
    #[test]
    fn a_run_may_be_cut_anywhere(seed in 0_u64..1 << 32) {
        let (mut couple, homes) = life(seed, 60);
        let log = homes[0].log();
        let records = all(&homes[0], log);
        let own = couple.certify(identity::Person::B, None);
        let mut reader = couple.home(own);
        let mut rng = ChaCha8Rng::seed_from_u64(!seed);
        for _ in 0..40 {
            let from = rng.random_range(0..records.len());
            let to = rng.random_range(from..records.len()) + 1;
            let have = reader.replica.log(log).map_or(0, |state| state.tip.head.seq);
            let taken = reader.take(log, from as u64 + 1, records[from..to].to_vec());
            let now = reader.replica.log(log).map_or(0, |state| state.tip.head.seq);
            match taken {
                Ok(received) if received.outcome == Outcome::Known => {
                    prop_assert!(to as u64 <= have && now == have);
                }
                Ok(received) => {
                    prop_assert_eq!(received.outcome, Outcome::Stored);
                    prop_assert_eq!(received.new, have + 1..to as u64 + 1);
                }
                Err(Refusal::Wrong(Wrong::Gap)) => prop_assert!(from as u64 > have && now == have),
                Err(other) => panic!("{other:?}"),
            }
        }
        view(&reader);
    }

    /// 3 and 12: every home, opened again at any time, says the same; also after a crash before
    /// the last writes were kept.
    #[test]
    fn an_opened_home_is_the_same(seed in 0_u64..1 << 32) {
        let (_, mut homes) = life(seed, 150);
        for home in &mut homes {
            let before = view(home).to_bytes();
            let marks = home.replica.marks();
            home.reopen();
            prop_assert!(view(home).to_bytes() == before);
            prop_assert_eq!(home.replica.marks(), marks.clone());
            let entry = replica::Entry::act(
                identity::Day(super::people::DAY),
                None,
                &pact::Act::new(super::people::thanks("lost")),
            );
            home.replica.append(&home.keys, entry, 1, 0).unwrap();
            home.reopen();
            prop_assert!(view(home).to_bytes() == before);
            prop_assert_eq!(home.replica.marks(), marks);
        }
    }
}

/// 3: the cost of a long history, counted in records read.
#[test]
fn appending_receiving_and_opening_read_no_history() {
    let past = replica::testing::history(3, 3_000, 1);
    let mut ben = past.home(identity::Person::A);
    let mut anna = past.home(identity::Person::B);
    let read = |home: &Home| home.shelf.records_read();
    let before = read(&ben);
    for day in 0..200 {
        ben.thank(20_000 + day, "thank you");
    }
    assert_eq!(read(&ben), before, "appending reads no record");
    ben.reopen();
    assert!(read(&ben) - before < 110, "opening folds the last few");
    let before = read(&anna);
    let mark = anna.replica.marks();
    let mark = mark.iter().find(|mark| mark.log == ben.log()).unwrap();
    assert!(matches!(
        ben.replica.compare(&ben.shelf, *mark).unwrap(),
        Standing::Behind { .. }
    ));
    for seq in mark.seq + 1..=mark.seq + 200 {
        let one = ben.replica.outgoing(&ben.shelf, ben.log(), seq, 1).unwrap();
        assert!(one.records.len() == 1);
        anna.take(ben.log(), seq, one.records).unwrap();
    }
    assert_eq!(read(&anna), before, "receiving reads no record");
    assert!(view(&anna).to_bytes() == view(&ben).to_bytes());
}

/// 3: who received much and wrote nothing keeps no view; the first opening says so, and once it was
/// kept the next one reads no history.
#[test]
fn a_view_that_was_never_kept_is_folded_once() {
    let past = replica::testing::history(5, 3_000, 1);
    let mut anna = past.home(identity::Person::B);
    anna.reopen();
    assert!(anna.replica.is_stale(), "three thousand records, no view");
    let writes = anna.replica.catch_up(&anna.shelf);
    anna.keep(&writes);
    let before = anna.shelf.records_read();
    anna.reopen();
    assert!(!anna.replica.is_stale());
    assert!(anna.shelf.records_read() - before < 110, "the last few");
}

/// 3: with records that can still be undone, the snapshot stays below them and keeps up.
#[test]
fn a_snapshot_never_covers_what_can_be_undone() {
    let past = replica::testing::history(4, 400, 1);
    let mut ben = past.home(identity::Person::A);
    let mut anna = past.home(identity::Person::B);
    let grace = 120_000;
    let entry = || {
        replica::Entry::act(
            identity::Day(20_000),
            None,
            &pact::Act::new(super::people::thanks("in its grace")),
        )
    };
    ben.write(entry(), 1_000_000, grace);
    for day in 0..300 {
        anna.thank(20_000 + day, "thank you");
    }
    replica::testing::send(&mut anna, &mut ben, 20_000);
    let before = ben.shelf.records_read();
    ben.reopen();
    assert!(ben.shelf.records_read() - before < 110);
    let before = ben.shelf.records_read();
    let (undone, writes) = ben.replica.undo(&ben.shelf, 1_000_001).unwrap();
    ben.keep(&writes);
    assert!(matches!(undone, replica::Undone::Gone(_)));
    assert!(
        ben.shelf.records_read() - before < 110,
        "undoing folds the last few"
    );
    let marks = anna.replica.marks();
    assert_eq!(ben.replica.marks(), marks);
    assert!(view(&ben).to_bytes() == view(&anna).to_bytes());
}

proptest! {
    #![proptest_config(cases(8))]

    /// 11: against the definition, worked out from all records.
    #[test]
    fn before_is_what_was_signed(seed in 0_u64..1 << 32) {
        let (_, mut homes) = life(seed, 60);
        all_meet(&mut homes);
        let home = &homes[0];
        let marks: Vec<Mark> = held(home)
            .iter()
            .flat_map(|(log, records)| {
                records
                    .iter()
                    .map(|bytes| identity::Record::reopen(*log, bytes).unwrap().mark())
                    .collect::<Vec<_>>()
            })
            .collect();
        for a in &marks {
            for b in &marks {
                let signed = if a.log == b.log {
                    a.seq < b.seq
                } else {
                    (1..=b.seq)
                        .filter_map(|seq| home.replica.record(&home.shelf, b.log, seq).unwrap())
                        .flat_map(|record| record.seen().to_vec())
                        .any(|mark| mark.log == a.log && mark.seq >= a.seq)
                };
                prop_assert_eq!(home.replica.before(&home.shelf, *a, *b).unwrap(), signed);
                prop_assert!(!(signed && home.replica.before(&home.shelf, *b, *a).unwrap()));
            }
        }
    }
}

/// A home opened under another device's name is refused.
#[test]
fn a_home_belongs_to_one_device() {
    let (_, homes) = life(5, 20);
    assert!(Replica::open(&homes[0].shelf, homes[1].log()).is_err());
}

/// 11: a record marks everything newly held, once.
#[test]
fn a_record_marks_what_is_newly_held() {
    let [mut ben, mut anna] = replica::testing::Couple::new(6).homes();
    let first = ben.thank(1, "one");
    assert!(first.seen().is_empty());
    anna.thank(1, "one");
    let second = anna.thank(1, "two");
    replica::testing::meet(&mut ben, &mut anna, 10_000);
    assert_eq!(ben.thank(2, "two").seen(), [second.mark()]);
    assert!(ben.thank(2, "three").seen().is_empty());
    let third = anna.thank(2, "three");
    assert_eq!(third.seen(), [first.mark()]);
    let before = |a: &identity::Record, b: &identity::Record| {
        anna.replica
            .before(&anna.shelf, a.mark(), b.mark())
            .unwrap()
    };
    assert!(before(&first, &third));
    assert!(!before(&first, &second));
    assert!(!before(&third, &first));
}
