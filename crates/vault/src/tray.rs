//! The tray: what is written while the home is locked, sealed to its public drop key.

use crate::{FileError, KeysError, Places, VaultKey};

/// One sealed file; the order of these is the order of writing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slip {
    number: u64,
    id: [u8; 16],
}

/// What can be wrong with the tray.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrayError {
    /// A file could not be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The drop key could not be read.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The file was changed, moved, or sealed to another home.
    #[error("a file in the tray cannot be opened")]
    Damaged,
    /// Larger than a slip can be, or more slips than the tray holds.
    #[error("this does not fit into the tray")]
    Full,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
}

/// Seals bytes into the tray; works while locked, durable when this returns.
pub fn put(_places: &Places, _bytes: &[u8]) -> Result<Slip, TrayError> {
    todo!()
}

/// What lies in the tray, in the order of writing; needs no key.
pub fn list(_places: &Places) -> Result<Vec<Slip>, TrayError> {
    todo!()
}

/// Opens one.
pub fn open(_places: &Places, _key: &VaultKey, _slip: &Slip) -> Result<Vec<u8>, TrayError> {
    todo!()
}

/// Takes one out; nothing happens if it is gone.
pub fn remove(_places: &Places, _slip: &Slip) -> Result<(), TrayError> {
    todo!()
}
