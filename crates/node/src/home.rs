//! A person's home, open: what is kept, the cache of what it adds up to, and the verbs on it.
//!
//! ```text
//! Home::begin / unlock / open(VaultKey) ─▶ Home ─ view(), draft(), page()   reading
//!                                            ├── act(), edit(), undo()      one transaction each
//!                                            ├── pair::{invite, join}       beginning with the other
//!                                            └── meet::{sync_once, serve}   meeting again
//! ```
//!
//! Several processes may use one home at once. The cache is kept while the vault's `data_version`
//! stands and read again otherwise; each change begins a transaction, looks again, builds, signs,
//! writes, commits, and only then wakes the others (formats B9).

use identity::{Day, DeviceKeys, Entropy, LogId, Person};
use vault::{Cost, Passphrase, Places, Vault, VaultKey};
use zeroize::Zeroizing;

use crate::clock::{Clock, ClockError};
use crate::dice::{Dice, DiceError};
use crate::notify::{self, Notice};
use crate::settings::{SettingError, Settings};

/// What can go wrong with a home here. Never anything about the partner's presence.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HomeError {
    /// Keys or passphrase.
    #[error(transparent)]
    Keys(#[from] vault::KeysError),
    /// The database.
    #[error(transparent)]
    Vault(#[from] vault::VaultError),
    /// A file beside the database.
    #[error(transparent)]
    File(#[from] vault::FileError),
    /// The injected clock.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The dice.
    #[error(transparent)]
    Dice(#[from] DiceError),
    /// A setting.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A row of ours is not what this program wrote.
    #[error("what is kept is damaged: {0}")]
    Damaged(&'static str),
    /// The verb needs the other person.
    #[error("this home is not paired yet")]
    Alone,
}

/// An open, unlocked home.
pub struct Home {
    places: Places,
    key: VaultKey,
    vault: Vault,
    clock: Clock,
    dice: Dice,
    rehearsal: bool,
    settings: Settings,
    me: Option<Me>,
}

/// This device inside its pact.
pub(crate) struct Me {
    pub(crate) log: LogId,
    pub(crate) keys: DeviceKeys,
}

impl Home {
    /// Makes a home: entropy, vault, settings. Nothing of a person exists outside it.
    pub fn begin(
        places: Places,
        passphrase: &Passphrase,
        name: &str,
        rehearsal: bool,
    ) -> Result<Self, HomeError> {
        let _ = (places, passphrase, name, rehearsal);
        todo!()
    }

    /// Opens a home by its passphrase.
    pub fn unlock(places: Places, passphrase: &Passphrase) -> Result<Self, HomeError> {
        let key = vault::unlock(&places, passphrase)?;
        Self::open(places, key)
    }

    /// Opens a home by its vault key, as the agent holds it.
    pub fn open(places: Places, key: VaultKey) -> Result<Self, HomeError> {
        let _ = (places, key);
        todo!()
    }

    /// Where it lies.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Its key, to start an agent with.
    pub fn key(&self) -> &VaultKey {
        &self.key
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The civil day here.
    pub fn today(&self) -> Day {
        self.clock.today()
    }

    /// Whether it is a home to rehearse in.
    pub fn is_rehearsal(&self) -> bool {
        self.rehearsal
    }

    /// Whether there is a pact.
    pub fn is_paired(&self) -> bool {
        self.me.is_some()
    }

    /// Which of the two persons lives here, once paired.
    pub fn person(&self) -> Option<Person> {
        todo!()
    }

    /// The local settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes one setting, by name and text.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), HomeError> {
        let _ = (name, value);
        todo!()
    }

    /// The person's 256 bits, for `paper`: asks for the passphrase afresh.
    pub fn entropy(&self, passphrase: &Passphrase) -> Result<Entropy, HomeError> {
        let secret = vault::secret(&self.places, passphrase)?;
        let bytes = <[u8; 32]>::try_from(secret.as_slice())
            .map_err(|_| HomeError::Damaged("the person's secret"))?;
        Ok(Entropy::from_bytes(*Zeroizing::new(bytes)))
    }

    /// How the other processes of this home hear of a change.
    fn poke(&self) {
        notify::tell(&self.places.state, Notice::Changed);
    }
}

/// The cost of guessing the passphrase of such a home.
fn cost(rehearsal: bool) -> Cost {
    if rehearsal {
        Cost::Rehearsal
    } else {
        Cost::Standard
    }
}
