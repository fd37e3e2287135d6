//! A shelf in memory that applies writes all or not at all, and can be copied: a crash is the copy
//! before, a restored home is an old copy.

use std::cell::Cell;
use std::collections::BTreeMap;

use identity::{Day, LogId};

use crate::{Row, Shelf, ShelfError, Table, Write};

/// What is kept, in memory. A clone is a snapshot of it.
#[derive(Debug, Clone, Default)]
pub struct MemoryShelf {
    logs: BTreeMap<LogId, Vec<Vec<u8>>>,
    rows: BTreeMap<(Table, Vec<u8>), Vec<u8>>,
    read: Cell<u64>,
}

/// Writes that do not fit what is kept: a defect of whoever asked for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("records of {log} would begin at {first}, but {held} are held")]
pub struct Misapplied {
    /// The log.
    pub log: LogId,
    /// Where the records would begin.
    pub first: u64,
    /// How many there are.
    pub held: u64,
}

impl MemoryShelf {
    /// An empty shelf.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies all of the writes or none.
    ///
    /// # Errors
    /// Records would not follow those that are held.
    pub fn apply(&mut self, writes: &[Write]) -> Result<(), Misapplied> {
        let mut ends: BTreeMap<LogId, u64> = BTreeMap::new();
        for write in writes {
            match write {
                Write::Append {
                    log,
                    first,
                    records,
                } => {
                    let held = ends.get(log).copied().unwrap_or_else(|| self.end(*log));
                    if *first != held + 1 {
                        return Err(Misapplied {
                            log: *log,
                            first: *first,
                            held,
                        });
                    }
                    ends.insert(*log, held + records.len() as u64);
                }
                Write::Cut { log, above } => {
                    let held = ends.get(log).copied().unwrap_or_else(|| self.end(*log));
                    ends.insert(*log, held.min(*above));
                }
                Write::Put { .. } | Write::Delete { .. } => {}
            }
        }
        for write in writes {
            match write.clone() {
                Write::Append { log, records, .. } => {
                    self.logs.entry(log).or_default().extend(records);
                }
                Write::Cut { log, above } => {
                    let above = usize::try_from(above).unwrap_or(usize::MAX);
                    self.logs.entry(log).or_default().truncate(above);
                }
                Write::Put { table, key, value } => {
                    self.rows.insert((table, key), value);
                }
                Write::Delete { table, key } => {
                    self.rows.remove(&(table, key));
                }
            }
        }
        Ok(())
    }

    /// Removes the fading rows that ended before a day, as if their keys were destroyed.
    pub fn fade(&mut self, day: Day) {
        let first = day.0.to_be_bytes();
        self.rows
            .retain(|(table, key), _| !table.fades() || key.as_slice() >= first.as_slice());
    }

    /// How many records of a log are held.
    #[must_use]
    pub fn end(&self, log: LogId) -> u64 {
        self.logs
            .get(&log)
            .map_or(0, |records| records.len() as u64)
    }

    /// The logs of which records are held.
    pub fn logs(&self) -> impl Iterator<Item = LogId> {
        self.logs.keys().copied()
    }

    /// How many bytes of records and of rows are held.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (
            self.logs.values().flatten().map(Vec::len).sum(),
            self.rows
                .iter()
                .map(|((_, key), value)| key.len() + value.len())
                .sum(),
        )
    }

    /// How many records were read so far: shows what costs the whole history and what does not.
    #[must_use]
    pub fn records_read(&self) -> u64 {
        self.read.get()
    }
}

impl Shelf for MemoryShelf {
    fn records(&self, log: LogId, from: u64, max_bytes: usize) -> Result<Vec<Vec<u8>>, ShelfError> {
        let mut room = max_bytes;
        let mut records: Vec<Vec<u8>> = Vec::new();
        let skip = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        for record in self.logs.get(&log).into_iter().flatten().skip(skip) {
            if !records.is_empty() && record.len() > room {
                break;
            }
            room = room.saturating_sub(record.len());
            records.push(record.clone());
        }
        self.read.set(self.read.get() + records.len() as u64);
        Ok(records)
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        Ok(self.rows.get(&(table, key.to_vec())).cloned())
    }

    fn scan(&self, table: Table, from: &[u8]) -> Result<Vec<Row>, ShelfError> {
        Ok(self
            .rows
            .range((table, from.to_vec())..)
            .take_while(|((other, _), _)| *other == table)
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }
}
