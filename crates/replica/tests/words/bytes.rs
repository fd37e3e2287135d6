//! The bytes of words: golden ones, and that whatever decodes is what was encoded.

use identity::cbor::{Reader, Writer};
use identity::words::{Having, Round, Seal, WordId};
use identity::{Hash, Person};
use replica::words::{Body, Heard, Opening, Talk, encode_parts};

use crate::*;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/words.txt");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn written(write: impl FnOnce(&mut Writer)) -> String {
    let mut w = Writer::new();
    write(&mut w);
    hex(&w.finish())
}

/// One body of each kind.
fn bodies(couple: &Couple) -> Vec<Body> {
    let round = Round::of(Hash([5; 32]), TODAY);
    let answers = vec![("well".to_owned(), "We cooked.".into())];
    let sealed = encode_parts(&answers);
    let seal = Seal::of(couple.pact(), round, Person::A, &[6; 32], &sealed);
    vec![
        Body::Say("I was afraid on Friday.".into()),
        Body::Heard(Heard::Read),
        Body::Heard(Heard::NotQuite("It was Thursday.".into())),
        Body::Talk(Talk::Ask {
            when: "tonight".into(),
            place: "kitchen".into(),
            text: "".into(),
        }),
        Body::Talk(Talk::Later("".into())),
        Body::Sorry {
            about: Some(Hash([1; 32])),
            promise: None,
            parts: answers.clone(),
        },
        Body::Story {
            setback: Hash([2; 32]),
            text: "It began at six.".into(),
        },
        Body::Letter("A letter.".into()),
        Body::Sealed { round, seal },
        Body::Opening(Opening {
            round,
            against: seal,
            nonce: [6; 32],
            answers,
        }),
    ]
}

/// Made by this program from the seeds of `homes()`; `UPDATE_GOLDEN=1` writes the file anew.
#[test]
fn golden_items_tags_rounds_seals_and_digests() {
    let (couple, mut ana, mut ben, _) = homes();
    let mut lines = vec![
        "# Words (docs/formats.md B7). Made by crates/replica/tests/words/bytes.rs.".to_owned(),
        format!("pact {}", hex(couple.pact().as_bytes())),
        format!("author {}", hex(ana.log().as_bytes())),
        format!("recipient {}", hex(ben.log().as_bytes())),
    ];
    for (number, body) in (1..).zip(bodies(&couple)) {
        wish(&mut ana, replica::words::Wish::new(body), number);
    }
    for bytes in given(&mut ana, &mut ben) {
        let tagged = Tagged::parse(&bytes).unwrap();
        let tag = tagged.tag(ben.log()).unwrap();
        lines.push(format!("item {}", hex(&tagged.bytes)));
        lines.push(format!(
            "tag {}",
            written(|w| {
                tag.write(w);
            })
        ));
        lines.push(format!("words {}", hex(&bytes)));
    }
    let round = Round::of(Hash([5; 32]), TODAY);
    lines.push(format!(
        "round {}",
        written(|w| {
            round.write(w);
        })
    ));
    let seal = Seal::of(couple.pact(), round, Person::A, &[6; 32], b"answers");
    lines.push(format!(
        "seal {}",
        written(|w| {
            seal.write(w);
        })
    ));
    let have = Having::of(&[WordId::new([1; 16]), WordId::new([2; 16])]);
    lines.push(format!(
        "have {}",
        written(|w| {
            have.write(w);
        })
    ));
    let text = lines.join("\n") + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(GOLDEN).unwrap(), text);
}

/// S39: decoders over their own output and small changes of it: no panic, and what is read is
/// exactly what was written.
#[test]
fn s39_whatever_decodes_is_what_was_encoded() {
    let (couple, mut ana, mut ben, _) = homes();
    for (number, body) in (1..).zip(bodies(&couple)) {
        assert!(body.says_something());
        let again = Body::decode(body.kind(), &body.encode()).unwrap();
        assert!(again == body);
        wish(&mut ana, replica::words::Wish::new(body), number);
    }
    let seeds = given(&mut ana, &mut ben);
    let (mut state, mut read) = (0x9e37_79b9_u64, 0);
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % below
    };
    for seed in &seeds {
        for _ in 0..3_000 {
            let mut bytes = seed.clone();
            for _ in 0..=next(3) {
                let at = next(bytes.len());
                match next(4) {
                    0 => bytes[at] ^= 1 << next(8),
                    1 => bytes[at] = [0, 0x17, 0x18, 0x40, 0x60, 0x80, 0xf6, 0xff][next(8)],
                    2 if bytes.len() > 2 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, next(256) as u8),
                }
            }
            if let Ok(tagged) = Tagged::parse(&bytes) {
                read += 1;
                assert_eq!(*tagged.encode(|_| true), bytes);
                assert_eq!(*tagged.item.encode(), *tagged.bytes);
                let mut r = Reader::new(&tagged.bytes);
                assert!(r.item().is_ok() && r.end().is_ok());
            }
        }
    }
    assert!(read > 100, "hardly any change can be read: {read}");
}
