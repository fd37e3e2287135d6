//! Random lives from a number: what two people do, and what goes wrong meanwhile.

use identity::{Day, Hash};
use pact::{Act, Body, Content, How, ItemId, ItemType};
use rand::RngExt;
use rand::seq::IndexedRandom;
use replica::Misuse;
use replica::draft::{Change, Field, ItemRef, Scalar};
use replica::words::Lane;

use crate::home::Space;
use crate::{DAY, Faults, MINUTE, SECOND, World};

/// What sort of life a schedule plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Two homes, loss, partitions, crashes between any two outputs, wrong clocks.
    Rough,
    /// Besides, Ana's home is now and then copied back from a backup.
    Restored,
    /// Ana has a second device, which may be revoked.
    Devices,
    /// Ben's program is modified.
    Villain,
}

impl Life {
    pub const ALL: [Life; 4] = [Life::Rough, Life::Restored, Life::Devices, Life::Villain];

    /// Which life a seed plays.
    pub fn of(seed: u64) -> Life {
        Life::ALL[(seed % 4) as usize]
    }
}

struct Player {
    life: Life,
    proposals: Vec<(Hash, ItemId)>,
    records: Vec<Hash>,
    items: Vec<ItemId>,
    revoked: bool,
}

/// Plays a whole schedule; panics when anything is not as the reference says.
pub fn run(seed: u64, steps: u32) -> World {
    let life = Life::of(seed);
    let mut world = World::ana_and_ben(seed);
    if life == Life::Devices {
        world.another_device("Ana's second", 0);
    }
    let log = world.homes[1].log;
    if life == Life::Villain {
        world.model.dishonest.insert(log);
    }
    world.faults = Faults {
        crash: if life == Life::Villain { 2 } else { 12 },
        cut: 30,
        // Half of those who cheat do it seldom, and get as far as words before they are cut off.
        villain: match life {
            Life::Villain if seed % 8 < 4 => 250,
            Life::Villain => 40,
            _ => 0,
        },
    };
    for home in &mut world.homes {
        // A wrong clock: up to a day either way.
        home.skew = world.rng.random_range(-(DAY as i64)..DAY as i64);
    }
    let items = (0..3).map(|_| ItemId(world.rng.random())).collect();
    let mut player = Player {
        life,
        proposals: Vec::new(),
        records: Vec::new(),
        items,
        revoked: false,
    };
    for _ in 0..steps {
        player.step(&mut world);
        world.check();
    }
    player.heal(&mut world);
    world
}

impl Player {
    fn step(&mut self, world: &mut World) {
        world.links.retain(|link| !link.gone);
        let homes = world.homes.len();
        let at = world.rng.random_range(0..homes);
        match world.rng.random_range(0..120) {
            0..24 => self.act(world, at),
            24..28 => edit(world, at),
            28..32 => drop(world.undo(at)),
            32..42 => {
                let other = (at + world.rng.random_range(1..homes)) % homes;
                let live = world.rng.random();
                // Old connections may still be there: their frames come late.
                if world
                    .links
                    .iter()
                    .filter(|link| link.joins(at, other))
                    .count()
                    < 3
                {
                    world.connect(at, other, live);
                }
            }
            42..80 => deliver(world),
            80..88 => {
                let span = [
                    7,
                    SECOND,
                    20 * SECOND,
                    3 * MINUTE,
                    3 * MINUTE,
                    60 * MINUTE,
                    DAY,
                ];
                let span = *span.choose(&mut world.rng).unwrap();
                world.pass(span);
            }
            88..90 => {
                world.say(|| format!("home {at} is switched off and on"));
                world.crash(at);
            }
            90..91 => {
                let grace = if world.rng.random() { 0 } else { crate::GRACE };
                // For what is signed from now on; what waits keeps the grace it was born with.
                world.homes[at].grace = grace;
            }
            91..94 if self.life == Life::Restored => world.back_up(0),
            94..97 if self.life == Life::Restored => drop(world.restore(0)),
            91..94 if self.life == Life::Devices && !self.revoked => {
                self.revoked = true;
                let log = world.homes[2].log;
                world.say(|| "Ana revokes her second device".to_owned());
                world.revoke(0, log);
            }
            100..120 => self.in_confidence(world, at),
            _ => cut(world),
        }
        for at in 0..homes {
            if world.homes[at].replica.is_retired() && world.rng.random_range(0..4) == 0 {
                world.renew(at);
            }
        }
    }

    /// Words, check-ins, space, and the end.
    fn in_confidence(&mut self, world: &mut World, at: usize) {
        match world.rng.random_range(0..20) {
            0..5 => drop(world.say_words(at, Lane::Ordinary)),
            5..8 => drop(world.say_words(at, Lane::Practical)),
            8..11 => {
                let questions = Hash([world.rng.random_range(1..3); 32]);
                world.answer(at, questions, crate::words::first_day());
            }
            11..14 => drop(world.read_words(at)),
            14..16 => drop(world.take_words_back(at)),
            // A modified program takes no space, and its other end is what matters.
            16..18 if self.life != Life::Villain || at == 0 => {
                let space = [Space::Open, Space::Practical, Space::Silent];
                let space = *space.choose(&mut world.rng).unwrap();
                world.takes(at, space);
            }
            18 if self.life == Life::Rough && at == 1 && world.roll(150) => world.leaves(at),
            _ => {
                let days = *[1, 5, 20].choose(&mut world.rng).unwrap();
                world.pass(days * DAY);
            }
        }
    }

    fn act(&mut self, world: &mut World, at: usize) {
        let (about, body) = self.body(world, at);
        match world.act(
            at,
            about.clone(),
            &Act {
                redo: None,
                body: body.clone(),
            },
        ) {
            Ok(hash) => {
                self.records.push(hash);
                world.count(kind(&body));
                if let (Body::Propose { .. }, Some(item)) = (&body, about) {
                    self.proposals
                        .push((hash, ItemId(item.try_into().unwrap())));
                }
            }
            Err(Misuse::Retired | Misuse::Disowned) => {}
            Err(misuse) => panic!("cannot say {body:?}: {misuse}"),
        }
    }

    fn body(&self, world: &mut World, at: usize) -> (Option<Vec<u8>>, Body) {
        let person = world.homes[at].person();
        let today = world.today();
        let rng = &mut world.rng;
        let some = self.proposals.choose(rng).copied();
        let record = self.records.choose(rng).copied();
        let title = ["Home by six", "Phone away at table", "Ask before deciding"];
        let title = title.choose(rng).copied().unwrap_or_default();
        let who = [
            pact::Who::Only(person),
            pact::Who::Both,
            pact::Who::Only(person.other()),
        ];
        let who = *who.choose(rng).unwrap();
        match (rng.random_range(0..10), some) {
            (0 | 1, _) | (4..=7, None) => {
                let item = *self.items.choose(rng).unwrap();
                let content = Box::new(Content::new(ItemType::Promise, who, title, ""));
                let until = Day(today.0 + rng.random_range(0..100));
                let mut replaces: Vec<Hash> = Vec::new();
                if rng.random_range(0..3) == 0 {
                    let of_item = self.proposals.iter().filter(|(_, of)| *of == item);
                    replaces.extend(of_item.map(|(p, _)| *p).take(3));
                    replaces.sort();
                }
                let answers = some.filter(|(_, of)| *of == item).map(|(p, _)| p);
                let answers = answers.filter(|_| replaces.is_empty());
                (
                    Some(item.0.to_vec()),
                    Body::Propose {
                        content,
                        until,
                        replaces,
                        answers,
                    },
                )
            }
            (2, _) => {
                let ty = [
                    ItemType::Boundary,
                    ItemType::Need,
                    ItemType::AboutMe,
                    ItemType::Promise,
                ];
                let ty = *ty.choose(rng).unwrap();
                let who = pact::Who::Only(person);
                let content = Some(Box::new(Content::new(ty, who, title, "")));
                (
                    None,
                    Body::Set {
                        ty,
                        content,
                        over: Vec::new(),
                    },
                )
            }
            (3, _) if record.is_some() => {
                let object = record.unwrap_or(Hash([0; 32]));
                let over = vec![object];
                let ty = ItemType::Boundary;
                (
                    Some(object.0.to_vec()),
                    Body::Set {
                        ty,
                        content: None,
                        over,
                    },
                )
            }
            (4, Some((p, item))) => (Some(item.0.to_vec()), Body::Agree { p }),
            (5, Some((p, item))) => (Some(item.0.to_vec()), Body::Decline { p }),
            (6, Some((p, item))) => (Some(item.0.to_vec()), Body::Withdraw { p }),
            (7, Some((p, item))) => (Some(item.0.to_vec()), Body::Complete { p }),
            (8, Some((target, _))) => {
                let how = [How::Kept, How::Partly, How::Missed];
                let how = *how.choose(rng).unwrap();
                let corrects = record.filter(|_| rng.random());
                let note = String::new();
                (
                    None,
                    Body::Follow {
                        target,
                        on: today,
                        how,
                        note,
                        corrects,
                    },
                )
            }
            _ => (None, other(rng, today, some.map(|(p, _)| p), record, title)),
        }
    }

    /// The storm is over: everybody meets everybody until nothing is left to say.
    fn heal(&self, world: &mut World) {
        world.faults = Faults::default();
        world.say(|| "the storm is over".to_owned());
        for link in &mut world.links {
            link.gone = true;
        }
        let homes = world.homes.len();
        for home in &mut world.homes {
            home.space = Space::Open;
        }
        for _ in 0..3 {
            world.pass(3 * MINUTE + 2 * DAY);
            for a in 0..homes {
                for b in 0..a {
                    world.meet(a, b);
                    world.check();
                }
            }
            for at in 0..homes {
                if world.homes[at].replica.is_retired() {
                    world.renew(at);
                }
            }
        }
        if self.life == Life::Villain {
            self.unharmed(world);
            return;
        }
        // Of a revoked log what was disowned does not travel, so the observer has less to hold.
        if !self.revoked {
            world.permuted(0);
        }
        for a in 0..homes {
            for b in 0..a {
                if self.revoked && (a == 2 || b == 2) {
                    assert!(!world.connect(1, 2, false), "a revoked device is let in");
                } else if world.homes[a].has_left || world.homes[b].has_left {
                    assert!(!world.connect(a, b, false), "somebody who left is there");
                } else {
                    assert!(world.meet(a, b), "{a} and {b} cannot meet in peace");
                    world.agree(a, b);
                    // What an older copy had lost does not come back: not its own from the other
                    // person, nor the other's, who let it fade when it had come.
                    if world.model.restored.is_empty() {
                        world.had_alike(a, b);
                    }
                }
            }
        }
        // What a revoked device had said, or one that left never gave away, is nobody's.
        let lost = |by: usize| self.revoked && by == 2 || world.homes[by].has_left;
        let lost: Vec<bool> = (0..homes).map(lost).collect();
        if !world.model.restored.is_empty() {
            return;
        }
        for at in (0..homes).filter(|at| !lost[*at]) {
            world.had_all(at, |by| !lost[by]);
        }
    }

    /// Whatever Ben's program did, Ana can go on, and what she signed is what he holds of her.
    fn unharmed(&self, world: &mut World) {
        world.homes[0].reopen();
        world.check();
        let thanks = Body::Thanks {
            text: "still here".to_owned(),
            about: None,
        };
        world
            .act(
                0,
                None,
                &Act {
                    redo: None,
                    body: thanks,
                },
            )
            .expect("Ana was silenced");
        world.check();
        let log = world.homes[0].log;
        let (hers, his) = (world.homes[0].records(log), world.homes[1].records(log));
        for (hers, his) in hers.iter().zip(&his) {
            assert_eq!(hers.hash(), his.hash());
        }
        assert!(his.len() <= hers.len(), "Ben holds what Ana never signed");
    }
}

/// All other kinds of acts, about whatever there is: one's own, the other's, and what is none.
fn other(
    rng: &mut impl rand::Rng,
    today: Day,
    target: Option<Hash>,
    record: Option<Hash>,
    text: &str,
) -> Body {
    let text = text.to_owned();
    let any = record.unwrap_or(Hash([5; 32]));
    match rng.random_range(0..14) {
        0 => Body::HeadsUp {
            target: target.unwrap_or(any),
            from: today,
            to: today.plus(rng.random_range(0..3)),
            text,
        },
        1 | 2 => Body::Setback {
            target: target.filter(|_| rng.random()),
            on: today,
            note: text,
        },
        3 | 4 => Body::Amends {
            setback: record,
            text,
        },
        5 => Body::Pause {
            target,
            minutes: rng.random_range(1..60),
        },
        6 => Body::Back { pause: any },
        7 => Body::Heard { record: any },
        8 => Body::CheckedIn { p: any, day: today },
        9 => Body::Space { until: None },
        10 => Body::SpaceEnded,
        11 => [Body::Sorry { text: text.clone() }, Body::LastWord { text }]
            .choose(rng)
            .cloned()
            .unwrap_or(Body::SpaceEnded),
        12 => Body::Summary {
            page: any,
            recipient: text,
        },
        _ => Body::Thanks {
            text,
            about: record,
        },
    }
}

/// The kind of an act, as the tally names it.
fn kind(body: &Body) -> &'static str {
    KINDS
        .into_iter()
        .find(|(kind, _)| *kind == body.kind())
        .map_or("an act of no kind", |(_, name)| name)
}

/// All kinds of acts, so that a test can see that each is said.
pub const KINDS: [(u64, &str); 20] = [
    (2, "set"),
    (3, "propose"),
    (4, "agree"),
    (5, "decline"),
    (6, "withdraw"),
    (7, "complete"),
    (128, "follow"),
    (129, "thanks"),
    (130, "heads-up"),
    (131, "setback"),
    (132, "amends"),
    (133, "pause"),
    (134, "back"),
    (135, "heard"),
    (136, "checked-in"),
    (137, "space"),
    (138, "space-ended"),
    (139, "sorry"),
    (140, "last-word"),
    (141, "summary"),
];

/// Both write at once what they like: three items, in all their texts and fields.
fn edit(world: &mut World, at: usize) {
    let rng = &mut world.rng;
    let id = [rng.random_range(1..4); 16];
    let words = ["home", "by six", "phone", "ask", "slowly", "again"];
    let mut text = String::new();
    for _ in 0..rng.random_range(0..5) {
        text.push_str(words.choose(rng).unwrap());
        text.push(' ');
    }
    let item = ItemRef::from(id);
    let by = rng.random::<bool>().then_some(Scalar::Uint(18 * 60));
    let change = match rng.random_range(0..9) {
        0 | 7 | 8 => Change::New {
            id,
            title: text.clone(),
            text,
            fields: vec![
                (Field::Type, Scalar::Uint(0)),
                (Field::Who, Scalar::Uint(3)),
            ],
            parts: vec![],
        },
        1 => Change::Title(item, text),
        2 => Change::Text(item, text),
        3 => Change::Field(item, Field::By, by),
        4 => Change::Remove(item),
        5 => Change::Restore(item),
        _ => Change::Vision(text),
    };
    world.edit(at, &[change]);
}

fn deliver(world: &mut World) {
    let mut wires = Vec::new();
    for (index, link) in world.links.iter().enumerate() {
        for (to, wire) in link.wires.iter().enumerate() {
            if !wire.is_empty() {
                wires.push((index, to));
            }
        }
    }
    let Some((link, to)) = wires.choose(&mut world.rng).copied() else {
        return;
    };
    for _ in 0..world.rng.random_range(1..9) {
        world.deliver(link, to);
    }
    if world.roll(world.faults.cut) {
        world.cut(link);
    }
}

fn cut(world: &mut World) {
    if world.links.is_empty() {
        return;
    }
    let link = world.rng.random_range(0..world.links.len());
    world.say(|| format!("connection {link} is lost"));
    world.cut(link);
}
