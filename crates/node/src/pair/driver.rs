//! Drives one `protocol::Pairing`: connections and answers in, what to keep and to send out.

use std::collections::BTreeMap;
use std::future::pending;
use std::time::Duration;

use identity::DeviceKeys;
use protocol::{
    Frame, Moment, Pairing, PairingEnd, PairingInput, PairingOutput, PairingStep, Why, decode,
};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::{sleep, timeout};

use super::{Asker, PairError, Paired, Stopped};
use crate::home::{Half, Home};
use crate::transport::{Arrival, Endpoint, Line, TransportError};

/// A pairing and what surrounds it.
pub(crate) struct Driver {
    pairing: Pairing,
    /// Until a yes is kept with them.
    keys: Option<DeviceKeys>,
    other: Option<String>,
    asker: Option<Asker>,
    line: Option<Line>,
    wakes: BTreeMap<Why, Moment>,
    said_yes: bool,
    /// The six words were on the screen.
    pub(super) shown: bool,
    /// The other end closed its side in order.
    closed: bool,
    ended: Option<PairingEnd>,
}

enum Happened {
    Line(Line, Arrival),
    Frame(Result<Option<Arrival>, TransportError>),
    Answer(bool),
    Tick,
}

impl Driver {
    pub(super) fn new(
        pairing: Pairing,
        keys: Option<DeviceKeys>,
        other: Option<String>,
        asker: Option<Asker>,
    ) -> Self {
        Self {
            pairing,
            keys,
            other,
            asker,
            line: None,
            wakes: BTreeMap::new(),
            said_yes: false,
            shown: false,
            closed: false,
            ended: None,
        }
    }

    /// Goes on with a yes that was kept; asks nobody.
    pub(crate) fn resume(half: &Half) -> Self {
        let mut driver = Self::new(Pairing::resume(half.yes.clone()), None, None, None);
        driver.said_yes = true;
        driver
    }

    /// Over a connection that stands.
    pub(crate) async fn over(&mut self, home: &mut Home, line: Line) -> Result<Paired, PairError> {
        self.opened(home, line).await?;
        loop {
            if let Some(paired) = self.outcome()? {
                return Ok(paired);
            }
            let happened = self.next(home, pending()).await;
            self.take(home, happened).await?;
        }
    }

    /// Over connections that come in, one after the other.
    pub(super) async fn listen(
        &mut self,
        home: &mut Home,
        endpoint: &Endpoint,
    ) -> Result<Paired, PairError> {
        let (lines, mut arrived) = unbounded_channel();
        self.drain(home).await?;
        let doorkeeper = keep_door(endpoint, lines);
        tokio::pin!(doorkeeper);
        loop {
            if let Some(paired) = self.outcome()? {
                return Ok(paired);
            }
            let knocked = async {
                match arrived.recv().await {
                    Some(line) => line,
                    None => pending().await,
                }
            };
            let happened = tokio::select! {
                happened = self.next(home, knocked) => happened,
                () = &mut doorkeeper => return Err(TransportError::Gone.into()),
            };
            self.take(home, happened).await?;
        }
    }

    /// How it ended, if it has.
    fn outcome(&mut self) -> Result<Option<Paired>, PairError> {
        match self.ended.take() {
            None if self.line.is_none() && self.said_yes => Ok(Some(Paired::SaidYes)),
            None => Ok(None),
            Some(PairingEnd::Met) => Ok(Some(Paired::Met)),
            Some(_) if self.said_yes => Ok(Some(Paired::SaidYes)),
            Some(end) => Err(PairError::Ended(end)),
        }
    }

    /// Brings both ends to the same: who closes in order after the six words has said no yes, for
    /// a yes is followed by Confirm before anything else. A line that broke tells nothing; then a
    /// yes that was kept stays, until the devices meet or its person forgets it.
    pub(super) async fn settle(
        &mut self,
        home: &mut Home,
        ended: Result<Paired, PairError>,
        stopped: Option<Stopped>,
    ) -> Result<Paired, PairError> {
        match ended {
            Ok(Paired::SaidYes) if self.closed => {
                home.forget_half()?;
                Err(PairError::NotBoth)
            }
            Err(PairError::Ended(PairingEnd::Lost)) if self.closed && self.shown => {
                Err(PairError::NotBoth)
            }
            Err(PairError::Stopped) => {
                if let Some(line) = self.line.as_mut().filter(|_| !self.said_yes) {
                    line.finish().await;
                }
                if let Some(stopped) = stopped {
                    stopped(self.said_yes);
                }
                Err(PairError::Stopped)
            }
            ended => ended,
        }
    }

    async fn next(
        &mut self,
        home: &Home,
        knocked: impl Future<Output = (Line, Arrival)>,
    ) -> Happened {
        let line = &mut self.line;
        let frame = async {
            match line {
                Some(line) => line.receiver.frame().await,
                None => pending().await,
            }
        };
        let asker = &mut self.asker;
        let answer = async {
            match asker {
                Some(asker) => match asker.answer().await {
                    Some(answer) => answer,
                    None => pending().await,
                },
                None => pending().await,
            }
        };
        let due = self.wakes.values().min().copied();
        let tick = async {
            match due {
                Some(at) => {
                    while home.clock().moment() < at {
                        let left = Duration::from_millis(at.since(home.clock().moment()));
                        sleep(home.clock().nap(left)).await;
                    }
                }
                None => pending().await,
            }
        };
        tokio::select! {
            (line, first) = knocked => Happened::Line(line, first),
            frame = frame => Happened::Frame(frame),
            answer = answer => Happened::Answer(answer),
            () = tick => Happened::Tick,
        }
    }

    async fn take(&mut self, home: &mut Home, happened: Happened) -> Result<(), PairError> {
        let now = home.clock().moment();
        match happened {
            // One pairing at a time: whoever comes second is told so by the end of the line.
            Happened::Line(line, _) if self.line.is_some() => {
                drop(line);
                return Ok(());
            }
            Happened::Line(line, first) => {
                self.opened(home, line).await?;
                self.frame(&first, now);
            }
            Happened::Frame(Ok(Some(arrival))) => self.frame(&arrival, now),
            Happened::Frame(ended @ (Ok(None) | Err(_))) => {
                self.closed = ended.is_ok();
                if let Some(mut line) = self.line.take() {
                    line.heard_the_end().await;
                }
                self.pairing.handle(PairingInput::Lost, now);
            }
            Happened::Answer(yes) => self.pairing.handle(PairingInput::Answer(yes), now),
            Happened::Tick => {
                self.wakes.retain(|_, at| *at > now);
                self.pairing.handle(PairingInput::Tick, now);
            }
        }
        self.drain(home).await
    }

    fn frame(&mut self, arrival: &Arrival, now: Moment) {
        let bytes = match arrival {
            Arrival::Frame(frame) => frame.as_slice(),
            // The decoder calls an overlong frame a violation; these bytes stand for one.
            Arrival::TooLong => &[],
        };
        self.pairing.handle(PairingInput::Frame(bytes), now);
    }

    async fn opened(&mut self, home: &mut Home, line: Line) -> Result<(), PairError> {
        let (exporter, peer) = (line.exporter()?, line.peer);
        self.line = Some(line);
        self.pairing.handle(
            PairingInput::Opened { exporter, peer },
            home.clock().moment(),
        );
        self.drain(home).await
    }

    async fn drain(&mut self, home: &mut Home) -> Result<(), PairError> {
        while let Some(output) = self.pairing.poll() {
            match output {
                PairingOutput::Persist(step) => self.keep(home, step)?,
                PairingOutput::Transmit(bytes) => {
                    if let Some(line) = &mut self.line {
                        // A line that is gone is found out by reading.
                        drop(line.sender.write(&bytes).await);
                    }
                }
                PairingOutput::ShowWords(words) => {
                    self.shown = true;
                    if let Some(asker) = &self.asker {
                        asker.connected();
                        asker.same_words(words);
                    }
                }
                // Kept by the step before; the close that follows says so.
                PairingOutput::Met(_) => {}
                PairingOutput::WakeAt(why, at) => {
                    self.wakes.insert(why, at);
                }
                PairingOutput::Close(end) => self.close(end).await,
            }
        }
        Ok(())
    }

    fn keep(&mut self, home: &mut Home, step: PairingStep) -> Result<(), PairError> {
        match step {
            // The ticket's secret was never written down: it ends with this call, or a crash of it.
            PairingStep::TicketBurnt => {}
            PairingStep::SaidYes(yes) => {
                if let Some(keys) = self.keys.take() {
                    let address = self.line.as_ref().map(Line::address);
                    home.keep_yes(Half { yes: *yes, keys }, self.other.as_deref(), address)?;
                }
                self.said_yes = true;
                if let Some(asker) = &self.asker {
                    asker.waiting();
                }
            }
            PairingStep::Met(met) => home.keep_pact(&met)?,
        }
        Ok(())
    }

    async fn close(&mut self, end: PairingEnd) {
        let is_stranger = !self.pairing.is_over()
            && matches!(
                end,
                PairingEnd::WrongTicket | PairingEnd::WrongKey | PairingEnd::TimedOut
            );
        if is_stranger {
            // Whoever comes next does not wait until this one has taken it.
            if let Some(mut line) = self.line.take() {
                tokio::spawn(async move { line.finish().await });
            }
        } else if let Some(line) = &mut self.line {
            // It stays in its place until the end was said: a signal may come in between, and then
            // says it once more.
            if let PairingEnd::Violation(violation) = end {
                line.violated(violation.code());
                Line::flushed().await;
            } else {
                line.finish().await;
            }
            self.line = None;
        }
        if self.pairing.is_over() {
            self.ended = Some(end);
        }
    }
}

/// How long whoever came in may take for the first frame.
const FIRST: Duration = Duration::from_secs(10);

/// The first frame that says anything.
async fn first_word(line: &mut Line) -> Option<Arrival> {
    loop {
        match line.receiver.frame().await.ok()?? {
            Arrival::Frame(frame) if matches!(decode(&frame), Ok(Frame::Pad { .. })) => {}
            said @ (Arrival::Frame(_) | Arrival::TooLong) => return Some(said),
        }
    }
}

/// Lets every knock be answered by itself, and hands on who has said something: a stranger who
/// stalls or pads, during the handshake or after it, holds up nobody.
async fn keep_door(endpoint: &Endpoint, lines: UnboundedSender<(Line, Arrival)>) {
    while let Some(knock) = endpoint.accept().await {
        let lines = lines.clone();
        tokio::spawn(async move {
            let Ok(mut line) = knock.answer().await else {
                return;
            };
            let first = timeout(FIRST, first_word(&mut line)).await;
            if let Ok(Some(first)) = first {
                drop(lines.send((line, first)));
            }
        });
    }
}
