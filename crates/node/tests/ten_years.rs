//! What ten years of two people cost to send: measured, printed, not judged here (the bars stand in
//! the benchmarks). `cargo test --release -p handfast-node --features testing --test ten_years --
//! --ignored --nocapture`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests"
)]

mod common;

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use common::{LOCAL, World, silent_port};
use identity::{LogId, Person};
use node::Home;
use node::meet::{Once, sync_once};
use replica::testing::{History, history};

/// Passes datagrams on and counts them and their bytes, both ways.
#[derive(Default)]
struct Count {
    packets: AtomicU64,
    bytes: AtomicU64,
}

fn tap(target: SocketAddr, count: Arc<Count>) -> SocketAddr {
    let front = UdpSocket::bind(LOCAL).unwrap();
    let back = UdpSocket::bind(LOCAL).unwrap();
    let address = front.local_addr().unwrap();
    let (front2, back2, count2) = (
        front.try_clone().unwrap(),
        back.try_clone().unwrap(),
        count.clone(),
    );
    let client = Arc::new(std::sync::Mutex::new(None));
    let client2 = client.clone();
    thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok((len, from)) = front.recv_from(&mut buffer) {
            *client.lock().unwrap() = Some(from);
            count.packets.fetch_add(1, SeqCst);
            count.bytes.fetch_add(len as u64, SeqCst);
            back.send_to(&buffer[..len], target).unwrap();
        }
    });
    thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok((len, _)) = back2.recv_from(&mut buffer) {
            count2.packets.fetch_add(1, SeqCst);
            count2.bytes.fetch_add(len as u64, SeqCst);
            let client = *client2.lock().unwrap();
            front2.send_to(&buffer[..len], client.unwrap()).unwrap();
        }
    });
    address
}

fn make(world: &World, name: &str, life: &History, log: LogId, full: bool) -> Home {
    let mut home = world.begin(name);
    let runs = life.logs.iter().zip(&life.records).filter(|_| full);
    let runs = runs.flat_map(|(log, all)| all.chunks(4_000).map(|run| (*log, run.to_vec())));
    home.adopt_for_testing(life.couple.statements(), log, life.couple.keys(log), runs)
        .unwrap();
    home
}

/// One sync of two; gives its time, and the packets and bytes if it went through a tap.
fn sync(listener: &mut Home, dialer: &mut Home, tapped: bool) -> (Duration, Arc<Count>) {
    let port = common::free_port();
    listener.set("listen", &port.to_string()).unwrap();
    let count = Arc::new(Count::default());
    let way = if tapped {
        tap(port, count.clone())
    } else {
        port
    };
    let wait = Once {
        address: Some(silent_port()),
        wait: Some(Duration::from_secs(60)),
    };
    thread::scope(|scope| {
        let listening = scope.spawn(move || sync_once(listener, &wait).unwrap());
        thread::sleep(Duration::from_millis(100));
        let began = Instant::now();
        sync_once(
            dialer,
            &Once {
                address: Some(way),
                wait: None,
            },
        )
        .unwrap();
        let took = began.elapsed();
        listening.join().unwrap();
        (took, count)
    })
}

#[test]
#[ignore = "a measurement"]
fn first_sync_and_idle_sync() {
    for records in [1_000, 75_000] {
        let mut life = history(1, records, 10);
        // A second device: one's own would find that it is a restored copy.
        let new = life.couple.certify(Person::B, None);
        let world = World::new();
        let mut ana = make(&world, "Ana", &life, life.logs[0], true);
        for round in 0..3 {
            let mut ben = make(&world, &format!("Ben {round}"), &life, new, false);
            let (took, _) = sync(&mut ana, &mut ben, false);
            println!("{records} records, first sync {round}: {took:?}");
            assert_eq!(ana.end().unwrap(), ben.end().unwrap());
            let (took, _) = sync(&mut ana, &mut ben, false);
            println!("{records} records, nothing new, fresh connection: {took:?}");
            if round == 2 {
                let (_, count) = sync(&mut ana, &mut ben, true);
                let (packets, bytes) = (count.packets.load(SeqCst), count.bytes.load(SeqCst));
                println!(
                    "{records} records, nothing new: {packets} packets, {bytes} bytes both ways"
                );
            }
        }
    }
}
