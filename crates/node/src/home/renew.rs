//! A restored copy goes on as a new device (formats B6): asks for the passphrase, certifies new
//! keys that continue the old log, and signs again what never left.

use std::collections::BTreeMap;

use identity::{Certificate, DeviceKeys, Hash, Record, UnverifiedStatement};
use replica::draft::Anew;
use vault::Passphrase;
use vault::state::{self, Valve, Witness};

use super::known::{KEYS, Me, OLD};
use super::{Home, HomeError, VaultShelf, shelf::apply};

impl Home {
    /// Whether nothing can be written here until [`Home::restore`].
    pub fn needs_restore(&mut self) -> Result<bool, HomeError> {
        Ok(self.replica()?.is_retired())
    }

    /// Makes this copy a new device of its person. Nothing is lost, nothing is said twice.
    pub fn restore(&mut self, passphrase: &Passphrase) -> Result<(), HomeError> {
        let root = self.entropy(passphrase)?.root();
        let keys = DeviceKeys::from_seeds(*self.dice.secret()?, *self.dice.secret()?);
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        let Some(replica) = self.known.replica.as_mut() else {
            return Err(HomeError::Alone);
        };
        if !replica.is_retired() {
            drop(txn);
            return self.take_in();
        }
        let certificate = Certificate {
            pact: replica.roster().pact(),
            person: replica.person(),
            sign: keys.sign_public(),
            dh: keys.dh_public(),
            continues: Some(replica.own_log()),
            flags: 0,
        };
        let signatures = certificate.sign(&root, &keys);
        let signed = UnverifiedStatement::certificate(&certificate, &signatures);
        let me = Me {
            log: certificate.log(),
            keys,
        };
        let shelf = VaultShelf(&txn);
        let mut anew = Anew::open(replica, &shelf, me.log, me.keys.sign_public())?;
        let mut edits =
            |record: &Record, written: &BTreeMap<Hash, Hash>| anew.body(record, written);
        let renewed = replica
            .renew(&shelf, signed, &me.keys, &mut edits)
            .map_err(HomeError::from)
            .and_then(|writes| {
                apply(&txn, &writes)?;
                if let Some(old) = &self.known.me {
                    txn.put(KEYS, OLD, &old.encode())?;
                }
                me.put(&txn)?;
                Ok(txn.commit()?)
            });
        if let Err(error) = renewed {
            self.known.replica = None;
            return Err(error);
        }
        self.known.own = Some(me.log);
        self.known.old = self.known.me.replace(me).map(|old| old.keys);
        self.take_in()?;
        self.poke();
        Ok(())
    }

    /// Signs again, as this device, what this person once wrote and what cannot count as it stands:
    /// a fork of an older log may be found long after the renewal (formats B6). It signs, so it is
    /// for an attended run (S27). Gives how many records it was.
    pub fn redo(&mut self) -> Result<usize, HomeError> {
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        let (Some(replica), Some(me)) = (self.known.replica.as_mut(), &self.known.me) else {
            return Err(HomeError::Alone);
        };
        let shelf = VaultShelf(&txn);
        // A copy that is retired waits for its person's passphrase: `restore`.
        let unsent = replica.unsent(&shelf)?.len();
        let may_sign = !replica.is_retired() && !replica.roster().is_revoked(me.log);
        if unsent == 0 || !may_sign {
            return Ok(0);
        }
        let mut anew = Anew::open(replica, &shelf, me.log, me.keys.sign_public())?;
        let mut edits =
            |record: &Record, written: &BTreeMap<Hash, Hash>| anew.body(record, written);
        let redone = replica
            .redo(&shelf, &me.keys, &mut edits)
            .map_err(HomeError::from)
            .and_then(|writes| {
                apply(&txn, &writes)?;
                Ok(txn.commit()?)
            });
        if let Err(error) = redone {
            self.known.replica = None;
            return Err(error);
        }
        self.poke();
        Ok(unsent)
    }

    /// Whether this home came without its state folder: it may have been silent when it was lost,
    /// so nothing leaves before its person, by the passphrase, says otherwise ([`Home::restore`]).
    pub fn has_lost_state(&self) -> bool {
        self.vault.witness() == Witness::Unknown
    }

    /// Makes this database the one that this machine knows.
    fn take_in(&mut self) -> Result<(), HomeError> {
        let lost = self.has_lost_state();
        if self.looks_copied() {
            self.vault.adopt()?;
        }
        if lost {
            // What this person announced stands in the log, whatever became of the flag.
            let valve = if self.is_paired() && self.space_announced()?.is_some() {
                Valve::Shut
            } else {
                Valve::Open
            };
            state::set_valve(&self.places, valve)?;
        }
        Ok(())
    }

    /// A peer's marks have shown that nothing is missing here: the suspicion is over.
    pub(crate) fn clear_suspicion(&mut self) -> Result<(), HomeError> {
        if self.looks_copied() && !self.has_lost_state() && !self.needs_restore()? {
            self.vault.adopt()?;
        }
        Ok(())
    }
}
