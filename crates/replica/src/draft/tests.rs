//! Tests of the draft: people who write it, and everything that a hostile one can try.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod cache;
mod count;
mod crossed;
mod form;
mod hostile;
mod kept;
mod offering;
mod people;
mod random;
mod writing;
