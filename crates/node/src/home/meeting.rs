//! What a meeting needs of a home: keys to show and to expect, addresses to try, session turns.

use std::net::SocketAddr;
use std::time::Duration;

use identity::LogId;
use protocol::Clock as SessionClock;
use protocol::session::SessionError;
use replica::{Replica, Shelf, Write};
use zeroize::Zeroizing;

use super::words::begin_fading;
use super::{Half, Home, HomeError, VaultShelf, shelf::apply};

/// A device's signing seed and public key, for TLS.
pub(crate) type TlsKeys = (Zeroizing<[u8; 32]>, [u8; 32]);

impl Home {
    /// The key to show: this device's; while a restored copy is not known yet, the old one, over
    /// which its new certificate is introduced (formats B8).
    pub(crate) fn tls_keys(&mut self) -> Result<TlsKeys, HomeError> {
        let introducing = self.is_paired() && self.replica()?.introducer().is_some();
        let known = &self.known;
        let old = known.old.as_ref().filter(|_| introducing);
        let keys = match (old, &known.me, &known.half) {
            (Some(old), _, _) => old,
            (None, Some(me), _) => &me.keys,
            (None, None, Some(half)) => &half.keys,
            (None, None, None) => return Err(HomeError::Alone),
        };
        Ok((keys.sign_seed(), keys.sign_public()))
    }

    /// The keys to expect: every certified device that is not revoked, but this one.
    pub(crate) fn peer_keys(&mut self) -> Result<Vec<[u8; 32]>, HomeError> {
        if let Some(half) = &self.known.half {
            return Ok(vec![half.yes.peer.sign]);
        }
        let replica = self.replica()?;
        let (own, roster) = (replica.own_log(), replica.roster());
        let others = roster
            .all_devices()
            .filter(|device| device.log() != own && !roster.is_revoked(device.log()));
        Ok(others.map(|device| device.sign).collect())
    }

    /// The log of a device that may speak here, by the key that it showed.
    pub(crate) fn peer_log(&mut self, key: &[u8; 32]) -> Result<Option<LogId>, HomeError> {
        let replica = self.replica()?;
        let device = replica.roster().by_sign_key(key).map(|device| device.log());
        let own = replica.own_log();
        Ok(device.filter(|log| *log != own && !replica.roster().is_revoked(*log)))
    }

    /// A yes that waits for the other's.
    pub(crate) fn half(&self) -> Option<&Half> {
        self.known.half.as_ref()
    }

    /// Where to try: what was given now, what is set, where the other was met last.
    pub(crate) fn addresses(&self, given: Option<SocketAddr>) -> Vec<SocketAddr> {
        let settings = &self.known.settings;
        match given {
            Some(address) => vec![address],
            None => {
                let mut addresses: Vec<_> = settings
                    .peer
                    .into_iter()
                    .chain(settings.last_good)
                    .collect();
                addresses.dedup();
                addresses
            }
        }
    }

    /// The other answered from there. An address that was dialled is good for the next time; one
    /// that was dialled from may be a passing one.
    pub(crate) fn met_at(&mut self, address: SocketAddr, dialled: bool) -> Result<(), HomeError> {
        self.change_settings(|settings| {
            let moved = settings
                .last_good
                .is_none_or(|last| last.ip() != address.ip());
            if dialled || moved {
                settings.last_good = Some(address);
            }
            Ok(())
        })
    }

    /// A duration below `span` and `bound`, not to be guessed.
    pub(crate) fn random_within(
        &mut self,
        span: Duration,
        bound: Duration,
    ) -> Result<Duration, HomeError> {
        let most = u64::try_from(span.min(bound).as_millis()).unwrap_or(u64::MAX);
        Ok(Duration::from_millis(self.dice.below(most.max(1))?))
    }

    pub(crate) fn session_records(&self) -> Option<u64> {
        self.session_records
    }

    /// Looks again at what other processes have set.
    pub(crate) fn refresh_settings(&mut self) -> Result<(), HomeError> {
        self.known.refresh(&self.vault.read()?)
    }

    /// One step of a session, inside one transaction: what it wants kept is committed when this
    /// returns. Says whether there was anything to keep.
    pub(crate) fn session_turn<T>(
        &mut self,
        step: impl FnOnce(
            &mut Replica,
            &dyn Shelf,
            SessionClock,
        ) -> Result<(T, Option<Vec<Write>>), SessionError>,
    ) -> Result<(T, bool), HomeError> {
        let clock = self.session_clock();
        let tide = self.fade()?;
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        self.known.words(&VaultShelf(&txn), tide)?;
        let replica = self.known.replica.as_mut().ok_or(HomeError::Alone)?;
        let kept = step(replica, &VaultShelf(&txn), clock)
            .map_err(|error| match error {
                SessionError::Shelf(error) => HomeError::Shelf(error),
                SessionError::OutOfOrder => HomeError::Damaged("the order of a session"),
            })
            .and_then(|(value, writes)| {
                let Some(writes) = writes else {
                    return Ok((value, false, false));
                };
                begin_fading(&txn, tide, &writes)?;
                apply(&txn, &writes)?;
                txn.commit()?;
                Ok((value, true, !writes.is_empty()))
            });
        match kept {
            Ok((value, persisted, wrote)) => {
                if wrote {
                    self.poke();
                    self.open_seals()?;
                    self.release_letter()?;
                }
                self.note_check_ins()?;
                Ok((value, persisted))
            }
            Err(error) => {
                self.known.replica = None;
                Err(error)
            }
        }
    }
}
