//! One end of a connection in the hands of a test: what an attacker says to a real session, and
//! what comes back.

use identity::{DeviceKeys, Head, LogId, NewRecord, Record, Tip, sign_record};
use protocol::{
    Clock, Closing, Frame, Hello, Input, Moment, Output, Session, Violation, decode, encode,
    take_frame,
};

use crate::home::Prefix;
use crate::{BEGINNING, World};

/// A connection to one home, whose other end a test holds.
pub struct Line {
    at: usize,
    session: Session,
    /// What the home said, without Pad.
    pub said: Vec<Frame>,
    pub closed: Option<Closing>,
    buffer: Vec<u8>,
}

impl World {
    /// A connection to a home by whoever holds the keys of `peer`; the greetings are exchanged.
    pub fn line(&mut self, at: usize, peer: LogId) -> Line {
        let mut line = self.silent_line(at, peer);
        let roster = Some(self.homes[at].replica.roster().digest());
        let hello = Hello {
            version: 1,
            live: true,
            practical: false,
            roster,
            marks: Vec::new(),
            words: Some(identity::words::Having::NONE),
        };
        line.says(self, &Frame::Hello(hello));
        line
    }

    /// The same, before anything was said to it.
    pub fn silent_line(&mut self, at: usize, peer: LogId) -> Line {
        let session = Session::new(peer, true);
        let (said, buffer) = (Vec::new(), Vec::new());
        let mut line = Line {
            at,
            session,
            said,
            closed: None,
            buffer,
        };
        line.feed(self, Input::Opened);
        line
    }
}

impl Line {
    pub fn says(&mut self, world: &mut World, frame: &Frame) {
        self.feed(world, Input::Frame(&encode(frame)));
    }

    /// Bytes as they come out of a stream.
    pub fn streams(&mut self, world: &mut World, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        while self.closed.is_none() {
            match take_frame(&mut self.buffer) {
                Ok(Some(frame)) => self.feed(world, Input::Frame(&frame)),
                Ok(None) => break,
                Err(error) => self.closed = Some(Closing::Violation(Violation::Frame(error))),
            }
        }
    }

    /// A run of a log.
    pub fn sends(&mut self, world: &mut World, log: LogId, from: u64, records: Vec<Vec<u8>>) {
        self.says(world, &Frame::Records { log, from, records });
    }

    pub fn violation(&self) -> Option<Violation> {
        match self.closed {
            Some(Closing::Violation(violation)) => Some(violation),
            _ => None,
        }
    }

    fn feed(&mut self, world: &mut World, input: Input<'_>) {
        let home = &mut world.homes[self.at];
        let clock = Clock {
            moment: Moment(world.now),
            unix_ms: BEGINNING + world.now,
        };
        self.session
            .handle(input, &mut home.replica, &home.shelf, clock)
            .unwrap();
        while let Some(output) = self.session.poll() {
            let home = &mut world.homes[self.at];
            match output {
                Output::Persist(writes) => {
                    home.shelf.apply(&writes).unwrap();
                    let (replica, shelf) = (&mut home.replica, &home.shelf);
                    self.session
                        .handle(Input::Persisted, replica, shelf, clock)
                        .unwrap();
                }
                Output::Transmit(mut bytes) => {
                    while let Some(frame) = take_frame(&mut bytes).unwrap() {
                        match decode(&frame).unwrap() {
                            Frame::Pad { .. } => {}
                            frame => self.said.push(frame),
                        }
                    }
                }
                Output::Event(event) => home.events.push(event),
                Output::WakeAt(..) => {}
                Output::Close(closing) => self.closed = Some(closing),
            }
        }
        world.touch(self.at);
        world.say(|| "heard a stranger".to_owned().prefix(0));
    }
}

/// A log in an attacker's hands: it signs whatever it is told.
pub struct Forger {
    pub keys: DeviceKeys,
    pub log: LogId,
    pub tip: Tip,
}

impl Forger {
    /// With the keys of a home, from where its log stands.
    pub fn of(world: &World, at: usize) -> Forger {
        let home = &world.homes[at];
        let tip = home.replica.log(home.log).map(|state| state.tip.clone());
        Forger {
            keys: home.keys(),
            log: home.log,
            tip: tip.unwrap_or_else(|| Tip::start(home.log)),
        }
    }

    pub fn at(mut self, head: Head) -> Forger {
        self.tip.head = head;
        self
    }

    pub fn signs(&mut self, new: NewRecord) -> Record {
        let record = sign_record(&self.keys, self.log, &self.tip, new).unwrap();
        self.tip.head = record.mark().head();
        record
    }
}
