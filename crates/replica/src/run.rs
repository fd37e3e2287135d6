//! A run of records as it came: what can be done with it before its turn, by whoever has time.
//!
//! Reading, hashing and reading what the acts say needs nothing but the bytes. Whether the run
//! belongs anywhere is the replica's to say ([`Replica::receive_read`](crate::Replica::receive_read)).

use std::collections::BTreeMap;

use identity::{Certified, Hash, Head, LogId, Record, RunError, Tip, UnverifiedRecord, verify_run};
use pact::Reading;

use crate::wrong::Wrong;

/// A run whose bytes were read, and where its records say they stand.
pub struct Run {
    pub(crate) log: LogId,
    pub(crate) from: u64,
    pub(crate) records: Vec<UnverifiedRecord>,
    /// What each says.
    readings: Vec<Reading>,
}

impl Run {
    /// Reads the records, and hashes them as records of that log.
    ///
    /// # Errors
    /// Bytes that are no record, or a first record that is not number `from`.
    pub fn read(log: LogId, from: u64, run: Vec<Vec<u8>>) -> Result<Self, Wrong> {
        let mut records = Vec::with_capacity(run.len());
        let mut readings = Vec::with_capacity(run.len());
        for bytes in run {
            let mut record = UnverifiedRecord::parse_vec(bytes).map_err(Wrong::Record)?;
            record.link_ahead(log);
            readings.push(pact::read(record.kind(), record.body()));
            records.push(record);
        }
        match records.first() {
            None => Err(Wrong::Run(RunError::Empty)),
            Some(first) if first.seq() != from || from == 0 => Err(Wrong::Gap),
            Some(_) => Ok(Self {
                log,
                from,
                records,
                readings,
            }),
        }
    }

    /// The number of the first record.
    #[must_use]
    pub const fn from(&self) -> u64 {
        self.from
    }

    /// Leaves out so many at the beginning.
    pub(crate) fn skip(mut self, known: usize) -> Self {
        self.records.drain(..known.min(self.records.len()));
        self.readings.drain(..known.min(self.readings.len()));
        self.from = self
            .from
            .saturating_add(u64::try_from(known).unwrap_or(u64::MAX));
        self
    }

    pub(crate) fn prev(&self) -> Option<Hash> {
        self.records.first().map(UnverifiedRecord::prev)
    }

    pub(crate) fn size(&self) -> u64 {
        let size: usize = self.records.iter().map(|record| record.bytes().len()).sum();
        u64::try_from(size).unwrap_or(u64::MAX)
    }

    /// Whether these records follow each other and the last was signed, wherever they stand.
    pub(crate) fn is_authentic(&self, certificate: &Certified) -> Result<(), Wrong> {
        let prev = self.prev().ok_or(Wrong::Run(RunError::Empty))?;
        let before = Tip {
            head: Head {
                seq: self.from.saturating_sub(1),
                hash: prev,
            },
            marks: BTreeMap::new(),
        };
        let verified = verify_run(certificate, &before, self.records.clone());
        verified.map(drop).map_err(Wrong::Run)
    }

    /// The records after that tip, what they say, and the tip after them.
    pub(crate) fn verify(
        self,
        certificate: &Certified,
        tip: &Tip,
    ) -> Result<(Vec<Record>, Vec<Reading>, Tip), Wrong> {
        let verified = verify_run(certificate, tip, self.records).map_err(Wrong::Run)?;
        let (records, tip) = verified.into_parts();
        Ok((records, self.readings, tip))
    }
}
