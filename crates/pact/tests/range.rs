//! A stretch of days against the answers for single days, and against the reference model.
//!
//! 1. What was due on the days of a stretch is what is due when each day is asked about alone.
//! 2. Entries judged from their records stand as the model has them, also those that the view has
//!    long let go.
//! 3. The days asked for change no answer about a day in them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod history;
#[allow(dead_code, reason = "the rest of the model is asked in view.rs")]
mod reference;

use std::collections::BTreeSet;

use history::{Choices, Rec, history, time_passes};
use identity::{Day, Flags, Hash, Person};
use pact::{Body, Placed, Reading, Standing, View};
use proptest::prelude::*;
use reference::Model;

fn placed(record: &Rec) -> Placed<'_> {
    Placed {
        hash: record.hash,
        log: record.log,
        person: record.person,
        seq: record.seq,
        day: record.day,
        flags: Flags {
            unattended: record.unattended,
            closed: false,
        },
        about: record.about.as_deref(),
        marks: &record.marks,
        reading: &record.reading,
    }
}

fn due_in(view: &View, person: Person, first: Day, last: Day) -> BTreeSet<(Day, Hash)> {
    let held = view.held(person, first, last);
    held.iter()
        .flat_map(|held| {
            let days = held.due(first, last).into_iter();
            days.map(|day| (day, held.target))
        })
        .collect()
}

/// The first record that a redo names.
fn first_of(records: &[Rec], hash: Hash) -> Option<Hash> {
    let record = records.iter().find(|record| record.hash == hash)?;
    if let Reading::Act(act) = &record.reading {
        act.redo
    } else {
        None
    }
}

/// Whether a record is that first one, or another redo of it.
fn same_act(hash: Hash, first: Hash, records: &[Rec]) -> bool {
    hash == first || first_of(records, hash) == Some(first)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_stretch_is_its_days(script in prop::collection::vec(any::<u16>(), 0..420), aside: bool) {
        let mut world = history(&mut Choices::of(&script));
        let mut view = world.view();
        if aside {
            time_passes(&mut world);
            view = View::from_bytes(&world.view().to_bytes()).unwrap();
        }
        let (first, last) = (Day(95), Day(140));
        // What is laid aside is asked for at once here; day by day it is read when it is needed.
        let whole = world.view();
        for person in Person::BOTH {
            let stretch = due_in(&view, person, first, last);
            for day in (first.0..=last.0).map(Day) {
                let alone: BTreeSet<_> = whole
                    .due(person, day)
                    .iter()
                    .map(|due| (day, due.target))
                    .collect();
                let of_stretch: BTreeSet<_> =
                    stretch.iter().copied().filter(|(of, _)| *of == day).collect();
                prop_assert_eq!(&of_stretch, &alone, "on {:?}", day);
                prop_assert_eq!(due_in(&view, person, day, day), alone);
            }
        }
    }

    #[test]
    fn entries_from_records_stand_as_in_the_model(
        script in prop::collection::vec(any::<u16>(), 0..420),
    ) {
        let world = history(&mut Choices::of(&script));
        let view = world.view();
        let entries = view.entries_of(world.records.iter().map(placed));
        let follows: BTreeSet<_> = entries
            .iter()
            .filter(|entry| matches!(entry.body, Body::Follow { .. }))
            .filter_map(|entry| match entry.standing {
                Standing::Counts => Some((entry.hash, None)),
                Standing::Corrected(by) => Some((entry.hash, Some(by))),
                Standing::NoEffect(_) => None,
            })
            .collect();
        let model = Model { all: &world.records };
        prop_assert_eq!(follows, model.follows());
        // What the view still keeps stands in the same way.
        let kept = view.entries();
        for one in &kept {
            let judged = entries.iter().find(|entry| entry.hash == one.hash);
            // A redo stands for its first record where the view has let that one go, never beside it.
            let stands_for = judged.is_none().then(|| first_of(&world.records, one.hash)).flatten();
            if let Some(first) = stands_for {
                prop_assert!(entries.iter().any(|entry| same_act(entry.hash, first, &world.records)));
                prop_assert!(!kept.iter().any(|entry| entry.hash == first));
                continue;
            }
            prop_assert_eq!(judged.map(|entry| entry.standing), Some(one.standing));
        }
    }
}
