//! Every fuzz target over its corpus, and over small mutations of it, on the stable toolchain (S39).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "fuzz/targets.rs"]
mod targets;

#[path = "fuzz/seeds.rs"]
mod seeds;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

#[test]
fn each_target_is_known_to_the_fuzzer_and_has_a_corpus() {
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    for (name, _) in targets::TARGETS {
        assert!(
            manifest.contains(&format!("name = \"{name}\"")),
            "{name} is not in fuzz/Cargo.toml"
        );
        let source =
            fs::read_to_string(folder().join("fuzz_targets").join(format!("{name}.rs"))).unwrap();
        assert!(
            source.contains(&format!("targets::{name}(")),
            "{name}.rs runs something else"
        );
        let corpus = fs::read_dir(folder().join("corpus").join(name))
            .unwrap()
            .count();
        assert!(corpus >= 2, "{name} has a corpus of {corpus}");
    }
}

/// Writes the first files of each corpus from our own encoders; what a fuzzer found is added by hand.
#[test]
#[ignore = "writes into the source tree: for whoever changes a format"]
fn write_the_corpus() {
    for (name, seeds) in seeds::all() {
        let folder = folder().join("corpus").join(name);
        fs::create_dir_all(&folder).unwrap();
        for (number, seed) in seeds.into_iter().enumerate() {
            fs::write(folder.join(format!("made-{number:02}")), seed).unwrap();
        }
    }
}

/// Mutates each file of the corpus a bounded number of times, always the same way.
#[test]
fn the_corpus_and_its_neighbours_break_nothing() {
    let mut cases = 0_u64;
    for (name, run) in targets::TARGETS {
        let mut files: Vec<_> = fs::read_dir(folder().join("corpus").join(name))
            .unwrap()
            .map(|f| f.unwrap().path())
            .collect();
        files.sort();
        for path in files {
            let seed = fs::read(&path).unwrap();
            run(&seed);
            let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ seed.len() as u64;
            for _ in 0..300 {
                run(&mutated(&seed, &mut state));
                cases += 1;
            }
        }
    }
    println!(
        "{cases} mutated cases over {} targets",
        targets::TARGETS.len()
    );
    assert!(cases > 5_000);
}

fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 16) as usize
}

fn mutated(seed: &[u8], state: &mut u64) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=next(state) % 3 {
        if bytes.is_empty() {
            bytes.push(next(state) as u8);
            continue;
        }
        let at = next(state) % bytes.len();
        match next(state) % 6 {
            0 => bytes[at] ^= 1 << (next(state) % 8),
            1 => {
                bytes[at] = [
                    0, 0x17, 0x18, 0x1f, 0x40, 0x5f, 0x60, 0x80, 0x9f, 0xf6, 0xff,
                ][next(state) % 11]
            }
            2 => bytes.truncate(at),
            3 => bytes.insert(at, next(state) as u8),
            4 => drop(bytes.remove(at)),
            _ => {
                let from = next(state) % bytes.len();
                let piece: Vec<u8> = bytes[from..]
                    .iter()
                    .take(next(state) % 40)
                    .copied()
                    .collect();
                for (offset, byte) in piece.into_iter().enumerate() {
                    if let Some(slot) = bytes.get_mut(at + offset) {
                        *slot = byte;
                    }
                }
            }
        }
    }
    bytes
}
