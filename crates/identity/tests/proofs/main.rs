//! The invariants of identity, numbered in each file and then proved.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod canonical;
mod people;
mod roster;
mod run;
mod splice;
mod words;
