//! The view against B5, on random histories of two persons with several devices, some dishonest.
//!
//! Invariants:
//!
//! 1. In whatever order the logs come in, the whole view is the same, and so are its bytes.
//! 2. The view read back from its bytes is the same view, at any point of the fold.
//! 3. Every proposal stands where the reference model has it, on every day; those that the model
//!    does not count, the view does not know.
//! 4. Owned objects, and what of each is in force, are those of the model.
//! 5. Days noted count, and are corrected, as in the model; so do setbacks and what was done about them.
//! 6. From every state that binds, one withdrawal by either, who knows of everything, ends it
//!    (S13); and nothing but a consent of the other makes a proposal take.
//! 7. A record that is not the next of its log changes nothing.
//! 8. The day on which something is asked never changes the facts (the queries do not panic).
//! 9. What is laid aside when the view is written changes no answer, is laid aside in the same way
//!    whatever the path was, and comes back with the next act about the plan.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod history;
mod reference;

use std::collections::{BTreeMap, BTreeSet};

use history::{Choices, go_on, history, permuted, time_passes, view_of};
use identity::{Day, Person};
use pact::{Body, Standing, State, View};
use proptest::prelude::*;
use reference::Model;

fn days() -> impl Iterator<Item = Day> {
    [99, 100, 101, 103, 107, 115, 131, 200, 600]
        .into_iter()
        .map(Day)
}

fn compare(view: &View, model: &Model<'_>) {
    let counted = model.proposals();
    for rec in model.all.iter().filter(|rec| {
        rec.act()
            .is_some_and(|act| matches!(act.body, Body::Propose { .. }))
    }) {
        for today in days() {
            let expected = counted
                .iter()
                .find(|p| p.hash == rec.hash)
                .map(|p| model.state(p, today));
            let seen = view
                .history(
                    pact::ItemId(rec.about.clone().unwrap().try_into().unwrap_or([9; 16])),
                    today,
                )
                .into_iter()
                .find(|row| row.0 == rec.hash)
                .map(|row| row.3);
            assert_eq!(seen, expected, "on {today:?} of {rec:?}");
            if expected.is_some() {
                assert_eq!(view.state(rec.hash, today), expected);
            }
        }
    }
    let owned: BTreeSet<_> = Person::BOTH
        .into_iter()
        .flat_map(|person| view.owned(person))
        .map(|owned| {
            let current = owned.current.iter();
            let current = current
                .map(|set| (set.hash, set.content.title.clone()))
                .collect();
            (owned.id, owned.owner, owned.ty, current)
        })
        .collect();
    assert_eq!(owned, model.owned());
    let follows: BTreeSet<_> = view
        .entries()
        .into_iter()
        .filter(|entry| matches!(entry.body, Body::Follow { .. }))
        .filter_map(|entry| match entry.standing {
            Standing::Counts => Some((entry.hash, None)),
            Standing::Corrected(by) => Some((entry.hash, Some(by))),
            Standing::NoEffect(_) => None,
        })
        .collect();
    assert_eq!(follows, model.follows());
    let hard: BTreeSet<_> = view
        .entries()
        .into_iter()
        .filter(|entry| matches!(entry.body, Body::Setback { .. } | Body::Amends { .. }))
        .filter(|entry| entry.standing == Standing::Counts)
        .map(|entry| entry.hash)
        .collect();
    assert_eq!(hard, model.hard());
}

/// Everything that screens ask can be asked.
fn ask_everything(view: &View) {
    for today in days() {
        let _ = view.agreements(today);
        let _ = view.offers(today);
        let _ = view.reviews(today);
        let _ = view.names(today);
        for person in Person::BOTH {
            let _ = view.due(person, today);
            let _ = view.new_since(person, &BTreeMap::new(), today);
        }
    }
    for person in Person::BOTH {
        let _ = view.thanks_since(person, &BTreeMap::new());
        let _ = view.space(person);
        let _ = view.paused(person);
    }
    let _ = view.without_effect();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn arrival_order_never_matters(
        script in prop::collection::vec(any::<u16>(), 0..420),
        order in prop::collection::vec(any::<u16>(), 0..200),
    ) {
        let world = history(&mut Choices::of(&script));
        let view = world.view();
        let other = view_of(&permuted(&world.records, &mut Choices::of(&order)));
        prop_assert_eq!(&view, &other);
        prop_assert_eq!(view.to_bytes(), other.to_bytes());
    }

    #[test]
    fn the_view_is_the_model(script in prop::collection::vec(any::<u16>(), 0..420)) {
        let world = history(&mut Choices::of(&script));
        compare(&world.view(), &Model { all: &world.records });
    }

    #[test]
    fn a_kept_view_goes_on_where_it_was(
        script in prop::collection::vec(any::<u16>(), 0..420),
        at in any::<prop::sample::Index>(),
    ) {
        let world = history(&mut Choices::of(&script));
        let (before, after) = world.records.split_at(at.index(world.records.len() + 1));
        let early = view_of(before);
        let mut kept = View::from_bytes(&early.to_bytes()).unwrap();
        prop_assert_eq!(&kept, &early);
        for record in after {
            prop_assert!(record.fold_into(&mut kept));
            // Again is not the next one, and the one after the next is not either.
            prop_assert!(!record.fold_into(&mut kept));
        }
        prop_assert_eq!(&kept, &world.view());
        prop_assert_eq!(View::from_bytes(&kept.to_bytes()).unwrap(), kept);
        ask_everything(&world.view());
    }

    #[test]
    fn what_is_laid_aside_changes_no_answer(
        script in prop::collection::vec(any::<u16>(), 0..420),
        more in prop::collection::vec(any::<u16>(), 0..60),
    ) {
        let mut world = history(&mut Choices::of(&script));
        time_passes(&mut world);
        let view = world.view();
        let mut kept = View::from_bytes(&view.to_bytes()).unwrap();
        let answers = |view: &View| {
            let days = [world.today, world.today.plus(1), world.today.plus(40)];
            let all = days.map(|today| {
                let due = Person::BOTH.map(|person| view.loggable(person, today));
                let replace = [history::item(0), history::item(1)].map(|i| view.to_replace(i, today));
                format!("{:?}{:?}{:?}{due:?}{replace:?}", view.agreements(today),
                    view.offers(today), view.names(today))
            });
            let words: Vec<_> = world.records.iter().map(|rec| view.content(rec.hash)).collect();
            (all, format!("{:?}{words:?}", view.entries()))
        };
        prop_assert_eq!(answers(&kept), answers(&view));
        compare(&kept, &Model { all: &world.records });
        prop_assert_eq!(&kept, &view);
        prop_assert_eq!(kept.to_bytes(), view.to_bytes());
        let known = world.records.len();
        go_on(&mut world, &mut Choices::of(&more));
        for record in &world.records[known..] {
            prop_assert!(record.fold_into(&mut kept));
            if record.seq % 7 == 0 {
                kept = View::from_bytes(&kept.to_bytes()).unwrap();
            }
        }
        compare(&kept, &Model { all: &world.records });
        prop_assert_eq!(&kept, &world.view());
        prop_assert_eq!(kept.to_bytes(), world.view().to_bytes());
    }

    #[test]
    fn anybody_leaves_in_one_step(script in prop::collection::vec(any::<u16>(), 0..420)) {
        let mut world = history(&mut Choices::of(&script));
        world.all_meet();
        world.all_meet();
        let items = [history::item(0), history::item(1)];
        let live: Vec<_> = items
            .into_iter()
            .flat_map(|item| world.view().to_replace(item, world.today))
            .collect();
        for p in live {
            for device in ["a-laptop", "b-phone"] {
                let mut world = world.clone();
                world.say(device, Body::Withdraw { p });
                let state = world.view().state(p, world.today);
                prop_assert_eq!(state, Some(State::Withdrawn), "of {:?}", p);
            }
        }
    }

    #[test]
    fn hostile_bytes_are_no_view(mut bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = View::from_bytes(&bytes);
        // Also behind a right beginning.
        let mut kept = View::new(history::pact_id()).to_bytes();
        kept.truncate(40);
        kept.append(&mut bytes);
        let _ = View::from_bytes(&kept);
    }
}

/// The histories are worth something: every state occurs, and every reason for having no effect.
#[test]
fn histories_reach_every_state() {
    let mut reached: BTreeMap<String, usize> = BTreeMap::new();
    let mut seed = 7_u32;
    for _ in 0..400 {
        let script: Vec<u16> = (0..400)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                u16::try_from(seed >> 16).unwrap()
            })
            .collect();
        let world = history(&mut Choices::of(&script));
        let view = world.view();
        for item in [history::item(0), history::item(1)] {
            for row in view.history(item, world.today) {
                let name = format!("{:?}", row.3);
                let name = name.split('(').next().unwrap().to_owned();
                *reached.entry(name).or_default() += 1;
            }
        }
        for entry in view.entries() {
            let counts = if entry.standing == Standing::Counts {
                "counts"
            } else {
                "has no effect"
            };
            let name = format!("kind {} {counts}", entry.body.kind());
            *reached.entry(name).or_default() += 1;
        }
        for one in view.without_effect() {
            *reached.entry(format!("{:?}", one.why)).or_default() += 1;
        }
        for agreement in view.agreements(world.today) {
            *reached.entry("Clash".into()).or_default() += agreement.clash.len();
        }
        for person in Person::BOTH {
            for owned in view.owned(person) {
                *reached
                    .entry(format!("in force at once: {}", owned.current.len()))
                    .or_default() += 1;
            }
            let noted: usize = view
                .due(person, world.today)
                .iter()
                .map(|due| due.noted.len())
                .sum();
            *reached.entry("Noted".into()).or_default() += noted;
        }
        let mut later = world.clone();
        time_passes(&mut later);
        let whole = later.view();
        let kept = View::from_bytes(&whole.to_bytes()).unwrap();
        *reached.entry("laid aside".into()).or_default() += kept.laid_aside();
        let corrected = view
            .entries()
            .into_iter()
            .filter(|entry| matches!(entry.standing, Standing::Corrected(_)));
        *reached.entry("Corrected".into()).or_default() += corrected.count();
    }
    let wanted = [
        "Open",
        "Declined",
        "Withdrawn",
        "Answered",
        "Crossed",
        "Begins",
        "InForce",
        "Rests",
        "Replaced",
        "Completed",
        "Clash",
        "Noted",
        "Corrected",
        "in force at once: 2",
        "NotBound",
        "TooLong",
        "About",
        "Unattended",
        "OwnOffer",
        "NotOwner",
        "NotSuchAnObject",
        "NotYours",
        "Redone",
        "laid aside",
        "kind 131 has no effect",
        "kind 132 has no effect",
        "kind 134 has no effect",
    ];
    let kinds = (128..=141).map(|kind| format!("kind {kind} counts"));
    for name in kinds {
        assert!(
            reached.get(&name).is_some_and(|count| *count > 0),
            "{name} is never reached: {reached:#?}"
        );
    }
    for name in wanted {
        assert!(
            reached.get(name).is_some_and(|count| *count > 0),
            "{name} is never reached: {reached:#?}"
        );
    }
}
