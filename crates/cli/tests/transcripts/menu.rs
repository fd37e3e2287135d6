//! Everything that is built can be reached from the numbered menu.

use crate::people::World;

#[test]
fn the_hard_moment_and_looking_back_are_reached_by_numbers() {
    let mut world = World::met();
    world.set("TERM", "dumb");
    world.agreed("Home by six", &["--every", "day"]);
    world
        .run("ben", &["boundary", "I leave the room"], &["s"])
        .ends(0);
    world.at("2025-03-03T19:00");
    world.meet();
    let menu = |who: &str, keys: &[&str]| world.run(who, &[], &[keys, &["", ""]].concat()).ends(0);
    menu("ana", &["6", "8", "s"])
        .says("I read something of the other's")
        .says("You heard it: I leave the room")
        .says("That tells Ben that you read it.");
    menu("ana", &["6", "8"]).says("There is nothing new of the other's to say that to.");
    menu("ana", &["3", "12"]).says("There is no plan for a hard moment yet.");
    menu("ana", &["4", "1", "20m", "s"]).says("Stop now, for a short while");
    menu("ben", &["6", "5", "Shouted", "s"]).says("A setback, today");
    menu("ben", &["6", "6", "I went out", "s"]).says("What you did about it");
    menu("ben", &["3", "7"]).says("Nothing has come to its review date.");
    menu("ben", &["7", "2"]).says("Home by six");
    menu("ben", &["7", "4"]).says("All of this full screen, with arrow keys");
    let file = world.path("page.html");
    menu("ben", &["7", "5", file.to_str().unwrap()]).says("Written to");
    assert!(file.exists());
    menu("ben", &["7", "5", ""]).says("Not now");
}
