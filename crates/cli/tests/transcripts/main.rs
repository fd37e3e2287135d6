//! The command line by transcripts: the real binary, homes that rehearse, answers from a pipe, a
//! clock that the test sets. Every run is also checked for what no screen may hold (`people.rs`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod asked;
mod attacked;
mod beginning;
mod between;
mod browser;
mod calendars;
mod canaries;
mod capabilities;
mod check_ins;
mod crossed;
mod days;
mod drafts;
mod due;
mod fading;
mod hard;
mod help;
mod leaf;
mod leaving;
mod locked;
mod looked_back;
mod looking;
mod machine;
mod meeting;
mod menu;
mod months;
mod names;
mod narrow;
mod note;
mod outside;
mod owned;
mod pairing;
mod pausing;
mod people;
mod plan;
mod review;
mod scripts;
mod slips;
mod space;
mod states;
mod stories;
mod story_c;
mod story_d;
mod story_e;
mod story_g;
mod struck;
mod summary;
mod tour;
mod twice;
mod words;
mod writing;
mod wrongly;
