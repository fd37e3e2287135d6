//! The lives that are measured, and how the program is run on them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::slow::SlowDisk;

/// How many interleaved runs; the median is quoted.
pub(crate) const RUNS: usize = 15;
/// Of the long ones.
pub(crate) const LONG_RUNS: usize = 7;
/// Ten years of a busy couple, an evening, and one such year.
pub(crate) const LIVES: [(usize, usize); 3] = [(75_000, 10), (100, 1), (7_500, 1)];

/// Two lives, and the programs that look at them.
pub(crate) struct Bench {
    pub(crate) bin: PathBuf,
    pub(crate) folder: tempfile::TempDir,
    /// The last day of each life, as `HANDFAST_NOW` takes it.
    now: Vec<String>,
    /// For the rows that are measured on an ordinary disk too.
    pub(crate) slow: SlowDisk,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let built = std::env::current_exe().expect("this program");
        let built = built.parent().expect("a folder");
        let folder = tempfile::tempdir().expect("a folder");
        // Ours and the references are copied as an installation copies them: how a linker happens to
        // have written a program decides how dear its pages are.
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).expect("a folder");
        for program in [
            "handfast", "hello", "insert", "history", "bare", "meet", "hostile",
        ] {
            std::fs::copy(built.join(program), bin.join(program)).expect(program);
        }
        let mut now = Vec::new();
        for (records, years) in LIVES {
            let out = Command::new(bin.join("history"))
                .args([records.to_string(), years.to_string()])
                .arg(folder.path().join(records.to_string()))
                .output()
                .expect("history");
            let said = String::from_utf8(out.stdout).expect("text");
            let day: u64 = said
                .trim()
                .rsplit(' ')
                .next()
                .expect("a day")
                .parse()
                .expect("a number");
            println!("made: {}", said.trim());
            now.push((day * 86_400 + 12 * 3_600).to_string());
        }
        let slow = SlowDisk::new(folder.path());
        Self {
            bin,
            folder,
            now,
            slow,
        }
    }

    pub(crate) fn life(&self, which: usize) -> PathBuf {
        self.folder.path().join(LIVES[which].0.to_string())
    }

    pub(crate) fn handfast(&self, which: usize, home: &Path) -> Command {
        self.handfast_at(which, home, 1)
    }

    /// So many days after the last one of the life.
    pub(crate) fn handfast_at(&self, which: usize, home: &Path, days: i64) -> Command {
        let mut command = Command::new(self.bin.join("handfast"));
        let last: i64 = self.now[which].parse().expect("a number");
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("TZ", "UTC")
            .env("HANDFAST_STATE", home.with_extension("state"))
            // An instant, not a file: it is asked for as often as the clock of an ordinary home.
            .env("HANDFAST_NOW", iso(last + days * 86_400))
            .env("HANDFAST_PASSPHRASE_COMMAND", "echo rehearsal")
            .arg("--home")
            .arg(home)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn unlock(&self, which: usize, home: &Path) {
        let done = self
            .handfast(which, home)
            .arg("unlock")
            .output()
            .expect("unlock");
        assert!(
            done.status.success(),
            "unlock: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    pub(crate) fn lock(&self, which: usize, home: &Path) {
        drop(self.handfast(which, home).arg("lock").output());
    }

    /// What came in long ago has been seen; a day later it is an ordinary evening.
    pub(crate) fn look(&self, which: usize, home: &Path) {
        let done = self
            .handfast_at(which, home, 0)
            .arg("status")
            .output()
            .expect("status");
        assert!(done.status.success());
    }
}

/// Seconds since 1970 as RFC 3339 in UTC.
fn iso(seconds: i64) -> String {
    let day = identity::Day(u32::try_from(seconds / 86_400).expect("a day"));
    format!("{}T12:00:00Z", pact::calendar::iso(day))
}
