//! The splice matrix (S32): a signature is worth nothing in any other place.
//!
//! P1 Changing any field of a founding, certificate, revocation or record makes it refused.
//! P2 So does every single flipped bit of what is stored.
//! P3 A signature made for one kind of thing is refused on every other kind.
//! P4 What is signed in one pact is refused in another, also between the same two persons.
//! P5 A record is refused in another log, also of a device with the same keys, and at another
//!    position of its own log.
//! P6 Parts of two records of one log cannot be put together.
//! P7 A certificate counts with both signatures, each in its place: nobody can certify a key
//!    that another holds.

use ed25519_dalek::{Signer, SigningKey};
use identity::cbor::{Reader, Writer};
use identity::*;

use crate::people::*;

/// The items of an array, each as bytes.
fn items(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = Reader::new(bytes);
    let n = reader.array().unwrap();
    let items = (0..n).map(|_| reader.item().unwrap().to_vec()).collect();
    reader.end().unwrap();
    items
}

fn array(items: &[Vec<u8>]) -> Vec<u8> {
    let mut w = Writer::new();
    w.array(items.len() as u64);
    for item in items {
        w.raw(item);
    }
    w.finish()
}

fn uint(n: u64) -> Vec<u8> {
    Writer::new().uint(n).finish()
}

fn bytes(b: &[u8]) -> Vec<u8> {
    Writer::new().bytes(b).finish()
}

fn null() -> Vec<u8> {
    Writer::new().null().finish()
}

/// Every version of an item with one field changed, on every level: well-formed, so that the
/// signature alone can refuse it.
fn others(item: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    if let Ok(n) = Reader::new(item).uint() {
        out.extend([uint(n + 1), uint(n ^ 1), uint(n ^ 2)]);
    }
    if let Ok(b) = Reader::new(item).bytes() {
        for at in [0, b.len() / 2, b.len().saturating_sub(1)] {
            let mut b = b.to_vec();
            if let Some(byte) = b.get_mut(at) {
                *byte ^= 1;
            }
            out.push(bytes(&b));
        }
        out.push(bytes(&[0x55; 32]));
        out.push(null());
    }
    if item == null() {
        out.extend([bytes(&[1; 16]), bytes(&[1; 32])]);
    }
    if Reader::new(item).array().is_ok() {
        let inner = items(item);
        for at in 0..inner.len() {
            for other in others(&inner[at]) {
                let mut inner = inner.clone();
                inner[at] = other;
                out.push(array(&inner));
            }
            let mut fewer = inner.clone();
            fewer.remove(at);
            out.push(array(&fewer));
        }
        if inner.is_empty() {
            out.push(array(&[array(&[
                bytes(&[9; 32]),
                uint(1),
                bytes(&[8; 32]),
            ])]));
        }
    }
    out.retain(|other| other != item);
    out
}

/// A signature as no program of ours makes it: by any key under any label.
fn signed_raw(seed: [u8; 32], label: Label, content: &[u8]) -> [u8; 64] {
    let message = [label.as_str().as_bytes(), &[0], content].concat();
    SigningKey::from_bytes(&seed).sign(&message).to_bytes()
}

fn statement_counts(roster: &Roster, bytes: &[u8]) -> bool {
    UnverifiedStatement::parse(bytes)
        .is_ok_and(|statement| roster.clone().admit(statement) == Ok(Admitted::New))
}

fn founds(bytes: &[u8]) -> bool {
    UnverifiedStatement::parse(bytes).is_ok_and(|statement| Roster::found(statement).is_ok())
}

fn record_counts(certified: &Certified, tip: &Tip, bytes: &[u8]) -> bool {
    UnverifiedRecord::parse(bytes)
        .is_ok_and(|record| verify_run(certified, tip, vec![record]).is_ok())
}

/// A roster, and a certificate, a revocation and a record (with its tip) that it accepts.
struct Good {
    pair: Pair,
    founding: Vec<u8>,
    certificate: Vec<u8>,
    revocation: Vec<u8>,
    tip: Tip,
    record: Record,
}

fn good(seed: u8) -> Good {
    let pair = pair(seed);
    let founding = pair.roster.founding().bytes().to_vec();
    let keys = DeviceKeys::from_seeds([77; 32], [78; 32]);
    let certificate = Certificate {
        continues: Some(pair.devices[0].log),
        ..pair.certificate(Person::A, &keys)
    };
    let certificate = pair.certified(&certificate, &keys).bytes().to_vec();
    let (records, mut tip) = pair.write_many(0, 3);
    let revocation = Revocation {
        pact: pair.pact(),
        person: Person::A,
        log: pair.devices[0].log,
        seq: 2,
        hash: records[1].hash(),
    };
    let revocation = pair.revoked(&revocation).bytes().to_vec();
    tip.marks.insert(
        LogId::from([3; 32]),
        Head {
            seq: 2,
            hash: Hash([4; 32]),
        },
    );
    let before = tip.clone();
    let new = NewRecord {
        kind: 3,
        day: Day(20_123),
        flags: Flags {
            unattended: true,
            closed: false,
        },
        about: Some(vec![5; 16]),
        seen: tip.news(
            pair.devices[0].log,
            [
                Mark {
                    log: LogId::from([3; 32]),
                    seq: 4,
                    hash: Hash([6; 32]),
                },
                Mark {
                    log: pair.devices[1].log,
                    seq: 1,
                    hash: Hash([7; 32]),
                },
            ],
        ),
        body: Writer::new().array(2).null().text("Home by six").finish(),
    };
    let record = pair.write(0, &mut tip, new);
    Good {
        pair,
        founding,
        certificate,
        revocation,
        tip: before,
        record,
    }
}

#[test]
fn p0_the_good_ones_count() {
    let g = good(1);
    assert!(founds(&g.founding));
    assert!(statement_counts(&g.pair.roster, &g.certificate));
    assert!(statement_counts(&g.pair.roster, &g.revocation));
    assert!(record_counts(
        g.pair.certificate_of(0),
        &g.tip,
        g.record.bytes()
    ));
}

#[test]
fn p1_every_field() {
    let g = good(1);
    let mut tried = 0;
    for other in others(&g.founding) {
        assert!(!founds(&other), "{other:02x?}");
        tried += 1;
    }
    for (name, thing) in [
        ("certificate", &g.certificate),
        ("revocation", &g.revocation),
    ] {
        for other in others(thing) {
            assert!(
                !statement_counts(&g.pair.roster, &other),
                "{name} {other:02x?}"
            );
            tried += 1;
        }
    }
    for other in others(g.record.bytes()) {
        assert!(
            !record_counts(g.pair.certificate_of(0), &g.tip, &other),
            "{other:02x?}"
        );
        // The same when the receiver's own state would let seq, prev and marks pass: the
        // signature alone must refuse it.
        let Ok(unverified) = UnverifiedRecord::parse(&other) else {
            continue;
        };
        let mut tip = g.tip.clone();
        tip.head.seq = unverified.seq().saturating_sub(1);
        tip.head.hash = unverified.prev();
        tip.marks.clear();
        assert!(
            !record_counts(g.pair.certificate_of(0), &tip, &other),
            "{other:02x?}"
        );
        let record = Record::reopen(g.record.log(), &other).unwrap();
        assert!(!record.verify_signature(g.pair.certificate_of(0)));
        tried += 1;
    }
    assert!(tried > 150, "only {tried} were tried");
}

#[test]
fn p2_every_bit() {
    let g = good(1);
    let flipped = |thing: &[u8]| {
        let thing = thing.to_vec();
        (0..thing.len() * 8).map(move |bit| {
            let mut thing = thing.clone();
            thing[bit / 8] ^= 1 << (bit % 8);
            thing
        })
    };
    for other in flipped(&g.founding) {
        assert!(!founds(&other));
    }
    for thing in [&g.certificate, &g.revocation] {
        for other in flipped(thing) {
            assert!(!statement_counts(&g.pair.roster, &other));
        }
    }
    for other in flipped(g.record.bytes()) {
        assert!(!record_counts(g.pair.certificate_of(0), &g.tip, &other));
    }
}

#[test]
fn p3_between_kinds() {
    let g = good(1);
    let root = g.pair.root(Person::A);
    let certificate = items(&g.certificate);
    let revocation = items(&g.revocation);
    let founding = items(&g.founding);
    let signatures = [
        &founding[2],
        &founding[3],
        &certificate[2],
        &certificate[3],
        &revocation[2],
    ];
    for signature in signatures {
        for place in [2, 3] {
            if signature != &certificate[place] {
                let mut other = certificate.clone();
                other[place] = signature.clone();
                assert!(!statement_counts(&g.pair.roster, &array(&other)));
            }
        }
        if signature != &revocation[2] {
            let other = array(&[uint(3), revocation[1].clone(), signature.clone()]);
            assert!(!statement_counts(&g.pair.roster, &other));
        }
        let mut record = items(g.record.bytes());
        record[8] = signature.clone();
        assert!(!record_counts(
            g.pair.certificate_of(0),
            &g.tip,
            &array(&record)
        ));
    }
    // Each label, on the content of each statement: only its own is accepted.
    for label in Label::ALL {
        let by = |content: &[u8]| bytes(&root.sign(label, content));
        let mut other = certificate.clone();
        other[2] = by(&certificate[1]);
        assert_eq!(
            statement_counts(&g.pair.roster, &array(&other)),
            label == Label::Device
        );
        let mut other = certificate.clone();
        other[3] = bytes(&signed_raw([77; 32], label, &certificate[1]));
        assert_eq!(
            statement_counts(&g.pair.roster, &array(&other)),
            label == Label::DeviceKey
        );
        let other = array(&[uint(3), revocation[1].clone(), by(&revocation[1])]);
        assert_eq!(
            statement_counts(&g.pair.roster, &other),
            label == Label::Revoke
        );
        let mut other = founding.clone();
        other[2] = by(&founding[1]);
        assert_eq!(founds(&array(&other)), label == Label::Founding);
    }
    // The tags exchanged: a certificate is no revocation.
    for signature in &certificate[2..] {
        let other = array(&[uint(3), certificate[1].clone(), signature.clone()]);
        assert!(!statement_counts(&g.pair.roster, &other));
    }
    // Labels are all different, and none is the beginning of another with its zero byte.
    for (i, one) in Label::ALL.iter().enumerate() {
        for other in &Label::ALL[i + 1..] {
            assert_ne!(one.as_str(), other.as_str());
        }
        assert!(!one.as_str().contains('\0'));
    }
}

#[test]
fn p4_between_pacts() {
    let g = good(1);
    let strangers = good(31);
    assert!(!statement_counts(&strangers.pair.roster, &g.certificate));
    assert!(!statement_counts(&strangers.pair.roster, &g.revocation));
    // The same two persons begin again, with the same device keys.
    let again = Founding {
        nonce_a: [200; 16],
        ..g.pair.founding
    };
    let statement = UnverifiedStatement::founding(
        &again,
        &again.sign(&g.pair.roots[0]),
        &again.sign(&g.pair.roots[1]),
    );
    let mut roster = Roster::found(statement).unwrap();
    assert!(!statement_counts(&roster, &g.founding));
    assert!(!statement_counts(&roster, &g.certificate));
    assert!(!statement_counts(&roster, &g.revocation));
    // A revocation that names a device of this pact, but was made for another.
    let elsewhere = Revocation {
        pact: again.pact(),
        person: Person::A,
        log: g.pair.devices[0].log,
        seq: 0,
        hash: g.pair.devices[0].log.0,
    };
    assert!(!statement_counts(
        &g.pair.roster,
        g.pair.revoked(&elsewhere).bytes()
    ));
    let here = Revocation {
        pact: g.pair.pact(),
        ..elsewhere
    };
    assert!(statement_counts(
        &g.pair.roster,
        g.pair.revoked(&here).bytes()
    ));
    let same_keys = Certificate {
        pact: again.pact(),
        ..g.pair.certificate(Person::A, &g.pair.devices[0].keys)
    };
    roster
        .admit(UnverifiedStatement::certificate(
            &same_keys,
            &same_keys.sign(&g.pair.roots[0], &g.pair.devices[0].keys),
        ))
        .unwrap();
    let certified = roster.certificate(same_keys.log()).unwrap();
    assert!(!record_counts(certified, &g.tip, g.record.bytes()));
    let (records, _) = g.pair.write_many(0, 1);
    let mut first = items(records[0].bytes());
    first[1] = bytes(same_keys.log().as_bytes());
    assert!(!record_counts(
        certified,
        &Tip::start(same_keys.log()),
        &array(&first)
    ));
}

#[test]
fn p5_between_devices_and_positions() {
    let mut g = good(1);
    g.pair.link(Person::A, 90);
    for other in 1..3 {
        assert!(!record_counts(
            g.pair.certificate_of(other),
            &g.tip,
            g.record.bytes()
        ));
    }
    // A second certificate for the same keys is a second log, and shares nothing with the first.
    let twin = Certificate {
        continues: Some(g.pair.devices[0].log),
        ..g.pair.certificate(Person::A, &g.pair.devices[0].keys)
    };
    let certified = g.pair.certified(&twin, &g.pair.devices[0].keys);
    g.pair.roster.admit(certified).unwrap();
    let twin = g.pair.roster.certificate(twin.log()).unwrap();
    assert!(!record_counts(twin, &g.tip, g.record.bytes()));
    // Positions: each record of a log is accepted at its own place alone.
    let (records, _) = g.pair.write_many(0, 4);
    let certified = g.pair.certificate_of(0);
    let mut tip = Tip::start(g.pair.devices[0].log);
    for (place, right) in records.iter().enumerate() {
        for (from, record) in records.iter().enumerate() {
            let accepted = record_counts(certified, &tip, record.bytes());
            assert_eq!(accepted, place == from, "record {from} at {place}");
            // With seq and prev forged to fit the place.
            let mut forged = items(record.bytes());
            forged[0] = uint(tip.head.seq + 1);
            forged[1] = bytes(&tip.head.hash.0);
            assert_eq!(
                record_counts(certified, &tip, &array(&forged)),
                place == from
            );
        }
        tip = verify_run(certified, &tip, vec![unverified(right)])
            .unwrap()
            .tip()
            .clone();
    }
}

#[test]
fn p6_parts_of_two_records() {
    let g = good(1);
    let mut tip = g.tip.clone();
    let other = g.pair.write(0, &mut tip, plain(4, b"other"));
    let (one, two) = (items(g.record.bytes()), items(other.bytes()));
    for which in 1..0x1ff_u32 {
        let mixed: Vec<_> = (0..9)
            .map(|i| {
                if which & (1 << i) == 0 {
                    one[i].clone()
                } else {
                    two[i].clone()
                }
            })
            .collect();
        if mixed == one || mixed == two {
            continue;
        }
        assert!(
            !record_counts(g.pair.certificate_of(0), &g.tip, &array(&mixed)),
            "{which:09b}"
        );
    }
}

#[test]
fn p7_both_signatures_under_a_certificate() {
    let g = good(1);
    let certificate = items(&g.certificate);
    let content = &certificate[1];
    // Missing, doubled, exchanged, and one too many.
    let (root, device) = (certificate[2].clone(), certificate[3].clone());
    for signatures in [
        vec![],
        vec![root.clone()],
        vec![device.clone()],
        vec![root.clone(), root.clone()],
        vec![device.clone(), device.clone()],
        vec![device.clone(), root.clone()],
        vec![root.clone(), null()],
        vec![root.clone(), bytes(&[])],
        vec![root.clone(), bytes(&[0; 64])],
        vec![root.clone(), device.clone(), device.clone()],
    ] {
        let other = array(&[vec![uint(2), content.clone()], signatures].concat());
        assert!(!statement_counts(&g.pair.roster, &other), "{other:02x?}");
    }
    let with = |device: [u8; 64]| {
        let other = array(&[uint(2), content.clone(), root.clone(), bytes(&device)]);
        statement_counts(&g.pair.roster, &other)
    };
    assert!(with(signed_raw([77; 32], Label::DeviceKey, content)));
    // The signature of another key, be it the agreement key, a device of either person or a root.
    for seed in [[78; 32], [11; 32], [12; 32]] {
        assert!(!with(signed_raw(seed, Label::DeviceKey, content)));
    }
    for root in &g.pair.roots {
        assert!(!with(root.sign(Label::DeviceKey, content)));
    }
    // The device's signature on another certificate of the same key.
    let keys = DeviceKeys::from_seeds([77; 32], [78; 32]);
    let alike = g.pair.certificate(Person::A, &keys);
    assert!(!with(alike.sign(g.pair.root(Person::A), &keys).device));
}

/// Decision 0008: Ben certifies Anna's phone as a device of his own.
#[test]
fn p7_a_partner_cannot_certify_my_key() {
    let mut g = good(1);
    let (anna, ben) = (&g.pair.devices[0], &g.pair.devices[1]);
    let (mine, phone) = (anna.log, anna.keys.sign_public());
    let honest = items(g.pair.certificate_of(0).bytes());
    // All that Ben can vary; of these some have a lower id than Anna's certificate.
    let mut lower = 0;
    let mut tried = Vec::new();
    for n in 0..16 {
        let claim = Certificate {
            person: Person::B,
            dh: [n; 32],
            continues: (n % 2 == 0).then_some(ben.log),
            ..g.pair.certificate(Person::B, &anna.keys)
        };
        assert_eq!(claim.sign, phone);
        lower += u32::from(claim.log() < mine);
        // His root's signature is good; for the device's he has his own keys, and what she signed.
        let by = claim.sign(g.pair.root(Person::B), &ben.keys);
        let hers = Reader::new(&honest[3]).fixed().unwrap();
        for device in [by.device, by.root, hers] {
            let by = Certification { device, ..by };
            tried.push(UnverifiedStatement::certificate(&claim, &by));
        }
    }
    assert!(lower > 0, "no certificate that would come before hers");
    for statement in tried {
        assert_eq!(g.pair.roster.admit(statement), Err(Refused::NotSigned));
    }
    assert_eq!(g.pair.roster.devices(Person::B).count(), 1);
    let found = g.pair.roster.by_sign_key(&phone).unwrap();
    assert_eq!((found.log(), found.person), (mine, Person::A));
}
