//! Where a newcomer hesitated: a slip of the fingers, a word left out, something told twice or not at
//! all.

use crate::people::{PASSPHRASE, World};

/// A when-then plan that both agreed on 2 March.
fn with_voices() -> World {
    let world = World::met();
    let line = [
        "when-then",
        "When voices rise",
        "--mine",
        "leaves the room",
        "--theirs",
        "stays calm",
        "--pause",
        "20m",
        "--back",
        "Kitchen table",
        "--aloud",
        "I stop here, I am back soon.",
    ];
    world.run("ben", &line, &[]).ends(0);
    world.run("ben", &["offer", "voices"], &["s"]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world.run("ana", &["agree", "voices"], &["s"]).ends(0);
    world.at("2025-03-02T19:20");
    world.meet();
    world
}

#[test]
fn the_log_of_a_plan_tells_its_pauses_and_the_coming_back() {
    let world = with_voices();
    world.agreed("Home by six", &["--every", "day"]);
    world.at("2025-03-07T21:00");
    // Another length than agreed keeps the agreed line and says its own.
    world
        .run("ben", &["pause", "--for", "5h"], &[])
        .ends(0)
        .says("I stop here, I am back soon. This time I need five hours. Kitchen table,")
        .says("Back at 02:00 tomorrow.");
    world.run("ben", &["back"], &[]).ends(0);
    world.at("2025-03-07T22:00");
    world
        .run("ben", &["pause"], &[])
        .ends(0)
        .never_says("This time");
    world
        .run("ben", &["setback", "voices", "--note", "Shouted"], &["s"])
        .ends(0);
    world.at("2025-03-07T22:10");
    world.meet();
    for who in ["ben", "ana"] {
        let about = |what: &str| {
            let said = world.run(who, &["log", what, "--json"], &[]).ends(0).json();
            let entries = said["entries"].as_array().unwrap().clone();
            let kinds = entries
                .iter()
                .map(|one| one["entry"].as_str().unwrap().to_owned());
            kinds.collect::<Vec<_>>()
        };
        let voices = about("voices");
        for kind in ["pause", "back", "setback", "offer", "agree"] {
            assert!(voices.iter().any(|one| one == kind), "{kind}: {voices:?}");
        }
        assert_eq!(voices.iter().filter(|one| *one == "pause").count(), 2);
        assert!(
            !about("home")
                .iter()
                .any(|one| one == "pause" || one == "back")
        );
    }
}

#[test]
fn after_a_decline_there_is_something_to_compare() {
    let world = World::met();
    world.run("ben", &["promise", "Home by six"], &[]).ends(0);
    world.run("ben", &["offer", "home"], &["s"]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world.run("ana", &["decline", "home"], &[]).ends(0);
    world
        .run("ana", &["edit", "home", "--title", "Home by seven"], &[])
        .ends(0);
    world.at("2025-03-02T19:20");
    world.meet();
    for (who, whose) in [("ben", "your"), ("ana", "Ben's")] {
        world
            .run(who, &["compare", "home"], &[])
            .ends(0)
            .says(&format!("From {whose} offer that was declined"))
            .says("[-six-]{+seven+}");
    }
    // "changed The draft" is news until it was read; a change of one's own is none.
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("changed   The draft");
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("changed   The draft");
    world.run("ben", &["plan"], &[]).ends(0);
    world
        .run(
            "ben",
            &["edit", "home", "--by", "19:00", "--every", "day"],
            &[],
        )
        .ends(0);
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .never_says("The draft");
    world
        .run("ana", &["edit", "home", "--text", "Every day."], &[])
        .ends(0);
    world.at("2025-03-02T19:30");
    world.meet();
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("changed   The draft");
}

#[test]
fn a_slip_is_answered_with_what_is_near_and_a_hint_with_the_name_there_is() {
    let world = World::met();
    world.agreed("I say so before I borrow", &["--every", "day"]);
    world
        .run("ana", &["edit", "borrow", "--short", "loan"], &[])
        .ends(0);
    world
        .run("ben", &["edit", "borrow", "--short", "loan"], &[])
        .ends(0);
    world.at("2025-03-03T19:00");
    for line in [
        &["plan", "laon"][..],
        &["plan", "borow"],
        &["kept", "laon"],
        &["log", "borow"],
        &["days", "borow"],
        &["compare", "loann"],
    ] {
        world
            .run("ben", line, &[])
            .ends(1)
            .says("Did you mean:")
            .says("  loan           I say so before I borrow");
    }
    world
        .run("ana", &["agree", "laon"], &[])
        .ends(1)
        .says("  loan ");
    world
        .run("ben", &["plan", "elephant"], &[])
        .ends(1)
        .never_says("Did you mean");
    world
        .run("ana", &["heard", "setbak"], &[])
        .ends(1)
        .says("  setback");
    // The name that is known stands in the hint.
    world
        .run("ana", &["agree", "loan"], &[])
        .ends(1)
        .says("handfast plan loan");
    world
        .run("ben", &["kept", "loan", "--on", "tomorrow"], &[])
        .ends(1)
        .says("handfast heads-up loan");
    world
        .run("ben", &["heads-up", "loan", "x", "--on", "2025-03-01"], &[])
        .ends(1)
        .says("missed loan --on DAY");
}

#[test]
fn a_verb_near_what_was_typed_stands_first_and_capitals_are_taken() {
    let world = World::met();
    for (typed, meant) in [
        ("keept", "Did you mean: kept?"),
        ("pasue", "Did you mean: pause?"),
        ("strt", "Did you mean: start?"),
        ("statsu", "Did you mean: status?"),
    ] {
        world.run("ana", &[typed], &[]).ends(2).says(meant);
    }
    world
        .run("ana", &["menu"], &[])
        .ends(2)
        .never_says("Did you mean");
    world
        .run("ana", &["help", "kep"], &[])
        .ends(2)
        .says("Did you mean: kept?");
    world
        .run("ana", &["Status"], &[])
        .ends(0)
        .says("Nothing is due today");
    world
        .run("ana", &["PLAN", "--agreed"], &[])
        .ends(0)
        .says("Our plan");
}

#[test]
fn an_empty_name_throws_nothing_away() {
    let world = World::new();
    let line = ["start", "--rehearsal"];
    world
        .run_bare("ana", &line, &["", PASSPHRASE, PASSPHRASE, "", "Ana"])
        .ends(0)
        .says("It needs a name. Only Enter once more: not now.")
        .says("This device is yours now, Ana.");
    world
        .run_bare("ben", &line, &["", PASSPHRASE, PASSPHRASE, "", ""])
        .ends(0)
        .says("Not now");
    assert!(!world.path("ben").exists());
    world
        .run("ana", &["settings"], &[])
        .says("grace        120 seconds: two minutes");
    world
        .run("ana", &["settings", "grace", "0"], &[])
        .says("grace is now: 0 seconds: no undo");
}

#[test]
fn starting_points_read_as_sentences() {
    let world = World::new();
    world
        .run("ana", &["example", "voices"], &[])
        .ends(0)
        .says("One of you: goes to the other room")
        .says("Pause: twenty minutes");
    world
        .run("ana", &["example", "bills"], &[])
        .ends(0)
        .says("Days: every month on the 1st")
        .never_says("FREQ");
    for name in ["bets", "gambling"] {
        world
            .run("ana", &["example", name], &[])
            .ends(0)
            .says("gamb");
    }
}

#[test]
fn what_is_there_already_is_said_in_our_words() {
    let world = World::new();
    let folder = world.path("there");
    std::fs::create_dir(&folder).unwrap();
    let folder = folder.to_str().unwrap();
    for line in [["help", "man", folder], ["tour", "--dir", folder]] {
        world
            .run("ana", &line, &[])
            .ends(2)
            .says("is there already")
            .never_says("File exists");
    }
}

#[test]
fn what_waits_is_named_by_the_line_that_shows_it() {
    let world = with_voices();
    world.at("2025-03-03T19:00");
    world
        .run_unattended("ben", &["thanks", "For listening"])
        .ends(0);
    let row = |said: &str| {
        let line = said.lines().find(|line| line.contains("handfast unlock"));
        line.unwrap_or_default().trim().to_owned()
    };
    let closed = world.run("ben", &["status"], &[]).ends(0).out;
    assert!(row(&closed).ends_with("handfast unlock"), "{closed}");
    // Left for later today; opened, the line that shows it all the same.
    world.run("ben", &["unlock"], &[""]).ends(0);
    let open = world.run("ben", &["status"], &[]).ends(0).out;
    assert!(open.contains("handfast unlock --waiting"), "{open}");
    world.run("ben", &["lock"], &[]).ends(0);
}

/// After its review date a plan rests: the pause helps at once all the same, and says why the line
/// that both agreed is not there.
#[test]
fn a_pause_says_that_its_plan_rests() {
    let world = with_voices();
    world.at("2025-03-07T21:00");
    world
        .run("ben", &["pause"], &[])
        .ends(0)
        .says("I stop here")
        .never_says("rests");
    world.at("2025-07-07T21:00");
    world
        .run("ben", &["pause"], &[])
        .ends(0)
        .says("I need twenty minutes.")
        .says("Your plan rests since its review date.")
        .says("handfast review voices")
        .never_says("I stop here");
}
