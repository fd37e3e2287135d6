//! What reads, on ten years, beside a program that does nothing and beside an evening.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::bench::{Bench, LIVES, RUNS};
use crate::tools::{median, row, seen, timed};

impl Bench {
    pub(crate) fn status(&self) {
        let [hello, ten, evening] = self.reading("status");
        row("status, ten years / hello-world", ten, hello, 4.0);
        row("status, ten years / a hundred records", ten, evening, 1.10);
    }

    /// The design sets no bar for it.
    pub(crate) fn plan(&self) {
        let [hello, ten, evening] = self.reading("plan");
        seen("plan, ten years / hello-world", ten, hello);
        seen("plan, ten years / a hundred records", ten, evening);
    }

    /// Held to the bars of `status`; an evening of a hundred records has less than five weeks to show.
    pub(crate) fn days(&self) {
        let [hello, ten, evening] = self.reading("days");
        row("days, ten years / hello-world", ten, hello, 4.0);
        row("days, ten years / a hundred records", ten, evening, 1.10);
    }

    /// A program that does nothing, and a verb on ten years and on an evening.
    fn reading(&self, verb: &str) -> [Duration; 3] {
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
                times[which + 1].push(timed(self.handfast(which, home).args(["--no-input", verb])));
            }
        }
        for (which, home) in homes.iter().enumerate() {
            self.lock(which, home);
        }
        times.map(median)
    }
}
