//! Rows of everything that is not a log: encrypted, each bound to its table and its key.

use std::sync::Arc;

use rusqlite::{OptionalExtension, params};

use crate::{
    Reader, Txn, VaultError,
    db::{SCHEMA, Vault},
    fading::{self, Fading},
    leaving,
    seal::{self, Sealer},
};

/// The largest value of a row.
const MOST_VALUE: usize = 64 * 1024 * 1024;
/// The largest key of a row.
const MOST_KEY: usize = 1024;

/// A table, by its fixed name. `&'static str` converts into one with hidden keys.
///
/// Names of tables stand in the clear on the disk; keys only in tables that say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table {
    pub(crate) name: &'static str,
    keys: Keys,
}

/// How the keys of a table stand on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Keys {
    Hidden,
    Ordered,
    Fading,
    Left,
}

impl Table {
    /// A table whose keys may be content: row ids are HMACs of them. Scanning opens every row.
    pub const fn hidden(name: &'static str) -> Self {
        Self {
            name,
            keys: Keys::Hidden,
        }
    }

    /// A table whose keys are no content (hashes, numbers): they are stored as they are, and scans from a key are
    /// cheap.
    pub const fn ordered(name: &'static str) -> Self {
        Self {
            name,
            keys: Keys::Ordered,
        }
    }

    /// A table whose rows lie under the key of a day and are gone when that day has passed. A key
    /// begins with the day as four bytes, is no content, and is stored as it is. The name begins
    /// with `fading/`, so that whoever looks at the file alone knows it, too.
    pub const fn fading(name: &'static str) -> Self {
        Self {
            name,
            keys: Keys::Fading,
        }
    }

    /// A table of what is left behind when its person leaves: keys of the device, and what carries
    /// no signature. Its rows lie under `leave.key` as well, a small file outside the database, so
    /// that leaving is overwriting that file. Keys are hidden; the name begins with `left/`.
    pub const fn left(name: &'static str) -> Self {
        Self {
            name,
            keys: Keys::Left,
        }
    }

    pub(crate) fn is_fading(self) -> bool {
        self.keys == Keys::Fading
    }

    fn is_left(self) -> bool {
        self.keys == Keys::Left
    }

    fn is_hidden(self) -> bool {
        matches!(self.keys, Keys::Hidden | Keys::Left)
    }

    fn row_id(self, vault: &Vault, key: &[u8]) -> Vec<u8> {
        if self.is_hidden() {
            seal::mac16(&vault.names, &[self.name.as_bytes(), b"\0", key]).to_vec()
        } else {
            key.to_vec()
        }
    }
}

/// A row: its key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

impl From<&'static str> for Table {
    fn from(name: &'static str) -> Self {
        Self::hidden(name)
    }
}

/// What a row is bound to: schema, table, row id.
fn place(table: &str, row_id: &[u8]) -> Vec<u8> {
    [
        &SCHEMA.to_be_bytes(),
        b"row\0".as_slice(),
        table.as_bytes(),
        b"\0",
        row_id,
    ]
    .concat()
}

/// A row that cannot be opened: changed, or moved here from another table or row.
const FOREIGN: VaultError = VaultError::Damaged {
    what: "a row does not open",
};

/// Key and value of an opened row. In a hidden table the key stands before the value, after its length.
fn open(table: Table, sealer: &Sealer, row_id: &[u8], sealed: &[u8]) -> Result<Pair, VaultError> {
    let mut text = sealer
        .open(&place(table.name, row_id), sealed)
        .ok_or(FOREIGN)?;
    if !table.is_hidden() {
        return Ok((row_id.to_vec(), text));
    }
    let (length, rest) = text.split_first_chunk::<2>().ok_or(FOREIGN)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let key = rest.get(..length).ok_or(FOREIGN)?.to_vec();
    text.drain(..length + 2);
    Ok((key, text))
}

impl Vault {
    /// What seals the rows of a table; none for what was left behind.
    fn row_sealer(&self, table: Table) -> Option<Arc<Sealer>> {
        let mut sealers = self.rows.borrow_mut();
        if let Some(sealer) = sealers.get(table.name) {
            return Some(Arc::clone(sealer));
        }
        let sealer = if table.is_left() {
            self.left.as_ref()?.sealer(table.name)
        } else {
            self.key.sealer(&format!("row/{}", table.name))
        };
        let sealer = Arc::new(sealer);
        sealers.insert(table.name, Arc::clone(&sealer));
        Some(sealer)
    }

    /// Opens every row of every table.
    pub(crate) fn check_rows(&self) -> Result<(), VaultError> {
        let mut rows = self
            .conn
            .prepare("SELECT tab, id, sealed FROM row ORDER BY tab, id")?;
        let mut rows = rows.query([])?;
        let mut last: Option<(String, Sealer)> = None;
        while let Some(row) = rows.next()? {
            let table = row.get_ref(0)?.as_str()?;
            if table.starts_with(fading::FADES) {
                self.check_fading(
                    table,
                    row.get_ref(1)?.as_blob()?,
                    row.get_ref(2)?.as_blob()?,
                )?;
                continue;
            }
            let is_left = table.starts_with(leaving::LEFT);
            if is_left && self.left.is_none() {
                // Left behind: it is as good as deleted.
                continue;
            }
            if last.as_ref().is_none_or(|(name, _)| name != table) {
                let left = self.left.as_ref().filter(|_| is_left);
                let sealer = left.map_or_else(
                    || self.key.sealer(&format!("row/{table}")),
                    |left| left.sealer(table),
                );
                last = Some((table.to_owned(), sealer));
            }
            let place = place(table, row.get_ref(1)?.as_blob()?);
            let sealed = row.get_ref(2)?.as_blob()?;
            last.as_ref()
                .and_then(|(_, sealer)| sealer.open(&place, sealed))
                .ok_or(FOREIGN)?;
        }
        Ok(())
    }
}

impl Vault {
    /// A fading row opens, or its day has passed.
    fn check_fading(&self, table: &str, id: &[u8], sealed: &[u8]) -> Result<(), VaultError> {
        let keys = Fading::read(&self.places().clone(), &self.key)?;
        let key = fading::day_of(id).and_then(|day| keys?.key(day));
        match key.map(|key| key.open(&place(table, id), sealed).is_some()) {
            None | Some(true) => Ok(()),
            Some(false) => Err(FOREIGN),
        }
    }
}

impl Reader<'_> {
    /// Rows of days that have passed do not open, and are as good as deleted.
    fn get_fading(&self, table: Table, row_id: &[u8]) -> Result<Option<Vec<u8>>, VaultError> {
        let Some(day) = fading::day_of(row_id) else {
            return Ok(None);
        };
        let mut found = self
            .vault
            .conn
            .prepare_cached("SELECT sealed FROM row WHERE tab = ?1 AND id = ?2")?;
        let sealed: Option<Vec<u8>> = found
            .query_row(params![table.name, row_id], |row| row.get(0))
            .optional()?;
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let keys = Fading::read(self.vault.places(), &self.vault.key)?;
        match keys.and_then(|keys| keys.key(day)) {
            None => Ok(None),
            Some(key) => open(table, &key, row_id, &sealed).map(|(_, value)| Some(value)),
        }
    }

    fn scan_fading(&self, table: Table, from: &[u8]) -> Result<Vec<Pair>, VaultError> {
        let mut rows = self
            .vault
            .conn
            .prepare_cached("SELECT id, sealed FROM row WHERE tab = ?1 AND id >= ?2 ORDER BY id")?;
        let mut rows = rows.query(params![table.name, from])?;
        let mut keys: Option<Option<Fading>> = None;
        let mut found = Vec::new();
        let mut last: Option<(u32, Option<Sealer>)> = None;
        while let Some(row) = rows.next()? {
            let id = row.get_ref(0)?.as_blob()?;
            let Some(day) = fading::day_of(id) else {
                continue;
            };
            if keys.is_none() {
                keys = Some(Fading::read(self.vault.places(), &self.vault.key)?);
            }
            if last.as_ref().is_none_or(|(of, _)| *of != day) {
                let key = keys.as_ref().and_then(|keys| keys.as_ref()?.key(day));
                last = Some((day, key));
            }
            if let Some((_, Some(key))) = &last {
                found.push(open(table, key, id, row.get_ref(1)?.as_blob()?)?);
            }
        }
        Ok(found)
    }

    /// The value of a row.
    pub fn get(&self, table: impl Into<Table>, key: &[u8]) -> Result<Option<Vec<u8>>, VaultError> {
        let table = table.into();
        let row_id = table.row_id(self.vault, key);
        if table.is_fading() {
            return self.get_fading(table, &row_id);
        }
        let Some(sealer) = self.vault.row_sealer(table) else {
            return Ok(None);
        };
        let mut found = self
            .vault
            .conn
            .prepare_cached("SELECT sealed FROM row WHERE tab = ?1 AND id = ?2")?;
        found
            .query_row(params![table.name, row_id], |row| {
                Ok(row
                    .get_ref(0)?
                    .as_blob()
                    .map_err(VaultError::from)
                    .and_then(|sealed| open(table, &sealer, &row_id, sealed)))
            })
            .optional()?
            .map(|opened| opened.map(|(_, value)| value))
            .transpose()
    }

    /// The first row of a table from a key (itself included) on: of an ordered table it alone is
    /// opened.
    pub fn next(&self, table: impl Into<Table>, from: &[u8]) -> Result<Option<Pair>, VaultError> {
        let table = table.into();
        if table.keys != Keys::Ordered {
            return Ok(self.scan(table, from)?.into_iter().next());
        }
        let Some(sealer) = self.vault.row_sealer(table) else {
            return Ok(None);
        };
        let mut rows = self.vault.conn.prepare_cached(
            "SELECT id, sealed FROM row WHERE tab = ?1 AND id >= ?2 ORDER BY id LIMIT 1",
        )?;
        let mut rows = rows.query(params![table.name, from])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let (id, sealed) = (row.get_ref(0)?.as_blob()?, row.get_ref(1)?.as_blob()?);
        open(table, &sealer, id, sealed).map(Some)
    }

    /// Keys and values in the order of keys, from a key (itself included) on.
    pub fn scan(&self, table: impl Into<Table>, from: &[u8]) -> Result<Vec<Pair>, VaultError> {
        let table = table.into();
        if table.is_fading() {
            return self.scan_fading(table, from);
        }
        let Some(sealer) = self.vault.row_sealer(table) else {
            return Ok(Vec::new());
        };
        let mut rows = self
            .vault
            .conn
            .prepare_cached("SELECT id, sealed FROM row WHERE tab = ?1 AND id >= ?2 ORDER BY id")?;
        let first = if table.is_hidden() { &[] } else { from };
        let mut rows = rows.query(params![table.name, first])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(open(
                table,
                &sealer,
                row.get_ref(0)?.as_blob()?,
                row.get_ref(1)?.as_blob()?,
            )?);
        }
        if table.is_hidden() {
            found.retain(|(key, _)| key.as_slice() >= from);
            found.sort_unstable();
        }
        Ok(found)
    }
}

impl Txn<'_> {
    /// Writes a row.
    pub fn put(&self, table: impl Into<Table>, key: &[u8], value: &[u8]) -> Result<(), VaultError> {
        let table = table.into();
        let length = u16::try_from(key.len())
            .ok()
            .filter(|_| key.len() <= MOST_KEY);
        let length = length.ok_or(VaultError::TooLarge { bytes: key.len() })?;
        if value.len() > MOST_VALUE {
            return Err(VaultError::TooLarge { bytes: value.len() });
        }
        let row_id = table.row_id(self.vault, key);
        let place = place(table.name, &row_id);
        let sealed = if table.is_fading() {
            let day = fading::day_of(key).ok_or(VaultError::TooLarge { bytes: key.len() })?;
            self.zero_what_is_freed(true)?;
            self.fading_key(day)?.seal(&place, &[value])?
        } else {
            let sealer = self.vault.row_sealer(table).ok_or(VaultError::Left)?;
            if table.is_hidden() {
                sealer.seal(&place, &[&length.to_be_bytes(), key, value])?
            } else {
                sealer.seal(&place, &[value])?
            }
        };
        self.changes();
        self.vault
            .conn
            .prepare_cached(
                "INSERT INTO row (tab, id, sealed) VALUES (?1, ?2, ?3)
                 ON CONFLICT (tab, id) DO UPDATE SET sealed = excluded.sealed",
            )?
            .execute(params![table.name, row_id, sealed])?;
        if table.is_fading() {
            self.zero_what_is_freed(false)?;
        }
        Ok(())
    }

    /// Removes a row; nothing happens if there is none.
    pub fn delete(&self, table: impl Into<Table>, key: &[u8]) -> Result<(), VaultError> {
        let table = table.into();
        self.changes();
        if table.is_fading() {
            self.zero_what_is_freed(true)?;
        }
        self.vault
            .conn
            .prepare_cached("DELETE FROM row WHERE tab = ?1 AND id = ?2")?
            .execute(params![table.name, table.row_id(self.vault, key)])?;
        if table.is_fading() {
            self.zero_what_is_freed(false)?;
        }
        Ok(())
    }

    /// Removes a row and writes zeros over it; [`Vault::forget_copies`] then empties the log.
    pub fn delete_for_good(&self, table: impl Into<Table>, key: &[u8]) -> Result<(), VaultError> {
        self.zero_what_is_freed(true)?;
        self.delete(table, key)?;
        self.zero_what_is_freed(false)
    }

    /// Removes the fading rows that ended before a day; tells how many there were.
    pub(crate) fn delete_fading_before(&self, day: u32) -> Result<usize, VaultError> {
        self.zero_what_is_freed(true)?;
        let gone = self
            .vault
            .conn
            .prepare_cached("DELETE FROM row WHERE tab >= ?1 AND tab < ?2 AND id < ?3")?
            .execute(params![
                fading::FADES,
                "fading0",
                day.to_be_bytes().as_slice()
            ])?;
        self.zero_what_is_freed(false)?;
        if gone > 0 {
            self.changes();
        }
        Ok(gone)
    }

    /// Whether SQLite writes zeros over what a change frees: for words that are re-keyed to an
    /// earlier day, whose older copy lies under a key that still lives.
    fn zero_what_is_freed(&self, on: bool) -> Result<(), VaultError> {
        let pragma = if on {
            "PRAGMA secure_delete = ON"
        } else {
            "PRAGMA secure_delete = OFF"
        };
        self.vault.conn.query_row(pragma, [], |_| Ok(()))?;
        Ok(())
    }
}
