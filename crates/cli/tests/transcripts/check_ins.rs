//! Check-ins: answered at the keyboard, by a file, by nobody; both are shown or none (stories E).

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::canaries;
use crate::people::{Said, World};

/// Two who agreed on five questions for each Sunday; it is the first of them, at eight.
pub(crate) fn asked() -> World {
    let world = World::met();
    world.run("ben", &["example", "five"], &["c"]).ends(0);
    world.run("ben", &["offer", "questions"], &["s"]).ends(0);
    world.at("2025-03-02T19:10");
    world.meet();
    world.run("ana", &["agree", "questions"], &["s"]).ends(0);
    world.at("2025-03-02T19:20");
    world.meet();
    world.at("2025-03-09T20:00");
    world
}

/// A file of answers, filled in and ready.
pub(crate) fn filled(world: &World, who: &str, name: &str, answers: &[(&str, &str)]) -> PathBuf {
    let fresh = world.run(who, &["check-in", "--template"], &[]).ends(0).out;
    written(world, name, &fill(&fresh, answers))
}

pub(crate) fn fill(fresh: &str, answers: &[(&str, &str)]) -> String {
    let mut text = fresh.replace("ready = false", "ready = true");
    for (key, answer) in answers {
        let blank = format!("\n{key} = \"\"");
        assert!(text.contains(&blank), "{key} in {text}");
        text = text.replace(&blank, &format!("\n{key} = \"{answer}\""));
    }
    text
}

pub(crate) fn written(world: &World, name: &str, text: &str) -> PathBuf {
    let path = world.path(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// Each question answered in a line, or left out.
fn typed<'a>(answers: [&'a str; 5], key: &'a str) -> Vec<&'a str> {
    let lines = answers.into_iter().flat_map(|answer| {
        let dot = ".";
        [answer, dot].into_iter().filter(|line| !line.is_empty())
    });
    lines.chain([key]).collect()
}

fn both_meet(world: &World) {
    for _ in 0..3 {
        world.meet();
    }
}

fn take(world: &World, who: &str, path: &std::path::Path) -> Said {
    world.run_unattended(
        who,
        &["check-in", "--answers", path.to_str().unwrap(), "--json"],
    )
}

#[test]
fn s25_a_check_in_is_answered_question_by_question_and_shown_before_it_goes() {
    let world = asked();
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("Our questions, for Sunday 9 March");
    // Stopped after the first, gone on with the next day.
    world
        .run("ana", &["check-in"], &["We cooked.", ".", ""])
        .ends(0)
        .says("Kept as a draft");
    world.at("2025-03-10T20:00");
    world
        .run(
            "ana",
            &["check-in"],
            &["g", "The bill.", ".", ".", ".", ".", ""],
        )
        .ends(0)
        .says("SEND, CONFIDENTIAL")
        .says("For the check-in of Sunday 9 March.")
        .says("signed entry says that it took place")
        .says("Kept as a draft");
    world
        .run("ana", &["check-in"], &["g", "y"])
        .ends(0)
        .says("  | We cooked.")
        .says("Sealed. It is shown when both of you have answered");
    world
        .run("ana", &["check-in"], &[])
        .ends(0)
        .says("Yours, sealed.")
        .says("  | The bill.");
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .never_says("Our questions");
    // Taken back within the two minutes it is a draft again.
    world.run("ana", &["undo"], &[]).ends(0).says("Taken back");
    world
        .run("ana", &["check-in"], &[""])
        .ends(0)
        .says("A draft of yours")
        .says("  | The bill.");
    // Nothing answered is nothing sent.
    world
        .run("ben", &["check-in"], &typed(["", "", "", "", ""], "y"))
        .ends(0)
        .says("Nothing is answered, so nothing is sent.");
    world
        .run("ben", &["check-in"], &typed(["", "", "", "", "Tea."], "y"))
        .ends(0)
        .says("Sealed.");
}

#[test]
fn s6_neither_is_shown_that_the_other_has_answered() {
    let world = asked();
    let before = world.run("ana", &["status", "--json"], &[]).ends(0).json();
    world
        .run(
            "ben",
            &["check-in"],
            &typed(["Ben's week.", "", "", "", ""], "y"),
        )
        .ends(0);
    world.at("2025-03-09T20:10");
    both_meet(&world);
    for who in ["ana", "ben"] {
        for line in [&["status"][..], &["words"], &["log"], &["status", "--json"]] {
            world
                .run(who, line, &[])
                .never_says("took place")
                .never_says("have answered")
                .never_says("Ben's week");
        }
    }
    let after = world.run("ana", &["status", "--json"], &[]).ends(0).json();
    assert_eq!(before["check_in"], after["check_in"]);
    assert_eq!(after["check_in"]["asked"], "2025-03-09");
    assert!(!canaries::holds(&world, "ana", "Ben's week"));
    world
        .run(
            "ana",
            &["check-in"],
            &typed(["Ana's week.", "", "", "", ""], "y"),
        )
        .ends(0);
    let given = world.run("ana", &["check-in"], &[]).ends(0);
    given.says("Yours, sealed.").never_says("Ben's week");
    world.at("2025-03-09T20:20");
    both_meet(&world);
    // Both, or none; and one entry that says so, though nobody has looked.
    for (who, theirs) in [("ana", "Ben's week."), ("ben", "Ana's week.")] {
        world
            .run(who, &["status"], &[])
            .ends(0)
            .says("Both of you have answered.");
        let log = world.run(who, &["log"], &[]).ends(0);
        assert_eq!(log.out.matches("of Sunday 9 March took place").count(), 1);
        world
            .run(who, &["check-in"], &[""])
            .ends(0)
            .never_says(theirs);
        world
            .run(who, &["check-in"], &["o"])
            .ends(0)
            .says(&format!("  | {theirs}"));
        world
            .run(who, &["status"], &[])
            .ends(0)
            .never_says("Both of you have answered.");
    }
}

#[test]
fn letting_it_pass_shows_nothing_anywhere() {
    let world = asked();
    let log = |who: &str| world.run(who, &["log", "--json"], &[]).ends(0).json()["entries"].clone();
    let before = [log("ana"), log("ben")];
    world
        .run("ana", &["check-in", "--skip"], &[])
        .ends(0)
        .says("Nothing is sent, and nothing shows.");
    assert_eq!(
        world
            .run("ana", &["check-in", "--skip", "--json"], &[])
            .ends(0)
            .json()["changed"],
        false
    );
    for line in [
        &["check-in", "--if-open"][..],
        &["check-in", "--template", "--if-open"],
    ] {
        let said = world.run("ana", line, &[]).ends(0);
        assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""), "{line:?}");
    }
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .never_says("Our questions");
    world.at("2025-03-09T20:10");
    both_meet(&world);
    assert_eq!(before, [log("ana"), log("ben")]);
    // The other is asked as ever; one's own mind may change; and next week asks again.
    world
        .run("ben", &["status"], &[])
        .ends(0)
        .says("Our questions");
    world
        .run(
            "ana",
            &["check-in"],
            &typed(["After all.", "", "", "", ""], "y"),
        )
        .ends(0)
        .says("Sealed.");
    world.at("2025-03-16T20:00");
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .says("Our questions, for Sunday 16 March");
}

#[test]
fn s27_a_file_waits_in_the_tray_unless_its_person_has_set_otherwise() {
    let world = asked();
    let first = filled(
        &world,
        "ben",
        "b.toml",
        &[("well", "First."), ("note", "For me.")],
    );
    let text = fs::read_to_string(&first).unwrap();
    let said = take(&world, "ben", &first).ends(0).json();
    assert_eq!(
        (&said["changed"], &said["tray"]),
        (&true.into(), &true.into())
    );
    assert!(!first.exists(), "what was taken is removed");
    // The same again changes nothing; other words take the place of the older.
    let same = written(&world, "b.toml", &text);
    assert_eq!(take(&world, "ben", &same).ends(0).json()["changed"], false);
    let other = written(&world, "b.toml", &text.replace("First.", "Second."));
    assert_eq!(take(&world, "ben", &other).ends(0).json()["changed"], true);
    let status = world.run("ben", &["status", "--json"], &[]).ends(0).json();
    assert_eq!(status["tray"], 1);
    // It is shown before it goes, and only then sealed.
    world
        .run("ben", &["unlock"], &["o", "y"])
        .ends(0)
        .says("SEND, CONFIDENTIAL")
        .says("  | Second.")
        .never_says("First.")
        .says("Sealed.");
    world.run("ben", &["lock"], &[]).ends(0);
    // Given: the same words once more are no failure, others are.
    let same = written(&world, "b.toml", &text.replace("First.", "Second."));
    assert_eq!(take(&world, "ben", &same).ends(0).json()["changed"], false);
    assert!(!same.exists());
    let other = written(&world, "b.toml", &text.replace("First.", "Third."));
    assert_eq!(
        take(&world, "ben", &other).ends(1).error()["code"],
        "already-given"
    );
    assert!(other.exists(), "what was not taken stays");

    // By Ana's own setting hers goes unseen, and says so.
    world
        .run("ana", &["settings", "unattended", "yes"], &[])
        .ends(0);
    let hers = filled(&world, "ana", "a.toml", &[("hard", "The bill.")]);
    let said = take(&world, "ana", &hers).ends(0).json();
    assert_eq!(
        (&said["changed"], &said["tray"]),
        (&true.into(), &false.into())
    );
    world.at("2025-03-09T20:10");
    both_meet(&world);
    world
        .run("ben", &["check-in"], &["o"])
        .ends(0)
        .says("Ana's were sent by a script")
        .says("  | The bill.");
    world
        .run("ana", &["check-in"], &["o"])
        .ends(0)
        .says("  | Second.")
        .never_says("Ben's were sent by a script");
    // The private page went nowhere; it lies once among Ben's own, though its file came twice.
    let pages = world.run("ben", &["note", "list"], &[]).ends(0);
    assert_eq!(pages.out.matches("For me.").count(), 1, "{}", pages.out);
    let pages = world.run("ana", &["note", "list"], &[]).ends(0);
    pages.never_says("For me.");
}

#[test]
fn s27_closed_the_newest_file_for_a_day_counts() {
    let world = asked();
    let fresh = world
        .run("ben", &["check-in", "--template"], &[])
        .ends(0)
        .out;
    for text in ["Oldest.", "Older.", "Newest."] {
        let path = written(&world, "b.toml", &fill(&fresh, &[("well", text)]));
        let line = [
            "check-in",
            "--answers",
            path.to_str().unwrap(),
            "--no-input",
            "--json",
        ];
        let said = world.run_bare("ben", &line, &[]).ends(0).json();
        assert_eq!(said["changed"], serde_json::Value::Null);
        assert!(!path.exists());
    }
    // Of another day, or that cannot be told apart from one, it stays beside it.
    world
        .run("ben", &["unlock"], &["o", "y"])
        .ends(0)
        .says("  | Newest.")
        .never_says("Older.")
        .says("Sealed.");
    world.run("ben", &["lock"], &[]).ends(0);
    let status = world.run("ben", &["status", "--json"], &[]).ends(0).json();
    assert_eq!(status["tray"], 0);
    // Closed, nothing is laid out, silently.
    let out = world.path("new.toml");
    let line = [
        "check-in",
        "--template",
        "--if-open",
        "--out",
        out.to_str().unwrap(),
        "--no-input",
    ];
    let said = world.run_bare("ana", &line, &[]).ends(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    assert!(!out.exists());
    // What is wrong with the file itself is told also while it is closed.
    let wrong = written(&world, "b.toml", &fresh.replace("fade", "fades"));
    let line = [
        "check-in",
        "--answers",
        wrong.to_str().unwrap(),
        "--no-input",
    ];
    world
        .run_bare("ben", &line, &[])
        .ends(2)
        .says("Line 7, column 1");
}

#[test]
fn a_file_is_taken_only_if_it_is_ready_ones_own_and_whole() {
    let world = asked();
    let fresh = world
        .run("ben", &["check-in", "--template"], &[])
        .ends(0)
        .out;
    let ready = fill(&fresh, &[("well", "Tea.")]);
    let line = |more: &[&str], path: &PathBuf| {
        let line = [&["check-in", "--answers", path.to_str().unwrap()][..], more].concat();
        world.run_unattended("ben", &line)
    };
    let path = written(&world, "b.toml", &fresh);
    line(&[], &path).ends(1).says("ready = true");
    let silent = |path: &PathBuf| {
        let said = line(&["--if-ready"], path).ends(0);
        assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    };
    silent(&path);
    silent(&world.path("none.toml"));
    line(&[], &world.path("none.toml")).ends(2);
    // An editor is half-way through: not a word.
    silent(&written(&world, "b.toml", &fresh[..fresh.len() / 2]));
    silent(&written(
        &world,
        "b.toml",
        &fresh.replace("well = \"\"", "well = \"Tea"),
    ));
    // Ready, and wrong: line and column, and nothing of what it says.
    let wrong = written(&world, "b.toml", &ready.replace("hard =", "herd ="));
    line(&["--if-ready"], &wrong)
        .ends(2)
        .says("Line 13, column 1: \"herd\"")
        .never_says("Tea");
    assert!(wrong.exists());
    for mode in [0o640, 0o604, 0o620, 0o602] {
        let open = written(&world, "b.toml", &ready);
        fs::set_permissions(&open, fs::Permissions::from_mode(mode)).unwrap();
        let error = line(&["--json"], &open).ends(1).error();
        assert_eq!(error["code"], "open-file", "{mode:o}");
    }
    let link = world.path("link.toml");
    let own = written(&world, "b.toml", &ready);
    std::os::unix::fs::symlink(&own, &link).unwrap();
    line(&[], &link).ends(1).says("link");
    line(&[], &world.path("ben")).ends(1);
    // Too long for anything, and not text at all.
    fs::write(&own, "x".repeat(70_000)).unwrap();
    line(&[], &own).ends(2);
    fs::write(&own, [0xff, 0xfe, 0]).unwrap();
    line(&[], &own).ends(2);
    // Of another day.
    let past = written(&world, "b.toml", &ready.replace("2025-03-09", "2025-03-02"));
    line(&[], &past).ends(1).says("is over");
    let ahead = written(&world, "b.toml", &ready.replace("2025-03-09", "2025-03-16"));
    line(&[], &ahead)
        .ends(1)
        .says("No check-in is open for Sunday 16 March");
    // By JSON on standard input.
    let json = world
        .run("ben", &["check-in", "--template", "--json"], &[])
        .ends(0)
        .json();
    let mut json = json;
    json["ready"] = true.into();
    json["answers"]["thanks"] = "For the tea.".into();
    let text = json.to_string();
    world
        .run(
            "ben",
            &["check-in", "--answers", "-", "--no-input"],
            &[&text],
        )
        .ends(0)
        .says("It waits for you, not sent");
    let status = world.run("ben", &["status", "--json"], &[]).ends(0).json();
    assert_eq!(status["tray"], 1);
}

#[test]
fn the_questions_are_laid_out_once_for_their_owner_alone() {
    let world = asked();
    let out = world.path("b.toml");
    let line = ["check-in", "--template", "--out", out.to_str().unwrap()];
    world.run("ben", &line, &[]).ends(0).says("ready = true");
    let mode = fs::metadata(&out).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::write(&out, "half filled in").unwrap();
    world.run("ben", &line, &[]).ends(1).says("there already");
    let said = world
        .run("ben", &[&line[..], &["--if-open"]].concat(), &[])
        .ends(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    assert_eq!(fs::read_to_string(&out).unwrap(), "half filled in");
    let said = world
        .run("ben", &["check-in", "--if-open", "--no-input"], &[])
        .ends(6);
    said.says("question by question");
}

#[test]
fn wrongly_used_it_says_what_to_do() {
    let world = World::met();
    for line in [
        &["check-in"][..],
        &["check-in", "--template"],
        &["check-in", "--skip"],
    ] {
        let error = world
            .run("ana", &[line, &["--json"]].concat(), &[])
            .ends(1)
            .error();
        assert_eq!(error["code"], "no-questions");
    }
    for line in [
        &["check-in", "--if-open"][..],
        &["check-in", "--template", "--if-open"],
    ] {
        world.run("ana", line, &[]).ends(0);
    }
    for line in [
        &["check-in", "I was afraid"][..],
        &["check-in", "--out", "x"],
        &["check-in", "--if-ready"],
        &["check-in", "--skip", "--template"],
        &["check-in", "--of", "someday"],
    ] {
        world.run("ana", line, &[]).ends(2);
    }
    world
        .run("ana", &["check-in", "--of", "2025-02-23"], &[])
        .ends(1)
        .says("You answered no check-in of Sunday 23 February");
    let alone = World::new();
    alone.begin("ana", "Ana");
    alone.run("ana", &["check-in"], &[]).ends(1);
}

#[test]
fn questions_agreed_anew_are_other_questions() {
    let world = asked();
    let old = filled(&world, "ben", "b.toml", &[("well", "Tea.")]);
    world
        .run("ben", &["questions", "--add", "What made you laugh?"], &[])
        .ends(0);
    world.run("ben", &["offer", "questions"], &["s"]).ends(0);
    world.at("2025-03-09T20:10");
    world.meet();
    world.run("ana", &["agree", "questions"], &["s"]).ends(0);
    world.at("2025-03-09T20:20");
    world.meet();
    world.at("2025-03-16T20:00");
    let error = take(&world, "ben", &old).ends(1).error();
    assert_eq!(error["code"], "questions-changed");
    assert!(old.exists(), "the file is as it was");
    // Closed, that cannot be told before it is opened: then the words are shown, and stay.
    let line = ["check-in", "--answers", old.to_str().unwrap(), "--no-input"];
    world.run_bare("ben", &line, &[]).ends(0);
    world
        .run("ben", &["unlock"], &["o"])
        .ends(0)
        .says("not sent")
        .says("  | Tea.")
        .says("Your questions have changed since.");
    world.run("ben", &["lock"], &[]).ends(0);
    let status = world.run("ben", &["status", "--json"], &[]).ends(0).json();
    assert_eq!(status["tray"], 1);
    let fresh = world
        .run("ben", &["check-in", "--template"], &[])
        .ends(0)
        .out;
    assert!(fresh.contains("# What made you laugh?"), "{fresh}");
}

/// S20: the other's answers stand in nothing that goes out of this home by itself.
#[test]
fn s20_answers_are_in_no_export_report_log_or_calendar() {
    let world = asked();
    for (who, text) in [("ana", "CANARY-A"), ("ben", "CANARY-B")] {
        world
            .run(who, &["check-in"], &typed([text, "", "", "", ""], "y"))
            .ends(0);
    }
    world.at("2025-03-09T20:10");
    both_meet(&world);
    world
        .run("ana", &["check-in"], &["o"])
        .ends(0)
        .says("CANARY-B");
    let folder = world.path("out");
    fs::create_dir(&folder).unwrap();
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let [page, dates, records] = ["page.html", "dates.ics", "records"].map(file);
    for line in [
        &["report", &page, "--both"][..],
        &["ics", &dates, "--both"],
        &["export", &records],
        &["log"],
        &["log", "--json"],
        &["status", "--json"],
        &["plan"],
        &["days"],
        &["words"],
        &["words", "--json"],
        &["verify", "--json"],
    ] {
        world.run("ana", line, &[]).never_says("CANARY");
    }
    assert!(!canaries::folder_holds(&folder, "CANARY"));
    for who in ["ana", "ben"] {
        assert!(!canaries::holds(&world, who, "CANARY"));
    }
}

/// Nobody looked before the next one was asked: the earlier one is shown first, and can be read again
/// until it has faded.
#[test]
fn what_both_answered_waits_to_be_read_beyond_its_week() {
    let world = asked();
    for (who, text) in [("ana", "The walk."), ("ben", "The soup.")] {
        world
            .run(who, &["check-in"], &typed([text, "", "", "", ""], "y"))
            .ends(0);
    }
    world.at("2025-03-09T20:10");
    both_meet(&world);
    world.at("2025-03-17T20:00");
    let said = world
        .run("ana", &["check-in"], &["o", "This week.", ".", ""])
        .ends(0)
        .says("Both of you have answered the check-in of Sunday 9 March.")
        .says("  | The soup.");
    said.says("Kept as a draft");
    world
        .run("ana", &["check-in", "--of", "2025-03-09"], &[])
        .ends(0)
        .says("  | The soup.");
    // Ben looks a month later: Ana's are still closed there, and only his own have faded.
    world.at("2025-04-09T20:00");
    world
        .run("ben", &["check-in", "--of", "2025-03-09"], &["o"])
        .ends(0)
        .says("  | The walk.")
        .says("Your own have faded.");
    world
        .run("ana", &["check-in", "--of", "2025-03-09"], &[])
        .ends(0)
        .says("Ben's answers have faded")
        .never_says("The soup.");
}

/// While space lasts nobody is asked, and nothing of it is laid out.
#[test]
fn while_space_lasts_check_ins_rest() {
    let world = asked();
    world
        .run_bare("ana", &["space", "start", "--silent", "--no-input"], &[])
        .ends(0);
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .never_says("Our questions");
    world
        .run("ana", &["check-in"], &[])
        .ends(1)
        .says("You have taken space; check-ins rest while it lasts.");
    let line = ["check-in", "--template", "--if-open"];
    let said = world.run("ana", &line, &[]).ends(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    // Ben does not know of it: nothing is different there.
    world
        .run("ben", &["check-in"], &typed(["Tea.", "", "", "", ""], "y"))
        .ends(0)
        .says("Sealed.");
}
