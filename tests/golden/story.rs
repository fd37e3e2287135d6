//! Anna and Ben with fixed keys: every byte they write here is the same each time.

use std::collections::BTreeMap;

use identity::cbor::Writer;
use identity::{
    Certificate, Day, DeviceKeys, Entropy, Flags, Founding, Hash, Head, LogId, Mark, NewRecord,
    Person, Record, Revocation, RootKey, Tip, UnverifiedStatement, sign_record,
};
use pact::{Act, Body, Content, ItemType, Who};

/// 2026-11-22.
pub(crate) const TODAY: u32 = 20_779;

pub(crate) struct Device {
    pub(crate) keys: DeviceKeys,
    pub(crate) person: Person,
    pub(crate) certificate: Certificate,
    pub(crate) log: LogId,
    pub(crate) records: Vec<Record>,
}

impl Device {
    pub(crate) fn tip(&self) -> Tip {
        self.tip_at(self.records.len())
    }

    /// The log's end after its first `n` records.
    fn tip_at(&self, n: usize) -> Tip {
        let mut tip = Tip::start(self.log);
        for record in &self.records[..n] {
            tip.marks
                .extend(record.seen().iter().map(|mark| (mark.log, mark.head())));
            tip.head = Head {
                seq: record.seq(),
                hash: record.hash(),
            };
        }
        tip
    }
}

/// Two people, their devices, and all that they have signed.
pub(crate) struct Story {
    pub(crate) roots: [RootKey; 2],
    pub(crate) founding: Founding,
    pub(crate) devices: Vec<Device>,
    pub(crate) statements: Vec<UnverifiedStatement>,
    /// Further paths of forked logs, with the seq of their first record.
    pub(crate) forks: Vec<(LogId, u64, Vec<Record>)>,
    /// How what is said next is made.
    pub(crate) flags: Flags,
}

pub(crate) const ANNA: usize = 0;
pub(crate) const BEN: usize = 1;

impl Story {
    pub(crate) fn begin() -> Self {
        let roots = [
            Entropy::from_bytes([0xa1; 32]).root(),
            Entropy::from_bytes([0xb1; 32]).root(),
        ];
        let founding = Founding {
            root_a: roots[0].public(),
            root_b: roots[1].public(),
            nonce_a: [0xa2; 16],
            nonce_b: [0xb2; 16],
        };
        let by = [founding.sign(&roots[0]), founding.sign(&roots[1])];
        let statements = vec![UnverifiedStatement::founding(&founding, &by[0], &by[1])];
        let mut story = Self {
            roots,
            founding,
            devices: Vec::new(),
            statements,
            forks: Vec::new(),
            flags: Flags::default(),
        };
        story.link(Person::A, 0xa3, None);
        story.link(Person::B, 0xb3, None);
        story
    }

    fn root(&self, person: Person) -> &RootKey {
        match person {
            Person::A => &self.roots[0],
            Person::B => &self.roots[1],
        }
    }

    /// A further device; its number.
    pub(crate) fn link(&mut self, person: Person, seed: u8, continues: Option<usize>) -> usize {
        let keys = DeviceKeys::from_seeds([seed; 32], [seed + 1; 32]);
        let certificate = Certificate {
            pact: self.founding.pact(),
            person,
            sign: keys.sign_public(),
            dh: keys.dh_public(),
            continues: continues.map(|device| self.devices[device].log),
            flags: 0,
        };
        let signature = certificate.sign(self.root(person), &keys);
        self.statements
            .push(UnverifiedStatement::certificate(&certificate, &signature));
        let log = certificate.log();
        self.devices.push(Device {
            keys,
            person,
            certificate,
            log,
            records: Vec::new(),
        });
        self.devices.len() - 1
    }

    /// Revokes a device after its first `seq` records.
    pub(crate) fn revoke(&mut self, device: usize, seq: usize) -> Revocation {
        let device = &self.devices[device];
        let head = device.tip_at(seq).head;
        let revocation = Revocation {
            pact: self.founding.pact(),
            person: device.person,
            log: device.log,
            seq: head.seq,
            hash: head.hash,
        };
        let signature = revocation.sign(self.root(device.person));
        self.statements
            .push(UnverifiedStatement::revocation(&revocation, &signature));
        revocation
    }

    /// The ends of all logs: what somebody knows who is up to date.
    pub(crate) fn heads(&self) -> Vec<Mark> {
        self.devices
            .iter()
            .map(|device| device.tip().head.of(device.log))
            .collect()
    }

    /// A device says something, knowing what `knows` names.
    pub(crate) fn say(
        &mut self,
        device: usize,
        knows: &[Mark],
        day: u32,
        about: Option<&[u8]>,
        act: &Act,
    ) -> Hash {
        let speaker = &self.devices[device];
        let tip = speaker.tip();
        let new = NewRecord {
            kind: act.kind(),
            day: Day(day),
            flags: self.flags,
            about: about.map(<[u8]>::to_vec),
            seen: tip.news(
                speaker.log,
                knows.iter().copied().filter(|mark| mark.seq > 0),
            ),
            body: act.encode(),
        };
        let record = sign_record(&speaker.keys, speaker.log, &tip, new).unwrap();
        let hash = record.hash();
        self.devices[device].records.push(record);
        hash
    }

    /// Says it today, knowing everything.
    pub(crate) fn now(&mut self, device: usize, about: Option<&[u8]>, body: Body) -> Hash {
        let heads = self.heads();
        self.say(device, &heads, TODAY, about, &Act::new(body))
    }

    /// Offers an item for 90 days, knowing everything.
    pub(crate) fn offer(&mut self, device: usize, item: u8, title: &str) -> Hash {
        self.now(device, Some(&[item; 16]), propose(title, &[], None))
    }

    /// The logs as rows of an export.
    pub(crate) fn rows(&self) -> Vec<(LogId, u64, Vec<Vec<u8>>)> {
        let bytes = |records: &[Record]| records.iter().map(|r| r.bytes().to_vec()).collect();
        let whole = self
            .devices
            .iter()
            .filter(|device| !device.records.is_empty());
        whole
            .map(|device| (device.log, 1, bytes(&device.records)))
            .chain(
                self.forks
                    .iter()
                    .map(|(log, first, records)| (*log, *first, bytes(records))),
            )
            .collect()
    }

    /// `records.cbor` (B10).
    pub(crate) fn export(&self) -> Vec<u8> {
        let statements: Vec<_> = self.statements.iter().map(|s| s.bytes().to_vec()).collect();
        export(&statements, &self.rows())
    }
}

/// `records.cbor` (B10) of any statements and rows.
pub(crate) fn export(statements: &[Vec<u8>], rows: &[(LogId, u64, Vec<Vec<u8>>)]) -> Vec<u8> {
    let mut w = Writer::new();
    w.array(3).uint(1).array(statements.len() as u64);
    for statement in statements {
        w.raw(statement);
    }
    w.array(rows.len() as u64);
    for (log, first, records) in rows {
        w.array(3)
            .bytes(log.as_bytes())
            .uint(*first)
            .array(records.len() as u64);
        for record in records {
            w.raw(record);
        }
    }
    w.finish()
}

/// An offer that binds both.
pub(crate) fn propose(title: &str, replaces: &[Hash], answers: Option<Hash>) -> Body {
    Body::Propose {
        content: Box::new(Content::new(ItemType::Promise, Who::Both, title, "")),
        until: Day(TODAY + 90),
        replaces: replaces.to_vec(),
        answers,
    }
}

/// A boundary of one person.
pub(crate) fn boundary(person: Person, title: &str, over: &[Hash]) -> Body {
    let content = Content::new(
        ItemType::Boundary,
        Who::Only(person),
        title,
        "I will go for a walk.",
    );
    let mut over = over.to_vec();
    over.sort_unstable();
    Body::Set {
        ty: ItemType::Boundary,
        content: Some(Box::new(content)),
        over,
    }
}

/// The golden plan: one item for each state an agreement can be in, and owned objects.
pub(crate) fn plan() -> Story {
    let mut s = Story::begin();
    s.offer(ANNA, 1, "open");
    let declined = s.offer(ANNA, 2, "declined");
    s.now(BEN, Some(&[2; 16]), Body::Decline { p: declined });
    let withdrawn = s.offer(ANNA, 3, "withdrawn before");
    s.now(ANNA, Some(&[3; 16]), Body::Withdraw { p: withdrawn });
    let answered = s.offer(ANNA, 4, "answered");
    s.now(BEN, Some(&[4; 16]), propose("counter", &[], Some(answered)));
    let crossed = s.offer(ANNA, 5, "crossed");
    let heads = s.heads();
    s.say(
        ANNA,
        &heads,
        TODAY,
        Some(&[5; 16]),
        &Act::new(Body::Withdraw { p: crossed }),
    );
    s.say(
        BEN,
        &heads,
        TODAY,
        Some(&[5; 16]),
        &Act::new(Body::Agree { p: crossed }),
    );
    let taken = s.offer(ANNA, 6, "agreed");
    s.now(BEN, Some(&[6; 16]), Body::Agree { p: taken });
    let ended = s.offer(ANNA, 7, "withdrawn after");
    s.now(BEN, Some(&[7; 16]), Body::Agree { p: ended });
    s.now(BEN, Some(&[7; 16]), Body::Withdraw { p: ended });
    let old = s.offer(ANNA, 8, "replaced");
    s.now(BEN, Some(&[8; 16]), Body::Agree { p: old });
    let new = s.now(BEN, Some(&[8; 16]), propose("replacing", &[old], None));
    s.now(ANNA, Some(&[8; 16]), Body::Agree { p: new });
    let done = s.offer(BEN, 9, "completed");
    s.now(ANNA, Some(&[9; 16]), Body::Agree { p: done });
    s.now(ANNA, Some(&[9; 16]), Body::Complete { p: done });
    s.now(BEN, Some(&[9; 16]), Body::Complete { p: done });
    let lifted = s.now(ANNA, None, boundary(Person::A, "When voices rise", &[]));
    let lift = Body::Set {
        ty: ItemType::Boundary,
        content: None,
        over: vec![lifted],
    };
    s.now(ANNA, Some(&lifted.0), lift);
    let kept = s.now(BEN, None, boundary(Person::B, "When I am tired", &[]));
    s.now(
        BEN,
        Some(&kept.0),
        boundary(Person::B, "When I am very tired", &[kept]),
    );
    // Ben cannot change what is Anna's: held, without effect.
    s.now(BEN, Some(&lifted.0), boundary(Person::B, "not his", &[]));
    s.now(
        BEN,
        Some(&[6; 16]),
        Body::Follow {
            target: taken,
            on: Day(TODAY),
            how: pact::How::Kept,
            note: "traffic, but on time".to_owned(),
            corrects: None,
        },
    );
    s
}

/// What the plan amounts to on a day, by title.
pub(crate) fn plan_on(day: u32) -> BTreeMap<&'static str, &'static str> {
    let live = match day {
        ..=TODAY => "begins",
        _ if day <= TODAY + 90 => "in-force",
        _ => "rests",
    };
    BTreeMap::from([
        ("open", "open"),
        ("declined", "declined"),
        ("withdrawn before", "withdrawn"),
        ("answered", "answered"),
        ("counter", "open"),
        ("crossed", "crossed"),
        ("agreed", live),
        ("withdrawn after", "withdrawn"),
        ("replaced", "replaced"),
        ("replacing", live),
        ("completed", "completed"),
    ])
}
