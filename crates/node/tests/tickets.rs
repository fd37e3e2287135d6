//! Tickets (S40): used twice, intercepted, and an invitation that one's own `join` ends (B3).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod common;

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use common::{Ended, LOCAL, Person, World, at_loopback, meet, passphrase, person};
use identity::DeviceKeys;
use identity::pairing::join_mac;
use node::Home;
use node::pair::{PairError, Paired, invite, join};
use node::transport::{Arrival, Endpoint, Line, Lull, Pins, Valve};
use protocol::{Frame, PairingEnd, Ticket, decode, flush};

fn unchanged(home: &Home) {
    assert!(!home.is_paired() && !home.is_half_paired());
    assert_eq!(home.settings().other, None);
}

/// An open invitation in a thread of its own; `asked` hears of the words, `say` answers.
fn inviting<'scope, 'env>(
    scope: &'scope thread::Scope<'scope, 'env>,
    home: &'env mut Home,
    mut says: impl FnMut() -> bool + Send + 'scope,
) -> (thread::ScopedJoinHandle<'scope, Ended>, String) {
    let (tickets, ticket) = mpsc::channel();
    let inviting = scope.spawn(move || {
        let mut talk = Person {
            says: move |_: &_| says(),
            words: None,
            tickets: Some(tickets),
        };
        invite(home, &passphrase(), "Ben", &at_loopback(), &mut talk)
    });
    let ticket = ticket.recv().unwrap();
    (inviting, ticket)
}

fn joins(home: &mut Home, ticket: &str) -> Ended {
    join(home, &passphrase(), "Ana", ticket, &mut person(|_| true))
}

fn endpoint(keys: &DeviceKeys) -> Endpoint {
    let valve = Valve::new(Arc::new(|| false));
    let (seed, public) = (keys.sign_seed(), keys.sign_public());
    Endpoint::bind(LOCAL, &seed, &public, &Pins::any(), valve, Lull::Stays).unwrap()
}

/// Runs on a thread of its own until it is done, or the test process ends.
fn beside(work: impl Future<Output = ()> + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    thread::spawn(move || runtime.block_on(work));
}

#[test]
fn s40_a_second_joiner_is_refused_during_and_after_a_pairing() {
    let world = World::new();
    let [mut ana, mut ben, mut cyd] = ["Ana", "Ben", "Cyd"].map(|name| world.begin(name));
    let (go, wait) = mpsc::channel();
    let (asked, question) = mpsc::channel();
    thread::scope(|scope| {
        let (inviting, ticket) = inviting(scope, &mut ana, move || {
            asked.send(()).unwrap();
            wait.recv().unwrap()
        });
        // A stranger who connects and says nothing is in nobody's way.
        let at = Ticket::parse(&ticket).unwrap().addresses[0];
        let (stalls, stalled) = mpsc::channel();
        beside(async move {
            let mouth = endpoint(&DeviceKeys::from_seeds([9; 32], [8; 32]));
            let mut line = mouth.dial(at).await.unwrap();
            // The stream is there once something was written on it.
            line.sender.write(&[0]).await.unwrap();
            stalls.send(()).unwrap();
            tokio::time::sleep(Duration::from_secs(60)).await;
        });
        stalled.recv_timeout(Duration::from_secs(10)).unwrap();
        thread::sleep(Duration::from_millis(100));
        let (ben, code) = (&mut ben, ticket.clone());
        let joining = scope.spawn(move || joins(ben, &code));
        question.recv_timeout(Duration::from_secs(10)).unwrap();
        // While two people look at their words.
        let said = joins(&mut cyd, &ticket);
        assert!(matches!(said, Err(PairError::TurnedAway)), "{said:?}");
        unchanged(&cyd);
        go.send(true).unwrap();
        let ended = (inviting.join().unwrap(), joining.join().unwrap());
        assert!(
            matches!(ended, (Ok(Paired::Met), Ok(Paired::Met))),
            "{ended:?}"
        );
        let said = joins(&mut cyd, &ticket);
        assert!(matches!(said, Err(PairError::NobodyThere)), "{said:?}");
        unchanged(&cyd);
    });
    assert!(ana.is_paired() && ben.is_paired());
}

/// What stands between does with the joiner's first frame.
#[derive(Clone, Copy, Debug)]
enum Between {
    /// Passes it on as it is.
    Relays,
    /// Puts its own key in.
    Rekeys,
    /// Has read the ticket, secret and all, and proves it for its own connection.
    Knows,
}

/// Listens with a key of its own, dials the inviter with another, and passes frames on.
fn stand_between(ticket: &Ticket, how: Between) -> Ticket {
    let [ear_keys, mouth_keys] =
        [[21; 32], [23; 32]].map(|seed| DeviceKeys::from_seeds(seed, seed));
    let key = ear_keys.sign_public();
    let ticket = ticket.clone();
    let (tell, told) = mpsc::channel();
    let forged = ticket.clone();
    beside(async move {
        let ear = endpoint(&ear_keys);
        tell.send(ear.local_addr().unwrap()).unwrap();
        let mut to_joiner = loop {
            // Whom the pinned key keeps away comes again without it.
            if let Ok(line) = ear.accept().await.unwrap().answer().await {
                break line;
            }
        };
        let mouth = endpoint(&mouth_keys);
        let mut to_inviter = mouth.dial(ticket.addresses[0]).await.unwrap();
        loop {
            let (frame, back) = tokio::select! {
                frame = to_joiner.receiver.frame() => (frame, false),
                frame = to_inviter.receiver.frame() => (frame, true),
            };
            let Ok(Some(Arrival::Frame(mut frame))) = frame else {
                break;
            };
            if let Ok(Frame::Join { mac, .. }) = decode(&frame) {
                let key = mouth_keys.sign_public();
                let exporter = to_inviter.exporter().unwrap();
                let join = match how {
                    Between::Relays => None,
                    Between::Rekeys => Some(Frame::Join { key, mac }),
                    Between::Knows => {
                        let mac = join_mac(&ticket.secret, &exporter, &ticket.key, &key);
                        Some(Frame::Join { key, mac })
                    }
                };
                if let Some(join) = join {
                    let length = flush(&[join]);
                    let size = u32::from_be_bytes(length[..4].try_into().unwrap()) as usize;
                    frame = length[4..4 + size].to_vec();
                }
            }
            let line: &mut Line = if back {
                &mut to_joiner
            } else {
                &mut to_inviter
            };
            let mut bytes = u32::try_from(frame.len()).unwrap().to_be_bytes().to_vec();
            bytes.extend_from_slice(&frame);
            drop(line.sender.write(&bytes).await);
        }
        drop((to_joiner, to_inviter));
        tokio::time::sleep(Duration::from_secs(1)).await;
    });
    Ticket {
        key,
        addresses: vec![told.recv().unwrap()],
        ..forged
    }
}

#[test]
fn s40_who_stands_between_gets_no_pact_and_changes_nothing() {
    for how in [Between::Relays, Between::Rekeys, Between::Knows] {
        let world = World::new();
        let (mut ana, mut ben) = (world.begin("Ana"), world.begin("Ben"));
        thread::scope(|scope| {
            let (inviting, text) = inviting(scope, &mut ana, || panic!("no words are shown"));
            let ticket = Ticket::parse(&text).unwrap();
            let forged = stand_between(&ticket, how);
            // On the way, without the ticket changed: the pinned key does not answer there.
            let rerouted = Ticket {
                key: ticket.key,
                ..forged.clone()
            };
            let said = joins(&mut ben, &rerouted.to_text());
            assert!(matches!(said, Err(PairError::NobodyThere)), "{said:?}");
            refused(&mut ben, &forged);
            match how {
                // The ticket was not burnt by it; it ends on its own clock.
                Between::Relays | Between::Rekeys => world.set_time("2025-03-04T08:10:01+01:00"),
                Between::Knows => {}
            }
            let said = inviting.join().unwrap();
            match (how, &said) {
                (Between::Knows, Err(PairError::Ended(PairingEnd::Lost))) => {}
                (Between::Relays | Between::Rekeys, Err(PairError::Ended(PairingEnd::Expired))) => {
                }
                _ => panic!("{how:?}: {said:?}"),
            }
        });
        unchanged(&ana);
        unchanged(&ben);
        let (invited, joined) = meet(&mut ana, &mut ben, |_| true, |_| true);
        let ended = (invited.unwrap(), joined.unwrap());
        assert_eq!(ended, (Paired::Met, Paired::Met));
    }
}

fn refused(ben: &mut Home, forged: &Ticket) {
    let said = join(
        ben,
        &passphrase(),
        "Ana",
        &forged.to_text(),
        &mut person(|_| panic!("no words are shown")),
    );
    assert!(
        matches!(
            said,
            Err(PairError::TurnedAway | PairError::Ended(PairingEnd::Violation(_)))
        ),
        "{said:?}"
    );
    unchanged(ben);
}

#[test]
fn b3_a_join_ends_ones_own_open_invitation_in_another_process() {
    let world = World::new();
    let (mut ana, mut ben) = (world.begin("Ana"), world.begin("Ben"));
    let mut elsewhere = world.open("Ana");
    thread::scope(|scope| {
        let (forgotten, own) = inviting(scope, &mut ana, || true);
        let (inviter, ticket) = inviting(scope, &mut ben, || true);
        // A mistyped code ends nothing.
        assert!(joins(&mut elsewhere, "hf1nonsense").is_err());
        thread::sleep(Duration::from_millis(100));
        assert!(!forgotten.is_finished());
        let joined = joins(&mut elsewhere, &ticket);
        assert!(matches!(joined, Ok(Paired::Met)), "{joined:?}");
        thread::sleep(Duration::from_millis(500));
        // By now it has ended; else it does so here, and says another thing.
        world.set_time("2025-03-04T08:10:01+01:00");
        let ended = forgotten.join().unwrap();
        assert!(matches!(ended, Err(PairError::Joined)), "{ended:?}");
        assert!(matches!(inviter.join().unwrap(), Ok(Paired::Met)));
        let mut cyd = world.begin("Cyd");
        let late = joins(&mut cyd, &own);
        assert!(matches!(late, Err(PairError::NobodyThere)), "{late:?}");
    });
    let pact = |home: &mut Home| home.replica().unwrap().roster().pact();
    assert_eq!(pact(&mut world.open("Ana")), pact(&mut ben));
}
