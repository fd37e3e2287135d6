//! Each state by itself: what it takes for its frame, and what it does about everything else.

use super::*;

/// Each machine brought to the state before the nth frame it receives.
fn in_state(inviter: bool, frames: usize) -> Pairing {
    let (a, b) = both();
    let mut sides = [a.0, b.0];
    let mut wires = [VecDeque::new(), VecDeque::new()];
    let mut homes = [Home::default(), Home::default()];
    let me = usize::from(!inviter);
    sides[0].handle(
        PairingInput::Opened {
            exporter: EXPORTER,
            peer: key(&ben()),
        },
        START,
    );
    sides[1].handle(
        PairingInput::Opened {
            exporter: EXPORTER,
            peer: key(&ana()),
        },
        START,
    );
    let mut taken = 0;
    loop {
        for i in 0..2 {
            let mut sent = VecDeque::new();
            drain(
                &mut sides[i],
                &mut homes[i],
                &mut sent,
                &mut usize::MAX.clone(),
            );
            wires[1 - i].extend(sent);
        }
        if taken == frames {
            return std::mem::replace(&mut sides[me], Pairing::join(ben(), &ticket()));
        }
        for i in 0..2 {
            while let Some(frame) = wires[i].pop_front() {
                sides[i].handle(PairingInput::Frame(&frame), START);
                if i == me {
                    taken += 1;
                    break;
                }
            }
        }
    }
}

#[test]
fn every_frame_in_every_state_is_the_one_awaited_or_a_violation() {
    // What each state waits for: inviter Join, OfferB, Confirm; joiner OfferA, Reveal, Confirm.
    for (inviter, frames, awaited) in [
        (true, 0, 32),
        (true, 1, 34),
        (true, 2, 36),
        (false, 0, 33),
        (false, 1, 35),
        (false, 2, 36),
    ] {
        for frame in one_of_each() {
            let mut pairing = in_state(inviter, frames);
            pairing.handle(PairingInput::Frame(&crate::encode(&frame)), START);
            let outputs: Vec<PairingOutput> = std::iter::from_fn(|| pairing.poll()).collect();
            let what = format!("inviter {inviter}, after {frames}, frame {}", frame.kind());
            let violated = outputs.iter().any(|output| {
                matches!(
                    output,
                    PairingOutput::Close(
                        PairingEnd::Violation(_) | PairingEnd::WrongKey | PairingEnd::WrongTicket
                    )
                )
            });
            // A Confirm is judged when this person has said yes.
            let waits = frame.kind() == 12 || (frame.kind() == 36 && awaited == 36);
            assert_eq!(violated, !waits, "{what}: {outputs:?}");
            for output in outputs {
                assert!(matches!(kind(output), "close"), "{what} did something");
            }
        }
        for garbage in [&[][..], &[99, 0x80], &[33, 0x84], &[12, 0x81, 0x41, 1]] {
            let mut pairing = in_state(inviter, frames);
            pairing.handle(PairingInput::Frame(garbage), START);
            assert!(matches!(
                ends(&mut pairing)[..],
                [PairingEnd::Violation(Violation::Frame(_))]
            ));
        }
    }
}

#[test]
fn a_nonce_chosen_after_the_other_one_is_refused() {
    let mut joiner = in_state(false, 1);
    joiner.handle(
        PairingInput::Frame(&crate::encode(&Frame::Reveal { nonce: [0; 16] })),
        START,
    );
    assert_eq!(
        ends(&mut joiner),
        [PairingEnd::Violation(Violation::BadProof)]
    );
    assert!(joiner.is_over());
}

#[test]
fn offers_in_anothers_name_or_ones_own_are_refused() {
    let keys = |own: &Own| -> PublicKeys { own.device.public() };
    let offer = |root: [u8; 32], sign: [u8; 32]| Frame::OfferB {
        root,
        sign,
        dh: [1; 32],
        nonce: [0; 16],
    };
    for frame in [
        offer(ben().root.public(), [9; 32]),
        offer(ana().root.public(), keys(&ben()).sign),
    ] {
        let mut inviter = in_state(true, 1);
        inviter.handle(PairingInput::Frame(&crate::encode(&frame)), START);
        assert_eq!(
            ends(&mut inviter),
            [PairingEnd::Violation(Violation::BadProof)]
        );
    }
    let offer = |root: [u8; 32], sign: [u8; 32]| Frame::OfferA {
        root,
        sign,
        dh: [1; 32],
        commitment: identity::Hash([0; 32]),
    };
    for frame in [
        offer(ana().root.public(), [9; 32]),
        offer(ben().root.public(), keys(&ana()).sign),
    ] {
        let mut joiner = in_state(false, 0);
        joiner.handle(PairingInput::Frame(&crate::encode(&frame)), START);
        assert_eq!(
            ends(&mut joiner),
            [PairingEnd::Violation(Violation::BadProof)]
        );
    }
}

fn yes(inviter: bool) -> SaidYes {
    let (mut side, mut home) = (in_state(inviter, 2), Home::default());
    side.handle(PairingInput::Answer(true), START);
    drain(&mut side, &mut home, &mut VecDeque::new(), &mut 9);
    home.yes.unwrap()
}

#[test]
fn a_confirm_needs_all_three_signatures_and_a_wrong_one_keeps_the_yes() {
    let (ana, ben) = (yes(true), yes(false));
    let (f, by) = (ben.founding_signature, ben.certification);
    let of = |root, device| identity::Certification { root, device };
    let confirms = [
        (f, by, true),
        ([1; 64], by, false),
        (ana.founding_signature, by, false),
        (f, of([2; 64], by.device), false),
        (f, of(by.root, [3; 64]), false),
        (f, of(by.root, ana.certification.device), false),
        (f, of(by.root, by.root), false),
        (f, of(by.device, by.root), false),
        (f, ana.certification, false),
    ];
    for (early, (founding, certification, fine)) in [true, false]
        .into_iter()
        .flat_map(|e| confirms.map(|c| (e, c)))
    {
        let mut inviter = in_state(true, 2);
        let confirm = crate::encode(&Frame::Confirm {
            founding,
            certification,
        });
        let mut home = Home::default();
        if early {
            inviter.handle(PairingInput::Frame(&confirm), START);
        }
        inviter.handle(PairingInput::Answer(true), START);
        if !early {
            inviter.handle(PairingInput::Frame(&confirm), START);
        }
        drain(&mut inviter, &mut home, &mut VecDeque::new(), &mut 99);
        assert!(home.yes.is_some());
        assert_eq!(home.met.is_some(), fine);
        assert_eq!(inviter.is_over(), fine);
        let violation = PairingEnd::Violation(Violation::BadProof);
        let end = if fine { PairingEnd::Met } else { violation };
        assert_eq!(home.closed, [end]);
    }
}

#[test]
fn silence_ends_a_pairing_before_the_yes_and_never_after_it() {
    for (inviter, frames) in [(true, 1), (true, 2), (false, 0), (false, 1), (false, 2)] {
        let mut pairing = in_state(inviter, frames);
        pairing.handle(PairingInput::Tick, START);
        assert!(ends(&mut pairing).is_empty());
        pairing.handle(PairingInput::Tick, START.plus(ANSWER_MS));
        assert_eq!(ends(&mut pairing), [PairingEnd::TimedOut]);
    }
    let mut said = in_state(true, 2);
    said.handle(PairingInput::Answer(true), START);
    said.handle(PairingInput::Tick, START.plus(1 << 40));
    assert!(ends(&mut said).is_empty() && !said.is_over());
}

#[test]
fn a_kept_yes_that_was_damaged_is_refused() {
    let bytes = yes(true).to_bytes();
    for cut in 0..bytes.len() {
        assert!(SaidYes::from_bytes(&bytes[..cut]).is_err());
    }
    let mut later = bytes;
    later[1] = 2;
    assert_eq!(SaidYes::from_bytes(&later), Err(SaidYesError::Version));
}
