//! What is settled: kept as bytes, and read only when something touches it.
//!
//! Ten years of renewals are hundreds of proposals that were replaced, declined or let go. They
//! still are facts (an act that comes in late may name one), but no day's screen asks for them. So
//! they are laid aside when the view is written, behind a small index that says which item a name
//! belongs to, whom it bound and whether it took; and they come back when an act about the plan
//! comes in, or when somebody asks for the history of an item. The times in which they held stand
//! beside it by their days, so that a stretch of days brings back only the words that held in it.
//!
//! What may be laid aside is a function of the facts: what has ended whatever the day, is not what
//! an agreement that lives replaced, is older than the last [`RECENT`] records of each log that
//! spoke about it, was never redone, and decides nothing about what stays.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use identity::cbor::{Malformed, Reader, Writer};
use identity::{Day, Hash, Head, LogId, Person};

use super::plan::{Key, Marks, Plan, Proposal, Said, Stamp};
use super::snapshot::{Logs, SnapshotError, Table, answer_number, answer_of, count, hash, person};
use crate::content::{Content, ItemId, ItemType, Who};

/// What a log said within its last so many records stays at hand: it may be news.
const RECENT: u64 = 128;
/// Bytes of a row of the index behind the name: the item's place (2), and bits.
const INFO: usize = 3;

/// Bytes of a row of the times: last day, first day, the day from which the rule takes its beat, the
/// place among the names, the place of the words.
const TIME: usize = 20;

/// How a proposal ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    took: bool,
    /// The first and the last day on which it held.
    held: Option<(Day, Day)>,
}

/// A time in which a promise held.
#[derive(Debug)]
pub(super) struct Time {
    pub(super) p: Hash,
    pub(super) item: ItemId,
    pub(super) content: Content,
    pub(super) from: Day,
    pub(super) first: Day,
    pub(super) last: Day,
}

/// What a name in the index means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) item: ItemId,
    pub(super) author: Person,
    pub(super) who: Who,
    pub(super) took: bool,
}

/// Proposals and the answers to them, laid aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settled {
    /// 16 bytes each, ascending.
    items: Vec<u8>,
    /// 32 bytes each, ascending: the proposals.
    names: Vec<u8>,
    /// [`INFO`] bytes each, in the order of the names.
    info: Vec<u8>,
    /// [`TIME`] bytes for each promise that held, by its last day.
    times: Vec<u8>,
    /// The words of them all, each once, one behind another.
    words: Vec<u8>,
    /// Everything else, in the encoding of B1.
    rest: Vec<u8>,
}

impl Settled {
    /// What the index says about a proposal.
    pub(super) fn known(&self, name: Hash) -> Option<Known> {
        let (rows, _) = self.names.as_chunks::<32>();
        let at = rows.binary_search(&name.0).ok()?;
        self.known_at(at)
    }

    fn known_at(&self, at: usize) -> Option<Known> {
        let (rows, _) = self.info.as_chunks::<INFO>();
        let [high, low, bits] = *rows.get(at)?;
        let (items, _) = self.items.as_chunks::<16>();
        Some(Known {
            item: ItemId(*items.get(usize::from(u16::from_be_bytes([high, low])))?),
            author: Person::from_index((bits & 1).into())?,
            who: Who::from_number(((bits >> 1) & 3).into())?,
            took: bits & 8 != 0,
        })
    }

    fn name(&self, at: usize) -> Option<Hash> {
        self.names.as_chunks::<32>().0.get(at).copied().map(Hash)
    }

    /// How many proposals are here.
    pub(super) fn len(&self) -> usize {
        self.names.len() / 32
    }

    /// Whether the item has anything here.
    pub(super) fn has_item(&self, item: ItemId) -> bool {
        self.items
            .as_chunks::<16>()
            .0
            .binary_search(&item.0)
            .is_ok()
    }

    /// The promises that bound somebody on some of those days. Bytes that cannot be read give none,
    /// as they bring nothing back.
    pub(super) fn held(&self, person: Person, first: Day, last: Day) -> Vec<Time> {
        let (rows, _) = self.times.as_chunks::<TIME>();
        let ended = rows.partition_point(|row| numbers(row)[0] < first.0);
        let reach = rows.get(ended..).unwrap_or_default();
        let within = reach.iter().map(numbers).filter(|row| row[1] <= last.0);
        within.filter_map(|row| self.time(person, row)).collect()
    }

    fn time(&self, person: Person, row: [u32; 5]) -> Option<Time> {
        let [last, first, from, name, words] = row;
        let name = usize::try_from(name).ok()?;
        let known = self.known_at(name)?;
        if !known.who.includes(person) {
            return None;
        }
        Some(Time {
            p: self.name(name)?,
            item: known.item,
            content: self.words_at(words).ok()?,
            from: Day(from),
            first: Day(first),
            last: Day(last),
        })
    }

    fn words_at(&self, at: u32) -> Result<Content, SnapshotError> {
        let at = usize::try_from(at).map_err(|_| Malformed::Range)?;
        let words = self.words.get(at..).ok_or(Malformed::Range)?;
        Ok(Content::read(&mut Reader::new(words))?)
    }

    pub(super) fn write(&self, to: &mut Writer) {
        to.array(6)
            .bytes(&self.items)
            .bytes(&self.names)
            .bytes(&self.info)
            .bytes(&self.times)
            .bytes(&self.words)
            .bytes(&self.rest);
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        from.array_of(6)?;
        let mut next = || from.bytes().map(<[u8]>::to_vec);
        Ok(Self {
            items: next()?,
            names: next()?,
            info: next()?,
            times: next()?,
            words: next()?,
            rest: next()?,
        })
    }
}

impl Plan {
    /// What may be laid aside, and how it ended.
    pub(super) fn settled_keys(&self, heads: &BTreeMap<LogId, Head>) -> BTreeMap<Key, Ended> {
        let mut settled = BTreeMap::new();
        for item in self.items() {
            let rows = self.judge(item);
            let ended: BTreeMap<Key, bool> =
                rows.iter().map(|row| (row.key, row.has_ended())).collect();
            // Which proposals decide something about which others of their item.
            let mut decides: Vec<(Key, Key, bool)> = Vec::new();
            for row in &rows {
                let replaces = row
                    .proposal
                    .replaces
                    .iter()
                    .flat_map(|name| self.meant(*name));
                let took = row.weighed.took.is_some();
                decides.extend(
                    replaces
                        .filter(|_| took)
                        .map(|other| (row.key, other, true)),
                );
                let answers = row
                    .proposal
                    .answers
                    .into_iter()
                    .flat_map(|name| self.meant(name));
                decides.extend(answers.map(|other| (row.key, other, false)));
            }
            let lives = |key: &Key| ended.get(key) == Some(&false);
            let replaced_by_living: BTreeSet<Key> = decides
                .iter()
                .filter(|(by, _, took)| *took && lives(by))
                .map(|(_, of, _)| *of)
                .collect();
            let mut of_item: BTreeSet<Key> = rows
                .iter()
                .map(|row| row.key)
                .filter(|key| !lives(key) && !replaced_by_living.contains(key))
                .filter(|key| self.is_old_and_single(*key, heads))
                .collect();
            // What decides about one that stays, stays; each is looked at once, since a peer can
            // make a chain of thousands.
            let mut by_whom: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
            for (by, of, _) in &decides {
                by_whom.entry(*of).or_default().push(*by);
            }
            let stays = ended.keys().filter(|key| !of_item.contains(key));
            let mut staying: Vec<Key> = stays.copied().collect();
            while let Some(of) = staying.pop() {
                let by = by_whom.get(&of).into_iter().flatten();
                staying.extend(by.filter(|by| of_item.remove(by)));
            }
            let aside = rows.iter().filter(|row| of_item.contains(&row.key));
            settled.extend(aside.map(|row| {
                let ended = Ended {
                    took: row.weighed.took.is_some(),
                    held: row.held(),
                };
                (row.key, ended)
            }));
        }
        settled
    }

    /// Whether it was said once, long enough ago, and so were all answers to it.
    fn is_old_and_single(&self, key: Key, heads: &BTreeMap<LogId, Head>) -> bool {
        let Some([proposal]) = self.proposals.get(&key).map(Vec::as_slice) else {
            return false;
        };
        if proposal.at.redo.is_some() || self.proposals.contains_key(&(key.0, key.1.other())) {
            return false;
        }
        let is_old = |at: &Stamp| {
            heads
                .get(&at.log)
                .is_some_and(|head| at.seq.saturating_add(RECENT) <= head.seq)
        };
        let mut answers = self
            .answers
            .get(&key.0)
            .into_iter()
            .flat_map(BTreeMap::values);
        is_old(&proposal.at)
            && self.is_single(&proposal.at)
            && answers.all(|said| is_old(&said.at) && self.is_single(&said.at))
    }

    /// Lays those proposals and the answers to them aside. Beyond 65,535 items there is nothing to
    /// lay aside, and the plan is not to be used further.
    pub(super) fn lay_aside(&mut self, keys: &BTreeMap<Key, Ended>) -> Option<Settled> {
        let mut rows: Vec<(Proposal, Ended)> = Vec::new();
        let mut answers: Vec<(Hash, Vec<Said>)> = Vec::new();
        let mut items = BTreeSet::new();
        for (key, ended) in keys {
            let proposal = self.counting(*key)?;
            items.insert(proposal.item);
            rows.push((proposal.clone(), *ended));
        }
        let items: Vec<ItemId> = items.into_iter().collect();
        u16::try_from(items.len()).ok()?;
        for key in keys.keys() {
            self.remove(*key);
            answers.push((key.0, self.remove_answers(key.0)));
        }
        rows.sort_by_key(|(proposal, _)| proposal.at.hash);
        answers.sort_by_key(|(p, _)| *p);
        pack(&items, &rows, &answers)
    }
}

fn pack(
    items: &[ItemId],
    rows: &[(Proposal, Ended)],
    answers: &[(Hash, Vec<Said>)],
) -> Option<Settled> {
    let names: BTreeMap<Hash, u64> = rows
        .iter()
        .map(|(proposal, _)| proposal.at.hash)
        .zip(0..)
        .collect();
    let contents: BTreeSet<Vec<u8>> = rows.iter().map(|(p, _)| p.content.to_bytes()).collect();
    let (mut words, mut places) = (Vec::new(), BTreeMap::new());
    for content in &contents {
        places.insert(content.as_slice(), u32::try_from(words.len()).ok()?);
        words.extend_from_slice(content);
    }
    let mut times: Vec<[u32; 5]> = Vec::new();
    let said = || answers.iter().flat_map(|(_, said)| said);
    let logs = rows
        .iter()
        .map(|(proposal, _)| proposal.at.log)
        .chain(said().map(|s| s.at.log));
    let marks = rows.iter().flat_map(|(proposal, _)| &proposal.marks);
    let marks = marks
        .chain(said().flat_map(|said| &said.marks))
        .map(|(log, _)| *log);
    let table = Table::new(logs.chain(marks));
    let reference = |to: &mut Writer, name: Hash| {
        match names.get(&name) {
            Some(place) => to.uint(*place),
            None => to.bytes(&name.0),
        };
    };
    let mut to = Writer::new();
    let mut info = Vec::with_capacity(rows.len() * INFO);
    to.array(3);
    table.write(&mut to);
    to.array(count(rows.len()));
    for ((proposal, ended), name) in rows.iter().zip(0_u32..) {
        let item = items
            .binary_search(&proposal.item)
            .ok()
            .and_then(|at| u16::try_from(at).ok());
        info.extend(item.unwrap_or(u16::MAX).to_be_bytes());
        let bits = proposal.at.person.index() | (proposal.content.who.number() << 1);
        info.push(u8::try_from(bits).unwrap_or_default() | (u8::from(ended.took) << 3));
        to.array(8)
            .uint(table.place(proposal.at.log))
            .uint(proposal.at.seq);
        to.uint((u64::from(proposal.at.day.0) << 1) | u64::from(proposal.at.unattended));
        let content = proposal.content.to_bytes();
        let place = places.get(content.as_slice()).copied()?;
        to.uint(place.into());
        let is_promise = proposal.content.ty == ItemType::Promise;
        if let Some((first, last)) = ended.held.filter(|_| is_promise) {
            // A rule without a first day takes its beat from the day of its offer.
            let from = proposal.content.from.unwrap_or(proposal.at.day);
            times.push([last.0, first.0, from.0, name, place]);
        }
        to.uint(proposal.until.0.into());
        to.array(count(proposal.replaces.len()));
        proposal
            .replaces
            .iter()
            .for_each(|name| reference(&mut to, *name));
        to.array(u64::from(proposal.answers.is_some()));
        proposal
            .answers
            .iter()
            .for_each(|name| reference(&mut to, *name));
        table.write_marks(&mut to, &proposal.marks);
    }
    to.array(count(answers.len()));
    for (_, said) in answers {
        to.array(count(said.len()));
        for said in said {
            to.array(8)
                .bytes(&said.at.hash.0)
                .opt(said.at.redo, |to, first| to.bytes(&first.0));
            to.uint(table.place(said.at.log)).uint(said.at.seq);
            to.uint((u64::from(said.at.day.0) << 1) | u64::from(said.at.unattended));
            to.uint(said.at.person.index())
                .uint(answer_number(said.answer));
            table.write_marks(&mut to, &said.marks);
        }
    }
    times.sort_unstable();
    let numbers = times.iter().flatten();
    Some(Settled {
        items: items.iter().flat_map(|item| item.0).collect(),
        names: rows
            .iter()
            .flat_map(|(proposal, _)| proposal.at.hash.0)
            .collect(),
        info,
        times: numbers.flat_map(|number| number.to_be_bytes()).collect(),
        words,
        rest: to.finish(),
    })
}

fn numbers(row: &[u8; TIME]) -> [u32; 5] {
    let (numbers, _) = row.as_chunks::<4>();
    let mut all = [0; 5];
    for (number, bytes) in all.iter_mut().zip(numbers) {
        *number = u32::from_be_bytes(*bytes);
    }
    all
}

impl Settled {
    /// Brings everything back into the plan.
    pub(super) fn bring_back(&self, plan: &mut Plan) -> Result<(), SnapshotError> {
        let mut from = Reader::new(&self.rest);
        from.array_of(3)?;
        let table = Logs::read(&mut from)?;
        let mut contents = BTreeMap::new();
        let rows = usize::try_from(from.array()?).map_err(|_| Malformed::Range)?;
        for at in 0..rows {
            plan.add_proposal(self.read_proposal(&mut from, at, &table, &mut contents)?);
        }
        from.array_of(count(rows))?;
        for at in 0..rows {
            let p = self.name(at).ok_or(Malformed::Range)?;
            for _ in 0..from.array()? {
                plan.add_answer(p, read_said(&mut from, &table)?);
            }
        }
        from.end()?;
        Ok(())
    }

    fn read_proposal(
        &self,
        from: &mut Reader<'_>,
        at: usize,
        table: &Logs,
        contents: &mut BTreeMap<u32, Content>,
    ) -> Result<Proposal, SnapshotError> {
        from.array_of(8)?;
        let known = self.known_at(at).ok_or(Malformed::Range)?;
        let (log, seq) = (table.log(from)?, from.uint()?);
        let (day, unattended) = day_and_flag(from)?;
        let place = from.small()?;
        let content = match contents.entry(place) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => new.insert(self.words_at(place)?).clone(),
        };
        let until = Day(from.small()?);
        let replaces = (0..from.array()?)
            .map(|_| self.reference(from))
            .collect::<Result<_, _>>()?;
        let answers = match from.array()? {
            0 => None,
            _ => Some(self.reference(from)?),
        };
        let hash = self.name(at).ok_or(Malformed::Range)?;
        let person = known.author;
        let stamp = Stamp {
            hash,
            redo: None,
            log,
            seq,
            person,
            day,
            unattended,
        };
        let marks: Marks = table.read_marks(from)?;
        Ok(Proposal {
            at: stamp,
            item: known.item,
            content,
            until,
            replaces,
            answers,
            marks,
        })
    }

    fn reference(&self, from: &mut Reader<'_>) -> Result<Hash, Malformed> {
        // A place among the names, or what is not among them whole.
        if let Ok(name) = hash(&mut from.clone()) {
            hash(from)?;
            return Ok(name);
        }
        self.name(from.small()?).ok_or(Malformed::Range)
    }
}

fn read_said(from: &mut Reader<'_>, table: &Logs) -> Result<Said, SnapshotError> {
    from.array_of(8)?;
    let (name, redo) = (hash(from)?, from.opt(hash)?);
    let (log, seq) = (table.log(from)?, from.uint()?);
    let (day, unattended) = day_and_flag(from)?;
    let person = person(from)?;
    let answer = answer_of(from.uint()?).ok_or(Malformed::Range)?;
    let marks = table.read_marks(from)?;
    let at = Stamp {
        hash: name,
        redo,
        log,
        seq,
        person,
        day,
        unattended,
    };
    Ok(Said { at, answer, marks })
}

fn day_and_flag(from: &mut Reader<'_>) -> Result<(Day, bool), Malformed> {
    let both = from.uint()?;
    Ok((
        Day(u32::try_from(both >> 1).map_err(|_| Malformed::Range)?),
        both & 1 != 0,
    ))
}
