//! Beginning alone: the first page, the passphrase, the 24 words.

use std::os::unix::fs::PermissionsExt;

use crate::people::{PASSPHRASE, World};

#[test]
fn the_first_page_comes_before_anything_is_kept() {
    let world = World::new();
    let said = world
        .run_bare("ana", &["start", "--rehearsal"], &["q"])
        .ends(0)
        .says("Before you begin")
        .says("Not now");
    assert!(said.out.is_empty());
    assert!(!world.path("ana").exists() && !world.path("ana-state").exists());
    // The end of the input is no "go on" either.
    world
        .run_bare("ana", &["start", "--rehearsal"], &[])
        .ends(0);
    assert!(!world.path("ana").exists());
    // Page 2 stays until Enter, then page 1 is back; the end of the input is no "go on" there.
    let page_two = |answers: &[&str]| {
        let said = world
            .run_bare("ana", &["start", "--rehearsal"], answers)
            .ends(0)
            .says("1522")
            .says("[Enter] back to page 1");
        assert!(!world.path("ana").exists());
        said.err.matches("Before you begin").count()
    };
    assert_eq!(page_two(&["2"]), 1);
    assert_eq!(page_two(&["2", "q"]), 1);
    assert_eq!(page_two(&["2", "", "q"]), 2);
}

#[test]
fn a_home_begins_and_says_what_next() {
    let world = World::new();
    let said = world
        .run_bare(
            "ana",
            &["start", "--rehearsal"],
            &["", PASSPHRASE, PASSPHRASE, "Ana"],
        )
        .ends(0)
        .says("This device is yours now, Ana.")
        .says("A later version needs them")
        .never_says("words bring you back")
        .says("handfast paper")
        .says("handfast invite")
        .never_says(PASSPHRASE);
    assert!(said.out.is_empty(), "talk is on standard error");
    for folder in ["ana", "ana-state"] {
        let mode = std::fs::metadata(world.path(folder))
            .unwrap()
            .permissions()
            .mode()
            & 0o777;
        assert_eq!(mode, 0o700, "{folder}");
    }
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("handfast invite");
    world
        .run("ana", &[], &[""])
        .ends(0)
        .says("8  Meeting, and this device")
        .says("To begin together: 8,2");
}

#[test]
fn beginning_twice_stops() {
    let world = World::new();
    world.begin("ana", "Ana");
    world
        .run("ana", &["start", "--rehearsal"], &["", "Ana"])
        .ends(1)
        .says("There is a home already")
        .says("--home DIR");
    world
        .run("ana", &["init", "--rehearsal", "--json"], &[])
        .ends(1)
        .error();
}

#[test]
fn a_slip_asks_that_question_again_and_loses_nothing() {
    let world = World::new();
    let start = ["start", "--rehearsal"];
    for (answers, said) in [
        (
            &["", "four words for me", "four words for us"][..],
            "not the same",
        ),
        (&["", "short"], "shorter than 8"),
    ] {
        world
            .run_bare("ana", &start, answers)
            .ends(0)
            .says(said)
            .says("Not now");
        assert!(!world.path("ana").exists());
    }
    let long = "x".repeat(41);
    let slips = [
        "",
        "short",
        PASSPHRASE,
        "four other words",
        PASSPHRASE,
        PASSPHRASE,
        &long,
        "Bea",
    ];
    world
        .run_bare("bea", &start, &slips)
        .ends(0)
        .says("shorter than 8")
        .says("not the same")
        .says("That cannot be a name here")
        .says("This device is yours now, Bea.");
    world
        .run_bare("ana", &start, &["", "", "Ana"])
        .ends(0)
        .says("Not now");
    assert!(!world.path("ana").exists());
}

#[test]
fn beginning_needs_a_person() {
    let world = World::new();
    world
        .run("ana", &["start", "--rehearsal", "--no-input"], &[])
        .ends(6);
    let mut real = world.command("ana", &["start"]);
    let output = real.env_remove("HANDFAST_NOW").output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(6),
        "a pipe answers only in a rehearsal"
    );
}

#[test]
fn an_injected_clock_works_in_a_rehearsal_alone() {
    let world = World::new();
    world.begin("ana", "Ana");
    let mut broken = world.command("ana", &["status"]);
    broken.env("HANDFAST_NOW", "soon").env(
        "HANDFAST_PASSPHRASE_COMMAND",
        format!("echo '{PASSPHRASE}'"),
    );
    assert_eq!(broken.output().unwrap().status.code(), Some(2));
}

#[test]
fn the_24_words_are_shown_and_checked() {
    let world = World::new();
    world.begin("ana", "Ana");
    let said = world
        .run("ana", &["paper"], &[""])
        .ends(0)
        .says("Your 24 words");
    let table: Vec<String> = said
        .err
        .lines()
        .filter(|line| line.starts_with("  "))
        .map(str::to_owned)
        .collect();
    let mut right = vec![String::new(); 24];
    for line in table {
        let tokens: Vec<&str> = line.split_whitespace().collect();
        for pair in tokens.chunks(2) {
            if let (Ok(n), Some(word)) = (pair[0].parse::<usize>(), pair.get(1)) {
                right[n - 1] = (*word).to_owned();
            }
        }
    }
    assert!(right.iter().all(|word| !word.is_empty()), "{right:?}");
    let lines =
        |words: &[String]| -> Vec<String> { words.chunks(6).map(|line| line.join(" ")).collect() };
    let check = |lines: &[String]| {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        world.run("ana", &["paper", "--check"], &lines)
    };
    check(&lines(&right))
        .ends(0)
        .says("Be alone for this")
        .says("Your paper is right");
    // A word that no paper has is asked for again, alone; the others are kept.
    let mut wrong = right.clone();
    wrong[4] = "handfast".into();
    let mut typed = lines(&wrong);
    typed.insert(1, right[4].clone());
    check(&typed)
        .ends(0)
        .says("Word 5 cannot be \"handfast\"")
        .says("Your paper is right");
    // A word of another paper is named by its place.
    wrong[4] = if right[4] == "zoo" { "zone" } else { "zoo" }.into();
    check(&lines(&wrong))
        .ends(1)
        .says("All but one are right: look at word 5.");
    check(&lines(&right[..6])).ends(0).says("Not now");
    world.run("ana", &["paper", "--json"], &[]).ends(2);
    world.run("ana", &["paper", "--no-input"], &[]).ends(6);
}

#[test]
fn the_passphrase_changes_and_only_the_new_one_opens() {
    let world = World::new();
    world.begin("ana", "Ana");
    let new = "another four words";
    world
        .run("ana", &["passphrase"], &[new, new])
        .ends(0)
        .says("Nobody is told");
    world
        .run("ana", &["status"], &[])
        .ends(4)
        .says("does not open");
    world.run_bare("ana", &["status"], &[new]).ends(0);
    world
        .run_bare(
            "ana",
            &["passphrase"],
            &["wrong passphrase", "wrong again and", "wrong", ""],
        )
        .ends(4);
    // Enter is "not now", at the old one and at the new one.
    world
        .run_bare("ana", &["passphrase"], &[""])
        .ends(0)
        .says("Not now");
    world
        .run_bare("ana", &["passphrase"], &[new, ""])
        .ends(0)
        .says("Your new passphrase")
        .says("Not now");
    world.run("ana", &["passphrase", "--no-input"], &[]).ends(6);
}

#[test]
fn settings_are_shown_set_and_refused() {
    let world = World::new();
    world.begin("ana", "Ana");
    world
        .run("ana", &["settings"], &[])
        .ends(0)
        .says("  what you are called here")
        .says("This home:")
        .says("Beside it:")
        .says("07:00,21:00");
    world
        .run("ana", &["settings", "grace", "0"], &[])
        .ends(0)
        .says("grace is now: 0");
    assert_eq!(
        world.run("ana", &["settings", "grace"], &[]).ends(0).out,
        "0\n"
    );
    world
        .run("ana", &["settings", "listen", "127.0.0.1:4747"], &[])
        .ends(0);
    world
        .run("ana", &["settings", "listen", "-"], &[])
        .ends(0)
        .says("not set");
    for wrong in [
        ["settings", "grace", "soon"],
        ["settings", "listen", "here"],
        ["settings", "colour", "red"],
        ["settings", "times", "25:00"],
    ] {
        world.run("ana", &wrong, &[]).ends(2).says(match wrong[1] {
            "grace" => "It can be: seconds, 0 to 3600",
            "listen" => "It can be: ADDRESS:PORT",
            "times" => "It can be: HH:MM",
            _ => "There are: name, other, grace",
        });
    }
    assert_eq!(
        world.run("ana", &["settings", "--json"], &[]).json()["settings"]["name"],
        "Ana"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_anything_is_asked() {
    let world = World::new();
    std::fs::write(world.path("file"), "").unwrap();
    for (home, state) in [("file/ana", "ana-state"), ("ana", "file/state")] {
        let home = world.path(home);
        let mut start = world.command(
            "ana",
            &["start", "--rehearsal", "--home", home.to_str().unwrap()],
        );
        start.env("HANDFAST_STATE", world.path(state));
        let output = start.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("Nothing can be kept in"), "{said}");
        assert!(said.contains("--home DIR"), "{said}");
        for not in ["copy", "24 words", "passphrase", "Before you begin"] {
            assert!(!said.contains(not), "{not:?} in {said}");
        }
        assert!(!world.path("ana").exists() && !world.path("ana-state").exists());
    }
}

/// S48: what is too open is closed; what its owner has closed is not opened behind anybody's back.
#[test]
fn s48_a_home_that_is_closed_to_writing_stays_so_and_says_what_to_do() {
    let world = World::new();
    world.begin("ana", "Ana");
    let home = world.path("ana");
    let mode = || std::fs::metadata(&home).unwrap().permissions().mode() & 0o777;
    let set =
        |mode| std::fs::set_permissions(&home, std::fs::Permissions::from_mode(mode)).unwrap();
    set(0o500);
    world
        .run("ana", &["status"], &[])
        .ends(1)
        .says("closed to writing by its own permissions")
        .says("chmod u+rwX");
    assert_eq!(mode(), 0o500);
    set(0o755);
    world.run("ana", &["status"], &[]).ends(0);
    assert_eq!(mode(), 0o700);
}
