//! Files that only their owner reads, written so that a crash leaves the old or the new one.
//!
//! Everything that changes the disk goes through `std`, not through raw system calls: the crash tests count and
//! cut these calls with a preloaded library.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, OFlags};

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
    /// Its owner has closed it to writing or reading: that may be meant, so it is not undone.
    #[error("{path} is closed to you by its own permissions ({mode:o})")]
    Closed {
        /// The file or folder.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
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
        source: io::Error,
    },
}

impl FileError {
    /// Whether the file is simply not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }
}

/// Names the failure of an operation on a path.
pub(crate) fn named(path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_path_buf();
    move |source| {
        let kind = source.kind();
        if kind == ErrorKind::NotFound {
            FileError::Missing { path }
        } else if kind == ErrorKind::StorageFull || kind == ErrorKind::QuotaExceeded {
            FileError::DiskFull { path }
        } else if kind == ErrorKind::ReadOnlyFilesystem {
            FileError::ReadOnly { path }
        } else if kind == ErrorKind::PermissionDenied {
            FileError::Denied { path }
        } else if source.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
            FileError::Symlink { path }
        } else {
            FileError::Io { path, source }
        }
    }
}

/// Makes a folder and whatever is missing above it, then makes sure that it is private.
pub(crate) fn make_folder(path: &Path) -> Result<(), FileError> {
    if path.symlink_metadata().is_err() {
        if let Some(parent) = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(parent)
                .map_err(named(parent))?;
        }
        match fs::DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => made.map_err(named(path))?,
        }
        // A umask like 0777 takes the owner's own bits too. The path was made just now, by us.
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(named(path))?;
        sync_parent(path)?;
    }
    check_folder(path)
}

/// Refuses a folder that is a symlink, somebody else's or closed to oneself, and closes it to others if it is open.
pub(crate) fn check_folder(path: &Path) -> Result<(), FileError> {
    let found = path.symlink_metadata().map_err(named(path))?;
    if found.is_symlink() {
        return Err(FileError::Symlink {
            path: path.to_path_buf(),
        });
    }
    if !found.is_dir() {
        return Err(FileError::Kind {
            path: path.to_path_buf(),
        });
    }
    check_owner(path, &found)?;
    check_owners_bits(path, found.mode(), 0o700)?;
    if found.mode() & 0o7777 != 0o700 {
        let handle = open_folder(path)?;
        handle
            .set_permissions(fs::Permissions::from_mode(0o700))
            .map_err(named(path))?;
    }
    Ok(())
}

/// What is too open is closed; what its owner has closed stays so, and is told.
fn check_owners_bits(path: &Path, mode: u32, wanted: u32) -> Result<(), FileError> {
    if mode & wanted == wanted {
        Ok(())
    } else {
        Err(FileError::Closed {
            path: path.to_path_buf(),
            mode: mode & 0o7777,
        })
    }
}

fn check_owner(path: &Path, found: &fs::Metadata) -> Result<(), FileError> {
    if found.uid() == rustix::process::geteuid().as_raw() {
        Ok(())
    } else {
        Err(FileError::Foreign {
            path: path.to_path_buf(),
            owner: found.uid(),
        })
    }
}

fn open_folder(path: &Path) -> Result<File, FileError> {
    OpenOptions::new()
        .read(true)
        .custom_flags(flags(OFlags::NOFOLLOW | OFlags::DIRECTORY))
        .open(path)
        .map_err(named(path))
}

/// The bits as `std` takes them.
fn flags(flags: OFlags) -> i32 {
    flags.bits().cast_signed()
}

/// What was opened must be a plain file of our own; others' access is taken away.
fn check_open(path: &Path, file: &File) -> Result<(), FileError> {
    let found = file.metadata().map_err(named(path))?;
    if !found.is_file() {
        return Err(FileError::Kind {
            path: path.to_path_buf(),
        });
    }
    check_owner(path, &found)?;
    check_owners_bits(path, found.mode(), 0o600)?;
    if found.mode() & 0o7777 != 0o600 {
        file.set_permissions(fs::Permissions::from_mode(0o600))
            .map_err(named(path))?;
    }
    Ok(())
}

/// Opens a file of the home for reading, and for writing too if asked.
pub(crate) fn open(path: &Path, write: bool) -> Result<File, FileError> {
    let file = OpenOptions::new()
        .read(true)
        .write(write)
        // NONBLOCK: a pipe put in its place must not hang us.
        .custom_flags(flags(OFlags::NOFOLLOW | OFlags::NONBLOCK))
        .open(path)
        .map_err(named(path))?;
    check_open(path, &file)?;
    Ok(file)
}

/// Opens a file, or makes it empty.
pub(crate) fn open_or_make(path: &Path) -> Result<File, FileError> {
    match make(path) {
        Err(FileError::Io { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {
            open(path, true)
        }
        made => made,
    }
}

/// Makes a file that must not exist yet.
pub(crate) fn make(path: &Path) -> Result<File, FileError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags(flags(OFlags::NOFOLLOW))
        .open(path)
        .map_err(named(path))?;
    // A umask like 0777 takes the owner's own bits too; it was made just now, by us.
    if file.metadata().map_err(named(path))?.mode() & 0o600 != 0o600 {
        file.set_permissions(fs::Permissions::from_mode(0o600))
            .map_err(named(path))?;
    }
    check_open(path, &file)?;
    Ok(file)
}

/// Refuses a file that is a symlink, somebody else's or no file. A missing one is fine: `false`.
pub(crate) fn check_file(path: &Path) -> Result<bool, FileError> {
    let found = match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        found => found.map_err(named(path))?,
    };
    if found.is_symlink() {
        return Err(FileError::Symlink {
            path: path.to_path_buf(),
        });
    }
    if !found.is_file() {
        return Err(FileError::Kind {
            path: path.to_path_buf(),
        });
    }
    check_owner(path, &found)?;
    check_owners_bits(path, found.mode(), 0o600)?;
    if found.mode() & 0o7777 != 0o600 {
        open(path, false)?;
    }
    Ok(true)
}

/// The whole of a small file.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let file = open(path, false)?;
    // Read in one go, and not feeling its way: every command reads some of these at its start.
    let size = file.metadata().map_or(0, |found| found.len().min(most));
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(named(path))?;
    if u64::try_from(bytes.len()).is_ok_and(|found| found <= most) {
        Ok(bytes)
    } else {
        Err(FileError::TooLarge {
            path: path.to_path_buf(),
        })
    }
}

/// Writes zeros over a small file, in its place, and waits for the disk. One that is not there is
/// gone already; one that its owner has closed is opened, since its owner wants it gone.
pub(crate) fn write_over(path: &Path) -> Result<(), FileError> {
    let mut file = match open(path, true) {
        Err(error) if error.is_missing() => return Ok(()),
        Err(FileError::Closed { .. }) => {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(named(path))?;
            open(path, true)?
        }
        opened => opened?,
    };
    let length = file.metadata().map_err(named(path))?.len();
    let zeros = vec![0; usize::try_from(length.min(MOST_OVER)).unwrap_or_default()];
    file.write_all(&zeros)
        .and_then(|()| file.sync_all())
        .map_err(named(path))
}

/// No small file that is written over is longer.
const MOST_OVER: u64 = 128 * 1024;

/// Where a file is written before it takes its place.
fn draft_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// Writes a file whole: synced beside its place, moved onto it, and the folder synced. A crash at any step leaves
/// the old or the new file.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let draft = draft_of(path);
    remove(&draft)?;
    let written = (|| {
        let mut file = make(&draft)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(named(path))?;
        fs::rename(&draft, path).map_err(named(path))
    })();
    if written.is_err() {
        // The failure that matters is the first one; a draft that stays is removed by the next writer.
        let _ = fs::remove_file(&draft);
    }
    written?;
    sync_parent(path)
}

/// Whether a [`replace`] goes on, or was interrupted.
pub(crate) fn has_draft(path: &Path) -> bool {
    draft_of(path).symlink_metadata().is_ok()
}

/// Removes what an interrupted [`replace`] left.
pub(crate) fn remove_draft_of(path: &Path) -> Result<(), FileError> {
    remove(&draft_of(path))
}

/// Removes a file; nothing happens if it is not there.
pub(crate) fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(named(path)),
    }
}

/// Makes the names in the folder of this path durable.
pub(crate) fn sync_parent(path: &Path) -> Result<(), FileError> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(parent)
        .and_then(|folder| folder.sync_all())
        .map_err(named(parent))
}

/// Keeps other processes out of a folder until dropped; waits for them.
pub(crate) fn hold(path: &Path) -> Result<File, FileError> {
    let folder = open_folder(path)?;
    rustix::fs::flock(&folder, FlockOperation::LockExclusive)
        .map_err(|errno| named(path)(errno.into()))?;
    Ok(folder)
}

/// Keeps other processes away from an open file until it is dropped; `false` if one is there already.
pub(crate) fn try_hold(path: &Path, file: &File, exclusive: bool) -> Result<bool, FileError> {
    let how = if exclusive {
        FlockOperation::NonBlockingLockExclusive
    } else {
        FlockOperation::NonBlockingLockShared
    };
    match rustix::fs::flock(file, how) {
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        held => held
            .map(|()| true)
            .map_err(|errno| named(path)(errno.into())),
    }
}
