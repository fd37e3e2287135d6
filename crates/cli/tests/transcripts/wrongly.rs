//! Each verb wrongly used: a clear sentence, what to do next, the right exit code, valid JSON.

use crate::people::World;

#[test]
fn a_wrong_line_is_exit_2_with_a_hint_and_valid_json() {
    let world = World::met();
    let lines: &[&[&str]] = &[
        &["kpet", "home"],
        &["status", "now"],
        &["kept", "--no-input"],
        &["kept", "home", "--on"],
        &["partly", "home", "away"],
        &["missed", "--not", "x"],
        &["heads-up", "--no-input"],
        &["thanks", "a", "b"],
        &["undo", "all"],
        &["plan", "--agreed", "--draft"],
        &["promise", "x", "--who", "you"],
        &["promise", "x", "--every", "blue"],
        &["promise", "x", "--every", "day", "--on", "friday"],
        &["promise", "x", "--every", "day", "--by", "25:00"],
        &["promise", "x", "--by", "18:00"],
        &["promise", "x", "--from", "whenever"],
        &["edit", "--no-input"],
        &["edit", "x", "--remove", "--restore"],
        &["compare", "--no-input"],
        &["offer", "--no-input"],
        &["offer", "x", "--try", "2w", "--review", "friday"],
        &["agree", "a", "b"],
        &["decline", "--why"],
        &["withdraw", "--no-input"],
        &["log", "--since"],
        &["log", "--since", "whenever"],
        &["export"],
        &["lock", "now"],
        &["unlock", "please"],
        &["start", "now"],
        &["invite", "--listen", "here"],
        &["join", "hf1abc"],
        &["passphrase", "secret"],
        &["paper", "--burn"],
        &["device", "wipe"],
        &["sync", "example.org"],
        &["sync", "--wait", "long"],
        &["serve", "--at", "noon"],
        &["verify", "it"],
        &["tour", "--json"],
        &["settings", "colour"],
        &["help", "me-out"],
        &["--color", "pink"],
        &["--passphrase-fd", "x", "status"],
    ];
    for line in lines {
        world.run("ana", line, &[]).ends(2);
        let mut json = line.to_vec();
        json.push("--json");
        let said = world.run("ana", &json, &[]).ends(2);
        let message = said.error()["message"].as_str().unwrap().to_owned();
        assert!(
            message.starts_with(|c: char| c.is_uppercase() || c == '"') && message.ends_with('.'),
            "a sentence: {message}"
        );
        assert!(said.out.is_empty(), "no data beside a failure: {line:?}");
    }
}

#[test]
fn a_word_that_means_nothing_is_exit_1_with_a_hint() {
    let world = World::met();
    for line in [
        &["plan", "nothing"][..],
        &["kept", "nothing"],
        &["edit", "nothing", "--by", "18:00"],
        &["compare", "nothing"],
        &["offer", "nothing"],
        &["agree", "nothing"],
        &["decline", "nothing"],
        &["withdraw", "nothing"],
        &["heads-up", "nothing", "x"],
        &["thanks", "x", "--for", "nothing"],
        &["agree"],
        &["decline"],
    ] {
        let mut json = line.to_vec();
        json.push("--json");
        world.run("ana", &json, &[]).ends(1).error();
    }
}

#[test]
fn before_anything_has_begun_every_verb_says_how_to_begin() {
    let world = World::new();
    for line in [
        &["status"][..],
        &["kept", "x"],
        &["plan"],
        &["log"],
        &["sync"],
        &["lock"],
        &["unlock"],
        &["verify"],
        &["settings"],
        &[],
    ] {
        world
            .run("nobody", line, &[])
            .ends(1)
            .says("handfast start");
    }
    assert!(!world.path("nobody").exists());
}

#[test]
fn every_reading_verb_speaks_json() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday"]);
    world.at("2025-03-05T20:00");
    for (line, kind) in [
        (&["status"][..], "status"),
        (&["plan"], "plan"),
        (&["plan", "home"], "plan"),
        (&["compare", "home"], "compare"),
        (&["log"], "log"),
        (&["verify"], "verify"),
        (&["settings"], "settings"),
        (&["device", "list"], "devices"),
        (&["help", "safety"], "help"),
        (&["kept", "home"], "kept"),
        (&["undo"], "undo"),
        (&["thanks", "x"], "thanks"),
        (&["heads-up", "home", "x"], "heads-up"),
        (&["promise", "Dishes"], "promise"),
        (&["edit", "dishes", "--every", "day"], "edit"),
        (&["withdraw", "home", "--yes"], "withdraw"),
        (&["lock"], "lock"),
    ] {
        let mut json = line.to_vec();
        json.push("--json");
        assert_eq!(world.run("ben", &json, &[]).ends(0).json()["kind"], kind);
    }
    let status = world.run("ben", &["status", "--json"], &[]).json();
    for key in [
        "day", "name", "space", "running", "devices", "thanks", "new", "due", "offers", "reviews",
        "tray",
    ] {
        assert!(!status[key].is_null() || key == "space", "{key}: {status}");
    }
}

#[test]
fn colour_is_asked_for_or_absent() {
    let world = World::met();
    assert!(
        world
            .run("ana", &["status", "--color", "always"], &[])
            .ends(0)
            .out
            .contains("\u{1b}[1m")
    );
    assert!(
        !world
            .run("ana", &["status"], &[])
            .ends(0)
            .out
            .contains('\u{1b}')
    );
}

#[test]
fn who_wants_out_or_apart_gets_a_plain_answer_and_no_other_verb() {
    let world = World::new();
    world.begin("ana", "Ana");
    let home = world.path("ana").display().to_string();
    for line in [
        &["stop"][..],
        &["quit"],
        &["delete"],
        &["exit"],
        &["help", "delete"],
    ] {
        world
            .run("ana", line, &[])
            .ends(2)
            .says("To end it here, alone and at once: handfast leave")
            .says("handfast help safety")
            .never_says("Did you mean");
    }
    // Whoever looks for help has the page before their eyes.
    for line in [&["safety"][..], &["afraid"], &["help", "danger"]] {
        world
            .run("ana", line, &[])
            .ends(0)
            .says("Help, without a network");
    }
    for line in [&["break"][..], &["timeout"], &["help", "silence"]] {
        world
            .run("ana", line, &[])
            .ends(2)
            .says("handfast space start")
            .says("handfast pause")
            .says("Nothing has to be answered.")
            .says("handfast help safety")
            .never_says("Did you mean");
    }
    // The home that is meant is the one that is named.
    world
        .run("nobody", &["leave", "--home", &home], &[])
        .ends(0)
        .says(&home)
        .says("Not now; nothing has changed.");
    world
        .run("nobody", &["leave"], &[])
        .ends(1)
        .says("Nothing has begun here");
    world
        .run("nobody", &[], &[])
        .ends(1)
        .says("handfast help safety");
}

#[test]
fn forgotten_quotes_are_named_and_no_day_that_is_over_is_due() {
    let world = World::met();
    world
        .run("ana", &["thanks", "for", "soup"], &[])
        .ends(2)
        .says("Several words go between quotes");
    world
        .run("ana", &["thanks", "--fro", "soup"], &[])
        .ends(2)
        .never_says("quotes");
    world
        .run("ana", &["promise", "Dishes", "--on", "2025-03-01"], &[])
        .ends(2)
        .says("is over, so nothing can be due on it");
    world
        .run("ana", &["promise", "Dishes", "--on", "today"], &[])
        .ends(0);
}

#[test]
fn the_likeliest_verb_stands_first() {
    let world = World::new();
    world
        .run("ana", &["keept"], &[])
        .ends(2)
        .says("Did you mean: kept?");
    world
        .run("ana", &["strt"], &[])
        .ends(2)
        .says("Did you mean: start");
}

#[test]
fn who_looks_for_help_or_only_for_the_way_out_is_not_sent_astray() {
    let world = World::new();
    world.begin("ana", "Ana");
    world
        .run("ana", &["safety"], &[])
        .ends(0)
        .says("Help, without a network");
    world
        .run("ana", &["exit"], &[])
        .ends(2)
        .says("To leave the program nothing is needed");
}

/// A word that is none of a verb's: what the verb takes is named.
#[test]
fn what_a_verb_takes_is_named() {
    let world = World::met();
    world
        .run("ana", &["space", "stop"], &[])
        .ends(2)
        .says("\"stop\" is none of what it takes.")
        .says("Use: handfast space start|change|end|show");
    world
        .run("ana", &["device", "revoke"], &[])
        .ends(2)
        .says("Use: handfast device list");
}

/// Words without their quotation marks, as a tired person types them, behind every verb and every
/// sub-verb that there is: the answer names what was typed, and never a thing without a name.
#[test]
fn forgotten_quotes_get_a_plain_answer_from_every_verb() {
    let world = World::met();
    let page = world.run_bare("nobody", &["help", "reference"], &[]).out;
    let verbs = page
        .lines()
        .filter_map(|line| line.strip_prefix("### handfast "));
    let verbs: Vec<&str> = verbs.collect();
    assert!(verbs.len() > 50);
    let below = [
        "boundary change voices",
        "boundary lift voices",
        "need change hug",
        "need let-go hug",
        "about-me change calm",
        "when-then change voices",
        "space end",
        "device list",
    ];
    // What is only between two is never typed there, and the rest say what they take in their own words.
    let own = [
        "heard", "join", "note", "say", "setback", "sorry", "summary", "talk", "device", "space",
    ];
    // In a hard moment a word too many costs nobody the pause.
    let verbs = verbs.into_iter();
    let verbs = verbs.filter(|verb| !["pause", "back"].contains(verb));
    for verb in verbs.chain(below) {
        let line: Vec<&str> = verb.split(' ').chain(["A", "hug", "daily"]).collect();
        let said = world.run("ana", &line, &[]).ends(2);
        let said = said.never_says("\"\"").never_says("\"[").never_says("''");
        assert!(said.out.is_empty(), "{verb}: {}", said.out);
        if own.contains(&verb) {
            continue;
        }
        assert!(
            ["A", "hug", "daily"].iter().any(|word| {
                said.err
                    .starts_with(&format!("\"{word}\" does not belong here.\n"))
            }),
            "{verb}: {}",
            said.err
        );
        let takes_words = [
            "need",
            "boundary",
            "when-then",
            "about-me",
            "vision",
            "promise",
        ];
        if takes_words.contains(&verb) {
            said.says("Several words go between quotes: \"like these\"\nUse: handfast ");
        }
    }
    // A name that is none, such as an empty "$X" of a script, is not quoted back either.
    for verb in [
        "kept", "heads-up", "setback", "amends", "heard", "plan", "edit", "compare", "offer",
        "agree", "decline", "withdraw", "rehearse", "log", "days",
    ] {
        let said = world.run("ana", &[verb, ""], &[]).ends(1);
        said.never_says("\"\"").never_says("is called");
    }
    for verb in ["undo", "lock", "look"] {
        world
            .run("ana", &[verb, "now"], &[])
            .never_says("between quotes");
    }
    world
        .run("ana", &["boundary", "When", "voices", "rise"], &[])
        .ends(2)
        .says("Or:  handfast boundary change|lift\n")
        .never_says("<COMMAND>");
    // Behind an option too.
    world
        .run(
            "ana",
            &["boundary", "--when", "voices", "rise", "--will", "go"],
            &[],
        )
        .ends(2)
        .says("Several words go between quotes")
        .says("\"--when\" and words of their own do not go together.");
}
