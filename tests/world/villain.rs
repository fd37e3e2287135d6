//! Ben with a modified program: he holds his own keys and may send whatever he likes.

use identity::words::WordId;
use identity::{DeviceKeys, Flags, Hash, Head, LogId, Mark, NewRecord, Record, Tip, sign_record};
use pact::Body;
use protocol::frames::WordsHave;
use protocol::{Frame, Hello, decode, encode, take_frame};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use replica::words::Tagged;

use crate::Home;

/// What he remembers, for replaying it.
#[derive(Default)]
pub struct Villain {
    heard: Vec<Vec<u8>>,
    /// How often each trick was played, so that a test can see that all were.
    pub played: std::collections::BTreeMap<&'static str, u32>,
}

impl Villain {
    /// Everything that passes by can be sent again.
    pub fn watch(&mut self, _at: usize, bytes: &[u8]) {
        if self.heard.len() < 64 {
            self.heard.push(bytes.to_vec());
        }
    }

    /// What he sends instead of a flush.
    pub fn twist(&mut self, bytes: Vec<u8>, rng: &mut ChaCha8Rng, home: &Home) -> Vec<Vec<u8>> {
        self.watch(1, &bytes);
        type Play = fn(&mut Trick<'_>) -> Vec<Vec<u8>>;
        let tricks: [(&'static str, Play); 12] = [
            ("swallows", |_| vec![]),
            ("repeats", |t| vec![t.bytes.clone(), t.bytes.clone()]),
            ("replays", |t| {
                let old = t.heard.choose(t.rng).cloned().unwrap_or_default();
                vec![old, t.bytes.clone()]
            }),
            ("flips", |t| t.flip()),
            ("cuts", |t| {
                let keep = t.rng.random_range(0..=t.bytes.len());
                vec![t.bytes[..keep].to_vec()]
            }),
            ("lies", |t| t.lie()),
            ("babbles", |t| t.babble()),
            ("forges", |t| t.forge()),
            ("forks", |t| t.fork()),
            ("meddles", |t| t.meddle()),
            ("whispers", |t| t.whisper()),
            ("shuffles", |t| {
                let mut frames = frames(&t.bytes);
                frames.reverse();
                vec![frames.concat()]
            }),
        ];
        // Words are rarely on their way; when they are, he is likely to touch them.
        let has_words = has_words(&bytes);
        let (name, play) = match tricks.iter().find(|(name, _)| *name == "whispers") {
            Some(whispers) if has_words && rng.random() => *whispers,
            _ => *tricks.choose(rng).unwrap(),
        };
        *self.played.entry(name).or_default() += 1;
        play(&mut Trick {
            bytes,
            rng,
            home,
            heard: &self.heard,
        })
    }
}

struct Trick<'a> {
    bytes: Vec<u8>,
    rng: &'a mut ChaCha8Rng,
    home: &'a Home,
    heard: &'a [Vec<u8>],
}

/// A flush cut into its frames, each with its length.
fn frames(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = bytes.to_vec();
    let mut frames = Vec::new();
    while let Ok(Some(frame)) = take_frame(&mut rest) {
        frames.push(framed(&frame));
    }
    frames
}

/// Whether a flush speaks of words.
pub fn has_words(bytes: &[u8]) -> bool {
    frames(bytes).iter().any(|frame| matches!(frame[4], 8..=10))
}

pub fn framed(frame: &[u8]) -> Vec<u8> {
    [
        &u32::try_from(frame.len()).unwrap().to_be_bytes()[..],
        frame,
    ]
    .concat()
}

impl Trick<'_> {
    fn flip(&mut self) -> Vec<Vec<u8>> {
        let mut bytes = self.bytes.clone();
        for _ in 0..self.rng.random_range(1..4) {
            let at = self.rng.random_range(0..bytes.len());
            bytes[at] ^= 1 << self.rng.random_range(0..8);
        }
        vec![bytes]
    }

    fn log(&mut self) -> LogId {
        let logs: Vec<LogId> = self.home.replica.logs().map(|state| state.log).collect();
        if self.rng.random_range(0..4) == 0 {
            return LogId(Hash(self.rng.random()));
        }
        logs.choose(self.rng).copied().unwrap()
    }

    fn mark(&mut self) -> Mark {
        let log = self.log();
        let records = self.home.records(log);
        match (self.rng.random_range(0..3), records.choose(self.rng)) {
            (0, Some(record)) => record.mark(),
            (1, Some(record)) => Mark {
                hash: Hash(self.rng.random()),
                ..record.mark()
            },
            _ => {
                let seq = [0, 1, 7, u64::from(u32::MAX), u64::MAX];
                Mark {
                    log,
                    seq: *seq.choose(self.rng).unwrap(),
                    hash: Hash(self.rng.random()),
                }
            }
        }
    }

    /// What he holds is not what he says.
    fn lie(&mut self) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for bytes in frames(&self.bytes) {
            let frame = match decode(&bytes[4..]) {
                Ok(Frame::Hello(hello)) => {
                    let mut marks: Vec<Mark> = hello.marks;
                    marks.push(self.mark());
                    marks.sort_by_key(|mark| mark.log);
                    marks.dedup_by_key(|mark| mark.log);
                    let roster = Some(Hash(self.rng.random()));
                    Frame::Hello(Hello {
                        marks,
                        roster,
                        version: 3,
                        ..hello
                    })
                }
                Ok(Frame::Stored { .. }) => Frame::Stored {
                    marks: vec![self.mark()],
                },
                Ok(Frame::Hashes { log, at }) => {
                    let lie = |seq: &(u64, Option<Hash>)| (seq.0, Some(Hash([7; 32])));
                    Frame::Hashes {
                        log,
                        at: at.iter().map(lie).collect(),
                    }
                }
                Ok(frame) => frame,
                Err(_) => continue,
            };
            out.push(framed(&encode(&frame)));
        }
        vec![out.concat()]
    }

    /// Words that nobody said so: under another name, of another day or lane, once more, or hidden.
    fn whisper(&mut self) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for bytes in frames(&self.bytes) {
            let frame = match decode(&bytes[4..]) {
                Ok(Frame::WordsHave(WordsHave::Ids(mut ids))) => {
                    if self.rng.random() {
                        ids.pop();
                    } else {
                        ids.push(WordId::new(self.rng.random()));
                    }
                    Frame::WordsHave(WordsHave::Ids(ids))
                }
                Ok(Frame::WordsHave(WordsHave::Buckets(mut days))) => {
                    days.pop();
                    Frame::WordsHave(WordsHave::Buckets(days))
                }
                Ok(Frame::WordsWant { .. }) => Frame::WordsWant {
                    ids: self.ids_heard_of(),
                },
                Ok(Frame::Words { items }) => Frame::Words {
                    items: items.iter().map(|item| self.forged(item)).collect(),
                },
                Ok(frame) => frame,
                Err(_) => continue,
            };
            out.push(framed(&encode(&frame)));
        }
        vec![out.concat()]
    }

    /// Every name of words that ever passed by, whatever lane is open now.
    fn ids_heard_of(&self) -> Vec<WordId> {
        let flushes = self.heard.iter().flat_map(|bytes| frames(bytes));
        let ids = flushes.filter_map(|bytes| match decode(&bytes[4..]) {
            Ok(Frame::WordsHave(WordsHave::Ids(ids))) => Some(ids),
            _ => None,
        });
        let ids: std::collections::BTreeSet<WordId> = ids.flatten().collect();
        ids.into_iter().collect()
    }

    fn forged(&mut self, bytes: &[u8]) -> Vec<u8> {
        let Ok(Tagged { mut item, tags, .. }) = Tagged::parse(bytes) else {
            return bytes.to_vec();
        };
        match self.rng.random_range(0..9) {
            0..4 => item.author = self.log(),
            4 => item.until = identity::Day(self.rng.random()),
            5 => item.made = identity::Day(self.rng.random()),
            6 => item.id = WordId::new(self.rng.random()),
            7 => item.fade = 90,
            _ => item.lane = replica::words::Lane::Practical,
        }
        let bytes = item.encode();
        let forged = Tagged { item, bytes, tags };
        forged.encode(|_| true).to_vec()
    }

    /// Frames that nobody asked for.
    fn babble(&mut self) -> Vec<Vec<u8>> {
        let log = self.log();
        let random: [u8; 32] = self.rng.random();
        let frames = [
            Frame::Probe {
                log,
                seqs: vec![0, 1, 2, u64::MAX],
            },
            Frame::Hashes {
                log,
                at: vec![(1, None)],
            },
            Frame::Stored {
                marks: vec![self.mark()],
            },
            Frame::Roster {
                statements: vec![vec![1, 2, 3], random.to_vec()],
            },
            Frame::Records {
                log,
                from: 1,
                records: vec![random.to_vec()],
            },
            Frame::Fork {
                log,
                from: 1,
                one: vec![vec![0x80]],
                other: vec![random.to_vec()],
            },
            Frame::WordsHave(WordsHave::Ids(vec![WordId::new([1; 16])])),
            Frame::WordsWant {
                ids: vec![WordId::new([1; 16])],
            },
            Frame::Words {
                items: vec![random.to_vec()],
            },
            Frame::Address {
                addresses: vec!["192.0.2.1:1".to_owned()],
            },
            Frame::Join {
                key: random,
                mac: random,
            },
            Frame::Reveal { nonce: [1; 16] },
            Frame::Confirm {
                founding: [1; 64],
                certification: identity::Certification {
                    root: [2; 64],
                    device: [3; 64],
                },
            },
        ];
        let frame = frames.choose(self.rng).unwrap();
        vec![self.bytes.clone(), framed(&encode(frame))]
    }

    /// His own key, over records that do not fit: other places, other logs, other kinds.
    fn forge(&mut self) -> Vec<Vec<u8>> {
        let keys = self.home.keys();
        let own = self.home.log;
        let log = if self.rng.random() { own } else { self.log() };
        let tip = Tip {
            head: Head {
                seq: self.rng.random_range(0..9),
                hash: Hash(self.rng.random()),
            },
            marks: Default::default(),
        };
        let tip = if self.rng.random() {
            self.tip(log)
        } else {
            tip
        };
        let Some(record) = signed(&keys, own, &tip, self.rng) else {
            return vec![];
        };
        let from = if self.rng.random() {
            record.seq()
        } else {
            self.rng.random_range(1..12)
        };
        let records = vec![record.into_bytes()];
        vec![
            self.bytes.clone(),
            framed(&encode(&Frame::Records { log, from, records })),
        ]
    }

    /// A well-signed act of any kind, in his own name, about what is Ana's.
    fn meddle(&mut self) -> Vec<Vec<u8>> {
        let (keys, log) = (self.home.keys(), self.home.log);
        let tip = self.tip(log);
        let theirs: Vec<Hash> = self
            .home
            .replica
            .logs()
            .filter(|state| state.log != log)
            .flat_map(|state| self.home.records(state.log))
            .map(|record| record.hash())
            .collect();
        let of = theirs.choose(self.rng).copied().unwrap_or(Hash([9; 32]));
        let on = identity::Day(self.rng.random());
        let text = || "for Ana".to_owned();
        let bodies = [
            Body::Setback {
                target: Some(of),
                on,
                note: text(),
            },
            Body::Amends {
                setback: Some(of),
                text: text(),
            },
            Body::Follow {
                target: of,
                on,
                how: pact::How::Missed,
                note: text(),
                corrects: Some(of),
            },
            Body::HeadsUp {
                target: of,
                from: on,
                to: on,
                text: text(),
            },
            Body::Pause {
                target: Some(of),
                minutes: 1,
            },
            Body::Back { pause: of },
            Body::Heard { record: of },
            Body::CheckedIn { p: of, day: on },
            Body::Complete { p: of },
            Body::Set {
                ty: pact::ItemType::Boundary,
                content: None,
                over: vec![of],
            },
        ];
        let body = bodies.choose(self.rng).cloned().unwrap();
        let act = pact::Act { redo: None, body };
        let new = NewRecord {
            kind: act.kind(),
            day: on,
            flags: Flags::default(),
            about: Some(of.0.to_vec()),
            seen: Vec::new(),
            body: act.encode(),
        };
        let Ok(record) = sign_record(&keys, log, &tip, new) else {
            return vec![self.bytes.clone()];
        };
        let from = record.seq();
        let records = vec![record.into_bytes()];
        vec![
            self.bytes.clone(),
            framed(&encode(&Frame::Records { log, from, records })),
        ]
    }

    fn tip(&self, log: LogId) -> Tip {
        let tip = self.home.replica.log(log).map(|state| state.tip.clone());
        tip.unwrap_or_else(|| Tip::start(log))
    }

    /// A second history of his own log, well signed.
    fn fork(&mut self) -> Vec<Vec<u8>> {
        let (keys, log) = (self.home.keys(), self.home.log);
        let records = self.home.records(log);
        let below = self.rng.random_range(0..=records.len());
        let mut tip = self
            .home
            .replica
            .marks_at(&self.home.shelf, log, below as u64)
            .unwrap();
        let mut run = Vec::new();
        for _ in 0..self.rng.random_range(1..4) {
            let Some(record) = signed(&keys, log, &tip, self.rng) else {
                break;
            };
            tip.head = record.mark().head();
            run.push(record.into_bytes());
        }
        let frame = Frame::Records {
            log,
            from: below as u64 + 1,
            records: run,
        };
        vec![self.bytes.clone(), framed(&encode(&frame))]
    }
}

fn signed(keys: &DeviceKeys, log: LogId, tip: &Tip, rng: &mut ChaCha8Rng) -> Option<Record> {
    let kind = [1, 2, 3, 4, 6, 50, 128, 129, 250, u64::MAX];
    let new = NewRecord {
        kind: *kind.choose(rng).unwrap(),
        day: identity::Day(rng.random()),
        flags: Flags {
            unattended: rng.random(),
            closed: rng.random(),
        },
        about: rng.random::<bool>().then(|| vec![7; 16]),
        seen: Vec::new(),
        body: (0..rng.random_range(0..40)).map(|_| rng.random()).collect(),
    };
    sign_record(keys, log, tip, new).ok()
}
