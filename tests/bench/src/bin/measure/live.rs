//! One new record while both serve live, until it is durable on both sides.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::bench::{Bench, LIVES, RUNS};
use crate::tools::{Asked, free_port, median, row};

/// How far apart the records are: nobody types faster.
const SPACING: Duration = Duration::from_millis(100);

impl Bench {
    pub(crate) fn live(&self) {
        let [ten, bare] = self.live_times(0, false);
        let [evening, _] = self.live_times(1, false);
        row(
            "live, ten years / round trip and two inserts",
            ten,
            bare,
            1.5,
        );
        row("live, ten years / a hundred records", ten, evening, 1.10);
        let [ten, bare] = self.live_times(0, true);
        row(
            "the same with 3 ms for each sync / the same",
            ten,
            bare,
            1.15,
        );
    }

    /// Ours, and the reference.
    fn live_times(&self, which: usize, slow: bool) -> [Duration; 2] {
        let life = self.life(which);
        let start = |command: &mut Command| {
            if slow {
                self.slow.under(command);
            }
            Asked::start(command)
        };
        let meet = |what: &str, home: &str, more: &[&str]| {
            let mut command = Command::new(self.bin.join("meet"));
            command.arg(what).arg(life.join(home)).args(more);
            start(&mut command)
        };
        let [ear, mouth] = [free_port(), free_port()].map(|port| format!("127.0.0.1:{port}"));
        let mut ana = meet("serve", "ana", &[&ear]);
        ana.heard("listening");
        let mut ben = meet("serve", "ben", &[&mouth, &ear]);
        ben.heard("together");
        let mut hand = meet("write", "ana", &[]);
        hand.heard("ready");
        let database = |name: &str| life.join(format!("{name}-{slow}.db"));
        let bare = |what: &[&str], database: &Path| {
            start(Command::new(self.bin.join("bare")).args(what).arg(database))
        };
        let mut answer = bare(&["answer"], &database("answer"));
        let port = answer.heard("");
        let mut ask = bare(&["ask", &port], &database("ask"));
        ask.heard("ready");
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..RUNS {
            std::thread::sleep(SPACING);
            let began = hand.ask("");
            let there: u64 = ben.heard("news").parse().expect("a number");
            times[0].push(Duration::from_nanos(there.saturating_sub(began)));
            std::thread::sleep(SPACING);
            times[1].push(Duration::from_nanos(ask.ask("")));
        }
        for one in [hand, ben, ana, ask, answer] {
            one.stop();
        }
        println!("{} records, slow disk {slow}:", LIVES[which].0);
        times.map(median)
    }
}
