//! The 256 bits behind a person, as bytes and as 24 words on paper (B2, BIP-39).

use bip39::{Language, Mnemonic};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::RootKey;

/// The 256 bits from which a person's root key comes. Never printed, wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Entropy([u8; 32]);

/// Why words on paper give no person back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Not 24 words.
    #[error("there must be 24 words, and these are {0}")]
    Count(usize),
    /// A word that is not in the list; positions are counted from 1.
    #[error("word {position} is not in the list of recovery words")]
    Unknown {
        /// Which word, counted from 1.
        position: usize,
    },
    /// All words are known, but one was misread or two stand in each other's place.
    #[error("the words do not fit together: one of them was misread, or two are swapped")]
    Checksum,
}

impl Entropy {
    /// From 256 random bits.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be wrapped under the passphrase.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 24 words of the BIP-39 English list.
    #[must_use]
    pub fn to_words(&self) -> Zeroizing<Vec<String>> {
        // 256 bits are always a valid length, so the empty list is never seen.
        Zeroizing::new(
            Mnemonic::from_entropy_in(Language::English, &self.0)
                .map(|mnemonic| mnemonic.words().map(str::to_owned).collect())
                .unwrap_or_default(),
        )
    }

    /// Whether a word is one of those that papers are written with.
    #[must_use]
    pub fn is_word(word: &str) -> bool {
        Language::English.find_word(&word.to_lowercase()).is_some()
    }

    /// From 24 words as somebody typed them: upper case, line breaks and numbers such as `3.`
    /// between the words are forgiven.
    pub fn from_words(typed: &str) -> Result<Self, WordsError> {
        let words = typed
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect::<Vec<_>>();
        let words = Zeroizing::new(words);
        let list = Language::English;
        if let Some(index) = words.iter().position(|word| list.find_word(word).is_none()) {
            return Err(WordsError::Unknown {
                position: index.saturating_add(1),
            });
        }
        if words.len() != 24 {
            return Err(WordsError::Count(words.len()));
        }
        let joined = Zeroizing::new(words.join(" "));
        let mnemonic =
            Mnemonic::parse_in_normalized(list, &joined).map_err(|_| WordsError::Checksum)?;
        let entropy = Zeroizing::new(mnemonic.to_entropy());
        let bytes = <[u8; 32]>::try_from(entropy.as_slice()).map_err(|_| WordsError::Checksum)?;
        Ok(Self(bytes))
    }

    /// The person's root key.
    #[must_use]
    pub fn root(&self) -> RootKey {
        RootKey::from_entropy(&self.0)
    }
}
