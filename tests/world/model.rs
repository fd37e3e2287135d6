//! The reference: what must be true of every home, worked out from who signed what and from the
//! records on the shelves alone, with none of the program's own bookkeeping.
//!
//! 1. What is held of a log is a prefix of one chain of records that its device really signed.
//! 2. Nothing leaves a home that is not durable there, nor a record of its own before its grace is
//!    over and before that it was offered is durable.
//! 3. What a device signed is not lost by a crash.
//! 4. What a home believes to be true is the fold of the records on its shelf that count, whatever
//!    order they came in.
//! 5. No honest device's log is ever found forked, and no honest end ever breaks a rule.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Hash, Head, LogId, Record, UnverifiedStatement};
use pact::{Placed, View, read};
use protocol::{Frame, decode, take_frame};
use rand::RngExt;
use replica::Shelf;
use replica::draft::Draft;

use crate::{Home, World};

#[derive(Default)]
pub struct Model {
    pub words: crate::words::Spoken,
    /// Every record that an honest device signed: what came before it, and when it could leave.
    signed: BTreeMap<Hash, Signed>,
    /// The end of each home's own log as it was last durable there.
    ends: BTreeMap<usize, (LogId, Head)>,
    /// Logs of devices whose program is modified.
    pub dishonest: BTreeSet<LogId>,
    /// Homes that were restored: what they held may have become less.
    pub restored: BTreeSet<usize>,
}

struct Signed {
    log: LogId,
    seq: u64,
    prev: Hash,
    by: usize,
    /// Not before this may it leave.
    leaves_at: u64,
}

impl Model {
    pub fn signed(&mut self, by: usize, record: &Record, now: u64, grace: u64) {
        let (log, seq, prev) = (record.log(), record.seq(), record.prev());
        let signed = Signed {
            log,
            seq,
            prev,
            by,
            leaves_at: now + grace,
        };
        self.signed.insert(record.hash(), signed);
        self.ends.insert(by, (log, record.mark().head()));
    }

    pub fn undone(&mut self, record: &Record) {
        let gone = self.signed.get(&record.hash()).map(|signed| signed.by);
        if let Some(by) = gone {
            let before = Head {
                seq: record.seq() - 1,
                hash: record.prev(),
            };
            self.ends.insert(by, (record.log(), before));
        }
    }

    pub fn restored(&mut self, homes: &[Home], at: usize) {
        self.restored.insert(at);
        self.note_end(homes, at);
    }

    pub fn persisted(&mut self, homes: &[Home], at: usize) {
        // Only a restored copy learns of its own log from others.
        if self.restored.contains(&at) {
            self.note_end(homes, at);
        }
    }

    fn note_end(&mut self, homes: &[Home], at: usize) {
        let home = &homes[at];
        self.ends.insert(at, (home.log, home.head(home.log)));
    }

    /// 2: what a flush of this home says of its own records, against its shelf.
    pub fn leaving(&self, homes: &[Home], at: usize, bytes: &[u8], now: u64) {
        let home = &homes[at];
        if self.dishonest.contains(&home.log) {
            return;
        }
        let (mut rest, mut marks) = (bytes.to_vec(), Vec::new());
        while let Some(frame) = take_frame(&mut rest).expect("an honest end sends frames") {
            match decode(&frame).expect("an honest end sends frames") {
                Frame::Records { log, from, records } => {
                    let last = from + records.len() as u64 - 1;
                    assert!(
                        last <= home.shelf.end(log),
                        "{} sends what is not durable",
                        home.name
                    );
                    if log == home.log {
                        let offered = home.durably_offered();
                        assert!(
                            last <= offered,
                            "{} sends {last}, offered {offered}",
                            home.name
                        );
                    }
                    for record in &records {
                        let record = Record::reopen(log, record).unwrap();
                        let leaves = self.signed.get(&record.hash());
                        let early = leaves.is_some_and(|s| s.by == at && s.leaves_at > now);
                        assert!(!early, "{} sends a record in its grace", home.name);
                    }
                }
                Frame::Hello(hello) => marks.extend(hello.marks),
                Frame::Stored { marks: stored } => marks.extend(stored),
                _ => {}
            }
        }
        for mark in marks {
            if mark.seq == 0 {
                continue;
            }
            let held = home.shelf.records(mark.log, mark.seq, 1).unwrap().pop();
            let held = held.expect("a mark says what is not durable");
            let held = Record::reopen(mark.log, &held).unwrap();
            assert_eq!(held.hash(), mark.hash, "a mark that is not of what is held");
            let early = self
                .signed
                .get(&mark.hash)
                .is_some_and(|s| s.by == at && s.leaves_at > now);
            assert!(!early, "{} shows a record in its grace", home.name);
        }
    }

    /// 1, 3, 4 and 5, for one home.
    pub fn check(&self, home: &Home, at: usize, backwards: bool) {
        let mut counted: BTreeMap<LogId, Vec<Record>> = BTreeMap::new();
        for log in home.shelf.logs().collect::<Vec<_>>() {
            let records = home.records(log);
            let mut head = Head::start(log);
            for record in &records {
                assert_eq!(record.prev(), head.hash, "{}: a chain is broken", home.name);
                assert_eq!(record.seq(), head.seq + 1);
                head = record.mark().head();
                let signed = self.signed.get(&record.hash());
                if !self.dishonest.contains(&log) {
                    let signed = signed.expect("a record that nobody signed");
                    assert_eq!((signed.log, signed.seq), (log, record.seq()));
                    assert_eq!(signed.prev, record.prev());
                }
            }
            let state = home
                .replica
                .log(log)
                .expect("records of a log without a state");
            assert_eq!(
                state.tip.head, head,
                "{} believes in another end",
                home.name
            );
            if !self.dishonest.contains(&log) {
                assert!(
                    !state.is_forked(),
                    "{} found an honest log forked",
                    home.name
                );
            }
            let counts = self.counts(home, log, &records);
            assert_eq!(
                home.replica.honoured(log),
                counts as u64,
                "{} honours",
                home.name
            );
            counted.insert(log, records.into_iter().take(counts).collect());
        }
        if let Some((log, end)) = self.ends.get(&at).filter(|(log, _)| *log == home.log) {
            let held = home.head(*log);
            assert_eq!(held, *end, "{} lost what it had signed", home.name);
        }
        let rebuilt = fold(home, &counted, false);
        assert!(
            *home.replica.view() == rebuilt,
            "{} believes what the records do not say:\n{:#?}\nbut\n{rebuilt:#?}\nreckoned anew: {}",
            home.name,
            home.replica.view(),
            home.replica.reckoned(&home.shelf).unwrap() == rebuilt,
        );
        if backwards {
            assert!(
                fold(home, &counted, true) == rebuilt,
                "the order of logs matters"
            );
        }
    }

    /// How many records of a log count (B4): all, unless there is a revocation or a second history.
    fn counts(&self, home: &Home, log: LogId, records: &[Record]) -> usize {
        let mut counts = records.len();
        let evidence = home.replica.evidence(&home.shelf, log).unwrap();
        for revoked in home.replica.roster().revocations(log) {
            let seq = usize::try_from(revoked.seq).unwrap();
            let there = seq == 0
                || records
                    .get(seq - 1)
                    .is_none_or(|record| record.hash() == revoked.hash);
            assert!(there, "a revoked branch that the reference does not know");
            counts = counts.min(seq);
        }
        if home.replica.roster().revocations(log).is_empty() {
            for (common, _) in evidence {
                counts = counts.min(usize::try_from(common.seq).unwrap());
            }
        }
        counts
    }
}

/// The view from scratch: each log in its order, one log after the other.
fn fold(home: &Home, counted: &BTreeMap<LogId, Vec<Record>>, backwards: bool) -> View {
    let mut view = View::new(home.replica.roster().pact());
    let mut logs: Vec<_> = counted.iter().collect();
    if backwards {
        logs.reverse();
    }
    for (log, records) in logs {
        let Some(person) = home.replica.roster().person_of(*log) else {
            continue;
        };
        let mut marks: BTreeMap<LogId, Head> = BTreeMap::new();
        for record in records {
            for mark in record.seen() {
                marks.insert(mark.log, mark.head());
            }
            let known: BTreeMap<LogId, Head> = marks
                .iter()
                .filter_map(|(log, head)| Some((*log, as_it_counts(home, *log, *head)?)))
                .collect();
            let reading = read(record.kind(), record.body());
            view.fold(&Placed {
                hash: record.hash(),
                log: *log,
                person,
                seq: record.seq(),
                day: record.day(),
                flags: record.flags(),
                about: record.about(),
                marks: &known,
                reading: &reading,
            });
        }
    }
    view
}

/// How far a mark proves anything (B4, before): in a log with two histories, one that lies on the
/// other history only up to the last common record, and one that lies on none that is known not.
fn as_it_counts(home: &Home, log: LogId, mark: Head) -> Option<Head> {
    let evidence = home.replica.evidence(&home.shelf, log).unwrap();
    let Some(lowest) = evidence.iter().map(|(common, _)| common.seq).min() else {
        return Some(mark);
    };
    let own = home.records(log);
    let held = |record: &Record| record.seq() == mark.seq && record.hash() == mark.hash;
    if mark.seq <= lowest || own.iter().any(held) {
        return Some(mark);
    }
    let mut on = None;
    for (common, records) in evidence {
        let reopened = records
            .iter()
            .map(|bytes| Record::reopen(log, bytes).unwrap());
        if reopened.into_iter().any(|record| held(&record)) {
            on = Some(common);
        }
    }
    on
}

/// The end of what counts of a log. What was disowned is kept where it was held, and not passed on.
fn counting(home: &Home, log: LogId) -> Head {
    let state = home.replica.log(log);
    state.map_or(Head::start(log), |state| state.counts().head)
}

impl World {
    /// Every home against the reference, and 5 for the ends that were dropped.
    pub fn check(&mut self) {
        // The same fold with the logs the other way round, now and then: it costs as much again.
        self.checks += 1;
        let backwards = self.checks.is_multiple_of(8);
        for at in std::mem::take(&mut self.dirty) {
            let home = &self.homes[at];
            if !self.model.dishonest.contains(&home.log) {
                self.model.check(home, at, backwards);
                let honest = |by: usize| !self.model.dishonest.contains(&self.homes[by].log);
                self.model.words.check(&self.homes, at, self.now, honest);
            }
        }
        for dropped in &self.dropped {
            let peer = &self.homes[dropped.peer];
            let logs = [peer.log, self.homes[dropped.at].log];
            let honest = !logs.iter().any(|log| self.model.dishonest.contains(log));
            let violation = matches!(dropped.why, protocol::Closing::Violation(_));
            assert!(
                !(honest && violation),
                "{} was wronged: {:?}",
                peer.name,
                dropped.why
            );
        }
    }

    /// The records of a home come to a device that holds nothing, in another order: each log in its
    /// own, cut anywhere, the logs mixed at random. It believes the same, and writes the same draft.
    pub fn permuted(&mut self, at: usize) {
        let statements = self.homes[at].replica.roster().statements();
        let mut statements: Vec<UnverifiedStatement> = statements
            .map(|bytes| UnverifiedStatement::parse(bytes).unwrap())
            .collect();
        let home = &self.homes[at];
        let seeds = (self.rng.random(), self.rng.random());
        let pact = home.replica.roster().pact();
        let observer = crate::home::certificate(pact, home.person(), seeds, None);
        statements.push(crate::home::certified(&observer, home.root, seeds));
        let root = home.root;
        let mut other = Home::begin("observer", root, seeds, observer.log(), &statements);
        let mut left: Vec<(LogId, Vec<Vec<u8>>)> = home
            .shelf
            .logs()
            .map(|log| (log, home.shelf.records(log, 1, usize::MAX).unwrap()))
            .filter(|(_, records)| !records.is_empty())
            .collect();
        while !left.is_empty() {
            let pick = self.rng.random_range(0..left.len());
            let (log, records) = &mut left[pick];
            let cut = self.rng.random_range(1..=records.len());
            let rest = records.split_off(cut);
            let run = std::mem::replace(records, rest);
            let from = other.shelf.end(*log) + 1;
            let received = other
                .replica
                .receive(&other.shelf, *log, from, run)
                .unwrap();
            other.shelf.apply(&received.writes).unwrap();
            left.retain(|(_, records)| !records.is_empty());
        }
        let home = &self.homes[at];
        assert!(
            other.replica.view() == home.replica.view(),
            "the order of arrival decides what {} believes",
            home.name
        );
        let draft = |home: &Home| Draft::open(&home.replica, &home.shelf).unwrap();
        assert_eq!(draft(&other).items(), draft(home).items());
        other.reopen();
        assert!(other.replica.view() == home.replica.view());
    }

    /// Two homes hold the same and believe the same.
    pub fn agree(&self, a: usize, b: usize) {
        let (one, other) = (&self.homes[a], &self.homes[b]);
        let mut logs: BTreeSet<LogId> = one.shelf.logs().collect();
        logs.extend(other.shelf.logs());
        for log in logs {
            let ends = (counting(one, log), counting(other, log));
            assert_eq!(
                ends.0, ends.1,
                "{} and {} hold {log:?} apart",
                one.name, other.name
            );
        }
        assert_eq!(
            one.replica.roster().digest(),
            other.replica.roster().digest()
        );
        assert!(
            one.replica.view() == other.replica.view(),
            "the same records, two truths"
        );
        let draft = |home: &Home| Draft::open(&home.replica, &home.shelf).unwrap();
        let (one, other) = (draft(one), draft(other));
        assert_eq!(one.items(), other.items(), "the same edits, two drafts");
        assert_eq!(one.vision(), other.vision());
    }
}
