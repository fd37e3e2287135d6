//! Kills either process at random moments of pairing and of meeting: "met" or "never met" on both
//! (B3), and nothing that was acknowledged is lost (S52).
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

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use common::{
    World, at_loopback, free_port, passphrase, person, places, silent_port, sync, texts, thanks,
    until,
};
use node::Home;
use node::home::Said as Manner;
use node::meet::{Once, Outcome};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const DIR: &str = "KILLS_DIR";
const NAME: &str = "KILLS_NAME";

/// Each run has its own moments; they depend on the machine anyway.
fn dice() -> ChaCha8Rng {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    ChaCha8Rng::seed_from_u64(u64::try_from(now.as_millis()).unwrap())
}

fn spawn(world: &World, body: &str, name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([body, "--exact", "--ignored"])
        .env(DIR, world.dir.path())
        .env(NAME, name)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// SIGKILL, and its end.
fn kill(child: &mut Child) {
    drop(child.kill());
    child.wait().unwrap();
}

struct Inviter<'a>(&'a Path);

impl node::pair::Talk for Inviter<'_> {
    fn ticket(&mut self, text: &str, _: &[std::net::SocketAddr]) {
        fs::write(self.0.join("ticket.new"), text).unwrap();
        fs::rename(self.0.join("ticket.new"), self.0.join("ticket")).unwrap();
    }
    fn connected(&mut self) {}
    fn same_words(&mut self, _: &[&'static str; 6]) -> bool {
        true
    }
    fn waiting(&mut self) {}
}

/// Not a test: Ana invites or Ben joins.
#[test]
#[ignore = "the body of another process"]
fn pairing_process() {
    let (Ok(dir), Ok(name)) = (std::env::var(DIR), std::env::var(NAME)) else {
        return;
    };
    let dir = Path::new(&dir);
    let mut home = Home::unlock(places(dir, &name), &passphrase()).unwrap();
    if name == "Ana" {
        let mut talk = Inviter(dir);
        drop(node::pair::invite(
            &mut home,
            &passphrase(),
            "Ben",
            &at_loopback(),
            &mut talk,
        ));
    } else {
        until("the ticket", || dir.join("ticket").exists());
        let ticket = fs::read_to_string(dir.join("ticket")).unwrap();
        let mut talk = person(|_| true);
        drop(node::pair::join(
            &mut home,
            &passphrase(),
            "Ana",
            &ticket,
            &mut talk,
        ));
    }
}

/// Not a test: writes, says so, meets, and so on until it is killed.
#[test]
#[ignore = "the body of another process"]
fn meeting_process() {
    let (Ok(dir), Ok(name)) = (std::env::var(DIR), std::env::var(NAME)) else {
        return;
    };
    let dir = Path::new(&dir);
    let mut home = Home::unlock(places(dir, &name), &passphrase()).unwrap();
    let mut said = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(dir.join(format!("said by {name}")))
        .unwrap();
    for number in 0.. {
        let text = format!("{name} {} {number}", std::process::id());
        home.act(&thanks(&text), Manner::default()).unwrap();
        said.write_all(format!("{text}\n").as_bytes()).unwrap();
        let once = Once {
            address: None,
            wait: Some(Duration::from_millis(400)),
        };
        assert_ne!(
            node::meet::sync_once(&mut home, &once).unwrap(),
            Outcome::DoesNotCheckOut
        );
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    NeverMet,
    SaidYes,
    Met,
}

fn stands(home: &Home) -> Stands {
    match (home.is_paired(), home.is_half_paired()) {
        (false, false) => Stands::NeverMet,
        (false, true) => Stands::SaidYes,
        (true, false) => Stands::Met,
        (true, true) => panic!("both at once"),
    }
}

/// Lets a pairing run; after `cut`, one of the two is killed, and the other when nothing comes.
fn pair_and_cut(world: &World, cut: Option<(usize, Duration)>) -> Duration {
    let began = Instant::now();
    let mut both = ["Ana", "Ben"].map(|name| spawn(world, "pairing_process", name));
    if let Some((victim, after)) = cut {
        thread::sleep(after);
        kill(&mut both[victim]);
    }
    let end = Instant::now() + Duration::from_millis(if cut.is_some() { 800 } else { 15_000 });
    while both
        .iter_mut()
        .any(|child| child.try_wait().unwrap().is_none())
    {
        if Instant::now() > end {
            both.iter_mut().for_each(kill);
        }
        thread::sleep(Duration::from_millis(5));
    }
    began.elapsed()
}

fn meet_again(ana: &mut Home, ben: &mut Home) {
    let port = free_port();
    ana.set("listen", &port.to_string()).unwrap();
    let once = |address| Once {
        address: Some(address),
        wait: Some(Duration::from_millis(1_500)),
    };
    let (listens, dials) = (once(silent_port()), once(port));
    thread::scope(|scope| {
        scope.spawn(|| node::meet::sync_once(ana, &listens).unwrap());
        assert_eq!(node::meet::sync_once(ben, &dials).unwrap(), Outcome::Done);
    });
}

#[test]
fn b3_a_kill_at_any_moment_of_pairing_ends_in_met_or_never_met_on_both() {
    let mut dice = dice();
    let mut seen = Vec::new();
    let mut whole = Duration::from_millis(500);
    for round in 0..21 {
        let world = World::new();
        drop((world.begin("Ana"), world.begin("Ben")));
        let cut = (round > 0).then(|| {
            let after = dice.random_range(whole / 8..whole);
            (dice.random_range(0..2), after)
        });
        let took = pair_and_cut(&world, cut);
        if round == 0 {
            whole = took;
        }
        let (mut ana, mut ben) = (world.open("Ana"), world.open("Ben"));
        let stood = [&ana, &ben].map(stands);
        seen.push(stood);
        match stood {
            [Stands::NeverMet, Stands::Met] | [Stands::Met, Stands::NeverMet] => {
                panic!("one has met alone, cut {cut:?}")
            }
            // A yes that only one has said equals "never met", and is let go of by its person.
            [Stands::NeverMet, _] | [_, Stands::NeverMet] => {
                for home in [&mut ana, &mut ben] {
                    home.forget_half().unwrap();
                    assert_eq!(stands(home), Stands::NeverMet);
                }
                assert!(cut.is_some(), "without a kill they meet");
            }
            // Both have said yes: they have met, and nobody is asked again.
            [_, _] => {
                if stood != [Stands::Met; 2] {
                    meet_again(&mut ana, &mut ben);
                }
                assert_eq!([&ana, &ben].map(stands), [Stands::Met; 2], "cut {cut:?}");
                let pact = |home: &mut Home| home.replica().unwrap().roster().pact();
                assert_eq!(pact(&mut ana), pact(&mut ben));
            }
        }
    }
    eprintln!("a pairing takes {whole:?}; kills left {seen:?}");
}

#[test]
fn s52_a_kill_at_any_moment_of_a_meeting_loses_nothing_acknowledged() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    let ports = [free_port(), free_port()];
    for (home, own, other) in [(&mut ana, 0, 1), (&mut ben, 1, 0)] {
        home.set("grace", "0").unwrap();
        home.set("listen", &ports[own].to_string()).unwrap();
        home.set("peer", &ports[other].to_string()).unwrap();
    }
    drop((ana, ben));
    let mut dice = dice();
    let mut both = ["Ana", "Ben"].map(|name| spawn(&world, "meeting_process", name));
    for round in 0..20 {
        thread::sleep(Duration::from_millis(dice.random_range(100..600)));
        let victim = round % 2;
        kill(&mut both[victim]);
        let name = ["Ana", "Ben"][victim];
        let home = world.open(name);
        drop(home);
        both[victim] = spawn(&world, "meeting_process", name);
    }
    both.iter_mut().for_each(kill);
    let (mut ana, mut ben) = (world.open("Ana"), world.open("Ben"));
    assert_eq!(sync(&mut ana, &mut ben), (Outcome::Done, Outcome::Done));
    let mut acknowledged = 0;
    for name in ["Ana", "Ben"] {
        let said = fs::read_to_string(world.dir.path().join(format!("said by {name}"))).unwrap();
        let held = [texts(&mut ana), texts(&mut ben)];
        // The last line may be half written.
        for text in said
            .split_inclusive('\n')
            .filter_map(|l| l.strip_suffix('\n'))
        {
            acknowledged += 1;
            assert!(
                held.iter().all(|held| held.contains(&text.to_owned())),
                "{text}"
            );
        }
    }
    assert!(acknowledged >= 20, "{acknowledged}");
    for home in [&mut ana, &mut ben] {
        let audit = home.verify(|_| {}).unwrap();
        assert!(audit.is_clean(), "{audit:?}");
    }
    assert_eq!(texts(&mut ana), texts(&mut ben));
    eprintln!(
        "{acknowledged} entries acknowledged, {} held",
        texts(&mut ana).len()
    );
}
