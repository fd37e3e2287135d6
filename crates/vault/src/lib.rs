//! The encrypted home of what is kept; it knows only bytes.
//!
//! ```text
//! Places ── create / unlock(Passphrase) ──▶ VaultKey ──▶ Vault::open ──▶ Vault
//!                                                                         ├─ read()  ─▶ Reader
//!                                                                         └─ begin() ─▶ Txn ─ commit()
//! Places ── state::{Lock, valve, leaving}   work while locked, outside the database
//! Places ── leaving::Departure               ends it, without a key
//! Places ── tray::put                       sealed to the home's public drop key, works while locked
//! ```
//!
//! Nothing here knows a record, a person or a plan. Records are byte strings in numbered logs, everything else
//! is a row of a table. What each file holds, byte by byte, stands in `docs/vault.md` (B9 of the formats).

mod db;
mod fading;
mod files;
mod hex;
mod keys;
pub mod leaving;
mod logs;
mod places;
mod seal;
pub mod state;
mod table;
pub mod tray;

pub use db::{Reader, Txn, Vault, VaultError};
pub use fading::{LEAP, SLOTS, Tide};
pub use files::FileError;
pub use keys::{
    Cost, KeysError, Marks, Passphrase, change_passphrase, create, create_with, is_archive, marks,
    secret, unlock,
};
pub use places::Places;
pub use seal::VaultKey;
pub use table::{Pair, Table};
