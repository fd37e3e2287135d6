//! Judges what the facts add up to.
