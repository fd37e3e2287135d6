//! Locked, unlocked, and with nobody there: what waits, and what is refused (S27, S46).

use std::io::Write;

use crate::people::{PASSPHRASE, World};

#[test]
fn locked_says_so_with_exit_code_4() {
    let world = World::new();
    world.begin("ana", "Ana");
    world
        .run_bare("ana", &["status", "--no-input"], &[])
        .ends(4)
        .says("This is locked")
        .says("handfast unlock");
    let error = world
        .run_bare("ana", &["status", "--no-input", "--json"], &[])
        .ends(4)
        .error();
    assert_eq!(error["code"], "locked");
    world.run_bare("ana", &["sync", "--no-input"], &[]).ends(4);
}

#[test]
fn the_agent_spares_the_passphrase_until_lock() {
    let world = World::new();
    world.begin("ana", "Ana");
    world
        .run("ana", &["unlock"], &[])
        .ends(0)
        .says("Open, until ten minutes");
    world
        .run_bare("ana", &["status", "--no-input"], &[])
        .ends(0);
    world
        .run_bare("ana", &["unlock", "--no-input"], &[])
        .ends(0)
        .says("open already");
    world
        .run_bare("ana", &["lock", "--no-input"], &[])
        .ends(0)
        .says("Closed");
    world
        .run_bare("ana", &["status", "--no-input"], &[])
        .ends(4);
    world.run_bare("ana", &["lock"], &[]).ends(0);
}

#[test]
fn a_passphrase_comes_by_descriptor_or_command_and_never_as_an_argument() {
    let world = World::new();
    world.begin("ana", "Ana");
    let path = world.path("secret");
    std::fs::File::create(&path)
        .unwrap()
        .write_all(PASSPHRASE.as_bytes())
        .unwrap();
    let exe = env!("CARGO_BIN_EXE_handfast");
    let mut shell = world.command("ana", &[]);
    let line = format!(
        "exec {exe} status --no-input --passphrase-fd 3 3< {}",
        path.display()
    );
    let mut sh = std::process::Command::new("sh");
    sh.arg("-c").arg(line).envs(
        shell
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    assert_eq!(sh.output().unwrap().status.code(), Some(0));
    world
        .run_bare(
            "ana",
            &["status", "--no-input", "--passphrase-fd", "9"],
            &[],
        )
        .ends(2)
        .says("not open");
    let failing = shell
        .args(["status"])
        .env("HANDFAST_PASSPHRASE_COMMAND", "exit 3")
        .output()
        .unwrap();
    assert_eq!(failing.status.code(), Some(4));
    world
        .run_bare("ana", &["status", "--passphrase", "x"], &[])
        .ends(2);
}

/// S27: capability test for each command that signs.
#[test]
fn s27_what_runs_unattended_waits_unsigned_and_is_shown_before_it_is_signed() {
    let world = World::met();
    world
        .run("ana", &["promise", "Dishes", "--every", "day"], &[])
        .ends(0);
    let before = world.run("ana", &["log", "--json"], &[]).json()["entries"]
        .as_array()
        .unwrap()
        .len();
    let lines: [&[&str]; 11] = [
        &["promise", "Home by six"],
        &["edit", "dishes", "--by", "20:00"],
        &["offer", "dishes"],
        &["agree"],
        &["decline"],
        &["withdraw", "dishes"],
        &["kept", "dishes"],
        &["partly", "dishes"],
        &["missed", "dishes"],
        &["heads-up", "dishes", "Late"],
        &["thanks", "For the soup"],
    ];
    for line in lines {
        // Locked, and with nobody there.
        let mut args = vec!["--no-input"];
        args.extend(line);
        world
            .run_bare("ana", &args, &[])
            .ends(0)
            .says("It waits for you, unsigned");
    }
    let after = world.run("ana", &["log", "--json"], &[]).json()["entries"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(before, after, "nothing was signed");
    let status = world.run("ana", &["status", "--json"], &[]).json();
    assert_eq!(status["tray"], 11);

    world.at("2025-03-05T19:00");
    // The first is taken up, the second thrown away, the others stay.
    let said = world
        .run("ana", &["unlock"], &["s", "x"])
        .ends(0)
        .says("Waiting for you")
        .says("Sunday 2 March");
    // In plain words, not as the line that a script typed.
    for text in ["In the draft, as \"home\":", "  | Home by six"] {
        assert!(said.err.contains(text), "{text}: {}", said.err);
    }
    assert!(!said.err.contains("--no-input"), "{}", said.err);
    world.run("ana", &["plan"], &[]).ends(0).says("Home by six");
    assert_eq!(
        world.run("ana", &["status", "--json"], &[]).json()["tray"],
        9
    );
    world.run("ana", &["lock"], &[]).ends(0);
}

#[test]
fn what_waits_is_noted_for_the_day_it_was_written_on() {
    let world = World::met();
    world.agreed("Dishes", &["--every", "day"]);
    world.at("2025-03-05T19:00");
    world
        .run_bare("ben", &["kept", "dishes", "--no-input"], &[])
        .ends(0);
    world.at("2025-03-07T19:00");
    world
        .run("ben", &["unlock"], &["s"])
        .ends(0)
        .says("Left by a script on Wednesday 5 March.")
        .says("Dishes: kept, Wednesday 5 March")
        .says("[Enter] not now    [s] sign    [x] drop it");
    world.run("ben", &["lock"], &[]).ends(0);
}

/// What cannot be meant is refused when it is left, as far as that can be told.
#[test]
fn s27_nonsense_is_refused_when_it_is_put_or_said_plainly_when_it_is_shown() {
    let world = World::met();
    world.agreed("Dishes", &["--every", "day"]);
    world.at("2025-03-05T19:00");
    let tray = || world.run("ben", &["status", "--json"], &[]).json()["tray"].clone();
    // Locked: days, times, rules, words that are missing or too long.
    let long = "x".repeat(300);
    for (line, code) in [
        (&["kept", "dishes", "--on", "someday"][..], 2),
        (&["kept", "dishes", "--on", "2025-04-01"], 1),
        (&["kept", "dishes", "--note", &long], 1),
        (&["thanks"], 2),
        (&["heads-up", "dishes"], 2),
        (&["promise"], 2),
        (&["promise", "Tea", "--every", "blue moon"], 2),
    ] {
        let args = [&["--no-input"], line].concat();
        world.run_bare("ben", &args, &[]).ends(code);
    }
    assert_eq!(tray(), 0);
    // Open: also what the plan does not hold.
    world
        .run("ben", &["kept", "nonsense", "--no-input"], &[])
        .ends(1)
        .says("Nothing here is called");
    world
        .run("ben", &["thanks", "--no-input"], &[])
        .ends(2)
        .says("A script has to bring the words.");
    assert_eq!(tray(), 0);
    world
        .run("ben", &["kept", "dishes", "--no-input"], &[])
        .ends(0)
        .says("It waits for you");
    // Locked, it can only be told later.
    world
        .run_bare("ben", &["kept", "nonsense", "--no-input"], &[])
        .ends(0);
    let before = world.run("ben", &["log", "--json"], &[]).json();
    world
        .run("ben", &["unlock"], &["", "x"])
        .ends(0)
        .says("Dishes: kept")
        .says("This could not be understood.")
        .says("Something waits for you, unsigned. To go through it: handfast unlock --waiting");
    assert_eq!(tray(), 1);
    // Left for later: quiet until tomorrow, unless it is asked for.
    world
        .run("ben", &["unlock"], &[])
        .ends(0)
        .says("handfast unlock --waiting")
        .never_says("Left by a script");
    world
        .run("ben", &["unlock", "--waiting"], &[""])
        .ends(0)
        .says("Left by a script");
    let after = world.run("ben", &["log", "--json"], &[]).json();
    assert_eq!(before, after, "what was shown was not signed");
    world.at("2025-03-06T19:00");
    world
        .run("ben", &["unlock"], &["s"])
        .ends(0)
        .says("Left by a script on Wednesday 5 March.")
        .says("Signed");
    assert_eq!(tray(), 0);
    world
        .run("ben", &["unlock", "--waiting"], &[])
        .ends(0)
        .says("Nothing waits for you.");
    world.run("ben", &["lock"], &[]).ends(0);
}

#[test]
fn what_needs_a_person_says_so_with_exit_code_6() {
    let world = World::new();
    world.begin("ana", "Ana");
    for line in [&["invite"][..], &["join"], &["passphrase"], &["paper"]] {
        let mut args = vec!["--no-input"];
        args.extend(line);
        world.run("ana", &args, &[]).ends(6);
    }
}

#[test]
fn s27_a_heads_up_goes_out_by_a_script_only_by_ones_own_setting_and_is_marked() {
    let world = World::met();
    world.agreed("Dishes", &["--every", "day"]);
    world
        .run("ben", &["settings", "unattended", "yes"], &[])
        .ends(0);
    world
        .run("ben", &["heads-up", "dishes", "Late"], &[])
        .ends(1)
        .says("counts from Monday 3 March");
    world.at("2025-03-03T17:00");
    let line = ["heads-up", "dishes", "Late", "--no-input"];
    world.run("ben", &line, &[]).ends(0).says("Said ahead");
    world
        .run("ben", &["log"], &[])
        .ends(0)
        .says("(by a script)");
    world
        .run("ben", &["kept", "dishes", "--no-input"], &[])
        .ends(0)
        .says("unsigned");
    world.run_bare("ben", &line, &[]).ends(0).says("unsigned");
}

#[test]
fn s27_a_script_that_brings_no_words_leaves_nothing_to_wait() {
    let world = World::met();
    world.run("ana", &["promise", "Dishes"], &[]).ends(0);
    let lines: [(&[&str], &str); 14] = [
        (&["need"], "handfast need \"TEXT\" --no-input"),
        (&["need", " "], "handfast need \"TEXT\" --no-input"),
        (&["need", "change", "quiet"], "change WHAT \"TEXT\""),
        (&["about-me"], "handfast about-me \"TEXT\" --no-input"),
        (&["amends", "dishes"], "handfast amends WHAT \"TEXT\""),
        (&["edit", "dishes"], "handfast edit dishes --text \"TEXT\""),
        (&["boundary", "--when", "voices rise"], "--will \"TEXT\""),
        (&["vision"], "handfast vision \"TEXT\" --no-input"),
        (&["questions"], "handfast questions --add \"TEXT\""),
        (&["when-then"], "handfast when-then \"TITLE\""),
        (&["when-then", "change", "x"], "--mine \"TEXT\""),
        (&["promise"], "handfast promise \"TITLE\""),
        (&["thanks"], "handfast thanks \"TEXT\""),
        (&["heads-up", "dishes"], "handfast heads-up WHAT \"TEXT\""),
    ];
    for (line, how) in lines {
        // Closed, then open: it is told at once either way.
        let line = [&["--no-input"], line].concat();
        for said in [
            world.run_bare("ana", &line, &[]),
            world.run("ana", &line, &[]),
        ] {
            said.ends(2)
                .says("A script has to bring the words.")
                .says(how);
        }
    }
    let status = world.run("ana", &["status", "--json"], &[]).json();
    assert_eq!(status["tray"], 0);
    // What brings a change waits as before.
    let line = ["--no-input", "edit", "dishes", "--by", "20:00"];
    world.run_bare("ana", &line, &[]).ends(0);
}
