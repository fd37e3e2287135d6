//! The page on scripts (`docs/scripts.md`): its lines are run, its timers are read by systemd where
//! that is here, its launchd file is read and its command run, its file of answers is taken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::check_ins::{asked, fill, written};
use crate::people::{PASSPHRASE, Running, Said, World, finish, needed};

const PAGE: &str = include_str!("../../../../docs/scripts.md");

/// The blocks of the page in a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let blocks = PAGE.split(fence.as_str()).skip(1);
    let blocks: Vec<_> = blocks
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(!blocks.is_empty(), "{language}");
    blocks
}

/// A line of a crontab: when, and what.
pub(crate) struct Line {
    when: [String; 5],
    pub(crate) command: String,
}

/// The jobs of the page.
pub(crate) fn crontab() -> Vec<Line> {
    let lines = blocks("crontab")[0].lines();
    let jobs = lines.filter(|line| !line.contains("_COMMAND="));
    let jobs: Vec<Line> = jobs
        .map(|line| {
            let mut words = line.split_whitespace();
            let when = [(); 5].map(|()| words.next().unwrap().to_owned());
            let at = line.find("handfast").unwrap();
            Line {
                when,
                command: line[at..].to_owned(),
            }
        })
        .collect();
    assert_eq!(jobs.len(), 3);
    jobs
}

impl Line {
    /// Whether cron would run it at that minute.
    pub(crate) fn is_at(&self, instant: &str) -> bool {
        let (date, time) = instant.split_once('T').unwrap();
        let (hour, minute) = time.split_once(':').unwrap();
        let mut parts = date.split('-').map(|part| part.parse::<i64>().unwrap());
        let [year, month, day] = [(); 3].map(|()| parts.next().unwrap());
        // Sakamoto's rule: 0 is Sunday.
        let steps = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
        let y = if month < 3 { year - 1 } else { year };
        let weekday =
            (y + y / 4 - y / 100 + y / 400 + steps[usize::try_from(month).unwrap() - 1] + day) % 7;
        let now = [
            minute.parse().unwrap(),
            hour.parse().unwrap(),
            day,
            month,
            weekday,
        ];
        let mut fields = self.when.iter().zip(now);
        fields.all(|(field, now)| holds(field, now))
    }
}

/// One field of a crontab.
fn holds(field: &str, now: i64) -> bool {
    field.split(',').any(|part| {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let step: i64 = step.parse().unwrap();
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (0, i64::MAX),
            Some((first, last)) => (first.parse().unwrap(), last.parse().unwrap()),
            None => (range.parse().unwrap(), range.parse().unwrap()),
        };
        (first..=last).contains(&now) && (now - first) % step == 0
    })
}

#[test]
fn the_crontab_is_read_as_cron_reads_it() {
    let at = |instant: &str| {
        crontab()
            .iter()
            .map(|line| line.is_at(instant))
            .collect::<Vec<_>>()
    };
    assert_eq!(at("2025-03-09T20:00"), [false, true, true], "a Sunday");
    assert_eq!(at("2025-03-10T20:45"), [false, false, true]);
    assert_eq!(at("2025-03-10T21:00"), [true, false, true]);
    assert_eq!(at("2025-03-11T07:00"), [true, false, false]);
    assert_eq!(at("2025-03-11T20:15"), [false, false, false]);
}

/// A line as cron runs it: through `sh`, with a home of the login's own and nobody to ask.
fn shell(world: &World, who: &str, line: &str) -> Command {
    let binary = Path::new(env!("CARGO_BIN_EXE_handfast")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let like = world.command(who, &[]);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", line])
        .env_clear()
        .envs(
            like.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("PATH", format!("{}:{path}", binary.display()))
        .env("HOME", world.path(&format!("{who}-login")))
        .env(
            "HANDFAST_PASSPHRASE_COMMAND",
            format!("echo '{PASSPHRASE}'"),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    shell
}

/// Runs a line to its end.
pub(crate) fn sh(world: &World, who: &str, line: &str) -> Said {
    finish(shell(world, who, line).spawn().unwrap(), &[])
}

/// Starts a line that waits for another; when this returns it listens.
pub(crate) fn start(world: &World, who: &str, line: &str) -> Running {
    Running::of(shell(world, who, &format!("exec {line}"))).listening()
}

/// Somebody's login folder, new.
fn login(world: &World, who: &str) -> PathBuf {
    let folder = world.path(&format!("{who}-login"));
    fs::create_dir(&folder).unwrap();
    folder
}

#[test]
fn the_timers_are_read_by_systemd_and_their_commands_run() {
    let world = asked();
    let folder = login(&world, "ben");
    let own = world.path("ben-login").display().to_string();
    let mut calendars = Vec::new();
    let mut files = Vec::new();
    for block in blocks("ini") {
        let name = block.lines().next().unwrap().trim_start_matches("# ");
        let file = folder.join(name);
        let text = block.replace("%h/.cargo/bin/handfast", env!("CARGO_BIN_EXE_handfast"));
        fs::write(&file, &text).unwrap();
        files.push(file);
        for line in text.lines() {
            if let Some(when) = line.strip_prefix("OnCalendar=") {
                calendars.push(when.to_owned());
            }
            if let Some(command) = line.strip_prefix("ExecStart=") {
                let command = command.replace("%h", &own).replace("1500", "0");
                let said = sh(&world, "ben", &command).ends(0);
                assert_eq!(
                    (said.out.as_str(), said.err.as_str()),
                    ("", ""),
                    "{command}"
                );
            }
        }
        let timer = name.ends_with(".timer");
        assert!(timer || text.contains("UMask=0077") && text.contains("StandardOutput=null"));
    }
    assert_eq!((files.len(), calendars.len()), (6, 3));
    // What was laid out by a service is its owner's alone.
    assert!(folder.join(".checkin.toml").exists());
    let Some(analyze) = needed(&["systemd-analyze"], "the timers of docs/scripts.md") else {
        return;
    };
    for when in &calendars {
        let said = Command::new(&analyze)
            .args(["calendar", when])
            .output()
            .unwrap();
        assert!(said.status.success(), "{when}: {said:?}");
    }
    for (n, file) in files.iter().enumerate() {
        // A timer starts the service of its own name, which must be there too.
        let said = Command::new(&analyze)
            .args(["--user", "--recursive-errors=no", "verify"])
            .arg(file)
            .env("XDG_RUNTIME_DIR", &folder)
            .env("SYSTEMD_UNIT_PATH", format!("{}:", folder.display()))
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(said.status.success(), "{n} {}: {err}", file.display());
        assert!(!err.contains("handfast-"), "{}: {err}", file.display());
    }
}

#[test]
fn the_launchd_file_is_read_and_its_command_runs() {
    let world = asked();
    login(&world, "ben");
    let file = world.path("handfast.meet.plist");
    fs::write(&file, blocks("xml")[0]).unwrap();
    let Some(python) = needed(&["python3"], "the launchd file of docs/scripts.md") else {
        return;
    };
    let read = "import json,plistlib,sys;print(json.dumps(plistlib.load(open(sys.argv[1],'rb'))))";
    let said = Command::new(python)
        .args(["-c", read])
        .arg(&file)
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    let job: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(job["Umask"], 0o77, "launchd takes it as a decimal number");
    assert_eq!(job["StartCalendarInterval"].as_array().unwrap().len(), 2);
    let words = job["ProgramArguments"].as_array().unwrap();
    let mut words: Vec<&str> = words.iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(words.remove(0), "/usr/local/bin/handfast");
    let line = format!("handfast {}", words.join(" ").replace("1500", "0"));
    let said = sh(&world, "ben", &line).ends(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
}

#[test]
fn the_file_of_the_page_is_taken_and_is_what_is_laid_out() {
    let world = asked();
    let fresh = world
        .run("ben", &["check-in", "--template"], &[])
        .ends(0)
        .out;
    let line = |text: &str, begins: &str| {
        let line = text.lines().find(|line| line.starts_with(begins));
        line.unwrap_or_else(|| panic!("{begins} in {text}"))
            .to_owned()
    };
    let page = blocks("toml")[0];
    // All that is not an answer or a name stands there as it is laid out.
    for begins in [
        "# handfast",
        "handfast",
        "kind",
        "for",
        "ready",
        "fade",
        "[answers]",
        "[private]",
    ] {
        assert_eq!(line(page, begins), line(&fresh, begins));
    }
    let ready = page
        .replace(&line(page, "set "), &line(&fresh, "set "))
        .replace("ready = false", "ready = true");
    let path = written(&world, "page.toml", &ready);
    let said = world
        .run_unattended(
            "ben",
            &["check-in", "--answers", path.to_str().unwrap(), "--json"],
        )
        .ends(0)
        .json();
    assert_eq!(said["changed"], true);
    assert!(!fill(&fresh, &[]).contains("ready = false"));
}

/// The page names every code of an error that a file can bring.
#[test]
fn the_page_names_the_codes() {
    for code in [
        "already-given",
        "questions-changed",
        "open-file",
        "no-file",
        "not-ready",
    ] {
        assert!(PAGE.contains(&format!("`{code}`")), "{code}");
    }
}
