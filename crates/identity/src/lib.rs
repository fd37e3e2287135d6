//! Who speaks, and the proof that they spoke.
//!
//! Two persons each hold a root key made from 24 words. Together they sign a founding, which names
//! their pact; each root certifies its devices; each device signs its own log of records. This
//! crate turns bytes into those facts, or into a reason why not:
//!
//! ```text
//!   24 words ─ Entropy ─ RootKey ──signs──▶ Founding, Certificate, Revocation
//!                                               │
//!   bytes ─ UnverifiedStatement::parse ─────────┴──▶ Roster::found / admit ─▶ Statement
//!                                                       │ certificate(log)
//!                                                       ▼
//!   bytes ─ UnverifiedRecord::parse ─┐              Certified
//!   what came before: Tip ───────────┴─ verify_run ─────┘──▶ VerifiedRun ─▶ Record, Tip
//!
//!   DeviceKeys + Tip + NewRecord ─ sign_record ────────────▶ Record
//! ```
//!
//! An unverified thing shows nothing of its payload but what is needed to route it; a verified one
//! can be made in no other way than by the check ([`Record::reopen`] is for bytes that our own
//! vault authenticated). Bytes are kept as received and never encoded again.
//!
//! The crate is pure: time and random bytes are arguments. Formats: `docs/formats.md` B1 to B4.

pub mod cbor;
mod day;
mod entropy;
mod hash;
mod keys;
mod label;
pub mod pairing;
mod person;
mod record;
mod roster;
mod run;
mod statement;
pub mod words;

pub use day::Day;
pub use entropy::{Entropy, WordsError};
pub use hash::{Hash, Hasher, LogId, NotAHash, PactId, hash, sha256};
pub use keys::{
    DeviceKeys, KeyError, PairKey, PublicKeys, RootKey, Signature64, pair_key, words_mac_key,
};
pub use label::Label;
pub use person::Person;
pub use record::{
    Flags, MAX_RECORD, MAX_SEEN, NewRecord, Record, RecordError, SignError, UnverifiedRecord,
    sign_record,
};
pub use roster::{Admitted, MAX_CERTIFICATES, MAX_REVOCATIONS, Refused, Roster};
pub use run::{Head, MAX_MARKED, Mark, RunError, Tip, VerifiedRun, verify_run};
pub use statement::{
    Certificate, Certification, Certified, Founded, Founding, Revocation, Revoked, Statement,
    StatementError, UnverifiedStatement,
};
