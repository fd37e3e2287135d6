//! What this end does by itself, after every input: says who may speak, lets its own records go,
//! sends what the peer lacks, and notices when nothing is left to say.

use identity::{LogId, Mark};

use super::meeting::{After, Meeting, Theirs, ids};
use super::{Closing, Event, Here, Output, SILENCE_MS, Stop, Why};
use crate::frames::{Frame, MAX_STATEMENTS};

/// Records frames on their way at once: enough to keep a fast link busy, and both ends small. Each
/// is made when there is room for it, so that one at most waits here in memory.
const WINDOW: usize = 3;
/// Bytes of records in one frame that is sent. A reader takes runs four times as large; smaller ones
/// keep both ends within their memory while one is read and the one before is kept.
const SENT_BYTES: usize = 262_144;
/// Frames are flushed together up to this size.
const FLUSH_BYTES: usize = 16_384 - 512;

impl Meeting {
    /// Does everything that can be done now, up to the next `Persist`.
    pub(super) fn pump(&mut self, here: &mut Here<'_>) -> Result<(), Stop> {
        if here.after.is_some() {
            return Ok(());
        }
        if !self.practical {
            self.say_roster(here);
            self.judge_unproven(here)?;
            if let Some(after) = self.ask(here)? {
                return self.followed(after, here);
            }
            if here.after.is_none() {
                self.let_go(here);
            }
            if here.after.is_none() {
                self.send_records(here)?;
            }
        }
        // Records before words (B8).
        if here.after.is_none() && (self.practical || self.quiet(&here.replica.marks())) {
            self.pump_words(here)?;
        }
        if here.after.is_none() {
            self.catch_up(here);
        }
        if here.after.is_none() {
            self.settle(here);
            self.wake(here)?;
        }
        self.flush(here);
        Ok(())
    }

    /// Statements that the peer may lack, before any records (B8).
    fn say_roster(&mut self, here: &Here<'_>) {
        let digest = here.replica.roster().digest();
        if self.roster_said == Some(digest) && !self.roster_due {
            return;
        }
        self.roster_said = Some(digest);
        let mut statements = Vec::new();
        for bytes in here.replica.roster().statements() {
            let new = ids(std::iter::once(bytes)).any(|id| self.known.insert(id));
            if new {
                statements.push(bytes.to_vec());
            }
        }
        if self.roster_due || !statements.is_empty() {
            self.roster_due = false;
            let mut rest = statements.as_slice();
            while let Some((some, more)) = rest.split_at_checked(MAX_STATEMENTS) {
                self.frames.push(Frame::Roster {
                    statements: some.to_vec(),
                });
                rest = more;
            }
            self.frames.push(Frame::Roster {
                statements: rest.to_vec(),
            });
        }
    }

    /// Logs that are new here, or of which the peer held what could not be told.
    fn judge_unproven(&mut self, here: &Here<'_>) -> Result<(), Stop> {
        let devices: Vec<LogId> = here
            .replica
            .roster()
            .all_devices()
            .map(|c| c.log())
            .collect();
        for log in devices {
            let open = self
                .theirs
                .get(&log)
                .is_none_or(|theirs| !theirs.proven && theirs.search.is_none());
            if open {
                self.judge(log, here)?;
            }
        }
        Ok(())
    }

    /// One's own records: only after the peer's mark has proven a prefix of this log, only after
    /// their grace, and only once that they were offered is durable (B6).
    fn let_go(&mut self, here: &mut Here<'_>) {
        let own = here.replica.own_log();
        let Some(theirs) = self.theirs.get(&own).filter(|theirs| theirs.proven) else {
            return;
        };
        if here.replica.introducer().is_some() && theirs.named {
            let writes = here.replica.introduced();
            if here.persist(writes, After::Pump).is_none() {
                return;
            }
        }
        if here.replica.is_retired() {
            return;
        }
        let upto = here.replica.releasable(here.clock.unix_ms);
        if upto > here.replica.offered() {
            let writes = here.replica.offer(upto);
            // Nothing to write would mean nothing to wait for: `pump` goes on either way.
            here.persist(writes, After::Pump);
        }
    }

    /// The next run, if there is one and room for it. A log of which nothing may be sent after all
    /// makes way for another one.
    fn send_records(&mut self, here: &mut Here<'_>) -> Result<(), Stop> {
        let (marks, before) = (here.replica.marks(), self.in_flight.len());
        for mark in &marks {
            if self.in_flight.len() == before && before < WINDOW && self.may_send(mark) {
                self.send_run(mark, here)?;
            }
        }
        self.wants_room = self.in_flight.len() < WINDOW && marks.iter().any(|m| self.may_send(m));
        Ok(())
    }

    /// Whether records are left to send, or on their way.
    pub(super) fn has_records_to_send(&self, here: &Here<'_>) -> bool {
        let marks = here.replica.marks();
        !self.in_flight.is_empty() || marks.iter().any(|mark| self.may_send(mark))
    }

    fn may_send(&self, mark: &Mark) -> bool {
        let theirs = self.theirs.get(&mark.log);
        !self.limit_reached && theirs.is_some_and(|t| t.proven && !t.refused && t.sent < mark.seq)
    }

    fn send_run(&mut self, mark: &Mark, here: &mut Here<'_>) -> Result<(), Stop> {
        let Some(theirs) = self.theirs.get_mut(&mark.log) else {
            return Ok(());
        };
        let from = theirs.sent.saturating_add(1);
        let run = here
            .replica
            .outgoing(here.shelf, mark.log, from, SENT_BYTES)?;
        if run.records.is_empty() || run.from != from {
            // Nothing of this may be sent: do not ask again.
            theirs.refused = true;
            return Ok(());
        }
        if !self.sent.fits_within(&run.records, here.carries) {
            self.limit_reached = true;
            here.event(Event::LimitReached);
            return Ok(());
        }
        theirs.sent = theirs.sent.saturating_add(run.records.len() as u64);
        self.in_flight.push_back((mark.log, theirs.sent));
        self.frames.push(Frame::Records {
            log: mark.log,
            from,
            records: run.records,
        });
        Ok(())
    }

    /// Whether nothing is on its way, awaited or left to send.
    fn quiet(&self, marks: &[Mark]) -> bool {
        // Who has said that this is all will not send what it holds more: it may not, or a session
        // carries no more.
        let busy = |theirs: &Theirs| {
            (theirs.awaited && !self.heard_done) || theirs.search.is_some() || theirs.asked
        };
        !self.roster_due
            && !self.roster_awaited
            && self.in_flight.is_empty()
            && !self.theirs.values().any(busy)
            && !marks.iter().any(|mark| self.may_send(mark))
    }

    /// All that came in this session is in: its sum is kept, once.
    fn catch_up(&mut self, here: &mut Here<'_>) {
        if self.caught_up || !self.received.is_some() || !self.quiet(&here.replica.marks()) {
            return;
        }
        self.caught_up = true;
        let writes = here.replica.catch_up(here.shelf);
        here.persist(writes, After::Pump);
    }

    fn settle(&mut self, here: &mut Here<'_>) {
        let quiet = self.quiet(&here.replica.marks()) && self.words.is_quiet();
        if quiet && !self.said_done {
            self.said_done = true;
            if !self.practical {
                self.frames.push(Frame::Stored { marks: Vec::new() });
            }
        }
        let heard = self.heard_done || self.practical && self.words.is_ended();
        if quiet && heard && !self.settled {
            self.settled = true;
            // The other end holds more, and said that this is all: a session carries no more.
            let more = self.theirs.values().any(|theirs| theirs.awaited);
            if more && self.received.is_some() && !self.limit_reached {
                here.event(Event::LimitReached);
            }
            here.event(Event::Settled);
        }
    }

    fn wake(&mut self, here: &mut Here<'_>) -> Result<(), Stop> {
        let now = here.clock.moment;
        let waiting = !self.settled || !self.in_flight.is_empty();
        if !waiting {
            self.waiting_since = None;
        } else {
            // Not from when something was last heard: there may have been nothing to say since.
            let since = *self.waiting_since.get_or_insert(now);
            let silent = self.heard_at.max(since).plus(SILENCE_MS);
            if now >= silent {
                return Err(Stop::Close(Closing::Silent));
            }
            if self.wake_silent.is_none_or(|at| at <= now) {
                self.wake_silent = Some(silent);
                here.queue
                    .push_back(Output::WakeAt(Why::PeerSilent, silent));
            }
        }
        let release = here.replica.next_release(here.clock.unix_ms);
        let words = here
            .replica
            .words()
            .and_then(|(words, _)| words.next_release());
        let release = release.into_iter().chain(words).min();
        let release = release.map(|at| now.plus(at.saturating_sub(here.clock.unix_ms)));
        if release != self.wake_grace {
            self.wake_grace = release;
            if let Some(at) = release {
                here.queue.push_back(Output::WakeAt(Why::GraceOver, at));
            }
        }
        Ok(())
    }

    fn followed(&mut self, after: After, here: &mut Here<'_>) -> Result<(), Stop> {
        if let After::Found { log, common } = after {
            self.found(log, common, here);
        }
        self.pump(here)
    }

    /// Small frames leave together; a large run leaves alone, so that nothing waits behind it in
    /// memory.
    pub(super) fn flush(&mut self, here: &mut Here<'_>) {
        let mut together: Vec<Frame> = Vec::new();
        let mut size = 0;
        for frame in std::mem::take(&mut self.frames) {
            let more = frame.weight();
            if size + more > FLUSH_BYTES {
                here.transmit(&together);
                together.clear();
                size = 0;
            }
            size += more;
            together.push(frame);
        }
        here.transmit(&together);
    }
}
