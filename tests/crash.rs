//! What was acknowledged survives (S52): the vault under kills, failing disks and losses of power.
//!
//! 1. A home is there whole or not at all, whenever its making is cut.
//! 2. After a cut, the home opens and holds exactly the acknowledged steps, or those and the one under way.
//! 3. Old or new passphrase works, and one of them (S44).
//! 4. What failed for lack of space or by an I/O error is told, and the same process can go on.
//!
//! A process does the steps of a seeded script; `crash/shim.c` stands between it and its disk. `cargo test -p
//! handfast-tests --test crash -- --ignored` is the long run; `CRASH_SEED=n` replays the script of a failure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]
#![cfg(target_os = "linux")]

#[path = "crash/disk.rs"]
mod disk;
#[path = "crash/process.rs"]
mod process;
#[path = "crash/script.rs"]
mod script;

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use disk::{Change, Disk, Left};
use process::{Acknowledged, Run, places, scratch};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use script::{Content, script};
use vault::{KeysError, Vault, VaultKey, state::Witness};

#[test]
fn the_process_that_dies() {
    process::body();
}

/// What stands after each number of steps.
fn states(seed: u64, length: usize) -> Vec<Content> {
    let mut states = vec![Content::default()];
    for step in script(seed, length) {
        states.push(states[states.len() - 1].clone().after(&step));
    }
    states
}

/// Invariants 1 to 3 for a home that was cut. Returns how many steps stand, and the key; nothing if there is no home.
fn stands(
    root: &Path,
    acknowledged: &Acknowledged,
    states: &[Content],
) -> Option<(usize, VaultKey)> {
    let places = places(root);
    let before = &states[acknowledged.steps];
    let after = states.get(acknowledged.steps + 1).unwrap_or(before);
    let (passphrase, key) = match &acknowledged.key {
        // Hashing is the dearest part; the keys change only in these steps.
        Some(key) if before.passphrase == after.passphrase => (before.passphrase, key.clone()),
        known => match script::opening(&places, [before.passphrase, after.passphrase]) {
            Ok((number, key)) => {
                assert!(
                    known
                        .as_ref()
                        .is_none_or(|known| known.to_bytes() == key.to_bytes())
                );
                (number, key)
            }
            Err(_) if known.is_none() => {
                assert!(
                    !places.home.exists()
                        || matches!(
                            vault::unlock(&places, &script::passphrase(0)),
                            Err(KeysError::NoHome)
                        ),
                    "half a home"
                );
                script::begin(&places).expect("a home can be begun where none came to stand");
                return None;
            }
            Err(error) => panic!("neither passphrase opens it: {error}"),
        },
    };
    let vault = Vault::open(&places, &key).unwrap();
    let content = Content {
        passphrase,
        ..script::content(&vault, &places, &key).unwrap()
    };
    let steps = match &content {
        content if content == before => acknowledged.steps,
        content if content == after => acknowledged.steps + 1,
        content => panic!(
            "after {} steps: {} records, {} expected, {} with the next step; rows {}, tray {}, shut {}, {}",
            acknowledged.steps,
            content.records.len(),
            before.records.len(),
            after.records.len(),
            content.rows == before.rows || content.rows == after.rows,
            content.tray == before.tray || content.tray == after.tray,
            content.is_shut == before.is_shut || content.is_shut == after.is_shut,
            content.passphrase,
        ),
    };
    assert!(
        matches!(vault.witness(), Witness::Same | Witness::Replaced) || acknowledged.key.is_none(),
        "an honest home is suspected: {:?}",
        vault.witness()
    );
    Some((steps, key))
}

/// Goes on where a cut left a home, and audits it.
fn goes_on(root: &Path, steps: usize, key: &VaultKey, states: &[Content], seed: u64) {
    let places = places(root);
    let mut vault = Vault::open(&places, key).unwrap();
    if let Some(step) = script(seed, states.len() - 1).get(steps) {
        script::perform(&mut vault, &places, &states[steps], step).unwrap();
        let content = script::content(&vault, &places, key).unwrap();
        assert!(
            Content {
                passphrase: states[steps + 1].passphrase,
                ..content
            } == states[steps + 1]
        );
    }
    vault.check().unwrap();
}

const LEFTS: [Left; 3] = [Left::Nothing, Left::Some, Left::All];

/// Runs a script to its end, then cuts the power after every `stride`th change and looks at some of the images that
/// a disk could hold then. Returns cut points and images.
fn power_goes(seed: u64, length: usize, stride: usize, each: usize) -> (usize, usize) {
    let dir = scratch();
    let root = dir.path().join("root");
    let log = dir.path().join("log");
    fs::create_dir(&root).unwrap();
    let run = Run {
        root: &root,
        seed,
        length,
        from: None,
        log: Some(&log),
        strike: None,
    }
    .to_its_end();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stdout)
    );
    let image = dir.path().join("image");
    fs::create_dir(&image).unwrap();
    let states = states(seed, length);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut disk = Disk::default();
    let mut acks = Vec::new();
    let mut acknowledged = Acknowledged::default();
    let (mut points, mut images) = (0, 0);
    let changes = disk::changes(&fs::read(&log).unwrap());
    for (number, change) in changes.iter().enumerate() {
        disk.apply(change);
        if let Change::Write(path, _, text) = change
            && path == "/acks"
        {
            acks.extend_from_slice(text);
            acknowledged = Acknowledged::parse(&acks);
        }
        if number % stride != 0 && number + 1 != changes.len() {
            continue;
        }
        points += 1;
        for left in LEFTS
            .into_iter()
            .cycle()
            .skip(number % LEFTS.len())
            .take(each)
        {
            disk.write(&image, left, &mut rng);
            let cut = format!(
                "CRASH_SEED={seed}: power gone after change {number}, {left:?} of the unsynced left"
            );
            let told = std::panic::catch_unwind(|| {
                if let Some((steps, key)) = stands(&image, &acknowledged, &states)
                    && images % 7 == 0
                {
                    goes_on(&image, steps, &key, &states, seed);
                }
            });
            assert!(told.is_ok(), "{cut}");
            images += 1;
        }
    }
    assert_eq!(acknowledged.steps, length);
    (points, images)
}

/// Shares seeds among the processors.
fn on_all_cores(seeds: Vec<u64>, each: impl Fn(u64) -> (usize, usize) + Sync) -> (usize, usize) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let next = std::sync::Mutex::new(seeds.into_iter());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let mut sum = (0, 0);
                    while let Some(seed) = { next.lock().unwrap().next() } {
                        let (points, images) = each(seed);
                        sum = (sum.0 + points, sum.1 + images);
                    }
                    sum
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
    })
}

fn seed() -> u64 {
    std::env::var("CRASH_SEED").map_or(1, |seed| seed.parse().unwrap())
}

#[test]
fn a_loss_of_power_loses_nothing_acknowledged() {
    let started = Instant::now();
    let (points, images) =
        on_all_cores(vec![seed(), seed() + 1], |seed| power_goes(seed, 80, 2, 3));
    println!(
        "{points} cut points, {images} images of a disk, {:?}",
        started.elapsed()
    );
    assert!(images >= 2000);
}

#[test]
#[ignore = "the long run: minutes"]
fn a_hundred_thousand_losses_of_power_lose_nothing_acknowledged() {
    let started = Instant::now();
    let (mut points, mut images, mut first) = (0, 0, 1000);
    while points < 100_000 {
        let more = on_all_cores((first..first + 8).collect(), |seed| {
            power_goes(seed, 120, 1, 1)
        });
        (points, images, first) = (points + more.0, images + more.1, first + 8);
        println!(
            "{points} cut points, {images} images of a disk, {:?}",
            started.elapsed()
        );
    }
}

/// How often the disk was made to hold what it has, in each step.
fn syncs_of_each_step(changes: &[Change]) -> Vec<usize> {
    let mut syncs = vec![0];
    for change in changes {
        match change {
            Change::Write(path, _, _) if path == "/acks" => syncs.push(0),
            Change::Sync(_) => *syncs.last_mut().unwrap() += 1,
            _ => {}
        }
    }
    syncs
}

/// One record costs one sync while the vault is in use. Where the write-ahead log begins anew its header takes a
/// second one; where it has grown long it is folded into the database, which takes two more and is the exception.
#[test]
fn a_durable_append_costs_at_most_two_syncs() {
    let dir = scratch();
    let (root, log) = (dir.path().join("root"), dir.path().join("log"));
    fs::create_dir(&root).unwrap();
    let (seed, length) = (9, 200);
    let run = Run {
        root: &root,
        seed,
        length,
        from: None,
        log: Some(&log),
        strike: None,
    };
    assert!(run.to_its_end().status.success());
    let syncs = syncs_of_each_step(&disk::changes(&fs::read(&log).unwrap()));
    let mut counts = [0; 6];
    for (step, syncs) in script(seed, length).iter().zip(&syncs[1..]) {
        if matches!(step, script::Step::Append { count: 1, .. }) {
            counts[(*syncs).min(5)] += 1;
        }
    }
    println!(
        "begun with {} syncs; appends by their syncs: {counts:?}",
        syncs[0]
    );
    let [none, one, two, more @ ..] = counts;
    let more: usize = more.iter().sum();
    assert!(
        none == 0 && one * 10 > (one + two + more) * 9 && more * 20 < one,
        "{counts:?}"
    );

    // The same in a process of its own, after which nobody has the vault open.
    let key = Acknowledged::read(&root).key.unwrap();
    let appending = script(seed, 300)
        .iter()
        .enumerate()
        .skip(length)
        .find(|(_, step)| matches!(step, script::Step::Append { count: 1, .. }))
        .unwrap()
        .0;
    for (from, length) in [(length, appending), (appending, appending + 1)] {
        let _ = fs::remove_file(&log);
        let from = Some((from, &key));
        let run = Run {
            root: &root,
            seed,
            length,
            from,
            log: Some(&log),
            strike: None,
        };
        assert!(run.to_its_end().status.success());
    }
    let syncs = syncs_of_each_step(&disk::changes(&fs::read(&log).unwrap()));
    println!("a process that opens the vault, appends one record and ends: {syncs:?} syncs");
    assert!(syncs[0] <= 3, "{syncs:?}");
}

/// Lets a process die, or its disk fail, at each `stride`th change of a script.
fn strike_everywhere(seed: u64, length: usize, stride: usize, what: &str) -> usize {
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

#[test]
fn a_process_killed_between_any_two_changes_loses_nothing_acknowledged() {
    let killed = strike_everywhere(3, 25, 8, "kill") + strike_everywhere(4, 25, 8, "cut");
    println!("killed {killed} times");
    assert!(killed >= 80);
}

#[test]
fn an_io_error_or_a_full_disk_is_told_and_loses_nothing() {
    let failed = strike_everywhere(5, 25, 8, "eio") + strike_everywhere(6, 25, 8, "enospc");
    let full = strike_everywhere(7, 25, 11, "full");
    println!("{failed} failures, {full} times no space from there on");
    assert!(failed >= 60 && full >= 20);
}

/// `kill -9` at any moment, again and again on the same home.
fn killed_at_random(seed: u64, length: usize) -> usize {
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

#[test]
fn a_process_killed_at_random_loses_nothing_acknowledged() {
    let kills = killed_at_random(8, 150);
    println!("killed {kills} times");
}
