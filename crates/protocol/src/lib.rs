//! How two devices talk: bytes and time in, intentions out.
//!
//! Nothing here opens a socket, reads a clock or rolls dice. A driver (`node`, or the simulated
//! world of the tests) owns a machine, feeds it [`Input`]s and drains its one ordered queue of
//! [`Output`]s:
//!
//! ```text
//!   stream ── bytes ──▶ take_frame ─▶ Input::Frame ─┐
//!   something was written here ─▶ Input::Changed ───┼─▶ Session ─▶ poll ─▶ Persist(writes)  commit them, then
//!   a WakeAt came due ─▶ Input::Tick ───────────────┘                     Input::Persisted
//!                                                                      ├▶ Transmit(bytes)  write them
//!                                                                      ├▶ WakeAt(why, when)
//!                                                                      ├▶ Event            tell the program
//!                                                                      └▶ Close(why)       drop the connection
//! ```
//!
//! What is transmitted only ever follows from what was persisted: the queue holds nothing after a
//! `Persist` until the driver has said [`Input::Persisted`]. So a crash between any two outputs
//! loses no promise that the other end was given.
//!
//! Two machines: [`Pairing`] (B3) makes two strangers with a ticket into a pact, [`Session`] (B8)
//! brings two devices of a pact to the same records. Both speak [`Frame`]s, a closed list.
//!
//! The crate is pure. Formats: `docs/formats.md` B3, B6 and B8.

mod clock;
pub mod frames;
pub mod pairing;
pub mod session;
mod ticket;
mod violation;

pub use clock::{Clock, Moment};
pub use frames::{Frame, FrameError, Hello, MAX_FRAME, decode, encode, flush, take_frame};
pub use pairing::{
    Met, Own, Pairing, PairingEnd, PairingInput, PairingOutput, PairingStep, SaidYes,
};
pub use session::{Closing, Event, Input, Output, Session, SessionError, Why};
pub use ticket::{MAX_TICKET_ADDRESSES, TICKET_LIFE_MS, Ticket, TicketError};
pub use violation::Violation;

/// The version of the session that this program speaks.
pub const VERSION: u64 = 1;
