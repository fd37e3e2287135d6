//! Frames survive the way there, and nothing else is taken for one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

use identity::cbor::{Reader, Writer};
use identity::words::{Having, WordId};
use proptest::prelude::*;

use super::flush::size_for;
use super::*;

fn mark(n: u8) -> Mark {
    Mark {
        log: LogId(Hash([n; 32])),
        seq: u64::from(n),
        hash: Hash([n ^ 0xff; 32]),
    }
}

fn word(n: u8) -> WordId {
    WordId::new([n; 16])
}

fn having(n: u8) -> Having {
    Having::read(&mut Reader::new(&Writer::new().bytes(&[n; 8]).finish())).unwrap()
}

/// One of each type, none of them empty.
pub(crate) fn one_of_each() -> Vec<Frame> {
    let log = LogId(Hash([3; 32]));
    vec![
        Frame::Hello(Hello {
            version: 1,
            live: true,
            practical: false,
            roster: Some(Hash([1; 32])),
            marks: vec![mark(1), mark(2)],
            words: Some(Having::NONE),
        }),
        Frame::Roster {
            statements: vec![vec![1, 2, 3], vec![]],
        },
        Frame::Probe {
            log,
            seqs: vec![1, 24, 70_000],
        },
        Frame::Hashes {
            log,
            at: vec![(1, Some(Hash([4; 32]))), (24, None)],
        },
        Frame::Records {
            log,
            from: 7,
            records: vec![vec![9; 300], vec![8; 20]],
        },
        Frame::Stored {
            marks: vec![mark(9)],
        },
        Frame::Fork {
            log,
            from: 2,
            one: vec![vec![1]],
            other: vec![vec![2], vec![3]],
        },
        Frame::WordsHave(WordsHave::Buckets(vec![
            (20_000, having(1)),
            (20_001, having(2)),
        ])),
        Frame::WordsHave(WordsHave::Ids(vec![word(1), word(2)])),
        Frame::WordsWant { ids: vec![word(5)] },
        Frame::Words {
            items: vec![vec![1; 40]],
        },
        Frame::Address {
            addresses: vec!["192.0.2.1:4433".to_owned()],
        },
        Frame::Pad { zeros: 30 },
        Frame::Join {
            key: [1; 32],
            mac: [2; 32],
        },
        Frame::OfferA {
            root: [1; 32],
            sign: [2; 32],
            dh: [3; 32],
            commitment: Hash([4; 32]),
        },
        Frame::OfferB {
            root: [1; 32],
            sign: [2; 32],
            dh: [3; 32],
            nonce: [4; 16],
        },
        Frame::Reveal { nonce: [6; 16] },
        Frame::Confirm {
            founding: [7; 64],
            certification: identity::Certification {
                root: [8; 64],
                device: [9; 64],
            },
        },
    ]
}

#[test]
fn each_type_survives_and_has_one_encoding() {
    let mut kinds: Vec<u8> = Vec::new();
    for frame in one_of_each() {
        let bytes = encode(&frame);
        assert_eq!(decode(&bytes).unwrap(), frame);
        assert_eq!(bytes[0], frame.kind());
        kinds.push(frame.kind());
        // Whatever is cut off, appended or written in a longer form is refused.
        for cut in 0..bytes.len() {
            assert!(
                decode(&bytes[..cut]).is_err(),
                "type {} cut at {cut}",
                frame.kind()
            );
        }
        assert!(decode(&[bytes.clone(), vec![0]].concat()).is_err());
        let longer = [&[bytes[0], 0x98, bytes[1] & 0x1f], &bytes[2..]].concat();
        assert_eq!(decode(&longer), Err(FrameError::Malformed(frame.kind())));
    }
    kinds.dedup();
    assert_eq!(
        kinds,
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 32, 33, 34, 35, 36]
    );
}

#[test]
fn a_changed_byte_is_another_frame_or_none() {
    for frame in one_of_each() {
        let bytes = encode(&frame);
        for at in 0..bytes.len() {
            for flip in [1, 0x20, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                if let Ok(other) = decode(&changed) {
                    assert_ne!(other, frame, "byte {at} says nothing");
                    assert_eq!(encode(&other), changed, "two encodings of one frame");
                }
            }
        }
    }
}

#[test]
fn no_other_type_exists() {
    for kind in (0..=255).filter(|kind| !matches!(kind, 1..=12 | 32..=36)) {
        assert_eq!(decode(&[kind, 0x80]), Err(FrameError::UnknownType(kind)));
    }
    assert_eq!(decode(&[]), Err(FrameError::Length(0)));
}

#[test]
fn a_length_is_judged_before_its_bytes_come() {
    let mut buffer = vec![0, 0x10, 0, 1];
    assert_eq!(take_frame(&mut buffer), Err(FrameError::Length(1_048_577)));
    let mut buffer = vec![0xff; 4];
    assert_eq!(
        take_frame(&mut buffer),
        Err(FrameError::Length(u64::from(u32::MAX)))
    );
    assert_eq!(take_frame(&mut vec![0; 4]), Err(FrameError::Length(0)));
    let mut largest = [
        &(MAX_FRAME as u32).to_be_bytes()[..],
        &vec![1; MAX_FRAME - 1],
    ]
    .concat();
    assert_eq!(take_frame(&mut largest), Ok(None));
    largest.extend([1, 2, 3]);
    assert_eq!(take_frame(&mut largest).unwrap().unwrap().len(), MAX_FRAME);
    assert_eq!(largest, [2, 3]);
}

#[test]
fn frames_come_out_however_the_stream_is_cut() {
    let frames = one_of_each();
    let bytes = flush(&frames);
    for step in [1, 3, 64, 4_096] {
        let (mut buffer, mut got) = (Vec::new(), Vec::new());
        for piece in bytes.chunks(step) {
            buffer.extend_from_slice(piece);
            while let Some(frame) = take_frame(&mut buffer).unwrap() {
                got.push(decode(&frame).unwrap());
            }
        }
        assert!(buffer.is_empty());
        assert_eq!(got[..frames.len()], frames);
        assert!(
            got[frames.len()..]
                .iter()
                .all(|frame| matches!(frame, Frame::Pad { .. }))
        );
    }
}

#[test]
fn every_flush_has_one_of_a_few_sizes() {
    for length in (0..1_200)
        .chain(4_000..4_200)
        .chain(16_200..16_500)
        .chain([65_500, 980_000])
    {
        let frame = Frame::Records {
            log: LogId(Hash([0; 32])),
            from: 1,
            records: vec![vec![7; length.min(MAX_ENTRY)]; length.div_ceil(MAX_ENTRY).max(1)],
        };
        let bytes = flush(std::slice::from_ref(&frame));
        assert_eq!(size_for(bytes.len()), bytes.len(), "{length}");
        let mut rest = bytes;
        assert_eq!(
            decode(&take_frame(&mut rest).unwrap().unwrap()).unwrap(),
            frame
        );
        while let Some(pad) = take_frame(&mut rest).unwrap() {
            assert!(matches!(decode(&pad).unwrap(), Frame::Pad { .. }));
        }
        assert!(rest.is_empty());
    }
    assert!(flush(&[]).is_empty());
}

#[test]
fn lists_are_bounded_before_they_are_collected() {
    let log = [0; 32];
    let cases: [(u8, u64, Vec<u8>); 8] = [
        (
            2,
            1,
            many(MAX_STATEMENTS + 1, |w| {
                w.bytes(&[]);
            }),
        ),
        (
            2,
            1,
            many(1, |w| {
                w.bytes(&[0; MAX_STATEMENT + 1]);
            }),
        ),
        (
            6,
            1,
            many(MAX_MARKS + 1, |w| {
                w.array(0);
            }),
        ),
        (
            9,
            1,
            many(MAX_IDS + 1, |w| {
                w.uint(0);
            }),
        ),
        (
            10,
            1,
            many(MAX_ITEMS + 1, |w| {
                w.bytes(&[]);
            }),
        ),
        (
            10,
            1,
            many(1, |w| {
                w.bytes(&[0; MAX_ENTRY + 1]);
            }),
        ),
        (
            11,
            1,
            many(MAX_ADDRESSES + 1, |w| {
                w.text("");
            }),
        ),
        (
            11,
            1,
            many(1, |w| {
                w.text(&"x".repeat(65));
            }),
        ),
    ];
    for (kind, fields, list) in cases {
        let mut w = Writer::new();
        let array = w.array(fields).raw(&list).finish();
        assert_eq!(
            decode(&[&[kind], &array[..]].concat()),
            Err(FrameError::Limit(kind))
        );
    }
    for (count, entry) in [(MAX_RECORDS + 1, 0), (1, MAX_ENTRY + 1)] {
        let list = many(count, |w| {
            w.bytes(&vec![0; entry]);
        });
        let array = Writer::new()
            .array(3)
            .bytes(&log)
            .uint(1)
            .raw(&list)
            .finish();
        assert_eq!(
            decode(&[&[5], &array[..]].concat()),
            Err(FrameError::Limit(5))
        );
    }
    // A count that the bytes cannot hold costs nothing.
    let claim = [5, 0x83, 0x58, 32]
        .iter()
        .chain(&log)
        .chain(&[1, 0x9b])
        .chain(&[0xff; 8]);
    assert!(decode(&claim.copied().collect::<Vec<u8>>()).is_err());
}

fn many(count: usize, each: impl Fn(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::new();
    w.array(count as u64);
    for _ in 0..count {
        each(&mut w);
    }
    w.finish()
}

/// What is taken must be small enough to be passed on whole (B8).
#[test]
fn a_run_is_no_larger_than_what_is_passed_on() {
    let log = LogId(Hash([0; 32]));
    let run = |bytes: usize| {
        let mut run = vec![vec![0; 10_000]; bytes / 10_000];
        run.push(vec![0; bytes % 10_000 + 1]);
        run
    };
    let records = |bytes: usize| Frame::Records {
        log,
        from: 1,
        records: run(bytes - 1),
    };
    let fork = |bytes: usize| Frame::Fork {
        log,
        from: 1,
        one: run(400_000 - 1),
        other: run(bytes - 400_000 - 1),
    };
    for (largest, larger) in [
        (records(RUN_BYTES), records(RUN_BYTES + 1)),
        (fork(RUN_BYTES), fork(RUN_BYTES + 1)),
    ] {
        assert_eq!(decode(&encode(&largest)), Ok(largest));
        let kind = larger.kind();
        assert_eq!(decode(&encode(&larger)), Err(FrameError::Limit(kind)));
    }
}

#[test]
fn nesting_is_refused_wherever_it_stands() {
    for kind in (1..=12).chain(32..=36) {
        for depth in [2, 9, 1_000, MAX_FRAME - 2] {
            let nested = [vec![kind], vec![0x81; depth], vec![0x80]].concat();
            assert!(decode(&nested).is_err(), "type {kind} depth {depth}");
        }
    }
}

#[test]
fn marks_probes_and_ids_stand_in_order_once_each() {
    let log = LogId(Hash([3; 32]));
    for frame in [
        Frame::Stored {
            marks: vec![mark(2), mark(1)],
        },
        Frame::Stored {
            marks: vec![mark(1), mark(1)],
        },
        Frame::Probe {
            log,
            seqs: vec![3, 3],
        },
        Frame::Hashes {
            log,
            at: vec![(4, None), (3, None)],
        },
        Frame::WordsWant {
            ids: vec![word(2), word(1)],
        },
        Frame::WordsHave(WordsHave::Buckets(vec![
            (5, Having::NONE),
            (5, Having::NONE),
        ])),
        Frame::Records {
            log,
            from: 0,
            records: vec![vec![1]],
        },
        Frame::Records {
            log,
            from: 1,
            records: vec![],
        },
        Frame::Fork {
            log,
            from: 1,
            one: vec![vec![1]],
            other: vec![],
        },
    ] {
        let kind = frame.kind();
        assert_eq!(
            decode(&encode(&frame)),
            Err(FrameError::Malformed(kind)),
            "{frame:?}"
        );
    }
}

#[test]
fn a_pad_carries_nothing() {
    let mut bytes = encode(&Frame::Pad { zeros: 9 });
    *bytes.last_mut().unwrap() = 1;
    assert_eq!(decode(&bytes), Err(FrameError::Malformed(12)));
}

#[test]
fn a_later_version_is_understood_well_enough_to_be_answered() {
    let hello = |version: u64, flags: u64, fields: u64| {
        let mut w = Writer::new();
        w.array(fields)
            .uint(version)
            .uint(flags)
            .bytes(&[0; 32])
            .array(0)
            .null();
        for _ in 5..fields {
            w.array(2).uint(1).bytes(&[1]);
        }
        decode(&[&[1], &w.finish()[..]].concat())
    };
    assert!(matches!(
        hello(1, 0, 5),
        Ok(Frame::Hello(Hello { version: 1, .. }))
    ));
    assert!(matches!(
        hello(9, 5, 8),
        Ok(Frame::Hello(Hello {
            version: 9,
            live: true,
            ..
        }))
    ));
    assert_eq!(
        hello(1, 0, 6),
        Err(FrameError::Malformed(1)),
        "more than version 1 has"
    );
    assert_eq!(
        hello(1, 4, 5),
        Err(FrameError::Malformed(1)),
        "a flag that version 1 lacks"
    );
    assert_eq!(
        hello(0, 0, 5),
        Err(FrameError::Malformed(1)),
        "version 0 never was"
    );
    assert_eq!(
        hello(1, 2, 5),
        Err(FrameError::Malformed(1)),
        "the practical lane names no roster"
    );
}

proptest! {
    /// Nothing that arrives makes the decoder panic, and what it takes it would have written.
    #[test]
    fn any_bytes_are_a_frame_in_its_one_form_or_none(
        kind in prop_oneof![1_u8..=12, 32_u8..=36, any::<u8>()],
        rest in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let bytes = [vec![kind], rest].concat();
        if let Ok(frame) = decode(&bytes) {
            prop_assert_eq!(encode(&frame), bytes);
        }
    }

    /// Nor does a real frame with a piece of another in it.
    #[test]
    fn spliced_frames_do_not_panic(
        a in 0_usize..18, b in 0_usize..18, at in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
    ) {
        let (a, b) = (encode(&one_of_each()[a]), encode(&one_of_each()[b]));
        let spliced = [&a[..at.index(a.len())], &b[to.index(b.len())..]].concat();
        if let Ok(frame) = decode(&spliced) {
            prop_assert_eq!(encode(&frame), spliced);
        }
    }
}
