//! `keys.json`: the passphrase's wraps of the vault key and of the person's secret.
//!
//! The secret (the entropy of the 24 words) lies under a salt of its own, so that the agent, which holds the vault
//! key, never holds what certifies and revokes (B2). The file's byte-by-byte description is in `docs/vault.md`.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::{
    FileError, Places, Txn, VaultError, VaultKey, db, files, hex,
    seal::{self, NoRandomness, Sealer},
    state,
};

/// What a person types. The caller brings it to one normal form (NFC), here it is only bytes.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes the text; it is wiped when dropped.
    pub fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// How dear a guess at the passphrase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Argon2id with 64 MiB, 3 passes, 2 lanes (S45).
    Standard,
    /// Nearly nothing: for homes that rehearse and for tests. The home is marked as a rehearsal for good.
    Rehearsal,
}

impl Cost {
    fn argon2id(self) -> Argon2id {
        match self {
            Self::Standard => Argon2id {
                memory_kib: LEAST_MEMORY,
                passes: LEAST_PASSES,
                lanes: 2,
            },
            Self::Rehearsal => Argon2id {
                memory_kib: 64,
                passes: 1,
                lanes: 2,
            },
        }
    }
}

/// Below these a file is refused, unless it is marked as a rehearsal (S45).
const LEAST_MEMORY: u32 = 64 * 1024;
const LEAST_PASSES: u32 = 3;
/// Above these a file is refused: a damaged or planted one must not eat the machine.
const MOST_MEMORY: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 8;
/// The largest secret, and the largest `keys.json`.
const MOST_SECRET: usize = 1024;
const MOST_FILE: u64 = 16 * 1024;
/// The kind of a key file that opens an archive.
const ARCHIVE: &str = "archive";

/// What can be wrong with the keys of a home.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// A file could not be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The database of a new home could not be made.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// There is a home already.
    #[error("a home stands here already")]
    Exists,
    /// There is no home.
    #[error("no home stands here")]
    NoHome,
    /// A database without its keys: nothing is overwritten.
    #[error("a database stands here, but its keys are missing")]
    KeysMissing,
    /// The passphrase does not open it.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The file is not what was written.
    #[error("keys.json is damaged")]
    Damaged,
    /// Written by a later version.
    #[error("keys.json is of version {found}, this program reads version 1")]
    Newer {
        /// The version found.
        found: u64,
    },
    /// The file asks for a cost below what is safe or above what is sane.
    #[error("keys.json asks for a passphrase cost that is out of bounds")]
    CostOutOfBounds,
    /// The secret does not fit.
    #[error("the secret is larger than keys.json holds")]
    SecretTooLarge,
    /// Not enough memory to hash the passphrase.
    #[error("not enough memory to hash the passphrase")]
    Memory,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
}

impl From<NoRandomness> for KeysError {
    fn from(_: NoRandomness) -> Self {
        Self::Randomness
    }
}

/// Begins a home: folders, database, state, drop key, and last `keys.json`. A crash leaves a home or none.
pub fn create(
    places: &Places,
    passphrase: &Passphrase,
    secret: &[u8],
    cost: Cost,
) -> Result<VaultKey, KeysError> {
    create_with(places, passphrase, secret, cost, |_| Ok(()))
}

/// As [`create`], with a first content that is there or not there together with the home.
pub fn create_with(
    places: &Places,
    passphrase: &Passphrase,
    secret: &[u8],
    cost: Cost,
    first: impl FnOnce(&Txn<'_>) -> Result<(), VaultError>,
) -> Result<VaultKey, KeysError> {
    places.make()?;
    let _alone = files::hold(&places.home)?;
    if files::check_file(&places.keys())? {
        return Err(KeysError::Exists);
    }
    if !files::check_file(&places.beginning())? {
        if files::check_file(&places.database())? {
            return Err(KeysError::KeysMissing);
        }
        files::make(&places.beginning())?;
        files::sync_parent(&places.beginning())?;
    }
    let key = VaultKey::random()?;
    let keys = KeysFile::wrap(passphrase, &key, secret, cost == Cost::Rehearsal)?;
    db::remove_leftovers(places)?;
    db::create(places, &key, first)?;
    state::set_valve(places, state::Valve::Open)?;
    keys.write(places)?;
    // The home stands. Where the mark cannot be removed, the next unlock removes it.
    let _ =
        files::remove(&places.beginning()).and_then(|()| files::sync_parent(&places.beginning()));
    Ok(key)
}

/// The vault key, for whoever knows the passphrase.
pub fn unlock(places: &Places, passphrase: &Passphrase) -> Result<VaultKey, KeysError> {
    let key = open(&KeysFile::read(places)?, passphrase)?;
    if files::has_draft(&places.keys()) || files::check_file(&places.beginning())? {
        // A change of passphrase was interrupted or goes on, or the last step of beginning failed.
        let _alone = files::hold(&places.home)?;
        files::remove_draft_of(&places.keys())?;
        files::remove(&places.beginning())?;
    }
    Ok(key)
}

fn open(keys: &KeysFile, passphrase: &Passphrase) -> Result<VaultKey, KeysError> {
    let key = keys.vault_key(&keys.hashed(passphrase, &keys.vault)?)?;
    if hex::read_array(&keys.drop) != Some(drop_public(&key)) {
        // What is written to the tray would go to whoever put another key there.
        return Err(KeysError::Damaged);
    }
    Ok(key)
}

/// The person's secret (the entropy of the 24 words), wrapped apart from the vault key (B2).
pub fn secret(places: &Places, passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    let keys = KeysFile::read(places)?;
    keys.open(
        "secret",
        &keys.secret,
        &keys.hashed(passphrase, &keys.secret)?,
    )
}

/// Changes the passphrase. A crash at any step leaves the old or the new one working (S44).
pub fn change_passphrase(
    places: &Places,
    old: &Passphrase,
    new: &Passphrase,
) -> Result<(), KeysError> {
    if !places.is_begun() {
        return Err(KeysError::NoHome);
    }
    let _alone = files::hold(&places.home)?;
    let keys = KeysFile::read(places)?;
    let key = open(&keys, old)?;
    if keys.is_archive() {
        let mut archive = KeysFile::wrap(new, &key, &[], keys.rehearsal)?;
        ARCHIVE.clone_into(&mut archive.kind);
        archive.secret = Wrap::default();
        archive.check.clear();
        archive.check = archive.digest()?;
        return archive.write(places);
    }
    let secret = keys.open("secret", &keys.secret, &keys.hashed(old, &keys.secret)?)?;
    KeysFile::wrap(new, &key, &secret, keys.rehearsal)?.write(places)
}

/// What the file of keys says of its home to whoever can read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// A home to rehearse in.
    pub rehearsal: bool,
    /// What somebody kept who has left: it can be read, and nothing else.
    pub archive: bool,
}

/// Reads the marks of a home; needs no passphrase.
pub fn marks(places: &Places) -> Result<Marks, KeysError> {
    let keys = KeysFile::read(places)?;
    Ok(Marks {
        rehearsal: keys.rehearsal,
        archive: keys.is_archive(),
    })
}

/// The same, where a file that cannot be read has none of them.
pub fn is_archive(places: &Places) -> bool {
    marks(places).is_ok_and(|marks| marks.archive)
}

/// Whether the key file was written over: an erasing that was interrupted.
pub(crate) fn are_erased(places: &Places) -> bool {
    files::read(&places.keys(), MOST_FILE).is_ok_and(|bytes| bytes.iter().all(|byte| *byte == 0))
}

/// Makes the key file that of an archive: the vault's key stays under the passphrase, the person's
/// secret goes. The new file is durable before the old one is written over, in its place. A file
/// that cannot be read opens nothing and stays as it is.
pub(crate) fn make_archive(places: &Places) -> Result<(), KeysError> {
    let beside = places.home.join("archive.json");
    match KeysFile::read(places) {
        Ok(keys) if keys.is_archive() => return Ok(()),
        Ok(mut keys) => {
            ARCHIVE.clone_into(&mut keys.kind);
            keys.secret = Wrap::default();
            keys.check = keys.digest()?;
            keys.write_at(&beside)?;
        }
        // Written over already: what was made before is what counts.
        Err(_) if files::check_file(&beside)? => {}
        Err(_) => return Ok(()),
    }
    files::write_over(&places.keys())?;
    std::fs::rename(&beside, places.keys()).map_err(files::named(&beside))?;
    Ok(files::sync_parent(&places.keys())?)
}

/// The public drop key, for the tray; needs no passphrase.
pub(crate) fn drop_key(places: &Places) -> Result<[u8; 32], KeysError> {
    hex::read_array(&KeysFile::read(places)?.drop).ok_or(KeysError::Damaged)
}

/// The secret half of the drop key.
pub(crate) fn drop_secret(key: &VaultKey) -> StaticSecret {
    StaticSecret::from(*key.derive("drop"))
}

fn drop_public(key: &VaultKey) -> [u8; 32] {
    PublicKey::from(&drop_secret(key)).to_bytes()
}

/// The file, field by field in the order in which it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysFile {
    handfast: u64,
    kind: String,
    rehearsal: bool,
    argon2id: Argon2id,
    vault: Wrap,
    secret: Wrap,
    drop: String,
    /// Tells a damaged file from a wrong passphrase.
    check: String,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct Argon2id {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrap {
    salt: String,
    sealed: String,
}

/// Of a file of any version, enough to know which it is.
#[derive(Deserialize)]
struct AnyVersion {
    handfast: u64,
}

impl KeysFile {
    fn wrap(
        passphrase: &Passphrase,
        key: &VaultKey,
        secret: &[u8],
        rehearsal: bool,
    ) -> Result<Self, KeysError> {
        if secret.len() > MOST_SECRET {
            return Err(KeysError::SecretTooLarge);
        }
        let cost = if rehearsal {
            Cost::Rehearsal
        } else {
            Cost::Standard
        };
        let mut keys = Self {
            handfast: 1,
            kind: "keys".to_owned(),
            rehearsal,
            argon2id: cost.argon2id(),
            vault: Wrap::new()?,
            secret: Wrap::new()?,
            drop: hex::write(&drop_public(key)),
            check: String::new(),
        };
        let place = keys.place("vault", &keys.vault);
        let sealed = keys
            .hashed(passphrase, &keys.vault)?
            .seal(&place, &[key.to_bytes().as_ref()])?;
        keys.vault.sealed = hex::write(&sealed);
        let place = keys.place("secret", &keys.secret);
        let sealed = keys
            .hashed(passphrase, &keys.secret)?
            .seal(&place, &[secret])?;
        keys.secret.sealed = hex::write(&sealed);
        keys.check = keys.digest()?;
        Ok(keys)
    }

    fn read(places: &Places) -> Result<Self, KeysError> {
        if !places.is_begun() {
            return Err(KeysError::NoHome);
        }
        files::check_folder(&places.home)?;
        let bytes = files::read(&places.keys(), MOST_FILE)?;
        let any: AnyVersion = serde_json::from_slice(&bytes).map_err(|_| KeysError::Damaged)?;
        if any.handfast > 1 {
            return Err(KeysError::Newer {
                found: any.handfast,
            });
        }
        let mut keys: Self = serde_json::from_slice(&bytes).map_err(|_| KeysError::Damaged)?;
        let check = std::mem::take(&mut keys.check);
        let kind = keys.kind == "keys" || keys.is_archive();
        if any.handfast != 1 || !kind || keys.digest()? != check {
            return Err(KeysError::Damaged);
        }
        keys.argon2id.check(keys.rehearsal)?;
        Ok(keys)
    }

    fn is_archive(&self) -> bool {
        self.kind == ARCHIVE
    }

    fn write(&self, places: &Places) -> Result<(), KeysError> {
        self.write_at(&places.keys())
    }

    fn write_at(&self, path: &std::path::Path) -> Result<(), KeysError> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|_| KeysError::Damaged)?;
        text.push(b'\n');
        Ok(files::replace(path, &text)?)
    }

    /// The first 8 bytes of SHA-256 over this file as compact JSON with an empty `check`.
    fn digest(&self) -> Result<String, KeysError> {
        let text = serde_json::to_vec(self).map_err(|_| KeysError::Damaged)?;
        let whole = Sha256::new()
            .chain_update(b"handfast/vault/keys/1\0")
            .chain_update(text)
            .finalize();
        Ok(hex::write(whole.get(..8).unwrap_or_default()))
    }

    /// What a wrap is bound to: its name, the mark, the cost and its salt. A planted cost or mark opens nothing.
    fn place(&self, name: &str, wrap: &Wrap) -> Vec<u8> {
        let Argon2id {
            memory_kib,
            passes,
            lanes,
        } = self.argon2id;
        [
            b"handfast/vault/keys/1\0".as_slice(),
            name.as_bytes(),
            &[0, u8::from(self.rehearsal)],
            &memory_kib.to_be_bytes(),
            &passes.to_be_bytes(),
            &lanes.to_be_bytes(),
            wrap.salt.as_bytes(),
        ]
        .concat()
    }

    fn hashed(&self, passphrase: &Passphrase, wrap: &Wrap) -> Result<Sealer, KeysError> {
        let salt: [u8; 16] = hex::read_array(&wrap.salt).ok_or(KeysError::Damaged)?;
        let Argon2id {
            memory_kib,
            passes,
            lanes,
        } = self.argon2id;
        let params = Params::new(memory_kib, passes, lanes, Some(32))
            .map_err(|_| KeysError::CostOutOfBounds)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.0.as_bytes(), &salt, key.as_mut())
            .map_err(|_| KeysError::Memory)?;
        Ok(Sealer::new(&key))
    }

    fn open(
        &self,
        name: &str,
        wrap: &Wrap,
        sealer: &Sealer,
    ) -> Result<Zeroizing<Vec<u8>>, KeysError> {
        let sealed = hex::read(&wrap.sealed).ok_or(KeysError::Damaged)?;
        sealer
            .open(&self.place(name, wrap), &sealed)
            .map(Zeroizing::new)
            .ok_or(KeysError::WrongPassphrase)
    }

    fn vault_key(&self, sealer: &Sealer) -> Result<VaultKey, KeysError> {
        let bytes = self.open("vault", &self.vault, sealer)?;
        let bytes = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| KeysError::Damaged)?;
        Ok(VaultKey::from_bytes(bytes))
    }
}

impl Wrap {
    fn new() -> Result<Self, NoRandomness> {
        let mut salt = [0; 16];
        seal::random(&mut salt)?;
        Ok(Self {
            salt: hex::write(&salt),
            sealed: String::new(),
        })
    }
}

impl Argon2id {
    fn check(self, rehearsal: bool) -> Result<(), KeysError> {
        let dear = self.memory_kib >= LEAST_MEMORY && self.passes >= LEAST_PASSES;
        let sane = self.memory_kib <= MOST_MEMORY
            && self.passes <= MOST_PASSES
            && self.lanes <= MOST_LANES;
        if sane && (dear || rehearsal) {
            Ok(())
        } else {
            Err(KeysError::CostOutOfBounds)
        }
    }
}
