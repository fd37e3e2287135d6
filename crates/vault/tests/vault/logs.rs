//! Logs: in order, whole, and cut where asked.

use proptest::prelude::*;
use vault::VaultError;

use crate::{Home, LOG, OTHER, records};

#[test]
fn an_empty_log_has_no_head_and_no_records() {
    let home = Home::new();
    let reader = home.vault.read().unwrap();
    assert_eq!(reader.head(&LOG).unwrap(), None);
    assert!(reader.records(&LOG, 1, 1000).unwrap().is_empty());
}

#[test]
fn records_come_back_from_any_number() {
    let mut home = Home::new();
    let all = records(1, 3000, 230);
    for run in all.chunks(700).scan(1, |first, run| {
        let at = *first;
        *first += run.len() as u64;
        Some((at, run))
    }) {
        home.append(&LOG, run.0, run.1);
    }
    for extra in 0..400 {
        home.append(&LOG, 3001 + extra, &records(3001 + extra, 1, 230));
    }
    home.append(&OTHER, 1, &records(9000, 2, 10));
    home.reopen();
    let all = records(1, 3400, 230);
    assert!(home.all(&LOG) == all);
    assert!(home.all(&OTHER) == records(9000, 2, 10));
    let reader = home.vault.read().unwrap();
    assert_eq!(reader.head(&LOG).unwrap(), Some(3400));
    for from in (1..=3400).step_by(37).chain(3000..3400) {
        let some = reader.records(&LOG, from, 1000).unwrap();
        assert!(!some.is_empty() && some.iter().map(Vec::len).sum::<usize>() <= 1000);
        assert!(
            some[..] == all[from as usize - 1..][..some.len()],
            "from {from}"
        );
        // As much as fits, not less.
        assert!(from > 3396 || some.len() >= 3);
        assert!(reader.records(&LOG, from, 1).unwrap() == all[from as usize - 1..from as usize]);
    }
    assert!(reader.records(&LOG, 3401, 1000).unwrap().is_empty());
    drop(reader);
    home.vault.check().unwrap();
}

#[test]
fn the_way_back_begins_at_the_end_and_stops_where_it_is_told() {
    let mut home = Home::new();
    home.append(&LOG, 1, &records(1, 3000, 230));
    for extra in 0..300 {
        home.append(&LOG, 3001 + extra, &records(3001 + extra, 1, 230));
    }
    home.append(&OTHER, 1, &records(9000, 2, 10));
    let all = records(1, 3300, 230);
    let reader = home.vault.read().unwrap();
    for last in [3300, 3299, 3100, 3000, 2999, 1700, 2, 1] {
        let mut next = 3300;
        reader
            .records_back(&LOG, |number, record| {
                assert_eq!(number, next);
                assert!(*record == all[number as usize - 1]);
                next -= 1;
                number > last
            })
            .unwrap();
        assert_eq!(next, last - 1);
    }
    let empty = |_: u64, _: &[u8]| unreachable!("it holds nothing");
    reader.records_back(&[0; 32], empty).unwrap();
}

#[test]
fn records_must_follow_each_other() {
    let mut home = Home::new();
    let txn = home.vault.begin().unwrap();
    let gap = txn.append(&LOG, 2, &records(1, 1, 10)).unwrap_err();
    assert!(matches!(
        gap,
        VaultError::NotNext {
            expected: 1,
            given: 2
        }
    ));
    txn.append(&LOG, 1, &records(1, 1, 10)).unwrap();
    let again = txn.append(&LOG, 1, &records(1, 1, 10)).unwrap_err();
    assert!(matches!(
        again,
        VaultError::NotNext {
            expected: 2,
            given: 1
        }
    ));
    let large = txn.append(&LOG, 2, &[vec![0; 65_535]]).unwrap_err();
    assert!(matches!(large, VaultError::TooLarge { bytes: 65_535 }));
    txn.append(&LOG, 2, &[vec![1; 65_534], vec![], vec![2; 65_534]])
        .unwrap();
    txn.commit().unwrap();
    assert_eq!(
        home.all(&LOG)[1..],
        [vec![1; 65_534], vec![], vec![2; 65_534]]
    );
}

#[test]
fn what_is_not_committed_leaves_no_trace() {
    let mut home = Home::new();
    home.append(&LOG, 1, &records(1, 3, 10));
    let txn = home.vault.begin().unwrap();
    txn.append(&LOG, 4, &records(4, 900, 100)).unwrap();
    txn.put("t", b"k", b"v").unwrap();
    assert_eq!(txn.head(&LOG).unwrap(), Some(903));
    drop(txn);
    assert_eq!(home.all(&LOG), records(1, 3, 10));
    assert_eq!(home.vault.read().unwrap().get("t", b"k").unwrap(), None);
}

#[test]
fn a_look_does_not_move_while_others_commit() {
    let mut home = Home::new();
    home.append(&LOG, 1, &records(1, 1, 10));
    let mut other = vault::Vault::open(&home.places, &home.key).unwrap();
    let before = home.vault.data_version().unwrap();
    let look = home.vault.read().unwrap();
    assert_eq!(look.head(&LOG).unwrap(), Some(1));
    let txn = other.begin().unwrap();
    txn.append(&LOG, 2, &records(2, 1, 10)).unwrap();
    txn.commit().unwrap();
    assert_eq!(
        home.vault.read().unwrap().head(&LOG).unwrap(),
        Some(1),
        "within the look"
    );
    drop(look);
    assert_eq!(home.vault.read().unwrap().head(&LOG).unwrap(), Some(2));
    assert_ne!(home.vault.data_version().unwrap(), before);
}

#[test]
fn data_version_stands_still_under_own_commits() {
    let mut home = Home::new();
    let before = home.vault.data_version().unwrap();
    home.append(&LOG, 1, &records(1, 1, 10));
    assert_eq!(home.vault.data_version().unwrap(), before);
}

#[derive(Debug, Clone)]
enum Step {
    Append(u64, usize),
    Cut(u64),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1_u64..40, 1_usize..300).prop_map(|(count, length)| Step::Append(count, length)),
        2 => (1_u64..300, 100_usize..2000).prop_map(|(count, length)| Step::Append(count, length)),
        3 => (0_u64..1000).prop_map(Step::Cut),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// A log is a list: whatever is appended and cut, in segments or in the tail, what stands is what a list holds.
    #[test]
    fn a_log_is_a_list(steps in proptest::collection::vec(step(), 1..30)) {
        let mut home = Home::new();
        let mut model: Vec<Vec<u8>> = Vec::new();
        let mut salt = 0;
        for step in steps {
            match step {
                Step::Append(count, length) => {
                    salt += 10_000;
                    let more = records(salt, count, length);
                    home.append(&LOG, model.len() as u64 + 1, &more);
                    model.extend(more);
                }
                Step::Cut(per_mille) => {
                    let above = model.len() as u64 * per_mille / 1000;
                    home.cut(&LOG, above);
                    model.truncate(above as usize);
                }
                Step::Reopen => home.reopen(),
            }
            let reader = home.vault.read().unwrap();
            prop_assert_eq!(reader.head(&LOG).unwrap().unwrap_or(0), model.len() as u64);
            let from = model.len() / 2;
            prop_assert!(reader.records(&LOG, from as u64 + 1, usize::MAX).unwrap() == model[from..]);
        }
        prop_assert!(home.all(&LOG) == model);
        home.vault.check().unwrap();
    }
}
