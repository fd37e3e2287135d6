//! Looking back by days: `days`, the report and the calendar file.

use crate::people::World;

/// Ben has promised "Home by six" from Monday 3 March; then some weeks happen.
pub(crate) fn some_weeks() -> World {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday", "--by", "18:00"]);
    let ben = |now: &str, line: &[&str]| {
        world.at(now);
        world.run("ben", line, &[]).ends(0);
    };
    ben("2025-03-03T20:00", &["kept", "home"]);
    ben(
        "2025-03-04T20:00",
        &["kept", "home", "--note", "Early train"],
    );
    ben("2025-03-05T20:00", &["partly", "home"]);
    ben(
        "2025-03-06T17:00",
        &[
            "heads-up",
            "home",
            "Away for the course",
            "--on",
            "2025-03-10",
            "--to",
            "2025-03-12",
        ],
    );
    ben("2025-03-06T20:00", &["kept", "home"]);
    ben("2025-03-06T20:30", &["missed", "home"]);
    ben("2025-03-13T20:00", &["kept", "home", "--on", "2025-03-11"]);
    world.at("2025-03-13T21:00");
    world.meet();
    world
}

/// The row of a week, its cells without the name of the week.
fn week<'a>(page: &'a str, name: &str) -> &'a str {
    page.lines()
        .find_map(|line| line.trim_start().strip_prefix(name))
        .unwrap_or_else(|| panic!("no week {name} in\n{page}"))
}

#[test]
fn each_sort_of_day_has_a_shape_of_its_own() {
    let world = some_weeks();
    for who in ["ben", "ana"] {
        let said = world.run(who, &["days"], &[]).ends(0);
        let first = week(&said.out, "3 March");
        let second = week(&said.out, "10 March");
        // Kept, kept, partly, missed (it stands for "kept"), a blank, and two days not due.
        let shapes: Vec<&str> = first.split_whitespace().collect();
        assert_eq!(shapes, ["●", "●", "◐", "○", "·", "·"], "{first}");
        let at =
            |line: &str, day: usize| line.chars().skip(3 + 6 * day).take(6).collect::<String>();
        assert_eq!(at(first, 4).trim(), "", "Friday is a blank: {first:?}");
        // Said ahead from Monday to Wednesday, and kept on Tuesday all the same.
        assert_eq!(at(second, 0).trim(), ">", "{second:?}");
        assert_eq!(at(second, 1).trim(), "●>", "{second:?}");
        assert_eq!(at(second, 2).trim(), ">", "{second:?}");
        assert_eq!(at(second, 3).trim(), "", "{second:?}");
        said.says("a blank").says("not due");
    }
}

#[test]
fn days_are_said_in_sentences_and_in_json() {
    let world = some_weeks();
    world
        .run("ben", &["days", "home", "--plain"], &[])
        .ends(0)
        .says("Thursday 6 March: missed.")
        .says("Friday 7 March: a blank.")
        .says("  | Early train")
        .says("Tuesday 11 March: kept, said ahead.")
        .never_says("Saturday 8 March");
    // What the other has not noted is not said.
    world
        .run("ana", &["days", "home", "--plain"], &[])
        .ends(0)
        .says("Thursday 6 March: missed.")
        .never_says("Friday 7 March")
        .never_says("blank");
    let json = world.run("ben", &["days", "--json"], &[]).ends(0).json();
    let days = json["calendars"][0]["days"].as_array().unwrap().clone();
    let of = |day: &str| days.iter().find(|one| one["day"] == day).unwrap().clone();
    assert_eq!(of("2025-03-06")["noted"], "missed");
    assert_eq!(of("2025-03-07")["noted"], serde_json::Value::Null);
    assert_eq!(of("2025-03-07")["due"], true);
    assert_eq!(of("2025-03-12")["ahead"][0], "Away for the course");
    let json = world.run("ana", &["days", "--json"], &[]).ends(0).json();
    let days = json["calendars"][0]["days"].as_array().unwrap();
    assert!(
        days.iter().all(|day| day["day"] != "2025-03-07"),
        "{days:?}"
    );
}

#[test]
fn an_old_terminal_and_no_colour_tell_the_days_apart_too() {
    let world = some_weeks();
    let mut command = world.command("ben", &["--color", "never", "days"]);
    command
        .env("LANG", "C")
        .env("HANDFAST_PASSPHRASE_COMMAND", "echo 'four words for tests'");
    let out = command.output().unwrap();
    let page = String::from_utf8(out.stdout).unwrap();
    assert!(page.is_ascii(), "{page}");
    let shapes: Vec<&str> = week(&page, "3 March").split_whitespace().collect();
    assert_eq!(shapes, ["x", "x", "/", "o", ".", "."]);
    // Colour: a leaf, the sea, bold and faint; nothing is red.
    let coloured = world
        .run("ben", &["--color", "always", "days"], &[])
        .ends(0);
    assert!(coloured.out.contains("\u{1b}[32m●"), "{}", coloured.out);
    for red in ["[31m", "[91m", "[1;31m"] {
        assert!(!coloured.out.contains(red));
    }
}

#[test]
fn days_further_back_and_days_wrongly_asked() {
    let world = some_weeks();
    world.at("2025-06-10T12:00");
    let usual = world.run("ben", &["days"], &[]).ends(0);
    assert!(!usual.out.contains("3 March"), "{}", usual.out);
    world
        .run("ben", &["days", "--since", "2025-03-05"], &[])
        .ends(0)
        .says("3 March")
        .says("2 June");
    world
        .run("ben", &["days", "garden"], &[])
        .ends(1)
        .says("Nothing here is called");
    world
        .run("ben", &["days", "--since", "once"], &[])
        .ends(2)
        .says("is not a day");
    // A day that has not come shows this week, in which the promise rests.
    world
        .run("ben", &["days", "--since", "2030-01-01"], &[])
        .ends(0)
        .says("Nothing falls in these weeks");
}

#[test]
fn days_need_no_more_than_two_people() {
    let world = World::new();
    world.begin("ana", "Ana");
    world.run("ana", &["days"], &[]).ends(1).says("takes two");
    let world = World::met();
    world
        .run("ana", &["days"], &[])
        .ends(0)
        .says("Nothing falls in these weeks");
}
