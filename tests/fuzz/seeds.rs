//! Where the first files of each corpus come from: honest bytes of every kind, by our own encoders.

use identity::words::WordId;
use identity::{Day, Hash, LogId, Mark, PactId, Person, Tip};
use protocol::{Frame, Hello, Ticket, encode};
use replica::draft::{Author, Change, Draft, EditRecord, Field, Held, ItemRef, Scalar};
use replica::testing::{Couple, history};
use replica::words::{Body, Heard, Item, Lane, Part, Tagged, Talk, encode_parts};

type Seeds = Vec<Vec<u8>>;

/// Seeds by the name of their target.
pub(crate) fn all() -> Vec<(&'static str, Seeds)> {
    let life = history(7, 400, 1);
    let records: Seeds = life.records.iter().flatten().cloned().collect();
    let statements: Seeds = life
        .couple
        .statements()
        .iter()
        .map(|statement| statement.bytes().to_vec())
        .collect();
    vec![
        (
            "cbor",
            [
                records[0].clone(),
                statements[0].clone(),
                vec![0x83, 0x01, 0x61, 0x61, 0xf6],
            ]
            .into(),
        ),
        ("statement", with_revocation(statements.clone())),
        ("record", records.iter().step_by(60).cloned().collect()),
        ("act", acts(&records)),
        ("content", contents(&records)),
        (
            "rule",
            text(&[
                "FREQ=DAILY",
                "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
                "FREQ=MONTHLY;BYMONTHDAY=-1",
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
                "FREQ=WEEKLY;INTERVAL=3;BYDAY=FR",
            ]),
        ),
        (
            "text",
            text(&[
                "Home by six.\nOr I say so.",
                "\u{202e}evil\u{202c} \u{1b}[31mred",
                "👩\u{200d}👩\u{200d}👧 nie\u{0308}",
                "a\u{200b}b\u{feff}\r\n\u{9b}1m",
            ]),
        ),
        (
            "day",
            text(&["today", "friday", "2025-03-09", "18:00", "2w", "yesterday"]),
        ),
        ("ticket", tickets()),
        ("frame", frames(&statements, &records)),
        ("edit", edits()),
        ("summary", summaries()),
        ("words", words()),
    ]
}

/// One item of each kind, and answers by themselves.
fn words() -> Seeds {
    let about = Some(Hash([4; 32]));
    let parts = || -> Vec<Part> { vec![("heard".into(), "that I lied".into())] };
    let bodies = [
        Body::Say("Ana, I took the long way home.".into()),
        Body::Heard(Heard::Read),
        Body::Heard(Heard::NotQuite("It was Friday.".into())),
        Body::Talk(Talk::Ask {
            when: "tonight".into(),
            place: "kitchen".into(),
            text: "".into(),
        }),
        Body::Talk(Talk::Later("tomorrow".into())),
        Body::Sorry {
            about,
            promise: None,
            parts: parts(),
        },
        Body::Story {
            setback: Hash([4; 32]),
            text: "I was tired.".into(),
        },
        Body::Letter("Whenever you like.".into()),
        Body::Later {
            kind: 77,
            bytes: vec![0x80].into(),
        },
    ];
    let item = |(number, body): (u8, Body)| {
        let item = Item {
            id: WordId::new([number; 16]),
            author: LogId(Hash([1; 32])),
            made: Day(20_000),
            until: Day(20_090),
            fade: 14,
            lane: Lane::Ordinary,
            re: (number > 0).then(|| WordId::new([0; 16])),
            body,
        };
        let bytes = item.encode();
        let tags = Vec::new();
        Tagged { item, bytes, tags }.encode(|_| true).to_vec()
    };
    let mut seeds: Seeds = (0..).zip(bodies).map(item).collect();
    seeds.push(encode_parts(&parts()).to_vec());
    seeds
}

/// A short life, summed up and signed by both; its terms; and one with a single signature.
fn summaries() -> Seeds {
    use pact::summary::{Bundle, Manifest, Terms};
    let life = history(9, 12, 1);
    let terms = Terms {
        name: "Dr. Roth".into(),
        key: "age1qqqq".into(),
        since: identity::Day(0),
        until: life.today.plus(30),
    };
    let logs = life.logs.iter().zip(&life.records);
    let all: Vec<(LogId, identity::Record)> = logs
        .flat_map(|(log, records)| records.iter().map(|bytes| (*log, bytes)))
        .map(|(log, bytes)| (log, identity::Record::reopen(log, bytes).unwrap()))
        .filter(|(_, record)| terms.hold(record.kind(), record.day()))
        .collect();
    let mut roster = None;
    let mut statements = life.couple.statements();
    statements.sort_by_key(|statement| !statement.is_founding());
    for statement in statements {
        match &mut roster {
            None => roster = Some(identity::Roster::found(statement).unwrap()),
            Some(roster) => drop(roster.admit(statement)),
        }
    }
    let roster = roster.unwrap();
    let manifest = Manifest::of(roster.pact(), &terms, all.iter().map(|(_, record)| record));
    let act = pact::Act::new(pact::Body::Summary {
        page: manifest.page(),
        recipient: terms.text(),
    });
    let signed = life.logs.map(|log| {
        let new = identity::NewRecord {
            kind: act.kind(),
            day: life.today,
            flags: identity::Flags::default(),
            about: None,
            seen: Vec::new(),
            body: act.encode(),
        };
        let record = identity::sign_record(&life.couple.keys(log), log, &Tip::start(log), new);
        (log, record.unwrap().bytes().to_vec())
    });
    let bundle = |signatures: &[(LogId, Vec<u8>)]| Bundle {
        statements: roster.statements().map(<[u8]>::to_vec).collect(),
        names: ["Ana".into(), "Ben".into()],
        entries: all
            .iter()
            .map(|(log, record)| (*log, record.bytes().to_vec()))
            .collect(),
        signatures: signatures.to_vec(),
    };
    assert!(bundle(&signed).check().is_ok());
    assert!(bundle(&signed[..1]).check().is_err());
    vec![
        bundle(&signed).encode(),
        bundle(&signed[..1]).encode(),
        terms.text().into_bytes(),
    ]
}

fn text(lines: &[&str]) -> Seeds {
    lines.iter().map(|line| line.as_bytes().to_vec()).collect()
}

fn with_revocation(mut statements: Seeds) -> Seeds {
    let mut couple = Couple::new(7);
    let log = couple.certify(Person::A, None);
    let mark = Mark {
        log,
        seq: 3,
        hash: Hash([9; 32]),
    };
    statements.push(couple.revoke(mark).bytes().to_vec());
    statements
}

/// One body of each kind that occurs, behind its kind.
fn acts(records: &[Vec<u8>]) -> Seeds {
    let mut seen = std::collections::BTreeMap::new();
    for bytes in records {
        let record = identity::Record::reopen(LogId(Hash([0; 32])), bytes).unwrap();
        let mut seed = vec![u8::try_from(record.kind()).unwrap()];
        seed.extend_from_slice(record.body());
        seen.entry(record.kind()).or_insert(seed);
    }
    seen.into_values().collect()
}

fn contents(records: &[Vec<u8>]) -> Seeds {
    let found: Seeds = records
        .iter()
        .filter_map(|bytes| {
            let record = identity::Record::reopen(LogId(Hash([0; 32])), bytes).unwrap();
            match pact::read(record.kind(), record.body()) {
                pact::Reading::Act(pact::Act {
                    body: pact::Body::Propose { content, .. },
                    ..
                }) => Some(content.to_bytes()),
                _ => None,
            }
        })
        .take(5)
        .collect();
    assert!(found.len() > 1);
    found
}

fn tickets() -> Seeds {
    [vec!["127.0.0.1:7000"], vec!["[::1]:1", "192.0.2.1:65535"]]
        .into_iter()
        .map(|addresses| {
            let ticket = Ticket {
                key: [1; 32],
                secret: [2; 16],
                addresses: addresses
                    .iter()
                    .map(|address| address.parse().unwrap())
                    .collect(),
                rehearsal: true,
            };
            ticket.to_text().into_bytes()
        })
        .collect()
}

fn frames(statements: &[Vec<u8>], records: &[Vec<u8>]) -> Seeds {
    let log = LogId(Hash([1; 32]));
    let mark = Mark {
        log,
        seq: 5,
        hash: Hash([2; 32]),
    };
    [
        Frame::Hello(Hello {
            version: 1,
            live: true,
            practical: false,
            roster: Some(Hash([3; 32])),
            marks: vec![mark],
            words: Some(identity::words::Having::NONE),
        }),
        Frame::Roster {
            statements: statements.to_vec(),
        },
        Frame::Probe {
            log,
            seqs: vec![1, 2, 4],
        },
        Frame::Hashes {
            log,
            at: vec![(1, Some(Hash([4; 32]))), (2, None)],
        },
        Frame::Records {
            log,
            from: 1,
            records: records[..4].to_vec(),
        },
        Frame::Stored { marks: vec![mark] },
        Frame::Fork {
            log,
            from: 2,
            one: records[..1].to_vec(),
            other: records[1..2].to_vec(),
        },
    ]
    .iter()
    .map(encode)
    .collect()
}

fn edits() -> Seeds {
    let actor = identity::DeviceKeys::from_seeds([3; 32], [4; 32]).sign_public();
    let log = LogId(Hash([5; 32]));
    let mut draft = Draft::new(PactId(Hash([7; 32])));
    let mut held = Held::new();
    let item = [8; 16];
    let wishes = [
        Change::New {
            id: item,
            title: "Home by six".into(),
            text: "I am home by six on weekdays.".into(),
            fields: vec![
                (Field::Who, Scalar::Uint(1)),
                (Field::By, Scalar::Uint(1080)),
            ],
            parts: Vec::new(),
        },
        Change::Text(
            ItemRef::from(item),
            "I am home by six. If it gets later, I say so.".into(),
        ),
        Change::Remove(ItemRef::from(item)),
        Change::Vision("Quiet evenings.".into()),
    ];
    let mut made = Vec::new();
    let mut previous = None;
    for (seq, wish) in (1..).zip(wishes) {
        let marks = Tip::start(log).marks;
        let author = Author { log, actor, marks };
        let edit = draft.change(&author, &[wish], None).unwrap();
        let hash = Hash([seq as u8; 32]);
        held.set(log, seq);
        draft.fold(
            &[EditRecord {
                hash,
                log,
                person: Person::A,
                actor,
                seq,
                previous,
                marks: Tip::start(log).marks,
                honoured: true,
                body: edit.body.clone(),
            }],
            &held,
        );
        previous = Some(hash);
        made.push(edit.body);
    }
    made
}
