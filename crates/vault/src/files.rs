//! Files that only their owner reads, written so that a crash leaves the old or the new one.

use std::path::PathBuf;

/// What a file or folder of the home was wrong about.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It is not there.
    #[error("{path} is missing")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A symbolic link stands where a file or folder of the home should be.
    #[error("{path} is a symbolic link")]
    Symlink {
        /// The link.
        path: PathBuf,
    },
    /// Another user owns it.
    #[error("{path} belongs to another user (uid {owner})")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its owner's uid.
        owner: u32,
    },
    /// Something else than a plain file or a folder stands there.
    #[error("{path} is not of the expected kind")]
    Kind {
        /// The file.
        path: PathBuf,
    },
    /// The disk, or the quota, is full.
    #[error("no space left for {path}")]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The file system is mounted read-only.
    #[error("{path} is on a read-only file system")]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refuses access.
    #[error("no permission for {path}")]
    Denied {
        /// The file.
        path: PathBuf,
    },
    /// Larger than such a file can be.
    #[error("{path} is larger than such a file can be")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Any other failure of the file system.
    #[error("cannot read or write {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}
