//! Logs: numbered byte strings, folded into sealed segments of up to 64 KiB.
//!
//! Sealing costs the same for a record as for a page of them, so the old ones lie in segments; the newest lie in
//! the tail, one run for each append, until there is enough for a segment (B9). A run, in the tail as in a
//! segment, is `length u16 big-endian, bytes` for each record.

use std::cell::Cell;

use rusqlite::{OptionalExtension, Row, params};

use crate::{
    Reader, Txn, VaultError,
    db::{SCHEMA, Vault},
    seal::{self, OVERHEAD},
};

/// Bytes of a run that fill a segment.
const SEGMENT: usize = 64 * 1024;
/// The largest record: it must fit into a segment, and its length into two bytes.
const MOST_RECORD: usize = SEGMENT - 2;
/// Bits of a place that count the records of one log; the others number the log.
const NUMBER_BITS: u32 = 40;
const MOST_NUMBER: u64 = (1 << NUMBER_BITS) - 1;
const MOST_LOGS: i64 = 1 << 20;

/// Which log, and where its parts lie: all segments below `tail_first`, the tail from there to `head`.
struct Log {
    no: i64,
    id: [u8; 32],
    head: u64,
    tail_first: u64,
    tail_bytes: u64,
}

const fn damaged(what: &'static str) -> VaultError {
    VaultError::Damaged { what }
}

/// The two tables of runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Tail,
    Segment,
}

/// Consecutive records that are sealed together.
struct Run {
    first: u64,
    count: u64,
    bytes: zeroize::Zeroizing<Vec<u8>>,
}

impl Run {
    fn end(&self) -> u64 {
        self.first.saturating_add(self.count)
    }

    /// The records of the run, or an error if it does not hold exactly as many as it says.
    fn records(&self) -> Result<Vec<&[u8]>, VaultError> {
        let mut rest = self.bytes.as_slice();
        let mut records = Vec::new();
        while let Some((length, more)) = rest.split_first_chunk::<2>() {
            let (record, more) = more
                .split_at_checked(u16::from_be_bytes(*length).into())
                .ok_or(damaged("a run of records ends early"))?;
            records.push(record);
            rest = more;
        }
        if rest.is_empty() && u64::try_from(records.len()) == Ok(self.count) {
            Ok(records)
        } else {
            Err(damaged("a run of records has another count"))
        }
    }
}

/// What a run is bound to: schema, table, log, first number, count.
fn run_place(part: Part, log: &[u8; 32], first: u64, count: u64) -> Vec<u8> {
    let table: &[u8] = match part {
        Part::Tail => b"tail\0",
        Part::Segment => b"seg\0",
    };
    [
        &SCHEMA.to_be_bytes(),
        table,
        log,
        &first.to_be_bytes(),
        &count.to_be_bytes(),
    ]
    .concat()
}

fn head_place(name: &[u8; 16]) -> Vec<u8> {
    [&SCHEMA.to_be_bytes(), b"head\0".as_slice(), name].concat()
}

impl Log {
    /// The row id of the run that begins with this record.
    fn place(&self, number: u64) -> i64 {
        self.no << NUMBER_BITS | number.min(MOST_NUMBER).cast_signed()
    }

    fn run(&self, vault: &Vault, part: Part, row: &Row<'_>) -> Result<Run, VaultError> {
        let place: i64 = row.get(0)?;
        let count: i64 = row.get(1)?;
        let first = place.cast_unsigned() & MOST_NUMBER;
        let count = u64::try_from(count).map_err(|_| damaged("a run has a negative count"))?;
        let sealer = match part {
            Part::Tail => &vault.tails,
            Part::Segment => &vault.segs,
        };
        let bytes = sealer
            .open(
                &run_place(part, &self.id, first, count),
                row.get_ref(2)?.as_blob()?,
            )
            .ok_or(damaged("a run of records does not open"))?;
        Ok(Run {
            first,
            count,
            bytes,
        })
    }
}

impl Vault {
    fn log_name(&self, id: &[u8; 32]) -> [u8; 16] {
        seal::mac16(&self.names, &[b"log\0", id])
    }

    fn open_log(&self, no: i64, name: &[u8], sealed: &[u8]) -> Result<Log, VaultError> {
        let broken = damaged("the head of a log does not open");
        let Ok(name) = name.try_into() else {
            return Err(broken);
        };
        let Some(text) = self.heads.open(&head_place(name), sealed) else {
            return Err(broken);
        };
        let Some((id, rest)) = text.split_first_chunk::<32>() else {
            return Err(broken);
        };
        let (numbers, rest) = rest.as_chunks::<8>();
        let ([sealed_no, head, tail_first, tail_bytes], []) = (numbers, rest) else {
            return Err(broken);
        };
        // The number of the log leads to its runs; a swapped one must not pass for an empty log.
        if i64::from_be_bytes(*sealed_no) != no {
            return Err(broken);
        }
        Ok(Log {
            no,
            id: *id,
            head: u64::from_be_bytes(*head),
            tail_first: u64::from_be_bytes(*tail_first),
            tail_bytes: u64::from_be_bytes(*tail_bytes),
        })
    }

    fn find_log(&self, id: &[u8; 32]) -> Result<Option<Log>, VaultError> {
        let name = self.log_name(id);
        let mut found = self
            .conn
            .prepare_cached("SELECT no, sealed FROM head WHERE name = ?1")?;
        found
            .query_row(params![name], |row| {
                Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .optional()?
            .map(|(no, sealed)| self.open_log(no, &name, &sealed))
            .transpose()
    }

    /// Hands each run from a place to another, in order, to a visitor that says whether to go on.
    fn visit(
        &self,
        log: &Log,
        part: Part,
        places: std::ops::RangeInclusive<i64>,
        mut visitor: impl FnMut(Run) -> Result<bool, VaultError>,
    ) -> Result<(), VaultError> {
        let mut rows = self.conn.prepare_cached(match part {
            Part::Tail => {
                "SELECT place, count, sealed FROM tail WHERE place BETWEEN ?1 AND ?2 ORDER BY place"
            }
            Part::Segment => {
                "SELECT place, count, sealed FROM seg WHERE place BETWEEN ?1 AND ?2 ORDER BY place"
            }
        })?;
        let mut rows = rows.query(params![places.start(), places.end()])?;
        while let Some(row) = rows.next()? {
            if !visitor(log.run(self, part, row)?)? {
                break;
            }
        }
        Ok(())
    }

    /// The place of the segment that holds a record, which is the last one that begins at or below it.
    fn segment_of(&self, log: &Log, number: u64) -> Result<i64, VaultError> {
        let mut found = self
            .conn
            .prepare_cached("SELECT max(place) FROM seg WHERE place BETWEEN ?1 AND ?2")?;
        let place: Option<i64> =
            found.query_row(params![log.place(1), log.place(number)], |row| row.get(0))?;
        place.ok_or(damaged("a segment is missing"))
    }
}

impl Reader<'_> {
    /// The number of the last record of a log, if it has any.
    pub fn head(&self, log: &[u8; 32]) -> Result<Option<u64>, VaultError> {
        Ok(self
            .vault
            .find_log(log)?
            .map(|log| log.head)
            .filter(|head| *head > 0))
    }

    /// Consecutive records from a number on, up to so many bytes, and at least one if it exists.
    pub fn records(
        &self,
        log: &[u8; 32],
        from: u64,
        max_bytes: usize,
    ) -> Result<Vec<Vec<u8>>, VaultError> {
        let mut records = Vec::new();
        let Some(log) = self.vault.find_log(log)? else {
            return Ok(records);
        };
        let from = from.max(1);
        if from > log.head {
            return Ok(records);
        }
        let mut bytes = 0_usize;
        let next = Cell::new(None);
        let full = Cell::new(false);
        let mut take = |run: Run| {
            // The first run may begin below what is asked for; every other one follows the one before.
            let fits = next
                .get()
                .map_or(run.first <= from && from < run.end(), |next| {
                    next == run.first
                });
            if !fits || run.end() > log.head + 1 {
                return Err(damaged("records are missing"));
            }
            for (number, record) in (run.first..).zip(run.records()?) {
                if number < from {
                    continue;
                }
                bytes = bytes.saturating_add(record.len());
                if bytes > max_bytes && !records.is_empty() {
                    full.set(true);
                    return Ok(false);
                }
                records.push(record.to_vec());
            }
            next.set(Some(run.end()));
            Ok(true)
        };
        if from < log.tail_first {
            let start = self.vault.segment_of(&log, from)?;
            self.vault.visit(
                &log,
                Part::Segment,
                start..=log.place(log.tail_first - 1),
                &mut take,
            )?;
        }
        if full.get() {
            return Ok(records);
        }
        // The run of the tail that holds `from` may begin below it, so the tail is read from its beginning or,
        // where runs are single records, from `from` itself.
        let start = self.vault.tail_of(&log, from.max(log.tail_first))?;
        self.vault
            .visit(&log, Part::Tail, start..=log.place(log.head), &mut take)?;
        if full.get() || next.get() == Some(log.head + 1) {
            Ok(records)
        } else {
            Err(damaged("records are missing"))
        }
    }

    /// Opens every run of every log, and finds none beside.
    pub(crate) fn check_logs(&self) -> Result<(), VaultError> {
        let mut heads = self
            .vault
            .conn
            .prepare("SELECT no, name, sealed FROM head WHERE no <> 0")?;
        let mut heads = heads.query([])?;
        let mut seen = 0_i64;
        while let Some(row) = heads.next()? {
            let log = self.vault.open_log(
                row.get(0)?,
                row.get_ref(1)?.as_blob()?,
                row.get_ref(2)?.as_blob()?,
            )?;
            let mut next = 1;
            for part in [Part::Segment, Part::Tail] {
                self.vault
                    .visit(&log, part, log.place(1)..=log.place(MOST_NUMBER), |run| {
                        let right = match part {
                            Part::Segment => run.end() <= log.tail_first,
                            Part::Tail => run.first >= log.tail_first && run.end() <= log.head + 1,
                        };
                        if run.first != next || !right {
                            return Err(damaged("records are missing"));
                        }
                        run.records()?;
                        next = run.end();
                        seen += 1;
                        Ok(true)
                    })?;
            }
            if next != log.head + 1 {
                return Err(damaged("records are missing"));
            }
        }
        let runs: i64 = self.vault.conn.query_row(
            "SELECT (SELECT count(*) FROM seg) + (SELECT count(*) FROM tail)",
            [],
            |row| row.get(0),
        )?;
        if runs == seen {
            Ok(())
        } else {
            Err(damaged("runs stand there that belong to no log"))
        }
    }
}

impl Vault {
    /// The place of the run of the tail that holds a record.
    fn tail_of(&self, log: &Log, number: u64) -> Result<i64, VaultError> {
        let mut found = self
            .conn
            .prepare_cached("SELECT max(place) FROM tail WHERE place BETWEEN ?1 AND ?2")?;
        let place: Option<i64> =
            found.query_row(params![log.place(1), log.place(number)], |row| row.get(0))?;
        Ok(place.unwrap_or(log.place(number)))
    }

    fn write_head(&self, log: &Log) -> Result<(), VaultError> {
        let name = self.log_name(&log.id);
        let text = [
            log.no.cast_unsigned(),
            log.head,
            log.tail_first,
            log.tail_bytes,
        ]
        .map(u64::to_be_bytes);
        let sealed = self
            .heads
            .seal(&head_place(&name), &[&log.id, text.as_flattened()])?;
        self.conn
            .prepare_cached("INSERT INTO head (no, name, sealed) VALUES (?1, ?2, ?3) ON CONFLICT (no) DO UPDATE SET sealed = excluded.sealed")?
            .execute(params![log.no, name, sealed])?;
        Ok(())
    }

    fn new_log(&self, id: &[u8; 32]) -> Result<Log, VaultError> {
        let last: i64 =
            self.conn
                .query_row("SELECT coalesce(max(no), 0) FROM head", [], |row| {
                    row.get(0)
                })?;
        if !(0..MOST_LOGS).contains(&last) {
            return Err(damaged("it has more logs than it can have"));
        }
        Ok(Log {
            no: last + 1,
            id: *id,
            head: 0,
            tail_first: 1,
            tail_bytes: 0,
        })
    }

    fn write_run(
        &self,
        log: &Log,
        part: Part,
        first: u64,
        count: u64,
        bytes: &[&[u8]],
    ) -> Result<(), VaultError> {
        let (sealer, sql) = match part {
            Part::Tail => (
                &self.tails,
                "INSERT INTO tail (place, count, sealed) VALUES (?1, ?2, ?3)",
            ),
            Part::Segment => (
                &self.segs,
                "INSERT INTO seg (place, count, sealed) VALUES (?1, ?2, ?3)",
            ),
        };
        let sealed = sealer.seal(&run_place(part, &log.id, first, count), bytes)?;
        self.conn.prepare_cached(sql)?.execute(params![
            log.place(first),
            count.cast_signed(),
            sealed
        ])?;
        Ok(())
    }

    fn delete_runs(&self, log: &Log, part: Part, from: u64) -> Result<(), VaultError> {
        let sql = match part {
            Part::Tail => "DELETE FROM tail WHERE place BETWEEN ?1 AND ?2",
            Part::Segment => "DELETE FROM seg WHERE place BETWEEN ?1 AND ?2",
        };
        self.conn
            .prepare_cached(sql)?
            .execute(params![log.place(from), log.place(MOST_NUMBER)])?;
        Ok(())
    }

    /// Takes the tail and the new records together, seals what fills segments, and leaves the rest as one run.
    fn fold(&self, log: &mut Log, records: &[Vec<u8>]) -> Result<(), VaultError> {
        let mut tail = Vec::new();
        self.visit(
            log,
            Part::Tail,
            log.place(log.tail_first)..=log.place(log.head),
            |run| {
                tail.push(run);
                Ok(true)
            },
        )?;
        let mut all = Vec::new();
        for run in &tail {
            all.extend(run.records()?);
        }
        if u64::try_from(all.len()) != Ok(log.head + 1 - log.tail_first) {
            return Err(damaged("records are missing"));
        }
        all.extend(records.iter().map(Vec::as_slice));
        self.delete_runs(log, Part::Tail, log.tail_first)?;
        let mut run = Vec::with_capacity(SEGMENT);
        let mut count = 0;
        for record in all {
            if run.len() + 2 + record.len() > SEGMENT {
                self.write_run(log, Part::Segment, log.tail_first, count, &[&run])?;
                log.tail_first += count;
                run.clear();
                count = 0;
            }
            push(&mut run, record)?;
            count += 1;
        }
        self.write_run(log, Part::Tail, log.tail_first, count, &[&run])?;
        log.tail_bytes = run.len() as u64;
        Ok(())
    }

    /// Keeps the first records of a run as the last run of the tail.
    fn shorten(&self, log: &mut Log, run: &Run, last: u64) -> Result<(), VaultError> {
        let mut bytes = Vec::new();
        let mut count = 0;
        for (_, record) in (run.first..=last).zip(run.records()?) {
            push(&mut bytes, record)?;
            count += 1;
        }
        self.write_run(log, Part::Tail, run.first, count, &[&bytes])?;
        log.tail_bytes += bytes.len() as u64;
        Ok(())
    }
}

fn push(run: &mut Vec<u8>, record: &[u8]) -> Result<(), VaultError> {
    let length = u16::try_from(record.len()).map_err(|_| VaultError::TooLarge {
        bytes: record.len(),
    })?;
    run.extend_from_slice(&length.to_be_bytes());
    run.extend_from_slice(record);
    Ok(())
}

impl Txn<'_> {
    /// Adds records to a log; `first` is the number of the first one and must be head + 1.
    pub fn append(
        &self,
        log: &[u8; 32],
        first: u64,
        records: &[Vec<u8>],
    ) -> Result<(), VaultError> {
        let vault = self.vault;
        let mut log = match vault.find_log(log)? {
            Some(log) => log,
            None => vault.new_log(log)?,
        };
        if first != log.head + 1 {
            return Err(VaultError::NotNext {
                expected: log.head + 1,
                given: first,
            });
        }
        if let Some(large) = records.iter().find(|record| record.len() > MOST_RECORD) {
            return Err(VaultError::TooLarge { bytes: large.len() });
        }
        if records.is_empty() {
            return Ok(());
        }
        let count = records.len() as u64;
        if log.head.saturating_add(count) >= MOST_NUMBER {
            return Err(VaultError::TooLarge {
                bytes: records.len(),
            });
        }
        self.changes();
        let bytes = records
            .iter()
            .map(|record| record.len() as u64 + 2)
            .sum::<u64>();
        if log.tail_bytes.saturating_add(bytes) > SEGMENT as u64 {
            vault.fold(&mut log, records)?;
        } else {
            let mut run = Vec::new();
            for record in records {
                push(&mut run, record)?;
            }
            vault.write_run(&log, Part::Tail, first, count, &[&run])?;
            log.tail_bytes += bytes;
        }
        log.head += count;
        vault.write_head(&log)
    }

    /// Removes the records of a log above a number.
    pub fn cut(&self, log: &[u8; 32], above: u64) -> Result<(), VaultError> {
        let vault = self.vault;
        let Some(mut log) = vault.find_log(log)?.filter(|log| above < log.head) else {
            return Ok(());
        };
        self.changes();
        if above + 1 < log.tail_first {
            vault.delete_runs(&log, Part::Tail, 1)?;
            let straddling = match above {
                0 => None,
                above => vault.last_run(&log, Part::Segment, vault.segment_of(&log, above)?)?,
            };
            log.tail_first = above + 1;
            log.tail_bytes = 0;
            vault.delete_runs(&log, Part::Segment, above + 1)?;
            if let Some(run) = straddling.filter(|run| run.end() > above + 1) {
                vault.delete_runs(&log, Part::Segment, run.first)?;
                log.tail_first = run.first;
                vault.shorten(&mut log, &run, above)?;
            }
        } else {
            let straddling = vault.last_run(&log, Part::Tail, vault.tail_of(&log, above)?)?;
            vault.delete_runs(&log, Part::Tail, above + 1)?;
            let straddling = straddling.filter(|run| run.first <= above && run.end() > above + 1);
            if let Some(run) = &straddling {
                vault.delete_runs(&log, Part::Tail, run.first)?;
            }
            log.tail_bytes = vault.tail_bytes(&log)?;
            if let Some(run) = straddling {
                vault.shorten(&mut log, &run, above)?;
            }
        }
        log.head = above;
        vault.write_head(&log)
    }
}

impl Vault {
    fn last_run(&self, log: &Log, part: Part, place: i64) -> Result<Option<Run>, VaultError> {
        let mut found = None;
        self.visit(log, part, place..=place, |run| {
            found = Some(run);
            Ok(true)
        })?;
        Ok(found)
    }

    /// How many bytes of runs the tail holds: what is sealed without what sealing adds.
    fn tail_bytes(&self, log: &Log) -> Result<u64, VaultError> {
        let mut asked = self.conn.prepare_cached(
            "SELECT coalesce(sum(length(sealed) - ?3), 0) FROM tail WHERE place BETWEEN ?1 AND ?2",
        )?;
        let bytes: i64 = asked.query_row(
            params![log.place(1), log.place(MOST_NUMBER), OVERHEAD as i64],
            |row| row.get(0),
        )?;
        u64::try_from(bytes).map_err(|_| damaged("the tail of a log is shorter than can be"))
    }
}
