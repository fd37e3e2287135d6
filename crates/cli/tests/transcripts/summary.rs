//! S22: a summary needs both, holds signed entries alone, is sealed to one reader, ends on its day, is
//! stopped by either, and a missing or altered signature is refused.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use age::secrecy::ExposeSecret;

use crate::people::World;

/// Ana and Ben have a promise, thanks, a boundary, and words between them.
fn lived() -> World {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday"]);
    world.at("2025-03-03T18:00");
    world
        .run("ben", &["kept", "home", "--note", "By bus."], &[])
        .ends(0);
    world
        .run("ana", &["thanks", "You let me finish."], &[])
        .ends(0);
    world
        .run(
            "ana",
            &["boundary", "When voices rise, I leave the room."],
            &["s"],
        )
        .ends(0);
    // An offer that Ben took back before anybody read it.
    world.run("ben", &["promise", "Walk"], &[]).ends(0);
    world.run("ben", &["offer", "walk"], &["s"]).ends(0);
    world.run("ben", &["withdraw", "walk"], &[]).ends(0);
    let words = world.path("words.txt");
    fs::write(&words, "CANARY of Ben's").unwrap();
    fs::set_permissions(&words, fs::Permissions::from_mode(0o600)).unwrap();
    world
        .run(
            "ben",
            &["say", "--file", &words.display().to_string()],
            &["y"],
        )
        .ends(0);
    world
        .run("ana", &["note"], &["CANARY of Ana's", "."])
        .ends(0);
    world.at("2025-03-03T18:10");
    world.meet();
    world
}

fn open(identity: &age::x25519::Identity, file: &Path) -> Option<String> {
    let sealed = fs::read(file).unwrap();
    let decryptor = age::Decryptor::new(sealed.as_slice()).unwrap();
    let mut text = String::new();
    let one: &dyn age::Identity = identity;
    decryptor
        .decrypt(std::iter::once(one))
        .ok()?
        .read_to_string(&mut text)
        .unwrap();
    Some(text)
}

#[test]
fn s22_both_sign_exactly_what_a_counsellor_reads() {
    let world = lived();
    let reader = age::x25519::Identity::generate();
    let key = reader.to_public().to_string();
    assert!(
        reader
            .to_string()
            .expose_secret()
            .starts_with("AGE-SECRET-KEY-")
    );
    let file = world.path("summary.age");
    let name = file.display().to_string();
    let release = |who: &str| world.run(who, &["summary", "release", &name], &[]);

    // Proposed: the whole of it stands there before anything is signed, and Enter is not now.
    let line = [
        "summary",
        "offer",
        "Dr. Roth",
        "--to",
        &key,
        "--until",
        "2025-03-20",
    ];
    world.run("ana", &line, &[""]).ends(0).says("Not now");
    let page = world
        .run("ana", &line, &["s"])
        .ends(0)
        .says("A summary for Dr. Roth")
        .says("Once both have signed, it holds exactly these.")
        .never_says("Both have signed that it holds")
        .says("  | Home by six")
        .says("  | By bus.")
        .says("  | You let me finish.")
        .says("  | When voices rise, I leave the room.")
        .says("  Ben took back an offer: Walk")
        .never_says("withdrew")
        .says("SIGN")
        .says(&key)
        .never_says("CANARY");
    drop(page);
    // One signature is not both, on either side.
    release("ana")
        .ends(1)
        .says("It needs both signatures, and has one.");
    world.at("2025-03-03T18:20");
    world.meet();
    release("ben").ends(1).says("It needs both signatures");
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("handfast summary");
    world
        .run_unattended("ben", &["summary", "sign"])
        .ends(0)
        .says("nothing is signed without you");
    // Ben reads the same, word for word, and signs. (Something newer of his is not in it.)
    world.run("ben", &["thanks", "For asking."], &[]).ends(0);
    world
        .run("ben", &["summary"], &["s"])
        .ends(0)
        .says("waits for your signature, or for none")
        .says("A summary for Dr. Roth")
        .says("  | You let me finish.")
        .never_says("Both have signed that it holds")
        .never_says("For asking.")
        .never_says("CANARY");
    release("ben")
        .ends(0)
        .says("sealed: only Dr. Roth can open it");
    assert!(!file.with_extension("txt").exists());
    // Ana's device can write it as well, once it knows.
    world.at("2025-03-03T18:30");
    world.meet();
    let second = world.path("second.age").display().to_string();
    world
        .run("ana", &["summary", "release", &second], &[])
        .ends(0);
    world
        .run("ana", &["summary", "release", &second], &[])
        .ends(2)
        .says("is there already");

    // Only that reader opens it, and it checks out without any home of ours.
    assert!(open(&age::x25519::Identity::generate(), &file).is_none());
    let text = open(&reader, &file).unwrap();
    assert_eq!(
        text,
        open(&reader, Path::new(&second)).unwrap(),
        "whoever releases it"
    );
    assert!(!text.contains("CANARY") && !text.contains("For asking."));
    assert!(
        !fs::read(&file)
            .unwrap()
            .windows(11)
            .any(|part| part == b"Home by six")
    );
    let plain = world.path("summary.txt");
    let check = |text: &str| {
        fs::write(&plain, text).unwrap();
        world.run_bare(
            "nobody",
            &["summary", "check", &plain.display().to_string()],
            &[],
        )
    };
    check(&text)
        .ends(0)
        .says("Both have signed that it holds exactly these entries.")
        .says("Every signature is in order");

    // Altered in its words, its entries, or its signatures, it is refused.
    check(&text.replace("By bus.", "By car."))
        .ends(5)
        .says("does not check out");
    check(&text.replace("2025-03-20", "2025-09-20")).ends(5);
    check(&text.replace("Dr. Roth", "Dr. Rott")).ends(5);
    let (words, digits) = text.split_once("check FILE").unwrap();
    for at in (10..digits.len()).step_by(digits.len() / 60) {
        let mut changed = digits.to_owned().into_bytes();
        if !changed[at].is_ascii_hexdigit() {
            continue;
        }
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        let changed = String::from_utf8(changed).unwrap();
        check(&format!("{words}check FILE{changed}")).ends(5);
    }
    check("nothing of the kind").ends(5);
    check(words).ends(5);
    world
        .run_bare("nobody", &["summary", "check", &name], &[])
        .ends(2)
        .says("age");
}

#[test]
fn s22_either_stops_it_and_it_ends_on_its_day() {
    let world = lived();
    let key = age::x25519::Identity::generate().to_public().to_string();
    let file = world.path("summary.age").display().to_string();
    let offered = |until: &str| {
        let line = [
            "summary", "offer", "Dr. Roth", "--to", &key, "--until", until,
        ];
        world.run("ana", &line, &["s"]).ends(0);
    };
    offered("2025-03-20");
    world.at("2025-03-03T18:20");
    world.meet();
    world.run("ben", &["summary", "sign"], &["s"]).ends(0);
    // Ben stops what both have signed; his own device obeys at once, Ana's when they have met.
    world
        .run("ben", &["summary", "stop"], &[])
        .ends(0)
        .says("Stopped");
    world
        .run("ben", &["summary", "release", &file], &[])
        .ends(1);
    world.at("2025-03-03T18:30");
    world.meet();
    let id = world.run("ana", &["summary", "--json"], &[]).ends(0).json()["summaries"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    world
        .run("ana", &["summary", "release", &file, &id], &[])
        .ends(1)
        .says("It was stopped");
    world
        .run("ana", &["summary", "sign", &id], &[])
        .ends(1)
        .says("stopped");
    world
        .run("ana", &["log"], &[])
        .ends(0)
        .says("stopped a summary");
    // A new one, which ends on its day.
    offered("2025-03-10");
    world.at("2025-03-04T18:20");
    world.meet();
    world.run("ben", &["summary", "sign"], &["s"]).ends(0);
    world.at("2025-03-10T23:00");
    let last = world.path("last.age").display().to_string();
    world
        .run("ben", &["summary", "release", &last], &[])
        .ends(0);
    world.at("2025-03-11T01:00");
    world
        .run("ben", &["summary", "release", &file], &[])
        .ends(1);
    let all = world.run("ben", &["summary", "--json"], &[]).ends(0).json();
    assert_eq!(all["summaries"][1]["state"], "expired");
    assert!(!Path::new(&file).exists());
}

#[test]
fn a_summary_used_wrongly_is_told_what_to_do() {
    let world = World::met();
    let key = age::x25519::Identity::generate().to_public().to_string();
    let run = |line: &[&str]| world.run("ana", line, &["s"]);
    run(&["summary"]).ends(0).says("There is no summary.");
    run(&["summary", "offer", "Dr. Roth"])
        .ends(2)
        .says("age-keygen");
    run(&["summary", "offer", "Dr. Roth", "--to", "age1nonsense"])
        .ends(2)
        .says("not a key");
    run(&[
        "summary",
        "offer",
        "Dr. Roth",
        "--to",
        &key,
        "--until",
        "2026-03-01",
    ])
    .ends(2)
    .says("90 days");
    run(&["summary", "offer", "a\nb", "--to", &key]).ends(2);
    run(&["summary", "sign"]).ends(1);
    run(&["summary", "stop"]).ends(1);
    run(&["summary", "release", "x"]).ends(1);
    run(&["summary", "give"]).ends(2);
    world.begin("carl", "Carl");
    world.run("carl", &["summary"], &[]).ends(1).says("alone");
}
