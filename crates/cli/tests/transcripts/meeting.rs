//! Beginning together and meeting again, between two real processes over loopback.

use std::io::{Read, Write};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::people::{PASSPHRASE, World};

#[test]
fn two_meet_and_see_the_same_plan() {
    let world = World::met();
    world
        .run(
            "ben",
            &[
                "promise",
                "Home by six",
                "--every",
                "weekday",
                "--by",
                "18:00",
            ],
            &[],
        )
        .ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    let ana = world.run("ana", &["plan", "--json"], &[]).json();
    let ben = world.run("ben", &["plan", "--json"], &[]).json();
    assert_eq!(ana["items"], ben["items"]);
    assert_eq!(ana["items"][0]["draft"]["content"]["by"], "18:00");
    for who in ["ana", "ben"] {
        world
            .run(who, &["verify"], &[])
            .ends(0)
            .says("Every signature is in order.");
        let devices = world.run(who, &["device", "list", "--json"], &[]).json();
        assert_eq!(devices["devices"].as_array().unwrap().len(), 2);
        assert_eq!(devices["devices"][0]["name"], "this device");
    }
}

#[test]
fn both_edits_of_one_sentence_survive() {
    let world = World::met();
    world
        .run(
            "ben",
            &[
                "promise",
                "Home by six",
                "--text",
                "I am home by six on weekdays. If later, I say so.",
            ],
            &[],
        )
        .ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run(
            "ana",
            &[
                "edit",
                "home",
                "--text",
                "I am home by six on weekdays. If later, I call.",
            ],
            &[],
        )
        .ends(0);
    world
        .run(
            "ben",
            &[
                "edit",
                "home",
                "--text",
                "I am home by six on working days. If later, I say so.",
            ],
            &[],
        )
        .ends(0);
    world
        .run("ana", &["edit", "home", "--every", "weekday"], &[])
        .ends(0);
    world
        .run("ben", &["edit", "home", "--every", "day"], &[])
        .ends(0);
    world.at("2025-03-02T19:20");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["plan", "home"], &[])
            .ends(0)
            .says("on working days. If later, I call.")
            .says("Both of you set \"every\" at once");
    }
    world
        .run("ben", &["offer", "home"], &["s"])
        .ends(1)
        .says("Two different values")
        .says("--every");
    world
        .run("ben", &["edit", "home", "--every", "weekday"], &[])
        .ends(0);
    world
        .run("ben", &["offer", "home"], &["s"])
        .ends(0)
        .says("every weekday");
}

#[test]
fn a_no_to_the_words_shares_nothing() {
    let world = World::new();
    world.begin("ana", "Ana");
    world.begin("ben", "Ben");
    let mut inviting = world.start("ana", &["invite", "--listen", "127.0.0.1:0"], &["Ben", "n"]);
    let code = inviting.until_word("hf1");
    world.run("ben", &["join"], &[&code, "Ana", "y"]);
    inviting.finish().ends(1).says("Nothing was shared");
    world
        .run("ana", &["plan"], &[])
        .ends(1)
        .says("You are alone here so far");
    // The code is burnt.
    world.run("ben", &["join"], &["", ""]).ends(0);
}

#[test]
fn a_mistyped_code_changes_nothing_and_says_so() {
    let world = World::new();
    world.begin("ben", "Ben");
    world
        .run("ben", &["join"], &["hf1nonsense", "Ana"])
        .ends(0)
        .says("A character of the code is wrong or missing")
        .says("nothing has changed");
    world
        .run("ben", &["join", "hf1abc"], &[])
        .ends(2)
        .says("others could read it");
    world.run("ben", &["join", "-"], &["hf1nonsense"]).ends(1);
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("handfast invite");
}

#[test]
fn s6_sync_ends_the_same_whether_or_not_somebody_was_there() {
    let world = World::met();
    world.at("2025-03-02T19:10");
    let alone = world.run("ben", &["sync"], &[]).ends(0);
    let listening = world.listening();
    let together = world.run("ben", &["sync"], &[]).ends(0);
    listening.finish().ends(0);
    assert_eq!((alone.out, alone.err), (together.out, together.err));
    let json = world.run("ben", &["sync", "--json"], &[]).ends(0);
    assert_eq!(json.out, "{\"handfast\":1,\"kind\":\"sync\"}\n");
    world
        .run("ben", &["sync", "--quiet"], &[])
        .ends(0)
        .never_says("Done");
}

#[test]
fn alone_there_is_nobody_to_meet() {
    let world = World::new();
    world.begin("ana", "Ana");
    world
        .run("ana", &["sync"], &[])
        .ends(1)
        .says("handfast invite");
    world
        .run("ana", &["sync", "nowhere"], &[])
        .ends(2)
        .says("is not an address");
}

#[test]
fn live_what_one_writes_is_on_the_others_screen_at_once() {
    let world = World::met();
    let mut ana = world.start("ana", &["serve", "--live"], &[]);
    ana.until_word("127.0.0.1");
    let mut ben = world.start("ben", &["serve", "--live"], &[]);
    ben.until_word("both");
    let mut follow = world.start("ana", &["log", "--follow"], &[]);
    world
        .run("ben", &["thanks", "For-this-evening"], &["s"])
        .ends(0)
        .says("There is no undo now")
        .says("it goes at once")
        .never_says("It goes when your devices meet");
    follow.until_word("For-this-evening");
    world.run("ana", &["lock"], &[]).ends(0);
    world.run("ben", &["lock"], &[]).ends(0);
    for serve in [ana, ben] {
        let said = serve.finish().ends(0).out;
        // Both may dial at once; that they are both here is said once.
        assert!(
            !said.contains("You are both here.\nYou are both here."),
            "{said}"
        );
    }
    follow
        .finish()
        .ends(0)
        .says("Sunday 2 March\n  Ben says thanks")
        .says("Closed.");
}

#[test]
fn a_home_copied_back_loses_nothing_and_goes_on_as_a_new_device() {
    let world = World::met();
    world.run("ben", &["thanks", "The first"], &[]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .arg(world.path("ben"))
        .arg(world.path("copy"))
        .status();
    assert!(copied.unwrap().success());
    world.run("ben", &["thanks", "The second"], &[]).ends(0);
    world.at("2025-03-02T19:20");
    world.meet();
    std::fs::rename(world.path("ben"), world.path("lost")).unwrap();
    std::fs::rename(world.path("copy"), world.path("ben")).unwrap();
    world.run("ben", &["thanks", "The third"], &[]).ends(0);
    world.at("2025-03-02T19:30");
    let listening = world.listening();
    world
        .run("ben", &["sync"], &[])
        .ends(0)
        .says("goes on as a new device");
    listening.finish();
    world.meet();
    for who in ["ana", "ben"] {
        let log = world.run(who, &["log"], &[]).ends(0).out;
        for word in ["The first", "The second", "The third"] {
            assert_eq!(log.matches(word).count(), 1, "{who}: {word}\n{log}");
        }
        world.run(who, &["verify"], &[]).ends(0);
    }
}

#[test]
fn sync_says_the_same_whether_or_not_somebody_was_there() {
    let world = World::met();
    let listening = world.listening();
    let met = world.run("ben", &["sync"], &[]).ends(0);
    listening.finish().ends(0);
    let alone = world.run("ben", &["sync"], &[]).ends(0);
    assert_eq!(met.err, alone.err);
    alone
        .says("If your devices met, what has come in is on your page: handfast status")
        .never_says("Done.");
}

#[test]
fn a_code_that_does_not_do_is_told_in_the_words_of_the_page() {
    let world = World::new();
    world.begin("ana", "Ana");
    world.begin("ben", "Ben");
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let listen = free.local_addr().unwrap().to_string();
    drop(free);
    let mut inviting = world.start("ana", &["invite", "--listen", &listen], &["Ben", "n"]);
    let code = inviting.until_word("hf1");
    let join = |code: &str, exit: i32| {
        // A yes that comes first would be kept, so both say no.
        let said = world.run("ben", &["join"], &[code, "Ana", "n"]).ends(exit);
        for jargon in ["ticket", "checksum", "malformed"] {
            assert!(!said.err.contains(jargon), "{jargon}: {}", said.err);
        }
        said
    };
    let short = &code[..code.len() - 1];
    let swapped = format!("{short}{}", if code.ends_with('q') { 'p' } else { 'q' });
    for wrong in [short, &swapped, "hf1nonsense"] {
        // It is asked for again, and then nothing more is typed.
        join(wrong, 0).says("A character of the code is wrong or missing; copy it again");
    }
    join("handfast", 0).says("one begins with hf1");
    join(&code, 1);
    inviting.finish().ends(1);
    join(&code, 1)
        .says("Nobody waits for this code any more")
        .says("ask for a new one");
}

/// Both see the same devices, by what was certified, under names that the reader chose: what the
/// other calls himself is nowhere.
#[test]
fn s11_s12_every_device_is_listed_to_both_under_no_name_of_the_others() {
    let world = World::new();
    world.begin("ana", "Ana");
    world.begin("ben", "Your bank");
    world.pair();
    let ids = |who: &str, names: [&str; 2]| {
        let said = world.run(who, &["device", "list", "--json"], &[]).json();
        let devices = said["devices"].as_array().unwrap().clone();
        let named: Vec<&str> = devices
            .iter()
            .map(|d| d["name"].as_str().unwrap())
            .collect();
        assert_eq!(named, names);
        let ids = devices.iter().map(|d| d["id"].as_str().unwrap().to_owned());
        ids.collect::<std::collections::BTreeSet<_>>()
    };
    let hers = ids("ana", ["this device", "Ben's first device"]);
    assert_eq!(hers.len(), 2);
    assert_eq!(hers, ids("ben", ["this device", "Ana's first device"]));
    for args in [&["device", "list"][..], &["status", "--all"], &["plan"]] {
        let said = world.run("ana", args, &[]).ends(0);
        assert!(!said.out.contains("bank"), "{}", said.out);
    }
}

/// Ben's `join`, up to the six words, with nobody answering yet.
fn at_the_words(world: &World, code: &str) -> Child {
    let mut joining = world
        .command("ben", &["join"])
        .env(
            "HANDFAST_PASSPHRASE_COMMAND",
            format!("echo '{PASSPHRASE}'"),
        )
        .spawn()
        .unwrap();
    let stdin = joining.stdin.as_mut().unwrap();
    stdin
        .write_all(format!("{code}\nAna\n").as_bytes())
        .unwrap();
    let mut said = String::new();
    let mut piece = [0; 1024];
    while !said.contains("Do the same six stand") {
        let n = joining.stderr.as_mut().unwrap().read(&mut piece).unwrap();
        assert!(n > 0, "{said}");
        said.push_str(&String::from_utf8_lossy(&piece[..n]));
    }
    joining
}

/// Who ends it before a yes says so to the other end; who is killed is missed soon. Both screens
/// then say the same.
#[test]
fn who_goes_before_a_yes_has_not_met_and_the_other_hears_it_soon() {
    let world = World::new();
    world.begin("ana", "Ana");
    world.begin("ben", "Ben");
    let invite = ["invite", "--listen", "127.0.0.1:0"];
    // Ctrl-C at Ben's: Ana's yes is forgotten, and neither has met.
    let mut inviting = world.start("ana", &invite, &["Ben", "y"]);
    let code = inviting.until_word("hf1");
    let mut joining = at_the_words(&world, &code);
    inviting.until_word("kept.");
    let begun = Instant::now();
    let interrupt = ["-INT", &joining.id().to_string()].map(str::to_owned);
    assert!(
        Command::new("kill")
            .args(interrupt)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(joining.wait().unwrap().code(), Some(1));
    inviting
        .finish()
        .ends(1)
        .says("You have not met, on either side.");
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("handfast invite");
    // Killed: nothing can be told from here, so Ana's screen says where to look.
    let mut inviting = world.start("ana", &invite, &["y"]);
    let code = inviting.until_word("hf1");
    let mut joining = at_the_words(&world, &code);
    inviting.until_word("kept.");
    let begun = Instant::now();
    joining.kill().unwrap();
    joining.wait().unwrap();
    inviting
        .finish()
        .ends(0)
        .says("Your yes is kept; Ben's has not come.")
        .says("you have not met. Begin again");
    assert!(
        begun.elapsed() < Duration::from_secs(25),
        "{:?}",
        begun.elapsed()
    );
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("handfast sync");
    // Begun again, after that yes is forgotten.
    let mut inviting = world.start("ana", &invite, &["y", "y"]);
    let code = inviting.until_word("hf1");
    world.run("ben", &["join"], &[&code, "Ana", "y"]).ends(0);
    inviting.finish().ends(0).says("Ben and you have met.");
}

#[test]
fn an_invitation_says_what_it_shows_asks_once_and_its_address_lasts() {
    let world = World::new();
    world.begin("ana", "Ana");
    world.begin("ben", "Ben");
    // Enter is "not now", and nothing is set.
    world
        .run("ana", &["invite"], &["Ben", ""])
        .ends(0)
        .says("[y] show that    [a] show another address")
        .says("Not now");
    assert_eq!(
        world.run("ana", &["settings", "listen"], &[]).ends(0).out,
        "\n"
    );
    // A wrong address is asked for again.
    let mut inviting = world.start(
        "ana",
        &["invite"],
        &["Ben", "a", "here", "127.0.0.1:9", "n"],
    );
    inviting.until_word("hf1");
    let said = inviting
        .said
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        said.contains("It says where this device is: 127.0.0.1:9."),
        "{said}"
    );
    assert!(said.contains("\"here\" is not an address"), "{said}");
    drop(inviting);
    let listen = world.run("ana", &["settings", "listen"], &[]).ends(0).out;
    for given_up in ["listen", "addresses"] {
        world.run("ana", &["settings", given_up, "-"], &[]).ends(0);
    }
    assert!(
        listen
            .trim()
            .rsplit_once(':')
            .unwrap()
            .1
            .parse::<u16>()
            .unwrap()
            > 0,
        "{listen}"
    );
    // What is shown can be dialled, then and later.
    let mut inviting = world.start("ana", &["invite"], &["y", "y"]);
    let code = inviting.until_word("hf1");
    assert!(
        !inviting.said.contains("[::]") && !inviting.said.contains(" 0.0.0.0"),
        "{}",
        inviting.said
    );
    world.run("ben", &["join"], &[&code, "Ana", "y"]).ends(0);
    inviting.finish().ends(0);
    world.run("ana", &["thanks", "For the soup"], &[]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("For the soup");
}

#[test]
fn who_has_met_reads_how_to_meet_again() {
    let world = World::new();
    world.begin("ana", "Ana");
    world.begin("ben", "Ben");
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let listen = free.local_addr().unwrap().to_string();
    drop(free);
    let line = ["invite", "--listen", &listen];
    let mut inviting = world.start("ana", &line, &["Ben", "y"]);
    let ticket = inviting.until_word("hf1");
    let joined = world.run("ben", &["join"], &[&ticket, "Ana", "y"]).ends(0);
    let invited = inviting.finish().ends(0);
    let kept = format!("This device listens at {listen} from now on.");
    assert!(invited.out.contains(&kept), "{}", invited.out);
    assert!(!joined.err.contains("settings listen"), "{}", joined.err);
    for said in [invited, joined] {
        said.says("To meet again:     handfast sync")
            .says("handfast serve");
    }
    // And it works as it is said, with no step between.
    world.run("ana", &["thanks", "For the soup"], &[]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("For the soup");
}
