//! Reading what is kept of a log, in order, with every link checked again.

use identity::{Hash, Head, LogId, Record, Tip};

use crate::{Shelf, ShelfError, Table};

/// How much is read at once.
const CHUNK: usize = 256 * 1024;

/// Reads a log from a tip up to a number, and moves the tip along.
pub(crate) fn walk(
    shelf: &dyn Shelf,
    log: LogId,
    tip: &mut Tip,
    upto: u64,
    mut each: impl FnMut(&Record, &Tip) -> Result<(), ShelfError>,
) -> Result<(), ShelfError> {
    while tip.head.seq < upto {
        let chunk = shelf.records(log, tip.head.seq.saturating_add(1), CHUNK)?;
        if chunk.is_empty() {
            return Err(ShelfError::Damaged("records are missing"));
        }
        for bytes in chunk {
            if tip.head.seq >= upto {
                break;
            }
            let record = step(log, tip, &bytes)?;
            each(&record, tip)?;
        }
    }
    Ok(())
}

/// Reads one kept record that has to follow a tip, and moves the tip.
pub(crate) fn step(log: LogId, tip: &mut Tip, bytes: &[u8]) -> Result<Record, ShelfError> {
    let record =
        Record::reopen(log, bytes).map_err(|_| ShelfError::Damaged("a record is not one"))?;
    if Some(record.seq()) != tip.head.seq.checked_add(1) || record.prev() != tip.head.hash {
        return Err(ShelfError::Damaged(
            "a record does not follow the one before it",
        ));
    }
    advance(tip, &record);
    Ok(record)
}

/// Moves a tip over a record that is known to follow it.
pub(crate) fn advance(tip: &mut Tip, record: &Record) {
    for mark in record.seen() {
        tip.marks.insert(mark.log, mark.head());
    }
    tip.head = Head {
        seq: record.seq(),
        hash: record.hash(),
    };
}

/// The kept record with that number.
pub(crate) fn record_at(shelf: &dyn Shelf, log: LogId, seq: u64) -> Result<Record, ShelfError> {
    let found = shelf.records(log, seq, 1)?;
    let bytes = found
        .first()
        .ok_or(ShelfError::Damaged("a record is missing"))?;
    let record =
        Record::reopen(log, bytes).map_err(|_| ShelfError::Damaged("a record is not one"))?;
    if record.seq() == seq {
        Ok(record)
    } else {
        Err(ShelfError::Damaged("a record stands in another's place"))
    }
}

/// All kept records of a log above a number.
pub(crate) fn all_above(
    shelf: &dyn Shelf,
    log: LogId,
    above: u64,
    upto: u64,
) -> Result<Vec<Vec<u8>>, ShelfError> {
    let mut records = Vec::new();
    let mut next = above.saturating_add(1);
    while next <= upto {
        let chunk = shelf.records(log, next, CHUNK)?;
        if chunk.is_empty() {
            return Err(ShelfError::Damaged("records are missing"));
        }
        for record in chunk {
            if next > upto {
                break;
            }
            next = next.saturating_add(1);
            records.push(record);
        }
    }
    Ok(records)
}

/// The key of one record of another branch: log, the branch's first hash, number.
pub(crate) fn evidence_key(log: LogId, first: Hash, seq: u64) -> Vec<u8> {
    let mut key = log.as_bytes().to_vec();
    key.extend_from_slice(&first.0);
    key.extend_from_slice(&seq.to_be_bytes());
    key
}

/// The records of another branch of a log, in order.
pub(crate) fn branch_records(
    shelf: &dyn Shelf,
    log: LogId,
    first: Hash,
) -> Result<Vec<Vec<u8>>, ShelfError> {
    let prefix = evidence_key(log, first, 0);
    let prefix = prefix.get(..64).unwrap_or_default();
    Ok(shelf
        .scan(Table::Evidence, prefix)?
        .into_iter()
        .take_while(|(key, _)| key.starts_with(prefix))
        .map(|(_, record)| record)
        .collect())
}
