//! Warm homes for the rows about meeting: a process that has its home open and does one thing.
//!
//! `meet serve HOME LISTEN [ADDRESS]` serves live, prints `together`, and `news NANOSECONDS` when
//! something that came in is durable; each line on stdin is answered by `cpu NANOSECONDS`.
//! `meet write HOME` writes one entry for each line on stdin and prints when it began.
//! `meet sync HOME ADDRESS COUNT` meets so often and prints the processor time of each.
//! Times are those of the machine's clock that only goes forward.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a benchmark"
)]

use std::io::BufRead as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use node::meet::{Once, Said, Serve, serve, sync_once};
use node::{Home, Passphrase, Places};
use pact::{Act, Body};
use rustix::time::{ClockId, clock_gettime};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve", home, listen] => serving(home, listen, None),
        ["serve", home, listen, address] => serving(home, listen, Some(address)),
        ["write", home] => writing(home),
        ["sync", home, address, count] => syncing(home, address, count),
        _ => println!("use: serve HOME LISTEN [ADDRESS] | write HOME | sync HOME ADDRESS COUNT"),
    }
}

fn open(home: &str) -> Home {
    let home = PathBuf::from(home);
    let state = home.with_extension("state");
    let passphrase = Passphrase::new("rehearsal".to_owned().into());
    Home::unlock(Places { home, state }, &passphrase).expect("a home")
}

fn nanoseconds(clock: ClockId) -> i128 {
    let time = clock_gettime(clock);
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn serving(home: &str, listen: &str, other: Option<&str>) {
    let how = Serve {
        live: true,
        listen: Some(address(listen)),
        address: other.map(address),
        ..Serve::default()
    };
    let home = open(home);
    std::thread::spawn(|| {
        for line in std::io::stdin().lock().lines() {
            drop(line);
            println!("cpu {}", nanoseconds(ClockId::ProcessCPUTime));
        }
    });
    let said = |said| match said {
        Said::News => println!("news {}", nanoseconds(ClockId::Monotonic)),
        Said::Together => println!("together"),
        Said::Listening(_) => println!("listening"),
        Said::Resting | Said::Apart | Said::DoesNotCheckOut | Said::NeedsYou => {}
    };
    serve(home, how, said).expect("served");
}

fn writing(home: &str) {
    let mut home = open(home);
    println!("ready");
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        drop(line);
        let act = Act::new(Body::Thanks {
            text: format!("for the soup, number {number}, and for asking how the day was"),
            about: None,
        });
        let began = nanoseconds(ClockId::Monotonic);
        home.act(&act, node::home::Said::default()).expect("kept");
        println!("{began}");
    }
}

fn syncing(home: &str, other: &str, count: &str) {
    let mut home = open(home);
    let how = Once {
        address: Some(address(other)),
        wait: None,
    };
    for _ in 0..count.parse::<u32>().expect("a number") {
        let began = nanoseconds(ClockId::ProcessCPUTime);
        sync_once(&mut home, &how).expect("met");
        println!("{}", nanoseconds(ClockId::ProcessCPUTime) - began);
    }
}
