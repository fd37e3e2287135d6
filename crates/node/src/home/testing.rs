//! A door for tests and benchmarks: a home takes a life in that nobody lived.

use ::pact::View;
use identity::{DeviceKeys, LogId, UnverifiedStatement};
use protocol::{Clock as SessionClock, SessionError};
use replica::{Replica, Shelf, Write};

use super::known::Me;
use super::{Home, HomeError, VaultShelf, shelf::apply};

impl Home {
    /// Makes its sessions carry no more records than that.
    pub fn carry_for_testing(&mut self, records: u64) {
        self.session_records = Some(records);
    }

    /// One step of a session, as a meeting takes it.
    ///
    /// # Errors
    /// What is kept cannot be read or written.
    pub fn turn_for_testing<T>(
        &mut self,
        step: impl FnOnce(
            &mut Replica,
            &dyn Shelf,
            SessionClock,
        ) -> Result<(T, Option<Vec<Write>>), SessionError>,
    ) -> Result<T, HomeError> {
        self.session_turn(step).map(|(value, _)| value)
    }

    /// The view folded anew from the vault's records.
    ///
    /// # Errors
    /// What is kept cannot be read.
    pub fn rebuilt_for_testing(&mut self) -> Result<View, HomeError> {
        let reader = self.vault.read()?;
        self.known.refresh(&reader)?;
        let replica = self.known.replica.as_ref().ok_or(HomeError::Alone)?;
        Ok(replica.reckoned(&VaultShelf(&reader))?)
    }

    /// Takes another history of a log in, from a record on: the evidence of a fork.
    ///
    /// # Errors
    /// It is none.
    pub fn fork_for_testing(
        &mut self,
        log: LogId,
        from: u64,
        other: Vec<Vec<u8>>,
    ) -> Result<(), HomeError> {
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        let replica = self.known.replica.as_mut().ok_or(HomeError::Alone)?;
        let received = replica
            .receive(&VaultShelf(&txn), log, from, other)
            .map_err(|_| HomeError::Damaged("a fork of a test"))?;
        apply(&txn, &received.writes)?;
        txn.commit()?;
        Ok(())
    }

    /// Admits statements, as if another device had brought them, and tells the home's processes.
    ///
    /// # Errors
    /// There is no pact, or the rows cannot be written.
    pub fn admit_for_testing(
        &mut self,
        statements: Vec<UnverifiedStatement>,
    ) -> Result<(), HomeError> {
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        let replica = self.known.replica.as_mut().ok_or(HomeError::Alone)?;
        let writes = replica.admit(&VaultShelf(&txn), statements)?;
        apply(&txn, &writes)?;
        txn.commit()?;
        self.poke();
        Ok(())
    }

    /// Makes this home one of a pact's, with records of any log as if they had been written or
    /// received here long ago: one transaction for each run.
    ///
    /// # Errors
    /// The statements are no pact with that device in it, or a run does not follow what is held.
    pub fn adopt_for_testing(
        &mut self,
        statements: Vec<UnverifiedStatement>,
        log: LogId,
        keys: DeviceKeys,
        runs: impl IntoIterator<Item = (LogId, Vec<Vec<u8>>)>,
    ) -> Result<(), HomeError> {
        let (mut replica, writes) = Replica::begin(statements, log)?;
        let txn = self.vault.begin()?;
        apply(&txn, &writes)?;
        Me { log, keys }.put(&txn)?;
        txn.commit()?;
        for (of, run) in runs {
            let txn = self.vault.begin()?;
            let writes = replica
                .adopt_for_testing(&VaultShelf(&txn), of, run)
                .map_err(|_| HomeError::Damaged("a run of a test"))?;
            apply(&txn, &writes)?;
            txn.commit()?;
        }
        *self = Self::open(self.places.clone(), self.key.clone())?;
        Ok(())
    }
}
