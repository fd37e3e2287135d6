//! B5 again, straight from the set of acts: no folding, no maps, no care for speed.
//!
//! It shares no code with the view but the acts themselves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    clippy::type_complexity,
    unreachable_pub,
    reason = "tests"
)]

use std::collections::BTreeSet;

use identity::{Day, Hash, Person};
use pact::{Body, Content, ItemType, State, Who};

use crate::history::Rec;

pub struct Model<'a> {
    pub all: &'a [Rec],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Agree,
    Decline,
    Withdraw,
    Complete,
}

fn body(rec: &Rec) -> Option<&Body> {
    rec.act().map(|act| &act.body)
}

fn first(rec: &Rec) -> Hash {
    rec.act().and_then(|act| act.redo).unwrap_or(rec.hash)
}

fn rank(rec: &Rec) -> (bool, identity::LogId, u64) {
    (first(rec) != rec.hash, rec.log, rec.seq)
}

fn same(a: &Rec, b: &Rec) -> bool {
    a.person == b.person && a.about == b.about && body(a) == body(b)
}

/// before(a, b): same log and lower seq, or b's log had marked a's log that far.
fn before(a: &Rec, b: &Rec) -> bool {
    if a.log == b.log {
        a.seq < b.seq
    } else {
        b.marks.get(&a.log).is_some_and(|m| m.seq >= a.seq)
    }
}

fn content(rec: &Rec) -> &Content {
    match body(rec) {
        Some(Body::Propose { content, .. }) => content,
        other => panic!("not a proposal: {other:?}"),
    }
}

fn answer(rec: &Rec) -> Option<(Said, Hash)> {
    match body(rec)? {
        Body::Agree { p } if !rec.unattended => Some((Said::Agree, *p)),
        Body::Decline { p } => Some((Said::Decline, *p)),
        Body::Withdraw { p } => Some((Said::Withdraw, *p)),
        Body::Complete { p } => Some((Said::Complete, *p)),
        _ => None,
    }
}

impl<'a> Model<'a> {
    /// Proposals that could count: right about, binding their author, not too long.
    fn possible(&self) -> Vec<&'a Rec> {
        let fits = |rec: &&Rec| match body(rec) {
            Some(Body::Propose { content, until, .. }) => {
                rec.about.as_ref().is_some_and(|about| about.len() == 16)
                    && content.who.includes(rec.person)
                    && until.0 <= rec.day.0 + 366
            }
            _ => false,
        };
        self.all.iter().filter(fits).collect()
    }

    /// Acts below 128 that could have an effect, whatever else is said.
    fn could(&self, rec: &Rec) -> bool {
        match body(rec) {
            Some(Body::Propose { .. }) => self.possible().iter().any(|p| p.hash == rec.hash),
            Some(Body::Set { content, .. }) => {
                content
                    .as_ref()
                    .is_none_or(|c| c.who == Who::Only(rec.person))
                    && match &rec.about {
                        None => content.is_some(),
                        Some(about) => about.len() == 32,
                    }
            }
            _ => answer(rec).is_some(),
        }
    }

    /// Whether it says what counts under its first.
    fn stands(&self, rec: &Rec) -> bool {
        let together = self
            .all
            .iter()
            .filter(|a| a.person == rec.person && first(a) == first(rec) && self.could(a));
        let counts = together.min_by_key(|a| rank(a));
        counts.is_some_and(|counts| {
            // What an answer is about is in its name of the proposal.
            answer(rec).map_or_else(|| same(counts, rec), |said| answer(counts) == Some(said))
        })
    }

    /// Proposals that count: of a record and its redos, one.
    pub fn proposals(&self) -> Vec<&'a Rec> {
        let possible = self.possible();
        let beats =
            |a: &Rec, b: &Rec| a.person == b.person && first(a) == first(b) && rank(a) < rank(b);
        possible
            .iter()
            .copied()
            .filter(|b| !possible.iter().any(|a| beats(a, b)) && self.stands(b))
            .collect()
    }

    /// The record is p itself, or says the same again.
    fn is_exactly(&self, name: Hash, p: &Rec) -> bool {
        let says_it = |rec: &&&Rec| rec.hash == name && first(rec) == first(p) && same(rec, p);
        self.possible().iter().any(|rec| says_it(&rec))
    }

    fn may_mean(&self, name: Hash, p: &Rec) -> bool {
        first(p) == name || self.is_exactly(name, p)
    }

    /// Answers of one kind to p, each once.
    fn said(&self, what: Said, p: &Rec) -> Vec<&'a Rec> {
        let mut found: Vec<&Rec> = Vec::new();
        for rec in self.all {
            let Some((said, name)) = answer(rec) else {
                continue;
            };
            let again = |other: &Rec| {
                answer(other) == Some((said, name))
                    && other.person == rec.person
                    && first(other) == first(rec)
                    && rank(other) < rank(rec)
            };
            let names = if what == Said::Agree {
                self.is_exactly(name, p)
            } else {
                self.may_mean(name, p)
            };
            if said == what && names && !self.all.iter().any(again) && self.stands(rec) {
                found.push(rec);
            }
        }
        found
    }

    fn grants(&self, p: &Rec) -> Vec<&'a Rec> {
        let mut grants = self.said(Said::Agree, p);
        grants.retain(|rec| rec.person != p.person);
        grants
    }

    fn declines(&self, p: &Rec) -> Vec<&'a Rec> {
        let mut declines = self.said(Said::Decline, p);
        declines.retain(|rec| rec.person != p.person);
        declines
    }

    fn counters(&self, p: &Rec) -> Vec<&'a Rec> {
        let mut counters = self.proposals();
        counters.retain(|q| {
            let Some(Body::Propose { answers, .. }) = body(q) else {
                return false;
            };
            q.person != p.person
                && q.about == p.about
                && answers.is_some_and(|name| self.may_mean(name, p))
        });
        counters
    }

    fn kills(&self, p: &Rec) -> Vec<&'a Rec> {
        [
            self.said(Said::Withdraw, p),
            self.declines(p),
            self.counters(p),
        ]
        .concat()
    }

    fn taking(&self, p: &Rec) -> Vec<&'a Rec> {
        let mut grants = self.grants(p);
        grants.retain(|g| self.kills(p).iter().all(|k| before(g, k)));
        grants
    }

    pub fn took(&self, p: &Rec) -> bool {
        !self.taking(p).is_empty()
    }

    pub fn state(&self, p: &Rec, today: Day) -> State {
        let withdrawn = !self.said(Said::Withdraw, p).is_empty();
        let granted_on = self.taking(p).iter().map(|g| g.day).min();
        let Some(granted_on) = granted_on else {
            return if !self.kills(p).is_empty() && !self.grants(p).is_empty() {
                State::Crossed
            } else if withdrawn {
                State::Withdrawn
            } else if !self.declines(p).is_empty() {
                State::Declined
            } else if !self.counters(p).is_empty() {
                State::Answered
            } else {
                State::Open
            };
        };
        let gone = self.proposals().iter().any(|q| {
            let Some(Body::Propose { replaces, .. }) = body(q) else {
                return false;
            };
            q.about == p.about
                && replaces.iter().any(|name| self.may_mean(*name, p))
                && self.took(q)
        });
        let done = Person::BOTH.iter().all(|who| {
            self.said(Said::Complete, p)
                .iter()
                .any(|rec| rec.person == *who)
        });
        let Some(Body::Propose { until, .. }) = body(p) else {
            panic!("a proposal")
        };
        if withdrawn {
            State::Withdrawn
        } else if gone {
            State::Replaced
        } else if done {
            State::Completed
        } else if today > *until {
            State::Rests
        } else if today <= granted_on {
            State::Begins(Day(granted_on.0 + 1))
        } else {
            State::InForce
        }
    }

    /// Makings of owned objects that count.
    fn makings(&self) -> Vec<&'a Rec> {
        let made = |rec: &&Rec| {
            rec.about.is_none()
                && matches!(body(rec), Some(Body::Set { content: Some(content), .. })
                    if content.who == Who::Only(rec.person))
        };
        let made = |rec: &&Rec| made(rec) && self.stands(rec);
        let all: Vec<&Rec> = self.all.iter().filter(made).collect();
        let beats =
            |a: &Rec, b: &Rec| a.person == b.person && first(a) == first(b) && rank(a) < rank(b);
        all.iter()
            .copied()
            .filter(|b| !all.iter().any(|a| beats(a, b)))
            .collect()
    }

    /// The sets that count for the object that this act made.
    fn sets(&self, made: &Rec) -> Vec<&'a Rec> {
        let Some(Body::Set { ty: of, .. }) = body(made) else {
            panic!("a set")
        };
        let is_its_name = |name: Hash| {
            name == first(made)
                || self
                    .all
                    .iter()
                    .any(|rec| rec.hash == name && first(rec) == first(made) && same(rec, made))
        };
        let belongs = |rec: &&Rec| {
            let Some(Body::Set { ty, content, .. }) = body(rec) else {
                return false;
            };
            let fits = content
                .as_ref()
                .is_none_or(|c| c.who == Who::Only(rec.person));
            let named = match &rec.about {
                None => first(rec) == first(made) && same(rec, made),
                Some(about) => {
                    <[u8; 32]>::try_from(about.as_slice()).is_ok_and(|id| is_its_name(Hash(id)))
                }
            };
            rec.person == made.person && ty == of && fits && named && self.stands(rec)
        };
        let all: Vec<&Rec> = self.all.iter().filter(belongs).collect();
        let beats = |a: &Rec, b: &Rec| first(a) == first(b) && rank(a) < rank(b);
        all.iter()
            .copied()
            .filter(|b| !all.iter().any(|a| beats(a, b)))
            .collect()
    }

    /// Every object: owner, type, and the titles in force.
    pub fn owned(&self) -> BTreeSet<(Hash, Person, ItemType, BTreeSet<(Hash, String)>)> {
        let mut owned = BTreeSet::new();
        for made in self.makings() {
            let Some(Body::Set { ty, .. }) = body(made) else {
                panic!("a set")
            };
            let sets = self.sets(made);
            let names_of = |set: &Rec| -> BTreeSet<Hash> {
                let of_set = self.all.iter().filter(|rec| {
                    matches!(body(rec), Some(Body::Set { .. }))
                        && rec.person == made.person
                        && first(rec) == first(set)
                        && same(rec, set)
                        && self.is_set_of(rec, made)
                });
                of_set
                    .map(|rec| rec.hash)
                    .chain([set.hash, first(set)])
                    .collect()
            };
            let current = sets.iter().filter(|set| {
                let names = names_of(set);
                !sets.iter().any(|other| {
                    let Some(Body::Set { over, .. }) = body(other) else {
                        return false;
                    };
                    other.hash != set.hash && over.iter().any(|name| names.contains(name))
                })
            });
            let in_force: BTreeSet<(Hash, String)> = current
                .filter_map(|set| match body(set) {
                    Some(Body::Set {
                        content: Some(c), ..
                    }) => Some((set.hash, c.title.clone())),
                    _ => None,
                })
                .collect();
            if !in_force.is_empty() {
                owned.insert((made.hash, made.person, *ty, in_force));
            }
        }
        owned
    }

    /// Whether a set belongs to the object, whether or not it is the one that counts of its redos.
    fn is_set_of(&self, rec: &Rec, made: &Rec) -> bool {
        let Some(Body::Set { ty: of, .. }) = body(made) else {
            panic!("a set")
        };
        let Some(Body::Set { ty, content, .. }) = body(rec) else {
            return false;
        };
        let fits = content
            .as_ref()
            .is_none_or(|c| c.who == Who::Only(rec.person));
        let named = match &rec.about {
            None => same(rec, made),
            Some(about) => <[u8; 32]>::try_from(about.as_slice()).is_ok_and(|id| {
                let id = Hash(id);
                id == first(made)
                    || self
                        .all
                        .iter()
                        .any(|one| one.hash == id && first(one) == first(made) && same(one, made))
            }),
        };
        ty == of && fits && named
    }

    /// Entries about days that count, with the correction that stands for each, if any.
    pub fn follows(&self) -> BTreeSet<(Hash, Option<Hash>)> {
        let counts = |rec: &&Rec| {
            let Some(Body::Follow { target, .. }) = body(rec) else {
                return false;
            };
            let again = |other: &Rec| {
                rec.hash != other.hash
                    // B4: each kind from 128 on is taken apart.
                    && matches!(body(other), Some(Body::Follow { .. }))
                    && other.person == rec.person
                    && first(other) == first(rec)
                    && rank(other) < rank(rec)
            };
            self.may_log(*target, rec.person) && !self.all.iter().any(again)
        };
        let counting: Vec<&Rec> = self.all.iter().filter(counts).collect();
        let mut ordered = counting.clone();
        ordered.sort_by_key(|rec| (rec.log, rec.seq));
        let corrected = |rec: &Rec| {
            let by = ordered.iter().rev().filter(|c| {
                let Some(Body::Follow {
                    corrects: Some(name),
                    ..
                }) = body(c)
                else {
                    return false;
                };
                c.person == rec.person && c.hash != rec.hash && *name == rec.hash
            });
            let by_first = ordered.iter().rev().filter(|c| {
                let Some(Body::Follow {
                    corrects: Some(name),
                    ..
                }) = body(c)
                else {
                    return false;
                };
                c.person == rec.person && c.hash != rec.hash && *name == first(rec)
            });
            by.chain(by_first).next().map(|c| c.hash)
        };
        counting
            .iter()
            .map(|rec| (rec.hash, corrected(rec)))
            .collect()
    }

    /// Setbacks, and what was done about them, that count (S59): about nothing, or about what binds
    /// their author; and never about a setback or a day of the other.
    pub fn hard(&self) -> BTreeSet<Hash> {
        let is_theirs = |name: Hash, rec: &Rec| {
            self.all.iter().any(|other| {
                other.hash == name
                    && other.person != rec.person
                    && matches!(
                        body(other),
                        Some(Body::Setback { .. } | Body::Follow { .. })
                    )
            })
        };
        let kind = |rec: &Rec| body(rec).map(Body::kind);
        let counts = |rec: &&Rec| {
            let stands = match body(rec) {
                Some(Body::Setback { target, .. }) => {
                    target.is_none_or(|target| self.may_log(target, rec.person))
                }
                Some(Body::Amends { setback, .. }) => {
                    setback.is_none_or(|setback| !is_theirs(setback, rec))
                }
                _ => false,
            };
            let again = |other: &Rec| {
                rec.hash != other.hash
                    && kind(other) == kind(rec)
                    && other.person == rec.person
                    && first(other) == first(rec)
                    && rank(other) < rank(rec)
            };
            stands && !self.all.iter().any(again)
        };
        self.all.iter().filter(counts).map(|rec| rec.hash).collect()
    }

    /// S59: a proposal that took and binds them, or their own promise to themselves.
    fn may_log(&self, target: Hash, person: Person) -> bool {
        let agreed = self
            .proposals()
            .into_iter()
            .any(|p| self.may_mean(target, p) && content(p).who.includes(person) && self.took(p));
        let own = self.makings().into_iter().any(|made| {
            let Some(Body::Set { ty, .. }) = body(made) else {
                return false;
            };
            let named = target == first(made)
                || self
                    .all
                    .iter()
                    .any(|rec| rec.hash == target && first(rec) == first(made) && same(rec, made));
            *ty == ItemType::Promise && made.person == person && named
        });
        agreed || own
    }
}
