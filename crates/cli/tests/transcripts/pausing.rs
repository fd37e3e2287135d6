//! A pause under a tired hand: a slip does not cost it, what waits in the tray does not touch it, and
//! a return that was forgotten is not.

use crate::people::{PASSPHRASE, World};

/// Ben and Ana have agreed what each does when voices rise; it counts from Monday.
fn with_plans() -> World {
    let world = World::met();
    for (title, minutes) in [("When voices rise", "20m"), ("When bills come", "40m")] {
        let aloud = format!("I stop here: {title}.");
        world
            .run(
                "ben",
                &[
                    "when-then",
                    title,
                    "--trigger",
                    "It gets loud.",
                    "--mine",
                    "goes out",
                    "--theirs",
                    "reads",
                    "--pause",
                    minutes,
                    "--back",
                    "Kitchen table",
                    "--aloud",
                    &aloud,
                ],
                &[],
            )
            .ends(0);
    }
    for what in ["voices", "bills"] {
        world.run("ben", &["offer", what], &["s"]).ends(0);
    }
    world.at("2025-03-02T19:10");
    world.meet();
    for what in ["voices", "bills"] {
        world.run("ana", &["agree", what], &["s"]).ends(0);
    }
    world.at("2025-03-02T19:20");
    world.meet();
    world
}

fn kinds(world: &World) -> Vec<String> {
    let log = world.run("ben", &["log", "--json"], &[]).ends(0).json();
    let entries = log["entries"].as_array().unwrap().iter();
    let kinds = entries.map(|one| one["entry"].as_str().unwrap().to_owned());
    kinds
        .filter(|kind| kind == "pause" || kind == "back")
        .collect()
}

/// The pause that each coming back is about.
fn came_back_from(world: &World) -> Vec<String> {
    let log = world.run("ben", &["log", "--json"], &[]).ends(0).json();
    let entries = log["entries"].as_array().unwrap();
    let backs = entries.iter().filter(|one| one["entry"] == "back");
    let pause = |of: &serde_json::Value| {
        let found = entries.iter().find(|one| one["id"] == *of).unwrap();
        found["says"].as_str().unwrap().to_owned()
    };
    backs.map(|one| pause(&one["pause"])).collect()
}

/// Ben paused and came back while this was locked, and pauses again: going through what waits is about
/// the first pause alone, whatever key is pressed.
#[test]
fn s27_what_waits_never_touches_the_pause_that_runs_since() {
    for (keys, signed) in [
        (["s", "s", ""], &["pause", "back"][..]),
        (["s", "x", ""], &["pause"]),
        (["x", "x", ""], &[]),
        (["", "", ""], &[]),
    ] {
        let world = World::met();
        world.at("2025-03-14T20:00");
        world
            .run_bare("ben", &["pause", "--for", "30m"], &[])
            .ends(0);
        world.at("2025-03-14T20:10");
        world
            .run_bare("ben", &["back"], &[])
            .ends(0)
            .says("You are back, as you said. That waits for you, unsigned:\n  handfast unlock\n");
        world
            .run_bare("ben", &["pause"], &[])
            .ends(0)
            .says("Back at 20:30.");
        let answers = [&[PASSPHRASE][..], &keys].concat();
        world.run_bare("ben", &["unlock"], &answers).ends(0);
        world.run("ben", &["lock"], &[]).ends(0);
        assert_eq!(kinds(&world), signed, "{keys:?}");
        world.at("2025-03-14T20:20");
        world
            .run("ben", &["status"], &[])
            .ends(0)
            .says("A pause, back at 20:30");
        world
            .run_bare("ben", &["back"], &[])
            .ends(0)
            .says("You are back, as you said.");
    }
}

/// The same with the second pause signed at once: the return that waits is not taken for its.
#[test]
fn s27_a_return_that_waits_is_of_its_own_pause() {
    for keys in [["s", "s"], ["x", "x"], ["x", "s"]] {
        let world = World::met();
        world.at("2025-03-14T20:00");
        world
            .run_bare("ben", &["pause", "--for", "30m"], &[])
            .ends(0);
        world.run_bare("ben", &["back"], &[]).ends(0);
        // The clock stands still: that two were taken in one minute changes nothing.
        world
            .run("ben", &["pause", "--for", "45m"], &[])
            .ends(0)
            .says("Noted and signed");
        let answers = [&[PASSPHRASE][..], &keys].concat();
        let said = world.run_bare("ben", &["unlock"], &answers).ends(0);
        if keys[0] == "x" {
            said.says("It can be signed after that pause, which is not signed.");
        }
        world.run("ben", &["lock"], &[]).ends(0);
        world
            .run("ben", &["status"], &[])
            .ends(0)
            .says("A pause, back at 20:45");
        world
            .run("ben", &["back"], &[])
            .ends(0)
            .says("You are back, as you said. It is noted that you came back.");
        let mut back = vec!["took a pause of forty-five minutes"];
        if keys == ["s", "s"] {
            back.insert(0, "took a pause of thirty minutes");
        }
        assert_eq!(came_back_from(&world), back, "{keys:?}");
    }
}

/// A pause that waits to be signed has its return wait beside it: an older one is not ended for it.
#[test]
fn a_return_from_a_pause_that_waits_ends_no_older_one() {
    let world = World::met();
    world.at("2025-03-14T20:00");
    world.run("ben", &["pause", "--for", "45m"], &[]).ends(0);
    world.at("2025-03-14T21:00");
    world.run_bare("ben", &["pause"], &[]).ends(0);
    world.at("2025-03-14T21:25");
    world.run("ben", &["back"], &[]).ends(0).says(
        "later than you had said. That waits for you, unsigned:\n  handfast unlock --waiting\n",
    );
    assert_eq!(kinds(&world), ["pause"]);
    world
        .run_bare("ben", &["unlock"], &[PASSPHRASE, "s", "s"])
        .ends(0)
        .says("You were back later than you had said.");
    world.run("ben", &["lock"], &[]).ends(0);
    assert_eq!(came_back_from(&world), ["took a pause of twenty minutes"]);
}

/// A pause made longer is one evening: one return ends it, and a second one finds nothing to sign.
#[test]
fn s7_a_second_back_signs_no_return_that_never_was() {
    let world = World::met();
    world.run("ben", &["pause"], &[]).ends(0);
    world.run("ben", &["pause", "--for", "30m"], &[]).ends(0);
    world
        .run("ben", &["back"], &[])
        .ends(0)
        .says("You are back, as you said. It is noted that you came back.");
    world
        .run("ben", &["back"], &[])
        .ends(0)
        .says("There is no pause to come back from.")
        .never_says("Signed");
    assert_eq!(kinds(&world), ["pause", "pause", "back"]);
}

/// A return is told with its pause, once; of many the newest are, and that there were more. What the
/// log says of a return is the same on every day.
#[test]
fn an_evening_of_pauses_is_no_list_for_the_other() {
    let world = World::met();
    for _ in 0..5 {
        world.run("ben", &["pause"], &[]).ends(0);
        world.run("ben", &["back"], &[]).ends(0);
    }
    let log = || world.run("ben", &["log"], &[]).ends(0).out;
    let before = log();
    world.at("2025-03-02T19:10");
    world.meet();
    let page = world.run("ana", &["status"], &[]).ends(0).out;
    let told = page.matches("pause     twenty minutes, today, and came back\n");
    assert_eq!(told.count(), 3, "{page}");
    assert!(page.contains("pause     and earlier ones  "), "{page}");
    assert!(!page.contains("  back "), "{page}");
    for _ in 0..5 {
        world.run("ben", &["pause"], &[]).ends(0);
        world.run("ben", &["back"], &[]).ends(0);
    }
    let after = log();
    for line in before.lines().filter(|line| line.contains("back")) {
        assert!(after.contains(line), "{line}");
    }
    assert_eq!(
        after.matches("Ben came back from the pause\n").count(),
        10,
        "{after}"
    );
    // A return by itself says of which day it is.
    world.run("ben", &["pause", "--for", "20h"], &[]).ends(0);
    world.at("2025-03-02T19:20");
    world.meet();
    world.run("ana", &["status"], &[]).ends(0);
    world.at("2025-03-03T08:00");
    world.run("ben", &["back"], &[]).ends(0);
    world.at("2025-03-03T08:10");
    world.meet();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("back      Ben came back from a pause, today");
}

/// In the heat a slip of the fingers costs nothing: the pause starts, and what was ignored is said.
#[test]
fn a_slip_never_costs_the_pause() {
    for (line, minutes, aside) in [
        (&["pause", "20m"][..], 20, None),
        (&["pause", "for", "25", "minutes"], 25, None),
        (&["pause", "half an hour"], 30, None),
        (&["pause", "--for", "half", "an", "hour"], 30, None),
        (&["pause", "now"], 20, Some("\"now\"")),
        (&["pause", "voices"], 20, Some("\"voices\"")),
        (&["pause", "--fro", "35m"], 35, Some("\"--fro\"")),
        (&["pause", "--fro", "35m", "--x"], 35, Some("\"--fro --x\"")),
        (&["pause", "--for"], 20, None),
        (&["pause", "--for", "2w"], 20, Some("\"2w\"")),
        (&["pause", "-5"], 20, Some("\"-5\"")),
    ] {
        let world = World::new();
        world.begin("ben", "Ben");
        let said = world.run("ben", line, &[]).ends(0).says("Back at 19:");
        match aside {
            Some(aside) => said.says(&format!("Left aside: {aside}. The pause holds.")),
            None => said.never_says("Left aside"),
        };
        let json = world.run("ben", &[line, &["--json"]].concat(), &[]).ends(0);
        assert_eq!(json.json()["minutes"], minutes, "{line:?}");
        assert!(
            world
                .run("ben", &["status"], &[])
                .out
                .contains("A pause, back at"),
            "{line:?}"
        );
    }
    let world = World::met();
    world.run("ben", &["pause"], &[]).ends(0);
    world
        .run("ben", &["back", "now"], &[])
        .ends(0)
        .says("Left aside: \"now\". You are back all the same.")
        .says("It is noted that you came back.");
    assert_eq!(kinds(&world), ["pause", "back"]);
}

#[test]
fn a_pause_with_the_name_of_a_plan_follows_that_plan() {
    let world = with_plans();
    world.at("2025-03-07T21:00");
    world
        .run("ben", &["pause", "voices"], &[])
        .ends(0)
        .says("I stop here: When voices rise.")
        .says("Back at 21:20.")
        .never_says("Left aside");
    world.run("ben", &["back"], &[]).ends(0);
    world
        .run("ben", &["pause", "bills", "10m"], &[])
        .ends(0)
        .says("I stop here: When bills come.")
        .says("Back at 21:10.");
    world
        .run("ben", &["log", "bills"], &[])
        .ends(0)
        .says("took a pause of ten minutes");
}

#[test]
fn stop_means_a_pause_first() {
    let world = World::new();
    let said = world.run("ben", &["stop"], &[]).ends(2).err;
    let (pause, leave) = (said.find("handfast pause"), said.find("handfast leave"));
    assert!(pause.is_some() && pause < leave, "{said}");
    world
        .run("ben", &["divorce"], &[])
        .ends(2)
        .never_says("handfast pause");
}

/// Nothing of it goes to the other, and nothing asks for it; it only does not fall silent.
#[test]
fn a_pause_that_nobody_came_back_from_stays_named_until_the_next_day_is_over() {
    let world = World::met();
    world.at("2025-03-14T20:00");
    world
        .run("ben", &["pause"], &[])
        .ends(0)
        .says("Back at 20:20.");
    let was = || world.run("ben", &["status", "--json"], &[]).json()["pause_was"].clone();
    assert!(was().is_null());
    world.at("2025-03-14T20:45");
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("Your pause was until 20:20  ")
        .says("handfast back")
        .never_says("A pause, back");
    assert_eq!(was()["until"], "20:20");
    assert_eq!(was()["day"], "2025-03-14");
    world.meet();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .never_says("was until");
    world.at("2025-03-15T23:00");
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("Your pause was until 20:20 yesterday");
    world.at("2025-03-16T00:01");
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .never_says("Your pause");
    assert!(was().is_null());
    // Coming back ends it at once.
    world.run("ben", &["pause"], &[]).ends(0);
    world.at("2025-03-16T01:00");
    world
        .run("ben", &["status"], &[])
        .says("Your pause was until 00:21");
    world
        .run("ben", &["back"], &[])
        .ends(0)
        .says("later than you had said");
    world.run("ben", &["status"], &[]).never_says("Your pause");
}

/// What the screen says when it is signed is what the pages say then.
#[test]
fn each_pause_stands_for_itself() {
    let world = with_plans();
    world.at("2025-03-07T20:00");
    world.run("ben", &["pause", "voices"], &[]).ends(0);
    world.run("ben", &["back"], &[]).ends(0).never_says("kept");
    world.at("2025-03-07T22:00");
    world.run("ben", &["pause", "voices", "1h"], &[]).ends(0);
    world
        .run("ben", &["log"], &[])
        .ends(0)
        .says("Ben took a pause of twenty minutes")
        .says("Ben came back from the pause\n")
        .says("Ben took a pause of an hour");
    world
        .run("ben", &["days", "voices", "--plain"], &[])
        .ends(0)
        .says("a pause, and came back, another pause.");
    // Made longer: a pause of its own, which the one before does not outlive.
    world
        .run("ben", &["pause", "voices", "2h"], &[])
        .ends(0)
        .says("A new pause; the one before is over with it.");
    let plain = || {
        world
            .run("ben", &["days", "voices", "--plain"], &[])
            .ends(0)
    };
    plain().says("a pause, and came back, two more pauses.");
    world
        .run("ben", &["pause"], &[])
        .ends(0)
        .never_says("A new pause");
    world.run("ben", &["back"], &[]).ends(0);
    plain().says("three pauses, and came back.");
    world
        .run("ben", &["pause", "voices"], &[])
        .ends(0)
        .never_says("A new pause");
    world
        .run("ben", &["days", "bills"], &[])
        .ends(0)
        .says("Nothing stands under \"bills\" in these weeks.")
        .says("handfast days");
}
