//! Words and time, and where they may never lie: gone after their day (S23), nothing of them in
//! arguments, environment, files, a dead process or the screen that stays (S45, S47), nothing of the
//! other's in what is printed or given away (S20), nothing counted (S15).

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::canaries::{folder_holds, has, holds};
use crate::people::{PASSPHRASE, World, needed};
use crate::words::{SECRET, id};

fn there(world: &World, who: &str) -> usize {
    let listed = world.run(who, &["words", "--json"], &[]).ends(0).json();
    listed["words"].as_array().unwrap().len()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else if path.is_file() {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// S23: on its day it is there, the day after it is not: by no clock, no meeting, and no older copy of
/// the home. The trace has no date, and goes after 14 days.
#[test]
fn s23_words_are_gone_after_their_day() {
    let world = World::met();
    world
        .run("ben", &["say", "--fade", "3"], &[SECRET, ".", "y"])
        .ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    let handle = id(&world, "ana", "say", false);
    world
        .run("ana", &["words", &handle], &[])
        .ends(0)
        .says(SECRET)
        .says("here until 5 March");
    copy(&world.path("ana"), &world.path("older"));
    world.at("2025-03-05T23:50");
    world.run("ana", &["words", &handle], &[]).says(SECRET);
    let own = id(&world, "ben", "say", true);
    world.run("ben", &["words", &own], &[]).says(SECRET);
    // The day after.
    world.at("2025-03-06T00:10");
    for (who, handle) in [("ana", &handle), ("ben", &own)] {
        assert_eq!(there(&world, who), 0, "{who}");
        world
            .run(who, &["words", handle], &[])
            .ends(1)
            .never_says(SECRET);
        world
            .run(who, &["words", handle, "--keep-copy"], &[])
            .ends(1);
    }
    let trace = world
        .run("ana", &["words"], &[])
        .ends(0)
        .says("Something from Ben has faded.");
    assert!(!trace.out.contains("March") && !trace.out.contains(char::is_numeric));
    // Ben's program does not bring it back, nor does a clock that goes ten years back or forth.
    world.meet();
    world.meet();
    for instant in [
        "2025-03-02T20:00",
        "2015-03-02T20:00",
        "2035-03-02T20:00",
        "2025-03-06T00:20",
    ] {
        world.at(instant);
        assert_eq!(there(&world, "ana"), 0, "{instant}");
        world.run("ana", &["words", &handle], &[]).ends(1);
    }
    // Nor an older copy of the home, whose key of that day is gone.
    world.at("2025-03-06T00:30");
    fs::rename(world.path("ana"), world.path("aside")).unwrap();
    fs::rename(world.path("older"), world.path("ana")).unwrap();
    for line in [&["words"][..], &["words", &handle], &["status"], &["log"]] {
        world.run("ana", line, &[]).never_says(SECRET);
    }
    fs::rename(world.path("ana"), world.path("older")).unwrap();
    fs::rename(world.path("aside"), world.path("ana")).unwrap();
    world.at("2025-03-21T10:00");
    world
        .run("ana", &["words"], &[])
        .ends(0)
        .never_says("faded")
        .says("Nothing is here to read.");
}

/// S23: what nobody opens is gone 90 days after it was sent.
#[test]
fn s23_what_was_never_opened_is_gone_too() {
    let world = World::met();
    world.run("ben", &["say"], &[SECRET, ".", "y"]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    // A month at a time: a clock that jumps further is not believed at once.
    for day in ["2025-03-30", "2025-04-28", "2025-05-31"] {
        world.at(&format!("{day}T10:00"));
        assert_eq!(there(&world, "ana"), 1, "{day}");
    }
    world.at("2025-06-01T10:00");
    assert_eq!(there(&world, "ana"), 0);
    world.meet();
    assert_eq!(there(&world, "ana"), 0);
}

/// S45: neither words nor drafts lie readable in any file, while they live and afterwards.
#[test]
fn s45_words_lie_readable_in_no_file() {
    let world = World::met();
    world
        .run("ben", &["say"], &["Canary-Draft of mine", ".", ""])
        .ends(0);
    world
        .run("ben", &["say"], &["n", "Canary-Say to Ana", ".", "y"])
        .ends(0);
    world
        .run(
            "ben",
            &["sorry"],
            &["Canary-Heard", ".", "Canary-Did", ".", ""],
        )
        .ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    let handle = id(&world, "ana", "say", false);
    world.run("ana", &["words", &handle], &[]).ends(0);
    world
        .run("ana", &["words", &handle, "--keep-copy"], &[])
        .ends(0);
    world
        .run(
            "ana",
            &["heard", &handle],
            &["u", "Canary-Understood", ".", "y"],
        )
        .ends(0);
    let none = |world: &World| {
        for who in ["ana", "ben"] {
            assert!(!holds(world, who, "Canary"), "{who}");
        }
        assert!(!world.path("login").exists());
    };
    none(&world);
    world.at("2025-03-20T10:00");
    assert_eq!(there(&world, "ana"), 0);
    none(&world);
}

/// A run that waits at its prompt with words in it.
fn at_the_prompt(world: &World, shell: &str) -> (Child, String) {
    let command = world.command("ben", &["say"]);
    let program = env!("CARGO_BIN_EXE_handfast");
    let mut through = std::process::Command::new("sh");
    through
        .args(["-c", &format!("{shell} exec \"$0\" say"), program])
        .env_clear()
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env(
            "HANDFAST_PASSPHRASE_COMMAND",
            format!("echo '{PASSPHRASE}'"),
        )
        .current_dir(world.path("cwd"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = through.spawn().unwrap();
    let stdin = child.stdin.as_mut().unwrap();
    stdin
        .write_all(format!("{SECRET}\n.\n").as_bytes())
        .unwrap();
    let said = until(child.stderr.as_mut().unwrap(), "[w] other words");
    (child, said)
}

/// Reads until something was said.
fn until(from: &mut impl std::io::Read, wanted: &str) -> String {
    let begun = Instant::now();
    let mut said = Vec::new();
    while !has(&said, wanted.as_bytes()) {
        let mut piece = [0; 4096];
        let n = from.read(&mut piece).unwrap();
        said.extend(&piece[..n]);
        assert!(
            n > 0 && begun.elapsed() < Duration::from_secs(30),
            "no {wanted:?} in {}",
            String::from_utf8_lossy(&said)
        );
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// S47: no word in arguments or environment; and a process that dies with words in its hands leaves
/// none of them in a core file.
#[test]
fn s47_no_word_stands_in_arguments_environment_or_a_core_file() {
    let world = World::met();
    fs::create_dir(world.path("cwd")).unwrap();
    let (mut child, said) = at_the_prompt(&world, "ulimit -c unlimited;");
    assert!(said.contains(SECRET));
    let folder = Path::new("/proc").join(child.id().to_string());
    for file in ["cmdline", "environ"] {
        // Closed altogether to anybody but root.
        let bytes = fs::read(folder.join(file)).unwrap_or_default();
        assert!(!has(&bytes, SECRET.as_bytes()), "{file}");
    }
    let limits = fs::read_to_string(folder.join("limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let sizes: Vec<&str> = core.unwrap().split_whitespace().skip(4).take(2).collect();
    assert_eq!(sizes, ["0", "0"], "a core file could be written");
    let killed = std::process::Command::new("kill")
        .args(["-ABRT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    assert!(!child.wait().unwrap().success());
    assert!(!folder_holds(&world.path("cwd"), SECRET));
    assert!(!holds(&world, "ben", SECRET));
    // What was written is not lost: it is a draft.
    world.run("ben", &["say"], &[""]).ends(0).says(SECRET);
}

/// S47: in a terminal, words are typed and read on the screen that has no scrollback, and are gone
/// from it when it closes.
#[test]
fn s47_words_stand_on_no_screen_that_stays() {
    let Some(script) = needed(&["script"], "words in a real terminal") else {
        return;
    };
    let world = World::met();
    let in_terminal = |who: &str, line: &str, keys: &[(&str, &str)]| {
        let inner = world.command(who, &[]);
        // A terminal that says nothing more ends the test instead of holding it.
        let mut command = std::process::Command::new("timeout");
        command
            .arg("60")
            .arg(&script)
            .args([
                "-qec",
                &format!(
                    "stty rows 24 cols 80; {} {line}",
                    env!("CARGO_BIN_EXE_handfast")
                ),
            ])
            .arg("/dev/null")
            .env_clear()
            .envs(
                inner
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .env("TERM", "xterm")
            .env(
                "HANDFAST_PASSPHRASE_COMMAND",
                format!("echo '{PASSPHRASE}'"),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let mut said = String::new();
        for (wanted, typed) in keys {
            said.push_str(&until(&mut stdout, wanted));
            stdin.write_all(typed.as_bytes()).unwrap();
        }
        let mut rest = Vec::new();
        stdout.read_to_end(&mut rest).unwrap();
        said.push_str(&String::from_utf8_lossy(&rest));
        assert!(child.wait().unwrap().success(), "{said}");
        said
    };
    // What is not between the opening and the closing of the other screen.
    let stays = |said: &str| {
        let mut parts = said.split("\u{1b}[?1049h");
        let mut stays = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (_, after) = part.split_once("\u{1b}[?1049l").expect("it was closed");
            stays.push_str(after);
        }
        stays
    };
    let typed = format!("{SECRET}\r\rThat was all.\u{4}");
    let said = in_terminal("ben", "say", &[("Ctrl-D:", &typed), ("[y]", "y")]);
    // Between words the screen is left as it was, so they stand apart in what is sent to it.
    assert!(said.contains("afraid") && said.contains("CONFIDENTIAL"));
    assert!(!stays(&said).contains("afraid"), "{}", stays(&said));
    assert!(stays(&said).contains("handfast undo"));
    world.at("2025-03-02T19:10");
    world.meet();
    let handle = id(&world, "ana", "say", false);
    let line = format!("words {handle}");
    let said = in_terminal("ana", &line, &[("[Enter]", "\r")]);
    assert!(said.contains("afraid") && said.contains("all."));
    assert!(!stays(&said).contains("afraid"), "{}", stays(&said));
    assert!(said.contains("\u{1b}[2J"), "the page is wiped as well");
    // JSON would stay in a terminal.
    let refused = world.command("ana", &[]);
    let mut command = std::process::Command::new(&script);
    command
        .args([
            "-qec",
            &format!("{} words --json", env!("CARGO_BIN_EXE_handfast")),
        ])
        .arg("/dev/null")
        .env_clear()
        .envs(
            refused
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(Stdio::null());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

/// S20: nothing of what the other said in confidence stands in what is printed, written or given
/// away; it is read where it is opened, and there alone.
#[test]
fn s20_nothing_that_is_given_away_holds_the_others_words() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday", "--by", "18:00"]);
    world.at("2025-03-10T20:00");
    for (line, answers) in [
        (&["say"][..], &["Canary-Say", ".", "y"][..]),
        (&["say", "--practical"], &["Canary-Practical", ".", "y"]),
        (
            &["talk"],
            &["Canary-When", ".", "Canary-Where", ".", ".", "y"],
        ),
        (&["setback", "--note", "I shouted"], &["", "s"]),
        (&["setback", "--story"], &["Canary-Story", ".", "y"]),
        (
            &["sorry"],
            &["Canary-Heard", ".", "Canary-Did", ".", ".", ".", ".", "y"],
        ),
    ] {
        world.run("ben", line, answers).ends(0);
    }
    world.at("2025-03-10T20:10");
    world.meet();
    let told = id(&world, "ana", "say", false);
    for kind in ["say", "talk", "story", "sorry"] {
        let handle = id(&world, "ana", kind, false);
        world
            .run("ana", &["words", &handle], &[])
            .ends(0)
            .says("Canary");
    }
    world
        .run("ana", &["words", &told, "--keep-copy"], &[])
        .ends(0);
    let folder = world.path("given");
    fs::create_dir(&folder).unwrap();
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let lines: Vec<Vec<String>> = [
        "status",
        "status --json",
        "status --all",
        "words",
        "words --json",
        "plan",
        "plan --json",
        "plan --draft",
        "log",
        "log --json",
        "log --order",
        "days",
        "days --json",
        "days --plain",
        "verify",
        "verify --json",
        "settings",
        "settings --json",
        "device list",
        "review",
        "thanks",
    ]
    .iter()
    .map(|line| line.split(' ').map(str::to_owned).collect())
    .chain([
        vec!["export".into(), file("export")],
        vec!["report".into(), file("report.html")],
        vec!["report".into(), file("both.html"), "--both".into()],
        vec!["report".into(), file("report.md"), "--md".into()],
        vec![
            "ics".into(),
            file("dates.ics"),
            "--both".into(),
            "--titles".into(),
        ],
    ])
    .collect();
    for line in &lines {
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let said = world.run("ana", &line, &[]);
        said.ends(0).never_says("Canary");
    }
    assert!(folder.join("export").exists() && folder.join("report.html").exists());
    assert!(!folder_holds(&folder, "Canary"));
    // Nor do refusals and help say any of it.
    for line in [
        &["words", "nowhere"][..],
        &["heard", "nowhere"],
        &["undo"],
        &["sorry", "--sign"],
    ] {
        world.run("ana", line, &[]).ends(1).never_says("Canary");
    }
}

/// S15: however much was written, the page says the same; it asks for nothing, and nags on no day.
#[test]
fn s15_today_says_that_something_was_written_and_never_how_much() {
    let world = World::met();
    let page = |world: &World| world.run("ana", &["status"], &[]).ends(0).out;
    world.run("ben", &["say"], &["one", ".", "y"]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    let one = page(&world);
    for text in ["two", "three"] {
        world.run("ben", &["say"], &[text, ".", "y"]).ends(0);
    }
    world.at("2025-03-02T19:20");
    world.meet();
    assert_eq!(page(&world), one);
    let row = one
        .lines()
        .find(|line| line.contains("handfast words"))
        .unwrap();
    assert!(row.contains("words     Something written. Open it when you like."));
    assert!(one.find("New from Ben") < one.find(row));
    assert!(!row.contains(char::is_numeric));
    // Left closed, it waits quietly, the same on every day.
    world.at("2025-03-03T19:20");
    let next = page(&world);
    assert!(!next.contains("New from Ben"), "{next}");
    world.at("2025-03-20T19:20");
    let quiet = |page: &str| {
        let (_, rest) = page.split_once('\n').unwrap();
        rest.to_owned()
    };
    assert_eq!(quiet(&page(&world)), quiet(&next));
    assert!(next.contains("Something written, not opened"));
    // Thanks lead: words alone do not push them down.
    world.run("ben", &["thanks", "For the soup."], &[]).ends(0);
    world.run("ben", &["say"], &["four", ".", "y"]).ends(0);
    world.at("2025-03-20T19:30");
    world.meet();
    let page = page(&world);
    assert!(
        page.find("Thanks from Ben") < page.find("New from Ben"),
        "{page}"
    );
}
