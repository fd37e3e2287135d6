//! One session over one stream: frames and changes in; what to keep, send and tell out.

use std::collections::{BTreeMap, VecDeque};
use std::future::pending;
use std::time::Duration;

use identity::LogId;
use protocol::session::{Ahead, Closing, Event, Input, Output, Session};
use protocol::{Frame, Moment, Why, flush};
use tokio::time::{Instant, sleep, sleep_until};

use super::Lane;
use crate::clock::Clock;
use crate::home::{Home, HomeError};
use crate::transport::{Line, Parked, Talking, TransportError};

/// A session, its line, and what waits to be written to it.
pub(super) struct Talk {
    session: Session,
    line: Talking,
    /// Flushes not yet taken by the other end, and how much of the first is.
    outbox: VecDeque<Vec<u8>>,
    taken: usize,
    wakes: BTreeMap<Why, Moment>,
    /// Everything said at the greeting is said and stored.
    pub(super) settled: bool,
    /// Both want to stay connected.
    pub(super) live: bool,
    /// When something was last said: a live line on which nothing is said would end.
    said: Instant,
    began: Instant,
}

/// How long a live line is left without a word.
const LULL: Duration = Duration::from_secs(15);

/// What is next for a talk.
pub(super) enum Next {
    /// The other end has room.
    Wrote(Result<usize, TransportError>),
    /// Something came in, or the line ended.
    Came(Result<Option<Box<Ahead>>, TransportError>),
    /// A deadline came due.
    Due,
    /// Nobody has said anything on a live line.
    Lull,
}

/// What a turn of the talk came to.
#[derive(Debug)]
pub(super) enum Turn {
    /// It goes on; these things happened.
    On(Vec<Event>),
    /// It is over, after these things happened.
    Over(Vec<Event>, Option<Closing>),
}

impl Talk {
    /// Greets over a line that stands.
    pub(super) fn open(
        home: &mut Home,
        line: Line,
        peer: LogId,
        lane: Lane,
        live: bool,
    ) -> Result<(Self, Turn), HomeError> {
        let mut session = match lane {
            Lane::All => Session::new(peer, live),
            Lane::Practical => Session::practical(peer),
        };
        if let Some(records) = home.session_records() {
            session.carry_at_most(records);
        }
        let mut talk = Self {
            session,
            line: line.read_ahead(),
            outbox: VecDeque::new(),
            taken: 0,
            wakes: BTreeMap::new(),
            settled: false,
            live: false,
            said: Instant::now(),
            began: Instant::now(),
        };
        let turn = talk.turn(home, Input::Opened)?;
        Ok((talk, turn))
    }

    pub(super) fn line(&self) -> &Talking {
        &self.line
    }

    /// With which device, and how far it has said that it holds a log.
    pub(super) fn peer_holds(&self, log: LogId) -> (LogId, u64) {
        (self.session.peer(), self.session.peer_holds(log))
    }

    /// Whether this line has stood for so long that a new one was not dialled beside it.
    pub(super) fn is_settled_in(&self) -> bool {
        self.began.elapsed() > super::table::DIAL
    }

    /// Whether all that was to be said so far is on its way.
    pub(super) fn has_said_all(&self) -> bool {
        self.outbox.is_empty()
    }

    pub(super) fn park(self) -> Parked {
        self.line.park()
    }

    /// Waits for what is next. May be dropped at any await point.
    pub(super) async fn next(&mut self, clock: &Clock) -> Next {
        let (sender, reader) = (&mut self.line.sender, &mut self.line.reader);
        let unwritten = self
            .outbox
            .front()
            .and_then(|flush| flush.get(self.taken..));
        let write = async {
            match unwritten {
                Some(bytes) => sender.write_some(bytes).await,
                None => pending().await,
            }
        };
        let due = self.wakes.values().min().copied();
        let live = self.live && unwritten.is_none();
        let lull = self.said + LULL;
        tokio::select! {
            // What is said leaves before more is heard: the other end can work meanwhile.
            biased;
            wrote = write => Next::Wrote(wrote),
            () = until(clock, due) => Next::Due,
            came = reader.frame() => Next::Came(came),
            () = sleep_until(lull), if live => Next::Lull,
        }
    }

    /// Acts on what was next.
    pub(super) fn take(&mut self, home: &mut Home, next: Next) -> Result<Turn, HomeError> {
        match next {
            Next::Wrote(Ok(count)) => {
                self.taken = self.taken.saturating_add(count);
                if self
                    .outbox
                    .front()
                    .is_some_and(|flush| flush.len() <= self.taken)
                {
                    self.outbox.pop_front();
                    self.taken = 0;
                }
                if self.outbox.is_empty() && self.session.wants_room() {
                    return self.turn(home, Input::Room);
                }
                Ok(Turn::On(Vec::new()))
            }
            Next::Came(Ok(Some(frame))) => self.turn(home, Input::Ahead(frame)),
            Next::Wrote(Err(_)) | Next::Came(Ok(None) | Err(_)) => Ok(Turn::Over(Vec::new(), None)),
            // Padding alone: the line stands, and only while both are live.
            Next::Lull => {
                self.say(flush(&[Frame::Pad { zeros: 0 }]));
                Ok(Turn::On(Vec::new()))
            }
            Next::Due => {
                let now = home.clock().moment();
                self.wakes.retain(|_, at| *at > now);
                self.turn(home, Input::Tick)
            }
        }
    }

    /// Something else than this session changed what is kept.
    pub(super) fn changed(&mut self, home: &mut Home) -> Result<Turn, HomeError> {
        self.turn(home, Input::Changed)
    }

    /// Whether all is said, stored and written: an ordinary end may follow.
    pub(super) fn is_done(&self) -> bool {
        self.settled && !self.live && self.outbox.is_empty()
    }

    /// An ordinary end: waits, not long, until the other end has what was written.
    pub(super) async fn finish(&mut self) {
        self.line.finish().await;
    }

    fn say(&mut self, flush: Vec<u8>) {
        self.outbox.push_back(flush);
        self.said = Instant::now();
    }

    /// One input, and all that follows from it. Each `Persist` is committed before what the queue
    /// holds after it is even seen.
    fn turn(&mut self, home: &mut Home, input: Input<'_>) -> Result<Turn, HomeError> {
        let mut events = Vec::new();
        let mut closing = None;
        let mut input = input;
        loop {
            let session = &mut self.session;
            let (outputs, persisted) = home.session_turn(|replica, shelf, clock| {
                session.handle(input, replica, shelf, clock)?;
                let (mut outputs, mut writes) = (Vec::new(), None);
                while let Some(output) = session.poll() {
                    match output {
                        Output::Persist(wanted) => writes = Some(wanted),
                        now @ (Output::Transmit(_)
                        | Output::Event(_)
                        | Output::WakeAt(..)
                        | Output::Close(_)) => outputs.push(now),
                    }
                }
                Ok((outputs, writes))
            })?;
            for output in outputs {
                match output {
                    Output::Transmit(bytes) => self.say(bytes),
                    Output::Event(event) => {
                        if let Event::Greeted { live } = event {
                            self.live = live;
                        }
                        self.settled |= event == Event::Settled;
                        events.push(event);
                    }
                    Output::WakeAt(why, at) => {
                        self.wakes.insert(why, at);
                    }
                    Output::Close(why) => closing = Some(why),
                    Output::Persist(_) => {}
                }
            }
            if let Some(why) = closing {
                if let Closing::Violation(violation) = why {
                    self.line.violated(violation.code());
                }
                return Ok(Turn::Over(events, Some(why)));
            }
            if !persisted {
                return Ok(Turn::On(events));
            }
            input = Input::Persisted;
        }
    }
}

/// Waits until a moment on the home's clock, or for ever.
pub(super) async fn until(clock: &Clock, due: Option<Moment>) {
    let Some(at) = due else {
        return pending().await;
    };
    loop {
        let now = clock.moment();
        if now >= at {
            return;
        }
        sleep(clock.nap(Duration::from_millis(at.since(now)))).await;
    }
}
