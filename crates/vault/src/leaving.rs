//! Leaving, on the disk (S1, S4): what must be gone is gone first, what was signed becomes an archive.
//!
//! ```text
//! Departure::begin ─▶ the mark `leaving`, durable ─▶ go_on ─▶ archive, or nothing; then no mark
//!                          Departure::pending, at the next start ──▲
//! ```
//!
//! Nothing here needs a key: `leave` works while locked. Each step may be done twice, so that
//! whoever finds the mark begins anew with the first. What leaving leaves behind (the keys of the
//! device, words, what carries no signature) lies under one more key, in `leave.key` or in
//! `fading.keys`; to destroy it is to write over two small files, in their place and synced.

use std::{
    ffi::OsString,
    fs,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    FileError, KeysError, Places, VaultError, VaultKey, db, files, hex, keys,
    seal::{self, OVERHEAD, Sealer},
    state, tray,
};

/// What a table's name begins with if its rows are left behind.
pub(crate) const LEFT: &str = "left/";

const MAGIC: &[u8; 8] = b"hfleave1";
const LENGTH: u64 = (MAGIC.len() + OVERHEAD + 32) as u64;

/// The key under which lies what is left behind: `"hfleave1" ‖ sealed(key32)`.
pub(crate) struct LeaveKey {
    key: Zeroizing<[u8; 32]>,
    vault: VaultKey,
}

impl LeaveKey {
    /// The key, if its file is there and was not written over.
    pub(crate) fn read(places: &Places, vault: &VaultKey) -> Result<Option<Self>, FileError> {
        let bytes = match files::read(&places.leave_key(), LENGTH) {
            Err(error) if error.is_missing() => return Ok(None),
            read => Zeroizing::new(read?),
        };
        let key = bytes
            .strip_prefix(MAGIC)
            .and_then(|sealed| vault.sealer("leave").open(b"leave", sealed))
            .map(Zeroizing::new)
            .and_then(|key| <[u8; 32]>::try_from(key.as_slice()).ok());
        Ok(key.map(|key| Self {
            key: Zeroizing::new(key),
            vault: vault.clone(),
        }))
    }

    /// A new one, durable.
    pub(crate) fn make(places: &Places, vault: &VaultKey) -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0; 32]);
        seal::random(key.as_mut())?;
        let sealed = vault.sealer("leave").seal(b"leave", &[key.as_ref()])?;
        files::replace(&places.leave_key(), &[MAGIC.as_slice(), &sealed].concat())?;
        Ok(Self {
            key,
            vault: vault.clone(),
        })
    }

    /// Whether the file stands, whatever is in it.
    pub(crate) fn stands(places: &Places) -> bool {
        places.leave_key().symlink_metadata().is_ok()
    }

    /// What seals the rows of a table: HKDF with this key as salt.
    pub(crate) fn sealer(&self, table: &str) -> Sealer {
        let both = Hkdf::new(Some(self.key.as_ref()), self.vault.to_bytes().as_ref());
        let info = [b"handfast/vault/1\0row/".as_slice(), table.as_bytes()];
        Sealer::new(&seal::expand(&both, &info))
    }
}

/// Whether this home is being left, or was: nothing more is written by who still has it open.
pub(crate) fn has_left(places: &Places) -> bool {
    state::is_leaving(places) || !LeaveKey::stands(places)
}

/// Why a departure is not complete yet. The mark stands, nothing is sent, and the next start goes on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeaveError {
    /// A file could not be written or removed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The key file of the archive could not be made.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// A departure that was begun: which home, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    home: PathBuf,
    archive: PathBuf,
    erase: bool,
    /// The public drop key, so that a home that was begun in this place afterwards is not meant.
    drop: Option<[u8; 32]>,
}

/// The mark as it lies in the state folder.
#[derive(Serialize, Deserialize)]
struct Mark {
    handfast: u64,
    home: String,
    archive: String,
    erase: bool,
    drop: Option<String>,
}

impl Departure {
    /// Marks, durably, that this home is left: from here on it is. With `telling`, a last word may
    /// still go out before; should the process end there, the next start leaves all the same.
    pub fn begin(places: &Places, erase: bool, telling: bool) -> Result<Self, FileError> {
        let home = fs::canonicalize(&places.home).map_err(files::named(&places.home))?;
        let departure = Self {
            archive: beside(&home),
            home,
            erase,
            drop: keys::drop_key(places).ok(),
        };
        state::mark_leaving(places, &departure.encode(), telling)?;
        Ok(departure)
    }

    /// What was begun and is not complete.
    pub fn pending(places: &Places) -> Result<Option<Self>, FileError> {
        let mark = state::leaving(places)?;
        Ok(mark.map(|mark| {
            Self::decode(&mark).unwrap_or_else(|| Self {
                // Nothing but this program writes it, whole or not at all.
                archive: beside(&places.home),
                home: places.home.clone(),
                erase: false,
                drop: None,
            })
        }))
    }

    /// From here on nothing leaves this device. Done before anything is ended or destroyed.
    pub fn fall_silent(&self, places: &Places) -> Result<(), FileError> {
        if !state::is_leaving(places) {
            // It ended while it was telling its last word.
            state::mark_leaving(places, &self.encode(), false)?;
        }
        state::set_valve(places, state::Valve::Shut)
    }

    /// Does all that is left to do, in its order. Gives where the archive lies, if there is one.
    pub fn go_on(&self, places: &Places) -> Result<Option<PathBuf>, LeaveError> {
        let here = Places {
            home: self.home.clone(),
            state: places.state.clone(),
        };
        self.fall_silent(&here)?;
        files::write_over(&here.state.join("fading.keys"))?;
        if self.is_here(&here) {
            files::write_over(&here.leave_key())?;
            if self.erase {
                files::write_over(&here.keys())?;
            } else {
                keys::make_archive(&here)?;
            }
            empty_tray(&here)?;
            if self.erase || !db::holds_something(&here) {
                files::write_over(&here.keys())?;
                self.remove_home(&here)?;
            } else {
                db::tidy(&here);
                files::remove(&here.leave_key())?;
                files::remove(&here.beginning())?;
                self.move_away(&here)?;
            }
        }
        remove_state(&here)?;
        let kept = !self.erase && self.kept().keys().symlink_metadata().is_ok();
        Ok(kept.then(|| self.kept().home))
    }

    /// Erases an archive: its key first. It has no state of its own and needs no mark, since the
    /// first step is the only one that matters.
    pub fn erase_archive(places: &Places) -> Result<(), LeaveError> {
        let departure = Self {
            archive: places.home.clone(),
            home: places.home.clone(),
            erase: true,
            drop: None,
        };
        files::write_over(&places.keys())?;
        departure.remove_home(places)
    }

    /// Whether an archive's key was erased, and what is left of it opens nothing.
    pub fn is_erased(places: &Places) -> bool {
        keys::are_erased(places)
    }

    /// Whether the home that was left still lies there.
    fn is_here(&self, here: &Places) -> bool {
        if here.home.symlink_metadata().is_err() {
            return false;
        }
        match (self.drop, keys::drop_key(here)) {
            (Some(then), Ok(now)) => then == now,
            // Written over already, or never readable.
            _ => true,
        }
    }

    /// Where the archive lies: beside the home, or in its place where it could not be moved.
    fn kept(&self) -> Places {
        let moved = self.archive.symlink_metadata().is_ok();
        Places {
            home: if moved { &self.archive } else { &self.home }.clone(),
            state: PathBuf::new(),
        }
    }

    /// The home makes room for a new beginning. Where the folder above cannot be written, the
    /// archive stays in its place.
    fn move_away(&self, here: &Places) -> Result<(), FileError> {
        if self.archive == self.home || self.archive.symlink_metadata().is_ok() {
            return Ok(());
        }
        match fs::rename(&self.home, &self.archive) {
            Ok(()) => files::sync_parent(&self.archive),
            Err(_) => files::sync_parent(&here.keys()),
        }
    }

    fn remove_home(&self, here: &Places) -> Result<(), LeaveError> {
        for name in [
            "leave.key",
            "beginning",
            "vault.db-wal",
            "vault.db-shm",
            "vault.db-journal",
            "vault.db",
            "archive.json",
            "archive.json.new",
            "keys.json.new",
            "leave.key.new",
            "keys.json",
        ] {
            files::remove(&here.home.join(name))?;
        }
        remove_empty(&here.tray());
        remove_empty(&here.home);
        if let Some(parent) = here.home.parent() {
            files::sync_parent(&parent.join("home"))?;
        }
        Ok(())
    }

    fn encode(&self) -> Vec<u8> {
        let path = |path: &Path| hex::write(path.as_os_str().as_bytes());
        let mark = Mark {
            handfast: 1,
            home: path(&self.home),
            archive: path(&self.archive),
            erase: self.erase,
            drop: self.drop.map(|drop| hex::write(&drop)),
        };
        serde_json::to_vec(&mark).unwrap_or_default()
    }

    fn decode(mark: &[u8]) -> Option<Self> {
        let mark: Mark = serde_json::from_slice(mark).ok()?;
        let path = |text: &str| Some(PathBuf::from(OsString::from_vec(hex::read(text)?)));
        Some(Self {
            home: path(&mark.home)?,
            archive: path(&mark.archive)?,
            erase: mark.erase,
            drop: mark.drop.and_then(|drop| hex::read_array(&drop)),
        })
    }
}

/// The first free name beside a home: `handfast-archive`, `handfast-archive-2`.
fn beside(home: &Path) -> PathBuf {
    names_beside(home)
        .find(|path| path.symlink_metadata().is_err())
        .unwrap_or_else(|| home.to_owned())
}

fn names_beside(home: &Path) -> impl Iterator<Item = PathBuf> {
    let name = home.file_name().map(std::ffi::OsStr::to_owned);
    let suffixes = (1..=MOST_ARCHIVES).map(|number| match number {
        1 => "-archive".to_owned(),
        number => format!("-archive-{number}"),
    });
    suffixes.filter_map(move |suffix| {
        let mut name = name.clone()?;
        name.push(suffix);
        Some(home.with_file_name(name))
    })
}

/// So many archives may lie beside one home; the next one stays in its place.
const MOST_ARCHIVES: u32 = 1000;

/// The newest archive that was left beside this place.
pub fn last_archive(places: &Places) -> Option<PathBuf> {
    names_beside(&places.home)
        .take_while(|path| path.symlink_metadata().is_ok())
        .last()
}

/// What waited is not signed any more. It is sealed to a key that the archive's passphrase has.
fn empty_tray(here: &Places) -> Result<(), LeaveError> {
    let folder = here.tray();
    for slip in tray::list(here).unwrap_or_default() {
        let path = folder.join(slip.name());
        files::write_over(&path)?;
        files::remove(&path)?;
    }
    if folder.symlink_metadata().is_ok() {
        files::sync_parent(&folder.join("slip"))?;
        remove_empty(&folder);
    }
    Ok(())
}

/// Every file that a home of this program keeps in its state folder, but the mark itself.
const STATE: [&str; 10] = [
    "fading.keys",
    "valve",
    "space",
    "pause",
    "witness",
    "lock",
    "agent.lock",
    "agent",
    "live",
    "draws",
];

fn remove_state(here: &Places) -> Result<(), LeaveError> {
    let ears = here.state.join("listening");
    for entry in fs::read_dir(&ears).into_iter().flatten().flatten() {
        files::remove(&entry.path())?;
    }
    remove_empty(&ears);
    for name in STATE.iter().chain(&["CACHEDIR.TAG"]) {
        files::remove(&here.state.join(format!("{name}.new")))?;
        files::remove(&here.state.join(name))?;
    }
    // The mark last: nothing is left to do after it.
    state::clear_leaving(here)?;
    remove_empty(&here.state);
    // The platform's own folder for this program; that of another home keeps it.
    let above = here.state.parent();
    if let Some(above) = above.filter(|above| above.ends_with("handfast")) {
        remove_empty(above);
    }
    Ok(())
}

/// A folder that holds something else, which is not ours, stays.
fn remove_empty(folder: &Path) {
    let _ = fs::remove_dir(folder);
}
