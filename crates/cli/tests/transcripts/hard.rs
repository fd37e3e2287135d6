//! A hard moment: pause and back, a setback, what was done about it, and that it was heard.

use crate::people::{PASSPHRASE, World};

/// Ben has promised to be home by six, and it is the evening of Friday 14 March.
fn friday() -> World {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday", "--by", "18:00"]);
    world.at("2025-03-14T21:00");
    world
}

#[test]
fn a_setback_is_one_s_own_and_what_was_done_about_it_is_linked() {
    let world = friday();
    world
        .run(
            "ben",
            &["setback", "home"],
            &["Stayed until eight and did not call", "s"],
        )
        .ends(0)
        .says("A setback, today: Home by six.")
        .says("  | Stayed until eight and did not call")
        .says("Ana can show this to anybody, with proof that you signed it.")
        .says("Nothing that you did before is lost by it.")
        .says("handfast amends")
        .never_says("never remark");
    let amends = world
        .run(
            "ben",
            &[
                "amends",
                "home",
                "I set an alarm at five, and I told Ana.",
                "--json",
            ],
            &["s"],
        )
        .ends(0)
        .says("What you did about it: setback, Home by six, today.")
        .json();
    let setback = world.run("ben", &["log", "--json"], &[]).json();
    let setback = setback["entries"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .nth(1)
        .unwrap()
        .clone();
    assert_eq!(setback["entry"], "setback");
    assert_eq!(amends["about"], setback["id"], "linked");
    world
        .run("ben", &["log"], &[])
        .says("Ben notes a setback: Home by six")
        .says("Ben did something about the setback of Friday 14 March: Home by six");

    // Thanks lead on no page while a setback is new: neither here nor there.
    world
        .run("ana", &["thanks", "You said it yourself."], &[])
        .ends(0);
    world.at("2025-03-14T21:10");
    world.meet();
    for who in ["ben", "ana"] {
        let page = world.run(who, &["status"], &[]).ends(0).out;
        let (thanks, saying) = (
            page.find("Thanks from"),
            page.find("Nothing that you did before"),
        );
        // To whom it happened it is not said.
        assert_eq!(saying.is_some(), who == "ben", "{page}");
        assert!(who == "ana" || thanks > saying, "{page}");
    }
    world
        .run("ana", &["status"], &[])
        .says("setback   Home by six, today")
        .says("amends    Ben did something about today's setback: Home by six");
    let new = world.run("ana", &["status", "--json"], &[]).json()["new"].clone();
    let new = new.as_array().unwrap().iter();
    let setback = new.clone().find(|new| new["entry"] == "setback").unwrap();
    assert_eq!(setback["text"], "Stayed until eight and did not call");
    assert_eq!(setback["item"], "Home by six");
    // The next day, once it has been seen, thanks lead again.
    world.at("2025-03-16T21:10");
    world.run("ben", &["thanks", "You listened."], &[]).ends(0);
    world.at("2025-03-16T21:20");
    world.meet();
    let page = world.run("ana", &["status"], &[]).ends(0).out;
    assert!(
        page.contains("Thanks from Ben") && !page.contains("setback"),
        "{page}"
    );
}

#[test]
fn a_day_noted_as_missed_can_be_mended_too() {
    let world = friday();
    world.run("ben", &["missed", "home"], &[]).ends(0);
    world
        .run("ben", &["amends"], &["I bought a watch.", "s"])
        .ends(0)
        .says("What you did about it: missed, Home by six, today.");
    // What is mended comes after what is not.
    world
        .run("ben", &["setback"], &["", "", "s"])
        .ends(0)
        .says("A setback, today.");
    world
        .run(
            "ben",
            &["amends", "setback", "I called my brother."],
            &["s"],
        )
        .ends(0)
        .says("What you did about it: setback, today.");
}

/// Screens §5: the words are quoted, nothing is blocked, one key is enough for good.
#[test]
fn the_wording_check_quotes_and_never_blocks() {
    let world = friday();
    let note = "I am sorry I shouted, but you would not let it go.";
    world
        .run("ben", &["setback", "--note", note], &["", ""])
        .ends(0)
        .says("  1  \"but you\": what follows can undo what came before.")
        .says("[1] never remark on that again")
        .says("Not now; nothing has changed.");
    world
        .run(
            "ben",
            &["setback", "--note", note],
            &["", "w", "I shouted at you on Friday.", "s"],
        )
        .ends(0)
        .says("  | I shouted at you on Friday.")
        .says("Signed: it stays.");
    world
        .run("ben", &["setback", "--note", note], &["", "1", "s"])
        .ends(0)
        .says("That is not remarked on again.")
        .says("Signed: it stays.");
    world
        .run("ben", &["amends", "setback", note], &["s"])
        .ends(0)
        .never_says("what follows can undo");
    // Each says a thing of its own; three are enough.
    let many = "You made me shout. You never listen. It just happened. It was only a joke.";
    world
        .run("ben", &["amends", "setback", many], &[""])
        .says("[1] to [3] never remark on that one again")
        .never_says("  4  ");
}

#[test]
fn used_wrongly() {
    let world = friday();
    world
        .run("ana", &["setback", "home"], &["", "s"])
        .ends(1)
        .says("is not something that you have promised");
    world
        .run("ana", &["amends", "home", "x"], &["s"])
        .ends(1)
        .says("No setback of yours");
    world
        .run("ben", &["amends"], &[])
        .ends(1)
        .says("Note it first");
    world
        .run("ben", &["setback", "dishes"], &[])
        .ends(1)
        .says("Nothing here is called");
    world
        .run("ben", &["setback", "--on", "tomorrow"], &[])
        .ends(1)
        .says("has not come yet");
    let long = "x".repeat(300);
    world
        .run("ben", &["setback", "--note", &long], &["", "s"])
        .ends(1)
        .says("shorter");
    world
        .run("ben", &["heard", "home"], &[])
        .ends(1)
        .says("s here is called");
    world.run("ben", &["heard", "--no-input"], &[]).ends(2);
    world
        .run("ben", &["heard"], &[])
        .ends(1)
        .says("There is nothing new of the other's");
    world
        .run("ben", &["back"], &[])
        .ends(0)
        .says("There is no pause to come back from.");
    // S27: a script signs none of it.
    for line in [
        &["setback", "home"][..],
        &["amends", "home", "x"],
        &["heard", "home"],
    ] {
        // Locked, so that whether it can be meant is told when it is looked at.
        world
            .run_bare("ben", &[&["--no-input"], line].concat(), &[])
            .ends(0)
            .says("nothing is signed without you");
    }
}

#[test]
fn a_heads_up_is_heard_and_hearing_is_not_agreeing() {
    let world = friday();
    world
        .run(
            "ben",
            &["heads-up", "home", "Nearer nine tonight.", "--on", "monday"],
            &[],
        )
        .ends(0);
    world
        .run("ben", &["setback"], &["", "Three beers", "s"])
        .ends(0);
    world.at("2025-03-14T21:10");
    world.meet();
    world
        .run("ana", &["heard", "home"], &[])
        .ends(0)
        .says("You heard it: heads-up, Home by six, Monday 17 March.")
        .says("Hearing is not agreeing.");
    world
        .run("ana", &["heard", "home"], &[])
        .ends(0)
        .says("It stands there already.");
    let heard = world
        .run("ana", &["heard", "setback", "--json"], &[])
        .json();
    assert_eq!(heard["changed"], true);
    world
        .run("ana", &["heard", heard["of"].as_str().unwrap()], &[])
        .ends(0)
        .says("already");
    world.at("2025-03-14T21:20");
    world.meet();
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("heard     heads-up, Home by six")
        .says("heard     setback");
    world
        .run("ben", &["log"], &[])
        .says("Ana heard: heads-up, Home by six");
    // One's own words are not heard by oneself.
    world.run("ben", &["heard", "setback"], &[]).ends(1);
}

#[test]
fn told_ahead_for_some_days_is_no_blank_on_any_of_them() {
    let world = friday();
    world
        .run(
            "ben",
            &[
                "heads-up",
                "home",
                "With the flu.",
                "--on",
                "monday",
                "--to",
                "wednesday",
            ],
            &[],
        )
        .ends(0)
        .says("Said ahead, for Monday 17 March to Wednesday 19 March");
    for (day, told) in [("17", true), ("18", true), ("19", true), ("20", false)] {
        world.at(&format!("2025-03-{day}T20:00"));
        let page = world.run("ben", &["status"], &[]).ends(0);
        assert_eq!(page.out.contains("said ahead"), told, "{}", page.out);
        assert_eq!(page.out.contains("was by 18:00"), !told, "{}", page.out);
        let due = world.run("ben", &["status", "--json"], &[]).json()["due"][0].clone();
        assert_eq!(due["told"], told);
    }
}

#[test]
fn a_pause_has_one_line_to_read_aloud_and_outlives_its_terminal() {
    let world = friday();
    world.at("2025-03-14T21:20");
    let said = world
        .run("ben", &["pause"], &[])
        .ends(0)
        .says("    I need twenty minutes. I am back at twenty to ten.")
        .says("Back at 21:40.")
        .says("If you are afraid, go where you are safe; no plan binds you.")
        .says("handfast back");
    assert!(said.err.contains("Noted and signed"), "{}", said.err);
    // Again, in another terminal: the same return.
    world.at("2025-03-14T21:35");
    world
        .run("ben", &["pause"], &[])
        .ends(0)
        .says("I need twenty minutes. I am back at twenty to ten.")
        .never_says("signed");
    world
        .run("ben", &["status"], &[])
        .says("A pause, back at 21:40")
        .says("handfast back");
    assert_eq!(
        world.run("ben", &["status", "--json"], &[]).json()["pause"],
        "21:40"
    );
    world
        .run("ben", &["back"], &[])
        .ends(0)
        .says("You are back, as you said. It is noted that you came back.");
    world
        .run("ben", &["back"], &[])
        .ends(0)
        .says("There is no pause to come back from.");
    world.run("ben", &["status"], &[]).never_says("A pause");
    // S7: neither time stands in what was signed.
    let log = world.run("ben", &["log", "--json"], &[]).json();
    let log = log["entries"].as_array().unwrap();
    let last: Vec<&str> = log
        .iter()
        .rev()
        .take(2)
        .map(|e| e["entry"].as_str().unwrap())
        .collect();
    assert_eq!(last, ["back", "pause"]);
    // Another one, of which nobody comes back: nothing is noted.
    world.at("2025-03-14T22:00");
    let pause = world
        .run("ben", &["pause", "--for", "1h", "--json"], &[])
        .ends(0)
        .json();
    assert_eq!(
        (&pause["until"], &pause["minutes"]),
        (&"23:00".into(), &60.into())
    );
    world.at("2025-03-16T08:00");
    world.run("ben", &["status"], &[]).never_says("pause");
    world.meet();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("pause     twenty minutes, Friday 14 March");
}

/// S7: no time stands in what was signed, so no page says more of a return than that it was one.
#[test]
fn s7_who_comes_back_later_than_said_is_told_so_and_no_page_claims_a_time() {
    let world = friday();
    world.at("2025-03-14T21:30");
    world.run("ben", &["pause"], &[]).says("Back at 21:50.");
    world.at("2025-03-14T23:50");
    world
        .run("ben", &["back"], &[])
        .ends(0)
        .says("You are back, later than you had said. It is noted that you came back.")
        .never_says("kept");
    world.at("2025-03-14T23:55");
    world.meet();
    for person in ["ana", "ben"] {
        for verb in ["status", "log", "days"] {
            let page = world.run(person, &[verb], &[]).ends(0);
            assert!(!page.out.contains("as it was said"), "{}", page.out);
            assert!(!page.out.contains("pause: kept"), "{}", page.out);
        }
        let log = world.run(person, &["log"], &[]);
        assert!(
            log.out.contains("Ben came back from the pause"),
            "{}",
            log.out
        );
    }
}

/// S27: locked, it leaves its entry in the tray; nobody is asked for a passphrase.
#[test]
fn s27_a_pause_needs_no_unlock_and_is_signed_later() {
    let world = friday();
    let before = world.run("ben", &["log", "--json"], &[]).out;
    world
        .run_bare("ben", &["pause", "--for", "30m"], &[])
        .ends(0)
        .says("I need thirty minutes. I am back at half past nine.")
        .says("waits for you, unsigned")
        .never_says("passphrase");
    world
        .run_bare("ben", &["pause"], &[])
        .ends(0)
        .says("I need thirty minutes.")
        .never_says("unsigned");
    world
        .run_bare("ben", &["back", "--no-input"], &[])
        .ends(0)
        .says("You are back, as you said.");
    assert_eq!(world.run("ben", &["log", "--json"], &[]).out, before);
    world.at("2025-03-15T09:00");
    world
        .run_bare("ben", &["unlock"], &[PASSPHRASE, "s", "s"])
        .ends(0)
        .says("You left this while it was locked, on Friday 14 March.")
        .says("You took a pause of thirty minutes.")
        .says("You were back as you had said. It is noted that you came back.");
    world.run("ben", &["lock"], &[]).ends(0);
    let log = world.run("ben", &["log"], &[]).ends(0);
    assert!(
        log.out.contains("Ben took a pause of thirty minutes"),
        "{}",
        log.out
    );
    assert!(
        log.out.contains("Ben came back from the pause"),
        "{}",
        log.out
    );
}

#[test]
fn a_pause_needs_nobody_else_and_not_even_a_home() {
    let world = World::new();
    let mut command = world.command("nobody", &["pause"]);
    let said = command.env_remove("HANDFAST_NOW").output().unwrap();
    let page = String::from_utf8(said.stdout).unwrap();
    assert!(
        said.status.success() && page.contains("I need twenty minutes. I am back at "),
        "{page}"
    );
    assert!(!world.path("nobody").exists() && !world.path("nobody-state").exists());
    world.begin("ana", "Ana");
    world
        .run("ana", &["pause"], &[])
        .ends(0)
        .says("I need twenty minutes.");
    world.run("ana", &["back"], &[]).ends(0);
}

/// What is due is a matter of the day where its person is, summer time and journeys included.
#[test]
fn what_is_due_follows_its_person_from_zone_to_zone() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday", "--by", "18:00"]);
    // One instant is Friday evening in one place and Saturday in another; the clock jumps on the 30th.
    for (now, day, due) in [
        ("2025-03-14T23:30:00-08:00", "2025-03-14", true),
        ("2025-03-15T08:30:00+01:00", "2025-03-15", false),
        ("2025-03-15T20:30:00+13:00", "2025-03-15", false),
        ("2025-03-30T01:59:00+01:00", "2025-03-30", false),
        ("2025-03-30T03:01:00+02:00", "2025-03-30", false),
        ("2025-03-31T00:10:00+02:00", "2025-03-31", true),
        ("2025-03-30T23:10:00+01:00", "2025-03-30", false),
    ] {
        world.at(now);
        let status = world.run("ben", &["status", "--json"], &[]).ends(0).json();
        assert_eq!(status["day"], day, "{now}");
        assert_eq!(!status["due"].as_array().unwrap().is_empty(), due, "{now}");
    }
}

/// It is said to the one who notes a setback, not to the one to whom it happened.
#[test]
fn saying_it_yourself_counts_is_said_to_its_author_alone() {
    let world = World::met();
    let said = "Saying it yourself counts";
    world
        .run("ben", &["setback", "--note", "I shouted"], &["s"])
        .ends(0);
    world.run("ben", &["status"], &[]).ends(0).says(said);
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("I shouted")
        .never_says(said);
    world
        .run("ana", &["ics", "a.ics"], &[])
        .ends(0)
        .says("None of your own promises has a day");
    world
        .run("ben", &["setback", "--on", "2025-03-05"], &[])
        .ends(1)
        .says("on its day or afterwards")
        .never_says("heads-up");
}

/// Where a setback and a day noted as not kept both fit, the setback comes first, as without a
/// WHAT; and what the other reads says which of them was mended.
#[test]
fn amends_means_the_setback_first_and_says_which() {
    let world = friday();
    world.run("ben", &["setback", "home"], &["", "s"]).ends(0);
    world.run("ben", &["missed", "home"], &[]).ends(0);
    world
        .run("ben", &["amends", "home", "I said so at once."], &["s"])
        .ends(0)
        .says("What you did about it: setback, Home by six, today.");
    // What is mended comes after what is not; a kind of it is found by its word.
    world
        .run("ben", &["amends", "home", "I called."], &["s"])
        .says("What you did about it: missed, Home by six, today.");
    world
        .run("ben", &["log"], &[])
        .says("Ben did something about the setback of Friday 14 March: Home by six")
        .says("Ben did something about the missed day of Friday 14 March: Home by six");
    world.at("2025-03-15T09:00");
    world.meet();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("Ben did something about the setback of Friday 14 March:")
        .says("Ben did something about the missed day of Friday 14 March:");
    // One that names nothing says no more than that.
    world
        .run("ben", &["amends", "I went for a walk."], &["", "s"])
        .says("It names nothing.");
    world
        .run("ben", &["log"], &[])
        .says("Ben did something about it\n");
}
