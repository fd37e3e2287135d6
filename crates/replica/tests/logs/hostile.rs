//! Invariants 2, 4 and 10: what a peer sends is taken as a whole and as it was signed, or refused.

use identity::Person;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use replica::testing::{Couple, all};
use replica::{Outcome, Refusal, Wrong};

use super::people::{life, view};

/// 10: ten thousand mutations of honest runs.
#[test]
fn ten_thousand_mutations_change_nothing() {
    let (mut couple, homes) = life(11, 80);
    let newcomer = couple.certify(Person::B, None);
    let mut reader = couple.home(newcomer);
    let logs: Vec<_> = homes.iter().map(|home| home.log()).collect();
    for (log, home) in logs.iter().zip(&homes) {
        let honest = all(home, *log);
        reader
            .take(*log, 1, honest[..honest.len() / 2].to_vec())
            .unwrap();
    }
    let before = view(&reader).to_bytes();
    let marks = reader.replica.marks();
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let (mut refused, mut astray) = (0, 0);
    for _ in 0..10_000 {
        let at = rng.random_range(0..3);
        let honest = all(&homes[at], logs[at]);
        let other = all(&homes[(at + 1) % 3], logs[(at + 1) % 3]);
        let half = honest.len() / 2;
        let mut from = half as u64 + 1;
        if rng.random_bool(0.2) {
            from = rng.random_range(0..honest.len() as u64 + 3);
        }
        let start = (from.max(1) as usize - 1).min(honest.len());
        let mut run = honest[start..].to_vec();
        mutate(&mut rng, &mut run, &other);
        if honest.get(start..start + run.len()) == Some(&run[..]) {
            continue;
        }
        match reader.replica.receive(&reader.shelf, logs[at], from, run) {
            Err(Refusal::Wrong(_)) => refused += 1,
            Ok(received) => {
                assert!(
                    matches!(received.outcome, Outcome::Differs | Outcome::Known),
                    "{:?}",
                    received.outcome
                );
                assert!(received.writes.is_empty());
                astray += 1;
            }
            Err(error) => panic!("{error}"),
        }
        assert_eq!(reader.replica.marks(), marks);
    }
    assert!(view(&reader).to_bytes() == before);
    reader.reopen();
    assert!(view(&reader).to_bytes() == before);
    assert!(refused > 5_000, "refused {refused}, astray {astray}");
}

fn mutate(rng: &mut ChaCha8Rng, run: &mut Vec<Vec<u8>>, other: &[Vec<u8>]) {
    if run.is_empty() {
        return;
    }
    let at = rng.random_range(0..run.len());
    match rng.random_range(0..9) {
        0 => {
            let record = &mut run[at];
            let bit = rng.random_range(0..record.len() * 8);
            record[bit / 8] ^= 1 << (bit % 8);
        }
        1 => {
            let keep = rng.random_range(0..run[at].len());
            run[at].truncate(keep);
        }
        2 => run[at].push(rng.random()),
        3 => {
            run.remove(at);
        }
        4 => run.swap(at, 0),
        5 => {
            let copy = run[at].clone();
            run.insert(at, copy);
        }
        6 => run[at] = other[rng.random_range(0..other.len())].clone(),
        7 => {
            let mut bytes = vec![0; rng.random_range(0..400)];
            rng.fill_bytes(&mut bytes);
            run[at] = bytes;
        }
        _ => {
            let record = &mut run[at];
            let from = rng.random_range(0..record.len());
            let len = rng.random_range(0..=16.min(record.len() - from));
            rng.fill_bytes(&mut record[from..from + len]);
        }
    }
}

/// 4: an honest record in every place where it does not belong.
#[test]
fn a_record_belongs_to_one_place() {
    let (mut couple, homes) = life(13, 80);
    let newcomer = couple.certify(Person::B, None);
    let mut reader = couple.home(newcomer);
    let log = homes[0].log();
    let honest = all(&homes[0], log);
    for (wrong_log, run) in [
        (homes[1].log(), vec![honest[0].clone()]),
        (homes[2].log(), honest.clone()),
    ] {
        let taken = reader.take(wrong_log, 1, run);
        let outcome = taken.map(|received| received.outcome);
        assert!(
            matches!(
                outcome,
                Ok(Outcome::Differs) | Err(Refusal::Wrong(Wrong::Run(_)))
            ),
            "{outcome:?}"
        );
    }
    // Another pact with the same devices' keys is another pact.
    let mut elsewhere = Couple::new(99);
    let [mut stranger, _] = elsewhere.homes();
    assert!(matches!(
        stranger.take(log, 1, honest.clone()),
        Err(Refusal::Wrong(Wrong::UnknownLog))
    ));
    assert!(matches!(
        reader.take(log, 2, honest[1..].to_vec()),
        Err(Refusal::Wrong(Wrong::Gap))
    ));
    assert!(matches!(
        reader.take(log, 2, honest.clone()),
        Err(Refusal::Wrong(Wrong::Gap))
    ));
    assert!(matches!(
        reader.take(log, 1, Vec::new()),
        Err(Refusal::Wrong(Wrong::Run(_)))
    ));
    assert_eq!(
        reader.take(log, 1, honest).unwrap().outcome,
        Outcome::Stored
    );
}

/// Kind, body, dates and authority are not checked at receipt: held, shown, without effect.
#[test]
fn what_is_signed_and_wrong_is_held() {
    let mut couple = Couple::new(14);
    let [mut ben, mut anna] = couple.homes();
    for (kind, body) in [
        (3, vec![0x80]),
        (77, vec![0xf6]),
        (200, vec![1]),
        (128, vec![]),
    ] {
        let entry = replica::Entry {
            kind,
            day: identity::Day(u32::MAX),
            flags: identity::Flags::default(),
            about: Some(vec![9; 16]),
            body,
        };
        ben.write(entry, 1, 0);
    }
    let run = all(&ben, ben.log());
    assert_eq!(
        anna.take(ben.log(), 1, run).unwrap().outcome,
        Outcome::Stored
    );
    assert!(view(&anna).to_bytes() == view(&ben).to_bytes());
}
