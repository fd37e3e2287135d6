//! One device's copy: logs, gate, draft, words.

pub mod draft;
mod shelf;

pub use shelf::{Row, Shelf, ShelfError, Table, Write};
