//! Two homes on a desk: what each output of a session was, in its order.

use std::collections::VecDeque;

use identity::{Day, LogId, Person};
use pact::{Act, Body};
use replica::Entry;
use replica::testing::{Couple, Home};

use crate::frames::{Frame, decode, encode, take_frame};
use crate::session::{Closing, Event, Input, Output, Session, Why};
use crate::{Clock, Moment, Violation};

/// What a session did, one thing after another.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Did {
    Persisted,
    Said(Frame),
    Told(Event),
    Wants(Why, u64),
    Closed(Closing),
}

pub(super) struct End {
    pub(super) home: Home,
    pub(super) session: Session,
    pub(super) did: Vec<Did>,
    pub(super) now: u64,
    pub(super) grace: u64,
    /// Bytes that left.
    pub(super) sent: usize,
    /// Frames that left and have not arrived.
    pub(super) wire: VecDeque<Vec<u8>>,
}

impl End {
    pub(super) fn new(home: Home, peer: LogId) -> End {
        End {
            home,
            session: Session::new(peer, false),
            did: Vec::new(),
            now: 10_000,
            grace: 0,
            sent: 0,
            wire: VecDeque::new(),
        }
    }

    fn clock(&self) -> Clock {
        Clock {
            moment: Moment(self.now),
            unix_ms: self.now,
        }
    }

    pub(super) fn feed(&mut self, input: Input<'_>) {
        let clock = self.clock();
        let (replica, shelf) = (&mut self.home.replica, &self.home.shelf);
        self.session.handle(input, replica, shelf, clock).unwrap();
        while let Some(output) = self.session.poll() {
            match output {
                Output::Persist(writes) => {
                    assert!(self.session.poll().is_none(), "something follows a Persist");
                    self.did.push(Did::Persisted);
                    self.home.keep(&writes);
                    let clock = self.clock();
                    let (replica, shelf) = (&mut self.home.replica, &self.home.shelf);
                    self.session
                        .handle(Input::Persisted, replica, shelf, clock)
                        .unwrap();
                }
                Output::Transmit(mut bytes) => {
                    self.sent += bytes.len();
                    while let Some(frame) = take_frame(&mut bytes).unwrap() {
                        self.wire.push_back(frame.clone());
                        let frame = decode(&frame).unwrap();
                        if !matches!(frame, Frame::Pad { .. }) {
                            self.did.push(Did::Said(frame));
                        }
                    }
                }
                Output::Event(event) => self.did.push(Did::Told(event)),
                Output::WakeAt(why, at) => self.did.push(Did::Wants(why, at.0)),
                Output::Close(closing) => self.did.push(Did::Closed(closing)),
            }
        }
    }

    pub(super) fn hears(&mut self, frame: &Frame) {
        self.feed(Input::Frame(&encode(frame)));
    }

    pub(super) fn said(&self) -> Vec<u8> {
        let kind = |did: &Did| match did {
            Did::Said(frame) => Some(frame.kind()),
            _ => None,
        };
        self.did.iter().filter_map(kind).collect()
    }

    pub(super) fn closed(&self) -> Option<Closing> {
        let closed = |did: &Did| match did {
            Did::Closed(closing) => Some(*closing),
            _ => None,
        };
        self.did.iter().find_map(closed)
    }

    pub(super) fn violation(&self) -> Option<Violation> {
        match self.closed() {
            Some(Closing::Violation(violation)) => Some(violation),
            _ => None,
        }
    }

    pub(super) fn told(&self, event: &Event) -> bool {
        self.did.contains(&Did::Told(event.clone()))
    }

    /// Writes thanks with the grace that this end has, and tells the session.
    pub(super) fn thanks(&mut self, text: &str) {
        self.thanks_quietly(text);
        self.feed(Input::Changed);
    }

    pub(super) fn thanks_quietly(&mut self, text: &str) {
        let body = Body::Thanks {
            text: text.into(),
            about: None,
        };
        let entry = Entry::act(Day(20_000), None, &Act::new(body));
        self.home.write(entry, self.now, self.grace);
    }
}

/// Ana and Ben, each with a session for the other, not opened.
pub(super) fn ana_and_ben() -> (Couple, End, End) {
    let mut couple = Couple::new(1);
    let [ana, ben] = couple.homes();
    let (a, b) = (ana.log(), ben.log());
    (couple, End::new(ana, b), End::new(ben, a))
}

/// Delivers until nothing is on its way; gives how many times a wire was emptied.
pub(super) fn talk(ana: &mut End, ben: &mut End) -> usize {
    let mut flights = 0;
    while !ana.wire.is_empty() || !ben.wire.is_empty() {
        flights += 1;
        assert!(flights < 1_000, "two homes talk for ever");
        let (to_ben, to_ana) = (std::mem::take(&mut ana.wire), std::mem::take(&mut ben.wire));
        for frame in to_ben {
            ben.feed(Input::Frame(&frame));
        }
        for frame in to_ana {
            ana.feed(Input::Frame(&frame));
        }
    }
    flights
}

pub(super) fn open(ana: &mut End, ben: &mut End) -> usize {
    ana.feed(Input::Opened);
    ben.feed(Input::Opened);
    talk(ana, ben)
}

/// A new session between the same homes.
pub(super) fn again(ana: End, ben: End) -> (End, End) {
    let (a, b) = (ana.home.log(), ben.home.log());
    (End::new(ana.home, b), End::new(ben.home, a))
}

pub(super) fn same(ana: &End, ben: &End) -> bool {
    let (a, b) = (&ana.home.replica, &ben.home.replica);
    a.marks() == b.marks() && a.view() == b.view() && a.roster().digest() == b.roster().digest()
}

/// A device of a person that nobody has met yet.
pub(super) fn another(couple: &mut Couple, person: Person) -> Home {
    let log = couple.certify(person, None);
    couple.home(log)
}
