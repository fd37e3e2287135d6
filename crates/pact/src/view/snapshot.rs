//! The view as bytes, to be kept: a cache in the encoding of everything else (B1).
//!
//! It is written and read by this program alone and can be made again from the records, so its
//! layout may change with any version: then the number in front changes and the records are folded
//! anew. Logs are written once, in a table, and named by their place in it.

use std::collections::{BTreeMap, BTreeSet};

use identity::cbor::{Malformed, Reader, Writer};
use identity::{Day, Hash, Head, LogId, PactId, Person};

use super::plan::{Marks, Plan, Proposal, Said, SetAct, Stamp};
use super::rings::{self, Kept, Log, Wrong};
use super::settled::Settled;
use super::{Answer, View, Why};
use crate::act::{Act, ActError};
use crate::content::{Content, ContentError, ItemId, ItemType};

/// Changes whenever the layout, the size of a ring, or the meaning of what is kept does.
const VERSION: u64 = 3;

/// A kept view that cannot be read: fold the records anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Another version wrote it.
    #[error("the kept view is of another version")]
    Version,
    /// Not the layout.
    #[error("the kept view cannot be read")]
    Malformed(#[from] Malformed),
    /// An entry in it cannot be read.
    #[error("an entry in the kept view cannot be read")]
    Act(#[from] ActError),
    /// The words of an item in it cannot be read.
    #[error("an item in the kept view cannot be read")]
    Content(#[from] ContentError),
}

impl View {
    /// The view as bytes. Equal views have equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let heads: BTreeMap<LogId, Head> = self.covers().collect();
        let more = self.plan.settled_keys(&heads);
        if more.is_empty() {
            return self.write(&self.plan, self.settled.as_ref());
        }
        let mut plan = self.whole().clone();
        let keys = plan.settled_keys(&heads);
        match plan.lay_aside(&keys) {
            Some(settled) => self.write(&plan, Some(&settled)),
            None => self.write(self.whole(), None),
        }
    }

    fn write(&self, plan: &Plan, settled: Option<&Settled>) -> Vec<u8> {
        let table = Table::of(self, plan);
        let mut to = Writer::new();
        to.array(8).uint(VERSION).bytes(&self.pact.0.0);
        table.write(&mut to);
        to.array(count(self.logs.len()));
        for (id, log) in &self.logs {
            table.write_log(&mut to, *id, log);
        }
        to.array(count(plan.proposals.values().map(Vec::len).sum()));
        for proposal in plan.proposals.values().flatten() {
            table.write_proposal(&mut to, proposal);
        }
        to.array(count(plan.answers.values().map(BTreeMap::len).sum()));
        for (p, answers) in &plan.answers {
            for said in answers.values() {
                to.array(4).bytes(&p.0);
                table.write_stamp(&mut to, &said.at);
                to.uint(answer_number(said.answer));
                table.write_marks(&mut to, &said.marks);
            }
        }
        to.array(count(plan.sets.values().map(Vec::len).sum()));
        for ((name, _), sets) in &plan.sets {
            for set in sets {
                table.write_set(&mut to, *name, set);
            }
        }
        match settled {
            Some(settled) => settled.write(&mut to),
            None => drop(to.null()),
        }
        to.finish()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let mut from = Reader::new(bytes);
        from.array_of(8)?;
        if from.uint()? != VERSION {
            return Err(SnapshotError::Version);
        }
        let mut view = Self::new(PactId(hash(&mut from)?));
        let logs = Logs::read(&mut from)?;
        for _ in 0..from.array()? {
            let (id, log) = logs.read_log(&mut from)?;
            view.logs.insert(id, log);
        }
        logs.read_plan(&mut from, &mut view.plan)?;
        view.settled = from.opt(Settled::read)?;
        from.end()?;
        Ok(view)
    }

    /// How many proposals that have ended are laid aside, to be read only when they are asked for.
    #[must_use]
    pub fn laid_aside(&self) -> usize {
        self.settled.as_ref().map_or(0, Settled::len)
    }

    /// The plan with what was laid aside. Bytes that cannot be read bring nothing back; an act
    /// about the plan then makes the view begin anew (`fold`).
    pub(super) fn whole(&self) -> &Plan {
        let Some(settled) = &self.settled else {
            return &self.plan;
        };
        self.whole.get_or_init(|| {
            let mut plan = self.plan.clone();
            if settled.bring_back(&mut plan).is_err() {
                plan.clone_from(&self.plan);
            }
            plan
        })
    }

    /// Brings back what was laid aside, to stay; false if it cannot be read.
    pub(super) fn bring_back(&mut self) -> bool {
        self.whole = std::sync::OnceLock::new();
        match self.settled.take() {
            Some(settled) => settled.bring_back(&mut self.plan).is_ok(),
            None => true,
        }
    }
}

/// Where each log stands in the table.
pub(super) struct Table {
    places: BTreeMap<LogId, u64>,
}

impl Table {
    fn of(view: &View, plan: &Plan) -> Self {
        let marks = |marks: &Marks| marks.iter().map(|(log, _)| *log).collect::<Vec<_>>();
        let proposals = plan
            .proposals
            .values()
            .flatten()
            .flat_map(|one| marks(&one.marks));
        let answers = plan.answers.values().flat_map(BTreeMap::values);
        let answers = answers.flat_map(|said| marks(&said.marks));
        let spaces = view.logs.values().flat_map(|log| log.ring(rings::SPACE));
        let spaces = spaces.flat_map(|kept| marks(&kept.marks));
        let logs = view.logs.keys().copied();
        Self::new(logs.chain(proposals).chain(answers).chain(spaces))
    }

    pub(super) fn new(logs: impl Iterator<Item = LogId>) -> Self {
        let logs: BTreeSet<LogId> = logs.collect();
        Self {
            places: logs.into_iter().zip(0..).collect(),
        }
    }

    pub(super) fn write(&self, to: &mut Writer) {
        to.array(count(self.places.len()));
        for log in self.places.keys() {
            to.bytes(&log.0.0);
        }
    }

    pub(super) fn place(&self, log: LogId) -> u64 {
        self.places.get(&log).copied().unwrap_or(u64::MAX)
    }

    pub(super) fn write_marks(&self, to: &mut Writer, marks: &Marks) {
        to.array(count(marks.len() * 2));
        for (log, seq) in marks {
            to.uint(self.place(*log)).uint(*seq);
        }
    }

    fn write_stamp(&self, to: &mut Writer, at: &Stamp) {
        to.array(7)
            .bytes(&at.hash.0)
            .opt(at.redo, |to, first| to.bytes(&first.0));
        to.uint(self.place(at.log))
            .uint(at.seq)
            .uint(at.person.index());
        to.uint(at.day.0.into()).uint(at.unattended.into());
    }

    fn write_proposal(&self, to: &mut Writer, proposal: &Proposal) {
        to.array(7);
        self.write_stamp(to, &proposal.at);
        to.bytes(&proposal.item.0);
        proposal.content.write(to);
        to.uint(proposal.until.0.into());
        write_hashes(to, &proposal.replaces);
        to.opt(proposal.answers, |to, p| to.bytes(&p.0));
        self.write_marks(to, &proposal.marks);
    }

    fn write_set(&self, to: &mut Writer, name: Hash, set: &SetAct) {
        to.array(6).bytes(&name.0);
        self.write_stamp(to, &set.at);
        to.uint(set.makes.into()).uint(set.ty.number());
        to.opt(set.content.as_ref(), |to, content| content.write(to));
        write_hashes(to, &set.over);
    }

    fn write_log(&self, to: &mut Writer, id: LogId, log: &Log) {
        to.array(8).uint(self.place(id)).uint(log.person.index());
        to.uint(log.head.seq).bytes(&log.head.hash.0);
        to.array(count(log.rings.len()));
        for ring in &log.rings {
            to.array(count(ring.iter().count()));
            for kept in ring.iter() {
                to.array(6)
                    .bytes(&kept.hash.0)
                    .uint(kept.seq)
                    .uint(kept.day.0.into());
                let flags = u64::from(kept.unattended) | (u64::from(kept.closed) << 1);
                to.uint(flags | (kept.body.kind() << 2))
                    .raw(&kept.body.encode(kept.redo));
                self.write_marks(to, &kept.marks);
            }
        }
        to.array(count(log.wrong.len()));
        for wrong in &log.wrong {
            to.array(4)
                .bytes(&wrong.hash.0)
                .uint(wrong.seq)
                .uint(wrong.kind);
            to.uint(wrong.why.number());
        }
        to.array(count(log.unreadable.len()));
        for about in &log.unreadable {
            to.bytes(about);
        }
        to.uint(log.unreadable_more.into());
    }
}

/// The table as it is read.
pub(super) struct Logs(Vec<LogId>);

impl Logs {
    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        (0..from.array()?)
            .map(|_| hash(from).map(LogId))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(super) fn log(&self, from: &mut Reader<'_>) -> Result<LogId, Malformed> {
        let place: usize = from.small()?;
        self.0.get(place).copied().ok_or(Malformed::Range)
    }

    pub(super) fn read_marks(&self, from: &mut Reader<'_>) -> Result<Marks, Malformed> {
        (0..from.array()? / 2)
            .map(|_| Ok((self.log(from)?, from.uint()?)))
            .collect()
    }

    fn read_stamp(&self, from: &mut Reader<'_>) -> Result<Stamp, Malformed> {
        from.array_of(7)?;
        Ok(Stamp {
            hash: hash(from)?,
            redo: from.opt(hash)?,
            log: self.log(from)?,
            seq: from.uint()?,
            person: person(from)?,
            day: Day(from.small()?),
            unattended: flag(from)?,
        })
    }

    fn read_plan(&self, from: &mut Reader<'_>, plan: &mut Plan) -> Result<(), SnapshotError> {
        for _ in 0..from.array()? {
            from.array_of(7)?;
            plan.add_proposal(Proposal {
                at: self.read_stamp(from)?,
                item: ItemId(from.fixed()?),
                content: Content::read(from)?,
                until: Day(from.small()?),
                replaces: read_hashes(from)?,
                answers: from.opt(hash)?,
                marks: self.read_marks(from)?,
            });
        }
        for _ in 0..from.array()? {
            from.array_of(4)?;
            let p = hash(from)?;
            let at = self.read_stamp(from)?;
            let answer = answer_of(from.uint()?).ok_or(Malformed::Range)?;
            plan.add_answer(
                p,
                Said {
                    at,
                    answer,
                    marks: self.read_marks(from)?,
                },
            );
        }
        for _ in 0..from.array()? {
            from.array_of(6)?;
            let name = hash(from)?;
            let at = self.read_stamp(from)?;
            let makes = flag(from)?;
            let ty = ItemType::from_number(from.uint()?).ok_or(Malformed::Range)?;
            let content = from.opt(Content::read)?;
            let over = read_hashes(from)?;
            plan.add_set(
                (!makes).then_some(name),
                SetAct {
                    at,
                    makes,
                    ty,
                    content,
                    over,
                },
            );
        }
        Ok(())
    }

    fn read_log(&self, from: &mut Reader<'_>) -> Result<(LogId, Log), SnapshotError> {
        from.array_of(8)?;
        let id = self.log(from)?;
        let mut log = Log::new(id, person(from)?);
        log.head = Head {
            seq: from.uint()?,
            hash: hash(from)?,
        };
        from.array_of(count(rings::SORTS))?;
        for sort in 0..rings::SORTS {
            let kept = from.array()?;
            log.expect(sort, kept);
            for _ in 0..kept {
                log.push(sort, self.read_kept(from)?);
            }
        }
        for _ in 0..from.array()? {
            from.array_of(4)?;
            let (hash, seq, kind) = (hash(from)?, from.uint()?, from.uint()?);
            let why = Why::from_number(from.uint()?).ok_or(Malformed::Range)?;
            log.push_wrong(Wrong {
                hash,
                seq,
                kind,
                why,
            });
        }
        for _ in 0..from.array()? {
            log.push_unreadable(from.bytes()?);
        }
        log.unreadable_more = flag(from)?;
        Ok((id, log))
    }

    fn read_kept(&self, from: &mut Reader<'_>) -> Result<Kept, SnapshotError> {
        from.array_of(6)?;
        let (hash, seq, day) = (hash(from)?, from.uint()?, Day(from.small()?));
        let flags = from.uint()?;
        let act = Act::decode(flags >> 2, from.item()?)?;
        Ok(Kept {
            hash,
            redo: act.redo,
            seq,
            day,
            unattended: flags & 1 != 0,
            closed: flags & 2 != 0,
            body: act.body,
            marks: self.read_marks(from)?,
        })
    }
}

pub(super) fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

fn write_hashes(to: &mut Writer, hashes: &[Hash]) {
    to.array(count(hashes.len()));
    for hash in hashes {
        to.bytes(&hash.0);
    }
}

fn read_hashes(from: &mut Reader<'_>) -> Result<Vec<Hash>, Malformed> {
    (0..from.array()?).map(|_| hash(from)).collect()
}

pub(super) fn hash(from: &mut Reader<'_>) -> Result<Hash, Malformed> {
    from.fixed().map(Hash)
}

pub(super) fn person(from: &mut Reader<'_>) -> Result<Person, Malformed> {
    Person::from_index(from.uint()?).ok_or(Malformed::Range)
}

fn flag(from: &mut Reader<'_>) -> Result<bool, Malformed> {
    match from.uint()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Malformed::Range),
    }
}

const ANSWERS: [Answer; 4] = [
    Answer::Agree,
    Answer::Decline,
    Answer::Withdraw,
    Answer::Complete,
];

pub(super) fn answer_number(answer: Answer) -> u64 {
    ANSWERS
        .iter()
        .zip(0..)
        .find(|(one, _)| **one == answer)
        .map_or(0, |(_, number)| number)
}

pub(super) fn answer_of(number: u64) -> Option<Answer> {
    ANSWERS
        .into_iter()
        .zip(0..)
        .find(|(_, one)| *one == number)
        .map(|(answer, _)| answer)
}

impl Why {
    const ALL: [Self; 10] = [
        Self::Malformed,
        Self::About,
        Self::NotBound,
        Self::TooLong,
        Self::Unattended,
        Self::OwnOffer,
        Self::NotOwner,
        Self::NotSuchAnObject,
        Self::NotYours,
        Self::Redone,
    ];

    fn number(self) -> u64 {
        Self::ALL
            .iter()
            .zip(0..)
            .find(|(one, _)| **one == self)
            .map_or(0, |(_, number)| number)
    }

    fn from_number(number: u64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .zip(0..)
            .find(|(_, one)| *one == number)
            .map(|(why, _)| why)
    }
}
