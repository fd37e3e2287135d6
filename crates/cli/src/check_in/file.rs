//! A person's file of answers: taken only if it is theirs alone and at rest, and removed only if it is
//! still what was taken.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::trouble::{Trouble, sentence};

/// More than any check-in holds.
const LONGEST: usize = 60 << 10;

/// What was read, and from where.
pub(crate) struct Taken {
    pub(crate) text: Zeroizing<String>,
    /// None of standard input.
    from: Option<(PathBuf, Print)>,
}

/// By what a file is known again.
#[derive(PartialEq, Eq)]
struct Print {
    device: u64,
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

impl Print {
    fn of(about: &Metadata) -> Self {
        Self {
            device: about.dev(),
            inode: about.ino(),
            length: about.len(),
            changed: (about.mtime(), about.mtime_nsec()),
        }
    }
}

/// Reads standard input ("-") or a file; none if there is no such file.
pub(crate) fn take(name: &str) -> Result<Option<Taken>, Trouble> {
    if name == "-" {
        let text = read(&mut io::stdin().lock(), "Standard input")?;
        return Ok(Some(Taken { text, from: None }));
    }
    let path = Path::new(name);
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable("The file", &error)),
    };
    if !about.is_file() {
        return Err(Trouble::refused(
            "no-file",
            "That is not a file of its own, so it is not taken.",
        )
        .hint("A link or a folder will not do: name the file itself."));
    }
    let mut file = File::open(path).map_err(|error| unreadable("The file", &error))?;
    let look = |file: &File| {
        file.metadata()
            .map_err(|error| unreadable("The file", &error))
    };
    let before = look(&file)?;
    if before.mode() & 0o077 != 0 {
        return Err(Trouble::refused(
            "open-file",
            "Others on this machine may read or change that file, so it is not taken.",
        )
        .hint(format!(
            "Close it first:  chmod 600 {}",
            crate::render::argument(name)
        )));
    }
    let text = read(&mut file, "The file")?;
    let print = Print::of(&look(&file)?);
    if print != Print::of(&before) || print != Print::of(&about) {
        return Err(Trouble::refused(
            "file-changes",
            "That file is being written just now. Nothing was taken.",
        )
        .hint("Try again when it is saved."));
    }
    let from = Some((path.to_owned(), print));
    Ok(Some(Taken { text, from }))
}

/// No such file, told.
pub(crate) fn missing() -> Trouble {
    Trouble::usage("There is no such file.")
        .code("file")
        .hint("Lay one out: handfast check-in --template --out FILE")
}

impl Taken {
    /// Of a text that is in no file.
    pub(crate) fn of(text: &str) -> Self {
        Self {
            text: Zeroizing::new(text.to_owned()),
            from: None,
        }
    }

    /// Removes the file, if it is still what was taken. Says what its writer should know.
    pub(crate) fn remove(&self) -> Option<&'static str> {
        let (path, print) = self.from.as_ref()?;
        let same = fs::symlink_metadata(path).is_ok_and(|about| Print::of(&about) == *print);
        if same && fs::remove_file(path).is_ok() {
            Some("The file is removed; a disk or a backup may keep traces of it.")
        } else {
            Some("The file was left where it is: remove it yourself when you need it no longer.")
        }
    }
}

fn read(from: &mut dyn io::Read, what: &str) -> Result<Zeroizing<String>, Trouble> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 2));
    from.take(LONGEST as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(what, &error))?;
    if bytes.len() > LONGEST {
        return Err(Trouble::usage("That is longer than a check-in can be.")
            .code("too-long")
            .hint("Say it shorter, or the rest when you talk."));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        Trouble::usage(format!("{what} is not plain text."))
            .code("file")
            .hint("A fresh copy: handfast check-in --template")
    })?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn unreadable(what: &str, error: &io::Error) -> Trouble {
    Trouble::usage(sentence(&format!("{what} cannot be read: {error}")))
        .code("file")
        .hint("Look at its name and its permissions: it is yours alone (chmod 600 FILE).")
}
