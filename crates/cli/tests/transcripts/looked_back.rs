//! Looking back at what is over: `days` ends where a promise ended, and says which weeks it shows.

use crate::people::World;

/// Two promises of Ben's since 3 March: one for every day, one for whenever it happens.
fn two() -> World {
    let world = World::met();
    world.agreed("I do not gamble", &["--every", "day"]);
    world.at("2025-03-02T19:00");
    world.agreed("Say so before I borrow", &[]);
    world
}

/// Both let something go on this day.
fn let_go(world: &World, what: &str, day: &str) {
    world.at(&format!("{day}T19:00"));
    world.run("ben", &["review", what], &["t", "s", ""]).ends(0);
    world.at(&format!("{day}T19:10"));
    world.meet();
    world.run("ana", &["review", what], &["t", "s", ""]).ends(0);
    world.at(&format!("{day}T19:20"));
    world.meet();
}

#[test]
fn what_is_over_ends_with_its_last_week() {
    let world = two();
    let_go(&world, "borrow", "2025-03-09");
    world.run("ben", &["kept", "gamble"], &[]).ends(0);
    let_go(&world, "gamble", "2025-03-18");
    world.at("2025-04-02T12:00");
    for who in ["ben", "ana"] {
        // On the one nothing ever fell or stood: there is nothing to look back at.
        let page = world
            .run(who, &["days"], &[])
            .ends(0)
            .says("I do not gamble")
            .never_says("borrow")
            .out;
        let has = |week: &str| {
            let mut lines = page.lines();
            lines.any(|line| line.trim_start().starts_with(week))
        };
        assert!(has("3 March ") && has("17 March "), "{page}");
        assert!(!has("24 March ") && !has("31 March "), "{page}");
        world
            .run(who, &["days", "--plain"], &[])
            .ends(0)
            .never_says("borrow");
        let json = world.run(who, &["days", "--json"], &[]).json();
        assert_eq!(json["calendars"].as_array().unwrap().len(), 1);
        // Asked for by name the grid says the same as the sentences.
        for line in [&["days", "borrow"][..], &["days", "borrow", "--plain"]] {
            world
                .run(who, line, &[])
                .ends(0)
                .says("Say so before I borrow")
                .says("Nothing stands here in these weeks.")
                .never_says("31 March");
        }
    }
    // What is written about it later stands in its own week.
    world
        .run("ben", &["amends", "I wrote to my brother."], &["", "s"])
        .says("It names nothing.");
    let report = world.path("page.md");
    let line = ["report", report.to_str().unwrap(), "--md"];
    world.run("ben", &line, &[]).ends(0);
    let report = std::fs::read_to_string(report).unwrap();
    assert!(!report.contains("borrow\n\n| week of"), "{report}");
    let gamble = report.split("### I do not gamble").last().unwrap();
    let gamble = gamble.split("###").next().unwrap();
    assert!(gamble.contains("| 17 March"), "{report}");
    assert!(!gamble.contains("| 24 March"), "{report}");
}

#[test]
fn days_says_which_weeks_it_shows_and_its_hint_keeps_them() {
    let world = two();
    world.at("2025-04-20T12:00");
    world
        .run("ben", &["days"], &[])
        .ends(0)
        .says("From the week of Monday 17 March on.")
        .says("handfast days --plain")
        .says("handfast days --since DAY");
    world
        .run("ben", &["days", "gamble", "--plain"], &[])
        .ends(0)
        .says("From the week of Monday 17 March on.")
        .says("handfast days gamble --since DAY");
    world
        .run("ben", &["days", "gamble", "--since", "2025-03-10"], &[])
        .ends(0)
        .says("From the week of Monday 10 March on.")
        .says("handfast days gamble --since 2025-03-10 --plain");
}
