//! Judges what the facts add up to: B5, line by line.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Day, Hash, Person};

use super::plan::{Deed, Key, Plan, Proposal, SetAct, Stamp};
use super::{Answer, State};
use crate::content::{Content, ItemId, ItemType};

/// What the answers to one proposal add up to, without its neighbours and without the calendar.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weighed {
    /// The lowest day of the grants that made it take; none if it did not take.
    pub(super) took: Option<Day>,
    granted: bool,
    /// The lowest day of a withdrawal.
    withdrawn: Option<Day>,
    declined: bool,
    answered: bool,
    /// The lowest day on which each said that it is to be let go.
    let_go: [Option<Day>; 2],
}

/// One proposal with all that is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged<'a> {
    pub(super) key: Key,
    /// The record that counts: what is agreed to, replaced, logged against.
    pub(super) p: Hash,
    pub(super) proposal: &'a Proposal,
    pub(super) weighed: Weighed,
    /// The lowest first day of those that took in its place.
    replaced: Option<Day>,
}

impl Plan {
    /// Every proposal of an item that counts, judged.
    pub(super) fn judge(&self, item: ItemId) -> Vec<Judged<'_>> {
        let counters = self.counters(item);
        let mut rows: Vec<Judged<'_>> = self
            .of_item(item)
            .map(|(key, proposal)| {
                let counters = counters.get(&key).map_or(&[][..], Vec::as_slice);
                let weighed = self.weigh(key, proposal, counters);
                Judged {
                    key,
                    p: proposal.at.hash,
                    proposal,
                    weighed,
                    replaced: None,
                }
            })
            .collect();
        // gone(p) ⇔ some q took and names p in replaces (same item)
        let mut gone: BTreeMap<Key, Day> = BTreeMap::new();
        for row in &rows {
            let Some(begins) = row.begins() else { continue };
            for key in row
                .proposal
                .replaces
                .iter()
                .flat_map(|name| self.meant(*name))
            {
                let day = gone.entry(key).or_insert(begins);
                *day = begins.min(*day);
            }
        }
        for row in &mut rows {
            row.replaced = gone.get(&row.key).copied();
        }
        rows
    }

    /// The proposal that a name is asked about.
    pub(super) fn key_of(&self, name: Hash) -> Option<Key> {
        self.exactly(name).or_else(|| self.meant(name).next())
    }

    /// One proposal, judged.
    pub(super) fn judge_one(&self, name: Hash) -> Option<Judged<'_>> {
        let key = self.key_of(name)?;
        let item = self.counting(key)?.item;
        self.judge(item).into_iter().find(|row| row.key == key)
    }

    /// Whether a proposal took and binds that person: then they may log their days about it.
    pub(super) fn binds(&self, name: Hash, person: Person) -> bool {
        self.meant(name).any(|key| {
            let binds = |proposal: &Proposal| proposal.content.who.includes(person);
            self.counting(key).is_some_and(binds) && self.took(key)
        })
    }

    /// Whether a proposal that counts took.
    pub(super) fn took(&self, key: Key) -> bool {
        self.counting(key).is_some_and(|proposal| {
            let counters = self.counters(proposal.item);
            let counters = counters.get(&key).map_or(&[][..], Vec::as_slice);
            self.weigh(key, proposal, counters).took.is_some()
        })
    }

    /// Any proposal that counts, same item, with answers = p.
    fn counters(&self, item: ItemId) -> BTreeMap<Key, Vec<&Proposal>> {
        let mut counters: BTreeMap<Key, Vec<&Proposal>> = BTreeMap::new();
        for (_, counter) in self.of_item(item) {
            for key in counter
                .answers
                .into_iter()
                .flat_map(|name| self.meant(name))
            {
                counters.entry(key).or_default().push(counter);
            }
        }
        counters
    }

    fn weigh(&self, key: Key, proposal: &Proposal, counters: &[&Proposal]) -> Weighed {
        let author = proposal.at.person;
        let mut weighed = Weighed::default();
        let mut grants: Vec<&Stamp> = Vec::new();
        let mut kills = Vec::new();
        for (said, exactly) in self.answers_to(key) {
            let by_other = said.at.person != author;
            match said.answer {
                // grants(p) = agree(p) by the other, attended
                Answer::Agree if by_other && exactly => grants.push(&said.at),
                // kills(p) = withdraw(p) by either; decline(p) by the other. A decline after one's
                // own agree comes after that grant, so it cannot undo it, as B5 wants.
                Answer::Decline if by_other => {
                    weighed.declined = true;
                    kills.push((&said.at, &said.marks));
                }
                Answer::Withdraw => {
                    weighed.withdrawn = earlier(weighed.withdrawn, said.at.day);
                    kills.push((&said.at, &said.marks));
                }
                Answer::Complete => {
                    let index = usize::from(said.at.person == Person::B);
                    if let Some(day) = weighed.let_go.get_mut(index) {
                        *day = earlier(*day, said.at.day);
                    }
                }
                Answer::Agree | Answer::Decline => {}
            }
        }
        for counter in counters
            .iter()
            .filter(|counter| counter.at.person != author)
        {
            weighed.answered = true;
            kills.push((&counter.at, &counter.marks));
        }
        weighed.granted = !grants.is_empty();
        // took(p) ⇔ ∃ g ∈ grants ∀ k ∈ kills: before(g, k)
        weighed.took = grants
            .into_iter()
            .filter(|grant| {
                kills
                    .iter()
                    .all(|(kill, marks)| grant.is_before(kill, marks))
            })
            .map(|grant| grant.day)
            .min();
        weighed
    }
}

fn earlier(known: Option<Day>, day: Day) -> Option<Day> {
    Some(known.map_or(day, |known| known.min(day)))
}

impl Judged<'_> {
    /// Its first day in force; none if it did not take.
    pub(super) fn begins(&self) -> Option<Day> {
        self.weighed.took.map(|granted| granted.plus(1))
    }

    /// Where it stands: the first line that holds.
    pub(super) fn state(&self, today: Day) -> State {
        let weighed = &self.weighed;
        let killed = weighed.withdrawn.is_some() || weighed.declined || weighed.answered;
        let Some(granted) = weighed.took else {
            return if killed && weighed.granted {
                State::Crossed
            } else if weighed.withdrawn.is_some() {
                State::Withdrawn
            } else if weighed.declined {
                State::Declined
            } else if weighed.answered {
                State::Answered
            } else {
                State::Open
            };
        };
        if weighed.withdrawn.is_some() {
            State::Withdrawn
        } else if self.replaced.is_some() {
            State::Replaced
        } else if weighed.let_go.iter().all(Option::is_some) {
            State::Completed
        } else if today > self.proposal.until {
            State::Rests
        } else if today <= granted {
            State::Begins(granted.plus(1))
        } else {
            State::InForce
        }
    }

    /// Whether it has ended whatever the day.
    pub(super) fn has_ended(&self) -> bool {
        let weighed = &self.weighed;
        let killed = weighed.withdrawn.is_some() || weighed.declined || weighed.answered;
        if weighed.took.is_none() {
            return killed;
        }
        let let_go = weighed.let_go.iter().all(Option::is_some);
        weighed.withdrawn.is_some() || self.replaced.is_some() || let_go
    }

    /// Who has said that it is to be let go.
    pub(super) fn let_go(&self) -> [bool; 2] {
        self.weighed.let_go.map(|day| day.is_some())
    }

    /// The day on which the second of both let it go.
    pub(super) fn ended_by_both(&self) -> Option<Day> {
        match self.weighed.let_go {
            [Some(a), Some(b)] => Some(a.max(b)),
            _ => None,
        }
    }

    /// The first and the last day on which it was what held, as the claimed days have it. What
    /// replaced it holds from its own first day on, so that the day of a renewal is no gap; what was
    /// withdrawn or let go ends at once.
    pub(super) fn held(&self) -> Option<(Day, Day)> {
        let begins = self.begins()?;
        let ends = [self.weighed.withdrawn, self.replaced, self.ended_by_both()];
        let last = match ends.into_iter().flatten().min() {
            Some(end) => Day(end.0.checked_sub(1)?).min(self.proposal.until),
            None => self.proposal.until,
        };
        (begins <= last).then_some((begins, last))
    }

    /// Whether it was what held on a day.
    pub(super) fn held_on(&self, day: Day) -> bool {
        self.held()
            .is_some_and(|(first, last)| first <= day && day <= last)
    }
}

/// An owned object with what is in force.
#[derive(Debug, Clone)]
pub(super) struct Object<'a> {
    /// The act that made it and counts.
    pub(super) id: Hash,
    pub(super) owner: Person,
    pub(super) ty: ItemType,
    /// All sets that count.
    pub(super) sets: Vec<&'a SetAct>,
    /// Those that no other names in `over`.
    pub(super) current: Vec<&'a SetAct>,
    /// Those of its owner without effect: of another type, or redone in other words.
    pub(super) wrong: Vec<&'a SetAct>,
}

impl<'a> Object<'a> {
    /// What is in force; a lift counts only if it alone is current.
    pub(super) fn in_force(&self) -> impl Iterator<Item = (&'a SetAct, &'a Content)> + '_ {
        self.current
            .iter()
            .filter_map(|set| Some((*set, set.content.as_ref()?)))
    }
}

impl Plan {
    /// Every owned object.
    pub(super) fn objects(&self) -> impl Iterator<Item = Object<'_>> {
        self.sets.keys().filter_map(|key| self.object(*key))
    }

    /// The object that stands under this name; none if its making is not held.
    pub(super) fn object(&self, key: Key) -> Option<Object<'_>> {
        let all = self.sets.get(&key)?;
        let stands = |about: Hash, set: &SetAct| {
            let about = (!set.makes).then_some(about);
            self.stands(&set.at, Deed::Set(about, set.ty))
        };
        let made = all.iter().find(|set| set.makes && stands(key.0, set))?;
        // Those who make it again say the same, so their names mean it too.
        let again = all
            .iter()
            .filter(|set| set.makes && set.says_the_same(made));
        let names = again.map(|set| set.at.hash).filter(|hash| *hash != key.0);
        let changes = names.filter_map(|name| Some((name, self.sets.get(&(name, key.1))?)));
        let mut candidates: Vec<&SetAct> = Vec::new();
        let mut wrong: Vec<&SetAct> = Vec::new();
        for (about, sets) in std::iter::once((key.0, all)).chain(changes) {
            for set in sets {
                let same = set.ty == made.ty && (!set.makes || set.says_the_same(made));
                let list = if same && stands(about, set) {
                    &mut candidates
                } else {
                    &mut wrong
                };
                list.push(set);
            }
        }
        // Of a set and its redo one counts.
        let mut counting: BTreeMap<Hash, &SetAct> = BTreeMap::new();
        for set in &candidates {
            let kept = counting.entry(set.at.first()).or_insert(set);
            if set.at.rank() < kept.at.rank() {
                *kept = set;
            }
        }
        let first_of: BTreeMap<Hash, Hash> = candidates
            .iter()
            .map(|set| (set, set.at.first()))
            .filter(|(set, first)| {
                let counts = counting.get(first);
                counts.is_some_and(|counts| set.says_the_same(counts))
            })
            .map(|(set, first)| (set.at.hash, first))
            .collect();
        let sets: Vec<&SetAct> = counting.values().copied().collect();
        // The firsts of all that is named in another's `over`, by whichever of its names.
        let mut over: BTreeSet<Hash> = BTreeSet::new();
        for set in &sets {
            let named = set
                .over
                .iter()
                .map(|name| first_of.get(name).copied().unwrap_or(*name));
            over.extend(named.filter(|first| *first != set.at.first()));
        }
        let current = sets
            .iter()
            .copied()
            .filter(|set| !over.contains(&set.at.first()))
            .collect();
        Some(Object {
            id: made.at.hash,
            owner: key.1,
            ty: made.ty,
            sets,
            current,
            wrong,
        })
    }

    /// The object of a person that a name means. What is another's, or says something else under
    /// the redo, does not mean it (B4).
    pub(super) fn object_named(&self, name: Hash, owner: Person) -> Option<Object<'_>> {
        let by_first = || {
            let key = (self.first_of(name)?, owner);
            let object = self.object(key)?;
            let all = self.sets.get(&key)?;
            let held = |hash: Hash| all.iter().find(|set| set.at.hash == hash);
            let says_it = held(name)?.says_the_same(held(object.id)?);
            says_it.then_some(object)
        };
        self.object((name, owner)).or_else(by_first)
    }

    /// Whether that is somebody's own promise to themselves.
    pub(super) fn is_own_promise(&self, name: Hash, person: Person) -> bool {
        let object = self.object_named(name, person);
        object.is_some_and(|object| object.ty == ItemType::Promise)
    }
}
