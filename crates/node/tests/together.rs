//! Two homes, one process, real QUIC on loopback: they meet, write, agree, keep and look.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod common;

use common::{World, meet, passphrase, person, sync};
use identity::Day;
use node::home::Said;
use node::meet::Outcome;
use node::pair::{PairError, Paired};
use pact::{Act, Body, Content, How, State};
use protocol::PairingEnd;
use replica::draft::{Change, Field, Scalar};

const ITEM: [u8; 16] = [7; 16];

fn promise(title: &str) -> Change {
    Change::New {
        id: ITEM,
        title: title.to_owned(),
        text: "I am home by six on weekdays.".to_owned(),
        fields: vec![
            (Field::Type, Scalar::Uint(0)),
            (Field::Who, Scalar::Uint(2)),
        ],
        parts: Vec::new(),
    }
}

#[test]
fn two_people_meet_write_agree_keep_and_see_the_same() {
    let world = World::new();
    let (mut ana, mut ben) = world.couple();
    assert!(ana.is_paired() && ben.is_paired());
    assert_ne!(ana.person().unwrap(), ben.person().unwrap());

    // Ben writes; both change it at the same time.
    ben.edit(&[promise("Home by six")]).unwrap();
    world.set_time("2025-03-04T08:03:00+01:00");
    assert_eq!(sync(&mut ana, &mut ben), (Outcome::Done, Outcome::Done));
    let item = ana.draft().unwrap().items()[0].item;
    assert_eq!(
        ana.draft().unwrap().item(item).unwrap().title,
        "Home by six"
    );
    ana.edit(&[Change::Title(item, "Home by six, on weekdays".to_owned())])
        .unwrap();
    ben.edit(&[Change::Text(
        item,
        "I am home by six. Else I say so.".to_owned(),
    )])
    .unwrap();
    world.set_time("2025-03-04T08:06:00+01:00");
    sync(&mut ana, &mut ben);
    for home in [&mut ana, &mut ben] {
        let shown = home.draft().unwrap().item(item).unwrap();
        assert_eq!(shown.title, "Home by six, on weekdays");
        assert_eq!(shown.text, "I am home by six. Else I say so.");
    }

    // Ben offers, Ana agrees, and from the next day it counts.
    let content = offer_of(&ben.draft().unwrap().item(item).unwrap());
    let propose = Act::new(Body::Propose {
        content: Box::new(content),
        until: Day(20_151 + 90),
        replaces: Vec::new(),
        answers: None,
    });
    let about = Said {
        about: Some(ITEM.to_vec()),
        ..Said::default()
    };
    let offered = ben.act(&propose, about.clone()).unwrap();
    world.set_time("2025-03-04T08:10:00+01:00");
    sync(&mut ana, &mut ben);
    let p = offered.hash();
    assert_eq!(ana.view().unwrap().state(p, Day(20_151)), Some(State::Open));
    ana.act(&Act::new(Body::Agree { p }), about.clone())
        .unwrap();
    world.set_time("2025-03-05T18:00:00+01:00");
    sync(&mut ana, &mut ben);
    for home in [&mut ana, &mut ben] {
        let today = home.today();
        assert_eq!(home.view().unwrap().state(p, today), Some(State::InForce));
        assert_eq!(home.view().unwrap().agreements(today).len(), 1);
    }

    // Ben keeps it; within the grace it can be undone, and then it is said again.
    let kept = Act::new(Body::Follow {
        target: p,
        on: ben.today(),
        how: How::Kept,
        note: String::new(),
        corrects: None,
    });
    ben.act(&kept, about.clone()).unwrap();
    assert!(ben.last_grace().is_some());
    sync(&mut ana, &mut ben);
    assert_eq!(
        ana.last(9, None).unwrap().0.len(),
        5,
        "nothing leaves within the grace"
    );
    assert!(matches!(ben.undo().unwrap(), replica::Undone::Gone(_)));
    assert_eq!(ben.last(9, None).unwrap().0.len(), 5);
    ben.act(&kept, about).unwrap();
    world.set_time("2025-03-05T18:30:00+01:00");
    assert!(
        matches!(ben.undo().unwrap(), replica::Undone::Nothing),
        "too late"
    );
    sync(&mut ana, &mut ben);

    // Both sides hold and see the same, in one order, with every signature in order.
    let seen = |home: &mut node::Home| {
        let today = home.today();
        let lines = home.last(100, None).unwrap().0;
        let order: Vec<_> = lines.iter().map(|kept| kept.record.hash()).collect();
        let view = home.view().unwrap();
        (
            order,
            view.covers().collect::<Vec<_>>(),
            format!("{:?}", view.agreements(today)),
        )
    };
    assert_eq!(seen(&mut ana), seen(&mut ben));
    assert_eq!(seen(&mut ana).0.len(), 6);
    for home in [&mut ana, &mut ben] {
        let audit = home.verify(|_| {}).unwrap();
        assert!(audit.is_clean() && audit.records == 6, "{audit:?}");
    }
    // The last good address is remembered: the next sync needs none.
    assert!(ben.settings().last_good.is_some());
}

fn offer_of(item: &replica::draft::DraftItem) -> Content {
    let who = pact::Who::from_number(2).unwrap();
    Content::new(pact::ItemType::Promise, who, &item.title, &item.text)
}

#[test]
fn a_no_on_either_side_leaves_both_as_they_were() {
    for (ana_says, ben_says) in [(true, false), (false, true), (false, false)] {
        let world = World::new();
        let (mut ana, mut ben) = (world.begin("Ana"), world.begin("Ben"));
        let (invited, joined) = meet(&mut ana, &mut ben, |_| ana_says, |_| ben_says);
        for (home, ended, said) in [(&ana, invited, ana_says), (&ben, joined, ben_says)] {
            assert!(!home.is_paired());
            match ended {
                Err(PairError::Ended(PairingEnd::Refused)) => assert!(!said),
                // Who is asked may find the other gone before answering.
                // Also who is still asked, when the other has said no.
                Err(PairError::NotBoth) => {}
                other => panic!("{other:?}"),
            }
        }
        // Never met, on both: nobody keeps a yes that came to nothing.
        assert!(!ana.is_half_paired() && !ben.is_half_paired());
        let (invited, joined) = meet(&mut ana, &mut ben, |_| true, |_| true);
        assert_eq!(
            (invited.unwrap(), joined.unwrap()),
            (Paired::Met, Paired::Met)
        );
    }
}

#[test]
fn s40_a_ticket_works_once_for_ten_minutes_and_only_as_written() {
    let world = World::new();
    let (mut ana, mut ben) = (world.begin("Ana"), world.begin("Ben"));
    let (tickets, ticket) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let inviting = scope.spawn(|| {
            let mut talk = common::Person {
                says: |_: &_| true,
                words: None,
                tickets: Some(tickets),
            };
            let open = common::at_loopback();
            node::pair::invite(&mut ana, &passphrase(), "Ben", &open, &mut talk)
        });
        let ticket = ticket.recv().unwrap();
        // Mistyped: told before anything is dialled.
        let wrong = ticket.replacen(
            &ticket[20..21],
            if &ticket[20..21] == "q" { "p" } else { "q" },
            1,
        );
        let said = node::pair::join(
            &mut ben,
            &passphrase(),
            "Ana",
            &wrong,
            &mut person(|_| true),
        );
        assert!(matches!(said, Err(PairError::Ticket(_))), "{said:?}");
        // Another secret for the same key: that connection ends, the invitation stays open.
        let mut forged = protocol::Ticket::parse(&ticket).unwrap();
        forged.secret = [0; 16];
        let text = forged.to_text();
        let said = node::pair::join(&mut ben, &passphrase(), "Ana", &text, &mut person(|_| true));
        assert!(matches!(said, Err(PairError::TurnedAway)), "{said:?}");
        assert!(!ben.is_paired() && !ben.is_half_paired());
        // Expired on the inviter's own clock.
        world.set_time("2025-03-04T08:10:01+01:00");
        let said = inviting.join().unwrap();
        assert!(
            matches!(said, Err(PairError::Ended(PairingEnd::Expired))),
            "{said:?}"
        );
        let said = node::pair::join(
            &mut ben,
            &passphrase(),
            "Ana",
            &ticket,
            &mut person(|_| true),
        );
        assert!(matches!(said, Err(PairError::NobodyThere)), "{said:?}");
    });
    assert!(!ana.is_paired() && !ana.is_half_paired());
    let (invited, joined) = meet(&mut ana, &mut ben, |_| true, |_| true);
    assert_eq!(
        (invited.unwrap(), joined.unwrap()),
        (Paired::Met, Paired::Met)
    );
}

#[test]
fn two_handles_on_one_home_see_each_others_entries() {
    let world = World::new();
    let (mut ana, _ben) = world.couple();
    let mut second = world.open("Ana");
    let thanks = |text: &str| {
        Act::new(Body::Thanks {
            text: text.to_owned(),
            about: None,
        })
    };
    let a = ana.act(&thanks("one"), Said::default()).unwrap();
    let b = second.act(&thanks("two"), Said::default()).unwrap();
    let c = ana.act(&thanks("three"), Said::default()).unwrap();
    assert_eq!((a.seq(), b.seq(), c.seq()), (1, 2, 3));
    let all = |home: &mut node::Home| -> Vec<_> {
        home.last(9, None)
            .unwrap()
            .0
            .iter()
            .map(|kept| kept.record.hash())
            .collect()
    };
    assert_eq!(all(&mut ana), [a.hash(), b.hash(), c.hash()]);
    assert_eq!(all(&mut ana), all(&mut second));
    assert!(second.verify(|_| {}).unwrap().is_clean());
}
