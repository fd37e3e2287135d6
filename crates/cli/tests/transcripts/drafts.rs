//! Between a draft and an agreement: what is said of words that stand in the draft alone, of an offer
//! whose words one would have otherwise, and of what is agreed already.

use crate::people::World;

/// Ben offers a promise of his own, and Ana has it.
fn offered() -> World {
    let world = World::met();
    world
        .run("ben", &["promise", "I do not gamble"], &[])
        .ends(0);
    world.run("ben", &["offer", "gamble"], &["s"]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world
}

#[test]
fn what_stands_in_the_draft_alone_is_told_as_that_wherever_it_is_named() {
    let world = World::met();
    world
        .run("ana", &["promise", "Walk together on Sundays"], &[])
        .ends(0);
    for line in [
        &["plan", "walk", "--card"][..],
        &["plan", "walk", "--agreed"],
    ] {
        world
            .run("ana", line, &[])
            .ends(1)
            .says("Walk together on Sundays: only a draft; nobody has offered it yet.")
            .says("handfast plan walk")
            .says("handfast offer walk")
            .never_says("any more");
    }
    // A verb that does not look at the draft says no more than it knows.
    world
        .run("ana", &["thanks", "Good.", "--for", "walk"], &[])
        .ends(1)
        .says("Nothing that is offered or counts is called \"walk\" now.")
        .never_says("any more");
    // To whom it does not bind, nothing is said of offering it.
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run("ben", &["plan", "walk", "--card"], &[])
        .ends(1)
        .says("only a draft; nobody has offered it yet.")
        .never_says("handfast offer");
    world.run("ana", &["offer", "walk"], &["s"]).ends(0);
    world
        .run("ana", &["plan", "walk", "--card"], &[])
        .ends(1)
        .says("not agreed yet; Ben has your offer, or gets it when");
    world.at("2025-03-02T19:20");
    world.meet();
    world.run("ben", &["agree", "walk"], &["s"]).ends(0);
    world
        .run("ben", &["plan", "walk", "--card"], &[])
        .ends(0)
        .says("  | Walk together on Sundays");
    // Its day has come: it rests, and is not on the card.
    world.at("2025-06-05T19:00");
    world
        .run("ben", &["plan", "walk", "--card"], &[])
        .ends(1)
        .says("its day to look at it again has come, so it rests.");
}

#[test]
fn what_one_person_owns_is_compared_with_what_it_said_before() {
    let world = World::met();
    let line = ["boundary", "When there is gambling, I keep my own account."];
    world.run("ana", &line, &["s"]).ends(0);
    world.at("2025-03-04T19:00");
    world
        .run("ana", &["compare", "gambling"], &[])
        .ends(0)
        .says("Your boundary stands as it was first written, so there is nothing to compare.")
        .never_says("taken out");
    let line = [
        "boundary",
        "change",
        "gambling",
        "When there is gambling, I keep my own account and card.",
    ];
    world.run("ana", &line, &["s"]).ends(0);
    world.at("2025-03-04T19:10");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["compare", "gambling"], &[])
            .ends(0)
            .says("From what was written on 2 March to what stands since 4 March")
            .says("{+account and card.");
    }
    // A draft that was taken out again.
    world.run("ana", &["promise", "Walk"], &[]).ends(0);
    world.run("ana", &["edit", "walk", "--remove"], &[]).ends(0);
    world
        .run("ana", &["compare", "walk"], &[])
        .ends(0)
        .says("was taken out of the draft, and nothing of it is offered or agreed");
}

#[test]
fn a_draft_is_told_as_changed_only_where_its_words_differ() {
    let world = offered();
    for who in ["ana", "ben"] {
        world
            .run(who, &["plan", "--draft"], &[])
            .ends(0)
            .says("The draft says the same:")
            .never_says("changed since")
            .never_says("handfast offer");
        world
            .run(who, &["compare", "gamble"], &[])
            .ends(0)
            .says("The same, word for word.");
    }
    world.run("ana", &["agree", "gamble"], &["s"]).ends(0);
    world
        .run("ana", &["plan", "--draft"], &[])
        .ends(0)
        .says("The draft says the same:");
    world
        .run("ana", &["edit", "gamble", "--text", "At all."], &[])
        .ends(0);
    world
        .run("ana", &["plan", "--draft"], &[])
        .ends(0)
        .says("The draft has been changed since; it binds nobody:");
}

/// S59: who is not bound asks for other words by the draft, and is told what becomes of them.
#[test]
fn s59_who_would_have_other_words_is_shown_the_way_to_them() {
    let world = offered();
    let next = "It goes when your devices meet. Ben, whom it binds, can offer it anew, or";
    world
        .run("ana", &["plan", "gamble"], &[])
        .ends(0)
        .says("Other words? Write them into the draft: handfast edit gamble")
        .says(next);
    world
        .run("ana", &["offer", "gamble"], &["s"])
        .ends(1)
        .says("Ben offers this already; it binds Ben alone, so the yes to it is yours.")
        .says("handfast agree gamble")
        .says("Other words? handfast edit gamble")
        .never_says("only Ben can offer it");
    world
        .run("ana", &["offer"], &[""])
        .ends(1)
        .says("There is nothing in the draft that you can offer now.");
    world
        .run(
            "ana",
            &["edit", "gamble"],
            &["No lottery tickets either.", ""],
        )
        .ends(0)
        .says("It goes when your devices meet")
        .says("Ben, whom it binds, can then offer it, or not.")
        .never_says("handfast offer gamble");
    world
        .run("ana", &["plan", "gamble"], &[])
        .ends(0)
        .says("It binds Ben alone: Ben has the draft once your devices have met, and can")
        .never_says("Other words?");
    world.at("2025-03-02T19:20");
    world.meet();
    // Ben is shown it as something to offer.
    world
        .run("ben", &["offer"], &[""])
        .ends(0)
        .says("About: I do not gamble")
        .says("  | No lottery tickets either.");
    world
        .run("ben", &["edit", "gamble", "--text", "None at all."], &[])
        .ends(0)
        .says("When it says what you mean:  handfast offer gamble");

    // What binds both is asked for by an offer of one's own, in the place of the other's.
    let line = ["promise", "Dinner at six", "--who", "both"];
    world.run("ben", &line, &[]).ends(0);
    world.run("ben", &["offer", "dinner"], &["s"]).ends(0);
    world.at("2025-03-02T19:30");
    world.meet();
    // The same words a second time would only cross with his.
    world
        .run("ana", &["offer", "dinner"], &["s"])
        .ends(1)
        .says("Ben offers exactly this already, so the yes to it is yours.")
        .says("handfast agree dinner");
    world
        .run("ana", &["plan", "dinner"], &[])
        .ends(0)
        .says("Then ask for them instead: handfast offer dinner --instead-of dinner");
    world
        .run("ana", &["edit", "dinner", "--text", "At seven."], &[])
        .ends(0);
    world
        .run("ana", &["plan", "dinner"], &[])
        .ends(0)
        .says("To ask for the words of the draft instead: handfast offer dinner")
        .never_says("Other words?");
    world
        .run(
            "ana",
            &["offer", "dinner", "--instead-of", "dinner"],
            &["s"],
        )
        .ends(0)
        .says("Offered.");
}

#[test]
fn what_is_agreed_in_the_same_words_is_not_offered_again() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday"]);
    world
        .run("ben", &["offer", "home"], &["s"])
        .ends(0)
        .says("You have both agreed to exactly this already.")
        .says("It counts until the end of 31 May;")
        .says("handfast review home")
        .says("handfast edit home")
        .never_says("SIGN");
    world.run("ben", &["offer"], &[""]).ends(1);
    // Another day, or other words, is something to ask for.
    world
        .run("ben", &["offer", "home", "--review", "2025-08-01"], &["s"])
        .ends(0)
        .says("SIGN");
    world
        .run("ben", &["edit", "home", "--by", "18:00"], &[])
        .ends(0);
    world
        .run("ben", &["offer"], &[""])
        .ends(0)
        .says("About: Home by six");
    // It rests, and the same words are how it is renewed.
    world.at("2025-06-05T19:00");
    world
        .run("ben", &["edit", "home", "--by", "never"], &[])
        .ends(0);
    world
        .run("ben", &["offer", "home"], &["s"])
        .ends(0)
        .says("Offered.");
}

#[test]
fn what_both_let_go_is_no_longer_in_the_lists() {
    let world = World::met();
    world.agreed("Home by six", &[]);
    world.run("ben", &["promise", "Dishes"], &[]).ends(0);
    world
        .run("ben", &["review", "home"], &["t", "s", ""])
        .ends(0);
    world.at("2025-03-03T19:00");
    world.meet();
    world
        .run("ana", &["review", "home"], &["t", "s", ""])
        .ends(0);
    for verb in ["compare", "edit"] {
        world
            .run("ana", &[verb], &[""])
            .ends(0)
            .says("About: Dishes")
            .never_says("Home by six");
    }
    // By its name it is still there.
    world
        .run("ana", &["compare", "home"], &[])
        .ends(0)
        .says("what you let go");
}

/// A second one of the same title is a wish sometimes and a slip mostly: it is said before it is
/// made, and Enter makes none.
#[test]
fn a_second_promise_of_the_same_title_is_said_first() {
    let world = World::met();
    let first = ["promise", "I do not gamble", "--every", "weekday"];
    let second = ["promise", "i do not  gamble", "--every", "day"];
    world.run("ben", &first, &[]).ends(0);
    world
        .run("ben", &second, &[""])
        .ends(0)
        .says("There is one of that title: gamble.")
        .says("handfast edit gamble")
        .says("[Enter] not now    [y] yes, a second one")
        .says("Not now; nothing has changed.");
    world.run("ben", &["plan"], &[]).never_says("gamble-2");
    world
        .run("ben", &second, &["y"])
        .ends(0)
        .says("In the draft, as \"gamble-2\"");
    // What is taken back is named, as it was called then.
    world
        .run("ben", &["edit", "gamble-2", "--title", "Cards"], &[])
        .ends(0);
    world
        .run("ben", &["undo"], &[])
        .ends(0)
        .says("Ben changed the draft: Cards");
    world
        .run("ben", &["undo"], &[])
        .ends(0)
        .says("Ben changed the draft: i do not gamble");
    // Nobody is there to answer a script's, and what was taken out of the draft is none.
    world
        .run_unattended("ben", &second)
        .never_says("There is one of that title");
    let alone = World::met();
    alone.run("ben", &first, &[]).ends(0);
    alone
        .run("ben", &["edit", "gamble", "--remove"], &[])
        .ends(0);
    alone
        .run("ben", &second, &[])
        .ends(0)
        .never_says("There is one of that title");
}
