//! The plan's life by the words a person types.

use crate::people::World;

#[test]
fn an_offer_is_agreed_the_next_morning_and_counts_from_the_day_after() {
    let world = World::met();
    world
        .run(
            "ben",
            &[
                "promise",
                "Home by six",
                "--every",
                "weekday",
                "--by",
                "18:00",
            ],
            &[],
        )
        .ends(0);
    // S25: the full text stands there before it is signed; Enter is "not now".
    let shown = world
        .run("ben", &["offer", "home"], &[""])
        .ends(0)
        .says("SIGN")
        .says("  | Home by six")
        .says("Not now");
    assert!(shown.out.is_empty());
    world
        .run("ben", &["offer", "home"], &["s"])
        .ends(0)
        .says("Offered.");
    world
        .run("ben", &["offer", "home"], &["s"])
        .ends(0)
        .says("already");
    world
        .run("ben", &["agree", "home"], &["s"])
        .ends(1)
        .says("your own offer");
    world.at("2025-03-03T07:30");
    world.meet();

    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("Ben offers a promise: \"Home by six\"")
        .says("handfast plan home");
    world
        .run("ana", &["plan", "home"], &[])
        .ends(0)
        .says("Ben offers:")
        .says("handfast agree home");
    // Asked again, and not now.
    world
        .run("ana", &["agree", "home"], &[""])
        .ends(0)
        .says("There is no hurry")
        .says("Not now");
    world
        .run("ana", &["agree"], &["s"])
        .ends(0)
        .says("It counts from Tuesday 4 March");
    world
        .run("ana", &["agree", "home"], &["s"])
        .ends(1)
        .says("agreed that already");
    world
        .run("ana", &["plan", "home"], &[])
        .ends(0)
        .says("it counts from Tuesday 4 March");
    world.at("2025-03-04T07:30");
    world.meet();
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("agreed    Home by six")
        .says("handfast kept home");

    // A later edit of the draft changes nothing that was agreed.
    world
        .run("ana", &["edit", "home", "--by", "19:00"], &[])
        .ends(0)
        .says("What you have agreed stays as it is");
    world
        .run("ana", &["plan", "home"], &[])
        .ends(0)
        .says("by 18:00")
        .says("The draft has been changed since");
    world
        .run("ana", &["compare", "home"], &[])
        .ends(0)
        .says("[-18:00.-]{+19:00.+}");
    world.run("ana", &["diff", "home", "--json"], &[]).ends(0);

    // One person is enough to withdraw; what ends an agreement is asked once, and Enter is not now.
    world
        .run("ana", &["withdraw", "home"], &[""])
        .ends(0)
        .says("SIGN  ")
        .says("  | Home by six")
        .says("[Enter] not now    [s] sign")
        .says("Not now; nothing has changed.")
        .never_says("Signed");
    world
        .run("ana", &["plan", "home"], &[])
        .ends(0)
        .says("Agreed. It counts until the end of");
    world
        .run("ana", &["withdraw", "home"], &["s"])
        .ends(0)
        .says("no longer counts")
        .says("It goes when your devices meet");
    world.run("ana", &["undo"], &["y"]).ends(0);
    world
        .run("ana", &["withdraw", "home", "--yes"], &[])
        .ends(0)
        .says("SIGNING NOW")
        .never_says("[s] sign")
        .says("no longer counts");
    world.run("ana", &["withdraw", "home"], &[]).ends(1);
}

#[test]
fn agreeing_asks_for_the_passphrase_again_even_when_it_is_open() {
    let world = World::met();
    world.run("ben", &["promise", "Dishes"], &[]).ends(0);
    world.run("ben", &["offer", "dishes"], &["s"]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world.run("ana", &["unlock"], &[]).ends(0);
    world
        .run_bare("ana", &["agree"], &["s", "not the passphrase"])
        .ends(1)
        .says("Nothing is signed");
    world
        .run_bare("ana", &["agree"], &["s", ""])
        .ends(0)
        .says("Not now");
    world
        .run_bare("ana", &["agree"], &["s", crate::people::PASSPHRASE])
        .ends(0)
        .says("Agreed");
    world.run_bare("ana", &["lock"], &[]).ends(0);
}

#[test]
fn declining_needs_no_reason_and_can_be_chosen_on_the_page() {
    let world = World::met();
    for title in ["Dishes", "Yoga"] {
        world.run("ben", &["promise", title], &[]).ends(0);
        world.run("ben", &["offer", title], &["s"]).ends(0);
    }
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run("ana", &["agree"], &["2", ""])
        .ends(0)
        .says("   1  Dishes")
        .says("   2  Yoga")
        .says("| Yoga")
        .says("Not now");
    world
        .run("ana", &["agree", "--no-input"], &[])
        .ends(1)
        .says("more than one");
    world
        .run("ana", &["agree", "dishes"], &["d"])
        .ends(0)
        .says("Declined: Dishes");
    world
        .run("ana", &["decline"], &[])
        .ends(0)
        .says("Declined: Yoga");
    world
        .run("ana", &["decline"], &[])
        .ends(1)
        .says("no open offer");
}

#[test]
fn only_whom_it_binds_can_offer() {
    let world = World::met();
    world.run("ben", &["promise", "Home by six"], &[]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run("ana", &["offer", "home"], &["s"])
        .ends(1)
        .says("only Ben can offer it");
    world.run("ana", &["withdraw", "home"], &[]).ends(1);
}

#[test]
fn a_promise_asks_for_what_is_left_out() {
    let world = World::met();
    world
        .run(
            "ana",
            &["promise"],
            &["One topic", "I bring up one thing.", "day"],
        )
        .ends(0)
        .says("  | I bring up one thing.")
        .says("every day");
    world
        .run("ana", &["promise"], &[""])
        .ends(0)
        .says("Not now");
    world
        .run("ana", &["edit", "topic"], &["I bring up one thing.", ""])
        .ends(0)
        .says("I bring up one thing.");
    world
        .run("ana", &["edit", "topic", "--remove"], &[])
        .ends(0);
    world
        .run("ana", &["plan"], &[])
        .ends(0)
        .says("Nothing stands here yet");
    world
        .run("ana", &["edit", "topic", "--restore"], &[])
        .ends(0);
    world
        .run("ana", &["edit", "topic", "--restore"], &[])
        .ends(0)
        .says("says that already");
}

#[test]
fn review_dates_are_at_most_a_year_away() {
    let world = World::met();
    world.run("ben", &["promise", "Dishes"], &[]).ends(0);
    world
        .run("ben", &["offer", "dishes", "--try", "2w"], &[""])
        .ends(0)
        .says("It counts until the end of 16 March");
    world
        .run("ben", &["offer", "dishes", "--review", "2025-06-08"], &[""])
        .ends(0)
        .says("of 8 June");
    world
        .run("ben", &["offer", "dishes"], &[""])
        .ends(0)
        .says("of 31 May");
    for wrong in [
        ["--review", "2027-01-01"],
        ["--review", "yesterday"],
        ["--try", "soon"],
    ] {
        world
            .run("ben", &["offer", "dishes", wrong[0], wrong[1]], &["s"])
            .ends(2);
    }
}

/// S49: what the other writes can neither leave its place nor imitate this program.
#[test]
fn s49_the_others_text_stays_behind_the_mark() {
    let world = World::met();
    let nasty =
        "Ok\u{1b}[2J\u{202e}\nSIGN\n\nAna has signed this\u{7}\nEvery signature is in order.";
    world
        .run(
            "ben",
            &["promise", "A\u{1b}]0;title\u{7}B", "--text", nasty],
            &[],
        )
        .ends(0);
    world.run("ben", &["thanks", nasty], &[]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    for line in [&["plan"][..], &["status"], &["log"]] {
        let said = world.run("ana", line, &[]).ends(0);
        assert!(
            !said.out.contains(['\u{1b}', '\u{202e}', '\u{7}']),
            "{:?}",
            said.out
        );
        for line in said
            .out
            .lines()
            .filter(|line| line.contains("has signed this") || line.contains("in order"))
        {
            assert!(line.starts_with("  | "), "{line}");
        }
    }
}

#[test]
fn what_binds_both_can_be_changed_and_offered_instead() {
    let world = World::met();
    world
        .run(
            "ben",
            &["promise", "No phones at dinner", "--who", "both"],
            &[],
        )
        .ends(0);
    world
        .run("ben", &["offer", "phones"], &["s"])
        .ends(0)
        .says("A promise of both of you");
    world.at("2025-03-02T19:10");
    world.meet();
    world
        .run(
            "ana",
            &["agree"],
            &["c", "No phones at dinner, but for my mother.", "", "s"],
        )
        .ends(0)
        .says("[c] change it and offer that")
        .says("Offered.");
    world.at("2025-03-02T19:20");
    world.meet();
    world
        .run("ben", &["agree"], &["s"])
        .ends(0)
        .says("but for my mother")
        .says("Agreed");
    world
        .run("ben", &["plan", "phones", "--agreed"], &[])
        .ends(0)
        .says("but for my mother");
}

#[test]
fn what_stands_in_another_state_is_told_by_that_state() {
    let world = World::met();
    let says = |who: &str, verb: &str, state: &str| {
        world
            .run(who, &[verb, "home"], &[])
            .ends(1)
            .says(state)
            .never_says("Nothing here is called");
    };
    world
        .run(
            "ben",
            &["promise", "Home by six", "--every", "weekday"],
            &[],
        )
        .ends(0);
    for verb in ["agree", "decline", "withdraw", "kept"] {
        says("ben", verb, "Home by six: only a draft");
    }
    world.run("ben", &["offer", "home"], &["s"]).ends(0);
    says("ben", "kept", "Home by six: not agreed yet");
    world.at("2025-03-02T19:10");
    world.meet();
    for verb in ["kept", "heads-up"] {
        says("ana", verb, "Home by six: not agreed yet; Ben offers it");
    }
    world.run("ana", &["decline", "home"], &[]).ends(0);
    for verb in ["agree", "decline", "withdraw", "kept"] {
        says("ana", verb, "Home by six: you declined it");
    }
    world.at("2025-03-02T19:20");
    world.meet();
    for verb in ["withdraw", "kept"] {
        says("ben", verb, "Home by six: Ana declined it");
    }
    world.run("ben", &["offer", "home"], &["s"]).ends(0);
    world.run("ben", &["withdraw", "home"], &[]).ends(0);
    says("ben", "withdraw", "Home by six: it was taken back");
    world
        .run("ben", &["kept", "nothing"], &[])
        .ends(1)
        .says("Nothing here is called");
}
