//! The draft of a home: made of what its logs keep, through the real records.

use identity::{Day, Flags, Hash, Record};
use std::collections::BTreeMap;

use super::people::promise;
use crate::draft::{Anew, Author, Change, ChangeError, Draft, ItemRef, Standing};
use crate::testing::{Couple, Home, all, meet};
use crate::{Entry, Undone, Write};

const ONE: ItemRef = ItemRef {
    id: [1; 16],
    twin: 0,
};

fn write(home: &mut Home, changes: &[Change]) -> Vec<Record> {
    write_within(home, changes, 0)
}

fn write_within(home: &mut Home, changes: &[Change], grace_ms: u64) -> Vec<Record> {
    let mut draft = Draft::open(&home.replica, &home.shelf).unwrap();
    let mut records = Vec::new();
    loop {
        let author = Author::of(&home.replica).unwrap();
        let edit = draft.change(&author, changes, None).unwrap();
        let flags = Flags {
            unattended: false,
            closed: false,
        };
        let entry = Entry {
            kind: pact::EDIT,
            day: Day(20_000),
            flags,
            about: None,
            body: edit.body,
        };
        records.push(home.write(entry, 1_000, grace_ms));
        draft.fold_on(&home.replica, &home.shelf).unwrap();
        if !edit.more {
            break;
        }
    }
    if let Some(row) = draft.keep() {
        home.keep(&[row]);
    }
    records
}

fn open(home: &Home) -> Draft {
    Draft::open(&home.replica, &home.shelf).unwrap()
}

fn vision(text: &str) -> [Change; 1] {
    [Change::Vision(text.to_owned())]
}

#[test]
fn what_both_write_offline_meets_in_one_draft() {
    let [mut ana, mut ben] = Couple::new(1).homes();
    write(
        &mut ana,
        &[promise(1, "Home by six", "I come home by six on weekdays.")],
    );
    meet(&mut ana, &mut ben, 1 << 20);
    write(
        &mut ana,
        &[Change::Text(
            ONE,
            "I come home by half past six on weekdays.".into(),
        )],
    );
    ben.thank(20_000, "for the tea");
    write(
        &mut ben,
        &[Change::Text(
            ONE,
            "I come home by six on weekdays, and I call.".into(),
        )],
    );
    meet(&mut ana, &mut ben, 1 << 20);
    for home in [&ana, &ben] {
        let draft = open(home);
        let item = draft.item(ONE).unwrap();
        assert_eq!(
            item.text,
            "I come home by half past six on weekdays, and I call."
        );
        assert_eq!(draft.left_out().count(), 0);
    }
}

#[test]
fn the_cache_is_written_now_and_then_and_what_is_new_is_folded_on() {
    let [mut ana, mut ben] = Couple::new(2).homes();
    for number in 0..30 {
        write(&mut ana, &vision(&format!("Vision {number}")));
    }
    let kept = crate::Shelf::get(&ana.shelf, crate::Table::Draft, b"cache").unwrap();
    assert!(kept.is_some());
    meet(&mut ana, &mut ben, 1 << 20);
    write(&mut ben, &vision("Ben's vision"));
    meet(&mut ana, &mut ben, 1 << 20);
    ana.reopen();
    assert_eq!(open(&ana).vision(), "Ben's vision");
    assert_eq!(open(&ana).len(), 31);
}

#[test]
fn undoing_an_edit_takes_it_out_of_the_draft_even_out_of_the_cache() {
    let [mut ana, _] = Couple::new(3).homes();
    for number in 0..40 {
        write(&mut ana, &vision(&format!("Vision {number}")));
    }
    write_within(&mut ana, &vision("A slip"), 120_000);
    let cache = Write::Put {
        table: crate::Table::Draft,
        key: b"cache".to_vec(),
        value: open(&ana).snapshot(),
    };
    ana.keep(&[cache]);
    let (undone, writes) = ana.replica.undo(&ana.shelf, 2_000).unwrap();
    assert!(matches!(undone, Undone::Gone(_)));
    ana.keep(&writes);
    assert_eq!(open(&ana).vision(), "Vision 39");
    write(&mut ana, &vision("Not a slip"));
    assert_eq!(open(&ana).vision(), "Not a slip");
}

#[test]
fn what_is_disowned_leaves_the_draft_and_what_was_built_upon_stays() {
    let mut couple = Couple::new(4);
    let [mut ana, mut ben] = couple.homes();
    write(&mut ana, &[promise(1, "Home by six", "words")]);
    meet(&mut ana, &mut ben, 1 << 20);
    let upto = ben.head();
    write(&mut ben, &vision("Seen by Ana"));
    meet(&mut ana, &mut ben, 1 << 20);
    write(&mut ana, &[Change::Title(ONE, "Home by seven".into())]);
    write(&mut ben, &vision("Never built upon"));
    meet(&mut ana, &mut ben, 1 << 20);
    assert_eq!(open(&ana).vision(), "Never built upon");

    let revoked = couple.revoke(upto.of(ben.log()));
    ana.admit(vec![revoked]);
    let draft = open(&ana);
    assert_eq!(draft.vision(), "Seen by Ana");
    let out: Vec<_> = draft.left_out().map(|report| report.standing).collect();
    assert_eq!(out, [Standing::NotCounted]);
    // Ana goes on writing; her log has no mark for more of Ben's than it had.
    write(&mut ana, &vision("Seen by Ana, and more"));
    assert_eq!(open(&ana).vision(), "Seen by Ana, and more");
}

#[test]
fn a_restored_copy_writes_its_edits_again_as_a_new_device() {
    let mut couple = Couple::new(5);
    let [mut ana, mut ben] = couple.homes();
    write(&mut ana, &[promise(1, "Home by six", "words of six")]);
    meet(&mut ana, &mut ben, 1 << 20);
    // A copy of Ana's home is kept; the home goes on and meets Ben; then the copy is put back, and
    // writes before it meets anybody.
    let mut copy = couple.home(ana.log());
    copy.shelf = ana.shelf.clone();
    copy.reopen();
    write(&mut ana, &vision("From the lost home"));
    meet(&mut ana, &mut ben, 1 << 20);
    write(&mut copy, &[Change::Text(ONE, "words of seven".into())]);
    write(
        &mut copy,
        &[
            Change::Title(ONE, "Home by seven".into()),
            promise(2, "Two", "more"),
        ],
    );
    // Ben shows what the copy lacks before the copy sends anything of its own (B6).
    let lacked = all(&ben, copy.log()).split_off(1);
    let outcome = copy.take(copy.log(), 2, lacked).unwrap().outcome;
    assert_eq!(outcome, crate::Outcome::Restored);

    let new = couple.certify(identity::Person::A, Some(copy.log()));
    let keys = couple.keys(new);
    let mut anew = Anew::open(&copy.replica, &copy.shelf, new, keys.sign_public()).unwrap();
    let mut again = |record: &Record, written: &BTreeMap<Hash, Hash>| anew.body(record, written);
    let writes = copy
        .replica
        .renew(&copy.shelf, couple.certificate(new), &keys, &mut again)
        .unwrap();
    copy.keep(&writes);
    copy.keys = keys;
    let upto = copy.replica.releasable(2_000);
    let offered = copy.replica.offer(upto);
    copy.keep(&offered);
    meet(&mut copy, &mut ben, 1 << 20);
    for home in [&copy, &ben] {
        let draft = open(home);
        let item = draft.item(ONE).unwrap();
        assert_eq!(draft.vision(), "From the lost home");
        assert_eq!(
            (item.title.as_str(), item.text.as_str()),
            ("Home by seven", "words of seven")
        );
        assert_eq!(draft.items().len(), 2);
        assert_eq!(draft.left_out().count(), 0);
    }
    write(&mut copy, &vision("And on"));
    meet(&mut copy, &mut ben, 1 << 20);
    assert_eq!(open(&ben).vision(), "And on");
}

#[test]
fn a_device_whose_own_edit_is_refused_is_told() {
    let [mut ana, _] = Couple::new(6).homes();
    let flags = Flags {
        unattended: false,
        closed: false,
    };
    let entry = Entry {
        kind: pact::EDIT,
        day: Day(1),
        flags,
        about: None,
        body: vec![0x80],
    };
    ana.write(entry, 1_000, 0);
    let author = Author::of(&ana.replica).unwrap();
    let error = open(&ana).change(&author, &vision("x"), None).unwrap_err();
    assert!(matches!(
        error,
        ChangeError::OwnEditOut(Standing::Refused(_))
    ));
}
