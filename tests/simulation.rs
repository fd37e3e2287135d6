//! Lives of two people, by the thousand: whatever the network, the disk and a modified program do,
//! what the homes hold and believe is what the reference says (`world/model.rs`).
//!
//! A failure prints its seed and the command that plays it again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use world::schedule::{KINDS, Life, run};

const STEPS: u32 = 100;

fn play(seeds: impl Iterator<Item = u64>, share: usize, of: usize) {
    let began = Instant::now();
    let mut played = 0_u32;
    for seed in seeds.skip(share).step_by(of) {
        let life = catch_unwind(AssertUnwindSafe(|| run(seed, STEPS)));
        if life.is_err() {
            panic!(
                "seed {seed} ({:?}) failed; play it again with\n  HANDFAST_SIM_SEED={seed} cargo \
                 test -p handfast-tests --test simulation replay -- --nocapture",
                Life::of(seed)
            );
        }
        played += 1;
    }
    let rate = f64::from(played) / began.elapsed().as_secs_f64();
    eprintln!("{played} schedules, {rate:.0} a second");
}

/// At least 2,000 schedules in every run of the tests, in two halves so that two cores share them.
#[test]
fn a_thousand_lives_and_one() {
    play(0..2_048, 0, 2);
}

#[test]
fn another_thousand_lives() {
    play(0..2_048, 1, 2);
}

/// A simulation in which nothing goes wrong proves nothing: in 120 lives of each sort, every
/// misfortune and every trick happens.
#[test]
fn everything_that_can_happen_happens() {
    let (mut happened, mut tricks) = (BTreeMap::new(), BTreeMap::new());
    for seed in 10_000..10_480 {
        let world = run(seed, STEPS);
        for (what, times) in &world.tally {
            *happened.entry(*what).or_insert(0) += times;
        }
        for (trick, times) in &world.villain.played {
            *tricks.entry(*trick).or_insert(0) += times;
        }
    }
    eprintln!("{happened:?}\n{tricks:?}");
    for what in [
        "act",
        "answered",
        "certified anew",
        "crash",
        "cut",
        "edit",
        "forked",
        "greeted",
        "left",
        "let go",
        "opened",
        "received",
        "restored",
        "revoked",
        "roster changed",
        "said",
        "said in practice",
        "seals opened",
        "settled",
        "space",
        "space ended",
        "space, with the practical lane",
        "taken back",
        "trick",
        "undone",
        "violation",
        "words",
    ] {
        assert!(
            happened.get(what).is_some_and(|times| *times >= 3),
            "{what} hardly happens"
        );
    }
    for (_, kind) in KINDS {
        assert!(
            happened.get(kind).is_some_and(|times| *times >= 10),
            "{kind} is hardly said"
        );
    }
    assert!(
        tricks.len() >= 12 && tricks.values().all(|times| *times >= 10),
        "{tricks:?}"
    );
}

/// More, from a fresh place in the numbers: `HANDFAST_SIM_FROM`, `HANDFAST_SIM_COUNT`.
#[test]
#[ignore = "long: cargo test -p handfast-tests --test simulation soak -- --ignored --nocapture"]
fn soak() {
    let number = |name: &str, or: u64| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(or)
    };
    let from = number("HANDFAST_SIM_FROM", 1_000_000);
    play(from..from + number("HANDFAST_SIM_COUNT", 20_000), 0, 1);
}

/// Plays the schedule that `HANDFAST_SIM_SEED` names, telling what happens.
#[test]
fn replay() {
    let Some(seed) = std::env::var("HANDFAST_SIM_SEED")
        .ok()
        .and_then(|s| s.parse().ok())
    else {
        return;
    };

    drop(run(seed, STEPS));
}
