//! What whoever reaches the port of an open invitation, or the disk of a home, cannot do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod common;

use std::fs;
use std::sync::{Arc, mpsc};
use std::thread;

use common::{LOCAL, Person, World, at_loopback, passphrase, person, places};
use identity::DeviceKeys;
use node::pair::{Paired, invite, join};
use node::transport::{Endpoint, Line, Lull, Pins, Valve};
use node::{Home, HomeError};

/// A frame that says nothing: an empty Pad.
const PAD: &[u8] = b"\0\0\0\x03\x0c\x81\x40";
/// A Join without the ticket.
fn forged_join(public: &[u8; 32]) -> Vec<u8> {
    [
        b"\0\0\0\x46\x20\x82\x58\x20",
        &public[..],
        b"\x58\x20",
        &[7; 32],
    ]
    .concat()
}

#[test]
fn strangers_at_the_port_keep_nobody_from_an_invitation() {
    let world = World::new();
    let (mut ana, mut ben) = (world.begin("Ana"), world.begin("Ben"));
    let (tickets, ticket) = mpsc::channel();
    let (there, standing) = mpsc::channel();
    let (leave, stay) = tokio::sync::oneshot::channel::<()>();
    thread::scope(|scope| {
        let inviting = scope.spawn(|| {
            let mut talk = Person {
                says: |_: &_| true,
                words: None,
                tickets: Some(tickets),
            };
            invite(&mut ana, &passphrase(), "Ben", &at_loopback(), &mut talk)
        });
        let ticket = ticket.recv().unwrap();
        let address = protocol::Ticket::parse(&ticket).unwrap().addresses[0];
        let stranger = scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let keys = DeviceKeys::from_seeds([9; 32], [8; 32]);
                let (seed, public) = (keys.sign_seed(), keys.sign_public());
                let valve = Valve::new(Arc::new(|| false));
                let pins = Pins::any();
                let mouth = Endpoint::bind(LOCAL, &seed, &public, &pins, valve, Lull::Stays);
                let mouth = mouth.unwrap();
                let mut lines: Vec<Line> = Vec::new();
                for says in [PAD.to_vec(), forged_join(&public), PAD.to_vec()] {
                    let mut line = mouth.dial(address).await.unwrap();
                    line.sender.write(&says).await.unwrap();
                    lines.push(line);
                }
                // They are there before Ben comes, and stay.
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                there.send(()).unwrap();
                stay.await.unwrap();
            });
        });
        standing.recv().unwrap();
        let joined = join(
            &mut ben,
            &passphrase(),
            "Ana",
            &ticket,
            &mut person(|_| true),
        );
        leave.send(()).unwrap();
        stranger.join().unwrap();
        if joined.is_err() {
            world.set_time("2025-03-04T09:10:01+01:00");
        }
        assert_eq!(joined.unwrap(), Paired::Met);
        assert_eq!(inviting.join().unwrap().unwrap(), Paired::Met);
    });
}

/// Who holds the agent's key and may write to the disk must not set the clock of a home.
#[test]
fn an_ordinary_home_does_not_become_a_rehearsal() {
    let world = World::new();
    let ana = places(world.dir.path(), "Ana");
    let home = Home::begin(ana.clone(), &passphrase(), "Ana", false).unwrap();
    let key = home.key().clone();
    drop(home);
    drop(world.begin("Ben"));
    let ben = places(world.dir.path(), "Ben");
    assert!(!Home::open(ana.clone(), key.clone()).unwrap().is_rehearsal());
    fs::copy(ben.home.join("keys.json"), ana.home.join("keys.json")).unwrap();
    let refused = Home::open(ana, key).err();
    assert!(
        matches!(refused, Some(HomeError::Damaged("the mark of a rehearsal"))),
        "{refused:?}"
    );
}

/// Which rows a home keeps of its own shows nothing on the disk.
#[test]
fn the_names_of_a_homes_own_rows_are_not_on_the_disk() {
    let world = World::new();
    let home = world.begin("Ana");
    drop(home);
    let folder = places(world.dir.path(), "Ana").home;
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() || path.ends_with("keys.json") {
            continue;
        }
        files += 1;
        let bytes = fs::read(&path).unwrap();
        let name = b"settings";
        let shown = bytes.windows(name.len()).any(|window| window == name);
        assert!(!shown, "{}", path.display());
    }
    assert!(files > 0);
}
