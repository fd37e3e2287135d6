//! One device's copy: logs, gate, draft, words.

pub mod draft;
mod replica;
mod shelf;
mod state;
mod wrong;

pub use replica::{EditAnew, Entry, Fork, Outcome, Outgoing, Received, Replica, Standing, Undone};
pub use shelf::{Row, Shelf, ShelfError, Table, Write};
pub use state::{Branch, Limit, LogState, Why};
pub use wrong::{Misuse, Refusal, Wrong};
