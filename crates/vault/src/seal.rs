//! Sealing bytes: one AEAD, keys derived for each purpose, nonces from the operating system.
//!
//! A sealed text is `nonce24 ciphertext tag16` of XChaCha20-Poly1305. Nonces are random, never derived from a
//! place: an undone record's number is used again (B9).

use chacha20poly1305::{
    AeadInOut, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Tag, inout::InOutBuf},
};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes that sealing adds: the nonce before, the tag behind.
pub(crate) const OVERHEAD: usize = NONCE + TAG;
const NONCE: usize = 24;
const TAG: usize = 16;

/// The key under which everything in the database lies. It is random and never changes with the passphrase.
#[derive(Clone)]
pub struct VaultKey(Zeroizing<[u8; 32]>);

impl VaultKey {
    /// The key from its bytes, as the agent keeps them.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for the agent alone.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    /// A new key.
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new([0; 32]);
        random(bytes.as_mut())?;
        Ok(Self(bytes))
    }

    /// The key for one purpose: HKDF-SHA-256, empty salt, info `handfast/vault/1 00 purpose`.
    pub(crate) fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        expand(
            &Hkdf::new(None, self.0.as_ref()),
            &[b"handfast/vault/1\0", purpose.as_bytes()],
        )
    }

    /// The sealer for one purpose.
    pub(crate) fn sealer(&self, purpose: &str) -> Sealer {
        Sealer::new(&self.derive(purpose))
    }
}

impl std::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VaultKey(..)")
    }
}

/// The operating system gave no randomness.
#[derive(Debug)]
pub(crate) struct NoRandomness;

/// Fills bytes from the operating system.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(bytes).map_err(|_| NoRandomness)
}

/// 32 bytes of HKDF output.
#[expect(
    clippy::expect_used,
    reason = "fails only above 255 hashes of output, and a key must never be left zero"
)]
pub(crate) fn expand(hkdf: &Hkdf<Sha256>, info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    hkdf.expand_multi_info(info, out.as_mut())
        .expect("one hash of output");
    out
}

/// HMAC-SHA-256, cut to 16 bytes; RFC 5869's extract is exactly an HMAC.
pub(crate) fn mac16(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 16] {
    let (whole, _) = Hkdf::<Sha256>::extract(Some(key), &parts.concat());
    let mut out = [0; 16];
    for (to, from) in out.iter_mut().zip(whole.iter()) {
        *to = *from;
    }
    out
}

/// One key of the AEAD.
pub(crate) struct Sealer(XChaCha20Poly1305);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(..)")
    }
}

impl Sealer {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Seals a text that is given in parts, so that it is copied once.
    pub(crate) fn seal(&self, place: &[u8], text: &[&[u8]]) -> Result<Vec<u8>, NoRandomness> {
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let mut out =
            Vec::with_capacity(OVERHEAD + text.iter().map(|part| part.len()).sum::<usize>());
        out.extend_from_slice(&nonce);
        for part in text {
            out.extend_from_slice(part);
        }
        let (_, body) = out.split_at_mut(NONCE);
        // It can only fail for texts above 256 GiB.
        let tag = self
            .0
            .encrypt_inout_detached(&XNonce::from(nonce), place, InOutBuf::from(body))
            .map_err(|_| NoRandomness)?;
        out.extend_from_slice(&tag);
        Ok(out)
    }

    /// Opens what was sealed for this place, or nothing.
    pub(crate) fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
        let (body, tag) = rest.split_last_chunk::<TAG>()?;
        let mut out = body.to_vec();
        self.0
            .decrypt_inout_detached(
                &XNonce::from(*nonce),
                place,
                InOutBuf::from(out.as_mut_slice()),
                &Tag::<XChaCha20Poly1305>::from(*tag),
            )
            .ok()?;
        Some(out)
    }
}
