//! Story D, the savings: two people, the real binary, real QUIC between them.

use crate::people::World;

const BOUNDARY: &str = "When there is gambling, I keep my wages in my own account.";

#[test]
fn story_d_the_savings() {
    let world = World::met();

    // Ana's boundary is in force when she signs; nobody was asked.
    world
        .run("ana", &["boundary", BOUNDARY], &["s"])
        .ends(0)
        .says("It is in force.");
    world.at("2025-03-02T19:10");
    world.meet();

    // Ben hears it. Her own wages accuse nobody of anything.
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("boundary  When there is gambling")
        .never_says("For you alone");
    world
        .run("ben", &["plan", "gambling"], &[])
        .ends(0)
        .says("Ana's boundary. In force.")
        .never_says("For you alone");
    world.run("ben", &["heard", "gambling"], &["s"]).ends(0);

    // He offers two promises of his own.
    for (title, text) in [
        ("No gambling", "I do not gamble."),
        ("Ahead of borrowing", "I say so before I borrow."),
    ] {
        world
            .run("ben", &["promise", title, "--text", text], &[])
            .ends(0);
        let short = if title.starts_with("No") {
            "no gambling"
        } else {
            "borrowing"
        };
        world.run("ben", &["offer", short], &["s"]).ends(0);
    }
    world.at("2025-03-02T19:20");
    world.meet();
    world
        .run("ana", &["plan", "gambling"], &[])
        .ends(0)
        .says("Ben says: heard.");

    // Ana wants lottery tickets named: she writes it into the draft, and asks for that.
    let named = "I do not gamble. Lottery tickets count as gambling.";
    world
        .run("ana", &["agree", "no gambling"], &["e", named, ""])
        .ends(0)
        .says("Lottery tickets count");
    world.run("ana", &["agree", "borrowing"], &["s"]).ends(0);
    world.at("2025-03-02T19:30");
    world.meet();
    world
        .run("ben", &["compare", "no gambling"], &[])
        .ends(0)
        .says("{+");
    world
        .run("ben", &["withdraw", "no gambling"], &["s"])
        .ends(0);
    world
        .run("ben", &["offer", "no gambling"], &["s"])
        .ends(0)
        .says("Lottery tickets count");
    world.at("2025-03-02T19:40");
    world.meet();
    world
        .run("ana", &["agree", "no gambling"], &["s"])
        .ends(0)
        .says("Lottery tickets count")
        .says("It counts from Monday 3 March");
    world.at("2025-03-03T19:00");
    world.meet();
    world.run("ben", &["kept", "no gambling"], &["s"]).ends(0);

    // Nothing of Ben's reaches her boundary.
    for line in [
        &["boundary", "change", "there is gambling", "I stay"][..],
        &["boundary", "lift", "there is gambling"],
        &["withdraw", "there is gambling"],
        &["edit", "there is gambling", "--remove"],
    ] {
        world
            .run("ben", line, &["s", "l"])
            .ends(1)
            .says("Only Ana changes it or lifts it.");
    }

    // Three months later both agreements rest, and her boundary does not.
    world.at("2025-06-05T19:00");
    world.run("ben", &["status"], &[]).ends(0).says("review");
    world
        .run("ben", &["review", "borrowing"], &["t", "s"])
        .ends(0)
        .says("It is let go when Ana says so too.");
    world
        .run("ben", &["review", "no gambling"], &["k", "s"])
        .ends(0)
        .says("It counts again when Ana signs too.");
    world.at("2025-06-05T19:10");
    world.meet();
    world
        .run("ana", &["review", "borrowing"], &["t", "s"])
        .ends(0)
        .says("with thanks");
    world
        .run("ana", &["review", "no gambling"], &["k", "s"])
        .ends(0);
    world.at("2025-06-05T19:20");
    world.meet();
    for who in ["ana", "ben"] {
        let plan = world.run(who, &["plan"], &[]).ends(0);
        assert!(plan.out.contains("Ana's boundaries"), "{}", plan.out);
        assert!(plan.out.contains(BOUNDARY), "{}", plan.out);
        assert!(plan.out.contains("Lottery tickets count"), "{}", plan.out);
        let agreed = world.run(who, &["plan", "--agreed"], &[]).ends(0);
        assert!(!agreed.out.contains("borrow"), "{}", agreed.out);
        world.run(who, &["verify"], &[]).ends(0);
    }
}
