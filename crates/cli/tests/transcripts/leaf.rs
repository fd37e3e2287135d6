//! The short page before an entry is signed, the same for every verb.

use crate::people::World;

/// S25: whatever is signed stands there first, and who can be shown it; a line typed whole is the
/// wish, and `undo` is named.
#[test]
fn s25_the_short_page_stands_above_every_signature() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday"]);
    world.run("ana", &["promise", "Dishes"], &[]).ends(0);
    world.run("ana", &["promise", "Yoga"], &[]).ends(0);
    world.run("ana", &["offer", "dishes"], &["s"]).ends(0);
    world.run("ana", &["offer", "yoga"], &["s"]).ends(0);
    world.at("2025-03-05T17:00");
    world.meet();
    let whole: [(&str, &[&str], &str); 7] = [
        ("ben", &["kept", "home", "--note", "Early"], "  | Early"),
        ("ben", &["partly", "home"], "Home by six: partly"),
        ("ben", &["missed", "home"], "Home by six: missed"),
        ("ben", &["heads-up", "home", "Late"], "  | Late"),
        ("ben", &["thanks", "For the soup"], "  | For the soup"),
        ("ben", &["decline", "dishes"], "  | Dishes"),
        ("ana", &["withdraw", "yoga"], "  | Yoga"),
    ];
    for (who, line, words) in whole {
        let said = world.run(who, line, &[]).ends(0).err;
        // It asks nothing, so it does not look like a question; the way back stands under it.
        let sign = said.find("SIGNING NOW").unwrap_or_else(|| panic!("{said}"));
        assert!(!said.contains("SIGN  "), "{said}");
        assert!(
            said.contains(
                "so nothing more is asked.\nSigned: it stays. For two minutes you can take it back: \
                 handfast undo\n"
            ),
            "{said}"
        );
        assert!(
            said.ends_with("It goes when your devices meet: handfast sync\n"),
            "{said}"
        );
        let shown = said.find("can show this to anybody").unwrap();
        let signed = said.find("Signed: it stays. For two minutes").unwrap();
        assert!(sign < said.find(words).unwrap(), "{said}");
        assert!(
            said.find(words).unwrap() < shown && shown < signed,
            "{said}"
        );
        assert!(!said.contains("[s] sign"), "{said}");
    }
}

#[test]
fn what_was_asked_on_the_way_waits_on_its_page() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday"]);
    world.at("2025-03-05T17:00");
    world
        .run("ben", &["thanks"], &["For the soup", "", ""])
        .ends(0)
        .says("  | For the soup")
        .says("[Enter] not now    [s] sign")
        .says("Not now");
    world
        .run("ben", &["heads-up", "home"], &["Late", "s"])
        .ends(0)
        .says("[Enter] not now    [s] sign")
        .says("Signed");
    // What a script left names no words; the page tells what it means now, and waits.
    world
        .run("ben", &["kept", "home", "--no-input"], &[])
        .ends(0);
    world
        .run("ben", &["unlock"], &[""])
        .ends(0)
        .says("Home by six: kept, Wednesday 5 March.")
        .says("Something waits for you, unsigned.");
    world.run("ben", &["lock"], &[]).ends(0);
    let log = world.run("ben", &["log"], &[]).ends(0);
    assert!(
        !log.out.contains("soup") && !log.out.contains("kept"),
        "{}",
        log.out
    );
    // Too long is said before anything is asked.
    world
        .run("ben", &["thanks", &"x".repeat(3000)], &[])
        .ends(1)
        .says("Say it shorter")
        .never_says("SIGN");
}

#[test]
fn a_day_that_is_not_due_or_long_past_is_said_and_waits() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday"]);
    world.at("2025-04-09T20:00");
    let day = |day: &str, answer: &str| world.run("ben", &["kept", "home", "--on", day], &[answer]);
    day("2025-04-06", "")
        .ends(0)
        .says("It is not due on that day")
        .says("Not now");
    day("2025-04-06", "s").ends(0).says("Signed");
    day("2025-03-04", "s")
        .ends(0)
        .says("That day is long past")
        .says("Signed");
    day("2025-03-02", "s")
        .ends(1)
        .says("counts from Monday 3 March; before that there is nothing to note");
    day("2025-04-08", "").ends(0).says("Signed");
    // Once it rests it does not count, and a day on which it rested has nothing to note.
    world.at("2025-06-20T20:00");
    day("2025-06-18", "s")
        .ends(1)
        .says("had come to its review date")
        .says("handfast review");
    day("2025-05-20", "s").ends(0).says("Signed");
}
