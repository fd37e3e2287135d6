//! Two persons who have met, their devices, and a meeting of two devices without a network.

use std::collections::BTreeMap;

use identity::{
    Certificate, Day, DeviceKeys, Entropy, Founding, Hash, Head, LogId, Mark, PactId, Person,
    Record, Revocation, RootKey, UnverifiedStatement, sha256,
};
use pact::{Act, Body};

use super::MemoryShelf;
use crate::{Entry, Outcome, Received, Refusal, Replica, Shelf, Standing, Write};

/// Two persons: their roots, and every statement that they have made.
pub struct Couple {
    seed: u64,
    founding: Founding,
    roots: [RootKey; 2],
    statements: Vec<Vec<u8>>,
    devices: BTreeMap<LogId, (Person, [[u8; 32]; 2])>,
}

/// A device: its copy, what it keeps, and its keys.
pub struct Home {
    /// The copy.
    pub replica: Replica,
    /// What is kept.
    pub shelf: MemoryShelf,
    /// Its keys.
    pub keys: DeviceKeys,
}

impl Couple {
    /// Two persons who have met; the same seed gives the same bytes.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let roots = Person::BOTH
            .map(|person| Entropy::from_bytes(draw(seed, "root", person.index())).root());
        let nonce = |person: Person| {
            draw(seed, "nonce", person.index())[..16]
                .try_into()
                .unwrap()
        };
        let founding = Founding {
            root_a: roots[0].public(),
            root_b: roots[1].public(),
            nonce_a: nonce(Person::A),
            nonce_b: nonce(Person::B),
        };
        let (by_a, by_b) = (founding.sign(&roots[0]), founding.sign(&roots[1]));
        let statement = UnverifiedStatement::founding(&founding, &by_a, &by_b);
        Self {
            seed,
            founding,
            roots,
            statements: vec![statement.bytes().to_vec()],
            devices: BTreeMap::new(),
        }
    }

    /// The pact.
    #[must_use]
    pub fn pact(&self) -> PactId {
        self.founding.pact()
    }

    /// Certifies one more device of a person, which may continue another.
    pub fn certify(&mut self, person: Person, continues: Option<LogId>) -> LogId {
        let number = self.devices.len() as u64;
        let seeds = [
            draw(self.seed, "sign", number),
            draw(self.seed, "agree", number),
        ];
        let keys = DeviceKeys::from_seeds(seeds[0], seeds[1]);
        let certificate = Certificate {
            pact: self.pact(),
            person,
            sign: keys.sign_public(),
            dh: keys.dh_public(),
            continues,
            flags: 0,
        };
        let signature = certificate.sign(&self.roots[person.index() as usize], &keys);
        let statement = UnverifiedStatement::certificate(&certificate, &signature);
        self.statements.push(statement.bytes().to_vec());
        self.devices.insert(certificate.log(), (person, seeds));
        certificate.log()
    }

    /// The keys of a device.
    #[must_use]
    pub fn keys(&self, log: LogId) -> DeviceKeys {
        let (_, seeds) = self.devices[&log];
        DeviceKeys::from_seeds(seeds[0], seeds[1])
    }

    /// Revokes a device at a record.
    pub fn revoke(&mut self, mark: Mark) -> UnverifiedStatement {
        let (person, _) = self.devices[&mark.log];
        let revocation = Revocation {
            pact: self.pact(),
            person,
            log: mark.log,
            seq: mark.seq,
            hash: mark.hash,
        };
        let signature = revocation.sign(&self.roots[person.index() as usize]);
        let statement = UnverifiedStatement::revocation(&revocation, &signature);
        self.statements.push(statement.bytes().to_vec());
        statement
    }

    /// All statements made so far.
    #[must_use]
    pub fn statements(&self) -> Vec<UnverifiedStatement> {
        self.statements
            .iter()
            .map(|bytes| UnverifiedStatement::parse(bytes).unwrap())
            .collect()
    }

    /// The certificate of a device.
    #[must_use]
    pub fn certificate(&self, log: LogId) -> UnverifiedStatement {
        let mut statements = self.statements().into_iter();
        statements
            .find(|statement| statement.id() == log.0)
            .unwrap()
    }

    /// A fresh home on a device, which knows all statements made so far.
    #[must_use]
    pub fn home(&self, log: LogId) -> Home {
        let (replica, writes) = Replica::begin(self.statements(), log).unwrap();
        let mut home = Home {
            replica,
            shelf: MemoryShelf::new(),
            keys: self.keys(log),
        };
        home.keep(&writes);
        home
    }

    /// A first device for each, who know each other.
    #[must_use]
    pub fn homes(&mut self) -> [Home; 2] {
        let logs = Person::BOTH.map(|person| self.certify(person, None));
        logs.map(|log| self.home(log))
    }
}

impl Home {
    /// Applies writes to what is kept.
    pub fn keep(&mut self, writes: &[Write]) {
        self.shelf.apply(writes).unwrap();
    }

    /// Opens what is kept once more, as a new process would.
    pub fn reopen(&mut self) {
        let log = Replica::writer(&self.shelf).unwrap().unwrap();
        self.replica = Replica::open(&self.shelf, log).unwrap();
    }

    /// The log that this home writes.
    #[must_use]
    pub fn log(&self) -> LogId {
        self.replica.own_log()
    }

    /// Where its own log ends.
    #[must_use]
    pub fn head(&self) -> Head {
        self.replica.log(self.log()).unwrap().tip.head
    }

    /// Signs an act that may leave at once.
    pub fn say(&mut self, day: u32, body: Body) -> Record {
        self.write(Entry::act(Day(day), None, &Act::new(body)), 1_000, 0)
    }

    /// Signs an act about something.
    pub fn say_about(&mut self, day: u32, about: Vec<u8>, body: Body) -> Record {
        self.write(Entry::act(Day(day), Some(about), &Act::new(body)), 1_000, 0)
    }

    /// Signs an entry at a time, with a grace.
    pub fn write(&mut self, entry: Entry, now_ms: u64, grace_ms: u64) -> Record {
        let (record, writes) = self
            .replica
            .append(&self.keys, entry, now_ms, grace_ms)
            .unwrap();
        self.keep(&writes);
        record
    }

    /// Thanks: the shortest thing to say.
    pub fn thank(&mut self, day: u32, text: &str) -> Record {
        self.say(
            day,
            Body::Thanks {
                text: text.into(),
                about: None,
            },
        )
    }

    /// Takes a run, and keeps what follows from it.
    ///
    /// # Errors
    /// The run is refused.
    pub fn take(&mut self, log: LogId, from: u64, run: Vec<Vec<u8>>) -> Result<Received, Refusal> {
        let received = self.replica.receive(&self.shelf, log, from, run)?;
        self.keep(&received.writes);
        Ok(received)
    }

    /// Takes statements, and keeps those that are new.
    pub fn admit(&mut self, statements: Vec<UnverifiedStatement>) {
        let writes = self.replica.admit(&self.shelf, statements).unwrap();
        self.keep(&writes);
    }
}

/// Two devices meet until neither has anything for the other; gives what each run meant. As a
/// session does it, in fewest words: no frames, no loss, no violations.
pub fn meet(one: &mut Home, two: &mut Home, max_bytes: usize) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for _ in 0..32 {
        let before = (one.replica.marks(), two.replica.marks());
        let roster = (one.replica.roster().digest(), two.replica.roster().digest());
        exchange_roster(one, two);
        exchange_roster(two, one);
        outcomes.extend(send(one, two, max_bytes));
        outcomes.extend(send(two, one, max_bytes));
        let same = before == (one.replica.marks(), two.replica.marks());
        if same && roster == (one.replica.roster().digest(), two.replica.roster().digest()) {
            break;
        }
    }
    outcomes
}

fn exchange_roster(from: &Home, to: &mut Home) {
    let statements = from.replica.roster().statements();
    let statements = statements
        .map(|bytes| UnverifiedStatement::parse(bytes).unwrap())
        .collect();
    to.admit(statements);
}

/// One way: what the one has for the other.
pub fn send(from: &mut Home, to: &mut Home, max_bytes: usize) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let logs: Vec<LogId> = from.replica.logs().map(|state| state.log).collect();
    for log in logs {
        let mut searched = false;
        loop {
            let marks = to.replica.marks();
            let mark = marks.into_iter().find(|mark| mark.log == log);
            let mark = mark.unwrap_or_else(|| Head::start(log).of(log));
            let standing = from.replica.compare(&from.shelf, mark).unwrap();
            let first = match standing {
                Standing::Behind { from } => from,
                Standing::Differs if log == from.log() => {
                    // Nothing of one's own leaves before the peer's mark proves a prefix: what it
                    // holds instead is asked for (B6).
                    let common = last_common(from, to, log, mark.seq);
                    let theirs = to
                        .replica
                        .outgoing(&to.shelf, log, common + 1, max_bytes)
                        .unwrap();
                    if !theirs.records.is_empty() {
                        let taken = from.take(log, common + 1, theirs.records).unwrap();
                        outcomes.push(taken.outcome);
                    }
                    break;
                }
                Standing::Differs if !searched => {
                    searched = true;
                    last_common(from, to, log, mark.seq) + 1
                }
                Standing::Forked => {
                    if let Some(fork) = from.replica.fork(&from.shelf, log).unwrap() {
                        let received = to.replica.receive_fork(&to.shelf, fork).unwrap();
                        to.keep(&received.writes);
                        outcomes.push(received.outcome);
                    }
                    break;
                }
                Standing::Equal | Standing::Ahead | Standing::Differs | Standing::Unknown => break,
            };
            let out = from
                .replica
                .outgoing(&from.shelf, log, first, max_bytes)
                .unwrap();
            if out.records.is_empty() {
                break;
            }
            let outcome = to.take(log, first, out.records).unwrap().outcome;
            outcomes.push(outcome);
            match outcome {
                Outcome::Stored => {}
                Outcome::Forked => {
                    if let Some(fork) = to.replica.fork(&to.shelf, log).unwrap() {
                        let received = from.replica.receive_fork(&from.shelf, fork).unwrap();
                        from.keep(&received.writes);
                        outcomes.push(received.outcome);
                    }
                    break;
                }
                Outcome::Known | Outcome::Beyond | Outcome::Differs | Outcome::Restored => break,
            }
        }
    }
    outcomes
}

/// The last number at which both hold the same record of a log.
fn last_common(one: &Home, two: &Home, log: LogId, upto: u64) -> u64 {
    let seqs: Vec<u64> = (0..=upto).rev().collect();
    let ours = one.replica.hashes(&one.shelf, log, &seqs).unwrap();
    let theirs = two.replica.hashes(&two.shelf, log, &seqs).unwrap();
    seqs.iter()
        .zip(ours.iter().zip(&theirs))
        .find(|(_, (ours, theirs))| ours.is_some() && ours == theirs)
        .map_or(0, |(seq, _)| *seq)
}

/// All records of a log that are kept.
#[must_use]
pub fn all(home: &Home, log: LogId) -> Vec<Vec<u8>> {
    home.shelf.records(log, 1, usize::MAX).unwrap()
}

/// 32 bytes that look random and are the same for the same arguments.
pub(super) fn draw(seed: u64, what: &str, number: u64) -> [u8; 32] {
    let mut bytes = seed.to_be_bytes().to_vec();
    bytes.extend_from_slice(&number.to_be_bytes());
    bytes.extend_from_slice(what.as_bytes());
    let Hash(drawn) = sha256(&bytes);
    drawn
}
