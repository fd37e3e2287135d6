//! A person's home, open: what is kept, the cache of what it adds up to, and the verbs on it.
//!
//! ```text
//! Home::begin / unlock / open(VaultKey) ─▶ Home ─ view(), draft(), last()   reading
//!                                            ├── act(), edit(), undo()      one transaction each
//!                                            ├── pair::{invite, join}       beginning with the other
//!                                            └── meet::{sync_once, serve}   meeting again
//! ```
//!
//! Several processes may use one home at once. What is known is kept while the vault's
//! `data_version` stands and read again otherwise; each change begins a transaction, looks again,
//! builds, signs, writes, commits, and only then wakes the others (formats B9).

mod audit;
mod begin;
mod check_in;
mod checked_in;
mod desk;
mod draft;
mod export;
mod known;
mod lately;
mod letter;
mod live;
mod meeting;
mod notes;
mod pact;
mod read;
mod renew;
mod shelf;
mod space;
#[cfg(feature = "testing")]
mod testing;
mod trial;
mod words;
mod write;

use identity::{Day, Person, Record};
use replica::{Misuse, Replica};
use vault::{Passphrase, Places, Vault, VaultKey};

use crate::clock::{Clock, ClockError};
use crate::dice::{Dice, DiceError};
use crate::notify::{self, Notice};
use crate::settings::{SettingError, Settings};

pub use audit::Audit;
pub use begin::check_passphrase;
pub use check_in::Answered;
pub use desk::{Draft, Kept as KeptWords};
pub use export::{ExportError, Exported};
pub use lately::Written;
pub use letter::Letter;
pub use notes::Note;
pub use read::{Cursor, Kept};
pub use words::{Shown, WordsError};
pub use write::Said;

pub(crate) use known::Half;
use known::Known;
pub(crate) use live::LiveMark;
pub(crate) use shelf::VaultShelf;
pub(crate) use space::Announcement;

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
    /// The records cannot be read back.
    #[error(transparent)]
    Shelf(#[from] replica::ShelfError),
    /// What was to be signed or admitted cannot be.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// The words cannot stand in an act.
    #[error(transparent)]
    Act(#[from] ::pact::ActError),
    /// The draft cannot be changed so.
    #[error(transparent)]
    Draft(#[from] replica::draft::ChangeError),
    /// A row of ours is not what this program wrote.
    #[error("what is kept is damaged: {0}")]
    Damaged(&'static str),
    /// The verb needs the other person.
    #[error("this home is not paired yet")]
    Alone,
    /// Its person is leaving; what is left to do is done by [`crate::leaving::finish`].
    #[error("this home is being left")]
    Leaving,
    /// There is a pact already.
    #[error("this home is paired already")]
    Paired,
}

impl HomeError {
    /// The file or folder that is closed to writing by its own permissions, if that is all.
    pub fn closed(&self) -> Option<&std::path::Path> {
        let (Self::File(file)
        | Self::Keys(vault::KeysError::File(file))
        | Self::Vault(vault::VaultError::File(file))) = self
        else {
            return None;
        };
        if let vault::FileError::Closed { path, .. } = file {
            Some(path)
        } else {
            None
        }
    }
}

impl From<identity::cbor::Malformed> for HomeError {
    fn from(_: identity::cbor::Malformed) -> Self {
        Self::Damaged("a row of this device's own")
    }
}

/// An open, unlocked home.
pub struct Home {
    places: Places,
    key: VaultKey,
    vault: Vault,
    clock: Clock,
    dice: Dice,
    rehearsal: bool,
    known: Known,
    /// How many records one session carries at most, if less than may be.
    session_records: Option<u64>,
    /// What was signed since a trial began, while there is one.
    tried: Option<Vec<Record>>,
}

impl Home {
    /// Opens a home by its passphrase.
    pub fn unlock(places: Places, passphrase: &Passphrase) -> Result<Self, HomeError> {
        let key = vault::unlock(&places, passphrase)?;
        Self::open(places, key)
    }

    /// The same with another clock, for a test or an embedding program that has its own: opening
    /// lets what has come to its day fade, so the clock must be there before.
    pub fn unlock_at(
        places: Places,
        passphrase: &Passphrase,
        clock: Clock,
    ) -> Result<Self, HomeError> {
        let key = vault::unlock(&places, passphrase)?;
        let rehearsal = vault::marks(&places)?.rehearsal;
        Self::open_as(places, key, clock, rehearsal)
    }

    /// Opens a home by its vault key, as the agent holds it.
    pub fn open(places: Places, key: VaultKey) -> Result<Self, HomeError> {
        let rehearsal = vault::marks(&places)?.rehearsal;
        let clock = Clock::from_env(rehearsal)?;
        Self::open_as(places, key, clock, rehearsal)
    }

    fn open_as(
        places: Places,
        key: VaultKey,
        clock: Clock,
        rehearsal: bool,
    ) -> Result<Self, HomeError> {
        let dice = Dice::from_env(rehearsal, &places.state.join("draws"))?;
        if vault::leaving::Departure::pending(&places)?.is_some() {
            return Err(HomeError::Leaving);
        }
        let mut vault = Vault::open(&places, &key)?;
        let mut known = Known::read(&vault.read()?)?;
        if known.own.is_none() && !vault.is_archive() && known::move_keys(&mut vault)? {
            known = Known::read(&vault.read()?)?;
        }
        // Who holds the agent's key and can write here could else set the clock of a home.
        if known.rehearsal != rehearsal {
            return Err(HomeError::Damaged("the mark of a rehearsal"));
        }
        let mut home = Self {
            places,
            key,
            vault,
            clock,
            dice,
            rehearsal,
            known,
            session_records: None,
            tried: None,
        };
        home.fade()?;
        Ok(home)
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

    /// Uses another clock, for a test or an embedding program that has its own.
    pub fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
    }

    /// Its dice.
    pub fn dice(&mut self) -> &mut Dice {
        &mut self.dice
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
        self.known.own.is_some()
    }

    /// Whether it is what somebody kept who has left: it can be read, and nothing else.
    pub fn is_archive(&self) -> bool {
        self.vault.is_archive()
    }

    /// Whether this person said yes to a pact that the other has not confirmed yet.
    pub fn is_half_paired(&self) -> bool {
        self.known.half.is_some()
    }

    /// Which of the two persons lives here, once paired.
    pub fn person(&mut self) -> Result<Person, HomeError> {
        Ok(self.replica()?.person())
    }

    /// The local settings.
    pub fn settings(&self) -> &Settings {
        &self.known.settings
    }

    /// Whether the database looks like a copy of the home that this machine knows (formats B6).
    /// Nothing is forbidden by it: a peer's marks decide, before anything of one's own leaves.
    pub fn looks_copied(&self) -> bool {
        self.vault.witness() != vault::state::Witness::Same
    }

    /// The copy of the pact, as it stands now.
    pub fn replica(&mut self) -> Result<&Replica, HomeError> {
        self.known.refresh(&self.vault.read()?)?;
        if self.known.replica.as_ref().is_some_and(Replica::is_stale) {
            self.keep_view()?;
        }
        self.known.replica.as_ref().ok_or(HomeError::Alone)
    }

    /// How the other processes of this home hear of a change.
    fn poke(&self) {
        if self.tried.is_some() {
            return;
        }
        notify::tell(&self.places.state, Notice::Changed);
    }
}
