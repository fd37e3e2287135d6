//! Appending to logs and cutting them: the tail grows, is folded into segments, and is shortened.

use rusqlite::params;

use super::{
    Log, MOST_LOGS, MOST_NUMBER, MOST_RECORD, Part, Run, SEGMENT, Way, damaged, head_place,
    run_place,
};
use crate::{Txn, VaultError, db::Vault, seal::OVERHEAD};

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
            Way::On,
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

    fn last_run(&self, log: &Log, part: Part, place: i64) -> Result<Option<Run>, VaultError> {
        let mut found = None;
        self.visit(log, part, Way::On, place..=place, |run| {
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

fn push(run: &mut Vec<u8>, record: &[u8]) -> Result<(), VaultError> {
    let length = u16::try_from(record.len()).map_err(|_| VaultError::TooLarge {
        bytes: record.len(),
    })?;
    run.extend_from_slice(&length.to_be_bytes());
    run.extend_from_slice(record);
    Ok(())
}
