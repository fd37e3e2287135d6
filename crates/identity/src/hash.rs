//! Hashes, and the two names that are hashes: a pact's and a log's.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::Label;

/// A SHA-256 hash (B1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// The name of a device's log: the hash of its certificate (B2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogId(pub Hash);

/// The name of a pact: the hash of its founding (B2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PactId(pub Hash);

/// SHA-256 of the label, one zero byte, and the parts in a row (B1).
#[must_use]
pub fn hash(label: Label, parts: &[&[u8]]) -> Hash {
    let mut hasher = Hasher::labelled(label);
    for part in parts {
        hasher.add(part);
    }
    hasher.finish()
}

/// SHA-256 of bytes alone, where the formats write `H(…)` without a label.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    let mut hasher = Hasher::plain();
    hasher.add(bytes);
    hasher.finish()
}

/// A hash in the making, for input that lies in several places.
#[derive(Clone)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Begins without a label.
    #[must_use]
    pub fn plain() -> Self {
        Self(Sha256::new())
    }

    /// Begins with the label and its zero byte.
    #[must_use]
    pub fn labelled(label: Label) -> Self {
        let mut sha = Sha256::new();
        sha.update(label.as_str().as_bytes());
        sha.update([0]);
        Self(sha)
    }

    /// Takes more bytes.
    pub fn add(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(bytes);
        self
    }

    /// The hash of all that was added.
    #[must_use]
    pub fn finish(self) -> Hash {
        Hash(self.0.finalize().into())
    }
}

/// Text that is not a hash: 64 hexadecimal digits were expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits")]
pub struct NotAHash;

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .take(4)
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…")
    }
}

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        if text.len() != 64 {
            return Err(NotAHash);
        }
        let mut digits = text.chars().map(|digit| digit.to_digit(16).ok_or(NotAHash));
        let mut bytes = [0_u8; 32];
        for byte in &mut bytes {
            let high = digits.next().ok_or(NotAHash)??;
            let low = digits.next().ok_or(NotAHash)??;
            *byte = u8::try_from(high * 16 + low).map_err(|_| NotAHash)?;
        }
        Ok(Self(bytes))
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// As hexadecimal text, so that a hash can be the key of a JSON object too.
impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! name_of_a_hash {
    ($name:ident) => {
        impl $name {
            /// Its 32 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAHash;

            fn from_str(text: &str) -> Result<Self, NotAHash> {
                text.parse().map(Self)
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self(Hash(bytes))
            }
        }
    };
}

name_of_a_hash!(LogId);
name_of_a_hash!(PactId);
