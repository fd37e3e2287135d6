//! What the screens ask about the plan.

use std::collections::BTreeMap;

use identity::{Day, Hash, LogId, Person};

use super::judge::{Judged, Object};
use super::plan::{Deed, Key, Plan, Proposal, SetAct};
use super::{
    Agreement, Due, Named, News, NewsOf, Offer, Owned, OwnedSet, Standing, State, View, What,
};
use crate::content::{Content, ItemId, ItemType};
use crate::rule;

/// Where the proposals of an item stand, by the plan (the whole one or not) and the item.
type States = BTreeMap<(bool, ItemId), BTreeMap<Key, State>>;

impl View {
    /// The plan with what is laid aside if the name needs it.
    pub(super) fn plan_of(&self, name: Hash) -> &Plan {
        let is_aside = self
            .settled
            .as_ref()
            .is_some_and(|settled| settled.known(name).is_some());
        if is_aside { self.whole() } else { &self.plan }
    }

    fn judged(&self) -> impl Iterator<Item = Judged<'_>> {
        self.plan.items().flat_map(|item| self.plan.judge(item))
    }

    /// The agreements that live on that day: they begin tomorrow, are in force, or rest.
    #[must_use]
    pub fn agreements(&self, today: Day) -> Vec<Agreement<'_>> {
        self.plan
            .items()
            .flat_map(|item| live(self.plan.judge(item), today))
            .collect()
    }

    /// The agreements that rest: what `review` asks about.
    #[must_use]
    pub fn reviews(&self, today: Day) -> Vec<Agreement<'_>> {
        let mut agreements = self.agreements(today);
        agreements.retain(|agreement| agreement.state == State::Rests);
        agreements
    }

    /// The offers that are open, of both persons.
    #[must_use]
    pub fn offers(&self, today: Day) -> Vec<Offer<'_>> {
        let open = self.judged().filter(|row| row.state(today) == State::Open);
        open.map(|row| offer(row.proposal, today)).collect()
    }

    /// Where a proposal stands; none if it is not held or has no effect.
    #[must_use]
    pub fn state(&self, p: Hash, today: Day) -> Option<State> {
        self.plan_of(p).judge_one(p).map(|row| row.state(today))
    }

    /// The same for many names: each item is judged once, however often it is asked about.
    fn state_once(&self, p: Hash, today: Day, states: &mut States) -> Option<State> {
        let plan = self.plan_of(p);
        let key = plan.key_of(p)?;
        let item = plan.counting(key)?.item;
        let is_whole = !std::ptr::eq(plan, &self.plan);
        let judged = || {
            let rows = plan.judge(item).into_iter();
            rows.map(|row| (row.key, row.state(today))).collect()
        };
        let of_item: &BTreeMap<Key, State> = states.entry((is_whole, item)).or_insert_with(judged);
        of_item.get(&key).copied()
    }

    /// The whole words of a proposal or of a set, if held; of an owned object's id, what is in force.
    #[must_use]
    pub fn content(&self, of: Hash) -> Option<&Content> {
        let set = || {
            let mut objects = Person::BOTH
                .into_iter()
                .filter_map(|o| self.plan.object_named(of, o));
            objects.find_map(|object| Some(object.in_force().next()?.1))
        };
        let one_set = || {
            let mut sets = self.plan.sets.values().flatten();
            sets.find(|set| set.at.hash == of)?.content.as_ref()
        };
        self.offered(of).or_else(set).or_else(one_set)
    }

    /// The words of a proposal, if held.
    fn offered(&self, p: Hash) -> Option<&Content> {
        let plan = self.plan_of(p);
        plan.counting(plan.meant(p).next()?).map(|p| &p.content)
    }

    /// The item that a proposal is for, and who offered it.
    #[must_use]
    pub fn proposal(&self, p: Hash) -> Option<(ItemId, Person)> {
        if let Some(known) = self.settled.as_ref().and_then(|settled| settled.known(p)) {
            return Some((known.item, known.author));
        }
        let proposal = self.plan.counting(self.plan.meant(p).next()?)?;
        Some((proposal.item, proposal.at.person))
    }

    /// Every proposal for an item that has an effect, in the order of their claimed days, with
    /// who offered it and where it stands.
    #[must_use]
    pub fn history(&self, item: ItemId, today: Day) -> Vec<(Hash, Person, &Content, State)> {
        let mut rows = self.plan_of_item(item).judge(item);
        rows.sort_by_key(|row| (row.proposal.at.day, row.p));
        rows.iter()
            .map(|row| {
                (
                    row.p,
                    row.proposal.at.person,
                    &row.proposal.content,
                    row.state(today),
                )
            })
            .collect()
    }

    /// The agreements in whose place a proposal of the item was offered.
    #[must_use]
    pub fn replaced_by(&self, item: ItemId, p: Hash) -> Vec<Hash> {
        let mut rows = self.plan_of_item(item).judge(item).into_iter();
        rows.find(|row| row.p == p)
            .map(|row| row.proposal.replaces.clone())
            .unwrap_or_default()
    }

    /// What a new offer for the item must name in `replaces`: all that begins, is in force or
    /// rests.
    #[must_use]
    pub fn to_replace(&self, item: ItemId, today: Day) -> Vec<Hash> {
        let rows = self
            .plan
            .judge(item)
            .into_iter()
            .filter(|row| row.state(today).is_live());
        let mut names: Vec<Hash> = rows.map(|row| row.p).collect();
        names.sort_unstable();
        names
    }

    /// What somebody owns and has not lifted.
    #[must_use]
    pub fn owned(&self, owner: Person) -> Vec<Owned<'_>> {
        let theirs = self.plan.objects().filter(|object| object.owner == owner);
        theirs
            .map(|object| self.show(&object))
            .filter(|owned| !owned.current.is_empty())
            .collect()
    }

    fn show<'a>(&'a self, object: &Object<'a>) -> Owned<'a> {
        let mut over: Vec<Hash> = object.current.iter().map(|set| set.at.hash).collect();
        over.sort_unstable();
        let shown = |(set, content): (&'a SetAct, &'a Content)| OwnedSet {
            hash: set.at.hash,
            day: set.at.day,
            content,
            heard: self.heard(object.owner.other(), set.at.hash, set.at.redo),
        };
        let current = object.in_force().map(shown).collect();
        Owned {
            id: object.id,
            owner: object.owner,
            ty: object.ty,
            current,
            over,
        }
    }

    /// What is due to somebody on a day, with what they noted: earliest time first, then by title.
    #[must_use]
    pub fn due(&self, person: Person, day: Day) -> Vec<Due<'_>> {
        let mut due = self.loggable(person, day);
        due.retain(|due| due.is_due);
        due
    }

    /// What can be logged for a day: the promises that bind this person on it, due or not.
    #[must_use]
    pub fn loggable(&self, person: Person, day: Day) -> Vec<Due<'_>> {
        let is_theirs =
            |content: &Content| content.ty == ItemType::Promise && content.who.includes(person);
        let agreed = self
            .judged()
            .filter(|row| is_theirs(&row.proposal.content) && row.held_on(day));
        let agreed = agreed.map(|row| {
            let proposal = row.proposal;
            (
                row.p,
                What::Item(proposal.item),
                &proposal.content,
                proposal.at.day,
            )
        });
        let objects = self.plan.objects().filter(|object| object.owner == person);
        let own = objects.flat_map(|object| {
            let id = object.id;
            let in_force: Vec<_> = object.in_force().collect();
            in_force
                .into_iter()
                .map(move |(set, content)| (id, What::Owned(id), content, set.at.day))
        });
        let entries = self.entries();
        let mut due: Vec<Due<'_>> = agreed
            .chain(own.filter(|(_, _, content, _)| is_theirs(content)))
            .map(|(target, what, content, said)| {
                // A rule without a first day takes its beat from the day of its offer.
                let from = content.from.unwrap_or(said);
                let falls = content
                    .rule
                    .as_ref()
                    .is_some_and(|r| rule::occurs_on(r, from, day));
                let (noted, told) = self.noted(&entries, person, what, day);
                Due {
                    target,
                    what,
                    content,
                    by: content.by,
                    is_due: falls,
                    noted,
                    told,
                }
            })
            .collect();
        let order = |due: &Due<'_>| {
            (
                due.by.unwrap_or(u16::MAX),
                due.content.title.clone(),
                due.target,
            )
        };
        due.sort_by_cached_key(order);
        due
    }

    /// What the other of `reader` said since a place in each log, in the order of log and place;
    /// of entries as many as the view still keeps, and none that has no effect; of what has ended in the
    /// plan, what is recent.
    #[must_use]
    pub fn new_since(
        &self,
        reader: Person,
        cursor: &BTreeMap<LogId, u64>,
        today: Day,
    ) -> Vec<News<'_>> {
        if !self.has_news(reader, cursor) {
            return Vec::new();
        }
        let other = reader.other();
        let is_new = |log: LogId, seq: u64| seq > cursor.get(&log).copied().unwrap_or(0);
        let mut news: Vec<News<'_>> = Vec::new();
        for row in self.judged() {
            let at = &row.proposal.at;
            if at.person == other && is_new(at.log, at.seq) {
                let (item, content) = (row.proposal.item, &row.proposal.content);
                news.push(at.news(NewsOf::Offer {
                    item,
                    content,
                    state: row.state(today),
                }));
            }
        }
        let mut states = States::new();
        for (p, answers) in &self.plan.answers {
            for said in answers.values() {
                let at = &said.at;
                let stands = self.plan.stands(at, Deed::Answer(*p, said.answer));
                if at.person == other && is_new(at.log, at.seq) && stands && !self.is_idle(*p, said)
                {
                    let content = self.offered(*p);
                    let state = self.state_once(*p, today, &mut states);
                    let answer = said.answer;
                    news.push(at.news(NewsOf::Answer {
                        p: *p,
                        answer,
                        content,
                        state,
                    }));
                }
            }
        }
        for object in self.plan.objects().filter(|object| object.owner == other) {
            let new = object
                .sets
                .iter()
                .filter(|set| is_new(set.at.log, set.at.seq));
            news.extend(new.map(|set| {
                let content = set.content.as_ref();
                set.at.news(NewsOf::Set {
                    id: object.id,
                    ty: object.ty,
                    content,
                })
            }));
        }
        for entry in self.entries() {
            let counts = entry.standing == Standing::Counts;
            if entry.person == other && counts && is_new(entry.log, entry.seq) {
                let (log, seq, hash, person, day) =
                    (entry.log, entry.seq, entry.hash, entry.person, entry.day);
                news.push(News {
                    log,
                    seq,
                    hash,
                    person,
                    day,
                    of: NewsOf::Entry(entry),
                });
            }
        }
        news.sort_by_key(|one| (one.log, one.seq));
        news
    }

    /// Everything in the plan and what it is called: agreements that live, open offers, and what
    /// each owns.
    #[must_use]
    pub fn names(&self, today: Day) -> Vec<Named<'_>> {
        let mut found: BTreeMap<What, (&Content, bool)> = BTreeMap::new();
        for row in self.judged() {
            let state = row.state(today);
            let agreed = state.is_live();
            if !agreed && state != State::Open && !row.held_on(today) {
                continue;
            }
            let named = found
                .entry(What::Item(row.proposal.item))
                .or_insert((&row.proposal.content, agreed));
            if agreed && !named.1 {
                *named = (&row.proposal.content, true);
            }
        }
        for object in self.plan.objects() {
            if let Some((_, content)) = object.in_force().next() {
                found.insert(What::Owned(object.id), (content, true));
            }
        }
        let named = found.iter().map(|(what, (content, _))| Named {
            what: *what,
            title: content.called(),
            ty: content.ty,
        });
        named.collect()
    }
}

/// The agreements of one item that live, and how they clash.
fn live(rows: Vec<Judged<'_>>, today: Day) -> Vec<Agreement<'_>> {
    let living: Vec<&Judged<'_>> = rows
        .iter()
        .filter(|row| row.state(today).is_live())
        .collect();
    // One that rests is not in force, so it clashes with nothing.
    let holds = |row: &Judged<'_>| row.state(today) != State::Rests;
    living
        .iter()
        .filter_map(|row| {
            let others = living
                .iter()
                .filter(|other| other.p != row.p && holds(other));
            Some(Agreement {
                p: row.p,
                item: row.proposal.item,
                author: row.proposal.at.person,
                content: &row.proposal.content,
                state: row.state(today),
                begins: row.begins()?,
                until: row.proposal.until,
                let_go: row.let_go(),
                clash: if holds(row) {
                    others.map(|other| other.p).collect()
                } else {
                    Vec::new()
                },
            })
        })
        .collect()
}

fn offer(proposal: &Proposal, today: Day) -> Offer<'_> {
    Offer {
        p: proposal.at.hash,
        item: proposal.item,
        author: proposal.at.person,
        content: &proposal.content,
        day: proposal.at.day,
        until: proposal.until,
        replaces: &proposal.replaces,
        answers: proposal.answers,
        lapsed: today >= proposal.until,
        unattended: proposal.at.unattended,
    }
}

impl Content {
    /// What it is called: its title, or what it is where it has none.
    #[must_use]
    pub fn called(&self) -> &str {
        let untitled = self.title.trim().is_empty();
        if untitled && self.ty == ItemType::Vision {
            "Vision"
        } else if untitled && self.ty == ItemType::Questions {
            "Questions"
        } else {
            &self.title
        }
    }
}
