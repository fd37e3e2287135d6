//! The session's promises, one by one: what is said in which order, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod agreeing;
mod order;
mod rig;
mod words;
mod wrongs;
