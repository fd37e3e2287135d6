//! Story C, space: two people, the real binary, real QUIC between them.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::people::{Running, World};

const FIRST: &str = "Canary-first: I sat in the car and was angry.";
const LAST: &str = "Canary-last: I was afraid, and I shouted.";

/// Ben is at his device, where Ana's knows him.
pub(crate) fn ben_is_there(world: &World) -> Running {
    let port = std::net::UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    world.run("ana", &["settings", "peer", &port], &[]).ends(0);
    let mut ben = world.start("ben", &["serve", "--live", "--listen", &port], &[]);
    ben.until_word("127.0.0.1");
    ben
}

/// Ben's device is switched off again.
pub(crate) fn ben_is_gone(world: &World, serving: Running) {
    world.run("ben", &["lock"], &[]).ends(0);
    serving.finish().ends(0);
}

#[test]
fn story_c_space() {
    let world = World::met();
    world.at("2025-03-23T18:00");
    let ben = ben_is_there(&world);
    world
        .run(
            "ana",
            &["space", "start", "--until", "2025-04-01", "--practical"],
            &["t"],
        )
        .ends(0)
        .says("handfast space change --no-practical")
        .says("\"Ana has taken space, and named Tuesday 1 April.\"")
        .says("Ben has been told.");
    ben_is_gone(&world, ben);

    // Ben's page is calm, and says what there is to do.
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("Ana has taken space, and named Tuesday 1 April. It ends when Ana ends it.")
        .says("What you write stays here. There is room for one letter; you may rewrite it.")
        .says("handfast say --practical");

    // A long letter the same night. It waits, and he is told so; he rewrites it twice.
    world
        .run("ben", &["say"], &[FIRST, ".", "y"])
        .ends(0)
        .says("it waits here")
        .says("you are never told which")
        .says("Your letter waits here. It goes when your devices meet")
        .never_says("takes the place");
    world.at("2025-03-24T08:00");
    world
        .run(
            "ben",
            &["say"],
            &["w", "And in the morning I was still angry.", ".", "y"],
        )
        .ends(0)
        .says(FIRST);
    world.at("2025-03-25T21:00");
    world.run("ben", &["say", "--file", "-"], &[]).ends(2);
    let file = world.path("letter.txt");
    fs::write(&file, LAST).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    world
        .run("ben", &["say", "--file", file.to_str().unwrap()], &["y"])
        .ends(0)
        .says("It takes the place of the letter that waited.");
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("Your letter waits; you may rewrite it.")
        .never_says("Canary");
    world
        .run("ben", &["words"], &[""])
        .ends(0)
        .says("A letter")
        .never_says("Canary");

    // Two messages about picking up the children go through, and nothing else does.
    world
        .run("ben", &["thanks", "For your mother's soup"], &["s"])
        .ends(0)
        .says("It goes when your devices meet, once the space has ended.");
    world
        .run(
            "ben",
            &["say", "--practical"],
            &["Can you take Mia at four?", ".", "y"],
        )
        .ends(0)
        .says("what cannot wait needs another way")
        .says("It goes when your devices meet: handfast sync");
    world
        .run(
            "ben",
            &["say", "--practical"],
            &["The boots are at mine.", ".", "y"],
        )
        .ends(0);
    world.at("2025-03-25T21:10");
    world.meet();
    let page = world.run("ana", &["words", "--json"], &[]).ends(0).json();
    let there = page["words"].as_array().unwrap();
    assert_eq!(there.len(), 2, "{page}");
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("You have taken space. You named Tuesday 1 April.")
        .says("Children and bills. Open it when you like.")
        .never_says("Something written")
        .never_says("soup");

    // Four days early Ana ends it. One letter arrives, closed, the last of them.
    world.at("2025-03-28T18:00");
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("Children and bills, not opened")
        .never_says("Something written");
    world
        .run("ana", &["space", "end"], &[])
        .ends(0)
        .says("You have ended your space.")
        .says("Ben hears of it when your devices meet")
        .says("drop it; Ben is never told which.");
    world.at("2025-03-28T18:10");
    world.meet();
    let before = world.run("ben", &["status", "--json"], &[]).ends(0).json();
    let page = world.run("ana", &["words", "--json"], &[]).ends(0).json();
    let letters: Vec<_> = page["words"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["kind"] == "letter")
        .cloned()
        .collect();
    assert_eq!(letters.len(), 1, "{page}");
    assert_eq!(letters[0]["closed"], true);
    assert!(!page.to_string().contains("Canary"));
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .never_says("Canary")
        .says("soup");
    let id = letters[0]["id"].as_str().unwrap();
    let read = world.run("ana", &["words", id], &[""]).ends(0).says(LAST);
    assert!(!read.out.contains("Canary-first"), "one letter, the last");

    // Ben is never told: nothing at his side depends on what Ana did with it.
    world.at("2025-03-28T18:20");
    world.meet();
    let after = world.run("ben", &["status", "--json"], &[]).ends(0).json();
    assert_eq!(before, after);
    // Nothing held was ever in a log.
    for who in ["ana", "ben"] {
        let folder = world.path(&format!("{who}-out"));
        world
            .run(who, &["export", folder.to_str().unwrap()], &[])
            .ends(0);
        let records = fs::read(folder.join("records.cbor")).unwrap();
        assert!(!String::from_utf8_lossy(&records).contains("Canary"));
        world.run(who, &["verify"], &[]).ends(0);
    }
}

#[test]
fn who_is_not_there_is_not_told_and_never_hears_of_it() {
    let world = World::met();
    let empty = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = empty.local_addr().unwrap().to_string();
    world.run("ana", &["settings", "listen", ""], &[]).ends(0);
    world
        .run("ana", &["settings", "peer", &address], &[])
        .ends(0);
    world
        .run("ana", &["space", "start"], &["t"])
        .ends(0)
        .says("Ben could not be told.")
        .says("as if switched off");
    world.run("ana", &["log"], &[]).ends(0).never_says("space");
    world
        .run("ana", &["space", "end"], &[])
        .ends(0)
        .says("Nobody was told of it");
}

#[test]
fn taking_back_the_end_makes_it_silent_again() {
    let world = World::met();
    let ben = ben_is_there(&world);
    world
        .run("ana", &["space", "start"], &["t"])
        .ends(0)
        .says("Ben has been told.");
    ben_is_gone(&world, ben);
    world.run("ana", &["space", "end"], &[]).ends(0);
    let valve = world.path("ana-state").join("valve");
    assert_eq!(fs::read_to_string(&valve).unwrap(), "open\n");
    world
        .run("ana", &["undo"], &[])
        .ends(0)
        .says("You have taken space.");
    assert_eq!(fs::read_to_string(&valve).unwrap(), "shut\n");
    world
        .run("ana", &["space", "show"], &[])
        .ends(0)
        .says("Ben was told");
}

#[test]
fn what_was_begun_is_never_lost_and_the_letter_stays_until_it_is_written_anew() {
    let world = World::met();
    let ben = ben_is_there(&world);
    world.run("ana", &["space", "start"], &["t"]).ends(0);
    ben_is_gone(&world, ben);
    world
        .run("ben", &["say"], &["The first letter.", ".", "y"])
        .ends(0);
    // Left as it is, or begun anew and not finished: the letter waits on.
    world.run("ben", &["say"], &[""]).ends(0).says("Not now");
    world
        .run("ben", &["say"], &["w", "n", "Another beginning.", ".", ""])
        .ends(0)
        .says("Kept as a draft");
    world
        .run("ben", &["say"], &[""])
        .ends(0)
        .says("The first letter.");
    // From a file: the draft is another text, and stays.
    let file = world.path("letter.txt");
    fs::write(&file, "From a file.").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    world
        .run(
            "ben",
            &["say", "--file", file.to_str().unwrap(), "--fade", "3"],
            &["y"],
        )
        .ends(0);
    world
        .run("ben", &["say"], &["w", "", "y"])
        .ends(0)
        .says("From a file.")
        .says("3 days after Ana opens it")
        .says("Another beginning.");
    world
        .run("ben", &["say"], &["x"])
        .ends(0)
        .says("The letter is gone.");
    world
        .run("ben", &["space"], &[])
        .ends(0)
        .says("There is room for one letter");
}
