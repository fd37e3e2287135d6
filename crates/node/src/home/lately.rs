//! What was written of late about days, kept once more beside the records: a page of the last weeks
//! then costs what it shows, and not the opening of every sealed run that a record of them lies in.
//!
//! It is a cache of what was signed, never the only place of it. It is used as far as it names the
//! record at which it ends by that record's hash, and not at all where it cannot be read.

use std::ops::RangeInclusive;

use identity::cbor::{Malformed, Reader as CborReader, Writer};
use identity::{Day, Flags, Hash, Head, LogId, Person, Record};
use replica::{LogState, Replica};
use vault::Reader;

use super::known::NODE;
use super::{Home, HomeError};

/// The name of its row.
const LATELY: &[u8] = b"lately";
/// The layout of its row.
const LAYOUT: u64 = 1;
/// The first and the last kind of the entries that say something about a day: follow, thanks,
/// heads-up, setback, amends, pause, back.
const KINDS: RangeInclusive<u64> = 128..=134;
/// So many records in a row that lie before a day end the way back to it: days are claimed, and one
/// may be written late.
const EARLIER: u32 = 128;
/// So many records that it does not hold, and could, make it worth keeping anew.
const LAG: u64 = 16;
/// It begins so many days back, as the page of the last weeks does; what lies further back is asked
/// for seldom, and what begins later would be of no use to that page.
const REACH: RangeInclusive<u32> = 28..=40;
/// What holds more bytes of acts than these is not kept: several times five weeks of a busy couple.
const LARGEST: usize = 512 * 1024;

/// What a record says about a day.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// Its log.
    pub log: LogId,
    /// Whose device signed it.
    pub person: Person,
    /// Its place in the log, from 1.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
    /// The day its author claims.
    pub day: Day,
    /// How it was made and shall be shown.
    pub flags: Flags,
    /// Its kind.
    pub kind: u64,
    /// The act, not yet read.
    pub body: &'a [u8],
}

impl Home {
    /// Hands over what was written from a claimed day on about days, and counts: log by log, in no
    /// order of days. Each log is read from its end back, until so many records in a row lie before
    /// that day: so the work is that of the days asked for, not that of the years before them. Gives
    /// how many records had to be opened.
    pub fn since_day(
        &mut self,
        day: Day,
        mut take: impl FnMut(Written<'_>),
    ) -> Result<u64, HomeError> {
        let reader = self.vault.read()?;
        self.known.refresh(&reader)?;
        let replica = self.known.replica.as_ref().ok_or(HomeError::Alone)?;
        let row = reader.get(NODE, LATELY)?;
        let lately = Lately::usable(row.as_deref(), day);
        let mut bytes = 0_usize;
        let opened = hand_over(&reader, replica, &lately, day, |said| {
            bytes = bytes.saturating_add(said.body.len());
            take(said);
        })?;
        drop(reader);
        let today = self.clock.today();
        let ago = today.0.saturating_sub(day.0);
        if opened.firm >= LAG && bytes <= LARGEST && REACH.contains(&ago) {
            self.keep_lately(day)?;
        }
        Ok(opened.all)
    }

    /// Keeps it anew from a day on. If somebody else writes, or nothing can be written here, it is
    /// left for later.
    fn keep_lately(&mut self, day: Day) -> Result<(), HomeError> {
        let Ok(Some(txn)) = self.vault.begin_if_free() else {
            return Ok(());
        };
        self.known.refresh(&txn)?;
        let Some(replica) = self.known.replica.as_ref() else {
            return Ok(());
        };
        let row = txn.get(NODE, LATELY)?;
        let lately = Lately::usable(row.as_deref(), day);
        let anew = lately.anew(&txn, replica, day)?;
        // Nothing is lost if it cannot be kept.
        let _kept = txn.put(NODE, LATELY, &anew).is_ok() && txn.commit().is_ok();
        Ok(())
    }
}

/// What is kept, log by log.
#[derive(Default)]
struct Lately<'a> {
    parts: Vec<Part<'a>>,
}

/// What is kept of one log up to a record.
#[derive(Clone, Copy)]
struct Part<'a> {
    log: LogId,
    upto: Head,
    /// How many entries.
    count: u64,
    /// One behind another, the last one first.
    entries: &'a [u8],
}

impl<'a> Lately<'a> {
    /// What was kept, if it reaches back to that day.
    fn usable(row: Option<&'a [u8]>, day: Day) -> Self {
        row.and_then(|row| Self::read(row).ok())
            .filter(|(first, _)| *first <= day)
            .map(|(_, lately)| lately)
            .unwrap_or_default()
    }

    /// `[1, first day, [log, seq, hash, count, entries]…]`
    fn read(row: &'a [u8]) -> Result<(Day, Self), Malformed> {
        let mut from = CborReader::new(row);
        let parts = from.array()?.saturating_sub(2);
        if from.uint()? != LAYOUT {
            return Err(Malformed::Range);
        }
        let first = Day(from.small()?);
        let mut lately = Self::default();
        for _ in 0..parts {
            from.array_of(5)?;
            let log = LogId(Hash(from.fixed()?));
            let (seq, hash) = (from.uint()?, Hash(from.fixed()?));
            lately.parts.push(Part {
                log,
                upto: Head { seq, hash },
                count: from.uint()?,
                entries: from.bytes()?,
            });
        }
        from.end()?;
        Ok((first, lately))
    }

    fn of(&self, log: LogId) -> Option<Part<'a>> {
        self.parts.iter().copied().find(|part| part.log == log)
    }

    /// The row that holds everything from a day on that cannot be undone any more.
    fn anew(&self, reader: &Reader<'_>, replica: &Replica, day: Day) -> Result<Vec<u8>, HomeError> {
        let mut parts = Vec::new();
        for state in replica.logs() {
            let firm = replica.firm(state.log);
            let before = self.of(state.log);
            let mut upto = None;
            let mut count = 0;
            let mut entries = Writer::new();
            let joined = back_to(reader, state, before, day, |head, record| {
                if head.seq <= firm {
                    upto.get_or_insert(head);
                    if let Some(record) = record {
                        written(&record, state.person).write(&mut entries);
                        count += 1;
                    }
                }
            })?;
            if let Some(before) = before.filter(|_| joined) {
                upto.get_or_insert(before.upto);
                before.each(state.person, |entry| {
                    if entry.day >= day {
                        entry.write(&mut entries);
                        count += 1;
                    }
                })?;
            }
            parts.extend(upto.map(|upto| (state.log, upto, count, entries.finish())));
        }
        let mut to = Writer::new();
        to.array(2 + parts.len() as u64)
            .uint(LAYOUT)
            .uint(day.0.into());
        for (log, upto, count, entries) in &parts {
            to.array(5).bytes(log.as_bytes()).uint(upto.seq);
            to.bytes(&upto.hash.0).uint(*count).bytes(entries);
        }
        Ok(to.finish())
    }
}

impl Part<'_> {
    fn each(&self, person: Person, mut take: impl FnMut(Written<'_>)) -> Result<(), Malformed> {
        let mut from = CborReader::new(self.entries);
        for _ in 0..self.count {
            from.array_of(6)?;
            let (seq, hash, day) = (from.uint()?, Hash(from.fixed()?), Day(from.small()?));
            let (flags, kind, body) = (from.uint()?, from.uint()?, from.bytes()?);
            let flags = Flags {
                unattended: flags & 1 != 0,
                closed: flags & 2 != 0,
            };
            let log = self.log;
            take(Written {
                log,
                person,
                seq,
                hash,
                day,
                flags,
                kind,
                body,
            });
        }
        Ok(())
    }
}

impl Written<'_> {
    /// `[seq, hash, day, flags, kind, body]`
    fn write(&self, to: &mut Writer) {
        let flags = u64::from(self.flags.unattended) | u64::from(self.flags.closed) << 1;
        to.array(6)
            .uint(self.seq)
            .bytes(&self.hash.0)
            .uint(self.day.0.into())
            .uint(flags)
            .uint(self.kind)
            .bytes(self.body);
    }
}

fn written(record: &Record, person: Person) -> Written<'_> {
    Written {
        log: record.log(),
        person,
        seq: record.seq(),
        hash: record.hash(),
        day: record.day(),
        flags: record.flags(),
        kind: record.kind(),
        body: record.body(),
    }
}

/// How many records had to be opened.
#[derive(Default)]
struct Opened {
    all: u64,
    /// Those of them that cannot be undone any more.
    firm: u64,
}

/// Hands over what counts.
fn hand_over(
    reader: &Reader<'_>,
    replica: &Replica,
    lately: &Lately<'_>,
    day: Day,
    mut take: impl FnMut(Written<'_>),
) -> Result<Opened, HomeError> {
    let mut opened = Opened::default();
    for state in replica.logs() {
        let (counted, firm) = (state.counts().head.seq, replica.firm(state.log));
        let part = lately.of(state.log);
        let joined = back_to(reader, state, part, day, |head, record| {
            opened.all += 1;
            opened.firm += u64::from(head.seq <= firm);
            if let Some(record) = record.filter(|_| head.seq <= counted) {
                take(written(&record, state.person));
            }
        })?;
        if let Some(part) = part.filter(|_| joined) {
            part.each(state.person, |entry| {
                if entry.seq <= counted && entry.day >= day {
                    take(entry);
                }
            })?;
        }
    }
    Ok(opened)
}

/// Visits the records of a log from its end back, each by its place, with those that say something
/// about a day from that day on: until what is kept begins (then true), or that day is passed.
fn back_to(
    reader: &Reader<'_>,
    state: &LogState,
    kept: Option<Part<'_>>,
    day: Day,
    mut visit: impl FnMut(Head, Option<Record>),
) -> Result<bool, HomeError> {
    let kept = kept.map(|part| part.upto);
    let mut next = state.tip.head;
    if kept == Some(next) {
        return Ok(true);
    }
    let mut earlier = 0;
    let mut read = Ok(());
    reader.records_back(state.log.as_bytes(), |seq, bytes| {
        if seq > next.seq {
            return true;
        }
        let wanted = |said: Day, kind: u64| {
            earlier = if said < day { earlier + 1 } else { 0 };
            said >= day && KINDS.contains(&kind)
        };
        let Ok((record, before)) = Record::reopen_back(state.log, next.hash, bytes, wanted) else {
            read = Err(HomeError::Damaged("a record"));
            return false;
        };
        visit(next, record);
        next = Head {
            seq: seq.saturating_sub(1),
            hash: before,
        };
        kept != Some(next) && earlier < EARLIER
    })?;
    read.map(|()| kept == Some(next))
}
