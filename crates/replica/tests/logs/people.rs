//! Small lives for the tests of the logs.

use identity::{Day, Hash, LogId, Person, Record};
use pact::{Act, Body, Content, How, ItemType, View, Who};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use replica::Entry;
use replica::testing::{Couple, Home, meet};

pub(super) const DAY: u32 = 20_000;

/// So many cases of a property. What fails is written into a test by hand, not into a file.
pub(super) fn cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases,
        failure_persistence: None,
        ..Default::default()
    }
}

/// Two persons, the first with two devices, who have written and met at random. The last entries
/// of each have gone nowhere yet.
pub(super) fn life(seed: u64, steps: usize) -> (Couple, Vec<Home>) {
    let mut couple = Couple::new(seed);
    let logs = [
        couple.certify(Person::A, None),
        couple.certify(Person::B, None),
        couple.certify(Person::A, None),
    ];
    let mut homes: Vec<Home> = logs.iter().map(|log| couple.home(*log)).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut known: Vec<Hash> = Vec::new();
    for step in 0..steps {
        match rng.random_range(0..10) {
            0 => {
                let one = rng.random_range(0..3);
                let two = (one + rng.random_range(1..3)) % 3;
                both(&mut homes, one, two, rng.random_range(200..5_000));
            }
            _ => {
                let at = rng.random_range(0..3);
                let record = speak(&mut homes[at], &mut rng, &known, step);
                known.push(record.hash());
            }
        }
    }
    (couple, homes)
}

/// Says something: plan acts more often than a life would, since they are what can go wrong.
pub(super) fn speak(home: &mut Home, rng: &mut ChaCha8Rng, known: &[Hash], step: usize) -> Record {
    let day = DAY + u32::try_from(step / 4).unwrap();
    let any = |rng: &mut ChaCha8Rng| match known.len() {
        0 => Hash([7; 32]),
        held => known[rng.random_range(0..held)],
    };
    let item = vec![u8::try_from(rng.random_range(0..3_u32)).unwrap(); 16];
    let (about, body) = match rng.random_range(0..9) {
        0 | 1 => (Some(item), propose(rng, known, day)),
        2 => (Some(item), Body::Agree { p: any(rng) }),
        3 => (Some(item), Body::Withdraw { p: any(rng) }),
        4 => (Some(item), Body::Decline { p: any(rng) }),
        5 => (Some(item), Body::Complete { p: any(rng) }),
        6 => (None, boundary()),
        7 => (
            Some(item),
            Body::Follow {
                target: any(rng),
                on: Day(day),
                how: How::Kept,
                note: String::new(),
                corrects: None,
            },
        ),
        _ => (None, thanks(&format!("thank you, {step}"))),
    };
    home.write(
        Entry::act(Day(day), about, &Act::new(body)),
        1_000 + step as u64,
        0,
    )
}

pub(super) fn thanks(text: &str) -> Body {
    Body::Thanks {
        text: text.into(),
        about: None,
    }
}

fn boundary() -> Body {
    let content = Content::new(
        ItemType::Boundary,
        Who::Only(Person::A),
        "voices",
        "When voices get loud, I go for a walk.",
    );
    Body::Set {
        ty: ItemType::Boundary,
        content: Some(Box::new(content)),
        over: Vec::new(),
    }
}

fn propose(rng: &mut ChaCha8Rng, known: &[Hash], day: u32) -> Body {
    let replaces = if known.is_empty() || rng.random_bool(0.7) {
        Vec::new()
    } else {
        vec![known[rng.random_range(0..known.len())]]
    };
    Body::Propose {
        content: Box::new(Content::new(
            ItemType::Promise,
            Who::Both,
            "home by six",
            "We are home by six.",
        )),
        until: Day(day + 90),
        replaces,
        answers: None,
    }
}

/// Two of the homes meet.
pub(super) fn both(homes: &mut [Home], one: usize, two: usize, max_bytes: usize) {
    let (low, high) = (one.min(two), one.max(two));
    let (left, right) = homes.split_at_mut(high);
    meet(&mut left[low], &mut right[0], max_bytes);
}

/// All meet all until nothing is new.
pub(super) fn all_meet(homes: &mut [Home]) {
    for _ in 0..4 {
        for one in 0..homes.len() {
            for two in one + 1..homes.len() {
                both(homes, one, two, 4_000);
            }
        }
    }
}

/// The view of a home, kept and reckoned anew: both have to be one.
pub(super) fn view(home: &Home) -> View {
    let anew = home.replica.reckoned(&home.shelf).unwrap();
    assert!(
        home.replica.view().to_bytes() == anew.to_bytes(),
        "the view that was kept up to date is not the one that the records make"
    );
    anew
}

/// All homes hold the same view.
pub(super) fn same_views(homes: &[Home]) {
    let first = view(&homes[0]);
    for home in &homes[1..] {
        assert!(view(home).to_bytes() == first.to_bytes(), "views differ");
    }
}

/// Everything that a home holds of the logs.
pub(super) fn held(home: &Home) -> Vec<(LogId, Vec<Vec<u8>>)> {
    home.shelf
        .logs()
        .map(|log| (log, replica::testing::all(home, log)))
        .collect()
}
