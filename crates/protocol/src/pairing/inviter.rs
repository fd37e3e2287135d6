//! The inviter's side, until both can see six words.

use identity::pairing::{commitment, join_mac_is};
use identity::{Founding, Person, PublicKeys};

use super::agreed::AwaitAnswers;
use super::{
    Happened, JOIN_MS, Line, Next, Own, PairingEnd, PairingOutput, PairingStep, STEP_MS, State,
    end, otherwise, transmit,
};
use crate::frames::Frame;
use crate::session::Why;
use crate::{Moment, Violation};

/// The invitation is open. A wrong proof, or none in time, ends that connection, not the
/// invitation: whoever can reach the port could burn the ticket, or sit on it, otherwise.
pub(super) struct AwaitJoin {
    pub(super) own: Own,
    pub(super) secret: [u8; 16],
    pub(super) expires: Moment,
    /// Who is there, and until when it may prove that it holds the ticket.
    pub(super) opened: Option<(Line, Moment)>,
}

impl AwaitJoin {
    pub(super) fn handle(self, happened: Happened, now: Moment) -> Next {
        if now >= self.expires {
            let (state, mut outputs) = end(PairingEnd::Expired);
            outputs.insert(0, PairingOutput::Persist(PairingStep::TicketBurnt));
            return (state, outputs);
        }
        match (happened, self.opened) {
            (Happened::Opened { exporter, peer }, None) => {
                let deadline = now.plus(JOIN_MS);
                let open = AwaitJoin {
                    opened: Some((Line { exporter, peer }, deadline)),
                    ..self
                };
                let wake = PairingOutput::WakeAt(Why::PeerSilent, deadline);
                (State::AwaitJoin(open), vec![wake])
            }
            (Happened::Tick, Some((_, deadline))) if now >= deadline => {
                self.hang_up(PairingEnd::TimedOut)
            }
            (Happened::Frame(Frame::Join { key, mac }), Some((line, _))) => {
                self.join(line, key, mac, now)
            }
            (Happened::Frame(frame), Some(_)) => {
                self.hang_up(PairingEnd::Violation(Violation::OutOfPlace(frame.kind())))
            }
            (Happened::Broken(violation), Some(_)) => {
                self.hang_up(PairingEnd::Violation(violation))
            }
            (Happened::Answer(false), _) => {
                let (state, mut outputs) = end(PairingEnd::Refused);
                outputs.insert(0, PairingOutput::Persist(PairingStep::TicketBurnt));
                (state, outputs)
            }
            (Happened::Lost, _) => (
                State::AwaitJoin(AwaitJoin {
                    opened: None,
                    ..self
                }),
                vec![],
            ),
            (_, _) => (State::AwaitJoin(self), vec![]),
        }
    }

    fn join(self, line: Line, key: [u8; 32], mac: [u8; 32], now: Moment) -> Next {
        let own_key = self.own.device.sign_public();
        if key != line.peer || key == own_key {
            return self.hang_up(PairingEnd::WrongKey);
        }
        if !join_mac_is(&mac, &self.secret, &line.exporter, &own_key, &key) {
            return self.hang_up(PairingEnd::WrongTicket);
        }
        let keys = self.own.device.public();
        let offer = Frame::OfferA {
            root: self.own.root.public(),
            sign: keys.sign,
            dh: keys.dh,
            commitment: commitment(&self.own.nonce),
        };
        let deadline = now.plus(STEP_MS);
        let next = AwaitOfferB {
            own: self.own,
            secret: self.secret,
            line,
            deadline,
        };
        let outputs = vec![
            // Durable first: a crash now must not leave a ticket that works a second time.
            PairingOutput::Persist(PairingStep::TicketBurnt),
            transmit(offer),
            PairingOutput::WakeAt(Why::PeerSilent, deadline),
        ];
        (State::AwaitOfferB(next), outputs)
    }

    fn hang_up(self, why: PairingEnd) -> Next {
        let open = AwaitJoin {
            opened: None,
            ..self
        };
        (State::AwaitJoin(open), vec![PairingOutput::Close(why)])
    }
}

/// The joiner has shown the ticket's secret and now chooses its nonce, knowing only the hash of ours.
pub(super) struct AwaitOfferB {
    own: Own,
    secret: [u8; 16],
    line: Line,
    deadline: Moment,
}

impl AwaitOfferB {
    pub(super) fn handle(self, happened: Happened, now: Moment) -> Next {
        let Happened::Frame(Frame::OfferB {
            root,
            sign,
            dh,
            nonce,
        }) = happened
        else {
            let deadline = self.deadline;
            return otherwise(happened, now, deadline, self, State::AwaitOfferB);
        };
        if sign != self.line.peer || root == self.own.root.public() {
            return end(PairingEnd::Violation(Violation::BadProof));
        }
        let founding = Founding {
            root_a: self.own.root.public(),
            root_b: root,
            nonce_a: self.own.nonce,
            nonce_b: nonce,
        };
        let reveal = transmit(Frame::Reveal {
            nonce: self.own.nonce,
        });
        let peer = PublicKeys { sign, dh };
        let (state, mut outputs) = AwaitAnswers::begin(
            Person::A,
            self.own,
            peer,
            founding,
            &self.secret,
            &self.line.exporter,
            now,
        );
        outputs.insert(0, reveal);
        (state, outputs)
    }
}
