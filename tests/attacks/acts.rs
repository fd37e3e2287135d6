//! Acts in one's own name and well signed, with which somebody reaches for what is the other's: all
//! of them are held, and none has an effect.

use super::*;

#[test]
fn s14_nobody_lifts_or_changes_anothers_boundary() {
    let mut world = ana_and_ben();
    let boundary = world
        .ana()
        .sets_boundary("When it gets loud, I go for a walk");
    world.meet(ANA, BEN);
    let about = Some(boundary.0.to_vec());
    let who = pact::Who::Only(Person::B);
    let other = Box::new(Content::new(ItemType::Boundary, who, "I stay", ""));
    let hers = Box::new(Content::new(
        ItemType::Boundary,
        pact::Who::Only(Person::A),
        "I stay",
        "",
    ));
    let set = |content, over| Body::Set {
        ty: ItemType::Boundary,
        content,
        over,
    };
    let mut ben = Forger::of(&world, BEN);
    let said = ben_says(
        &mut world,
        &mut ben,
        vec![
            acts(about.clone(), set(None, vec![boundary])),
            acts(about.clone(), set(Some(other), vec![boundary])),
            acts(about.clone(), set(Some(hers.clone()), vec![boundary])),
            acts(None, set(Some(hers), vec![boundary])),
        ],
    );
    let view = world.homes[ANA].replica.view();
    let owned = view.owned(Person::A);
    assert_eq!(owned.len(), 1);
    assert_eq!((owned[0].id, owned[0].current.len()), (boundary, 1));
    assert_eq!(
        owned[0].current[0].content.title,
        "When it gets loud, I go for a walk"
    );
    for hash in said {
        assert!(why(&world, hash).is_some(), "an act with an effect");
    }
}

#[test]
fn s59_nobody_offers_what_does_not_bind_them_or_logs_anothers_days() {
    let mut world = ana_and_ben();
    let promise = world.ana().promises("Home by six");
    world.meet(ANA, BEN);
    world.ben().agrees(promise);
    world.meet(ANA, BEN);
    world.pass(2 * world::DAY);
    assert_eq!(world.ana().sees(promise), Some(State::InForce));
    let only_ana = Content::new(
        ItemType::Promise,
        pact::Who::Only(Person::A),
        "Report daily",
        "",
    );
    let on = world.today();
    let follow = |how| Body::Follow {
        target: promise,
        on,
        how,
        note: String::new(),
        corrects: None,
    };
    let mut ben = Forger::of(&world, BEN);
    let item = vec![9; 16];
    let said = ben_says(
        &mut world,
        &mut ben,
        vec![
            acts(
                Some(item),
                Body::Propose {
                    content: Box::new(only_ana),
                    until: Day(on.0 + 30),
                    replaces: vec![],
                    answers: None,
                },
            ),
            acts(None, follow(How::Missed)),
        ],
    );
    assert_eq!(why(&world, said[0]), Some(Why::NotBound));
    assert_eq!(why(&world, said[1]), Some(Why::NotYours));
    assert_eq!(world.ana().sees(promise), Some(State::InForce));
}

/// S59: a setback, what was done about it, and a return are each one's own. Ben, who promised
/// nothing here, writes them for Ana; and mends her setback and the day that she noted.
#[test]
fn s59_nobody_has_a_setback_for_another_or_mends_it_for_them() {
    let mut world = ana_and_ben();
    let promise = world.ana().promises("Home by six");
    let alone = world.ana().sets(ItemType::Promise, "Counselling");
    world.meet(ANA, BEN);
    world.ben().agrees(promise);
    world.meet(ANA, BEN);
    world.pass(2 * world::DAY);
    let on = world.today();
    let day = world.ana().follows(promise, How::Missed);
    let hers = Body::Setback {
        target: Some(promise),
        on,
        note: "I stayed out".into(),
    };
    let hers = world.ana().tries(None, hers).unwrap();
    let pause = Body::Pause {
        target: None,
        minutes: 20,
    };
    let pause = world.ana().tries(None, pause).unwrap();
    world.meet(ANA, BEN);
    let setback = |target| Body::Setback {
        target: Some(target),
        on,
        note: "Ana did it again".into(),
    };
    let amends = |setback| Body::Amends {
        setback: Some(setback),
        text: "All is well again".into(),
    };
    let how = |how, corrects| Body::Follow {
        target: promise,
        on,
        how,
        note: String::new(),
        corrects,
    };
    let mut ben = Forger::of(&world, BEN);
    let said = ben_says(
        &mut world,
        &mut ben,
        vec![
            acts(None, setback(promise)),
            acts(None, setback(alone)),
            acts(None, amends(hers)),
            acts(None, amends(day)),
            acts(None, how(How::Kept, Some(day))),
            acts(None, how(How::Missed, None)),
            acts(None, Body::Back { pause }),
        ],
    );
    for hash in &said {
        assert_eq!(why(&world, *hash), Some(Why::NotYours));
    }
    let view = world.homes[ANA].replica.view();
    assert!(view.paused(Person::A).is_some(), "Ana has not come back");
    let entries = view.entries();
    let of_ana = |hash| {
        entries
            .iter()
            .any(|entry| entry.hash == hash && entry.standing == pact::Standing::Counts)
    };
    assert!(
        of_ana(day) && of_ana(hers) && of_ana(pause),
        "Ana's stand as they were"
    );
    let due = view.loggable(Person::A, on);
    assert!(
        due.iter()
            .flat_map(|due| &due.noted)
            .all(|entry| entry.hash == day)
    );
    // Nothing of it comes to a screen as news, and a heard of one's own hears nothing.
    let news = view.new_since(Person::A, &Default::default(), on);
    assert!(news.iter().all(|news| !said.contains(&news.hash)));
}

#[test]
fn s14_a_boundary_is_not_heard_by_its_owner_for_the_other() {
    let mut world = ana_and_ben();
    let mut ben = Forger::of(&world, BEN);
    let content = Content::new(
        ItemType::Boundary,
        pact::Who::Only(Person::B),
        "When it gets loud, I go out",
        "",
    );
    let set = Body::Set {
        ty: ItemType::Boundary,
        content: Some(Box::new(content)),
        over: vec![],
    };
    let said = ben_says(&mut world, &mut ben, vec![acts(None, set)]);
    let heard = Body::Heard { record: said[0] };
    ben_says(&mut world, &mut ben, vec![acts(None, heard.clone())]);
    let is_heard =
        |world: &World| world.homes[ANA].replica.view().owned(Person::B)[0].current[0].heard;
    assert!(!is_heard(&world), "Ben says for Ana that Ana heard it");
    world.ana().tries(None, heard).unwrap();
    assert!(is_heard(&world));
}

#[test]
fn s27_nobody_agrees_alone_or_by_a_script() {
    let mut world = ana_and_ben();
    let promise = world.ana().promises("Home by six");
    world.meet(ANA, BEN);
    let about = world.homes[ANA]
        .replica
        .view()
        .proposal(promise)
        .map(|(item, _)| item.0.to_vec());
    let mut script = acts(about.clone(), Body::Agree { p: promise });
    script.flags.unattended = true;
    let mut ben = Forger::of(&world, BEN);
    let content = Content::new(
        ItemType::Promise,
        pact::Who::Both,
        "Ask before deciding",
        "",
    );
    let until = Day(world.today().0 + 30);
    let own = acts(
        Some(vec![4; 16]),
        Body::Propose {
            content: Box::new(content),
            until,
            replaces: vec![],
            answers: None,
        },
    );
    let said = ben_says(&mut world, &mut ben, vec![script, own]);
    let yes = acts(Some(vec![4; 16]), Body::Agree { p: said[1] });
    let more = ben_says(&mut world, &mut ben, vec![yes]);
    assert_eq!(why(&world, said[0]), Some(Why::Unattended));
    assert_eq!(why(&world, more[0]), Some(Why::OwnOffer));
    for p in [promise, said[1]] {
        assert_eq!(world.ana().sees(p), Some(State::Open));
    }
}

#[test]
fn unknown_kinds_are_held_and_only_critical_ones_block() {
    let mut world = ana_and_ben();
    let promise = world.ana().promises("Home by six");
    world.meet(ANA, BEN);
    let item = world.homes[ANA].replica.view().proposal(promise).unwrap().0;
    let mut ben = Forger::of(&world, BEN);
    let body = Writer::new()
        .array(2)
        .null()
        .text("from next year")
        .finish();
    ben_says(
        &mut world,
        &mut ben,
        vec![
            new(200, Some(item.0.to_vec()), body.clone()),
            new(u64::MAX, None, vec![0xff; 100]),
        ],
    );
    assert!(!world.homes[ANA].replica.view().has_unreadable(&item.0));
    ben_says(
        &mut world,
        &mut ben,
        vec![new(100, Some(item.0.to_vec()), body)],
    );
    assert!(world.homes[ANA].replica.view().has_unreadable(&item.0));
    assert_eq!(world.ana().sees(promise), Some(State::Open));
    // It is passed on to another device of Ana's as it is.
    let second = world.another_device("Ana's second", ANA);
    world.meet(ANA, second);
    let log = world.homes[BEN].log;
    assert_eq!(world.homes[second].head(log), world.homes[ANA].head(log));
}

#[test]
fn malformed_acts_are_held_without_effect() {
    let mut world = ana_and_ben();
    let mut ben = Forger::of(&world, BEN);
    let mut said: Vec<NewRecord> = Vec::new();
    for kind in (1..=8).chain(126..=143) {
        for body in [
            vec![],
            vec![0x80],
            vec![0xff; 40],
            vec![0x81, 0xf6],
            vec![0x84, 0xf6, 0x40, 0x40, 0x40],
        ] {
            said.push(new(kind, None, body));
        }
    }
    let count = said.len() as u64;
    ben_says(&mut world, &mut ben, said);
    assert_eq!(world.homes[ANA].shelf.end(ben.log), count);
    assert!(
        world.homes[ANA]
            .replica
            .view()
            .agreements(world.today())
            .is_empty()
    );
    assert!(world.homes[ANA].replica.view().owned(Person::B).is_empty());
}

#[test]
fn s38_a_bad_item_does_not_stop_a_home_from_opening() {
    let mut world = ana_and_ben();
    let mut ben = Forger::of(&world, BEN);
    for i in 0..40_u8 {
        let body = vec![i.wrapping_mul(37); usize::from(i)];
        ben_says(
            &mut world,
            &mut ben,
            vec![new(u64::from(i), Some(vec![i; 16]), body)],
        );
        world.homes[ANA].reopen();
        world.touch(ANA);
        world.check();
    }
    world.ana().thanks("and I can still say so");
}
