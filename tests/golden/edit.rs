//! Edits byte by byte: what the program makes of fixed wishes, and what the page says of those bytes.

use identity::cbor::Reader;
use identity::{DeviceKeys, Hash, Head, Label, LogId, PactId, Person, Tip, hash};
use replica::draft::{Author, Change, Draft, EditRecord, Field, Held, ItemRef, Scalar, Verdict};
use serde_json::json;

use crate::{golden, hex, hold_json, unhex};

const ITEM: [u8; 16] = [0x66; 16];

struct Writer {
    author: Author,
    tip: Tip,
    previous: Option<Hash>,
    person: Person,
}

impl Writer {
    fn new(person: Person, seed: u8) -> Self {
        let log = LogId(Hash([seed; 32]));
        let keys = DeviceKeys::from_seeds([seed + 1; 32], [seed + 2; 32]);
        let tip = Tip::start(log);
        Self {
            author: Author {
                log,
                actor: keys.sign_public(),
                marks: tip.marks.clone(),
            },
            tip,
            previous: None,
            person,
        }
    }

    /// Its next edit, in a record that bears this hash; folded into the draft.
    fn write(
        &mut self,
        draft: &mut Draft,
        held: &mut Held,
        wishes: &[Change],
        redo: Option<Hash>,
        name: u8,
    ) -> Vec<u8> {
        let edit = draft.change(&self.author, wishes, redo).unwrap();
        assert!(!edit.more);
        let record = self.record(Hash([name; 32]), edit.body.clone());
        held.set(self.author.log, self.tip.head.seq);
        draft.fold(&[record], held);
        assert_eq!(draft.verdict(&Hash([name; 32])), Some(Verdict::Accepted));
        edit.body
    }

    /// Its log marks all that the other's has.
    fn meets(&mut self, other: &Self) {
        self.author.marks.insert(other.author.log, other.tip.head);
    }

    fn record(&mut self, hash: Hash, body: Vec<u8>) -> EditRecord {
        self.tip.head = Head {
            seq: self.tip.head.seq + 1,
            hash,
        };
        EditRecord {
            hash,
            log: self.author.log,
            person: self.person,
            actor: self.author.actor,
            seq: self.tip.head.seq,
            previous: self.previous.replace(hash),
            marks: self.author.marks.clone(),
            honoured: true,
            body,
        }
    }
}

/// Canonical CBOR as one reads it: numbers, h'bytes', "text", [arrays], null.
fn read(r: &mut Reader<'_>) -> String {
    let item = r.item().unwrap();
    let mut r = Reader::new(item);
    if let Ok(n) = r.clone().uint() {
        return n.to_string();
    }
    if let Ok(bytes) = r.clone().bytes() {
        return format!("h'{}'", hex(bytes).as_str().unwrap());
    }
    if let Ok(text) = r.clone().text() {
        return format!("{text:?}");
    }
    let Ok(n) = r.array() else {
        return "null".to_owned();
    };
    let items: Vec<String> = (0..n).map(|_| read(&mut r)).collect();
    format!("[{}]", items.join(", "))
}

/// An edit with its ops one by one, read by B1 alone.
fn shown(body: &[u8]) -> serde_json::Value {
    let mut r = Reader::new(body);
    r.array_of(5).unwrap();
    let head: Vec<String> = (0..4).map(|_| read(&mut r)).collect();
    r.array_of(2).unwrap();
    let actors = read(&mut r);
    let n = r.array().unwrap();
    let ops: Vec<String> = (0..n).map(|_| read(&mut r)).collect();
    r.end().unwrap();
    json!({
        "body": hex(body),
        "redo": head[0], "epoch": head[1], "deps": head[2], "start_op": head[3],
        "actors": actors,
        "ops": ops,
    })
}

const NAMES: [(&str, usize, u8); 5] = [
    ("a1", 0, 0xa1),
    ("a2", 0, 0xa2),
    ("b1", 1, 0xb1),
    ("a3", 0, 0xa3),
    ("a4", 0, 0xa4),
];

fn pact() -> PactId {
    PactId(Hash([0x77; 32]))
}

fn two() -> [Writer; 2] {
    [Writer::new(Person::A, 0x10), Writer::new(Person::B, 0x20)]
}

#[test]
fn edits() {
    let mut draft = Draft::new(pact());
    let mut held = Held::new();
    let [mut a, mut b] = two();
    let item = ItemRef::from(ITEM);
    let wishes = [Change::New {
        id: ITEM,
        title: "Home by six".to_owned(),
        text: "I am home by six.".to_owned(),
        fields: vec![
            (Field::Type, Scalar::Uint(0)),
            (Field::Who, Scalar::Uint(1)),
            (Field::Rule, Scalar::Text("FREQ=DAILY".to_owned())),
            (Field::For, Scalar::Bytes(vec![0x33; 32])),
        ],
        parts: vec![([0x55; 16], "So that we eat.".to_owned())],
    }];
    let a1 = a.write(&mut draft, &mut held, &wishes, None, 0xa1);
    let wishes = [
        Change::Text(item, "I am at home by seven \u{1f319}.".to_owned()),
        Change::Field(item, Field::Who, Some(Scalar::Uint(3))),
        Change::Field(item, Field::For, None),
    ];
    let a2 = a.write(&mut draft, &mut held, &wishes, None, 0xa2);
    b.meets(&a);
    let wishes = [
        Change::Text(item, "We are at home by seven.".to_owned()),
        Change::Field(item, Field::Who, Some(Scalar::Uint(2))),
    ];
    let b1 = b.write(&mut draft, &mut held, &wishes, None, 0xb1);
    // Beside b1, not having seen it.
    let wishes = [
        Change::Vision("Quiet evenings.".to_owned()),
        Change::Question([0x44; 16], 0, "How are we?".to_owned()),
    ];
    let a3 = a.write(&mut draft, &mut held, &wishes, None, 0xa3);
    a.meets(&b);
    let redo = Some(Hash([0x99; 32]));
    let wishes = [Change::Remove(item)];
    let a4 = a.write(&mut draft, &mut held, &wishes, redo, 0xa4);

    let mut file = serde_json::Map::new();
    let made = "bodies of records of kind 1 in the pact 77 32 times, each in a record whose hash is \
                its name's byte 32 times: a1, a2, a3, a4 of person 0's log 10 32 times with the \
                sign seed 11 32 times, b1 of person 1's log 20 32 times with the seed 21 32 times. \
                b1 has seen a2; a4 has seen b1 and redoes 99 32 times. tests/golden/edit.rs has \
                what each changes. Beside each body stand its items as one reads them";
    file.insert("made".to_owned(), made.into());
    let genesis = hash(Label::Draft, &[pact().as_bytes()]);
    file.insert("genesis_actor".to_owned(), hex(genesis.0));
    for ((name, ..), body) in NAMES.iter().zip([a1, a2, b1, a3, a4]) {
        file.insert((*name).to_owned(), shown(&body));
    }
    hold_json("edit.json", &serde_json::Value::Object(file));
}

/// The bytes in the file are accepted by a draft that gets them out of order.
#[test]
fn the_golden_edits_are_accepted() {
    let file = golden("edit.json");
    let mut writers = two();
    let mut records = Vec::new();
    for (name, by, byte) in NAMES {
        let [a, b] = &mut writers;
        match name {
            "b1" => b.meets(a),
            "a4" => a.meets(b),
            _ => {}
        }
        let body = unhex(&file[name]["body"]);
        records.push(writers[by].record(Hash([byte; 32]), body));
    }
    let (mut draft, mut held) = (Draft::new(pact()), Held::new());
    for at in [2, 0, 1, 3, 4] {
        held.set(records[at].log, records[at].seq);
        draft.fold(&records[at..=at], &held);
    }
    for record in &records {
        assert_eq!(draft.verdict(&record.hash), Some(Verdict::Accepted));
    }
    assert_eq!(draft.vision(), "Quiet evenings.");
    let items = draft.items();
    assert_eq!(items.len(), 1);
    assert!(items[0].removed);
}
