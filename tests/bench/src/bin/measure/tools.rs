//! Starting programs, timing them, and saying what came of it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Whole process, from its start to its end.
pub(crate) fn timed(command: &mut Command) -> Duration {
    let begun = Instant::now();
    let out = command.stdin(Stdio::null()).output().expect("started");
    let took = begun.elapsed();
    assert!(
        out.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    took
}

/// The peak of a process's resident memory in kB. The kernel's mark never goes down, so looking
/// every half millisecond can only miss what grew at the very last; never beside a timing.
pub(crate) fn peak_of(command: &mut Command) -> u64 {
    let mut child = command.spawn().expect("started");
    let mut most = 0;
    loop {
        let now = peak(child.id());
        most = most.max(now.trim_end_matches(" kB").parse().unwrap_or(0));
        if let Some(status) = child.try_wait().expect("a child") {
            assert!(status.success(), "{command:?}");
            return most;
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

pub(crate) fn row(what: &str, ours: Duration, reference: Duration, bar: f64) {
    let ratio = ours.as_secs_f64() / reference.as_secs_f64();
    println!(
        "| {what} | {:.2} ms | {:.2} ms | {ratio:.2} | {bar} |",
        ms(ours),
        ms(reference)
    );
}

/// The same, where no bar is set.
pub(crate) fn seen(what: &str, ours: Duration, reference: Duration) {
    let ratio = ours.as_secs_f64() / reference.as_secs_f64();
    println!(
        "| {what} | {:.2} ms | {:.2} ms | {ratio:.2} | |",
        ms(ours),
        ms(reference)
    );
}

pub(crate) fn listening(command: &mut Command) -> (Child, String) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped"))
        .read_line(&mut line)
        .expect("a line");
    (child, line.trim().to_owned())
}

/// A program that is asked and answers, line by line.
pub(crate) struct Asked {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Asked {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let lines = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, lines }
    }

    /// The next line that begins with a word; without the word.
    pub(crate) fn heard(&mut self, word: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).expect("a line");
            assert!(read > 0, "it ended before it said {word:?}");
            if let Some(rest) = line.strip_prefix(word) {
                return rest.trim().to_owned();
            }
        }
    }

    /// Asks, and gives the number that is the answer.
    pub(crate) fn ask(&mut self, word: &str) -> u64 {
        let stdin = self.child.stdin.as_mut().expect("piped");
        stdin.write_all(b"\n").expect("asked");
        self.heard(word).parse().expect("a number")
    }

    pub(crate) fn stop(mut self) {
        stop(&mut self.child);
    }
}

pub(crate) fn stop(child: &mut Child) {
    drop(child.kill());
    drop(child.wait());
}

pub(crate) fn free_port() -> u16 {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.local_addr().expect("bound").port()
}

pub(crate) fn peak(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/status"))
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .map_or_else(|| "unknown".to_owned(), |kib| kib.trim().to_owned())
}

pub(crate) fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

pub(crate) fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .expect("cp");
    assert!(done.success());
}
