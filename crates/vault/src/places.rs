//! Where a home lies: its folder, and the folder of the state that must not travel with backups.

use std::path::PathBuf;

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
        todo!()
    }
}
