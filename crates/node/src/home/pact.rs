//! The pact enters the home: a yes that is kept, the founding that replaces it, and forgetting.

use std::net::SocketAddr;

use identity::UnverifiedStatement;
use protocol::Met;
use replica::Replica;

use super::known::{HALF, Half, KEYS, Me, NODE, SETTINGS};
use super::{Home, HomeError, shelf::apply};

impl Home {
    /// Keeps a yes, durably, before it is said; `other` is what this person calls the other.
    /// The address is where the other is now, to be tried first when the devices meet again.
    pub(crate) fn keep_yes(
        &mut self,
        half: Half,
        other: Option<&str>,
        address: Option<SocketAddr>,
    ) -> Result<(), HomeError> {
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        // Another process of this home may have said another yes meanwhile: the first one stands.
        if self.known.me.is_some() || self.known.half.is_some() {
            return Err(HomeError::Paired);
        }
        let mut settings = self.known.settings.clone();
        if let Some(other) = other {
            settings.set("other", other)?;
        }
        settings.last_good = address.or(settings.last_good);
        txn.put(KEYS, HALF, &half.encode())?;
        txn.put(NODE, SETTINGS, &settings.encode())?;
        txn.commit()?;
        self.known.settings = settings;
        self.known.half = Some(half);
        self.poke();
        Ok(())
    }

    /// The pact replaces the yes: founding and both certificates, in one transaction.
    pub(crate) fn keep_pact(&mut self, met: &Met) -> Result<(), HomeError> {
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        if self.known.me.is_some() {
            return Ok(());
        }
        let damaged = |_| HomeError::Damaged("the founding");
        let mut statements = vec![UnverifiedStatement::parse(&met.founding).map_err(damaged)?];
        for certificate in &met.certificates {
            statements.push(UnverifiedStatement::parse(certificate).map_err(damaged)?);
        }
        let (replica, writes) = Replica::begin(statements, met.own)?;
        let half = self
            .known
            .half
            .take()
            .ok_or(HomeError::Damaged("a half-finished pairing"))?;
        let me = Me {
            log: met.own,
            keys: half.keys,
        };
        apply(&txn, &writes)?;
        me.put(&txn)?;
        txn.delete(KEYS, HALF)?;
        txn.commit()?;
        self.known.own = Some(me.log);
        self.known.me = Some(me);
        self.known.replica = Some(replica);
        self.poke();
        Ok(())
    }

    /// Forgets a half-finished pact, after its person was asked.
    pub fn forget_half(&mut self) -> Result<(), HomeError> {
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        txn.delete(KEYS, HALF)?;
        txn.put(NODE, SETTINGS, &self.known.settings.encode())?;
        txn.commit()?;
        self.known.half = None;
        Ok(())
    }
}
