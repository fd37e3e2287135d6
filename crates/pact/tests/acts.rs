//! Acts as bytes.
//!
//! Invariants:
//!
//! 1. Encoding and decoding again gives the same act, for every kind.
//! 2. Bytes that decode encode to themselves: every act has one encoding (S36).
//! 3. No bytes of any kind make the decoder panic, and what it refuses it names.
//! 4. Content that cannot be signed cannot be read either.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::collections::BTreeSet;

use identity::{Day, Hash, Person};
use pact::{
    Act, ActError, Body, Content, ContentError, How, ItemType, Part, Reading, Rule, Who, read,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

fn hashes() -> impl Strategy<Value = Hash> {
    any::<[u8; 32]>().prop_map(Hash)
}

fn texts() -> impl Strategy<Value = String> {
    "[a-zäöé ,.]{1,40}".prop_map(|text| format!("x{text}"))
}

fn several() -> impl Strategy<Value = Vec<Hash>> {
    prop::collection::btree_set(hashes(), 0..4).prop_map(|set| set.into_iter().collect())
}

fn days() -> impl Strategy<Value = Day> {
    any::<u32>().prop_map(Day)
}

fn contents(types: &'static [ItemType]) -> impl Strategy<Value = Content> {
    let rules = prop_oneof![
        Just(None),
        Just(Some("FREQ=WEEKLY;BYDAY=MO,FR")),
        Just(Some("FREQ=MONTHLY;BYDAY=-1SU")),
        Just(Some("FREQ=DAILY;COUNT=1")),
    ];
    let who = prop_oneof![
        Just(Who::Both),
        Just(Who::Only(Person::A)),
        Just(Who::Only(Person::B))
    ];
    let first = (prop::sample::select(types), texts(), texts(), who, rules);
    let second = (prop::option::of(0_u16..1_440), prop::option::of(days()));
    let third = (
        prop::option::of(hashes()),
        prop::collection::vec(texts(), 0..4),
        any::<bool>(),
    );
    (first, second, third).prop_map(|((ty, title, text, who, rule), (by, from), rest)| {
        let (for_, parts, try_) = rest;
        let timed = matches!(
            ty,
            ItemType::Promise | ItemType::WhenThen | ItemType::Questions
        );
        let rule = rule
            .filter(|_| timed)
            .map(|rule| Rule::parse(rule).unwrap());
        let both = matches!(ty, ItemType::Vision | ItemType::Questions);
        let part = |(key, text)| Part {
            key: format!("{key}"),
            text,
        };
        Content {
            ty,
            title,
            text,
            who: if both { Who::Both } else { who },
            by: by.filter(|_| rule.is_some()),
            rule,
            from: from.filter(|_| timed),
            for_,
            parts: parts.into_iter().enumerate().map(part).collect(),
            try_,
        }
    })
}

const PROPOSED: &[ItemType] = &[
    ItemType::Promise,
    ItemType::WhenThen,
    ItemType::Vision,
    ItemType::Questions,
];
const OWNED: &[ItemType] = &[
    ItemType::Promise,
    ItemType::Boundary,
    ItemType::Need,
    ItemType::AboutMe,
];

fn bodies() -> impl Strategy<Value = Body> {
    let p = || hashes();
    let how = prop_oneof![Just(How::Kept), Just(How::Partly), Just(How::Missed)];
    let maybe = || prop::option::of(hashes());
    prop_oneof![
        (contents(OWNED), several(), any::<bool>()).prop_map(|(content, over, lifts)| Body::Set {
            ty: content.ty,
            content: (!lifts).then(|| Box::new(content)),
            over,
        }),
        (contents(PROPOSED), days(), several(), maybe()).prop_map(
            |(content, until, replaces, answers)| Body::Propose {
                content: Box::new(content),
                until,
                replaces,
                answers,
            }
        ),
        p().prop_map(|p| Body::Agree { p }),
        p().prop_map(|p| Body::Decline { p }),
        p().prop_map(|p| Body::Withdraw { p }),
        p().prop_map(|p| Body::Complete { p }),
        (p(), days(), how, texts(), maybe()).prop_map(|(target, on, how, note, corrects)| {
            Body::Follow {
                target,
                on,
                how,
                note,
                corrects,
            }
        }),
        (texts(), maybe()).prop_map(|(text, about)| Body::Thanks { text, about }),
        (p(), days(), 0_u32..9, texts()).prop_map(|(target, from, more, text)| Body::HeadsUp {
            target,
            from,
            to: from.plus(more),
            text,
        }),
        (maybe(), days(), texts()).prop_map(|(target, on, note)| Body::Setback {
            target,
            on,
            note
        }),
        (maybe(), texts()).prop_map(|(setback, text)| Body::Amends { setback, text }),
        (maybe(), 1_u16..=1_440).prop_map(|(target, minutes)| Body::Pause { target, minutes }),
        p().prop_map(|pause| Body::Back { pause }),
        p().prop_map(|record| Body::Heard { record }),
        (p(), days()).prop_map(|(p, day)| Body::CheckedIn { p, day }),
        prop::option::of(days()).prop_map(|until| Body::Space { until }),
        Just(Body::SpaceEnded),
        texts().prop_map(|text| Body::Sorry { text }),
        texts().prop_map(|text| Body::LastWord { text }),
        (p(), texts()).prop_map(|(page, recipient)| Body::Summary { page, recipient }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn an_act_is_read_as_it_was_written(body in bodies(), redo in prop::option::of(hashes())) {
        let act = Act { redo, body };
        let bytes = act.encode();
        prop_assert_eq!(Act::decode(act.kind(), &bytes), Ok(act));
    }

    #[test]
    fn one_byte_changed_is_another_act_or_none(
        body in bodies(),
        at in any::<prop::sample::Index>(),
        to in any::<u8>(),
    ) {
        let act = Act::new(body);
        let mut bytes = act.encode();
        let at = at.index(bytes.len());
        bytes[at] = to;
        for kind in (0..10).chain(126..144) {
            if let Ok(read) = Act::decode(kind, &bytes) {
                prop_assert_eq!(read.encode(), bytes.clone());
                prop_assert_eq!(read.kind(), kind);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_as_something(kind in 0_u64..200, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let reading = read(kind, &bytes);
        let known = matches!(kind, 2..=7 | 128..=141);
        match reading {
            Reading::Edit => prop_assert_eq!(kind, 1),
            Reading::UnknownCritical => prop_assert!(kind < 128 && !known),
            Reading::UnknownIgnorable => prop_assert!(kind >= 128 && !known),
            Reading::Act(_) | Reading::Malformed(_) => prop_assert!(known),
        }
    }

    #[test]
    fn content_is_read_as_it_was_written(content in contents(PROPOSED)) {
        content.validate().unwrap();
        let bytes = content.to_bytes();
        prop_assert_eq!(Content::from_bytes(&bytes).unwrap(), content);
    }
}

/// Every kind has its own number, and every number of B4 its kind.
#[test]
fn kinds_are_those_of_the_formats() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut kinds = BTreeSet::new();
    for _ in 0..3_000 {
        let body = bodies().new_tree(&mut runner).unwrap().current();
        kinds.insert(body.kind());
    }
    assert_eq!(kinds, (2..=7).chain(128..=141).collect());
}

/// Golden bytes, made by hand from B4: `[null, hash]` of kind 4, and a follow.
#[test]
fn golden_bytes() {
    let p = Hash([0x11; 32]);
    let mut agree = vec![0x82, 0xf6, 0x58, 0x20];
    agree.extend([0x11; 32]);
    assert_eq!(Act::new(Body::Agree { p }).encode(), agree);
    let follow = Body::Follow {
        target: p,
        on: Day(20_000),
        how: How::Missed,
        note: "late".into(),
        corrects: None,
    };
    // [null, target, 20000, 2, "late", null]
    let mut bytes = vec![0x86, 0xf6, 0x58, 0x20];
    bytes.extend([0x11; 32]);
    bytes.extend([0x19, 0x4e, 0x20, 0x02, 0x64]);
    bytes.extend(b"late");
    bytes.push(0xf6);
    assert_eq!(Act::new(follow).encode(), bytes);
    // [null, [0, "Yoga", "", 3, "FREQ=WEEKLY;BYDAY=MO", 1080, null, null, [], 0], 99, [], null]
    let mut content = Content::new(ItemType::Promise, Who::Both, "Yoga", "");
    content.rule = Some(Rule::parse("FREQ=WEEKLY;BYDAY=MO").unwrap());
    content.by = Some(18 * 60);
    let body = Body::Propose {
        content: Box::new(content),
        until: Day(99),
        replaces: vec![],
        answers: None,
    };
    let mut bytes = vec![0x85, 0xf6, 0x8a, 0x00, 0x64];
    bytes.extend(b"Yoga");
    bytes.extend([0x60, 0x03, 0x74]);
    bytes.extend(b"FREQ=WEEKLY;BYDAY=MO");
    bytes.extend([0x19, 0x04, 0x38, 0xf6, 0xf6, 0x80, 0x00]);
    bytes.extend([0x18, 0x63, 0x80, 0xf6]);
    assert_eq!(Act::new(body).encode(), bytes);
}

fn reads_as(body: &Body) -> Result<Act, ActError> {
    Act::decode(body.kind(), &Act::new(body.clone()).encode())
}

#[test]
fn what_must_not_be_said_cannot_be_read() {
    let yoga = || Content::new(ItemType::Promise, Who::Both, "Yoga", "");
    let propose = |content: Content| Body::Propose {
        content: Box::new(content),
        until: Day(9),
        replaces: vec![],
        answers: None,
    };
    let wrong = |change: &dyn Fn(&mut Content)| {
        let mut content = yoga();
        change(&mut content);
        match reads_as(&propose(content)) {
            Err(ActError::Content(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    assert!(reads_as(&propose(yoga())).is_ok());
    assert_eq!(wrong(&|c| c.title.clear()), ContentError::Title);
    assert_eq!(wrong(&|c| c.title = "a\nb".into()), ContentError::Title);
    assert_eq!(wrong(&|c| c.title = "a".repeat(121)), ContentError::TooLong);
    assert_eq!(wrong(&|c| c.by = Some(1_440)), ContentError::Minute);
    assert_eq!(wrong(&|c| c.by = Some(600)), ContentError::TimeWithoutDays);
    let part = |key: &str| Part {
        key: key.into(),
        text: "x".into(),
    };
    assert_eq!(
        wrong(&|c| c.parts = vec![part("a"), part("a")]),
        ContentError::Parts
    );
    assert_eq!(wrong(&|c| c.parts = vec![part("")]), ContentError::Parts);
    let vision = Content::new(ItemType::Vision, Who::Only(Person::A), "", "We.");
    assert_eq!(
        reads_as(&propose(vision)),
        Err(ContentError::BelongsToBoth.into())
    );
    let boundary = Content::new(ItemType::Boundary, Who::Only(Person::A), "B", "");
    assert_eq!(
        reads_as(&propose(boundary)),
        Err(ActError::Type),
        "a boundary is never offered"
    );
    let vision = Content::new(ItemType::Vision, Who::Both, "", "We.");
    let set = Body::Set {
        ty: ItemType::Vision,
        content: Some(Box::new(vision)),
        over: vec![],
    };
    assert_eq!(
        reads_as(&set),
        Err(ActError::Type),
        "a vision belongs to both"
    );
    let need = Content::new(ItemType::Need, Who::Only(Person::A), "N", "");
    let set = Body::Set {
        ty: ItemType::Boundary,
        content: Some(Box::new(need)),
        over: vec![],
    };
    assert_eq!(reads_as(&set), Err(ActError::Type));
    let two = vec![Hash([2; 32]), Hash([1; 32])];
    let set = Body::Set {
        ty: ItemType::Need,
        content: None,
        over: two,
    };
    assert_eq!(reads_as(&set), Err(ActError::Named));
    let note = "n".repeat(281);
    let follow = Body::Follow {
        target: Hash([1; 32]),
        on: Day(1),
        how: How::Kept,
        note,
        corrects: None,
    };
    assert_eq!(reads_as(&follow), Err(ActError::TooLong));
    assert_eq!(
        reads_as(&Body::Thanks {
            text: " ".into(),
            about: None
        }),
        Err(ActError::Empty)
    );
    assert_eq!(
        reads_as(&Body::Pause {
            target: None,
            minutes: 0
        }),
        Err(ActError::Minutes)
    );
    let heads_up = Body::HeadsUp {
        target: Hash([1; 32]),
        from: Day(2),
        to: Day(1),
        text: String::new(),
    };
    assert_eq!(reads_as(&heads_up), Err(ActError::Days));
}

/// A rule in another spelling than its own is not the same words.
#[test]
fn a_rule_has_one_spelling() {
    let mut content = Content::new(ItemType::Promise, Who::Both, "Yoga", "");
    content.rule = Some(Rule::parse("FREQ=WEEKLY;BYDAY=MO,FR").unwrap());
    let bytes = content.to_bytes();
    let swapped = |from: &[u8], to: &[u8]| {
        let at = bytes
            .windows(from.len())
            .position(|window| window == from)
            .unwrap();
        let mut other = bytes.clone();
        other[at..at + from.len()].copy_from_slice(to);
        Content::from_bytes(&other)
    };
    assert!(swapped(b"MO,FR", b"MO,FR").is_ok());
    assert_eq!(swapped(b"MO,FR", b"FR,MO"), Err(ContentError::RuleSpelling));
    assert!(matches!(
        swapped(b"WEEKLY", b"HOURLY"),
        Err(ContentError::Rule(_))
    ));
}
