//! Golden bytes: what was written once is written so for ever, or a format has changed.
//!
//! Each file in `tests/golden/` says how it was made, and is made again here. If a format is
//! changed on purpose (`docs/decisions/`), `HANDFAST_WRITE_GOLDEN=1 cargo test -p handfast-tests
//! --test golden` writes them anew, and the difference is what a reviewer reads.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

use std::path::{Path, PathBuf};

use identity::cbor::Reader;
use identity::{
    Day, Flags, Head, NewRecord, Roster, Tip, UnverifiedRecord, UnverifiedStatement, hash, sha256,
    sign_record, verify_run,
};
use pact::{Act, Body, Content, ItemType, Reading, Who};
use serde_json::{Value, json};

#[path = "golden/both.rs"]
mod both;
#[path = "golden/checker.rs"]
mod checker;
#[path = "golden/edit.rs"]
mod edit;
#[path = "golden/story.rs"]
mod story;

use story::{ANNA, BEN, Story, TODAY, plan};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn hex(bytes: impl AsRef<[u8]>) -> Value {
    bytes
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .into()
}

fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap().as_bytes();
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16).unwrap()).unwrap();
    text.chunks(2)
        .map(|pair| digit(pair[0]) * 16 + digit(pair[1]))
        .collect()
}

/// Holds a file to what is made now.
fn hold(name: &str, now: &[u8]) {
    let path = folder().join(name);
    if std::env::var_os("HANDFAST_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, now).unwrap();
    }
    let then = std::fs::read(&path).unwrap_or_default();
    assert!(
        then == now,
        "{name} is made differently now:\n{}\ninstead of\n{}",
        String::from_utf8_lossy(now),
        String::from_utf8_lossy(&then)
    );
}

fn hold_json(name: &str, now: &Value) {
    let text = serde_json::to_string_pretty(now).unwrap() + "\n";
    hold(name, text.as_bytes());
}

fn golden(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder().join(name)).unwrap()).unwrap()
}

#[test]
fn founding() {
    let s = Story::begin();
    let f = s.founding.bytes();
    hold_json(
        "founding.json",
        &json!({
            "made": "roots from entropy a1 and b1, 32 times each, by HKDF; nonces a2 and b2, 16 \
                     times each; signed by both roots",
            "root_a": hex(s.founding.root_a),
            "root_b": hex(s.founding.root_b),
            "F": hex(&f),
            "pact": hex(s.founding.pact().as_bytes()),
            "statement": hex(s.statements[0].bytes()),
        }),
    );
    let file = golden("founding.json");
    let statement = UnverifiedStatement::parse(&unhex(&file["statement"])).unwrap();
    let roster = Roster::found(statement).unwrap();
    assert_eq!(hex(roster.pact().as_bytes()), file["pact"]);
    assert_eq!(
        hex(hash(identity::Label::Founding, &[&unhex(&file["F"])])),
        file["pact"]
    );
}

#[test]
fn certificate() {
    let mut s = Story::begin();
    s.link(identity::Person::B, 0xb5, Some(BEN));
    let (first, later) = (&s.devices[ANNA], &s.devices[2]);
    hold_json(
        "certificate.json",
        &json!({
            "made": "for the pact of founding.json. first: a device of person 0 with the seeds a3 \
                     (Ed25519) and a4 (X25519), 32 times each. continued: of person 1, seeds b5 \
                     and b6, continuing the log of person 1's device with the seeds b3 and b4",
            "first": {
                "C": hex(first.certificate.bytes()),
                "log": hex(first.log.as_bytes()),
                "statement": hex(s.statements[1].bytes()),
            },
            "continued": {
                "C": hex(later.certificate.bytes()),
                "log": hex(later.log.as_bytes()),
                "statement": hex(s.statements[3].bytes()),
            },
        }),
    );
    let mut roster = Roster::found(s.statements[0].clone()).unwrap();
    let file = golden("certificate.json");
    for which in ["first", "continued"] {
        let statement = UnverifiedStatement::parse(&unhex(&file[which]["statement"])).unwrap();
        assert_eq!(hex(statement.id()), file[which]["log"]);
        assert_eq!(roster.admit(statement), Ok(identity::Admitted::New));
    }
}

#[test]
fn revocation() {
    let mut s = plan();
    let some = s.revoke(BEN, 2);
    let none = s.revoke(ANNA, 0);
    let n = s.statements.len();
    hold_json(
        "revocation.json",
        &json!({
            "made": "in the pact of founding.json. some: person 1's device, honoured up to the \
                     second record of its log in export/plan.cbor. none: person 0's, of which \
                     nothing is honoured",
            "some": {
                "R": hex(some.bytes()),
                "id": hex(some.id()),
                "statement": hex(s.statements[n - 2].bytes()),
            },
            "none": {
                "R": hex(none.bytes()),
                "id": hex(none.id()),
                "statement": hex(s.statements[n - 1].bytes()),
            },
        }),
    );
    let mut roster = Roster::found(s.statements[0].clone()).unwrap();
    let new = roster.admit_all(s.statements.clone());
    assert_eq!(new.len(), s.statements.len() - 1);
    assert_eq!(roster.revocations(s.devices[BEN].log)[0].seq, 2);
}

#[test]
fn record() {
    let s = Story::begin();
    let anna = &s.devices[ANNA];
    let first = NewRecord {
        kind: 129,
        day: Day(TODAY),
        flags: Flags::default(),
        about: None,
        seen: Vec::new(),
        body: Act::new(Body::Thanks {
            text: "You waited.".to_owned(),
            about: None,
        })
        .encode(),
    };
    let body = first.body.clone();
    let start = Tip::start(anna.log);
    let first = sign_record(&anna.keys, anna.log, &start, first).unwrap();
    let tip = Tip {
        head: Head {
            seq: 1,
            hash: first.hash(),
        },
        ..start.clone()
    };
    let ben = Head {
        seq: 7,
        hash: identity::Hash([0x77; 32]),
    }
    .of(s.devices[BEN].log);
    let second = NewRecord {
        kind: 200,
        day: Day(0),
        flags: Flags {
            unattended: true,
            closed: true,
        },
        about: Some(vec![0x11; 16]),
        seen: tip.news(anna.log, [ben]),
        body: Vec::new(),
    };
    let second = sign_record(&anna.keys, anna.log, &tip, second).unwrap();
    hold_json(
        "record.json",
        &json!({
            "made": "by person 0's first device of certificate.json. first: thanks, on day 20779. \
                     second: kind 200, day 0, unattended and closed, about 11 16 times, having \
                     seen record 7 with hash 77 32 times of person 1's log, with an empty body",
            "log": hex(anna.log.as_bytes()),
            "first": {
                "body": hex(&body),
                "body_hash": hex(sha256(&body)),
                "stored": hex(first.bytes()),
                "hash": hex(first.hash()),
            },
            "second": { "stored": hex(second.bytes()), "hash": hex(second.hash()) },
        }),
    );
    let mut roster = Roster::found(s.statements[0].clone()).unwrap();
    roster.admit_all(s.statements.clone());
    let file = golden("record.json");
    let run = ["first", "second"]
        .map(|which| UnverifiedRecord::parse(&unhex(&file[which]["stored"])).unwrap());
    let run = verify_run(roster.certificate(anna.log).unwrap(), &start, run.into()).unwrap();
    assert_eq!(hex(run.tip().head.hash), file["second"]["hash"]);
}

#[test]
fn acts() {
    let h = |byte: u8| identity::Hash([byte; 32]);
    let text = |t: &str| t.to_owned();
    let mut content = Content::new(
        ItemType::Promise,
        Who::Both,
        "Home by six",
        "Or I call before five.",
    );
    content.rule = Some(pact::rule::sugar("weekday").unwrap());
    content.by = Some(18 * 60);
    content.from = Some(Day(TODAY + 1));
    content.for_ = Some(h(0x33));
    content.parts = vec![pact::Part {
        key: text("why"),
        text: text("So that we eat together."),
    }];
    content.try_ = true;
    let promise = Box::new(content);
    let need = Box::new(Content::new(
        ItemType::Need,
        Who::Only(identity::Person::A),
        "Quiet after work",
        "",
    ));
    let acts: Vec<(&str, Body)> = vec![
        (
            "set",
            Body::Set {
                ty: ItemType::Need,
                content: Some(need),
                over: vec![],
            },
        ),
        (
            "lift",
            Body::Set {
                ty: ItemType::Need,
                content: None,
                over: vec![h(1), h(2)],
            },
        ),
        (
            "propose",
            Body::Propose {
                content: promise,
                until: Day(TODAY + 90),
                replaces: vec![h(4), h(5)],
                answers: Some(h(6)),
            },
        ),
        ("agree", Body::Agree { p: h(7) }),
        ("decline", Body::Decline { p: h(7) }),
        ("withdraw", Body::Withdraw { p: h(7) }),
        ("complete", Body::Complete { p: h(7) }),
        (
            "follow",
            Body::Follow {
                target: h(7),
                on: Day(TODAY),
                how: pact::How::Partly,
                note: text("ten past"),
                corrects: Some(h(8)),
            },
        ),
        (
            "thanks",
            Body::Thanks {
                text: text("You waited."),
                about: Some(h(8)),
            },
        ),
        (
            "heads-up",
            Body::HeadsUp {
                target: h(7),
                from: Day(1),
                to: Day(2),
                text: text("late on both"),
            },
        ),
        (
            "setback",
            Body::Setback {
                target: None,
                on: Day(TODAY),
                note: text(""),
            },
        ),
        (
            "amends",
            Body::Amends {
                setback: Some(h(9)),
                text: text("I asked how it was."),
            },
        ),
        (
            "pause",
            Body::Pause {
                target: None,
                minutes: 20,
            },
        ),
        ("back", Body::Back { pause: h(10) }),
        ("heard", Body::Heard { record: h(11) }),
        (
            "checked-in",
            Body::CheckedIn {
                p: h(12),
                day: Day(TODAY),
            },
        ),
        (
            "space",
            Body::Space {
                until: Some(Day(TODAY + 7)),
            },
        ),
        ("space-ended", Body::SpaceEnded),
        (
            "sorry",
            Body::Sorry {
                text: text("I have heard you."),
            },
        ),
        (
            "last-word",
            Body::LastWord {
                text: text("Be well."),
            },
        ),
        (
            "summary",
            Body::Summary {
                page: h(13),
                recipient: text("our counsellor"),
            },
        ),
    ];
    let mut file = serde_json::Map::new();
    file.insert(
        "made".to_owned(),
        "one body of each act, with hashes of one byte 32 times; see the test `acts` in \
         tests/golden.rs for the values. redone: the agree, with redo naming 0e 32 times"
            .into(),
    );
    let mut all: Vec<(&str, Act)> = acts
        .into_iter()
        .map(|(name, body)| (name, Act::new(body)))
        .collect();
    all.push((
        "redone",
        Act {
            redo: Some(h(14)),
            body: Body::Agree { p: h(7) },
        },
    ));
    for (name, act) in &all {
        let body = act.encode();
        assert_eq!(
            pact::read(act.kind(), &body),
            Reading::Act(act.clone()),
            "{name}"
        );
        file.insert(
            (*name).to_owned(),
            json!({ "kind": act.kind(), "body": hex(&body) }),
        );
    }
    hold_json("acts.json", &Value::Object(file));
}

#[test]
fn frames() {
    use protocol::frames::{Frame, Hello, WordsHave, decode, encode};
    let s = Story::begin();
    let h = |byte: u8| identity::Hash([byte; 32]);
    let log = s.devices[ANNA].log;
    let having = |n: u8| {
        let bytes = identity::cbor::Writer::new().bytes(&[n; 8]).finish();
        identity::words::Having::read(&mut identity::cbor::Reader::new(&bytes)).unwrap()
    };
    let mark = Head { seq: 3, hash: h(3) }.of(log);
    let greeting = |live, practical| {
        Frame::Hello(Hello {
            version: 1,
            live,
            practical,
            roster: (!practical).then_some(h(1)),
            marks: if practical { vec![] } else { vec![mark] },
            words: live.then_some(having(2)),
        })
    };
    let all = [
        ("hello", greeting(true, false)),
        ("hello practical", greeting(false, true)),
        (
            "roster",
            Frame::Roster {
                statements: vec![s.statements[0].bytes().to_vec()],
            },
        ),
        (
            "probe",
            Frame::Probe {
                log,
                seqs: vec![1, 24, 300],
            },
        ),
        (
            "hashes",
            Frame::Hashes {
                log,
                at: vec![(1, Some(h(4))), (24, None)],
            },
        ),
        (
            "records",
            Frame::Records {
                log,
                from: 4,
                records: vec![vec![0x80], vec![0xf6]],
            },
        ),
        ("stored", Frame::Stored { marks: vec![mark] }),
        (
            "fork",
            Frame::Fork {
                log,
                from: 4,
                one: vec![vec![1]],
                other: vec![vec![2]],
            },
        ),
        (
            "words have by day",
            Frame::WordsHave(WordsHave::Buckets(vec![(20_779, having(5))])),
        ),
        (
            "words have ids",
            Frame::WordsHave(WordsHave::Ids(vec![identity::words::WordId::new([6; 16])])),
        ),
        (
            "words want",
            Frame::WordsWant {
                ids: vec![identity::words::WordId::new([6; 16])],
            },
        ),
        (
            "words",
            Frame::Words {
                items: vec![vec![7]],
            },
        ),
        (
            "address",
            Frame::Address {
                addresses: vec!["192.0.2.1:4000".to_owned()],
            },
        ),
        ("pad", Frame::Pad { zeros: 5 }),
        (
            "join",
            Frame::Join {
                key: [8; 32],
                mac: [9; 32],
            },
        ),
        (
            "offer a",
            Frame::OfferA {
                root: [1; 32],
                sign: [2; 32],
                dh: [3; 32],
                commitment: h(4),
            },
        ),
        (
            "offer b",
            Frame::OfferB {
                root: [1; 32],
                sign: [2; 32],
                dh: [3; 32],
                nonce: [4; 16],
            },
        ),
        ("reveal", Frame::Reveal { nonce: [5; 16] }),
        (
            "confirm",
            Frame::Confirm {
                founding: [6; 64],
                certification: identity::Certification {
                    root: [7; 64],
                    device: [8; 64],
                },
            },
        ),
    ];
    let mut file = serde_json::Map::new();
    let made = "type byte and array of each frame, without the length; see the test `frames` in \
                tests/golden.rs for the values";
    file.insert("made".to_owned(), made.into());
    for (name, frame) in &all {
        let bytes = encode(frame);
        assert_eq!(decode(&bytes).as_ref(), Ok(frame), "{name}");
        // The document's tables alone, apart from the decoder: one type byte, one strict array.
        let mut reader = Reader::new(&bytes[1..]);
        reader.item().unwrap();
        reader.end().unwrap();
        file.insert((*name).to_owned(), hex(&bytes));
    }
    hold_json("frames.json", &Value::Object(file));
}

#[test]
fn pairing() {
    use identity::pairing::{commitment, join_mac, six_words};
    let s = Story::begin();
    let (secret, exporter) = ([0x51; 16], [0x52; 32]);
    let (a, b) = (s.devices[ANNA].keys.public(), s.devices[BEN].keys.public());
    let ticket = protocol::Ticket {
        key: a.sign,
        secret,
        addresses: vec![
            "192.0.2.1:4000".parse().unwrap(),
            "[2001:db8::1]:4001".parse().unwrap(),
        ],
        rehearsal: false,
    };
    let pair = identity::pair_key(&s.devices[ANNA].keys, &b.dh, s.founding.pact()).unwrap();
    hold_json(
        "pairing.json",
        &json!({
            "made": "between the first devices of founding.json and certificate.json; secret 51 16 \
                     times, exporter 52 32 times. ticket: person 0's sign key, 192.0.2.1 port \
                     4000 and 2001:db8::1 port 4001",
            "ticket": ticket.to_text(),
            "join_mac": hex(join_mac(&secret, &exporter, &a.sign, &b.sign)),
            "commitment": hex(commitment(&s.founding.nonce_a)),
            "six_words": six_words(&secret, &exporter, &s.founding, &a, &b),
            "pair_key": hex(pair.as_bytes()),
            "entropy_a_words": identity::Entropy::from_bytes([0xa1; 32]).to_words().join(" "),
        }),
    );
    let text = golden("pairing.json")["ticket"]
        .as_str()
        .unwrap()
        .to_uppercase();
    assert!(protocol::Ticket::parse(&text).is_ok_and(|again| again == ticket));
}

#[test]
fn exports() {
    hold("export/plan.cbor", &plan().export());
}

/// S36, in this implementation; `checker.rs` runs the same vectors in the other.
#[test]
fn strict_cbor_vectors() {
    let file = golden("cbor.json");
    let vectors = file["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 300, "only {}", vectors.len());
    for vector in vectors {
        let bytes = unhex(&vector["hex"]);
        let mut reader = Reader::new(&bytes);
        let accepted = reader.item().and_then(|_| reader.end()).is_ok();
        assert_eq!(
            accepted,
            vector["accept"].as_bool().unwrap(),
            "{}",
            vector["name"]
        );
    }
}
