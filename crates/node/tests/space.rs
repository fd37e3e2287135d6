//! Space: shut first, announced once, silent after it; one letter; the practical lane.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod common;

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::Duration;

use common::{LOCAL, World, free_port, serve, sync, texts, thanks};
use node::Home;
use node::home::Said as Manner;
use node::meet::{MeetError, Once, Said, Serve, announce, sync_once};
use node::space::{self, Letter, Reached, Standing, Taken};
use node::words::{Body, Kind, Lane, Wish, WordsError, WordsMisuse};
use pact::{Act, Body as Entry};

const SILENT: Taken = Taken {
    practical: false,
    until: None,
};
const PRACTICAL: Taken = Taken {
    practical: true,
    until: None,
};

/// A socket that hears whatever a home that dials it sends.
fn sink(home: &mut Home) -> UdpSocket {
    let sink = UdpSocket::bind(LOCAL).unwrap();
    home.set("peer", &sink.local_addr().unwrap().to_string())
        .unwrap();
    sink
}

fn heard(sink: &UdpSocket, within: Duration) -> bool {
    sink.set_read_timeout(Some(within)).unwrap();
    sink.recv(&mut [0; 2000]).is_ok()
}

/// Ben's `serve --live`, where Ana looks for him.
fn ben_is_there(
    world: &World,
    ana: &mut Home,
    ben: &mut Home,
) -> (thread::JoinHandle<()>, SocketAddr) {
    let port = free_port();
    ben.set("listen", &port.to_string()).unwrap();
    ben.set("peer", &free_port().to_string()).unwrap();
    ana.set("peer", &port.to_string()).unwrap();
    let (serving, says) = serve(
        world.open("Ben"),
        Serve {
            live: true,
            ..Serve::default()
        },
    );
    assert_eq!(says.recv().unwrap(), Said::Listening(port));
    // Nobody hears the rest; what is said must not end it.
    std::mem::forget(says);
    (serving, port)
}

fn end_space(home: &mut Home) {
    home.act(&Act::new(Entry::SpaceEnded), Manner::default())
        .unwrap();
    space::end(home.places()).unwrap();
}

/// The other hears of it as a meeting would tell.
fn announced(world: &World) -> (Home, Home) {
    let (mut ana, mut ben) = world.couple();
    ana.set("grace", "0").unwrap();
    ben.set("grace", "0").unwrap();
    ana.act(&Act::new(Entry::Space { until: None }), Manner::default())
        .unwrap();
    sync(&mut ana, &mut ben);
    space::take(ana.places(), SILENT).unwrap();
    (ana, ben)
}

fn letter(text: &str) -> Letter {
    Letter {
        text: text.into(),
        fade: 7,
    }
}

#[test]
fn s3_announced_space_is_told_once_and_then_nothing_leaves() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    ana.act(&thanks("in its grace"), Manner::default()).unwrap();
    let (serving, _) = ben_is_there(&world, &mut ana, &mut ben);
    space::take(ana.places(), SILENT).unwrap();
    let until = ana.today().plus(10);
    let told = announce(&mut ana, Some(until)).unwrap();
    assert_eq!(told.other, Reached::Told);
    assert_eq!(told.untold, []);
    node::agent::lock(ben.places()).unwrap();
    serving.join().unwrap();
    let known = ben.space_of_other().unwrap().unwrap();
    assert_eq!(known.until, Some(ben.today().plus(10)));
    // What came before went along: its grace was ended by the announcement.
    assert_eq!(texts(&mut ben), ["in its grace"]);
    assert!(ana.space_announced().unwrap().is_some());
    let ear = sink(&mut ana);
    assert!(matches!(
        sync_once(&mut ana, &Once::default()),
        Err(MeetError::Silent)
    ));
    assert!(!heard(&ear, Duration::from_millis(300)));
    // Known and not taken back: its end is told.
    ana.settle_announcement().unwrap();
    assert!(ana.space_announced().unwrap().is_some());
}

#[test]
fn s3_an_announcement_that_reaches_nobody_is_as_if_it_had_not_been() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    // Nobody is there: a port that answers nothing.
    let ear = sink(&mut ana);
    space::take(ana.places(), SILENT).unwrap();
    let told = announce(&mut ana, None).unwrap();
    assert_eq!(told.other, Reached::Nobody);
    assert!(ana.last(10, None).unwrap().0.is_empty());
    assert!(ana.space_announced().unwrap().is_none());
    // It tried, and then it is silent.
    ear.set_nonblocking(true).unwrap();
    let mut tried = 0;
    while ear.recv(&mut [0; 2000]).is_ok() {
        tried += 1;
    }
    assert!(tried > 0, "one attempt was made");
    ear.set_nonblocking(false).unwrap();
    assert!(!heard(&ear, Duration::from_millis(500)));
    // The end of what nobody knew of is told to nobody either.
    space::end(ana.places()).unwrap();
    sync(&mut ana, &mut ben);
    assert!(ben.space_of_other().unwrap().is_none());
    assert!(ben.last(10, None).unwrap().0.is_empty());
}

#[test]
fn what_was_signed_for_an_attempt_that_was_killed_is_taken_back_later() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    space::take(ana.places(), SILENT).unwrap();
    // As an attempt leaves it that ended between signing and its socket.
    ana.act(&Act::new(Entry::Space { until: None }), Manner::default())
        .unwrap();
    assert!(ana.space_announced().unwrap().is_some());
    let mut again = world.open("Ana");
    again.settle_announcement().unwrap();
    assert!(again.space_announced().unwrap().is_none());
    space::end(again.places()).unwrap();
    sync(&mut again, &mut ben);
    assert!(ben.space_of_other().unwrap().is_none());
}

#[test]
fn an_evening_together_ends_at_once_and_the_other_is_told_all_the_same() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    let (bens, port) = ben_is_there(&world, &mut ana, &mut ben);
    let live = Serve {
        live: true,
        address: Some(port),
        ..Serve::default()
    };
    let (anas, says) = serve(world.open("Ana"), live);
    while says.recv().unwrap() != Said::Together {}
    // Longer than two who dialled at once would need to agree on one line.
    thread::sleep(Duration::from_millis(5_200));
    space::take(ana.places(), SILENT).unwrap();
    anas.join().unwrap();
    assert_eq!(announce(&mut ana, None).unwrap().other, Reached::Told);
    node::agent::lock(ben.places()).unwrap();
    bens.join().unwrap();
    assert!(ben.space_of_other().unwrap().is_some());
}

#[test]
fn one_letter_waits_is_written_anew_and_goes_when_space_has_ended() {
    let world = World::new();
    let (ana, mut ben) = announced(&world);
    let refused = ben.say_words(Wish::new(Body::Say("more".into())));
    assert!(
        matches!(refused, Err(WordsError::OtherHasSpace)),
        "{refused:?}"
    );
    for text in ["first", "second", "third"] {
        ben.hold_letter(&letter(text)).unwrap();
    }
    assert_eq!(ben.held_letter().unwrap(), Some(letter("third")));
    assert!(ben.words().unwrap().there.is_empty(), "it is no word yet");
    // As long as this home is used meanwhile it does not fade.
    drop((ana, ben));
    for day in ["03-28", "04-20", "05-15", "06-10", "07-05"] {
        world.set_time(&format!("2025-{day}T08:00:00+01:00"));
        let mut ben = world.open("Ben");
        assert_eq!(ben.held_letter().unwrap(), Some(letter("third")));
    }
    // Whoever was away as long is believed on the second day.
    drop(world.open("Ana"));
    world.set_time("2025-07-06T08:00:00+01:00");
    let (mut ana, mut ben) = (world.open("Ana"), world.open("Ben"));
    // Its end has its two minutes, so that it is not known when the two greet.
    ana.set("grace", "120").unwrap();
    end_space(&mut ana);
    world.set_time("2025-07-06T08:03:00+01:00");
    sync(&mut ana, &mut ben);
    let there = ana.words().unwrap().there;
    assert_eq!(there.len(), 1, "in the meeting in which its end was told");
    assert!(there[0].closed && there[0].kind == Kind::Letter && !there[0].mine);
    assert_eq!(there[0].made, ana.today(), "dated when it left");
    let opened = ana.look_at_words(&there[0].handle).unwrap();
    assert_eq!(opened.body, Body::Letter("third".into()));
    assert_eq!(opened.fade, 7);
    assert_eq!(ben.held_letter().unwrap(), None);
    // It is told to its writer neither then nor later: opening moves nothing at Ben's side.
    let before = ben.words().unwrap();
    sync(&mut ana, &mut ben);
    assert_eq!(ben.words().unwrap(), before);
    // And there is no second one.
    sync(&mut ana, &mut ben);
    assert_eq!(ana.words().unwrap().there.len(), 1);
}

#[test]
fn a_letter_that_was_dropped_goes_nowhere() {
    let world = World::new();
    let (mut ana, mut ben) = announced(&world);
    ben.hold_letter(&letter("not this")).unwrap();
    ben.drop_letter().unwrap();
    ben.drop_letter().unwrap();
    assert_eq!(ben.held_letter().unwrap(), None);
    end_space(&mut ana);
    sync(&mut ana, &mut ben);
    assert!(ana.words().unwrap().there.is_empty());
    assert!(ben.words().unwrap().there.is_empty());
}

fn practical(text: &str) -> Wish {
    let mut wish = Wish::new(Body::Say(text.into()));
    wish.lane = Lane::Practical;
    wish
}

#[test]
fn the_practical_lane_carries_its_own_words_and_nothing_else() {
    let world = World::new();
    let (mut ana, mut ben) = announced(&world);
    space::take(ana.places(), PRACTICAL).unwrap();
    ben.act(&thanks("not now"), Manner::default()).unwrap();
    ana.act(&thanks("nor this"), Manner::default()).unwrap();
    ben.hold_letter(&letter("this waits")).unwrap();
    ana.say_words(Wish::new(Body::Say("an ordinary word".into())))
        .unwrap();
    for text in ["Mia at four?", "Bring her boots.", "And the card."] {
        ben.say_words(practical(text)).unwrap();
    }
    let fourth = ben.say_words(practical("And"));
    assert!(matches!(
        fourth,
        Err(WordsError::Misuse(WordsMisuse::EnoughForToday))
    ));
    let long = ana.say_words(practical(&"a".repeat(281)));
    assert!(matches!(
        long,
        Err(WordsError::Misuse(WordsMisuse::NotPractical))
    ));
    ana.say_words(practical("Yes, at four.")).unwrap();
    let (anas, bens) = (ana.end().unwrap(), ben.end().unwrap());
    sync(&mut ana, &mut ben);
    assert_eq!(ana.end().unwrap(), anas, "no log went either way");
    assert_eq!(ben.end().unwrap(), bens);
    let kinds = |home: &mut Home| -> Vec<(Lane, bool)> {
        let there = home.words().unwrap().there;
        there.iter().map(|one| (one.lane, one.mine)).collect()
    };
    let count = |all: &[(Lane, bool)], one| all.iter().filter(|it| **it == one).count();
    let at_ana = kinds(&mut ana);
    assert_eq!(count(&at_ana, (Lane::Practical, false)), 3);
    let at_ben = kinds(&mut ben);
    assert_eq!(count(&at_ben, (Lane::Practical, false)), 1);
    assert_eq!(
        count(&at_ben, (Lane::Ordinary, false)),
        0,
        "her other word waits"
    );
    // It is closed at once, by its owner alone.
    space::take(ana.places(), SILENT).unwrap();
    let ear = sink(&mut ana);
    assert!(matches!(
        sync_once(&mut ana, &Once::default()),
        Err(MeetError::Silent)
    ));
    assert!(!heard(&ear, Duration::from_millis(200)));
    // And once it has ended all goes as ever.
    end_space(&mut ana);
    sync(&mut ana, &mut ben);
    sync(&mut ana, &mut ben);
    assert_eq!(texts(&mut ben), texts(&mut ana));
    assert_eq!(texts(&mut ana).len(), 2);
    assert_eq!(count(&kinds(&mut ana), (Lane::Ordinary, false)), 1);
}

#[test]
fn serve_narrows_to_the_practical_lane_and_ends_in_silence() {
    let world = World::new();
    let (mut ana, mut ben) = announced(&world);
    space::end(ana.places()).unwrap();
    let port = free_port();
    ana.set("listen", &port.to_string()).unwrap();
    ben.set("peer", &port.to_string()).unwrap();
    let (serving, says) = serve(
        world.open("Ana"),
        Serve {
            live: true,
            ..Serve::default()
        },
    );
    assert_eq!(says.recv().unwrap(), Said::Listening(port));
    space::take(ana.places(), PRACTICAL).unwrap();
    assert_eq!(
        says.recv().unwrap(),
        Said::Listening(port),
        "it listens anew"
    );
    ben.act(&thanks("not now"), Manner::default()).unwrap();
    ben.say_words(practical("Mia at four?")).unwrap();
    sync_once(&mut ben, &Once::default()).unwrap();
    common::until("the practical word", || {
        !ana.words().unwrap().there.is_empty()
    });
    assert!(texts(&mut ana).is_empty());
    space::take(ana.places(), SILENT).unwrap();
    serving.join().unwrap();
    assert!(matches!(space::standing(ana.places()), Standing::Taken(_)));
}

#[test]
fn s3_no_packet_in_a_day_of_silent_space_across_restarts() {
    let world = World::new();
    let (mut ana, _ben) = world.couple();
    let ear = sink(&mut ana);
    let port = free_port();
    ana.set("listen", &port.to_string()).unwrap();
    // It speaks before: the check below can fail.
    let once = Once {
        address: None,
        wait: Some(Duration::from_millis(300)),
    };
    sync_once(&mut ana, &once).unwrap();
    assert!(heard(&ear, Duration::from_secs(2)));
    space::take(ana.places(), SILENT).unwrap();
    ear.set_nonblocking(true).unwrap();
    while ear.recv(&mut [0; 2000]).is_ok() {}
    drop(ana);
    let knocking = UdpSocket::bind(LOCAL).unwrap();
    for hour in 0..24 {
        world.set_time(&format!("2025-03-05T{hour:02}:05:00+01:00"));
        // Each hour another process: a cron job, a service that is started again, live or not.
        let mut home = world.open("Ana");
        home.act(&thanks("for later"), Manner::default()).unwrap();
        assert!(matches!(
            sync_once(&mut home, &once),
            Err(MeetError::Silent)
        ));
        let all_day = (0..24).map(|hour| hour * 60).collect();
        let how = Serve {
            live: hour % 2 == 0,
            at: Some(all_day),
            ..Serve::default()
        };
        let ended = node::meet::serve(home, how, |_| {});
        assert!(
            matches!(ended, Ok(()) | Err(MeetError::Silent)),
            "{ended:?}"
        );
        // Who knocks at its port hears nothing.
        knocking.send_to(&[0xc0; 1200], port).unwrap();
    }
    assert!(ear.recv(&mut [0; 2000]).is_err(), "a packet left in space");
    assert!(!heard(&knocking, Duration::from_millis(200)));
}

const DIR: &str = "SPACE_DIR";

/// Not a test: takes space and announces it, until it is killed.
#[test]
#[ignore = "the body of another process"]
fn taking_process() {
    let Ok(dir) = std::env::var(DIR) else {
        return;
    };
    let dir = std::path::Path::new(&dir);
    let mut home = Home::unlock(common::places(dir, "Ana"), &common::passphrase()).unwrap();
    std::fs::write(dir.join("ready"), b"").unwrap();
    space::take(home.places(), SILENT).unwrap();
    std::fs::write(dir.join("taken"), b"").unwrap();
    drop(announce(&mut home, None));
    std::fs::write(dir.join("over"), b"").unwrap();
}

/// Killed at any moment: nothing was done, or it is silent, and what is told of its end fits what
/// was told of its beginning.
#[test]
fn s3_killed_at_any_moment_of_taking_space_the_silence_holds() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    ana.set("grace", "0").unwrap();
    let (serving, port) = ben_is_there(&world, &mut ana, &mut ben);
    let (mut silent, mut told) = (0, 0);
    // At last it is let to its end, so that the other is told once for certain.
    for delay in (0..26).map(|step| Some(step * 5)).chain([None]) {
        for name in ["ready", "taken", "over"] {
            let _ = std::fs::remove_file(world.dir.path().join(name));
        }
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["taking_process", "--exact", "--ignored"])
            .env(DIR, world.dir.path())
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        common::until("it begins", || world.dir.path().join("ready").exists());
        match delay {
            Some(delay) => thread::sleep(Duration::from_millis(delay)),
            None => common::until("it ends", || world.dir.path().join("over").exists()),
        }
        drop(child.kill());
        child.wait().unwrap();
        let taken = world.dir.path().join("taken").exists();
        let mut ana = world.open("Ana");
        if space::standing(ana.places()) == Standing::Open {
            assert!(!taken, "after {delay:?} ms");
            assert!(ana.space_announced().unwrap().is_none());
            continue;
        }
        silent += 1;
        let ear = UdpSocket::bind(LOCAL).unwrap();
        let once = Once {
            address: ear.local_addr().ok(),
            wait: None,
        };
        assert!(matches!(sync_once(&mut ana, &once), Err(MeetError::Silent)));
        assert!(!heard(&ear, Duration::from_millis(20)));
        ana.settle_announcement().unwrap();
        let known = ben.space_of_other().unwrap().is_some();
        let announced = ana.space_announced().unwrap().is_some();
        assert!(announced || !known, "Ben knows of what Ana has taken back");
        told += u32::from(known);
        if announced {
            end_space(&mut ana);
        } else {
            space::end(ana.places()).unwrap();
        }
        let once = Once {
            address: Some(port),
            wait: None,
        };
        sync_once(&mut ana, &once).unwrap();
        common::until("the end is known", || {
            ben.space_of_other().unwrap().is_none()
        });
    }
    assert!(silent > 0 && told > 0, "{silent} {told}");
    node::agent::lock(ben.places()).unwrap();
    serving.join().unwrap();
}
