//! Both ends know the founding and the keys; now two people compare six words and say yes.

use identity::pairing::six_words;
use identity::{Certificate, Certification, Founding, Person, PublicKeys};

use super::{
    ANSWER_MS, Happened, Met, Next, Own, PairingEnd, PairingOutput, PairingStep, SaidYes, State,
    end, otherwise, transmit,
};
use crate::frames::Frame;
use crate::session::Why;
use crate::{Moment, Violation};

/// The words are on the screen. The other person's yes may come before this person's.
pub(super) struct AwaitAnswers {
    own: Own,
    person: Person,
    founding: Founding,
    peer: PublicKeys,
    /// What the other end already confirmed, not yet checked: that needs a yes to check it against.
    confirmed: Option<([u8; 64], Certification)>,
    deadline: Moment,
}

impl AwaitAnswers {
    pub(super) fn begin(
        person: Person,
        own: Own,
        peer: PublicKeys,
        founding: Founding,
        secret: &[u8; 16],
        exporter: &[u8; 32],
        now: Moment,
    ) -> Next {
        let (a, b) = match person {
            Person::A => (own.device.public(), peer),
            Person::B => (peer, own.device.public()),
        };
        let words = six_words(secret, exporter, &founding, &a, &b);
        let deadline = now.plus(ANSWER_MS);
        let state = AwaitAnswers {
            own,
            person,
            founding,
            peer,
            confirmed: None,
            deadline,
        };
        let outputs = vec![
            PairingOutput::ShowWords(words),
            PairingOutput::WakeAt(Why::PersonAnswers, deadline),
        ];
        (State::AwaitAnswers(state), outputs)
    }

    pub(super) fn handle(self, happened: Happened, now: Moment) -> Next {
        match happened {
            Happened::Answer(true) => self.yes(),
            Happened::Frame(Frame::Confirm {
                founding,
                certification,
            }) if self.confirmed.is_none() => {
                let confirmed = Some((founding, certification));
                (
                    State::AwaitAnswers(AwaitAnswers { confirmed, ..self }),
                    vec![],
                )
            }
            Happened::Opened { .. }
            | Happened::Frame(_)
            | Happened::Broken(_)
            | Happened::Lost
            | Happened::Answer(false)
            | Happened::Tick => {
                let deadline = self.deadline;
                otherwise(happened, now, deadline, self, State::AwaitAnswers)
            }
        }
    }

    fn yes(self) -> Next {
        let own = self.own.device.public();
        let certificate = Certificate {
            pact: self.founding.pact(),
            person: self.person,
            sign: own.sign,
            dh: own.dh,
            continues: None,
            flags: 0,
        };
        let yes = SaidYes {
            person: self.person,
            founding_signature: self.founding.sign(&self.own.root),
            certification: certificate.sign(&self.own.root, &self.own.device),
            founding: self.founding,
            own,
            peer: self.peer,
        };
        let mut outputs = vec![
            // A yes that was said is never unsaid by a crash.
            PairingOutput::Persist(PairingStep::SaidYes(Box::new(yes.clone()))),
            transmit(yes.confirm()),
        ];
        let await_confirm = AwaitConfirm {
            yes,
            connected: true,
        };
        match self.confirmed {
            None => (State::AwaitConfirm(await_confirm), outputs),
            Some((founding, certification)) => {
                let (state, more) = await_confirm.confirmed(&founding, &certification);
                outputs.extend(more);
                (state, outputs)
            }
        }
    }
}

/// This person's yes is kept and said; it is said again at every meeting with that one key until
/// the other's arrives. There is no deadline: the other may have been told and be asleep.
pub(super) struct AwaitConfirm {
    pub(super) yes: SaidYes,
    pub(super) connected: bool,
}

impl AwaitConfirm {
    pub(super) fn handle(self, happened: Happened) -> Next {
        match happened {
            Happened::Opened { .. } if self.connected => (State::AwaitConfirm(self), vec![]),
            Happened::Opened { peer, .. } if peer != self.yes.peer.sign => {
                self.hang_up(PairingEnd::WrongKey)
            }
            Happened::Opened { .. } => {
                let confirm = transmit(self.yes.confirm());
                (
                    State::AwaitConfirm(AwaitConfirm {
                        connected: true,
                        ..self
                    }),
                    vec![confirm],
                )
            }
            Happened::Frame(Frame::Confirm {
                founding,
                certification,
            }) => self.confirmed(&founding, &certification),
            // The other end has met already and greets as in a session: our Confirm, which is on
            // its way, makes it say its own again.
            Happened::Frame(Frame::Hello(_)) => (State::AwaitConfirm(self), vec![]),
            Happened::Frame(frame) => {
                self.hang_up(PairingEnd::Violation(Violation::OutOfPlace(frame.kind())))
            }
            Happened::Broken(violation) => self.hang_up(PairingEnd::Violation(violation)),
            Happened::Lost => (
                State::AwaitConfirm(AwaitConfirm {
                    connected: false,
                    ..self
                }),
                vec![],
            ),
            Happened::Answer(_) | Happened::Tick => (State::AwaitConfirm(self), vec![]),
        }
    }

    fn confirmed(self, founding: &[u8; 64], certification: &Certification) -> Next {
        match self.yes.met(founding, certification) {
            Some(met) => over(met),
            None => self.hang_up(PairingEnd::Violation(Violation::BadProof)),
        }
    }

    /// A kept yes outlives whatever came over this connection.
    fn hang_up(self, why: PairingEnd) -> Next {
        let waiting = AwaitConfirm {
            connected: false,
            ..self
        };
        (
            State::AwaitConfirm(waiting),
            vec![PairingOutput::Close(why)],
        )
    }
}

fn over(met: Met) -> Next {
    let (state, mut outputs) = end(PairingEnd::Met);
    let met = Box::new(met);
    outputs.splice(
        0..0,
        [
            PairingOutput::Persist(PairingStep::Met(met.clone())),
            PairingOutput::Met(met),
        ],
    );
    (state, outputs)
}
