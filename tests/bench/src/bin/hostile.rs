//! One hostile frame into a session of a home that holds ten years: `hostile HOME FRAME` prints what
//! became of it, the processor time in nanoseconds, and the peak of the process's memory in kB.
//!
//! `hostile list` names the frames. Whoever sends them is certified, has its own keys and a modified
//! program; it greets as it should. The home is `history`'s `ana`; it is changed if the frame is taken.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark"
)]

use std::path::PathBuf;

use identity::cbor::Writer;
use identity::words::Having;
use identity::{
    Certificate, Day, DeviceKeys, Flags, Head, LogId, NewRecord, Person, Tip, UnverifiedStatement,
    sign_record,
};
use node::{Home, Passphrase, Places};
use pact::{Act, Body};
use protocol::frames::RUN_BYTES;
use protocol::{
    Closing, Frame, Hello, Input, MAX_FRAME, Output, Session, VERSION, encode, take_frame,
};
use replica::Write;
use replica::testing::Couple;
use rustix::time::{ClockId, clock_gettime};

const FRAMES: [&str; 15] = [
    "length",
    "counts",
    "nesting",
    "items",
    "tiny-run",
    "large-run",
    "nested-run",
    "accents-run",
    "branch-run",
    "fork",
    "own-run",
    "replay",
    "roster",
    "roster-unsigned",
    "words",
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [list] if list == "list" => println!("{}", FRAMES.join(" ")),
        [home, frame] => send(home, frame),
        _ => println!("use: list | HOME FRAME"),
    }
}

fn send(home: &str, which: &str) {
    let home = PathBuf::from(home);
    let state = home.with_extension("state");
    let passphrase = Passphrase::new("rehearsal".to_owned().into());
    let mut home = Home::unlock(Places { home, state }, &passphrase).expect("a home");
    let peer = Peer::new(&mut home);
    let frame = peer.frame(&mut home, which);
    let mut session = Session::new(peer.log, false);
    turn(&mut home, &mut session, |_| Input::Opened);
    let hello = peer.hello(&mut home);
    turn(&mut home, &mut session, |_| Input::Frame(&hello));
    // What making the frame took is not what reading it takes.
    drop(std::fs::write("/proc/self/clear_refs", "5"));
    let began = nanoseconds();
    let mut stream = frame;
    let outcome = match take_frame(&mut stream) {
        Err(error) => format!("refused: {error}"),
        Ok(None) => panic!("half a frame"),
        Ok(Some(frame)) => turn(&mut home, &mut session, |_| Input::Frame(&frame)),
    };
    let took = nanoseconds() - began;
    println!("{took} {} {outcome}", peak());
}

/// One input, and everything that follows from it; says what became of the session.
fn turn<'a>(home: &mut Home, session: &mut Session, input: impl Fn(()) -> Input<'a>) -> String {
    let mut said = "taken".to_owned();
    let mut next = Some(input(()));
    while let Some(input) = next.take() {
        let more = home
            .turn_for_testing(|replica, shelf, clock| {
                session.handle(input, replica, shelf, clock)?;
                while let Some(output) = session.poll() {
                    match output {
                        Output::Persist(writes) => return Ok((true, Some(writes))),
                        Output::Close(Closing::Violation(wrong)) => {
                            said = format!("refused: {wrong}");
                        }
                        Output::Close(other) => said = format!("closed: {other}"),
                        Output::Transmit(_) | Output::Event(_) | Output::WakeAt(..) => {}
                    }
                }
                Ok((false, None::<Vec<Write>>))
            })
            .expect("a turn");
        next = more.then_some(Input::Persisted);
    }
    said
}

struct Peer {
    couple: Couple,
    log: LogId,
    hers: LogId,
    keys: DeviceKeys,
    tip: Tip,
}

impl Peer {
    fn new(home: &mut Home) -> Self {
        let mut couple = Couple::new(1);
        let [hers, log] = Person::BOTH.map(|person| couple.certify(person, None));
        let keys = couple.keys(log);
        let replica = home.replica().expect("a replica");
        let tip = replica.log(log).expect("ten years").tip.clone();
        Self {
            couple,
            log,
            hers,
            keys,
            tip,
        }
    }

    fn hello(&self, home: &mut Home) -> Vec<u8> {
        let replica = home.replica().expect("a replica");
        encode(&Frame::Hello(Hello {
            version: VERSION,
            live: false,
            practical: false,
            roster: Some(replica.roster().digest()),
            marks: replica.marks(),
            words: Some(Having::NONE),
        }))
    }

    /// The frame with its length, as it comes off the stream.
    fn frame(&self, home: &mut Home, which: &str) -> Vec<u8> {
        let body = match which {
            "length" => return vec![0xff; 4],
            // As many records as a frame may hold, and none of them.
            "counts" => {
                let log = self.log;
                let head = Writer::new()
                    .array(3)
                    .bytes(log.as_bytes())
                    .uint(1)
                    .finish();
                [vec![5], head, vec![0x99, 0x2a, 0xaa]].concat()
            }
            "nesting" => [vec![5], vec![0x81; MAX_FRAME - 1]].concat(),
            // A million items where a text is expected, in a Words that nobody asked for.
            "items" => {
                let mut bytes = vec![10, 0x81, 0x99, 0x04, 0x00];
                for _ in 0..1_000 {
                    bytes.extend(Writer::new().bytes(&[0x81; 1_000]).finish());
                }
                bytes.resize(MAX_FRAME, 0);
                bytes
            }
            "tiny-run" => self.run(&self.tip, self.log, &|_| vec![0xf6], 200, false),
            "large-run" => self.run(&self.tip, self.log, &|_| vec![0x81; 16_000], 2, false),
            "nested-run" => self.run(&self.tip, self.log, &nested, 200, false),
            // Marks upon a letter, which are put in order before they are compared.
            "accents-run" => {
                let text = format!("a{}", "\u{301}\u{316}".repeat(4_000));
                let act = Act::new(Body::Thanks { text, about: None });
                let (kind, body) = (act.kind(), act.encode());
                self.run(&self.tip, self.log, &|_| body.clone(), kind, false)
            }
            // It leaves Ben's log as late as it can, and its last signature is bad.
            "branch-run" => {
                let before = self.before(home, self.tip.head.seq - 1);
                self.run(&before, self.log, &|_| vec![0xf6], 200, false)
            }
            "fork" => {
                let before = self.before(home, self.tip.head.seq - 1);
                let mut halves = [1, 2]
                    .map(|way| self.records(&before, self.log, &|_| vec![way], 200, RUN_BYTES / 2));
                spoil(&mut halves[1]);
                let [one, other] = halves;
                encode(&Frame::Fork {
                    log: self.log,
                    from: before.head.seq + 1,
                    one,
                    other,
                })
            }
            // In her own log, under his key.
            "own-run" => {
                let tip = home.replica().expect("a replica").log(self.hers);
                let tip = tip.expect("ten years").tip.clone();
                self.run(&tip, self.hers, &|_| vec![0xf6], 200, true)
            }
            // What is held already, whole.
            "replay" => {
                let (log, mut records) = (self.log, Vec::new());
                home.turn_for_testing(|_, shelf, _| {
                    records = shelf.records(log, 1, RUN_BYTES)?;
                    Ok(((), None))
                })
                .expect("read");
                encode(&Frame::Records {
                    log,
                    from: 1,
                    records,
                })
            }
            "roster" => self.roster(true),
            "roster-unsigned" => self.roster(false),
            "words" => encode(&Frame::Words {
                items: vec![vec![0x81; 16 << 10]; 60],
            }),
            other => panic!("no frame {other}"),
        };
        let length = u32::try_from(body.len()).expect("short");
        [length.to_be_bytes().to_vec(), body].concat()
    }

    fn before(&self, home: &mut Home, seq: u64) -> Tip {
        let log = self.log;
        home.turn_for_testing(|replica, shelf, _| Ok((replica.marks_at(shelf, log, seq)?, None)))
            .expect("read")
    }

    fn run(
        &self,
        tip: &Tip,
        log: LogId,
        body: &dyn Fn(usize) -> Vec<u8>,
        kind: u64,
        good: bool,
    ) -> Vec<u8> {
        let mut records = self.records(tip, log, body, kind, RUN_BYTES);
        if !good {
            spoil(&mut records);
        }
        encode(&Frame::Records {
            log,
            from: tip.head.seq + 1,
            records,
        })
    }

    /// As many records as fit, each well signed.
    fn records(
        &self,
        tip: &Tip,
        log: LogId,
        body: &dyn Fn(usize) -> Vec<u8>,
        kind: u64,
        room: usize,
    ) -> Vec<Vec<u8>> {
        let mut tip = tip.clone();
        let (mut records, mut left) = (Vec::new(), room);
        loop {
            let new = NewRecord {
                kind,
                day: Day(20_000),
                flags: Flags::default(),
                about: None,
                seen: Vec::new(),
                body: body(records.len()),
            };
            let record = sign_record(&self.keys, log, &tip, new).expect("signed");
            let Some(rest) = left.checked_sub(record.bytes().len()) else {
                return records;
            };
            left = rest;
            tip.head = Head {
                seq: record.seq(),
                hash: record.hash(),
            };
            records.push(record.into_bytes());
        }
    }

    /// As many devices as a frame holds, certified by the person who may.
    fn roster(&self, signed: bool) -> Vec<u8> {
        let mut couple = Couple::new(if signed { 1 } else { 2 });
        for _ in 0..510 {
            couple.certify(Person::B, None);
        }
        let pact = self.couple.pact();
        let statements = couple.statements().into_iter().skip(1).map(|statement| {
            if signed {
                return statement.bytes().to_vec();
            }
            // Of this pact, so that it is not laid aside before its signatures are looked at.
            let keys = couple.keys(LogId(statement.id()));
            let certificate = Certificate {
                pact,
                person: Person::B,
                sign: keys.sign_public(),
                dh: keys.dh_public(),
                continues: None,
                flags: 0,
            };
            let root = identity::Entropy::from_bytes([9; 32]).root();
            let by = certificate.sign(&root, &keys);
            UnverifiedStatement::certificate(&certificate, &by)
                .bytes()
                .to_vec()
        });
        encode(&Frame::Roster {
            statements: statements.collect(),
        })
    }
}

/// Lists in lists, as deep as they may be, and one deeper.
fn nested(number: usize) -> Vec<u8> {
    let mut body = vec![0x81; 7 + number % 2];
    body.push(0xf6);
    body
}

/// The last signature alone says whether a run is good: here it is not.
fn spoil(records: &mut [Vec<u8>]) {
    let last = records.last_mut().and_then(|record| record.last_mut());
    *last.expect("a run") ^= 1;
}

fn nanoseconds() -> i128 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}

fn peak() -> String {
    std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .map_or_else(
            || "?".to_owned(),
            |kib| kib.trim().trim_end_matches(" kB").to_owned(),
        )
}
