//! Both change one sentence at the same time; two texts are put beside each other.

use crate::people::World;

const OLD: &str = "When voices rise, Ben breathes and leaves the room.";
const ANA: &str = "When one of us gets loud, Ben breathes and leaves the room.";
const BEN: &str = "When voices rise, Ben breathes, leaves the room and reads.";
const NOW: &str = "  | When one of us gets loud, Ben breathes, leaves the room and reads.";

fn crossed() -> World {
    let world = World::met();
    let line = [
        "promise",
        "When voices rise",
        "--who",
        "both",
        "--text",
        OLD,
    ];
    world.run("ben", &line, &[]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    for (who, text) in [("ana", ANA), ("ben", BEN)] {
        world
            .run(who, &["edit", "voices", "--text", text], &[])
            .ends(0);
        // Alone, nobody has crossed anything.
        world
            .run(who, &["plan", "voices"], &[])
            .ends(0)
            .never_says("You both");
    }
    world.at("2025-03-02T19:20");
    world.meet();
    world
}

#[test]
fn a_sentence_that_both_changed_at_once_is_told_to_both() {
    let world = crossed();
    for who in ["ana", "ben"] {
        world
            .run(who, &["status"], &[])
            .ends(0)
            .says("You both changed \"When voices rise\" at once; read it together:")
            .says("handfast compare voices");
        for line in [&["plan", "voices"][..], &["plan", "--draft"]] {
            world
                .run(who, line, &[])
                .ends(0)
                .says(NOW)
                .says("You both changed the words at the same time");
        }
        world
            .run(who, &["compare", "voices"], &[])
            .ends(0)
            .says(NOW)
            .says("From what Ana wrote to that")
            .says("From what Ben wrote to that")
            .says("[-rise,-]{+gets loud,+}");
    }
    world
        .run("ben", &["offer", "voices"], &[""])
        .ends(0)
        .says("You both changed the words at the same time");
    // Whoever goes on from there has settled it, for both.
    world
        .run(
            "ana",
            &["edit", "voices", "--text", "When voices rise, we stop."],
            &[],
        )
        .ends(0);
    world.at("2025-03-02T19:30");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["plan", "voices"], &[])
            .ends(0)
            .never_says("You both");
    }
    let status = world.run("ben", &["status", "--json"], &[]).json();
    assert_eq!(status["changed_by_both"], false);
}

#[test]
fn offering_the_words_as_they_are_settles_it_too() {
    let world = crossed();
    world.run("ben", &["offer", "voices"], &["s"]).ends(0);
    world
        .run("ben", &["plan", "voices"], &[])
        .ends(0)
        .never_says("You both");
    world.at("2025-03-02T19:30");
    world.meet();
    world
        .run("ana", &["compare", "voices"], &[])
        .ends(0)
        .never_says("You both");
}

#[test]
fn one_field_set_by_both_is_news_and_is_chosen() {
    let world = World::met();
    let line = ["promise", "Dinner", "--who", "both", "--every", "day"];
    world.run("ben", &line, &[]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run("ana", &["edit", "dinner", "--by", "19:00"], &[])
        .ends(0);
    world
        .run("ben", &["edit", "dinner", "--by", "20:00"], &[])
        .ends(0);
    world.at("2025-03-02T19:20");
    world.meet();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("You both set \"by\" of \"Dinner\" at once:")
        .says("handfast plan dinner");
    world
        .run("ana", &["plan", "dinner"], &[])
        .ends(0)
        .says("Both of you set \"by\" at once");
}

#[test]
fn any_two_texts_are_compared() {
    let world = World::met();
    world.agreed("Home by six", &["--text", "I am home by six."]);
    let edit = |text: &str| {
        world
            .run("ben", &["edit", "home", "--text", text], &[])
            .ends(0);
    };
    edit("I am home by half past six.");
    world.run("ben", &["offer", "home"], &["s"]).ends(0);
    world.at("2025-03-03T19:30");
    world.meet();
    world.run("ana", &["agree", "home"], &["s"]).ends(0);
    world.at("2025-03-03T19:40");
    world.meet();
    edit("I am home by seven.");
    let compare = |with: &[&str]| {
        let mut line = vec!["compare", "home"];
        for one in with {
            line.extend(["--with", one]);
        }
        world.run("ben", &line, &[])
    };
    compare(&[])
        .ends(0)
        .says("From what you have agreed to the draft")
        .never_says("agreed before");
    let earlier = compare(&["earlier"])
        .ends(0)
        .says("From what you agreed before (")
        .says("by {+half past+} six");
    let id = earlier.out.split(['(', ')']).nth(1).unwrap().to_owned();
    compare(&[&id, "agreed"])
        .ends(0)
        .says("to what you have agreed")
        .never_says("the draft");
    // After a second time it is the last before the present, not the first of all.
    world.run("ben", &["offer", "home"], &["s"]).ends(0);
    world.at("2025-03-03T19:50");
    world.meet();
    world.run("ana", &["agree", "home"], &["s"]).ends(0);
    world.at("2025-03-03T20:00");
    world.meet();
    compare(&["earlier"])
        .ends(0)
        .says("[-half past six.-]{+seven.+}")
        .never_says("by [-six");
    compare(&["earlier", "agreed"])
        .ends(0)
        .says("[-half past six.-]{+seven.+}")
        .never_says("by [-six");
    compare(&["offer"]).ends(1).says("There is no open offer");
    compare(&["nonsense"])
        .ends(1)
        .says("names none of its texts");
}
