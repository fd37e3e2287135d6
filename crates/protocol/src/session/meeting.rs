//! Both have greeted: what is made of each frame, and what follows once something is durable.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

use identity::{Hash, Head, LogId, Mark, UnverifiedStatement};
use replica::{Fork, Outcome, Received, Refusal, Run, Wrong};

use super::ahead::{Ahead, Said};
use super::load::{Load, Size};
use super::search::Search;
use super::words::{Greeted, WordsTalk};
use super::{Event, Here, How, SessionError, Stop};
use crate::frames::{Frame, Hello};
use crate::{Moment, Violation};

/// A session after both greetings.
pub(super) struct Meeting {
    pub(super) peer: LogId,
    /// Only the practical lane of words: nothing of logs is said (B8).
    pub(super) practical: bool,
    pub(super) words: WordsTalk,
    pub(super) theirs: BTreeMap<LogId, Theirs>,
    /// Ids of the statements that the peer surely knows.
    pub(super) known: BTreeSet<Hash>,
    /// The greetings named two rosters: each end says once what the other may lack.
    pub(super) roster_due: bool,
    /// The roster as the peer was last told of it.
    pub(super) roster_said: Option<Hash>,
    pub(super) roster_awaited: bool,
    /// Records frames whose Stored has not come: the log, and the number of the last one.
    pub(super) in_flight: VecDeque<(LogId, u64)>,
    /// Another run can follow as soon as there is room for it.
    pub(super) wants_room: bool,
    pub(super) received: Load,
    pub(super) sent: Load,
    /// Stored without a mark, once each way: all that I waited for is durable, and I have nothing
    /// more to send. Without it, who holds equal marks could leave before the other's first
    /// record whose grace is over.
    pub(super) said_done: bool,
    pub(super) heard_done: bool,
    pub(super) settled: bool,
    /// The sum of what came in is kept.
    pub(super) caught_up: bool,
    pub(super) full: bool,
    pub(super) limit_reached: bool,
    pub(super) heard_at: Moment,
    pub(super) waiting_since: Option<Moment>,
    pub(super) wake_silent: Option<Moment>,
    pub(super) wake_grace: Option<Moment>,
    /// What leaves with the next flush.
    pub(super) frames: Vec<Frame>,
}

/// What is known of how far the peer holds one log.
pub(super) struct Theirs {
    /// What it last said.
    pub(super) mark: Head,
    /// Whether it ever named this log itself.
    pub(super) named: bool,
    /// The last number that it has or that is on its way to it.
    pub(super) sent: u64,
    /// Its mark proves that it holds a prefix of this log as it is held here. Nothing is sent before.
    pub(super) proven: bool,
    /// It holds more than is held here: it will send.
    pub(super) awaited: bool,
    /// It did not take what was sent: nothing more in this session.
    pub(super) refused: bool,
    /// It knows that this log is forked.
    pub(super) told: bool,
    /// A run of this log was dropped here, so what follows it cannot fit: that is nobody's wrong.
    pub(super) astray: bool,
    pub(super) search: Option<Search>,
    /// One search for each log in a session.
    pub(super) searched: bool,
    /// It was asked to show what it holds of this device's own log, and has not yet.
    pub(super) asked: bool,
}

/// What follows once something is durable.
pub(super) enum After {
    /// Statements were admitted.
    Roster { before: Hash },
    /// A run, or the evidence of a fork, was received.
    Received {
        log: LogId,
        new: Range<u64>,
        outcome: Outcome,
        reply: bool,
    },
    /// The last common record of a log was found.
    Found { log: LogId, common: Head },
    /// Words were taken; whether any is new.
    Words { news: bool },
    /// Something of our own: go on.
    Pump,
}

impl Theirs {
    pub(super) fn start(log: LogId) -> Theirs {
        Theirs {
            mark: Head::start(log),
            named: false,
            sent: 0,
            proven: false,
            awaited: false,
            refused: false,
            told: false,
            astray: false,
            search: None,
            searched: false,
            asked: false,
        }
    }
}

impl Meeting {
    pub(super) fn new(
        how: How,
        hello: Hello,
        greeted: Greeted,
        here: &mut Here<'_>,
    ) -> Result<Meeting, Stop> {
        let How { peer, live, .. } = how;
        // The lower lane holds.
        let practical = how.practical || hello.practical;
        let words = WordsTalk::new(greeted, hello.words, practical, here);
        // Both speak the lower version; there is only one so far.
        let roster = here.replica.roster();
        let same = hello.roster == Some(roster.digest());
        let mut known = BTreeSet::from([roster.pact().0, peer.0]);
        if same {
            known.extend(ids(roster.statements()));
        }
        let mut theirs = BTreeMap::new();
        for mark in hello.marks {
            let entry = Theirs {
                mark: mark.head(),
                named: true,
                ..Theirs::start(mark.log)
            };
            theirs.insert(mark.log, entry);
        }
        here.event(Event::Greeted {
            live: live && hello.live && !practical,
        });
        Ok(Meeting {
            peer,
            practical,
            words,
            theirs,
            known,
            roster_due: !same && !practical,
            roster_said: None,
            roster_awaited: !same && !practical,
            in_flight: VecDeque::new(),
            wants_room: false,
            received: Load::default(),
            sent: Load::default(),
            said_done: false,
            heard_done: false,
            settled: false,
            caught_up: false,
            full: false,
            limit_reached: false,
            heard_at: here.clock.moment,
            waiting_since: None,
            wake_silent: None,
            wake_grace: None,
            frames: Vec::new(),
        })
    }

    pub(super) fn frame(&mut self, ahead: Ahead, here: &mut Here<'_>) -> Result<(), Stop> {
        self.heard_at = here.clock.moment;
        self.received.take_other(ahead.pads)?;
        let said = ahead.said?;
        if self.practical && !matches!(said.kind(), 8..=10 | 12) {
            return Err(Violation::WrongLane(said.kind()).into());
        }
        let frame = match said {
            Said::Records { log, size, run } => {
                let reaction = self.records(log, size, run, here)?;
                return self.react(reaction, here);
            }
            Said::Frame(frame) => frame,
        };
        if !matches!(frame, Frame::Fork { .. }) {
            self.received.take_other(ahead.bytes)?;
        }
        let reaction = match frame {
            Frame::Pad { .. } | Frame::Address { .. } => return Ok(()),
            Frame::Roster { statements } => self.roster(&statements, here)?,
            Frame::Probe { log, seqs } => {
                self.received.take_question()?;
                let hashes = here.replica.hashes(here.shelf, log, &seqs)?;
                let at = seqs.into_iter().zip(hashes).collect();
                self.frames.push(Frame::Hashes { log, at });
                None
            }
            Frame::Hashes { log, at } => self.hashes(log, &at, here)?,
            Frame::Stored { marks } => {
                self.stored(&marks, here)?;
                None
            }
            Frame::Fork {
                log,
                from,
                one,
                other,
            } => {
                self.received.take_question()?;
                self.received.take_records(&one)?;
                self.received.take_records(&other)?;
                let fork = Fork {
                    log,
                    from,
                    ours: one,
                    other,
                };
                let outcome = here.replica.receive_fork(here.shelf, fork);
                self.took(log, outcome, false, here)?
            }
            Frame::WordsHave(have) => self.words_have(have, here)?,
            Frame::WordsWant { ids } => {
                self.words_want(&ids, here)?;
                None
            }
            Frame::Words { items } => self.words_come(&items, here)?,
            Frame::Records { .. }
            | Frame::Hello(_)
            | Frame::Join { .. }
            | Frame::OfferA { .. }
            | Frame::OfferB { .. }
            | Frame::Reveal { .. }
            | Frame::Confirm { .. } => return Err(Violation::OutOfPlace(frame.kind()).into()),
        };
        self.react(reaction, here)
    }

    fn react(&mut self, reaction: Option<After>, here: &mut Here<'_>) -> Result<(), Stop> {
        match reaction {
            Some(after) => self.follow(after, here),
            None if here.after.is_some() => Ok(()),
            None => self.pump(here),
        }
    }

    /// The last `Persist` is durable.
    pub(super) fn persisted(
        &mut self,
        done: Option<After>,
        here: &mut Here<'_>,
    ) -> Result<(), Stop> {
        let after = done.ok_or(Stop::Failed(SessionError::OutOfOrder))?;
        self.follow(after, here)
    }

    fn roster(
        &mut self,
        statements: &[Vec<u8>],
        here: &mut Here<'_>,
    ) -> Result<Option<After>, Stop> {
        self.roster_awaited = false;
        // What cannot be read, or does not verify, is dropped and never stored (B2).
        let statements: Vec<UnverifiedStatement> = statements
            .iter()
            .filter_map(|bytes| UnverifiedStatement::parse(bytes).ok())
            .collect();
        self.known
            .extend(statements.iter().map(UnverifiedStatement::id));
        let before = here.replica.roster().digest();
        let writes = here.replica.admit(here.shelf, statements)?;
        Ok(here.persist(writes, After::Roster { before }))
    }

    fn records(
        &mut self,
        log: LogId,
        size: Size,
        run: Result<Run, Wrong>,
        here: &mut Here<'_>,
    ) -> Result<Option<After>, Stop> {
        self.received.take_run(size)?;
        let from = run.as_ref().map_or(0, Run::from);
        if let Some(theirs) = self.theirs.get_mut(&log) {
            theirs.asked = false;
        }
        if self.full {
            self.reply(log, here);
            return Ok(None);
        }
        let outcome = here.replica.receive_read(here.shelf, log, run);
        if matches!(
            outcome,
            Ok(Received {
                outcome: Outcome::Differs,
                ..
            })
        ) {
            // The first record of every history follows the log's own name.
            if from == 1 {
                return Err(Violation::BadRun(log).into());
            }
            self.search(log, from.saturating_sub(1));
        }
        self.took(log, outcome, true, here)
    }

    fn took(
        &mut self,
        log: LogId,
        outcome: Result<Received, Refusal>,
        reply: bool,
        here: &mut Here<'_>,
    ) -> Result<Option<After>, Stop> {
        let wrong = match outcome {
            Ok(Received {
                writes,
                log,
                new,
                outcome,
            }) => {
                let after = After::Received {
                    log,
                    new,
                    outcome,
                    reply,
                };
                return Ok(here.persist(writes, after));
            }
            Err(Refusal::Wrong(wrong)) => wrong,
            Err(Refusal::Full) => {
                self.full = true;
                here.event(Event::Full);
                self.reply(log, here);
                return Ok(None);
            }
            Err(Refusal::Shelf(error)) => return Err(error.into()),
        };
        let astray = self.theirs.get(&log).is_some_and(|theirs| theirs.astray);
        match wrong {
            Wrong::Gap if astray => {
                self.reply(log, here);
                Ok(None)
            }
            Wrong::Gap => Err(Violation::Misplaced(log).into()),
            Wrong::UnknownLog => Err(Violation::UnknownLog(log).into()),
            Wrong::Record(_) | Wrong::Run(_) => Err(Violation::BadRun(log).into()),
            Wrong::NotAFork => Err(Violation::NoFork(log).into()),
        }
    }

    fn follow(&mut self, after: After, here: &mut Here<'_>) -> Result<(), Stop> {
        match after {
            After::Pump => {}
            After::Words { news } => self.words_kept(news, here),
            After::Roster { before } => {
                if here.replica.roster().digest() != before {
                    here.event(Event::RosterChanged);
                }
            }
            After::Found { log, common } => self.found(log, common, here),
            After::Received {
                log,
                new,
                outcome,
                reply,
            } => {
                if !new.is_empty() {
                    here.event(Event::Received { log, new });
                }
                self.came(log, outcome, here)?;
                if reply {
                    self.peer_holds(log, outcome, here);
                    self.tell_what_follows(here);
                    self.reply(log, here);
                }
                self.judge(log, here)?;
            }
        }
        self.pump(here)
    }

    fn came(&mut self, log: LogId, outcome: Outcome, here: &mut Here<'_>) -> Result<(), Stop> {
        // What does not simply follow has cost a look at the whole log, or at all of them.
        if !matches!(outcome, Outcome::Stored | Outcome::Restored) {
            self.received.take_question()?;
        }
        let theirs = self.theirs.entry(log).or_insert_with(|| Theirs::start(log));
        match outcome {
            // Who sends a record holds it: it is not to be sent back.
            Outcome::Stored => {
                if let Some(state) = here.replica.log(log) {
                    theirs.sent = theirs.sent.max(state.tip.head.seq);
                    if state.tip.head.seq > theirs.mark.seq {
                        theirs.mark = state.tip.head;
                    }
                }
            }
            Outcome::Known => {}
            Outcome::Beyond | Outcome::Differs => theirs.astray = true,
            Outcome::Restored => here.event(Event::Restored),
            Outcome::Forked => {
                theirs.astray = true;
                here.event(Event::Forked { log });
                self.tell_fork(log, here)?;
            }
        }
        Ok(())
    }

    /// What the peer sent it holds, whatever its last mark said.
    fn peer_holds(&mut self, log: LogId, outcome: Outcome, here: &Here<'_>) {
        let held = here.replica.log(log).map(|state| state.tip.head);
        if let (Outcome::Stored | Outcome::Restored, Some(held)) = (outcome, held)
            && let Some(theirs) = self.theirs.get_mut(&log)
            && held.seq > theirs.mark.seq
        {
            theirs.mark = held;
        }
    }

    /// Each Records frame is answered by one mark: how far this log is durable here now. If that is
    /// not its end, the other side knows that it was not taken.
    fn reply(&mut self, log: LogId, here: &Here<'_>) {
        let marks = here.replica.marks();
        let mark = marks.into_iter().find(|mark| mark.log == log);
        let mark = mark.unwrap_or_else(|| Head::start(log).of(log));
        self.frames.push(Frame::Stored { marks: vec![mark] });
    }

    fn stored(&mut self, marks: &[Mark], here: &mut Here<'_>) -> Result<(), Stop> {
        if marks.is_empty() {
            self.heard_done = true;
        }
        let own = here.replica.own_log();
        for mark in marks {
            let Some(theirs) = self.theirs.get_mut(&mark.log) else {
                continue;
            };
            let reply = self.in_flight.iter().position(|(log, _)| *log == mark.log);
            match reply.and_then(|at| self.in_flight.remove(at)) {
                Some((_, end)) => theirs.refused = mark.seq < end,
                // It held more of this device's log than it says now. That does not prove a prefix
                // of mine: this may be a restored copy, and it has to show what it held (B6).
                None if mark.log == own && mark.seq < theirs.mark.seq => continue,
                // Not an answer: it found the last common record and asks for what follows.
                None => {
                    theirs.sent = mark.seq;
                    theirs.refused = false;
                }
            }
            theirs.named = true;
            theirs.mark = mark.head();
            self.judge(mark.log, here)?;
        }
        Ok(())
    }
}

/// The ids of statements that this program itself keeps.
pub(super) fn ids<'a>(statements: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = Hash> {
    statements.filter_map(|bytes| Some(UnverifiedStatement::parse(bytes).ok()?.id()))
}
