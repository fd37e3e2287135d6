//! The mark that `serve --live` runs here: then the grace is 0 and nothing can be undone (B6).
//!
//! A lock on a file, so that it goes with its process however that ends.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// Held while this process serves live.
#[derive(Debug)]
pub(crate) struct LiveMark {
    _file: File,
}

fn open(state: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .custom_flags(i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0))
        .open(state.join("live"))
}

impl LiveMark {
    pub(crate) fn set(state: &Path) -> io::Result<Self> {
        let file = open(state)?;
        // Shared: several may serve live, and who looks takes it for itself alone.
        flock(&file, FlockOperation::LockShared)?;
        Ok(Self { _file: file })
    }

    pub(crate) fn is_set(state: &Path) -> bool {
        if !state.join("live").exists() {
            return false;
        }
        let looked = open(state).and_then(|file| {
            flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(io::Error::from)
        });
        looked.is_err()
    }
}
