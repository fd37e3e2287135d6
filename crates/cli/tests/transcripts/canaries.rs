//! Looks for a text in the raw bytes of a home: as it is, and as a part of it (S45, S47).

use std::fs;
use std::path::Path;

use crate::people::World;

/// Whether the text stands in any file of a person's home or state folder, or in what the program
/// was given as its temporary and its login folder.
pub(crate) fn holds(world: &World, who: &str, text: &str) -> bool {
    let folders = [who.to_owned(), format!("{who}-state"), "login".into()];
    folders
        .iter()
        .any(|folder| folder_holds(&world.path(folder), text))
}

/// Whether any file under a folder holds the text.
pub(crate) fn folder_holds(folder: &Path, text: &str) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return folder_holds(&path, text);
        }
        fs::read(&path).is_ok_and(|bytes| has(&bytes, text.as_bytes()))
    })
}

/// Whether bytes hold other bytes.
pub(crate) fn has(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}
