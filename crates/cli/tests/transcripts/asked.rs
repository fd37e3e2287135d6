//! What is asked where a tired person left it out, and that no answer names a page of options, the word
//! that was typed, or a default that is none.

use crate::people::World;

/// Ben has promised to be home by six, both have a plan for loud evenings; it is Friday 14 March.
fn friday() -> World {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday", "--by", "18:00"]);
    let plan = [
        "when-then",
        "When voices rise",
        "--mine",
        "leaves the room",
        "--theirs",
        "stays calm",
        "--back",
        "Kitchen table",
    ];
    world.run("ben", &plan, &[]).ends(0);
    world.run("ben", &["offer", "voices"], &["s"]).ends(0);
    world.at("2025-03-02T19:30");
    world.meet();
    world.run("ana", &["agree", "voices"], &["s"]).ends(0);
    world.at("2025-03-02T19:40");
    world.meet();
    world.at("2025-03-14T21:00");
    world
}

fn entries(world: &World, who: &str, what: &str) -> Vec<serde_json::Value> {
    let log = world.run(who, &["log", what, "--json"], &[]).ends(0).json();
    log["entries"].as_array().unwrap().clone()
}

#[test]
fn a_setback_without_what_is_asked_for_it_and_enter_names_nothing() {
    let world = friday();
    world
        .run("ben", &["setback"], &["1", "Stayed until eight", "s"])
        .ends(0)
        .says("What is it about?\n   1  Home by six\n   2  When voices rise\n")
        .says("A number, or only Enter: nothing named.")
        .says("A setback, today: Home by six.");
    world
        .run("ben", &["setback"], &["voices", "", "s"])
        .ends(0)
        .says("A setback, today: When voices rise.");
    world
        .run("ben", &["setback", "--note", "Beer"], &["", "s"])
        .ends(0)
        .says("A setback, today.\n");
    // A slip is told, and asked for again.
    world
        .run("ben", &["setback", "--note", "Wine"], &["7", "2", ""])
        .ends(0)
        .says("There is no such one in the list.")
        .says("A setback, today: When voices rise.")
        .says("Not now");
    // Several words that name nothing may have been the fact.
    world
        .run("ben", &["setback", "I shouted in the kitchen"], &["s"])
        .ends(1)
        .says("handfast setback --note \"TEXT\"");
    world
        .run("ben", &["setback", "--note", "Rum", "--no-input"], &[])
        .ends(0);
    world
        .run("ben", &["unlock"], &["s"])
        .ends(0)
        .never_says("What is it about?")
        .says("Signed");
    assert_eq!(entries(&world, "ben", "home").len(), 3, "offer to setback");
    assert_eq!(entries(&world, "ben", "setback").len(), 4);
    // Who has nothing that can go wrong is asked nothing.
    let alone = World::met();
    alone
        .run("ben", &["setback", "--note", "Beer"], &["s"])
        .ends(0)
        .never_says("What is it about?")
        .says("Signed");
}

#[test]
fn the_words_of_an_amends_alone_are_its_words_and_what_they_are_about_is_asked() {
    let world = friday();
    let text = "I told you the same evening and gave you my card";
    world
        .run("ben", &["setback", "voices", "--note", "x"], &["s"])
        .ends(0);
    world.run("ben", &["missed", "home"], &[]).ends(0);
    world
        .run("ben", &["amends", text], &["2", "s"])
        .ends(0)
        .says("What is it about?\n   1  missed, Home by six, today\n   2  setback, When voices rise, today\n")
        .says("What you did about it: setback, When voices rise, today.")
        .says(&format!("  | {text}"));
    world
        .run("ben", &["amends", text], &["", "s"])
        .ends(0)
        .says("What you did about it. It names nothing.")
        .says("Signed");
    world
        .run("ben", &["amends", text], &["", ""])
        .ends(0)
        .says("Not now; nothing has changed.");
    // What names something of the plan is no text.
    world
        .run("ben", &["amends", "voices rise"], &["I listened.", "s"])
        .ends(0)
        .says("  | I listened.")
        .never_says("What is it about?");
    world
        .run("ben", &["amends", "setbakc"], &["s"])
        .ends(1)
        .says("No setback of yours");
    // With nobody there it names nothing, and waits.
    world
        .run("ben", &["amends", text, "--no-input"], &[])
        .ends(0);
    world
        .run("ben", &["unlock"], &["s"])
        .ends(0)
        .says("It names nothing.")
        .never_says("What is it about?")
        .says("Signed");
    let amends = entries(&world, "ben", "amends");
    let says: Vec<&str> = amends
        .iter()
        .map(|one| one["says"].as_str().unwrap())
        .collect();
    assert_eq!(
        says,
        [
            "did something about the setback of Friday 14 March: When voices rise",
            "did something about it",
            "did something about the setback of Friday 14 March: When voices rise",
            "did something about it",
        ]
    );
    world
        .run("ana", &["amends", text], &["s"])
        .ends(0)
        .never_says("What is it about?");
}

#[test]
fn what_is_missing_is_asked_by_the_command_that_is_named() {
    let world = World::met();
    world
        .run("ben", &["when-then", "When voices rise"], &[])
        .ends(0)
        .says("To write that:  handfast when-then change voices\n")
        .never_says("--help");
    world
        .run(
            "ben",
            &["when-then", "change", "voices"],
            &["", "leaves the room", "stays calm", "20m", "Kitchen", ""],
        )
        .ends(0)
        .never_says("could not be offered");
    world
        .run("ben", &["when-then"], &[""])
        .ends(0)
        .says("in a few words (for example: Hard evenings):")
        .says("Not now; nothing has changed.");
    world
        .run("ben", &["edit", "voices", "--by", "18:00"], &[])
        .never_says("--help");
    world
        .run("ben", &["promise", "Yoga", "--every", "always"], &[])
        .ends(2)
        .says("\"other monday\", \"first friday\"; or leave it out")
        .never_says("FREQ");
    world
        .run("ben", &["promise", "Yoga", "--every", "other monday"], &[])
        .ends(0)
        .says("every other week on Monday");
}

/// What one verb knows as a sort of entries the other knows too, and nothing is answered with itself.
#[test]
fn the_sorts_of_entries_are_one_list() {
    let world = friday();
    let sorts = [
        "offer", "agree", "decline", "withdraw", "kept", "partly", "missed", "heads-up", "thanks",
        "setback", "amends", "pause", "back", "heard", "check-in", "space", "sorry", "boundary",
        "need", "about-me",
    ];
    for sort in sorts {
        let said = world.run("ana", &["heard", sort], &[]).ends(1);
        said.says(&format!("There is no {sort} of Ben's here to say that to."))
            .never_says("Did you mean");
        world
            .run("ana", &["log", sort], &[])
            .ends(0)
            .never_says("Did you mean");
    }
    world.run("ben", &["heads-up", "home", "Late"], &[]).ends(0);
    world
        .run("ben", &["boundary", "When it is loud, I go out."], &["s"])
        .ends(0);
    world.at("2025-03-14T21:10");
    world.meet();
    for (what, says) in [
        ("heads-up", "says ahead"),
        ("Boundaries", "set a boundary"),
        ("agree", "agreed"),
    ] {
        let found = entries(&world, "ana", what);
        let all = found
            .iter()
            .all(|one| one["says"].as_str().unwrap().starts_with(says));
        assert!(!found.is_empty() && all, "{what}: {found:?}");
    }
    for verb in ["heard", "log"] {
        world
            .run("ana", &[verb, "heads-pu"], &[])
            .ends(1)
            .says("Did you mean:\n  heads-up");
    }
    world
        .run("ana", &["heard", "Heads-up"], &[])
        .ends(0)
        .says("You heard it: heads-up");
    world
        .run("ana", &["heard", "boundary"], &[])
        .ends(0)
        .says("You heard it: \"When it is loud");
}

#[test]
fn nothing_is_said_twice_and_a_sentence_has_its_small_words() {
    let world = World::met();
    let plan = |title: &str, more: &[&str]| {
        let line = [
            "when-then",
            title,
            "--mine",
            "leaves the room",
            "--theirs",
            "stays calm",
            "--back",
            "At the kitchen table, and talk calmly.",
        ];
        world.run("ben", &[&line[..], more].concat(), &[]).ends(0)
    };
    plan("When voices rise", &["--aloud", "I stop here."])
        .says("  | When voices rise\n  | Ben: leaves the room\n");
    plan("Hard evenings", &["--trigger", "voices rise"])
        .says("  | Hard evenings\n  | When: voices rise\n");
    world.run("ben", &["offer", "rise"], &["s"]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    let agreed = world.run("ana", &["agree", "rise"], &["s"]).ends(0);
    agreed
        .says("  | When voices rise\n")
        .never_says("When: voices");
    world.at("2025-03-02T19:20");
    world.meet();
    world
        .run("ana", &["plan", "--card"], &[])
        .ends(0)
        .says("When voices rise\n")
        .never_says("When:\n");
    world.at("2025-03-03T21:10");
    world
        .run("ben", &["pause", "--for", "20m"], &[])
        .ends(0)
        .says("At the kitchen table, and talk calmly, at half past nine.")
        .says("no time of day.\nIt goes when your devices meet: handfast sync\n");
    world.run("ben", &["back"], &[]).ends(0).says(
        "It is noted that you came back.\nSigned: it stays. For two minutes you can take it back: \
         handfast undo\nIt goes when your devices meet: handfast sync\n",
    );
    // What is let go is signed under the same heading as all else.
    world
        .run("ana", &["boundary", "When it is loud, I go out."], &["s"])
        .ends(0);
    world
        .run("ana", &["boundary", "lift", "loud"], &["l"])
        .ends(0)
        .says("SIGN  ")
        .says("You lift this: from now on it does not count any more.")
        .never_says("LIFT")
        .says("It goes when your devices meet: handfast sync");
}
