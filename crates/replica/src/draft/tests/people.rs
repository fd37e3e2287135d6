//! People who write a draft: each has a device, a log of edits, and their own copy.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Hash, Head, LogId, PactId, Person};

use crate::draft::ops::{Edit, Key, Op, OpId};
use crate::draft::schema::Name;
use crate::draft::{Author, Change, ChangeError, Draft, EditRecord, Field, Held, Scalar, Verdict};

pub(super) fn pact() -> PactId {
    PactId(Hash([7; 32]))
}

pub(super) fn genesis_actor() -> [u8; 32] {
    crate::draft::engine::genesis_actor(pact())
}

/// A device and what it holds.
pub(super) struct Hand {
    pub(super) person: Person,
    pub(super) author: Author,
    pub(super) seq: u64,
    pub(super) last: Option<Hash>,
    pub(super) draft: Draft,
    pub(super) held: Held,
    /// Every record that it holds.
    pub(super) records: Vec<EditRecord>,
    known: BTreeSet<Hash>,
    places: BTreeSet<(LogId, u64)>,
    upto: BTreeMap<LogId, u64>,
    forked: bool,
}

impl Hand {
    pub(super) fn new(number: u8) -> Self {
        Self {
            person: if number.is_multiple_of(2) {
                Person::A
            } else {
                Person::B
            },
            author: Author {
                log: LogId(Hash([number; 32])),
                actor: [100 + number; 32],
                marks: BTreeMap::new(),
            },
            seq: 0,
            last: None,
            draft: Draft::new(pact()),
            held: Held::new(),
            records: Vec::new(),
            known: BTreeSet::new(),
            places: BTreeSet::new(),
            upto: BTreeMap::new(),
            forked: false,
        }
    }

    /// A record of this device with that body, as the next of its log, not yet held anywhere.
    pub(super) fn record(&self, body: Vec<u8>) -> EditRecord {
        let seq = self.seq + 1;
        let hash =
            identity::sha256(&[&self.author.log.0.0[..], &seq.to_be_bytes(), &body].concat());
        EditRecord {
            hash,
            log: self.author.log,
            person: self.person,
            actor: self.author.actor,
            seq,
            previous: self.last,
            marks: self.author.marks.clone(),
            honoured: true,
            body,
        }
    }

    /// Signs a body as the next record and folds it here.
    pub(super) fn sign(&mut self, body: Vec<u8>) -> EditRecord {
        let record = self.record(body);
        self.seq = record.seq;
        self.last = Some(record.hash);
        self.receive(std::slice::from_ref(&record));
        record
    }

    /// Makes changes, as many edits as they need.
    pub(super) fn write(&mut self, changes: &[Change]) -> Vec<EditRecord> {
        self.try_write(changes).expect("the change is possible")
    }

    pub(super) fn try_write(&mut self, changes: &[Change]) -> Result<Vec<EditRecord>, ChangeError> {
        let mut records = Vec::new();
        loop {
            let edit = self.draft.change(&self.author, changes, None)?;
            records.push(self.sign(edit.body));
            let hash = records.last().unwrap().hash;
            assert_eq!(self.draft.verdict(&hash), Some(Verdict::Accepted));
            if !edit.more {
                return Ok(records);
            }
        }
    }

    pub(super) fn receive(&mut self, records: &[EditRecord]) {
        for record in records {
            if record.log != self.author.log {
                let head = Head {
                    seq: record.seq,
                    hash: record.hash,
                };
                let mark = self.author.marks.entry(record.log).or_insert(head);
                if mark.seq < record.seq {
                    *mark = head;
                }
            }
            self.upto
                .entry(record.log)
                .and_modify(|upto| *upto = record.seq.max(*upto))
                .or_insert(record.seq);
            if self.known.insert(record.hash) {
                self.forked |= !self.places.insert((record.log, record.seq));
                self.records.push(record.clone());
            }
        }
        for (log, upto) in &self.upto {
            self.held.set(*log, *upto);
        }
        if self.forked {
            self.find_forks();
        }
        self.draft.fold(records, &self.held);
    }

    /// As the logs do when they hold evidence: tells of each log with two histories its branches.
    fn find_forks(&mut self) {
        let mut logs: BTreeMap<LogId, Vec<&EditRecord>> = BTreeMap::new();
        for record in &self.records {
            logs.entry(record.log).or_default().push(record);
        }
        for (log, records) in logs {
            let count = |seq| records.iter().filter(|record| record.seq == seq).count();
            let Some(first) = (1..=self.seq.max(9_999))
                .take_while(|seq| count(*seq) > 0)
                .find(|seq| count(*seq) > 1)
            else {
                continue;
            };
            let starts = records.iter().filter(|record| record.seq == first);
            let branches = starts.map(|start| {
                let mut branch = vec![start.hash];
                while let Some(next) = records
                    .iter()
                    .find(|record| record.previous == branch.last().copied())
                {
                    branch.push(next.hash);
                }
                branch
            });
            self.held.set_fork(log, first - 1, branches.collect());
        }
    }

    /// A body with those ops, built upon what this device's draft ends in.
    pub(super) fn body(&self, ops: Vec<Op>) -> Vec<u8> {
        let mut edit = self.edit(ops);
        edit.deps.sort_unstable();
        edit.encode()
    }

    pub(super) fn edit(&self, ops: Vec<Op>) -> Edit {
        let heads = self.draft.heads();
        let start_op = heads
            .iter()
            .map(|(edit, _)| self.draft.model.max_op(*edit))
            .max()
            .unwrap_or(5)
            + 1;
        let mut deps: Vec<Hash> = heads.into_iter().map(|(_, hash)| hash).collect();
        match self.last {
            Some(last) if !deps.contains(&last) => deps.push(last),
            None => deps.push(pact().0),
            Some(_) => {}
        }
        deps.sort_unstable();
        Edit {
            redo: None,
            deps,
            start_op,
            actors: Vec::new(),
            ops,
        }
    }

    /// The verdict that this device's draft would give on such an edit; the draft must stay whole.
    pub(super) fn verdict(&self, body: Vec<u8>) -> Verdict {
        let record = self.record(body);
        let mut copy = self.copy();
        copy.receive(std::slice::from_ref(&record));
        assert!(copy.is_whole(), "the document fails to save and load");
        copy.draft.verdict(&record.hash).unwrap()
    }

    pub(super) fn copy(&self) -> Self {
        let mut draft = Draft::new(pact());
        draft.fold(&self.records, &self.held);
        Self {
            person: self.person,
            author: self.author.clone(),
            seq: self.seq,
            last: self.last,
            draft,
            held: self.held.clone(),
            records: self.records.clone(),
            known: self.known.clone(),
            places: self.places.clone(),
            upto: self.upto.clone(),
            forked: self.forked,
        }
    }

    /// Whether the document can be saved and loaded.
    pub(super) fn is_whole(&self) -> bool {
        let doc = &self.draft.doc;
        let bytes = crate::draft::engine::save(doc);
        crate::draft::engine::load(&bytes).is_some_and(|load| load.get_heads() == doc.get_heads())
    }
}

pub(super) fn promise(id: u8, title: &str, text: &str) -> Change {
    Change::New {
        id: [id; 16],
        title: title.to_owned(),
        text: text.to_owned(),
        fields: vec![
            (Field::Type, Scalar::Uint(0)),
            (Field::Who, Scalar::Uint(1)),
        ],
        parts: Vec::new(),
    }
}

/// Ana and Ben, who hold the same promise, made by Ana.
pub(super) fn two() -> (Hand, Hand) {
    let (mut ana, mut ben) = (Hand::new(0), Hand::new(1));
    let made = ana.write(&[promise(1, "Home by six", "I come home by six on weekdays.")]);
    ben.receive(&made);
    (ana, ben)
}

pub(super) fn own(counter: u64) -> OpId {
    OpId { who: 0, counter }
}

pub(super) fn skeleton(counter: u64) -> OpId {
    OpId { who: 1, counter }
}

pub(super) fn name(name: Name) -> Key {
    Key::Name(name)
}
