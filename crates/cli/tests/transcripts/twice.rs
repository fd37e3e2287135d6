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
        .says("Both offers would stand")
        .says("The older offer stands too. To take it back: handfast withdraw ");
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
        .run("ben", &["withdraw", "dishes"], &[])
        .ends(1)
        .says(&format!("handfast withdraw {plain}    your offer"));
    world.run("ben", &["withdraw", &plain], &[]).ends(0);
    world.at("2025-03-02T19:20");
    world.meet();
    assert_eq!(offers(&world, "ana").len(), 1);
    world
        .run("ana", &["plan", "dishes"], &[])
        .ends(0)
        .says("handfast agree dishes   handfast decline dishes");
}
