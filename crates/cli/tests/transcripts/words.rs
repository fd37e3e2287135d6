//! Words that fade, at the keyboard: told, kept as a draft, read, kept as a copy, let go; and what a
//! script may not do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::people::World;

/// What no shell, file or other screen may ever hold.
pub(crate) const SECRET: &str = "I was afraid on the stairs";

/// The six letters of what stands in a list under that word.
pub(crate) fn id(world: &World, who: &str, kind: &str, mine: bool) -> String {
    let listed = world.run(who, &["words", "--json"], &[]).ends(0).json();
    let all = listed["words"].as_array().unwrap();
    let found = all
        .iter()
        .rfind(|one| one["kind"] == kind && one["mine"] == mine)
        .unwrap_or_else(|| panic!("no {kind} in {listed}"));
    found["id"].as_str().unwrap().to_owned()
}

/// S25: what sending means, and that it is confidential, stands there before anything is sent;
/// Enter keeps a draft, and a draft goes on.
#[test]
fn s25_that_it_is_confidential_stands_there_before_it_is_sent() {
    let world = World::met();
    let said = world
        .run("ben", &["say"], &[SECRET, "", "Then it was over.", ".", ""])
        .ends(0);
    let page = said.err.find("SEND, CONFIDENTIAL").unwrap();
    let kept = said.err.find("Kept as a draft").unwrap();
    assert!(page < kept);
    said.says("To Ana. 14 days after Ana opens it, or 90 days from now, it is gone.")
        .says("It carries no signature: nothing in this program proves that you wrote it.")
        .says("Ana may still be believed")
        .says("You will not be told whether it is read. You can undo it for two minutes.")
        .says("[Enter] keep as a draft    [y] send    [f] fade sooner or later");
    let listed = world.run("ben", &["words", "--json"], &[]).ends(0).json();
    assert_eq!(listed["words"].as_array().unwrap().len(), 0);
    assert_eq!(listed["drafts"][0], "say");
    world
        .run("ben", &["words"], &[])
        .ends(0)
        .says("Drafts, here alone")
        .never_says(SECRET);
    // Going on with it, sooner gone, and sent.
    world
        .run("ben", &["say"], &["g", "f", "3", "y"])
        .ends(0)
        .says(SECRET)
        .says("Then it was over.")
        .says("To Ana. 3 days after Ana opens it")
        .says("It goes when your devices meet")
        .says("handfast undo");
    let listed = world.run("ben", &["words", "--json"], &[]).ends(0).json();
    assert_eq!(listed["drafts"].as_array().unwrap().len(), 0);
    assert_eq!(listed["words"][0]["kind"], "say");
    assert_eq!(listed["words"][0]["mine"], true);
}

/// It arrives closed, is opened by its reader, and can be let go; a script opens nothing.
#[test]
fn what_arrives_is_closed_until_its_reader_opens_it() {
    let world = World::met();
    world.run("ben", &["say"], &[SECRET, ".", "y"]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run("ana", &["words"], &[])
        .ends(0)
        .says("From Ben")
        .says("Something written")
        .says("not opened yet")
        .never_says(SECRET);
    let id = id(&world, "ana", "say", false);
    world
        .run_unattended("ana", &["words", &id])
        .ends(6)
        .never_says(SECRET);
    world
        .run("ana", &["words", &id, "--keep-copy"], &[])
        .ends(1)
        .says("It is not opened yet");
    world
        .run("ana", &["words", &id], &[])
        .ends(0)
        .says("From Ben")
        .says("here until")
        .says(&format!("  | {SECRET}"));
    // A slip in the letters under the list is typed once more.
    world
        .run("ana", &["words"], &["zzzzzz", &id])
        .ends(0)
        .says("Nothing here has those letters. Once more, or only Enter for not now.")
        .says(&format!("  | {SECRET}"));
    world.run("ana", &["words"], &["zzzzzz", ""]).ends(0);
    world.run("ana", &["words"], &["zzzzzz"; 4]).ends(1);
    // Once it is open its reader's own program may have it.
    let read = world
        .run_unattended("ana", &["words", &id, "--json"])
        .ends(0)
        .json();
    assert_eq!(read["text"], SECRET);
    world
        .run("ana", &["words", &id, "--drop"], &[])
        .ends(0)
        .says("Nobody is told.");
    world
        .run("ana", &["words", &id], &[])
        .ends(1)
        .says("Nothing here has those letters.")
        .never_says("faded");
    // Ben sees no difference.
    world.at("2025-03-02T19:20");
    world.meet();
    world
        .run("ben", &["words"], &[])
        .ends(0)
        .says("From you")
        .never_says("read");
}

/// S27: a script sends nothing: what it brings waits, sealed, and is shown before it goes.
#[test]
fn s27_words_of_a_script_wait_in_the_tray() {
    let world = World::met();
    let file = world.path("letter");
    fs::write(&file, format!("{SECRET}\n\nThat was all.\n")).unwrap();
    let name = file.to_str().unwrap();
    // Open to others: not taken.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    world
        .run_unattended("ben", &["say", "--file", name])
        .ends(1)
        .says("Others on this machine may read that file")
        .says(&format!("chmod 600 {name}"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    world
        .run_unattended("ben", &["say", "--file", name, "--fade", "5"])
        .ends(0)
        .says("nothing is sent without you");
    world.run_unattended("ben", &["say"]).ends(2);
    let listed = world.run("ben", &["words", "--json"], &[]).ends(0).json();
    assert_eq!(listed["words"].as_array().unwrap().len(), 0);
    assert!(!crate::canaries::holds(&world, "ben", SECRET));
    // Not now leaves it where it is.
    world
        .run("ben", &["unlock", "--waiting"], &[""])
        .ends(0)
        .says("Waiting for you")
        .says("not sent")
        .never_says(SECRET);
    world
        .run("ben", &["unlock", "--waiting"], &["o", "y"])
        .ends(0)
        .says(SECRET)
        .says("To Ana. 5 days after Ana opens it");
    assert_eq!(id(&world, "ben", "say", true).len(), 6);
    world
        .run("ben", &["unlock", "--waiting"], &[])
        .ends(0)
        .says("Nothing waits for you.");
}

/// Wrongly used: each says what to do, and words are never said again by us.
#[test]
fn words_wrongly_used() {
    let world = World::met();
    let refused = world.run("ben", &["say", SECRET], &[]).ends(2);
    refused
        .says("never typed on the command line")
        .says("handfast say")
        .never_says(SECRET);
    world
        .run("ben", &["say", "I", "was", "afraid"], &[])
        .ends(2)
        .never_says("afraid");
    for fade in ["0", "91", "soon"] {
        world
            .run("ben", &["say", "--fade", fade], &[])
            .ends(2)
            .says("1 to 90 days");
    }
    world
        .run("ben", &["say", "--file", "/nowhere/at/all"], &[])
        .ends(2);
    let empty = world.path("empty");
    fs::write(&empty, " \n").unwrap();
    fs::set_permissions(&empty, fs::Permissions::from_mode(0o600)).unwrap();
    let empty = empty.to_str().unwrap();
    world
        .run("ben", &["say", "--file", empty], &[])
        .ends(2)
        .says("There is nothing in it.");
    let long = world.path("long");
    fs::write(&long, "word ".repeat(3_000)).unwrap();
    fs::set_permissions(&long, fs::Permissions::from_mode(0o600)).unwrap();
    let long = long.to_str().unwrap();
    world.run("ben", &["say", "--file", long], &[]).ends(1);
    let practical = world.run("ben", &["say", "--practical", "--file", long], &[]);
    practical.ends(1);
    world.run("ben", &["words", "zzzzzz"], &[]).ends(1);
    world.run("ben", &["words", "kept"], &[]).ends(1);
    world.run("ben", &["words", "--drop"], &[]).ends(2);
    world
        .run("ben", &["words", "zzzzzz", "--drop", "--keep-copy"], &[])
        .ends(2);
    // Not now, at once: nothing is kept.
    world.run("ben", &["say"], &[""]).ends(0).says("Not now");
    world
        .run("ben", &["words"], &[])
        .ends(0)
        .says("Nothing is here to read.");
    let alone = World::new();
    alone.begin("ana", "Ana");
    alone.run("ana", &["say"], &["x", "."]).ends(1);
    alone.run("ana", &["words"], &[]).ends(1);
}

/// S24: one item, of the other, that was read; on one's own device, not synced; never in bulk.
#[test]
fn s24_one_copy_for_oneself() {
    let world = World::met();
    for (minute, text) in [
        (0, "canary one of the stairs"),
        (5, "canary two of the stairs"),
    ] {
        world.at(&format!("2025-03-02T19:0{minute}"));
        world.run("ben", &["say"], &[text, ".", "y"]).ends(0);
    }
    world.at("2025-03-02T19:10");
    world.meet();
    let listed = world.run("ana", &["words", "--json"], &[]).ends(0).json();
    let ids: Vec<String> = listed["words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    let mut said = Vec::new();
    for id in &ids {
        let read = world.run("ana", &["words", id, "--json"], &[]).ends(0);
        said.push(read.json()["text"].as_str().unwrap().to_owned());
    }
    // Never in bulk: one ID is taken, and a second takes the place of the first when she says so.
    world
        .run("ana", &["words", &ids[0], &ids[1], "--keep-copy"], &[])
        .ends(2);
    world.run("ana", &["words", "--keep-copy"], &[]).ends(2);
    world
        .run_unattended("ana", &["words", &ids[0], "--keep-copy"])
        .ends(6);
    world
        .run("ana", &["words", &ids[0], "--keep-copy"], &[])
        .ends(0)
        .says("on this device alone")
        .says("proves nothing, and Ben is not told");
    world
        .run("ana", &["words", &ids[1], "--keep-copy"], &[""])
        .ends(0)
        .says("Not now");
    let kept = |world: &World| {
        let kept = world.run("ana", &["words", "kept", "--json"], &[]).ends(0);
        kept.json()["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(kept(&world), said[0]);
    world
        .run("ana", &["words", &ids[1], "--keep-copy"], &["y"])
        .ends(0);
    assert_eq!(kept(&world), said[1]);
    // Not one's own words; and it outlives the day of the item, which is gone.
    let own = id(&world, "ben", "say", true);
    world
        .run("ben", &["words", &own, "--keep-copy"], &[])
        .ends(1)
        .says("yours you know");
    world.at("2025-04-20T10:00");
    let listed = world.run("ana", &["words", "--json"], &[]).ends(0).json();
    assert_eq!(listed["words"].as_array().unwrap().len(), 0);
    assert_eq!(kept(&world), said[1]);
    // Not synced: Ben's home has nothing to say of it, and no export of hers holds it.
    world.meet();
    world.run("ben", &["words", "kept"], &[]).ends(1);
    let out = world.path("export");
    world
        .run("ana", &["export", out.to_str().unwrap()], &[])
        .ends(0);
    assert!(!crate::canaries::folder_holds(&out, &said[1]));
    world
        .run("ana", &["words", "kept", "--drop"], &[])
        .ends(0)
        .says("The copy is gone.");
    world.run("ana", &["words", "kept"], &[]).ends(1);
}

/// However much the other writes, the list stays a page, and what one wrote oneself stands on it.
#[test]
fn the_list_stays_a_page() {
    let world = World::met();
    world.run("ana", &["settings", "grace", "0"], &[]).ends(0);
    world.run("ben", &["settings", "grace", "0"], &[]).ends(0);
    for n in 0..14 {
        let text = format!("letter {n}");
        world.run("ben", &["say"], &[&text, ".", "y"]).ends(0);
    }
    world
        .run("ana", &["say"], &["one of mine", ".", "y"])
        .ends(0);
    world.meet();
    let page = world.run("ana", &["words"], &[]).ends(0);
    let rows = page.out.matches("not opened yet").count();
    assert_eq!(rows, 10, "{}", page.out);
    let page = page.says("handfast words --all").says("From you");
    assert!(page.out.lines().count() <= 24, "{}", page.out);
    let all = world.run("ana", &["words", "--all"], &[]).ends(0);
    assert_eq!(all.out.matches("not opened yet").count(), 14);
    world.run("ana", &["words", "abcdef", "--all"], &[]).ends(2);
}
