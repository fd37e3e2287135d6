//! What belongs to this machine and works while the home is locked: lock, valve, leaving, witness.
//!
//! These files lie outside the vault, in a folder that does not travel with backups, beside `fading.keys`.

use std::{
    fs::File,
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use sha2::{Digest, Sha256};

use crate::{FileError, Places, files};

/// The largest note of a departure.
const MOST_NOTE: u64 = 32 * 1024;

/// Whether anything may leave this device (B8): one durable flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Valve {
    /// Datagrams may leave.
    Open,
    /// Those of the practical lane of words may leave, and no others.
    Practical,
    /// Nothing leaves. Also what a missing or unreadable flag means.
    Shut,
}

impl Valve {
    /// What stands in the file. Whatever is none of these means shut.
    fn read(text: &[u8]) -> Self {
        match text {
            b"open\n" => Self::Open,
            b"practical\n" => Self::Practical,
            _ => Self::Shut,
        }
    }

    const fn text(self) -> &'static [u8] {
        match self {
            Self::Open => b"open\n",
            Self::Practical => b"practical\n",
            Self::Shut => b"shut\n",
        }
    }
}

/// Reads the valve. Missing or unreadable means shut: a lost file must not end a silence. Where
/// somebody is leaving it is shut whatever stands in it.
pub fn valve(places: &Places) -> Valve {
    if is_leaving(places) {
        return Valve::Shut;
    }
    files::read(&valve_file(places), 16).map_or(Valve::Shut, |text| Valve::read(&text))
}

/// Whether the flag is not there at all, so that it says shut only because it says nothing.
pub fn is_valve_lost(places: &Places) -> bool {
    matches!(files::check_file(&valve_file(places)), Ok(false))
}

/// Looks at the valve of one home again and again, each time at the file as it is then. What stands
/// there is not opened and judged anew while it is the same file.
#[derive(Debug)]
pub struct ValveEye {
    path: PathBuf,
    leaving: PathBuf,
    /// The file that was opened last, and its name among all files.
    held: Mutex<Option<(File, (u64, u64))>>,
}

impl ValveEye {
    /// Nothing is looked at yet.
    pub fn new(places: &Places) -> Self {
        Self {
            path: valve_file(places),
            leaving: leaving_file(places),
            held: Mutex::new(None),
        }
    }

    /// As [`valve`].
    pub fn look(&self) -> Valve {
        // Whoever panicked while looking left nothing half done.
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(found) = self.path.symlink_metadata() else {
            return Valve::Shut;
        };
        if self.leaving.symlink_metadata().is_ok() {
            return Valve::Shut;
        }
        // The file that is held open keeps its number, so no other file can have it.
        let found = (found.dev(), found.ino());
        if held.as_ref().is_none_or(|(_, known)| *known != found) {
            *held = files::open(&self.path, false)
                .ok()
                .and_then(|file| Some((file.metadata().ok()?, file)))
                .map(|(known, file)| (file, (known.dev(), known.ino())));
        }
        let mut text = [0; 16];
        let read = held.as_ref().map(|(file, _)| file.read_at(&mut text, 0));
        match read {
            Some(Ok(count)) => text.get(..count).map_or(Valve::Shut, Valve::read),
            _ => Valve::Shut,
        }
    }
}

/// Sets the valve; durable when this returns.
pub fn set_valve(places: &Places, valve: Valve) -> Result<(), FileError> {
    files::make_folder(&places.state)?;
    files::replace(&valve_file(places), valve.text())
}

fn valve_file(places: &Places) -> PathBuf {
    places.state.join("valve")
}

/// The largest note of a pause, or of a space.
const MOST_PAUSE: u64 = 64;

/// The note about the space that was taken here; none if there is none, or it cannot be read. The
/// valve alone decides what leaves; this says which day its owner named.
pub fn space(places: &Places) -> Option<Vec<u8>> {
    files::read(&space_file(places), MOST_PAUSE).ok()
}

/// Notes it. It must be there while the home is locked, so it lies beside the vault.
pub fn set_space(places: &Places, note: &[u8]) -> Result<(), FileError> {
    files::make_folder(&places.state)?;
    files::replace(&space_file(places), note)
}

/// Removes the note, when the space has ended.
pub fn clear_space(places: &Places) -> Result<(), FileError> {
    match files::remove(&space_file(places)) {
        Err(error) if error.is_missing() => Ok(()),
        done => done,
    }
}

fn space_file(places: &Places) -> PathBuf {
    places.state.join("space")
}

/// The note of a pause that runs; none if there is none, or it cannot be read. It must be there
/// while the home is locked, so it lies beside the vault, and says when it ends, and nothing of why.
pub fn pause(places: &Places) -> Option<Vec<u8>> {
    files::read(&pause_file(places), MOST_PAUSE).ok()
}

/// Notes a pause, so that it outlives the terminal that it was taken in.
pub fn set_pause(places: &Places, note: &[u8]) -> Result<(), FileError> {
    files::make_folder(&places.state)?;
    files::replace(&pause_file(places), note)
}

/// Removes the note, when somebody is back.
pub fn clear_pause(places: &Places) -> Result<(), FileError> {
    match files::remove(&pause_file(places)) {
        Err(error) if error.is_missing() => Ok(()),
        done => done,
    }
}

fn pause_file(places: &Places) -> PathBuf {
    places.state.join("pause")
}

/// What an unfinished departure wrote down, if one was begun (S1).
pub fn leaving(places: &Places) -> Result<Option<Vec<u8>>, FileError> {
    for file in [leaving_file(places), telling_file(places)] {
        // Where not even that can be asked, whatever is done next says why.
        if file.symlink_metadata().is_ok() {
            return files::read(&file, MOST_NOTE).map(Some);
        }
    }
    Ok(None)
}

/// Whether the mark stands: nothing leaves this device any more, and nothing is written.
pub fn is_leaving(places: &Places) -> bool {
    leaving_file(places).symlink_metadata().is_ok()
}

/// Notes durably that the home is being left, with what the caller needs to complete it. While a
/// last word is still being told it stands in another file, which shuts no valve.
pub fn mark_leaving(places: &Places, how: &[u8], telling: bool) -> Result<(), FileError> {
    let path = if telling {
        telling_file(places)
    } else {
        leaving_file(places)
    };
    if u64::try_from(how.len()).is_ok_and(|length| length <= MOST_NOTE) {
        files::make_folder(&places.state)?;
        files::replace(&path, how)
    } else {
        Err(FileError::TooLarge { path })
    }
}

/// Removes the note, when leaving is complete.
pub fn clear_leaving(places: &Places) -> Result<(), FileError> {
    for path in [telling_file(places), leaving_file(places)] {
        files::remove_draft_of(&path)?;
        if path.symlink_metadata().is_ok() {
            files::remove(&path)?;
            files::sync_parent(&path)?;
        }
    }
    Ok(())
}

fn leaving_file(places: &Places) -> PathBuf {
    places.state.join("leaving")
}

fn telling_file(places: &Places) -> PathBuf {
    places.state.join("telling")
}

/// What must run only once for a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Post {
    /// The process that meets the partner.
    Serve,
    /// The agent that holds the vault key.
    Agent,
}

impl Post {
    fn file(self, places: &Places) -> PathBuf {
        places.state.join(match self {
            Self::Serve => "lock",
            Self::Agent => "agent.lock",
        })
    }
}

/// A post, held until dropped or until the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes a post; `None` if another process holds it.
    pub fn take(places: &Places, post: Post) -> Result<Option<Self>, FileError> {
        files::make_folder(&places.state)?;
        let path = post.file(places);
        let file = files::open_or_make(&path)?;
        // Somebody who only looks whether the post is held has the file for a moment.
        for _ in 0..5 {
            if files::try_hold(&path, &file, true)? {
                return Ok(Some(Self { _file: file }));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(None)
    }

    /// Whether some process holds a post.
    pub fn is_held(places: &Places, post: Post) -> Result<bool, FileError> {
        let path = post.file(places);
        if !files::check_file(&path)? {
            return Ok(false);
        }
        let file = files::open(&path, false)?;
        Ok(!files::try_hold(&path, &file, false)?)
    }
}

/// Whether the database is the one that this machine knows (B6, B9).
///
/// A suspicion, not a proof: a copy of home and state together is not noticed here, only by a peer.
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

/// What the witness saw last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    token: [u8; 16],
    file: u64,
    generation: u64,
}

/// The open witness: two slots of 64 bytes, written in turn, so that a torn one leaves the other.
#[derive(Debug)]
pub(crate) struct WitnessFile {
    file: File,
    id: u64,
}

const SLOT: u64 = 64;
const MAGIC: &[u8; 4] = b"hfw1";

impl WitnessFile {
    /// The witness and what it saw; nothing if there is none, or none that can be read.
    pub(crate) fn open(places: &Places) -> Result<Option<(Self, Seen)>, FileError> {
        let path = places.state.join("witness");
        match files::check_folder(&places.state) {
            Err(error) if error.is_missing() => return Ok(None),
            checked => checked?,
        }
        let file = match files::open(&path, true) {
            Err(error) if error.is_missing() => return Ok(None),
            file => file?,
        };
        let slots = [0, SLOT].map(|at| {
            let mut slot = [0; 44 + 8];
            file.read_exact_at(&mut slot, at)
                .ok()
                .and_then(|()| Seen::read(&slot))
        });
        let seen = slots
            .into_iter()
            .flatten()
            .max_by_key(|seen| seen.generation);
        Ok(seen.map(|seen| {
            (
                Self {
                    file,
                    id: seen.file,
                },
                seen,
            )
        }))
    }

    /// Begins to witness a database, durably.
    pub(crate) fn begin(
        places: &Places,
        token: [u8; 16],
        file: u64,
        generation: u64,
    ) -> Result<Self, FileError> {
        let path = places.state.join("witness");
        let slot = Seen {
            token,
            file,
            generation,
        }
        .write();
        let mut both = vec![0; 2 * usize::try_from(SLOT).unwrap_or_default()];
        for (to, from) in both.iter_mut().zip(slot) {
            *to = from;
        }
        files::replace(&path, &both)?;
        Ok(Self {
            file: files::open(&path, true)?,
            id: file,
        })
    }

    /// Notes a commit that is durable already. Not synced and allowed to fail: a witness that lags suspects less,
    /// and one that went ahead of the database would suspect an honest home.
    pub(crate) fn note(&self, token: &[u8; 16], generation: u64) {
        let slot = Seen {
            token: *token,
            file: self.id,
            generation,
        }
        .write();
        let _ = self.file.write_all_at(&slot, generation % 2 * SLOT);
    }
}

impl Seen {
    fn write(self) -> [u8; 44 + 8] {
        let text = [
            MAGIC.as_slice(),
            &self.token,
            &self.file.to_be_bytes(),
            &self.generation.to_be_bytes(),
            &[0; 8],
        ]
        .concat();
        let mut slot = [0; 44 + 8];
        for (to, from) in slot
            .iter_mut()
            .zip(text.iter().copied().chain(check(&text)))
        {
            *to = from;
        }
        slot
    }

    fn read(slot: &[u8; 44 + 8]) -> Option<Self> {
        let (text, sum) = slot.split_at_checked(44)?;
        let rest = text
            .strip_prefix(MAGIC)
            .filter(|_| check(text).as_slice() == sum)?;
        let (token, rest) = rest.split_first_chunk::<16>()?;
        let (file, rest) = rest.split_first_chunk::<8>()?;
        let (generation, _) = rest.split_first_chunk::<8>()?;
        Some(Self {
            token: *token,
            file: u64::from_be_bytes(*file),
            generation: u64::from_be_bytes(*generation),
        })
    }
}

/// The first 8 bytes of SHA-256: against torn writes, not against people.
fn check(text: &[u8]) -> [u8; 8] {
    let whole = Sha256::digest(text);
    whole.first_chunk::<8>().copied().unwrap_or_default()
}

/// What tells a restored file from the one that was written on: its inode. (Device numbers change at a restart.)
pub(crate) fn file_id(path: &Path) -> u64 {
    path.symlink_metadata().map_or(0, |found| found.ino())
}

/// Compares what the witness saw with the database that stands there now.
pub(crate) fn compare(seen: &Seen, token: &[u8; 16], file: u64, generation: u64) -> Witness {
    if seen.token != *token {
        Witness::Other
    } else if seen.generation > generation {
        Witness::Older
    } else if seen.file != file {
        Witness::Replaced
    } else {
        Witness::Same
    }
}
