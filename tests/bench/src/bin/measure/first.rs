//! First sync of ten years, beside the same bytes sent bare, and beside the fastest peer.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::bench::{Bench, LIVES, LONG_RUNS};
use crate::tools::{copy, free_port, listening, median, ms, peak, peak_of, row, stop, timed};

impl Bench {
    pub(crate) fn first_sync(&self) {
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
}
