//! Takes in one record at a time, as a fact; judging comes later.

use identity::{Hash, Head};

use super::plan::{Marks, Proposal, Said, SetAct, Stamp};
use super::rings::{Kept, Log, Wrong, sort};
use super::{Answer, Placed, View, Why};
use crate::act::{Act, Body, Reading};
use crate::content::{ItemId, Who};

/// An offer holds for at most so many days from the day it is made on (B5).
const LONGEST_AGREEMENT: u32 = 366;

impl View {
    /// Takes in the next record of its log; false, and nothing changed, if it is not the next one.
    pub fn fold(&mut self, record: &Placed<'_>) -> bool {
        // An act about the plan may touch what is settled.
        let of_plan = matches!(record.reading, Reading::Act(act) if sort(&act.body).is_none());
        if of_plan && !self.bring_back() {
            // Only a cache: whoever folds sees that it covers nothing any more.
            *self = Self::new(self.pact);
            return false;
        }
        if let Some(row) = self.logs.get_mut(&record.log) {
            if record.seq != row.head.seq.wrapping_add(1) {
                return false;
            }
            row.head = Head {
                seq: record.seq,
                hash: record.hash,
            };
        } else if record.seq == 1 {
            let mut row = Log::new(record.log, record.person);
            row.head = Head {
                seq: 1,
                hash: record.hash,
            };
            self.logs.insert(record.log, row);
        } else {
            return false;
        }
        let (kind, taken) = match record.reading {
            Reading::Act(act) => (act.kind(), self.take(record, act)),
            Reading::Malformed(_) => (0, Err(Why::Malformed)),
            Reading::UnknownCritical => {
                self.log_of(record, |log| {
                    log.push_unreadable(record.about.unwrap_or_default())
                });
                return true;
            }
            Reading::Edit | Reading::UnknownIgnorable => return true,
        };
        if let Err(why) = taken {
            let wrong = Wrong {
                hash: record.hash,
                seq: record.seq,
                kind,
                why,
            };
            self.log_of(record, |log| log.push_wrong(wrong));
        }
        true
    }

    /// Keeps an act, or says why it can have no effect whatever else is held.
    fn take(&mut self, record: &Placed<'_>, act: &Act) -> Result<(), Why> {
        if let Some(sort) = sort(&act.body) {
            let ends_space = matches!(act.body, Body::SpaceEnded);
            let kept = Kept {
                hash: record.hash,
                redo: act.redo,
                seq: record.seq,
                day: record.day,
                unattended: record.flags.unattended,
                closed: record.flags.closed,
                body: act.body.clone(),
                marks: if ends_space {
                    marks(record)
                } else {
                    Marks::new()
                },
            };
            self.log_of(record, |log| log.push(sort, kept));
            return Ok(());
        }
        let at = Stamp {
            hash: record.hash,
            redo: act.redo,
            log: record.log,
            seq: record.seq,
            person: record.person,
            day: record.day,
            unattended: record.flags.unattended,
        };
        if let Body::Set { ty, content, over } = &act.body {
            let about = record.about.map(<[u8; 32]>::try_from).transpose();
            let about = about.map_err(|_| Why::About)?.map(Hash);
            let fits = match content {
                Some(content) => content.who == Who::Only(record.person),
                None => about.is_some(),
            };
            if !fits {
                return Err(Why::NotSuchAnObject);
            }
            let set = SetAct {
                at,
                makes: about.is_none(),
                ty: *ty,
                content: content.as_deref().cloned(),
                over: over.clone(),
            };
            self.plan.add_set(about, set);
        } else if let Body::Propose {
            content,
            until,
            replaces,
            answers,
        } = &act.body
        {
            let item = record.about.map(<[u8; 16]>::try_from).and_then(Result::ok);
            let item = item.map(ItemId).ok_or(Why::About)?;
            if !content.who.includes(record.person) {
                return Err(Why::NotBound);
            }
            if *until > record.day.plus(LONGEST_AGREEMENT) {
                return Err(Why::TooLong);
            }
            self.plan.add_proposal(Proposal {
                at,
                item,
                content: (**content).clone(),
                until: *until,
                replaces: replaces.clone(),
                answers: *answers,
                marks: if answers.is_some() {
                    marks(record)
                } else {
                    Marks::new()
                },
            });
        } else if let Some((p, answer)) = answer(&act.body) {
            if answer == Answer::Agree && at.unattended {
                return Err(Why::Unattended);
            }
            let kills = matches!(answer, Answer::Decline | Answer::Withdraw);
            let marks = if kills { marks(record) } else { Marks::new() };
            self.plan.add_answer(p, Said { at, answer, marks });
        }
        Ok(())
    }

    fn log_of(&mut self, record: &Placed<'_>, change: impl FnOnce(&mut Log)) {
        if let Some(log) = self.logs.get_mut(&record.log) {
            change(log);
        }
    }
}

fn marks(record: &Placed<'_>) -> Marks {
    record
        .marks
        .iter()
        .map(|(log, head)| (*log, head.seq))
        .collect()
}

/// The answer that an act is, and the proposal that it names.
fn answer(body: &Body) -> Option<(Hash, Answer)> {
    if let Body::Agree { p } = body {
        Some((*p, Answer::Agree))
    } else if let Body::Decline { p } = body {
        Some((*p, Answer::Decline))
    } else if let Body::Withdraw { p } = body {
        Some((*p, Answer::Withdraw))
    } else if let Body::Complete { p } = body {
        Some((*p, Answer::Complete))
    } else {
        None
    }
}
