//! What is true when both act before their devices meet (B5), in plain words on both sides.

use crate::people::World;

/// Dinner, of both: agreed on 2 March, in force from 3 March, and it is the evening of that day.
fn dinner() -> World {
    let world = World::met();
    world.agreed("Dinner", &["--who", "both", "--text", "We eat at seven."]);
    world.at("2025-03-03T19:30");
    world.meet();
    world
}

/// Dinner, offered by Ben, and not answered yet.
fn offered() -> World {
    let world = World::met();
    let line = ["promise", "Dinner", "--who", "both"];
    world.run("ben", &line, &[]).ends(0);
    offers(&world, "ben", "We eat at seven.");
    world.at("2025-03-02T19:10");
    world.meet();
    world
}

fn offers(world: &World, who: &str, text: &str) {
    world
        .run(who, &["edit", "dinner", "--text", text], &[])
        .ends(0);
    world.run(who, &["offer", "dinner"], &["s"]).ends(0);
}

#[test]
fn each_agrees_to_the_others_offer_and_one_offer_heals_it() {
    let world = dinner();
    offers(&world, "ana", "We eat at six.");
    offers(&world, "ben", "We eat at eight.");
    world.at("2025-03-03T19:40");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["agree", "dinner"], &["s"])
            .ends(0)
            .says("It takes the place of");
    }
    world.at("2025-03-03T19:50");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["status"], &[])
            .ends(0)
            .says("Dinner: you agreed to more than one for this; one can take their place");
        world
            .run(who, &["plan", "dinner", "--agreed"], &[])
            .ends(0)
            .says("We eat at six.")
            .says("We eat at eight.")
            .never_says("We eat at seven.")
            .says("all of it stands")
            .says("handfast offer dinner");
        // Which of them is meant is asked, and each of them can be named.
        world
            .run(who, &["withdraw", "dinner", "--json"], &[])
            .ends(1)
            .says("Name one by its id:");
        world
            .run(who, &["withdraw", "dinner"], &[""])
            .ends(0)
            .says("the agreement: Dinner: We eat at six.")
            .says("Not now");
    }
    offers(&world, "ana", "We eat at seven, or say so.");
    world.at("2025-03-03T20:00");
    world.meet();
    world.run("ben", &["agree", "dinner"], &["s"]).ends(0);
    world.at("2025-03-03T20:10");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["status"], &[])
            .ends(0)
            .never_says("more than one")
            .says("agreed    Dinner; another has taken its place since");
        world
            .run(who, &["plan", "dinner", "--agreed"], &[])
            .ends(0)
            .says("We eat at seven, or say so.")
            .never_says("We eat at six.")
            .never_says("We eat at eight.");
    }
}

/// S26: a yes that crosses a no does not count, and both are told so in the same words.
#[test]
fn s26_agree_and_withdraw_cross() {
    let world = offered();
    world.run("ana", &["agree", "dinner"], &["s"]).ends(0);
    world.run("ben", &["withdraw", "dinner"], &[]).ends(0);
    world.at("2025-03-02T19:20");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["status"], &[])
            .ends(0)
            .says("crossed   Dinner: a yes and a no, so it does not count")
            .never_says("agreed");
        world
            .run(who, &["plan", "dinner"], &[])
            .ends(0)
            .says("The last offer: a yes and a no crossed, so it does not count.")
            .says("handfast offer dinner");
        world
            .run(who, &["agree", "dinner"], &["s"])
            .ends(1)
            .says("a yes and a no crossed, so it does not count");
    }
}

#[test]
fn agreeing_to_what_was_just_replaced_crosses_and_the_new_offer_stands() {
    let world = offered();
    world.run("ana", &["agree", "dinner"], &["s"]).ends(0);
    world.run("ben", &["withdraw", "dinner"], &[]).ends(0);
    offers(&world, "ben", "We eat at eight.");
    world.at("2025-03-02T19:20");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["status"], &[])
            .ends(0)
            .says("crossed   Dinner: a yes and a no, so it does not count");
        let plan = world
            .run(who, &["plan", "dinner"], &[])
            .ends(0)
            .says("We eat at eight.")
            .never_says("We eat at seven.")
            .never_says("The last offer");
        assert!(!plan.out.contains("Agreed"), "{}", plan.out);
    }
    world
        .run("ana", &["agree"], &["s"])
        .ends(0)
        .says("We eat at eight.")
        .says("It counts from Monday 3 March");
}

#[test]
fn one_renews_while_the_other_would_let_it_rest() {
    let world = dinner();
    world.at("2025-05-31T19:00");
    world
        .run("ben", &["review"], &["k", "s"])
        .ends(0)
        .says("Today is the last day on which it counts;")
        .says("It counts again when Ana signs too.");
    world.at("2025-06-02T19:00");
    world
        .run("ana", &["review"], &["t", ""])
        .ends(0)
        .says("You would let this go, with thanks.")
        .says("[s] sign")
        .says("Not now.");
    world
        .run("ana", &["review"], &["t", "s"])
        .ends(0)
        .says("  | We eat at seven.")
        .says("It is let go when Ben says so too.");
    world.at("2025-06-02T19:10");
    world.meet();
    // Neither is the other's answer: it rests for both, and each reads what the other would.
    world
        .run("ana", &["review"], &[""])
        .ends(0)
        .says("it rests: it does not count until both of you renew it")
        .says("You would let it go. It is let go when Ben says so too.")
        .says("Ben offers to keep it.");
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("let go    Dinner: Ana would, with thanks; it needs you both");
    world
        .run("ben", &["review"], &[""])
        .ends(0)
        .says("it rests: it does not count until both of you renew it")
        .says("Ana would let it go, with thanks.")
        .says("You have made an offer in its place; the yes to it is Ana's.")
        .says("[Enter] not now    [t] let it go");
    // Ana's yes renews it; what she said before does not hold it back.
    world.run("ana", &["review"], &["k", "s"]).ends(0);
    world.at("2025-06-02T19:20");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["plan", "dinner"], &[])
            .ends(0)
            .says("it counts from Tuesday 3 June until the end of 29 August.")
            .never_says("It rests");
    }
}

#[test]
fn what_is_declined_is_told_to_both_without_a_reason() {
    let world = offered();
    world.run("ana", &["decline", "dinner"], &[]).ends(0);
    world
        .run("ana", &["plan", "dinner"], &[])
        .ends(0)
        .says("The last offer: you declined it.");
    world.at("2025-03-02T19:20");
    world.meet();
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("declined  Dinner");
    world
        .run("ben", &["plan", "dinner"], &[])
        .ends(0)
        .says("The last offer: Ana declined it.")
        .says("Draft; it binds nobody:");
}
