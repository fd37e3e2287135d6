//! `keys.json`: the passphrase's wraps of the vault key and of the person's secret.

use zeroize::Zeroizing;

use crate::{FileError, Places, Txn, VaultError, VaultKey};

/// What a person types. The caller brings it to one normal form (NFC), here it is only bytes.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes the text; it is wiped when dropped.
    pub fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// How dear a guess at the passphrase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Argon2id with 64 MiB, 3 passes, 2 lanes (S45).
    Standard,
    /// Nearly nothing: for homes that rehearse and for tests. The home is marked as a rehearsal for good.
    Rehearsal,
}

/// What can be wrong with the keys of a home.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// A file could not be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The database of a new home could not be made.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// There is a home already.
    #[error("a home stands here already")]
    Exists,
    /// There is no home.
    #[error("no home stands here")]
    NoHome,
    /// A database without its keys: nothing is overwritten.
    #[error("a database stands here, but its keys are missing")]
    KeysMissing,
    /// The passphrase does not open it.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The file is not what was written.
    #[error("keys.json is damaged")]
    Damaged,
    /// Written by a later version.
    #[error("keys.json is of version {found}, this program reads version 1")]
    Newer {
        /// The version found.
        found: u64,
    },
    /// The file asks for a cost below what is safe or above what is sane.
    #[error("keys.json asks for a passphrase cost that is out of bounds")]
    CostOutOfBounds,
    /// Not enough memory to hash the passphrase.
    #[error("not enough memory to hash the passphrase")]
    Memory,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
}

/// Begins a home: folders, database, state, drop key, and last `keys.json`. A crash leaves a home or none.
pub fn create(places: &Places, passphrase: &Passphrase, secret: &[u8], cost: Cost) -> Result<VaultKey, KeysError> {
    create_with(places, passphrase, secret, cost, |_| Ok(()))
}

/// As [`create`], with a first content that is there or not there together with the home.
pub fn create_with(
    _places: &Places,
    _passphrase: &Passphrase,
    _secret: &[u8],
    _cost: Cost,
    _first: impl FnOnce(&Txn<'_>) -> Result<(), VaultError>,
) -> Result<VaultKey, KeysError> {
    todo!()
}

/// The vault key, for whoever knows the passphrase.
pub fn unlock(_places: &Places, _passphrase: &Passphrase) -> Result<VaultKey, KeysError> {
    todo!()
}

/// The person's secret (the entropy of the 24 words), wrapped apart from the vault key (B2).
pub fn secret(_places: &Places, _passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    todo!()
}

/// Changes the passphrase. A crash at any step leaves the old or the new one working (S44).
pub fn change_passphrase(_places: &Places, _old: &Passphrase, _new: &Passphrase) -> Result<(), KeysError> {
    todo!()
}

/// Whether the home is marked as a rehearsal; needs no passphrase.
pub fn is_rehearsal(_places: &Places) -> Result<bool, KeysError> {
    todo!()
}
