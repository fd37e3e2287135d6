//! W4 and W7: the grace, the own copy, traces, and that nothing is printed.

use identity::words::WordId;
use replica::words::{Body, Kind, Stub, Wish};

use crate::*;

#[test]
fn w4_nothing_shows_within_the_grace() {
    let (_, mut ana, _, _) = homes();
    let (words, roster) = ana.replica.words().unwrap();
    let wish = Wish::new(Body::Say("too soon".into()));
    let (handle, writes) = words
        .compose(roster, wish, WordId::new([1; 16]), 1_000, 120_000)
        .unwrap();
    ana.keep(&writes);
    let (words, _) = ana.replica.words().unwrap();
    let nothing = identity::words::Having::NONE;
    assert_eq!(words.digest(), nothing);
    assert!(words.ids(None, None).is_empty() && words.buckets().is_empty());
    assert!(words.offer(120_999).is_empty());
    assert_eq!(words.next_release(), Some(121_000));

    let shelf = ana.shelf.clone();
    let (words, _) = ana.replica.words().unwrap();
    let (body, writes) = words.take_back(&shelf, &handle, 120_999).unwrap();
    ana.keep(&writes);
    assert_eq!(body, Some(Body::Say("too soon".into())));
    ana.reopen();
    at(&mut ana, TODAY);
    assert!(list(&mut ana).is_empty());
}

/// An evening together begins, or the setting changes: each keeps the grace it was born with.
#[test]
fn w4_what_is_written_later_changes_no_grace() {
    let (_, mut ana, _, _) = homes();
    for (id, text, born, grace) in [(1, "before", 1_000, 120_000), (2, "together", 2_000, 0)] {
        let (words, roster) = ana.replica.words().unwrap();
        let wish = Wish::new(Body::Say(text.into()));
        let id = WordId::new([id; 16]);
        let (_, writes) = words.compose(roster, wish, id, born, grace).unwrap();
        ana.keep(&writes);
    }
    ana.reopen();
    at(&mut ana, TODAY);
    let (words, _) = ana.replica.words().unwrap();
    assert!(words.offer(120_999).is_empty());
    assert_eq!(words.ids(None, None).len(), 1, "only what had none");
    assert_eq!(words.youngest(120_999).unwrap().1, 1_000);
    assert_eq!(words.offer(121_000).len(), 1);
    assert_eq!(words.ids(None, None).len(), 2);
}

#[test]
fn w4_what_was_offered_cannot_be_taken_back_whatever_the_clock_says() {
    let (_, mut ana, _, _) = homes();
    let (words, roster) = ana.replica.words().unwrap();
    let wish = Wish::new(Body::Say("gone".into()));
    let (handle, writes) = words
        .compose(roster, wish, WordId::new([1; 16]), 1_000, 120_000)
        .unwrap();
    ana.keep(&writes);
    let writes = ana.replica.words().unwrap().0.offer(121_000);
    assert_eq!(writes.len(), 1);
    ana.keep(&writes);
    ana.reopen();
    at(&mut ana, TODAY);
    let shelf = ana.shelf.clone();
    let (words, _) = ana.replica.words().unwrap();
    assert!(words.take_back(&shelf, &handle, 1_001).is_err());
}

#[test]
fn ones_own_copy_fades_from_the_day_of_sending_and_still_arrives() {
    let (_, mut ana, mut ben, _) = homes();
    say(&mut ana, "slow post", 1);
    at(&mut ana, TODAY.plus(15));
    assert!(list(&mut ana).is_empty(), "her own copy has faded");
    at(&mut ben, TODAY.plus(15));
    assert_eq!(give(&mut ana, &mut ben).len(), 1, "it waited all the same");
    // Everybody has it: nothing is left of it here.
    let content = |home: &Home| {
        use replica::Shelf;
        home.shelf.scan(replica::Table::Words, &[]).unwrap().len()
    };
    assert_eq!((content(&ana), content(&ben)), (0, 1));
}

#[test]
fn a_trace_has_no_date_goes_after_two_weeks_and_never_outlives_the_day() {
    let (_, mut ana, mut ben, _) = homes();
    say(&mut ana, "soon gone", 1);
    give(&mut ana, &mut ben);
    let handle = list(&mut ben)[0].handle.clone();
    look(&mut ben, &handle);
    let stubs = |home: &mut Home| {
        let (words, roster) = home.replica.words().unwrap();
        words.stubs(roster)
    };
    at(&mut ben, TODAY.plus(14));
    assert_eq!(list(&mut ben).len(), 1, "the last day counts");
    at(&mut ben, TODAY.plus(15));
    assert!(list(&mut ben).is_empty());
    let trace = Stub {
        mine: false,
        kind: Kind::Say,
    };
    assert_eq!(stubs(&mut ben), [trace]);
    at(&mut ben, TODAY.plus(29));
    assert!(stubs(&mut ben).is_empty());
}

/// S20, S47: what words say is in no print of them.
#[test]
fn s47_no_print_shows_what_words_say() {
    let (_, mut ana, mut ben, _) = homes();
    let canary = "CANARY-7f3a";
    let wish = Wish::new(Body::Say(canary.into()));
    let mut prints = vec![format!("{wish:?}")];
    say(&mut ana, canary, 1);
    let bytes = given(&mut ana, &mut ben).remove(0);
    prints.push(format!("{:#?}", Tagged::parse(&bytes).unwrap().item));
    give(&mut ana, &mut ben);
    prints.push(format!("{:?}", ben.replica.words().unwrap().0));
    let listed = list(&mut ben);
    prints.push(format!("{listed:?}"));
    prints.push(format!("{:?}", look(&mut ben, &listed[0].handle)));
    for print in prints {
        assert!(!print.contains(canary), "{print}");
        assert!(!print.contains("[1, 1, 1"), "an id is printed: {print}");
    }
}
