//! One home: a device's keys, its shelf and its replica, and what its person does there.

use std::collections::BTreeMap;

use identity::{
    Certificate, DeviceKeys, Entropy, Hash, Head, LogId, PactId, Person, Record,
    UnverifiedStatement,
};
use pact::Act;
use protocol::{Clock, Event, Moment};
use replica::draft::{Anew, Author, Change, ChangeError, Draft};
use replica::testing::MemoryShelf;
use replica::{Entry, Misuse, Replica, Shelf, Undone};

use crate::{BEGINNING, GRACE, World};

pub type Seeds = ([u8; 32], [u8; 32]);

/// What may leave a home: the valve (B8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    Open,
    /// Space, with the practical lane.
    Practical,
    Silent,
}

pub struct Home {
    pub name: &'static str,
    pub root: [u8; 32],
    pub seeds: Seeds,
    pub log: LogId,
    pub shelf: MemoryShelf,
    pub replica: Replica,
    pub grace: u64,
    /// How wrong this device's wall clock is, in milliseconds.
    pub skew: i64,
    /// What its sessions told.
    pub events: Vec<Event>,
    pub backup: Option<Backup>,
    pub space: Space,
    pub has_left: bool,
    /// The last day that was surely reached here (B7); it lies outside of any backup.
    pub high_water: identity::Day,
    /// Seeds of the key that introduces this device after a renewal.
    pub introducer: Option<(LogId, Seeds)>,
}

/// A whole home as a backup keeps it: vault and keys.
#[derive(Clone)]
pub struct Backup {
    pub shelf: MemoryShelf,
    pub seeds: Seeds,
    pub log: LogId,
    pub introducer: Option<(LogId, Seeds)>,
}

pub fn certificate(
    pact: PactId,
    person: Person,
    seeds: Seeds,
    continues: Option<LogId>,
) -> Certificate {
    let keys = DeviceKeys::from_seeds(seeds.0, seeds.1).public();
    Certificate {
        pact,
        person,
        sign: keys.sign,
        dh: keys.dh,
        continues,
        flags: 0,
    }
}

pub fn certified(certificate: &Certificate, root: [u8; 32], seeds: Seeds) -> UnverifiedStatement {
    let keys = DeviceKeys::from_seeds(seeds.0, seeds.1);
    let signature = certificate.sign(&Entropy::from_bytes(root).root(), &keys);
    UnverifiedStatement::certificate(certificate, &signature)
}

impl Home {
    pub fn begin(
        name: &'static str,
        root: [u8; 32],
        seeds: Seeds,
        log: LogId,
        statements: &[UnverifiedStatement],
    ) -> Home {
        let (replica, writes) = Replica::begin(statements.to_vec(), log).unwrap();
        let mut shelf = MemoryShelf::new();
        shelf.apply(&writes).unwrap();
        Home {
            name,
            root,
            seeds,
            log,
            shelf,
            replica,
            grace: GRACE,
            skew: 0,
            events: Vec::new(),
            backup: None,
            space: Space::Open,
            has_left: false,
            high_water: crate::words::first_day(),
            introducer: None,
        }
    }

    pub fn person(&self) -> Person {
        self.replica.person()
    }

    pub fn keys(&self) -> DeviceKeys {
        DeviceKeys::from_seeds(self.seeds.0, self.seeds.1)
    }

    pub fn clock(&self, now: u64) -> Clock {
        let unix_ms = (BEGINNING + now).saturating_add_signed(self.skew);
        Clock {
            moment: Moment(now),
            unix_ms,
        }
    }

    /// The process starts anew from what is durable.
    pub fn reopen(&mut self) {
        self.replica = Replica::open(&self.shelf, self.log).expect("a home that does not open");
    }

    /// The log as which this device connects: its own, or, until a peer knows its renewed
    /// certificate, the one that introduces it (B8).
    pub fn connects_as(&self) -> LogId {
        self.replica.introducer().unwrap_or(self.log)
    }

    /// Every record held of a log, in order.
    pub fn records(&self, log: LogId) -> Vec<Record> {
        let bytes = self.shelf.records(log, 1, usize::MAX).unwrap();
        bytes
            .iter()
            .map(|bytes| Record::reopen(log, bytes).unwrap())
            .collect()
    }

    pub fn head(&self, log: LogId) -> Head {
        let last = self.records(log).last().map(|record| record.mark().head());
        last.unwrap_or_else(|| Head::start(log))
    }

    /// What lies on the shelf as offered, whatever the running program believes.
    pub fn durably_offered(&self) -> u64 {
        Replica::open(&self.shelf, self.log).unwrap().offered()
    }
}

impl World {
    /// A person signs something here.
    pub fn act(&mut self, at: usize, about: Option<Vec<u8>>, act: &Act) -> Result<Hash, Misuse> {
        let entry = Entry::act(self.today(), about, act);
        self.enter(at, entry)
    }

    pub fn enter(&mut self, at: usize, entry: Entry) -> Result<Hash, Misuse> {
        let now = self.now;
        let home = &mut self.homes[at];
        let clock = home.clock(now);
        let (keys, grace) = (home.keys(), home.grace);
        let (record, writes) = home.replica.append(&keys, entry, clock.unix_ms, grace)?;
        home.shelf.apply(&writes).unwrap();
        self.model.signed(at, &record, now, self.homes[at].grace);
        let hash = record.hash();
        self.count(if record.kind() == pact::EDIT {
            "edit"
        } else {
            "act"
        });
        self.say(|| format!("writes {} of kind {}", record.seq(), record.kind()).prefix(at));
        self.changed(at);
        Ok(hash)
    }

    /// A person changes the draft here. False if there is nothing to change, or nothing more may be
    /// built upon what this device wrote.
    pub fn edit(&mut self, at: usize, changes: &[Change]) -> bool {
        let home = &self.homes[at];
        let draft = Draft::open(&home.replica, &home.shelf).unwrap();
        let Some(author) = Author::of(&home.replica) else {
            return false;
        };
        let body = match draft.change(&author, changes, None) {
            Ok(edit) => edit.body,
            Err(ChangeError::Nothing | ChangeError::NoSuchItem | ChangeError::OwnEditOut(_)) => {
                return false;
            }
            Err(error) => panic!("an honest edit is refused: {error}"),
        };
        let entry = Entry {
            kind: pact::EDIT,
            day: self.today(),
            flags: identity::Flags::default(),
            about: None,
            body,
        };
        match self.enter(at, entry) {
            Ok(_) => true,
            Err(Misuse::Retired | Misuse::Disowned) => false,
            Err(misuse) => panic!("cannot sign an edit: {misuse}"),
        }
    }

    pub fn undo(&mut self, at: usize) -> bool {
        let now = self.now;
        let home = &mut self.homes[at];
        let clock = home.clock(now);
        let (undone, writes) = home.replica.undo(&home.shelf, clock.unix_ms).unwrap();
        home.shelf.apply(&writes).unwrap();
        let gone = match undone {
            Undone::Gone(record) => {
                self.model.undone(&record);
                self.count("undone");
                self.say(|| format!("undoes {}", record.seq()).prefix(at));
                true
            }
            Undone::Nothing => false,
        };
        self.changed(at);
        gone
    }

    /// A person takes space here, or ends it: the valve first, then whatever stood is gone.
    pub fn takes(&mut self, at: usize, space: Space) {
        self.homes[at].space = space;
        self.cut_all(at);
        self.count(match space {
            Space::Open => "space ended",
            Space::Practical => "space, with the practical lane",
            Space::Silent => "space",
        });
        self.say(|| format!("takes space: {space:?}").prefix(at));
    }

    /// A person leaves: nothing goes out from here any more.
    pub fn leaves(&mut self, at: usize) {
        self.homes[at].has_left = true;
        self.cut_all(at);
        self.count("left");
        self.say(|| "leaves".to_owned().prefix(at));
    }

    pub fn back_up(&mut self, at: usize) {
        let home = &mut self.homes[at];
        home.backup = Some(Backup {
            shelf: home.shelf.clone(),
            seeds: home.seeds,
            log: home.log,
            introducer: home.introducer,
        });
        self.say(|| "is backed up".to_owned().prefix(at));
    }

    /// The home is copied back. Nothing of what ran survives.
    pub fn restore(&mut self, at: usize) -> bool {
        let Some(backup) = self.homes[at].backup.clone() else {
            return false;
        };
        self.say(|| "is restored from its backup".to_owned().prefix(at));
        self.cut_all(at);
        let home = &mut self.homes[at];
        home.shelf = backup.shelf;
        home.seeds = backup.seeds;
        home.log = backup.log;
        home.introducer = backup.introducer;
        home.reopen();
        home.reach_today(self.now);
        self.dirty.insert(at);
        self.model.restored(&self.homes, at);
        self.model.words.restored(at);
        true
    }

    /// The person certifies this restored copy as a new device (B6).
    pub fn renew(&mut self, at: usize) {
        use rand::RngExt;
        let seeds = (self.rng.random(), self.rng.random());
        let now = self.now;
        let home = &mut self.homes[at];
        let pact = home.replica.roster().pact();
        let certificate = certificate(pact, home.person(), seeds, Some(home.log));
        let statement = certified(&certificate, home.root, seeds);
        let keys = DeviceKeys::from_seeds(seeds.0, seeds.1);
        let actor = keys.sign_public();
        let mut anew = Anew::open(&home.replica, &home.shelf, certificate.log(), actor).unwrap();
        let mut again =
            |record: &Record, written: &BTreeMap<Hash, Hash>| anew.body(record, written);
        let writes = home
            .replica
            .renew(&home.shelf, statement, &keys, &mut again)
            .unwrap();
        home.shelf.apply(&writes).unwrap();
        home.introducer = Some((home.log, home.seeds));
        if self.model.dishonest.contains(&home.log) {
            self.model.dishonest.insert(certificate.log());
        }
        home.log = certificate.log();
        home.seeds = seeds;
        // Words know which device they are read on.
        home.reopen();
        home.reach_today(now);
        self.count("certified anew");
        let home = &self.homes[at];
        let again = home.records(home.log);
        for record in &again {
            self.model.signed(at, record, now, 0);
        }
        self.say(|| format!("is certified anew, {} signed again", again.len()).prefix(at));
        self.changed(at);
    }
}

pub(crate) trait Prefix {
    fn prefix(self, home: usize) -> String;
}

impl Prefix for String {
    fn prefix(self, home: usize) -> String {
        format!(
            "{} {self}",
            ["Ana", "Ben", "Ana's second", "Ben's second"][home.min(3)]
        )
    }
}
