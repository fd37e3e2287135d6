//! The words a person types: the program `handfast`.
//!
//! ```text
//! typed line ─▶ cli (clap) ─▶ verbs/* ─▶ node::Home ─▶ vault, replica, QUIC
//!                               │
//!              desk: who is asking, who answers, where the home is
//!              out, ask, render, screens: what a person meets
//! ```
//!
//! One verb, one file; its doc comment is its manual. Nothing here knows a signature, a socket or
//! a clock: those live behind `node`.

mod ask;
#[cfg(test)]
mod canaries;
mod card;
mod changed;
mod check_in;
mod cli;
mod concerns;
mod confidential;
mod crossed;
mod dates;
mod days;
mod desk;
mod devices;
mod doing;
mod editor;
mod entry;
mod evening;
mod examples;
mod follow;
mod full_screen;
mod groups;
mod hints;
mod items;
mod keyboard;
mod leaving;
mod letter;
mod look;
mod manuals;
mod meeting;
mod menu;
mod names;
mod narrow;
mod nearest;
mod new_file;
mod offers;
mod order;
mod out;
mod owned;
mod passphrase;
mod private;
mod reference;
mod render;
mod report;
mod returns;
mod reviews;
mod run;
mod screens;
mod shorts;
mod shut_first;
mod sorts;
mod spaces;
mod spoken;
mod states;
mod summary;
mod taken_back;
mod today;
mod told;
mod tour;
mod tray;
mod trouble;
mod verbs;
mod ways_out;
mod weeks;
mod what;
mod which;
mod wishes;

use std::process::ExitCode;

fn main() -> ExitCode {
    run::run(std::env::args_os())
}
