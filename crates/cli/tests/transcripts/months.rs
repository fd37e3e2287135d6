//! What came in over months stays a page: what matters first, and the rest stands in the log.

use crate::people::World;

#[test]
fn after_months_the_page_says_first_what_matters_and_names_the_log() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "day"]);
    world.run("ana", &["status"], &[]).ends(0);
    world
        .run(
            "ben",
            &["boundary", "I sleep elsewhere after shouting"],
            &["s"],
        )
        .ends(0);
    world.at("2025-03-04T19:00");
    world
        .run(
            "ben",
            &["setback", "--note", "The first of March"],
            &["", "s"],
        )
        .ends(0);
    for day in 5..=19 {
        world.at(&format!("2025-03-{day:02}T19:00"));
        world
            .run(
                "ben",
                &["kept", "home", "--note", &format!("Fact {day}")],
                &[],
            )
            .ends(0);
        world
            .run("ben", &["thanks", &format!("Soup {day}")], &[])
            .ends(0);
    }
    world.run("ben", &["heads-up", "home", "Late"], &[]).ends(0);
    world.at("2025-06-19T19:10");
    world.meet();
    let page = world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("Good to see you")
        .says("  | The first of March")
        .says("I sleep elsewhere")
        .says("Fact 19")
        .says("Fact 17")
        .never_says("Fact 16")
        .says("handfast log --since 2025-03-05")
        .says("Soup 19")
        .says("Soup 14")
        .never_says("Soup 13");
    let at = |words: &str| page.out.find(words).unwrap();
    let order = ["setback", "boundary", "heads-up", "kept", "More", "Soup 14"];
    assert!(
        order.windows(2).all(|two| at(two[0]) < at(two[1])),
        "{}",
        page.out
    );
    assert!(page.out.lines().count() < 50, "{}", page.out);
    // Nothing is lost: the line that it names shows the rest.
    world
        .run("ana", &["log", "--since", "2025-03-05"], &[])
        .ends(0)
        .says("Fact 5")
        .says("Soup 5");
    let json = world.run("ana", &["status", "--json"], &[]).json();
    assert!(json["new"].as_array().unwrap().len() > 15);
}

#[test]
fn what_fits_on_the_page_is_shown_whole() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "day"]);
    world.run("ana", &["status"], &[]).ends(0);
    for day in 3..=9 {
        world.at(&format!("2025-03-{day:02}T19:00"));
        world
            .run(
                "ben",
                &["kept", "home", "--note", &format!("Fact {day}")],
                &[],
            )
            .ends(0);
    }
    world.at("2025-03-09T19:10");
    world.meet();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("Fact 3")
        .says("Fact 9")
        .never_says("More");
}
