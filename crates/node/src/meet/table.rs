//! The table where both may sit: one socket, a door, one talk at a time.
//!
//! ```text
//!   knocks ─▶ door ─┐
//!   dials ──────────┴─▶ lines ─ known key? ─▶ talk ─▶ events
//!   other processes of this home ─ notices ──▲
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use identity::LogId;
use protocol::session::{Closing, Event};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::talk::{Talk, Turn};
use super::{Lane, MeetError, silence};
use crate::home::Home;
use crate::notify::{Listener, Notice};
use crate::pair::Driver;
use crate::transport::{Endpoint, Line, Lull, Parked, Pins, Silence, Valve};

/// How long one address is tried.
pub(super) const DIAL: Duration = Duration::from_secs(5);

/// So many lines are kept that are not used any more: each may hold what its peer sent unasked.
const PARKED: usize = 8;

/// A socket and who is at it.
pub(super) struct Table {
    endpoint: Endpoint,
    pins: Pins,
    lines: UnboundedReceiver<Option<Line>>,
    arrivals: UnboundedSender<Option<Line>>,
    /// The door and the dials; ended with the table.
    tasks: JoinSet<()>,
    notices: Listener,
    talk: Option<Talk>,
    /// Lines that lost against another, or are done: nothing is said over them any more, so they
    /// end by themselves, without a word, in the same while at both ends.
    parked: VecDeque<Parked>,
    lane: Lane,
    live: bool,
    /// How far each device that was met holds this device's log, as it said itself.
    held: BTreeMap<LogId, u64>,
    /// This home's person has taken space on another device: this one falls silent too, once it
    /// has acknowledged that.
    follows: bool,
}

/// For what a table is set.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// To meet, as far as the valve lets.
    Meet {
        /// Whether to stay connected.
        live: bool,
    },
    /// To say once that space was taken. The valve is shut already: this socket alone speaks, and
    /// not a moment longer.
    Announce {
        /// Until when.
        end: Instant,
    },
}

impl Way {
    /// What this socket may carry, and the question that is asked at each of its datagrams.
    fn tap(self, home: &Home) -> Result<(Lane, Silence), MeetError> {
        match self {
            Self::Meet { .. } => {
                let lane = Lane::open(home.places()).ok_or(MeetError::Silent)?;
                Ok((lane, silence(home.places(), lane)))
            }
            Self::Announce { end } => Ok((Lane::All, Arc::new(move || Instant::now() >= end))),
        }
    }
}

/// What happened at the table.
#[derive(Debug)]
pub(super) enum Happened {
    /// Within the talk.
    Events(Vec<Event>),
    /// The talk is over: by itself, or by what it found.
    Over {
        /// What happened last.
        events: Vec<Event>,
        /// Why, if not by itself.
        closing: Option<Closing>,
        /// Whether all was said and stored before.
        settled: bool,
    },
    /// A dial reached nobody at any address.
    NobodyThere,
    /// Both said yes long ago, and now both know.
    Met,
    /// Another process of this home says so.
    Noticed(Notice),
}

impl Table {
    /// Opens a socket. The durable valve is asked first, and at each datagram.
    pub(super) fn set(
        home: &mut Home,
        listen: Option<SocketAddr>,
        way: Way,
    ) -> Result<Self, MeetError> {
        let (lane, silent) = way.tap(home)?;
        let live = matches!(way, Way::Meet { live: true });
        home.release_letter()?;
        let notices = Listener::bind(&home.places().state).map_err(MeetError::Local)?;
        let (seed, public) = home.tls_keys()?;
        let pins = Pins::only(home.peer_keys()?);
        let valve = || Valve::new(silent.clone());
        let bind = |address| Endpoint::bind(address, &seed, &public, &pins, valve(), Lull::Ends);
        let anywhere = || Endpoint::bind_anywhere(&seed, &public, &pins, &valve(), Lull::Ends);
        let endpoint = match listen {
            Some(address) => bind(address)?,
            // The set port may be taken by another process of this home: any will do to dial from.
            None => match home.settings().listen {
                Some(address) => bind(address).or_else(|_| anywhere())?,
                None => anywhere()?,
            },
        };
        let (arrivals, lines) = unbounded_channel();
        let mut tasks = JoinSet::new();
        let (reach, door) = (endpoint.reach(), arrivals.clone());
        tasks.spawn(async move {
            while let Some(knock) = reach.accept().await {
                let door = door.clone();
                tokio::spawn(async move {
                    if let Ok(line) = knock.answer().await {
                        drop(door.send(Some(line)));
                    }
                });
            }
        });
        let (talk, parked) = (None, VecDeque::new());
        Ok(Self {
            endpoint,
            pins,
            lines,
            arrivals,
            tasks,
            notices,
            talk,
            parked,
            lane,
            live,
            held: BTreeMap::new(),
            follows: false,
        })
    }

    /// How far each device that was met holds this device's log.
    pub(super) fn held(&self) -> &BTreeMap<LogId, u64> {
        &self.held
    }

    /// Ends everything here, and then the socket.
    pub(super) async fn close(mut self) {
        self.endpoint.valve().stop();
        self.tasks.shutdown().await;
    }

    pub(super) fn local_addr(&self) -> Result<SocketAddr, MeetError> {
        Ok(self.endpoint.local_addr()?)
    }

    /// Whether a talk is going on.
    pub(super) fn is_talking(&self) -> bool {
        self.talk.is_some()
    }

    /// Tries the addresses, one after the other, beside everything else.
    pub(super) fn dial(&mut self, addresses: Vec<SocketAddr>) {
        let (reach, arrivals) = (self.endpoint.reach(), self.arrivals.clone());
        self.tasks.spawn(async move {
            for address in addresses {
                if let Ok(Ok(line)) = timeout(DIAL, reach.dial(address)).await {
                    drop(arrivals.send(Some(line)));
                    return;
                }
            }
            drop(arrivals.send(None));
        });
    }

    /// What happens next. May be dropped at any await point.
    pub(super) async fn next(&mut self, home: &mut Home) -> Result<Happened, MeetError> {
        loop {
            let clock = home.clock().clone();
            let talk = &mut self.talk;
            let talking = async {
                match talk {
                    Some(talk) => talk.next(&clock).await,
                    None => std::future::pending().await,
                }
            };
            let turn = tokio::select! {
                next = talking => match &mut self.talk {
                    Some(talk) => talk.take(home, next)?,
                    None => continue,
                },
                Some(line) = self.lines.recv() => match line {
                    None => return Ok(Happened::NobodyThere),
                    Some(line) => match self.seat(home, line).await? {
                        Seated::Talk(turn) => turn,
                        Seated::Met => return Ok(Happened::Met),
                        Seated::Nobody => continue,
                    },
                },
                notice = self.notices.next() => match notice.map_err(MeetError::Local)? {
                    Notice::Changed => match &mut self.talk {
                        Some(talk) => talk.changed(home)?,
                        None => {
                            // A device may have been added or revoked.
                            self.pins.set_only(home.peer_keys()?);
                            return Ok(Happened::Noticed(Notice::Changed));
                        }
                    },
                    Notice::Joining => continue,
                    notice @ (Notice::Lock | Notice::Silence) => return Ok(Happened::Noticed(notice)),
                },
            };
            if let Some(happened) = self.judge(home, turn).await? {
                return Ok(happened);
            }
        }
    }

    async fn judge(&mut self, home: &mut Home, turn: Turn) -> Result<Option<Happened>, MeetError> {
        self.look_for_space(home, &turn)?;
        let happened = match turn {
            Turn::Over(events, closing) => {
                let over = self.talk.take();
                let settled = over.as_ref().is_some_and(|talk| talk.settled);
                if closing == Some(Closing::Revoked) {
                    self.pins.set_only(home.peer_keys()?);
                }
                // Only a violation is answered by a close frame (B8), which a dropped line sends.
                if !matches!(closing, Some(Closing::Violation(_))) {
                    self.park(over.map(Talk::park));
                }
                Happened::Over {
                    events,
                    closing,
                    settled,
                }
            }
            Turn::On(events) => {
                // What this device was told of its person's space is acknowledged before it is silent.
                let said = self.talk.as_ref().is_some_and(Talk::has_said_all);
                let done = (self.follows && said) || self.talk.as_ref().is_some_and(Talk::is_done);
                if let (true, Some(mut talk)) = (done, self.talk.take_if(|_| done)) {
                    talk.finish().await;
                    home.clear_suspicion()?;
                    self.park(Some(talk.park()));
                    Happened::Over {
                        events,
                        closing: None,
                        settled: true,
                    }
                } else if events.is_empty() {
                    return Ok(None);
                } else {
                    Happened::Events(events)
                }
            }
        };
        if self.follows && matches!(happened, Happened::Over { .. }) {
            self.follows = false;
            home.follow_space()?;
        }
        if let Happened::Events(events) | Happened::Over { events, .. } = &happened {
            if events.contains(&Event::RosterChanged) {
                self.pins.set_only(home.peer_keys()?);
            }
            if let (true, Some(talk)) = (greeted(events), &self.talk) {
                home.met_at(talk.line().address(), talk.line().dialled)?;
            }
        }
        Ok(Some(happened))
    }

    /// Who holds what of this device, and whether its person has taken space on another one.
    fn look_for_space(&mut self, home: &mut Home, turn: &Turn) -> Result<(), MeetError> {
        if let (Some(talk), Some(own)) = (&self.talk, home.own_log()) {
            let (peer, held) = talk.peer_holds(own);
            self.held.insert(peer, held);
        }
        let (Turn::On(events) | Turn::Over(events, _)) = turn;
        let of_own = |event: &Event| matches!(event, Event::Received { log, .. } if home.is_of_own_other(*log));
        if events.iter().any(of_own) {
            self.follows = home.announced_elsewhere()?.is_some();
        }
        Ok(())
    }

    /// Puts a line aside. A peer that dials without end costs no more than the last few.
    fn park(&mut self, line: Option<Parked>) {
        self.parked.retain(|parked| !parked.is_over());
        self.parked.extend(line);
        while self.parked.len() > PARKED {
            self.parked.pop_front();
        }
    }

    /// Somebody came through the door, or a dial came through.
    async fn seat(&mut self, home: &mut Home, line: Line) -> Result<Seated, MeetError> {
        if let Some(half) = home.half() {
            if line.peer != half.yes.peer.sign {
                self.park(Some(line.park()));
                return Ok(Seated::Nobody);
            }
            let mut driver = Driver::resume(half);
            let met = driver.over(home, line).await;
            self.pins.set_only(home.peer_keys()?);
            return Ok(match met {
                Ok(_) if home.is_paired() => Seated::Met,
                Ok(_) | Err(_) => Seated::Nobody,
            });
        }
        // Pins are asked during the handshake; the roster may have changed since.
        let Some(peer) = home.peer_log(&line.peer)? else {
            self.park(Some(line.park()));
            return Ok(Seated::Nobody);
        };
        if let Some(current) = &self.talk
            && !is_better(home, current, &line)?
        {
            self.park(Some(line.park()));
            return Ok(Seated::Nobody);
        }
        let loser = self.talk.take().map(Talk::park);
        self.park(loser);
        let (talk, turn) = Talk::open(home, line, peer, self.lane, self.live)?;
        self.talk = Some(talk);
        Ok(Seated::Talk(turn))
    }
}

/// Of two connections with one device, that of the smaller key's dial stays (B8); of two the
/// same way, the newer: whoever dials again has lost the first. So has who dials long after.
fn is_better(home: &mut Home, talk: &Talk, new: &Line) -> Result<bool, MeetError> {
    let current = talk.line();
    if current.peer != new.peer || current.dialled == new.dialled || talk.is_settled_in() {
        return Ok(true);
    }
    let (_, own) = home.tls_keys()?;
    let ours_stays = own < new.peer;
    Ok(new.dialled == ours_stays)
}

enum Seated {
    Talk(Turn),
    Met,
    Nobody,
}

fn greeted(events: &[Event]) -> bool {
    events
        .iter()
        .any(|event| matches!(event, Event::Greeted { .. }))
}
