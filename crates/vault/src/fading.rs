//! `fading.keys`: one key for each day on which words end, outside the database (B7).
//!
//! What lies under the key of a day is gone when that key is: the slot is overwritten in its place
//! and synced before the rows are deleted, since a database leaves copies of what it deletes in its
//! write-ahead log and its free pages. The file belongs to this machine and is marked so that
//! ordinary backups skip it. An older copy of it, or flash that keeps what was overwritten, can
//! bring a key back: that cannot be promised away, and is not.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::{
    FileError, Places, Reader, Txn, Vault, VaultError, VaultKey, files,
    seal::{self, OVERHEAD, Sealer},
};

/// So many slots: nothing that is in order ends later than 92 days from now.
pub const SLOTS: u32 = 96;
/// A clock that is further ahead of the last day known has jumped, and is not believed at once.
pub const LEAP: u32 = 30;
/// What a table's name begins with if its rows lie under such keys.
pub(crate) const FADES: &str = "fading/";

/// `sealed(day u32 ‖ key32)`.
const SLOT: usize = OVERHEAD + 4 + 32;
/// `sealed(high-water u32 ‖ leap u32)`, leap 0 for none; twice, written in turn.
const MARK: usize = OVERHEAD + 8;
const MARKS: usize = 2;
const MAGIC: &[u8; 8] = b"hffade1\n";
const FIRST_SLOT: usize = 8 + MARKS * MARK;
const LENGTH: usize = FIRST_SLOT + SLOTS as usize * SLOT;

/// What makes programs that know the convention (bford.info/cachedir) leave a folder out of backups.
const CACHEDIR: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55
# This folder belongs to this machine: the keys in it are meant to be forgotten.
";

/// How far time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tide {
    /// The last day that was surely reached. What ends before it is destroyed.
    pub high_water: u32,
    /// What the clock says, never before the high-water. Above it only after a jump of the clock
    /// that no later day has confirmed: what ends before it is hidden, not destroyed.
    pub today: u32,
}

/// The file as it stands.
pub(crate) struct Fading {
    path: PathBuf,
    bytes: Zeroizing<Vec<u8>>,
    sealer: Sealer,
}

/// The high-water and the day on which a jump was first seen.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark {
    high_water: u32,
    leapt: u32,
}

impl Mark {
    /// What a day makes of it.
    fn at(self, today: u32) -> Self {
        if today <= self.high_water.saturating_add(LEAP) {
            return Self {
                high_water: self.high_water.max(today),
                leapt: 0,
            };
        }
        if self.leapt != 0 && today > self.leapt {
            return Self {
                high_water: today,
                leapt: 0,
            };
        }
        let leapt = if self.leapt == 0 {
            today
        } else {
            self.leapt.min(today)
        };
        Self { leapt, ..self }
    }

    fn tide(self, today: u32) -> Tide {
        Tide {
            high_water: self.high_water,
            today: today.max(self.high_water),
        }
    }
}

impl Fading {
    /// The file, if there is one that can be used. One that is torn or of another home holds no key.
    pub(crate) fn read(places: &Places, key: &VaultKey) -> Result<Option<Self>, FileError> {
        let path = file(places);
        let bytes = match files::read(&path, LENGTH as u64) {
            Err(error) if error.is_missing() => return Ok(None),
            read => Zeroizing::new(read?),
        };
        let fading = Self {
            path,
            bytes,
            sealer: key.sealer("fading"),
        };
        let usable = fading.bytes.len() == LENGTH
            && fading.bytes.starts_with(MAGIC)
            && fading.mark().is_some();
        Ok(usable.then_some(fading))
    }

    /// The file, made if there is none.
    fn read_or_make(places: &Places, key: &VaultKey, today: u32) -> Result<Self, VaultError> {
        if let Some(fading) = Self::read(places, key)? {
            return Ok(fading);
        }
        files::make_folder(&places.state)?;
        let path = file(places);
        let sealer = key.sealer("fading");
        let mut bytes = Zeroizing::new(vec![0; LENGTH]);
        seal::random(bytes.as_mut())?;
        let mark = [today.to_be_bytes(), [0; 4]].concat();
        let mark = sealer.seal(b"mark", &[&mark])?;
        for (to, from) in bytes.iter_mut().zip(MAGIC.iter().chain(&mark)) {
            *to = *from;
        }
        files::replace(&path, &bytes)?;
        mark_for_backups(places, &path);
        Ok(Self {
            path,
            bytes,
            sealer,
        })
    }

    fn part(&self, at: usize, length: usize) -> &[u8] {
        self.bytes
            .get(at..at.saturating_add(length))
            .unwrap_or_default()
    }

    /// The higher of the two marks: a torn one leaves the other.
    fn mark(&self) -> Option<Mark> {
        let read = |which: usize| {
            let text = self
                .sealer
                .open(b"mark", self.part(8 + which * MARK, MARK))?;
            let (high, leapt) = text.split_first_chunk::<4>()?;
            Some(Mark {
                high_water: u32::from_be_bytes(*high),
                leapt: u32::from_be_bytes(leapt.try_into().ok()?),
            })
        };
        // Of two with one high-water the second written is not known; a jump that is noted in
        // either holds, which hides and destroys nothing.
        (0..MARKS)
            .filter_map(read)
            .max_by_key(|mark| (mark.high_water, mark.leapt))
    }

    /// The key of a day, if its slot still has it.
    pub(crate) fn key(&self, day: u32) -> Option<Sealer> {
        let (held, key) = self.slot(day)?;
        (held == day).then(|| Sealer::new(&key))
    }

    fn slot(&self, day: u32) -> Option<(u32, Zeroizing<[u8; 32]>)> {
        let (place, at) = slot_of(day);
        let text = Zeroizing::new(self.sealer.open(&place, self.part(at, SLOT))?);
        let (held, key) = text.split_first_chunk::<4>()?;
        let key = Zeroizing::new(<[u8; 32]>::try_from(key).ok()?);
        Some((u32::from_be_bytes(*held), key))
    }

    /// Writes over a part of the file, in its place, and waits for the disk.
    fn write(&mut self, parts: &[(usize, &[u8])]) -> Result<(), FileError> {
        let file = files::open(&self.path, true)?;
        for (at, bytes) in parts {
            file.write_all_at(bytes, *at as u64)
                .map_err(files::named(&self.path))?;
            let end = at.saturating_add(bytes.len());
            if let Some(here) = self.bytes.get_mut(*at..end) {
                here.copy_from_slice(bytes);
            }
        }
        file.sync_all().map_err(files::named(&self.path))
    }

    fn note(&mut self, mark: Mark) -> Result<(), VaultError> {
        let text = [mark.high_water.to_be_bytes(), mark.leapt.to_be_bytes()].concat();
        for which in 0..MARKS {
            let sealed = self.sealer.seal(b"mark", &[&text])?;
            self.write(&[(8 + which * MARK, sealed.as_slice())])?;
        }
        Ok(())
    }

    /// The key of a day; made if its slot is free. `None` for a day that has passed or is too far.
    fn key_for(&mut self, day: u32) -> Result<Option<Sealer>, VaultError> {
        let high_water = self.mark().map_or(0, |mark| mark.high_water);
        if day < high_water || day >= high_water.saturating_add(SLOTS) {
            return Ok(None);
        }
        if let Some(key) = self.key(day) {
            return Ok(Some(key));
        }
        let mut key = Zeroizing::new([0; 32]);
        seal::random(key.as_mut())?;
        let (place, at) = slot_of(day);
        let sealed = self
            .sealer
            .seal(&place, &[&day.to_be_bytes(), key.as_ref()])?;
        self.write(&[(at, sealed.as_slice())])?;
        Ok(Some(Sealer::new(&key)))
    }

    /// Overwrites every slot whose day is past, in its place, and waits for the disk.
    fn destroy_before(&mut self, day: u32) -> Result<(), VaultError> {
        let mut past = Vec::new();
        for slot in 0..SLOTS {
            if self.slot(slot).is_some_and(|(held, _)| held < day) {
                let mut noise = vec![0; SLOT];
                seal::random(&mut noise)?;
                past.push((slot_of(slot).1, noise));
            }
        }
        let parts: Vec<_> = past.iter().map(|(at, n)| (*at, n.as_slice())).collect();
        if parts.is_empty() {
            return Ok(());
        }
        Ok(self.write(&parts)?)
    }
}

/// What a slot is bound to, and where it lies.
fn slot_of(day: u32) -> (Vec<u8>, usize) {
    let slot = day % SLOTS;
    let place = [b"slot\0".as_slice(), &slot.to_be_bytes()].concat();
    (place, FIRST_SLOT + slot as usize * SLOT)
}

fn file(places: &Places) -> PathBuf {
    places.state.join("fading.keys")
}

/// As far as there is a convention: the tag that backup programs look for, and `dump`'s own flag.
/// Neither can be relied on, so neither may fail.
fn mark_for_backups(places: &Places, path: &Path) {
    let tag = places.state.join("CACHEDIR.TAG");
    if matches!(files::check_file(&tag), Ok(false)) {
        let _ = files::replace(&tag, CACHEDIR);
    }
    #[cfg(target_os = "linux")]
    if let Ok(file) = File::open(path) {
        use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};
        let _ =
            ioctl_getflags(&file).and_then(|flags| ioctl_setflags(&file, flags | IFlags::NODUMP));
    }
}

/// The day with which the key of a fading row begins.
pub(crate) fn day_of(key: &[u8]) -> Option<u32> {
    key.first_chunk::<4>().map(|day| u32::from_be_bytes(*day))
}

impl Reader<'_> {
    /// How far time has come, without changing anything.
    pub fn tide(&self, today: u32) -> Result<Tide, VaultError> {
        let vault = self.vault;
        let mark = Fading::read(vault.places(), &vault.key)?.and_then(|fading| fading.mark());
        Ok(mark.map_or(
            Tide {
                high_water: today,
                today,
            },
            |mark| mark.at(today).tide(today),
        ))
    }
}

impl Vault {
    /// Lets time go on: at opening and at midnight. What ended before the high-water is destroyed:
    /// first its keys, in their place and synced, then its rows, then what the database kept of
    /// them. A clock that jumped more than 30 days ahead destroys nothing before a later day.
    ///
    /// Cheap while the day is the same; must not be called inside a transaction.
    pub fn fade(&mut self, today: u32) -> Result<Tide, VaultError> {
        let places = self.places().clone();
        let Some(before) = Fading::read(&places, &self.key)?.and_then(|fading| fading.mark())
        else {
            return Ok(Tide {
                high_water: today,
                today,
            });
        };
        if before.at(today) == before {
            return Ok(before.tide(today));
        }
        let txn = self.begin()?;
        // Another process may have been here since.
        let Some(mut fading) = Fading::read(&places, &txn.vault.key)? else {
            return Ok(before.tide(today));
        };
        let Some(now) = fading.mark().map(|mark| mark.at(today)) else {
            return Ok(before.tide(today));
        };
        fading.destroy_before(now.high_water)?;
        fading.note(now)?;
        let gone = txn.delete_fading_before(now.high_water)?;
        txn.commit()?;
        if gone > 0 {
            self.forget_copies();
        }
        Ok(now.tide(today))
    }

    /// Folds the write-ahead log into the database and empties it, so that what was re-keyed or
    /// deleted is not left there under the key of a later day. Where a reader is in the way, the
    /// next call does it; the keys are the promise, this is beside it.
    pub fn forget_copies(&self) {
        let _ = self
            .conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
}

impl Txn<'_> {
    /// The key under which a row of that day is sealed. Made at need.
    pub(crate) fn fading_key(&self, day: u32) -> Result<Sealer, VaultError> {
        let vault = self.vault;
        let mut fading = Fading::read(vault.places(), &vault.key)?.ok_or(VaultError::NotFading)?;
        fading.key_for(day)?.ok_or(VaultError::NotADay { day })
    }

    /// Makes the file of keys if there is none, the high-water being that day: before the first
    /// fading row is written.
    pub fn begin_fading(&self, today: u32) -> Result<(), VaultError> {
        let vault = self.vault;
        Fading::read_or_make(vault.places(), &vault.key, today).map(drop)
    }
}
