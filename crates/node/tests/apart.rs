//! What a meeting withstands: strangers, silence, copies, windows, locks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests"
)]

mod common;

use std::net::UdpSocket;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use common::{LOCAL, World, free_port, passphrase, places, serve, sync, texts, thanks, until};
use identity::DeviceKeys;
use node::home::Said as Manner;
use node::meet::{MeetError, Once, Outcome, Said, Serve};
use node::transport::{Endpoint, Lull, Pins, Valve};
use node::words::{Body, Wish};
use node::{Home, agent};
use replica::draft::Change;

#[test]
fn live_what_one_writes_is_with_the_other_at_once() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    let port = free_port();
    ana.set("listen", &port.to_string()).unwrap();
    ben.set("peer", &port.to_string()).unwrap();
    // Said before the evening together begins: it keeps its two minutes.
    ana.act(&thanks("just before"), Manner::default()).unwrap();
    let before = Wish::new(Body::Say("just before, in confidence".into()));
    let before = ana.say_words(before).unwrap();
    let live = Serve {
        live: true,
        ..Serve::default()
    };
    let (ana_serves, ana_says) = serve(world.open("Ana"), live.clone());
    let (ben_serves, ben_says) = serve(world.open("Ben"), live);
    for says in [&ana_says, &ben_says] {
        let end = Instant::now() + Duration::from_secs(15);
        while says.recv_timeout(end - Instant::now()).unwrap() != Said::Together {}
    }
    assert_eq!(ana.grace_ms(), 0, "undo is off while live");
    assert!(matches!(ana.undo().unwrap(), replica::Undone::Gone(_)));
    assert!(!texts(&mut ben).contains(&"just before".to_owned()));
    assert!(ben.words().unwrap().there.is_empty());
    assert!(ana.take_words_back(&before).unwrap().is_some());
    // What is said now is born without a grace, and is there at once.
    let now = Wish::new(Body::Say("while together".into()));
    let now = ana.say_words(now).unwrap();
    assert!(ana.take_words_back(&now).is_err());
    until("the words on the other side", || {
        ben.words().unwrap().there.len() == 1
    });
    let mut took = Vec::new();
    for round in 0..6 {
        let text = format!("thanks {round}");
        let (from, to) = if round % 2 == 0 {
            (&mut ana, &mut ben)
        } else {
            (&mut ben, &mut ana)
        };
        let began = Instant::now();
        from.act(&thanks(&text), Manner::default()).unwrap();
        until("the entry on the other side", || texts(to).contains(&text));
        took.push(began.elapsed());
        assert!(matches!(from.undo().unwrap(), replica::Undone::Nothing));
    }
    // Looked for every 5 ms, unoptimised: this only tells "at once" from "at the next tick".
    took.sort();
    assert!(took[3] < Duration::from_secs(2), "{took:?}");
    // `lock` ends both, wherever it is said.
    agent::lock(ana.places()).unwrap();
    ana_serves.join().unwrap();
    agent::lock(ben.places()).unwrap();
    ben_serves.join().unwrap();
    assert_ne!(ana.grace_ms(), 0);
}

#[test]
fn s41_a_stranger_on_the_port_gets_nothing() {
    let world = World::new();
    let (mut ana, ben) = world.couple();
    let port = free_port();
    ana.set("listen", &port.to_string()).unwrap();
    let (serving, says) = serve(
        world.open("Ana"),
        Serve {
            live: true,
            ..Serve::default()
        },
    );
    assert_eq!(says.recv().unwrap(), Said::Listening(port));
    let stranger = DeviceKeys::from_seeds([9; 32], [8; 32]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let valve = Valve::new(Arc::new(|| false));
        let (seed, public) = (stranger.sign_seed(), stranger.sign_public());
        let mouth = Endpoint::bind(LOCAL, &seed, &public, &Pins::any(), valve, Lull::Ends).unwrap();
        let heard = async {
            let mut line = mouth.dial(port).await.ok()?;
            line.sender.write(b"\0\0\0\x01\x01").await.ok()?;
            line.receiver.frame().await.ok()?
        };
        let heard = tokio::time::timeout(Duration::from_secs(3), heard).await;
        assert!(
            !matches!(heard, Ok(Some(_))),
            "a stranger was answered: {heard:?}"
        );
    });
    agent::lock(ana.places()).unwrap();
    serving.join().unwrap();
    drop(ben);
}

#[test]
fn silence_lets_nothing_leave_and_ends_what_runs() {
    let world = World::new();
    let (mut ana, ben) = world.couple();
    let sink = UdpSocket::bind(LOCAL).unwrap();
    sink.set_read_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    ana.set("peer", &sink.local_addr().unwrap().to_string())
        .unwrap();
    let (serving, says) = serve(
        world.open("Ana"),
        Serve {
            live: true,
            ..Serve::default()
        },
    );
    assert!(matches!(says.recv().unwrap(), Said::Listening(_)));
    let mut buffer = [0; 2000];
    sink.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert!(
        sink.recv(&mut buffer).is_ok(),
        "it dials while the valve is open"
    );
    // Shut by another process, which knows nothing of the one that serves.
    vault::state::set_valve(ana.places(), vault::state::Valve::Shut).unwrap();
    sink.set_nonblocking(true).unwrap();
    while sink.recv(&mut buffer).is_ok() {}
    sink.set_nonblocking(false).unwrap();
    sink.set_read_timeout(Some(Duration::from_millis(1500)))
        .unwrap();
    assert!(
        sink.recv(&mut buffer).is_err(),
        "not one datagram after the valve was shut"
    );
    serving.join().unwrap();
    let once = Once {
        address: sink.local_addr().ok(),
        wait: None,
    };
    let refused = node::meet::sync_once(&mut ana, &once);
    assert!(matches!(refused, Err(MeetError::Silent)), "{refused:?}");
    assert!(sink.recv(&mut buffer).is_err());
    drop(ben);
}

#[test]
fn windows_have_a_socket_and_outside_there_is_none() {
    let world = World::new();
    let (mut ana, ben) = world.couple();
    let port = free_port();
    ana.set("listen", &port.to_string()).unwrap();
    world.set_time("2025-03-05T06:59:59+01:00");
    let mut home = world.open("Ana");
    home.set_clock(world.clock());
    let (serving, says) = serve(home, Serve::default());
    let next = || says.recv_timeout(Duration::from_secs(5)).unwrap();
    assert_eq!(next(), Said::Resting);
    drop(UdpSocket::bind(port).expect("no socket outside the windows"));
    world.set_time("2025-03-05T07:00:00+01:00");
    assert_eq!(next(), Said::Listening(port));
    assert!(UdpSocket::bind(port).is_err());
    world.set_time("2025-03-05T07:24:59+01:00");
    assert!(says.recv_timeout(Duration::from_millis(300)).is_err());
    world.set_time("2025-03-05T07:25:00+01:00");
    assert_eq!(next(), Said::Resting);
    until("the socket is gone", || UdpSocket::bind(port).is_ok());
    // Only one process serves a home.
    let second = node::meet::serve(world.open("Ana"), Serve::default(), |_| {});
    assert!(matches!(second, Err(MeetError::Serving)), "{second:?}");
    agent::lock(ana.places()).unwrap();
    serving.join().unwrap();
    drop(ben);
}

#[test]
fn sync_says_the_same_whether_or_not_anybody_is_there() {
    let world = World::new();
    let (mut ana, _ben) = world.couple();
    let once = Once {
        address: Some(free_port()),
        wait: Some(Duration::from_millis(700)),
    };
    assert_eq!(
        node::meet::sync_once(&mut ana, &once).unwrap(),
        Outcome::Done
    );
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn s34_a_home_copied_back_loses_nothing_and_doubles_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    ben.set("grace", "0").unwrap();
    ana.set("grace", "0").unwrap();
    ben.act(&thanks("before the backup"), Manner::default())
        .unwrap();
    sync(&mut ana, &mut ben);
    let home = places(world.dir.path(), "Ben").home;
    let backup = world.dir.path().join("backup");
    copy(&home, &backup);
    ben.act(&thanks("after the backup"), Manner::default())
        .unwrap();
    sync(&mut ana, &mut ben);
    assert_eq!(texts(&mut ana).len(), 2);

    // The disk dies; last week's copy is put back, and Ben goes on writing.
    drop(ben);
    std::fs::remove_dir_all(&home).unwrap();
    copy(&backup, &home);
    std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut ben = world.open("Ben");
    assert!(ben.looks_copied());
    ben.act(&thanks("on the copy"), Manner::default()).unwrap();
    ben.edit(&[Change::Vision("A calm kitchen.".to_owned())])
        .unwrap();
    let (at_ana, at_ben) = sync(&mut ana, &mut ben);
    assert_eq!((at_ana, at_ben), (Outcome::Done, Outcome::NeedsYou));
    assert!(ben.needs_restore().unwrap());
    assert!(ben.act(&thanks("not yet"), Manner::default()).is_err());

    ben.restore(&passphrase()).unwrap();
    assert!(!ben.needs_restore().unwrap());
    assert_eq!(sync(&mut ana, &mut ben), (Outcome::Done, Outcome::Done));
    sync(&mut ana, &mut ben);
    let want = ["before the backup", "after the backup", "on the copy"];
    for home in [&mut ana, &mut ben] {
        let mut seen = texts(home);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 3, "{seen:?}");
        assert!(want.iter().all(|text| seen.contains(&(*text).to_owned())));
        assert_eq!(home.draft().unwrap().vision(), "A calm kitchen.");
        let audit = home.verify(|_| {}).unwrap();
        assert!(audit.is_clean(), "{audit:?}");
    }
    ben.act(&thanks("and on it goes"), Manner::default())
        .unwrap();
    sync(&mut ana, &mut ben);
    assert!(texts(&mut ana).contains(&"and on it goes".to_owned()));
}

#[test]
fn a_home_without_its_state_waits_for_its_person() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    for home in [&mut ana, &mut ben] {
        home.set("grace", "0").unwrap();
    }
    ben.act(&thanks("one"), Manner::default()).unwrap();
    sync(&mut ana, &mut ben);
    drop(ben);
    std::fs::remove_dir_all(places(world.dir.path(), "Ben").state).unwrap();
    let mut ben = world.open("Ben");
    assert!(ben.has_lost_state());
    ben.act(&thanks("two"), Manner::default()).unwrap();
    let once = Once {
        address: Some(free_port()),
        wait: Some(Duration::from_millis(300)),
    };
    assert_eq!(
        node::meet::sync_once(&mut ben, &once).unwrap(),
        Outcome::NeedsYou
    );
    assert!(ben.restore(&wrong()).is_err());
    ben.restore(&passphrase()).unwrap();
    assert_eq!(sync(&mut ana, &mut ben), (Outcome::Done, Outcome::Done));
    assert_eq!(texts(&mut ana), ["one", "two"]);
    assert!(!world.open("Ben").looks_copied());
}

fn wrong() -> node::Passphrase {
    node::Passphrase::new("another passphrase".to_owned().into())
}

#[test]
fn both_dial_at_once_and_one_connection_stays() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    let (at_ana, at_ben) = (free_port(), free_port());
    for (home, listen, peer) in [(&mut ana, at_ana, at_ben), (&mut ben, at_ben, at_ana)] {
        home.set("grace", "0").unwrap();
        home.set("listen", &listen.to_string()).unwrap();
        home.set("peer", &peer.to_string()).unwrap();
    }
    for round in 0..5 {
        ana.act(&thanks(&format!("from Ana {round}")), Manner::default())
            .unwrap();
        ben.act(&thanks(&format!("from Ben {round}")), Manner::default())
            .unwrap();
        let once = Once {
            address: None,
            wait: Some(Duration::from_millis(2000)),
        };
        thread::scope(|scope| {
            scope.spawn(|| node::meet::sync_once(&mut ana, &once).unwrap());
            scope.spawn(|| node::meet::sync_once(&mut ben, &once).unwrap());
        });
        assert_eq!(ana.end().unwrap(), ben.end().unwrap(), "round {round}");
    }
    assert_eq!(texts(&mut ana).len(), 10);
    assert_eq!(texts(&mut ana), texts(&mut ben));
}

/// Not a test: the agent's process, started by the test below.
#[test]
#[ignore = "the body of another process"]
fn agent_process() {
    // The folder comes as one more filter, which matches no test.
    let Some(dir) = std::env::args().find(|arg| Path::new(arg).join("now").is_file()) else {
        return;
    };
    let places = places(Path::new(&dir), "Ana");
    let file = format!("@{}", Path::new(&dir).join("now").display());
    let clock = node::Clock::injected(file.as_ref()).unwrap();
    agent::run(&places, &clock, agent::Duty::Key).unwrap();
}

/// Not a test either: an agent that also serves.
#[test]
#[ignore = "the body of another process"]
fn serving_agent_process() {
    let Some(dir) = std::env::args().find(|arg| Path::new(arg).join("now").is_file()) else {
        return;
    };
    let duty = agent::Duty::Serve(Serve {
        live: true,
        ..Serve::default()
    });
    let clock = node::Clock::system();
    agent::run(&places(Path::new(&dir), "Ana"), &clock, duty).unwrap();
}

#[test]
fn an_agent_may_serve_and_lock_ends_both() {
    use vault::state::{Lock, Post};
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    let port = free_port();
    ana.set("listen", &port.to_string()).unwrap();
    let dir = world.dir.path().to_str().unwrap();
    let args = [
        "serving_agent_process",
        dir,
        "--exact",
        "--ignored",
        "--nocapture",
    ];
    let program = std::env::current_exe().unwrap();
    agent::start(ana.key(), &program, &args.map(Into::into)).unwrap();
    until("the serving agent", || {
        agent::status(ana.places()).is_some_and(|s| s.serving)
    });
    // What this process writes leaves through the agent's.
    let entry = ana.act(&thanks("through the agent"), Manner::default());
    until("live", || ana.grace_ms() == 0);
    ana.act(&thanks("at once"), Manner::default()).unwrap();
    drop(entry);
    let once = Once {
        address: Some(port),
        wait: Some(Duration::from_secs(10)),
    };
    assert_eq!(
        node::meet::sync_once(&mut ben, &once).unwrap(),
        Outcome::Done
    );
    assert!(texts(&mut ben).contains(&"at once".to_owned()));
    assert!(Lock::is_held(ana.places(), Post::Serve).unwrap());
    assert!(agent::lock(ana.places()).unwrap());
    until("its end", || {
        !Lock::is_held(ana.places(), Post::Serve).unwrap()
    });
    assert!(agent::key(ana.places()).is_none());
}

fn start_agent(world: &World, home: &Home) {
    let program = std::env::current_exe().unwrap();
    let dir = world.dir.path().to_str().unwrap();
    let args = ["agent_process", dir, "--exact", "--ignored", "--nocapture"].map(Into::into);
    agent::start(home.key(), &program, &args).unwrap();
    until("the agent", || agent::key(home.places()).is_some());
}

#[test]
fn s46_the_agent_keeps_the_key_until_idle_or_locked() {
    let world = World::new();
    let home = world.begin("Ana");
    let places = home.places();
    assert!(agent::key(places).is_none());
    assert!(!agent::lock(places).unwrap(), "nothing to lock");
    start_agent(&world, &home);
    let key = agent::key(places).unwrap();
    assert_eq!(*key.to_bytes(), *home.key().to_bytes());
    assert!(Home::open(places.clone(), key).is_ok());
    let socket = std::fs::metadata(places.state.join("agent")).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&socket.permissions()) & 0o777,
        0o600
    );
    let status = agent::status(places).unwrap();
    assert!(status.unlocked && !status.serving);

    // Used after nine minutes, so not idle at eleven; idle at twenty.
    world.set_time("2025-03-04T08:09:00+01:00");
    assert!(agent::key(places).is_some());
    world.set_time("2025-03-04T08:11:00+01:00");
    assert!(agent::key(places).is_some());
    world.set_time("2025-03-04T08:21:00+01:00");
    assert!(agent::key(places).is_none(), "locked at the very request");
    until("the idle agent's end", || agent::status(places).is_none());

    start_agent(&world, &home);
    assert!(agent::lock(places).unwrap());
    assert!(agent::key(places).is_none());
    thread::sleep(Duration::from_millis(50));
    assert!(agent::status(places).is_none());
}

/// Not a test: asks the agent for the key, whoever runs it.
#[test]
#[ignore = "the body of another process"]
fn asking_process() {
    use std::io::{Read, Write};
    let Ok(socket) = std::env::var("ASK_SOCKET") else {
        return;
    };
    let mut stream = std::os::unix::net::UnixStream::connect(socket).unwrap();
    let mut answer = Vec::new();
    // Refused, the other end closes at once: before the question, or as a reset after it.
    drop(stream.write_all(b"k"));
    drop(stream.read_to_end(&mut answer));
    std::process::exit(if answer.is_empty() { 40 } else { 41 });
}

#[test]
fn s46_another_user_gets_no_key_even_where_the_files_let_them_in() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let world = World::new();
    if std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(world.dir.path()).unwrap()) != 0 {
        eprintln!("SKIPPED: only root can ask as another user");
        return;
    }
    let home = world.begin("Ana");
    start_agent(&world, &home);
    let socket = home.places().state.join("agent");
    // Every lock of the files is opened: what refuses is the agent itself.
    let open = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open(world.dir.path(), 0o755);
    open(&home.places().state, 0o755);
    open(&socket, 0o666);
    let program = world.dir.path().join("asks");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    open(&program, 0o755);
    let ask = |uid| {
        let mut command = std::process::Command::new(&program);
        command
            .args(["asking_process", "--exact", "--ignored"])
            .env("ASK_SOCKET", &socket)
            .current_dir("/")
            .uid(uid)
            .gid(uid);
        command.output().unwrap().status.code()
    };
    assert_eq!(ask(0), Some(41), "its own user is answered");
    assert_eq!(ask(65_534), Some(40), "nobody is not");
    open(&home.places().state, 0o700);
    assert!(agent::lock(home.places()).unwrap());
}
