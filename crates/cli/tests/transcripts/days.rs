//! Following through: kept, partly, missed, heads-up, thanks, undo, and looking at it.

use crate::people::World;

#[test]
fn a_day_is_noted_corrected_and_undone() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday", "--by", "18:00"]);
    world.at("2025-03-05T17:00");
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("by 18:00")
        .says("handfast kept home");
    world.at("2025-03-05T20:00");
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("was by 18:00")
        .says("handfast missed home");
    world
        .run("ben", &["kept", "home"], &[])
        .ends(0)
        .says("Home by six: kept, Wednesday 5 March.")
        .says("two minutes");
    world
        .run("ben", &["undo"], &[])
        .ends(0)
        .says("Taken back")
        .says("kept");
    world
        .run("ben", &["undo"], &[])
        .ends(1)
        .says("A correction is a new entry");
    world
        .run("ben", &["kept", "home", "--note", "Early train"], &[])
        .ends(0);
    world
        .run("ben", &["kept", "home", "--note", "Early train"], &[])
        .ends(0)
        .says("stands there already");
    world
        .run("ben", &["partly", "home"], &[])
        .ends(0)
        .says("in place of what you noted before");
    world
        .run("ben", &["missed", "home", "--on", "yesterday"], &[])
        .ends(0)
        .says("Saying it yourself counts");
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("you noted: partly");
    let status = world.run("ben", &["status", "--json"], &[]).json();
    assert_eq!(status["due"][0]["short"], "home");
    assert_eq!(status["due"][0]["noted"][0], "partly");
    world.at("2025-03-05T20:05");
    world
        .run("ben", &["undo"], &[])
        .ends(1)
        .says("nothing that can still be taken back");
}

#[test]
fn only_about_oneself_and_only_about_what_was_promised() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday"]);
    world.at("2025-03-05T20:00");
    world
        .run("ana", &["kept", "home"], &[])
        .ends(1)
        .says("is not something that you have promised");
    world
        .run("ben", &["kept", "dishes"], &[])
        .ends(1)
        .says("Nothing here is called");
    world
        .run("ben", &["kept", "home", "--on", "tomorrow"], &[])
        .ends(1)
        .says("has not come yet");
    world
        .run("ben", &["kept", "home", "--on", "soonish"], &[])
        .ends(2)
        .says("is not a day");
    // Left out it is asked for, by a name that says what is meant; nobody there: a wrong line.
    world.run("ben", &["kept", "--no-input"], &[]).ends(2);
    world
        .run("ben", &["kept"], &["the early train", ""])
        .ends(0)
        .says("About: Home by six")
        .says("| the early train")
        .says("[Enter] not now    [s] sign")
        .says("Not now");
    world
        .run("ben", &["kept", "hmoe"], &[])
        .ends(1)
        .says("Did you mean:")
        .says("  home           Home by six");
    let long = "x".repeat(300);
    world
        .run("ben", &["kept", "home", "--note", &long], &[])
        .ends(1)
        .says("shorter");
}

#[test]
fn heads_up_and_thanks_reach_the_other() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday", "--by", "18:00"]);
    world.at("2025-03-05T17:00");
    world
        .run(
            "ben",
            &[
                "heads-up",
                "home",
                "Nearer half past, the dentist runs late.",
            ],
            &[],
        )
        .ends(0)
        .says("It goes when your devices meet");
    world
        .run("ben", &["heads-up", "home"], &["Away", ""])
        .ends(0);
    world
        .run("ben", &["heads-up", "home", "x", "--on", "yesterday"], &[])
        .ends(1)
        .says("is over");
    world
        .run(
            "ben",
            &[
                "heads-up",
                "home",
                "x",
                "--on",
                "friday",
                "--to",
                "2025-03-01",
            ],
            &[],
        )
        .ends(2);
    world
        .run(
            "ben",
            &["thanks"],
            &["You let me finish on Sunday.", "That was kind.", "", "s"],
        )
        .ends(0);
    world.run("ben", &["thanks"], &[""]).ends(0).says("Not now");
    world.at("2025-03-05T17:30");
    world.meet();
    let said = world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("New from Ben")
        .says("heads-up  Home by six, today");
    let thanks = said.out.find("Thanks from Ben").unwrap();
    assert!(
        thanks < said.out.find("New from Ben").unwrap(),
        "thanks come first"
    );
    // It stays on the page for this day, and is old the next.
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("Thanks from Ben");
    world.at("2025-03-06T17:30");
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .never_says("Thanks from Ben");
    world
        .run("ana", &["log", "--of", "ben"], &[])
        .ends(0)
        .says("Ben says thanks")
        .never_says("Ana agreed");
    world
        .run("ana", &["log", "--of", "Zoe"], &[])
        .ends(2)
        .says("neither of you");
    world
        .run("ana", &["log", "--since", "2025-03-06"], &[])
        .ends(0)
        .says("Nothing yet");
}

#[test]
fn s15_nothing_counts_and_nothing_tells_what_the_other_left_blank() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday"]);
    world.at("2025-03-20T20:00");
    for line in [&["status"][..], &["plan"], &["log"], &["plan", "home"]] {
        world
            .run("ana", line, &[])
            .ends(0)
            .never_says("missed")
            .never_says("blank")
            .never_says("days ago");
    }
}

#[test]
fn without_grace_there_is_no_undo_and_it_is_said() {
    let world = World::met();
    world.run("ana", &["settings", "grace", "0"], &[]).ends(0);
    world
        .run("ana", &["thanks", "For the soup"], &["s"])
        .ends(0)
        .says("There is no undo now");
    // Where nothing can be taken back, the page waits; taking back a yes never does.
    world
        .run("ana", &["thanks", "For the bread"], &[""])
        .ends(0)
        .says("[Enter] not now    [s] sign")
        .says("Not now");
    world.run("ana", &["undo"], &[]).ends(1);
}

#[test]
fn s21_an_export_is_written_once_with_its_statement_and_nobody_is_told() {
    let world = World::met();
    world.run("ana", &["thanks", "For the soup"], &[]).ends(0);
    let folder = world.path("out");
    let folder = folder.to_str().unwrap();
    world
        .run("ana", &["export", folder], &[])
        .ends(0)
        .says("It does not show that it is true")
        .says("python3 verify.py records.cbor")
        .says("Nobody is told");
    assert!(world.path("out/records.cbor").exists());
    let readme = std::fs::read_to_string(world.path("out/README.txt")).unwrap();
    for text in [
        "It does not show that it is true",
        "what time it was",
        "python3 verify.py records.cbor --names \"Ana,Ben\"",
        "the one who invited is Ana, the one who joined is Ben",
    ] {
        assert!(readme.contains(text), "{text:?} is not in {readme}");
    }
    world
        .run("ana", &["export", folder], &[])
        .ends(2)
        .says("is there already");
    world.run("ana", &["export"], &[]).ends(2);
}

#[test]
fn the_menu_shares_its_questions_with_the_verbs() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday"]);
    world.at("2025-03-05T20:00");
    let said = world
        .run("ben", &[], &["nonsense", "99", ""])
        .ends(0)
        .says("   1  Read this page again")
        .says("   9  Help")
        .says("one of the numbers");
    let first: Vec<&str> = said
        .err
        .lines()
        .filter(|line| line.starts_with("   "))
        .collect();
    world
        .run(
            "ben",
            &[],
            &["6", "1", "", "s", "2", "For the soup", "", "s", ""],
        )
        .ends(0)
        .says("Home by six: kept")
        .says("Your thanks to Ana");
    world
        .run("ben", &[], &["6", "4", "Late today", "s", ""])
        .ends(0)
        .says("Said ahead");
    world
        .run("ben", &[], &["6", "7", ""])
        .ends(0)
        .says("Taken back");
    world
        .run("ben", &[], &["3", "1", "7", "1", "9", "1", ""])
        .ends(0)
        .says("1522");
    // What cannot be done now is said; no number moves for it.
    world
        .run("ben", &[], &["3", "5", "3", "", ""])
        .ends(0)
        .says("There is no open offer.");
    // A promise is written, changed, offered, read and agreed from here.
    world
        .run(
            "ana",
            &[],
            &[
                "3",
                "2",
                "One topic",
                "",
                "",
                "3",
                "3",
                "2",
                "",
                "3",
                "4",
                "2",
                "s",
                "",
            ],
        )
        .ends(0)
        .says("Offered");
    world.at("2025-03-05T20:10");
    world.meet();
    let said = world
        .run("ben", &[], &["3", "5", "s", ""])
        .ends(0)
        .says("Ana offers something; to read it: 3,5.")
        .says("SIGN")
        .says("Agreed: One topic");
    for line in first {
        assert!(said.err.contains(line), "{line:?} moved in\n{}", said.err);
    }
}

#[test]
fn a_draft_that_the_other_changed_is_new_until_it_was_looked_at() {
    let world = World::met();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("nothing new has come in");
    world.run("ben", &["promise", "Dishes"], &[]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run("ana", &["status", "--mine"], &[])
        .ends(0)
        .says("Nothing is due today.")
        .never_says("nothing new");
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("New from Ben")
        .says("changed   The draft")
        .says("handfast plan --draft")
        .never_says("nothing new");
    let json = world.run("ana", &["status", "--json"], &[]).ends(0).json();
    assert_eq!(json["redrafted"], true);
    // One's own edit is no news, and what was looked at yesterday neither.
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("nothing new has come in");
    world.at("2025-03-03T19:10");
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("nothing new has come in");
    // After the draft was read, its next change is told, until it was seen too.
    world.run("ana", &["plan"], &[]).ends(0).says("Dishes");
    world.run("ben", &["promise", "Tea at four"], &[]).ends(0);
    world.at("2025-03-03T19:20");
    world.meet();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("New from Ben")
        .says("changed   The draft");
    world.run("ana", &["plan"], &[]).ends(0).says("Tea at four");
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("nothing new has come in");
}
