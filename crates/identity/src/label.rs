//! The closed table of labels (B1): what a hash, a signature or a derived key is for.
//!
//! Every label stands inside the bytes that are hashed or signed, so nothing made for one purpose
//! can be shown for another, and a new version is a new label.

/// What a hash, a signature or a derived key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Label {
    /// A root key, derived from the entropy.
    Person,
    /// The founding of a pact, signed and hashed.
    Founding,
    /// A device certificate, signed by its person's root and hashed.
    Device,
    /// A device certificate, signed by the device itself.
    DeviceKey,
    /// A revocation, signed and hashed.
    Revoke,
    /// A record, signed.
    Record,
    /// A record, as a link of its log's chain.
    Link,
    /// The actor of the draft's genesis.
    Draft,
    /// The pair key, and the TLS exporter of a pairing.
    Pair,
    /// The tag of a confidential item.
    Words,
    /// The key under which such a tag is made.
    WordsMac,
    /// One id in the digest of held words.
    Have,
    /// A round of a check-in.
    Round,
    /// A sealed answer of a check-in.
    Seal,
}

impl Label {
    /// All of them; the tests hold that no two are alike.
    pub const ALL: [Self; 14] = [
        Self::Person,
        Self::Founding,
        Self::Device,
        Self::DeviceKey,
        Self::Revoke,
        Self::Record,
        Self::Link,
        Self::Draft,
        Self::Pair,
        Self::Words,
        Self::WordsMac,
        Self::Have,
        Self::Round,
        Self::Seal,
    ];

    /// The label as it is hashed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "handfast/person/1",
            Self::Founding => "handfast/founding/1",
            Self::Device => "handfast/device/1",
            Self::DeviceKey => "handfast/device-key/1",
            Self::Revoke => "handfast/revoke/1",
            Self::Record => "handfast/record/1",
            Self::Link => "handfast/link/1",
            Self::Draft => "handfast/draft/1",
            Self::Pair => "handfast/pair/1",
            Self::Words => "handfast/words/1",
            Self::WordsMac => "handfast/words-mac/1",
            Self::Have => "handfast/have/1",
            Self::Round => "handfast/round/1",
            Self::Seal => "handfast/seal/1",
        }
    }
}
