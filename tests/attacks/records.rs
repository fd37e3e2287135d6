//! Records, runs and frames that claim another place, author, past or size.

use super::*;

#[test]
fn s30_nobody_speaks_in_anothers_log_or_claims_its_next_place() {
    let mut world = ana_and_ben();
    world.ana().thanks("for the soup");
    world.meet(ANA, BEN);
    let ana = world.homes[ANA].log;
    let head = world.homes[ANA].head(ana);
    // Ben's key over Ana's log: a chain that fits, and a name that is not his.
    let mut forger = Forger::of(&world, BEN);
    forger.log = ana;
    forger.tip = world.homes[ANA].replica.log(ana).unwrap().tip.clone();
    let claimed = forger.signs(thanks("I never said that"));
    assert_eq!((claimed.seq(), claimed.prev()), (head.seq + 1, head.hash));
    let run = vec![claimed.bytes().to_vec()];
    assert_eq!(
        refused(&mut world, ana, 2, run.clone()),
        Violation::BadRun(ana)
    );
    assert!(
        !world.homes[ANA].replica.is_retired(),
        "a forgery retired a device"
    );
    // Nor as evidence against it.
    let fork = protocol::Frame::Fork {
        log: ana,
        from: 2,
        one: run.clone(),
        other: vec![forger.at(head).signs(thanks("nor that")).into_bytes()],
    };
    let peer = world.homes[BEN].log;
    let mut line = world.line(ANA, peer);
    line.says(&mut world, &fork);
    assert!(line.violation().is_some());
    // Nobody is wedged: Ana's next record takes the very place.
    let next = world.ana().thanks("still mine");
    assert_eq!(world.homes[ANA].head(ana).hash, next);
    assert!(world.meet(ANA, BEN));
    world.agree(ANA, BEN);
    // The other way round: a run of Ben's log in Ana's name, and Ana's as Ben's.
    let hers = world.homes[ANA].records(ana).remove(0).into_bytes();
    let ben = world.homes[BEN].log;
    assert_eq!(
        refused(&mut world, ben, 1, vec![hers]),
        Violation::BadRun(ben)
    );
}

#[test]
fn gaps_and_missing_predecessors_are_refused_whole() {
    let mut world = ana_and_ben();
    let log = world.homes[BEN].log;
    let mut ben = Forger::of(&world, BEN);
    let run: Vec<Vec<u8>> = (0..6)
        .map(|i| ben.signs(thanks(&format!("{i}"))).into_bytes())
        .collect();
    let misplaced = Violation::Misplaced(log);
    assert_eq!(
        refused(&mut world, log, 2, run[1..].to_vec()),
        misplaced,
        "no first"
    );
    assert_eq!(
        refused(&mut world, log, 1, run[1..].to_vec()),
        misplaced,
        "another first"
    );
    assert_eq!(
        refused(&mut world, log, 5, run[4..].to_vec()),
        misplaced,
        "a gap"
    );
    let hole = vec![run[0].clone(), run[1].clone(), run[3].clone()];
    assert_eq!(
        refused(&mut world, log, 1, hole),
        Violation::BadRun(log),
        "a hole"
    );
    let back = vec![run[0].clone(), run[1].clone(), run[0].clone()];
    assert_eq!(
        refused(&mut world, log, 1, back),
        Violation::BadRun(log),
        "backwards"
    );
    let nobody = LogId(Hash([5; 32]));
    assert_eq!(
        refused(&mut world, nobody, 1, run.clone()),
        Violation::UnknownLog(nobody)
    );
    let far = Forger::of(&world, BEN).at(Head {
        seq: u64::MAX - 1,
        hash: Hash([1; 32]),
    });
    let far = {
        let mut far = far;
        far.signs(thanks("at the end of time")).into_bytes()
    };
    assert_eq!(refused(&mut world, log, u64::MAX, vec![far]), misplaced);
    // The honest run is taken after all that.
    world.model.dishonest.insert(log);
    let mut line = world.line(ANA, log);
    line.sends(&mut world, log, 1, run);
    assert_eq!(
        (line.violation(), world.homes[ANA].shelf.end(log)),
        (None, 6)
    );
}

/// A stored record with its fields replaced, under the signature that it had.
pub(crate) fn spliced(record: &Record, change: &str, other: &Record) -> Vec<u8> {
    let bytes = record.bytes();
    let signature = &bytes[bytes.len() - 64..];
    let from = |field: &str| if field == change { other } else { record };
    let mut w = Writer::new();
    w.array(9)
        .uint(from("seq").seq())
        .bytes(&from("prev").prev().0);
    w.uint(from("kind").kind())
        .uint(u64::from(from("day").day().0));
    let flags = from("flags").flags();
    w.uint(u64::from(flags.unattended) | (u64::from(flags.closed) << 1));
    w.opt(from("about").about(), |w, about| w.bytes(about));
    let seen = from("seen").seen();
    w.array(seen.len() as u64);
    for mark in seen {
        w.array(3)
            .bytes(mark.log.as_bytes())
            .uint(mark.seq)
            .bytes(&mark.hash.0);
    }
    w.bytes(from("body").body()).bytes(signature);
    w.finish()
}

#[test]
fn s32_a_signature_holds_for_one_place_and_one_content() {
    let mut world = ana_and_ben();
    world.ana().thanks("something to mark");
    let ana = world.homes[ANA]
        .head(world.homes[ANA].log)
        .of(world.homes[ANA].log);
    let second = world.another_device("Ben's second", BEN);
    world.meet(BEN, ANA);
    let log = world.homes[BEN].log;
    let mut ben = Forger::of(&world, BEN);
    let one = ben.signs(thanks("one"));
    let mut two = new(
        4,
        Some(vec![3; 16]),
        Act {
            redo: None,
            body: Body::Agree { p: Hash([8; 32]) },
        }
        .encode(),
    );
    two.day = Day(1);
    two.flags = Flags {
        unattended: true,
        closed: true,
    };
    two.seen = vec![ana];
    let two = ben.signs(two);
    for (first, second, from) in [(&one, &two, 1), (&two, &one, 2)] {
        for field in [
            "seq", "prev", "kind", "day", "flags", "about", "seen", "body",
        ] {
            let forged = spliced(first, field, second);
            assert_ne!(forged, first.bytes());
            let mut run = vec![forged];
            if from == 2 {
                run.insert(0, one.bytes().to_vec());
            }
            let violation = refused(&mut world, log, 1, run);
            let place = violation == Violation::Misplaced(log) && field == "seq";
            let refused = violation == Violation::BadRun(log) || place;
            assert!(refused, "{field} can be replaced: {violation:?}");
        }
    }
    // The splice itself is right: nothing replaced is the record.
    assert_eq!(spliced(&one, "nothing", &two), one.bytes());

    // Another device of the same person, and another pact with the very same keys.
    let other = world.homes[second].log;
    let run = vec![one.bytes().to_vec()];
    assert_eq!(refused(&mut world, other, 1, run), Violation::BadRun(other));
    let mut elsewhere = World::ana_and_ben(8);
    let foreign = elsewhere.homes[BEN].log;
    elsewhere.homes[BEN].grace = 0;
    elsewhere.ben().thanks("in another pact");
    let record = elsewhere.homes[BEN].records(foreign).remove(0).into_bytes();
    assert_eq!(
        refused(&mut world, log, 1, vec![record.clone()]),
        Violation::BadRun(log)
    );
    assert_eq!(
        refused(&mut world, foreign, 1, vec![record]),
        Violation::UnknownLog(foreign)
    );
}

#[test]
fn replays_change_nothing() {
    let mut world = ana_and_ben();
    let log = world.homes[BEN].log;
    let mut ben = Forger::of(&world, BEN);
    let run: Vec<NewRecord> = (0..5).map(|i| thanks(&format!("{i}"))).collect();
    ben_says(&mut world, &mut ben, run);
    let (held, view) = (world.held(), world.homes[ANA].replica.view().clone());
    let records: Vec<Vec<u8>> = world.homes[ANA]
        .records(log)
        .into_iter()
        .map(Record::into_bytes)
        .collect();
    let mut line = world.line(ANA, log);
    for _ in 0..20 {
        for from in 0..5 {
            line.sends(&mut world, log, from as u64 + 1, records[from..].to_vec());
        }
    }
    assert_eq!(line.violation(), None);
    assert_eq!(world.held(), held);
    assert!(*world.homes[ANA].replica.view() == view);
    world.check();
}

#[test]
fn s33_a_fork_is_kept_as_proof_and_freezes_its_author() {
    let mut world = ana_and_ben();
    let log = world.homes[BEN].log;
    let mut ben = Forger::of(&world, BEN);
    ben_says(
        &mut world,
        &mut ben,
        (0..4).map(|i| thanks(&format!("{i}"))).collect(),
    );
    let common = world.homes[ANA].records(log)[1].mark().head();
    let mut other = Forger::of(&world, BEN).at(common);
    let second = other.signs(thanks("I said something else")).into_bytes();
    let mut line = world.line(ANA, log);
    line.sends(&mut world, log, 3, vec![second]);
    let ana = &world.homes[ANA].replica;
    assert!(ana.log(log).unwrap().is_forked());
    assert_eq!(ana.honoured(log), 2);
    let told = |frame: &protocol::Frame| matches!(frame, protocol::Frame::Fork { .. });
    assert!(line.said.iter().any(told), "the peer is told too");
    world.check();
    // From now on nothing of it is taken, and Ana goes on.
    let held = world.homes[ANA].shelf.end(log);
    let more: Vec<Vec<u8>> = (0..3)
        .map(|_| ben.signs(thanks("more")).into_bytes())
        .collect();
    let mut line = world.line(ANA, log);
    line.sends(&mut world, log, 5, more);
    assert_eq!(
        (line.violation(), world.homes[ANA].shelf.end(log)),
        (None, held)
    );
    world.ana().thanks("to myself");
    world.check();
    world.homes[ANA].reopen();
    world.touch(ANA);
    world.check();
}

#[test]
fn s34_a_rollback_is_noticed() {
    let mut world = ana_and_ben();
    let log = world.homes[BEN].log;
    world.model.dishonest.insert(log);
    world.ben().thanks("one");
    world.back_up(BEN);
    world.ben().thanks("two, which Ben regrets");
    world.meet(ANA, BEN);
    world.restore(BEN);
    // A modified program goes on as if nothing had been, and lies about what Ana said.
    let mut ben = Forger::of(&world, BEN);
    let instead = ben
        .signs(thanks("two, as if nothing had been"))
        .into_bytes();
    let mut line = world.line(ANA, log);
    line.sends(&mut world, log, 2, vec![instead]);
    let ana = &world.homes[ANA].replica;
    assert!(ana.log(log).unwrap().is_forked());
    assert_eq!(world.homes[ANA].records(log)[1].body(), {
        let body = Body::Thanks {
            text: "two, which Ben regrets".into(),
            about: None,
        };
        Act { redo: None, body }.encode()
    });
}

#[test]
fn s37_oversized_and_nested_bytes_cost_little() {
    let mut world = ana_and_ben();
    let log = world.homes[BEN].log;
    let began = Instant::now();
    let long = u32::MAX.to_be_bytes().to_vec();
    let nested = [vec![5], vec![0x81; (1 << 20) - 1]].concat();
    let nested = world::villain::framed(&nested);
    let mut claim = vec![5, 0x83, 0x58, 32];
    claim.extend([7; 32]);
    claim.extend([1, 0x9b, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff]);
    let claim = world::villain::framed(&claim);
    for (bytes, expected) in [
        (
            long,
            Violation::Frame(FrameError::Length(u64::from(u32::MAX))),
        ),
        (vec![0; 4], Violation::Frame(FrameError::Length(0))),
        (nested, Violation::Frame(FrameError::Malformed(5))),
        (claim, Violation::Frame(FrameError::Malformed(5))),
    ] {
        let mut line = world.line(ANA, log);
        line.streams(&mut world, &bytes);
        assert_eq!(line.violation(), Some(expected));
    }
    // A record above 16 KiB, and one whose parts are nested too deep.
    let large = vec![vec![0x40; (16 << 10) + 1]];
    let mut line = world.line(ANA, log);
    line.sends(&mut world, log, 1, large);
    assert_eq!(
        line.violation(),
        Some(Violation::Frame(FrameError::Limit(5)))
    );
    let deep = [vec![0x81; 40], vec![0x80]].concat();
    assert_eq!(
        refused(&mut world, log, 1, vec![deep]),
        Violation::BadRun(log)
    );
    assert!(began.elapsed().as_secs() < 5);
    world.check();
}

#[test]
fn s37_ten_thousand_tiny_edits_are_held_and_harm_nobody() {
    let mut world = ana_and_ben();
    let log = world.homes[BEN].log;
    world.model.dishonest.insert(log);
    let mut ben = Forger::of(&world, BEN);
    let mut line = world.line(ANA, log);
    for chunk in 0..10 {
        let from = ben.tip.head.seq + 1;
        let run = (0..1_000_u64).map(|i| {
            let body = Writer::new()
                .array(2)
                .null()
                .uint(chunk * 1_000 + i)
                .finish();
            ben.signs(new(pact::EDIT, None, body)).into_bytes()
        });
        let run = run.collect();
        line.sends(&mut world, log, from, run);
        assert_eq!(line.violation(), None);
    }
    assert_eq!(world.homes[ANA].shelf.end(log), 10_000);
    let home = &world.homes[ANA];
    let draft = replica::draft::Draft::open(&home.replica, &home.shelf).unwrap();
    assert!(draft.items().is_empty());
    world.ana().thanks("still here");
    world.homes[ANA].reopen();
    world.touch(ANA);
    world.check();
}

#[test]
fn s36_a_lower_or_odd_version_is_no_way_in() {
    let mut world = ana_and_ben();
    let log = world.homes[BEN].log;
    for (version, flags, fields) in [(0_u64, 0_u64, 5_u64), (1, 4, 5), (1, 0, 6), (1, 0, 4)] {
        let mut w = Writer::new();
        w.array(fields)
            .uint(version)
            .uint(flags)
            .bytes(&[0; 32])
            .array(0);
        for _ in 4..fields {
            w.null();
        }
        let bytes = world::villain::framed(&[&[1], &w.finish()[..]].concat());
        let mut line: Line = world.silent_line(ANA, log);
        line.streams(&mut world, &bytes);
        assert_eq!(
            line.violation(),
            Some(Violation::Frame(FrameError::Malformed(1)))
        );
        // Nothing but the greeting had been said to it.
        assert_eq!(line.said.len(), 1);
    }
}
