//! How two strangers with a ticket become a pact (B3), or stay strangers.
//!
//! ```text
//!   inviter   AwaitJoin ─▶ AwaitOfferB ─▶ AwaitAnswers ─▶ AwaitConfirm ─▶ met
//!   joiner    AwaitConnection ─▶ AwaitOfferA ─▶ AwaitReveal ─▶ AwaitAnswers ─▶ AwaitConfirm ─▶ met
//! ```
//!
//! Each state is a struct named for what it waits for and is consumed by what arrives. Before a
//! person's yes nothing is kept but the burnt ticket. A yes is kept ([`PairingStep::SaidYes`])
//! before it is said to the other end, and is repeated at every meeting after a crash
//! ([`Pairing::resume`]); a home that has met answers such a repetition within its session. So a
//! crash on either side, at any step, ends in met or never met on both.

mod agreed;
mod inviter;
mod joiner;
mod said_yes;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use identity::{DeviceKeys, LogId, PactId, Person, RootKey};

use crate::frames::{Frame, decode, flush};
use crate::session::Why;
use crate::{Moment, TICKET_LIFE_MS, Ticket, Violation};
use agreed::{AwaitAnswers, AwaitConfirm};
use inviter::{AwaitJoin, AwaitOfferB};
use joiner::{AwaitConnection, AwaitOfferA, AwaitReveal};

pub use said_yes::{SaidYes, SaidYesError};

/// How long whoever connects to an open invitation may take to prove that it holds the ticket.
pub const JOIN_MS: u64 = 5_000;
/// How long the other end may take for a step that needs no person.
pub const STEP_MS: u64 = 30_000;
/// How long two people may take to read six words to each other.
pub const ANSWER_MS: u64 = 15 * 60 * 1_000;

/// What this home brings to a pairing. All of it is fresh but the root.
pub struct Own {
    /// This person's root.
    pub root: RootKey,
    /// This device's keys, made for this pact alone.
    pub device: DeviceKeys,
    /// 16 random bytes, this person's share in the name of the pact.
    pub nonce: [u8; 16],
}

/// What happens to a pairing.
#[derive(Debug, Clone, Copy)]
pub enum PairingInput<'a> {
    /// A connection stands. One at a time.
    Opened {
        /// TLS exporter with the label "handfast/pair/1", no context.
        exporter: [u8; 32],
        /// The other end's TLS key.
        peer: [u8; 32],
    },
    /// One frame: type byte and array.
    Frame(&'a [u8]),
    /// The connection ended.
    Lost,
    /// What this home's person said to "do you both see these words?".
    Answer(bool),
    /// A deadline came due.
    Tick,
}

/// What a pairing wants done, in this order.
#[derive(Debug)]
pub enum PairingOutput {
    /// Make this durable before anything that follows is done.
    Persist(PairingStep),
    /// Write these bytes to the stream.
    Transmit(Vec<u8>),
    /// Ask the person whether the other reads the same six words.
    ShowWords([&'static str; 6]),
    /// There is a pact. It was made durable by the step before.
    Met(Box<Met>),
    /// Call again with [`PairingInput::Tick`] at that moment.
    WakeAt(Why, Moment),
    /// This connection is over, and with it the pairing unless it is an invitation still open or a
    /// yes still to be repeated ([`Pairing::is_over`]). Only a violation sends a close frame; what
    /// was transmitted before is delivered first.
    Close(PairingEnd),
}

/// What has to be durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairingStep {
    /// The ticket is used up, whatever comes now.
    TicketBurnt,
    /// This person said yes to this pact with this device.
    SaidYes(Box<SaidYes>),
    /// Both said yes: the pact replaces the yes.
    Met(Box<Met>),
}

/// A pact and its first two devices, each a statement of the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The pact.
    pub pact: PactId,
    /// Who this home's person is in it.
    pub person: Person,
    /// This device's log.
    pub own: LogId,
    /// The other device's log.
    pub peer: LogId,
    /// The founding, signed by both roots.
    pub founding: Vec<u8>,
    /// The certificates of A's and of B's device.
    pub certificates: [Vec<u8>; 2],
}

/// Why a connection, or the pairing, is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PairingEnd {
    /// Both said yes.
    #[error("the two of you have met")]
    Met,
    /// This person said no: the words differ, or it is the wrong person.
    #[error("the words were not confirmed")]
    Refused,
    /// The ticket's ten minutes are over.
    #[error("the ticket has expired")]
    Expired,
    /// The other end does not hold this ticket, or somebody stands between.
    #[error("the other end could not show that it holds this ticket")]
    WrongTicket,
    /// The key on the other end is not the one expected.
    #[error("another device answered than the one expected")]
    WrongKey,
    /// Nothing came in time.
    #[error("the other side did not answer in time")]
    TimedOut,
    /// The connection broke before this person's yes was kept.
    #[error("the connection was lost")]
    Lost,
    /// The other end did what no honest program does.
    #[error("the other side broke the rules of pairing")]
    Violation(#[source] Violation),
}

/// One pairing, from either end.
pub struct Pairing {
    state: State,
    queue: VecDeque<PairingOutput>,
}

enum State {
    AwaitJoin(AwaitJoin),
    AwaitOfferB(AwaitOfferB),
    AwaitConnection(AwaitConnection),
    AwaitOfferA(AwaitOfferA),
    AwaitReveal(AwaitReveal),
    AwaitAnswers(AwaitAnswers),
    AwaitConfirm(AwaitConfirm),
    Over,
}

/// What a state makes of an input: the next state, and what is wanted.
type Next = (State, Vec<PairingOutput>);

impl Pairing {
    /// Opens an invitation for the holder of `ticket`, which names this device's own TLS key.
    #[must_use]
    pub fn invite(own: Own, secret: [u8; 16], now: Moment) -> Pairing {
        let expires = now.plus(TICKET_LIFE_MS);
        let state = State::AwaitJoin(AwaitJoin {
            own,
            secret,
            expires,
            opened: None,
        });
        Pairing {
            state,
            queue: [PairingOutput::WakeAt(Why::TicketExpires, expires)].into(),
        }
    }

    /// Answers an invitation.
    #[must_use]
    pub fn join(own: Own, ticket: &Ticket) -> Pairing {
        let state = AwaitConnection {
            own,
            key: ticket.key,
            secret: ticket.secret,
        };
        Pairing {
            state: State::AwaitConnection(state),
            queue: VecDeque::new(),
        }
    }

    /// Goes on after a crash or a lost connection with a yes that was kept. Asks nobody.
    #[must_use]
    pub fn resume(yes: SaidYes) -> Pairing {
        let state = AwaitConfirm {
            yes,
            connected: false,
        };
        Pairing {
            state: State::AwaitConfirm(state),
            queue: VecDeque::new(),
        }
    }

    /// Takes what happened; then [`poll`](Self::poll) until it is `None`.
    pub fn handle(&mut self, input: PairingInput<'_>, now: Moment) {
        let happened = match input {
            PairingInput::Opened { exporter, peer } => Happened::Opened { exporter, peer },
            PairingInput::Frame(bytes) => match decode(bytes) {
                Ok(Frame::Pad { .. }) => return,
                Ok(frame) => Happened::Frame(frame),
                Err(error) => Happened::Broken(Violation::Frame(error)),
            },
            PairingInput::Lost => Happened::Lost,
            PairingInput::Answer(yes) => Happened::Answer(yes),
            PairingInput::Tick => Happened::Tick,
        };
        let (state, outputs) = match std::mem::replace(&mut self.state, State::Over) {
            State::AwaitJoin(state) => state.handle(happened, now),
            State::AwaitOfferB(state) => state.handle(happened, now),
            State::AwaitConnection(state) => state.handle(happened, now),
            State::AwaitOfferA(state) => state.handle(happened, now),
            State::AwaitReveal(state) => state.handle(happened, now),
            State::AwaitAnswers(state) => state.handle(happened, now),
            State::AwaitConfirm(state) => state.handle(happened),
            State::Over => (State::Over, Vec::new()),
        };
        self.state = state;
        self.queue.extend(outputs);
    }

    /// The next thing wanted.
    pub fn poll(&mut self) -> Option<PairingOutput> {
        self.queue.pop_front()
    }

    /// Whether nothing can come of this pairing any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// The one key that may connect: none while an invitation is open to whoever holds the ticket.
    #[must_use]
    pub fn expects(&self) -> Option<[u8; 32]> {
        match &self.state {
            State::AwaitConnection(state) => Some(state.key),
            State::AwaitConfirm(state) => Some(state.yes.peer.sign),
            State::AwaitJoin(_)
            | State::AwaitOfferB(_)
            | State::AwaitOfferA(_)
            | State::AwaitReveal(_)
            | State::AwaitAnswers(_)
            | State::Over => None,
        }
    }
}

/// An input with its frame decoded.
enum Happened {
    Opened { exporter: [u8; 32], peer: [u8; 32] },
    Frame(Frame),
    Broken(Violation),
    Lost,
    Answer(bool),
    Tick,
}

/// The other end of a connection in a pairing.
#[derive(Clone, Copy)]
struct Line {
    exporter: [u8; 32],
    peer: [u8; 32],
}

fn transmit(frame: Frame) -> PairingOutput {
    PairingOutput::Transmit(flush(&[frame]))
}

/// The pairing ends here; nothing was kept but, at the inviter's, the burnt ticket.
fn end(why: PairingEnd) -> Next {
    (State::Over, vec![PairingOutput::Close(why)])
}

fn out_of_place(frame: &Frame) -> PairingEnd {
    PairingEnd::Violation(Violation::OutOfPlace(frame.kind()))
}

/// What every state between the ticket and a yes makes of an input that is not the frame it waits
/// for; `deadline` is when it gives up.
fn otherwise<S>(
    happened: Happened,
    now: Moment,
    deadline: Moment,
    stay: S,
    same: fn(S) -> State,
) -> Next {
    match happened {
        Happened::Frame(frame) => end(out_of_place(&frame)),
        Happened::Broken(violation) => end(PairingEnd::Violation(violation)),
        Happened::Lost => end(PairingEnd::Lost),
        Happened::Answer(false) => end(PairingEnd::Refused),
        Happened::Tick if now >= deadline => end(PairingEnd::TimedOut),
        // One pairing at a time: a second connection is the driver's to drop. A yes without a
        // question means nothing.
        Happened::Opened { .. } | Happened::Answer(true) | Happened::Tick => {
            (same(stay), Vec::new())
        }
    }
}
