//! What belongs to this machine and works while the home is locked: lock, valve, leaving, witness.

use crate::{FileError, Places};

/// Whether anything may leave this device (B8): one durable flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Valve {
    /// Datagrams may leave.
    Open,
    /// Nothing leaves. Also what a missing or unreadable flag means.
    Shut,
}

/// Reads the valve. Missing or unreadable means shut.
pub fn valve(_places: &Places) -> Valve {
    todo!()
}

/// Sets the valve; durable when this returns.
pub fn set_valve(_places: &Places, _valve: Valve) -> Result<(), FileError> {
    todo!()
}

/// What an unfinished departure wrote down, if one was begun (S1).
pub fn leaving(_places: &Places) -> Result<Option<Vec<u8>>, FileError> {
    todo!()
}

/// Notes durably that the home is being left, with what the caller needs to complete it.
pub fn mark_leaving(_places: &Places, _how: &[u8]) -> Result<(), FileError> {
    todo!()
}

/// Removes the note, when leaving is complete.
pub fn clear_leaving(_places: &Places) -> Result<(), FileError> {
    todo!()
}

/// What must run only once for a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Post {
    /// The process that meets the partner.
    Serve,
    /// The agent that holds the vault key.
    Agent,
}

/// A post, held until dropped or until the process ends.
#[derive(Debug)]
pub struct Lock {}

impl Lock {
    /// Takes a post; `None` if another process holds it.
    pub fn take(_places: &Places, _post: Post) -> Result<Option<Self>, FileError> {
        todo!()
    }

    /// Whether some process holds a post.
    pub fn is_held(_places: &Places, _post: Post) -> Result<bool, FileError> {
        todo!()
    }
}

/// Whether the database is the one that this machine knows (B6, B9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// It is.
    Same,
    /// The state folder knows no database: a home without its state is treated as a restored copy.
    Unknown,
    /// The state folder knows another home.
    Other,
    /// Another file stands where the database was, as after restoring a backup.
    Replaced,
    /// The database is older than what this machine has seen.
    Older,
}
