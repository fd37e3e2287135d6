//! What ten years cost one copy, without disk and network: `cargo run --release --features testing
//! -p handfast-replica --example ten_years`. The figures that are held are those of the benchmarks.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a measuring program"
)]

use std::time::Duration;

use identity::{Person, Tip, UnverifiedRecord, verify_run};
use replica::Replica;
use replica::testing::{History, history};

fn main() {
    let begun = used();
    let past = history(1, 75_000, 10);
    let (records, bytes) = past.size();
    println!(
        "{records} records, {bytes} bytes, made in {:?}",
        used() - begun
    );
    let home = past.home(Person::A);
    println!(
        "view kept in {} bytes",
        home.replica.view().to_bytes().len()
    );
    println!("rows {} bytes", home.shelf.size().1);
    let folded: Vec<_> = past.records[1]
        .iter()
        .map(|bytes| identity::Record::reopen(past.logs[1], bytes).unwrap())
        .collect();
    show("parse", &past, |past| {
        parsed(past);
    });
    show("parse and verify", &past, |past| {
        for (log, run) in past.logs.iter().zip(parsed(past)) {
            let certificate = home.replica.roster().certificate(*log).unwrap();
            verify_run(certificate, &Tip::start(*log), run)
                .ok()
                .unwrap();
        }
    });
    show("receive (verify, fold, write in memory)", &past, |past| {
        let mut home = past.couple.home(past.logs[0]);
        let runs: Vec<_> = past.records[1].chunks(4_000).map(<[_]>::to_vec).collect();
        for (at, run) in runs.into_iter().enumerate() {
            home.take(past.logs[1], at as u64 * 4_000 + 1, run).unwrap();
        }
    });
    show("fold alone", &past, |past| {
        let mut view = pact::View::new(past.couple.pact());
        let mut tip = Tip::start(past.logs[1]);
        for record in &folded {
            for mark in record.seen() {
                tip.marks.insert(mark.log, mark.head());
            }
            let reading = pact::read(record.kind(), record.body());
            view.fold(&pact::Placed {
                hash: record.hash(),
                log: record.log(),
                person: Person::B,
                seq: record.seq(),
                day: record.day(),
                flags: record.flags(),
                about: record.about(),
                marks: &tip.marks,
                reading: &reading,
            });
        }
    });
    show("reckon the view from all records", &past, |_| {
        home.replica.reckoned(&home.shelf).unwrap();
    });
    show("open", &past, |past| {
        Replica::open(&home.shelf, past.logs[0]).unwrap();
    });
    let mut home = past.home(Person::A);
    show("append 1,000", &past, |_| {
        for _ in 0..1_000 {
            home.thank(22_000, "thank you for the tea");
        }
    });
}

/// The processor time of this thread: other work on the machine does not count.
fn used() -> Duration {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(line.split(' ').next().unwrap().parse().unwrap())
}

fn parsed(past: &History) -> [Vec<UnverifiedRecord>; 2] {
    past.records.each_ref().map(|records| {
        let parse = |bytes: &Vec<u8>| UnverifiedRecord::parse(bytes).unwrap();
        records.iter().map(parse).collect()
    })
}

fn show(what: &str, past: &History, mut run: impl FnMut(&History)) {
    let mut times: Vec<Duration> = (0..7)
        .map(|_| {
            let begun = used();
            run(past);
            used() - begun
        })
        .collect();
    times.sort();
    println!("{what}: {:?}", times[3]);
}
