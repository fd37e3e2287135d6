//! What one person says without end costs the other's screens no more than its length: each
//! question takes sixteen times as long for sixteen times as much, not two hundred and fifty-six times.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests; here the time is what is measured"
)]

mod history;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use history::{Rec, item, log_id, promise, view_of};
use identity::{Day, Hash, Person, sha256};
use pact::{Act, Body, Reading, View, Who};

const TODAY: Day = Day(20_000);

fn name(number: usize) -> Hash {
    sha256(format!("record {number}").as_bytes())
}

/// A log of Ben's that says these things.
fn said(bodies: impl IntoIterator<Item = Body>) -> Vec<Rec> {
    let records = bodies.into_iter().enumerate().map(|(at, body)| Rec {
        hash: name(at),
        log: log_id("ben"),
        person: Person::B,
        seq: at as u64 + 1,
        day: TODAY,
        unattended: false,
        about: matches!(body, Body::Propose { .. }).then(|| item(1).0.to_vec()),
        marks: BTreeMap::new(),
        reading: Reading::Act(Act::new(body)),
    });
    records.collect()
}

fn offer(answers: Option<Hash>) -> Body {
    Body::Propose {
        content: Box::new(promise("Home by six", Who::Both)),
        until: TODAY.plus(90),
        replaces: Vec::new(),
        answers,
    }
}

fn thanks(count: usize) -> impl Iterator<Item = Body> {
    std::iter::repeat_with(|| Body::Thanks {
        text: String::new(),
        about: None,
    })
    .take(count)
}

/// Offers that each answer the one before, the last of them open and all others taken back.
fn chain(count: usize) -> Vec<Rec> {
    let offers = (0..count).map(|at| offer(at.checked_sub(1).map(name)));
    let back = (0..count - 1).map(|at| Body::Withdraw { p: name(at) });
    said(offers.chain(back).chain(thanks(200)))
}

/// One offer that is taken back without end.
fn taken_back(count: usize) -> Vec<Rec> {
    let back = (0..count).map(|_| Body::Withdraw { p: name(0) });
    said(std::iter::once(offer(None)).chain(back))
}

/// Offers for one thing, all open.
fn open(count: usize) -> Vec<Rec> {
    said((0..count).map(|_| offer(None)))
}

/// Sets of one's own, that name one another or nothing.
fn sets(count: usize) -> Vec<Rec> {
    said((0..count).map(|at| Body::Set {
        ty: pact::ItemType::Promise,
        content: Some(Box::new(promise("Home by six", Who::Only(Person::B)))),
        over: at.checked_sub(1).map(name).into_iter().collect(),
    }))
}

/// What somebody says, of that length.
type Life = fn(usize) -> Vec<Rec>;

fn asked(view: &View) -> Vec<(&'static str, Duration)> {
    let mut times = Vec::new();
    let mut time = |what, ask: &dyn Fn(&View) -> usize| {
        let once = || {
            let start = Instant::now();
            black_box(ask(view));
            start.elapsed()
        };
        times.push((what, (0..3).map(|_| once()).min().unwrap()));
    };
    let nothing = BTreeMap::new();
    time("kept", &|view| view.to_bytes().len());
    time("offers", &|view| view.offers(TODAY).len());
    time("agreements", &|view| view.agreements(TODAY).len());
    time("due", &|view| view.due(Person::A, TODAY).len());
    time("owned", &|view| view.owned(Person::B).len());
    time("names", &|view| view.names(TODAY).len());
    time("new", &|view| {
        view.new_since(Person::A, &nothing, TODAY).len()
    });
    time("no effect", &|view| view.without_effect().len());
    times
}

#[test]
fn what_is_said_without_end_costs_its_length() {
    let small = 200;
    let lives: [(&str, Life); 4] = [
        ("chain", chain),
        ("taken back", taken_back),
        ("open", open),
        ("sets", sets),
    ];
    for (life, make) in lives {
        let (short, long) = (view_of(&make(small)), view_of(&make(small * 16)));
        // The square would be 256; below a millisecond nothing is told. A busy machine may slow a
        // round down, but not each of many.
        let square = || {
            let of = |((what, few), (_, many)): ((_, Duration), (_, Duration))| {
                let ratio = many.as_secs_f64() / few.as_secs_f64().max(0.001);
                (ratio >= 120.0).then_some((what, few, many))
            };
            asked(&short).into_iter().zip(asked(&long)).find_map(of)
        };
        let rounds: Vec<_> = std::iter::repeat_with(square)
            .take_while(Option::is_some)
            .take(8)
            .collect();
        assert!(rounds.len() < 8, "{life}: {rounds:?}");
    }
}
