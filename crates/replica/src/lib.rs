//! One device's copy: logs, gate, draft, words.
//!
//! A pact is written into logs: each device has one, to which it alone can add. A [`Replica`]
//! holds them all, as far as they have come, and knows what they add up to. It is small and has no
//! disk: it reads what is kept through a [`Shelf`], and every step that changes something gives
//! back [`Write`]s, to be kept as one transaction before the next step.
//!
//! ```text
//!   own:     Entry ── append ──▶ Record, Writes ── (grace) ── releasable ── offer ──▶ may leave
//!                                   ▲ undo ◀───────────────────┘
//!   peer's:  Mark ── compare ──▶ Standing ── outgoing ──▶ runs for the peer
//!            run ── receive ──▶ Received { writes, outcome } | Refusal
//!                     │  verify_run, then: held whole, or not at all
//!                     ├─ follows what is held ──▶ folded into the View
//!                     ├─ leaves it earlier ─────▶ fork: both kept, the log is frozen
//!                     └─ of one's own log ──────▶ a restored copy: renew, redo (B6)
//!   roster:  statements ── admit ──▶ who may speak, and how much of each log counts
//! ```
//!
//! What is *held* is a union of authenticated prefixes, the same whatever the arrival; what
//! *counts* of it is a function of what is held and of the roster ([`Replica::honoured`]); and the
//! view is a function of what counts. Appending and receiving cost what is new; only a revocation
//! that takes something back, or a fork, costs the history.
//!
//! The crate is pure: `now` and random bytes are arguments. Formats: `docs/formats.md` B4, B6.

mod append;
pub mod draft;
mod edits;
mod exchange;
mod honour;
mod pending;
mod receive;
mod reckon;
mod replica;
mod restore;
mod run;
mod shelf;
mod state;
#[cfg(feature = "testing")]
pub mod testing;
mod walk;
pub mod words;
mod wrong;

pub use append::{Entry, Undone};
pub use edits::EditRow;
pub use exchange::{Evidence, Fork, Outgoing, Standing};
pub use receive::{Outcome, Received, STORE_CAP};
pub use reckon::Paths;
pub use replica::Replica;
pub use restore::EditAnew;
pub use run::Run;
pub use shelf::{Row, Shelf, ShelfError, Table, Write};
pub use state::{Branch, Limit, LogState, Why};
pub use wrong::{Misuse, Refusal, Wrong};
