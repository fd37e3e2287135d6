//! Nothing new between two devices, over a connection made for it, in processes that are warm.

use std::process::Command;
use std::time::Duration;

use crate::bench::{Bench, LIVES, RUNS};
use crate::tools::{Asked, free_port, median, ms};

impl Bench {
    pub(crate) fn idle(&self) {
        for (which, (records, _)) in LIVES.iter().enumerate() {
            let life = self.life(which);
            let ear = format!("127.0.0.1:{}", free_port());
            let meet = |arguments: &[&str], home: &str| {
                let mut command = Command::new(self.bin.join("meet"));
                command.arg(arguments[0]).arg(life.join(home));
                Asked::start(command.args(&arguments[1..]))
            };
            let mut ana = meet(&["serve", &ear], "ana");
            ana.heard("listening");
            let count = RUNS + 5;
            let mut ben = meet(&["sync", &ear, &count.to_string()], "ben");
            let mut times = Vec::new();
            let mut before = ana.ask("cpu");
            let mut there = Vec::new();
            for run in 0..count {
                let spent = Duration::from_nanos(ben.heard("").parse().expect("a number"));
                let now = ana.ask("cpu");
                // The first few make both processes warm.
                if run >= 5 {
                    times.push(spent);
                    there.push(Duration::from_nanos(now - before));
                }
                before = now;
            }
            println!(
                "| processor time of nothing new, fresh connection, {records} records | {:.2} ms who dials, {:.2} ms who is dialled | | | 1.5 ms |",
                ms(median(times)),
                ms(median(there))
            );
            ben.stop();
            ana.stop();
        }
    }
}
