//! The worst frames that a certified peer with a modified program was found to make, one process each.

use std::process::Command;

use crate::bench::Bench;
use crate::tools::copy;

impl Bench {
    pub(crate) fn hostile(&self) {
        let program = self.bin.join("hostile");
        let list = Command::new(&program).arg("list").output().expect("a list");
        let list = String::from_utf8(list.stdout).expect("names");
        let ana = self.life(0).join("ana");
        for frame in list.split_whitespace() {
            // What is taken changes the home.
            let home = self.life(0).join(format!("hostile-{frame}"));
            copy(&ana, &home);
            copy(&ana.with_extension("state"), &home.with_extension("state"));
            let done = Command::new(&program).arg(&home).arg(frame).output();
            let done = done.expect("started");
            assert!(
                done.status.success(),
                "{frame}: {}",
                String::from_utf8_lossy(&done.stderr)
            );
            let said = String::from_utf8(done.stdout).expect("text");
            let mut said = said.trim().splitn(3, ' ');
            let mut next = || said.next().unwrap_or_default();
            let (spent, peak, outcome) = (next(), next(), next());
            let spent: f64 = spent.parse().expect("nanoseconds");
            println!(
                "| hostile, {frame}: {outcome} | {:.1} ms, {peak} kB | | | 250 ms, 65,536 kB |",
                spent / 1e6
            );
            for old in [home.with_extension("state"), home] {
                drop(std::fs::remove_dir_all(old));
            }
        }
    }
}
