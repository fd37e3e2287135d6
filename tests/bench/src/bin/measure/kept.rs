//! One `kept`, durable, beside a program that inserts one row durably.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::{Bench, LIVES, RUNS};
use crate::tools::{median, row, seen, timed};

impl Bench {
    pub(crate) fn kept(&self) {
        let homes: Vec<PathBuf> = (0..LIVES.len())
            .map(|which| self.life(which).join("ana"))
            .collect();
        let mut what = Vec::new();
        for (which, home) in homes.iter().enumerate() {
            self.unlock(which, home);
            what.push(self.short_name(which, home));
        }
        let database = self.folder.path().join("reference.db");
        let mut times = [const { Vec::new() }; 4];
        let mut slow = [Vec::new(), Vec::new()];
        for _ in 0..RUNS {
            let insert = || {
                let mut insert = Command::new(self.bin.join("insert"));
                insert.arg(&database);
                insert
            };
            times[0].push(timed(&mut insert()));
            slow[0].push(timed(self.slow.under(&mut insert())));
            for (which, home) in homes.iter().enumerate() {
                let kept = || {
                    let mut kept = self.handfast(which, home);
                    kept.args(["--quiet", "kept", &what[which]]);
                    kept
                };
                times[which + 1].push(timed(&mut kept()));
                if which == 0 {
                    slow[1].push(timed(self.slow.under(&mut kept())));
                }
            }
        }
        let [insert, ten, evening, year] = times.map(median);
        row("kept, ten years / one durable insert", ten, insert, 1.75);
        row("kept, ten years / a hundred records", ten, evening, 1.10);
        seen("kept, ten years / one year as busy", ten, year);
        let [insert, ten] = slow.map(median);
        row(
            "the same with 3 ms for each sync / one insert",
            ten,
            insert,
            1.15,
        );
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
