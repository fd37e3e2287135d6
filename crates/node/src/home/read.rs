//! Reading: the view, the draft, and what happened, page by page.

use std::collections::BTreeMap;

use ::pact::View;
use identity::cbor::{Malformed, Reader as CborReader, Writer};
use identity::{Hash, LogId, Person, Record};
use replica::draft::Draft;

use super::known::{NODE, SEEN};
use super::{Home, HomeError, VaultShelf};

/// How much of a log is read at once.
const CHUNK: usize = 256 * 1024;

/// One record as it is kept, with what is known around it.
#[derive(Clone)]
pub struct Kept {
    /// The record.
    pub record: Record,
    /// Whose device signed it.
    pub person: Person,
    /// Whether it counts: not disowned by a revocation or a fork.
    pub counts: bool,
}

/// A place in what happened: for each log the number of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub BTreeMap<LogId, u64>);

impl Cursor {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(self.0.len() as u64);
        for (log, seq) in &self.0 {
            w.array(2).bytes(log.as_bytes()).uint(*seq);
        }
        w.finish()
    }

    fn decode(row: &[u8]) -> Result<Self, Malformed> {
        let mut r = CborReader::new(row);
        let mut places = BTreeMap::new();
        for _ in 0..r.array()? {
            r.array_of(2)?;
            places.insert(LogId(Hash(r.fixed()?)), r.uint()?);
        }
        r.end()?;
        Ok(Self(places))
    }

    fn at(&self, log: LogId) -> u64 {
        self.0.get(&log).copied().unwrap_or(0)
    }
}

impl Home {
    /// What is true now.
    pub fn view(&mut self) -> Result<&View, HomeError> {
        Ok(self.replica()?.view())
    }

    /// What both are writing.
    pub fn draft(&mut self) -> Result<Draft, HomeError> {
        let reader = self.vault.read()?;
        self.known.refresh(&reader)?;
        let replica = self.known.replica.as_ref().ok_or(HomeError::Alone)?;
        Ok(Draft::open(replica, &VaultShelf(&reader))?)
    }

    /// Up to where this person has seen what came in.
    pub fn seen(&self) -> Result<Cursor, HomeError> {
        let row = self.vault.read()?.get(NODE, SEEN)?;
        Ok(row
            .map(|row| Cursor::decode(&row))
            .transpose()?
            .unwrap_or_default())
    }

    /// The end of what happened.
    pub fn end(&mut self) -> Result<Cursor, HomeError> {
        let replica = self.replica()?;
        Ok(Cursor(
            replica
                .logs()
                .map(|log| (log.log, log.tip.head.seq))
                .collect(),
        ))
    }

    /// The last `count` records before `before` (or the end), oldest first, and where they begin:
    /// the cursor for the page before this one.
    pub fn last(
        &mut self,
        count: usize,
        before: Option<&Cursor>,
    ) -> Result<(Vec<Kept>, Cursor), HomeError> {
        let end = match before {
            Some(before) => before.clone(),
            None => self.end()?,
        };
        let wanted = u64::try_from(count).unwrap_or(u64::MAX);
        let from = Cursor(
            end.0
                .iter()
                .map(|(log, seq)| (*log, seq.saturating_sub(wanted)))
                .collect(),
        );
        let mut all = self.between(&from, &end)?;
        let cut = all.len().saturating_sub(count);
        let shown = all.split_off(cut);
        let mut begin = end;
        for kept in shown.iter().rev() {
            begin
                .0
                .insert(kept.record.log(), kept.record.seq().saturating_sub(1));
        }
        Ok((shown, begin))
    }

    /// What happened after `from`, oldest first.
    pub fn since(&mut self, from: &Cursor) -> Result<(Vec<Kept>, Cursor), HomeError> {
        let end = self.end()?;
        Ok((self.between(from, &end)?, end))
    }

    /// Whether somebody changed the draft after a place in each log.
    pub fn has_edits(&mut self, by: Person, after: &Cursor) -> Result<bool, HomeError> {
        let reader = self.vault.read()?;
        self.known.refresh(&reader)?;
        let replica = self.known.replica.as_ref().ok_or(HomeError::Alone)?;
        Ok(replica.has_edits(&VaultShelf(&reader), by, &after.0)?)
    }

    /// One record by its place.
    pub fn record(&mut self, log: LogId, seq: u64) -> Result<Option<Kept>, HomeError> {
        let before = Cursor(BTreeMap::from([(log, seq.saturating_sub(1))]));
        let end = Cursor(BTreeMap::from([(log, seq)]));
        Ok(self.between(&before, &end)?.pop())
    }

    fn between(&mut self, from: &Cursor, end: &Cursor) -> Result<Vec<Kept>, HomeError> {
        let reader = self.vault.read()?;
        self.known.refresh(&reader)?;
        let replica = self.known.replica.as_ref().ok_or(HomeError::Alone)?;
        let mut queues = Vec::new();
        for state in replica
            .logs()
            .filter(|state| end.0.contains_key(&state.log))
        {
            let last = end.at(state.log).min(state.tip.head.seq);
            let next = from.at(state.log).saturating_add(1);
            let mut records = read_run(&reader, state, next, last)?;
            records.reverse();
            queues.push(records);
        }
        Ok(merge(queues))
    }
}

/// The records of one log from `next` to `last`, in their order.
fn read_run(
    reader: &vault::Reader<'_>,
    state: &replica::LogState,
    mut next: u64,
    last: u64,
) -> Result<Vec<Kept>, HomeError> {
    let log = state.log;
    let mut records = Vec::new();
    while next <= last {
        let chunk = reader.records_between(log.as_bytes(), next, last, CHUNK)?;
        if chunk.is_empty() {
            return Err(HomeError::Damaged("a log shorter than its head"));
        }
        for bytes in chunk {
            records.push(Kept {
                record: Record::reopen_vec(log, bytes)
                    .map_err(|_| HomeError::Damaged("a record"))?,
                person: state.person,
                counts: next <= state.counts().head.seq,
            });
            next = next.saturating_add(1);
        }
    }
    Ok(records)
}

/// One order of several logs, each reversed: a record comes after all that it has seen, and else
/// by its claimed day. The same on both sides, since it depends on nothing else.
fn merge(mut queues: Vec<Vec<Kept>>) -> Vec<Kept> {
    let mut merged = Vec::with_capacity(queues.iter().map(Vec::len).sum());
    loop {
        let waits = |kept: &Kept| {
            kept.record.seen().iter().any(|mark| {
                queues
                    .iter()
                    .filter_map(|queue| queue.last())
                    .any(|next| next.record.log() == mark.log && next.record.seq() <= mark.seq)
            })
        };
        let heads = queues
            .iter()
            .enumerate()
            .filter_map(|(at, queue)| Some((at, queue.last()?)));
        let next = heads
            .min_by_key(|(_, kept)| {
                (
                    waits(kept),
                    kept.record.day(),
                    kept.person,
                    kept.record.log(),
                )
            })
            .map(|(at, _)| at);
        let Some(kept) = next.and_then(|at| queues.get_mut(at)).and_then(Vec::pop) else {
            return merged;
        };
        merged.push(kept);
    }
}
