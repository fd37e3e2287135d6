//! The life of an agreement, as two people live it (B5). Each test is one scene.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod history;

use history::{Choices, World, item, permuted, promise, time_passes, view_of};
use identity::{Day, Hash, Person};
use pact::{
    Act, Beside, Body, Content, How, ItemType, NewsOf, Reading, Rule, Standing, State, View, What,
    Who, Why,
};

const LAPTOP: &str = "a-laptop";
const PHONE: &str = "a-phone";
const BEN: &str = "b-phone";

fn world() -> World {
    World::new(&[LAPTOP, PHONE, BEN, "b-restored"])
}

fn both(title: &str) -> Content {
    promise(title, Who::Both)
}

fn state(world: &World, p: Hash) -> State {
    world.view().state(p, world.today).unwrap()
}

/// Ana offers, Ben agrees, and all know it.
fn agreed(world: &mut World, title: &str) -> Hash {
    let p = world.propose(LAPTOP, item(1), both(title));
    world.all_meet();
    world.say(BEN, Body::Agree { p });
    world.all_meet();
    p
}

#[test]
fn it_counts_from_the_next_day_and_rests_after_the_last() {
    let mut world = world();
    let p = agreed(&mut world, "One topic at a time");
    let granted = world.today;
    assert_eq!(state(&world, p), State::Begins(granted.plus(1)));
    world.today = granted.plus(1);
    assert_eq!(state(&world, p), State::InForce);
    world.today = granted.plus(90);
    assert_eq!(state(&world, p), State::InForce, "the last day is in force");
    world.today = granted.plus(91);
    assert_eq!(state(&world, p), State::Rests);
    assert_eq!(world.view().reviews(world.today).len(), 1);
}

#[test]
fn an_offer_waits_without_a_date() {
    let mut world = world();
    let p = world.propose(LAPTOP, item(1), both("Phone in the drawer at dinner"));
    world.all_meet();
    world.today = world.today.plus(400);
    assert_eq!(state(&world, p), State::Open);
    let offers = world.view().offers(world.today).len();
    assert_eq!(offers, 1);
}

#[test]
fn kill_beats_anything_concurrent() {
    let mut world = world();
    let p = world.propose(LAPTOP, item(1), both("Yoga"));
    world.meet(BEN, LAPTOP);
    world.say(BEN, Body::Agree { p });
    // Ana has not heard of it.
    world.say(LAPTOP, Body::Withdraw { p });
    assert_eq!(state(&world, p), State::Crossed);
}

#[test]
fn a_withdrawal_that_knows_of_the_consent_ends_an_agreement() {
    for by in [LAPTOP, PHONE, BEN] {
        let mut world = world();
        let p = agreed(&mut world, "Yoga");
        world.say(by, Body::Withdraw { p });
        assert_eq!(state(&world, p), State::Withdrawn);
    }
}

/// What was taken back before anybody agreed was never a promise, whatever the screens say of the rest.
#[test]
fn an_offer_that_is_taken_back_was_never_agreed() {
    let mut world = world();
    let old = world.propose(LAPTOP, item(1), both("Yoga"));
    let new = world.propose(LAPTOP, item(1), both("Yoga on Mondays"));
    world.say(LAPTOP, Body::Withdraw { p: old });
    world.all_meet();
    let told = |world: &World, p| {
        (
            world.view().was_agreed(p),
            world.view().beside(p, world.today),
        )
    };
    assert_eq!(told(&world, old), (Some(false), Beside::Newer));
    assert_eq!(told(&world, new), (Some(false), Beside::Nothing));
    world.say(BEN, Body::Agree { p: new });
    world.all_meet();
    assert_eq!(told(&world, old), (Some(false), Beside::Newer));
    // A revision of what is agreed, taken back: that stands as it was.
    let third = world.propose_instead(LAPTOP, item(1), both("Never"), &[new], None);
    world.say(LAPTOP, Body::Withdraw { p: third });
    assert_eq!(told(&world, third), (Some(false), Beside::Agreed));
    world.all_meet();
    world.say(BEN, Body::Withdraw { p: new });
    assert_eq!(told(&world, new), (Some(true), Beside::Nothing));
    assert_eq!(told(&world, old), (Some(false), Beside::Nothing));
    let unknown = Hash([7; 32]);
    assert_eq!(told(&world, unknown), (None, Beside::Nothing));
}

#[test]
fn a_renewal_and_a_letting_go_have_their_days() {
    let mut world = world();
    let old = agreed(&mut world, "Mondays");
    let first = world.today.plus(1);
    world.today = world.today.plus(30);
    let new = world.propose_instead(BEN, item(1), both("Mondays"), &[old], None);
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p: new });
    world.all_meet();
    world.today = world.today.plus(10);
    for who in [LAPTOP, BEN] {
        world.say(who, Body::Complete { p: new });
    }
    world.all_meet();
    let view = world.view();
    let past = view.past(item(1), world.today);
    let told: Vec<_> = past
        .iter()
        .map(|one| {
            (
                one.p,
                one.begins,
                one.last,
                one.let_go,
                one.replaces.clone(),
            )
        })
        .collect();
    let (renewed, ended) = (first.plus(30), world.today);
    let before = |day: Day| Some(Day(day.0 - 1));
    assert_eq!(
        told,
        [
            (old, Some(first), before(renewed), None, vec![]),
            (new, Some(renewed), before(ended), Some(ended), vec![old]),
        ]
    );
    assert_eq!(view.items_with_past(), [item(1)]);
}

#[test]
fn yes_and_no_from_two_devices_of_one_person_cross() {
    let mut world = world();
    let p = world.propose(LAPTOP, item(1), both("Yoga"));
    world.all_meet();
    world.say(BEN, Body::Agree { p });
    world.say("b-restored", Body::Decline { p });
    assert_eq!(state(&world, p), State::Crossed);
}

#[test]
fn a_decline_after_ones_own_yes_changes_nothing() {
    let mut world = world();
    let p = agreed(&mut world, "Yoga");
    world.say(BEN, Body::Decline { p });
    assert!(state(&world, p).is_live());
}

#[test]
fn both_offer_at_once_and_one_proposal_heals_the_clash() {
    let mut world = world();
    let a = world.propose(LAPTOP, item(1), both("Mondays"));
    let b = world.propose(BEN, item(1), both("Tuesdays"));
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p: b });
    world.say(BEN, Body::Agree { p: a });
    world.all_meet();
    world.today = world.today.plus(1);
    assert_eq!(
        (state(&world, a), state(&world, b)),
        (State::InForce, State::InForce)
    );
    let view = world.view();
    let agreements = view.agreements(world.today);
    assert!(
        agreements
            .iter()
            .all(|agreement| agreement.clash.len() == 1)
    );
    let replaces = view.to_replace(item(1), world.today);
    assert_eq!(replaces.len(), 2);
    let c = world.propose_instead(BEN, item(1), both("Wednesdays"), &replaces, None);
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p: c });
    assert_eq!(
        (state(&world, a), state(&world, b)),
        (State::Replaced, State::Replaced)
    );
    let view = world.view();
    let agreements = view.agreements(world.today);
    assert_eq!(agreements.len(), 1);
    assert!(agreements[0].clash.is_empty());
}

#[test]
fn agreeing_to_what_was_just_answered_crosses() {
    let mut world = world();
    let p = world.propose(LAPTOP, item(1), both("Mondays"));
    world.all_meet();
    // Ben offers something else on one device and agrees on the other.
    world.propose_instead(BEN, item(1), both("Tuesdays"), &[], Some(p));
    assert_eq!(state(&world, p), State::Answered);
    world.say("b-restored", Body::Agree { p });
    assert_eq!(state(&world, p), State::Crossed);
}

#[test]
fn ones_own_second_offer_leaves_the_first_open() {
    let mut world = world();
    let p = world.propose(LAPTOP, item(1), both("Mondays"));
    world.propose_instead(LAPTOP, item(1), both("Tuesdays"), &[], Some(p));
    assert_eq!(
        state(&world, p),
        State::Open,
        "only the other's counter-offer answers"
    );
}

#[test]
fn a_withdrawn_revision_does_not_revive_what_it_replaced() {
    let mut world = world();
    let old = agreed(&mut world, "Mondays");
    let new = world.propose_instead(BEN, item(1), both("Tuesdays"), &[old], None);
    world.all_meet();
    assert!(
        state(&world, old).is_live(),
        "an offer alone replaces nothing"
    );
    world.say(LAPTOP, Body::Agree { p: new });
    world.all_meet();
    world.say(BEN, Body::Withdraw { p: new });
    assert_eq!(
        (state(&world, old), state(&world, new)),
        (State::Replaced, State::Withdrawn)
    );
    assert!(world.view().agreements(world.today).is_empty());
}

#[test]
fn a_revision_that_crossed_replaces_nothing() {
    let mut world = world();
    let old = agreed(&mut world, "Mondays");
    let new = world.propose_instead(BEN, item(1), both("Tuesdays"), &[old], None);
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p: new });
    world.say(BEN, Body::Withdraw { p: new });
    assert_eq!(state(&world, new), State::Crossed);
    assert!(state(&world, old).is_live());
}

#[test]
fn renewing_is_the_same_words_with_a_new_date_and_leaves_no_gap() {
    let mut world = world();
    let mut words = promise("Home by six", Who::Only(Person::B));
    words.rule = Some(Rule::parse("FREQ=DAILY").unwrap());
    let old = world.propose(BEN, item(1), words.clone());
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p: old });
    world.all_meet();
    world.today = world.today.plus(60);
    let new = world.propose_instead(BEN, item(1), words.clone(), &[old], None);
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p: new });
    let day = world.today;
    assert_eq!(state(&world, old), State::Replaced);
    assert_eq!(state(&world, new), State::Begins(day.plus(1)));
    let view = world.view();
    // What was due today stays due today, under the old agreement; from tomorrow on, the new.
    let due = |day: Day| {
        view.due(Person::B, day)
            .iter()
            .map(|due| due.target)
            .collect::<Vec<_>>()
    };
    assert_eq!(due(day), [old]);
    assert_eq!(due(day.plus(1)), [new]);
    assert!(view.due(Person::A, day).is_empty(), "it binds Ben alone");
    // A second renewal that begins later does not make the first one end later.
    world.today = day.plus(1);
    let third = world.propose_instead(BEN, item(1), words, &[old, new], None);
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p: third });
    let view = world.view();
    let due: Vec<Hash> = view
        .due(Person::B, day.plus(1))
        .iter()
        .map(|due| due.target)
        .collect();
    assert_eq!(due, [new]);
}

/// The view, written and read again.
fn kept(world: &World) -> View {
    View::from_bytes(&world.view().to_bytes()).unwrap()
}

#[test]
fn what_was_renewed_today_stays_due_however_much_was_said_since() {
    let mut world = world();
    let mut words = promise("Home by six", Who::Only(Person::B));
    words.rule = Some(Rule::parse("FREQ=DAILY").unwrap());
    let old = world.propose(BEN, item(1), words.clone());
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p: old });
    world.today = world.today.plus(30);
    let new = world.propose_instead(BEN, item(1), words, &[old], None);
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p: new });
    time_passes(&mut world);
    let view = kept(&world);
    let due: Vec<Hash> = view
        .due(Person::B, world.today)
        .iter()
        .map(|due| due.target)
        .collect();
    assert_eq!(due, [old]);
}

#[test]
fn what_has_ended_is_news_at_first_and_history_for_good() {
    let mut world = world();
    let p = world.propose(LAPTOP, item(1), both("Yoga"));
    world.all_meet();
    world.say(BEN, Body::Decline { p });
    let view = kept(&world);
    let nothing_read = std::collections::BTreeMap::new();
    assert_eq!(view.laid_aside(), 0);
    assert_eq!(
        view.new_since(Person::A, &nothing_read, world.today).len(),
        1
    );
    time_passes(&mut world);
    let view = kept(&world);
    assert_eq!(view.laid_aside(), 1);
    assert_eq!(view.state(p, world.today), Some(State::Declined));
    assert_eq!(view.content(p).unwrap().title, "Yoga");
    assert_eq!(view.history(item(1), world.today).len(), 1);
}

#[test]
fn renewing_after_it_rests_begins_again() {
    let mut world = world();
    let old = agreed(&mut world, "Mondays");
    world.today = world.today.plus(200);
    assert_eq!(state(&world, old), State::Rests);
    let replaces = world.view().to_replace(item(1), world.today);
    assert_eq!(replaces, [old]);
    let new = world.propose_instead(LAPTOP, item(1), both("Mondays"), &replaces, None);
    world.all_meet();
    world.say(BEN, Body::Agree { p: new });
    world.today = world.today.plus(1);
    assert_eq!(
        (state(&world, old), state(&world, new)),
        (State::Replaced, State::InForce)
    );
}

/// The same states, in whatever order the logs came in.
#[track_caller]
fn states_in_any_order<const N: usize>(world: &World, of: [Hash; N], expected: [State; N]) {
    let today = world.today;
    let states = |view: &View| of.map(|p| view.state(p, today).unwrap());
    assert_eq!(states(&world.view()), expected);
    for turn in 0..40_u16 {
        let order: Vec<u16> = (0..60u16)
            .map(|n| n.wrapping_mul(7919).wrapping_add(turn.wrapping_mul(104)))
            .collect();
        let other = view_of(&permuted(&world.records, &mut Choices::of(&order)));
        assert_eq!(states(&other), expected, "turn {turn}");
        assert_eq!(other, world.view());
    }
}

#[test]
fn agreeing_to_what_was_just_replaced_is_a_clash_until_one_replaces_both() {
    let mut world = world();
    let old = agreed(&mut world, "Mondays");
    let theirs = world.propose_instead(BEN, item(1), both("Tuesdays"), &[old], None);
    let mine = world.propose_instead(LAPTOP, item(1), both("Fridays"), &[old], None);
    world.all_meet();
    // Both agree at once: each to words that, by then, the other's yes has put another beside.
    world.say(LAPTOP, Body::Agree { p: theirs });
    world.say(BEN, Body::Agree { p: mine });
    world.all_meet();
    world.today = world.today.plus(1);
    states_in_any_order(
        &world,
        [old, theirs, mine],
        [State::Replaced, State::InForce, State::InForce],
    );
    let agreements = world.view().agreements(world.today).len();
    assert_eq!(agreements, 2, "shown as a clash");
    let replaces = world.view().to_replace(item(1), world.today);
    let one = world.propose_instead(BEN, item(1), both("Sundays"), &replaces, None);
    world.all_meet();
    world.say(PHONE, Body::Agree { p: one });
    world.today = world.today.plus(1);
    states_in_any_order(
        &world,
        [theirs, mine, one],
        [State::Replaced, State::Replaced, State::InForce],
    );
}

#[test]
fn renewing_and_resting_cross_and_letting_go_then_comes_too_late() {
    let mut world = world();
    let old = agreed(&mut world, "Mondays");
    world.today = world.today.plus(90);
    // On its last day Ben offers to keep it; the day after, it rests, and one of Ana's devices that
    // has not heard of the offer lets it go.
    let new = world.propose_instead(BEN, item(1), both("Mondays"), &[old], None);
    world.today = world.today.plus(1);
    world.say(LAPTOP, Body::Complete { p: old });
    states_in_any_order(&world, [old, new], [State::Rests, State::Open]);
    world.meet(PHONE, BEN);
    world.say(PHONE, Body::Agree { p: new });
    let begins = State::Begins(world.today.plus(1));
    states_in_any_order(&world, [old, new], [State::Replaced, begins]);
    // Ben, who has not heard of the yes, lets the old one go as well.
    world.say("b-restored", Body::Complete { p: old });
    world.all_meet();
    states_in_any_order(&world, [old, new], [State::Replaced, begins]);
}

#[test]
fn letting_go_needs_both() {
    let mut world = world();
    let p = agreed(&mut world, "Mondays");
    world.say(LAPTOP, Body::Complete { p });
    world.say(PHONE, Body::Complete { p });
    assert!(state(&world, p).is_live());
    assert_eq!(
        world.view().agreements(world.today)[0].let_go,
        [true, false]
    );
    world.say(BEN, Body::Complete { p });
    assert_eq!(state(&world, p), State::Completed);
}

#[test]
fn s59_only_whom_it_binds_can_offer() {
    let mut world = world();
    let p = world.propose(
        LAPTOP,
        item(1),
        promise("Home by six", Who::Only(Person::B)),
    );
    world.all_meet();
    world.say(BEN, Body::Agree { p });
    let view = world.view();
    assert_eq!(view.state(p, world.today), None);
    assert!(view.offers(world.today).is_empty());
    assert_eq!(
        view.without_effect()
            .iter()
            .map(|one| one.why)
            .collect::<Vec<_>>(),
        [Why::NotBound]
    );
}

#[test]
fn s27_no_script_consents_but_any_may_take_back() {
    let mut world = world();
    let p = world.propose(LAPTOP, item(1), both("Yoga"));
    world.all_meet();
    world.write(2, None, true, Reading::Act(Act::new(Body::Agree { p })));
    assert_eq!(state(&world, p), State::Open);
    world.say(BEN, Body::Agree { p });
    world.all_meet();
    world.write(2, None, true, Reading::Act(Act::new(Body::Withdraw { p })));
    assert_eq!(state(&world, p), State::Withdrawn);
}

#[test]
fn nobody_agrees_to_their_own_offer() {
    let mut world = world();
    let p = world.propose(LAPTOP, item(1), both("Yoga"));
    world.meet(PHONE, LAPTOP);
    world.say(PHONE, Body::Agree { p });
    world.say(PHONE, Body::Decline { p });
    assert_eq!(state(&world, p), State::Open);
    let why: Vec<Why> = world
        .view()
        .without_effect()
        .iter()
        .map(|one| one.why)
        .collect();
    assert_eq!(why, [Why::OwnOffer, Why::OwnOffer]);
}

fn say_again(world: &mut World, device: usize, of: Hash) -> Hash {
    let rec = world
        .records
        .iter()
        .find(|rec| rec.hash == of)
        .unwrap()
        .clone();
    let Reading::Act(mut act) = rec.reading else {
        panic!("an act")
    };
    act.redo = Some(act.redo.unwrap_or(of));
    world.write(device, rec.about, rec.unattended, Reading::Act(act))
}

/// The history in which some records say nothing: their log is not honoured that far.
fn without(world: &World, hashes: &[Hash]) -> World {
    let mut world = world.clone();
    for rec in world
        .records
        .iter_mut()
        .filter(|rec| hashes.contains(&rec.hash))
    {
        rec.reading = Reading::UnknownIgnorable;
    }
    world
}

#[test]
fn of_an_offer_and_its_redo_one_counts_and_a_consent_to_either_is_one_to_both() {
    let mut world = world();
    let p = world.propose(BEN, item(1), both("Yoga"));
    let again = say_again(&mut world, 3, p);
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p: again });
    assert!(state(&world, p).is_live(), "both say the same");
    assert_eq!(world.view().agreements(world.today).len(), 1);
    // Without the first, the redo stands for itself.
    let alone = without(&world, &[p]);
    assert!(state(&alone, again).is_live());
    // A withdrawal may name the first although it is not held.
    world.all_meet();
    world.say(BEN, Body::Withdraw { p });
    assert_eq!(state(&without(&world, &[p]), again), State::Withdrawn);
}

#[test]
fn a_consent_to_what_is_not_held_is_never_carried_over_to_a_redo() {
    let mut world = world();
    let p = world.propose(BEN, item(1), both("Yoga"));
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p });
    // Ben's modified program says it again in other words, and the first is disowned.
    let mut other = both("Ana never goes out alone");
    other.text = "Other words.".into();
    let body = Body::Propose {
        content: Box::new(other),
        until: world.today.plus(90),
        replaces: Vec::new(),
        answers: None,
    };
    let act = Act {
        redo: Some(p),
        body,
    };
    let forged = world.write(3, Some(item(1).0.to_vec()), false, Reading::Act(act));
    assert_eq!(
        world.view().state(forged, world.today),
        None,
        "p counts, this does not"
    );
    assert_eq!(world.view().content(p).unwrap().title, "Yoga");
    let why: Vec<Why> = world
        .view()
        .without_effect()
        .iter()
        .map(|one| one.why)
        .collect();
    assert_eq!(why, [Why::Redone]);
    assert_eq!(
        state(&without(&world, &[p]), forged),
        State::Open,
        "Ana never agreed to that"
    );
}

#[test]
fn an_offer_that_answers_something_else_is_no_redo() {
    let mut world = world();
    let theirs = world.propose(BEN, item(1), both("Yoga"));
    world.all_meet();
    let mine = world.propose_instead(LAPTOP, item(1), both("Running"), &[], Some(theirs));
    let Reading::Act(mut act) = world.records.last().unwrap().reading.clone() else {
        panic!()
    };
    act.redo = Some(mine);
    if let Body::Propose { answers, .. } = &mut act.body {
        *answers = None;
    }
    let other = world.write(1, Some(item(1).0.to_vec()), false, Reading::Act(act));
    world.all_meet();
    world.say(BEN, Body::Agree { p: other });
    assert_eq!(state(&world, mine), State::Open);
}

#[test]
fn a_redo_that_answers_otherwise_has_no_effect() {
    let mut world = world();
    let one = world.propose(LAPTOP, item(1), both("Yoga"));
    let two = world.propose(LAPTOP, item(2), both("Running"));
    world.all_meet();
    let yes = world.say(BEN, Body::Agree { p: one });
    // His restored device names the first answer, and says yes to something else, no, or an offer.
    let under = |world: &mut World, about: Option<Vec<u8>>, body: Body| {
        let act = Act {
            redo: Some(yes),
            body,
        };
        world.write(3, about, false, Reading::Act(act))
    };
    let other = under(&mut world, None, Body::Agree { p: two });
    let no = under(&mut world, None, Body::Decline { p: two });
    let let_go = under(&mut world, None, Body::Withdraw { p: one });
    let body = Body::Propose {
        content: Box::new(both("Dancing")),
        until: world.today.plus(90),
        replaces: Vec::new(),
        answers: None,
    };
    let offer = under(&mut world, Some(item(3).0.to_vec()), body);
    assert!(state(&world, one).is_live());
    assert_eq!(state(&world, two), State::Open);
    assert_eq!(world.view().state(offer, world.today), None);
    let idle = world.view().without_effect();
    let why: Vec<(Hash, Why)> = idle.iter().map(|one| (one.hash, one.why)).collect();
    for hash in [other, no, let_go, offer] {
        assert!(why.contains(&(hash, Why::Redone)), "{why:?}");
    }
    // Where the first is not honoured the lowest place counts, and again it alone.
    let alone = without(&world, &[yes]);
    assert_eq!(state(&alone, one), State::Open);
    assert!(state(&alone, two).is_live());
    assert_eq!(alone.view().state(offer, world.today), None);
}

#[test]
fn an_entry_under_the_redo_of_an_act_of_another_kind_counts_now_and_later() {
    let mut world = world();
    let p = agreed(&mut world, "Yoga");
    let yes = world.say(BEN, Body::Complete { p });
    let thanks = world.say(
        BEN,
        Body::Thanks {
            text: "For that.".into(),
            about: None,
        },
    );
    let follow = Body::Follow {
        target: p,
        on: world.today,
        how: How::Kept,
        note: String::new(),
        corrects: None,
    };
    let noted = [yes, thanks].map(|first| {
        let act = Act {
            redo: Some(first),
            body: follow.clone(),
        };
        world.write(3, None, false, Reading::Act(act))
    });
    let counting = |world: &World| {
        let view = world.view();
        let entries = view.entries().into_iter();
        let counts = entries.filter(|entry| {
            matches!(entry.body, Body::Follow { .. }) && entry.standing == Standing::Counts
        });
        counts.map(|entry| entry.hash).collect::<Vec<_>>()
    };
    assert_eq!(counting(&world), noted);
    // No answer hangs on how far back the view remembers its thanks.
    time_passes(&mut world);
    assert_eq!(counting(&world), noted);
}

#[test]
fn what_says_something_else_under_a_redo_is_no_name_of_an_own_promise() {
    let mut world = world();
    let own = |owner: Person, title: &str| {
        let content = promise(title, Who::Only(owner));
        Body::Set {
            ty: ItemType::Promise,
            content: Some(Box::new(content)),
            over: Vec::new(),
        }
    };
    let made = world.say(BEN, own(Person::B, "Running"));
    let again = say_again(&mut world, 3, made);
    let under = |world: &mut World, device: usize, about: Option<Vec<u8>>, body: Body| {
        let act = Act {
            redo: Some(made),
            body,
        };
        world.write(device, about, false, Reading::Act(act))
    };
    let offer = Body::Propose {
        content: Box::new(promise("Running", Who::Only(Person::B))),
        until: world.today.plus(90),
        replaces: Vec::new(),
        answers: None,
    };
    let offer = under(&mut world, 3, Some(item(1).0.to_vec()), offer);
    let other = under(&mut world, 3, None, own(Person::B, "Walking"));
    let anas = under(&mut world, 0, None, own(Person::A, "Running"));
    let noted = [made, again, offer, other, anas].map(|target| {
        let body = Body::Follow {
            target,
            on: world.today,
            how: How::Kept,
            note: String::new(),
            corrects: None,
        };
        world.say(BEN, body)
    });
    let view = world.view();
    let counts = noted.map(|hash| {
        let mut entries = view.entries().into_iter();
        entries.find(|one| one.hash == hash).unwrap().standing == Standing::Counts
    });
    assert_eq!(counts, [true, true, false, false, false]);
}

#[test]
fn a_withdrawal_said_again_after_a_restore_is_not_a_second_one() {
    let mut world = world();
    let p = agreed(&mut world, "Yoga");
    let no = world.say(BEN, Body::Withdraw { p });
    let marked = world.records.last().unwrap().marks.clone();
    assert!(!marked.is_empty());
    // The restored device says it again without having marked anything of Ana's.
    say_again(&mut world, 3, no);
    assert_eq!(state(&world, p), State::Withdrawn);
    // In a world where only the redo is honoured it is concurrent with the consent, and kills too.
    assert!(matches!(
        state(&without(&world, &[no]), p),
        State::Withdrawn | State::Crossed
    ));
}

#[test]
fn a_consent_said_again_does_not_move_its_first_day() {
    let mut world = world();
    let p = world.propose(LAPTOP, item(1), both("Yoga"));
    world.all_meet();
    let yes = world.say(BEN, Body::Agree { p });
    let first_day = world.today.plus(1);
    world.today = world.today.minus(5);
    say_again(&mut world, 3, yes);
    world.today = world.today.plus(5);
    assert_eq!(state(&world, p), State::Begins(first_day));
}

fn boundary(owner: Person, title: &str) -> Box<Content> {
    Box::new(Content::new(
        ItemType::Boundary,
        Who::Only(owner),
        title,
        "When …, I will ….",
    ))
}

fn set(content: Option<Box<Content>>, over: &[Hash]) -> Body {
    let mut over = over.to_vec();
    over.sort();
    Body::Set {
        ty: ItemType::Boundary,
        content,
        over,
    }
}

#[test]
fn s14_a_boundary_is_its_owners_alone() {
    let mut world = world();
    let id = world.say(LAPTOP, set(Some(boundary(Person::A, "My wages")), &[]));
    world.all_meet();
    // Ben's modified program: lift it, change it, claim it, say it again as his own.
    world.say_about(BEN, Some(&id.0), set(None, &[id]));
    world.say_about(
        BEN,
        Some(&id.0),
        set(Some(boundary(Person::A, "Our wages")), &[id]),
    );
    world.say_about(
        BEN,
        Some(&id.0),
        set(Some(boundary(Person::B, "Our wages")), &[id]),
    );
    assert_eq!(world.view().without_effect().len(), 3);
    let act = Act {
        redo: Some(id),
        body: set(Some(boundary(Person::B, "Mine")), &[]),
    };
    world.write(2, None, false, Reading::Act(act));
    for world in [&world, &without(&world, &[])] {
        let view = world.view();
        let owned = view.owned(Person::A);
        assert_eq!(owned.len(), 1);
        assert_eq!(owned[0].current.len(), 1);
        assert_eq!(owned[0].current[0].content.title, "My wages");
    }
    // She says it again after a restore, the first not honoured: his claim still touches nothing.
    let again = say_again(&mut world, 1, id);
    let view = without(&world, &[id]).view();
    let owned = view.owned(Person::A);
    assert_eq!((owned.len(), owned[0].id), (1, again));
    assert_eq!(owned[0].current[0].content.title, "My wages");
}

#[test]
fn s14_a_change_concurrent_with_a_lift_keeps_the_boundary() {
    let mut world = world();
    let id = world.say(LAPTOP, set(Some(boundary(Person::A, "My wages")), &[]));
    world.all_meet();
    let lifted = world.say_about(LAPTOP, Some(&id.0), set(None, &[id]));
    assert!(world.view().owned(Person::A).is_empty());
    let changed = world.say_about(
        PHONE,
        Some(&id.0),
        set(Some(boundary(Person::A, "All I earn")), &[id]),
    );
    let view = world.view();
    let owned = view.owned(Person::A);
    assert_eq!(owned[0].current.len(), 1);
    assert_eq!(owned[0].current[0].content.title, "All I earn");
    let mut over = vec![lifted, changed];
    over.sort();
    assert_eq!(owned[0].over, over);
    world.say_about(PHONE, Some(&id.0), set(None, &over));
    assert!(world.view().owned(Person::A).is_empty());
}

#[test]
fn two_changes_at_once_are_both_in_force() {
    let mut world = world();
    let id = world.say(LAPTOP, set(Some(boundary(Person::A, "My wages")), &[]));
    world.all_meet();
    world.say_about(
        LAPTOP,
        Some(&id.0),
        set(Some(boundary(Person::A, "One")), &[id]),
    );
    world.say_about(
        PHONE,
        Some(&id.0),
        set(Some(boundary(Person::A, "Two")), &[id]),
    );
    assert_eq!(world.view().owned(Person::A)[0].current.len(), 2);
}

#[test]
fn a_boundary_that_was_heard_says_so() {
    let mut world = world();
    let id = world.say(LAPTOP, set(Some(boundary(Person::A, "My wages")), &[]));
    world.all_meet();
    assert!(!world.view().owned(Person::A)[0].current[0].heard);
    world.say(LAPTOP, Body::Heard { record: id });
    assert!(
        !world.view().owned(Person::A)[0].current[0].heard,
        "not by its owner"
    );
    world.say(BEN, Body::Heard { record: id });
    assert!(world.view().owned(Person::A)[0].current[0].heard);
}

fn follow(target: Hash, on: Day, how: How, corrects: Option<Hash>) -> Body {
    Body::Follow {
        target,
        on,
        how,
        note: String::new(),
        corrects,
    }
}

#[test]
fn s59_days_are_noted_by_whom_the_promise_binds() {
    let mut world = world();
    let mut words = promise("Home by six", Who::Only(Person::B));
    words.rule = Some(Rule::parse("FREQ=DAILY").unwrap());
    let p = world.propose(BEN, item(1), words);
    world.all_meet();
    let day = world.today.plus(1);
    let early = world.say(BEN, follow(p, day, How::Kept, None));
    assert_eq!(
        world
            .view()
            .entries()
            .iter()
            .find(|entry| entry.hash == early)
            .unwrap()
            .standing,
        Standing::NoEffect(Why::NotYours),
        "nothing is promised yet"
    );
    world.say(LAPTOP, Body::Agree { p });
    world.all_meet();
    world.say(LAPTOP, follow(p, day, How::Missed, None));
    world.say(LAPTOP, follow(p, day, How::Missed, Some(early)));
    let view = world.view();
    let due = view.due(Person::B, day);
    assert_eq!(due.len(), 1);
    assert_eq!(
        due[0]
            .noted
            .iter()
            .map(|entry| entry.hash)
            .collect::<Vec<_>>(),
        [early]
    );
    assert_eq!(due[0].what, What::Item(item(1)));
}

#[test]
fn a_correction_is_shown_in_place_of_what_it_corrects() {
    let mut world = world();
    let p = agreed(&mut world, "Yoga");
    let day = world.today.plus(1);
    let kept = world.say(BEN, follow(p, day, How::Kept, None));
    let missed = world.say(BEN, follow(p, day, How::Missed, Some(kept)));
    let again = say_again(&mut world, 3, kept);
    // Ana's correction of Ben's entry is nothing to it.
    world.say(LAPTOP, follow(p, day, How::Kept, Some(missed)));
    let noted = |world: &World| {
        let view = world.view();
        let due = view.loggable(Person::B, day);
        due[0]
            .noted
            .iter()
            .map(|entry| entry.hash)
            .collect::<Vec<_>>()
    };
    assert_eq!(noted(&world), [missed]);
    // Where only the redo is honoured, the correction of the first corrects it too.
    assert_eq!(noted(&without(&world, &[kept])), [missed]);
    assert!(
        !world
            .view()
            .entries()
            .iter()
            .any(|entry| entry.hash == again)
    );
}

#[test]
fn a_promise_to_oneself_needs_nobody() {
    let mut world = world();
    let mut words = promise("Read before bed", Who::Only(Person::A));
    words.rule = Some(Rule::parse("FREQ=DAILY").unwrap());
    let body = Body::Set {
        ty: ItemType::Promise,
        content: Some(Box::new(words)),
        over: vec![],
    };
    let id = world.say(LAPTOP, body);
    world.all_meet();
    world.say(PHONE, follow(id, world.today, How::Partly, None));
    world.say(BEN, follow(id, world.today, How::Missed, None));
    let view = world.view();
    let due = view.due(Person::A, world.today);
    assert_eq!((due.len(), due[0].noted.len()), (1, 1));
    assert!(view.due(Person::B, world.today).is_empty());
}

#[test]
fn what_was_said_ahead_stands_beside_what_is_due() {
    let mut world = world();
    let mut words = both("Home by six");
    words.rule = Some(Rule::parse("FREQ=DAILY").unwrap());
    words.by = Some(18 * 60);
    let p = world.propose(BEN, item(1), words);
    world.all_meet();
    world.say(LAPTOP, Body::Agree { p });
    let (from, to) = (world.today.plus(2), world.today.plus(4));
    world.say(
        BEN,
        Body::HeadsUp {
            target: p,
            from,
            to,
            text: "Away".into(),
        },
    );
    let view = world.view();
    let told = |day: u32| view.due(Person::B, world.today.plus(day))[0].told.len();
    assert_eq!([told(1), told(2), told(4), told(5)], [0, 1, 1, 0]);
}

#[test]
fn news_are_what_the_other_said_since() {
    let mut world = world();
    let p = world.propose(LAPTOP, item(1), both("Yoga"));
    world.all_meet();
    world.say(
        BEN,
        Body::Thanks {
            text: "You let me finish.".into(),
            about: None,
        },
    );
    world.say(BEN, Body::Agree { p });
    let view = world.view();
    let mut cursor = std::collections::BTreeMap::new();
    let news = view.new_since(Person::A, &cursor, world.today);
    assert_eq!(news.len(), 2);
    assert!(matches!(news[0].of, NewsOf::Entry(_)));
    assert!(matches!(
        news[1].of,
        NewsOf::Answer {
            state: Some(State::Begins(_)),
            ..
        }
    ));
    assert_eq!(view.thanks_since(Person::A, &cursor).len(), 1);
    assert!(view.thanks_since(Person::B, &cursor).is_empty());
    cursor.insert(news[1].log, news[1].seq);
    assert!(view.new_since(Person::A, &cursor, world.today).is_empty());
}

#[test]
fn what_cannot_be_read_is_remembered_where_it_matters() {
    let mut world = world();
    world.write(2, Some(item(1).0.to_vec()), false, Reading::UnknownCritical);
    let view = world.view();
    assert!(view.has_unreadable(&item(1).0));
    assert!(!view.has_unreadable(&item(2).0));
}

#[test]
fn space_lasts_until_its_asker_ends_it() {
    let mut world = world();
    world.say(LAPTOP, Body::Space { until: None });
    assert!(world.view().space(Person::A).is_some());
    world.say(BEN, Body::SpaceEnded);
    assert!(world.view().space(Person::A).is_some(), "not by the other");
    // Her phone did not know of it: its end is of nothing.
    world.say(PHONE, Body::SpaceEnded);
    assert!(world.view().space(Person::A).is_some());
    world.meet(PHONE, LAPTOP);
    world.say(PHONE, Body::SpaceEnded);
    assert!(world.view().space(Person::A).is_none());
}

#[test]
fn a_pause_lasts_until_its_author_is_back() {
    let mut world = world();
    let pause = world.say(
        BEN,
        Body::Pause {
            target: None,
            minutes: 20,
        },
    );
    assert_eq!(world.view().paused(Person::B).unwrap().hash, pause);
    world.say(LAPTOP, Body::Back { pause });
    assert!(world.view().paused(Person::B).is_some());
    world.say(BEN, Body::Back { pause });
    assert!(world.view().paused(Person::B).is_none());
}

/// A return ends the newest pause, and with it what was open before it: nobody comes back twice from
/// one evening.
#[test]
fn a_return_ends_what_was_open_before_its_pause() {
    let mut world = world();
    let pause = |minutes| Body::Pause {
        target: None,
        minutes,
    };
    let first = world.say(BEN, pause(20));
    let second = world.say(BEN, pause(30));
    assert_eq!(world.view().paused(Person::B).unwrap().hash, second);
    world.say(BEN, Body::Back { pause: second });
    assert!(world.view().paused(Person::B).is_none());
    let third = world.say(BEN, pause(10));
    assert_eq!(world.view().paused(Person::B).unwrap().hash, third);
    // That somebody had come back from the first, said late, ends no later one.
    world.say(BEN, Body::Back { pause: first });
    assert_eq!(world.view().paused(Person::B).unwrap().hash, third);

    // On two devices of one person: one return of the same day is enough.
    let phone = world.say(PHONE, pause(20));
    let laptop = world.say(LAPTOP, pause(30));
    let open = world.view().paused(Person::A).unwrap().hash;
    let (log, pause) = if open == phone {
        (PHONE, phone)
    } else {
        (LAPTOP, laptop)
    };
    world.say(log, Body::Back { pause });
    assert!(world.view().paused(Person::A).is_none());
}
