//! What the screens ask about entries: days noted, thanks, what was said ahead, pauses, space.

use std::collections::BTreeMap;

use identity::{Day, Hash, LogId, Person};

use super::plan::{Deed, Said, Stamp};
use super::range::{self, Said as Told};
use super::rings::{self, Kept, Log};
use super::{Answer, Entry, NoEffect, SpaceTaken, Standing, View, What, Why};
use crate::act::Body;

/// The kinds that another entry may name.
const FOLLOW: u64 = 128;
const SETBACK: u64 = 131;
const PAUSE: u64 = 133;

impl View {
    /// The entries that the view still keeps, of both persons, in the order of log and place. Of
    /// an entry and its redo one stands here.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let rings = || self.logs.values().flat_map(|log| &log.rings);
        let mut said = Vec::with_capacity(rings().map(rings::Ring::len).sum());
        for (id, log) in &self.logs {
            let first = said.len();
            said.extend(
                log.rings
                    .iter()
                    .flat_map(rings::Ring::iter)
                    .map(|kept| Told {
                        redo: kept.redo,
                        entry: Entry {
                            hash: kept.hash,
                            log: *id,
                            seq: kept.seq,
                            person: log.person,
                            day: kept.day,
                            unattended: kept.unattended,
                            closed: kept.closed,
                            body: &kept.body,
                            standing: Standing::Counts,
                        },
                    }),
            );
            if let Some(of_log) = said.get_mut(first..) {
                of_log.sort_unstable_by_key(|one: &Told<'_>| one.entry.seq);
            }
        }
        self.judged_entries(said)
    }

    /// Says of each whether it counts; of an entry and its redo one is left.
    pub(super) fn judged_entries<'a>(&self, mut said: Vec<Told<'a>>) -> Vec<Entry<'a>> {
        let redone = range::redone(&said);
        said.retain(|one| !redone.contains(&one.entry.hash));
        // They come log by log, and mostly in order.
        said.sort_by_key(|one| (one.entry.log, one.entry.seq));
        let mut may = BTreeMap::new();
        // What another entry names may be among these, or among what is kept.
        let others: BTreeMap<Hash, (Person, u64)> = said
            .iter()
            .filter(|one| matches!(one.entry.body, Body::Setback { .. } | Body::Pause { .. }))
            .map(|one| (one.entry.hash, (one.entry.person, one.entry.body.kind())))
            .collect();
        for one in &mut said {
            let Entry { person, body, .. } = one.entry;
            one.entry.standing = self.standing(person, body, &others, &mut may);
        }
        let corrections = range::corrections(&said);
        if !corrections.is_empty() {
            for one in &mut said {
                correct(one, &corrections);
            }
        }
        said.into_iter().map(|one| one.entry).collect()
    }

    /// Who may say it (S59): about a day only whom the promise binds. What is judged is remembered
    /// in `may`, since many entries are about one promise.
    fn standing(
        &self,
        person: Person,
        body: &Body,
        others: &BTreeMap<Hash, (Person, u64)>,
        may: &mut BTreeMap<(Hash, Person), bool>,
    ) -> Standing {
        let may_log = |target: Hash, may: &mut BTreeMap<_, _>| {
            *may.entry((target, person)).or_insert_with(|| {
                self.binds(target, person) || self.plan.is_own_promise(target, person)
            })
        };
        let other = person.other();
        let is_others = |hash: Hash, sort: usize, kind: u64| {
            others.get(&hash) == Some(&(other, kind))
                || self.has(other, sort, |kept| {
                    kept.hash == hash && kept.body.kind() == kind
                })
        };
        let stands = if let Some(target) = logged_about(body) {
            may_log(target, may)
        } else if let Body::Amends {
            setback: Some(setback),
            ..
        } = body
        {
            // A setback, or a day: what is known to be the other's is not mine to mend.
            !is_others(*setback, rings::HARD, SETBACK)
                && !is_others(*setback, rings::FOLLOW, FOLLOW)
        } else if let Body::Back { pause } = body {
            !is_others(*pause, rings::PAUSE, PAUSE)
        } else {
            true
        };
        if stands {
            Standing::Counts
        } else {
            Standing::NoEffect(Why::NotYours)
        }
    }

    fn binds(&self, target: Hash, person: Person) -> bool {
        match self
            .settled
            .as_ref()
            .and_then(|settled| settled.known(target))
        {
            Some(known) => known.took && known.who.includes(person),
            None => self.plan.binds(target, person),
        }
    }

    fn has(&self, person: Person, sort: usize, test: impl Fn(&Kept) -> bool) -> bool {
        let logs = self.logs.values().filter(|log| log.person == person);
        logs.flat_map(|log| log.ring(sort)).any(test)
    }

    /// What somebody noted, and said ahead, about a promise for a day.
    pub(super) fn noted<'a>(
        &self,
        entries: &[Entry<'a>],
        person: Person,
        what: What,
        day: Day,
    ) -> (Vec<Entry<'a>>, Vec<Entry<'a>>) {
        let theirs =
            |entry: &&Entry<'a>| entry.person == person && entry.standing == Standing::Counts;
        let (mut noted, mut told) = (Vec::new(), Vec::new());
        for entry in entries.iter().filter(theirs) {
            let means = |target: Hash| self.what(target, person) == Some(what);
            if let Body::Follow { target, on, .. } = entry.body {
                if *on == day && means(*target) {
                    noted.push(*entry);
                }
            } else if let Body::HeadsUp {
                target, from, to, ..
            } = entry.body
                && (*from..=*to).contains(&day)
                && means(*target)
            {
                told.push(*entry);
            }
        }
        (noted, told)
    }

    /// What a target means: the item of a proposal, so that a renewal keeps what was noted before
    /// it; or a person's own object.
    #[must_use]
    pub fn what(&self, target: Hash, owner: Person) -> Option<What> {
        if let Some((item, _)) = self.proposal(target) {
            return Some(What::Item(item));
        }
        self.plan
            .object_named(target, owner)
            .map(|object| What::Owned(object.id))
    }

    /// The thanks that `reader` got from the other since a place in each log, in the order of log
    /// and place.
    #[must_use]
    pub fn thanks_since(&self, reader: Person, cursor: &BTreeMap<LogId, u64>) -> Vec<Entry<'_>> {
        if !self.has_news(reader, cursor) {
            return Vec::new();
        }
        let mut entries = self.entries();
        entries.retain(|entry| {
            let is_new = entry.seq > cursor.get(&entry.log).copied().unwrap_or(0);
            entry.person != reader && is_new && matches!(entry.body, Body::Thanks { .. })
        });
        entries
    }

    /// Whether somebody noted a setback, or signed a sorry, on a day, as far as the view still keeps it.
    #[must_use]
    pub fn is_hard_day(&self, person: Person, day: Day) -> bool {
        let is_hard = |kept: &Kept| {
            kept.day == day && matches!(kept.body, Body::Setback { .. } | Body::Sorry { .. })
        };
        self.has(person, rings::HARD, is_hard) || self.has(person, rings::OTHER, is_hard)
    }

    /// An entry that the view still keeps, by its record: who says it, for which day its record
    /// claims to be, and what. Whether it counts is not said here.
    #[must_use]
    pub fn said(&self, record: Hash) -> Option<(Person, Day, &Body)> {
        self.logs.values().find_map(|log| {
            let mut kept = log.rings.iter().flat_map(rings::Ring::iter);
            let kept = kept.find(|kept| kept.hash == record)?;
            Some((log.person, kept.day, &kept.body))
        })
    }

    /// Whether the other of `reader` said anything since a place in each log: on most days what
    /// was seen is all there is, and then nothing has to be judged.
    pub(super) fn has_news(&self, reader: Person, cursor: &BTreeMap<LogId, u64>) -> bool {
        let mut theirs = self.logs.iter().filter(|(_, log)| log.person != reader);
        theirs.any(|(id, log)| log.head.seq > cursor.get(id).copied().unwrap_or(0))
    }

    /// Whether somebody has said that they heard a record.
    pub(super) fn heard(&self, by: Person, hash: Hash, redo: Option<Hash>) -> bool {
        self.has(by, rings::HEARD, |kept| {
            matches!(kept.body, Body::Heard { record } if record == hash || Some(record) == redo)
        })
    }

    /// The space that somebody has announced and not ended.
    ///
    /// In one log the last word holds; between devices of one person, an end counts against the
    /// spaces that it knew of.
    #[must_use]
    pub fn space(&self, person: Person) -> Option<SpaceTaken> {
        let last = |log: &Log| log.ring(rings::SPACE).next_back().cloned();
        let of_person = || self.logs.iter().filter(|(_, log)| log.person == person);
        let ends: Vec<(LogId, Kept)> = of_person()
            .filter_map(|(id, log)| Some((*id, last(log)?)))
            .filter(|(_, kept)| matches!(kept.body, Body::SpaceEnded))
            .collect();
        let ended = |log: LogId, seq: u64| {
            let covers = |kept: &Kept| kept.marks.iter().any(|(l, s)| *l == log && *s >= seq);
            ends.iter().any(|(_, kept)| covers(kept))
        };
        let spaces = of_person().filter_map(|(id, log)| Some((*id, last(log)?)));
        let standing = spaces.filter_map(|(id, kept)| {
            let Body::Space { until } = kept.body else {
                return None;
            };
            let (record, day) = (kept.hash, kept.day);
            (!ended(id, kept.seq)).then_some(SpaceTaken { record, day, until })
        });
        standing.max_by_key(|space| (space.day, space.record))
    }

    /// The newest pause that somebody announced, if they have not come back from it and the view
    /// still keeps it.
    ///
    /// A pause that another follows is followed by it: one return ends the newest, and what was open
    /// before it. Between devices of one person, a return ends the pauses of its day.
    #[must_use]
    pub fn paused(&self, person: Person) -> Option<Entry<'_>> {
        let mut entries = self.entries();
        entries.retain(|entry| entry.person == person);
        let mut newest: BTreeMap<LogId, Entry<'_>> = BTreeMap::new();
        // They come log by log, in the order of their places.
        for entry in &entries {
            if matches!(entry.body, Body::Pause { .. }) {
                newest.insert(entry.log, *entry);
            }
        }
        let last = newest
            .into_values()
            .max_by_key(|entry| (entry.day, entry.log))?;
        let named = |hash: Hash| entries.iter().find(|entry| entry.hash == hash);
        let ends = |entry: &Entry<'_>| {
            let Body::Back { pause } = entry.body else {
                return false;
            };
            let elsewhere = |of: &Entry<'_>| of.log != last.log && of.day >= last.day;
            *pause == last.hash || named(*pause).is_some_and(elsewhere)
        };
        (!entries.iter().any(ends)).then_some(last)
    }

    /// Whether an answer has no effect: one's own offer agreed to or declined by oneself.
    pub(super) fn is_idle(&self, p: Hash, said: &Said) -> bool {
        let consents = matches!(said.answer, Answer::Agree | Answer::Decline);
        consents
            && self
                .proposal(p)
                .is_some_and(|(_, author)| author == said.at.person)
    }

    /// What is held and has no effect; of each log the latest few, by log and place. What may
    /// still wait for another log (an answer to an offer that is not held) is not listed.
    #[must_use]
    pub fn without_effect(&self) -> Vec<NoEffect> {
        let mut all: Vec<NoEffect> = Vec::new();
        for (id, log) in &self.logs {
            all.extend(log.wrong.iter().map(|wrong| NoEffect {
                log: *id,
                seq: wrong.seq,
                hash: wrong.hash,
                kind: wrong.kind,
                why: wrong.why,
            }));
        }
        let listed = |at: &Stamp, kind: u64, why: Why| NoEffect {
            log: at.log,
            seq: at.seq,
            hash: at.hash,
            kind,
            why,
        };
        for (p, answers) in &self.plan.answers {
            all.extend(answers.values().filter_map(|said| {
                let stands = self.plan.stands(&said.at, Deed::Answer(*p, said.answer));
                let why = if !stands {
                    Why::Redone
                } else if self.is_idle(*p, said) {
                    Why::OwnOffer
                } else {
                    return None;
                };
                let kind = match said.answer {
                    Answer::Agree => 4,
                    Answer::Decline => 5,
                    Answer::Withdraw => 6,
                    Answer::Complete => 7,
                };
                Some(listed(&said.at, kind, why))
            }));
        }
        all.extend(
            self.plan
                .contradicting()
                .map(|one| listed(&one.at, 3, Why::Redone)),
        );
        for ((name, person), sets) in &self.plan.sets {
            // Another's object: what was set for it here touches nothing (S14, S31).
            let is_foreign = self.plan.object_named(*name, *person).is_none()
                && self.plan.object_named(*name, person.other()).is_some();
            if is_foreign {
                all.extend(sets.iter().map(|set| listed(&set.at, 2, Why::NotOwner)));
            } else if let Some(object) = self.plan.object((*name, *person)) {
                let wrong = object.wrong.iter();
                all.extend(wrong.map(|set| listed(&set.at, 2, Why::NotSuchAnObject)));
            }
        }
        all.extend(self.entries().iter().filter_map(|entry| {
            let Standing::NoEffect(why) = entry.standing else {
                return None;
            };
            let (log, seq, hash, kind) = (entry.log, entry.seq, entry.hash, entry.body.kind());
            Some(NoEffect {
                log,
                seq,
                hash,
                kind,
                why,
            })
        }));
        all.sort_unstable();
        all.dedup();
        latest(all)
    }

    /// Whether something that this program cannot read was said about an item or object: then it
    /// does not agree, lift or complete there (B4).
    #[must_use]
    pub fn has_unreadable(&self, about: &[u8]) -> bool {
        self.logs
            .values()
            .any(|log| log.unreadable_more || log.unreadable.contains(about))
    }

    /// The same of one person's acts alone. What is owned only its owner's acts can touch, so the
    /// other's keep nobody from changing or lifting their own (S14).
    #[must_use]
    pub fn has_unreadable_of(&self, person: Person, about: &[u8]) -> bool {
        let theirs = self.logs.values().filter(|log| log.person == person);
        theirs
            .into_iter()
            .any(|log| log.unreadable_more || log.unreadable.contains(about))
    }
}

/// An entry that its author corrected shows the correction (B5).
fn correct(one: &mut Told<'_>, corrections: &BTreeMap<(Hash, Person), Hash>) {
    let entry = &mut one.entry;
    if entry.standing != Standing::Counts || !matches!(entry.body, Body::Follow { .. }) {
        return;
    }
    let names = [Some(entry.hash), one.redo].into_iter().flatten();
    let mut by = names
        .filter_map(|name| corrections.get(&(name, entry.person)))
        .filter(|by| **by != entry.hash);
    if let Some(by) = by.next() {
        entry.standing = Standing::Corrected(*by);
    }
}

/// The promise that an entry is a person's own day about.
fn logged_about(body: &Body) -> Option<Hash> {
    if let Body::Follow { target, .. } | Body::HeadsUp { target, .. } = body {
        Some(*target)
    } else if let Body::Setback { target, .. } = body {
        *target
    } else {
        None
    }
}

/// The latest few of each log.
fn latest(all: Vec<NoEffect>) -> Vec<NoEffect> {
    let mut left: BTreeMap<LogId, usize> = BTreeMap::new();
    let mut kept: Vec<NoEffect> = Vec::new();
    for one in all.into_iter().rev() {
        let count = left.entry(one.log).or_default();
        if *count < rings::MAX_WRONG {
            *count += 1;
            kept.push(one);
        }
    }
    kept.reverse();
    kept
}
