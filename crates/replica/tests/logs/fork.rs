//! Invariants 5 and 6: two histories of one log, and revocations.

use identity::{Head, LogId, Person};
use pact::Body;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use replica::testing::{Couple, Home, all, meet};
use replica::{Outcome, Standing, Why};

use super::people::{all_meet, both, cases, life, same_views, speak, view};

/// A device whose home was copied and which signs on in both copies, on purpose.
fn fork(couple: &Couple, home: &Home) -> Home {
    Home {
        replica: replica::Replica::open(&home.shelf, home.log()).unwrap(),
        shelf: home.shelf.clone(),
        keys: couple.keys(home.log()),
    }
}

#[test]
fn a_fork_is_kept_and_freezes_the_log() {
    let mut couple = Couple::new(1);
    let [mut ben, mut anna] = couple.homes();
    let second = couple.certify(Person::A, None);
    let mut anna_laptop = couple.home(second);
    ben.thank(1, "one");
    meet(&mut ben, &mut anna, 10_000);
    let mut shadow = fork(&couple, &ben);
    let log = ben.log();
    ben.thank(2, "to the one");
    shadow.thank(2, "to the other");
    shadow.thank(3, "and more");
    meet(&mut ben, &mut anna, 10_000);
    meet(&mut shadow, &mut anna_laptop, 10_000);
    assert_eq!(anna.replica.honoured(log), 2);
    assert_eq!(anna_laptop.replica.honoured(log), 3);
    let outcomes = meet(&mut anna, &mut anna_laptop, 10_000);
    assert!(outcomes.contains(&Outcome::Forked));
    for home in [&anna, &anna_laptop] {
        let state = home.replica.log(log).unwrap();
        assert!(state.is_forked());
        assert_eq!(state.limit.as_ref().unwrap().why, Why::Forked);
        assert_eq!(home.replica.honoured(log), 1);
        assert_eq!(home.replica.evidence(&home.shelf, log).unwrap().len(), 1);
        let fork = home.replica.fork(&home.shelf, log).unwrap().unwrap();
        assert_ne!(fork.ours, fork.other);
        assert_eq!(fork.from, 2);
    }
    assert!(view(&anna).to_bytes() == view(&anna_laptop).to_bytes());
    // Once both know, they have nothing more to say about it.
    assert_eq!(meet(&mut anna, &mut anna_laptop, 10_000), []);
    // Nothing more of it is taken; the peer that does not know is told.
    ben.thank(4, "as if nothing had happened");
    let mark = ben
        .replica
        .marks()
        .into_iter()
        .find(|mark| mark.log == log)
        .unwrap();
    assert_eq!(
        anna.replica.compare(&anna.shelf, mark).unwrap(),
        Standing::Forked
    );
    let run = all(&ben, log)[2..].to_vec();
    let received = anna.take(log, 3, run).unwrap();
    assert_eq!(received.outcome, Outcome::Beyond);
    assert!(received.writes.is_empty());
    // Kept through opening again.
    anna.reopen();
    assert!(view(&anna).to_bytes() == view(&anna_laptop).to_bytes());
    assert!(anna.replica.log(log).unwrap().is_forked());
}

/// Records that follow another history are nobody's wrong: the peer may know the better one.
#[test]
fn another_history_is_asked_for_from_where_it_leaves() {
    let mut couple = Couple::new(7);
    let [mut ben, mut anna] = couple.homes();
    let mut shadow = fork(&couple, &ben);
    let log = ben.log();
    ben.thank(1, "to the one");
    for day in 1..4 {
        shadow.thank(day, "to the other");
    }
    meet(&mut ben, &mut anna, 10_000);
    let run = all(&shadow, log);
    let received = anna.take(log, 2, run[1..].to_vec()).unwrap();
    assert_eq!(received.outcome, Outcome::Differs);
    assert!(received.writes.is_empty());
    assert_eq!(anna.take(log, 1, run).unwrap().outcome, Outcome::Forked);
    assert_eq!(anna.replica.honoured(log), 0);
    view(&anna);
}

#[test]
fn the_branch_that_a_revocation_names_counts() {
    let mut couple = Couple::new(2);
    let [mut ben, mut anna] = couple.homes();
    let laptop = couple.certify(Person::A, None);
    let mut anna_laptop = couple.home(laptop);
    ben.thank(1, "one");
    meet(&mut ben, &mut anna, 10_000);
    let mut thief = fork(&couple, &ben);
    let log = ben.log();
    ben.thank(2, "mine");
    ben.thank(3, "mine too");
    let honest = ben.head();
    thief.thank(2, "not mine");
    meet(&mut thief, &mut anna, 10_000);
    meet(&mut ben, &mut anna_laptop, 10_000);
    let revoked = couple.revoke(honest.of(log));
    anna.admit(vec![revoked]);
    // Another record is held at... not yet: it ends at 2, and up to 3 might be the honest branch.
    assert_eq!(anna.replica.honoured(log), 2);
    meet(&mut anna, &mut anna_laptop, 10_000);
    for home in [&mut anna, &mut anna_laptop] {
        assert_eq!(home.replica.honoured(log), 3);
        assert_eq!(home.replica.log(log).unwrap().tip.head, honest);
        home.reopen();
    }
    assert_eq!(all(&anna, log), all(&ben, log));
    assert!(view(&anna).to_bytes() == view(&anna_laptop).to_bytes());
    // What the thief signed is still shown to whoever asks.
    let evidence = anna.replica.evidence(&anna.shelf, log).unwrap();
    assert_eq!(evidence[0].1, all(&thief, log)[1..]);
}

#[test]
fn another_record_at_the_named_number_counts_only_as_far_as_shown() {
    let mut couple = Couple::new(3);
    let [mut ben, mut anna] = couple.homes();
    ben.thank(1, "one");
    let common = ben.head();
    let mut thief = fork(&couple, &ben);
    let log = ben.log();
    ben.thank(2, "mine");
    thief.thank(2, "not mine");
    meet(&mut thief, &mut anna, 10_000);
    anna.admit(vec![couple.revoke(ben.head().of(log))]);
    assert_eq!(anna.replica.honoured(log), 0);
    let wrong = Head { seq: 2, ..common };
    assert!(
        anna.replica
            .probed(&anna.shelf, log, wrong)
            .unwrap()
            .is_empty()
    );
    let writes = anna.replica.probed(&anna.shelf, log, common).unwrap();
    anna.keep(&writes);
    assert_eq!(anna.replica.honoured(log), 1);
    view(&anna);
    let run = all(&ben, log)[1..].to_vec();
    assert_eq!(anna.take(log, 2, run).unwrap().outcome, Outcome::Forked);
    assert_eq!(anna.replica.honoured(log), 2);
    assert_eq!(all(&anna, log), all(&ben, log));
    view(&anna);
}

#[test]
fn a_device_that_no_longer_counts_cannot_sign() {
    let mut couple = Couple::new(4);
    let [mut ben, _] = couple.homes();
    ben.thank(1, "one");
    let end = ben.head().of(ben.log());
    ben.admit(vec![couple.revoke(end)]);
    let entry = replica::Entry::act(
        identity::Day(2),
        None,
        &pact::Act::new(super::people::thanks("two")),
    );
    let refused = ben.replica.append(&ben.keys, entry, 1, 0);
    assert!(matches!(refused, Err(replica::Misuse::Disowned)));
}

/// What a home keeps of the branches of a log: places, records, rows of edits, bytes.
fn kept_of(home: &Home, log: LogId) -> impl PartialEq + std::fmt::Debug + use<> {
    let state = home.replica.log(log).unwrap();
    let branches = state.branches.iter();
    let mut places: Vec<_> = branches
        .map(|branch| (branch.common.seq, branch.first))
        .collect();
    places.sort_unstable();
    let rows = |table| replica::Shelf::scan(&home.shelf, table, &[]).unwrap();
    let edits = rows(replica::Table::Edits);
    let keys: Vec<Vec<u8>> = edits.into_iter().map(|(key, _)| key).collect();
    (places, rows(replica::Table::Evidence), keys, state.bytes)
}

/// The number of the first record, and the records.
type Run = (u64, Vec<Vec<u8>>);

/// A reader, and an author who signs many histories: the longest, and where and how others leave it.
fn many_branches(seed: u64) -> (Home, LogId, Vec<Vec<u8>>, Vec<Run>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut couple = Couple::new(seed);
    let [mut ben, anna] = couple.homes();
    let log = ben.log();
    let mut shadows = Vec::new();
    for day in 1..15 {
        ben.thank(day, "to all");
        for _ in 0..rng.random_range(1..3) {
            shadows.push(fork(&couple, &ben));
        }
    }
    ben.thank(15, "the end");
    let runs = shadows.into_iter().enumerate().map(|(at, mut shadow)| {
        let common = shadow.head().seq;
        shadow.thank(16, &format!("to one of many, {at}"));
        let edit = Body::Thanks {
            text: format!("{at}"),
            about: None,
        };
        let mut entry = replica::Entry::act(identity::Day(16), None, &pact::Act::new(edit));
        entry.kind = pact::EDIT;
        shadow.write(entry, 1_000, 0);
        let from = usize::try_from(common).unwrap();
        (common + 1, all(&shadow, log)[from..].to_vec())
    });
    let runs = runs.collect();
    (anna, log, all(&ben, log), runs)
}

proptest! {
    #![proptest_config(cases(32))]

    /// 5: which of many branches are kept, and so what counts, does not depend on who came first.
    #[test]
    fn of_many_branches_the_lowest_are_kept(seed in 0_u64..1 << 32) {
        let (mut one, log, main, mut runs) = many_branches(seed);
        let mut two = Home {
            replica: replica::Replica::open(&one.shelf, one.log()).unwrap(),
            shelf: one.shelf.clone(),
            keys: identity::DeviceKeys::from_seeds([0; 32], [0; 32]),
        };
        let mut rng = ChaCha8Rng::seed_from_u64(!seed);
        let mut take = |home: &mut Home| {
            home.take(log, 1, main.clone()).unwrap();
            for at in (1..runs.len()).rev() {
                runs.swap(at, rng.random_range(0..=at));
            }
            for (from, run) in &runs {
                home.take(log, *from, run.clone()).unwrap();
            }
        };
        take(&mut one);
        take(&mut two);
        prop_assert_eq!(one.replica.honoured(log), 1);
        prop_assert_eq!(two.replica.honoured(log), 1);
        prop_assert_eq!(kept_of(&one, log), kept_of(&two, log));
        prop_assert_eq!(one.replica.log(log).unwrap().branches.len(), 8);
        prop_assert_eq!(one.replica.evidence(&one.shelf, log).unwrap().len(), 8);
        prop_assert!(view(&one).to_bytes() == view(&two).to_bytes());
        two.reopen();
        prop_assert!(view(&one).to_bytes() == view(&two).to_bytes());
    }

    /// 5: forks at random, everybody meets in the end.
    #[test]
    fn forks_end_in_one_view(seed in 0_u64..1 << 32) {
        let (couple, mut homes) = life(seed, 60);
        let mut rng = ChaCha8Rng::seed_from_u64(!seed);
        let liar = rng.random_range(0..3);
        let mut shadow = fork(&couple, &homes[liar]);
        // The two copies of the liar live on without meeting each other.
        let others: Vec<usize> = (0..3).filter(|at| *at != liar).collect();
        for step in 60..90 {
            let mut known = Vec::new();
            match rng.random_range(0..4) {
                0 => { known.push(speak(&mut homes[liar], &mut rng, &known, step).hash()); }
                1 => { known.push(speak(&mut shadow, &mut rng, &known, step).hash()); }
                2 => { both(&mut homes, liar, others[0], 700); }
                _ => { meet(&mut shadow, &mut homes[others[1]], 700); }
            };
        }
        let log = homes[liar].log();
        homes.remove(liar);
        all_meet(&mut homes);
        same_views(&homes);
        let forked: Vec<bool> = homes
            .iter()
            .map(|home| home.replica.log(log).is_some_and(replica::LogState::is_forked))
            .collect();
        prop_assert_eq!(forked[0], forked[1]);
        prop_assert_eq!(homes[0].replica.honoured(log), homes[1].replica.honoured(log));
        for home in &mut homes {
            let before = view(home).to_bytes();
            home.reopen();
            prop_assert!(view(home).to_bytes() == before);
        }
    }

    /// 6: revocations at random places, before or after the records and with forks.
    #[test]
    fn revocations_end_in_one_view(seed in 0_u64..1 << 32) {
        let (mut couple, mut homes) = life(seed, 80);
        let mut rng = ChaCha8Rng::seed_from_u64(!seed);
        let gone = rng.random_range(0..3);
        let log = homes[gone].log();
        let records = all(&homes[gone], log);
        let mut revocations = Vec::new();
        for _ in 0..rng.random_range(1..3) {
            let seq = rng.random_range(0..=records.len());
            let head = match seq.checked_sub(1) {
                None => Head::start(log),
                Some(at) => {
                    let record = identity::Record::reopen(log, &records[at]).unwrap();
                    Head { seq: record.seq(), hash: record.hash() }
                }
            };
            revocations.push(couple.revoke(head.of(log)));
        }
        for revocation in revocations {
            let at = rng.random_range(0..3);
            homes[at].admit(vec![revocation]);
            let one = rng.random_range(0..3);
            both(&mut homes, one, (one + 1) % 3, 600);
        }
        all_meet(&mut homes);
        same_views(&homes);
        let lowest = homes[0].replica.roster().revocations(log)[0].seq;
        for home in &homes {
            prop_assert_eq!(home.replica.honoured(log), lowest);
        }
        let counted = honoured(&homes, log);
        prop_assert!(counted.windows(2).all(|two| two[0] == two[1]));
    }

    /// 5 and 6 together: a fork, and a revocation that names one of its branches.
    #[test]
    fn a_revoked_fork_ends_in_one_view(seed in 0_u64..1 << 32) {
        let (mut couple, mut homes) = life(seed, 50);
        let mut rng = ChaCha8Rng::seed_from_u64(!seed);
        let mut shadow = fork(&couple, &homes[0]);
        let log = homes[0].log();
        for step in 50..60 {
            speak(&mut homes[0], &mut rng, &[], step);
            speak(&mut shadow, &mut rng, &[], step + 100);
        }
        both(&mut homes, 0, 1, 700);
        meet(&mut shadow, &mut homes[2], 700);
        let branch = if rng.random_bool(0.5) { &homes[0] } else { &shadow };
        let seq = rng.random_range(1..=branch.head().seq);
        let record = branch.replica.record(&branch.shelf, log, seq).unwrap().unwrap();
        let named = couple.revoke(record.mark());
        let honest = all(branch, log)[..seq as usize].to_vec();
        homes.remove(0);
        let early = rng.random_bool(0.5);
        if early {
            homes[rng.random_range(0..2)].admit(vec![named.clone()]);
        }
        all_meet(&mut homes);
        homes[rng.random_range(0..2)].admit(vec![named]);
        all_meet(&mut homes);
        same_views(&homes);
        for home in &homes {
            prop_assert_eq!(home.replica.honoured(log), seq);
            prop_assert_eq!(&all(home, log)[..seq as usize], &honest[..]);
        }
    }
}

fn honoured(homes: &[Home], log: LogId) -> Vec<Vec<Vec<u8>>> {
    homes
        .iter()
        .map(|home| {
            let upto = home.replica.honoured(log) as usize;
            all(home, log)[..upto].to_vec()
        })
        .collect()
}
