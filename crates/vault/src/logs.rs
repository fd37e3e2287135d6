//! Logs: numbered byte strings, folded into sealed segments of up to 64 KiB.
//!
//! Sealing costs the same for a record as for a page of them, so the old ones lie in segments; the newest lie in
//! the tail, one run for each append, until there is enough for a segment (B9). A run, in the tail as in a
//! segment, is `length u16 big-endian, bytes` for each record.

mod writing;

use std::cell::Cell;
use std::ops::RangeInclusive;

use rusqlite::{OptionalExtension, Row, params};

use crate::{
    Reader, VaultError,
    db::{SCHEMA, Vault},
    seal,
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

/// Which way a log is gone through.
#[derive(Clone, Copy)]
enum Way {
    On,
    Back,
}

/// Consecutive records that are sealed together.
struct Run {
    first: u64,
    count: u64,
    bytes: Vec<u8>,
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

    /// Hands each run from a place to another, in order or the last one first, to a visitor that says
    /// whether to go on.
    fn visit(
        &self,
        log: &Log,
        part: Part,
        way: Way,
        places: RangeInclusive<i64>,
        mut visitor: impl FnMut(Run) -> Result<bool, VaultError>,
    ) -> Result<(), VaultError> {
        let runs = match (part, way) {
            (Part::Tail, Way::On) => {
                "SELECT place, count, sealed FROM tail WHERE place BETWEEN ?1 AND ?2 ORDER BY place"
            }
            (Part::Segment, Way::On) => {
                "SELECT place, count, sealed FROM seg WHERE place BETWEEN ?1 AND ?2 ORDER BY place"
            }
            (Part::Tail, Way::Back) => {
                "SELECT place, count, sealed FROM tail WHERE place BETWEEN ?1 AND ?2 ORDER BY place DESC"
            }
            (Part::Segment, Way::Back) => {
                "SELECT place, count, sealed FROM seg WHERE place BETWEEN ?1 AND ?2 ORDER BY place DESC"
            }
        };
        let mut rows = self.conn.prepare_cached(runs)?;
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

    /// The place of the run of the tail that holds a record.
    fn tail_of(&self, log: &Log, number: u64) -> Result<i64, VaultError> {
        let mut found = self
            .conn
            .prepare_cached("SELECT max(place) FROM tail WHERE place BETWEEN ?1 AND ?2")?;
        let place: Option<i64> =
            found.query_row(params![log.place(1), log.place(number)], |row| row.get(0))?;
        Ok(place.unwrap_or(log.place(number)))
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
        self.records_between(log, from, u64::MAX, max_bytes)
    }

    /// The same up to a last number: nothing beyond it is opened that it does not share a run with.
    pub fn records_between(
        &self,
        log: &[u8; 32],
        from: u64,
        last: u64,
        max_bytes: usize,
    ) -> Result<Vec<Vec<u8>>, VaultError> {
        let mut records = Vec::new();
        let Some(log) = self.vault.find_log(log)? else {
            return Ok(records);
        };
        let from = from.max(1);
        if from > log.head || from > last {
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
                if number > last || bytes > max_bytes && !records.is_empty() {
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
                Way::On,
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
        self.vault.visit(
            &log,
            Part::Tail,
            Way::On,
            start..=log.place(log.head),
            &mut take,
        )?;
        if full.get() || next.get() == Some(log.head + 1) {
            Ok(records)
        } else {
            Err(damaged("records are missing"))
        }
    }

    /// Hands the records of a log to a visitor, the last one first, until it says false: each with
    /// its number. What lies together is opened once, and nothing before the last one asked for.
    pub fn records_back(
        &self,
        log: &[u8; 32],
        mut visitor: impl FnMut(u64, &[u8]) -> bool,
    ) -> Result<(), VaultError> {
        let Some(log) = self.vault.find_log(log)? else {
            return Ok(());
        };
        let next = Cell::new(log.head);
        let enough = Cell::new(log.head == 0);
        let mut take = |run: Run| {
            if run.end() != next.get() + 1 {
                return Err(damaged("records are missing"));
            }
            for (number, record) in (run.first..run.end())
                .rev()
                .zip(run.records()?.iter().rev())
            {
                next.set(number - 1);
                let goes_on = visitor(number, record);
                enough.set(number == 1 || !goes_on);
                if enough.get() {
                    break;
                }
            }
            Ok(!enough.get())
        };
        let tail = log.place(log.tail_first)..=log.place(log.head);
        let segments = log.place(1)..=log.place(log.tail_first.saturating_sub(1));
        for (part, places) in [(Part::Tail, tail), (Part::Segment, segments)] {
            if !enough.get() {
                self.vault.visit(&log, part, Way::Back, places, &mut take)?;
            }
        }
        if enough.get() {
            Ok(())
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
                self.vault.visit(
                    &log,
                    part,
                    Way::On,
                    log.place(1)..=log.place(MOST_NUMBER),
                    |run| {
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
                    },
                )?;
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
