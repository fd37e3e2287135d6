//! The cache: what it covers it brings back, and nothing odd is believed.

use identity::{Hash, PactId};

use super::people::{Hand, pact, promise, two};
use crate::draft::{CacheError, Change, Draft, ItemRef};

fn plan() -> (Hand, Hand) {
    let (mut ana, mut ben) = two();
    for number in 0..40_u8 {
        let item = ItemRef::from([1; 16]);
        let text = format!("I come home by six, and {number} times I call.");
        let a = ana.write(&[
            Change::Text(item, text),
            Change::Vision(format!("Vision {number}")),
        ]);
        if number % 3 == 0 {
            let b = ben.write(&[promise(10 + number, "Another", "and another")]);
            ana.receive(&b);
        }
        ben.receive(&a);
    }
    (ana, ben)
}

#[test]
fn what_comes_back_is_what_was_kept_and_goes_on() {
    let (mut ana, mut ben) = plan();
    let mut back = Draft::restore(pact(), &ana.draft.snapshot()).unwrap();
    assert_eq!(back.items(), ana.draft.items());
    assert_eq!(back.vision(), ana.draft.vision());
    assert_eq!(back.covers(), ana.draft.covers());
    assert!(back.reports().eq(ana.draft.reports()));
    // Both take the same new edits, and write the same ones.
    let more = ben.write(&[Change::Title(
        ItemRef::from([1; 16]),
        "Home by seven".into(),
    )]);
    ana.receive(&more);
    back.fold(&more, &ana.held);
    assert_eq!(back.items(), ana.draft.items());
    let vision = [Change::Vision("All is well".into())];
    let body = back.change(&ana.author, &vision, None).unwrap();
    assert_eq!(body, ana.draft.change(&ana.author, &vision, None).unwrap());
}

#[test]
fn what_waited_still_waits_and_what_was_refused_is_refused() {
    let (mut ana, mut ben) = two();
    let seen = ben.write(&[Change::Vision("Calm.".into())]);
    ana.receive(&seen);
    let upon = ana.write(&[Change::Vision("Calm and still.".into())]);
    let mut cleo = Hand::new(2);
    cleo.receive(&ana.records[..1]);
    cleo.receive(&upon);
    let mut thief = Hand::new(5);
    cleo.receive(&[thief.sign(b"nonsense".to_vec())]);
    let mut back = Draft::restore(pact(), &cleo.draft.snapshot()).unwrap();
    assert!(back.reports().eq(cleo.draft.reports()));
    cleo.receive(&seen);
    back.fold(&seen, &cleo.held);
    assert_eq!(back.vision(), "Calm and still.");
}

#[test]
fn a_document_of_other_edits_is_built_anew() {
    let (mut ana, _) = plan();
    let other = crate::draft::engine::save(&ana.draft.doc);
    ana.write(&[Change::Vision("Newer".into())]);
    let cache = ana.draft.snapshot();
    // The older document in the newer cache.
    let newer = crate::draft::engine::save(&ana.draft.doc);
    let at = cache.len() - newer.len();
    assert_eq!(cache[at..], newer[..]);
    let mut length = other.len();
    let mut varint = Vec::new();
    while length >= 128 {
        varint.push(length as u8 & 127 | 128);
        length >>= 7;
    }
    varint.push(length as u8);
    let digits = {
        let mut n = newer.len();
        let mut d = 1;
        while n >= 128 {
            n >>= 7;
            d += 1;
        }
        d
    };
    let forged = [&cache[..at - digits], &varint, &other].concat();
    let back = Draft::restore(pact(), &forged).unwrap();
    assert_eq!(back.vision(), "Newer");
    assert_eq!(back.items(), ana.draft.items());
}

#[test]
fn damage_is_an_error_or_harmless() {
    let (ana, _) = two();
    let cache = ana.draft.snapshot();
    assert_eq!(
        Draft::restore(pact(), b"").unwrap_err(),
        CacheError::Version
    );
    let other = PactId(Hash([8; 32]));
    assert_eq!(Draft::restore(other, &cache).unwrap_err(), CacheError::Pact);
    for cut in 0..cache.len() {
        let _ = Draft::restore(pact(), &cache[..cut]);
    }
    for at in 0..cache.len() {
        let mut other = cache.clone();
        other[at] ^= 1 << (at % 8);
        let _ = Draft::restore(pact(), &other);
    }
}
