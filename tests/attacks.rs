//! What a person with a modified program, their own keys and bad intentions can try, each through
//! the real receive path: frames into a session, records into a replica, acts into the view. The
//! gate of the draft has its own vectors, next to it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "attacks/acts.rs"]
mod acts;
#[path = "attacks/boundaries.rs"]
mod boundaries;
#[path = "attacks/records.rs"]
mod records;

use std::time::Instant;

use identity::cbor::Writer;
use identity::{Day, Flags, Hash, Head, LogId, NewRecord, Person, Record};
use pact::view::Why;
use pact::{Act, Body, Content, How, ItemType, State};
use protocol::{FrameError, Violation};
use world::World;
use world::stranger::{Forger, Line};

const ANA: usize = 0;
const BEN: usize = 1;

fn ana_and_ben() -> World {
    let mut world = World::ana_and_ben(7);
    for home in &mut world.homes {
        home.grace = 0;
    }
    world
}

fn new(kind: u64, about: Option<Vec<u8>>, body: Vec<u8>) -> NewRecord {
    NewRecord {
        kind,
        day: Day(20_879),
        flags: Flags::default(),
        about,
        seen: vec![],
        body,
    }
}

fn thanks(text: &str) -> NewRecord {
    let body = Body::Thanks {
        text: text.into(),
        about: None,
    };
    let act = Act { redo: None, body };
    new(act.kind(), None, act.encode())
}

fn acts(about: Option<Vec<u8>>, body: Body) -> NewRecord {
    let act = Act { redo: None, body };
    new(act.kind(), about, act.encode())
}

/// Ben says these to Ana over a fresh connection; they are taken, whatever they are worth.
fn ben_says(world: &mut World, forger: &mut Forger, said: Vec<NewRecord>) -> Vec<Hash> {
    world.model.dishonest.insert(forger.log);
    let from = forger.tip.head.seq + 1;
    let records: Vec<Record> = said.into_iter().map(|new| forger.signs(new)).collect();
    let hashes = records.iter().map(Record::hash).collect();
    let mut line = world.line(ANA, forger.log);
    let run = records.into_iter().map(Record::into_bytes).collect();
    line.sends(world, forger.log, from, run);
    assert_eq!(line.violation(), None, "a well-signed run is held");
    world.check();
    hashes
}

fn refused(world: &mut World, log: LogId, from: u64, run: Vec<Vec<u8>>) -> Violation {
    let (held, seen) = (world.held(), world.homes[ANA].replica.view().clone());
    let peer = world.homes[BEN].log;
    let mut line = world.line(ANA, peer);
    line.sends(world, log, from, run);
    assert_eq!(world.held(), held, "something of a refused run was kept");
    assert!(*world.homes[ANA].replica.view() == seen);
    world.check();
    line.violation().expect("it was not refused")
}

fn why(world: &World, of: Hash) -> Option<Why> {
    let without = world.homes[ANA].replica.view().without_effect();
    without
        .into_iter()
        .find(|held| held.hash == of)
        .map(|held| held.why)
}
