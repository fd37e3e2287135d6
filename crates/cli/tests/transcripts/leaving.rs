//! Leaving: one line, offline, without a passphrase; what is kept can be read and nothing else; and
//! killed at every step it completes at the next start (S1, S2, S4, S10).

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::people::{PASSPHRASE, World, sockets, sockets_of};

/// Ana and Ben have met, and each has signed something.
fn lived() -> World {
    let world = World::met();
    world
        .run("ana", &["thanks", "You let me finish on Sunday."], &[])
        .ends(0);
    world
        .run("ben", &["thanks", "Soup, in the rain."], &[])
        .ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world
}

/// Every file below a folder, and what it holds.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.is_file() {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

/// The processes whose line names a folder.
fn processes_of(folder: &Path) -> Vec<u32> {
    let name = folder.display().to_string();
    let all = fs::read_dir("/proc").unwrap().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&name)
        })
        .collect()
}

#[test]
fn s1_leaving_is_one_line_without_a_passphrase_and_nothing_is_left_running() {
    let world = lived();
    world.run("ana", &["unlock", "--serve"], &[]).ends(0);
    let agents = processes_of(&world.path("ana"));
    assert_eq!(agents.len(), 1, "the agent runs");
    let begun = Instant::now();
    let left = world.run_bare("ana", &["leave", "--yes"], &[]).ends(0);
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    left.says("You have left. Nothing was sent.")
        .says("crontab -e")
        .says("hf-meet.timer")
        .never_says("Ben");
    assert!(processes_of(&world.path("ana")).is_empty(), "no process");
    assert!(!world.path("ana").exists(), "no home");
    assert!(!world.path("ana-state").exists(), "no state");
    // What is kept is two files, and neither holds a key of a device or a person.
    let archive = world.path("ana-archive");
    let kept: Vec<_> = files(&archive).into_keys().collect();
    assert_eq!(
        kept,
        [archive.join("keys.json"), archive.join("vault.db")],
        "{kept:?}"
    );
    let keys = fs::read_to_string(archive.join("keys.json")).unwrap();
    let keys: serde_json::Value = serde_json::from_str(&keys).unwrap();
    assert_eq!(keys["secret"]["sealed"], "");
    // The old place names what was kept, and opens nothing.
    for line in [&["status"][..], &["log"], &["note", "list"]] {
        let how = format!("handfast --home \"{}\" log", archive.display());
        world
            .run_bare("ana", line, &[])
            .ends(1)
            .says("Nothing has begun here yet.")
            .says(&how)
            .never_says("Soup");
    }
    // There is nothing to leave any more; and one may begin anew.
    world
        .run_bare("ana", &["leave", "--yes"], &[])
        .ends(1)
        .says("nothing to leave")
        .says("ana-archive");
    world.run("ana", &["sync"], &[]).ends(1);
    world.begin("ana", "Ana");
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .never_says("Soup, in the rain.");
    world
        .run_bare("ana", &["leave", "--yes"], &[])
        .ends(0)
        .says("Nothing was signed yet");
    assert!(!world.path("ana-archive-2").exists());
}

/// Whatever this program keeps beside the vault is known to leaving: a file that it forgets would keep
/// the folder.
#[test]
fn s1_nothing_of_the_state_folder_is_forgotten() {
    let world = World::seeded(Vec::new());
    world.begin("ana", "Ana");
    world.begin("ben", "Ben");
    world.pair();
    let words = world.path("words.txt");
    fs::write(&words, "I was afraid.").unwrap();
    fs::set_permissions(&words, fs::Permissions::from_mode(0o600)).unwrap();
    world
        .run(
            "ana",
            &["say", "--file", &words.display().to_string()],
            &["y"],
        )
        .ends(0);
    world.run("ana", &["thanks", "Soup."], &[]).ends(0);
    world.run("ana", &["pause", "--for", "20m"], &["s"]).ends(0);
    world
        .run("ana", &["space", "start", "--silent"], &["y"])
        .ends(0);
    world.run_unattended("ana", &["thanks", "Later."]).ends(0);
    world.run("ana", &["unlock"], &[]).ends(0);
    let kept: Vec<_> = fs::read_dir(world.path("ana-state")).unwrap().collect();
    assert!(kept.len() >= 9, "{kept:?}");
    world.run_bare("ana", &["leave", "--yes"], &[]).ends(0);
    assert!(!world.path("ana-state").exists());
    assert!(!world.path("ana").exists());
    assert_eq!(files(&world.path("ana-archive")).len(), 2);
}

/// S10: what runs in the background bears this program's name, and `status --all` tells of it.
#[test]
fn s10_what_runs_in_the_background_is_no_secret() {
    let world = lived();
    world.run("ana", &["unlock"], &[]).ends(0);
    let running = processes_of(&world.path("ana"));
    assert_eq!(running.len(), 1);
    let name = fs::read_to_string(format!("/proc/{}/comm", running[0])).unwrap();
    assert_eq!(name.trim(), "handfast");
    let line = fs::read(format!("/proc/{}/cmdline", running[0])).unwrap();
    assert!(String::from_utf8_lossy(&line).starts_with(env!("CARGO_BIN_EXE_handfast")));
    let status = world
        .run("ana", &["status", "--all", "--json"], &[])
        .ends(0)
        .json();
    assert_eq!(status["running"]["open"], true);
    world.run("ana", &["lock"], &[]).ends(0);
    assert!(processes_of(&world.path("ana")).is_empty());
}

#[test]
fn s1_locked_and_with_nobody_there_it_wants_to_be_said_whole() {
    let world = lived();
    world.run("ana", &["lock"], &[]).ends(0);
    let before = files(&world.path("ana"));
    world
        .run_bare("ana", &["leave", "--no-input"], &[])
        .ends(6)
        .says("handfast leave --yes");
    world
        .run_bare("ana", &["leave"], &[""])
        .ends(0)
        .says("LEAVE")
        .says("handfast help safety")
        .says("Not now; nothing has changed.");
    assert_eq!(files(&world.path("ana")), before);
    world.run_bare("ana", &["leave"], &["y"]).ends(0);
    assert!(!world.path("ana").exists());
}

#[test]
fn s4_the_archive_is_read_with_the_passphrase_and_nothing_in_it_changes() {
    let world = lived();
    world.run_bare("ana", &["leave", "--yes"], &[]).ends(0);
    let archive = world.path("ana-archive");
    let before = files(&archive);
    let home = archive.display().to_string();
    let read = |line: &[&str]| world.run("ana", &[line, &["--home", &home]].concat(), &[]);
    read(&["log"])
        .ends(0)
        .says("You let me finish on Sunday.")
        .says("Soup, in the rain.")
        .says("Ben says thanks");
    let plan = read(&["plan"]).ends(0);
    assert!(!plan.out.contains("handfast "), "{}", plan.out);
    read(&["days"]).ends(0);
    read(&["note", "list"])
        .ends(0)
        .says("There is no private page in this archive.")
        .never_says("To write one");
    read(&["verify"])
        .ends(0)
        .says("Every signature is in order.");
    let export = world.path("export").display().to_string();
    read(&["export", &export]).ends(0);
    let page = world.path("page.html").display().to_string();
    read(&["report", &page]).ends(0);
    // Without the passphrase it is closed, also with a wrong one.
    world
        .run_bare("ana", &["log", "--home", &home, "--no-input"], &[])
        .ends(4);
    world
        .run_bare("ana", &["log", "--home", &home], &["another one entirely"])
        .ends(4);
    for line in [
        &["status"][..],
        &["thanks", "late"],
        &["unlock"],
        &["paper"],
        &["sync"],
        &["serve"],
        &["invite"],
        &["settings", "name", "Anna"],
        &[],
    ] {
        read(line).ends(1).says("what was kept when its owner left");
    }
    assert_eq!(files(&archive), before, "not a byte of it has changed");
    // It can be erased, with the passphrase.
    world
        .run_bare(
            "ana",
            &["leave", "--erase", "--yes", "--home", &home, "--no-input"],
            &[],
        )
        .ends(6);
    read(&["leave", "--yes"]).ends(1).says("left already");
    read(&["leave", "--erase"]).ends(0).says("Not now");
    assert_eq!(files(&archive), before);
    read(&["leave", "--erase", "--yes"]).ends(0).says("erased");
    assert!(!archive.exists());
}

#[test]
fn erasing_asks_for_the_passphrase_also_with_yes() {
    let world = lived();
    let before = files(&world.path("ana"));
    world
        .run_bare("ana", &["leave", "--erase", "--yes", "--no-input"], &[])
        .ends(6)
        .says("passphrase");
    world
        .run_bare(
            "ana",
            &["leave", "--erase", "--yes"],
            &["wrong one", "wrong two", "wrong three"],
        )
        .ends(4)
        .says("Nothing has changed.");
    world
        .run_bare("ana", &["leave", "--erase", "--yes"], &[""])
        .ends(0)
        .says("Not now");
    assert_eq!(files(&world.path("ana")), before);
    let said = world
        .run_bare(
            "ana",
            &["leave", "--erase", "--yes", "--json"],
            &[PASSPHRASE],
        )
        .ends(0)
        .json();
    assert_eq!(said["kind"], "leave");
    assert_eq!(said["erased"], true);
    assert!(said["archive"].is_null());
    for gone in ["ana", "ana-state", "ana-archive"] {
        assert!(!world.path(gone).exists(), "{gone}");
    }
}

#[test]
fn jobs_that_name_this_program_are_named_to_be_removed() {
    let world = lived();
    let units = world.path("login").join(".config/systemd/user");
    fs::create_dir_all(&units).unwrap();
    for (name, text) in [
        ("hf-meet.service", "ExecStart=handfast sync"),
        ("evening.timer", "Description=handfast in the evening"),
        ("other.service", "ExecStart=something else"),
    ] {
        fs::write(units.join(name), text).unwrap();
    }
    let said = world
        .run_bare("ana", &["leave", "--yes", "--json"], &[])
        .ends(0)
        .json();
    let jobs: Vec<&str> = said["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|job| job.as_str())
        .collect();
    assert_eq!(jobs.len(), 2, "{jobs:?}");
    assert!(jobs.iter().all(|job| !job.contains("other")));
    assert!(
        units.join("hf-meet.service").exists(),
        "only its person removes it"
    );
}

/// The menu's "End it here" is the verb, with its page and its question.
#[test]
fn the_menu_ends_it_here() {
    let world = lived();
    world
        .run("ana", &[], &["4", "6", "", ""])
        .ends(0)
        .says("LEAVE")
        .says("Not now; nothing has changed.");
    world
        .run("ana", &[], &["4", "6", "y"])
        .ends(0)
        .says("You have left. Nothing was sent.");
    assert!(!world.path("ana").exists() && world.path("ana-archive").exists());
}

/// A command that has the home open while it is left in another terminal writes nothing more, and a
/// `serve` that is open lets go of its socket.
#[test]
fn s1_what_runs_elsewhere_ends() {
    let world = lived();
    let serving = world.start("ana", &["serve", "--live"], &[]);
    let pid = serving.child.id();
    let begun = Instant::now();
    let has_socket = || {
        let udp = [sockets("udp"), sockets("udp6")].concat();
        sockets_of(pid).iter().any(|inode| udp.contains(inode))
    };
    while !has_socket() {
        assert!(begun.elapsed() < Duration::from_secs(20), "no socket");
        std::thread::sleep(Duration::from_millis(5));
    }
    world.run_bare("ana", &["leave", "--yes"], &[]).ends(0);
    serving.finish();
    assert!(!world.path("ana").exists());
    assert!(!world.path("ana-state").exists());
    let home = world.path("ana-archive").display().to_string();
    world.run("ana", &["verify", "--home", &home], &[]).ends(0);
}

/// The library that stands between a process and its disk; the crash tests' own.
fn shim() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/crash/shim.c");
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("leave-shim.so");
        let fresh = library.with_extension(std::process::id().to_string());
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&fresh, &source])
            .arg("-lpthread")
            .status()
            .expect("a C compiler as `cc`");
        assert!(built.success());
        fs::rename(fresh, &library).unwrap();
        library
    })
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        let to = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, bytes).unwrap();
    }
}

/// What must never be found again: the second key, and the person's secret, as they lay on the disk.
fn secrets(home: &Path) -> [Vec<u8>; 2] {
    let keys: serde_json::Value =
        serde_json::from_slice(&fs::read(home.join("keys.json")).unwrap()).unwrap();
    let secret = keys["secret"]["sealed"].as_str().unwrap();
    [
        fs::read(home.join("leave.key")).unwrap()[8..].to_vec(),
        secret.as_bytes().to_vec(),
    ]
}

/// Strikes at each change that leaving makes on the disk, then types another verb. Gives how many
/// changes there are.
fn struck_everywhere(what: &str, erase: bool) -> u64 {
    let world = lived();
    world.run("ana", &["thanks", "A third one."], &[]).ends(0);
    let (home, state, archive) = (
        world.path("ana"),
        world.path("ana-state"),
        world.path("ana-archive"),
    );
    let (home_before, state_before) = (world.path("home-before"), world.path("state-before"));
    copy(&home, &home_before);
    copy(&state, &state_before);
    let secrets = secrets(&home);
    for at in 1.. {
        for folder in [&home, &state, &archive] {
            let _ = fs::remove_dir_all(folder);
        }
        copy(&home_before, &home);
        copy(&state_before, &state);
        let mut line = vec!["leave", "--yes"];
        line.extend(erase.then_some("--erase"));
        let status = world
            .command("ana", &line)
            .env(
                "HANDFAST_PASSPHRASE_COMMAND",
                format!("echo '{PASSPHRASE}'"),
            )
            .env("LD_PRELOAD", shim())
            .env("SHIM_ROOT", home.parent().unwrap())
            .env("SHIM_AT", at.to_string())
            .env("SHIM_DO", what)
            .output()
            .unwrap()
            .status;
        let killed = status.signal().is_some();
        // Before the mark stands nothing has happened, and all is as it was.
        let begun = !state.join("valve").exists() || state.join("leaving").exists();
        if killed && !begun {
            world.run("ana", &["verify"], &[]).ends(0);
            continue;
        }
        // Whatever is typed next completes it, before it does anything else.
        if status.code() != Some(0) {
            let marked = state.join("leaving").exists();
            let next = world.run_bare("ana", &["sync", "--no-input"], &[]);
            if what == "kill" || what == "cut" {
                let next = next.ends(1).says("Nothing has begun here yet.");
                if marked {
                    next.says("It is done now.");
                }
            } else if state.join("leaving").exists() {
                panic!("{what} at {at}: {next:?}");
            }
        }
        if state.join("valve").exists() {
            // Its disk failed before the mark stood: nothing has changed.
            world.run("ana", &["verify"], &[]).ends(0);
            continue;
        }
        assert!(!home.exists(), "{what} at {at}");
        // At the very last step an empty folder may stay.
        assert!(files(&state).is_empty(), "{what} at {at}");
        assert_eq!(archive.exists(), !erase, "{what} at {at}");
        for (path, bytes) in files(&archive) {
            for secret in &secrets {
                let found = bytes.windows(secret.len()).any(|part| part == secret);
                assert!(!found, "{what} at {at}: a key in {}", path.display());
            }
        }
        if !erase {
            let folder = archive.display().to_string();
            for verb in ["log", "verify"] {
                world.run("ana", &[verb, "--home", &folder], &[]).ends(0);
            }
            world
                .run("ana", &["log", "--home", &folder], &[])
                .says("Soup, in the rain.")
                .says("A third one.");
        }
        if !killed && status.code() == Some(0) {
            return at;
        }
    }
    0
}

#[test]
fn s1_killed_at_every_step_leaving_completes_at_the_next_start() {
    let changes = struck_everywhere("kill", false);
    assert!(changes > 20, "{changes}");
}

#[test]
fn s1_killed_at_every_step_erasing_completes_at_the_next_start() {
    let changes = struck_everywhere("kill", true);
    assert!(changes > 15, "{changes}");
}

#[test]
fn s1_torn_at_every_step_leaving_completes_at_the_next_start() {
    struck_everywhere("cut", false);
}
