//! Makes histories: two persons, several devices each, who write, meet, and now and then lie.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    clippy::type_complexity,
    dead_code,
    unreachable_pub,
    reason = "tests"
)]

use std::collections::{BTreeMap, BTreeSet};

use identity::{Day, Flags, Hash, Head, LogId, PactId, Person, sha256};
use pact::{Act, Body, Content, How, ItemId, ItemType, Placed, Reading, Rule, View, Who};

/// One record of a history, with what its log had marked by then.
#[derive(Debug, Clone)]
pub struct Rec {
    pub hash: Hash,
    pub log: LogId,
    pub person: Person,
    pub seq: u64,
    pub day: Day,
    pub unattended: bool,
    pub about: Option<Vec<u8>>,
    pub marks: BTreeMap<LogId, Head>,
    pub reading: Reading,
}

impl Rec {
    pub fn act(&self) -> Option<&Act> {
        match &self.reading {
            Reading::Act(act) => Some(act),
            _ => None,
        }
    }

    pub fn fold_into(&self, view: &mut View) -> bool {
        view.fold(&Placed {
            hash: self.hash,
            log: self.log,
            person: self.person,
            seq: self.seq,
            day: self.day,
            flags: Flags {
                unattended: self.unattended,
                closed: false,
            },
            about: self.about.as_deref(),
            marks: &self.marks,
            reading: &self.reading,
        })
    }
}

pub fn pact_id() -> PactId {
    PactId(sha256(b"a pact"))
}

pub fn log_id(name: &str) -> LogId {
    LogId(sha256(name.as_bytes()))
}

pub fn item(number: u8) -> ItemId {
    ItemId([number; 16])
}

pub fn promise(title: &str, who: Who) -> Content {
    Content::new(ItemType::Promise, who, title, "What I will do.")
}

/// One device as it writes: what it holds of the others, and what it has marked.
#[derive(Debug, Clone)]
struct Device {
    log: LogId,
    person: Person,
    length: u64,
    marks: BTreeMap<LogId, Head>,
}

/// Everybody's devices and all that they wrote.
#[derive(Debug, Clone)]
pub struct World {
    devices: Vec<Device>,
    pub records: Vec<Rec>,
    pub today: Day,
}

impl World {
    /// Devices by name; those whose name begins with `a` are A's.
    pub fn new(devices: &[&str]) -> Self {
        let device = |name: &&str| Device {
            log: log_id(name),
            person: if name.starts_with('a') {
                Person::A
            } else {
                Person::B
            },
            length: 0,
            marks: BTreeMap::new(),
        };
        Self {
            devices: devices.iter().map(device).collect(),
            records: Vec::new(),
            today: Day(100),
        }
    }

    fn index(&self, name: &str) -> usize {
        self.devices
            .iter()
            .position(|device| device.log == log_id(name))
            .unwrap()
    }

    pub fn say_about(&mut self, device: &str, about: Option<&[u8]>, body: Body) -> Hash {
        let index = self.index(device);
        self.write(
            index,
            about.map(<[u8]>::to_vec),
            false,
            Reading::Act(Act::new(body)),
        )
    }

    pub fn say(&mut self, device: &str, body: Body) -> Hash {
        self.say_about(device, None, body)
    }

    pub fn propose(&mut self, device: &str, of: ItemId, content: Content) -> Hash {
        self.propose_instead(device, of, content, &[], None)
    }

    pub fn propose_instead(
        &mut self,
        device: &str,
        of: ItemId,
        content: Content,
        replaces: &[Hash],
        answers: Option<Hash>,
    ) -> Hash {
        let mut replaces = replaces.to_vec();
        replaces.sort();
        let until = self.today.plus(90);
        let body = Body::Propose {
            content: Box::new(content),
            until,
            replaces,
            answers,
        };
        self.say_about(device, Some(&of.0), body)
    }

    /// What `from` holds and has marked comes to `to`, who marks it with the next record.
    pub fn meet(&mut self, to: &str, from: &str) {
        let (to, from) = (self.index(to), self.index(from));
        self.catch_up(to, from);
    }

    pub fn all_meet(&mut self) {
        for to in 0..self.devices.len() {
            for from in 0..self.devices.len() {
                self.catch_up(to, from);
            }
        }
    }

    fn catch_up(&mut self, to: usize, from: usize) {
        if to == from {
            return;
        }
        let other = self.devices[from].clone();
        let mut newly: Vec<(LogId, Head)> = other.marks.into_iter().collect();
        let last = self.records.iter().rfind(|rec| rec.log == other.log);
        newly.extend(last.map(|rec| {
            (
                rec.log,
                Head {
                    seq: rec.seq,
                    hash: rec.hash,
                },
            )
        }));
        let own = self.devices[to].log;
        for (log, head) in newly.into_iter().filter(|(log, _)| *log != own) {
            let known = self.devices[to].marks.entry(log).or_insert(head);
            if head.seq > known.seq {
                *known = head;
            }
        }
    }

    pub fn write(
        &mut self,
        device: usize,
        about: Option<Vec<u8>>,
        unattended: bool,
        reading: Reading,
    ) -> Hash {
        let today = self.today;
        let device = &mut self.devices[device];
        device.length += 1;
        let mut name = device.log.0.0.to_vec();
        name.extend(device.length.to_be_bytes());
        let rec = Rec {
            hash: sha256(&name),
            log: device.log,
            person: device.person,
            seq: device.length,
            day: today,
            unattended,
            about,
            marks: device.marks.clone(),
            reading,
        };
        let hash = rec.hash;
        self.records.push(rec);
        hash
    }

    /// The view of who holds everything, in the order in which it was written.
    pub fn view(&self) -> View {
        view_of(&self.records)
    }
}

/// Folds records that are in order within each log.
pub fn view_of(records: &[Rec]) -> View {
    let mut view = View::new(pact_id());
    for record in records {
        assert!(record.fold_into(&mut view), "a record out of order");
    }
    view
}

/// Choices that a property test makes and can make smaller; when they end, the first is taken.
pub struct Choices<'a> {
    left: std::slice::Iter<'a, u16>,
}

impl Choices<'_> {
    pub fn of(left: &[u16]) -> Choices<'_> {
        Choices { left: left.iter() }
    }

    pub fn is_over(&self) -> bool {
        self.left.as_slice().is_empty()
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::from(*self.left.next().unwrap_or(&0)) % bound.max(1)
    }

    pub fn chance(&mut self, in_hundred: usize) -> bool {
        // The last numbers mean yes, so that a test shrinks towards no.
        self.below(100) >= 100 - in_hundred
    }

    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        if from.is_empty() {
            None
        } else {
            from.get(self.below(from.len()))
        }
    }
}

const DEVICES: [&str; 5] = ["a-laptop", "b-phone", "a-phone", "b-laptop", "b-restored"];

/// A history as the choices have it: mostly what honest programs write, some of it wrong.
pub fn history(choices: &mut Choices<'_>) -> World {
    let mut world = World::new(&DEVICES);
    go_on(&mut world, choices);
    world
}

/// More of it.
pub fn go_on(world: &mut World, choices: &mut Choices<'_>) {
    let mut phantom: Vec<Rec> = Vec::new();
    while !choices.is_over() {
        world.today = world
            .today
            .plus(u32::try_from(choices.below(3) / 2).unwrap());
        let device = choices.below(DEVICES.len());
        if choices.chance(45) {
            let from = choices.below(DEVICES.len());
            world.catch_up(device, from);
        }
        step(world, device, choices, &mut phantom);
    }
}

/// Time passes: everybody gives thanks so often that what was said before is no news any more.
pub fn time_passes(world: &mut World) {
    for device in 0..world.devices.len() {
        for _ in 0..130 {
            let thanks = Body::Thanks {
                text: "For that.".into(),
                about: None,
            };
            world.write(device, None, false, Reading::Act(Act::new(thanks)));
        }
    }
}

fn step(world: &mut World, device: usize, choices: &mut Choices<'_>, phantom: &mut Vec<Rec>) {
    let person = world.devices[device].person;
    if choices.chance(12) {
        redo(world, device, choices, phantom);
        return;
    }
    let proposals = hashes(world, phantom, |body| matches!(body, Body::Propose { .. }));
    let sets = hashes(world, phantom, |body| matches!(body, Body::Set { .. }));
    let follows = hashes(world, phantom, |body| matches!(body, Body::Follow { .. }));
    let mut about = None;
    // Mostly an offer of the other that is recent and has just come in, as people do.
    let theirs: Vec<Hash> = proposals
        .iter()
        .copied()
        .filter(|p| {
            world
                .records
                .iter()
                .any(|rec| rec.hash == *p && rec.person != person)
        })
        .collect();
    let recent = |of: &[Hash]| of.iter().rev().take(3).copied().collect::<Vec<_>>();
    let p = if choices.chance(15) {
        choices.pick(&proposals).copied()
    } else {
        choices.pick(&recent(&theirs)).copied()
    };
    if p.is_some() && choices.chance(60) {
        for from in 0..DEVICES.len() {
            world.catch_up(device, from);
        }
    }
    let kind = choices.below(17);
    let mut live: Vec<Hash> = Vec::new();
    if matches!(kind, 0 | 1 | 7 | 12..) {
        let view = world.view();
        live.extend(view.to_replace(item(0), world.today));
        live.extend(view.to_replace(item(1), world.today));
    }
    let own = hashes_by(world, person, |body| matches!(body, Body::Follow { .. }));
    let body = match (kind, p) {
        (0 | 1, _) | (2..=7, None) => {
            let of = item(u8::try_from(choices.below(2)).unwrap());
            about = Some(of.0.to_vec());
            if choices.chance(3) {
                about = Some(vec![1, 2, 3]);
            }
            {
                let of = if choices.chance(80) {
                    recent(&theirs)
                } else {
                    recent(&proposals)
                };
                proposal(world, person, choices, &of, &live)
            }
        }
        (2..=4, Some(p)) => Body::Agree { p },
        (5, Some(p)) => Body::Decline { p },
        (6, Some(p)) => Body::Withdraw { p },
        (7, Some(p)) => Body::Complete {
            p: choices.pick(&live).copied().unwrap_or(p),
        },
        (8 | 9, _) => {
            let sets_of_mine = hashes_by(world, person, |body| matches!(body, Body::Set { .. }));
            let of = if choices.chance(90) {
                &sets_of_mine
            } else {
                &sets
            };
            let id = choices.pick(of).copied().filter(|_| choices.chance(75));
            about = id.map(|id| id.0.to_vec());
            let ty = [ItemType::Boundary, ItemType::Promise, ItemType::Need][choices.below(3)];
            let owner = if choices.chance(5) {
                person.other()
            } else {
                person
            };
            let content = Content::new(ty, Who::Only(owner), &format!("T{}", choices.below(9)), "");
            let content = (!choices.chance(25)).then(|| Box::new(content));
            let mut over: Vec<Hash> = (0..choices.below(3))
                .filter_map(|_| choices.pick(&sets).copied())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            over.sort();
            Body::Set { ty, content, over }
        }
        (10, _) => Body::Heard {
            record: choices.pick(&sets).copied().unwrap_or(Hash([1; 32])),
        },
        (11, _) => {
            let said = |test: fn(&Body) -> bool| hashes(world, phantom, test);
            let hard = said(|body| matches!(body, Body::Setback { .. } | Body::Follow { .. }));
            let pauses = said(|body| matches!(body, Body::Pause { .. }));
            let theirs = |of: Vec<Hash>| of.into_iter().rev().take(4).collect::<Vec<_>>();
            entry(
                choices,
                world.today,
                p.or(choices_of(&sets)),
                &theirs(hard),
                &theirs(pauses),
            )
        }
        (_, p) => {
            let target = p
                .filter(|_| choices.chance(70))
                .or(choices.pick(&sets).copied());
            let target = target.unwrap_or(Hash([2; 32]));
            let on = world.today;
            if choices.chance(15) {
                Body::HeadsUp {
                    target,
                    from: on,
                    to: on.plus(2),
                    text: String::new(),
                }
            } else {
                let from = if choices.chance(85) {
                    recent(&own)
                } else {
                    follows
                };
                let corrects = choices.pick(&from).copied().filter(|_| choices.chance(40));
                let how = [How::Kept, How::Partly, How::Missed][choices.below(3)];
                Body::Follow {
                    target,
                    on,
                    how,
                    note: "a fact".into(),
                    corrects,
                }
            }
        }
    };
    let unattended = choices.chance(4);
    world.write(device, about, unattended, Reading::Act(Act::new(body)));
}

fn choices_of(sets: &[Hash]) -> Option<Hash> {
    sets.last().copied()
}

/// All other kinds: hard moments, pauses, space, and what later releases say.
fn entry(
    choices: &mut Choices<'_>,
    today: Day,
    target: Option<Hash>,
    hard: &[Hash],
    pauses: &[Hash],
) -> Body {
    let text = || "words".to_owned();
    let p = target.unwrap_or(Hash([3; 32]));
    match choices.below(13) {
        0 => Body::Thanks {
            text: text(),
            about: None,
        },
        1..=3 => Body::Setback {
            target: target.filter(|_| choices.chance(70)),
            on: today,
            note: text(),
        },
        4..=6 => Body::Amends {
            setback: choices.pick(hard).copied(),
            text: text(),
        },
        7 => Body::Pause {
            target: None,
            minutes: 20,
        },
        8 => Body::Back {
            pause: choices.pick(pauses).copied().unwrap_or(p),
        },
        9 => Body::CheckedIn { p, day: today },
        10 => Body::Space { until: None },
        11 => Body::SpaceEnded,
        _ => match choices.below(3) {
            0 => Body::Sorry { text: text() },
            1 => Body::LastWord { text: text() },
            _ => Body::Summary {
                page: p,
                recipient: text(),
            },
        },
    }
}

fn proposal(
    world: &World,
    person: Person,
    choices: &mut Choices<'_>,
    proposals: &[Hash],
    live: &[Hash],
) -> Body {
    let who = [Who::Both, Who::Only(person), Who::Only(person.other())];
    let who = who[if choices.chance(5) {
        2
    } else {
        choices.below(2)
    }];
    let mut content = promise(&format!("Title {}", choices.below(3)), who);
    content.rule = [None, Some(Rule::parse("FREQ=DAILY").unwrap())][choices.below(2)].clone();
    let mut replaces: Vec<Hash> = Vec::new();
    if choices.chance(50) {
        for _ in 0..choices.below(3) {
            let from = if choices.chance(70) { live } else { proposals };
            replaces.extend(choices.pick(from));
        }
    }
    replaces.sort();
    replaces.dedup();
    let answers = choices
        .pick(proposals)
        .copied()
        .filter(|_| choices.chance(35));
    let days = [30, 3, 60, 366, 1, 90, 30, 30, 367][choices.below(9)];
    Body::Propose {
        content: Box::new(content),
        until: world.today.plus(days),
        replaces,
        answers,
    }
}

/// Says again what a device of the same person (seldom: of the other) said, mostly in the same
/// words; now and then of a record that nobody holds.
fn redo(world: &mut World, device: usize, choices: &mut Choices<'_>, phantom: &mut Vec<Rec>) {
    let person = world.devices[device].person;
    let others = choices.chance(10);
    let mut known: Vec<Rec> = world
        .records
        .iter()
        .chain(phantom.iter())
        .cloned()
        .collect();
    known.retain(|rec| (rec.person == person) != others && rec.act().is_some());
    let Some(mut rec) = choices.pick(&known).cloned() else {
        return;
    };
    if choices.chance(40) && rec.act().unwrap().redo.is_none() {
        // The record that is said again is one that is not honoured: only its copies are held.
        rec.hash = sha256(&rec.hash.0);
        phantom.push(rec.clone());
    }
    let Reading::Act(mut act) = rec.reading.clone() else {
        return;
    };
    act.redo = Some(act.redo.unwrap_or(rec.hash));
    if choices.chance(15)
        && let Body::Propose { content, .. } = &mut act.body
    {
        content.title.push_str(" in other words");
    }
    // Or it says something else altogether under that redo.
    if choices.chance(30)
        && let Some(other) = choices.pick(&known)
        && let Reading::Act(other_act) = &other.reading
    {
        act.body = other_act.body.clone();
        rec.about.clone_from(&other.about);
    }
    let today = world.today;
    world.today = rec.day;
    world.write(device, rec.about, rec.unattended, Reading::Act(act));
    world.today = today;
}

fn hashes(world: &World, phantom: &[Rec], test: impl Fn(&Body) -> bool) -> Vec<Hash> {
    let all = world.records.iter().chain(phantom);
    all.filter(|rec| rec.act().is_some_and(|act| test(&act.body)))
        .map(|rec| rec.hash)
        .collect()
}

fn hashes_by(world: &World, person: Person, test: impl Fn(&Body) -> bool) -> Vec<Hash> {
    let theirs = world.records.iter().filter(|rec| rec.person == person);
    theirs
        .filter(|rec| rec.act().is_some_and(|act| test(&act.body)))
        .map(|rec| rec.hash)
        .collect()
}

/// The same records in another order, that of each log kept.
pub fn permuted(records: &[Rec], choices: &mut Choices<'_>) -> Vec<Rec> {
    let mut logs: BTreeMap<LogId, Vec<Rec>> = BTreeMap::new();
    for rec in records {
        logs.entry(rec.log).or_default().push(rec.clone());
    }
    let mut logs: Vec<std::vec::IntoIter<Rec>> = logs.into_values().map(Vec::into_iter).collect();
    let mut out = Vec::new();
    while !logs.is_empty() {
        let at = choices.below(logs.len());
        match logs[at].next() {
            Some(rec) => out.push(rec),
            None => drop(logs.remove(at)),
        }
    }
    out
}
