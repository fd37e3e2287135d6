//! The database: opening it, reading it at one moment, changing it in one step.

use crate::{FileError, Places, Table, VaultKey, state::Witness};

/// What can be wrong with the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// A file could not be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The key opens nothing here: it belongs to another home.
    #[error("the key does not fit this database")]
    WrongKey,
    /// It is a file, but no database of ours.
    #[error("vault.db is not a database of this program")]
    NotAVault,
    /// Written by a later version.
    #[error("vault.db has schema {found}, this program reads schema {known}")]
    Newer {
        /// The schema found.
        found: u32,
        /// The schema that this program reads.
        known: u32,
    },
    /// Bytes were changed since they were written.
    #[error("vault.db is damaged: {what}")]
    Damaged {
        /// Which part.
        what: &'static str,
    },
    /// The disk, or the quota, is full. Nothing of the step was kept.
    #[error("no space left on the disk of vault.db")]
    DiskFull,
    /// The file or its file system cannot be written.
    #[error("vault.db cannot be written")]
    ReadOnly,
    /// Another process held the database for too long.
    #[error("another process holds vault.db")]
    Busy,
    /// Records must follow each other.
    #[error("the next record of this log is {expected}, not {given}")]
    NotNext {
        /// Head + 1.
        expected: u64,
        /// What was given.
        given: u64,
    },
    /// A record or row is larger than the vault holds.
    #[error("{bytes} bytes are more than fit here")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
    /// Any other failure of the database.
    #[error("the database failed")]
    Database {
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

/// An open database.
#[derive(Debug)]
pub struct Vault {}

impl Vault {
    /// Opens the database of a home with its key.
    pub fn open(_places: &Places, _key: &VaultKey) -> Result<Self, VaultError> {
        todo!()
    }

    /// Changes whenever another connection or process has committed; own commits leave it as it is.
    pub fn data_version(&self) -> Result<u64, VaultError> {
        todo!()
    }

    /// Whether this database looks like a copy of the home that this machine knows (B6, B9), as seen at opening.
    pub fn witness(&self) -> Witness {
        todo!()
    }

    /// Makes this database the one that this machine knows, once its owner has dealt with the copy.
    pub fn adopt(&mut self) -> Result<(), VaultError> {
        todo!()
    }

    /// A change: waits for other writers, then sees and changes one state of things. Dropped without commit, it leaves no trace.
    pub fn begin(&mut self) -> Result<Txn<'_>, VaultError> {
        todo!()
    }

    /// A look at one moment, whatever others commit meanwhile.
    pub fn read(&self) -> Result<Reader<'_>, VaultError> {
        todo!()
    }

    /// Opens every row and segment: the audit of what lies on the disk.
    pub fn check(&self) -> Result<(), VaultError> {
        todo!()
    }
}

/// A look at one moment.
#[derive(Debug)]
pub struct Reader<'v> {
    _vault: &'v Vault,
}

impl Reader<'_> {
    /// The number of the last record of a log, if it has any.
    pub fn head(&self, _log: &[u8; 32]) -> Result<Option<u64>, VaultError> {
        todo!()
    }

    /// Consecutive records from a number on, up to so many bytes, and at least one if it exists.
    pub fn records(&self, _log: &[u8; 32], _from: u64, _max_bytes: usize) -> Result<Vec<Vec<u8>>, VaultError> {
        todo!()
    }

    /// The value of a row.
    pub fn get(&self, _table: impl Into<Table>, _key: &[u8]) -> Result<Option<Vec<u8>>, VaultError> {
        todo!()
    }

    /// Keys and values in the order of keys, from a key (itself included) on.
    pub fn scan(&self, _table: impl Into<Table>, _from: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>, VaultError> {
        todo!()
    }
}

/// One change of the database, kept whole or not at all.
#[derive(Debug)]
pub struct Txn<'v> {
    reader: Reader<'v>,
}

impl<'v> std::ops::Deref for Txn<'v> {
    type Target = Reader<'v>;
    fn deref(&self) -> &Reader<'v> {
        &self.reader
    }
}

impl Txn<'_> {
    /// Adds records to a log; `first` is the number of the first one and must be head + 1.
    pub fn append(&self, _log: &[u8; 32], _first: u64, _records: &[Vec<u8>]) -> Result<(), VaultError> {
        todo!()
    }

    /// Removes the records of a log above a number.
    pub fn cut(&self, _log: &[u8; 32], _above: u64) -> Result<(), VaultError> {
        todo!()
    }

    /// Writes a row.
    pub fn put(&self, _table: impl Into<Table>, _key: &[u8], _value: &[u8]) -> Result<(), VaultError> {
        todo!()
    }

    /// Removes a row; nothing happens if there is none.
    pub fn delete(&self, _table: impl Into<Table>, _key: &[u8]) -> Result<(), VaultError> {
        todo!()
    }

    /// Keeps the change: when this returns it survives a loss of power.
    pub fn commit(self) -> Result<(), VaultError> {
        todo!()
    }
}
