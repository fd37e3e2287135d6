//! One value, one encoding.
//!
//! C1 What is written is read back as the same value, to the end.
//! C2 What is read is, written again, the same bytes: no byte string has two readings, and no
//!    value has two encodings.
//! C3 No bytes whatever panic a reader, and none cost more than their length.
//! C4 A reader cannot leave items unread or read more than an array announced.
//! C5 A statement and a record that parse keep exactly the bytes they came from.

use identity::cbor::{Kind, MAX_DEPTH, Malformed, Reader, Writer, is_plain_text};
use identity::{UnverifiedRecord, UnverifiedStatement};
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Uint(u64),
    Bytes(Vec<u8>),
    Text(String),
    Null,
    Array(Vec<Value>),
}

fn write(w: &mut Writer, value: &Value) {
    match value {
        Value::Uint(n) => w.uint(*n),
        Value::Bytes(bytes) => w.bytes(bytes),
        Value::Text(text) => w.text(text),
        Value::Null => w.null(),
        Value::Array(items) => {
            w.array(items.len() as u64);
            items.iter().for_each(|item| write(w, item));
            w
        }
    };
}

fn read(r: &mut Reader<'_>) -> Result<Value, Malformed> {
    Ok(match r.kind()? {
        Kind::Uint => Value::Uint(r.uint()?),
        Kind::Bytes => Value::Bytes(r.bytes()?.to_vec()),
        Kind::Text => Value::Text(r.text()?.to_owned()),
        Kind::Null => {
            r.null()?;
            Value::Null
        }
        Kind::Array => {
            let items = r.array()?;
            Value::Array((0..items).map(|_| read(r)).collect::<Result<_, _>>()?)
        }
    })
}

fn read_all(bytes: &[u8]) -> Result<Value, Malformed> {
    let mut reader = Reader::new(bytes);
    let value = read(&mut reader)?;
    reader.end()?;
    Ok(value)
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Value::Uint),
        (0..70_000_u64).prop_map(Value::Uint),
        proptest::collection::vec(any::<u8>(), 0..300).prop_map(Value::Bytes),
        "[a-zäöüé\n ]{0,40}"
            .prop_filter("plain", |t| is_plain_text(t))
            .prop_map(Value::Text),
        Just(Value::Null),
    ];
    leaf.prop_recursive(6, 40, 8, |inner| {
        proptest::collection::vec(inner, 0..30).prop_map(Value::Array)
    })
}

/// Bytes that often look like CBOR.
fn cborish() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        2 => any::<u8>(),
        1 => Just(0xf6),
        2 => 0x80_u8..=0x9f,
        2 => 0x40_u8..=0x5b,
        1 => 0x60_u8..=0x7b,
        3 => 0_u8..=0x1b,
    ];
    proptest::collection::vec(byte, 0..60)
}

proptest! {
    #[test]
    fn c1_written_then_read(value in values()) {
        let mut w = Writer::new();
        write(&mut w, &value);
        let bytes = w.finish();
        prop_assert_eq!(read_all(&bytes), Ok(value));
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(reader.item(), Ok(&bytes[..]));
        prop_assert_eq!(reader.end(), Ok(()));
    }

    #[test]
    fn c2_read_then_written(bytes in cborish()) {
        if let Ok(value) = read_all(&bytes) {
            let mut w = Writer::new();
            write(&mut w, &value);
            prop_assert_eq!(w.finish(), bytes);
        }
    }

    #[test]
    fn c2_a_changed_byte_is_another_value(value in values(), at: prop::sample::Index, to: u8) {
        let mut w = Writer::new();
        write(&mut w, &value);
        let mut bytes = w.finish();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        prop_assert_ne!(read_all(&bytes), Ok(value));
    }

    #[test]
    fn c3_c5_any_bytes(bytes in cborish()) {
        let skipped = Reader::new(&bytes).item().map(<[u8]>::to_vec);
        let walked = read(&mut Reader::new(&bytes));
        prop_assert_eq!(skipped.is_ok(), walked.is_ok());
        if let Ok(record) = UnverifiedRecord::parse(&bytes) {
            prop_assert_eq!(record.bytes(), &bytes[..]);
        }
        if let Ok(statement) = UnverifiedStatement::parse(&bytes) {
            prop_assert_eq!(statement.bytes(), &bytes[..]);
        }
    }
}

#[test]
fn c2_only_the_shortest_head() {
    let sizes: [u64; 9] = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 1 << 32];
    for major in [0_u8, 2, 3, 4] {
        for value in sizes
            .into_iter()
            .filter(|value| major == 0 || *value <= 65_536)
        {
            let content = usize::try_from(value).unwrap_or_default();
            let content = vec![0x61; if major == 0 { 0 } else { content }];
            let content = if major == 4 {
                vec![0; content.len()]
            } else {
                content
            };
            let mut accepted = 0;
            for width in [0_u32, 1, 2, 4, 8] {
                let fits = if width == 0 {
                    value < 24
                } else {
                    value.checked_shr(width * 8).unwrap_or(0) == 0
                };
                if !fits {
                    continue;
                }
                let be = value.to_be_bytes();
                let low = &be[8 - usize::try_from(width).unwrap()..];
                let info = if width == 0 {
                    be[7]
                } else {
                    24 + width.trailing_zeros() as u8
                };
                let bytes = [&[major << 5 | info], low, &content].concat();
                accepted += usize::from(Reader::new(&bytes).item().is_ok());
            }
            assert_eq!(accepted, 1, "major {major}, value {value}");
        }
    }
}

#[test]
fn c3_a_length_that_lies_is_refused_at_once() {
    for head in [0x9b_u8, 0x5b, 0x7b] {
        let mut bytes = vec![head];
        bytes.extend_from_slice(&u64::MAX.to_be_bytes());
        assert_eq!(
            Reader::new(&bytes).item(),
            Err(Malformed::Truncated),
            "{head:02x}"
        );
    }
}

#[test]
fn c3_depth() {
    let nested = |depth: usize| {
        let mut bytes = vec![0x81; depth];
        bytes.push(0);
        bytes
    };
    assert!(Reader::new(&nested(MAX_DEPTH)).item().is_ok());
    assert_eq!(
        Reader::new(&nested(MAX_DEPTH + 1)).item(),
        Err(Malformed::TooDeep)
    );
    assert_eq!(
        Reader::new(&nested(100_000)).item(),
        Err(Malformed::TooDeep)
    );
}

#[test]
fn c4_counting() {
    let bytes = Writer::new().array(2).uint(1).uint(2).finish();
    let mut short = Reader::new(&bytes);
    short.array().unwrap();
    short.uint().unwrap();
    assert_eq!(short.end(), Err(Malformed::Length));
    let mut wrong = Reader::new(&bytes);
    assert_eq!(wrong.array_of(3), Err(Malformed::Length));
    // What follows an array is no item of it.
    let two = [&bytes[..], &[0x05]].concat();
    let mut outside = Reader::new(&two);
    outside.array_of(2).unwrap();
    assert_eq!(
        (outside.uint(), outside.uint(), outside.uint()),
        (Ok(1), Ok(2), Ok(5))
    );
    assert_eq!(outside.end(), Ok(()));
    assert_eq!(Reader::new(&two).end(), Err(Malformed::Trailing));
}
