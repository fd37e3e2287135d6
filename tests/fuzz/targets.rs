//! One function for each parser and state machine that a peer or a file can feed (S39). They are
//! run by libFuzzer (`fuzz_targets/`) and, over the corpus, by the ordinary tests (`corpus.rs`).
//! A target panics when an invariant does not hold; the bytes alone must never make one panic.

use identity::cbor::{Reader, Writer};
use identity::{
    DeviceKeys, Hash, Head, LogId, PactId, Person, UnverifiedRecord, UnverifiedStatement,
};
use pact::{Content, Reading, Rule, calendar};
use replica::draft::{Draft, EditRecord, Held};
use replica::words::{Tagged, decode_parts, encode_parts};

/// A name and what it feeds.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All of them; a test holds that each has a file for libFuzzer and a corpus.
pub(crate) const TARGETS: [Target; 13] = [
    ("cbor", cbor),
    ("statement", statement),
    ("record", record),
    ("act", act),
    ("content", content),
    ("rule", rule),
    ("text", text),
    ("day", day),
    ("ticket", ticket),
    ("frame", frame),
    ("edit", edit),
    ("words", words),
    ("summary", summary),
];

/// An item that is read strictly is exactly the bytes that were read.
pub(crate) fn cbor(data: &[u8]) {
    let mut reader = Reader::new(data);
    if let Ok(item) = reader.item() {
        assert_eq!(item, &data[..item.len()]);
        let mut again = Reader::new(item);
        assert_eq!(again.item().ok(), Some(item));
        assert!(again.end().is_ok());
    }
}

/// A statement that parses is encoded by the bytes it came in.
pub(crate) fn statement(data: &[u8]) {
    if let Ok(statement) = UnverifiedStatement::parse(data) {
        assert_eq!(statement.bytes(), data);
    }
}

/// A record that parses and is not signed is refused, whatever it says.
pub(crate) fn record(data: &[u8]) {
    if let Ok(record) = UnverifiedRecord::parse(data) {
        assert!(data.len() <= identity::MAX_RECORD);
        let _ = (record.seq(), record.prev());
    }
}

/// An act that is read is written again as the same bytes.
pub(crate) fn act(data: &[u8]) {
    let Some((kind, body)) = data.split_first() else {
        return;
    };
    if let Reading::Act(act) = pact::read(u64::from(*kind), body) {
        assert_eq!(act.kind(), u64::from(*kind));
        assert_eq!(act.encode(), body);
    }
}

/// Content that is read is valid and canonical.
pub(crate) fn content(data: &[u8]) {
    if let Ok(content) = Content::from_bytes(data) {
        assert_eq!(content.to_bytes(), data);
        assert!(content.validate().is_ok());
    }
}

/// A rule that is admitted is spelled canonically, and asking whether it falls on a day ends.
pub(crate) fn rule(data: &[u8]) {
    let Ok(spelling) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(rule) = Rule::parse(spelling) {
        let written = rule.to_string();
        let again = Rule::parse(&written).expect("its own spelling");
        assert_eq!(again.to_string(), written);
        assert!(!rule.in_words().is_empty());
    }
}

/// Cleaned text stays as it is when cleaned again, and holds nothing that steers a terminal.
pub(crate) fn text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let once = pact::text::clean(text);
    let twice = pact::text::clean(&once.text);
    assert_eq!(once.text, twice.text);
    assert_eq!(twice.removed, 0);
    assert!(!once.text.chars().any(|c| c.is_control() && c != '\n'));
    // What is cleaned is what may be signed.
    let written = Writer::new().text(&once.text).finish();
    assert!(Reader::new(&written).text().is_ok());
}

/// Days, times and spans as a person types them.
pub(crate) fn day(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let today = identity::Day(20_000);
    for towards in [calendar::Towards::Past, calendar::Towards::Future] {
        if let Ok(day) = calendar::parse_day(text, today, towards) {
            assert!(!calendar::iso(day).is_empty());
        }
    }
    let _ = calendar::parse_span(text);
    if let Ok(minute) = calendar::parse_time(text) {
        assert_eq!(
            calendar::parse_time(&calendar::time(minute)).ok(),
            Some(minute)
        );
    }
}

/// A ticket that is read is written again and read as the same.
pub(crate) fn ticket(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(ticket) = protocol::Ticket::parse(text) {
        let again = protocol::Ticket::parse(&ticket.to_text()).expect("its own text");
        assert_eq!(again.to_text(), ticket.to_text());
    }
}

/// A frame that is decoded is encoded as the same bytes; a stream is cut into frames or refused.
pub(crate) fn frame(data: &[u8]) {
    if let Ok(frame) = protocol::decode(data) {
        assert_eq!(protocol::encode(&frame), data);
    }
    let mut buffer = data.to_vec();
    while let Ok(Some(frame)) = protocol::take_frame(&mut buffer) {
        assert!(frame.len() <= protocol::MAX_FRAME);
    }
}

/// A bundle that is read is written again as the same bytes; one that checks out names two signatures
/// and entries within its terms.
pub(crate) fn summary(data: &[u8]) {
    use pact::summary::{Bundle, Terms};
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(terms) = Terms::read(text)
    {
        assert_eq!(terms.text(), text);
    }
    let Ok(bundle) = Bundle::decode(data) else {
        return;
    };
    assert_eq!(bundle.encode(), data);
    if let Ok(checked) = bundle.check() {
        assert_eq!(checked.entries.len(), bundle.entries.len());
        let terms = &checked.terms;
        let holds =
            |(_, record): &(Person, identity::Record)| terms.hold(record.kind(), record.day());
        assert!(checked.entries.iter().all(holds));
    }
}

/// A list of ops from a device of the pact: whatever it holds, the draft answers and stays usable.
pub(crate) fn edit(data: &[u8]) {
    let keys = DeviceKeys::from_seeds([3; 32], [4; 32]);
    let log = LogId(Hash([5; 32]));
    let record = EditRecord {
        hash: Hash([6; 32]),
        log,
        person: Person::A,
        actor: keys.sign_public(),
        seq: 1,
        previous: None,
        marks: std::iter::once((log, Head::start(log))).take(0).collect(),
        honoured: true,
        body: data.to_vec(),
    };
    let mut held = Held::new();
    held.set(log, 1);
    let mut draft = Draft::new(PactId(Hash([7; 32])));
    draft.fold(&[record], &held);
    let _ = draft.items();
}

/// Words that a peer brings, and the parts of what was answered: what is read is written again as
/// the same bytes, whatever its tags are worth.
pub(crate) fn words(data: &[u8]) {
    if let Ok(tagged) = Tagged::parse(data) {
        assert_eq!(*tagged.item.encode(), *tagged.bytes);
        assert_eq!(tagged.encode(|_| true).as_slice(), data);
    }
    if let Ok(parts) = decode_parts(data) {
        assert_eq!(encode_parts(&parts).as_slice(), data);
    }
}
