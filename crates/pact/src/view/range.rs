//! What the screens ask about a stretch of days: which promises bound somebody in it, and what the
//! records of it add up to. The view keeps only the newest entries (`docs/decisions/0005`), so for
//! days further back the records come from the log, and are judged here by the same rules.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use identity::{Day, Hash, LogId, Person};

use super::judge::Judged;
use super::{Entry, Placed, View, What};
use crate::act::{Act, Body, Reading};
use crate::content::{Content, ItemType};
use crate::rule;

/// A time in which one promise bound somebody, as the claimed days have it.
#[derive(Debug, Clone)]
pub struct Held<'a> {
    /// What it is.
    pub what: What,
    /// The agreement, or the id of the promise to oneself.
    pub target: Hash,
    /// Its words.
    pub content: Cow<'a, Content>,
    /// The day from which its rule takes its beat.
    pub from: Day,
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
}

impl Held<'_> {
    /// The days in this time, and between those two, on which it was due.
    #[must_use]
    pub fn due(&self, first: Day, last: Day) -> Vec<Day> {
        let Some(rule) = &self.content.rule else {
            return Vec::new();
        };
        let (mut first, last) = (first.max(self.first), last.min(self.last));
        let mut days = Vec::new();
        while first <= last {
            days.extend(rule::occurrences(rule, self.from, first, last));
            first = first.plus(rule::MAX_WINDOW);
        }
        days
    }
}

impl View {
    /// The promises that bound somebody on some of those days, renewals and earlier words apart, in
    /// the order of their first days. Of what was laid aside only what held on them is read.
    #[must_use]
    pub fn held(&self, person: Person, first: Day, last: Day) -> Vec<Held<'_>> {
        let plan = &self.plan;
        let theirs =
            |content: &Content| content.ty == ItemType::Promise && content.who.includes(person);
        let rows = plan.items().flat_map(|item| plan.judge(item));
        let mut held: Vec<Held<'_>> = rows
            .filter(|row| theirs(&row.proposal.content))
            .filter_map(|row| agreed(&row))
            .collect();
        for object in self.plan.objects().filter(|object| object.owner == person) {
            for (set, content) in object.in_force().filter(|(_, content)| theirs(content)) {
                let from = content.from.unwrap_or(set.at.day);
                held.push(Held {
                    what: What::Owned(object.id),
                    target: object.id,
                    content: Cow::Borrowed(content),
                    from,
                    first: from,
                    last: crate::calendar::LAST,
                });
            }
        }
        let aside = self.settled.iter();
        held.extend(
            aside
                .flat_map(|settled| settled.held(person, first, last))
                .map(|time| Held {
                    what: What::Item(time.item),
                    target: time.p,
                    content: Cow::Owned(time.content),
                    from: time.from,
                    first: time.first,
                    last: time.last,
                }),
        );
        held.retain(|held| held.first <= last && first <= held.last);
        held.sort_by_key(|held| (held.first, held.target));
        held
    }

    /// What these records say that is neither about the plan nor an edit, judged as
    /// [`entries`](Self::entries) judges what the view keeps: with corrections, without what was
    /// said twice. Records that do not count must be left out.
    #[must_use]
    pub fn entries_of<'a>(&'a self, records: impl Iterator<Item = Placed<'a>>) -> Vec<Entry<'a>> {
        let (_, most) = records.size_hint();
        let mut all = Vec::with_capacity(most.unwrap_or_default());
        all.extend(records.filter_map(said));
        self.judged_entries(all)
    }
}

/// An entry that is to be judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) entry: Entry<'a>,
    pub(super) redo: Option<Hash>,
}

impl Said<'_> {
    /// Under which an act and its redo meet.
    fn key(&self) -> (Hash, Person, u64) {
        let entry = &self.entry;
        let first = self.redo.unwrap_or(entry.hash);
        (first, entry.person, entry.body.kind())
    }

    fn rank(&self) -> (bool, LogId, u64) {
        (self.redo.is_some(), self.entry.log, self.entry.seq)
    }
}

fn said(record: Placed<'_>) -> Option<Said<'_>> {
    let Reading::Act(Act { redo, body }) = record.reading else {
        return None;
    };
    super::rings::sort(body)?;
    let entry = Entry {
        hash: record.hash,
        log: record.log,
        seq: record.seq,
        person: record.person,
        day: record.day,
        unattended: record.flags.unattended,
        closed: record.flags.closed,
        body,
        standing: super::Standing::Counts,
    };
    Some(Said { entry, redo: *redo })
}

/// The hashes of those that stand under the first of another one of their kind that counts. An act
/// of another kind takes nothing away (B4): it may leave its ring earlier, and no answer hangs on
/// that.
pub(super) fn redone(all: &[Said<'_>]) -> BTreeSet<Hash> {
    if all.iter().all(|one| one.redo.is_none()) {
        return BTreeSet::new();
    }
    let mut counting: BTreeMap<(Hash, Person, u64), _> = BTreeMap::new();
    for one in all {
        let rank = one.rank();
        let best = counting.entry(one.key()).or_insert(rank);
        *best = rank.min(*best);
    }
    all.iter()
        .filter(|one| counting.get(&one.key()) != Some(&one.rank()))
        .map(|one| one.entry.hash)
        .collect()
}

/// Which entry of a person corrects which: the corrected one's name, or that of its first.
pub(super) fn corrections(all: &[Said<'_>]) -> BTreeMap<(Hash, Person), Hash> {
    let counts = |entry: &&Entry<'_>| entry.standing == super::Standing::Counts;
    all.iter()
        .map(|one| &one.entry)
        .filter(counts)
        .filter_map(|entry| {
            let Body::Follow { corrects, .. } = entry.body else {
                return None;
            };
            Some((((*corrects)?, entry.person), entry.hash))
        })
        .collect()
}

fn agreed<'a>(row: &Judged<'a>) -> Option<Held<'a>> {
    let (first, last) = row.held()?;
    let proposal = row.proposal;
    Some(Held {
        what: What::Item(proposal.item),
        target: row.p,
        content: Cow::Borrowed(&proposal.content),
        // A rule without a first day takes its beat from the day of its offer.
        from: proposal.content.from.unwrap_or(proposal.at.day),
        first,
        last,
    })
}
