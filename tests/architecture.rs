//! The house rules that a compiler does not hold: which room may use which, where a library may be
//! named, what a pure crate must not touch, and what we may ship (S53).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each room with the rooms that it may use, in the order of the house.
const ROOMS: [(&str, &[&str]); 7] = [
    ("identity", &[]),
    ("pact", &["identity"]),
    ("replica", &["identity", "pact"]),
    ("protocol", &["identity", "pact", "replica"]),
    ("vault", &[]),
    (
        "node",
        &["identity", "pact", "replica", "protocol", "vault"],
    ),
    ("cli", &["identity", "pact", "replica", "protocol", "node"]),
];

const PURE: [&str; 4] = ["identity", "pact", "replica", "protocol"];

/// A word, and the only places (prefixes below `crates/`) in which it may stand.
const WORDS: [(&str, &[&str]); 14] = [
    ("automerge::", &["replica/src/draft"]),
    ("quinn::", &["node/src/transport"]),
    ("rustls::", &["node/src/transport"]),
    ("rusqlite::", &["vault/src"]),
    ("verify_strict", &["identity/src"]),
    ("println!", &["cli/src/out"]),
    ("minicbor::", &["identity/src/cbor"]),
    // S19: the names, tags, seals and digests of words, and words themselves, are named nowhere
    // near where acts are made, signed, read or exported.
    (
        "identity::words",
        &[
            "replica/src/words",
            "protocol/src/frames",
            "protocol/src/session/words.rs",
            "node/src/home/words.rs",
            "node/src/home/check_in.rs",
            "node/src/home/letter.rs",
        ],
    ),
    (
        "replica::words",
        &[
            "replica/src/words",
            "protocol/src/session/words.rs",
            "node/src/words.rs",
            "node/src/home/words.rs",
            "node/src/home/check_in.rs",
            "node/src/home/desk.rs",
            "node/src/home/letter.rs",
            "node/src/home/known.rs",
        ],
    ),
    (
        "ratatui::",
        &[
            "cli/src/look",
            "cli/src/full_screen.rs",
            "cli/src/confidential/sheet.rs",
            "cli/src/confidential/leaf.rs",
        ],
    ),
    ("toml::", &["cli/src/check_in/values.rs"]),
    ("maud::", &["cli/src/report/html.rs"]),
    ("svg::", &["cli/src/report"]),
    ("icalendar::", &["cli/src/dates.rs"]),
];

/// What a pure crate must not name: a clock, dice, a file, a socket, the environment.
const WORLD: [&str; 13] = [
    "std::time",
    "Instant::now",
    "SystemTime",
    "std::fs",
    "UdpSocket",
    "TcpStream",
    "TcpListener",
    "ToSocketAddrs",
    "std::env",
    "std::process",
    "std::thread",
    "getrandom",
    "tokio",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

fn sources(under: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![under.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no sources under {}", under.display());
    found
}

/// The code of a file without comments and without what follows its own test module.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end]
        .lines()
        .filter(|l| !l.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Tests and examples may name what they try.
fn is_test(path: &str) -> bool {
    ["/tests/", "/tests.rs", "/examples/", "/testing/"]
        .iter()
        .any(|part| path.contains(part))
}

/// The part of a manifest that ships: before its dev-dependencies.
fn shipped(room: &str) -> String {
    let text = fs::read_to_string(root().join("crates").join(room).join("Cargo.toml")).unwrap();
    text.split("[dev-dependencies]").next().unwrap().to_owned()
}

#[test]
fn dependencies_point_one_way() {
    for (room, may) in ROOMS {
        let manifest = shipped(room);
        for (other, _) in ROOMS {
            let named = manifest.contains(&format!("\nhandfast-{other}."))
                || manifest.contains(&format!("\nhandfast-{other} "));
            assert!(
                !named || may.contains(&other),
                "{room} must not use {other}: the direction is identity, pact, replica, protocol, node, cli"
            );
        }
    }
}

#[test]
fn every_room_keeps_the_lints_of_the_house() {
    for (room, _) in ROOMS {
        assert!(
            shipped(room).contains("[lints]\nworkspace = true"),
            "{room} leaves the lints out"
        );
    }
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""));
}

#[test]
fn libraries_stay_in_their_rooms() {
    let crates = root().join("crates");
    for path in sources(&crates) {
        let below = path
            .strip_prefix(&crates)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        if is_test(&below) {
            continue;
        }
        let code = code(&path);
        for (word, places) in WORDS {
            assert!(
                !code.contains(word) || places.iter().any(|p| below.starts_with(p)),
                "{below} names {word}, which belongs to {places:?}"
            );
        }
    }
}

#[test]
fn pure_rooms_touch_nothing_of_the_world() {
    for room in PURE {
        let folder = root().join("crates").join(room);
        assert!(
            folder.join("clippy.toml").exists(),
            "{room} has no clippy.toml of its own"
        );
        for path in sources(&folder.join("src")) {
            if is_test(&path.to_string_lossy()) {
                continue;
            }
            let code = code(&path);
            for word in WORLD {
                assert!(!code.contains(word), "{} names {word}", path.display());
            }
        }
    }
}

#[test]
fn files_open_with_why_they_exist_and_stay_rooms() {
    let mut wrong = Vec::new();
    for path in sources(&root().join("crates")) {
        let text = fs::read_to_string(&path).unwrap();
        if !text.starts_with("//!") {
            wrong.push(format!("{} does not open with its reason", path.display()));
        }
        let lines = code(&path).lines().count();
        if lines > 600 && !is_test(&path.to_string_lossy()) {
            wrong.push(format!(
                "{} has {lines} lines: a wall is missing",
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// S19: `pact` makes what is signed, and knows nothing of words; what hides its bytes gives them
/// to nothing but frames and rows.
#[test]
fn s19_words_are_out_of_reach_of_what_is_signed() {
    let crates = root().join("crates");
    let signed = [
        "pact/src",
        "identity/src/record.rs",
        "identity/src/run.rs",
        "identity/src/statement.rs",
        "replica/src/append.rs",
        "replica/src/restore.rs",
        "node/src/home/write.rs",
        "node/src/home/space.rs",
        "node/src/home/export.rs",
        "node/src/home/draft.rs",
    ];
    for place in signed {
        let path = crates.join(place);
        let files = if path.is_dir() {
            sources(&path)
        } else {
            vec![path]
        };
        for file in files {
            let code = code(&file);
            for name in [
                "WordId",
                "Confidential",
                "Having",
                "Seal::",
                "Round::",
                "Tag::of",
            ] {
                assert!(!code.contains(name), "{} names {name}", file.display());
            }
        }
    }
    // The hidden bytes have one way in and one way out, and no conversion.
    let code = code(&crates.join("identity/src/words.rs"));
    for way in [
        "impl From<",
        "impl Into<",
        "AsRef<",
        "Deref",
        "Serialize",
        "fmt::Display",
        "as_bytes(&self)",
    ] {
        assert!(!code.contains(way), "the names of words convert by {way}");
    }
}

/// S53: what we link is licensed as `docs/decisions/0002` says, and comes from the registry.
#[test]
fn s53_licences_and_sources() {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let good: BTreeSet<&str> = [
        "MIT",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "Zlib",
        "CC0-1.0",
        "MIT-0",
        "Unlicense",
        "Unicode-3.0",
        "BlueOak-1.0.0",
        "0BSD",
        "BSL-1.0",
        "CDLA-Permissive-2.0",
        "Apache-2.0 WITH LLVM-exception",
    ]
    .into();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "the list of packages looks cut");
    for package in packages {
        let name = package["name"].as_str().unwrap();
        if package["source"].is_null() {
            assert!(name.starts_with("handfast"), "{name} comes from a folder");
            continue;
        }
        let source = package["source"].as_str().unwrap();
        assert!(
            source.starts_with("registry+"),
            "{name} does not come from a registry"
        );
        let licence = package["license"]
            .as_str()
            .unwrap_or("none")
            .replace('/', " OR ");
        // "A OR B" needs one good side, "A AND B" all of them.
        let fine = licence.split(" AND ").all(|all| {
            all.trim_matches(|c| c == '(' || c == ')' || c == ' ')
                .split(" OR ")
                .any(|one| good.contains(one.trim_matches(|c| c == '(' || c == ')' || c == ' ')))
        });
        assert!(fine, "{name} is licensed {licence}");
    }
}
