//! Edge cases of Ed25519 and X25519 through our own wrapper (S35).
//!
//! K1 What Wycheproof calls valid is accepted, what it calls invalid is refused; bytes of a wrong
//!    length cannot even be handed in.
//! K2 No key of small order and no second encoding of a key is ever a key.
//! K3 No signature whose R is of small order, or written in a second way, is accepted, for any of
//!    the vectors that a lenient verifier lets pass (the class of C2SP's CCTV vectors, made here).
//! K4 S is below the group order: adding the order to it makes the signature worthless.
//! K5 An agreement with a key of small order is refused; Wycheproof's other results are met.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest, Sha512};

use super::*;

fn accepts(key: &[u8; 32], message: &[u8], signature: &Signature64) -> bool {
    VerifyKey::parse(key).is_ok_and(|key| key.verifies_message(message, signature))
}

#[test]
fn k1_wycheproof_ed25519() {
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in set.test_groups {
        for test in group.tests {
            let key: &[u8] = &group.key.pk;
            let accepted = match (key.try_into(), test.sig.as_slice().try_into()) {
                (Ok(key), Ok(signature)) => accepts(key, &test.msg, signature),
                _ => false,
            };
            let expected = !test.result.must_fail();
            assert_eq!(accepted, expected, "test {}: {}", test.tc_id, test.comment);
            *(if expected { &mut valid } else { &mut invalid }) += 1;
        }
    }
    assert!(
        valid > 50 && invalid > 30,
        "the set was read: {valid} valid, {invalid} invalid"
    );
}

/// The eight points of small order in their canonical encodings, and the six other encodings that
/// lenient decoders take for them (RFC 8032 §5.1.3 forbids those).
fn small_order_encodings() -> Vec<[u8; 32]> {
    let mut all: Vec<[u8; 32]> = EIGHT_TORSION
        .iter()
        .map(|point| point.compress().to_bytes())
        .collect();
    let mut p_plus = |low: u8, sign: bool| {
        let mut bytes = [0xff; 32];
        bytes[0] = low;
        bytes[31] = if sign { 0xff } else { 0x7f };
        all.push(bytes);
    };
    p_plus(0xed, false); // y = p, for 0
    p_plus(0xed, true);
    p_plus(0xee, false); // y = p + 1, for 1
    p_plus(0xee, true);
    p_plus(0xec, true); // y = -1 with x = -0
    let mut one = [0; 32];
    one[0] = 1;
    one[31] = 0x80; // y = 1 with x = -0
    all.push(one);
    all
}

#[test]
fn k2_keys_of_small_order_or_in_a_second_encoding() {
    let all = small_order_encodings();
    assert_eq!(
        all.iter().collect::<std::collections::BTreeSet<_>>().len(),
        14
    );
    for key in &all {
        assert_eq!(
            VerifyKey::parse(key).err(),
            Some(KeyError::Signing),
            "{key:02x?}"
        );
    }
    let good = DeviceKeys::from_seeds([1; 32], [2; 32]).sign_public();
    assert!(VerifyKey::parse(&good).is_ok());
}

/// What our own vault kept is looked at when it is used: nothing verifies under an unusable key.
#[test]
fn k2_an_unusable_key_verifies_nothing_wherever_it_was_kept() {
    for key in &small_order_encodings() {
        // R = 0, s = 0: what a lenient check takes for a signature of any message.
        for signature in [[0; 64], {
            let mut neutral = [0; 64];
            neutral[0] = 1;
            neutral
        }] {
            assert!(!VerifyKey::kept(key).verifies_message(b"anything", &signature));
        }
    }
    let keys = DeviceKeys::from_seeds([1; 32], [2; 32]);
    let signature = keys.sign(Label::Device, &[b"this"]);
    let kept = VerifyKey::kept(&keys.sign_public());
    assert!(kept.verifies(Label::Device, &[b"this"], &signature));
    assert!(!kept.verifies(Label::Device, &[b"that"], &signature));
}

/// k of RFC 8032 §5.1.7, from the encodings as they stand.
fn challenge(r: &[u8; 32], a: &[u8; 32], message: &[u8]) -> Scalar {
    let mut sha = Sha512::new();
    sha.update(r);
    sha.update(a);
    sha.update(message);
    Scalar::from_bytes_mod_order_wide(&sha.finalize().into())
}

#[test]
fn k3_what_only_lenient_verifiers_accept() {
    let secret = Scalar::from_bytes_mod_order([7; 32]);
    let nonce = Scalar::from_bytes_mod_order([9; 32]);
    let encodings = small_order_encodings();
    let with_torsion = |scalar: Scalar| {
        EIGHT_TORSION.map(|t| (ED25519_BASEPOINT_POINT * scalar + t).compress().to_bytes())
    };
    let keys: Vec<([u8; 32], Option<Scalar>)> = encodings
        .iter()
        .map(|e| (*e, None))
        .chain(with_torsion(secret).into_iter().map(|e| (e, Some(secret))))
        .collect();
    let commitments: Vec<([u8; 32], Option<Scalar>)> = encodings
        .iter()
        .map(|e| (*e, None))
        .chain(with_torsion(nonce).into_iter().map(|e| (e, Some(nonce))))
        .collect();
    let (mut refused, mut accepted) = (0, 0);
    for (a, a_scalar) in &keys {
        for (r, r_scalar) in &commitments {
            for message in [&b"one"[..], b"two", b"three", b"four"] {
                let k = challenge(r, a, message);
                let s = r_scalar.unwrap_or(Scalar::ZERO) + k * a_scalar.unwrap_or(Scalar::ZERO);
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(r);
                signature[32..].copy_from_slice(s.as_bytes());
                // With both points of large order, RFC 8032's own equation (without the
                // cofactor) decides, computed here by hand.
                let strict = a_scalar.is_some() && r_scalar.is_some() && {
                    let point = CompressedEdwardsY(*a).decompress().unwrap();
                    (ED25519_BASEPOINT_POINT * s - point * k)
                        .compress()
                        .to_bytes()
                        == *r
                };
                assert_eq!(
                    accepts(a, message, &signature),
                    strict,
                    "A {a:02x?} R {r:02x?}"
                );
                *(if strict { &mut accepted } else { &mut refused }) += 1;
            }
        }
    }
    assert!(
        refused > 1_500 && accepted > 4,
        "{refused} refused, {accepted} accepted"
    );
}

#[test]
fn k4_s_is_below_the_order() {
    let keys = DeviceKeys::from_seeds([3; 32], [4; 32]);
    let signature = keys.sign(Label::Record, &[b"x"]);
    let key = VerifyKey::parse(&keys.sign_public()).unwrap();
    assert!(key.verifies(Label::Record, &[b"x"], &signature));
    // The order of the group, little-endian (RFC 8032 §5.1).
    let mut order = [0_u8; 32];
    order[..16].copy_from_slice(&[
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14,
    ]);
    order[31] = 0x10;
    let mut malleable = signature;
    let mut carry = 0_u16;
    for (byte, add) in malleable[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "S + L still fits");
    assert!(!key.verifies(Label::Record, &[b"x"], &malleable));
    // The signature binds the label.
    assert!(!key.verifies(Label::Device, &[b"x"], &signature));
}

#[test]
fn k5_agreement_is_contributory() {
    let set = wycheproof::xdh::TestSet::load(wycheproof::xdh::TestName::X25519).unwrap();
    let (mut agreed, mut refused) = (0, 0);
    for group in set.test_groups {
        for test in group.tests {
            let (Ok(private), Ok(public)) = (
                <[u8; 32]>::try_from(test.private_key.as_slice()),
                <[u8; 32]>::try_from(test.public_key.as_slice()),
            ) else {
                continue;
            };
            let shared = DeviceKeys::from_seeds([0; 32], private).dh_agree(&public);
            if test.shared_secret.iter().all(|byte| *byte == 0) {
                assert_eq!(
                    shared.err(),
                    Some(KeyError::Agreement),
                    "test {}",
                    test.tc_id
                );
                refused += 1;
            } else {
                assert_eq!(
                    shared.unwrap()[..],
                    test.shared_secret[..],
                    "test {}",
                    test.tc_id
                );
                agreed += 1;
            }
        }
    }
    assert!(
        agreed > 400 && refused > 10,
        "{agreed} agreed, {refused} refused"
    );
}
