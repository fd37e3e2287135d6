//! Short names: once shown, they go on meaning the same thing.

use crate::people::World;

fn short(world: &World, who: &str, line: &[&str]) -> String {
    let said = world.run(who, &[line, &["--json"]].concat(), &[]).ends(0);
    said.json()["short"].as_str().unwrap().to_owned()
}

#[test]
fn a_name_once_shown_keeps_its_meaning_when_similar_titles_come() {
    let world = World::met();
    world.agreed("Home by six", &[]);
    world.at("2025-03-03T19:20");
    assert_eq!(short(&world, "ben", &["kept", "home"]), "home");
    // A title with the same word gets another name, whoever writes it.
    assert_eq!(
        short(
            &world,
            "ben",
            &["promise", "Home cooking", "--on", "friday"]
        ),
        "cooking"
    );
    world
        .run("ana", &["promise", "Home alone", "--who", "both"], &[])
        .ends(0);
    // "six" means the first by part of its title, so it does not become the name of another.
    assert_eq!(
        short(&world, "ana", &["promise", "Six", "--who", "both"]),
        "six-2"
    );
    for name in ["alone", "six-2"] {
        world.run("ana", &["offer", name], &["s"]).ends(0);
    }
    world.at("2025-03-03T19:30");
    world.meet();
    for name in ["alone", "six-2"] {
        world.run("ben", &["agree", name], &["s"]).ends(0);
    }
    world.at("2025-03-04T19:30");
    world
        .run("ben", &["kept", "home"], &[])
        .ends(0)
        .says("Home by six: kept");
    // A word that can mean two is told, and nothing is done.
    world
        .run("ben", &["missed", "six"], &[])
        .ends(1)
        .says("can mean more than one")
        .says("Home by six");
    world
        .run("ben", &["kept", "alone"], &[])
        .ends(0)
        .says("Home alone: kept");
}

#[test]
fn a_name_whose_thing_is_gone_never_comes_to_mean_another() {
    let world = World::met();
    world.agreed("Home by six", &[]);
    world.agreed("Phone away when home", &[]);
    world.run("ben", &["withdraw", "home"], &["s"]).ends(0);
    world.run("ben", &["edit", "home", "--remove"], &[]).ends(0);
    world.at("2025-03-05T19:30");
    for verb in ["kept", "missed", "withdraw"] {
        world
            .run("ben", &[verb, "home"], &[])
            .ends(1)
            .says("Home by six: it was agreed, and one of you withdrew since.")
            .never_says("Phone");
    }
}

#[test]
fn a_name_can_be_changed_and_that_is_local() {
    let world = World::met();
    world.agreed("Home by six", &[]);
    world.run("ben", &["promise", "Dishes"], &[]).ends(0);
    world
        .run("ben", &["edit", "home", "--short", "Evening"], &[])
        .ends(0)
        .says("\"Home by six\" is called \"evening\" here.")
        .says("nothing of it is sent");
    world.at("2025-03-04T19:30");
    world.meet();
    world
        .run("ben", &["kept", "evening"], &[])
        .ends(0)
        .says("Home by six: kept");
    world
        .run("ana", &["plan", "evening"], &[])
        .ends(1)
        .says("Nothing here is called");
    world
        .run("ben", &["edit", "dishes", "--short", "evening"], &[])
        .ends(1)
        .says("already means \"Home by six\"");
    for wrong in ["two words", "--json=", ""] {
        world
            .run("ben", &["edit", "dishes", "--short", wrong], &[])
            .ends(2);
    }
    world
        .run(
            "ben",
            &["edit", "dishes", "--short", "d", "--text", "Both"],
            &[],
        )
        .ends(2)
        .says("do not go together");
}

#[test]
fn what_was_taken_back_at_once_keeps_no_name() {
    let world = World::met();
    let line = ["boundary", "When there is gambling, I will keep my wages"];
    world.run("ana", &line, &["s"]).ends(0).says("gambling");
    world.run("ana", &["undo"], &[]).ends(0);
    world.at("2025-03-03T19:00");
    world
        .run("ana", &line, &["s"])
        .ends(0)
        .says("gambling")
        .never_says("\"keep\"");
    world.run("ana", &["plan", "gambling"], &[]).ends(0);
    world.at("2025-03-03T19:10");
    world.meet();
    world.run("ben", &["heard", "boundary"], &[]).ends(0);
}
