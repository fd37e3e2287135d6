//! One person offers the same thing twice (formats B5): both offers stand until each is answered or
//! taken back, and a yes to one takes the place of nothing that it does not name. The screens say so
//! before anything is signed.

use crate::people::World;

fn offered_twice() -> World {
    let world = World::met();
    world.run("ben", &["promise", "Dishes"], &[]).ends(0);
    world.run("ben", &["offer", "dishes"], &["s"]).ends(0);
    world
        .run("ben", &["edit", "dishes", "--text", "Every evening."], &[])
        .ends(0);
    world
        .run("ben", &["offer", "dishes"], &["s"])
        .ends(0)
        .says("You have offered this before, and Ana has not answered:")
        .says("Both offers would stand, unless the new one takes its place.")
        .says("[Enter] no, both stand    [y] yes, take the older one back")
        .says("The older offer stands too. To take it back: handfast withdraw dishes");
    // The same words again are the same offer.
    world
        .run("ben", &["offer", "dishes"], &["s"])
        .ends(0)
        .says("You have offered exactly this already.");
    world.at("2025-03-02T19:10");
    world.meet();
    world
}

/// The offers of an item, by their text.
fn offers(world: &World, who: &str) -> Vec<(String, String)> {
    let plan = world
        .run(who, &["plan", "dishes", "--json"], &[])
        .ends(0)
        .json();
    let offers = plan["items"][0]["offers"].as_array().unwrap().clone();
    let text = |offer: &serde_json::Value| offer["content"]["text"].as_str().unwrap().to_owned();
    let id = |offer: &serde_json::Value| offer["offer"].as_str().unwrap()[..8].to_owned();
    offers
        .iter()
        .map(|offer| (text(offer), id(offer)))
        .collect()
}

fn id_of(world: &World, who: &str, wanted: &str) -> String {
    let found = offers(world, who)
        .into_iter()
        .find(|(text, _)| text == wanted);
    found.unwrap().1
}

#[test]
fn each_is_named_answered_and_taken_back_by_itself() {
    let world = offered_twice();
    let (plain, evening) = (
        id_of(&world, "ana", ""),
        id_of(&world, "ana", "Every evening."),
    );
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("Ben offers a promise, in more than one form: \"Dishes\"");
    world
        .run("ana", &["plan", "dishes"], &[])
        .ends(0)
        .says(&format!(
            "handfast agree {plain}   handfast decline {plain}"
        ))
        .says(&format!(
            "handfast agree {evening}   handfast decline {evening}"
        ));
    world
        .run("ana", &["agree", "dishes", "--no-input"], &[])
        .ends(1)
        .says(&format!("  {evening}       Dishes: Every evening."));
    world
        .run("ana", &["agree"], &["2", ""])
        .ends(0)
        .says("   2  Dishes: Every evening.")
        .says("  | Every evening.");
    // Declined on its page, it is that one.
    world.run("ana", &["agree", &evening], &["d"]).ends(0);
    assert_eq!(offers(&world, "ana"), [(String::new(), plain.clone())]);
    world
        .run("ana", &["agree", "dishes"], &["s"])
        .ends(0)
        .says("Agreed: Dishes.")
        .never_says("still stands");
}

#[test]
fn a_second_yes_takes_the_place_of_nothing_and_says_so_first() {
    let world = offered_twice();
    let (plain, evening) = (
        id_of(&world, "ana", ""),
        id_of(&world, "ana", "Every evening."),
    );
    world
        .run("ana", &["agree", &plain], &["s"])
        .ends(0)
        .says("Another offer for it still stands: \"Dishes: Every evening.\"")
        .says(&format!("Not that one: handfast decline {evening}"));
    let both = "with a yes both would count";
    world
        .run("ana", &["plan", "dishes"], &[])
        .ends(0)
        .says("both");
    world
        .run("ana", &["agree", "dishes"], &[""])
        .ends(0)
        .says("It does not take the place of what you have agreed for this");
    world.at("2025-03-02T19:20");
    world.meet();
    // Both count: a clash that is shown, and healed by one offer in the place of both.
    world
        .run("ana", &["agree", "dishes"], &["s"])
        .ends(0)
        .says("Agreed");
    world.at("2025-03-02T19:30");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["plan", "dishes"], &[])
            .ends(0)
            .says("You have agreed to more than one for this, and all of it stands.")
            .never_says(both);
    }
    world
        .run(
            "ben",
            &["edit", "dishes", "--text", "Every evening, by nine."],
            &[],
        )
        .ends(0);
    world
        .run("ben", &["offer", "dishes"], &["s"])
        .ends(0)
        .says("It takes the place of what you have");
    world.at("2025-03-02T19:40");
    world.meet();
    world
        .run("ana", &["agree", "dishes"], &["s"])
        .ends(0)
        .never_says(both);
    let plan = world
        .run("ana", &["plan", "dishes", "--json"], &[])
        .ends(0)
        .json();
    assert_eq!(plan["items"][0]["agreed"].as_array().unwrap().len(), 1);
}

#[test]
fn the_older_one_is_taken_back_by_its_id() {
    let world = offered_twice();
    let plain = id_of(&world, "ben", "");
    world
        .run("ben", &["withdraw", "dishes", "--json"], &[])
        .ends(1)
        .says(&format!("handfast withdraw {plain}    your offer"));
    // At the keyboard the name is enough: which one is asked, and Enter is not now.
    world
        .run("ben", &["withdraw", "dishes"], &[""])
        .ends(0)
        .says("your offer: Dishes\n")
        .says("your offer: Dishes: Every evening.")
        .says("Not now");
    world.run("ben", &["withdraw", &plain], &[]).ends(0);
    world.at("2025-03-02T19:20");
    world.meet();
    assert_eq!(offers(&world, "ana").len(), 1);
    world
        .run("ana", &["plan", "dishes"], &[])
        .ends(0)
        .says("handfast agree dishes   handfast decline dishes");
    // Nobody had agreed to it: it is told as that, and nowhere as a promise that was withdrawn.
    let told = "took back an offer: Dishes; a newer one stands";
    for who in ["ana", "ben"] {
        world
            .run(who, &["log"], &[])
            .ends(0)
            .says(&format!("Ben {told}"))
            .never_says("withdrew");
    }
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says(&format!("  offer     Ben {told}"))
        .never_says("withdrawn")
        .never_says("does not count");
    let new = world.run("ana", &["status", "--json"], &[]).ends(0).json();
    let taken = new["new"].as_array().unwrap().iter();
    let of: Vec<_> = taken.filter(|one| one["entry"] == "withdraw").collect();
    assert_eq!((of.len(), &of[0]["of"]), (1, &"offer".into()));
    world
        .run("ana", &["compare", "dishes", "--with", "earlier"], &[])
        .ends(0)
        .says("Ben's offer that was taken back");
    world.run("ana", &["agree", "dishes"], &["s"]).ends(0);
    // The newer one taken back too, once it is agreed: that is a withdrawal, in its own words.
    world.at("2025-03-04T19:00");
    world.meet();
    world.run("ben", &["withdraw", "dishes"], &["s"]).ends(0);
    world.at("2025-03-04T19:10");
    world.meet();
    for who in ["ana", "ben"] {
        world
            .run(who, &["log"], &[])
            .ends(0)
            .says("Ben withdrew: Dishes")
            .says("Ben took back an offer: Dishes\n");
        world
            .run(who, &["plan", "dishes"], &[])
            .ends(0)
            .says("The last offer: it was agreed, and one of you withdrew since.");
    }
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("withdrawn Dishes; it does not count");
    // Who checks the export is told the same.
    let folder = world.path("out");
    let line = ["export", folder.to_str().unwrap()];
    world.run("ana", &line, &[]).ends(0);
    let python = |arguments: &[&str]| {
        let mut command = std::process::Command::new("python3");
        let output = command.current_dir(&folder).args(arguments).output();
        output.ok().filter(|output| output.status.success())
    };
    if python(&["-c", "import cryptography"]).is_none() {
        assert!(std::env::var_os("CI").is_none(), "python3 and cryptography");
        return;
    }
    let checked = python(&["verify.py", "records.cbor", "--names", "Ana,Ben"]).unwrap();
    let checked = String::from_utf8(checked.stdout).unwrap();
    for said in [
        "Ben took back the offer of \"Dishes\"",
        "Ben withdrew from \"Dishes\"",
        "taken back; it was never agreed",
        "agreed by both, and withdrawn since",
    ] {
        assert!(checked.contains(said), "{said}: {checked}");
    }
}

/// The new one in the place of the older: asked where it is signed, and never done unasked.
#[test]
fn a_second_offer_takes_the_place_of_the_older_where_its_author_says_so() {
    let world = World::met();
    world.run("ben", &["promise", "Dishes"], &[]).ends(0);
    world.run("ben", &["offer", "dishes"], &["s"]).ends(0);
    let again = |text: &str, line: &[&str], answers: &[&str]| {
        world
            .run("ben", &["edit", "dishes", "--text", text], &[])
            .ends(0);
        world.run("ben", line, answers).ends(0)
    };
    again("Every evening.", &["offer", "dishes"], &["s", "y"])
        .says("does not count")
        .says("The older offer is taken back.")
        .never_says("stands too");
    world.at("2025-03-02T19:10");
    world.meet();
    assert_eq!(offers(&world, "ana").len(), 1);
    assert_eq!(offers(&world, "ana")[0].0, "Every evening.");
    // Enter: both stand; and the name of the older takes its place without a question.
    again("By nine.", &["offer", "dishes"], &["s", ""]).says("The older offer stands too.");
    assert_eq!(offers(&world, "ben").len(), 2);
    let older = id_of(&world, "ben", "Every evening.");
    again(
        "By ten.",
        &["offer", "dishes", "--instead-of", &older],
        &["s"],
    )
    .says("The older offer is taken back.")
    .never_says("both stand    [y]");
    let texts: Vec<String> = offers(&world, "ben").into_iter().map(|one| one.0).collect();
    assert_eq!(texts.len(), 2);
    assert!(!texts.contains(&"Every evening.".to_owned()), "{texts:?}");
    // Which one is taken back is chosen by its number.
    let at = texts.iter().position(|text| text == "By nine.").unwrap() + 1;
    world
        .run("ben", &["withdraw", "dishes"], &[&at.to_string(), "s"])
        .ends(0)
        .says("Taken back: your offer of \"Dishes\".");
    assert_eq!(offers(&world, "ben")[0].0, "By ten.");
    world.at("2025-03-02T19:20");
    world.meet();
    world
        .run("ana", &["agree", "dishes"], &["s"])
        .ends(0)
        .says("  | By ten.");
    world.at("2025-03-02T19:30");
    world.meet();
    let plan = world.run("ben", &["plan", "--agreed"], &[]).ends(0);
    assert_eq!(plan.out.matches("By ten.").count(), 1, "{}", plan.out);
}
