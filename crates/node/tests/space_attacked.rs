//! The practical lane against the partner with a modified program: it dials without end, sends what
//! the lane does not take, a fourth word, a long one; and none of it moves the valve (S5, S6).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod common;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use common::{LOCAL, World, free_port, serve, texts};
use identity::words::WordId;
use identity::{LogId, Person};
use node::meet::announce;
use node::meet::{Said, Serve};
use node::space::{self, Reached, Standing, Taken};
use node::transport::{Arrival, Endpoint, Lull, Pins, Valve};
use node::words::{Body, Lane};
use node::{Home, agent};
use protocol::frames::WordsHave;
use protocol::{Frame, Hello, VERSION, decode, flush};
use replica::testing::Couple;
use replica::words::{Item, Tagged};

const PRACTICAL: Taken = Taken {
    practical: true,
    until: None,
};

/// Ben's device with a program of his own, and Ana's home in space with the practical lane.
struct Scene {
    world: World,
    couple: Couple,
    ben: LogId,
    at: SocketAddr,
    ana: Home,
}

fn scene(seed: u64) -> Scene {
    let world = World::new();
    let mut couple = Couple::new(seed);
    let ana_log = couple.certify(Person::A, None);
    let ben = couple.certify(Person::B, None);
    let mut ana = world.begin("Ana");
    ana.adopt_for_testing(couple.statements(), ana_log, couple.keys(ana_log), vec![])
        .unwrap();
    ana.set_clock(world.clock());
    let at = free_port();
    ana.set("listen", &at.to_string()).unwrap();
    ana.act(&common::thanks("of Ana's log"), node::home::Said::default())
        .unwrap();
    space::take(ana.places(), PRACTICAL).unwrap();
    Scene {
        world,
        couple,
        ben,
        at,
        ana,
    }
}

fn item(scene: &Scene, number: u8, lane: Lane, text: &str) -> (WordId, Vec<u8>) {
    let id = WordId::new([number; 16]);
    let made = scene.ana.today();
    let item = Item {
        id,
        author: scene.ben,
        made,
        until: made.plus(90),
        fade: 14,
        lane,
        re: None,
        body: Body::Say(text.into()),
    };
    let bytes = item.encode();
    let tagged = Tagged {
        item,
        bytes,
        tags: Vec::new(),
    };
    (id, tagged.encode(|_| true).to_vec())
}

/// Dials as Ben's device, greets, offers words, gives what it is asked for, and says more besides.
/// What came back, as the kinds of its frames.
fn talk(scene: &Scene, items: &[(WordId, Vec<u8>)], more: &[Frame]) -> Vec<u8> {
    let keys = scene.couple.keys(scene.ben);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut kinds = Vec::new();
    runtime.block_on(async {
        let valve = Valve::new(Arc::new(|| false));
        let (seed, public) = (keys.sign_seed(), keys.sign_public());
        let mouth = Endpoint::bind(LOCAL, &seed, &public, &Pins::any(), valve, Lull::Ends).unwrap();
        let heard = async {
            let mut line = mouth.dial(scene.at).await.ok()?;
            let hello = Frame::Hello(Hello {
                live: true,
                practical: false,
                roster: Some(identity::Hash([7; 32])),
                marks: Vec::new(),
                words: None,
                version: VERSION,
            });
            line.sender.write(&flush(&[hello])).await.ok()?;
            let mut ids: Vec<WordId> = items.iter().map(|(id, _)| *id).collect();
            ids.sort_unstable();
            let have = Frame::WordsHave(WordsHave::Ids(ids));
            line.sender.write(&flush(&[have])).await.ok()?;
            for frame in more {
                line.sender
                    .write(&flush(std::slice::from_ref(frame)))
                    .await
                    .ok()?;
            }
            while let Ok(Some(Arrival::Frame(bytes))) = line.receiver.frame().await {
                let frame = decode(&bytes).ok()?;
                kinds.push(frame.kind());
                let Frame::WordsWant { ids } = frame else {
                    continue;
                };
                if ids.is_empty() {
                    let end = Frame::WordsWant { ids: Vec::new() };
                    line.sender.write(&flush(&[end])).await.ok()?;
                    continue;
                }
                let wanted = items.iter().filter(|(id, _)| ids.contains(id));
                let items = wanted.map(|(_, bytes)| bytes.clone()).collect();
                line.sender
                    .write(&flush(&[Frame::Words { items }]))
                    .await
                    .ok()?;
            }
            Some(())
        };
        drop(tokio::time::timeout(Duration::from_millis(1500), heard).await);
    });
    kinds
}

fn practical_words(home: &mut Home) -> usize {
    let there = home.words().unwrap().there;
    assert!(there.iter().all(|one| one.lane == Lane::Practical));
    there.len()
}

#[test]
fn the_receiver_holds_to_three_a_day_and_to_280_characters() {
    let mut scene = scene(1);
    let (serving, says) = serve(scene.world.open("Ana"), live());
    assert_eq!(says.recv().unwrap(), Said::Listening(scene.at));
    let words: Vec<_> = (1..=6)
        .map(|n| item(&scene, n, Lane::Practical, "Mia at four?"))
        .collect();
    let kinds = talk(&scene, &words, &[]);
    assert!(kinds.contains(&9), "it was asked for them: {kinds:?}");
    assert_eq!(practical_words(&mut scene.ana), 3);
    // Nor in another session of the same day, nor a long one on the next.
    talk(
        &scene,
        &[item(&scene, 7, Lane::Practical, "A seventh.")],
        &[],
    );
    assert_eq!(practical_words(&mut scene.ana), 3);
    scene.world.set_time("2025-03-05T08:00:00+01:00");
    talk(
        &scene,
        &[item(&scene, 8, Lane::Practical, &"a".repeat(281))],
        &[],
    );
    assert_eq!(practical_words(&mut scene.ana), 3);
    talk(
        &scene,
        &[item(&scene, 9, Lane::Practical, &"a".repeat(280))],
        &[],
    );
    assert_eq!(practical_words(&mut scene.ana), 4);
    agent::lock(scene.ana.places()).unwrap();
    serving.join().unwrap();
}

fn live() -> Serve {
    Serve {
        live: true,
        ..Serve::default()
    }
}

#[test]
fn no_other_lane_gets_in_or_out_however_often_it_is_tried() {
    let mut scene = scene(2);
    let (serving, says) = serve(scene.world.open("Ana"), live());
    assert_eq!(says.recv().unwrap(), Said::Listening(scene.at));
    let own = scene.ana.replica().unwrap().own_log();
    let log = scene.ben;
    let attempts: Vec<Vec<Frame>> = vec![
        vec![Frame::Roster {
            statements: vec![vec![0; 40]],
        }],
        vec![Frame::Probe {
            log: own,
            seqs: vec![1],
        }],
        vec![Frame::Records {
            log,
            from: 1,
            records: vec![vec![1; 200]],
        }],
        vec![Frame::Stored { marks: Vec::new() }],
        vec![Frame::WordsWant {
            ids: vec![WordId::new([1; 16])],
        }],
    ];
    let mut all = Vec::new();
    for more in &attempts {
        all.extend(talk(&scene, &[], more));
    }
    // An ordinary word, offered as if it were a practical one.
    let ordinary = item(&scene, 1, Lane::Ordinary, "Listen to me.");
    all.extend(talk(&scene, std::slice::from_ref(&ordinary), &[]));
    assert_eq!(practical_words(&mut scene.ana), 0);
    assert!(
        all.iter().all(|kind| matches!(kind, 1 | 8 | 9 | 10 | 12)),
        "of logs, marks, draft and roster nothing was said: {all:?}"
    );
    assert_eq!(texts(&mut scene.ana), ["of Ana's log"]);
    // Dialled without end it is the same, and a practical word still comes through.
    for _ in 0..40 {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let keys = scene.couple.keys(scene.ben);
            let valve = Valve::new(Arc::new(|| false));
            let (seed, public) = (keys.sign_seed(), keys.sign_public());
            let mouth =
                Endpoint::bind(LOCAL, &seed, &public, &Pins::any(), valve, Lull::Ends).unwrap();
            drop(tokio::time::timeout(Duration::from_millis(100), mouth.dial(scene.at)).await);
        });
    }
    talk(
        &scene,
        &[item(&scene, 2, Lane::Practical, "Mia at four?")],
        &[],
    );
    assert_eq!(practical_words(&mut scene.ana), 1);
    assert_eq!(
        space::standing(scene.ana.places()),
        Standing::Taken(PRACTICAL)
    );
    // And it is closed at once.
    let silent = Taken::default();
    space::take(scene.ana.places(), silent).unwrap();
    serving.join().unwrap();
    assert!(talk(&scene, &[], &[]).is_empty());
}

/// Three devices: Ana's laptop and phone, and Ben's.
#[test]
fn an_own_other_device_falls_silent_once_it_knows_and_is_named_while_it_does_not() {
    let world = World::new();
    let mut couple = Couple::new(3);
    let [laptop_log, phone_log] = [(); 2].map(|()| couple.certify(Person::A, None));
    let ben_log = couple.certify(Person::B, None);
    let home = |name: &str, log| {
        let mut home = world.begin(name);
        home.adopt_for_testing(couple.statements(), log, couple.keys(log), vec![])
            .unwrap();
        home.set_clock(world.clock());
        home
    };
    let mut laptop = home("Laptop", laptop_log);
    let mut phone = home("Phone", phone_log);
    let mut ben = home("Ben", ben_log);
    // Nobody is there: the phone is named, and goes on.
    laptop.set("peer", &free_port().to_string()).unwrap();
    space::take(laptop.places(), Taken::default()).unwrap();
    let told = announce(&mut laptop, None).unwrap();
    assert_eq!(
        (told.other, told.untold),
        (Reached::Nobody, vec![phone_log])
    );
    assert_eq!(space::standing(phone.places()), Standing::Open);
    // The phone is there: it says that it knows, and then it is silent too.
    let at = free_port();
    phone.set("listen", &at.to_string()).unwrap();
    laptop.set("peer", &at.to_string()).unwrap();
    let (serving, says) = serve(world.open("Phone"), live());
    assert_eq!(says.recv().unwrap(), Said::Listening(at));
    let until = laptop.today().plus(5);
    let told = announce(&mut laptop, Some(until)).unwrap();
    assert_eq!((told.other, told.untold), (Reached::OwnAlone, vec![]));
    serving.join().unwrap();
    let silent = Taken {
        practical: false,
        until: Some(until),
    };
    assert_eq!(space::standing(phone.places()), Standing::Taken(silent));
    assert!(ben.space_of_other().unwrap().is_none());
    // Each opens by its owner's hand alone, and what the phone knows does not shut it again.
    phone
        .act(
            &pact::Act::new(pact::Body::SpaceEnded),
            node::home::Said::default(),
        )
        .unwrap();
    space::end(phone.places()).unwrap();
    world.set_time("2025-03-04T09:00:00+01:00");
    common::sync(&mut phone, &mut ben);
    assert_eq!(space::standing(phone.places()), Standing::Open);
    assert_eq!(
        space::standing(laptop.places()),
        Standing::Taken(Taken::default())
    );
}
