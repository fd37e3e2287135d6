//! Both said yes, and every Confirm was lost: the pact is made when the devices meet again.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::thread;
use std::time::Duration;

use identity::{DeviceKeys, Entropy};
use protocol::{
    Moment, Own, Pairing, PairingInput, PairingOutput, PairingStep, SaidYes, Ticket, take_frame,
};
use vault::{Passphrase, Places};

use crate::home::{Half, Home};
use crate::meet::{Once, Outcome, sync_once};

fn keys(number: u8) -> DeviceKeys {
    DeviceKeys::from_seeds([number; 32], [number + 1; 32])
}

fn own(number: u8) -> Own {
    let root = Entropy::from_bytes([number; 32]).root();
    Own {
        root,
        device: keys(number),
        nonce: [number; 16],
    }
}

/// Two machines without a network, up to both yeses; nothing said after a yes arrives.
fn both_say_yes() -> [SaidYes; 2] {
    let ticket = Ticket {
        key: keys(1).sign_public(),
        secret: [7; 16],
        addresses: vec![],
        rehearsal: true,
    };
    let mut ends = [
        Pairing::invite(own(1), [7; 16], Moment(0)),
        Pairing::join(own(11), &ticket),
    ];
    let peers = [keys(11).sign_public(), keys(1).sign_public()];
    for (end, peer) in ends.iter_mut().zip(peers) {
        end.handle(
            PairingInput::Opened {
                exporter: [5; 32],
                peer,
            },
            Moment(0),
        );
    }
    let mut yes = [None, None];
    for _ in 0..20 {
        for at in [0, 1] {
            while let Some(output) = ends[at].poll() {
                match output {
                    PairingOutput::Transmit(bytes) if yes[at].is_none() => {
                        let mut buffer = bytes;
                        while let Some(frame) = take_frame(&mut buffer).unwrap() {
                            ends[1 - at].handle(PairingInput::Frame(&frame), Moment(0));
                        }
                    }
                    PairingOutput::ShowWords(_) => {
                        ends[at].handle(PairingInput::Answer(true), Moment(0));
                    }
                    PairingOutput::Persist(PairingStep::SaidYes(said)) => yes[at] = Some(*said),
                    PairingOutput::Persist(_)
                    | PairingOutput::Transmit(_)
                    | PairingOutput::Met(_)
                    | PairingOutput::WakeAt(..)
                    | PairingOutput::Close(_) => {}
                }
            }
        }
    }
    yes.map(Option::unwrap)
}

fn home(dir: &Path, name: &str) -> Home {
    let places = Places {
        home: dir.join(name),
        state: dir.join(format!("{name}.state")),
    };
    let passphrase = Passphrase::new("rehearsal".to_owned().into());
    Home::begin(places, &passphrase, name, true).unwrap()
}

#[test]
fn a_yes_that_was_kept_is_repeated_and_asks_nobody() {
    let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    // Both half, or one has met already and the other is half.
    for ana_met in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let (mut ana, mut ben) = (home(dir.path(), "Ana"), home(dir.path(), "Ben"));
        let [yes_a, yes_b] = both_say_yes();
        if ana_met {
            let mut resumed = Pairing::resume(yes_a.clone());
            let peer = keys(11).sign_public();
            resumed.handle(
                PairingInput::Opened {
                    exporter: [5; 32],
                    peer,
                },
                Moment(0),
            );
            let mut other = Pairing::resume(yes_b.clone());
            let peer = keys(1).sign_public();
            other.handle(
                PairingInput::Opened {
                    exporter: [5; 32],
                    peer,
                },
                Moment(0),
            );
            let Some(PairingOutput::Transmit(mut bytes)) = other.poll() else {
                unreachable!()
            };
            let confirm = take_frame(&mut bytes).unwrap().unwrap();
            resumed.handle(PairingInput::Frame(&confirm), Moment(0));
            ana.keep_yes(
                Half {
                    yes: yes_a,
                    keys: keys(1),
                },
                Some("Ben"),
                None,
            )
            .unwrap();
            while let Some(output) = resumed.poll() {
                if let PairingOutput::Persist(PairingStep::Met(met)) = output {
                    ana.keep_pact(&met).unwrap();
                }
            }
            assert!(ana.is_paired());
        } else {
            ana.keep_yes(
                Half {
                    yes: yes_a,
                    keys: keys(1),
                },
                Some("Ben"),
                None,
            )
            .unwrap();
        }
        ben.keep_yes(
            Half {
                yes: yes_b,
                keys: keys(11),
            },
            Some("Ana"),
            None,
        )
        .unwrap();
        assert!(ben.is_half_paired() && !ben.is_paired());
        let port = UdpSocket::bind(local).unwrap().local_addr().unwrap();
        ana.set("listen", &port.to_string()).unwrap();
        let silent = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 9)));
        let wait = Once {
            address: silent,
            wait: Some(Duration::from_secs(8)),
        };
        let once = Once {
            address: Some(port),
            wait: Some(Duration::from_secs(8)),
        };
        let ended = thread::scope(|scope| {
            let ana = scope.spawn(|| sync_once(&mut ana, &wait).unwrap());
            let ben = sync_once(&mut ben, &once).unwrap();
            (ana.join().unwrap(), ben)
        });
        assert_eq!(ended, (Outcome::Done, Outcome::Done));
        assert!(ana.is_paired() && ben.is_paired() && !ben.is_half_paired());
        let pact = |home: &mut Home| home.replica().unwrap().roster().pact();
        assert_eq!(pact(&mut ana), pact(&mut ben));
    }
}
