//! Root and device keys, and the one place where a signature is checked.

use std::sync::OnceLock;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{Label, LogId, PactId};

/// An Ed25519 signature as bytes, not yet checked.
pub type Signature64 = [u8; 64];

/// A key that must not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not an Ed25519 public key, or one of small order, with which anything can seem signed.
    #[error("not a usable signing key")]
    Signing,
    /// An X25519 public key that would make the shared secret known to everybody.
    #[error("not a usable key for agreement")]
    Agreement,
}

/// A person's root key (B2). Certifies devices, never signs records. Never printed.
#[derive(ZeroizeOnDrop)]
pub struct RootKey(SigningKey);

impl RootKey {
    pub(crate) fn from_entropy(entropy: &[u8; 32]) -> Self {
        let seed = derive(entropy, &[], Label::Person.as_str().as_bytes());
        Self(SigningKey::from_bytes(&seed))
    }

    /// The public half, which stands in the founding.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Signs `label 0x00 data`.
    #[must_use]
    pub fn sign(&self, label: Label, data: &[u8]) -> Signature64 {
        self.0.sign(&labelled(label, &[data])).to_bytes()
    }
}

/// The public halves of a device's two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKeys {
    /// Ed25519: TLS key, record key, actor of the draft.
    pub sign: [u8; 32],
    /// X25519, independent of the other.
    pub dh: [u8; 32],
}

/// A device's keys, made fresh for each pact (B2). Never printed; each of the parts wipes itself
/// when it is dropped.
pub struct DeviceKeys {
    sign_seed: Zeroizing<[u8; 32]>,
    /// Made of the seed when something is first signed: most commands sign nothing.
    sign: OnceLock<SigningKey>,
    dh: StaticSecret,
}

impl DeviceKeys {
    /// From two independent seeds of 256 random bits.
    #[must_use]
    pub fn from_seeds(sign: [u8; 32], dh: [u8; 32]) -> Self {
        Self {
            sign_seed: Zeroizing::new(sign),
            sign: OnceLock::new(),
            dh: StaticSecret::from(dh),
        }
    }

    fn signing(&self) -> &SigningKey {
        self.sign
            .get_or_init(|| SigningKey::from_bytes(&self.sign_seed))
    }

    /// The seed of the signing key: to be kept in the vault, and for TLS.
    #[must_use]
    pub fn sign_seed(&self) -> Zeroizing<[u8; 32]> {
        self.sign_seed.clone()
    }

    /// The seed of the agreement key: to be kept in the vault.
    #[must_use]
    pub fn dh_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.dh.to_bytes())
    }

    /// The public signing key.
    #[must_use]
    pub fn sign_public(&self) -> [u8; 32] {
        self.signing().verifying_key().to_bytes()
    }

    /// The public agreement key.
    #[must_use]
    pub fn dh_public(&self) -> [u8; 32] {
        PublicKey::from(&self.dh).to_bytes()
    }

    /// Both public halves.
    #[must_use]
    pub fn public(&self) -> PublicKeys {
        PublicKeys {
            sign: self.sign_public(),
            dh: self.dh_public(),
        }
    }

    /// The X25519 secret shared with another device; refuses keys of small order.
    pub fn dh_agree(&self, theirs: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let shared = self.dh.diffie_hellman(&PublicKey::from(*theirs));
        if !shared.was_contributory() {
            return Err(KeyError::Agreement);
        }
        Ok(Zeroizing::new(shared.to_bytes()))
    }

    /// Signs `label 0x00 parts…`.
    pub(crate) fn sign(&self, label: Label, parts: &[&[u8]]) -> Signature64 {
        self.signing().sign(&labelled(label, parts)).to_bytes()
    }
}

/// The key that two devices share, and nobody else (B2). Never printed.
#[derive(ZeroizeOnDrop)]
pub struct PairKey([u8; 32]);

impl PairKey {
    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// `K_ij` of B2: what this device and the other derive alone.
pub fn pair_key(ours: &DeviceKeys, theirs: &[u8; 32], pact: PactId) -> Result<PairKey, KeyError> {
    let shared = ours.dh_agree(theirs)?;
    let key = derive(&*shared, pact.as_bytes(), Label::Pair.as_str().as_bytes());
    Ok(PairKey(*key))
}

/// The key of the tags that `author` puts on words for `recipient` (B7).
pub fn words_mac_key(
    ours: &DeviceKeys,
    theirs: &[u8; 32],
    pact: PactId,
    author: LogId,
    recipient: LogId,
) -> Result<PairKey, KeyError> {
    let shared = ours.dh_agree(theirs)?;
    let info = [
        Label::WordsMac.as_str().as_bytes(),
        author.as_bytes(),
        recipient.as_bytes(),
    ]
    .concat();
    let key = derive(&*shared, pact.as_bytes(), &info);
    Ok(PairKey(*key))
}

/// A public signing key. Nothing verifies under it that is not usable: a point of the curve, not
/// of small order, in its one spelling.
#[derive(Clone)]
pub(crate) struct VerifyKey {
    bytes: [u8; 32],
    /// The point, once it was asked for: none if the key is not usable.
    point: OnceLock<Option<VerifyingKey>>,
}

impl VerifyKey {
    /// A key that is usable.
    pub(crate) fn parse(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = Self::kept(bytes);
        match key.point() {
            Some(_) => Ok(key),
            None => Err(KeyError::Signing),
        }
    }

    /// A key that was found usable before our own vault kept it. Most commands verify nothing, so
    /// its point is found, and judged again, when something is to be verified under it.
    pub(crate) const fn kept(bytes: &[u8; 32]) -> Self {
        Self {
            bytes: *bytes,
            point: OnceLock::new(),
        }
    }

    fn point(&self) -> Option<&VerifyingKey> {
        let usable = || {
            let key = VerifyingKey::from_bytes(&self.bytes).ok()?;
            let plain = !key.is_weak() && key.to_edwards().compress().to_bytes() == self.bytes;
            plain.then_some(key)
        };
        self.point.get_or_init(usable).as_ref()
    }

    /// Whether this key signed `label 0x00 parts…`. Strict: no small order, no malleable form.
    pub(crate) fn verifies(&self, label: Label, parts: &[&[u8]], signature: &Signature64) -> bool {
        self.verifies_message(&labelled(label, parts), signature)
    }

    /// The only call of `verify_strict` in the house.
    fn verifies_message(&self, message: &[u8], signature: &Signature64) -> bool {
        self.point().is_some_and(|key| {
            key.verify_strict(message, &Signature::from_bytes(signature))
                .is_ok()
        })
    }
}

fn labelled(label: Label, parts: &[&[u8]]) -> Vec<u8> {
    let mut message = label.as_str().as_bytes().to_vec();
    message.push(0);
    for part in parts {
        message.extend_from_slice(part);
    }
    message
}

/// HKDF of B1: RFC 5869 with SHA-256, 32 bytes.
pub(crate) fn derive(input: &[u8], salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    let expanded = Hkdf::<Sha256>::new(Some(salt), input).expand(info, &mut *key);
    // RFC 5869 allows 8,160 bytes.
    debug_assert!(expanded.is_ok(), "32 bytes are never too many");
    key
}

#[cfg(test)]
mod tests;
