//! The joiner's side, until both can see six words.

use identity::pairing::{commitment, join_mac};
use identity::{Founding, Hash, Person, PublicKeys};

use super::agreed::AwaitAnswers;
use super::{
    Happened, Line, Next, Own, PairingEnd, PairingOutput, STEP_MS, State, end, otherwise, transmit,
};
use crate::frames::Frame;
use crate::session::Why;
use crate::{Moment, Violation};

/// A ticket is at hand, and nobody has answered yet.
pub(super) struct AwaitConnection {
    pub(super) own: Own,
    pub(super) key: [u8; 32],
    pub(super) secret: [u8; 16],
}

impl AwaitConnection {
    pub(super) fn handle(self, happened: Happened, now: Moment) -> Next {
        let Happened::Opened { exporter, peer } = happened else {
            if matches!(happened, Happened::Answer(false)) {
                return end(PairingEnd::Refused);
            }
            return (State::AwaitConnection(self), vec![]);
        };
        let key = self.own.device.sign_public();
        // The TLS layer pins this key already; here it is checked once more, where it can be tested.
        if peer != self.key || peer == key {
            return end(PairingEnd::WrongKey);
        }
        let mac = join_mac(&self.secret, &exporter, &peer, &key);
        let deadline = now.plus(STEP_MS);
        let outputs = vec![
            transmit(Frame::Join { key, mac }),
            PairingOutput::WakeAt(Why::PeerSilent, deadline),
        ];
        let line = Line { exporter, peer };
        let next = AwaitOfferA {
            own: self.own,
            secret: self.secret,
            line,
            deadline,
        };
        (State::AwaitOfferA(next), outputs)
    }
}

/// The ticket's secret was shown; the inviter answers with its keys and a commitment.
pub(super) struct AwaitOfferA {
    own: Own,
    secret: [u8; 16],
    line: Line,
    deadline: Moment,
}

impl AwaitOfferA {
    pub(super) fn handle(self, happened: Happened, now: Moment) -> Next {
        let Happened::Frame(Frame::OfferA {
            root,
            sign,
            dh,
            commitment,
        }) = happened
        else {
            let deadline = self.deadline;
            return otherwise(happened, now, deadline, self, State::AwaitOfferA);
        };
        if sign != self.line.peer || root == self.own.root.public() {
            return end(PairingEnd::Violation(Violation::BadProof));
        }
        let keys = self.own.device.public();
        let offer = Frame::OfferB {
            root: self.own.root.public(),
            sign: keys.sign,
            dh: keys.dh,
            nonce: self.own.nonce,
        };
        let deadline = now.plus(STEP_MS);
        let next = AwaitReveal {
            own: self.own,
            secret: self.secret,
            line: self.line,
            root,
            peer: PublicKeys { sign, dh },
            commitment,
            deadline,
        };
        let wake = PairingOutput::WakeAt(Why::PeerSilent, deadline);
        (State::AwaitReveal(next), vec![transmit(offer), wake])
    }
}

/// Both have chosen; the inviter opens its commitment.
pub(super) struct AwaitReveal {
    own: Own,
    secret: [u8; 16],
    line: Line,
    root: [u8; 32],
    peer: PublicKeys,
    commitment: Hash,
    deadline: Moment,
}

impl AwaitReveal {
    pub(super) fn handle(self, happened: Happened, now: Moment) -> Next {
        let Happened::Frame(Frame::Reveal { nonce }) = happened else {
            let deadline = self.deadline;
            return otherwise(happened, now, deadline, self, State::AwaitReveal);
        };
        // Without this an inviter could choose its nonce after ours, until six words fit.
        if commitment(&nonce) != self.commitment {
            return end(PairingEnd::Violation(Violation::BadProof));
        }
        let founding = Founding {
            root_a: self.root,
            root_b: self.own.root.public(),
            nonce_a: nonce,
            nonce_b: self.own.nonce,
        };
        AwaitAnswers::begin(
            Person::B,
            self.own,
            self.peer,
            founding,
            &self.secret,
            &self.line.exporter,
            now,
        )
    }
}
