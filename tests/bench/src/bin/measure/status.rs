//! What reads, on ten years, beside a program that does nothing and beside an evening.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::bench::{Bench, LIVES, RUNS};
use crate::tools::{median, row, seen, timed};

impl Bench {
    pub(crate) fn status(&self) {
        let [hello, ten, evening, _] = self.reading("status");
        row("status, ten years / hello-world", ten, hello, 4.0);
        row("status, ten years / a hundred records", ten, evening, 1.10);
    }

    /// Held to the bars of `status`.
    pub(crate) fn plan(&self) {
        let [hello, ten, evening, _] = self.reading("plan");
        row("plan, ten years / hello-world", ten, hello, 4.0);
        row("plan, ten years / a hundred records", ten, evening, 1.10);
    }

    /// Held to the bars of `status`. An evening of a hundred records has less in its five weeks than
    /// those of a busy couple, so whether the years before them cost anything is seen beside one
    /// year that is as busy.
    pub(crate) fn days(&self) {
        let [hello, ten, evening, year] = self.reading("days");
        row("days, ten years / hello-world", ten, hello, 4.0);
        row("days, ten years / one year as busy", ten, year, 1.10);
        seen("days, ten years / a hundred records", ten, evening);
    }

    /// A program that does nothing, and a verb on ten years, on an evening and on one year.
    fn reading(&self, verb: &str) -> [Duration; 4] {
        let homes: Vec<PathBuf> = (0..LIVES.len())
            .map(|which| self.life(which).join("ana"))
            .collect();
        for (which, home) in homes.iter().enumerate() {
            self.unlock(which, home);
            self.look(which, home);
        }
        let mut times = [const { Vec::new() }; 4];
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
