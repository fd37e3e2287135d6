//! Words on paper, words read aloud, and what never shows.
//!
//! W1 24 words give the same person back, however they were typed; BIP-39's own vectors hold.
//! W2 An unknown word is named by its place; known words that do not fit are told apart from it.
//! W3 The six words depend on every part of what was exchanged.
//! W4 The proof of holding a ticket binds secret, connection and both keys.
//! W5 Two devices derive one key, different for each pact.
//! W6 No secret can be printed.

use identity::pairing::{commitment, join_mac, join_mac_is, six_words};
use identity::*;
use proptest::prelude::*;

use crate::people::*;

proptest! {
    #[test]
    fn w1_there_and_back(bytes: [u8; 32], upper: bool) {
        let words = Entropy::from_bytes(bytes).to_words();
        prop_assert_eq!(words.len(), 24);
        let mut typed = String::new();
        for (i, word) in words.iter().enumerate() {
            let word = if upper { word.to_uppercase() } else { word.clone() };
            typed.push_str(&format!("{}. {word}{}", i + 1, if i % 6 == 5 { "\n" } else { "   " }));
        }
        let entropy = Entropy::from_words(&typed).unwrap();
        prop_assert_eq!(entropy.as_bytes(), &bytes);
    }

    #[test]
    fn w2_no_words_panic(typed in "\\PC{0,200}") {
        prop_assert!(Entropy::from_words(&typed).is_err());
    }
}

#[test]
fn w1_known_vectors() {
    let zeros = Entropy::from_bytes([0; 32]).to_words();
    assert!(zeros[..23].iter().all(|word| word == "abandon") && zeros[23] == "art");
    let ones = Entropy::from_bytes([0xff; 32]).to_words();
    assert!(ones[..23].iter().all(|word| word == "zoo") && ones[23] == "vote");
}

#[test]
fn w2_which_word() {
    let words = Entropy::from_bytes([0; 32]).to_words();
    let mut misread = words.clone();
    misread[6] = "abandom".to_owned();
    let error = Entropy::from_words(&misread.join(" ")).err().unwrap();
    assert_eq!(error, WordsError::Unknown { position: 7 });
    assert_eq!(
        error.to_string(),
        "word 7 is not in the list of recovery words"
    );
    let mut other = words.clone();
    other[0] = "zoo".to_owned();
    assert_eq!(
        Entropy::from_words(&other.join(" ")).err(),
        Some(WordsError::Checksum)
    );
    assert_eq!(
        Entropy::from_words(&words[..12].join(" ")).err(),
        Some(WordsError::Count(12))
    );
    assert_eq!(Entropy::from_words("").err(), Some(WordsError::Count(0)));
}

#[test]
fn w3_six_words() {
    let pair = pair(1);
    let (a, b) = (pair.devices[0].keys.public(), pair.devices[1].keys.public());
    let (secret, exporter) = ([1; 16], [2; 32]);
    let words = six_words(&secret, &exporter, &pair.founding, &a, &b);
    assert!(words.iter().all(|word| word.len() >= 3));
    let other = Founding {
        nonce_b: [99; 16],
        ..pair.founding
    };
    let changed = [
        six_words(&[3; 16], &exporter, &pair.founding, &a, &b),
        six_words(&secret, &[3; 32], &pair.founding, &a, &b),
        six_words(&secret, &exporter, &other, &a, &b),
        six_words(
            &secret,
            &exporter,
            &pair.founding,
            &PublicKeys { dh: [3; 32], ..a },
            &b,
        ),
        six_words(
            &secret,
            &exporter,
            &pair.founding,
            &a,
            &PublicKeys { sign: [3; 32], ..b },
        ),
        six_words(&secret, &exporter, &pair.founding, &b, &a),
    ];
    assert!(changed.iter().all(|other| *other != words));
    assert_eq!(commitment(&[0; 16]), sha256(&[0; 16]));
}

#[test]
fn w4_the_ticket() {
    let (secret, exporter, a, b) = ([1; 16], [2; 32], [3; 32], [4; 32]);
    let mac = join_mac(&secret, &exporter, &a, &b);
    assert!(join_mac_is(&mac, &secret, &exporter, &a, &b));
    assert!(!join_mac_is(&mac, &[9; 16], &exporter, &a, &b));
    assert!(!join_mac_is(&mac, &secret, &[9; 32], &a, &b));
    assert!(!join_mac_is(&mac, &secret, &exporter, &[9; 32], &b));
    assert!(!join_mac_is(&mac, &secret, &exporter, &a, &[9; 32]));
    assert!(!join_mac_is(&mac, &secret, &exporter, &b, &a));
}

#[test]
fn w5_the_pair_key() {
    let one = pair(1);
    let (a, b) = (&one.devices[0], &one.devices[1]);
    let ours = pair_key(&a.keys, &b.keys.dh_public(), one.pact()).unwrap();
    let theirs = pair_key(&b.keys, &a.keys.dh_public(), one.pact()).unwrap();
    assert_eq!(ours.as_bytes(), theirs.as_bytes());
    let elsewhere = pair_key(&a.keys, &b.keys.dh_public(), PactId::from([7; 32])).unwrap();
    assert_ne!(ours.as_bytes(), elsewhere.as_bytes());
    assert_eq!(
        pair_key(&a.keys, &[0; 32], one.pact()).err(),
        Some(KeyError::Agreement)
    );
    let there = words_mac_key(&a.keys, &b.keys.dh_public(), one.pact(), a.log, b.log).unwrap();
    let here = words_mac_key(&b.keys, &a.keys.dh_public(), one.pact(), a.log, b.log).unwrap();
    let back = words_mac_key(&b.keys, &a.keys.dh_public(), one.pact(), b.log, a.log).unwrap();
    assert_eq!(there.as_bytes(), here.as_bytes());
    assert_ne!(there.as_bytes(), back.as_bytes());
}

/// Whether a type has `Debug`: the inherent constant wins over the trait's where it exists.
struct Printable<T>(std::marker::PhantomData<T>);

impl<T: std::fmt::Debug> Printable<T> {
    const YES: bool = true;
}

trait NotPrintable {
    const YES: bool = false;
}

impl<T> NotPrintable for Printable<T> {}

#[test]
fn w6_no_secret_can_be_printed() {
    const { assert!(Printable::<PublicKeys>::YES, "the probe works") };
    const { assert!(!Printable::<Entropy>::YES) };
    const { assert!(!Printable::<RootKey>::YES) };
    const { assert!(!Printable::<DeviceKeys>::YES) };
    const { assert!(!Printable::<PairKey>::YES) };
}

/// Whether a type converts into another: as [`Printable`], by the inherent constant.
struct Converts<T, U>(std::marker::PhantomData<(T, U)>);

impl<T: Into<U>, U> Converts<T, U> {
    const YES: bool = true;
}

trait DoesNot {
    const YES: bool = false;
}

impl<T, U> DoesNot for Converts<T, U> {}

/// S19: no name, tag, seal, round or digest of words becomes anything that an act can hold: bytes,
/// text or a hash. To try it does not compile; this holds that nobody makes it compile.
#[test]
fn s19_nothing_of_words_converts_into_what_an_act_holds() {
    use identity::words::{Having, Round, Seal, Tag, WordId};
    macro_rules! none_of {
        ($($name:ty),*) => {$(
            const { assert!(!Converts::<$name, Vec<u8>>::YES) };
            const { assert!(!Converts::<$name, [u8; 16]>::YES) };
            const { assert!(!Converts::<$name, [u8; 32]>::YES) };
            const { assert!(!Converts::<$name, [u8; 8]>::YES) };
            const { assert!(!Converts::<$name, Hash>::YES) };
            const { assert!(!Converts::<$name, String>::YES) };
        )*};
    }
    const { assert!(Converts::<PactId, PactId>::YES, "the probe works") };
    const { assert!(Converts::<[u8; 32], PactId>::YES, "the probe works") };
    none_of!(WordId, Tag, Round, Seal, Having);
    let id = WordId::new([0xab; 16]);
    assert_eq!(format!("{id:?}"), "WordId(..)");
}

/// B7, byte by byte, against HMAC and SHA-256 written out here.
#[test]
fn tags_rounds_seals_and_digests_are_what_the_page_says() {
    use identity::cbor::Writer;
    use identity::pairing::hmac;
    use identity::words::{Having, Round, Seal, Tag, WordId};
    let one = pair(1);
    let (a, b) = (&one.devices[0], &one.devices[1]);
    let key = words_mac_key(&a.keys, &b.keys.dh_public(), one.pact(), a.log, b.log).unwrap();
    let written = |write: &dyn Fn(&mut Writer)| {
        let mut w = Writer::new();
        write(&mut w);
        w.finish()
    };
    let tag = Tag::of(&key, one.pact(), b"item");
    let expected = hmac(
        key.as_bytes(),
        &[b"handfast/words/1\0", one.pact().as_bytes(), b"item"],
    );
    let cbor = |bytes: &[u8]| {
        written(&|w| {
            w.bytes(bytes);
        })
    };
    assert_eq!(
        written(&|w| {
            tag.write(w);
        }),
        cbor(&expected[..16])
    );
    assert!(tag.is_of(&key, one.pact(), b"item") && !tag.is_of(&key, one.pact(), b"other"));

    let round = Round::of(Hash([7; 32]), Day(20_000));
    let day = Writer::new().uint(20_000).finish();
    let whole = [b"handfast/round/1\0".as_slice(), &[7; 32], &day].concat();
    assert_eq!(
        written(&|w| {
            round.write(w);
        }),
        cbor(&sha256(&whole).0[..16])
    );

    let seal = Seal::of(one.pact(), round, Person::B, &[8; 32], b"answers");
    let mut w = Writer::new();
    w.array(5).bytes(one.pact().as_bytes());
    round
        .write(&mut w)
        .uint(1)
        .bytes(&[8; 32])
        .bytes(b"answers");
    let whole = [b"handfast/seal/1\0".as_slice(), &w.finish()].concat();
    assert_eq!(
        written(&|w| {
            seal.write(w);
        }),
        cbor(&sha256(&whole).0)
    );

    let ids = [WordId::new([1; 16]), WordId::new([2; 16])];
    let one = |byte: u8| sha256(&[b"handfast/have/1\0".as_slice(), &[byte; 16]].concat()).0;
    let xor: Vec<u8> = one(1)
        .iter()
        .zip(one(2))
        .take(8)
        .map(|(x, y)| x ^ y)
        .collect();
    assert_eq!(
        written(&|w| {
            Having::of(&ids).write(w);
        }),
        cbor(&xor)
    );
    assert_eq!(Having::of(&[]), Having::NONE);
}
