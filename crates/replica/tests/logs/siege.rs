//! Invariant 13: a peer with modified software fills no table without bound, and learns nothing of
//! what is still in its grace.

use std::collections::BTreeSet;

use identity::{
    Day, Flags, Hash, Head, Mark, NewRecord, Person, Record, Tip, UnverifiedRecord, sign_record,
    verify_run,
};
use pact::Act;
use replica::testing::{Couple, Home};
use replica::{Entry, Outcome, Refusal, Shelf, Standing, Table, Wrong};

use super::people::{DAY, thanks};

const GRACE: u64 = 120_000;

fn rows(home: &Home, table: Table) -> Vec<(Vec<u8>, Vec<u8>)> {
    home.shelf.scan(table, &[]).unwrap()
}

/// Each revocation that honours less puts another aside; none that was put aside may stay.
#[test]
fn ever_lower_revocations_fill_nothing() {
    let mut couple = Couple::new(81);
    let [mut anna, _] = couple.homes();
    let spare = couple.certify(Person::B, None);
    anna.admit(couple.statements());
    for lower in 0..200_u64 {
        let mark = Mark {
            log: spare,
            seq: 1_000 - lower,
            hash: Hash([7; 32]),
        };
        let statement = couple.revoke(mark);
        anna.admit(vec![statement]);
    }
    let digest = anna.replica.roster().digest();
    // The founding, three certificates, and of one log the 32 revocations that count.
    assert_eq!(rows(&anna, Table::Roster).len(), 1 + 3 + 32);
    anna.reopen();
    assert!(anna.replica.roster().digest() == digest);
    // As many at once.
    let mut other = Couple::new(82);
    let [mut anna, _] = other.homes();
    let spare = other.certify(Person::B, None);
    let statements: Vec<_> = (0..200_u64)
        .map(|lower| {
            other.revoke(Mark {
                log: spare,
                seq: 1_000 - lower,
                hash: Hash([7; 32]),
            })
        })
        .collect();
    anna.admit(other.statements());
    anna.admit(statements);
    assert_eq!(rows(&anna, Table::Roster).len(), 1 + 3 + 32);
}

/// Whatever a peer says of this device's log without a signature of this device, the answer is the
/// same whether or not something is in its grace.
#[test]
fn what_is_in_its_grace_shows_in_no_answer() {
    let answers = |graced: u32| {
        let mut couple = Couple::new(83);
        let [mut anna, ben] = couple.homes();
        anna.thank(DAY, "long gone");
        for _ in 0..graced {
            let entry = Entry::act(Day(DAY), None, &Act::new(thanks("not yet")));
            anna.write(entry, 1_000, GRACE);
        }
        let log = anna.log();
        let first = anna.shelf.records(log, 1, 1).unwrap().remove(0);
        let end = Head {
            seq: 1,
            hash: Record::reopen(log, &first).unwrap().hash(),
        };
        let mut answers = Vec::new();
        for seq in 1..6 {
            let guess = Mark {
                log,
                seq,
                hash: Hash([9; 32]),
            };
            answers.push(format!("{:?}", anna.replica.compare(&anna.shelf, guess)));
            let hashes = anna.replica.hashes(&anna.shelf, log, &[seq]).unwrap();
            answers.push(format!("{hashes:?}"));
        }
        // Forged by Ben's key, after every place, with a right and a wrong link; and with a true
        // record of Anna's as the last, whose own signature holds.
        for from in 2..6_u64 {
            for hash in [end.hash, Hash([9; 32])] {
                let tip = Tip {
                    head: Head {
                        seq: from - 1,
                        hash,
                    },
                    ..Tip::start(log)
                };
                let forged = sign_record(&ben.keys, log, &tip, plain(DAY)).unwrap();
                for run in [
                    vec![forged.bytes().to_vec()],
                    vec![forged.bytes().to_vec(), first.clone()],
                ] {
                    let taken = anna.replica.receive(&anna.shelf, log, from, run);
                    assert!(matches!(taken, Err(Refusal::Wrong(Wrong::Run(_)))));
                    answers.push(format!("{:?}", taken.err()));
                }
            }
        }
        answers
    };
    let nothing = answers(0);
    for graced in 1..4 {
        assert_eq!(answers(graced), nothing);
    }
}

/// A restored copy still learns that another history of its log has left.
#[test]
fn a_copy_that_has_written_still_waits_for_what_left_before() {
    let [mut anna, mut ben] = Couple::new(84).homes();
    anna.thank(DAY, "one");
    replica::testing::meet(&mut anna, &mut ben, 10_000);
    let copy = anna.shelf.clone();
    anna.thank(DAY, "two");
    replica::testing::meet(&mut anna, &mut ben, 10_000);
    anna.shelf = copy;
    anna.reopen();
    let entry = Entry::act(Day(DAY), None, &Act::new(thanks("another two")));
    anna.write(entry, 1_000, GRACE);
    let mark = ben.replica.log(anna.log()).unwrap().tip.head.of(anna.log());
    let standing = anna.replica.compare(&anna.shelf, mark).unwrap();
    assert_eq!(standing, Standing::Ahead);
    let outcomes = replica::testing::meet(&mut anna, &mut ben, 10_000);
    assert!(outcomes.contains(&Outcome::Restored));
    assert!(anna.replica.is_retired());
    assert_eq!(anna.replica.unsent(&anna.shelf).unwrap().len(), 1);
}

/// Of a log with more edits than E2 lets in, no more rows are kept than can be judged.
#[test]
fn ten_thousand_tiny_edits_are_kept_as_what_they_are() {
    let mut couple = Couple::new(85);
    let [mut anna, ben] = couple.homes();
    let log = ben.log();
    let mut tip = Tip::start(log);
    let mut run = Vec::new();
    let mut seen: Vec<Mark> = (0..64_u8)
        .map(|other| Mark {
            log: identity::LogId(Hash([other; 32])),
            seq: 1,
            hash: Hash([1; 32]),
        })
        .collect();
    for _ in 0..5_000 {
        let new = NewRecord {
            kind: pact::EDIT,
            seen: std::mem::take(&mut seen),
            ..plain(DAY)
        };
        let record = sign_record(&ben.keys, log, &tip, new).unwrap();
        let parsed = UnverifiedRecord::parse(record.bytes()).unwrap();
        let certificate = anna.replica.roster().certificate(log).unwrap();
        tip = verify_run(certificate, &tip, vec![parsed])
            .unwrap()
            .tip()
            .clone();
        run.push(record.bytes().to_vec());
    }
    for (at, part) in run.chunks(1_000).enumerate() {
        anna.take(log, 1 + at as u64 * 1_000, part.to_vec())
            .unwrap();
    }
    assert_eq!(anna.replica.log(log).unwrap().tip.head.seq, 5_000);
    let kept = rows(&anna, Table::Edits);
    assert_eq!(kept.len(), 4_097);
    let hashes: BTreeSet<_> = kept.iter().map(|(key, _)| &key[40..]).collect();
    let last = anna.replica.log(log).unwrap().last_edit.unwrap();
    assert!(hashes.contains(&last.0[..]));
}

fn plain(day: u32) -> NewRecord {
    NewRecord {
        kind: 129,
        day: Day(day),
        flags: Flags::default(),
        about: None,
        seen: Vec::new(),
        body: Act::new(thanks("forged")).encode(),
    }
}
