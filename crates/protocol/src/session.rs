//! How two devices of one pact come to hold the same records (B8).
//!
//! ```text
//!   AwaitOpened ─▶ AwaitHello ─▶ Meeting ─▶ (dropped by the driver, or Close)
//! ```
//!
//! Both greet at once with their marks: how far they hold each log. A mark that is equal asks for
//! nothing; one that is a prefix of mine is answered with the rest; one that I do not know is waited
//! for; one that differs starts a search for the last common record, and ends in the evidence of a
//! fork. With nothing new that is one round trip. After that whatever is written here leaves at
//! once when its grace is over.
//!
//! Two orders hold always. What is stored is durable before the other end is told so: the queue
//! stops at a [`Output::Persist`] until [`Input::Persisted`]. And a record of one's own leaves only
//! when the other end's mark has proven that it holds a prefix of this log, the record's grace is
//! over, and that it was offered is durable (B6).
//!
//! An ordinary end has no frame: the driver stops once [`Event::Settled`] was seen and what was
//! transmitted is delivered.

mod ahead;
mod confirm;
mod hello;
mod judge;
mod load;
mod meeting;
mod pump;
mod search;
mod words;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use identity::LogId;
use replica::{Replica, Shelf, ShelfError, Write};

use crate::frames::{Frame, flush};
use crate::{Clock, FrameError, Moment, Violation};
use hello::{AwaitHello, greet};
use meeting::{After, Meeting};

pub use ahead::Ahead;
pub use load::{MAX_SESSION_BYTES, MAX_SESSION_RECORDS};

/// How long the other end may take to greet.
pub const HELLO_MS: u64 = 15_000;
/// How long nothing may come while something is awaited.
pub const SILENCE_MS: u64 = 60_000;

/// What happens to a session.
#[derive(Debug)]
pub enum Input<'a> {
    /// The stream stands. The driver has checked that the peer's TLS key is the session's.
    Opened,
    /// One frame: type byte and array.
    Frame(&'a [u8]),
    /// One frame that was read before.
    Ahead(Box<Ahead>),
    /// What is kept here changed by something else than this session: an entry was written or
    /// undone, another session received, a device was certified or revoked.
    Changed,
    /// The last [`Output::Persist`] is durable and applied.
    Persisted,
    /// A [`Output::WakeAt`] came due.
    Tick,
    /// What was transmitted is on its way, and the session [wants room](Session::wants_room).
    Room,
}

/// What a session wants done, in this order.
#[derive(Debug)]
pub enum Output {
    /// Apply these writes in one durable transaction, then say [`Input::Persisted`]. Nothing
    /// follows in the queue until then. If it fails, drop session and replica.
    Persist(Vec<Write>),
    /// Write these bytes to the stream.
    Transmit(Vec<u8>),
    /// Tell the program.
    Event(Event),
    /// Call again with [`Input::Tick`] at that moment. A later one with the same reason replaces it.
    WakeAt(Why, Moment),
    /// Drop the connection; the session is over. Only a violation sends a close frame.
    Close(Closing),
}

/// What the program may want to know. Nothing here says when the other person was there or what
/// they read (S6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The other device answered: from here on it is a meeting.
    Greeted {
        /// Whether both stay connected and pass on what is new at once.
        live: bool,
    },
    /// Records were stored, from the first number to before the second.
    Received {
        /// Of this log.
        log: LogId,
        /// These numbers.
        new: std::ops::Range<u64>,
    },
    /// Confidential words came in. Which, and what they say, only their reader sees.
    Words,
    /// There are statements that were not known: a device was added or revoked.
    RosterChanged,
    /// A device has signed two histories; it is frozen, and the evidence is kept.
    Forked {
        /// Its log.
        log: LogId,
    },
    /// The peer holds records of this device's log that were not here: this is a restored copy, and
    /// its person has to certify it anew (B6).
    Restored,
    /// This device keeps no more of the other side (S37).
    Full,
    /// There is more to pass on, either way, than one session may carry; the next one goes on from
    /// here. Told before [`Event::Settled`].
    LimitReached,
    /// Everything that either had to say at the greeting is said and stored. Once a session.
    Settled,
}

/// Why a session closes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Closing {
    /// The peer broke the rules.
    #[error("the other side broke the rules of the session")]
    Violation(#[source] Violation),
    /// The peer's device was revoked, or no certificate names it. It is told nothing.
    #[error("the other device may not speak here any more")]
    Revoked,
    /// The peer did not answer in time.
    #[error("the other side did not answer in time")]
    Silent,
}

/// What fails here, not at the peer.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// What is kept could not be read. Drop the session.
    #[error("what is kept could not be read")]
    Shelf(#[from] ShelfError),
    /// The driver went on before it had said [`Input::Persisted`], or said it without reason.
    #[error("the session was called out of order")]
    OutOfOrder,
}

/// Why a machine wants to be called at a later moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// An open invitation ends.
    TicketExpires,
    /// The other end has to have answered by then.
    PeerSilent,
    /// The two people have to have read their words by then.
    PersonAnswers,
    /// A record of one's own may leave from then on.
    GraceOver,
}

/// One meeting of this device with one other over one stream. Both ends run the same machine.
pub struct Session {
    peer: LogId,
    live: bool,
    practical: bool,
    carries: u64,
    state: State,
    queue: VecDeque<Output>,
    /// What follows once the last `Persist` is durable.
    after: Option<After>,
}

enum State {
    AwaitOpened,
    AwaitHello(AwaitHello),
    Meeting(Box<Meeting>),
    Over,
}

/// What a session works on while it handles one input.
struct Here<'a> {
    carries: u64,
    replica: &'a mut Replica,
    shelf: &'a dyn Shelf,
    clock: Clock,
    queue: &'a mut VecDeque<Output>,
    after: &'a mut Option<After>,
}

/// Why handling ends early.
enum Stop {
    Close(Closing),
    Failed(SessionError),
}

impl Session {
    /// A session with the device whose log is `peer`; `live` as `serve --live` wishes.
    #[must_use]
    pub fn new(peer: LogId, live: bool) -> Session {
        let (state, queue) = (State::AwaitOpened, VecDeque::new());
        Session {
            peer,
            live,
            practical: false,
            carries: MAX_SESSION_RECORDS,
            state,
            queue,
            after: None,
        }
    }

    /// A session that speaks of the practical lane of words alone: nothing of logs, marks, draft or
    /// roster is said or heard (B8).
    #[must_use]
    pub fn practical(peer: LogId) -> Session {
        Session {
            practical: true,
            ..Session::new(peer, false)
        }
    }

    /// Begins no run of records after that many in this session; the rest is for the next one.
    pub fn carry_at_most(&mut self, records: u64) {
        self.carries = records.min(MAX_SESSION_RECORDS);
    }

    /// Takes what happened; then [`poll`](Self::poll) until it is `None`.
    ///
    /// # Errors
    /// [`SessionError`]: the session is over and the replica should be opened again.
    pub fn handle(
        &mut self,
        input: Input<'_>,
        replica: &mut Replica,
        shelf: &dyn Shelf,
        clock: Clock,
    ) -> Result<(), SessionError> {
        let persisted = matches!(input, Input::Persisted);
        if persisted != self.after.is_some() {
            self.state = State::Over;
            return Err(SessionError::OutOfOrder);
        }
        let done = self.after.take();
        let here = Here {
            carries: self.carries,
            replica,
            shelf,
            clock,
            queue: &mut self.queue,
            after: &mut self.after,
        };
        let state = std::mem::replace(&mut self.state, State::Over);
        let how = How {
            peer: self.peer,
            live: self.live && !self.practical,
            practical: self.practical,
        };
        match step(state, input, done, how, here) {
            Ok(state) => self.state = state,
            Err(Stop::Close(closing)) => self.queue.push_back(Output::Close(closing)),
            Err(Stop::Failed(error)) => return Err(error),
        }
        Ok(())
    }

    /// The next thing wanted.
    pub fn poll(&mut self) -> Option<Output> {
        self.queue.pop_front()
    }

    /// Whether there is more to say once what was transmitted is on its way: then [`Input::Room`]
    /// is due. Without it the rest follows when the peer has stored what came before.
    #[must_use]
    pub fn wants_room(&self) -> bool {
        matches!(&self.state, State::Meeting(meeting) if meeting.wants_room) && self.after.is_none()
    }

    /// Up to which number the other end has said in this session that it holds a log.
    #[must_use]
    pub fn peer_holds(&self, log: LogId) -> u64 {
        match &self.state {
            State::Meeting(meeting) => meeting
                .theirs
                .get(&log)
                .filter(|theirs| theirs.named && theirs.proven)
                .map_or(0, |theirs| theirs.mark.seq),
            State::AwaitOpened | State::AwaitHello(_) | State::Over => 0,
        }
    }

    /// The other device's log.
    #[must_use]
    pub fn peer(&self) -> LogId {
        self.peer
    }

    /// Whether nothing can come of this session any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }
}

/// With whom, and how.
#[derive(Clone, Copy)]
struct How {
    peer: LogId,
    live: bool,
    practical: bool,
}

fn step(
    state: State,
    input: Input<'_>,
    done: Option<After>,
    how: How,
    mut here: Here<'_>,
) -> Result<State, Stop> {
    if matches!(state, State::Over) {
        return Ok(State::Over);
    }
    // A revoked peer gets nothing, whatever the session was doing.
    let roster = here.replica.roster();
    if roster.is_revoked(how.peer) || roster.certificate(how.peer).is_none() {
        return Err(Stop::Close(Closing::Revoked));
    }
    match (state, input) {
        (State::AwaitOpened, Input::Opened) => {
            let waiting = greet(how, &mut here)?;
            Ok(State::AwaitHello(waiting))
        }
        (State::AwaitOpened, Input::Frame(_) | Input::Ahead(_)) => {
            Err(Stop::Failed(SessionError::OutOfOrder))
        }
        (State::AwaitHello(waiting), Input::Frame(bytes)) => {
            waiting.handle(Ahead::read(bytes).said?, &mut here)
        }
        (State::AwaitHello(waiting), Input::Ahead(ahead)) => waiting.handle(ahead.said?, &mut here),
        (State::AwaitHello(waiting), Input::Tick) => waiting.tick(&here),
        (State::Meeting(mut meeting), input) => {
            match input {
                Input::Frame(bytes) => meeting.frame(Ahead::read(bytes), &mut here)?,
                Input::Ahead(ahead) => meeting.frame(*ahead, &mut here)?,
                Input::Persisted => meeting.persisted(done, &mut here)?,
                Input::Changed | Input::Tick | Input::Room => meeting.pump(&mut here)?,
                Input::Opened => {}
            }
            Ok(State::Meeting(meeting))
        }
        (state, Input::Opened | Input::Changed | Input::Tick | Input::Room | Input::Persisted) => {
            Ok(state)
        }
        (State::Over, Input::Frame(_) | Input::Ahead(_)) => Ok(State::Over),
    }
}

impl Here<'_> {
    fn transmit(&mut self, frames: &[Frame]) {
        if !frames.is_empty() {
            self.queue.push_back(Output::Transmit(flush(frames)));
        }
    }

    fn event(&mut self, event: Event) {
        self.queue.push_back(Output::Event(event));
    }

    /// Makes `writes` durable before `after`. Nothing to write is durable already.
    fn persist(&mut self, writes: Vec<Write>, after: After) -> Option<After> {
        if writes.is_empty() {
            return Some(after);
        }
        self.queue.push_back(Output::Persist(writes));
        *self.after = Some(after);
        None
    }
}

impl From<Violation> for Stop {
    fn from(violation: Violation) -> Self {
        Stop::Close(Closing::Violation(violation))
    }
}

impl From<FrameError> for Stop {
    fn from(error: FrameError) -> Self {
        Stop::from(Violation::Frame(error))
    }
}

impl From<ShelfError> for Stop {
    fn from(error: ShelfError) -> Self {
        Stop::Failed(SessionError::Shelf(error))
    }
}
