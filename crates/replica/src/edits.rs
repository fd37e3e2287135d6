//! The edits of all logs, kept once more in a table of their own, so that the draft is made
//! without reading the logs.

use std::collections::BTreeMap;

use identity::cbor::{Malformed, Reader, Writer};
use identity::{Hash, Head, LogId, Record, Tip};

use crate::{Shelf, ShelfError, Table, Write};

/// One edit record, as the draft needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditRow {
    /// The record's hash.
    pub hash: Hash,
    /// Its log.
    pub log: LogId,
    /// Its place in the log.
    pub seq: u64,
    /// The edit before it in the same log, on the same branch.
    pub previous: Option<Hash>,
    /// What its log had marked of the others by then, this record's own marks included.
    pub marks: BTreeMap<LogId, Head>,
    /// The body, as received.
    pub body: Vec<u8>,
}

/// The edits after a place in each log (all of a log that is not named), in the order of their
/// logs and numbers, those of all branches.
pub(crate) fn edits(
    shelf: &dyn Shelf,
    after: &BTreeMap<LogId, u64>,
    logs: impl Iterator<Item = LogId>,
) -> Result<Vec<EditRow>, ShelfError> {
    let mut rows = Vec::new();
    if after.is_empty() {
        for (key, value) in shelf.scan(Table::Edits, &[])? {
            rows.push(read(&key, &value)?);
        }
        return Ok(rows);
    }
    for log in logs {
        let from = after.get(&log).map_or(0, |seq| seq.saturating_add(1));
        let mut key = log.as_bytes().to_vec();
        key.extend_from_slice(&from.to_be_bytes());
        for (key, value) in shelf.scan(Table::Edits, &key)? {
            if !key.starts_with(log.as_bytes()) {
                break;
            }
            rows.push(read(&key, &value)?);
        }
    }
    Ok(rows)
}

/// Whether a log has an edit above `after` and not above `upto`, on whichever branch: one row is
/// read, however long the log.
pub(crate) fn any_between(
    shelf: &dyn Shelf,
    log: LogId,
    after: u64,
    upto: u64,
) -> Result<bool, ShelfError> {
    let mut from = log.as_bytes().to_vec();
    from.extend_from_slice(&after.saturating_add(1).to_be_bytes());
    let Some((key, value)) = shelf.next(Table::Edits, &from)? else {
        return Ok(false);
    };
    if !key.starts_with(log.as_bytes()) {
        return Ok(false);
    }
    Ok(read(&key, &value)?.seq <= upto)
}

/// How many edits of one branch of a log are kept as rows: those that E2 lets in, and the one that
/// is refused for it. Each row names all marks of its log, so a log of a hundred thousand tiny
/// edits would take a hundred times its own size; all after them are refused whatever they say.
const MAX_ROWS: u32 = 4096 + 1;

/// The rows of edits of one branch up to a place: the last of them, and how many.
pub(crate) type Rows = (Option<Hash>, u32);

/// The row of one more edit, if it is kept, and the rows with it.
pub(crate) fn next_row(record: &Record, tip: &Tip, (last, count): Rows) -> (Option<Write>, Rows) {
    if count >= MAX_ROWS {
        return (None, (last, count));
    }
    let rows = (Some(record.hash()), count.saturating_add(1));
    (Some(row(record, tip, last)), rows)
}

/// The rows of a log's own branch that are not above `upto`.
pub(crate) fn last_before(
    shelf: &dyn Shelf,
    log: LogId,
    last: Option<Hash>,
    upto: u64,
) -> Result<Rows, ShelfError> {
    let mut at = last;
    let rows: BTreeMap<Hash, EditRow> =
        edits(shelf, &BTreeMap::from([(log, 0)]), std::iter::once(log))?
            .into_iter()
            .map(|row| (row.hash, row))
            .collect();
    while let Some(row) = at.and_then(|hash| rows.get(&hash)) {
        if row.seq <= upto {
            break;
        }
        at = row.previous;
    }
    let (last, mut count) = (at, 0_u32);
    while let Some(row) = at.and_then(|hash| rows.get(&hash)) {
        count = count.saturating_add(1);
        at = row.previous;
    }
    Ok((last.filter(|_| count > 0), count))
}

/// The row of an edit.
fn row(record: &Record, tip: &Tip, previous: Option<Hash>) -> Write {
    let mut w = Writer::new();
    w.array(3)
        .opt(previous, |w, hash| w.bytes(&hash.0))
        .array(u64::try_from(tip.marks.len()).unwrap_or(0));
    for (log, head) in &tip.marks {
        w.array(3)
            .bytes(log.as_bytes())
            .uint(head.seq)
            .bytes(&head.hash.0);
    }
    w.bytes(record.body());
    Write::Put {
        table: Table::Edits,
        key: key(record.log(), record.seq(), record.hash()),
        value: w.finish(),
    }
}

/// One row.
pub(crate) fn read_one(shelf: &dyn Shelf, key: &[u8]) -> Result<Option<EditRow>, ShelfError> {
    let value = shelf.get(Table::Edits, key)?;
    value.map(|value| read(key, &value)).transpose()
}

/// By log, number and hash: two branches may have an edit at one number.
pub(crate) fn key(log: LogId, seq: u64, hash: Hash) -> Vec<u8> {
    let mut key = log.as_bytes().to_vec();
    key.extend_from_slice(&seq.to_be_bytes());
    key.extend_from_slice(&hash.0);
    key
}

fn read(key: &[u8], value: &[u8]) -> Result<EditRow, ShelfError> {
    read_row(key, value).map_err(|_| ShelfError::Damaged("an edit"))
}

fn read_row(key: &[u8], value: &[u8]) -> Result<EditRow, Malformed> {
    let (log, rest) = key.split_first_chunk::<32>().ok_or(Malformed::Truncated)?;
    let (seq, hash) = rest.split_first_chunk::<8>().ok_or(Malformed::Truncated)?;
    let mut r = Reader::new(value);
    r.array_of(3)?;
    let previous = r.opt(|r| r.fixed().map(Hash))?;
    let mut marks = BTreeMap::new();
    for _ in 0..r.array()? {
        r.array_of(3)?;
        let log = LogId(Hash(r.fixed()?));
        let seq = r.uint()?;
        let hash = Hash(r.fixed()?);
        marks.insert(log, Head { seq, hash });
    }
    let body = r.bytes()?.to_vec();
    r.end()?;
    Ok(EditRow {
        hash: Hash(hash.try_into().map_err(|_| Malformed::Length)?),
        log: LogId(Hash(*log)),
        seq: u64::from_be_bytes(*seq),
        previous,
        marks,
        body,
    })
}
