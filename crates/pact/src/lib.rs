//! What two people can say, and what it adds up to.
//!
//! A device's log holds records. This crate reads the payload of one record as an [`Act`], and
//! folds the acts of all logs into one [`View`]: what is true now.
//!
//! ```text
//!   kind + body ── read ──▶ Reading ─┐
//!   log, seq, day, marks ────────────┴─ Placed ── View::fold ──▶ View
//!                                                                 │ today
//!      agreements, offers, owned, due, thanks, news, reviews ◀────┘
//! ```
//!
//! Nothing here judges when something arrives. Acts are kept as facts; whether a proposal took,
//! who had the right to say a thing, which correction stands, is worked out when it is asked, from
//! the facts alone. So the view is the same in whatever order the logs came in
//! (`docs/formats.md` B5), and a wrong act has no effect without ever being refused.
//!
//! The crate is pure: `today` is an argument.

pub mod act;
pub mod calendar;
pub mod content;
pub mod rule;
pub mod short;
pub mod summary;
pub mod text;
pub mod view;
pub mod when_then;
pub mod wording;

pub use act::{Act, ActError, Body, EDIT, How, Reading, read};
pub use content::{Content, ContentError, ItemId, ItemType, Part, Who};
pub use rule::{Rule, RuleError};
pub use view::{
    Agreement, Answer, Beside, Due, Entry, Held, Named, News, NewsOf, NoEffect, Offer, Owned,
    OwnedSet, Past, Placed, SnapshotError, SpaceTaken, Standing, State, View, What, Why, Written,
};
pub use when_then::WhenThen;
