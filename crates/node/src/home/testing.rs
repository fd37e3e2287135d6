//! A door for tests and benchmarks: a home takes a life in that nobody lived.

use identity::{DeviceKeys, LogId, UnverifiedStatement};
use replica::Replica;

use super::known::{DEVICE, Me, NODE};
use super::{Home, HomeError, VaultShelf, shelf::apply};

impl Home {
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
        txn.put(NODE, DEVICE, &Me { log, keys }.encode())?;
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
