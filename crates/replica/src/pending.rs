//! What is kept as it will be once the writes in hand are applied: long steps (a rebuilt view, a
//! changed branch) read through it and add to it, and the caller gets one list.

use identity::LogId;

use crate::{Row, Shelf, ShelfError, Table, Write};

/// A shelf and the writes that are not applied to it yet.
pub(crate) struct Pending<'a> {
    shelf: &'a dyn Shelf,
    writes: Vec<Write>,
}

impl<'a> Pending<'a> {
    pub(crate) const fn new(shelf: &'a dyn Shelf) -> Self {
        Self {
            shelf,
            writes: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, write: Write) {
        self.writes.push(write);
    }

    pub(crate) fn put(&mut self, table: Table, key: &[u8], value: Vec<u8>) {
        self.writes.push(Write::Put {
            table,
            key: key.to_vec(),
            value,
        });
    }

    pub(crate) fn delete(&mut self, table: Table, key: &[u8]) {
        self.writes.push(Write::Delete {
            table,
            key: key.to_vec(),
        });
    }

    pub(crate) fn into_writes(self) -> Vec<Write> {
        self.writes
    }

    /// How much of a log comes from the shelf, and the records that follow from the writes.
    fn layers(&self, log: LogId) -> (u64, Vec<&Vec<u8>>) {
        let mut kept = u64::MAX;
        let mut added: Vec<&Vec<u8>> = Vec::new();
        for write in &self.writes {
            match write {
                Write::Append {
                    log: to,
                    first,
                    records,
                } if *to == log => {
                    if added.is_empty() {
                        kept = kept.min(first.saturating_sub(1));
                    }
                    added.extend(records);
                }
                Write::Cut { log: of, above } if *of == log => {
                    if *above <= kept {
                        kept = *above;
                        added.clear();
                    } else {
                        let stay = usize::try_from(above - kept).unwrap_or(usize::MAX);
                        added.truncate(stay);
                    }
                }
                Write::Append { .. }
                | Write::Cut { .. }
                | Write::Put { .. }
                | Write::Delete { .. } => {}
            }
        }
        (kept, added)
    }
}

impl Shelf for Pending<'_> {
    fn records(&self, log: LogId, from: u64, max_bytes: usize) -> Result<Vec<Vec<u8>>, ShelfError> {
        let (kept, added) = self.layers(log);
        let mut records = if from <= kept {
            self.shelf.records(log, from, max_bytes)?
        } else {
            Vec::new()
        };
        let room = usize::try_from(kept.saturating_sub(from).saturating_add(1));
        if from <= kept {
            records.truncate(room.unwrap_or(usize::MAX));
        }
        let next = from.saturating_add(u64::try_from(records.len()).unwrap_or(u64::MAX));
        if next <= kept {
            return Ok(records);
        }
        let mut left = max_bytes.saturating_sub(records.iter().map(Vec::len).sum());
        let skip = usize::try_from(next - kept - 1).unwrap_or(usize::MAX);
        for record in added.into_iter().skip(skip) {
            if !records.is_empty() && record.len() > left {
                break;
            }
            left = left.saturating_sub(record.len());
            records.push(record.clone());
        }
        Ok(records)
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        for write in self.writes.iter().rev() {
            match write {
                Write::Put {
                    table: to,
                    key: at,
                    value,
                } if *to == table && at == key => return Ok(Some(value.clone())),
                Write::Delete { table: of, key: at } if *of == table && at == key => {
                    return Ok(None);
                }
                Write::Append { .. }
                | Write::Cut { .. }
                | Write::Put { .. }
                | Write::Delete { .. } => {}
            }
        }
        self.shelf.get(table, key)
    }

    fn scan(&self, table: Table, from: &[u8]) -> Result<Vec<Row>, ShelfError> {
        let mut rows: std::collections::BTreeMap<_, _> =
            self.shelf.scan(table, from)?.into_iter().collect();
        for write in &self.writes {
            match write {
                Write::Put {
                    table: to,
                    key,
                    value,
                } if *to == table && key.as_slice() >= from => {
                    rows.insert(key.clone(), value.clone());
                }
                Write::Delete { table: of, key } if *of == table => {
                    rows.remove(key);
                }
                Write::Append { .. }
                | Write::Cut { .. }
                | Write::Put { .. }
                | Write::Delete { .. } => {}
            }
        }
        Ok(rows.into_iter().collect())
    }
}
