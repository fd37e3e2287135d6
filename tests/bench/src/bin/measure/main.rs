//! The figures of `docs/performance.md`: each beside its reference, interleaved, in one run.
//!
//! `measure [ROW…]` with ROW of: status, plan, days, kept, rebuild, unlock, first, idle, live, hostile, disk.
//! Without one: all. Build everything in release first (`just bench` does). The machine's noise is in the
//! numbers: read the ratios.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark"
)]

mod bench;
mod disk;
mod first;
mod hostile;
mod idle;
mod kept;
mod live;
mod rebuild;
mod slow;
mod status;
mod tools;
mod unlock;

use bench::Bench;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let want = |row: &str| wanted.is_empty() || wanted.iter().any(|one| one == row);
    let bench = Bench::new();
    // First: it compares with the life as it was made, and others add to it.
    if want("rebuild") {
        bench.rebuild();
    }
    if want("status") {
        bench.status();
    }
    if want("days") {
        bench.days();
    }
    if want("kept") {
        bench.kept();
    }
    if want("plan") {
        bench.plan();
    }
    if want("unlock") {
        bench.unlocking();
    }
    if want("first") {
        bench.first_sync();
    }
    if want("idle") {
        bench.idle();
    }
    if want("live") {
        bench.live();
    }
    if want("hostile") {
        bench.hostile();
    }
    if want("disk") {
        bench.disk();
    }
}
