//! A process killed, or a disk failing, at one change after the other.

use std::{fs, thread, time::Duration};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vault::VaultKey;

use crate::{
    disk,
    process::{Acknowledged, Run, scratch},
    stands::{goes_on, stands, states},
};

/// Lets a process die, or its disk fail, at each `stride`th change of a script.
pub(crate) fn strike_everywhere(seed: u64, length: usize, stride: usize, what: &str) -> usize {
    let states = states(seed, length);
    let mut struck = 0;
    let total = changes_of(seed, length);
    for at in (1 + seed as usize % stride..=total).step_by(stride) {
        let dir = scratch();
        let root = dir.path().join("root");
        fs::create_dir(&root).unwrap();
        let strike = Some((at as u64, what));
        let run = Run {
            root: &root,
            seed,
            length,
            from: None,
            log: None,
            strike,
        }
        .to_its_end();
        let told = String::from_utf8_lossy(&run.stdout);
        let errors = String::from_utf8_lossy(&run.stderr);
        assert!(
            !told.contains("panicked") && !errors.contains("panicked"),
            "{what} at {at}: {told} {errors}"
        );
        let acknowledged = Acknowledged::read(&root);
        if run.status.success() {
            assert_eq!(acknowledged.steps, length);
        }
        if let Some((steps, key)) = stands(&root, &acknowledged, &states) {
            goes_on(&root, steps, &key, &states, seed);
        }
        if told.contains("told: ") {
            if what == "full" || what == "enospc" {
                // SQLite does not tell why it could not make a file of its own.
                let told_so =
                    told.contains("no space left") || told.contains("unable to open database file");
                assert!(told_so, "{what} at {at}: {told}");
            }
            // A disk that stays full ends the script; after one failure the same process goes on.
            let code = if what == "full" { Some(9) } else { Some(0) };
            assert_eq!(run.status.code(), code, "{what} at {at}: {told}");
        } else {
            // Killed, or a failure that may be ignored: a checkpoint is tried again, the witness may lag.
            let died = run.status.code().is_none();
            assert_eq!(
                died,
                what == "kill" || what == "cut",
                "{what} at {at}: {told}"
            );
        }
        struck += 1;
    }
    struck
}

/// How many changes a script makes when nothing strikes.
fn changes_of(seed: u64, length: usize) -> usize {
    let dir = scratch();
    let (root, log) = (dir.path().join("root"), dir.path().join("log"));
    fs::create_dir(&root).unwrap();
    Run {
        root: &root,
        seed,
        length,
        from: None,
        log: Some(&log),
        strike: None,
    }
    .to_its_end();
    disk::changes(&fs::read(&log).unwrap()).len() - length
}

/// `kill -9` at any moment, again and again on the same home.
pub(crate) fn killed_at_random(seed: u64, length: usize) -> usize {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    fs::create_dir(&root).unwrap();
    let states = states(seed, length);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut here: Option<(usize, VaultKey)> = None;
    let mut kills = 0;
    while here.as_ref().is_none_or(|(steps, _)| *steps < length) {
        let from = here.as_ref().map(|(steps, key)| (*steps, key));
        let mut child = Run {
            root: &root,
            seed,
            length,
            from,
            log: None,
            strike: None,
        }
        .start();
        thread::sleep(Duration::from_micros(rng.random_range(2_000..60_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut acknowledged = Acknowledged::read(&root);
        if let Some((steps, key)) = &here {
            acknowledged.key = Some(key.clone());
            acknowledged.steps = acknowledged.steps.max(*steps);
        }
        here = stands(&root, &acknowledged, &states);
        if here.is_none() {
            fs::remove_dir_all(&root).unwrap();
            fs::create_dir(&root).unwrap();
        }
        kills += 1;
    }
    kills
}
