//! The stage of the tour: two homes, one clock, and real runs of this same program whose lines
//! and output are shown as they happen.

use std::fs;
use std::io::{PipeReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::out::Out;
use crate::render;
use crate::trouble::Trouble;

/// How long one command may take before the tour gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Columns of a command line, without the backslash at its end.
const LINE: usize = 77;

/// The passphrase of both homes; they are rehearsals, and it is printed.
pub(crate) const PASSPHRASE: &str = "a rehearsal";

/// Ana or Ben.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Player {
    Ana,
    Ben,
}

impl Player {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ana => "Ana",
            Self::Ben => "Ben",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Ana => "ana",
            Self::Ben => "ben",
        }
    }
}

/// Where the play happens.
pub(crate) struct Stage {
    exe: PathBuf,
    dir: PathBuf,
    out: Out,
}

/// A run of the program whose end is awaited.
pub(crate) struct Running {
    child: Child,
    output: PipeReader,
    /// What it has printed so far.
    pub(crate) shown: String,
    line: String,
}

impl Stage {
    /// Lays the stage in a folder that exists and is empty.
    pub(crate) fn new(exe: PathBuf, dir: PathBuf, out: Out) -> Self {
        Self { exe, dir, out }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn exe(&self) -> &Path {
        &self.exe
    }

    pub(crate) fn home(&self, who: Player) -> PathBuf {
        self.dir.join(who.folder())
    }

    pub(crate) fn state(&self, who: Player) -> PathBuf {
        self.dir.join(format!("{}-state", who.folder()))
    }

    pub(crate) fn clock(&self) -> PathBuf {
        self.dir.join("now")
    }

    /// Sets the clock that both homes read.
    pub(crate) fn at(&self, instant: &str) -> Result<(), Trouble> {
        // Written beside and moved, so that no run reads half an instant.
        let beside = self.dir.join("now.new");
        fs::write(&beside, format!("{instant}\n"))
            .and_then(|()| fs::rename(&beside, self.clock()))
            .map_err(|error| {
                Trouble::refused(
                    "tour",
                    format!("The clock of the tour cannot be set: {error}."),
                )
            })
    }

    /// Tells in plain words what happens.
    pub(crate) fn tell(&self, text: &str) {
        self.out.data(&render::wrap(&format!("\n{text}")));
    }

    /// Prints as it stands.
    pub(crate) fn plain(&self, text: &str) {
        self.out.data(text);
    }

    /// A new day or scene.
    pub(crate) fn scene(&self, title: &str) {
        let rule = "-".repeat(79_usize.saturating_sub(title.chars().count() + 5));
        self.out.data(&format!(
            "\n{}\n",
            render::strong(&format!("---- {title} {rule}"))
        ));
    }

    /// Runs one command to its end and shows line and output. A failure ends the tour.
    pub(crate) fn run(
        &self,
        who: Player,
        args: &[&str],
        answers: &[&str],
    ) -> Result<String, Trouble> {
        let shown = self.run_quietly(who, args, answers)?;
        self.show(who, args, &shown);
        Ok(shown)
    }

    /// As `run`, without showing anything.
    pub(crate) fn run_quietly(
        &self,
        who: Player,
        args: &[&str],
        answers: &[&str],
    ) -> Result<String, Trouble> {
        let mut running = self.begin(who, args, answers)?;
        self.finish(&mut running)?;
        Ok(std::mem::take(&mut running.shown))
    }

    /// Shows a line as it would be typed, and what came of it.
    pub(crate) fn show(&self, who: Player, args: &[&str], shown: &str) {
        self.out
            .data(&format!("\n{}\n", render::strong(&self.typed(who, args))));
        // It is asked each time, and told once: by the beginning and by signing.
        let asked = shown.strip_prefix("Your passphrase: \n").unwrap_or(shown);
        self.out.data(asked);
    }

    /// Starts a command that others wait for. The answers are typed at once; its input stays open
    /// to nobody afterwards.
    pub(crate) fn begin(
        &self,
        who: Player,
        args: &[&str],
        answers: &[&str],
    ) -> Result<Running, Trouble> {
        let failed = |error: std::io::Error| {
            Trouble::refused(
                "tour",
                format!("The tour cannot run this program again: {error}."),
            )
        };
        let (output, input) = std::io::pipe().map_err(failed)?;
        let mut command = Command::new(&self.exe);
        command
            .args(args)
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| keep(name)))
            .env("HANDFAST_HOME", self.home(who))
            .env("HANDFAST_STATE", self.state(who))
            .env("HANDFAST_NOW", format!("@{}", self.clock().display()))
            .env("NO_COLOR", "1")
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(input.try_clone().map_err(failed)?)
            .stderr(input);
        let mut child = command.spawn().map_err(failed)?;
        drop(command); // or the pipe would never end
        if let Some(mut stdin) = child.stdin.take() {
            let mut typed = answers.join("\n");
            typed.push('\n');
            // Who does not ask does not read; that is no failure.
            let _ = stdin.write_all(typed.as_bytes());
        }
        Ok(Running {
            child,
            output,
            shown: String::new(),
            line: self.typed(who, args),
        })
    }

    /// Reads until the output holds a piece of text, or the command ends.
    pub(crate) fn until(
        &self,
        running: &mut Running,
        found: impl Fn(&str) -> bool,
    ) -> Result<(), Trouble> {
        let begun = Instant::now();
        while !found(&running.shown) {
            if read_more(running)? == 0 || begun.elapsed() > PATIENCE {
                return Err(self.broken(running));
            }
        }
        Ok(())
    }

    /// Waits for the end of a command.
    pub(crate) fn finish(&self, running: &mut Running) -> Result<(), Trouble> {
        while read_more(running)? > 0 {}
        match running.child.wait() {
            Ok(status) if status.success() => Ok(()),
            _ => Err(self.broken(running)),
        }
    }

    fn broken(&self, running: &mut Running) -> Trouble {
        // It is our own child, and the tour is over.
        let _ = running.child.kill();
        let _ = running.child.wait();
        self.out
            .data(&format!("\n{}\n{}", running.line, running.shown));
        Trouble::refused(
            "tour",
            "This step of the tour did not work, so it stops here.",
        )
        .hint(format!("Both homes stay in {}", self.dir.display()))
    }

    fn typed(&self, who: Player, args: &[&str]) -> String {
        typed(&format!("{} $ handfast", who.name()), args)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn read_more(running: &mut Running) -> Result<usize, Trouble> {
    let mut piece = [0; 4096];
    let n = running.output.read(&mut piece).map_err(|error| {
        Trouble::refused(
            "tour",
            format!("The tour lost a program's output: {error}."),
        )
    })?;
    running
        .shown
        .push_str(&String::from_utf8_lossy(piece.get(..n).unwrap_or_default()));
    Ok(n)
}

/// The tour's children see nothing of this machine's own handfast.
fn keep(name: &std::ffi::OsStr) -> bool {
    !name.to_string_lossy().starts_with("HANDFAST_")
}

/// A command as a shell takes it, on lines of at most 79 columns: a backslash at the end of a line
/// goes on with the next, inside quotation marks too.
fn typed(prompt: &str, args: &[&str]) -> String {
    let mut lines = Vec::new();
    let mut line = prompt.to_owned();
    for word in args.iter().map(|word| shell_word(word)) {
        if line.chars().count() + 1 + word.chars().count() <= LINE {
            line.push(' ');
            line.push_str(&word);
            continue;
        }
        lines.push(format!("{line} \\"));
        line = "  ".into();
        for piece in word.split_inclusive(' ') {
            if line.chars().count() + piece.chars().count() > LINE {
                lines.push(format!("{line}\\"));
                line = String::new();
            }
            line.push_str(piece);
        }
    }
    lines.push(line);
    lines.join("\n")
}

fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/,=@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
