//! W1 to W3: who may bring what, what is refused, and what an exchange does not tell.

use identity::Day;
use replica::words::{Body, Lane, MOST_DAYS, Taken, Wish, WordsWrong};

use crate::*;

#[test]
fn w1_words_arrive_closed_and_are_opened() {
    let (_, mut ana, mut ben, _) = homes();
    say(&mut ana, "I was afraid on Friday.", 1);
    assert_eq!(give(&mut ana, &mut ben), [Taken::New]);
    let listed = list(&mut ben);
    assert!(listed[0].closed && !listed[0].mine);
    let body = look(&mut ben, &listed[0].handle);
    assert_eq!(body, Body::Say("I was afraid on Friday.".into()));
    assert!(!list(&mut ben)[0].closed);
    assert!(give(&mut ana, &mut ben).is_empty(), "once is enough");
}

#[test]
fn w1_ones_own_devices_relay_and_the_other_person_cannot() {
    let (_, mut ana, mut ben, mut second) = homes();
    say(&mut ben, "From Ben.", 1);
    give(&mut ben, &mut second);
    assert_eq!(
        give(&mut second, &mut ana),
        [Taken::New],
        "by her own phone"
    );

    // What Ana wrote on one device does not reach her other one through Ben.
    say(&mut ana, "From Ana.", 2);
    give(&mut ana, &mut ben);
    assert!(given(&mut ben, &mut second).is_empty());
    // Nor does what he makes up in her name.
    for forged in [crafted(ana.log(), 9, |_| ()), {
        let mut item = given(&mut ana, &mut second).remove(0);
        let end = item.len() - 1;
        item[end] ^= 1;
        item
    }] {
        let taken = take(&mut second, ben.log(), &forged);
        assert!(matches!(
            taken,
            Err(WordsWrong::NotVouched | WordsWrong::NotAnItem)
        ));
    }
    // What is genuine, with the tag for her phone, is what her laptop wrote, whoever brings it.
    let genuine = given(&mut ana, &mut second).remove(0);
    assert_eq!(take(&mut second, ben.log(), &genuine), Ok(Taken::New));
}

#[test]
fn w1_a_tag_for_another_is_not_passed_on() {
    let (_, mut ana, mut ben, second) = homes();
    say(&mut ana, "For Ben.", 1);
    let bytes = given(&mut ana, &mut ben).remove(0);
    let tagged = Tagged::parse(&bytes).unwrap();
    assert!(tagged.tag(ben.log()).is_some());
    assert!(tagged.tag(second.log()).is_none(), "he could not forge it");
}

#[test]
fn w2_what_is_not_in_order_is_refused_and_remembered() {
    let (_, _, mut ben, _) = homes();
    let (_, ana, ..) = homes();
    let by = ana.log();
    let cases: [(&str, Vec<u8>, Taken); 7] = [
        ("today", crafted(by, 1, |_| ()), Taken::New),
        (
            "two days ahead",
            crafted(by, 2, |i| i.made = Day(TODAY.0 + 2)),
            Taken::New,
        ),
        (
            "three days ahead",
            crafted(by, 3, |i| i.made = Day(TODAY.0 + 3)),
            Taken::Refused,
        ),
        (
            "too long",
            crafted(by, 4, |i| i.until = i.made.plus(MOST_DAYS + 1)),
            Taken::Refused,
        ),
        (
            "ended before it began",
            crafted(by, 5, |i| (i.made, i.until) = (Day(TODAY.0 + 1), TODAY)),
            Taken::Refused,
        ),
        (
            "past",
            crafted(by, 6, |i| {
                i.made = TODAY.minus(9);
                i.until = TODAY.minus(1);
            }),
            Taken::NotNow,
        ),
        (
            "later than its clock can believe",
            crafted(by, 7, |i| i.until = TODAY.plus(93)),
            Taken::NotNow,
        ),
    ];
    for (what, bytes, expected) in cases {
        assert_eq!(take(&mut ben, by, &bytes), Ok(expected), "{what}");
        let again = take(&mut ben, by, &bytes).unwrap();
        let remembered = expected != Taken::NotNow;
        assert_eq!(again == Taken::Known, remembered, "{what}");
    }
    assert_eq!(list(&mut ben).len(), 2);
    // No trace outlives its day.
    at(&mut ben, TODAY.plus(91));
    assert_eq!(ben.replica.words().unwrap().0.ids(None, None).len(), 1);
    at(&mut ben, TODAY.plus(92));
    assert!(ben.replica.words().unwrap().0.ids(None, None).is_empty());
    ben.reopen();
    at(&mut ben, TODAY.plus(92));
    assert!(ben.replica.words().unwrap().0.ids(None, None).is_empty());
}

#[test]
fn w2_the_practical_lane_is_narrow_on_both_ends() {
    let (_, mut ana, mut ben, _) = homes();
    let practical = |text: &str| Wish {
        lane: Lane::Practical,
        ..Wish::new(Body::Say(text.into()))
    };
    for number in 1..=3 {
        wish(&mut ana, practical(&"é".repeat(280)), number);
    }
    let (words, roster) = ana.replica.words().unwrap();
    let id = identity::words::WordId::new([4; 16]);
    assert!(
        words
            .compose(roster, practical("a fourth"), id, 0, 0)
            .is_err()
    );
    assert_eq!(give(&mut ana, &mut ben), [Taken::New; 3]);
    let fourth = crafted(ana.log(), 5, |i| i.lane = Lane::Practical);
    assert_eq!(take(&mut ben, ana.log(), &fourth), Ok(Taken::Refused));
    let long = crafted(ana.log(), 6, |i| {
        i.made = Day(TODAY.0 + 1);
        i.lane = Lane::Practical;
        i.body = Body::Say("x".repeat(281).as_str().into());
    });
    assert_eq!(take(&mut ben, ana.log(), &long), Ok(Taken::Refused));
}

#[test]
fn w2_a_revoked_author_is_not_heard() {
    let (mut couple, ana, mut ben, second) = homes();
    let start = identity::Head::start(second.log()).of(second.log());
    ben.admit(vec![couple.revoke(start)]);
    let late = crafted(second.log(), 1, |_| ());
    assert_eq!(take(&mut ben, ana.log(), &late), Ok(Taken::Refused));
}

/// Opened, let go, faded, or none of it: the same digest, the same lists, the same answers.
#[test]
fn w3_what_became_of_words_shows_in_no_exchange() {
    let mut seen = Vec::new();
    for fate in 0..4 {
        let (_, mut ana, mut ben, _) = homes();
        say(&mut ana, "one", 1);
        let short = Wish {
            fade: 1,
            ..Wish::new(Body::Say("two".into()))
        };
        wish(&mut ana, short, 2);
        say(&mut ben, "his own", 3);
        give(&mut ana, &mut ben);
        give(&mut ben, &mut ana);
        let handles: Vec<_> = list(&mut ben).into_iter().map(|l| l.handle).collect();
        for handle in handles {
            if fate >= 1 && !list(&mut ben).iter().any(|l| l.handle == handle && l.mine) {
                look(&mut ben, &handle);
            }
            if fate == 2 {
                let (words, roster) = ben.replica.words().unwrap();
                let writes = words.let_go(roster, &handle).unwrap();
                ben.keep(&writes);
            }
        }
        if fate == 3 {
            at(&mut ben, TODAY.plus(10));
            assert!(list(&mut ben).len() < 3, "the short one has faded");
        }
        at(&mut ben, TODAY.plus(10));
        let ana_log = ana.log();
        let shelf = ben.shelf.clone();
        let (words, roster) = ben.replica.words().unwrap();
        let ids: Vec<_> = words.ids(None, None).into_iter().collect();
        let out = words
            .outgoing(&shelf, roster, ana_log, &ids, None, 1_000_000)
            .unwrap();
        seen.push((words.digest(), words.buckets(), ids, out));
    }
    assert!(seen.iter().all(|one| *one == seen[0]));
}

#[test]
fn w3_equal_digests_mean_equal_lists() {
    let (_, mut ana, mut ben, _) = homes();
    for number in 1..20 {
        say(&mut ana, "more", number);
    }
    give(&mut ana, &mut ben);
    let theirs = ana.replica.words().unwrap().0.buckets();
    let words = ben.replica.words().unwrap().0;
    assert_eq!(words.buckets(), theirs);
    assert!(words.differing(&theirs).is_empty());
    // Days that one end has left behind are nobody's business.
    at(&mut ben, TODAY.plus(91));
    let words = ben.replica.words().unwrap().0;
    assert!(words.differing(&theirs).is_empty());
}
