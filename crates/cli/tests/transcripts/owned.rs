//! What one owns, what both write, and starting points: by the words a person types.

use std::collections::BTreeMap;
use std::fs;

use crate::people::{World, check_screen};

const WAGES: &str = "When there is gambling, I keep my wages in my own account.";

/// S14: in force at the owner's signature, heard and not agreed to, and nobody else's to change.
#[test]
fn s14_a_boundary_is_its_owners_alone() {
    let world = World::met();
    // Guided, and shown in full before it is signed (S25); Enter is not now.
    let line = ["there is gambling", "I keep my wages in my own account"];
    let answered = |key| [&line[..], &[key]].concat();
    world
        .run("ana", &["boundary"], &answered(""))
        .ends(0)
        .says("SIGN")
        .says(&format!("  | {WAGES}"))
        .says("nobody has to agree")
        .says("Not now");
    world
        .run("ana", &["plan"], &[])
        .ends(0)
        .never_says("gambling");
    let said = world
        .run("ana", &["boundary", "--json"], &answered("s"))
        .ends(0);
    let short = said.json()["short"].as_str().unwrap().to_owned();
    assert_eq!(short, "gambling");
    world
        .run("ana", &["plan"], &[])
        .ends(0)
        .says("Ana's boundaries")
        .says(WAGES)
        .says("In force.");
    world.at("2025-03-02T19:10");
    world.meet();

    // New once, with the way to read it; her own wages bring Ben no note.
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("boundary  When there is gambling")
        .says("handfast plan gambling");
    world
        .run("ben", &["plan", "gambling"], &[])
        .ends(0)
        .says("Ana's boundary. In force.")
        .says("handfast heard gambling")
        .never_says("For you alone");
    for verb in ["agree", "decline", "withdraw", "offer", "edit"] {
        world
            .run("ben", &[verb, "gambling"], &["s"])
            .ends(1)
            .says("That is Ana's boundary. Only Ana changes it or lifts it.");
    }
    for line in [
        &["boundary", "change", "gambling", "I stay"][..],
        &["boundary", "lift", "gambling"],
        &["need", "let-go", "gambling"],
    ] {
        world
            .run("ben", line, &["s", "l"])
            .ends(1)
            .says("Only Ana changes it");
    }
    world
        .run("ben", &["review", "gambling"], &[])
        .ends(1)
        .says("is Ana's boundary. It has no")
        .says("it stands as it is until Ana changes or lifts it")
        .never_says("not agreed");
    world
        .run("ana", &["review", "gambling"], &[])
        .ends(1)
        .says("is your boundary.")
        .says("until you change or lift it.")
        .says("handfast boundary change gambling");
    world
        .run("ben", &["heard", "gambling"], &["s"])
        .ends(0)
        .says("You heard it: \"When there is gambling");
    // What was heard is not new any more, on the same day either.
    let said = world.run("ben", &["status"], &[]).ends(0);
    said.never_says("boundary  When there is");
    let json = world.run("ben", &["status", "--json"], &[]).ends(0).json();
    assert!(!json["new"].to_string().contains("gambling"), "{json}");
    world.at("2025-03-03T19:10");
    world.meet();
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .never_says("boundary  When there is");
    world
        .run("ana", &["plan", "gambling"], &[])
        .ends(0)
        .says("Ben says: heard.")
        .says("handfast boundary change gambling");

    // Changed and lifted by the owner, both signed, both in the log of both.
    let other = "When there is gambling, I will sleep at my sister's.";
    world
        .run("ana", &["boundary", "change", "gambling", other], &["s"])
        .ends(0)
        .says("It takes the place of what you signed before.");
    world
        .run("ana", &["boundary", "change", "gambling", other], &["s"])
        .ends(0)
        .says("It says that already.");
    world
        .run("ana", &["plan", "gambling"], &[])
        .ends(0)
        .says("sister's")
        .never_says("heard");
    world
        .run("ana", &["boundary", "lift", "gambling"], &[""])
        .ends(0)
        .says("Not now");
    world
        .run("ana", &["boundary", "lift", "gambling"], &["l"])
        .ends(0)
        .says("Lifted. It is not in force any more.");
    world.at("2025-03-03T19:20");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["log"], &[])
            .ends(0)
            .says("Ana set a boundary")
            .says("Ana changed a boundary")
            .says("Ana lifted a boundary")
            .says(&format!("  | {WAGES}"));
        world
            .run(who, &["plan"], &[])
            .ends(0)
            .never_says("gambling");
    }
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("let go    the boundary");
}

#[test]
fn a_boundary_that_tells_the_other_what_to_do_is_remarked_on_and_can_be_signed() {
    let world = World::met();
    let line = ["boundary", "When voices rise, you must leave the room."];
    world
        .run("ana", &line, &["e", "voices rise", "leave the room", "s"])
        .ends(0)
        .says("\"you must\" says what Ben is to do.")
        .says("handfast need")
        .says("  | When voices rise, I will leave the room.")
        .says("It is in force.");
    world
        .run("ana", &line, &["s"])
        .ends(0)
        .says("It is in force.");
}

/// S58: the reader alone gets a note, beside the page; nothing of it is kept or sent.
#[test]
fn s58_only_the_reader_gets_a_note_and_nothing_of_it_leaves() {
    let world = World::met();
    let text = "When you go out without me, I will read your messages.";
    world
        .run("ben", &["boundary", text], &["s"])
        .ends(0)
        .never_says("For you alone");
    world
        .run("ben", &["promise", "I keep your wages for you"], &[])
        .ends(0);
    world.run("ben", &["offer", "wages"], &["s"]).ends(0);
    let calm = "When it gets loud, I will go for a walk.";
    world.run("ben", &["boundary", calm], &["s"]).ends(0);
    world.run("ben", &["promise", "Dishes"], &[]).ends(0);
    world.run("ben", &["offer", "dishes"], &["s"]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    for line in [&["plan", "messages"][..], &["plan", "wages"], &["log"]] {
        world
            .run("ben", line, &[])
            .ends(0)
            .never_says("For you alone");
    }
    // A first round over texts that bring no note, so that what any reading leaves is there: names to
    // type, how far the day was looked at.
    let read = |boundary: &str, offer: &str| {
        let said = world.run("ana", &["plan", boundary], &[]).ends(0);
        let asked = world.run("ana", &["agree", offer], &[""]).ends(0);
        for line in [
            &["plan", boundary, "--json"][..],
            &["plan", "--json"],
            &["plan"],
            &["plan", "--card"],
            &["status"],
            &["status", "--json"],
            &["log", "--json"],
        ] {
            world
                .run("ana", line, &[])
                .ends(0)
                .never_says("For you alone")
                .never_says("help safety");
        }
        (said, asked)
    };
    let (said, asked) = read("walk", "dishes");
    said.never_says("For you alone");
    asked.never_says("For you alone");
    let before = kept(&world);
    let (said, asked) = read("messages", "wages");
    assert!(
        !said.out.contains("For you alone"),
        "beside the page, not in it"
    );
    said.says("For you alone")
        .says("where you go and your phone")
        .says("handfast help safety");
    asked.says("For you alone").says("your money");
    // Not a byte of this home is another one for it, so there is nothing that could leave; and no
    // socket was opened by any of these commands.
    let after = kept(&world);
    let other: Vec<&String> = before
        .iter()
        .filter(|(name, bytes)| after.get(*name) != Some(bytes))
        .map(|(name, _)| name)
        .collect();
    assert_eq!((other, after.len()), (Vec::new(), before.len()));
}

/// Everything that Ana's device keeps, but for what a look at the day leaves.
fn kept(world: &World) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![world.path("ana"), world.path("ana-state")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.to_string_lossy().ends_with("-shm") {
                let bytes = fs::read(&path).unwrap();
                files.insert(path.to_string_lossy().into_owned(), bytes);
            }
        }
    }
    files
}

#[test]
fn needs_and_about_me_are_written_changed_and_let_go_by_their_owner() {
    let world = World::met();
    world
        .run("ana", &["need", "Ten quiet minutes when I come in"], &["s"])
        .ends(0)
        .says("It asks; it binds nobody.")
        .says("handfast undo");
    world
        .run(
            "ana",
            &["about-me"],
            &["After supper is a good time.", "Ask first.", "", "s"],
        )
        .ends(0)
        .says("  | After supper is a good time.")
        .says("  | Ask first.");
    world
        .run(
            "ana",
            &["need", "change", "quiet", "Five quiet minutes"],
            &["s"],
        )
        .ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    let plan = world.run("ben", &["plan"], &[]).ends(0);
    let at = |text: &str| {
        plan.out
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {}", plan.out))
    };
    assert!(at("Ana's needs") < at("Five quiet minutes"));
    assert!(at("Five quiet minutes") < at("About Ana"));
    assert!(!plan.out.contains("Ten quiet"));
    world
        .run("ben", &["need", "change", "quiet", "None"], &["s"])
        .ends(1)
        .says("That is Ana's need.");
    world
        .run("ana", &["need", "let-go", "quiet"], &["l"])
        .ends(0)
        .says("Let go.");
    world
        .run("ana", &["about-me", "let-go", "nothing"], &[])
        .ends(1);
}

/// Both write one paragraph while apart; what both wrote stands there and reads well.
#[test]
fn a_vision_that_both_wrote_at_once_reads_well_and_is_agreed() {
    let world = World::met();
    world
        .run(
            "ana",
            &["vision", "We live in a calm house and eat together."],
            &[],
        )
        .ends(0)
        .says("handfast offer vision");
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run(
            "ana",
            &[
                "vision",
                "We live in a calm, bright house and eat together.",
            ],
            &[],
        )
        .ends(0);
    world
        .run(
            "ben",
            &[
                "vision",
                "We live in a calm house and eat together on Sundays.",
            ],
            &[],
        )
        .ends(0);
    world
        .run("ben", &["vision", "--add", "We laugh again."], &[])
        .ends(0);
    world.at("2025-03-02T19:20");
    world.meet();
    let merged = "We live in a calm, bright house and eat together on Sundays.";
    for who in ["ana", "ben"] {
        world
            .run(who, &["plan", "vision"], &[])
            .ends(0)
            .says(&format!("  | {merged}\n"))
            .says("  | We laugh again.");
    }
    world
        .run("ana", &["offer", "vision"], &["s"])
        .ends(0)
        .says("For both of you.");
    world.at("2025-03-02T19:30");
    world.meet();
    world
        .run("ben", &["agree", "vision"], &["s"])
        .ends(0)
        .says("Agreed: Vision.");
    let plan = world.run("ben", &["plan"], &[]).ends(0).out;
    assert!(plan.find("What we want now") < plan.find("Vision"));
    world
        .run("ben", &["edit", "vision", "--remove"], &[])
        .ends(0);
    world
        .run("ben", &["plan", "vision", "--agreed"], &[])
        .ends(0)
        .says(merged);
}

/// The five of story E, copied, changed, and agreed as one list.
#[test]
fn questions_are_one_list_that_is_offered_and_agreed() {
    let world = World::met();
    world
        .run("ana", &["example", "five"], &["c", ""])
        .ends(0)
        .says("  | 3. What felt a little lighter?")
        .says("every Sunday");
    world
        .run("ana", &["example", "five"], &["c", ""])
        .ends(0)
        .never_says("6.");
    world
        .run("ana", &["questions", "--add", "What made us laugh?"], &[])
        .ends(0)
        .says("6. What made us laugh?");
    world
        .run(
            "ana",
            &["questions", "--change", "6", "What was funny?"],
            &[],
        )
        .ends(0)
        .says("6. What was funny?");
    world
        .run("ana", &["questions", "--drop", "2"], &[])
        .ends(0)
        .says("2. What felt a little lighter?");
    world.run("ana", &["questions", "--drop", "9"], &[]).ends(1);
    let said = world
        .run("ana", &["questions", "--json"], &[""])
        .ends(0)
        .json();
    assert_eq!(said["questions"][0]["key"], "well");
    world
        .run("ana", &["offer", "questions"], &["s"])
        .ends(0)
        .says("  | 1. What went well?");
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run("ben", &["agree", "questions"], &["s"])
        .ends(0)
        .says("Agreed: Questions.");
    world
        .run("ben", &["plan", "--agreed"], &[])
        .ends(0)
        .says("What both of you agreed")
        .says("  | 5. What was funny?");
}

/// Story A's plan: both write, both edits of the trigger survive, and it is walked through.
#[test]
fn a_when_then_plan_is_written_by_both_rehearsed_agreed_and_printed() {
    let world = World::met();
    world
        .run(
            "ben",
            &[
                "when-then",
                "When voices rise",
                "--trigger",
                "voices rise at home",
                "--mine",
                "leaves the room, reads or lies down",
                "--theirs",
                "stays calm and does not follow",
                "--pause",
                "20m",
                "--back",
                "Both come back to the kitchen table and talk calmly.",
                "--aloud",
                "I need twenty minutes.",
            ],
            &[],
        )
        .ends(0)
        .says("  | Ben: leaves the room")
        .says("  | Ana: stays calm")
        .says("  | Pause: 20 minutes");
    world.at("2025-03-02T19:10");
    world.meet();
    let change = |who: &str, option: &str, text: &str| {
        world
            .run(who, &["when-then", "change", "voices", option, text], &[])
            .ends(0);
    };
    change("ana", "--trigger", "voices rise at home, or one says stop");
    change("ben", "--trigger", "our voices rise at home");
    change("ana", "--pause", "25m");
    change("ben", "--pause", "30m");
    world.at("2025-03-02T19:20");
    world.meet();
    world
        .run("ana", &["plan", "voices"], &[])
        .ends(0)
        .says("  | When: our voices rise at home, or one says stop")
        .says("Pause: 25 minutes")
        .says("Pause: 30 minutes");
    world
        .run("ben", &["offer", "voices"], &["s"])
        .ends(1)
        .says("two lengths of the pause were set at once");
    change("ben", "--pause", "20m");
    world.run("ben", &["offer", "voices"], &["s"]).ends(0);
    world.at("2025-03-02T19:30");
    world.meet();
    world
        .run("ana", &["agree", "voices"], &["s"])
        .ends(0)
        .says("Agreed");
    world.at("2025-03-03T19:30");
    world.meet();

    let log = world.run("ana", &["log", "--json"], &[]).ends(0).out;
    world
        .run("ana", &["rehearse"], &["", "", "", "", "", ""])
        .ends(0)
        .says("It is time when")
        .says("  | our voices rise at home, or one says stop")
        .says("Ana, now")
        .says("Ben, meanwhile")
        .says("If you are afraid, go where you are safe")
        .says("Nothing of it is kept.");
    world
        .run("ana", &["rehearse", "voices"], &["q"])
        .ends(0)
        .says("Stopped.")
        .never_says("Ben, meanwhile");
    assert_eq!(world.run("ana", &["log", "--json"], &[]).out, log);

    world.run("ana", &["boundary", WAGES], &["s"]).ends(0);
    let card = world.run("ana", &["plan", "--card"], &[]).ends(0);
    check_screen(&card.out);
    for said in [
        "When voices rise",
        "Say aloud:",
        "20 minutes",
        "Ana's boundaries",
        "no plan",
    ] {
        assert!(card.out.contains(said), "{said}: {}", card.out);
    }
    assert!(card.out.lines().count() <= 60);
    assert!(card.out.lines().all(|line| line.chars().count() <= 60));
    assert!(
        !card.out.contains("handfast"),
        "it reads without the program"
    );
}

#[test]
fn starting_points_are_listed_shown_and_copied() {
    let world = World::met();
    let list = world.run("ana", &["example"], &[]).ends(0).out;
    for name in [
        "home", "voices", "again", "talk", "five", "loud", "quiet", "approach", "wish",
    ] {
        assert!(list.contains(&format!("  {name} ")), "{name}: {list}");
    }
    world
        .run("ana", &["example", "again"], &[""])
        .ends(0)
        .says("I listen, I say back what I heard")
        .says("Not now");
    world
        .run("ana", &["plan"], &[])
        .ends(0)
        .says("Nothing stands here yet");
    for (name, answers) in [
        ("again", &["c"][..]),
        ("voices", &["c"]),
        ("wish", &["c"]),
        ("loud", &["c", "s"]),
        ("quiet", &["c", "s"]),
        ("approach", &["c", "s"]),
        ("talk", &["c"]),
    ] {
        world.run("ana", &["example", name], answers).ends(0);
    }
    world
        .run("ana", &["plan"], &[])
        .ends(0)
        .says("When it comes up again")
        .says("Ana's boundaries")
        .says("In the draft; it binds nobody");
    world.run("ana", &["example", "nothing"], &[]).ends(1);
    let json = world.run("ana", &["example", "--json"], &[]).ends(0).json();
    assert!(json["examples"].as_array().unwrap().len() >= 12);
}

/// S27: a script writes none of it; it waits.
#[test]
fn s27_what_is_owned_waits_when_nobody_is_there() {
    let world = World::met();
    for line in [
        &["boundary", WAGES][..],
        &["boundary", "lift", "x"],
        &["need", "quiet"],
        &["about-me", "supper"],
        &["vision", "calm"],
        &["questions", "--add", "What?"],
        &["when-then", "x"],
        &["offer", "vision"],
    ] {
        // Locked: what the plan does not hold is told when it is looked at.
        let unattended = [line, &["--no-input"]].concat();
        world
            .run_bare("ana", &unattended, &[])
            .ends(0)
            .says("It waits for you, unsigned");
    }
    world
        .run("ana", &["plan"], &[])
        .ends(0)
        .says("Nothing stands here yet");
}
