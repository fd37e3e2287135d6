//! The tray: what is written while the home is locked, sealed to its public drop key (S27).
//!
//! A slip is `version 1, ephemeral public32, nonce24, ciphertext, tag16`: XChaCha20-Poly1305 under
//! HKDF-SHA-256(X25519(ephemeral, drop), salt = ephemeral public ‖ drop public, info "handfast/vault/tray/1"), with
//! the version and the file's name as associated data. Whoever can write into the folder can put slips there, so
//! what is opened is shown to its owner before anything is done with it.

use std::fs;

use hkdf::Hkdf;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::{
    FileError, KeysError, Places, VaultKey, files, hex, keys,
    seal::{self, NoRandomness, Sealer},
};

/// The largest text of a slip, and the most slips at once: a script gone wrong must not fill the disk.
const MOST_TEXT: usize = 64 * 1024;
const MOST_SLIPS: usize = 1000;
const VERSION: u8 = 1;
const SUFFIX: &str = ".slip";

/// One sealed file; the order of these is the order of writing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slip {
    number: u64,
    id: [u8; 16],
}

impl Slip {
    /// What it is called, for whoever keeps a note about it.
    pub fn name(&self) -> String {
        format!("{:08}-{}{SUFFIX}", self.number, hex::write(&self.id))
    }

    fn from_name(name: &str) -> Option<Self> {
        let (number, id) = name.strip_suffix(SUFFIX)?.split_once('-')?;
        let slip = Self {
            number: number.parse().ok()?,
            id: hex::read_array(id)?,
        };
        (slip.name() == name).then_some(slip)
    }

    fn place(&self) -> Vec<u8> {
        [&[VERSION], self.name().as_bytes()].concat()
    }
}

/// What can be wrong with the tray.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrayError {
    /// A file could not be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The drop key could not be read.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The file was changed, moved, or sealed to another home.
    #[error("a file in the tray cannot be opened")]
    Damaged,
    /// Larger than a slip can be, or more slips than the tray holds.
    #[error("this does not fit into the tray")]
    Full,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
}

impl From<NoRandomness> for TrayError {
    fn from(_: NoRandomness) -> Self {
        Self::Randomness
    }
}

/// Seals bytes into the tray; works while locked, durable when this returns.
pub fn put(places: &Places, bytes: &[u8]) -> Result<Slip, TrayError> {
    if bytes.len() > MOST_TEXT {
        return Err(TrayError::Full);
    }
    let drop_key = keys::drop_key(places)?;
    files::make_folder(&places.tray())?;
    let _alone = files::hold(&places.tray())?;
    let slips = list(places)?;
    if slips.len() >= MOST_SLIPS {
        return Err(TrayError::Full);
    }
    let number = slips
        .last()
        .map_or(Some(1), |last| last.number.checked_add(1))
        .ok_or(TrayError::Full)?;
    let mut slip = Slip {
        number,
        id: [0; 16],
    };
    seal::random(&mut slip.id)?;
    let mut ephemeral = Zeroizing::new([0; 32]);
    seal::random(ephemeral.as_mut())?;
    let ephemeral = StaticSecret::from(*ephemeral);
    let public = PublicKey::from(&ephemeral).to_bytes();
    // A drop key that is no real point means a damaged or planted keys.json.
    let sealer = agree(&ephemeral, &drop_key, &public, &drop_key).ok_or(KeysError::Damaged)?;
    let sealed = sealer.seal(&slip.place(), &[bytes])?;
    files::replace(
        &places.tray().join(slip.name()),
        &[&[VERSION], public.as_slice(), &sealed].concat(),
    )?;
    Ok(slip)
}

/// What lies in the tray, in the order of writing; needs no key.
pub fn list(places: &Places) -> Result<Vec<Slip>, TrayError> {
    let folder = places.tray();
    match files::check_folder(&folder) {
        Err(error) if error.is_missing() => return Ok(Vec::new()),
        checked => checked?,
    }
    let mut slips = Vec::new();
    for entry in fs::read_dir(&folder).map_err(files::named(&folder))? {
        let name = entry.map_err(files::named(&folder))?.file_name();
        // Anything else is no slip: a draft that a crash left, or not ours.
        slips.extend(name.to_str().and_then(Slip::from_name));
    }
    slips.sort_unstable();
    Ok(slips)
}

/// Opens one.
pub fn open(places: &Places, key: &VaultKey, slip: &Slip) -> Result<Zeroizing<Vec<u8>>, TrayError> {
    let most = (MOST_TEXT + 1 + 32 + seal::OVERHEAD) as u64;
    let bytes = files::read(&places.tray().join(slip.name()), most)?;
    let ([VERSION], rest) = bytes.split_first_chunk::<1>().ok_or(TrayError::Damaged)? else {
        return Err(TrayError::Damaged);
    };
    let (public, sealed) = rest.split_first_chunk::<32>().ok_or(TrayError::Damaged)?;
    let secret = keys::drop_secret(key);
    let drop_key = PublicKey::from(&secret).to_bytes();
    agree(&secret, public, public, &drop_key)
        .and_then(|sealer| sealer.open(&slip.place(), sealed))
        .map(Zeroizing::new)
        .ok_or(TrayError::Damaged)
}

/// Takes one out; nothing happens if it is gone.
pub fn remove(places: &Places, slip: &Slip) -> Result<(), TrayError> {
    let path = places.tray().join(slip.name());
    if files::check_file(&path)? {
        files::remove(&path)?;
        files::sync_parent(&path)?;
    }
    Ok(())
}

/// The key between a slip and the home; nothing if the point of the other side is a weak one (S35).
fn agree(
    own: &StaticSecret,
    other: &[u8; 32],
    ephemeral: &[u8; 32],
    drop_key: &[u8; 32],
) -> Option<Sealer> {
    let shared = own.diffie_hellman(&PublicKey::from(*other));
    if !shared.was_contributory() {
        return None;
    }
    let salt = [ephemeral.as_slice(), drop_key].concat();
    let key = seal::expand(
        &Hkdf::new(Some(&salt), shared.as_bytes()),
        &[b"handfast/vault/tray/1"],
    );
    Some(Sealer::new(&key))
}
