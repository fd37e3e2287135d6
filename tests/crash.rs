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
#[path = "crash/stands.rs"]
mod stands;
#[path = "crash/strike.rs"]
mod strike;

use std::{fs, thread, time::Instant};

use disk::{Change, Disk, Left};
use process::{Acknowledged, Run, scratch};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use script::script;
use stands::{goes_on, stands, states};
use strike::{killed_at_random, strike_everywhere};

#[test]
fn the_process_that_dies() {
    process::body();
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
        on_all_cores(vec![seed(), seed() + 1], |seed| power_goes(seed, 80, 1, 1));
    println!(
        "{points} cut points, {images} images of a disk, {:?}",
        started.elapsed()
    );
    assert!(points >= 1500);
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

#[test]
fn a_process_killed_at_random_loses_nothing_acknowledged() {
    let kills = killed_at_random(8, 150);
    println!("killed {kills} times");
}
