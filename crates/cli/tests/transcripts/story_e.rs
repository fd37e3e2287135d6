//! Story E, the weekly check-in: two cron jobs, as `docs/scripts.md` writes them, run through `sh` in
//! two homes that meet over real QUIC. One answers at once, the other on Monday; the answers fade,
//! that it took place does not; and a week that is skipped shows nothing.

use std::fs;
use std::path::PathBuf;

use crate::canaries;
use crate::check_ins::{asked, fill};
use crate::people::World;
use crate::scripts::{self, Line};

const WHO: [&str; 2] = ["ana", "ben"];

/// Runs what each crontab holds for a quarter of an hour, as cron would.
fn cron(world: &World, at: &str) {
    world.at(at);
    for line in scripts::crontab() {
        if !line.is_at(at) {
            continue;
        }
        if line.command.contains(" sync ") {
            meet(world, &line);
            continue;
        }
        for who in WHO {
            let said = scripts::sh(world, who, &line.command);
            assert_eq!(said.code, 0, "{who}, {at}: {}", said.err);
            // Cron writes a mail of every word: nothing is said when all is well.
            assert_eq!(
                (said.out.as_str(), said.err.as_str()),
                ("", ""),
                "{who}, {at}"
            );
        }
    }
}

/// Both jobs meet: Ana's listens for a while, Ben's dials.
fn meet(world: &World, line: &Line) {
    let (short, none) = ("--wait 20", "");
    let waits = line.command.replace("--wait 1500", short);
    let listening = scripts::start(world, "ana", &waits);
    let dials = line.command.replace("--wait 1500", none);
    let said = scripts::sh(world, "ben", &dials);
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (0, "", "")
    );
    let heard = listening.finish();
    assert_eq!((heard.code, heard.out.as_str()), (0, ""));
}

fn file(world: &World, who: &str) -> PathBuf {
    world.path(&format!("{who}-login")).join(".checkin.toml")
}

/// Somebody fills the file in with an editor.
fn fills(world: &World, who: &str, answers: &[(&str, &str)]) {
    let path = file(world, who);
    let fresh = fs::read_to_string(&path).unwrap();
    fs::write(&path, fill(&fresh, answers)).unwrap();
}

#[test]
fn story_e_the_weekly_check_in() {
    let world = asked();
    for who in WHO {
        fs::create_dir(world.path(&format!("{who}-login"))).unwrap();
        world
            .run(who, &["settings", "unattended", "yes"], &[])
            .ends(0);
    }
    // Sunday at eight, both jobs lay the questions out.
    cron(&world, "2025-03-09T20:00");
    let fresh = WHO.map(|who| fs::read_to_string(file(&world, who)).unwrap());
    assert_eq!(fresh[0], fresh[1], "both are asked the same");
    for question in [
        "What went well?",
        "What was hard?",
        "What felt a little lighter?",
        "What do I need?",
        "One thanks.",
    ] {
        assert!(fresh[0].contains(&format!("# {question}\n")), "{question}");
    }
    // Nothing is taken of what is not ready, and it is not laid out anew.
    cron(&world, "2025-03-09T20:15");
    assert_eq!(fs::read_to_string(file(&world, "ana")).unwrap(), fresh[0]);

    // Ben answers at once.
    fills(
        &world,
        "ben",
        &[("well", "Canary-of-Ben"), ("note", "Ask about sleep.")],
    );
    cron(&world, "2025-03-09T20:30");
    assert!(!file(&world, "ben").exists(), "taken, and removed");
    cron(&world, "2025-03-09T21:00");
    // Until Ana has answered nothing tells her that Ben has, nor him that she has not.
    for who in WHO {
        for line in [
            &["status"][..],
            &["log"],
            &["words"],
            &["check-in", "--if-open"],
        ] {
            world
                .run(who, line, &[""])
                .never_says("have answered")
                .never_says("took place")
                .never_says("Canary");
        }
    }
    assert!(!canaries::holds(&world, "ana", "Canary-of-Ben"));

    // Ana on Monday evening; the jobs meet at nine.
    fills(
        &world,
        "ana",
        &[("hard", "Canary-of-Ana"), ("thanks", "You cooked.")],
    );
    cron(&world, "2025-03-10T20:15");
    assert!(!file(&world, "ana").exists());
    cron(&world, "2025-03-10T21:00");
    cron(&world, "2025-03-11T07:00");
    for (who, theirs) in [("ana", "Canary-of-Ben"), ("ben", "Canary-of-Ana")] {
        world
            .run(who, &["status"], &[])
            .ends(0)
            .says("Both of you have answered.");
        world
            .run(who, &["check-in"], &["o"])
            .ends(0)
            .says(theirs)
            .says("were sent by a script");
        world
            .run(who, &["log"], &[])
            .ends(0)
            .says("the check-in of Sunday 9 March took place");
    }
    world
        .run("ben", &["check-in"], &[])
        .ends(0)
        .never_says("Ask about sleep.");
    world
        .run("ben", &["note", "list"], &[])
        .ends(0)
        .says("Ask about sleep.");

    // The next week Ana lets it pass: the file lies there until she removes it, and nothing shows.
    let log = |who: &str| world.run(who, &["log", "--json"], &[]).ends(0).json();
    let before = WHO.map(log);
    cron(&world, "2025-03-16T20:00");
    fills(&world, "ben", &[("well", "Sunday in the garden.")]);
    cron(&world, "2025-03-16T20:15");
    cron(&world, "2025-03-16T21:00");
    cron(&world, "2025-03-17T20:15");
    cron(&world, "2025-03-17T21:00");
    assert_eq!(before, WHO.map(log));
    world
        .run("ben", &["check-in"], &[])
        .ends(0)
        .says("Yours, sealed.")
        .never_says("Both of you have answered.");
    fs::remove_file(file(&world, "ana")).unwrap();

    // Two weeks after it was opened the answers have faded; that it took place has not.
    world.at("2025-03-26T07:30");
    for (who, theirs) in [("ana", "Canary-of-Ben"), ("ben", "Canary-of-Ana")] {
        world
            .run(who, &["check-in", "--of", "2025-03-09"], &[])
            .ends(0)
            .says("have faded")
            .never_says("Canary");
        world
            .run(who, &["log"], &[])
            .ends(0)
            .says("the check-in of Sunday 9 March took place");
        assert!(!canaries::holds(&world, who, theirs));
        world.run(who, &["verify"], &[]).ends(0);
    }
}
