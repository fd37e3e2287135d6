//! Two people, told as stories: beginning, agreeing, following through, being offline, a home that
//! was copied back, a lost device. The same machines as everywhere, in the simulated world.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::VecDeque;

use identity::{DeviceKeys, Entropy, Person, UnverifiedStatement};
use pact::{ItemId, State};
use protocol::{
    Clock, Input, Met, Moment, Output, Own, Pairing, PairingInput, PairingOutput, PairingStep,
    SaidYes, Session, Ticket, take_frame,
};
use replica::Replica;
use replica::testing::MemoryShelf;
use world::{DAY, MINUTE, World};

const ANA: usize = 0;
const BEN: usize = 1;

#[test]
fn a_promise_counts_from_the_day_after_both_agreed() {
    let mut world = World::ana_and_ben(1);
    let promise = world.ana().promises("Home by six");
    world.pass(3 * MINUTE);
    assert!(world.meet(ANA, BEN));
    assert_eq!(world.ben().sees(promise), Some(State::Open));
    world.ben().agrees(promise);
    world.pass(3 * MINUTE);
    assert!(world.meet(ANA, BEN));
    let tomorrow = identity::Day(world.today().0 + 1);
    assert_eq!(world.ana().sees(promise), Some(State::Begins(tomorrow)));
    world.pass(DAY);
    assert_eq!(world.ana().sees(promise), Some(State::InForce));
    world.ana().kept(promise);
    world.ben().thanks("for being here");
    world.pass(3 * MINUTE);
    world.meet(ANA, BEN);
    world.agree(ANA, BEN);
    world.ben().withdraws(promise);
    assert_eq!(world.ben().sees(promise), Some(State::Withdrawn));
    world.pass(3 * MINUTE);
    world.meet(ANA, BEN);
    assert_eq!(world.ana().sees(promise), Some(State::Withdrawn));
    world.check();
}

#[test]
fn a_yes_that_crosses_a_no_is_not_in_force() {
    let mut world = World::ana_and_ben(2);
    let promise = world.ana().promises("Phone away at table");
    world.pass(3 * MINUTE);
    world.meet(ANA, BEN);
    // Both are offline: he agrees while she takes it back.
    world.ben().agrees(promise);
    world.ana().withdraws(promise);
    world.pass(30 * DAY);
    world.meet(ANA, BEN);
    assert_eq!(world.ana().sees(promise), Some(State::Crossed));
    assert_eq!(world.ben().sees(promise), Some(State::Crossed));
}

#[test]
fn each_offers_while_offline_and_both_agree() {
    let mut world = World::ana_and_ben(3);
    let item = ItemId([5; 16]);
    let both = pact::Who::Both;
    let hers = world
        .ana()
        .offers(item, "Sundays without work", both, vec![], None);
    let his = world
        .ben()
        .offers(item, "Sundays without phones", both, vec![], None);
    world.pass(3 * MINUTE);
    world.meet(ANA, BEN);
    world.ana().agrees(his);
    world.ben().agrees(hers);
    world.pass(2 * DAY);
    world.meet(ANA, BEN);
    let today = world.today();
    let agreements = world.homes[ANA].replica.view().agreements(today);
    assert_eq!(agreements.len(), 2);
    assert!(
        agreements
            .iter()
            .all(|agreement| !agreement.clash.is_empty()),
        "a clash is shown"
    );
    let one = world.ben().offers(
        item,
        "Sundays together",
        both,
        vec![hers.min(his), hers.max(his)],
        None,
    );
    world.pass(3 * MINUTE);
    world.meet(ANA, BEN);
    world.ana().agrees(one);
    world.pass(DAY);
    world.meet(ANA, BEN);
    assert_eq!(world.ben().sees(one), Some(State::InForce));
    assert_eq!(world.ben().sees(hers), Some(State::Replaced));
    world.agree(ANA, BEN);
}

#[test]
fn what_is_undone_was_never_there() {
    let mut world = World::ana_and_ben(4);
    world.ana().thanks("written in anger");
    world.pass(MINUTE);
    world.meet(ANA, BEN);
    assert!(world.ana().undoes());
    world.ana().thanks("slept over it");
    world.pass(3 * MINUTE);
    world.meet(ANA, BEN);
    let log = world.homes[ANA].log;
    assert_eq!(world.homes[BEN].records(log).len(), 1);
    assert!(!world.ana().undoes(), "its grace is over");
    world.agree(ANA, BEN);
}

/// B6: what the copy wrote is said again under a new certificate; nothing is lost, nothing doubled.
#[test]
fn a_home_copied_back_loses_nothing_and_doubles_nothing() {
    let mut world = World::ana_and_ben(5);
    let thanks = |world: &World, home: usize| {
        world.homes[home]
            .replica
            .view()
            .thanks_since(Person::B, &Default::default())
            .len()
    };
    world.ana().thanks("Monday");
    world.back_up(ANA);
    world.ana().thanks("Tuesday");
    world.ana().thanks("Wednesday");
    world.pass(3 * MINUTE);
    world.meet(ANA, BEN);
    world.restore(ANA);
    world.ana().thanks("Thursday, written by the copy");
    world.pass(3 * MINUTE);
    assert!(world.meet(ANA, BEN));
    assert!(world.homes[ANA].replica.is_retired());
    world.renew(ANA);
    assert!(world.meet(ANA, BEN), "introduced over the old key");
    assert!(world.meet(ANA, BEN), "and now under its own");
    world.agree(ANA, BEN);
    for home in [ANA, BEN] {
        assert_eq!(thanks(&world, home), 4);
    }
    world.check();
}

#[test]
fn a_lost_phone_is_revoked_and_what_it_says_later_does_not_count() {
    let mut world = World::ana_and_ben(6);
    let phone = world.another_device("Ana's second", ANA);
    world.at(phone).thanks("from the phone");
    world.pass(3 * MINUTE);
    world.meet(phone, ANA);
    world.meet(ANA, BEN);
    let lost = world.homes[phone].log;
    world.revoke(ANA, lost);
    world.at(phone).thanks("from whoever found it");
    world.pass(3 * MINUTE);
    // Ben has not heard of it yet and lets the phone in.
    world.meet(phone, BEN);
    assert_eq!(world.homes[BEN].replica.honoured(lost), 2);
    world.meet(ANA, BEN);
    assert_eq!(world.homes[BEN].replica.honoured(lost), 1);
    assert_eq!(
        world.homes[BEN].records(lost).len(),
        2,
        "disowned, not hidden"
    );
    assert!(!world.connect(phone, BEN, false) && !world.connect(phone, ANA, false));
    assert!(world.homes[ANA].replica.view() == world.homes[BEN].replica.view());
    world.check();
}

/// A month apart, hundreds of entries, one meeting that breaks off again and again.
#[test]
fn a_bad_line_loses_nothing() {
    let mut world = World::ana_and_ben(7);
    for day in 0..30 {
        for entry in 0..10 {
            world.ana().thanks(&format!("{day}.{entry}"));
            world.ben().thanks(&format!("{day}.{entry}"));
        }
        world.pass(DAY);
    }
    for _ in 0..200 {
        world.connect(ANA, BEN, false);
        let link = world.links.len() - 1;
        for _ in 0..3 {
            world.deliver(link, 0);
            world.deliver(link, 1);
        }
        world.cut(link);
        world.links.clear();
    }
    assert!(world.meet(ANA, BEN));
    world.agree(ANA, BEN);
    world.check();
}

struct Half {
    own: [u8; 4],
    pairing: Option<Pairing>,
    yes: Option<SaidYes>,
    met: Option<Met>,
    words: Option<[&'static str; 6]>,
    wire: VecDeque<Vec<u8>>,
}

impl Half {
    fn own(&self) -> Own {
        let [root, sign, dh, nonce] = self.own;
        Own {
            root: Entropy::from_bytes([root; 32]).root(),
            device: DeviceKeys::from_seeds([sign; 32], [dh; 32]),
            nonce: [nonce; 16],
        }
    }

    fn key(&self) -> [u8; 32] {
        self.own().device.sign_public()
    }

    fn feed(&mut self, input: PairingInput<'_>, until: &mut usize) {
        let Some(pairing) = &mut self.pairing else {
            return;
        };
        pairing.handle(input, Moment(0));
        while let Some(output) = pairing.poll() {
            if *until == 0 {
                self.pairing = None;
                return;
            }
            *until -= 1;
            match output {
                PairingOutput::Persist(PairingStep::SaidYes(yes)) => self.yes = Some(*yes),
                PairingOutput::Persist(PairingStep::Met(met)) => self.met = Some(*met),
                PairingOutput::ShowWords(words) => self.words = Some(words),
                PairingOutput::Transmit(mut bytes) => {
                    while let Some(frame) = take_frame(&mut bytes).unwrap() {
                        self.wire.push_back(frame);
                    }
                }
                PairingOutput::Persist(PairingStep::TicketBurnt)
                | PairingOutput::Met(_)
                | PairingOutput::WakeAt(..)
                | PairingOutput::Close(_) => {}
            }
        }
    }

    /// The home that has met, as a replica with a session for the other.
    fn session(&self) -> (Replica, MemoryShelf, Session) {
        let met = self.met.as_ref().unwrap();
        let statements = [&met.founding, &met.certificates[0], &met.certificates[1]];
        let statements: Vec<UnverifiedStatement> = statements
            .map(|bytes| UnverifiedStatement::parse(bytes).unwrap())
            .into();
        let (replica, writes) = Replica::begin(statements, met.own).unwrap();
        let mut shelf = MemoryShelf::new();
        shelf.apply(&writes).unwrap();
        (replica, shelf, Session::new(met.peer, false))
    }
}

/// Pairing as in `docs/formats.md` B3 with a crash after any output on either side. Then they meet
/// again, each as what it is by then: one with a kept yes repeats it, one that has met is in a
/// session. Both have met in the end, or neither.
#[test]
fn met_or_never_met_on_both_whatever_crashes() {
    let (mut met, mut never) = (0, 0);
    for crash_a in 0..14 {
        for crash_b in 0..14 {
            let half = |own| Half {
                own,
                pairing: None,
                yes: None,
                met: None,
                words: None,
                wire: VecDeque::new(),
            };
            let (mut a, mut b) = (half([1, 2, 3, 4]), half([5, 6, 7, 8]));
            let ticket = Ticket {
                key: a.key(),
                secret: [9; 16],
                addresses: vec![],
                rehearsal: false,
            };
            a.pairing = Some(Pairing::invite(a.own(), ticket.secret, Moment(0)));
            b.pairing = Some(Pairing::join(b.own(), &ticket));
            connect(&mut a, &mut b, [crash_a, crash_b]);
            for _ in 0..2 {
                if !meet_again(&mut a, &mut b) {
                    break;
                }
            }
            let what = format!("crash at {crash_a}, {crash_b}");
            assert_eq!(a.met.is_some(), b.met.is_some(), "{what}");
            if let (Some(one), Some(other)) = (&a.met, &b.met) {
                assert_eq!(
                    (one.pact, one.person, other.person),
                    (other.pact, Person::A, Person::B)
                );
                met += 1;
            } else {
                never += 1;
            }
        }
    }
    assert!(met > 10 && never > 10, "met {met}, never {never}");
}

fn connect(a: &mut Half, b: &mut Half, mut crash: [usize; 2]) {
    let exporter = [7; 32];
    let keys = [a.key(), b.key()];
    a.feed(
        PairingInput::Opened {
            exporter,
            peer: keys[1],
        },
        &mut crash[0],
    );
    b.feed(
        PairingInput::Opened {
            exporter,
            peer: keys[0],
        },
        &mut crash[1],
    );
    let mut asked = [false; 2];
    loop {
        let (to_b, to_a) = (a.wire.pop_front(), b.wire.pop_front());
        if let Some(frame) = &to_b {
            b.feed(PairingInput::Frame(frame), &mut crash[1]);
        }
        if let Some(frame) = &to_a {
            a.feed(PairingInput::Frame(frame), &mut crash[0]);
        }
        if to_a.is_some() || to_b.is_some() {
            continue;
        }
        let mut moved = false;
        for (i, side) in [&mut *a, &mut *b].into_iter().enumerate() {
            if side.words.is_some() && !std::mem::replace(&mut asked[i], true) {
                side.feed(PairingInput::Answer(true), &mut crash[i]);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    if let (Some(one), Some(other)) = (a.words, b.words) {
        assert_eq!(one, other);
    }
}

/// One more meeting, after both were started anew. False if they have nothing to say to each other.
fn meet_again(a: &mut Half, b: &mut Half) -> bool {
    for side in [&mut *a, &mut *b] {
        side.words = None;
        side.wire.clear();
        side.pairing = match (&side.met, &side.yes) {
            (None, Some(yes)) => Some(Pairing::resume(yes.clone())),
            _ => None,
        };
    }
    match (a.pairing.is_some(), b.pairing.is_some()) {
        (true, true) => connect(a, b, [usize::MAX; 2]),
        (true, false) if b.met.is_some() => repeat(a, b),
        (false, true) if a.met.is_some() => repeat(b, a),
        _ => return false,
    }
    for side in [a, b] {
        assert!(side.words.is_none(), "somebody was asked again");
    }
    true
}

/// One that said yes, and one that has met and greets as in a session.
fn repeat(yes: &mut Half, met: &mut Half) {
    let (mut replica, shelf, mut session) = met.session();
    let clock = Clock {
        moment: Moment(0),
        unix_ms: 0,
    };
    let (peer, exporter) = (met.key(), [3; 32]);
    yes.feed(
        PairingInput::Opened { exporter, peer },
        &mut usize::MAX.clone(),
    );
    session
        .handle(Input::Opened, &mut replica, &shelf, clock)
        .unwrap();
    for _ in 0..4 {
        while let Some(frame) = yes.wire.pop_front() {
            session
                .handle(Input::Frame(&frame), &mut replica, &shelf, clock)
                .unwrap();
        }
        while let Some(output) = session.poll() {
            let Output::Transmit(mut bytes) = output else {
                continue;
            };
            while let Some(frame) = take_frame(&mut bytes).unwrap() {
                yes.feed(PairingInput::Frame(&frame), &mut usize::MAX.clone());
            }
        }
    }
}

/// Somebody stands between, with the ticket in hand and even the inviter's TLS key stolen: the six
/// words differ, and nothing is kept when the two people say so.
#[test]
fn with_somebody_between_the_words_differ() {
    let half = |own| Half {
        own,
        pairing: None,
        yes: None,
        met: None,
        words: None,
        wire: VecDeque::new(),
    };
    let (mut a, mut b) = (half([1, 2, 3, 4]), half([5, 6, 7, 8]));
    // Mallory towards Ben has Ana's device keys; towards Ana he has his own.
    let (mut to_ana, mut to_ben) = (half([11, 12, 13, 14]), half([21, 2, 3, 24]));
    let ticket = Ticket {
        key: a.key(),
        secret: [9; 16],
        addresses: vec![],
        rehearsal: false,
    };
    a.pairing = Some(Pairing::invite(a.own(), ticket.secret, Moment(0)));
    b.pairing = Some(Pairing::join(b.own(), &ticket));
    to_ana.pairing = Some(Pairing::join(to_ana.own(), &ticket));
    to_ben.pairing = Some(Pairing::invite(to_ben.own(), ticket.secret, Moment(0)));
    // Up to the words on each side; nobody answers.
    let words = |one: &mut Half, other: &mut Half, exporter: [u8; 32]| {
        let keys = [one.key(), other.key()];
        let mut free = usize::MAX;
        one.feed(
            PairingInput::Opened {
                exporter,
                peer: keys[1],
            },
            &mut free,
        );
        other.feed(
            PairingInput::Opened {
                exporter,
                peer: keys[0],
            },
            &mut free,
        );
        for _ in 0..6 {
            while let Some(frame) = one.wire.pop_front() {
                other.feed(PairingInput::Frame(&frame), &mut free);
            }
            while let Some(frame) = other.wire.pop_front() {
                one.feed(PairingInput::Frame(&frame), &mut free);
            }
        }
    };
    words(&mut a, &mut to_ana, [1; 32]);
    words(&mut to_ben, &mut b, [2; 32]);
    assert_ne!(a.words.unwrap(), b.words.unwrap());
    for side in [&mut a, &mut b] {
        side.feed(PairingInput::Answer(false), &mut usize::MAX.clone());
        assert!(side.yes.is_none() && side.met.is_none());
    }
}
