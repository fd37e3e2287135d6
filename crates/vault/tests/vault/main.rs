//! What the vault promises, tried through its public face alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "tests"
)]

mod damage;
mod fading;
mod keys;
mod leaving;
mod logs;
mod permissions;
mod processes;
mod rows;
mod size;
mod state;
mod tray;

use tempfile::TempDir;
use vault::{Cost, Passphrase, Places, Vault, VaultKey};

/// A home in a folder of its own, open.
pub(crate) struct Home {
    pub(crate) dir: TempDir,
    pub(crate) places: Places,
    pub(crate) key: VaultKey,
    pub(crate) vault: Vault,
}

pub(crate) fn places(dir: &TempDir) -> Places {
    Places {
        home: dir.path().join("home"),
        state: dir.path().join("state"),
    }
}

pub(crate) fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned().into())
}

impl Home {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let places = places(&dir);
        let key = vault::create(
            &places,
            &passphrase("apple"),
            b"the secret",
            Cost::Rehearsal,
        )
        .unwrap();
        let vault = Vault::open(&places, &key).unwrap();
        Self {
            dir,
            places,
            key,
            vault,
        }
    }

    pub(crate) fn append(&mut self, log: &[u8; 32], first: u64, records: &[Vec<u8>]) {
        let txn = self.vault.begin().unwrap();
        txn.append(log, first, records).unwrap();
        txn.commit().unwrap();
    }

    pub(crate) fn cut(&mut self, log: &[u8; 32], above: u64) {
        let txn = self.vault.begin().unwrap();
        txn.cut(log, above).unwrap();
        txn.commit().unwrap();
    }

    pub(crate) fn all(&self, log: &[u8; 32]) -> Vec<Vec<u8>> {
        self.vault
            .read()
            .unwrap()
            .records(log, 1, usize::MAX)
            .unwrap()
    }

    pub(crate) fn reopen(&mut self) {
        self.vault = Vault::open(&self.places, &self.key).unwrap();
    }

    /// A plain SQLite connection to the same file, for tampering.
    pub(crate) fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.places.home.join("vault.db")).unwrap()
    }
}

/// Records that differ in content and length, the same for the same numbers.
pub(crate) fn records(from: u64, count: u64, length: usize) -> Vec<Vec<u8>> {
    (from..from + count)
        .map(|number| {
            let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            let length = length + (state >> 60) as usize;
            (0..length)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    state as u8
                })
                .collect()
        })
        .collect()
}

pub(crate) const LOG: [u8; 32] = [7; 32];
pub(crate) const OTHER: [u8; 32] = [8; 32];
