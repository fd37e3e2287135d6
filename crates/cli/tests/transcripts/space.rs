//! Space, through the program: taken at once, told once or not at all, ended by its owner alone.

use std::fs;
use std::time::{Duration, Instant};

use crate::people::{World, sockets, sockets_of};
use crate::story_c::{ben_is_gone, ben_is_there};

fn valve(world: &World, who: &str) -> String {
    fs::read_to_string(world.path(&format!("{who}-state")).join("valve")).unwrap()
}

#[test]
fn s3_it_is_silent_at_once_and_enter_tells_nobody() {
    let world = World::met();
    world
        .run("ana", &["space", "start", "--until", "2025-04-01"], &[""])
        .ends(0)
        .says("Nothing leaves this device from now on.")
        .says("\"Ana has taken space, and named Tuesday 1 April.\"")
        .says("[Enter] tell nobody")
        .says("Nobody was told.")
        .says("handfast space end");
    assert_eq!(valve(&world, "ana"), "shut\n");
    // Its owner sees it, first of all; it ends on no day by itself.
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("You have taken space. You named Tuesday 1 April.")
        .says("handfast space end");
    world.at("2025-04-02T09:00");
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("The day that you named has come");
    assert_eq!(valve(&world, "ana"), "shut\n");
    // Saying it twice changes nothing.
    let again = world
        .run("ana", &["space", "start", "--json"], &[])
        .ends(0)
        .json();
    assert_eq!(again["changed"], false);
    assert_eq!(again["mine"]["until"], "2025-04-01");
    // Jobs end as they always do, and say nothing under --quiet.
    for line in [&["sync", "--quiet"][..], &["serve", "--quiet"]] {
        let said = world.run_unattended("ana", line).ends(0);
        assert!(said.out.is_empty() && said.err.is_empty(), "{said:?}");
    }
    world
        .run("ana", &["sync"], &[])
        .ends(0)
        .says("You have taken space");
    // Nobody was told, so nobody hears of its end.
    world
        .run("ana", &["space", "end"], &[])
        .ends(0)
        .says("Nobody was told of it, and nobody is told of its end.")
        .never_says("SIGN");
    assert_eq!(valve(&world, "ana"), "open\n");
    world.meet();
    world.run("ben", &["log"], &[]).ends(0).never_says("space");
    world
        .run("ana", &["space", "end"], &[])
        .ends(0)
        .says("You have not taken space");
}

#[test]
fn s27_silent_space_works_unattended_and_locked() {
    let world = World::met();
    let said = world
        .run_bare(
            "ana",
            &["space", "start", "--silent", "--no-input", "--json"],
            &[],
        )
        .ends(0)
        .json();
    assert_eq!(said["changed"], true);
    assert_eq!(said["told"], serde_json::Value::Null);
    assert_eq!(valve(&world, "ana"), "shut\n");
    world
        .run_bare("ana", &["space", "show", "--no-input"], &[])
        .ends(0)
        .says("You have taken space.");
    // A job finds nothing to do, without a passphrase.
    world.run_bare("ana", &["sync", "--no-input"], &[]).ends(0);
    // What makes it less silent needs its person.
    for line in [
        &["space", "end"][..],
        &["space", "change", "--practical"],
        &["space", "change", "--tell"],
    ] {
        world.run_unattended("ana", line).ends(6);
        assert_eq!(valve(&world, "ana"), "shut\n", "{line:?}");
    }
    // Without --silent it is silent all the same, and tells nobody by itself.
    world.run("ana", &["space", "end"], &[]).ends(0);
    world
        .run_unattended("ana", &["space", "start"])
        .ends(0)
        .says("Nobody was told.");
    assert_eq!(valve(&world, "ana"), "shut\n");
    // Locked, with somebody there who does not open it: silent too.
    world.run("ana", &["space", "end"], &[]).ends(0);
    world
        .run_bare("ana", &["space", "start"], &["", ""])
        .ends(0)
        .says("Nobody was told.");
    assert_eq!(valve(&world, "ana"), "shut\n");
}

#[test]
fn typed_wrongly_nobody_is_left_without_it() {
    let world = World::met();
    world
        .run("ana", &["space", "start", "--until", "someday"], &[])
        .ends(2)
        .says("is not a day")
        .says("You have space all the same");
    assert_eq!(valve(&world, "ana"), "shut\n");
    world
        .run("ana", &["space", "change"], &[])
        .ends(2)
        .says("What is to change?");
    world
        .run("ana", &["space", "change", "--until", "yesterday"], &[])
        .ends(2);
    world
        .run("ana", &["space", "change", "--until", "friday"], &[])
        .ends(0)
        .says("You named Friday 7 March")
        .says("Nobody is told of the change.");
    world
        .run("ana", &["space", "change", "--no-until"], &[])
        .ends(0)
        .never_says("You named");
    world
        .run(
            "ana",
            &["space", "change", "--practical", "--no-practical"],
            &[],
        )
        .ends(2);
    world
        .run("ana", &["space", "change", "--practical"], &[])
        .ends(0)
        .says("280 characters");
    assert_eq!(valve(&world, "ana"), "practical\n");
    world
        .run_bare(
            "ana",
            &["space", "change", "--no-practical", "--no-input"],
            &[],
        )
        .ends(0);
    assert_eq!(valve(&world, "ana"), "shut\n");
    world.run("ana", &["space", "stop"], &[]).ends(2);
    let world = World::new();
    world
        .run("ana", &["space", "start"], &[])
        .ends(1)
        .says("Nothing has begun here yet");
    world.begin("ana", "Ana");
    world.run("ana", &["space", "start"], &[]).ends(0);
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("You have taken space.");
    world
        .run("ana", &["invite"], &["Ben", "y"])
        .ends(1)
        .says("Nothing leaves this device now.")
        .says("handfast space show");
    world
        .run("ana", &["space", "end"], &[])
        .ends(0)
        .says("Your space has ended.");
    assert_eq!(valve(&world, "ana"), "open\n");
    world
        .run("ana", &["space", "change", "--tell"], &[])
        .ends(1)
        .says("You have not taken space");
}

/// A pause has no question before it is signed, so its page says when the other reads it, and how it
/// is taken back.
#[test]
fn a_pause_in_space_says_when_the_other_reads_it() {
    let world = World::met();
    let said = "goes to the other once your space has ended, and for two minutes";
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let says = |line: &[&str]| {
        let ran = world.run("ana", line, &[]).ends(0);
        one_line(&format!("{} {}", ran.out, ran.err)).contains(said)
    };
    assert!(!says(&["pause"]), "without space it goes as ever");
    assert!(!says(&["back"]));
    world
        .run("ana", &["space", "start", "--silent"], &[])
        .ends(0);
    assert!(says(&["pause", "--for", "25m"]));
    assert!(says(&["back"]));
    world.run("ana", &["undo"], &["y"]).ends(0).says("back");
}

/// The process that `unlock` left behind.
fn agent_of(world: &World, who: &str) -> u32 {
    let home = world.path(who);
    let is_it = |process: &fs::DirEntry| {
        let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        line.contains("--stay") && line.contains(&format!("{}\0", home.display()))
    };
    let mut found = fs::read_dir("/proc").unwrap().flatten().filter(is_it);
    let name = found.next().unwrap().file_name();
    name.to_str().unwrap().parse().unwrap()
}

fn has_socket(process: u32) -> bool {
    let udp = [sockets("udp"), sockets("udp6")].concat();
    sockets_of(process).iter().any(|inode| udp.contains(inode))
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn s3_a_background_process_that_meets_lets_go_of_its_socket_and_keeps_only_the_key() {
    let world = World::met();
    world.at("2025-03-02T21:05");
    world.run("ana", &["unlock", "--serve"], &[]).ends(0);
    let agent = agent_of(&world, "ana");
    until("a socket in its window", || has_socket(agent));
    world
        .run_bare("ana", &["space", "start", "--silent", "--no-input"], &[])
        .ends(0);
    until("no socket", || !has_socket(agent));
    // It is open to its person all the same, and the next window opens nothing.
    world
        .run_bare("ana", &["status", "--no-input"], &[])
        .ends(0);
    world.run("ana", &["lock"], &[]).ends(0);
    world.at("2025-03-03T07:05");
    world
        .run("ana", &["unlock", "--serve"], &[])
        .ends(0)
        .says("it meets nobody");
    let agent = agent_of(&world, "ana");
    world
        .run_bare("ana", &["status", "--no-input"], &[])
        .ends(0);
    assert!(!has_socket(agent));
    world.run("ana", &["lock"], &[]).ends(0);
}

#[test]
fn a_home_whose_state_was_lost_stays_silent_if_space_was_announced() {
    let world = World::met();
    let ben = ben_is_there(&world);
    world.run("ana", &["space", "start"], &["t"]).ends(0);
    ben_is_gone(&world, ben);
    fs::remove_dir_all(world.path("ana-state")).unwrap();
    world
        .run("ana", &["space"], &[])
        .ends(0)
        .says("Nothing leaves this device")
        .says("handfast sync");
    world
        .run("ana", &["space", "end"], &[])
        .ends(1)
        .says("handfast sync");
    world.run("ana", &["sync"], &[]).ends(1);
    assert_eq!(valve(&world, "ana"), "shut\n");
    world
        .run("ana", &["space", "end"], &[])
        .ends(0)
        .says("You have ended your space.");
    assert_eq!(valve(&world, "ana"), "open\n");
}

#[test]
fn a_lost_flag_is_silence_and_its_owner_can_end_it() {
    let world = World::met();
    fs::write(world.path("ana-state").join("valve"), "garbage").unwrap();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("You have taken space.");
    world.run("ana", &["space", "end"], &[]).ends(0);
    assert_eq!(valve(&world, "ana"), "open\n");
}

/// A name of a state, and how a home gets there.
type State = (&'static str, fn(&World));

/// S13: from every state that a home can be in, space is one step, without a question.
#[test]
fn s13_space_is_one_step_from_every_state() {
    let states: [State; 11] = [
        ("met", |_| {}),
        ("locked", |world| {
            world.run("ana", &["lock"], &[]).ends(0);
        }),
        ("open", |world| {
            world.run("ana", &["unlock"], &[]).ends(0);
        }),
        ("serving in the background", |world| {
            world.run("ana", &["unlock", "--serve"], &[]).ends(0);
        }),
        ("an offer stands", |world| {
            world
                .run("ana", &["promise", "One topic", "--on", "2025-03-09"], &[])
                .ends(0);
            world.run("ana", &["offer", "one"], &["s"]).ends(0);
        }),
        ("a boundary is set", |world| {
            world
                .run("ana", &["boundary", "When it gets loud, I go out."], &["s"])
                .ends(0);
        }),
        ("in a pause", |world| {
            world.run("ana", &["pause"], &[]).ends(0);
        }),
        ("something waits", |world| {
            world.run_unattended("ana", &["thanks", "For tea"]).ends(0);
        }),
        ("the clock has jumped", |world| world.at("2031-01-01T08:00")),
        ("the database is damaged", |world| {
            fs::write(world.path("ana").join("vault.db"), b"damaged").unwrap();
        }),
        ("practical space", |world| {
            world
                .run("ana", &["space", "start", "--silent", "--practical"], &[])
                .ends(0);
        }),
    ];
    let home = World::met();
    for (name, reach) in states {
        let world = home.copied();
        reach(&world);
        let line = if name == "practical space" {
            &["space", "change", "--no-practical", "--no-input"][..]
        } else {
            &["space", "start", "--silent", "--no-input"]
        };
        let said = world.run_bare("ana", line, &[]);
        assert_eq!(said.code, 0, "{name}: {}{}", said.out, said.err);
        assert_eq!(valve(&world, "ana"), "shut\n", "{name}");
    }
}

/// S6: what the asker does with the letter shows nowhere at its writer's side.
#[test]
fn s6_the_writer_of_a_letter_sees_the_same_whatever_became_of_it() {
    let world = World::met();
    let ben = ben_is_there(&world);
    world.run("ana", &["space", "start"], &["t"]).ends(0);
    ben_is_gone(&world, ben);
    world
        .run("ben", &["say"], &["I was afraid.", ".", "y"])
        .ends(0);
    world.run("ana", &["space", "end"], &[]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    let seen = |what: &dyn Fn(&World, &str)| {
        let world = world.copied();
        let page = world.run("ana", &["words", "--json"], &[]).ends(0).json();
        let id = page["words"][0]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{page}"))
            .to_owned();
        what(&world, &id);
        world.at("2025-03-03T08:00");
        world.meet();
        let mut all = String::new();
        for line in [
            &["sync"][..],
            &["status", "--json"],
            &["words", "--json"],
            &["log", "--json"],
            &["space", "show", "--json"],
        ] {
            let said = world.run_unattended("ben", line).ends(0);
            all.push_str(&said.out);
            all.push_str(&said.err);
        }
        all
    };
    let left = seen(&|_, _| {});
    let opened = seen(&|world, id| {
        world
            .run("ana", &["words", id], &[""])
            .ends(0)
            .says("I was afraid.");
    });
    let dropped = seen(&|world, id| {
        world.run("ana", &["words", id, "--drop"], &["y"]).ends(0);
    });
    assert_eq!(left, opened);
    assert_eq!(left, dropped);
}

/// Shut first, whatever else stands on the line; but only where it begins with `space start`.
#[test]
fn a_slip_in_the_line_that_takes_space_keeps_nobody_from_it() {
    let world = World::met();
    let end = || drop(world.run("ana", &["space", "end"], &[]).ends(0));
    for (line, left) in [
        (&["space", "start", "--unti", "friday"][..], "shut\n"),
        (&["space", "start", "--until"], "shut\n"),
        (&["space", "start", "now", "please"], "shut\n"),
        (&["--no-input", "space", "start", "--slient"], "shut\n"),
        (
            &["space", "start", "--practical", "--untill", "x"],
            "practical\n",
        ),
        (&["Space", "start", "--unti", "friday"], "shut\n"),
    ] {
        let said = world.run("ana", line, &[]).ends(2);
        said.says("You have space all the same")
            .says("handfast space change --until DAY");
        assert_eq!(valve(&world, "ana"), left, "{line:?}");
        // Twice is no harm, and widens nothing.
        world
            .run("ana", &["space", "start", "--practicl"], &[])
            .ends(2)
            .says("\"--practicl\" does not belong here. You have space; it stands as it stood.");
        assert_eq!(valve(&world, "ana"), left, "{line:?}");
        end();
    }
    let json = ["space", "start", "--unti", "friday", "--json"];
    let said = world.run_unattended("ana", &json).ends(2).error();
    assert_eq!(said["code"], "usage");
    assert_eq!(valve(&world, "ana"), "shut\n");
    end();
    // At the menu it is the same line.
    world
        .run("ana", &[], &["space start --unti friday", ""])
        .says("You have space all the same");
    assert_eq!(valve(&world, "ana"), "shut\n");
    end();
    for line in [
        &["space", "start", "--help"][..],
        &["space", "strat", "--unti", "friday"],
        &["space", "show", "--unti"],
        &["space", "change", "start", "--unti"],
        &["kept", "space", "start", "--unti"],
        &["--unti", "plan", "space", "start"],
    ] {
        world.run("ana", line, &[]).never_says("all the same");
        assert_eq!(valve(&world, "ana"), "open\n", "{line:?}");
    }
    world
        .run("nobody", &["space", "start", "--unti"], &[])
        .ends(2)
        .never_says("space all the same");
    assert!(!world.path("nobody").exists());
}
