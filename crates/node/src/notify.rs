//! How the processes of one home wake each other: a datagram to each that listens.
//!
//! `serve --live` and `log --follow` bind a socket in the state folder; whoever appends or locks
//! sends one byte to every socket there. Nothing of it leaves the machine, and a lost byte costs
//! nothing but time: listeners look at the vault's `data_version` now and then as well.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::UnixDatagram as StdDatagram;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::net::UnixDatagram;

/// What one process tells the others of its home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Something was written to the vault.
    Changed,
    /// `lock`: let go of the key and end.
    Lock,
    /// The valve was moved: drop the socket, and look what may leave now.
    Silence,
    /// `join`: an invitation of one's own that is open elsewhere ends (formats B3).
    Joining,
}

impl Notice {
    fn byte(self) -> u8 {
        match self {
            Self::Changed => b'c',
            Self::Lock => b'l',
            Self::Silence => b's',
            Self::Joining => b'j',
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Changed, Self::Lock, Self::Silence, Self::Joining]
            .into_iter()
            .find(|notice| notice.byte() == byte)
    }
}

/// Tells every listening process of the home whose state folder this is. Never fails: who does
/// not hear it looks for itself.
pub fn tell(state: &Path, notice: Notice) {
    let folder = folder(state);
    let Ok(entries) = fs::read_dir(&folder) else {
        return;
    };
    let Ok(socket) = StdDatagram::unbound() else {
        return;
    };
    drop(socket.set_nonblocking(true));
    for entry in entries.flatten() {
        let reached = Reachable::new(&folder, &entry.file_name())
            .and_then(|path| socket.send_to(&[notice.byte()], path.path()));
        if reached.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
            // Its process is gone without having tidied up.
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// An ear in the state folder; gone when dropped.
#[derive(Debug)]
pub struct Listener {
    socket: UnixDatagram,
    path: PathBuf,
}

impl Listener {
    /// Begins to listen. Must be called inside a tokio runtime.
    pub fn bind(state: &Path) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = folder(state);
        if !folder.exists() {
            fs::DirBuilder::new().mode(0o700).create(&folder)?;
        }
        let name = format!(
            "{}-{}",
            process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = folder.join(&name);
        drop(fs::remove_file(&path));
        let socket = UnixDatagram::bind(Reachable::new(&folder, name.as_ref())?.path())?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        Ok(Self { socket, path })
    }

    /// The next notice. May be dropped at any await point.
    pub async fn next(&self) -> io::Result<Notice> {
        let mut byte = [0; 1];
        loop {
            self.socket.recv(&mut byte).await?;
            if let Some(notice) = Notice::from_byte(byte[0]) {
                return Ok(notice);
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.path));
    }
}

fn folder(state: &Path) -> PathBuf {
    state.join("listening")
}

/// A socket's address is at most 108 bytes; a home may lie deeper. Through the folder's own
/// descriptor every name is short.
pub(crate) struct Reachable {
    path: PathBuf,
    _folder: Option<fs::File>,
}

impl Reachable {
    pub(crate) fn new(folder: &Path, name: &std::ffi::OsStr) -> io::Result<Self> {
        let path = folder.join(name);
        if path.as_os_str().len() < 100 || !cfg!(target_os = "linux") {
            return Ok(Self {
                path,
                _folder: None,
            });
        }
        let file = fs::File::open(folder)?;
        let fd = std::os::fd::AsRawFd::as_raw_fd(&file);
        Ok(Self {
            path: Path::new("/proc/self/fd").join(fd.to_string()).join(name),
            _folder: Some(file),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}
