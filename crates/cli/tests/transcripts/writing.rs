//! Writing a promise: a slip loses nothing, and what belongs to it can be said from the start.

use crate::people::World;

#[test]
fn a_slip_on_the_line_is_told_before_anything_is_asked() {
    let world = World::met();
    for wrong in [
        ["--every", "sometimes"],
        ["--on", "someday"],
        ["--by", "late"],
        ["--from", "soon"],
        ["--review", "yesterday"],
    ] {
        world
            .run("ben", &["promise", wrong[0], wrong[1]], &["Dishes"])
            .ends(2)
            .never_says("What do you promise");
    }
}

#[test]
fn a_slip_at_a_question_asks_that_question_again() {
    let world = World::met();
    world
        .run(
            "ben",
            &["promise"],
            &[
                "Dishes",
                "I wash up.",
                "sometimes",
                "weekday",
                "late",
                "20:00",
            ],
        )
        .ends(0)
        .says("\"sometimes\" is not a rule for days")
        .says("\"late\" is not a time of day")
        .says("  | I wash up.")
        .says("every weekday, by 20:00");
    // Three times is a no to that question, not to all that was typed before by others.
    world
        .run("ben", &["promise"], &["Yoga", "", "a", "b", "c", "monday"])
        .ends(2);
}

#[test]
fn a_review_day_is_kept_here_until_it_is_offered() {
    let world = World::met();
    world
        .run("ben", &["promise", "Dishes", "--review", "2025-04-06"], &[])
        .ends(0)
        .says("Once you offer it, it counts until the end of 6 April");
    world
        .run("ben", &["offer", "dishes"], &[""])
        .ends(0)
        .says("It counts until the end of 6 April");
    world
        .run("ben", &["offer", "dishes", "--try", "2w"], &[""])
        .ends(0)
        .says("It counts until the end of 16 March");
}

#[test]
fn a_promise_names_the_need_that_it_answers_and_the_page_says_it() {
    let world = World::met();
    world
        .run("ben", &["promise", "Ten minutes", "--for", "quiet"], &[])
        .ends(1)
        .says("No need stands in the plan yet")
        .says("handfast need");
    world
        .run("ana", &["need", "Ten quiet minutes"], &["s"])
        .ends(0);
    world.agreed("Dishes", &[]);
    world
        .run("ben", &["promise", "Ten minutes", "--for", "dishes"], &[])
        .ends(1)
        .says("\"Dishes\" is not a need");
    world
        .run("ben", &["promise", "I wait", "--for", "quiet"], &[])
        .ends(0);
    world
        .run("ben", &["offer", "wait"], &["s"])
        .ends(0)
        .says("It answers Ana's need: \"Ten quiet minutes\"");
    world.at("2025-03-02T19:40");
    world.meet();
    world
        .run("ana", &["agree", "wait"], &[""])
        .ends(0)
        .says("It answers Ana's need: \"Ten quiet minutes\"");
}

#[test]
fn a_promise_to_oneself_needs_nobodys_agreement() {
    let world = World::met();
    let line = ["promise", "Yoga", "--every", "monday", "--to-myself"];
    world
        .run("ben", &line, &[""])
        .ends(0)
        .says("SIGN")
        .says("Not now");
    world.run("ben", &line, &["s"]).ends(0).says("Signed");
    world.at("2025-03-03T19:30");
    world
        .run("ben", &["kept", "yoga"], &[])
        .ends(0)
        .says("Yoga: kept");
    world
        .run("ben", &["offer", "yoga"], &["s"])
        .ends(1)
        .says("needs no offer");
    world.at("2025-03-03T19:40");
    world.meet();
    world.run("ana", &["withdraw", "yoga"], &[]).ends(1);
    world
        .run("ben", &["withdraw", "yoga"], &["l"])
        .ends(0)
        .says("Let go");
    // Said on the line it is asked no more.
    world.run("ben", &["undo"], &[]).ends(0);
    world
        .run("ben", &["withdraw", "yoga", "--yes"], &[])
        .ends(0)
        .says("SIGNING NOW")
        .never_says("[l]")
        .says("handfast undo\nLet go.");
    world.run("ben", &["kept", "yoga"], &[]).ends(1);
}

/// S45: plan text goes to an editor only when asked for, in a file of this login alone that is gone
/// afterwards.
#[test]
fn s45_an_editor_gets_the_text_only_when_asked_for() {
    use std::os::unix::fs::PermissionsExt;
    let mut world = World::met();
    world
        .run("ben", &["promise", "Dishes", "--text", "I wash up."], &[])
        .ends(0);
    let edit = ["edit", "dishes", "--editor"];
    world
        .run("ben", &edit, &[])
        .ends(1)
        .says("Neither $VISUAL nor $EDITOR");
    let run = world.path("run");
    std::fs::create_dir(&run).unwrap();
    world.set("XDG_RUNTIME_DIR", run.to_str().unwrap());
    let copy = world.path("copy");
    world.set(
        "EDITOR",
        &format!(
            "sh -c 'cp -p \"$1\" {}; sed -i s/wash/dry/ \"$1\"' -",
            copy.display()
        ),
    );
    world
        .run("ben", &edit, &[])
        .ends(0)
        .says("Editors keep")
        .says("  | I dry up.");
    assert_eq!(std::fs::read_dir(&run).unwrap().count(), 0);
    let mode = std::fs::metadata(&copy).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    world.set("EDITOR", "false");
    world
        .run("ben", &edit, &[])
        .ends(1)
        .says("Nothing has changed");
    assert_eq!(std::fs::read_dir(&run).unwrap().count(), 0);
}

#[test]
fn editing_points_to_the_verb_that_knows_the_parts() {
    let world = World::met();
    let line = ["when-then", "When voices rise", "--mine", "breathes"];
    world.run("ben", &line, &[]).ends(0);
    world
        .run("ben", &["edit", "voices", "--text", "Other words"], &[])
        .ends(1)
        .says("is written part by part")
        .says("handfast when-then change voices");
    // Without anything else it asks so.
    world
        .run(
            "ben",
            &["edit", "voices"],
            &["", "breathes out", "", "", ""],
        )
        .ends(0)
        .says("| breathes\n")
        .says("| Ben: breathes out");
    world
        .run("ben", &["edit", "voices"], &["", "", "", "", "", ""])
        .ends(0)
        .says("Not now");
    world
        .run(
            "ben",
            &["edit", "voices", "--title", "When it gets loud"],
            &[],
        )
        .ends(0);
    world
        .run("ben", &["questions", "--add", "What went well?"], &[])
        .ends(0);
    world
        .run("ben", &["edit", "questions"], &["What was hard?", ""])
        .ends(0)
        .says("2. What was hard?");
    world.run("ben", &["vision", "A calm house."], &[]).ends(0);
    world
        .run("ben", &["edit", "vision"], &[""])
        .ends(0)
        .says("To put a paragraph behind it: handfast vision")
        .says("Not now");
}

#[test]
fn editing_shows_the_words_there_are_and_sets_the_review_day_and_the_need() {
    let world = World::met();
    world.run("ben", &["promise", "Dishes"], &[]).ends(0);
    world
        .run("ben", &["edit", "dishes"], &[""])
        .ends(0)
        .says("Now:\n  | Dishes\n");
    world
        .run("ben", &["edit", "dishes", "--review", "2025-04-06"], &[])
        .ends(0)
        .says("The words stay as they are")
        .says("Once you offer it, it counts until the end of 6 April.");
    world
        .run("ben", &["offer", "dishes"], &[""])
        .ends(0)
        .says("It counts until the end of 6 April");
    world
        .run("ben", &["edit", "dishes", "--review", "yesterday"], &[])
        .ends(2);
    world
        .run("ben", &["edit", "dishes", "--for", "quiet"], &[])
        .ends(1)
        .says("No need stands in the plan yet");
    world
        .run("ben", &["need", "Ten quiet minutes"], &["s"])
        .ends(0);
    world
        .run("ben", &["edit", "dishes", "--for", "quiet"], &[])
        .ends(0);
    world
        .run("ben", &["offer", "dishes"], &[""])
        .ends(0)
        .says("Ten quiet minutes");
    world
        .run("ben", &["edit", "dishes", "--for", "none"], &[])
        .ends(0);
    world
        .run("ben", &["offer", "dishes"], &[""])
        .ends(0)
        .never_says("Ten quiet minutes");
}

#[test]
fn a_slip_in_the_length_of_a_pause_loses_no_answer_before_it() {
    let world = World::met();
    let answers = [
        "Hard evenings",
        "one of us gets loud",
        "breathes out",
        "takes a walk",
        "a while",
        "20m",
        "At the kitchen table, calmly.",
        "Back soon.",
    ];
    let said = world.run("ana", &["when-then"], &answers).ends(0);
    for text in [
        "A name for this plan",
        "It is time (for example: voices rise) when ...",
        "What do you do then?",
        "What does Ben do then?",
        "| Ana: breathes out",
    ] {
        assert!(said.err.contains(text), "{text}: {}", said.err);
    }
    let times = said.err.matches("How long is the pause").count();
    assert_eq!(times, 2, "{}", said.err);
    assert!(!said.err.contains("What does Ana do"), "{}", said.err);
    let line = ["when-then", "change", "evenings"];
    let said = world.run("ana", &line, &["", "", "", "a while", "30m", "", ""]);
    said.ends(0).says("30 minutes").says("| Ana: breathes out");
}
