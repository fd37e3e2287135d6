//! What the program leaves on a machine, and what it does not: the environment in records, secrets
//! in arguments and files, ports, files outside its folders.

use std::fs;
use std::path::Path;

use crate::people::{PASSPHRASE, World, sockets, sockets_of};

/// S7: zone, locale, host name and time of day leave no trace in what is signed. What a person says
/// (twenty minutes) and the civil day are the same in all of these, so the bytes are the same too.
#[test]
fn s7_the_same_words_give_the_same_bytes_in_every_zone_and_locale() {
    let exported = |(zone, offset): (&str, &str), locale: &str, host: &str, time: &str| {
        let world = World::seeded(vec![
            ("TZ", zone.to_owned()),
            ("LANG", locale.to_owned()),
            ("LC_ALL", locale.to_owned()),
            ("HOSTNAME", host.to_owned()),
        ]);
        // The same evening by the clocks of another place is another instant.
        world.at(&format!("2025-03-02T{time}:00{offset}"));
        world.begin("ana", "Ana");
        world.begin("ben", "Ben");
        world.pair();
        world.run("ana", &["thanks", "For the tea"], &[]).ends(0);
        let daily = ["promise", "Home by six", "--every", "day", "--by", "18:00"];
        world.run("ana", &daily, &[]).ends(0);
        world.run("ana", &["offer", "home"], &["s"]).ends(0);
        world.run("ana", &["pause", "--for", "20m"], &[]).ends(0);
        world.run("ana", &["back"], &["s"]).ends(0);
        let told = world.run("ana", &["log", "--json"], &[]).ends(0).json();
        for kind in ["pause", "back"] {
            let entries = told["entries"].as_array().unwrap();
            assert!(entries.iter().any(|one| one["entry"] == kind), "{kind}");
        }
        let folder = world.path("out");
        world
            .run("ana", &["export", folder.to_str().unwrap()], &[])
            .ends(0);
        fs::read(folder.join("records.cbor")).unwrap()
    };
    let zones = [
        ("UTC", "+00:00"),
        ("Asia/Kathmandu", "+05:45"),
        ("Pacific/Kiritimati", "+14:00"),
        ("America/St_Johns", "-03:30"),
        ("Etc/GMT+12", "-12:00"),
    ];
    let locales = [
        ("C.UTF-8", "19:00"),
        ("de_DE.UTF-8", "06:05"),
        ("ar_EG.UTF-8", "12:30"),
        // The pause ends on another day; the entry says how long it is, and not when.
        ("ja_JP.UTF-8", "23:50"),
    ];
    let first = exported(("UTC", "Z"), "C", "home", "19:00");
    assert!(first.len() > 500);
    for zone in zones {
        for (n, (locale, time)) in locales.iter().enumerate() {
            let host = format!("host-{n}.example");
            assert!(
                exported(zone, locale, &host, time) == first,
                "{zone:?} {locale} {host} {time}"
            );
        }
    }
}

/// S50, S9: one UDP socket while it meets, and never a TCP port.
#[test]
fn s50_there_is_no_tcp_port() {
    let world = World::met();
    let mut serve = world.start("ana", &["serve", "--live"], &[]);
    serve.until_word("127.0.0.1");
    let own = sockets_of(serve.child.id());
    let tcp = [sockets("tcp"), sockets("tcp6")].concat();
    let udp = [sockets("udp"), sockets("udp6")].concat();
    assert!(own.iter().all(|inode| !tcp.contains(inode)));
    assert_eq!(own.iter().filter(|inode| udp.contains(inode)).count(), 1);
    world.run("ana", &["lock"], &[]).ends(0);
    serve.finish().ends(0);
}

/// S47: neither the passphrase nor a person's words stand in the arguments or the environment of
/// what stays running.
#[test]
fn s47_no_secret_stands_where_other_programs_look() {
    let world = World::met();
    world.run_bare("ana", &["unlock"], &[PASSPHRASE]).ends(0);
    world
        .run_bare("ana", &["thanks", "Canary-of-Ana"], &[])
        .ends(0);
    let mut looked = 0;
    for process in fs::read_dir("/proc").unwrap() {
        let folder = process.unwrap().path();
        let arguments = fs::read(folder.join("cmdline")).unwrap_or_default();
        let ours = String::from_utf8_lossy(&arguments).contains("unlock")
            && String::from_utf8_lossy(&fs::read(folder.join("environ")).unwrap_or_default())
                .contains(world.path("ana").to_str().unwrap());
        if !ours {
            continue;
        }
        looked += 1;
        for file in ["cmdline", "environ"] {
            let text = fs::read(folder.join(file)).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            assert!(
                !text.contains(PASSPHRASE) && !text.contains("Canary"),
                "{file}: {text}"
            );
        }
    }
    // The agent is not dumpable: to anybody but root its environment is closed altogether.
    let root = fs::read("/proc/1/environ").is_ok();
    assert!(looked > 0 || !root, "the agent was not found");
    world.run("ana", &["lock"], &[]).ends(0);
}

/// S45, S56: nothing that a person wrote, and no passphrase, lies readable in any file, and no file
/// outside home and state is made.
#[test]
fn s45_everything_on_disk_is_closed_and_nothing_lies_elsewhere() {
    let world = World::met();
    world
        .run(
            "ana",
            &["promise", "Canary-Title", "--text", "Canary-Text"],
            &[],
        )
        .ends(0);
    world.run("ana", &["thanks", "Canary-Thanks"], &[]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    let mut read = 0;
    for who in ["ana", "ana-state", "ben", "ben-state"] {
        each_file(&world.path(who), &mut |path, bytes| {
            read += 1;
            for canary in ["Canary", PASSPHRASE, "Ana", "Ben"] {
                let found = bytes
                    .windows(canary.len())
                    .any(|window| window == canary.as_bytes());
                // Three letters occur by chance in ciphertext; eight do not.
                assert!(!found || canary.len() < 6, "{canary} in {}", path.display());
            }
        });
    }
    assert!(read >= 8, "{read} files");
    assert!(
        !world.path("login").exists(),
        "something was left in the login's home"
    );
}

fn each_file(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, look);
        } else if let Ok(bytes) = fs::read(&path) {
            look(&path, &bytes);
        }
    }
}
