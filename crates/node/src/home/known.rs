//! What an open home knows, read once and kept while nobody else has written.

use identity::cbor::{Reader as CborReader, Writer};
use identity::{DeviceKeys, Hash, LogId, Roster};
use protocol::SaidYes;
use replica::words::{Tide, Words};
use replica::{Replica, Shelf};
use vault::{Reader, Table};
use zeroize::Zeroizing;

use super::{HomeError, VaultShelf};
use crate::settings::Settings;

/// This crate's own rows. Which of them there are is nobody's business: their keys would show a
/// half-finished pairing, or a restored copy.
pub(super) const NODE: Table = Table::hidden("node");
/// The keys of this device: left behind when its person leaves.
pub(super) const KEYS: Table = Table::left("left/keys");
/// Which log is this device's own, for an archive that has no keys any more.
pub(super) const OWN: &[u8] = b"own log";
pub(super) const SETTINGS: &[u8] = b"settings";
pub(super) const REHEARSAL: &[u8] = b"rehearsal";
pub(super) const DEVICE: &[u8] = b"device";
pub(super) const OLD: &[u8] = b"continued device";
pub(super) const HALF: &[u8] = b"half";
pub(super) const SEEN: &[u8] = b"seen";

/// This device inside its pact.
pub(crate) struct Me {
    pub(crate) log: LogId,
    pub(crate) keys: DeviceKeys,
}

/// A yes that was said and not answered, and the keys that it was said for.
pub(crate) struct Half {
    pub(crate) yes: SaidYes,
    pub(crate) keys: DeviceKeys,
}

/// What was read, and at which state of the vault.
pub(super) struct Known {
    version: u64,
    pub(super) settings: Settings,
    /// As the home was begun: the mark in the file of keys is bound to the passphrase alone.
    pub(super) rehearsal: bool,
    pub(super) me: Option<Me>,
    /// This device's log; in an archive it has no keys.
    pub(super) own: Option<LogId>,
    pub(super) half: Option<Half>,
    /// The keys of the device that this one continues, after a restore.
    pub(super) old: Option<DeviceKeys>,
    /// Dropped when a change failed half-way: it may speak of what was not kept.
    pub(super) replica: Option<Replica>,
}

impl Known {
    pub(super) fn read(reader: &Reader<'_>) -> Result<Self, HomeError> {
        let version = reader.data_version()?;
        let settings = reader
            .get(NODE, SETTINGS)?
            .ok_or(HomeError::Damaged("the settings"))?;
        let rehearsal = match reader.get(NODE, REHEARSAL)?.as_deref() {
            Some([0]) => false,
            Some([1]) => true,
            _ => return Err(HomeError::Damaged("the mark of a rehearsal")),
        };
        let me = reader
            .get(KEYS, DEVICE)?
            .map(|row| Me::decode(&row))
            .transpose()?;
        let half = reader
            .get(KEYS, HALF)?
            .map(|row| Half::decode(&row))
            .transpose()?;
        let own = match &me {
            Some(me) => Some(me.log),
            None => reader
                .get(NODE, OWN)?
                .map(|row| own_log(&row))
                .transpose()?,
        };
        let old = reader
            .get(KEYS, OLD)?
            .map(|row| Me::decode(&row))
            .transpose()?
            .map(|old| old.keys);
        Ok(Self {
            version,
            settings: Settings::decode(&settings)?,
            rehearsal,
            me,
            own,
            half,
            old,
            replica: None,
        })
    }

    /// Makes all of it what the vault holds at this reader's moment.
    pub(super) fn refresh(&mut self, reader: &Reader<'_>) -> Result<(), HomeError> {
        if self.version != reader.data_version()? {
            *self = Self::read(reader)?;
        }
        if let (None, Some(own)) = (&self.replica, self.own) {
            self.replica = Some(Replica::open(&VaultShelf(reader), own)?);
        }
        Ok(())
    }

    /// The words, read if they were not yet.
    pub(super) fn words(
        &mut self,
        shelf: &dyn Shelf,
        tide: Tide,
    ) -> Result<(&mut Words, &Roster), HomeError> {
        let (Some(replica), Some(me)) = (self.replica.as_mut(), self.me.as_ref()) else {
            return Err(HomeError::Alone);
        };
        replica.open_words(shelf, &me.keys, tide)?;
        replica.words().ok_or(HomeError::Alone)
    }
}

fn own_log(row: &[u8]) -> Result<LogId, HomeError> {
    let log = <[u8; 32]>::try_from(row);
    log.map(|log| LogId(Hash(log)))
        .map_err(|_| HomeError::Damaged("this device's log"))
}

/// Moves what an older version of this program kept among its other rows: whether there was any.
pub(super) fn move_keys(vault: &mut vault::Vault) -> Result<bool, HomeError> {
    let reader = vault.read()?;
    if reader.get(NODE, DEVICE)?.is_none() && reader.get(NODE, HALF)?.is_none() {
        return Ok(false);
    }
    drop(reader);
    let txn = vault.begin()?;
    let mut moved = false;
    for name in [DEVICE, OLD, HALF] {
        let Some(row) = txn.get(NODE, name)?.map(Zeroizing::new) else {
            continue;
        };
        if name == DEVICE {
            txn.put(NODE, OWN, Me::decode(&row)?.log.as_bytes())?;
        }
        txn.put(KEYS, name, &row)?;
        txn.delete_for_good(NODE, name)?;
        moved = true;
    }
    txn.commit()?;
    if moved {
        vault.forget_copies();
    }
    Ok(moved)
}

impl Me {
    /// Keeps it as this device's.
    pub(super) fn put(&self, txn: &vault::Txn<'_>) -> Result<(), vault::VaultError> {
        txn.put(NODE, OWN, self.log.as_bytes())?;
        txn.put(KEYS, DEVICE, &self.encode())
    }

    /// `[1, log, sign seed, dh seed]`.
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.array(4).uint(1).bytes(self.log.as_bytes());
        w.bytes(self.keys.sign_seed().as_slice())
            .bytes(self.keys.dh_seed().as_slice());
        Zeroizing::new(w.finish())
    }

    fn decode(row: &[u8]) -> Result<Self, HomeError> {
        let mut r = CborReader::new(row);
        r.array_of(4)?;
        r.uint()?;
        let log = LogId(Hash(r.fixed()?));
        let keys = DeviceKeys::from_seeds(r.fixed()?, r.fixed()?);
        r.end()?;
        Ok(Self { log, keys })
    }
}

impl Half {
    /// `[1, said yes, sign seed, dh seed]`.
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.array(4).uint(1).bytes(&self.yes.to_bytes());
        w.bytes(self.keys.sign_seed().as_slice())
            .bytes(self.keys.dh_seed().as_slice());
        Zeroizing::new(w.finish())
    }

    fn decode(row: &[u8]) -> Result<Self, HomeError> {
        let mut r = CborReader::new(row);
        r.array_of(4)?;
        r.uint()?;
        let yes = SaidYes::from_bytes(r.bytes()?)
            .map_err(|_| HomeError::Damaged("a half-finished pairing"))?;
        let keys = DeviceKeys::from_seeds(r.fixed()?, r.fixed()?);
        r.end()?;
        Ok(Self { yes, keys })
    }
}
