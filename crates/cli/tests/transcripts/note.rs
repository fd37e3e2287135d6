//! Private pages: typed, read, changed, dropped; on no other screen, in no file, and never an argument
//! (S28, S45, S47).

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::people::World;

const CANARY: &str = "CANARY the number of the advocate";

#[test]
fn s28_a_page_is_written_read_changed_and_dropped_here_alone() {
    let world = World::met();
    world
        .run("ana", &["note"], &[CANARY, "", "Second paragraph.", "."])
        .ends(0)
        .says("Kept as page 1: sealed, here alone.");
    let file = world.path("page.txt");
    fs::write(&file, "From a file.\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    world
        .run("ana", &["note", "--file", &file.display().to_string()], &[])
        .ends(0)
        .says("page 2");
    world
        .run("ana", &["note", "list"], &[])
        .ends(0)
        .says(CANARY)
        .says("From a file.")
        .never_says("Second paragraph.");
    world
        .run("ana", &["note", "read", "1"], &[])
        .ends(0)
        .says("  | Second paragraph.");
    world
        .run("ana", &["note", "read"], &[])
        .ends(0)
        .says("  | From a file.");
    let listed = world.run("ana", &["note", "list", "--json"], &[]).ends(0);
    assert_eq!(listed.json()["pages"].as_array().unwrap().len(), 2);
    assert!(!listed.out.contains("CANARY"));
    world
        .run(
            "ana",
            &["note", "change", "2"],
            &["a", "And one line more.", "."],
        )
        .ends(0);
    world
        .run("ana", &["note", "read", "2"], &[])
        .says("  | From a file.")
        .says("  | And one line more.");

    // No other screen, no document, no file of this home or the other's shows it.
    world.at("2025-03-02T19:10");
    world.meet();
    let export = world.path("export").display().to_string();
    let html = world.path("page.html").display().to_string();
    let ics = world.path("dates.ics").display().to_string();
    for who in ["ana", "ben"] {
        for line in [
            &["status", "--all"][..],
            &["status", "--json"],
            &["log", "--json"],
            &["plan", "--json"],
            &["days", "--json"],
            &["words", "--json"],
        ] {
            world.run(who, line, &[]).ends(0).never_says("CANARY");
        }
    }
    world
        .run("ana", &["export", &export], &[])
        .ends(0)
        .never_says("CANARY");
    world.run("ana", &["report", &html, "--both"], &[]).ends(0);
    world.run("ana", &["ics", &ics, "--both"], &[]).ends(0);
    let mut folders = vec![world.path("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if let Ok(bytes) = fs::read(entry.path()) {
                let found = bytes
                    .windows(CANARY.len())
                    .any(|part| part == CANARY.as_bytes());
                assert!(!found, "{}", entry.path().display());
            }
        }
    }

    world
        .run("ana", &["note", "drop", "1"], &[""])
        .ends(0)
        .says("would be destroyed")
        .never_says("is destroyed")
        .says("Not now");
    world
        .run("ana", &["note", "drop", "1"], &["d"])
        .ends(0)
        .says("Page 1 is gone.");
    world
        .run("ana", &["note", "read", "1"], &[])
        .ends(1)
        .says("There is no page 1.");
}

#[test]
fn s47_a_private_page_is_never_typed_behind_the_verb() {
    let world = World::new();
    world.begin("ana", "Ana");
    world
        .run("ana", &["note", CANARY], &[])
        .ends(2)
        .says("the shell keeps it")
        .never_says("CANARY");
    // A slip of the fingers is no page, and is answered as a slip.
    world
        .run("ana", &["note", "raed", "1"], &[])
        .ends(2)
        .says("Did you mean: note read 1?")
        .never_says("the shell keeps it");
    world
        .run("ana", &["note", "raed", "CANARY"], &[])
        .ends(2)
        .says("Did you mean: note read?")
        .never_says("CANARY");
    for wrong in [
        &["note", "read", "x"][..],
        &["note", "drop"],
        &["note", "list", "--file", "f"],
    ] {
        world.run("ana", wrong, &[]).ends(2);
    }
    world.run("ana", &["note", "drop", "7"], &["d"]).ends(1);
    world
        .run("ana", &["note", "list"], &[])
        .ends(0)
        .says("no private page");
    world.run("ana", &["note"], &[""]).ends(0).says("Not now");
    world.run_unattended("ana", &["note"]).ends(6);
    world.run_unattended("ana", &["note", "drop", "1"]).ends(1);
    world
        .run_bare("ana", &["note", "list", "--no-input"], &[])
        .ends(4);
    // Without another person too: it is one's own.
    world
        .run("ana", &["note"], &["Ask about sleep.", "."])
        .ends(0);
    world.run_unattended("ana", &["note", "drop", "1"]).ends(6);
}

#[test]
fn leaving_keeps_private_pages_to_be_read() {
    let world = World::new();
    world.begin("ana", "Ana");
    world.run("ana", &["note"], &[CANARY, "."]).ends(0);
    world.run_bare("ana", &["leave", "--yes"], &[]).ends(0);
    let home = world.path("ana-archive").display().to_string();
    let at = |line: &[&str], answers: &[&str]| {
        world.run("ana", &[line, &["--home", &home]].concat(), answers)
    };
    at(&["note", "list"], &[]).ends(0).says(CANARY);
    at(&["note", "read", "1"], &[]).ends(0).says(CANARY);
    at(&["note"], &["Another.", "."])
        .ends(1)
        .says("has been left");
    at(&["note", "drop", "1"], &["d"])
        .ends(1)
        .says("has been left");
    // Nobody had met: what needs the other says so, and nothing breaks.
    at(&["log"], &[]).ends(1);
    at(&["leave", "--erase", "--yes"], &[]).ends(0);
}
