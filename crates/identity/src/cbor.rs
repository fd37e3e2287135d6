//! The one canonical encoding of everything that is hashed, signed or sent (B1).
//!
//! Deterministic CBOR (RFC 8949 §4.2.1), narrowed to definite arrays, unsigned integers, byte
//! strings, text and null, with lengths in their shortest form. Every value has exactly one
//! encoding, so decoding and encoding again gives the same bytes, and two programs can never
//! disagree about what was signed. `minicbor` reads and writes the items; what it is lenient about
//! is refused here.

mod reader;
mod writer;

pub use reader::{Kind, MAX_DEPTH, Malformed, Reader};
pub use writer::Writer;

/// Whether text is written in the one form that is allowed: NFC, lines ended by LF, no U+0000.
#[must_use]
pub fn is_plain_text(text: &str) -> bool {
    // Neither byte is ever part of another character. Each text that a view keeps passes here when
    // a home is opened, so it is looked at in wide steps, without stopping early.
    let wrong = text.bytes().fold(0_u8, |wrong, byte| {
        wrong | u8::from(byte == 0) | u8::from(byte == b'\r')
    });
    wrong == 0 && (text.is_ascii() || unicode_normalization::is_nfc(text))
}
