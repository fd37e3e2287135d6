//! Leaving as the other sees it, and what the other can do about it: nothing (S2, S4, S5, S18, S28).
//!
//! 1. Over 30 days a home that is not running, one that is silent and one that was left look the same: not a
//!    byte leaves, and not a byte of the other's store differs.
//! 2. Whatever frames come in, in whatever order, nothing of a home changes but its database; no mark, key,
//!    setting or valve moves, and there is nothing to answer.
//! 3. What a person does for themselves alone (notes, export, a kept copy) sends nothing.
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
use std::fs;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use common::{LOCAL, World, free_port, silent_port, sync, texts, thanks};
use identity::words::{Having, WordId};
use identity::{Day, Hash, LogId, Mark};
use node::home::Said as Manner;
use node::meet::{Once, Outcome, sync_once};
use node::words::{Body as Words, Confidential, Wish};
use node::{Home, HomeError, leaving, space};
use pact::{Act, Body};
use proptest::prelude::*;
use protocol::frames::{Frame, Hello, WordsHave, encode};
use protocol::session::{Closing, Input, Output, Session};
use replica::Write;

/// Every file of a home and its state, and what it holds.
fn files(home: &node::Places) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![home.home.clone(), home.state.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                all.insert(path.clone(), fs::read(path).unwrap());
            }
        }
    }
    all
}

fn is_database(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    // The witness says how many commits the database has seen.
    name.starts_with("vault.db") || name == "witness"
}

/// Thirty days on which Ben's device looks for Ana's at the set times, and Ana's devices do what
/// they do. Gives what Ben's store was before and after, and what Ben's attempts ended with.
fn thirty_days(
    how: impl FnOnce(&World, &mut Home),
    daily: impl Fn(&World),
) -> (Vec<String>, Vec<String>, Vec<Outcome>, bool) {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    for home in [&mut ana, &mut ben] {
        home.set("grace", "0").unwrap();
        home.act(&thanks("for being here"), Manner::default())
            .unwrap();
    }
    sync(&mut ana, &mut ben);
    // Ana would dial Ben here, if Ana spoke.
    let ear = UdpSocket::bind(LOCAL).unwrap();
    ana.set("peer", &ear.local_addr().unwrap().to_string())
        .unwrap();
    let port = free_port();
    ana.set("listen", &port.to_string()).unwrap();
    ben.set("peer", &port.to_string()).unwrap();
    how(&world, &mut ana);
    drop(ana);
    let stored = |ben: &mut Home| {
        let mut all = texts(ben);
        all.push(format!("{:?}", ben.words().unwrap().there));
        let mut ends: Vec<u64> = ben.end().unwrap().0.into_values().collect();
        ends.sort_unstable();
        all.push(format!("{ends:?}"));
        all
    };
    let before = stored(&mut ben);
    let bytes = files(ben.places());
    let mut ends = Vec::new();
    for day in 5..35 {
        let (month, day) = if day <= 31 { (3, day) } else { (4, day - 31) };
        world.set_time(&format!("2025-{month:02}-{day:02}T07:05:00+01:00"));
        daily(&world);
        let once = Once {
            address: None,
            wait: Some(Duration::from_millis(60)),
        };
        ends.push(sync_once(&mut ben, &once).unwrap());
    }
    let after = stored(&mut ben);
    let same = bytes == files(ben.places());
    assert!(same, "not a byte of Ben's store has changed");
    ear.set_nonblocking(true).unwrap();
    (before, after, ends, ear.recv(&mut [0; 2000]).is_ok())
}

#[test]
fn s2_not_running_silent_and_left_look_the_same_for_thirty_days() {
    let not_running = thirty_days(|_, _| {}, |_| {});
    // It is silent, and runs all the same: each day something is written and a meeting is tried.
    let silent = thirty_days(
        |_, ana| {
            let taken = space::Taken {
                practical: false,
                until: None,
            };
            space::take(ana.places(), taken).unwrap();
        },
        |world| {
            let mut ana = world.open("Ana");
            ana.act(&thanks("for later"), Manner::default()).unwrap();
            sync_once(&mut ana, &Once::default()).unwrap_err();
        },
    );
    let left = thirty_days(
        |_, ana| {
            leaving::leave(ana.places(), false).unwrap();
        },
        |world| {
            // A job that was forgotten finds nothing.
            assert!(!common::places(world.dir.path(), "Ana").home.exists());
        },
    );
    for (before, after, ends, heard) in [&not_running, &silent, &left] {
        assert_eq!(before, after);
        assert!(!heard, "a packet left");
        assert!(ends.iter().all(|end| *end == Outcome::Done));
    }
    assert_eq!(not_running, silent);
    assert_eq!(not_running, left);
}

#[test]
fn s1_a_home_that_is_being_left_opens_for_nobody_before_it_is_done() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    ana.set("grace", "0").unwrap();
    ana.act(&thanks("once"), Manner::default()).unwrap();
    leaving::will_leave(ana.places(), false).unwrap();
    // A last word could go out now; any other process leaves first.
    assert!(matches!(
        Home::unlock_at(ana.places().clone(), &common::passphrase(), world.clock()),
        Err(HomeError::Leaving)
    ));
    sync(&mut ana, &mut ben);
    assert_eq!(texts(&mut ben), ["once"]);
    let left = leaving::finish(ana.places()).unwrap().unwrap();
    assert!(left.archive.is_some() && !left.stuck);
    assert_eq!(leaving::finish(ana.places()).unwrap(), None);
    // The handle that is still open can neither write nor speak.
    assert!(ana.act(&thanks("twice"), Manner::default()).is_err());
    assert!(sync_once(&mut ana, &Once::default()).is_err());
}

/// Of each table of this home somebody has decided whether an archive has it. What is signed is
/// ordered; what fades or is left behind is gone; these three are kept: the home's own rows (names,
/// which log is its own), notes of the program around it, and private pages.
#[test]
fn s4_what_an_archive_has_is_decided_table_by_table() {
    let mut hidden = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let text = fs::read_to_string(entry.path()).unwrap();
            for after in text.split("Table::hidden(\"").skip(1) {
                hidden.push(after.split('"').next().unwrap().to_owned());
            }
        }
    }
    hidden.sort_unstable();
    assert_eq!(hidden, ["local", "node", "notes"]);
}

fn hash() -> impl Strategy<Value = Hash> {
    any::<[u8; 32]>().prop_map(Hash)
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

fn many<T: std::fmt::Debug>(one: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(one, 0..6)
}

fn mark(log: LogId) -> impl Strategy<Value = Mark> {
    (prop_oneof![Just(log.0), hash()], any::<u16>(), hash()).prop_map(|(log, seq, hash)| Mark {
        log: LogId(log),
        seq: seq.into(),
        hash,
    })
}

fn ids() -> impl Strategy<Value = Vec<WordId>> {
    many(any::<[u8; 16]>().prop_map(WordId::new))
}

/// Any message of the closed list. A message that is new there must be added here: `named` does not
/// compile without it.
fn frame(log: LogId) -> BoxedStrategy<Frame> {
    let a_log = prop_oneof![Just(log), hash().prop_map(LogId)].boxed();
    prop_oneof![
        (
            any::<bool>(),
            any::<bool>(),
            prop::option::of(hash()),
            many(mark(log))
        )
            .prop_map(|(live, practical, roster, marks)| Frame::Hello(Hello {
                version: 1,
                live,
                practical,
                roster,
                marks,
                words: None,
            })),
        many(bytes()).prop_map(|statements| Frame::Roster { statements }),
        (a_log.clone(), many(any::<u64>())).prop_map(|(log, seqs)| Frame::Probe { log, seqs }),
        (
            a_log.clone(),
            many((any::<u64>(), prop::option::of(hash())))
        )
            .prop_map(|(log, at)| Frame::Hashes { log, at }),
        (a_log.clone(), 0u64..9, many(bytes())).prop_map(|(log, from, records)| Frame::Records {
            log,
            from,
            records
        }),
        many(mark(log)).prop_map(|marks| Frame::Stored { marks }),
        (a_log, 0u64..9, many(bytes()), many(bytes())).prop_map(|(log, from, one, other)| {
            Frame::Fork {
                log,
                from,
                one,
                other,
            }
        }),
        ids().prop_map(|ids| Frame::WordsHave(WordsHave::Ids(ids))),
        ids().prop_map(|ids| Frame::WordsWant { ids }),
        many(bytes()).prop_map(|items| Frame::Words { items }),
        many("[a-z0-9:.]{0,40}").prop_map(|addresses| Frame::Address { addresses }),
        (0usize..9000).prop_map(|zeros| Frame::Pad { zeros }),
        (any::<[u8; 32]>(), any::<[u8; 32]>()).prop_map(|(key, mac)| Frame::Join { key, mac }),
        (any::<[u8; 32]>(), hash()).prop_map(|(root, commitment)| Frame::OfferA {
            root,
            sign: root,
            dh: root,
            commitment,
        }),
        (any::<[u8; 32]>(), any::<[u8; 16]>()).prop_map(|(root, nonce)| Frame::OfferB {
            root,
            sign: root,
            dh: root,
            nonce,
        }),
        any::<[u8; 16]>().prop_map(|nonce| Frame::Reveal { nonce }),
    ]
    .boxed()
}

/// The closed list, once more: whoever adds a message decides here what it may do. None of these can
/// wipe, lock, set or ask anything.
fn named(frame: &Frame) -> &'static str {
    match frame {
        Frame::Hello(_) => "a greeting",
        Frame::Roster { .. } => "statements",
        Frame::Probe { .. } | Frame::Hashes { .. } => "a search",
        Frame::Records { .. } | Frame::Fork { .. } => "records",
        Frame::Stored { .. } => "a receipt",
        Frame::WordsHave(_) | Frame::WordsWant { .. } | Frame::Words { .. } => "words",
        Frame::Address { .. } => "an address",
        Frame::Pad { .. } => "zeros",
        Frame::Join { .. }
        | Frame::OfferA { .. }
        | Frame::OfferB { .. }
        | Frame::Reveal { .. }
        | Frame::Confirm { .. } => "pairing",
    }
}

/// One input and all that follows; whether the session goes on.
fn turn(home: &mut Home, session: &mut Session, input: Input<'_>) -> bool {
    let mut goes_on = true;
    let mut next = Some(input);
    while let Some(input) = next.take() {
        let more = home.turn_for_testing(|replica, shelf, clock| {
            session.handle(input, replica, shelf, clock)?;
            while let Some(output) = session.poll() {
                match output {
                    Output::Persist(writes) => return Ok((true, Some(writes))),
                    Output::Close(Closing::Violation(_) | Closing::Revoked | Closing::Silent) => {
                        goes_on = false;
                    }
                    Output::Transmit(_) | Output::Event(_) | Output::WakeAt(..) => {}
                }
            }
            Ok((false, None::<Vec<Write>>))
        });
        next = more.unwrap().then_some(Input::Persisted);
    }
    goes_on
}

#[test]
fn s4_s5_no_message_wipes_locks_sets_or_asks_anything() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    for home in [&mut ana, &mut ben] {
        home.set("grace", "0").unwrap();
        home.act(&thanks("for being here"), Manner::default())
            .unwrap();
    }
    // Every kind of act whose author might mean: now your device does something.
    let hash = Hash([7; 32]);
    for act in [
        Body::LastWord {
            text: "This is the end.".into(),
        },
        Body::Space {
            until: Some(Day(21_000)),
        },
        Body::SpaceEnded,
        Body::Withdraw { p: hash },
        Body::Heard { record: hash },
        Body::CheckedIn {
            p: hash,
            day: Day(20_151),
        },
        Body::Summary {
            page: hash,
            recipient: "somebody".into(),
        },
        Body::Sorry {
            text: "I shouted.".into(),
        },
    ] {
        ben.act(&Act::new(act), Manner::default()).unwrap();
    }
    ben.say_words(Wish::new(Words::Say(Confidential::from(
        "Delete everything.",
    ))))
    .unwrap();
    ana.write_note(&Confidential::from("mine"), None).unwrap();
    ana.set_local("mine", b"here").unwrap();
    let kept = |home: &Home| {
        let mut all = files(home.places());
        all.retain(|path, _| !is_database(path) && !path.ends_with("fading.keys"));
        all
    };
    let before = kept(&ana);
    sync(&mut ana, &mut ben);
    let settings = ana.settings().clone();
    assert_eq!(kept(&ana).keys().collect::<Vec<_>>(), {
        // The first word that came has made the folder's tag.
        let mut names: Vec<_> = before.keys().collect();
        let tag = ana.places().state.join("CACHEDIR.TAG");
        let all = kept(&ana);
        let tag = all.keys().find(|path| **path == tag).cloned();
        let tag = tag.map(|tag| Box::leak(Box::new(tag)) as &PathBuf);
        names.extend(tag);
        names.sort_unstable();
        names
    });
    let still: BTreeMap<_, _> = kept(&ana)
        .into_iter()
        .filter(|(path, _)| before.contains_key(path))
        .collect();
    assert_eq!(still, before);
    assert!(ana.tray().unwrap().is_empty());

    let own = ana.replica().unwrap().own_log();
    let peer = ben.replica().unwrap().own_log();
    let before = kept(&ana);
    let words = texts(&mut ana);
    let home = std::cell::RefCell::new(ana);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 300,
        ..ProptestConfig::default()
    });
    let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
    runner
        .run(&many(frame(own)), |frames| {
            let mut ana = home.borrow_mut();
            let mut session = Session::new(peer, false);
            let mut goes_on = turn(&mut ana, &mut session, Input::Opened);
            let replica = ana.replica().unwrap();
            let hello = Frame::Hello(Hello {
                version: 1,
                live: false,
                practical: false,
                roster: Some(replica.roster().digest()),
                marks: replica.marks(),
                words: Some(Having::NONE),
            });
            for frame in std::iter::once(&hello).chain(&frames) {
                if !goes_on {
                    break;
                }
                seen.borrow_mut().insert(named(frame));
                let bytes = encode(frame);
                goes_on = turn(&mut ana, &mut session, Input::Frame(&bytes));
            }
            prop_assert_eq!(kept(&ana), before.clone());
            Ok(())
        })
        .unwrap();
    assert!(seen.borrow().len() >= 7, "{:?}", seen.borrow());
    let mut ana = home.into_inner();
    assert_eq!(texts(&mut ana), words);
    assert_eq!(ana.settings().clone().name, settings.name);
    assert_eq!(ana.local("mine").unwrap().unwrap(), b"here");
    assert_eq!(ana.notes().unwrap().len(), 1);
    drop(ana);
    // And it opens, and meets.
    let mut ana = world.open("Ana");
    sync(&mut ana, &mut ben);
}

/// Passes datagrams on between Ben and Ana, and counts their bytes.
fn relay(to: std::net::SocketAddr, sum: Arc<AtomicU64>) -> std::net::SocketAddr {
    let front = UdpSocket::bind(LOCAL).unwrap();
    let address = front.local_addr().unwrap();
    let back = UdpSocket::bind(LOCAL).unwrap();
    back.connect(to).unwrap();
    let (front, back) = (Arc::new(front), Arc::new(back));
    let from = Arc::new(std::sync::Mutex::new(None));
    let (forward_front, forward_back, forward_from, forward_sum) =
        (front.clone(), back.clone(), from.clone(), sum.clone());
    thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok((length, sender)) = forward_front.recv_from(&mut buffer) {
            *forward_from.lock().unwrap() = Some(sender);
            forward_sum.fetch_add(length as u64, Ordering::SeqCst);
            drop(forward_back.send(&buffer[..length]));
        }
    });
    thread::spawn(move || {
        let mut buffer = [0; 65_536];
        loop {
            // Refused while nobody listens yet.
            let Ok(length) = back.recv(&mut buffer) else {
                thread::yield_now();
                continue;
            };
            sum.fetch_add(length as u64, Ordering::SeqCst);
            if let Some(sender) = *from.lock().unwrap() {
                drop(front.send_to(&buffer[..length], sender));
            }
        }
    });
    address
}

#[test]
fn s28_s18_private_pages_stay_here_and_what_one_does_alone_is_not_announced() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    ana.set("grace", "0").unwrap();
    ana.act(&thanks("for being here"), Manner::default())
        .unwrap();
    sync(&mut ana, &mut ben);
    let ear = UdpSocket::bind(LOCAL).unwrap();
    ana.set("peer", &ear.local_addr().unwrap().to_string())
        .unwrap();
    let ben_before = ben.end().unwrap();
    // Noise, so that no compression could hide it.
    let mut page = String::new();
    for number in 0..600 {
        page.push_str(&identity::sha256(&[number as u8, (number / 256) as u8]).to_string());
        page.push('\n');
    }
    for _ in 0..4 {
        ana.write_note(&Confidential::from(page.as_str()), None)
            .unwrap();
    }
    ana.write_note(
        &Confidential::from("CANARY the number of the advocate"),
        None,
    )
    .unwrap();
    let folder = world.dir.path().join("export");
    ana.export(&folder).unwrap();
    ear.set_nonblocking(true).unwrap();
    assert!(ear.recv(&mut [0; 2000]).is_err(), "nothing is announced");
    // Scan: neither on the disk in the clear, nor in what was exported.
    let export = fs::read_dir(&folder)
        .unwrap()
        .flatten()
        .map(|entry| fs::read(entry.path()).unwrap());
    let all: Vec<Vec<u8>> = files(ana.places()).into_values().chain(export).collect();
    let piece = &page.as_bytes()[..40];
    for bytes in &all {
        for canary in [b"CANARY the number".as_slice(), piece] {
            assert!(!bytes.windows(canary.len()).any(|part| part == canary));
        }
    }
    // Capture: a meeting carries less than one of the pages.
    let sum = Arc::new(AtomicU64::new(0));
    let port = free_port();
    ana.set("listen", &port.to_string()).unwrap();
    let way = relay(port, sum.clone());
    thread::scope(|scope| {
        let listening = scope.spawn(|| {
            let wait = Once {
                address: Some(silent_port()),
                wait: Some(Duration::from_secs(20)),
            };
            sync_once(&mut ana, &wait).unwrap()
        });
        thread::sleep(Duration::from_millis(60));
        let once = Once {
            address: Some(way),
            wait: None,
        };
        sync_once(&mut ben, &once).unwrap();
        listening.join().unwrap();
    });
    let carried = sum.load(Ordering::SeqCst);
    assert!(carried > 2_000, "they have met: {carried}");
    assert!(carried < page.len() as u64 / 2, "{carried}");
    assert_eq!(ben.end().unwrap(), ben_before);
    // A page is changed in its place, and dropped for good.
    assert_eq!(
        ana.write_note(&Confidential::from("again"), Some(5))
            .unwrap(),
        Some(5)
    );
    assert_eq!(
        ana.write_note(&Confidential::from("none"), Some(9))
            .unwrap(),
        None
    );
    assert!(ana.drop_note(5).unwrap() && !ana.drop_note(5).unwrap());
    assert_eq!(ana.notes().unwrap().len(), 4);
    // Leaving keeps them, to be read only.
    let left = leaving::leave(ana.places(), false).unwrap();
    drop(ana);
    let archive = node::Places {
        home: left.archive.unwrap(),
        state: world.dir.path().join("none"),
    };
    let mut archive = Home::unlock_at(archive, &common::passphrase(), world.clock()).unwrap();
    assert!(archive.is_archive());
    assert!(archive.notes().unwrap()[0].text.show() == page);
    assert_eq!(texts(&mut archive), ["for being here"]);
    archive
        .write_note(&Confidential::from("no"), None)
        .unwrap_err();
    assert!(archive.act(&thanks("no"), Manner::default()).is_err());
}
