//! The tour runs to its end with real processes, and what it leaves can be played with.

use std::time::Instant;

use crate::people::World;

#[test]
fn the_tour_runs_to_its_end_and_leaves_two_homes() {
    let world = World::new();
    let dir = world.path("tour");
    let begun = Instant::now();
    let said = world
        .run_bare("nobody", &["tour", "--dir", dir.to_str().unwrap()], &[])
        .ends(0);
    assert!(begun.elapsed().as_secs() < 60);
    for text in [
        "Six words, to read to each other aloud",
        "I am home by six on working days. If it gets later, I call before six.",
        "Agreed: Home by six. It counts from Saturday 8 March.",
        "[-18:00.-]{+18:30.+}",
        "Taken back, as if it had not been",
        "Thanks from Ana",
        "heads-up  Home by six, today",
        "Ben says missed: Home by six",
        "Ana says missed: One topic at a time",
        "Every signature is in order.",
        "Terminal of Ben",
    ] {
        assert!(said.out.contains(text), "{text:?} is not in\n{}", said.out);
    }
    assert!(said.out.matches("Every signature is in order.").count() == 2);
    // The next evening lies after the last one, and time does not run back. (The six words that are
    // read aloud may hold an "echo" too.)
    let last = std::fs::read_to_string(dir.join("now")).unwrap();
    let next = said.out.split("\n  echo 2").nth(1).unwrap();
    let next = format!("2{next}");
    assert!(next.split(' ').next().unwrap() > last.trim(), "{last}");
    assert!(said.out.contains("moved back, it is not an evening"));
    // As the farewell says, by its own commands.
    let mut play = world.command(
        "nobody",
        &[
            "status",
            "--json",
            "--home",
            dir.join("ben").to_str().unwrap(),
        ],
    );
    play.env("HANDFAST_STATE", dir.join("ben-state"))
        .env("HANDFAST_NOW", format!("@{}", dir.join("now").display()))
        .env("HANDFAST_PASSPHRASE_COMMAND", "echo a rehearsal");
    let output = play.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // A second tour does not overwrite the first.
    world
        .run_bare("nobody", &["tour", "--dir", dir.to_str().unwrap()], &[])
        .ends(2);
}
