//! Two people, each with a home in a folder of their own, on one machine.
#![allow(dead_code, unreachable_pub, reason = "each test uses what it needs")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use node::meet::{Once, Outcome, Said, Serve};
use node::pair::{Invitation, PairError, Paired, Talk};
use node::{Clock, Home, Passphrase, Places};
use pact::{Act, Body};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Two folders, and a clock that the tests move.
pub struct World {
    pub dir: TempDir,
}

pub fn passphrase() -> Passphrase {
    Passphrase::new(Zeroizing::new("a passphrase of one's own".to_owned()))
}

pub fn places(dir: &Path, name: &str) -> Places {
    Places {
        home: dir.join(name),
        state: dir.join(format!("{name}.state")),
    }
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let world = Self { dir };
        world.set_time("2025-03-04T08:00:00+01:00");
        world
    }

    pub fn set_time(&self, instant: &str) {
        let path = self.dir.path().join("now");
        std::fs::write(path.with_extension("new"), instant).unwrap();
        std::fs::rename(path.with_extension("new"), path).unwrap();
    }

    pub fn clock(&self) -> Clock {
        let file = format!("@{}", self.dir.path().join("now").display());
        Clock::injected(OsStr::new(&file)).unwrap()
    }

    pub fn begin(&self, name: &str) -> Home {
        let places = places(self.dir.path(), name);
        let mut home = Home::begin(places, &passphrase(), name, true).unwrap();
        home.set_clock(self.clock());
        home
    }

    /// Another handle on a home, as another process would have.
    pub fn open(&self, name: &str) -> Home {
        Home::unlock_at(places(self.dir.path(), name), &passphrase(), self.clock()).unwrap()
    }

    /// Ana and Ben, who have met.
    pub fn couple(&self) -> (Home, Home) {
        let (mut ana, mut ben) = (self.begin("Ana"), self.begin("Ben"));
        let (invited, joined) = meet(&mut ana, &mut ben, |_| true, |_| true);
        assert_eq!(
            (invited.unwrap(), joined.unwrap()),
            (Paired::Met, Paired::Met)
        );
        (ana, ben)
    }
}

/// A person at a screen.
pub struct Person<F> {
    pub says: F,
    pub words: Option<[&'static str; 6]>,
    pub tickets: Option<mpsc::Sender<String>>,
}

impl<F: FnMut(&[&'static str; 6]) -> bool> Talk for Person<F> {
    fn ticket(&mut self, text: &str, _: &[SocketAddr]) {
        if let Some(tickets) = &self.tickets {
            tickets.send(text.to_owned()).unwrap();
        }
    }
    fn connected(&mut self) {}
    fn same_words(&mut self, words: &[&'static str; 6]) -> bool {
        self.words = Some(*words);
        (self.says)(words)
    }
    fn waiting(&mut self) {}
}

pub type Ended = Result<Paired, PairError>;

pub fn person<F: FnMut(&[&'static str; 6]) -> bool>(says: F) -> Person<F> {
    Person {
        says,
        words: None,
        tickets: None,
    }
}

pub fn at_loopback() -> Invitation {
    Invitation {
        listen: Some(LOCAL),
        addresses: Vec::new(),
    }
}

/// One invites, the other joins; each says what it says to the six words.
pub fn meet(
    inviter: &mut Home,
    joiner: &mut Home,
    inviter_says: impl FnMut(&[&'static str; 6]) -> bool + Send,
    joiner_says: impl FnMut(&[&'static str; 6]) -> bool,
) -> (Ended, Ended) {
    let (tickets, ticket) = mpsc::channel();
    thread::scope(|scope| {
        let inviting = scope.spawn(move || {
            let mut talk = Person {
                says: inviter_says,
                words: None,
                tickets: Some(tickets),
            };
            let ended =
                node::pair::invite(inviter, &passphrase(), "Ben", &at_loopback(), &mut talk);
            (ended, talk.words)
        });
        let ticket = ticket.recv().unwrap();
        let mut talk = person(joiner_says);
        let joined = node::pair::join(joiner, &passphrase(), "Ana", &ticket, &mut talk);
        let (invited, words) = inviting.join().unwrap();
        assert_eq!(words, talk.words, "both read the same six words");
        (invited, joined)
    })
}

/// Both sync at the same time: the first listens for a while, the second dials it.
pub fn sync(listener: &mut Home, dialer: &mut Home) -> (Outcome, Outcome) {
    let port = free_port();
    listener.set("listen", &port.to_string()).unwrap();
    let wait = Once {
        address: Some(silent_port()),
        wait: Some(Duration::from_secs(20)),
    };
    thread::scope(|scope| {
        let listening = scope.spawn(move || node::meet::sync_once(listener, &wait).unwrap());
        thread::sleep(Duration::from_millis(60));
        let once = Once {
            address: Some(port),
            wait: None,
        };
        let dialled = node::meet::sync_once(dialer, &once).unwrap();
        (listening.join().unwrap(), dialled)
    })
}

/// A port where nobody listens (it was free a moment ago).
pub fn free_port() -> SocketAddr {
    std::net::UdpSocket::bind(LOCAL)
        .unwrap()
        .local_addr()
        .unwrap()
}

/// Discards what it is sent: dialling it reaches nobody and fails nowhere.
pub fn silent_port() -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9)
}

/// `serve` in a thread of its own, with what it says.
pub fn serve(home: Home, how: Serve) -> (thread::JoinHandle<()>, mpsc::Receiver<Said>) {
    let (tell, told) = mpsc::channel();
    let thread = thread::spawn(move || {
        node::meet::serve(home, how, |said| tell.send(said).unwrap_or(())).unwrap();
    });
    (thread, told)
}

/// Waits until something holds, or fails.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(15);
    while !holds() {
        assert!(Instant::now() < end, "never came: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Thanks: the shortest thing to say.
pub fn thanks(text: &str) -> Act {
    Act::new(Body::Thanks {
        text: text.to_owned(),
        about: None,
    })
}

/// The thanks that are kept, in the order of the logs.
pub fn texts(home: &mut Home) -> Vec<String> {
    let kept = home.last(1000, None).unwrap().0;
    kept.iter()
        .filter_map(
            |kept| match pact::read(kept.record.kind(), kept.record.body()) {
                pact::Reading::Act(Act {
                    body: Body::Thanks { text, .. },
                    ..
                }) => Some(text),
                pact::Reading::Act(_)
                | pact::Reading::Edit
                | pact::Reading::UnknownCritical
                | pact::Reading::UnknownIgnorable
                | pact::Reading::Malformed(_) => None,
            },
        )
        .collect()
}
