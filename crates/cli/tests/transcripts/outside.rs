//! S2: not running, silent space and left look the same from outside, over 30 days, in network
//! namespaces of their own.
//!
//! 1. Of Ana's machine no datagram of the program is on the wire, in any of the three.
//! 2. What her machine answers to a knock at the port where her program listened is the same, byte
//!    for byte: no socket is open there.
//! 3. Every file of Ben's home and state is the same after it, byte for byte.
//! 4. Neither of the two machines sends anything to anybody else: no name is looked up, nothing is
//!    called out into the network (S9); also where they meet.
//! 5. A program that meets differs in the first: so the comparison can fail.
//!
//! One more way to be away is one more row of [`Away`].

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::net::{
    AddressFamily, RecvFlags, SocketFlags, SocketType, eth, recv, socket_with,
    sockopt::{Timeout, set_socket_timeout},
};

use crate::people::{PASSPHRASE, World};

/// How Ana is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Away {
    /// Nothing of hers runs.
    Off,
    /// She has taken silent space; her jobs run on.
    Space,
    /// She has left; her jobs were not removed.
    Left,
    /// She is not away: the comparison must tell it.
    Meets,
}

const ANA: &str = "10.77.0.1";
const BEN: &str = "10.77.0.2";
const PORT: u16 = 4747;
/// From here the harness knocks, always with the same bytes.
const KNOCKING: u16 = 4001;
const DAYS: u32 = 30;

fn ip(args: &[&str]) -> bool {
    let ran = Command::new("ip").args(args).output();
    ran.is_ok_and(|output| output.status.success())
}

/// Removes what a run left that was killed: its name begins with its process.
fn sweep() {
    let listed = Command::new("ip").args(["netns", "list"]).output();
    let listed = listed.map_or_else(|_| Vec::new(), |output| output.stdout);
    for name in String::from_utf8_lossy(&listed).split_whitespace() {
        let rest = name.strip_prefix("hf").unwrap_or_default();
        let process: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let is_gone = !process.is_empty() && !Path::new("/proc").join(process).exists();
        if is_gone {
            let _ = ip(&["netns", "delete", name]);
        }
    }
}

/// Two machines and a cable between them; gone when dropped.
struct Cable {
    ana: String,
    ben: String,
}

impl Cable {
    /// None where namespaces are not permitted.
    fn laid(name: &str) -> Option<Self> {
        let cable = Self {
            ana: format!("hf{}{name}a", std::process::id()),
            ben: format!("hf{}{name}b", std::process::id()),
        };
        let (ana, ben) = (cable.ana.as_str(), cable.ben.as_str());
        let made = ip(&["netns", "add", ana]) && ip(&["netns", "add", ben]);
        if !made
            || !ip(&[
                "-n", ana, "link", "add", "wire", "type", "veth", "peer", "wire", "netns", ben,
            ])
        {
            return None;
        }
        for (here, own, other, mac) in [
            (ana, ANA, BEN, "02:00:00:00:00:01"),
            (ben, BEN, ANA, "02:00:00:00:00:02"),
        ] {
            let there = if mac.ends_with('1') {
                "02:00:00:00:00:02"
            } else {
                "02:00:00:00:00:01"
            };
            for (setting, value) in [
                ("ipv6/conf/all/disable_ipv6", "1"),
                ("ipv6/conf/default/disable_ipv6", "1"),
                ("ipv4/icmp_ratelimit", "0"),
            ] {
                let line = format!("echo {value} > /proc/sys/net/{setting}");
                // What a kernel does not know it does not do either.
                let _ = ip(&["netns", "exec", here, "sh", "-c", &line]);
            }
            let ready = ip(&["-n", here, "link", "set", "wire", "address", mac])
                && ip(&[
                    "-n",
                    here,
                    "addr",
                    "add",
                    &format!("{own}/24"),
                    "dev",
                    "wire",
                ])
                && ip(&["-n", here, "link", "set", "lo", "up"])
                && ip(&["-n", here, "link", "set", "wire", "up"])
                && ip(&[
                    "-n",
                    here,
                    "neigh",
                    "replace",
                    other,
                    "lladdr",
                    there,
                    "nud",
                    "permanent",
                    "dev",
                    "wire",
                ]);
            assert!(ready, "the cable of {here}");
        }
        Some(cable)
    }

    /// Runs the program on one of the two machines, as a job would.
    fn run(&self, world: &World, who: &str, args: &[&str]) -> Output {
        let there = if who == "ana" { &self.ana } else { &self.ben };
        let plain = world.command(who, &[]);
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", there])
            .arg(plain.get_program())
            .args(args)
            .arg("--no-input")
            .env_clear()
            .envs(
                plain
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .env(
                "HANDFAST_PASSPHRASE_COMMAND",
                format!("echo '{PASSPHRASE}'"),
            );
        command.output().unwrap()
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for name in [&self.ana, &self.ben] {
            let _ = ip(&["netns", "delete", name]);
        }
    }
}

/// Into a machine's network, for this thread alone.
fn enter(name: &str) {
    let space = fs::File::open(Path::new("/var/run/netns").join(name)).unwrap();
    rustix::thread::move_into_link_name_space(space.as_fd(), None).unwrap();
}

/// What was on the wire.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wire {
    /// Whole frames with datagrams from Ana's machine.
    from_ana: Vec<Vec<u8>>,
    /// What her machine answered to each knock.
    answers: Vec<Vec<u8>>,
    /// Whether Ben's program dialled at all, and whether her machine ever answered with anything but
    /// that nobody listens there.
    dialled: bool,
    odd: Vec<Vec<u8>>,
    /// What either sent to anybody but the other.
    elsewhere: Vec<Vec<u8>>,
}

/// Listens to the cable from Ben's end until told to stop.
fn listen(cable: &Cable, over: &Arc<AtomicBool>) -> JoinHandle<Wire> {
    let (name, over) = (cable.ben.clone(), Arc::clone(over));
    let (ready, is_ready) = std::sync::mpsc::channel();
    let thread = thread::spawn(move || {
        enter(&name);
        let ear = socket_with(
            AddressFamily::PACKET,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            Some(eth::ALL),
        )
        .unwrap();
        set_socket_timeout(&ear, Timeout::Recv, Some(Duration::from_millis(100))).unwrap();
        ready.send(()).unwrap();
        let mut wire = Wire::default();
        let mut frame = vec![0; 4096];
        while !over.load(Ordering::SeqCst) {
            let Ok((count, _)) = recv(&ear, &mut frame[..], RecvFlags::empty()) else {
                continue;
            };
            wire.heard(&frame[..count]);
        }
        wire
    });
    is_ready.recv().unwrap();
    thread
}

impl Wire {
    fn heard(&mut self, frame: &[u8]) {
        let is_ip = frame.len() > 34 && frame[12..14] == [8, 0];
        let is_from_ana = frame.len() > 14 && frame[6..12] == [2, 0, 0, 0, 0, 1];
        let to = [frame.get(26..30), frame.get(30..34)];
        let between = [Some(&[10, 77, 0, 1][..]), Some(&[10, 77, 0, 2][..])];
        if !is_ip || to.iter().any(|address| !between.contains(address)) {
            self.elsewhere.push(frame.to_vec());
            return;
        }
        if !is_from_ana {
            let port = u16::from_be_bytes([frame[34], frame[35]]);
            self.dialled |= frame[23] == 17 && port != KNOCKING;
            return;
        }
        match frame.get(23) {
            Some(17) => self.from_ana.push(frame.to_vec()),
            Some(1) => {
                // An answer of the kernel: its kind, then what it answers to.
                let (kind, quoted) = (&frame[34..42], &frame[42..]);
                let port = u16::from_be_bytes([quoted[20], quoted[21]]);
                if port == KNOCKING {
                    // Not the number that its sender's kernel gave the packet, nor sums over it.
                    self.answers.push([&kind[..2], &quoted[20..]].concat());
                } else if kind[..2] != [3, 3] {
                    self.odd.push(frame.to_vec());
                }
            }
            _ => self.odd.push(frame.to_vec()),
        }
    }
}

/// Knocks once at Ana's port, from Ben's machine.
fn knock(cable: &Cable) {
    let name = cable.ben.clone();
    thread::spawn(move || {
        enter(&name);
        let from = std::net::UdpSocket::bind((BEN, KNOCKING)).unwrap();
        from.send_to(b"is anybody there", (ANA, PORT)).unwrap();
    })
    .join()
    .unwrap();
}

fn files(world: &World) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, to: &mut BTreeMap<PathBuf, Vec<u8>>, root: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, to, root);
            } else if let Ok(bytes) = fs::read(&path) {
                to.insert(path.strip_prefix(root).unwrap().to_owned(), bytes);
            }
        }
    }
    let mut all = BTreeMap::new();
    for folder in ["ben", "ben-state"] {
        let root = world.path(folder);
        walk(&root, &mut all, root.parent().unwrap());
    }
    all
}

/// Thirty days of Ben's, with Ana away in one way: what was on the wire, and his files.
fn lived(home: &World, away: Away, days: u32) -> Option<(Wire, BTreeMap<PathBuf, Vec<u8>>)> {
    let cable = Cable::laid(&format!("{away:?}")[..2].to_lowercase())?;
    let world = home.copied();
    let over = Arc::new(AtomicBool::new(false));
    let ear = listen(&cable, &over);
    match away {
        Away::Space => {
            let taken = cable.run(&world, "ana", &["space", "start", "--silent"]);
            assert!(taken.status.success(), "{taken:?}");
        }
        Away::Left => {
            let left = cable.run(&world, "ana", &["leave", "--yes"]);
            assert!(left.status.success(), "{left:?}");
        }
        Away::Off | Away::Meets => {}
    }
    for day in 1..=days {
        world.at(&format!("2025-03-{:02}T07:05", day + 1));
        let anas = || {
            // Her jobs, as they were set up once.
            cable.run(&world, "ana", &["sync", "--wait", "1", "--quiet"]);
            if away != Away::Meets {
                cable.run(&world, "ana", &["serve", "--quiet"]);
            }
            cable.run(&world, "ana", &["status"]);
        };
        match away {
            Away::Off => {}
            Away::Space | Away::Left => anas(),
            Away::Meets => thread::scope(|scope| {
                scope.spawn(anas);
                let _ = cable.run(&world, "ben", &["sync", "--wait", "2"]);
            }),
        }
        let met = cable.run(&world, "ben", &["sync", "--wait", "1"]);
        assert!(met.status.success(), "{met:?}");
        cable.run(&world, "ben", &["status"]);
        knock(&cable);
    }
    thread::sleep(Duration::from_millis(200));
    over.store(true, Ordering::SeqCst);
    Some((ear.join().unwrap(), files(&world)))
}

#[expect(clippy::print_stderr, reason = "a test that cannot run says so")]
#[test]
fn s2_s8_s9_not_running_space_and_left_look_the_same_from_outside() {
    sweep();
    let world = World::new();
    world.begin("ana", "Ana");
    world.begin("ben", "Ben");
    world.pair();
    world
        .run(
            "ana",
            &["settings", "listen", &format!("{ANA}:{PORT}")],
            &[],
        )
        .ends(0);
    world
        .run("ana", &["settings", "peer", &format!("{BEN}:{PORT}")], &[])
        .ends(0);
    world
        .run("ben", &["settings", "peer", &format!("{ANA}:{PORT}")], &[])
        .ends(0);
    // Something of each waits to leave.
    for who in ["ana", "ben"] {
        world.run(who, &["thanks", "For the soup"], &[]).ends(0);
    }
    let rows = [Away::Off, Away::Space, Away::Left, Away::Meets];
    let all: Vec<_> = thread::scope(|scope| {
        let run = |away| {
            let days = if away == Away::Meets { 1 } else { DAYS };
            let world = &world;
            scope.spawn(move || lived(world, away, days))
        };
        let running: Vec<_> = rows.into_iter().map(run).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let Some(all) = all.into_iter().collect::<Option<Vec<_>>>() else {
        eprintln!("skipped: this machine lets nobody make network namespaces (it needs root)");
        return;
    };
    let [(off, bens), away @ .., (meets, _)] = all.as_slice() else {
        panic!("four rows");
    };
    assert!(off.dialled, "Ben's program tried");
    assert!(
        off.from_ana.is_empty() && off.odd.is_empty(),
        "{:?}",
        off.odd
    );
    assert_eq!(off.answers.len(), usize::try_from(DAYS).unwrap());
    for (row, (wire, files)) in rows[1..].iter().zip(away) {
        assert!(wire.dialled, "{row:?}");
        assert_eq!(wire.from_ana, off.from_ana, "{row:?}: a datagram left");
        assert_eq!(
            wire.answers, off.answers,
            "{row:?}: the port answers otherwise"
        );
        assert!(wire.odd.is_empty(), "{row:?}: {:?}", wire.odd);
        for (path, bytes) in bens {
            assert!(
                files.get(path) == Some(bytes),
                "{row:?}: {}",
                path.display()
            );
        }
        assert_eq!(files.len(), bens.len(), "{row:?}");
    }
    assert!(!meets.from_ana.is_empty(), "who meets is seen to");
    // S8, S9: nothing goes anywhere but to the address that each person has typed here; there is no
    // other way beyond the home network yet.
    for (wire, _) in &all {
        assert_eq!(wire.elsewhere, Vec::<Vec<u8>>::new());
    }
}
