//! What tells a reader who wrote confidential words, and convinces nobody else (B7).
//!
//! A tag is made with a key that author and reader share, so whoever can check one can make one.
//! For the same reason nothing here may be committed to by anything signed (S19): the values hide
//! their bytes. They convert into nothing, print nothing, and leave only through `write`, into the
//! frames and rows that carry words; an architecture test holds where this module may be named.

use std::fmt;

use subtle::ConstantTimeEq;

use crate::cbor::{Malformed, Reader, Writer};
use crate::pairing::hmac;
use crate::{Day, Hash, Label, PactId, PairKey, Person, hash};

macro_rules! hidden_bytes {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Reads one where it stands in words.
            ///
            /// # Errors
            /// It is no byte string of its length.
            pub fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                reader.fixed().map(Self)
            }

            /// Writes it where words carry it.
            pub fn write<'w>(&self, writer: &'w mut Writer) -> &'w mut Writer {
                writer.bytes(&self.0)
            }
        }

        /// Says that there is one, and nothing of it.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

hidden_bytes!(
    /// The name of an item of words: 16 random bytes.
    WordId,
    16
);
hidden_bytes!(
    /// What shows one device that another wrote an item, and shows nobody else anything.
    Tag,
    16
);
hidden_bytes!(
    /// A round of a check-in: the questions as agreed, and the day.
    Round,
    16
);
hidden_bytes!(
    /// What somebody will have answered, before they show it.
    Seal,
    32
);
hidden_bytes!(
    /// Which words were ever had: equal on two devices that had the same.
    Having,
    8
);

impl WordId {
    /// From 16 random bytes.
    #[must_use]
    pub const fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// A name for this device alone: where its row lies, and what its person types for it. Keyed,
    /// so that what lies on the disk does not tell whether an item was ever here.
    #[must_use]
    pub fn here(&self, key: &[u8; 32], what: &str) -> [u8; 32] {
        hmac(key, &[what.as_bytes(), &[0], &self.0])
    }
}

impl Tag {
    /// HMAC(K, "handfast/words/1" 00 pact item)[..16].
    #[must_use]
    pub fn of(key: &PairKey, pact: PactId, item: &[u8]) -> Self {
        let label = Label::Words.as_str().as_bytes();
        let whole = hmac(key.as_bytes(), &[label, &[0], pact.as_bytes(), item]);
        Self(first(&whole))
    }

    /// Whether this is the tag of that item under that key, in constant time.
    #[must_use]
    pub fn is_of(&self, key: &PairKey, pact: PactId, item: &[u8]) -> bool {
        Self::of(key, pact, item).0.ct_eq(&self.0).into()
    }
}

impl Round {
    /// H("handfast/round/1" 00 p CBOR(day))[..16], p being the proposal of the questions.
    #[must_use]
    pub fn of(questions: Hash, day: Day) -> Self {
        let day = Writer::new().uint(day.0.into()).finish();
        Self(first(&hash(Label::Round, &[&questions.0, &day]).0))
    }
}

impl Seal {
    /// H("handfast/seal/1" 00 CBOR([pact, round, person, nonce32, answers])).
    #[must_use]
    pub fn of(
        pact: PactId,
        round: Round,
        person: Person,
        nonce: &[u8; 32],
        answers: &[u8],
    ) -> Self {
        let mut w = Writer::new();
        w.array(5).bytes(pact.as_bytes()).bytes(&round.0);
        w.uint(person.index()).bytes(nonce).bytes(answers);
        Self(hash(Label::Seal, &[&w.finish()]).0)
    }
}

impl Having {
    /// Of nothing.
    pub const NONE: Self = Self([0; 8]);

    /// XOR over the ids of H("handfast/have/1" 00 id)[..8].
    #[must_use]
    pub fn of<'a>(ids: impl IntoIterator<Item = &'a WordId>) -> Self {
        let mut all = Self::NONE;
        for id in ids {
            let one: [u8; 8] = first(&hash(Label::Have, &[&id.0]).0);
            for (sum, byte) in all.0.iter_mut().zip(one) {
                *sum ^= byte;
            }
        }
        all
    }
}

/// The first bytes of a hash.
fn first<const N: usize>(whole: &[u8; 32]) -> [u8; N] {
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(whole) {
        *to = *from;
    }
    out
}
