//! Two people with a home each, a clock that a test sets, and the real binary.
//! Hermetic: nothing of this machine's environment but PATH and the temporary folder is passed on.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

pub(crate) const PASSPHRASE: &str = "four words for tests";

/// A folder with a clock and the homes of a test; gone when the test ends.
pub(crate) struct World {
    dir: tempfile::TempDir,
    /// More of the environment.
    env: Vec<(&'static str, String)>,
    /// Whether each home throws dice of its own name.
    seeded: bool,
}

/// What one run of the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

impl Said {
    /// Checks the exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "\nstdout:\n{}\nstderr:\n{}",
            self.out, self.err
        );
        self
    }

    /// Both streams hold somewhere what a person would look for.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            self.out.contains(text) || self.err.contains(text),
            "{text:?} is not in\nstdout:\n{}\nstderr:\n{}",
            self.out,
            self.err
        );
        self
    }

    #[track_caller]
    pub(crate) fn never_says(self, text: &str) -> Self {
        assert!(
            !self.out.contains(text) && !self.err.contains(text),
            "{text:?} in\n{}\n{}",
            self.out,
            self.err
        );
        self
    }

    /// The one JSON document of standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out)
            .unwrap_or_else(|e| panic!("{e}: {}{}", self.out, self.err));
        assert_eq!(value["handfast"], 1);
        value
    }

    /// The error document on standard error.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        let last = self.err.lines().last().unwrap_or_default();
        let value: Value =
            serde_json::from_str(last).unwrap_or_else(|e| panic!("{e}: {}", self.err));
        assert_eq!(value["handfast"], 1);
        assert_eq!(value["kind"], "error");
        assert!(value["message"].as_str().is_some_and(|m| !m.is_empty()));
        assert!(
            value["hint"].as_str().is_some_and(|m| !m.is_empty()),
            "an error says what to do next: {value}"
        );
        value
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let world = Self {
            dir: tempfile::tempdir().unwrap(),
            env: Vec::new(),
            seeded: false,
        };
        world.at("2025-03-02T19:00");
        world
    }

    /// A world whose dice fall the same each time, in such an environment.
    pub(crate) fn seeded(env: Vec<(&'static str, String)>) -> Self {
        let mut world = Self::new();
        (world.env, world.seeded) = (env, true);
        world
    }

    /// Another world that stands as this one does, file by file; nothing of either runs.
    pub(crate) fn copied(&self) -> Self {
        let copy = Self {
            dir: tempfile::tempdir().unwrap(),
            env: self.env.clone(),
            seeded: self.seeded,
        };
        let all = format!("{}/.", self.dir.path().display());
        let done = Command::new("cp")
            .args(["-a", &all])
            .arg(copy.dir.path())
            .status();
        assert!(done.unwrap().success());
        copy
    }

    /// More of the environment, from now on.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.env.retain(|(known, _)| *known != name);
        self.env.push((name, value.to_owned()));
    }

    pub(crate) fn at(&self, instant: &str) {
        let beside = self.dir.path().join("now.new");
        fs::write(&beside, instant).unwrap();
        fs::rename(beside, self.dir.path().join("now")).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn command(&self, who: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handfast"));
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TMPDIR", self.dir.path())
            .env("HOME", self.path("login"))
            .env("TZ", "UTC")
            .env("LANG", "C.UTF-8")
            .env("HANDFAST_HOME", self.path(who))
            .env("HANDFAST_STATE", self.path(&format!("{who}-state")))
            .env("HANDFAST_NOW", format!("@{}", self.path("now").display()))
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .envs(self.seeded.then_some(("HANDFAST_SEED", who)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command with the passphrase at hand and the answers typed.
    pub(crate) fn run(&self, who: &str, args: &[&str], answers: &[&str]) -> Said {
        let mut command = self.command(who, args);
        command.env(
            "HANDFAST_PASSPHRASE_COMMAND",
            format!("echo '{PASSPHRASE}'"),
        );
        finish(command.spawn().unwrap(), answers)
    }

    /// Runs a command without a passphrase anywhere but in the answers.
    pub(crate) fn run_bare(&self, who: &str, args: &[&str], answers: &[&str]) -> Said {
        finish(self.command(who, args).spawn().unwrap(), answers)
    }

    /// Runs a command as a script would: with the passphrase, and nobody to ask.
    pub(crate) fn run_unattended(&self, who: &str, args: &[&str]) -> Said {
        self.run(who, &[args, &["--no-input"]].concat(), &[])
    }

    /// Begins a rehearsal home.
    pub(crate) fn begin(&self, who: &str, name: &str) {
        self.run(who, &["start", "--rehearsal"], &["", name])
            .ends(0);
    }

    /// Two homes that have met: Ana's in "ana", Ben's in "ben".
    pub(crate) fn met() -> Self {
        let world = Self::new();
        world.begin("ana", "Ana");
        world.begin("ben", "Ben");
        world.pair();
        world
    }

    pub(crate) fn pair(&self) {
        let free = std::net::UdpSocket::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        self.run("ana", &["settings", "listen", &free.to_string()], &[])
            .ends(0);
        let mut inviting = self.start("ana", &["invite"], &["Ben", "y"]);
        let ticket = inviting.until_word("hf1");
        let joined = self.run("ben", &["join"], &[&ticket, "Ana", "y"]);
        joined.ends(0);
        inviting.finish().ends(0);
    }

    /// Starts a command that others meet.
    pub(crate) fn start(&self, who: &str, args: &[&str], answers: &[&str]) -> Running {
        let mut command = self.command(who, args);
        command.env(
            "HANDFAST_PASSPHRASE_COMMAND",
            format!("echo '{PASSPHRASE}'"),
        );
        let mut running = Running::of(command);
        let mut stdin = running.child.stdin.take().unwrap();
        let _ = stdin.write_all((answers.join("\n") + "\n").as_bytes());
        running
    }

    /// Ben has promised something and Ana has agreed, on Sunday 2 March; it counts from Monday.
    pub(crate) fn agreed(&self, title: &str, options: &[&str]) {
        let mut line = vec!["promise", title];
        line.extend(options);
        let said = self
            .run("ben", &[&line[..], &["--json"]].concat(), &[])
            .ends(0)
            .json();
        let short = said["short"].as_str().unwrap().to_owned();
        self.run("ben", &["offer", &short], &["s"]).ends(0);
        self.at("2025-03-02T19:10");
        self.meet();
        self.run("ana", &["agree", &short], &["s"]).ends(0);
        self.at("2025-03-02T19:20");
        self.meet();
    }

    /// Both meet once over loopback: Ana listens, Ben comes.
    pub(crate) fn meet(&self) {
        let listening = self.listening();
        self.run("ben", &["sync"], &[]).ends(0);
        listening.finish().ends(0);
    }

    /// Ana's `sync --wait`, once its socket is open.
    pub(crate) fn listening(&self) -> Running {
        self.start("ana", &["sync", "--wait", "20"], &[])
            .listening()
    }
}

impl Drop for World {
    /// A test that failed half-way leaves no agent behind.
    fn drop(&mut self) {
        for who in ["ana", "ben"] {
            if self.path(&format!("{who}-state")).join("agent").exists() {
                let _ = self.command(who, &["lock"]).output();
            }
        }
    }
}

/// Words that no screen of ours holds: jargon, verdicts, counts, persons without a name.
const NEVER: [&str; 26] = [
    "pact",
    "pacts",
    "act",
    "acts",
    "fork",
    "forked",
    "record",
    "quarantine",
    "score",
    "streak",
    "percent",
    "total",
    "overdue",
    "partner",
    "he",
    "she",
    "his",
    "her",
    "him",
    "hers",
    "user",
    "peer's",
    "merkle",
    "crdt",
    "error",
    "hash",
];

/// What holds for every screen: at most 80 columns, no exclamation marks, none of those words.
/// A person's own text (behind the mark) and what must stay in one piece (paths, a code) may be
/// longer; JSON is for programs.
#[track_caller]
pub(crate) fn check_screen(text: &str) {
    // The words to read aloud are a list of their own, in which "pact" and "act" may come up.
    // So are the 24 words of a paper, each after its number, or as they are typed when it is checked.
    let spoken = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        line.starts_with("      ") && words.len() == 6
            || words.len() == 8 && words.iter().step_by(2).all(|n| n.parse::<u8>().is_ok())
            || line.starts_with("  from word ")
    };
    let plain = ["0m", "1m", "2m", "32m", "36m"]
        .map(|code| format!("\u{1b}[{code}"))
        .iter()
        .fold(text.to_owned(), |text, code| {
            text.replace(code.as_str(), "")
        });
    for line in plain.lines().filter(|line| !spoken(line)) {
        let ours = !line.starts_with("  | ") && !line.starts_with("{\"handfast\"");
        let width = unicode_width::UnicodeWidthStr::width(line);
        let one_piece = line.contains("hf1") || line.contains("/tmp");
        assert!(
            width <= 80 || one_piece || !ours && line.starts_with('{'),
            "{width} columns: {line}"
        );
        // The name of a file, on a line of its own, is this machine's.
        if !ours || line.trim_start().starts_with('/') {
            continue;
        }
        assert!(!line.contains('!'), "an exclamation mark: {line}");
        let lower = line.to_lowercase();
        for word in lower.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-') {
            assert!(!NEVER.contains(&word), "{word:?} on a screen: {line}");
        }
    }
}

/// A program that a test needs beside Rust. A machine of one's own may lack it, and then the test
/// says so; where `CI` is set a missing one is a failure, so that nothing is skipped in silence.
pub(crate) fn needed(names: &[&str], for_what: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|path| path.is_file());
    if found.is_none() {
        let said = format!(
            "NOT TESTED: {for_what}; {} is not installed (just setup)",
            names[0]
        );
        assert!(std::env::var_os("CI").is_none(), "{said}");
        let _ = writeln!(std::io::stderr(), "{said}");
    }
    found
}

/// The inodes of the sockets in one of the kernel's tables.
pub(crate) fn sockets(table: &str) -> Vec<String> {
    let rows = fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
    let inode = |row: &str| row.split_whitespace().nth(9).map(str::to_owned);
    rows.lines().skip(1).filter_map(inode).collect()
}

/// The inodes of the sockets that a process holds.
pub(crate) fn sockets_of(pid: u32) -> Vec<String> {
    let Ok(held) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return Vec::new();
    };
    held.filter_map(|one| fs::read_link(one.ok()?.path()).ok())
        .filter_map(|link| {
            let link = link.to_string_lossy().into_owned();
            Some(link.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
        })
        .collect()
}

fn has_udp_socket(pid: u32) -> bool {
    let udp = [sockets("udp"), sockets("udp6")].concat();
    sockets_of(pid).iter().any(|inode| udp.contains(inode))
}

/// A run that has not ended.
pub(crate) struct Running {
    pub(crate) child: Child,
    reader: std::io::PipeReader,
    pub(crate) said: String,
}

impl Running {
    /// A command that was begun, with all that it says in one pipe.
    pub(crate) fn of(mut command: Command) -> Self {
        let (reader, writer) = std::io::pipe().unwrap();
        command.stdout(writer.try_clone().unwrap()).stderr(writer);
        let child = command.spawn().unwrap();
        Self {
            child,
            reader,
            said: String::new(),
        }
    }

    /// The same, once its socket is open.
    pub(crate) fn listening(self) -> Self {
        let begun = Instant::now();
        while !has_udp_socket(self.child.id()) {
            assert!(begun.elapsed() < Duration::from_secs(20), "no socket");
            std::thread::sleep(Duration::from_millis(5));
        }
        self
    }

    /// Waits for a whole word with this beginning.
    #[track_caller]
    pub(crate) fn until_word(&mut self, beginning: &str) -> String {
        let begun = Instant::now();
        loop {
            let mut words = self.said.split_inclusive(char::is_whitespace);
            let word = words.find(|w| w.starts_with(beginning) && w.ends_with(char::is_whitespace));
            if let Some(word) = word {
                return word.trim().to_owned();
            }
            let mut piece = [0; 4096];
            let n = self.reader.read(&mut piece).unwrap();
            assert!(
                n > 0 && begun.elapsed() < Duration::from_secs(60),
                "no {beginning:?} in {}",
                self.said
            );
            self.said.push_str(&String::from_utf8_lossy(&piece[..n]));
        }
    }

    pub(crate) fn finish(mut self) -> Said {
        let _ = self.reader.read_to_string(&mut self.said);
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        check_screen(&self.said);
        Said {
            out: std::mem::take(&mut self.said),
            err: String::new(),
            code,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn finish(mut child: Child, answers: &[&str]) -> Said {
    let mut stdin = child.stdin.take().unwrap();
    if !answers.is_empty() {
        let _ = stdin.write_all((answers.join("\n") + "\n").as_bytes());
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    check_screen(&String::from_utf8_lossy(&output.stdout));
    check_screen(&String::from_utf8_lossy(&output.stderr));
    Said {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap_or(-1),
    }
}
