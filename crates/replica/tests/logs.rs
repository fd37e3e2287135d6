//! What a copy of the logs promises, as numbered invariants.
//!
//! 1. The same held records give the same view, whatever the order and the runs they came in.
//! 2. A run is taken whole or not at all, wherever it is cut; what is refused changes nothing.
//! 3. A home opened again is the same as before; appending and receiving read no history.
//! 4. A record spliced from another log, place, kind or pact is refused.
//! 5. Two histories of one log are found whoever meets whom, both are kept, the log is frozen at
//!    the last common record, and everybody ends with the same view.
//! 6. What a revocation does not honour has no effect, whatever the order of arrival, and the
//!    branch that it names counts.
//! 7. What was undone never left and leaves no trace; what may have left is not undone.
//! 8. Nothing of one's own may be shown before its grace is over and it is offered.
//! 9. A home copied back at any point loses nothing and doubles nothing, and its log is not frozen.
//! 10. No mutation of a run makes anything panic, and none is taken unless it is the honest run.
//! 11. Before two records of different logs stands what their authors signed, and nothing else.
//! 12. A crash before the writes are kept leaves the home as it was.
//! 13. What a peer with modified software sends is kept within bounds that hold for each table, and
//!     the answer to it tells nothing of what is in its grace.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod logs {
    mod arrival;
    mod fork;
    mod hostile;
    mod people;
    mod restore;
    mod siege;
    mod undo;
}
