//! A boundary, against everything that the other can do with their own keys and a modified program:
//! change it, lift it, hide it, give it another day, keep its owner from lifting it. Each goes through
//! the real receive path; afterwards Ana's boundary stands as she signed it, on both sides.

use rand::RngExt;
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::records::spliced;
use super::*;

const WORDS: &str = "When there is gambling, I keep my wages in my own account.";

/// Ana's boundary stands with these words alone, set by this act, on its day, on both sides.
fn stands(world: &World, boundary: Hash, words: &str, day: Day) {
    for home in [ANA, BEN] {
        let owned = world.homes[home].replica.view().owned(Person::A);
        let own = owned.iter().find(|owned| owned.id == boundary);
        let own = own.expect("it is gone");
        assert_eq!(own.ty, ItemType::Boundary);
        assert_eq!(own.current.len(), 1, "something stands beside it");
        assert_eq!(own.current[0].content.title, words);
        assert_eq!(own.current[0].day, day);
    }
}

/// Ana's boundary, which Ben holds.
fn set() -> (World, Hash, Day) {
    let mut world = ana_and_ben();
    let boundary = world.ana().sets_boundary(WORDS);
    assert!(world.meet(ANA, BEN));
    let day = world.today();
    stands(&world, boundary, WORDS, day);
    (world, boundary, day)
}

fn content(ty: ItemType, who: pact::Who, title: &str) -> Option<Box<Content>> {
    Some(Box::new(Content::new(ty, who, title, "")))
}

#[test]
fn s14_editing_and_lifting_another_persons_boundary_has_no_effect() {
    let (mut world, boundary, day) = set();
    let about = Some(boundary.0.to_vec());
    let (hers, his) = (pact::Who::Only(Person::A), pact::Who::Only(Person::B));
    let ty = ItemType::Boundary;
    let mut said = Vec::new();
    for over in [vec![], vec![boundary]] {
        for words in [
            None,
            content(ty, hers, "I give my wages away"),
            content(ty, his, "I give my wages away"),
        ] {
            for about in [about.clone(), None] {
                let (content, over) = (words.clone(), over.clone());
                said.push(acts(about.clone(), Body::Set { ty, content, over }));
            }
        }
    }
    // As another type, by every answer to a proposal, and as a proposal of his own that names it.
    let other = |ty| Body::Set {
        ty,
        content: content(ty, his, "mine now"),
        over: vec![boundary],
    };
    said.extend(
        [ItemType::Need, ItemType::AboutMe, ItemType::Promise]
            .map(|ty| acts(about.clone(), other(ty))),
    );
    for body in [
        Body::Agree { p: boundary },
        Body::Decline { p: boundary },
        Body::Withdraw { p: boundary },
        Body::Complete { p: boundary },
        Body::Propose {
            content: content(ItemType::Promise, pact::Who::Both, "No boundary").unwrap(),
            until: Day(day.0 + 30),
            replaces: vec![boundary],
            answers: Some(boundary),
        },
    ] {
        said.push(acts(about.clone(), body.clone()));
        said.push(acts(Some(boundary.0[..16].to_vec()), body));
    }
    // As if it said again, after a restore, what she had said.
    for body in [
        Body::Set {
            ty,
            content: None,
            over: vec![boundary],
        },
        Body::Set {
            ty,
            content: content(ty, hers, "other words"),
            over: vec![],
        },
    ] {
        for about in [about.clone(), None] {
            let act = Act {
                redo: Some(boundary),
                body: body.clone(),
            };
            said.push(new(act.kind(), about, act.encode()));
        }
    }
    let mut ben = Forger::of(&world, BEN);
    ben_says(&mut world, &mut ben, said);
    let ana = world.homes[ANA].replica.view();
    assert_eq!(
        ana.owned(Person::A).len(),
        1,
        "she owns something that she never signed"
    );
    assert_eq!(ana.owned(Person::A)[0].current[0].content.title, WORDS);
    // She alone changes it and lifts it.
    world.ana().lifts(boundary, vec![boundary]);
    assert!(world.homes[ANA].replica.view().owned(Person::A).is_empty());
}

/// Only her key could give it another day, and her chain says which record stands where.
#[test]
fn s14_a_boundary_cannot_be_dated_anew() {
    let (mut world, boundary, day) = set();
    let log = world.homes[ANA].log;
    let record = world.homes[ANA].records(log).pop().unwrap();
    assert_eq!(record.hash(), boundary);
    // The same record with another day, under her signature; and signed by him, in her log.
    let mut forger = Forger::of(&world, BEN);
    let mut later = new(record.kind(), None, record.body().to_vec());
    later.day = Day(day.0 + 400);
    let other = forger.signs(later.clone());
    let phone = world.another_device("Ana's second", ANA);
    let forged = spliced(&record, "day", &other);
    for home in [phone, ANA] {
        let held = world.homes[home].head(log);
        let peer = world.homes[BEN].log;
        let mut line = world.line(home, peer);
        line.sends(&mut world, log, record.seq(), vec![forged.clone()]);
        assert!(line.violation().is_some(), "another day was taken");
        assert_eq!(world.homes[home].head(log), held);
    }
    let mut in_her_log = Forger::of(&world, BEN);
    in_her_log.log = log;
    in_her_log.tip = world.homes[ANA].replica.log(log).unwrap().tip.clone();
    let run = vec![in_her_log.signs(later.clone()).into_bytes()];
    assert_eq!(
        refused(&mut world, log, record.seq() + 1, run),
        Violation::BadRun(log)
    );
    // In his own log it is an act of his, and about nothing of hers.
    let mut ben = Forger::of(&world, BEN);
    later.about = Some(boundary.0.to_vec());
    let said = ben_says(&mut world, &mut ben, vec![later]);
    assert!(why(&world, said[0]).is_some());
    stands(&world, boundary, WORDS, day);
}

/// What he does not show on his own screen nobody can help; but it stays in his log of her, her other
/// device gets it whole, and no empty place in her log is taken instead of it.
#[test]
fn s14_a_boundary_cannot_be_hidden_from_her_other_device_or_cut_out() {
    let (mut world, boundary, day) = set();
    world.ana().thanks("after the boundary");
    world.meet(ANA, BEN);
    let log = world.homes[ANA].log;
    let records: Vec<Vec<u8>> = world.homes[ANA]
        .records(log)
        .into_iter()
        .map(Record::into_bytes)
        .collect();
    let phone = world.another_device("Ana's second", ANA);
    let at = records.len() - 2;
    let peer = world.homes[BEN].log;
    for run in [
        [&records[..at], &records[at + 1..]].concat(),
        records[at + 1..].to_vec(),
    ] {
        let before = world.homes[phone].head(log);
        let mut line = world.line(phone, peer);
        line.sends(&mut world, log, 1, run);
        assert!(line.violation().is_some(), "a log without it was taken");
        assert_eq!(world.homes[phone].head(log), before);
    }
    world.meet(ANA, phone);
    let owned = world.homes[phone].replica.view().owned(Person::A);
    assert_eq!((owned.len(), owned[0].id), (1, boundary));
    stands(&world, boundary, WORDS, day);
}

/// An act of a kind that her program does not know keeps her from agreeing to an offer that it is
/// about; it never keeps her from what is her own.
#[test]
fn s14_nothing_of_the_others_keeps_its_owner_from_lifting_it() {
    let (mut world, boundary, _) = set();
    let mut ben = Forger::of(&world, BEN);
    let body = Writer::new()
        .array(2)
        .null()
        .text("from next year")
        .finish();
    let mut said = vec![new(100, Some(boundary.0.to_vec()), body.clone())];
    said.extend((0..200_u8).map(|i| new(100, Some(vec![i; 32]), body.clone())));
    ben_says(&mut world, &mut ben, said);
    let view = world.homes[ANA].replica.view();
    assert!(view.has_unreadable(&boundary.0));
    assert!(!view.has_unreadable_of(Person::A, &boundary.0));
    world.ana().lifts(boundary, vec![boundary]);
    assert!(world.homes[ANA].replica.view().owned(Person::A).is_empty());
}

/// S31: whatever he signs, at random, about all that she owns: nothing of it moves.
#[test]
fn s31_random_acts_of_the_other_change_nothing_that_is_owned() {
    let mut world = ana_and_ben();
    let types = [
        ItemType::Boundary,
        ItemType::Need,
        ItemType::AboutMe,
        ItemType::Promise,
    ];
    let objects: Vec<Hash> = types
        .iter()
        .map(|ty| world.ana().sets(*ty, WORDS))
        .collect();
    world.ana().kept(objects[3]);
    world.meet(ANA, BEN);
    let shown = |world: &World| {
        let view = world.homes[ANA].replica.view();
        let owned: Vec<String> = view
            .owned(Person::A)
            .iter()
            .map(|owned| {
                let sets = owned
                    .current
                    .iter()
                    .map(|set| (set.hash, set.day, set.content));
                format!(
                    "{:?} {:?} {:?}",
                    owned.id,
                    owned.ty,
                    sets.collect::<Vec<_>>()
                )
            })
            .collect();
        let noted: Vec<String> = view
            .loggable(Person::A, world.today())
            .iter()
            .map(|due| format!("{:?}", due.noted))
            .collect();
        (owned, noted)
    };
    let before = shown(&world);
    assert_eq!(before.0.len(), types.len());
    let mut rng = ChaCha8Rng::seed_from_u64(31);
    let mut ben = Forger::of(&world, BEN);
    for _ in 0..40 {
        let said: Vec<NewRecord> = (0..10)
            .map(|_| random(&mut rng, &objects, &types))
            .collect();
        ben_says(&mut world, &mut ben, said);
        assert_eq!(shown(&world), before);
    }
}

/// Any act that can name something of somebody's, with whatever words and claims.
fn random(rng: &mut ChaCha8Rng, objects: &[Hash], types: &[ItemType]) -> NewRecord {
    let object = *objects.choose(rng).unwrap();
    let ty = *types.choose(rng).unwrap();
    let who = *[
        pact::Who::Only(Person::A),
        pact::Who::Only(Person::B),
        pact::Who::Both,
    ]
    .choose(rng)
    .unwrap();
    let words = rng
        .random::<bool>()
        .then(|| Box::new(Content::new(ty, who, "changed", "")));
    let over = if rng.random() { vec![object] } else { vec![] };
    let on = Day(20_000 + rng.random_range(0..2_000));
    let body = match rng.random_range(0..8) {
        0..=3 => Body::Set {
            ty,
            content: words,
            over,
        },
        4 => Body::Follow {
            target: object,
            on,
            how: How::Missed,
            note: String::new(),
            corrects: rng.random::<bool>().then_some(object),
        },
        5 => Body::HeadsUp {
            target: object,
            from: on,
            to: on,
            text: String::new(),
        },
        6 => Body::Withdraw { p: object },
        _ => Body::Complete { p: object },
    };
    let redo = (rng.random_range(0..3) == 0).then_some(object);
    let act = Act { redo, body };
    let about = match rng.random_range(0..3) {
        0 => None,
        1 => Some(object.0.to_vec()),
        _ => Some(object.0[..16].to_vec()),
    };
    let mut new = new(act.kind(), about, act.encode());
    new.day = on;
    new.flags.unattended = rng.random();
    new
}
