//! Which accepted edits make up the draft, and what contains an engine that fails.

use std::collections::BTreeSet;

use super::people::{Hand, promise, two};
use crate::draft::ops::Edit;
use crate::draft::{Change, Draft, EditRecord, ItemRef, Standing};

const ONE: ItemRef = ItemRef {
    id: [1; 16],
    twin: 0,
};

fn standing(draft: &Draft, record: &EditRecord) -> Standing {
    draft
        .reports()
        .find(|report| report.hash == record.hash)
        .unwrap()
        .standing
}

fn vision(text: &str) -> [Change; 1] {
    [Change::Vision(text.to_owned())]
}

#[test]
fn what_is_not_honoured_counts_only_if_something_that_counts_builds_upon_it() {
    let (ana, mut ben) = two();
    let mut first = ben.write(&vision("One"));
    let mut second = ben.write(&vision("One two"));
    first[0].honoured = false;
    second[0].honoured = false;
    let mut reader = ana.copy();
    reader.receive(&first);
    reader.receive(&second);
    assert_eq!(reader.draft.vision(), "");
    assert_eq!(standing(&reader.draft, &first[0]), Standing::NotCounted);

    // Ana had built upon the first before it was disowned.
    let mut ana = ana;
    ana.receive(&first);
    first[0].honoured = true;
    ana.receive(&first);
    let upon = ana.write(&[Change::Title(ONE, "Home by seven".into())]);
    reader.receive(&upon);
    assert_eq!(reader.draft.vision(), "One");
    assert_eq!(standing(&reader.draft, &first[0]), Standing::InDraft);
    assert_eq!(standing(&reader.draft, &second[0]), Standing::NotCounted);

    // Honoured after all: nothing is lost.
    second[0].honoured = true;
    reader.receive(&second);
    assert_eq!(reader.draft.vision(), "One two");
    second[0].honoured = false;
    reader.receive(&second);
    assert_eq!(reader.draft.vision(), "One");
}

#[test]
fn of_two_edits_in_one_place_the_lower_hash_stays_and_what_descends_is_left_out() {
    let (mut ana, mut ben) = two();
    let mut twin = ben.copy();
    let mut left = ben.write(&vision("Left"));
    left.extend(ben.write(&vision("Left on")));
    let mut right = twin.write(&vision("Right"));
    right.extend(twin.write(&vision("Right on")));
    let (stays, goes) = if left[0].hash < right[0].hash {
        (&left, &right)
    } else {
        (&right, &left)
    };
    let text = if left[0].hash < right[0].hash {
        "Left on"
    } else {
        "Right on"
    };
    // Cleo built upon the branch that goes, Dan upon the one that stays.
    let mut cleo = Hand::new(2);
    cleo.receive(&ana.records);
    cleo.receive(goes);
    let cleos = cleo.write(&[Change::Title(ONE, "Cleo's title".into())]);

    let orders: [[&[EditRecord]; 3]; 3] = [
        [stays, goes, &cleos],
        [goes, &cleos, stays],
        [&cleos, stays, goes],
    ];
    for order in orders {
        let mut reader = Hand::new(4);
        reader.receive(&ana.records);
        for records in order {
            reader.receive(records);
        }
        assert_eq!(reader.draft.vision(), text);
        assert_eq!(reader.draft.item(ONE).unwrap().title, "Home by six");
        for record in goes.iter().chain(&cleos) {
            assert_eq!(standing(&reader.draft, record), Standing::LeftOut);
        }
        for record in stays {
            assert_eq!(standing(&reader.draft, record), Standing::InDraft);
        }
        assert!(reader.is_whole());
    }
    // Ana, who held the one that goes, goes on.
    ana.receive(goes);
    ana.receive(stays);
    ana.write(&vision("Ana"));
}

#[test]
fn nobody_can_build_upon_both_sides_of_a_fork() {
    let (ana, mut ben) = two();
    let mut twin = ben.copy();
    let left = ben.write(&vision("Left"));
    let right = twin.write(&vision("Right"));
    let mut cleo = Hand::new(2);
    cleo.receive(&ana.records);
    cleo.receive(&left);
    cleo.draft.fold(&right, &cleo.held);
    let mut edit = Edit::decode(
        &cleo
            .draft
            .change(&cleo.author, &vision("x"), None)
            .unwrap()
            .body,
        &cleo.author.actor,
        &super::people::genesis_actor(),
    )
    .unwrap();
    edit.deps.extend([left[0].hash, right[0].hash]);
    edit.deps.sort_unstable();
    edit.deps.dedup();
    let verdict = cleo.verdict(edit.encode());
    assert_eq!(
        verdict,
        crate::draft::Verdict::Refused(crate::draft::Rule::E3)
    );
}

#[test]
fn of_a_record_and_its_redo_one_counts() {
    let (ana, ben) = two();
    let mut lost = ben.copy();
    let old = lost.write(&vision("Lost and found"));
    // The new device writes again what the old one had not sent.
    let mut new = Hand::new(3);
    new.receive(&ana.records);
    let edit = new
        .draft
        .change(&new.author, &vision("Lost and found"), Some(old[0].hash))
        .unwrap();
    let redone = new.sign(edit.body);
    for order in [[&old[0], &redone], [&redone, &old[0]]] {
        let mut reader = Hand::new(4);
        reader.receive(&ana.records);
        for record in order {
            reader.receive(std::slice::from_ref(record));
        }
        assert_eq!(reader.draft.vision(), "Lost and found");
        assert_eq!(standing(&reader.draft, &old[0]), Standing::NotCounted);
    }
    // The other person cannot make it go away by claiming to have written it again.
    let mut other = Hand::new(2);
    other.receive(&ana.records);
    let edit = other
        .draft
        .change(&other.author, &vision("Mine"), Some(old[0].hash))
        .unwrap();
    let claim = other.sign(edit.body);
    let mut reader = Hand::new(4);
    reader.receive(&ana.records);
    reader.receive(&[old[0].clone(), claim]);
    assert_eq!(standing(&reader.draft, &old[0]), Standing::InDraft);
}

#[test]
fn an_engine_that_fails_on_one_edit_loses_that_edit_alone() {
    let (ana, mut ben) = two();
    let good = ben.write(&vision("Calm"));
    let bad = ben.write(&vision("Calm house"));
    let upon = ben.write(&vision("Calm house, music"));
    let mut cleo = Hand::new(2);
    cleo.receive(&ana.records);
    let other = cleo.write(&[promise(2, "Cleo's", "words")]);

    let mut reader = Hand::new(4);
    reader.draft.poison = Some(bad[0].hash);
    reader.receive(&[&ana.records[..], &good, &bad, &upon, &other].concat());
    assert_eq!(standing(&reader.draft, &bad[0]), Standing::EngineFault);
    assert_eq!(standing(&reader.draft, &upon[0]), Standing::EngineFault);
    assert_eq!(reader.draft.vision(), "Calm");
    assert_eq!(reader.draft.items().len(), 2);
    // The verdict has not changed: it is no matter of the engine.
    assert_eq!(
        reader.draft.verdict(&bad[0].hash),
        Some(crate::draft::Verdict::Accepted)
    );
    reader.write(&vision("Calm, and quiet"));
}

#[test]
fn an_undone_edit_is_forgotten() {
    let (mut ana, _) = two();
    let title = ana.write(&[Change::Title(ONE, "Home by seven".into())]);
    ana.draft.forget(&BTreeSet::from([title[0].hash]));
    assert_eq!(ana.draft.item(ONE).unwrap().title, "Home by six");
    assert_eq!(ana.draft.len(), 1);
}
