//! What tests and benchmarks of any room need: a shelf in memory, two persons who have met, and
//! histories that look like ten years of a life.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod couple;
mod history;
mod shelf;

pub use couple::{Couple, Home, all, meet, send};
pub use history::{History, history};
pub use shelf::{MemoryShelf, Misapplied};
