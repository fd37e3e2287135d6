//! What can be wrong with the database, told from what SQLite says.

use rusqlite::{ErrorCode, ffi};

use crate::{FileError, seal::NoRandomness};

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
    /// A row that fades was to be written before its keys were begun.
    #[error("the keys of fading rows are not begun")]
    NotFading,
    /// A row that fades was to be written for a day that has passed or is too far.
    #[error("no key can be had for day {day}")]
    NotADay {
        /// The day.
        day: u32,
    },
    /// Its person has left, or is leaving: nothing is written here any more.
    #[error("this home has been left; nothing is written here any more")]
    Left,
    /// Any other failure of the database.
    #[error("the database failed")]
    Database {
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl From<NoRandomness> for VaultError {
    fn from(_: NoRandomness) -> Self {
        Self::Randomness
    }
}

impl From<rusqlite::types::FromSqlError> for VaultError {
    fn from(_: rusqlite::types::FromSqlError) -> Self {
        Self::Damaged {
            what: "a column is of another type",
        }
    }
}

impl From<rusqlite::Error> for VaultError {
    fn from(source: rusqlite::Error) -> Self {
        if matches!(
            source,
            rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..)
        ) {
            return Self::Damaged {
                what: "a column is of another type",
            };
        }
        let Some(failure) = source.sqlite_error() else {
            return Self::Database { source };
        };
        let code = failure.code;
        if failure.extended_code == ffi::SQLITE_IOERR_SHORT_READ {
            Self::Damaged {
                what: "the file is cut short",
            }
        } else if code == ErrorCode::NotADatabase {
            Self::NotAVault
        } else if code == ErrorCode::DatabaseCorrupt {
            Self::Damaged {
                what: "its structure does not hold",
            }
        } else if code == ErrorCode::DiskFull {
            Self::DiskFull
        } else if code == ErrorCode::ReadOnly {
            Self::ReadOnly
        } else if code == ErrorCode::DatabaseBusy || code == ErrorCode::DatabaseLocked {
            Self::Busy
        } else {
            Self::Database { source }
        }
    }
}
