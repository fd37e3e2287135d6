//! Looking at it again: what has come to its review date is kept by both, changed, let go with
//! thanks by both, or withdrawn from by one.

use crate::people::World;

/// Three promises of Ben's, agreed on 2 March for 90 days, and now it is June.
fn three_months_later() -> World {
    let world = World::met();
    for (title, options) in [
        ("No gambling", &["--every", "day"][..]),
        ("Ahead of borrowing", &[]),
        ("Phone away", &["--who", "both"]),
    ] {
        world.at("2025-03-02T19:00");
        world.agreed(title, options);
    }
    world.run("ana", &["status"], &[]).ends(0);
    world.at("2025-06-05T19:00");
    world
}

/// S26: nothing is renewed by itself; each state is shown on both sides, and both are needed.
#[test]
fn s26_what_has_come_to_its_date_rests_until_both_have_renewed_it() {
    let world = three_months_later();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("Good to see you. Nothing was counted while you were away.")
        .says("Three agreements have come to their review date, so they rest.")
        .says("handfast review");
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .never_says("Good to see you")
        .says("Three agreements to look at again")
        .says("handfast review");
    let status = world.run("ben", &["status", "--json"], &[]).json();
    assert_eq!(status["reviews"].as_array().unwrap().len(), 3);
    assert_eq!(status["due"].as_array().unwrap().len(), 0, "it rests");

    // Ana's turn first: what binds Ben alone is Ben's to keep.
    world
        .run("ana", &["review"], &["", "", "k", "s"])
        .ends(0)
        .says("It binds Ben alone, so Ben offers to keep it, or not.")
        .says("it rests: it does not count until both of you renew it")
        .says("SIGN")
        .says("You offer to keep it, until 3 September.");
    // Enter is not now, three times, and nothing has changed.
    let before = world.run("ben", &["log", "--json"], &[]).ends(0).out;
    world
        .run("ben", &["review"], &["", "", ""])
        .ends(0)
        .says("Not now.");
    assert_eq!(world.run("ben", &["log", "--json"], &[]).out, before);

    // Ben lets one go, and offers to keep the other.
    world
        .run("ben", &["review", "borrowing"], &["t", "s"])
        .ends(0)
        .says("You would let this go, with thanks. It ends when Ana says so too.")
        .says("It is let go when Ana says so too.");
    world
        .run("ben", &["review", "gambling"], &["k", "s"])
        .ends(0)
        .says("It counts again when Ana signs too.");
    world
        .run("ben", &["review", "gambling"], &["k", "c", "t"])
        .says("the yes to it is Ana's")
        .says("Please type t, w, or only Enter");
    world.at("2025-06-05T19:10");
    world.meet();
    let status = world.run("ana", &["status", "--json"], &[]).json();
    assert_eq!(status["reviews"].as_array().unwrap().len(), 3);

    // What Ben offers to keep stands once, as that offer; what he would let go is for review.
    let page = world.run("ana", &["status"], &[]).ends(0);
    let of_gambling = page.out.lines().filter(|line| line.contains("No gambling"));
    assert_eq!(of_gambling.count(), 1, "{}", page.out);
    assert!(
        page.out
            .contains("Ben offers to keep a promise: \"No gambling\""),
        "{}",
        page.out
    );

    let other = "Ahead of borrowing: its day to look at it again has come";
    assert!(page.out.contains(other), "{}", page.out);

    // In the order of the plan; found by name here.
    world
        .run(
            "ana",
            &["review", "borrowing"],
            &["t", "s", "You told me before, every time.", "s"],
        )
        .ends(0)
        .says("Ben would let it go, with thanks. It is let go when you say so too.")
        .says("You let this go, with thanks. Ben has said so too, so this ends it: from now")
        .never_says("You would let this go")
        .says("You have both said so")
        .says("Your thanks to Ben, for")
        .says("  | You told me before, every time.");
    world
        .run("ana", &["review", "gambling"], &["k", "s"])
        .ends(0)
        .says("Ben offers to keep it.")
        .says("[k] read it and keep it too")
        .says("Agreed: No gambling. It counts from Friday 6 June.");
    world
        .run("ben", &["review", "phone"], &["k", "s"])
        .ends(0)
        .says("Ana offers to keep it.")
        .says("It counts from Friday 6 June.");
    world.at("2025-06-05T19:20");
    world.meet();
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("  | You told me before, every time.");
    for who in ["ana", "ben"] {
        // What both let go is told on its own page, and is not listed as something to offer.
        world
            .run(who, &["plan"], &[])
            .ends(0)
            .never_says("handfast offer");
        world
            .run(who, &["plan", "borrowing"], &[])
            .ends(0)
            .says("you let it go, both of you");
        world
            .run(who, &["review"], &[])
            .ends(0)
            .says("Nothing has come to its review date.");
        world
            .run(who, &["plan", "--agreed"], &[])
            .ends(0)
            .says("No gambling")
            .says("until the end of 3 September")
            .never_says("borrowing");
    }
    world.at("2025-06-06T08:00");
    // On a printed page the renewed one is agreed since March, and what was let go has its day.
    let page = world.path("page.md");
    let line = ["report", page.to_str().unwrap(), "--md"];
    world.run("ana", &line, &[]).ends(0);
    let page = std::fs::read_to_string(page).unwrap();
    for said in [
        "First agreed from Monday 3 March 2025, and renewed; it counts until the end of",
        "Renewed; first agreed from Monday 3 March 2025",
        "Let go with thanks, both said so",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let status = world.run("ben", &["status", "--json"], &[]).json();
    assert_eq!(status["due"][0]["title"], "No gambling");
}

#[test]
fn one_changes_it_or_withdraws_and_a_script_only_reads() {
    let world = three_months_later();
    world
        .run("ben", &["review", "gambling"], &["w"])
        .ends(0)
        .says("Withdrawn: No gambling. It no longer counts.");
    world
        .run(
            "ben",
            &["review", "borrowing"],
            &["c", "I say so before I borrow, also from friends.", "", "s"],
        )
        .ends(0)
        .says("The draft now says:")
        .says("also from friends")
        .says("It takes the place of what you")
        .says("Offered.");
    world
        .run(
            "ana",
            &["review", "borrowing"],
            &["c", "And in writing.", ""],
        )
        .ends(0)
        .says("Ben, whom it binds, can then offer it, or not.");
    let said = world.run_unattended("ana", &["review"]).ends(0);
    assert!(said.out.contains("No gambling") && said.out.contains("Phone away"));
    let said = world.run("ana", &["review", "--json"], &["k", "s"]).ends(0);
    let reviews = said.json()["reviews"].as_array().unwrap().clone();
    assert_eq!(reviews.len(), 3);
    assert_eq!(reviews[0]["state"], "rests");
    assert_eq!(
        world.run("ana", &["status", "--json"], &[]).json()["tray"],
        0,
        "reading leaves nothing behind"
    );
}

#[test]
fn a_review_used_wrongly() {
    let world = World::met();
    world
        .run("ana", &["review"], &[])
        .ends(0)
        .says("Nothing has come to its review date.");
    world
        .run("ana", &["review", "dishes"], &[])
        .ends(1)
        .says("Nothing here is called");
    world.run("ana", &["review", "a", "b"], &[]).ends(2);
    world.run("ben", &["promise", "Dishes"], &[]).ends(0);
    world.run("ben", &["offer", "dishes"], &["s"]).ends(0);
    world
        .run("ben", &["review", "dishes"], &[])
        .ends(1)
        .says("is not agreed");
    // Before its date too, for whoever asks.
    world.at("2025-03-02T19:10");
    world.meet();
    world.run("ana", &["agree", "dishes"], &["s"]).ends(0);
    world
        .run("ana", &["review", "dishes"], &["x", "", ""])
        .ends(0)
        .says("It counts until the end of 31 May")
        .says("Please type")
        .says("Not now.");
    let alone = World::new();
    alone.begin("ana", "Ana");
    alone.run("ana", &["review"], &[]).ends(1);
}

/// Before its day, what one of them would let go is told as that, and not as a day that has come.
#[test]
fn what_the_other_would_let_go_is_told_as_that() {
    let world = World::met();
    world.agreed("Phone away", &[]);
    // Before its day nothing of it stops meanwhile.
    world
        .run("ben", &["review", "phone"], &["k", "s"])
        .ends(0)
        .says("Until Ana signs too, it stands as it is.")
        .never_says("counts again");
    world.run("ben", &["undo"], &[]).ends(0);
    world
        .run("ben", &["review", "phone"], &["t", "s", ""])
        .ends(0);
    world.at("2025-03-05T19:00");
    world.meet();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("Ben would let go, with thanks: \"Phone away\"")
        .says("handfast review")
        .never_says("its day to look at it again");
}

/// B5: the review date is the last day on which it counts. Every page on which it is signed or
/// shown says so, before anything is signed.
#[test]
fn s26_the_page_before_signing_says_that_it_rests_after_its_review_date() {
    let world = World::met();
    let said = "It counts until the end of 31 May;";
    let promise = ["promise", "Home by six", "--review", "2025-05-31"];
    world
        .run("ben", &promise, &[])
        .says("Once you offer it, it counts until the end of 31 May.");
    world
        .run("ben", &["offer", "home"], &["s"])
        .ends(0)
        .says(said);
    world.at("2025-03-02T19:10");
    world.meet();
    world.run("ana", &["plan", "home"], &[]).says(said);
    let page = world.run("ana", &["agree", "home"], &["s"]).ends(0);
    let words: Vec<&str> = page.err.split_whitespace().collect();
    let whole = format!("{said} then it rests until both renew it.");
    assert!(words.join(" ").contains(&whole), "{}", page.err);
    world
        .run("ana", &["plan", "home"], &[])
        .says("Agreed; it counts from Monday 3 March until the end of 31 May. Then it rests");
    world.at("2025-03-05T19:00");
    world.run("ana", &["plan", "home"], &[]).says(said);
    world
        .run("ana", &["review", "home"], &[""])
        .says("It counts until the end of 31 May");
    world.at("2025-05-31T12:00");
    world
        .run("ana", &["review"], &[""])
        .says("Today is the last day on which it counts; then it rests");
    world.run("ana", &["status"], &[]).ends(0);
}

#[test]
fn the_plan_says_who_would_let_it_go() {
    let world = World::met();
    world.agreed("Phone away", &[]);
    world.at("2025-03-05T19:00");
    world
        .run("ben", &["review", "phone"], &["t", "s", ""])
        .ends(0);
    world
        .run("ben", &["plan"], &[])
        .ends(0)
        .says("You would let it go; it needs Ana's yes too.");
    world.at("2025-03-05T19:10");
    world.meet();
    world
        .run("ana", &["plan", "phone"], &[])
        .ends(0)
        .says("Ben would let it go; it needs your yes too.")
        .says("handfast review phone");
    let json = world.run("ana", &["plan", "phone", "--json"], &[]).json();
    let agreed = &json["items"][0]["agreed"][0]["let_go"];
    assert_eq!(agreed["mine"], false);
    assert_eq!(agreed["other"], true);
}

/// On the day on which it is renewed the words from before still count: the plan says so, as the
/// page of the day does.
#[test]
fn on_the_day_of_a_renewal_plan_and_status_agree() {
    let world = World::met();
    world.agreed("I do not gamble", &["--every", "day"]);
    world.at("2025-05-31T12:00");
    world.run("ben", &["review", "gamble"], &["k", "s"]).ends(0);
    world.at("2025-05-31T12:10");
    world.meet();
    world.run("ana", &["review", "gamble"], &["k", "s"]).ends(0);
    world.at("2025-05-31T12:20");
    world.meet();
    world
        .run("ben", &["status"], &[])
        .says("handfast kept gamble");
    world
        .run("ben", &["plan", "gamble"], &[])
        .says("Agreed. Today it counts as it stood before, and from Sunday 1 June as it")
        .says("29 August");
    // A day later nothing of that is left; nor is it said of what never stood before.
    world.at("2025-06-01T12:00");
    world
        .run("ben", &["plan", "gamble"], &[])
        .says("Agreed. It counts until the end of 29 August")
        .never_says("before");
}

/// What rests is kept by both: the way on is the one that this person has.
#[test]
fn what_rests_names_the_way_on_that_there_is() {
    let world = World::met();
    world.agreed("I do not gamble", &["--every", "day"]);
    world.at("2025-06-05T19:00");
    world
        .run("ben", &["kept", "gamble"], &[])
        .ends(1)
        .says("To keep it: handfast review gamble");
    world.run("ben", &["review", "gamble"], &["k", "s"]).ends(0);
    world
        .run("ben", &["kept", "gamble"], &[])
        .ends(1)
        .says("You have offered to keep it; the yes to that is Ana's.")
        .never_says("To keep it");
    let shared = World::met();
    shared.agreed("Phone away", &["--who", "both"]);
    shared.at("2025-06-05T19:00");
    shared.run("ana", &["review", "phone"], &["k", "s"]).ends(0);
    shared.at("2025-06-05T19:10");
    shared.meet();
    shared
        .run("ben", &["kept", "phone"], &[])
        .ends(1)
        .says("Ana offers to keep it; it waits for your yes: handfast review phone");
}

#[test]
fn the_thanks_of_letting_go_can_be_said_in_other_words() {
    let world = World::met();
    world.agreed("Phone away", &[]);
    let answers = ["t", "s", "s", "w", "We talked at dinner.", "s"];
    world
        .run("ben", &["review", "phone"], &answers)
        .ends(0)
        .says("Your thanks to Ana, for")
        .says("[w] other words")
        .says("  | We talked at dinner.");
    let log = world.run("ben", &["log", "--json"], &[]).json();
    let last = log["entries"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["entry"], "thanks");
    assert_eq!(last["text"], "We talked at dinner.");
    // Not now leaves the letting go as it is, and says no thanks.
    world.run("ben", &["undo"], &[]).ends(0);
    world.run("ben", &["undo"], &[]).ends(0);
    world
        .run("ben", &["review", "phone"], &["t", "s", "Well done", ""])
        .ends(0)
        .says("Not now");
    let log = world.run("ben", &["log", "--json"], &[]).json();
    let last = log["entries"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["entry"], "complete");
}
