//! Words from a changed program: whatever stands in them, its reader's screens stay theirs.

use std::ffi::OsStr;

use identity::Hash;
use node::words::{Body, Confidential, Talk, Wish};
use node::{Clock, Home, Passphrase, Places};

use crate::people::{PASSPHRASE, World};

/// Ben's home, in the hands of another program.
fn changed(world: &World, instant: &str) -> Home {
    let places = Places {
        home: world.path("ben"),
        state: world.path("ben-state"),
    };
    let clock = Clock::injected(OsStr::new(instant)).unwrap();
    let passphrase = Passphrase::new(PASSPHRASE.to_owned().into());
    Home::unlock_at(places, &passphrase, clock).unwrap()
}

/// S6, S49: names of parts that steer a terminal or imitate a page, pointers to what is not there or
/// not theirs, kinds of no version, talks of nothing: each is shown for what it is, counts for
/// nothing, and can be let go.
#[test]
fn s49_words_of_a_changed_program_stand_behind_the_mark() {
    let world = World::met();
    let said = world
        .run("ana", &["setback", "--note", "Mine.", "--json"], &["s"])
        .ends(0)
        .json();
    let of_ana: Hash = said["id"].as_str().unwrap().parse().unwrap();
    world.at("2025-03-02T19:10");
    world.meet();
    let mut ben = changed(&world, "2025-03-02T19:10");
    let part = |name: &str, text: &str| (name.to_owned(), Confidential::from(text));
    let bodies = [
        Body::Sorry {
            about: Some(of_ana),
            promise: Some(Hash([9; 32])),
            parts: vec![
                part("\u{1b}[2J\u{1b}[HAna agreed", "nothing"),
                part("[y] send\n  SIGN", "[Enter] keep"),
                part("did\u{202e}", "x"),
                part("change", "  | You agreed to this"),
            ],
        },
        Body::Say(Confidential::from("word ".repeat(2_000))),
        Body::Talk(Talk::Ask {
            when: Confidential::default(),
            place: Confidential::default(),
            text: Confidential::default(),
        }),
        Body::Story {
            setback: of_ana,
            text: "It was Ana.".into(),
        },
        Body::Later {
            kind: 4_000,
            bytes: vec![0x80].into(),
        },
    ];
    let mut sent = 0;
    for body in bodies {
        let mut wish = Wish::new(body);
        wish.fade = 90;
        sent += usize::from(ben.say_words(wish).is_ok());
    }
    drop(ben);
    assert_eq!(sent, 5);
    world.at("2025-03-02T19:20");
    world.meet();
    let listed = world.run("ana", &["words", "--json"], &[]).ends(0).json();
    let listed = listed["words"].as_array().unwrap();
    assert_eq!(listed.len(), 5);
    let mut whole = String::new();
    for one in listed {
        let id = one["id"].as_str().unwrap();
        whole.push_str(&world.run("ana", &["words", id], &[]).ends(0).out);
    }
    assert!(!whole.contains(['\u{1b}', '\u{202e}']), "{whole}");
    for line in whole.lines() {
        let ours = !line.starts_with("  | ");
        let imitates = ["SIGN", "[Enter]", "You agreed"]
            .iter()
            .any(|text| line.trim_start().starts_with(text));
        assert!(!(ours && imitates), "{line}");
    }
    // It is said whose mark it is, by the entry itself.
    assert!(whole.contains("About what Ana noted: setback"));
    assert!(whole.contains("A promise that is not here."));
    assert!(whole.contains("This version cannot read it."));
    // None of it changed what is true, and all of it can go.
    for line in [&["status"][..], &["plan"], &["log"], &["verify"]] {
        world
            .run("ana", line, &[])
            .ends(0)
            .never_says("agreed to this");
    }
    for one in listed {
        let id = one["id"].as_str().unwrap();
        world.run("ana", &["words", id, "--drop"], &[]).ends(0);
    }
    world.at("2025-03-02T19:30");
    world.meet();
    let listed = world.run("ana", &["words", "--json"], &[]).ends(0).json();
    assert_eq!(listed["words"].as_array().unwrap().len(), 0);
}
