//! Pacts with a past: a device that was revoked, a fork found late, more than one session may carry.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod common;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use common::{LOCAL, World, free_port, serve, sync, texts, thanks, until};
use identity::{Head, LogId, Person, UnverifiedStatement};
use node::home::Said as Manner;
use node::meet::{Once, Outcome, Said, Serve};
use node::transport::{Endpoint, Line, Lull, Pins, Valve};
use node::{Home, agent};
use replica::Shelf;
use replica::testing::{Couple, all};

type Runs = Vec<(LogId, Vec<Vec<u8>>)>;

/// A home of one device of a couple, with records as if they had come long ago.
fn adopt(
    world: &World,
    name: &str,
    couple: &Couple,
    log: LogId,
    statements: Vec<UnverifiedStatement>,
    runs: Runs,
) -> Home {
    let mut home = world.begin(name);
    home.adopt_for_testing(statements, log, couple.keys(log), runs)
        .unwrap();
    home.set_clock(world.clock());
    home.set("grace", "0").unwrap();
    home
}

fn live() -> Serve {
    Serve {
        live: true,
        ..Serve::default()
    }
}

fn heard(says: &Receiver<Said>, wanted: Said) {
    let end = Instant::now() + Duration::from_secs(60);
    while says.recv_timeout(end - Instant::now()).unwrap() != wanted {}
}

/// Dials with a device's key and says Hello as it would; gives what came back, if anything.
fn knock(couple: &Couple, log: LogId, at: SocketAddr, hello: &[u8]) -> Option<Vec<u8>> {
    let keys = couple.keys(log);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let valve = Valve::new(Arc::new(|| false));
        let (seed, public) = (keys.sign_seed(), keys.sign_public());
        let mouth = Endpoint::bind(LOCAL, &seed, &public, &Pins::any(), valve, Lull::Ends).unwrap();
        let heard = async {
            let mut line: Line = mouth.dial(at).await.ok()?;
            line.sender.write(hello).await.ok()?;
            match line.receiver.frame().await {
                Ok(Some(node::transport::Arrival::Frame(frame))) => Some(frame),
                _ => None,
            }
        };
        let heard = tokio::time::timeout(Duration::from_secs(2), heard).await;
        heard.ok().flatten()
    })
}

#[test]
fn s41_s42_a_revoked_device_is_refused_without_a_byte() {
    let world = World::new();
    let mut couple = Couple::new(1);
    let ana_log = couple.certify(Person::A, None);
    let [lost, kept] = [(); 2].map(|()| couple.certify(Person::B, None));
    let before = couple.statements();
    let revocation = couple.revoke(Head::start(lost).of(lost));
    let at = free_port();
    let mut ana = adopt(&world, "Ana", &couple, ana_log, couple.statements(), vec![]);
    // The lost device knows nothing of it, as a thief would keep it.
    let mut thief = adopt(&world, "Ben", &couple, lost, before.clone(), vec![]);
    ana.set("listen", &at.to_string()).unwrap();
    ana.act(&thanks("from Ana"), Manner::default()).unwrap();
    thief
        .act(&thanks("from the thief"), Manner::default())
        .unwrap();
    let (serving, says) = serve(world.open("Ana"), live());
    heard(&says, Said::Listening(at));

    let hello = protocol::flush(&[protocol::Frame::Hello(protocol::Hello {
        live: false,
        practical: false,
        roster: Some(ana.replica().unwrap().roster().digest()),
        marks: Vec::new(),
        words: None,
        version: protocol::VERSION,
    })]);
    // The device that is kept is answered: what is checked below can fail.
    assert!(knock(&couple, kept, at, &hello).is_some());
    assert_eq!(knock(&couple, lost, at, &hello), None);
    let once = Once {
        address: Some(at),
        wait: Some(Duration::from_millis(1500)),
    };
    // Nor is it told: its `sync` ends as when nobody is there.
    let ended = node::meet::sync_once(&mut thief, &once).unwrap();
    assert_eq!(ended, Outcome::Done);
    assert_eq!(texts(&mut thief), ["from the thief"]);
    assert_eq!(texts(&mut ana), ["from Ana"]);
    assert!(!says.try_iter().any(|said| said != Said::Listening(at)));
    agent::lock(ana.places()).unwrap();
    serving.join().unwrap();
    drop(revocation);
}

#[test]
fn s42_a_device_revoked_in_the_middle_of_a_meeting_hears_nothing_more() {
    let world = World::new();
    let mut couple = Couple::new(2);
    let ana_log = couple.certify(Person::A, None);
    let lost = couple.certify(Person::B, None);
    let before = couple.statements();
    let at = free_port();
    let mut ana = adopt(&world, "Ana", &couple, ana_log, before.clone(), vec![]);
    let mut thief = adopt(&world, "Ben", &couple, lost, before, vec![]);
    ana.set("listen", &at.to_string()).unwrap();
    thief.set("peer", &at.to_string()).unwrap();
    let (ana_serves, ana_says) = serve(world.open("Ana"), live());
    let (thief_serves, _thief_says) = serve(world.open("Ben"), live());
    heard(&ana_says, Said::Together);
    ana.act(&thanks("while all was well"), Manner::default())
        .unwrap();
    until("the entry", || texts(&mut thief).len() == 1);

    // Ben's other device brings the revocation.
    let revocation = couple.revoke(Head::start(lost).of(lost));
    ana.admit_for_testing(vec![revocation]).unwrap();
    heard(&ana_says, Said::Apart);
    ana.act(&thanks("not for the thief"), Manner::default())
        .unwrap();
    thief.act(&thanks("too late"), Manner::default()).unwrap();
    // It dials again and again, at random moments below three seconds.
    thread::sleep(Duration::from_secs(4));
    assert_eq!(texts(&mut thief), ["while all was well", "too late"]);
    assert_eq!(texts(&mut ana).len(), 2);
    assert!(!texts(&mut ana).contains(&"too late".to_owned()));
    assert!(!ana_says.try_iter().any(|said| said == Said::Together));
    for (home, serves) in [(&ana, ana_serves), (&thief, thief_serves)] {
        agent::lock(home.places()).unwrap();
        serves.join().unwrap();
    }
}

/// Two copies of Ben's old device wrote different things and met different devices of Ana's. His
/// new device was certified before anybody knew.
#[test]
fn b6_a_fork_found_after_the_renewal_is_said_again_at_the_next_attended_meeting() {
    let world = World::new();
    let mut couple = Couple::new(3);
    let [ana, mut ben] = couple.homes();
    let (old, ana_log) = (ben.log(), ana.log());
    ben.thank(20_000, "before both");
    let backup = ben.shelf.clone();
    ben.thank(20_001, "one history");
    let one = all(&ben, old);
    let mut copy = couple.home(old);
    copy.shelf = backup;
    copy.reopen();
    copy.thank(20_002, "another history");
    let other = copy.shelf.records(old, 2, usize::MAX).unwrap();
    let new = couple.certify(Person::B, Some(old));
    let know = couple.statements();
    let mut renewed = adopt(
        &world,
        "Ben",
        &couple,
        new,
        know.clone(),
        vec![(old, one.clone())],
    );
    let runs = vec![(old, one)];
    let mut ana = adopt(&world, "Ana", &couple, ana_log, know, runs);
    ana.fork_for_testing(old, 2, other).unwrap();
    assert_eq!(renewed.redo().unwrap(), 0, "nothing is known of it yet");

    let (at_ana, at_ben) = sync(&mut ana, &mut renewed);
    assert_eq!((at_ana, at_ben), (Outcome::Done, Outcome::DoesNotCheckOut));
    assert_eq!(renewed.redo().unwrap(), 2);
    assert_eq!(renewed.redo().unwrap(), 0, "once is enough");
    sync(&mut ana, &mut renewed);
    for home in [&mut ana, &mut renewed] {
        // Both histories are kept as evidence; what counts is the part before and what was redone.
        let counted = home
            .view()
            .unwrap()
            .thanks_since(Person::A, &BTreeMap::new());
        assert_eq!(counted.len(), 3, "{counted:?}");
    }
}

#[test]
fn s37_what_one_session_may_not_carry_the_same_sync_brings_in_the_next() {
    let world = World::new();
    let mut couple = Couple::new(4);
    let ana_log = couple.certify(Person::A, None);
    let bens = [(); 3].map(|()| couple.certify(Person::B, None));
    let runs = bens.map(|log| {
        let mut device = couple.home(log);
        device.thank(20_000, "one");
        device.thank(20_001, "two");
        (log, all(&device, log))
    });
    let know = couple.statements();
    let mut ana = adopt(&world, "Ana", &couple, ana_log, know.clone(), vec![]);
    let mut ben = adopt(&world, "Ben", &couple, bens[0], know, runs.to_vec());
    // So one session carries one log.
    ben.carry_for_testing(1);
    assert_eq!(sync(&mut ana, &mut ben), (Outcome::Done, Outcome::Done));
    assert_eq!(texts(&mut ana).len(), 6);
    assert_eq!(texts(&mut ben).len(), 6);
}

#[test]
fn s6_a_finished_meeting_leaves_a_line_on_which_nothing_is_heard() {
    let world = World::new();
    let mut couple = Couple::new(5);
    let logs = Person::BOTH.map(|person| couple.certify(person, None));
    let at = free_port();
    let mut ana = adopt(&world, "Ana", &couple, logs[0], couple.statements(), vec![]);
    ana.set("listen", &at.to_string()).unwrap();
    world.set_time("2025-03-05T07:05:00+01:00");
    let how = Serve {
        // So that it dials nobody who is here.
        address: Some(common::silent_port()),
        ..Serve::default()
    };
    let (serving, says) = serve(world.open("Ana"), how);
    heard(&says, Said::Listening(at));
    let hello = protocol::Frame::Hello(protocol::Hello {
        live: true,
        practical: false,
        roster: Some(ana.replica().unwrap().roster().digest()),
        marks: Vec::new(),
        words: None,
        version: protocol::VERSION,
    });
    let done = protocol::Frame::Stored { marks: Vec::new() };
    let keys = couple.keys(logs[1]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let valve = Valve::new(Arc::new(|| false));
        let (seed, public) = (keys.sign_seed(), keys.sign_public());
        let pins = Pins::any();
        let mouth = Endpoint::bind(LOCAL, &seed, &public, &pins, valve.clone(), Lull::Ends);
        let mouth = mouth.unwrap();
        let mut line = mouth.dial(at).await.unwrap();
        let flush = protocol::flush(&[hello, done]);
        line.sender.write(&flush).await.unwrap();
        let mut frames = 0;
        while let Ok(Some(_)) = line.receiver.frame().await {
            frames += 1;
        }
        assert!(frames >= 2, "it greets, and says that it is done");
        tokio::time::sleep(Duration::from_secs(2)).await;
        let before = valve.received();
        // Longer than what any keep-alive waits.
        tokio::time::sleep(Duration::from_secs(17)).await;
        assert_eq!(valve.received(), before, "nothing tells that Ana is on");
    });
    agent::lock(ana.places()).unwrap();
    serving.join().unwrap();
}
