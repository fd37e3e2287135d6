//! What each verb does with nobody there (S27): the table of `docs/scripts.md`, against the binary, for
//! every verb that the help names, open, closed, and while space lasts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::check_ins::{asked, fill, written};
use crate::people::{Said, World};

const PAGE: &str = include_str!("../../../../docs/scripts.md");

/// The rows of the table: a verb, and what it does in each of the three states.
fn table() -> BTreeMap<&'static str, [&'static str; 3]> {
    let rows = PAGE.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
        let verb = cells.next()?.trim_end_matches('`').trim();
        Some((verb, [cells.next()?, cells.next()?, cells.next()?]))
    });
    rows.collect()
}

/// A line for each verb, as a script would write it; "FOLDER/" stands for a folder of the test's own.
const LINES: &[&[&str]] = &[
    &["status"],
    &["kept", "dishes"],
    &["partly", "dishes"],
    &["missed", "dishes"],
    &["heads-up", "dishes", "Late"],
    &["thanks", "For the soup"],
    &["undo"],
    &["pause", "--for", "20m"],
    &["back"],
    &["setback", "dishes"],
    &["amends", "dishes", "I did them today"],
    &["sorry"],
    &["say", "--file", "FOLDER/words.txt"],
    &["words"],
    &["heard", "late bills"],
    &["talk"],
    &["check-in", "--answers", "FOLDER/answers.toml"],
    &["plan"],
    &["promise", "Tea at four"],
    &["when-then", "Hard evenings"],
    &["boundary", "When there is shouting, I go outside."],
    &["need", "Quiet in the morning"],
    &["about-me", "Slowly, please"],
    &["vision", "A garden"],
    &["questions", "--add", "And what was new?"],
    &["edit", "dishes", "--by", "20:00"],
    &["compare", "dishes"],
    &["offer", "dishes"],
    &["agree", "walk"],
    &["decline", "walk"],
    &["withdraw", "dishes"],
    &["review"],
    &["rehearse", "voices"],
    &["example", "five"],
    &["look"],
    &["log"],
    &["days"],
    &["note", "--file", "FOLDER/words.txt"],
    &["report", "FOLDER/page.html"],
    &["ics", "FOLDER/dates.ics"],
    &["export", "FOLDER/records"],
    &["summary"],
    &["invite"],
    &["join"],
    &["passphrase"],
    &["paper"],
    &["device", "list"],
    &["sync"],
    &["verify"],
    &["settings"],
    &["help"],
    &["leave"],
    &["lock"],
];

/// These do not run among the others: each says why.
const APART: [&str; 5] = [
    "space",  // begins the third state
    "unlock", // ends the second one
    "start",  // of another home
    "serve",  // stays
    "tour",   // makes homes of its own, and is run whole by its own test
];

/// A world in which each of the lines can be meant.
fn world() -> World {
    let world = asked();
    let by = |who: &str, line: &[&str], keys: &[&str]| world.run(who, line, keys).ends(0);
    by("ana", &["promise", "Dishes", "--every", "day"], &[]);
    by("ana", &["offer", "dishes"], &["s"]);
    by("ben", &["promise", "A walk", "--who", "both"], &[]);
    by("ben", &["offer", "walk"], &["s"]);
    by(
        "ben",
        &["boundary", "When there are late bills, I open them myself."],
        &["s"],
    );
    by(
        "ana",
        &[
            "when-then",
            "Voices",
            "--trigger",
            "it gets loud",
            "--mine",
            "I go out",
            "--back",
            "the kitchen",
        ],
        &[],
    );
    world.at("2025-03-09T20:10");
    world.meet();
    by("ben", &["agree", "dishes"], &["s"]);
    world.at("2025-03-09T20:20");
    world.meet();
    world.at("2025-03-10T20:00");
    by("ana", &["missed", "dishes"], &["s"]);
    by("ana", &["offer", "voices"], &["s"]);
    by("ana", &["setback", "dishes"], &["s"]);
    world.at("2025-03-10T20:10");
    world
}

/// What a run left: its end, and what changed by it.
struct Left {
    said: Said,
    signed: usize,
    tray: usize,
}

fn entries(world: &World) -> usize {
    let log = world.run("ana", &["log", "--json"], &[]).ends(0).json();
    log["entries"].as_array().unwrap().len()
}

fn waiting(world: &World) -> usize {
    fs::read_dir(world.path("ana").join("tray")).map_or(0, Iterator::count)
}

/// Runs one line as cron would, in a folder with what a script brings.
fn run(world: &World, line: &[&str], is_open: bool) -> Left {
    let folder = world.path("folder");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let file = |name: &str| format!("folder/{name}");
    written(world, &file("words.txt"), "What I felt.");
    fs::copy(world.path("answers.toml"), folder.join("answers.toml")).unwrap();
    let place = format!("{}/", folder.display());
    let line: Vec<String> = line
        .iter()
        .map(|word| word.replace("FOLDER/", &place))
        .collect();
    let mut line: Vec<&str> = line.iter().map(String::as_str).collect();
    line.push("--no-input");
    let (signed, tray) = (entries(world), waiting(world));
    let said = if is_open {
        world.run("ana", &line, &[])
    } else {
        world.run_bare("ana", &line, &[])
    };
    Left {
        said,
        signed: entries(world) - signed,
        tray: waiting(world).wrapping_sub(tray),
    }
}

/// Whether it did what the table says, and no more.
fn check(verb: &str, says: &str, left: &Left) {
    let (code, tray) = match says {
        "reads" | "does it" | "nothing leaves" => (0, 0),
        "you" | "you; with `--yes` does it" => (6, 0),
        "4" => (4, 0),
        "rests" => (1, 0),
        says if says.starts_with("tray") || says.ends_with("tray") => (0, 1),
        other => panic!("{verb}: {other:?} is no word of the table"),
    };
    let said = &left.said;
    let about = format!("{verb} ({says})\n{}\n{}", said.out, said.err);
    assert_eq!(said.code, code, "{about}");
    assert_eq!(left.signed, 0, "a script signed: {about}");
    assert_eq!(left.tray, tray, "what waits: {about}");
}

#[test]
fn s27_every_verb_stands_in_the_table_and_has_a_line() {
    let page = World::new()
        .run_bare("nobody", &["help", "reference"], &[])
        .ends(0)
        .out;
    let verbs = page
        .lines()
        .filter_map(|line| line.strip_prefix("### handfast "));
    let verbs: BTreeSet<&str> = verbs.collect();
    assert!(verbs.len() > 50);
    let rows: BTreeSet<&str> = table().into_keys().collect();
    assert_eq!(verbs, rows, "the table of docs/scripts.md");
    let lines: BTreeSet<&str> = LINES.iter().map(|line| line[0]).chain(APART).collect();
    assert_eq!(verbs, lines, "the lines of this test");
}

#[test]
fn s27_what_every_verb_does_with_nobody_there() {
    let world = world();
    let fresh = world
        .run("ana", &["check-in", "--template"], &[])
        .ends(0)
        .out;
    written(&world, "answers.toml", &fill(&fresh, &[("well", "Tea.")]));
    let table = table();
    let empty = || {
        let _ = fs::remove_dir_all(world.path("ana").join("tray"));
    };
    let each = |state: usize, is_open: bool, leaves_out: &[&str]| {
        empty();
        for line in LINES {
            let left = run(&world, line, is_open);
            if !leaves_out.contains(&line[0]) {
                check(line[0], table[line[0]][state], &left);
            }
        }
    };
    each(0, true, &[]);
    let line = ["unlock", "--no-input"];
    world.run("ana", &line, &[]).ends(0);
    world.run_bare("ana", &["lock", "--no-input"], &[]).ends(0);

    each(1, false, &[]);
    for verb in ["unlock", "serve"] {
        world.run_bare("ana", &[verb, "--no-input"], &[]).ends(4);
    }

    // Two verbs go by one's own setting, marked; no script sets it, and no other verb heeds it.
    let set = ["settings", "unattended", "yes"];
    let refused = world.run_unattended("ana", &[&set[..], &["--json"]].concat());
    assert_eq!(refused.ends(6).error()["code"], "in-person");
    world.run("ana", &set, &[]).ends(0);
    empty();
    let said = run(&world, &["heads-up", "dishes", "Later"], true);
    assert_eq!((said.said.code, said.signed, said.tray), (0, 1, 0));
    let said = run(
        &world,
        LINES.iter().find(|line| line[0] == "check-in").unwrap(),
        true,
    );
    assert_eq!((said.said.code, said.signed, said.tray), (0, 0, 0));
    world
        .run("ana", &["check-in"], &[])
        .ends(0)
        .says("Yours, sealed.");
    each(0, true, &["heads-up", "check-in"]);
    world
        .run("ana", &["settings", "unattended", "no"], &[])
        .ends(0);
    world.run("ana", &["undo"], &[]);

    // Silent space needs no unlock, and nobody there (S3).
    let line = ["space", "start", "--silent", "--no-input"];
    world.run_bare("ana", &line, &[]).ends(0);
    world.run_unattended("ana", &["serve"]).ends(0);
    each(2, true, &["check-in"]);
    // Without a check-in that was answered before: it rests.
    world.at("2025-03-16T20:00");
    let said = world.run_unattended("ana", &["check-in", "--template", "--json"]);
    assert_eq!(said.ends(1).error()["code"], "space");

    let text = fs::read_to_string(world.path("answers.toml")).unwrap();
    let next = text.replace("2025-03-09", "2025-03-16");
    let path = written(&world, "next.toml", &next);
    let line = ["check-in", "--answers", path.to_str().unwrap(), "--json"];
    assert_eq!(
        world.run_unattended("ana", &line).ends(1).error()["code"],
        "space"
    );
    assert!(path.exists() && table["check-in"][2] == "rests");

    let line = ["start", "--rehearsal", "--no-input"];
    world.run("new", &line, &[]).ends(6);
    // Leaving, said whole, needs nobody and no unlock (S1).
    world
        .run_bare("ana", &["leave", "--yes", "--no-input"], &[])
        .ends(0);
}
