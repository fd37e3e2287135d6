//! A disk that forgets: from the log of a process's changes, what could lie there had the power gone at a point.
//!
//! What was synced stays. Of what was not, any part may be there: of writes any 512-byte sectors, of the names of
//! files any prefix of their changes, each folder being synced by itself.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

const SECTOR: usize = 512;

/// One change, as the shim wrote it down.
#[derive(Debug)]
pub(crate) enum Change {
    Create(String),
    Write(String, u64, Vec<u8>),
    Truncate(String, u64),
    Sync(String),
    Rename(String, String),
    Unlink(String),
    MakeFolder(String),
}

/// Reads the shim's log; a last entry that a kill cut short is left out.
pub(crate) fn changes(bytes: &[u8]) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut rest = bytes;
    while let Some((change, more)) = one(rest) {
        changes.push(change);
        rest = more;
    }
    changes
}

fn one(bytes: &[u8]) -> Option<(Change, &[u8])> {
    let (op, rest) = bytes.split_first()?;
    let (path, rest) = block(rest)?;
    let (to, rest) = block(rest)?;
    let (offset, rest) = rest.split_first_chunk::<8>()?;
    let (data, rest) = block(rest)?;
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (path, to, offset) = (text(path), text(to), u64::from_le_bytes(*offset));
    let change = match op {
        1 => Change::Create(path),
        2 => Change::Write(path, offset, data.to_vec()),
        3 => Change::Truncate(path, offset),
        4 => Change::Sync(path),
        5 => Change::Rename(path, to),
        6 => Change::Unlink(path),
        7 => Change::MakeFolder(path),
        other => panic!("the shim wrote change {other}"),
    };
    Some((change, rest))
}

fn block(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// How much of what was not synced is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    Nothing,
    All,
    Some,
}

#[derive(Default)]
struct File {
    durable: Vec<u8>,
    current: Vec<u8>,
    pending: Vec<Pending>,
}

enum Pending {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Clone)]
enum Naming {
    Link(String, usize),
    Rename(String, String),
    Unlink(String),
}

impl Naming {
    fn folder(&self) -> &str {
        let (Self::Link(path, _) | Self::Rename(path, _) | Self::Unlink(path)) = self;
        path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Link(path, file) => {
                names.insert(path.clone(), *file);
            }
            Self::Rename(from, to) => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
            Self::Unlink(path) => {
                names.remove(path);
            }
        }
    }
}

/// The disk at one point of the log.
#[derive(Default)]
pub(crate) struct Disk {
    files: Vec<File>,
    folders: Vec<String>,
    current: BTreeMap<String, usize>,
    durable: BTreeMap<String, usize>,
    pending: Vec<Naming>,
}

fn put(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    if bytes.len() < offset + data.len() {
        bytes.resize(offset + data.len(), 0);
    }
    bytes[offset..offset + data.len()].copy_from_slice(data);
}

impl Disk {
    pub(crate) fn apply(&mut self, change: &Change) {
        match change {
            Change::MakeFolder(path) => self.folders.push(path.clone()),
            Change::Create(path) => {
                self.files.push(File::default());
                self.name(Naming::Link(path.clone(), self.files.len() - 1));
            }
            Change::Rename(from, to) => self.name(Naming::Rename(from.clone(), to.clone())),
            Change::Unlink(path) => self.name(Naming::Unlink(path.clone())),
            Change::Write(path, offset, data) => {
                let file = &mut self.files[self.current[path]];
                put(&mut file.current, *offset as usize, data);
                file.pending
                    .push(Pending::Write(*offset as usize, data.clone()));
            }
            Change::Truncate(path, length) => {
                let file = &mut self.files[self.current[path]];
                file.current.resize(*length as usize, 0);
                file.pending.push(Pending::Truncate(*length as usize));
            }
            Change::Sync(path) => match self.current.get(path) {
                Some(file) => {
                    let file = &mut self.files[*file];
                    for pending in file.pending.drain(..) {
                        match pending {
                            Pending::Write(offset, data) => put(&mut file.durable, offset, &data),
                            Pending::Truncate(length) => file.durable.resize(length, 0),
                        }
                    }
                }
                None => {
                    let durable = &mut self.durable;
                    self.pending.retain(|naming| {
                        let here = naming.folder() == path;
                        if here {
                            naming.apply(durable);
                        }
                        !here
                    });
                }
            },
        }
    }

    fn name(&mut self, naming: Naming) {
        naming.apply(&mut self.current);
        self.pending.push(naming);
    }

    /// Writes the disk as it could be found, into a folder that is emptied first.
    pub(crate) fn write(&self, to: &Path, left: Left, rng: &mut ChaCha8Rng) {
        for folder in &self.folders {
            let folder = to.join(folder.trim_start_matches('/'));
            let _ = fs::remove_dir_all(&folder);
        }
        for folder in &self.folders {
            let folder = to.join(folder.trim_start_matches('/'));
            fs::create_dir_all(&folder).unwrap();
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        }
        let mut names = self.durable.clone();
        let kept = match left {
            Left::Nothing => 0,
            Left::All => self.pending.len(),
            Left::Some => rng.random_range(0..=self.pending.len()),
        };
        for naming in &self.pending[..kept] {
            naming.apply(&mut names);
        }
        for (path, file) in names {
            if path == "/acks" {
                continue;
            }
            let file = &self.files[file];
            let bytes = match left {
                Left::Nothing => file.durable.clone(),
                Left::All => file.current.clone(),
                Left::Some => file.some(rng),
            };
            let path = to.join(path.trim_start_matches('/'));
            let mut open = fs::OpenOptions::new();
            let file = open
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(path)
                .unwrap();
            std::io::Write::write_all(&mut &file, &bytes).unwrap();
        }
    }
}

impl File {
    /// What was synced, and any part of what was not.
    fn some(&self, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for pending in &self.pending {
            match pending {
                Pending::Truncate(length) => {
                    if rng.random_bool(0.5) {
                        bytes.resize(*length, 0);
                    }
                }
                Pending::Write(offset, data) => {
                    let mut from = 0;
                    while from < data.len() {
                        // Up to the next border of a sector of the disk.
                        let to = data.len().min(from + SECTOR - (offset + from) % SECTOR);
                        if rng.random_bool(0.5) {
                            put(&mut bytes, offset + from, &data[from..to]);
                        }
                        from = to;
                    }
                }
            }
        }
        bytes
    }
}
