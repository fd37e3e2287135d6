//! What a pairing computes (B3): the proof that one holds the ticket, the commitment, six words.

use bip39::Language;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::keys::derive;
use crate::{Founding, Hash, PublicKeys, sha256};

/// The secret of a ticket.
pub type TicketSecret = [u8; 16];

/// What the joiner sends first: HMAC(secret, "join" exporter keyA keyB), keys being TLS keys.
#[must_use]
pub fn join_mac(
    secret: &TicketSecret,
    exporter: &[u8; 32],
    key_a: &[u8; 32],
    key_b: &[u8; 32],
) -> [u8; 32] {
    hmac(secret, &[b"join", exporter, key_a, key_b])
}

/// Whether that is what the joiner sent, in constant time.
#[must_use]
pub fn join_mac_is(
    received: &[u8; 32],
    secret: &TicketSecret,
    exporter: &[u8; 32],
    key_a: &[u8; 32],
    key_b: &[u8; 32],
) -> bool {
    join_mac(secret, exporter, key_a, key_b)
        .ct_eq(received)
        .into()
}

/// What the inviter sends instead of its nonce until the joiner's is known, so that neither can
/// try nonces until six words fit.
#[must_use]
pub fn commitment(nonce_a: &[u8; 16]) -> Hash {
    sha256(nonce_a)
}

/// The six words both read aloud: the first 66 bits of HKDF(secret, salt exporter, info F signA
/// dhA signB dhB) in the BIP-39 English list.
#[must_use]
pub fn six_words(
    secret: &TicketSecret,
    exporter: &[u8; 32],
    founding: &Founding,
    a: &PublicKeys,
    b: &PublicKeys,
) -> [&'static str; 6] {
    let info = [&founding.bytes()[..], &a.sign, &a.dh, &b.sign, &b.dh].concat();
    let bits = derive(secret, exporter, &info);
    let mut words = [""; 6];
    let mut source = bits.iter();
    let (mut pool, mut held) = (0_u32, 0_u32);
    for word in &mut words {
        while held < 11 {
            pool = (pool << 8) | u32::from(source.next().copied().unwrap_or_default());
            held += 8;
        }
        held -= 11;
        let index = usize::try_from((pool >> held) & 0x7ff).unwrap_or_default();
        *word = Language::English
            .word_list()
            .get(index)
            .copied()
            .unwrap_or_default();
    }
    words
}

/// HMAC with SHA-256 of the parts in a row.
#[must_use]
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        // HMAC takes keys of every length (RFC 2104 §2).
        return [0; 32];
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
