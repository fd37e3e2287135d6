//! How long ten years take to fold, and how large and quick to read the view of them is.
//!
//! Ignored unless asked for, since only an optimised build says something:
//! `cargo test --release -p handfast-pact --test fold_speed -- --ignored --nocapture`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests; here the time is what is measured"
)]

mod history;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use history::{World, item, promise, view_of};
use identity::{Day, Flags, Person};
use pact::{Body, How, Placed, Rule, View, Who, read};

/// A busy couple: fourteen promises renewed each quarter, boundaries changed, some days noted each
/// day by both, thanks, heads-ups.
fn years(records: usize) -> World {
    let mut world = World::new(&["a-laptop", "b-phone"]);
    let devices = ["a-laptop", "b-phone"];
    let mut current = Vec::new();
    let mut turn = 0;
    while world.records.len() < records {
        if (world.today.0 - 100).is_multiple_of(85) {
            world.all_meet();
            for number in 0..14_u8 {
                let of = item(number);
                let mut words = promise(&format!("Promise number {number}"), Who::Both);
                words.text = "I am home by six on weekdays. If it gets later, I say so.".into();
                words.rule = Some(Rule::parse("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR").unwrap());
                let old: Vec<_> = current
                    .get(usize::from(number))
                    .copied()
                    .into_iter()
                    .collect();
                let p = world.propose_instead("a-laptop", of, words, &old, None);
                world.meet("b-phone", "a-laptop");
                world.say("b-phone", Body::Agree { p });
                if old.is_empty() {
                    current.push(p)
                } else {
                    current[usize::from(number)] = p
                }
            }
        }
        for device in devices {
            for _ in 0..10 {
                let target = current[turn % current.len()];
                let note = if turn % 3 == 0 {
                    "dentist ran late, said so"
                } else {
                    ""
                };
                let on = world.today;
                let body = match turn % 25 {
                    24 => Body::Thanks {
                        text: "You let me finish on Sunday.".into(),
                        about: None,
                    },
                    23 => Body::HeadsUp {
                        target,
                        from: on,
                        to: on,
                        text: "half past".into(),
                    },
                    _ => Body::Follow {
                        target,
                        on,
                        how: How::Kept,
                        note: note.into(),
                        corrects: None,
                    },
                };
                world.say(device, body);
                turn += 1;
            }
        }
        world.today = world.today.plus(1);
    }
    world
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn time<T>(mut what: impl FnMut() -> T) -> Duration {
    median(
        (0..9)
            .map(|_| {
                let start = Instant::now();
                black_box(what());
                start.elapsed()
            })
            .collect(),
    )
}

#[test]
#[ignore = "says something only in an optimised build"]
fn ten_years() {
    for records in [200, 75_000] {
        let world = years(records);
        let bodies: Vec<(u64, Vec<u8>)> = world
            .records
            .iter()
            .map(|rec| (rec.act().unwrap().kind(), rec.act().unwrap().encode()))
            .collect();
        let read_and_fold = time(|| {
            let mut view = View::new(history::pact_id());
            for (rec, (kind, body)) in world.records.iter().zip(&bodies) {
                let reading = read(*kind, body);
                view.fold(&Placed {
                    hash: rec.hash,
                    log: rec.log,
                    person: rec.person,
                    seq: rec.seq,
                    day: rec.day,
                    flags: Flags::default(),
                    about: rec.about.as_deref(),
                    marks: &rec.marks,
                    reading: &reading,
                });
            }
            view
        });
        let fold = time(|| view_of(&world.records));
        let view = view_of(&world.records);
        let bytes = view.to_bytes();
        let today = Day(world.today.0 - 1);
        let cursor: BTreeMap<_, _> = view
            .covers()
            .map(|(log, head)| (log, head.seq.saturating_sub(20)))
            .collect();
        println!("{} records:", world.records.len());
        println!("  read and fold {read_and_fold:?}, fold alone {fold:?}");
        println!("  snapshot {} bytes", bytes.len());
        println!("  write it {:?}", time(|| view.to_bytes()));
        println!("  read it {:?}", time(|| View::from_bytes(&bytes).unwrap()));
        let view = View::from_bytes(&bytes).unwrap();
        println!(
            "  of that, {} proposals laid aside; write it again {:?}",
            view.laid_aside(),
            time(|| view.to_bytes())
        );
        println!("  agreements {:?}", time(|| view.agreements(today).len()));
        println!("  offers {:?}", time(|| view.offers(today).len()));
        println!("  due {:?}", time(|| view.due(Person::A, today).len()));
        println!(
            "  new {:?}",
            time(|| view.new_since(Person::A, &cursor, today).len())
        );
        println!("  names {:?}", time(|| view.names(today).len()));
        println!(
            "  without effect {:?}",
            time(|| view.without_effect().len())
        );
    }
}
