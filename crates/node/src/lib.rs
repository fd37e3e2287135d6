//! Keeps the copy alive: the only socket, clock and dice.
//!
//! ```text
//!            Clock ─┐             ┌─ view, draft, page, verify, export      reading
//!            Dice ──┤             ├─ act, edit, undo                        one transaction each
//! vault ── unlock ──┴─▶ Home ─────┤
//!    agent (holds the key)        ├─ pair::{invite, join} ── protocol::Pairing ─┐
//!                                 └─ meet::{sync_once, serve} ─ protocol::Session┴─ transport::Endpoint
//!                                                                                   └─ Valve ─▶ datagrams
//! ```
//!
//! The crates below are pure: they are handed the time, random bytes and what was read, and hand
//! back what to write and to send. This crate reads the clock, throws the dice, opens the socket
//! and keeps the promises of order: what a frame depends on is durable before the frame leaves,
//! and every datagram passes one valve.

pub mod agent;
pub mod clock;
pub mod dice;
pub mod home;
pub mod leaving;
pub mod meet;
pub mod notify;
pub mod pair;
pub mod pausing;
pub mod places;
pub mod settings;
pub mod space;
pub mod transport;
pub mod tray;
pub mod words;

pub use clock::Clock;
pub use dice::Dice;
pub use home::{Home, HomeError};
pub use vault::{
    Cost, FileError, KeysError, Marks, Passphrase, Places, VaultError, VaultKey, is_archive, marks,
};
