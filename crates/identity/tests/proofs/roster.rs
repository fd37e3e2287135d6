//! The roster is a set.
//!
//! R1 The same statements in any order give the same roster.
//! R2 Of more than 32 certificates of a person the 32 lowest ids count, in whatever order they
//!    came; the other person's are not touched by that.
//! R3 Of many revocations of one log those that honour least are kept.
//! R4 A roster written down and read again is the same.
//! R5 What is wrong is dropped: wrong person, unknown log, flags, unusable keys, one root twice.
//! R6 The digest changes with each statement that counts, and with nothing else.
//! R7 What is kept is opened again without its signatures; an audit misses none of them.

use identity::*;
use proptest::prelude::*;

use crate::people::*;

fn restored(roster: &Roster) -> Roster {
    let mut statements = roster
        .statements()
        .map(|b| UnverifiedStatement::parse(b).unwrap());
    let mut restored = Roster::found(statements.next().unwrap()).unwrap();
    for statement in statements {
        assert_eq!(restored.admit(statement), Ok(Admitted::New));
    }
    restored
}

fn all(roster: &Roster) -> Vec<Vec<u8>> {
    roster.statements().map(<[u8]>::to_vec).collect()
}

fn many(pair: &Pair, certificates: u8, revocations: u64) -> Vec<UnverifiedStatement> {
    let mut out = Vec::new();
    for seed in 0..certificates {
        let keys = DeviceKeys::from_seeds([seed; 32], [seed ^ 0xff; 32]);
        out.push(pair.certified(&pair.certificate(Person::A, &keys), &keys));
    }
    for seq in 0..revocations {
        let log = pair.devices[1].log;
        let hash = if seq == 0 {
            log.0
        } else {
            Hash([seq as u8; 32])
        };
        let revocation = Revocation {
            pact: pair.pact(),
            person: Person::B,
            log,
            seq,
            hash,
        };
        out.push(pair.revoked(&revocation));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn r1_r2_r3_r4_any_order(
        order in Just((0..74_usize).collect::<Vec<_>>()).prop_shuffle(),
        batch in 1..40_usize,
    ) {
        let pair = pair(1);
        let statements = many(&pair, 36, 38);
        let mut straight = pair.roster.clone();
        straight.admit_all(statements.clone());
        let mut shuffled = pair.roster.clone();
        for batch in order.chunks(batch) {
            shuffled.admit_all(batch.iter().map(|i| statements[*i].clone()).collect());
        }
        prop_assert_eq!(all(&straight), all(&shuffled));
        prop_assert_eq!(straight.digest(), shuffled.digest());
        prop_assert_eq!(straight.devices(Person::A).count(), MAX_CERTIFICATES);
        prop_assert_eq!(straight.devices(Person::B).count(), 1);
        let revocations = straight.revocations(pair.devices[1].log);
        prop_assert_eq!(revocations.len(), MAX_REVOCATIONS);
        prop_assert!(revocations.iter().map(|r| r.seq).eq(0..32));
        prop_assert_eq!(all(&restored(&straight)), all(&straight));
    }
}

#[test]
fn r2_the_lowest_ids_count() {
    let pair = pair(1);
    let statements = many(&pair, 40, 0);
    let mut ids: Vec<Hash> = statements.iter().map(UnverifiedStatement::id).collect();
    ids.push(pair.devices[0].log.0);
    ids.sort_unstable();
    let mut roster = pair.roster.clone();
    roster.admit_all(statements);
    let kept: Vec<Hash> = roster.devices(Person::A).map(|c| c.log().0).collect();
    assert_eq!(kept, ids[..MAX_CERTIFICATES]);
}

#[test]
fn r5_what_is_wrong_is_dropped() {
    let pair = pair(1);
    let mut roster = pair.roster.clone();
    let keys = DeviceKeys::from_seeds([50; 32], [51; 32]);
    let good = pair.certificate(Person::A, &keys);
    // Signed by the other person.
    let forged = UnverifiedStatement::certificate(&good, &good.sign(pair.root(Person::B), &keys));
    assert_eq!(roster.admit(forged), Err(Refused::NotSigned));
    // A key of small order.
    let weak = Certificate {
        sign: [0; 32],
        ..good
    };
    let weak = pair.certified(&weak, &keys);
    assert_eq!(roster.admit(weak), Err(Refused::NotSigned));
    // Flags of a later version.
    let later = pair.certified(&Certificate { flags: 1, ..good }, &keys);
    let parsed = UnverifiedStatement::parse(later.bytes());
    assert_eq!(parsed.err(), Some(StatementError::UnknownFlags));
    // One person cannot revoke the other's device.
    let (log, pact) = (pair.devices[0].log, pair.pact());
    let theirs = Revocation {
        pact,
        person: Person::B,
        log,
        seq: 0,
        hash: log.0,
    };
    assert_eq!(
        roster.admit(pair.revoked(&theirs)),
        Err(Refused::UnknownLog)
    );
    let nowhere = Revocation {
        person: Person::A,
        log: LogId::from([9; 32]),
        seq: 1,
        ..theirs
    };
    assert_eq!(
        roster.admit(pair.revoked(&nowhere)),
        Err(Refused::UnknownLog)
    );
    // Nothing honoured names the log as its end.
    let wrong = pair.revoked(&Revocation {
        person: Person::A,
        hash: Hash([1; 32]),
        ..theirs
    });
    assert_eq!(
        UnverifiedStatement::parse(wrong.bytes()).err(),
        Some(StatementError::WrongEnd)
    );
    // A pact is of two.
    let alone = Founding {
        root_b: pair.founding.root_a,
        ..pair.founding
    };
    let signature = alone.sign(pair.root(Person::A));
    let alone = UnverifiedStatement::founding(&alone, &signature, &signature);
    assert_eq!(Roster::found(alone).err(), Some(Refused::NotSigned));
    assert_eq!(
        Roster::found(pair.certified(&good, &keys)).err(),
        Some(Refused::NotAFounding)
    );
    assert_eq!(all(&roster), all(&pair.roster));
}

#[test]
fn r7_kept_and_audited() {
    let pair = pair(1);
    let mut roster = pair.roster.clone();
    roster.admit_all(many(&pair, 3, 2));
    let kept: Vec<Vec<u8>> = all(&roster);
    let reopened = |kept: &[Vec<u8>]| {
        let mut statements = kept.iter().map(|b| UnverifiedStatement::parse(b).unwrap());
        Roster::reopen(statements.next().unwrap(), statements.collect()).unwrap()
    };
    assert_eq!(all(&reopened(&kept)), kept);
    assert!(reopened(&kept).is_signed());
    // The last byte of a statement belongs to a signature.
    for changed in 0..kept.len() {
        let mut kept = kept.clone();
        *kept[changed].last_mut().unwrap() ^= 1;
        assert!(!reopened(&kept).is_signed(), "statement {changed}");
    }
}

#[test]
fn r6_the_digest() {
    let mut pair = pair(1);
    let before = pair.roster.digest();
    let ids = [pair.pact().0, pair.devices[0].log.0, pair.devices[1].log.0];
    let mut sorted = ids;
    sorted.sort_unstable();
    assert_eq!(before, sha256(&sorted.map(|id| id.0).concat()));
    for known in all(&pair.roster.clone()) {
        let known = UnverifiedStatement::parse(&known).unwrap();
        assert_eq!(pair.roster.admit(known), Ok(Admitted::Known));
    }
    assert_eq!(pair.roster.digest(), before);
    pair.link(Person::B, 60);
    assert_ne!(pair.roster.digest(), before);
    let device = &pair.devices[2];
    assert_eq!(
        pair.roster
            .by_sign_key(&device.keys.sign_public())
            .unwrap()
            .log(),
        device.log
    );
    assert_eq!(pair.roster.person_of(device.log), Some(Person::B));
    assert!(!pair.roster.is_revoked(device.log));
}
