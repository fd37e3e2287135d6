//! The wire by itself: who gets through, what leaves, and what does not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use identity::DeviceKeys;
use node::transport::{Arrival, Endpoint, Line, Lull, Pins, TransportError, Valve};
use tokio::time::{sleep, timeout};

const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

struct Device {
    seed: [u8; 32],
    public: [u8; 32],
}

fn device(number: u8) -> Device {
    let keys = DeviceKeys::from_seeds([number; 32], [number + 100; 32]);
    Device {
        seed: *keys.sign_seed(),
        public: keys.sign_public(),
    }
}

fn endpoint(device: &Device, pins: &Pins) -> Endpoint {
    let open = Valve::new(Arc::new(|| false));
    Endpoint::bind(LOCAL, &device.seed, &device.public, pins, open, Lull::Ends).unwrap()
}

async fn accept(endpoint: &Endpoint) -> Result<Line, TransportError> {
    endpoint.accept().await.unwrap().answer().await
}

async fn receive(line: &mut Line) -> Vec<u8> {
    match line.receiver.frame().await.unwrap() {
        Some(Arrival::Frame(frame)) => frame,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn two_that_know_each_other_meet_and_share_an_exporter() {
    let (a, b) = (device(1), device(2));
    let ear = endpoint(&a, &Pins::only([b.public]));
    let mouth = endpoint(&b, &Pins::only([a.public]));
    let address = ear.local_addr().unwrap();
    let answering = async {
        let mut line = accept(&ear).await.unwrap();
        assert_eq!(receive(&mut line).await, b"\x01hello");
        line.sender
            .write(b"\0\0\0\x03\x01ya\0\0\0\x01\x0c")
            .await
            .unwrap();
        line
    };
    let dialling = async {
        let mut line = mouth.dial(address).await.unwrap();
        line.sender.write(b"\0\0\0\x06\x01hello").await.unwrap();
        assert_eq!(receive(&mut line).await, b"\x01ya");
        assert_eq!(receive(&mut line).await, b"\x0c");
        line
    };
    let (at_a, at_b) = tokio::join!(answering, dialling);
    assert_eq!((at_a.peer, at_b.peer), (b.public, a.public));
    assert!(at_b.dialled && !at_a.dialled);
    assert_eq!(at_a.exporter().unwrap(), at_b.exporter().unwrap());
}

#[tokio::test]
async fn s41_a_stranger_gets_no_byte_and_pins_can_change() {
    let (a, b, stranger) = (device(1), device(2), device(3));
    let pins = Pins::only([b.public]);
    let ear = endpoint(&a, &pins);
    let address = ear.local_addr().unwrap();
    let answered = async {
        match timeout(Duration::from_secs(3), ear.accept()).await {
            Ok(Some(knock)) => knock.answer().await.is_ok(),
            _ => false,
        }
    };
    // A client may believe that it is connected; what counts is that nothing answers.
    let knocking = async {
        let mouth = endpoint(&stranger, &Pins::any());
        let Ok(mut line) = mouth.dial(address).await else {
            return false;
        };
        drop(line.sender.write(b"\0\0\0\x06\x01hello").await);
        matches!(line.receiver.frame().await, Ok(Some(_)))
    };
    assert_eq!(tokio::join!(answered, knocking), (false, false));

    pins.set_only([stranger.public]);
    let mouth = endpoint(&stranger, &Pins::only([a.public]));
    let (line, _) = tokio::join!(accept(&ear), async {
        let mut line = mouth.dial(address).await.unwrap();
        line.sender.write(b"\0\0\0\x01\x01").await.unwrap();
        sleep(Duration::from_millis(50)).await;
        line
    });
    assert_eq!(
        line.unwrap().peer,
        stranger.public,
        "the roster decides, at once"
    );
}

#[tokio::test]
async fn a_dialler_refuses_a_key_it_does_not_know() {
    let (a, b, other) = (device(1), device(2), device(3));
    let ear = endpoint(&a, &Pins::any());
    let mouth = endpoint(&b, &Pins::only([other.public]));
    let address = ear.local_addr().unwrap();
    let answering = async { timeout(Duration::from_secs(3), accept(&ear)).await };
    let (_, dialled) = tokio::join!(answering, mouth.dial(address));
    assert!(matches!(dialled, Err(TransportError::Gone)));
}

#[tokio::test]
async fn shut_the_valve_lets_no_datagram_out() {
    let (a, b) = (device(1), device(2));
    let silent = Arc::new(AtomicBool::new(true));
    let flag = Arc::clone(&silent);
    let valve = Valve::new(Arc::new(move || flag.load(Ordering::SeqCst)));
    let sink = UdpSocket::bind(LOCAL).unwrap();
    sink.set_read_timeout(Some(Duration::from_millis(10)))
        .unwrap();
    let mouth = Endpoint::bind(
        LOCAL,
        &b.seed,
        &b.public,
        &Pins::any(),
        valve.clone(),
        Lull::Ends,
    )
    .unwrap();
    let address = sink.local_addr().unwrap();
    let dial = timeout(Duration::from_millis(400), mouth.dial(address)).await;
    assert!(dial.is_err());
    assert!(
        sink.recv(&mut [0; 2000]).is_err(),
        "nothing left while shut"
    );
    assert_eq!(valve.sent(), 0);

    // The same with the valve open reaches the sink: the check above can fail.
    silent.store(false, Ordering::SeqCst);
    let dial = timeout(Duration::from_millis(400), mouth.dial(address)).await;
    assert!(dial.is_err());
    assert!(sink.recv(&mut [0; 2000]).is_ok());

    // Nor is a knock answered while shut.
    silent.store(true, Ordering::SeqCst);
    let before = valve.sent();
    let other = endpoint(&a, &Pins::any());
    let knock = timeout(
        Duration::from_millis(400),
        other.dial(mouth.local_addr().unwrap()),
    )
    .await;
    assert!(knock.is_err());
    assert_eq!(valve.sent(), before);
}

/// Passes datagrams on and counts them, so that a test sees what leaves an endpoint.
async fn tap(target: SocketAddr, seen: Arc<std::sync::atomic::AtomicU64>) -> SocketAddr {
    let front = tokio::net::UdpSocket::bind(LOCAL).await.unwrap();
    let back = tokio::net::UdpSocket::bind(LOCAL).await.unwrap();
    let address = front.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut one, mut two) = ([0; 2048], [0; 2048]);
        let mut client = None;
        loop {
            tokio::select! {
                Ok((len, from)) = front.recv_from(&mut one) => {
                    client = Some(from);
                    drop(back.send_to(&one[..len], target).await);
                }
                Ok((len, _)) = back.recv_from(&mut two) => {
                    seen.fetch_add(1, Ordering::SeqCst);
                    if let Some(client) = client {
                        drop(front.send_to(&two[..len], client).await);
                    }
                }
            }
        }
    });
    address
}

#[tokio::test]
async fn an_ordinary_stop_says_nothing_and_a_violation_does() {
    for violation in [false, true] {
        let (a, b) = (device(1), device(2));
        let ear = endpoint(&a, &Pins::only([b.public]));
        let mouth = endpoint(&b, &Pins::only([a.public]));
        let seen = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let way = tap(ear.local_addr().unwrap(), Arc::clone(&seen)).await;
        let (line, mut dialled) = tokio::join!(accept(&ear), async {
            let mut line = mouth.dial(way).await.unwrap();
            line.sender.write(b"\0\0\0\x01\x01").await.unwrap();
            line
        });
        let line = line.unwrap();
        sleep(Duration::from_millis(300)).await;
        let before = seen.load(Ordering::SeqCst);
        if violation {
            line.violated(3);
            sleep(Duration::from_millis(50)).await;
        }
        drop(ear);
        drop(line);
        sleep(Duration::from_millis(300)).await;
        let after = seen.load(Ordering::SeqCst);
        assert_eq!(after > before, violation, "{before} then {after}");
        let heard = timeout(Duration::from_millis(300), dialled.receiver.frame()).await;
        assert_eq!(
            heard.is_ok(),
            violation,
            "the other side knows nothing of an ordinary stop"
        );
    }
}

#[tokio::test]
async fn a_frame_above_the_bound_is_told_before_its_bytes_are_awaited() {
    let (a, b) = (device(1), device(2));
    let ear = endpoint(&a, &Pins::only([b.public]));
    let mouth = endpoint(&b, &Pins::only([a.public]));
    let address = ear.local_addr().unwrap();
    let (line, _kept) = tokio::join!(accept(&ear), async {
        let mut line = mouth.dial(address).await.unwrap();
        line.sender
            .write(&0x0010_0001u32.to_be_bytes())
            .await
            .unwrap();
        line
    });
    let arrival = line.unwrap().receiver.frame().await.unwrap();
    assert!(matches!(arrival, Some(Arrival::TooLong)));
}
