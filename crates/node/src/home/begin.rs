//! The first moment of a home: a person made of 256 random bits, a vault, settings; and what a
//! passphrase alone may open again.

use identity::Entropy;
use vault::{Cost, Passphrase, Places};
use zeroize::Zeroizing;

use super::known::{NODE, REHEARSAL, SETTINGS};
use super::{Home, HomeError};
use crate::dice::Dice;
use crate::settings::{Settings, person_name};

impl Home {
    /// Makes a home: person, vault, settings, all or nothing. In a rehearsal home the passphrase
    /// is cheap to check, and clock and dice may be injected.
    pub fn begin(
        places: Places,
        passphrase: &Passphrase,
        name: &str,
        rehearsal: bool,
    ) -> Result<Self, HomeError> {
        let settings = Settings::new(person_name(name)?);
        // The state folder may not be there yet, so a rehearsal's first draw is not counted there.
        let mut dice = Dice::for_beginning(rehearsal)?;
        let entropy = Entropy::from_bytes(*dice.secret()?);
        Self::begin_with(places, passphrase, &entropy, &settings, rehearsal)
    }

    pub(crate) fn begin_with(
        places: Places,
        passphrase: &Passphrase,
        entropy: &Entropy,
        settings: &Settings,
        rehearsal: bool,
    ) -> Result<Self, HomeError> {
        let cost = if rehearsal {
            Cost::Rehearsal
        } else {
            Cost::Standard
        };
        let key = vault::create_with(&places, passphrase, entropy.as_bytes(), cost, |first| {
            first.put(NODE, REHEARSAL, &[u8::from(rehearsal)])?;
            first.put(NODE, SETTINGS, &settings.encode())
        })?;
        Self::open(places, key)
    }

    /// The person's 256 bits, for `paper` and for certifying: asks for the passphrase afresh.
    pub fn entropy(&self, passphrase: &Passphrase) -> Result<Entropy, HomeError> {
        let secret = vault::secret(&self.places, passphrase)?;
        let bytes = <[u8; 32]>::try_from(secret.as_slice())
            .map(Zeroizing::new)
            .map_err(|_| HomeError::Damaged("the person's secret"))?;
        Ok(Entropy::from_bytes(*bytes))
    }

    /// Whether that is the passphrase: agreeing asks for it again.
    pub fn check_passphrase(&self, passphrase: &Passphrase) -> Result<bool, HomeError> {
        check_passphrase(&self.places, passphrase)
    }

    /// Changes the passphrase, and tells nobody.
    pub fn change_passphrase(&self, old: &Passphrase, new: &Passphrase) -> Result<(), HomeError> {
        Ok(vault::change_passphrase(&self.places, old, new)?)
    }
}

/// Whether that is the passphrase of a home, which need not be open, nor whole.
pub fn check_passphrase(places: &Places, passphrase: &Passphrase) -> Result<bool, HomeError> {
    match vault::unlock(places, passphrase) {
        Ok(_) => Ok(true),
        Err(vault::KeysError::WrongPassphrase) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
