//! Connections between homes: two sessions, two wires, and everything that can go wrong there.

use std::collections::{BTreeMap, VecDeque};

use identity::LogId;
use protocol::{Closing, Event, Input, Output, Session, Violation, Why, take_frame};
use rand::RngExt;

use crate::home::{Prefix, Space};
use crate::{Dropped, SECOND, World, villain};

pub struct Link {
    pub ends: [End; 2],
    /// What is on its way to each end, in order: a stream loses nothing until it is cut.
    pub wires: [VecDeque<Flight>; 2],
    pub gone: bool,
}

pub struct End {
    pub home: usize,
    pub session: Session,
    /// Only that lane is open at this end.
    pub practical: bool,
    pub settled: bool,
    buffer: Vec<u8>,
    timers: BTreeMap<Why, u64>,
}

pub struct Flight {
    pub at: u64,
    pub bytes: Vec<u8>,
}

impl Link {
    pub fn joins(&self, a: usize, b: usize) -> bool {
        let homes = [self.ends[0].home, self.ends[1].home];
        homes == [a, b] || homes == [b, a]
    }
}

impl World {
    /// Two devices connect, if each knows the other's key and has not revoked it.
    pub fn connect(&mut self, a: usize, b: usize, live: bool) -> bool {
        let logs = [self.homes[a].connects_as(), self.homes[b].connects_as()];
        for (home, peer) in [(a, logs[1]), (b, logs[0])] {
            let roster = self.homes[home].replica.roster();
            if roster.certificate(peer).is_none() || roster.is_revoked(peer) {
                self.say(|| "does not let the other in".to_owned().prefix(home));
                return false;
            }
        }
        for at in [a, b] {
            let (home, now) = (&mut self.homes[at], self.now);
            if home.space == Space::Silent || home.has_left {
                return false;
            }
            home.reach_today(now);
        }
        let open = |at: usize| self.homes[at].space == Space::Open;
        let (homes, open) = ([a, b], [open(a), open(b)]);
        let end = |home: usize, peer: LogId| End {
            home,
            practical: !open[usize::from(homes[1] == home)],
            session: if open[usize::from(homes[1] == home)] {
                Session::new(peer, live)
            } else {
                Session::practical(peer)
            },
            settled: false,
            buffer: Vec::new(),
            timers: BTreeMap::new(),
        };
        self.say(|| format!("connects to {b}").prefix(a));
        let ends = [end(a, logs[1]), end(b, logs[0])];
        self.links.push(Link {
            ends,
            wires: [VecDeque::new(), VecDeque::new()],
            gone: false,
        });
        let link = self.links.len() - 1;
        for side in [0, 1] {
            self.feed(link, side, Input::Opened);
        }
        !self.links[link].gone
    }

    /// One input to one end, and everything that follows there.
    pub fn feed(&mut self, link: usize, side: usize, input: Input<'_>) {
        if self.links[link].gone {
            return;
        }
        let (end, now) = (&mut self.links[link].ends[side], self.now);
        let home = &mut self.homes[end.home];
        let clock = home.clock(now);
        end.session
            .handle(input, &mut home.replica, &home.shelf, clock)
            .expect("a session failed on its own shelf");
        if self.drain(link, side) {
            let home = self.links[link].ends[side].home;
            self.changed_but(home, Some((link, side)));
            self.open_seals(home);
        }
    }

    /// Does what a session wants, in its order; a crash can come before and after each. True if
    /// anything was persisted.
    fn drain(&mut self, link: usize, side: usize) -> bool {
        let at = self.links[link].ends[side].home;
        let mut persisted = false;
        while !self.links[link].gone {
            let Some(output) = self.links[link].ends[side].session.poll() else {
                break;
            };
            if self.roll(self.faults.crash) {
                self.say(|| "crashes before an output".to_owned().prefix(at));
                self.crash(at);
                return false;
            }
            match output {
                Output::Persist(writes) => {
                    self.homes[at]
                        .shelf
                        .apply(&writes)
                        .expect("writes that do not fit");
                    self.dirty.insert(at);
                    self.model.persisted(&self.homes, at);
                    persisted = true;
                    if self.roll(self.faults.crash) {
                        self.say(|| "crashes after a commit".to_owned().prefix(at));
                        self.crash(at);
                        return false;
                    }
                    let clock = self.homes[at].clock(self.now);
                    let home = &mut self.homes[at];
                    self.links[link].ends[side]
                        .session
                        .handle(Input::Persisted, &mut home.replica, &home.shelf, clock)
                        .expect("a session failed on its own shelf");
                }
                Output::Transmit(bytes) => self.transmit(link, side, bytes),
                Output::Event(event) => {
                    self.count(match &event {
                        Event::Greeted { .. } => "greeted",
                        Event::Received { .. } => "received",
                        Event::Words => "words",
                        Event::RosterChanged => "roster changed",
                        Event::Forked { .. } => "forked",
                        Event::Restored => "restored",
                        Event::Full => "full",
                        Event::LimitReached => "limit reached",
                        Event::Settled => "settled",
                    });
                    self.say(|| format!("is told {event:?}").prefix(at));
                    self.links[link].ends[side].settled |= event == Event::Settled;
                    self.homes[at].events.push(event);
                }
                Output::WakeAt(why, moment) => {
                    self.links[link].ends[side].timers.insert(why, moment.0);
                }
                Output::Close(why) => self.drop_link(link, side, why),
            }
        }
        persisted
    }

    fn transmit(&mut self, link: usize, side: usize, bytes: Vec<u8>) {
        let at = self.links[link].ends[side].home;
        let peer = self.links[link].ends[1 - side].home;
        assert!(self.homes[at].space != Space::Silent && !self.homes[at].has_left);
        self.model.leaving(&self.homes, at, &bytes, self.now);
        if !self.model.dishonest.contains(&self.homes[at].log) {
            let on = (self.now, self.links[link].ends[side].practical);
            self.model
                .words
                .leaving(&self.homes, (at, peer), &bytes, on);
        }
        self.say(|| format!("sends {}", in_short(&bytes)).prefix(at));
        let (mut rng, now) = (self.rng.clone(), self.now);
        let more = if villain::has_words(&bytes) { 8 } else { 1 };
        let trick = rng.random_range(0..1_000) < self.faults.villain * more;
        let pieces = if at == 1 && trick {
            self.count("trick");
            self.villain.twist(bytes, &mut rng, &self.homes[at])
        } else {
            self.villain.watch(at, &bytes);
            vec![bytes]
        };
        for bytes in pieces {
            // Latency differs; a stream keeps its order all the same.
            let wire = &mut self.links[link].wires[1 - side];
            let after = wire.back().map_or(0, |flight| flight.at);
            let flight = Flight {
                at: after.max(now + rng.random_range(1..80)),
                bytes,
            };
            wire.push_back(flight);
        }
        self.rng = rng;
    }

    fn drop_link(&mut self, link: usize, side: usize, why: Closing) {
        let (at, peer) = (
            self.links[link].ends[side].home,
            self.links[link].ends[1 - side].home,
        );
        self.say(|| format!("drops the connection: {why:?}").prefix(at));
        self.count(match why {
            Closing::Violation(_) => "violation",
            Closing::Revoked => "revoked",
            Closing::Silent => "silent",
        });
        self.dropped.push(Dropped { at, peer, why });
        self.links[link].gone = true;
    }

    /// The next bytes on a wire arrive.
    pub fn deliver(&mut self, link: usize, to: usize) -> bool {
        if self.links[link].gone {
            return false;
        }
        let Some(flight) = self.links[link].wires[to].pop_front() else {
            return false;
        };
        self.now = self.now.max(flight.at);
        self.links[link].ends[to]
            .buffer
            .extend_from_slice(&flight.bytes);
        while !self.links[link].gone {
            match take_frame(&mut self.links[link].ends[to].buffer) {
                Ok(Some(frame)) => self.feed(link, to, Input::Frame(&frame)),
                Ok(None) => break,
                Err(error) => {
                    self.drop_link(link, to, Closing::Violation(Violation::Frame(error)));
                }
            }
        }
        true
    }

    /// Something changed at a home: its sessions are told.
    pub fn changed(&mut self, at: usize) {
        self.changed_but(at, None);
    }

    fn changed_but(&mut self, at: usize, but: Option<(usize, usize)>) {
        self.dirty.insert(at);
        for link in 0..self.links.len() {
            for side in [0, 1] {
                if self.links[link].ends[side].home == at && but != Some((link, side)) {
                    self.feed(link, side, Input::Changed);
                }
            }
        }
    }

    pub fn cut(&mut self, link: usize) {
        self.count("cut");
        self.links[link].gone = true;
    }

    pub fn cut_all(&mut self, home: usize) {
        for link in &mut self.links {
            link.gone |= link.ends.iter().any(|end| end.home == home);
        }
    }

    /// The process dies; everything that was not durable is gone.
    pub fn crash(&mut self, at: usize) {
        self.count("crash");
        self.cut_all(at);
        self.dirty.insert(at);
        self.homes[at].reopen();
        self.homes[at].reach_today(self.now);
    }

    /// Time passes; whoever asked to be woken is.
    pub fn pass(&mut self, ms: u64) {
        self.now += ms;
        for at in 0..self.homes.len() {
            self.homes[at].reach_today(self.now);
            self.dirty.insert(at);
        }
        self.ring();
    }

    fn ring(&mut self) {
        for link in 0..self.links.len() {
            for side in [0, 1] {
                let now = self.now;
                let end = &mut self.links[link].ends[side];
                let asked = end.timers.len();
                end.timers.retain(|_, at| *at > now);
                let due = end.timers.len() < asked;
                if due {
                    self.feed(link, side, Input::Tick);
                }
            }
        }
    }

    /// Delivers in the order of time until no wire carries anything; long waits are not waited for.
    pub fn run(&mut self) {
        for _ in 0..100_000 {
            self.links.retain(|link| !link.gone);
            let mut next: Option<(u64, usize, usize)> = None;
            for (index, link) in self.links.iter().enumerate() {
                for (to, wire) in link.wires.iter().enumerate() {
                    let Some(flight) = wire.front() else { continue };
                    if next.is_none_or(|(at, ..)| flight.at < at) {
                        next = Some((flight.at, index, to));
                    }
                }
            }
            let Some((_, link, to)) = next else { return };
            self.deliver(link, to);
            self.ring();
        }
        panic!("two homes talk for ever");
    }

    /// They meet once, undisturbed, and part when both have said everything. False if they could
    /// not meet or did not come to an end.
    pub fn meet(&mut self, a: usize, b: usize) -> bool {
        for link in &mut self.links {
            link.gone |= link.joins(a, b);
        }
        self.links.retain(|link| !link.gone);
        if !self.connect(a, b, false) {
            return false;
        }
        self.run();
        let link = self.links.iter_mut().find(|link| link.joins(a, b));
        let settled = link.is_some_and(|link| {
            link.gone = true;
            link.ends.iter().all(|end| end.settled)
        });
        self.links.retain(|link| !link.gone);
        self.now += SECOND;
        settled
    }
}

/// The frames of a flush, for whoever replays a failure.
fn in_short(bytes: &[u8]) -> String {
    let mut rest = bytes.to_vec();
    let mut short = Vec::new();
    while let Ok(Some(frame)) = take_frame(&mut rest) {
        match protocol::decode(&frame) {
            Ok(protocol::Frame::Pad { .. }) => {}
            Ok(protocol::Frame::Records { log, from, records }) => {
                short.push(format!("Records {log:?} from {from}, {}", records.len()));
            }
            Ok(protocol::Frame::Fork {
                log,
                from,
                one,
                other,
            }) => {
                short.push(format!(
                    "Fork {log:?} from {from}, {} {}",
                    one.len(),
                    other.len()
                ));
            }
            Ok(protocol::Frame::Roster { statements }) => {
                short.push(format!("Roster of {}", statements.len()));
            }
            Ok(frame) => short.push(format!("{frame:?}")),
            Err(error) => short.push(error.to_string()),
        }
    }
    short.join("; ")
}
