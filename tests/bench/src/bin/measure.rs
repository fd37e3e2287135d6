//! The figures of `docs/performance.md`: each beside its reference, interleaved, in one run.
//!
//! `measure [ROW…]` with ROW of: status, kept, first, disk. Without one: all. Build everything
//! in release first (`just bench` does). The machine's noise is in the numbers: read the ratios.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark"
)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How many interleaved runs; the median is quoted.
const RUNS: usize = 15;
/// Of the long ones.
const LONG_RUNS: usize = 7;
/// Ten years of a busy couple, and an evening.
const LIVES: [(usize, usize); 2] = [(75_000, 10), (100, 1)];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let want = |row: &str| wanted.is_empty() || wanted.iter().any(|one| one == row);
    let bench = Bench::new();
    if want("status") {
        bench.status();
    }
    if want("kept") {
        bench.kept();
    }
    if want("first") {
        bench.first_sync();
    }
    if want("disk") {
        bench.disk();
    }
}

struct Bench {
    bin: PathBuf,
    folder: tempfile::TempDir,
    /// The last day of each life, as `HANDFAST_NOW` takes it.
    now: Vec<String>,
}

impl Bench {
    fn new() -> Self {
        let bin = std::env::current_exe()
            .expect("this program")
            .parent()
            .expect("a folder")
            .to_owned();
        let folder = tempfile::tempdir().expect("a folder");
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
        Self { bin, folder, now }
    }

    fn life(&self, which: usize) -> PathBuf {
        self.folder.path().join(LIVES[which].0.to_string())
    }

    fn handfast(&self, which: usize, home: &Path) -> Command {
        self.handfast_at(which, home, 1)
    }

    /// So many days after the last one of the life.
    fn handfast_at(&self, which: usize, home: &Path, days: i64) -> Command {
        let mut command = Command::new(self.bin.join("handfast"));
        let now = self.folder.path().join(format!("now-{which}-{days}"));
        let last: i64 = self.now[which].parse().expect("a number");
        std::fs::write(&now, iso(last + days * 86_400)).expect("a clock");
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("TZ", "UTC")
            .env("HANDFAST_STATE", home.with_extension("state"))
            .env("HANDFAST_NOW", format!("@{}", now.display()))
            .env("HANDFAST_PASSPHRASE_COMMAND", "echo rehearsal")
            .arg("--home")
            .arg(home)
            .stdin(Stdio::null());
        command
    }

    fn unlock(&self, which: usize, home: &Path) {
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

    fn lock(&self, which: usize, home: &Path) {
        drop(self.handfast(which, home).arg("lock").output());
    }

    /// What came in long ago has been seen; a day later it is an ordinary evening.
    fn look(&self, which: usize, home: &Path) {
        let done = self
            .handfast_at(which, home, 0)
            .arg("status")
            .output()
            .expect("status");
        assert!(done.status.success());
    }

    fn status(&self) {
        let homes: Vec<PathBuf> = (0..LIVES.len())
            .map(|which| self.life(which).join("ana"))
            .collect();
        for (which, home) in homes.iter().enumerate() {
            self.unlock(which, home);
            self.look(which, home);
        }
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..RUNS {
            times[0].push(timed(&mut Command::new(self.bin.join("hello"))));
            for (which, home) in homes.iter().enumerate() {
                times[which + 1].push(timed(
                    self.handfast(which, home).args(["--no-input", "status"]),
                ));
            }
        }
        let [hello, ten, evening] = times.map(median);
        row("status, ten years / hello-world", ten, hello, 4.0);
        row("status, ten years / a hundred records", ten, evening, 1.10);
        for (which, home) in homes.iter().enumerate() {
            self.lock(which, home);
        }
    }

    fn kept(&self) {
        let homes: Vec<PathBuf> = (0..LIVES.len())
            .map(|which| self.life(which).join("ana"))
            .collect();
        let mut what = Vec::new();
        for (which, home) in homes.iter().enumerate() {
            self.unlock(which, home);
            what.push(self.short_name(which, home));
        }
        let database = self.folder.path().join("reference.db");
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..RUNS {
            times[0].push(timed(Command::new(self.bin.join("insert")).arg(&database)));
            for (which, home) in homes.iter().enumerate() {
                let mut kept = self.handfast(which, home);
                kept.args(["--quiet", "kept", &what[which]]);
                times[which + 1].push(timed(&mut kept));
            }
        }
        let [insert, ten, evening] = times.map(median);
        row("kept, ten years / one durable insert", ten, insert, 1.75);
        row("kept, ten years / a hundred records", ten, evening, 1.10);
        for (which, home) in homes.iter().enumerate() {
            self.lock(which, home);
        }
    }

    /// A promise that binds Ana, by its short name.
    fn short_name(&self, which: usize, home: &Path) -> String {
        let out = self
            .handfast(which, home)
            .args(["--json", "plan"])
            .output()
            .expect("plan");
        let plan: serde_json::Value = serde_json::from_slice(&out.stdout).expect("a document");
        find_short(&plan).unwrap_or_else(|| panic!("no promise of Ana's in {plan}"))
    }

    fn first_sync(&self) {
        let life = self.life(0);
        let ana = life.join("ana");
        self.unlock(0, &ana);
        let port = free_port();
        let mut serve = self
            .handfast(0, &ana)
            .args(["serve", "--live", "--listen", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("serve");
        let (mut bare, bare_port) = listening(
            Command::new(self.bin.join("bare"))
                .arg("serve")
                .arg(life.join("records")),
        );
        let peers = self.peers();
        let mut peer = peers.as_ref().map(|program| {
            listening(Command::new(program).args(["serve", &LIVES[0].0.to_string()]))
        });
        std::thread::sleep(Duration::from_secs(1));
        let mut times = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
        for run in 0..LONG_RUNS {
            let target = self.fresh(&format!("run{run}"));
            self.unlock(0, &target);
            times[0].push(timed(&mut self.sync(&target, port)));
            self.lock(0, &target);
            for (slot, how) in [(1, "rows"), (2, "blobs")] {
                let database = life.join(format!("{how}{run}.db"));
                times[slot].push(timed(
                    Command::new(self.bin.join("bare"))
                        .args(["fetch", how, &bare_port])
                        .arg(&database),
                ));
            }
            if let (Some(program), Some((_, said))) = (&peers, &peer) {
                let mut words = said.split_whitespace();
                let (port, document) =
                    (words.next().expect("a port"), words.next().expect("an id"));
                times[3].push(timed(Command::new(program).args([
                    "fetch",
                    &LIVES[0].0.to_string(),
                    port,
                    document,
                ])));
            }
        }
        let target = self.fresh("weighed");
        self.unlock(0, &target);
        let most = peak_of(&mut self.sync(&target, port));
        self.lock(0, &target);
        println!("| memory of `sync`, peak | {most} kB | | | 24 MiB |");
        println!(
            "| memory of `serve`, peak | {} | | | 24 MiB |",
            peak(serve.id())
        );
        let [ours, rows, blobs, samod] = times;
        let ours = median(ours);
        row("first sync / R1, bare rows", ours, median(rows), 1.25);
        row("first sync / R2, bare blobs", ours, median(blobs), 1.75);
        if samod.is_empty() {
            println!("first sync / samod: not measured (tests/peers is not built)");
        } else {
            let samod = median(samod);
            println!(
                "| samod / first sync | {:.1} ms | {:.1} ms | {:.2} | at least 10 |",
                ms(samod),
                ms(ours),
                samod.as_secs_f64() / ours.as_secs_f64()
            );
        }
        stop(&mut serve);
        stop(&mut bare);
        if let Some((peer, _)) = &mut peer {
            stop(peer);
        }
        self.lock(0, &ana);
    }

    /// A copy of the second device, before it received anything.
    fn fresh(&self, name: &str) -> PathBuf {
        let (new, target) = (self.life(0).join("new"), self.life(0).join(name));
        copy(&new, &target);
        copy(
            &new.with_extension("state"),
            &target.with_extension("state"),
        );
        target
    }

    fn sync(&self, home: &Path, port: u16) -> Command {
        let mut sync = self.handfast(0, home);
        sync.args(["--quiet", "sync", &format!("127.0.0.1:{port}")]);
        sync
    }

    fn peers(&self) -> Option<PathBuf> {
        let program =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../peers/target/release/handfast-peers");
        let program = std::env::var_os("HANDFAST_PEERS").map_or(program, PathBuf::from);
        program.exists().then_some(program)
    }

    fn disk(&self) {
        let home = self.life(0).join("ana");
        let wal = size(&home.join("vault.db-wal"));
        let db = rusqlite::Connection::open(home.join("vault.db")).expect("open");
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .expect("checkpoint");
        drop(db);
        let records = size(&self.life(0).join("records")) - 4 * LIVES[0].0 as u64;
        let kept = size(&home.join("vault.db"));
        println!(
            "| disk / records' bytes | {kept} | {records} | {:.3} | 1.10 |",
            kept as f64 / records as f64
        );
        println!("| write-ahead log | {wal} bytes | | | 4.5 MB |");
    }
}

/// The first agreed promise that binds Ana.
fn find_short(plan: &serde_json::Value) -> Option<String> {
    let mine = |item: &&serde_json::Value| {
        item["agreed"].as_array().is_some_and(|agreed| {
            agreed
                .iter()
                .any(|one| matches!(one["content"]["who"].as_str(), Some("ana" | "both")))
        })
    };
    plan["items"].as_array()?.iter().find(mine)?["short"]
        .as_str()
        .map(str::to_owned)
}

/// Whole process, from its start to its end.
fn timed(command: &mut Command) -> Duration {
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
fn peak_of(command: &mut Command) -> u64 {
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

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn row(what: &str, ours: Duration, reference: Duration, bar: f64) {
    let ratio = ours.as_secs_f64() / reference.as_secs_f64();
    println!(
        "| {what} | {:.2} ms | {:.2} ms | {ratio:.2} | {bar} |",
        ms(ours),
        ms(reference)
    );
}

fn listening(command: &mut Command) -> (Child, String) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("started");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped"))
        .read_line(&mut line)
        .expect("a line");
    (child, line.trim().to_owned())
}

fn stop(child: &mut Child) {
    drop(child.kill());
    drop(child.wait());
}

fn free_port() -> u16 {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.local_addr().expect("bound").port()
}

fn peak(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/status"))
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .map_or_else(|| "unknown".to_owned(), |kib| kib.trim().to_owned())
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .expect("cp");
    assert!(done.success());
}

/// Seconds since 1970 as RFC 3339 in UTC.
fn iso(seconds: i64) -> String {
    let day = identity::Day(u32::try_from(seconds / 86_400).expect("a day"));
    format!("{}T12:00:00Z", pact::calendar::iso(day))
}
