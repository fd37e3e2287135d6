//! Everything that is built can be reached from the numbered menu.

use std::io::{Read, Write};

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
        .says("You heard it: \"I leave the room\".")
        .says("That tells Ben that you read it.");
    menu("ana", &["6", "8"]).says("There is nothing new of the other's to say that to.");
    menu("ana", &["3", "9", "3"])
        .says("There is no when-then plan yet.")
        .says("Write one: [3,9,1] when-then")
        .says("Or begin with: [3,12] example voices");
    menu("ana", &["4", "1", "20m", "s"]).says("Stop now, for a short while");
    menu("ben", &["6", "5", "", "Shouted", "s"]).says("A setback, today");
    menu("ben", &["6", "6", "I went out", "s"]).says("What you did about it");
    menu("ben", &["3", "7"]).says("Nothing has come to its review date.");
    menu("ben", &["7", "2"]).says("Home by six");
    menu("ben", &["7", "4"]).says("All of this full screen, with arrow keys");
    let file = world.path("page.html");
    menu("ben", &["7", "5", file.to_str().unwrap()]).says("Written to");
    assert!(file.exists());
    menu("ben", &["7", "5", ""]).says("Not now");
}

/// A menu person sets, changes and lifts a boundary, copies an example, and writes what is theirs
/// and what is written together; nothing of it names a verb without its numbers.
#[test]
fn what_is_mine_and_what_we_write_are_reached_by_numbers() {
    let world = World::met();
    let menu = |who: &str, keys: &[&str]| world.run(who, &[], &[keys, &["", ""]].concat()).ends(0);
    menu(
        "ana",
        &["3", "8", "1", "voices rise", "leave the room", "s"],
    )
    .says("It is in force.")
    .says("you can take it back: [6,7] undo")
    .never_says("handfast undo");
    menu("ana", &["3,8,2", "voices rise", "go for a walk", "s"])
        .says("About: When voices rise, I will leave the room.")
        .says("When voices rise, I will go for a walk.");
    menu("ana", &["3,8,3", "l"]).says("Lifted. It is not in force any more.");
    menu("ana", &["3,8,3"])
        .says("There is no boundary of yours.")
        .says("To set one: [3,8,1] boundary");
    menu("ana", &["3,8,7", "After supper.", "", "s"]).says("It stands in the plan.");
    menu("ana", &["3,8,9"]).says("About: After supper.");
    menu("ana", &["3,10", "A calm house.", ""]).says("The draft now says:");
    menu("ana", &["3,11", "What was good?", ""]).says("1. What was good?");
    menu("ana", &["3,12", "voices", "c"])
        .says("When voices rise")
        .says("[3,4] offer ");
    menu("ana", &["3,9,2", "", "", "", "30m", "", ""])
        .says("Each part as it is now; only Enter leaves it so.")
        .says("30 minutes");
    menu("ana", &["3,9,4"]).says("When voices rise");
    menu("ana", &["3,12", "99", "no-such", "", ""]).says("There is no such number in the list.");
    let dates = world.path("dates.ics");
    menu("ana", &["7,6", dates.to_str().unwrap()]).says("None of your own promises has a day");
}

/// Words may be typed there too: they stand in no shell's history.
#[test]
fn a_verb_may_be_typed_at_the_menu() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "day"]);
    world.at("2025-03-03T19:00");
    let menu = |keys: &[&str]| world.run("ben", &[], &[keys, &["", ""]].concat()).ends(0);
    menu(&["kept home --note \"Took the early train\"", "s"])
        .says("Home by six: kept, Monday 3 March.")
        .says("| Took the early train");
    menu(&["handfast undo"]).says("Taken back");
    menu(&["[6,1] kept home", ""]).says("[s] sign");
    menu(&["kept home --banana"]).says("does not belong here");
    menu(&["pause now --banana"]).says("Left aside: \"now --banana\". The pause holds.");
    menu(&["back"]).says("You are back, as you said.");
    menu(&["hello"]).says("Please type one of the numbers");
}

/// The passphrase is asked for once, also where a verb closed the home, and leaving it closed is no
/// failure that speaks of scripts.
#[test]
fn the_menu_asks_for_the_passphrase_once() {
    let world = World::met();
    let bare = |keys: &[&str]| world.run_bare("ana", &[], keys);
    let said = bare(&[crate::people::PASSPHRASE, "8,7", "", "3,1", ""]).ends(0);
    let asked = said.err.matches("Your passphrase:").count();
    assert_eq!(asked, 2, "once for the menu, once for 8,7:\n{}", said.err);
    said.says("Our plan");
    bare(&[""])
        .ends(4)
        .says("This stays closed.")
        .says("To open it: handfast unlock")
        .says("handfast pause, or handfast help safety")
        .never_says("script");
}

/// Nothing has begun: the first page has its keys, and Enter goes on as it says.
#[test]
fn the_menu_before_the_beginning_is_the_first_page_with_its_keys() {
    let world = World::new();
    let mut command = world.command("ana", &[]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    world
        .run("ana", &["start", "--rehearsal"], &["q"])
        .says("[Enter] go on    [2] page 2    [q] not now; nothing is kept");
}

/// S46: a menu that was left open on an empty chair asks for the passphrase again.
#[test]
fn s46_a_menu_left_alone_closes_itself() {
    let world = World::met();
    let mut child = world.command("ana", &[]).spawn().unwrap();
    let mut keys = child.stdin.take().unwrap();
    let mut screen = child.stderr.take().unwrap();
    let mut shown = String::new();
    let mut until = |wanted: &str, times: usize| {
        while shown.matches(wanted).count() < times {
            let mut piece = [0; 4096];
            let n = screen.read(&mut piece).unwrap();
            assert!(n > 0, "no {wanted:?} in {shown}");
            shown.push_str(&String::from_utf8_lossy(&piece[..n]));
        }
        shown.matches("Your passphrase:").count()
    };
    writeln!(keys, "{}", crate::people::PASSPHRASE).unwrap();
    until("only Enter to leave.", 1);
    world.at("2025-03-02T19:09");
    writeln!(keys, "3,1").unwrap();
    assert_eq!(
        until("only Enter to leave.", 2),
        1,
        "nine minutes are a thought"
    );
    world.at("2025-03-02T19:19");
    writeln!(keys, "3,1").unwrap();
    drop(keys);
    assert_eq!(until("Your passphrase:", 2), 2);
    let _ = child.wait().unwrap();
}
