//! Terminals of sixty and of forty columns: every screen is wrapped by words, in Unicode's widths.

use crate::people::World;

/// What may be longer than a line: a path, an address of a page, a code, one word.
fn in_one_piece(line: &str) -> bool {
    let words = line.split_whitespace().filter(|word| *word != "|");
    line.contains("/tmp") || line.contains("hf1") || words.count() < 2
}

#[test]
fn screens_fit_sixty_and_forty_columns() {
    let mut world = World::met();
    world.agreed(
        "Home by six, and when it is later I say so in time",
        &[
            "--every",
            "weekday",
            "--by",
            "18:00",
            "--text",
            &"漢字 and words ".repeat(9),
        ],
    );
    let boundary =
        "When voices rise and no word is heard, I will leave the room and come back later.";
    world.run("ana", &["boundary", boundary], &["s"]).ends(0);
    world
        .run(
            "ana",
            &["thanks", &"You listened for long. ".repeat(4)],
            &["s"],
        )
        .ends(0);
    world.at("2025-03-04T19:00");
    world.meet();
    world.run("ben", &["kept", "home"], &["s"]).ends(0);
    for columns in ["60", "40"] {
        world.set("COLUMNS", columns);
        let most: usize = columns.parse().unwrap();
        let screens: &[(&[&str], &[&str])] = &[
            (&[], &["3", "8", "", ""]),
            (&["status", "--all"], &[]),
            (&["plan"], &[]),
            (&["plan", "home", "--card"], &[]),
            (&["days"], &[]),
            (&["days", "--plain"], &[]),
            (&["log", "--order"], &[]),
            (&["settings"], &[]),
            (&["example"], &[]),
            (&["example", "voices"], &["c", ""]),
            (&["help"], &[]),
            (&["help", "all"], &[]),
            (&["help", "begin"], &[]),
            (&["help", "safety"], &[]),
            (&["help", "edit"], &[]),
            (&["edit", "--help"], &[]),
            (&["withdraw", "home"], &["s"]),
            (&["compare", "home"], &[]),
            (&["promise", "A walk after supper, also when it rains"], &[]),
            (&["pause", "--for", "25m"], &[]),
            (&["back"], &["s"]),
            (&["keept"], &[]),
            (&["space", "show"], &[]),
            (&["space", "start"], &[""]),
            (&["leave"], &[""]),
            (&["note"], &[]),
            (&["summary"], &[]),
            (&["check-in"], &[""]),
            (&["talk"], &[""]),
            (&["say"], &[""]),
            (&["sorry"], &[""]),
            (&["words"], &[]),
            (&["help", "space"], &[]),
            (&["plan", "nothing-of-that-name"], &[]),
            (&["setback"], &["You made me shout.", ""]),
        ];
        for (line, answers) in screens {
            let said = world.run("ben", line, answers);
            for line in said.out.lines().chain(said.err.lines()) {
                let width = unicode_width::UnicodeWidthStr::width(line);
                // An answer stands where a terminal would show it, and wraps as it is typed.
                let echoed = answers
                    .iter()
                    .any(|one| !one.is_empty() && line.ends_with(one));
                assert!(
                    width <= most || echoed || in_one_piece(line),
                    "{columns}: {line}"
                );
            }
        }
    }
    // What another program reads is left alone.
    let all = world.run("ben", &["help", "reference"], &[]).ends(0);
    assert!(all.out.lines().any(|line| line.len() > 60));
}
