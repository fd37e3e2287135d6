//! Where a home lies: its folder, and the folder of the state that must not travel with backups.

use std::path::PathBuf;

use crate::{FileError, files};

/// The two folders of a home. Both are made 0700, whatever the umask; symlinks and foreign owners are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Keys, database and tray. May be copied and restored.
    pub home: PathBuf,
    /// Lock, valve, leaving marker, witness, fading keys. Belongs to this machine and is not backed up.
    pub state: PathBuf,
}

impl Places {
    /// Whether a home was begun here: `keys.json` stands, which is the last file that [`crate::create`] writes.
    pub fn is_begun(&self) -> bool {
        self.keys().symlink_metadata().is_ok()
    }

    /// Makes both folders if they are missing, and makes them private if they are not.
    pub(crate) fn make(&self) -> Result<(), FileError> {
        files::make_folder(&self.home)?;
        files::make_folder(&self.state)?;
        files::make_folder(&self.tray())
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.home.join("keys.json")
    }

    /// What [`crate::leaving`] writes over: the second key of what is left behind.
    pub(crate) fn leave_key(&self) -> PathBuf {
        self.home.join("leave.key")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.home.join("vault.db")
    }

    /// Stands from the first to the last step of making a home, so that what a crash left can be told from a home.
    pub(crate) fn beginning(&self) -> PathBuf {
        self.home.join("beginning")
    }

    pub(crate) fn tray(&self) -> PathBuf {
        self.home.join("tray")
    }
}
