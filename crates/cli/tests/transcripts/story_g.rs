//! "The ending" (G), by real processes over real QUIC: two renegotiations, then Ana leaves, on a train,
//! with no network, in one command. Ben's side shows no event. And the last word, which is a choice.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::people::{Said, World, sockets, sockets_of};

const WORDS: &str = "CANARY I was afraid that you would go";

/// A line of Ana's without any network, where this machine allows to take it away.
fn on_a_train(world: &World, args: &[&str]) -> (Said, bool) {
    let alone = Command::new("unshare").args(["-rn", "true"]).output();
    if !alone.is_ok_and(|alone| alone.status.success()) {
        return (world.run_bare("ana", args, &[]), false);
    }
    let plain = world.command("ana", args);
    let mut command = Command::new("unshare");
    command
        .arg("-rn")
        .arg(plain.get_program())
        .args(plain.get_args())
        .env_clear();
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    let said = Said {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap_or(-1),
    };
    (said, true)
}

/// The words of what is agreed are changed and offered again; the other agrees.
fn renegotiated(world: &World, who: &str, other: &str, text: &str, day: &str) {
    world.at(&format!("{day}T18:00"));
    world
        .run(who, &["edit", "home", "--text", text], &[])
        .ends(0);
    world.run(who, &["offer", "home"], &["s"]).ends(0);
    world.at(&format!("{day}T18:10"));
    world.meet();
    world.run(other, &["agree", "home"], &["s"]).ends(0);
    world.at(&format!("{day}T18:20"));
    world.meet();
}

/// What Ben's screens show, but for the day.
fn screens(world: &World) -> Vec<Value> {
    let mut all: Vec<Value> = [
        &["log", "--json"][..],
        &["plan", "--json"],
        &["status", "--all", "--json"],
        &["device", "list", "--json"],
    ]
    .map(|line| world.run("ben", line, &[]).ends(0).json())
    .to_vec();
    for one in &mut all {
        one.as_object_mut().unwrap().remove("day");
        one.as_object_mut().unwrap().remove("due");
    }
    all
}

#[test]
fn story_g_the_ending() {
    let world = World::met();
    world.agreed(
        "Home by six",
        &[
            "--who",
            "both",
            "--every",
            "weekday",
            "--review",
            "2025-12-01",
        ],
    );
    renegotiated(&world, "ana", "ben", "Home by half past six.", "2025-03-10");
    renegotiated(
        &world,
        "ben",
        "ana",
        "Home by seven; on Fridays by six.",
        "2025-04-07",
    );
    // Ben has written in confidence; Ana has not read it, and has a page of her own.
    let file = world.path("words.txt");
    fs::write(&file, WORDS).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    world
        .run(
            "ben",
            &["say", "--file", &file.display().to_string()],
            &["y"],
        )
        .ends(0);
    fs::remove_file(&file).unwrap();
    world.at("2025-04-08T07:00");
    world.meet();
    world
        .run("ana", &["words", "--json"], &[])
        .ends(0)
        .says("\"say\"");
    world
        .run(
            "ana",
            &["note"],
            &["Ask my sister for the spare room.", "."],
        )
        .ends(0);
    // What is looked at for the first time is new once.
    world.run("ben", &["status"], &[]).ends(0);
    world.at("2025-04-09T07:00");
    world.run("ben", &["status"], &[]).ends(0);
    let before = screens(&world);

    let begun = Instant::now();
    let (left, offline) = on_a_train(&world, &["leave", "--yes"]);
    let took = begun.elapsed();
    left.ends(0).says("You have left. Nothing was sent.");
    assert!(took < Duration::from_secs(2), "{took:?}");
    if !offline {
        let said = "NOT TESTED: leaving without a network; unshare -rn is not possible here";
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{said}\n").as_bytes());
    }

    // Ben's evenings go on; nothing has happened that could be shown.
    for day in ["2025-04-10", "2025-04-20", "2025-05-06"] {
        world.at(&format!("{day}T21:00"));
        world.run("ben", &["sync", "--wait", "1"], &[]).ends(0);
        for (now, then) in screens(&world).iter().zip(&before) {
            assert_eq!(now.to_string(), then.to_string(), "{day}");
        }
    }
    world
        .run("ben", &["log"], &[])
        .ends(0)
        .never_says("left")
        .never_says("last word");
    world.run("ben", &["verify"], &[]).ends(0);

    // Ana's archive: what was signed, her own page, and nothing of what Ben said in confidence.
    let archive = world.path("ana-archive");
    let home = archive.display().to_string();
    let read = |line: &[&str]| world.run("ana", &[line, &["--home", &home]].concat(), &[]);
    read(&["log"])
        .ends(0)
        .says("Home by six")
        .never_says("CANARY");
    read(&["plan"])
        .ends(0)
        .says("Home by seven; on Fridays by six.")
        .never_says("handfast ")
        .never_says("CANARY");
    read(&["compare", "home", "--with", "earlier"])
        .ends(0)
        .says("Home by [-half-]{+seven; on Fridays+}")
        .never_says("[-six");
    read(&["verify"]).ends(0);
    read(&["note", "read"]).ends(0).says("spare room");
    read(&["words"]).ends(1);
    let export = world.path("export").display().to_string();
    read(&["export", &export]).ends(0);
    for folder in [&archive, &world.path("export")] {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let bytes = fs::read(entry.path()).unwrap();
            assert!(!bytes.windows(6).any(|part| part == b"CANARY"));
        }
    }
    // A life of her own, in the old place.
    world.begin("ana", "Ana");
    world.run("ana", &["status"], &[]).ends(0);
}

/// What a machine of its own does on thirty days, in a network of its own whose packets are counted:
/// each day something is written and meetings are tried, as jobs would.
const THIRTY_DAYS: &str = r#"
ip link set lo up || exit 77
sent() { awk '$1 == "lo:" { print $11 }' /proc/net/dev; }
days() {
  for day in $(seq -w 1 30); do
    printf '2025-04-%sT07:05' "$day" > "$NOW"
    "$H" thanks "Day $day" --no-input > "$OUT" 2>&1
    "$H" sync --quiet --no-input --wait 1 >> "$OUT" 2>&1
    timeout 5 "$H" serve --at 07:00 --no-input >> "$OUT" 2>&1
  done
}
"$H" sync --no-input > "$OUT" 2>&1
echo "open $(sent)"
echo y | "$H" space start --silent > "$OUT" 2>&1 || exit 1
before=$(sent); days; echo "space $(( $(sent) - before ))"
"$H" leave --yes > "$OUT" 2>&1 || exit 1
before=$(sent); days; echo "left $(( $(sent) - before ))"
"#;

#[test]
fn s2_no_packet_of_any_kind_in_thirty_days_of_space_nor_after_leaving() {
    let world = World::met();
    world
        .run("ana", &["settings", "peer", "127.0.0.1:9"], &[])
        .ends(0);
    let plain = world.command("ana", &[]);
    let mut command = Command::new("unshare");
    command.args(["-rn", "bash", "-c", THIRTY_DAYS]).env_clear();
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let said = command
        .env("H", plain.get_program())
        .env("NOW", world.path("now"))
        .env("OUT", world.path("out"))
        .env("HANDFAST_PASSPHRASE_COMMAND", "echo 'four words for tests'")
        .stdin(std::process::Stdio::null())
        .output();
    let counted = said
        .as_ref()
        .map(|said| String::from_utf8_lossy(&said.stdout).into_owned());
    let Some(counted) = counted.ok().filter(|counted| counted.starts_with("open ")) else {
        let said =
            "NOT TESTED: packets in a network of its own; unshare -rn or ip is missing here\n";
        let _ = std::io::Write::write_all(&mut std::io::stderr(), said.as_bytes());
        return;
    };
    let sent = |name: &str| -> u64 {
        let line = counted.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{counted}"))
            .trim()
            .parse()
            .unwrap()
    };
    assert!(sent("open") > 0, "it can be seen to send: {counted}");
    assert_eq!(sent("space"), 0, "{counted}");
    assert_eq!(sent("left"), 0, "{counted}");
}

#[test]
fn a_last_word_is_read_before_it_is_signed_and_tried_once() {
    let world = World::met();
    let port = std::net::UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    world
        .run("ben", &["settings", "listen", &port], &[])
        .ends(0);
    world.run("ana", &["settings", "peer", &port], &[]).ends(0);
    // Enter at any question is not now, and nothing has changed.
    for answers in [&[""][..], &["y", ""], &["y", "Be well.", "", ""]] {
        world
            .run("ana", &["leave", "--tell"], answers)
            .ends(0)
            .says("Not now; nothing has changed.");
    }
    world
        .run("ana", &["log"], &[])
        .ends(0)
        .never_says("Be well.");
    world
        .run_unattended("ana", &["leave", "--tell", "--yes"])
        .ends(6);
    // What stood in its grace goes before it: nothing leaves a chain from its middle.
    world.run("ana", &["thanks", "Soup."], &[]).ends(0);
    world
        .run("ana", &["promise", "Soup on Fridays"], &[])
        .ends(0);
    world.run("ana", &["offer", "soup"], &["s"]).ends(0);
    world.at("2025-03-02T19:20");
    world.run("ana", &["withdraw", "soup"], &["s"]).ends(0);
    let listening = world.start("ben", &["sync", "--wait", "20"], &[]);
    let begun = Instant::now();
    let has_socket = || {
        let udp = [sockets("udp"), sockets("udp6")].concat();
        sockets_of(listening.child.id())
            .iter()
            .any(|inode| udp.contains(inode))
    };
    while !has_socket() {
        assert!(begun.elapsed() < Duration::from_secs(20), "no socket");
        std::thread::sleep(Duration::from_millis(5));
    }
    world
        .run("ana", &["leave", "--tell"], &["y", "Be well.", "", "s"])
        .ends(0)
        .says("A last word, from you.")
        .says("  | Be well.")
        .says("One attempt was made")
        .never_says("arrived")
        .never_says("delivered");
    listening.finish().ends(0);
    assert!(!world.path("ana").exists());
    // His page says that it was written and how it is read; nothing of it, and not that she has left.
    let page = world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("Ana wrote a last word. Read it when you like.")
        .says("Ana took back an offer: Soup on Fridays")
        .never_says("Be well.")
        .never_says("Something written")
        .never_says("left");
    assert!(
        page.out.contains("handfast log --since 2025-03-02"),
        "{page:?}"
    );
    world
        .run("ben", &["log", "--since", "2025-03-02"], &[])
        .ends(0)
        .says("Ana wrote a last word")
        .says("Be well.");
    world
        .run("ben", &["log"], &[])
        .ends(0)
        .says("Ana wrote a last word")
        .says("Be well.")
        .says("Soup.");
}

/// Who thinks better of the word leaves without it: nothing is signed, and nothing is sent.
#[test]
fn at_the_page_of_a_last_word_one_may_leave_without_it() {
    let world = World::met();
    world.run("ana", &["thanks", "Soup."], &[]).ends(0);
    world
        .run("ana", &["leave", "--tell"], &["y", "Be well.", "", "l"])
        .ends(0)
        .says("[l] leave without a word")
        .says("You have left. Nothing was sent.")
        .never_says("One attempt was made");
    assert!(!world.path("ana").exists());
    let home = world.path("ana-archive").display().to_string();
    world
        .run("ana", &["log", "--home", &home], &[])
        .ends(0)
        .says("Soup.")
        .never_says("Be well.");
}

#[test]
fn a_last_word_that_reaches_nobody_keeps_nobody() {
    let world = World::met();
    world.run("ana", &["space", "start", "--silent"], &["y"]);
    world
        .run("ana", &["leave", "--tell"], &["y", "Be well.", "", "s"])
        .ends(1)
        .says("nothing leaves this device");
    world.run("ana", &["space", "end"], &["y"]);
    let begun = Instant::now();
    world
        .run("ana", &["leave", "--tell", "--yes"], &["Be well.", "", "s"])
        .ends(0)
        .says("You have left.");
    assert!(begun.elapsed() < Duration::from_secs(14));
    let home = world.path("ana-archive").display().to_string();
    world
        .run("ana", &["log", "--home", &home], &[])
        .ends(0)
        .says("Be well.");
}
