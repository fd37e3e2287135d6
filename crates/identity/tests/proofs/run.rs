//! A run of one log is taken as a whole or not at all.
//!
//! L1 Any cutting of an honest log into runs leads to the same tip.
//! L2 A run with a gap, a repetition, a swap or a record of another branch is refused.
//! L3 One signature, the last, vouches for the run; a bad older one is found by the audit alone.
//! L4 Marks: sorted, of other logs, strictly newer, at most 64 a record and 128 logs in all.
//! L5 What `Tip::news` proposes is always accepted, and in the end marks everything held.
//! L6 A record longer than 16 KiB is neither signed nor read.
//! L7 Back through a log each record is named by the one after it.

use std::collections::BTreeMap;

use identity::cbor::{Reader, Writer};
use identity::*;
use proptest::prelude::*;

use crate::people::*;

fn verify(pair: &Pair, tip: &Tip, run: &[Record]) -> Result<Tip, RunError> {
    let run = run.iter().map(unverified).collect();
    verify_run(pair.certificate_of(0), tip, run).map(|run| run.tip().clone())
}

/// The record with another signature: nothing else changes.
fn with_bad_signature(record: &Record) -> Record {
    let mut bytes = record.bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    Record::reopen(record.log(), &bytes).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn l1_any_cutting(cuts in proptest::collection::vec(1..6_usize, 1..20)) {
        let pair = pair(1);
        let (records, end) = pair.write_many(0, 20);
        let mut tip = Tip::start(pair.devices[0].log);
        let mut rest = &records[..];
        for cut in cuts.into_iter().chain([20]) {
            let (run, after) = rest.split_at(cut.min(rest.len()));
            rest = after;
            if !run.is_empty() {
                tip = verify(&pair, &tip, run).unwrap();
            }
        }
        prop_assert_eq!(tip, end);
    }

    #[test]
    fn l7_back_through_a_log(wanted in proptest::collection::vec(any::<bool>(), 20)) {
        let pair = pair(1);
        let (records, end) = pair.write_many(0, 20);
        let mut hash = end.head.hash;
        for (record, wanted) in records.iter().zip(wanted).rev() {
            let (again, before) =
                Record::reopen_back(record.log(), hash, record.bytes(), |day, kind| {
                    wanted && day == record.day() && kind == record.kind()
                })
                .unwrap();
            let hashes = again.map(|again| (again.hash(), again.bytes().to_vec()));
            prop_assert_eq!(hashes, wanted.then(|| (record.hash(), record.bytes().to_vec())));
            hash = before;
        }
        prop_assert_eq!(hash, records[0].log().0);
    }

    #[test]
    fn l5_news(held in proptest::collection::vec((0..200_u8, 1..9_u64), 0..400)) {
        let pair = pair(1);
        let log = pair.devices[0].log;
        let marks = |held: &[(u8, u64)]| {
            let mut newest = BTreeMap::new();
            for (other, seq) in held {
                let newest: &mut u64 = newest.entry(*other).or_default();
                *newest = (*newest).max(*seq);
            }
            newest.into_iter().map(|(other, seq)| Mark {
                log: LogId::from([other; 32]), seq, hash: Hash([seq as u8; 32]),
            }).chain([Mark { log, seq: 9, hash: Hash([0; 32]) }]).collect::<Vec<_>>()
        };
        let mut tip = Tip::start(log);
        let mut written = Vec::new();
        for upto in [held.len() / 2, held.len()] {
            let held = marks(&held[..upto]);
            for _ in 0..4 {
                let seen = tip.news(log, held.iter().copied());
                written.push(pair.write(0, &mut tip, NewRecord { seen, ..plain(129, b"") }));
            }
            prop_assert!(tip.news(log, held.iter().copied()).is_empty());
            let known = held.iter().filter(|m| m.log != log && tip.marks.contains_key(&m.log));
            prop_assert!(known.clone().all(|m| tip.marks[&m.log] == m.head()));
            prop_assert_eq!(known.count(), (held.len() - 1).min(tip.marks.len()));
        }
        prop_assert_eq!(verify(&pair, &Tip::start(log), &written), Ok(tip));
    }
}

#[test]
fn l2_nothing_but_the_next() {
    let pair = pair(1);
    let (r, _) = pair.write_many(0, 5);
    let start = Tip::start(pair.devices[0].log);
    assert!(verify(&pair, &start, &r).is_ok());
    assert_eq!(verify(&pair, &start, &[]), Err(RunError::Empty));
    assert_eq!(verify(&pair, &start, &r[1..]), Err(RunError::Seq));
    let gap = [r[0].clone(), r[2].clone()];
    assert_eq!(verify(&pair, &start, &gap), Err(RunError::Seq));
    let twice = [r[0].clone(), r[0].clone()];
    assert_eq!(verify(&pair, &start, &twice), Err(RunError::Seq));
    let swapped = [r[1].clone(), r[0].clone()];
    assert_eq!(verify(&pair, &start, &swapped), Err(RunError::Seq));
    // Another branch: the same place, another record before it.
    let mut tip = start.clone();
    let other = pair.write(0, &mut tip, plain(128, b"another first"));
    assert_eq!(
        verify(&pair, &start, &[other.clone(), r[1].clone()]),
        Err(RunError::Prev)
    );
    let after_other = verify(&pair, &start, &[other]).unwrap();
    assert_eq!(verify(&pair, &after_other, &r[1..]), Err(RunError::Prev));
}

#[test]
fn l3_the_last_signature() {
    let pair = pair(1);
    let log = pair.devices[0].log;
    let mut tip = Tip::start(log);
    let first = with_bad_signature(&pair.write(0, &mut tip, plain(128, b"a")));
    // The chain goes on from the record as it is, bad signature and all.
    tip.head.hash = first.hash();
    let second = pair.write(0, &mut tip, plain(128, b"b"));
    let start = Tip::start(log);
    assert_eq!(
        verify(&pair, &start, std::slice::from_ref(&first)),
        Err(RunError::Signature)
    );
    assert!(verify(&pair, &start, &[first.clone(), second.clone()]).is_ok());
    assert!(!first.verify_signature(pair.certificate_of(0)));
    assert!(second.verify_signature(pair.certificate_of(0)));
    assert!(!second.verify_signature(pair.certificate_of(1)));
    let bad = with_bad_signature(&second);
    assert_eq!(
        verify(&pair, &start, &[first, bad]),
        Err(RunError::Signature)
    );
}

/// A record with marks that `sign_record` would not sign.
fn forged(pair: &Pair, tip: &Tip, seen: &[Mark]) -> Result<UnverifiedRecord, RecordError> {
    let plain = pair.write(0, &mut tip.clone(), plain(128, b""));
    let mut reader = Reader::new(plain.bytes());
    let n = reader.array().unwrap();
    let items: Vec<&[u8]> = (0..n).map(|_| reader.item().unwrap()).collect();
    let mut header = Writer::new();
    let mut stored = Writer::new();
    header.array(8);
    stored.array(9);
    for w in [&mut header, &mut stored] {
        items[..6].iter().for_each(|item| {
            w.raw(item);
        });
        w.array(seen.len() as u64);
        for mark in seen {
            w.array(3)
                .bytes(mark.log.as_bytes())
                .uint(mark.seq)
                .bytes(&mark.hash.0);
        }
    }
    header.bytes(&sha256(b"").0);
    let log = pair.devices[0].log;
    let message = [
        b"handfast/record/1\0",
        &log.as_bytes()[..],
        &header.finish(),
    ]
    .concat();
    // Signed by hand, since the crate has no way to sign such a record.
    use ed25519_dalek::Signer;
    let key = ed25519_dalek::SigningKey::from_bytes(&pair.devices[0].keys.sign_seed());
    stored.bytes(b"").bytes(&key.sign(&message).to_bytes());
    UnverifiedRecord::parse(&stored.finish())
}

#[test]
fn l4_marks() {
    let pair = pair(1);
    let own = pair.devices[0].log;
    let mark = |log: u8, seq: u64| Mark {
        log: LogId::from([log; 32]),
        seq,
        hash: Hash([1; 32]),
    };
    let mut tip = Tip::start(own);
    tip.marks.insert(LogId::from([7; 32]), mark(7, 5).head());
    let try_it = |tip: &Tip, seen: &[Mark]| {
        let signed = sign_record(
            &pair.devices[0].keys,
            own,
            tip,
            NewRecord {
                seen: seen.to_vec(),
                ..plain(128, b"")
            },
        );
        let read = forged(&pair, tip, seen).unwrap();
        let verified = verify_run(pair.certificate_of(0), tip, vec![read]).map(|_| ());
        // What is not accepted is not signed either.
        assert_eq!(signed.is_ok(), verified.is_ok());
        verified
    };
    assert_eq!(try_it(&tip, &[mark(3, 1), mark(7, 6)]), Ok(()));
    let wrong: [&[Mark]; 6] = [
        &[mark(7, 5)],
        &[mark(7, 4)],
        &[mark(3, 0)],
        &[mark(8, 1), mark(3, 1)],
        &[mark(3, 1), mark(3, 2)],
        &[Mark {
            log: own,
            seq: 9,
            hash: Hash([1; 32]),
        }],
    ];
    for seen in wrong {
        assert_eq!(try_it(&tip, seen), Err(RunError::Seen), "{seen:?}");
    }
    let many = |from: u8, n: u8| (from..from + n).map(|i| mark(i, 9)).collect::<Vec<_>>();
    assert_eq!(try_it(&tip, &many(10, 64)), Ok(()));
    assert_eq!(
        forged(&pair, &tip, &many(10, 65)).err(),
        Some(RecordError::TooManyMarks)
    );
    for i in 20..147 {
        tip.marks.insert(LogId::from([i; 32]), mark(i, 1).head());
    }
    assert_eq!(tip.marks.len(), MAX_MARKED);
    assert_eq!(try_it(&tip, &[mark(30, 2)]), Ok(()), "known logs go on");
    assert_eq!(
        try_it(&tip, &[mark(200, 2)]),
        Err(RunError::Seen),
        "one log too many"
    );
}

#[test]
fn l6_size() {
    let pair = pair(1);
    let tip = Tip::start(pair.devices[0].log);
    let sign = |size: usize| {
        let new = plain(128, &vec![0; size]);
        sign_record(&pair.devices[0].keys, pair.devices[0].log, &tip, new)
    };
    let empty = sign(300).unwrap().bytes().len() - 300;
    let largest = sign(MAX_RECORD - empty).unwrap();
    assert_eq!(largest.bytes().len(), MAX_RECORD);
    assert_eq!(largest.body().len(), MAX_RECORD - empty);
    assert_eq!(
        sign(MAX_RECORD - empty + 1).err(),
        Some(SignError::TooLarge)
    );
    assert_eq!(sign(1 << 20).err(), Some(SignError::TooLarge));
    let long = vec![0x89; MAX_RECORD + 1];
    assert_eq!(
        UnverifiedRecord::parse(&long).err(),
        Some(RecordError::TooLarge)
    );
}
