//! Beginning together under a tired hand: a code over two lines, an address, a name, a first meeting
//! that carries nothing yet.

use std::io::Write;

use crate::people::{PASSPHRASE, World};

fn two() -> World {
    let world = World::new();
    world.begin("ana", "Ana");
    world.begin("ben", "Ben");
    world
}

fn free_port() -> String {
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().to_string()
}

/// A terminal breaks the code over two lines, and so it is copied.
#[test]
fn a_code_is_taken_with_its_line_breaks() {
    for piped in [false, true] {
        let world = two();
        let mut inviting = world.start("ana", &["invite", "--listen", &free_port()], &["Ben", "y"]);
        let code = inviting.until_word("hf1");
        let (first, rest) = code.split_at(80);
        let (second, third) = rest.split_at(9);
        let third = format!("  {third} ");
        let answers = [first, second, &third, "Ana", "y"];
        let line = if piped { &["join", "-"][..] } else { &["join"] };
        let said = world.run("ben", line, &answers).ends(0);
        assert_eq!(said.err.contains("It goes on; the rest of it:"), !piped);
        inviting.finish().ends(0).says("Ben and you have met.");
    }
}

#[test]
fn half_a_code_is_told_when_nothing_follows() {
    let world = two();
    let mut inviting = world.start("ana", &["invite", "--listen", "127.0.0.1:0"], &["Ben", "n"]);
    let code = inviting.until_word("hf1");
    world
        .run("ben", &["join"], &[&code[..80], ""])
        .ends(0)
        .says("A character of the code is wrong or missing; copy it again")
        .says("Once more, or press Enter for not now.");
    world
        .run("ben", &["join", &code[..80], &code[80..]], &[])
        .ends(2)
        .says("others could read it there");
}

/// Nobody types the whole line again for one wrong letter: the code is asked for again, and the whole
/// code is taken too where only its rest was asked for.
#[test]
fn a_wrong_code_is_asked_for_again() {
    let world = two();
    let mut inviting = world.start("ana", &["invite", "--listen", &free_port()], &["Ben", "y"]);
    let code = inviting.until_word("hf1");
    let short = &code[..code.len() - 1];
    world
        .run("ben", &["join"], &["hello", short, &code, "Ana", "y"])
        .ends(0)
        .says("That is not a code of an invitation; one begins with hf1.")
        .says("It goes on; the rest of it:");
    inviting.finish().ends(0).says("Ben and you have met.");
    let nothing = ["nothing"; 9];
    let world = two();
    world.run("ben", &["join"], &nothing).ends(1);
    world
        .run("ben", &["join"], &[short, short, "", ""])
        .ends(0)
        .says("A character of the code is wrong or missing")
        .says("Not now");
}

/// An address of this machine is listened at; another one only stands on the code, and that is said.
#[test]
fn another_address_on_the_code_does_what_is_said() {
    let world = two();
    let free = free_port();
    let mut inviting = world.start("ana", &["invite"], &["Ben", "a", &free, "y"]);
    let code = inviting.until_word("hf1");
    assert!(
        !inviting.said.contains("changes nothing"),
        "{}",
        inviting.said
    );
    world.run("ben", &["join"], &[&code, "Ana", "y"]).ends(0);
    inviting.finish().ends(0).says("Ben and you have met.");
    let port = free.rsplit_once(':').unwrap().1;
    let listen = world.run("ana", &["settings", "listen"], &[]).ends(0).out;
    assert!(listen.trim().ends_with(&format!(":{port}")), "{listen}");

    let world = two();
    let mut inviting = world.start("ana", &["invite"], &["Ben", "a", "203.0.113.5:4747"]);
    inviting.until_word("hf1");
    let said = inviting
        .said
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        said.contains("The code says 203.0.113.5:4747; that changes nothing here."),
        "{said}"
    );
}

/// An address that was chosen in place of one's own stays chosen: a second invitation never falls back
/// to the addresses of the home network.
#[test]
fn an_address_that_was_chosen_stays_chosen() {
    let free = free_port();
    for (line, answers) in [
        (&["invite"][..], &["Ben", "a", &free][..]),
        (&["invite", "--address", &free], &["Ben"]),
    ] {
        let world = two();
        let mut inviting = world.start("ana", line, answers);
        inviting.until_word("hf1");
        assert!(
            inviting.said.contains("The next code says it too."),
            "{}",
            inviting.said
        );
        drop(inviting);
        let set = world.run("ana", &["settings", "addresses"], &[]).ends(0);
        assert_eq!(set.out.trim(), free);
        let mut inviting = world.start("ana", &["invite"], &[]);
        inviting.until_word("hf1");
        let said = inviting
            .said
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(
            said.contains(&format!("It says where this device is: {free}.")),
            "{said}"
        );
    }
}

/// It is open, and the passphrase is asked for all the same: the question says why.
#[test]
fn s11_who_has_unlocked_reads_why_the_passphrase_is_asked_again() {
    let world = two();
    let again = "Meeting signs with what your passphrase alone opens. Your passphrase again:";
    for verb in ["invite", "join"] {
        world
            .run_bare("ana", &[verb], &[PASSPHRASE, ""])
            .says("Your passphrase:")
            .never_says(again);
        world.run_bare("ana", &["unlock"], &[PASSPHRASE]).ends(0);
        world
            .run_bare("ana", &[verb], &["wrong horse", PASSPHRASE, ""])
            .says(again)
            .says("Your passphrase:");
        world.run("ana", &["lock"], &[]).ends(0);
    }
}

/// An attempt that came to nothing asks for the passphrase and the code again, and for no name.
#[test]
fn the_other_is_named_once() {
    let world = two();
    let listen = free_port();
    let line = ["invite", "--listen", &listen];
    let mut inviting = world.start("ana", &line, &["Ben", "n"]);
    let code = inviting.until_word("hf1");
    world.run("ben", &["join"], &[&code, "Ana", "n"]).ends(1);
    inviting.finish().ends(1);
    // Nothing was listened at for good by an attempt that came to nothing.
    assert_eq!(world.run("ana", &["settings", "listen"], &[]).out, "\n");
    let mut inviting = world.start("ana", &line, &["y"]);
    let code = inviting.until_word("hf1");
    assert!(
        inviting.said.contains("An invitation for Ben."),
        "{}",
        inviting.said
    );
    world
        .run("ben", &["join"], &[&code, "y"])
        .ends(0)
        .says("The other is called Ana here. Another name: handfast settings other NAME")
        .never_says("What do you call");
    inviting.finish().ends(0).says("Ben and you have met.");
}

/// Who types the passphrase a third time has not named themselves with it.
#[test]
fn a_passphrase_is_no_name() {
    let world = World::new();
    let again = PASSPHRASE.to_uppercase();
    let said = world
        .run_bare(
            "ana",
            &["start", "--rehearsal"],
            &["", PASSPHRASE, PASSPHRASE, PASSPHRASE, &again, "Ana"],
        )
        .ends(0)
        .says("That was your passphrase again, so it is not taken.")
        .says("This device is yours now, Ana.");
    // A pipe is written out as it was answered; nothing of ours repeats it.
    let ours = said.err.matches(PASSPHRASE).count();
    assert_eq!(ours, 1, "{}", said.err);
    let mut command = world.command("ben", &["start", "--rehearsal"]);
    command.env(
        "HANDFAST_PASSPHRASE_COMMAND",
        format!("echo '{PASSPHRASE}'"),
    );
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(format!("\n{PASSPHRASE}\n").as_bytes())
        .unwrap();
    drop(stdin);
    child.wait().unwrap();
    assert!(!world.path("ben").join("keys.json").exists());
}

/// What the words on paper are is said where they are spoken of first.
#[test]
fn the_24_words_are_explained_at_their_first_mention() {
    let world = World::new();
    let said = world
        .run_bare("ana", &["start", "--rehearsal"], &["q"])
        .ends(0);
    let page = said.err.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = page.find("24 words").unwrap();
    assert!(
        page[words..].starts_with("24 words, for paper: whoever has them can be taken for you."),
        "{page}"
    );
}

/// Within the two minutes nothing goes, and its own person reads why; a script reads as ever.
#[test]
fn s6_a_meeting_within_the_grace_says_why_nothing_went() {
    let world = World::met();
    world.at("2025-03-02T19:10");
    world.run("ben", &["thanks", "For the soup"], &[]).ends(0);
    let waits = "What you wrote last waits here: it can be undone for two minutes.";
    let alone = world.run("ben", &["sync"], &[]).ends(0).says(waits);
    let listening = world.listening();
    let together = world.run("ben", &["sync"], &[]).ends(0);
    listening.finish().ends(0).never_says("waits here");
    assert_eq!((alone.out, alone.err), (together.out, together.err));
    world
        .run("ben", &["sync", "--quiet"], &[])
        .ends(0)
        .never_says("waits here");
    world
        .run("ana", &["status"], &[])
        .never_says("For the soup");
    world.at("2025-03-02T19:12:30");
    let listening = world.listening();
    world
        .run("ben", &["sync"], &[])
        .ends(0)
        .never_says("waits here");
    listening.finish().ends(0);
    world.run("ana", &["status"], &[]).says("For the soup");
}

/// While space lasts nothing goes, and what is signed does not say that it would.
#[test]
fn what_is_signed_in_space_says_when_it_goes() {
    let world = World::met();
    let thanks = |who: &str| {
        let said = world.run(who, &["thanks", "For the soup"], &[]).ends(0);
        world.run(who, &["undo"], &[]).ends(0);
        said
    };
    thanks("ben").says("It goes when your devices meet: handfast sync");
    world
        .run("ana", &["space", "start", "--silent"], &[])
        .ends(0);
    thanks("ana")
        .says("It goes when your devices meet, once your space has ended.")
        .never_says("handfast sync");
    // Silent space looks like any other evening.
    thanks("ben").says("It goes when your devices meet: handfast sync");
}
