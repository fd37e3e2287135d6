//! The acts about the plan, kept whole: they are few, and what is in force may hang on the oldest.
//!
//! After a restore a device may say again what it had said (`redo`, B6). A person's acts that name
//! one first stand together with it, and of those that say the same one counts: the first if it is
//! held, else the one with the lowest log and place. One that says something else has no effect, be
//! it of another sort or about something else.
//!
//! What a name means then depends on what hangs on it. A consent must name a record that is held
//! and says exactly what counts: it can never be carried over to other words by redoing a record
//! that is not held here. Everything that takes away or tells (withdraw, decline, replace, log a
//! day) may also name the first that is not held.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Day, Hash, LogId, Person};

use super::{Answer, News, NewsOf};
use crate::content::{Content, ItemId, ItemType};

/// The newest mark for each other log, where it matters.
pub(super) type Marks = Vec<(LogId, u64)>;

/// Which record an act came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) hash: Hash,
    pub(super) redo: Option<Hash>,
    pub(super) log: LogId,
    pub(super) seq: u64,
    pub(super) person: Person,
    pub(super) day: Day,
    pub(super) unattended: bool,
}

impl Stamp {
    /// The name under which an act and its redos stand together.
    pub(super) fn first(&self) -> Hash {
        self.redo.unwrap_or(self.hash)
    }

    /// What it brings, as news.
    pub(super) const fn news<'a>(&self, of: NewsOf<'a>) -> News<'a> {
        let (log, seq, hash) = (self.log, self.seq, self.hash);
        News {
            log,
            seq,
            hash,
            person: self.person,
            day: self.day,
            of,
        }
    }

    /// The order in which one of several redos is chosen: the first itself, then log and place.
    pub(super) fn rank(&self) -> Rank {
        (self.redo.is_some(), self.log, self.seq)
    }

    /// Whether this record comes before another one, whose marks are given (B4 `before`).
    pub(super) fn is_before(&self, other: &Self, marks: &Marks) -> bool {
        if self.log == other.log {
            return self.seq < other.seq;
        }
        marks
            .iter()
            .any(|(log, seq)| *log == self.log && *seq >= self.seq)
    }
}

/// An offer that binds its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proposal {
    pub(super) at: Stamp,
    pub(super) item: ItemId,
    pub(super) content: Content,
    pub(super) until: Day,
    pub(super) replaces: Vec<Hash>,
    pub(super) answers: Option<Hash>,
    /// Kept only where it can kill: in a counter-offer.
    pub(super) marks: Marks,
}

impl Proposal {
    fn says_the_same(&self, other: &Self) -> bool {
        self.at.person == other.at.person
            && self.item == other.item
            && self.until == other.until
            && self.replaces == other.replaces
            && self.answers == other.answers
            && self.content == other.content
    }
}

/// An answer to a proposal, which may not have come in yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) at: Stamp,
    pub(super) answer: Answer,
    /// Kept only where it can kill.
    pub(super) marks: Marks,
}

/// A set of an owned object, whose making may not have come in yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SetAct {
    pub(super) at: Stamp,
    /// It makes the object.
    pub(super) makes: bool,
    pub(super) ty: ItemType,
    pub(super) content: Option<Content>,
    pub(super) over: Vec<Hash>,
}

impl SetAct {
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        self.at.person == other.at.person
            && self.makes == other.makes
            && self.ty == other.ty
            && self.content == other.content
            && self.over == other.over
    }
}

/// What an act does, apart from its words: two that stand under one first and do different things
/// do not say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// It offers.
    Offer,
    /// It answers what it names so.
    Answer(Hash, Answer),
    /// It sets what it is about, or makes it.
    Set(Option<Hash>, ItemType),
}

/// The order of acts that stand together.
type Rank = (bool, LogId, u64);

/// The hash of the first, and whose it is: another's redo never stands with it.
pub(super) type Key = (Hash, Person);

/// All acts about the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// The one that counts stands first.
    pub(super) proposals: BTreeMap<Key, Vec<Proposal>>,
    /// By the proposal as the answer names it, then by the hash of the first, so that of an answer
    /// and its redo one is kept.
    pub(super) answers: BTreeMap<Hash, BTreeMap<(Hash, Person, Answer), Said>>,
    /// By the object as the set names it, the making ones by the hash of the first; and by the
    /// person who set it, so that the other's sets never touch the owner's.
    pub(super) sets: BTreeMap<Key, Vec<SetAct>>,
    /// Derived: the proposals of each item.
    by_item: BTreeMap<ItemId, BTreeSet<Key>>,
    /// Derived: the hash of the first of each redo.
    first_of: BTreeMap<Hash, Hash>,
    /// Derived: what is done under each first, each deed by the lowest rank that does it. The
    /// first row is what counts.
    deeds: BTreeMap<Key, Vec<(Rank, Deed)>>,
}

impl Plan {
    pub(super) const fn new() -> Self {
        Self {
            proposals: BTreeMap::new(),
            answers: BTreeMap::new(),
            sets: BTreeMap::new(),
            by_item: BTreeMap::new(),
            first_of: BTreeMap::new(),
            deeds: BTreeMap::new(),
        }
    }

    pub(super) fn add_proposal(&mut self, proposal: Proposal) {
        let key = (proposal.at.first(), proposal.at.person);
        self.note_redo(&proposal.at);
        self.note_deed(&proposal.at, Deed::Offer);
        self.by_item.entry(proposal.item).or_default().insert(key);
        let all = self.proposals.entry(key).or_default();
        let place = all.partition_point(|other| other.at.rank() < proposal.at.rank());
        all.insert(place, proposal);
    }

    pub(super) fn add_answer(&mut self, p: Hash, said: Said) {
        self.note_deed(&said.at, Deed::Answer(p, said.answer));
        let key = (said.at.first(), said.at.person, said.answer);
        let kept = self
            .answers
            .entry(p)
            .or_default()
            .entry(key)
            .or_insert_with(|| said.clone());
        if said.at.rank() < kept.at.rank() {
            *kept = said;
        }
    }

    pub(super) fn add_set(&mut self, about: Option<Hash>, set: SetAct) {
        if about.is_none() {
            self.note_redo(&set.at);
        }
        self.note_deed(&set.at, Deed::Set(about, set.ty));
        let key = (about.unwrap_or(set.at.first()), set.at.person);
        let all = self.sets.entry(key).or_default();
        let place = all.partition_point(|other| other.at.rank() < set.at.rank());
        all.insert(place, set);
    }

    fn note_redo(&mut self, at: &Stamp) {
        if let Some(first) = at.redo {
            self.first_of.insert(at.hash, first);
        }
    }

    fn note_deed(&mut self, at: &Stamp, deed: Deed) {
        let rows = self.deeds.entry((at.first(), at.person)).or_default();
        match rows.iter_mut().find(|(_, known)| *known == deed) {
            Some((rank, _)) => *rank = at.rank().min(*rank),
            None => rows.push((at.rank(), deed)),
        }
        rows.sort_unstable_by_key(|(rank, _)| *rank);
    }

    /// Whether an act does what counts under its first; then only its words can differ.
    pub(super) fn stands(&self, at: &Stamp, deed: Deed) -> bool {
        let rows = self.deeds.get(&(at.first(), at.person));
        let counts = rows.and_then(|rows| rows.first());
        counts.is_none_or(|(_, counts)| *counts == deed)
    }

    /// Whether nothing else is done under the first of an act.
    pub(super) fn is_single(&self, at: &Stamp) -> bool {
        let rows = self.deeds.get(&(at.first(), at.person));
        rows.is_none_or(|rows| rows.len() <= 1)
    }

    /// Takes the answers to a name out; each was single.
    pub(super) fn remove_answers(&mut self, p: Hash) -> Vec<Said> {
        let said = self.answers.remove(&p).unwrap_or_default();
        for one in said.values() {
            self.deeds.remove(&(one.at.first(), one.at.person));
        }
        said.into_values().collect()
    }

    /// Takes a proposal out, with all that stand with it.
    pub(super) fn remove(&mut self, key: Key) {
        self.deeds.remove(&key);
        for proposal in self.proposals.remove(&key).unwrap_or_default() {
            self.first_of.remove(&proposal.at.hash);
            if let Some(keys) = self.by_item.get_mut(&proposal.item) {
                keys.remove(&key);
                if keys.is_empty() {
                    self.by_item.remove(&proposal.item);
                }
            }
        }
    }

    /// The items that something was offered for.
    pub(super) fn items(&self) -> impl Iterator<Item = ItemId> {
        self.by_item.keys().copied()
    }

    /// The proposals of an item that count.
    pub(super) fn of_item(&self, item: ItemId) -> impl Iterator<Item = (Key, &Proposal)> {
        let keys = self.by_item.get(&item).into_iter().flatten();
        // One that stands behind a first for another item has no effect here or there.
        keys.filter_map(|key| Some((*key, self.counting(*key)?)))
            .filter(move |(_, proposal)| proposal.item == item)
    }

    /// The proposal that counts among those that stand together.
    pub(super) fn counting(&self, key: Key) -> Option<&Proposal> {
        let counts = self.proposals.get(&key)?.first()?;
        self.stands(&counts.at, Deed::Offer).then_some(counts)
    }

    /// The proposal that is held under exactly this name, or says exactly the same: what a consent
    /// may mean.
    pub(super) fn exactly(&self, name: Hash) -> Option<Key> {
        self.keys_of(name).find(|key| {
            let all = self
                .proposals
                .get(key)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let named = all.iter().find(|one| one.at.hash == name);
            named
                .zip(self.counting(*key))
                .is_some_and(|(named, counts)| named.says_the_same(counts))
        })
    }

    /// All proposals that a name may mean, where it does not give consent.
    pub(super) fn meant(&self, name: Hash) -> impl Iterator<Item = Key> {
        let exactly = self.exactly(name);
        let by_first = Person::BOTH.map(|person| (name, person));
        let by_first = by_first
            .into_iter()
            .filter(|key| self.counting(*key).is_some());
        by_first.chain(exactly.filter(|(first, _)| *first != name))
    }

    fn keys_of(&self, name: Hash) -> impl Iterator<Item = Key> {
        let firsts = [Some(name), self.first_of.get(&name).copied()];
        firsts
            .into_iter()
            .flatten()
            .flat_map(|first| Person::BOTH.map(|person| (first, person)))
    }

    /// The answers that name a proposal, and whether each names it exactly.
    pub(super) fn answers_to(&self, key: Key) -> impl Iterator<Item = (&Said, bool)> {
        let all = self
            .proposals
            .get(&key)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let counts = self.counting(key);
        let same = all
            .iter()
            .filter(move |one| counts.is_some_and(|c| one.says_the_same(c)));
        let exact = same.map(|one| (one.at.hash, true));
        let unheld = all
            .iter()
            .all(|one| one.at.hash != key.0)
            .then_some((key.0, false));
        exact.chain(unheld).flat_map(move |(name, exactly)| {
            let said = self
                .answers
                .get(&name)
                .into_iter()
                .flat_map(BTreeMap::values);
            said.filter(move |one| self.stands(&one.at, Deed::Answer(name, one.answer)))
                .map(move |one| (one, exactly))
        })
    }

    /// Proposals that say something else under the redo of one that counts.
    pub(super) fn contradicting(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals.iter().flat_map(move |(key, all)| {
            let counts = self.counting(*key);
            all.iter()
                .filter(move |one| !counts.is_some_and(|c| one.says_the_same(c)))
        })
    }

    /// The hash of the first of a redo.
    pub(super) fn first_of(&self, hash: Hash) -> Option<Hash> {
        self.first_of.get(&hash).copied()
    }
}
