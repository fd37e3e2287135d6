//! The database: opening it, reading it at one moment, changing it in one step.
//!
//! SQLite in write-ahead mode: a commit is one sync of the log, several processes may use one home, and a crash
//! leaves whole commits. What SQLite sees are ciphertexts and numbers; temporary things stay in memory (S45).

mod error;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    sync::Arc,
    time::Duration,
};

pub use error::VaultError;
use rusqlite::{Connection, OpenFlags, OptionalExtension, config::DbConfig, params};
use zeroize::Zeroizing;

use crate::{
    FileError, Places, VaultKey, files,
    leaving::{self, LeaveKey},
    seal::{self, Sealer},
    state::{self, Witness, WitnessFile},
};

/// The version of tables and sealed rows; part of what every row is bound to.
pub(crate) const SCHEMA: u32 = 1;
/// "hfst", so that `file` and we know our own.
const APPLICATION: i64 = 0x6866_7374;
/// How long to wait for another process that writes. A commit takes milliseconds; a minute-long sync of a dying
/// disk is the case for which this is a limit.
const PATIENCE: Duration = Duration::from_secs(10);
/// After so many pages in the write-ahead log the next commit folds it into the database: with commits of up to
/// 1 MiB the log stays below 4.5 MB.
const CHECKPOINT_PAGES: u32 = 640;

const TABLES: &str = "
    CREATE TABLE head (no INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL);
    CREATE TABLE tail (place INTEGER PRIMARY KEY, count INTEGER NOT NULL, sealed BLOB NOT NULL);
    CREATE TABLE seg (place INTEGER PRIMARY KEY, count INTEGER NOT NULL, sealed BLOB NOT NULL);
    CREATE TABLE row (tab TEXT NOT NULL, id BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (tab, id)) WITHOUT ROWID;
";

/// An open database.
pub struct Vault {
    pub(crate) conn: Connection,
    pub(crate) key: VaultKey,
    /// Keys the HMACs that stand for names.
    pub(crate) names: Zeroizing<[u8; 32]>,
    pub(crate) heads: Sealer,
    pub(crate) tails: Sealer,
    pub(crate) segs: Sealer,
    pub(crate) rows: RefCell<BTreeMap<&'static str, Arc<Sealer>>>,
    places: Places,
    suspicion: Witness,
    /// Kept open while the database is the one that this machine knows.
    witness: Option<WitnessFile>,
    is_archive: bool,
    /// The second key of what leaving leaves behind; none in an archive.
    pub(crate) left: Option<LeaveKey>,
    /// Whether what is committed is only tried, and forgotten at the end.
    trying: Cell<bool>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(..)")
    }
}

impl Vault {
    /// Opens the database of a home with its key.
    pub fn open(places: &Places, key: &VaultKey) -> Result<Self, VaultError> {
        files::check_folder(&places.home)?;
        let path = places.database();
        if !files::check_file(&path)? {
            return Err(FileError::Missing { path }.into());
        }
        // The witness is read before the database: whatever others commit in between can only make it lag.
        let known = WitnessFile::open(places)?;
        let mut vault = Self::connect(places, key)?;
        vault.left = LeaveKey::read(places, key)?;
        if vault.left.is_none() {
            if crate::is_archive(places) {
                vault.conn.execute_batch("PRAGMA query_only = ON")?;
                vault.is_archive = true;
            } else if !LeaveKey::stands(places) {
                // A home of before there was such a file.
                vault.left = Some(LeaveKey::make(places, key)?);
            }
        }
        let version = vault.pragma("user_version")?;
        if vault.pragma("application_id")? != APPLICATION || version < 1 {
            return Err(VaultError::NotAVault);
        }
        if version != i64::from(SCHEMA) {
            return Err(VaultError::Newer {
                found: u32::try_from(version).unwrap_or(u32::MAX),
                known: SCHEMA,
            });
        }
        let first = vault.first_row()?;
        vault.suspicion = known.as_ref().map_or(Witness::Unknown, |(_, seen)| {
            state::compare(seen, &first.token, state::file_id(&path), first.generation)
        });
        vault.witness = known
            .filter(|_| vault.suspicion == Witness::Same)
            .map(|(file, _)| file);
        Ok(vault)
    }

    fn connect(places: &Places, key: &VaultKey) -> Result<Self, VaultError> {
        let conn = raw(places)?;
        conn.execute_batch(&format!(
            "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;
             PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};"
        ))?;
        Ok(Self {
            conn,
            key: key.clone(),
            names: key.derive("names"),
            heads: key.sealer("head"),
            tails: key.sealer("tail"),
            segs: key.sealer("seg"),
            rows: RefCell::default(),
            places: places.clone(),
            suspicion: Witness::Unknown,
            witness: None,
            left: None,
            is_archive: false,
            trying: Cell::new(false),
        })
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    fn pragma(&self, name: &str) -> Result<i64, VaultError> {
        Ok(self.conn.pragma_query_value(None, name, |row| row.get(0))?)
    }

    /// Changes whenever another connection or process has committed; own commits leave it as it is.
    pub fn data_version(&self) -> Result<u64, VaultError> {
        let mut asked = self.conn.prepare_cached("PRAGMA data_version")?;
        let version: i64 = asked.query_row([], |row| row.get(0))?;
        Ok(version.cast_unsigned())
    }

    /// Whether this database looks like a copy of the home that this machine knows (B6, B9), as seen at opening.
    pub fn witness(&self) -> Witness {
        self.suspicion
    }

    /// Makes this database the one that this machine knows, once its owner has dealt with the copy.
    pub fn adopt(&mut self) -> Result<(), VaultError> {
        files::make_folder(&self.places.state)?;
        let first = self.first_row()?;
        let id = state::file_id(&self.places.database());
        self.witness = Some(WitnessFile::begin(
            &self.places,
            first.token,
            id,
            first.generation,
        )?);
        self.suspicion = Witness::Same;
        Ok(())
    }

    /// A change: waits for other writers, then sees and changes one state of things. Dropped without commit, it
    /// leaves no trace.
    pub fn begin(&mut self) -> Result<Txn<'_>, VaultError> {
        if self.trying.get() {
            return Ok(Txn {
                reader: Reader {
                    vault: self,
                    ends: false,
                },
                changed: Cell::new(false),
            });
        }
        if self.is_archive || leaving::has_left(&self.places) {
            return Err(VaultError::Left);
        }
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Txn {
            reader: Reader {
                vault: self,
                ends: true,
            },
            changed: Cell::new(false),
        })
    }

    /// Whether it is what somebody kept who has left: it can be read.
    pub fn is_archive(&self) -> bool {
        self.is_archive
    }

    /// The same, if nobody else is writing and nothing is being tried: it waits for nobody.
    pub fn begin_if_free(&mut self) -> Result<Option<Txn<'_>>, VaultError> {
        if self.trying.get() || self.is_archive || leaving::has_left(&self.places) {
            return Ok(None);
        }
        self.conn.busy_timeout(Duration::ZERO)?;
        let begun = self
            .conn
            .prepare_cached("BEGIN IMMEDIATE")
            .and_then(|mut begin| begin.execute([]));
        self.conn.busy_timeout(PATIENCE)?;
        match begun.map_err(VaultError::from) {
            Ok(_) => Ok(Some(Txn {
                reader: Reader {
                    vault: self,
                    ends: true,
                },
                changed: Cell::new(false),
            })),
            Err(VaultError::Busy) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// From here on changes are seen by this connection alone, until [`Vault::forget_tried`]; other writers wait.
    pub fn try_out(&mut self) -> Result<(), VaultError> {
        if self.is_archive {
            return Err(VaultError::Left);
        }
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        self.trying.set(true);
        Ok(())
    }

    /// Everything since [`Vault::try_out`] has not been.
    pub fn forget_tried(&mut self) -> Result<(), VaultError> {
        if self.trying.replace(false) {
            self.conn.execute_batch("ROLLBACK")?;
        }
        Ok(())
    }

    /// A look at one moment, whatever others commit meanwhile. While one look stands, further ones see the same.
    pub fn read(&self) -> Result<Reader<'_>, VaultError> {
        let ends = self.conn.is_autocommit();
        if ends {
            self.conn.prepare_cached("BEGIN")?.execute([])?;
        }
        Ok(Reader { vault: self, ends })
    }

    /// Opens every row and segment: the audit of what lies on the disk.
    pub fn check(&self) -> Result<(), VaultError> {
        let reader = self.read()?;
        let verdict: String = self
            .conn
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(VaultError::Damaged {
                what: "its structure does not hold",
            });
        }
        self.first_row()?;
        reader.check_logs()?;
        self.check_rows()
    }

    fn first_row(&self) -> Result<FirstRow, VaultError> {
        let mut asked = self
            .conn
            .prepare_cached("SELECT name, sealed FROM head WHERE no = 0")?;
        let (name, sealed): (Vec<u8>, Vec<u8>) = asked
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .ok_or(VaultError::Damaged {
                what: "its first row is missing",
            })?;
        if name != self.first_name() {
            return Err(VaultError::WrongKey);
        }
        let damaged = VaultError::Damaged {
            what: "its first row does not open",
        };
        let Some(text) = self.heads.open(&first_place(), &sealed) else {
            return Err(damaged);
        };
        let Some((token, generation)) = text.split_first_chunk::<16>() else {
            return Err(damaged);
        };
        let Ok(generation) = <[u8; 8]>::try_from(generation) else {
            return Err(damaged);
        };
        Ok(FirstRow {
            token: *token,
            generation: u64::from_be_bytes(generation),
        })
    }

    /// Stands in the clear and depends on the key alone, so that a foreign key can be told from a damaged row.
    fn first_name(&self) -> [u8; 16] {
        seal::mac16(&self.names, &[b"first"])
    }

    fn write_first_row(&self, first: &FirstRow) -> Result<(), VaultError> {
        let sealed = self.heads.seal(
            &first_place(),
            &[&first.token, &first.generation.to_be_bytes()],
        )?;
        self.conn
            .prepare_cached("INSERT INTO head (no, name, sealed) VALUES (0, ?1, ?2) ON CONFLICT (no) DO UPDATE SET sealed = excluded.sealed")?
            .execute(params![self.first_name(), sealed])?;
        Ok(())
    }
}

/// The database without a key: what SQLite itself sees.
fn raw(places: &Places) -> Result<Connection, VaultError> {
    // SQLite's own NOFOLLOW minds every folder above, too; those are not ours to judge.
    let home = std::fs::canonicalize(&places.home).map_err(files::named(&places.home))?;
    for beside in ["vault.db-wal", "vault.db-shm"] {
        files::check_file(&home.join(beside))?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let conn = Connection::open_with_flags(home.join("vault.db"), flags)?;
    conn.busy_timeout(PATIENCE)?;
    conn.set_prepared_statement_cache_capacity(32);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // The file may be planted: nothing in its schema may run.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    Ok(conn)
}

/// Whether anything stands in it that is kept when its person leaves: signed, or a private note.
/// Where that cannot be told, it does.
pub(crate) fn holds_something(places: &Places) -> bool {
    let asked = raw(places).and_then(|conn| {
        Ok(conn.query_row(
            "SELECT EXISTS (SELECT 1 FROM head WHERE no > 0)
                 OR EXISTS (SELECT 1 FROM row WHERE tab = 'notes')",
            [],
            |row| row.get(0),
        )?)
    });
    asked.unwrap_or(true)
}

/// Takes out what is left behind, whose keys are gone already, and makes one plain file of what
/// stays. None of it is a promise, so it may fail: a damaged database is kept as it is.
pub(crate) fn tidy(places: &Places) {
    let _ = raw(places).and_then(|conn| {
        conn.busy_timeout(Duration::from_millis(300))?;
        conn.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;
             DELETE FROM row WHERE tab LIKE 'left/%' OR tab LIKE 'fading/%';
             PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;",
        )?;
        Ok(())
    });
}

/// Row 0 of `head`: which database this is, and how many commits it has seen.
struct FirstRow {
    token: [u8; 16],
    generation: u64,
}

fn first_place() -> Vec<u8> {
    [&SCHEMA.to_be_bytes(), b"first\0".as_slice()].concat()
}

/// Removes what a crash left of a home that was never finished.
pub(crate) fn remove_leftovers(places: &Places) -> Result<(), FileError> {
    for name in [
        "vault.db-wal",
        "vault.db-shm",
        "vault.db-journal",
        "vault.db",
    ] {
        files::remove(&places.home.join(name))?;
    }
    Ok(())
}

/// Makes the database of a new home with its first content, and the witness of it.
pub(crate) fn create(
    places: &Places,
    key: &VaultKey,
    first: impl FnOnce(&Txn<'_>) -> Result<(), VaultError>,
) -> Result<(), VaultError> {
    // SQLite gives its other files the permissions of this one.
    files::make(&places.database())?;
    let left = LeaveKey::make(places, key)?;
    let mut vault = Vault::connect(places, key)?;
    vault.left = Some(left);
    vault.conn.pragma_update(None, "journal_mode", "WAL")?;
    let mut token = [0; 16];
    seal::random(&mut token)?;
    let txn = vault.begin()?;
    txn.vault.conn.execute_batch(&format!(
        "PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA}; {TABLES}"
    ))?;
    txn.vault.write_first_row(&FirstRow {
        token,
        generation: 0,
    })?;
    txn.changes();
    first(&txn)?;
    txn.commit()?;
    vault.adopt()?;
    files::sync_parent(&places.database())?;
    Ok(())
}

/// A look at one moment.
#[derive(Debug)]
pub struct Reader<'v> {
    pub(crate) vault: &'v Vault,
    /// Whether this look began the transaction, and so ends it.
    ends: bool,
}

impl Reader<'_> {
    /// As [`Vault::data_version`], while this look holds the vault.
    pub fn data_version(&self) -> Result<u64, VaultError> {
        self.vault.data_version()
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if self.ends && !self.vault.conn.is_autocommit() {
            // Where even this fails the connection is broken, and its next use says so.
            let _ = self.vault.conn.execute_batch("ROLLBACK");
        }
    }
}

/// One change of the database, kept whole or not at all.
#[derive(Debug)]
pub struct Txn<'v> {
    reader: Reader<'v>,
    changed: Cell<bool>,
}

impl<'v> std::ops::Deref for Txn<'v> {
    type Target = Reader<'v>;
    fn deref(&self) -> &Reader<'v> {
        &self.reader
    }
}

impl Txn<'_> {
    /// Notes that the commit will have something to keep.
    pub(crate) fn changes(&self) {
        self.changed.set(true);
    }

    /// Keeps the change: when this returns it survives a loss of power.
    pub fn commit(self) -> Result<(), VaultError> {
        if !self.changed.get() || self.vault.trying.get() {
            return Ok(());
        }
        let mut first = self.vault.first_row()?;
        first.generation += 1;
        self.vault.write_first_row(&first)?;
        self.vault.conn.prepare_cached("COMMIT")?.execute([])?;
        if let Some(witness) = &self.vault.witness {
            witness.note(&first.token, first.generation);
        }
        Ok(())
    }
}
