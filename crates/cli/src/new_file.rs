//! A file that a person asked for: only for their own login, and never over another one.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::trouble::Trouble;

/// What has to be said about every such file.
pub(crate) const READABLE: &str = "It lies outside your vault: whoever uses this login, or gets the \
    file, can read it. When you need it no longer, delete it; a disk or a backup may keep traces.";

/// Writes it, and says where it lies.
pub(crate) fn write(path: &Path, text: &str, verb: &str) -> Result<PathBuf, Trouble> {
    write_bytes(path, text.as_bytes(), verb)
}

/// The same of what is no text.
pub(crate) fn write_bytes(path: &Path, bytes: &[u8], verb: &str) -> Result<PathBuf, Trouble> {
    let path = std::path::absolute(path).map_err(|error| {
        Trouble::usage(format!("That file cannot be named: {error}."))
            .code("file")
            .hint(format!("handfast {verb} FILE"))
    })?;
    let opened = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    let mut file = opened.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            Trouble::usage(format!(
                "{} is there already; nothing was written.",
                path.display()
            ))
            .code("exists")
            .hint("Name a file that does not exist yet.")
        } else {
            unwritten(&path, &error)
        }
    })?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Half a page is worse than none; that it cannot be removed either changes nothing.
        let _ = std::fs::remove_file(&path);
        return Err(unwritten(&path, &error));
    }
    Ok(path)
}

fn unwritten(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::refused(
        "unwritten",
        format!("{} could not be written: {error}.", path.display()),
    )
    .hint("Look at the folder and the disk, or name another file.")
}
