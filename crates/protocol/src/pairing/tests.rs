//! Two people with a ticket meet, or never met: every state, every crash, and somebody between.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod states;

use std::collections::VecDeque;

use identity::pairing::six_words;
use identity::{Entropy, Founding, PublicKeys};

use super::*;
use crate::frames::{take_frame, tests::one_of_each};

const SECRET: [u8; 16] = [42; 16];
const EXPORTER: [u8; 32] = [77; 32];
const START: Moment = Moment(5_000);

fn own(n: u8) -> Own {
    Own {
        root: Entropy::from_bytes([n; 32]).root(),
        device: DeviceKeys::from_seeds([n + 1; 32], [n + 2; 32]),
        nonce: [n + 3; 16],
    }
}

fn ana() -> Own {
    own(10)
}

fn ben() -> Own {
    own(20)
}

fn ticket() -> Ticket {
    let key = ana().device.sign_public();
    Ticket {
        key,
        secret: SECRET,
        addresses: vec![],
        rehearsal: false,
    }
}

fn key(own: &Own) -> [u8; 32] {
    own.device.sign_public()
}

/// What one home keeps, and what its person saw.
#[derive(Default, Clone, Debug)]
struct Home {
    burnt: bool,
    yes: Option<SaidYes>,
    met: Option<Met>,
    words: Option<[&'static str; 6]>,
    closed: Vec<PairingEnd>,
}

/// Drains a machine into its home; what it sends goes to `wire`. After `steps` outputs the
/// machine has crashed: the rest never happens.
fn drain(
    pairing: &mut Pairing,
    home: &mut Home,
    wire: &mut VecDeque<Vec<u8>>,
    steps: &mut usize,
) -> bool {
    while let Some(output) = pairing.poll() {
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        match output {
            PairingOutput::Persist(PairingStep::TicketBurnt) => home.burnt = true,
            PairingOutput::Persist(PairingStep::SaidYes(yes)) => {
                home.yes = Some(SaidYes::from_bytes(&yes.to_bytes()).unwrap());
            }
            PairingOutput::Persist(PairingStep::Met(met)) => home.met = Some(*met),
            PairingOutput::Transmit(mut bytes) => {
                while let Some(frame) = take_frame(&mut bytes).unwrap() {
                    if frame[0] != 12 {
                        wire.push_back(frame);
                    }
                }
            }
            PairingOutput::ShowWords(words) => home.words = Some(words),
            PairingOutput::Met(met) => assert_eq!(Some(*met), home.met, "met before it was kept"),
            PairingOutput::WakeAt(..) => {}
            PairingOutput::Close(end) => home.closed.push(end),
        }
    }
    true
}

/// Both machines on one connection until nothing moves. Persons answer as soon as words show.
/// `crash`: how many outputs each may still produce.
fn connect(
    a: &mut (Pairing, Home),
    b: &mut (Pairing, Home),
    exporters: [[u8; 32]; 2],
    answers: [bool; 2],
    mut crash: [usize; 2],
) {
    let (mut to_a, mut to_b) = (VecDeque::new(), VecDeque::new());
    a.0.handle(
        PairingInput::Opened {
            exporter: exporters[0],
            peer: key(&ben()),
        },
        START,
    );
    b.0.handle(
        PairingInput::Opened {
            exporter: exporters[1],
            peer: key(&ana()),
        },
        START,
    );
    let mut answered = [false; 2];
    loop {
        let up = [
            drain(&mut a.0, &mut a.1, &mut to_b, &mut crash[0]),
            drain(&mut b.0, &mut b.1, &mut to_a, &mut crash[1]),
        ];
        if up == [false, false] {
            return;
        }
        let frame_for_a = to_a.pop_front().filter(|_| up[0]);
        let frame_for_b = to_b.pop_front().filter(|_| up[1]);
        if let Some(frame) = &frame_for_a {
            a.0.handle(PairingInput::Frame(frame), START);
        }
        if let Some(frame) = &frame_for_b {
            b.0.handle(PairingInput::Frame(frame), START);
        }
        let mut moved = frame_for_a.is_some() || frame_for_b.is_some();
        for (i, side) in [&mut *a, &mut *b].into_iter().enumerate() {
            if up[i] && !answered[i] && side.1.words.is_some() && !moved {
                side.0.handle(PairingInput::Answer(answers[i]), START);
                answered[i] = true;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    a.0.handle(PairingInput::Lost, START);
    b.0.handle(PairingInput::Lost, START);
    drain(&mut a.0, &mut a.1, &mut to_b, &mut crash[0]);
    drain(&mut b.0, &mut b.1, &mut to_a, &mut crash[1]);
}

fn both() -> ((Pairing, Home), (Pairing, Home)) {
    (
        (Pairing::invite(ana(), SECRET, START), Home::default()),
        (Pairing::join(ben(), &ticket()), Home::default()),
    )
}

const NO_CRASH: [usize; 2] = [usize::MAX; 2];

#[test]
fn ana_and_ben_read_the_same_words_and_have_met() {
    let (mut a, mut b) = both();
    connect(&mut a, &mut b, [EXPORTER; 2], [true, true], NO_CRASH);
    let (met_a, met_b) = (a.1.met.clone().unwrap(), b.1.met.clone().unwrap());
    assert_eq!(a.1.words, b.1.words);
    assert_eq!((met_a.pact, &met_a.founding), (met_b.pact, &met_b.founding));
    assert_eq!(met_a.certificates, met_b.certificates);
    assert_eq!((met_a.own, met_a.peer), (met_b.peer, met_b.own));
    assert_eq!((met_a.person, met_b.person), (Person::A, Person::B));
    assert!(a.1.burnt && !b.1.burnt);
    assert_eq!(
        (a.1.closed, b.1.closed),
        (vec![PairingEnd::Met], vec![PairingEnd::Met])
    );
    assert!(a.0.is_over() && b.0.is_over());

    // The words are those of B3, over what both signed.
    let founding = Founding {
        root_a: ana().root.public(),
        root_b: ben().root.public(),
        nonce_a: ana().nonce,
        nonce_b: ben().nonce,
    };
    let (keys_a, keys_b) = (ana().device.public(), ben().device.public());
    assert_eq!(
        a.1.words.unwrap(),
        six_words(&SECRET, &EXPORTER, &founding, &keys_a, &keys_b)
    );
    assert_eq!(founding.pact(), met_a.pact);
}

#[test]
fn whoever_says_no_leaves_both_as_they_were_but_for_the_ticket() {
    for answers in [[true, false], [false, true], [false, false]] {
        let (mut a, mut b) = both();
        connect(&mut a, &mut b, [EXPORTER; 2], answers, NO_CRASH);
        assert!(a.1.met.is_none() && b.1.met.is_none());
        assert!(a.1.burnt);
        assert_eq!([a.1.yes.is_some(), b.1.yes.is_some()], answers);
        for (side, said) in [(&a, answers[0]), (&b, answers[1])] {
            assert_eq!(side.1.closed.contains(&PairingEnd::Refused), !said);
        }
    }
}

/// A crash after any output on either side, then both meet again as often as it takes: met or
/// never met on both, and nobody whose yes was kept is asked again.
#[test]
fn a_crash_at_any_step_ends_in_met_or_never_met_on_both() {
    let (mut met, mut never) = (0, 0);
    for crash_a in 0..16 {
        for crash_b in 0..16 {
            let (mut a, mut b) = both();
            connect(
                &mut a,
                &mut b,
                [EXPORTER; 2],
                [true, true],
                [crash_a, crash_b],
            );
            for _ in 0..3 {
                let (yes_a, yes_b) = (a.1.yes.clone(), b.1.yes.clone());
                let (Some(yes_a), Some(yes_b)) = (yes_a, yes_b) else {
                    break;
                };
                a.1.words = None;
                b.1.words = None;
                // A home that has met answers out of its session with the Confirm it keeps; here
                // its own yes says the same.
                a.0 = Pairing::resume(yes_a);
                b.0 = Pairing::resume(yes_b);
                connect(&mut a, &mut b, [[1; 32], [2; 32]], [false, false], NO_CRASH);
                assert!(
                    a.1.words.is_none() && b.1.words.is_none(),
                    "asked a second time"
                );
            }
            assert_eq!(
                a.1.met.is_some(),
                b.1.met.is_some(),
                "crash at {crash_a}, {crash_b}"
            );
            if a.1.met.is_some() {
                met += 1
            } else {
                never += 1
            }
            if b.1.yes.is_some() {
                assert!(a.1.burnt, "a yes on an unburnt ticket");
            }
        }
    }
    assert!(met > 10 && never > 10, "met {met}, never {never}");
}

#[test]
fn a_home_that_crashed_after_its_yes_meets_one_that_has_met() {
    let (mut a, mut b) = both();
    connect(&mut a, &mut b, [EXPORTER; 2], [true, true], NO_CRASH);
    // A's Met was never written: it wakes up in "said yes" and B greets as in a session.
    let mut again = Pairing::resume(a.1.yes.clone().unwrap());
    assert_eq!(again.expects(), Some(key(&ben())));
    again.handle(
        PairingInput::Opened {
            exporter: [9; 32],
            peer: key(&ben()),
        },
        START,
    );
    assert!(matches!(again.poll(), Some(PairingOutput::Transmit(_))));
    again.handle(
        PairingInput::Frame(&crate::encode(&one_of_each()[0])),
        START,
    );
    assert!(again.poll().is_none());
    let yes = b.1.yes.unwrap();
    again.handle(PairingInput::Frame(&crate::encode(&yes.confirm())), START);
    assert_eq!(
        (
            again.poll().map(kind),
            again.poll().map(kind),
            again.poll().map(kind)
        ),
        (Some("met kept"), Some("met"), Some("close"))
    );
    assert!(again.is_over());
}

fn kind(output: PairingOutput) -> &'static str {
    match output {
        PairingOutput::Persist(PairingStep::TicketBurnt) => "burnt",
        PairingOutput::Persist(PairingStep::SaidYes(_)) => "yes kept",
        PairingOutput::Persist(PairingStep::Met(_)) => "met kept",
        PairingOutput::Transmit(_) => "transmit",
        PairingOutput::ShowWords(_) => "words",
        PairingOutput::Met(_) => "met",
        PairingOutput::WakeAt(..) => "wake",
        PairingOutput::Close(_) => "close",
    }
}

#[test]
fn somebody_in_the_middle_has_another_exporter_and_fails() {
    let (mut a, mut b) = both();
    connect(&mut a, &mut b, [EXPORTER, [78; 32]], [true, true], NO_CRASH);
    assert_eq!(a.1.closed, [PairingEnd::WrongTicket]);
    assert_eq!(b.1.closed, [PairingEnd::Lost]);
    assert!(!a.1.burnt && !a.0.is_over(), "a stranger burnt the ticket");
    assert!(a.1.words.is_none() && b.1.words.is_none());
    assert!(a.1.yes.is_none() && b.1.yes.is_none());
    // The invitation is still open for the one who holds the ticket.
    b = (Pairing::join(ben(), &ticket()), Home::default());
    connect(&mut a, &mut b, [EXPORTER; 2], [true, true], NO_CRASH);
    assert!(a.1.met.is_some() && b.1.met.is_some());
}

#[test]
fn a_joiner_with_another_secret_or_key_is_refused() {
    let (mut a, _) = both();
    let other = Ticket {
        secret: [1; 16],
        ..ticket()
    };
    let mut b = (Pairing::join(ben(), &other), Home::default());
    connect(&mut a, &mut b, [EXPORTER; 2], [true, true], NO_CRASH);
    assert_eq!(
        (a.1.closed.as_slice(), a.1.burnt),
        (&[PairingEnd::WrongTicket][..], false)
    );

    // Ben reached a device that does not have the ticket's key.
    let other = Ticket {
        key: [1; 32],
        ..ticket()
    };
    let mut b = (Pairing::join(ben(), &other), Home::default());
    connect(&mut a, &mut b, [EXPORTER; 2], [true, true], NO_CRASH);
    assert_eq!(b.1.closed, [PairingEnd::WrongKey]);

    // A valid proof, relayed over a connection of another key.
    let mac = identity::pairing::join_mac(&SECRET, &EXPORTER, &key(&ana()), &key(&ben()));
    let mut a = Pairing::invite(ana(), SECRET, START);
    a.handle(
        PairingInput::Opened {
            exporter: EXPORTER,
            peer: [6; 32],
        },
        START,
    );
    let join = crate::encode(&Frame::Join {
        key: key(&ben()),
        mac,
    });
    a.handle(PairingInput::Frame(&join), START);
    assert_eq!(ends(&mut a), [PairingEnd::WrongKey]);
}

/// Whoever reaches the port may be silent, but cannot keep the one out who holds the ticket.
#[test]
fn a_silent_stranger_is_hung_up_on_and_the_invitation_stays_open() {
    let (mut a, mut b) = both();
    assert_eq!(a.0.poll().map(kind), Some("wake"));
    for again in [0, JOIN_MS] {
        let now = START.plus(again);
        let stranger = PairingInput::Opened {
            exporter: [9; 32],
            peer: [6; 32],
        };
        a.0.handle(stranger, now);
        let due = now.plus(JOIN_MS);
        assert!(
            matches!(a.0.poll(), Some(PairingOutput::WakeAt(Why::PeerSilent, at)) if at == due)
        );
        // Padding says nothing.
        let pad = crate::encode(&Frame::Pad { zeros: 9 });
        a.0.handle(PairingInput::Frame(&pad), now.plus(JOIN_MS - 1));
        a.0.handle(PairingInput::Tick, now.plus(JOIN_MS - 1));
        assert!(a.0.poll().is_none());
        a.0.handle(PairingInput::Tick, due);
        assert!(matches!(
            a.0.poll(),
            Some(PairingOutput::Close(PairingEnd::TimedOut))
        ));
        assert!(a.0.poll().is_none() && !a.0.is_over());
    }
    connect(&mut a, &mut b, [EXPORTER; 2], [true, true], NO_CRASH);
    assert!(a.1.met.is_some() && b.1.met.is_some());
}

fn ends(pairing: &mut Pairing) -> Vec<PairingEnd> {
    std::iter::from_fn(|| pairing.poll())
        .filter_map(|output| match output {
            PairingOutput::Close(end) => Some(end),
            _ => None,
        })
        .collect()
}

#[test]
fn a_ticket_works_once_and_for_ten_minutes() {
    let (mut a, mut b) = both();
    connect(&mut a, &mut b, [EXPORTER; 2], [true, true], NO_CRASH);
    let mut again = (Pairing::join(ben(), &ticket()), Home::default());
    let met = a.1.met.clone();
    connect(&mut a, &mut again, [[5; 32]; 2], [true, true], NO_CRASH);
    assert!(again.1.met.is_none() && again.1.words.is_none());
    assert_eq!(a.1.met, met);

    let mut late = Pairing::invite(ana(), SECRET, START);
    assert!(
        matches!(late.poll(), Some(PairingOutput::WakeAt(Why::TicketExpires, at))
        if at == START.plus(600_000))
    );
    late.handle(
        PairingInput::Opened {
            exporter: EXPORTER,
            peer: key(&ben()),
        },
        START,
    );
    let mac = identity::pairing::join_mac(&SECRET, &EXPORTER, &key(&ana()), &key(&ben()));
    let join = crate::encode(&Frame::Join {
        key: key(&ben()),
        mac,
    });
    assert_eq!(late.poll().map(kind), Some("wake"));
    late.handle(PairingInput::Frame(&join), START.plus(600_000));
    assert_eq!(late.poll().map(kind), Some("burnt"));
    assert_eq!(ends(&mut late), [PairingEnd::Expired]);
    assert!(late.is_over());
}
