//! A peer's wrongs: every frame in every state, and everything that is not a frame.

use identity::{Hash, Head, LogId, Mark};
use proptest::prelude::*;

use super::rig::{Did, End, ana_and_ben, open};
use crate::Violation;
use crate::frames::tests::one_of_each;
use crate::frames::{Frame, FrameError, Hello, encode};
use crate::session::load::Load;
use crate::session::{Closing, Event, Input, MAX_SESSION_BYTES, MAX_SESSION_RECORDS};

/// Ana after the greetings, with a record of Ben's.
fn meeting() -> (End, End) {
    let (_, mut ana, mut ben) = ana_and_ben();
    ben.thanks_quietly("one");
    open(&mut ana, &mut ben);
    assert!(ana.told(&Event::Settled));
    ana.did.clear();
    (ana, ben)
}

#[test]
fn before_the_greeting_only_a_greeting_counts() {
    for frame in one_of_each() {
        let (_, mut ana, _) = ana_and_ben();
        ana.feed(Input::Opened);
        ana.did.clear();
        ana.hears(&frame);
        let kind = frame.kind();
        match kind {
            1 => assert_eq!(ana.closed(), None),
            12 => assert!(ana.did.is_empty()),
            // Who crashed after its yes is answered with ours, once.
            36 => {
                assert_eq!(ana.said(), [36]);
                ana.hears(&frame);
                assert_eq!(ana.violation(), Some(Violation::OutOfPlace(36)));
            }
            _ => {
                assert_eq!(ana.violation(), Some(Violation::OutOfPlace(kind)));
                assert_eq!(ana.said(), [] as [u8; 0]);
                assert!(ana.session.is_over());
            }
        }
    }
}

#[test]
fn in_a_meeting_each_frame_has_its_place_or_ends_it() {
    for frame in one_of_each() {
        let (mut ana, _) = meeting();
        let before = ana.home.shelf.clone();
        ana.hears(&frame);
        let log = LogId(Hash([3; 32]));
        let expected = match frame.kind() {
            1 | 32..=36 => Some(Violation::OutOfPlace(frame.kind())),
            4 | 10 => Some(Violation::Unasked(frame.kind())),
            5 | 7 => Some(Violation::UnknownLog(log)),
            _ => None,
        };
        assert_eq!(ana.violation(), expected, "{frame:?}");
        let stays = ana.home.shelf.size() == before.size();
        assert!(stays, "frame {} changed what is kept", frame.kind());
        match frame.kind() {
            3 => assert_eq!(ana.said(), [4], "a question is answered with what is held"),
            9 => assert_eq!(ana.did, [Did::Said(Frame::Words { items: vec![] })]),
            _ => assert_eq!(ana.said(), [] as [u8; 0]),
        }
    }
}

#[test]
fn after_a_violation_nothing_is_heard_or_said() {
    let (mut ana, _) = meeting();
    ana.hears(&Frame::Words { items: vec![] });
    ana.did.clear();
    for frame in one_of_each() {
        ana.hears(&frame);
    }
    ana.feed(Input::Changed);
    ana.feed(Input::Tick);
    ana.thanks("nobody hears this");
    assert!(ana.did.is_empty());
}

#[test]
fn what_is_no_frame_ends_the_meeting() {
    let nested = [vec![5], vec![0x81; 5_000], vec![0x80]].concat();
    let unknown = vec![13, 0x80];
    let truncated = encode(&Frame::Stored { marks: vec![] })[..1].to_vec();
    let oversized = vec![5; crate::MAX_FRAME + 1];
    for bytes in [nested, unknown, truncated, oversized, vec![]] {
        let (mut ana, _) = meeting();
        ana.feed(Input::Frame(&bytes));
        assert!(
            matches!(ana.violation(), Some(Violation::Frame(_))),
            "{:?}",
            &bytes[..1.min(bytes.len())]
        );
        let (_, mut ana, _) = ana_and_ben();
        ana.feed(Input::Opened);
        ana.feed(Input::Frame(&bytes));
        assert!(matches!(ana.violation(), Some(Violation::Frame(_))));
    }
    let (mut ana, _) = meeting();
    ana.feed(Input::Frame(&[13, 0x80]));
    assert_eq!(
        ana.violation(),
        Some(Violation::Frame(FrameError::UnknownType(13)))
    );
}

#[test]
fn runs_that_do_not_verify_are_dropped_whole() {
    let (_, mut ben) = meeting();
    for i in 0..3 {
        ben.thanks_quietly(&format!("more {i}"));
    }
    let log = ben.home.log();
    let run = replica::Shelf::records(&ben.home.shelf, log, 2, 1 << 20).unwrap();
    let hears = |from: u64, records: Vec<Vec<u8>>| {
        let (mut ana, _) = meeting();
        ana.hears(&Frame::Records { log, from, records });
        assert_eq!(
            ana.home.replica.log(log).unwrap().tip.head.seq,
            1,
            "part of a run was kept"
        );
        ana.violation()
    };
    let mut bad = run.clone();
    *bad[2].last_mut().unwrap() ^= 1;
    assert_eq!(
        hears(2, bad),
        Some(Violation::BadRun(log)),
        "a wrong signature"
    );
    assert_eq!(
        hears(2, vec![run[0].clone(), run[2].clone()]),
        Some(Violation::BadRun(log)),
        "a hole"
    );
    assert_eq!(
        hears(3, run[1..].to_vec()),
        Some(Violation::Misplaced(log)),
        "a gap"
    );
    assert_eq!(
        hears(9, run.clone()),
        Some(Violation::Misplaced(log)),
        "another place than claimed"
    );
    assert_eq!(
        hears(2, vec![vec![0x80]]),
        Some(Violation::BadRun(log)),
        "not a record"
    );
    assert_eq!(
        hears(2, vec![run[0].clone(); 2]),
        Some(Violation::BadRun(log)),
        "twice the same"
    );

    let (mut ana, _) = meeting();
    let other = ana.home.log();
    ana.hears(&Frame::Records {
        log: other,
        from: 1,
        records: run.clone(),
    });
    assert!(ana.violation().is_some(), "Ben's records as Ana's");
    let (mut ana, _) = meeting();
    ana.hears(&Frame::Fork {
        log,
        from: 2,
        one: run.clone(),
        other: run,
    });
    assert_eq!(ana.violation(), Some(Violation::NoFork(log)));
}

#[test]
fn what_was_stored_before_a_violation_stays() {
    let (_, mut ana, mut ben) = ana_and_ben();
    ben.thanks_quietly("one");
    open(&mut ana, &mut ben);
    ben.thanks("two");
    for frame in std::mem::take(&mut ben.wire) {
        ana.feed(Input::Frame(&frame));
    }
    ana.hears(&Frame::Words { items: vec![] });
    assert!(ana.violation().is_some());
    ana.home.reopen();
    assert_eq!(
        ana.home.replica.log(ben.home.log()).unwrap().tip.head.seq,
        2
    );
}

#[test]
fn answers_fit_the_question_or_end_the_meeting() {
    let (ana, ben) = meeting();
    let log = ben.home.log();
    // A mark of another history at a place that is held: Ana asks.
    let mut hello = Hello {
        version: 1,
        live: false,
        practical: false,
        roster: Some(ana.home.replica.roster().digest()),
        marks: vec![Mark {
            log,
            seq: 1,
            hash: Hash([9; 32]),
        }],
        words: None,
    };
    let (mut home, peer) = (ana.home, log);
    home.thank(20_000, "x");
    let mut again = End::new(home, peer);
    again.feed(Input::Opened);
    again.hears(&Frame::Hello(hello.clone()));
    // The last common record is the start: no question is needed, the branch is shown at once.
    assert!(again.said().contains(&5) && !again.said().contains(&3));

    let own = again.home.log();
    for i in 0..40 {
        again.home.thank(20_000, &format!("{i}"));
    }
    hello.marks = vec![Mark {
        log: own,
        seq: 40,
        hash: Hash([9; 32]),
    }];
    type At = Vec<(u64, Option<Hash>)>;
    let answers: [(At, Violation); 3] = [
        (vec![(1, None)], Violation::Unasked(4)),
        (vec![], Violation::Unasked(4)),
        (
            (1..40).map(|seq| (seq, None)).chain([(40, None)]).collect(),
            Violation::Unasked(4),
        ),
    ];
    for (at, expected) in answers {
        let mut asking = End::new(again.home, peer);
        asking.feed(Input::Opened);
        asking.hears(&Frame::Hello(hello.clone()));
        assert!(asking.said().contains(&3), "{:?}", asking.said());
        asking.hears(&Frame::Hashes { log: own, at });
        assert_eq!(asking.violation(), Some(expected));
        again = asking;
    }
    // Hashes are chained: nobody differs at 1 and agrees at 39.
    let mut asking = End::new(again.home, peer);
    asking.feed(Input::Opened);
    asking.hears(&Frame::Hello(hello));
    let shelf = &asking.home.shelf;
    let seqs: Vec<u64> = (1..40).collect();
    let ours = asking.home.replica.hashes(shelf, own, &seqs).unwrap();
    let mut at: Vec<(u64, Option<Hash>)> = seqs.into_iter().zip(ours).collect();
    at[0].1 = Some(Hash([1; 32]));
    asking.hears(&Frame::Hashes { log: own, at });
    assert_eq!(asking.violation(), Some(Violation::Contradiction(own)));
}

#[test]
fn one_asks_only_so_often() {
    let (mut ana, ben) = meeting();
    let probe = Frame::Probe {
        log: ben.home.log(),
        seqs: vec![1],
    };
    for _ in 0..512 {
        ana.hears(&probe);
    }
    assert_eq!(ana.closed(), None);
    ana.hears(&Frame::WordsWant { ids: vec![] });
    assert_eq!(ana.violation(), Some(Violation::TooManyQuestions));
}

/// What does not follow costs a look at the whole log, so it is counted as a question.
#[test]
fn what_is_known_is_sent_again_only_so_often() {
    let (mut ana, ben) = meeting();
    let log = ben.home.log();
    let run = Frame::Records {
        log,
        from: 1,
        records: replica::testing::all(&ben.home, log),
    };
    for _ in 0..512 {
        ana.hears(&run);
    }
    assert_eq!(ana.closed(), None);
    ana.hears(&run);
    assert_eq!(ana.violation(), Some(Violation::TooManyQuestions));
}

#[test]
fn a_session_carries_so_much_and_no_more() {
    let small = vec![vec![0; 100]; 1_000];
    let mut load = Load::default();
    for _ in 0..MAX_SESSION_RECORDS / 1_000 {
        assert!(load.take_records(&small).is_ok());
    }
    assert_eq!(load.take_records(&small[..1]), Err(Violation::TooMuch));

    let large = vec![vec![0; 16 << 10]; 64];
    let mut load = Load::default();
    for _ in 0..MAX_SESSION_BYTES >> 20 {
        assert!(load.fits(&large));
    }
    assert!(!load.fits(&small[..1]), "64 MiB and a little");

    let mut load = Load::default();
    assert!(load.take_other(MAX_SESSION_BYTES as usize).is_ok());
    assert_eq!(load.take_other(1), Err(Violation::TooMuch));
}

#[test]
fn in_the_practical_lane_nothing_is_said_of_logs() {
    let practical = Frame::Hello(Hello {
        version: 1,
        live: true,
        practical: true,
        roster: None,
        marks: vec![],
        words: None,
    });
    for frame in one_of_each() {
        let (_, mut ana, _) = ana_and_ben();
        ana.thanks_quietly("not for this lane");
        ana.feed(Input::Opened);
        ana.did.clear();
        ana.hears(&practical);
        // No words here: she has had none, and wants none.
        assert_eq!(ana.said(), [8, 9]);
        ana.hears(&Frame::WordsWant { ids: vec![] });
        assert!(ana.told(&Event::Settled) && ana.told(&Event::Greeted { live: false }));
        ana.hears(&frame);
        let lane = matches!(frame.kind(), 8 | 9 | 12);
        let unasked = frame.kind() == 10;
        match ana.violation() {
            None => assert!(lane),
            Some(Violation::Unasked(10)) => assert!(unasked),
            Some(violation) => assert_eq!(violation, Violation::WrongLane(frame.kind())),
        }
    }
}

#[test]
fn a_later_version_is_spoken_with_in_ours() {
    let (_, mut ana, ben) = ana_and_ben();
    ana.feed(Input::Opened);
    let mut w = identity::cbor::Writer::new();
    let digest = ben.home.replica.roster().digest();
    w.array(6)
        .uint(7)
        .uint(8)
        .bytes(&digest.0)
        .array(0)
        .null()
        .text("new");
    ana.feed(Input::Frame(&[&[1], &w.finish()[..]].concat()));
    assert!(ana.told(&Event::Greeted { live: false }), "{:?}", ana.did);
    ana.thanks("still one");
    assert!(ana.said().contains(&5));
}

#[test]
fn statements_that_do_not_hold_are_dropped_and_harm_nobody() {
    let (mut ana, _) = meeting();
    let mut forged: Vec<u8> = ana
        .home
        .replica
        .roster()
        .statements()
        .nth(1)
        .unwrap()
        .to_vec();
    *forged.last_mut().unwrap() ^= 1;
    let before = ana.home.replica.roster().digest();
    ana.hears(&Frame::Roster {
        statements: vec![forged, vec![], vec![0x83, 1], vec![9; 900]],
    });
    assert_eq!(
        (ana.closed(), ana.home.replica.roster().digest()),
        (None, before)
    );
    assert!(!ana.did.contains(&Did::Persisted));
}

#[test]
fn marks_of_nobody_and_of_the_far_future_are_only_waited_for() {
    let (_, mut ana, ben) = ana_and_ben();
    ana.feed(Input::Opened);
    let far = |log| Mark {
        log,
        seq: u64::MAX,
        hash: Hash([1; 32]),
    };
    let mut marks = vec![
        far(ana.home.log()),
        far(ben.home.log()),
        far(LogId(Hash([0; 32]))),
    ];
    marks.sort_by_key(|mark| mark.log);
    let roster = Some(ana.home.replica.roster().digest());
    ana.thanks_quietly("one");
    ana.hears(&Frame::Hello(Hello {
        version: 1,
        live: false,
        practical: false,
        roster,
        marks,
        words: None,
    }));
    assert_eq!(ana.closed(), None);
    assert!(!ana.said().contains(&5), "her own log left without a proof");
    // A claim alone freezes nobody.
    assert!(!ana.home.replica.is_retired());
    ana.hears(&Frame::Stored {
        marks: vec![Head::start(ana.home.log()).of(ana.home.log())],
    });
    assert!(
        !ana.said().contains(&5),
        "a smaller claim was taken for a proof"
    );
    ana.now += 60_000;
    ana.feed(Input::Tick);
    assert_eq!(ana.closed(), Some(Closing::Silent));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever frames come in whatever order, nothing panics and nothing of Ana's is harmed.
    #[test]
    fn any_frames_in_any_order(picks in prop::collection::vec((0_usize..18, any::<u64>()), 1..30)) {
        let (mut ana, ben) = meeting();
        let logs = [ana.home.log(), ben.home.log(), LogId(Hash([3; 32]))];
        for (pick, salt) in picks {
            let at = logs[(salt % 3) as usize];
            let frame = match one_of_each()[pick].clone() {
                Frame::Probe { .. } => Frame::Probe { log: at, seqs: vec![salt >> 1, (salt >> 1) + 1] },
                Frame::Stored { .. } => {
                    let mark = Mark { log: at, seq: salt % 4, hash: Hash([(salt % 251) as u8; 32]) };
                    Frame::Stored { marks: vec![mark] }
                }
                Frame::Records { records, .. } => Frame::Records { log: at, from: 1 + salt % 5, records },
                Frame::Fork { one, other, .. } => Frame::Fork { log: at, from: 1 + salt % 5, one, other },
                Frame::Hashes { .. } => Frame::Hashes { log: at, at: vec![(salt % 4, None)] },
                frame => frame,
            };
            ana.hears(&frame);
            if salt % 7 == 0 {
                ana.feed(Input::Tick);
            }
        }
        ana.home.reopen();
        prop_assert!(!ana.home.replica.is_retired());
        ana.home.thank(20_000, "still here");
    }
}
