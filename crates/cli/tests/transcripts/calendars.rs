//! Looking back by days: `days`, the report and the calendar file.

use crate::people::World;

/// Ben has promised "Home by six" from Monday 3 March; then some weeks happen.
pub(crate) fn some_weeks() -> World {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday", "--by", "18:00"]);
    let ben = |now: &str, line: &[&str]| {
        world.at(now);
        world.run("ben", line, &[]).ends(0);
    };
    ben("2025-03-03T20:00", &["kept", "home"]);
    ben(
        "2025-03-04T20:00",
        &["kept", "home", "--note", "Early train"],
    );
    ben("2025-03-05T20:00", &["partly", "home"]);
    ben(
        "2025-03-06T17:00",
        &[
            "heads-up",
            "home",
            "Away for the course",
            "--on",
            "2025-03-10",
            "--to",
            "2025-03-12",
        ],
    );
    ben("2025-03-06T20:00", &["kept", "home"]);
    ben("2025-03-06T20:30", &["missed", "home"]);
    ben("2025-03-13T20:00", &["kept", "home", "--on", "2025-03-11"]);
    world.at("2025-03-13T21:00");
    world.meet();
    world
}

/// The row of a week, its cells without the name of the week.
fn week<'a>(page: &'a str, name: &str) -> &'a str {
    page.lines()
        .find_map(|line| line.trim_start().strip_prefix(name))
        .unwrap_or_else(|| panic!("no week {name} in\n{page}"))
}

#[test]
fn each_sort_of_day_has_a_shape_of_its_own() {
    let world = some_weeks();
    for who in ["ben", "ana"] {
        let said = world.run(who, &["days"], &[]).ends(0);
        let first = week(&said.out, "3 March");
        let second = week(&said.out, "10 March");
        // Kept, kept, partly, missed (it stands for "kept"), a blank, and two days not due.
        let shapes: Vec<&str> = first.split_whitespace().collect();
        assert_eq!(shapes, ["●", "●", "◐", "○", "·", "·"], "{first}");
        let at =
            |line: &str, day: usize| line.chars().skip(3 + 6 * day).take(6).collect::<String>();
        assert_eq!(at(first, 4).trim(), "", "Friday is a blank: {first:?}");
        // Said ahead from Monday to Wednesday, and kept on Tuesday all the same.
        assert_eq!(at(second, 0).trim(), ">", "{second:?}");
        assert_eq!(at(second, 1).trim(), "●>", "{second:?}");
        assert_eq!(at(second, 2).trim(), ">", "{second:?}");
        assert_eq!(at(second, 3).trim(), "", "{second:?}");
        said.says("a blank").says("not due");
    }
}

#[test]
fn days_are_said_in_sentences_and_in_json() {
    let world = some_weeks();
    world
        .run("ben", &["days", "home", "--plain"], &[])
        .ends(0)
        .says("Thursday 6 March: missed.")
        .says("Friday 7 March: a blank.")
        .says("  | Early train")
        .says("Tuesday 11 March: kept, said ahead.")
        .never_says("Saturday 8 March");
    // What the other has not noted is not said.
    world
        .run("ana", &["days", "home", "--plain"], &[])
        .ends(0)
        .says("Thursday 6 March: missed.")
        .never_says("Friday 7 March")
        .never_says("blank");
    let json = world.run("ben", &["days", "--json"], &[]).ends(0).json();
    let days = json["calendars"][0]["days"].as_array().unwrap().clone();
    let of = |day: &str| days.iter().find(|one| one["day"] == day).unwrap().clone();
    assert_eq!(of("2025-03-06")["noted"], "missed");
    assert_eq!(of("2025-03-07")["noted"], serde_json::Value::Null);
    assert_eq!(of("2025-03-07")["due"], true);
    assert_eq!(of("2025-03-12")["ahead"][0], "Away for the course");
    let json = world.run("ana", &["days", "--json"], &[]).ends(0).json();
    let days = json["calendars"][0]["days"].as_array().unwrap();
    assert!(
        days.iter().all(|day| day["day"] != "2025-03-07"),
        "{days:?}"
    );
}

#[test]
fn an_old_terminal_and_no_colour_tell_the_days_apart_too() {
    let world = some_weeks();
    let mut command = world.command("ben", &["--color", "never", "days"]);
    command
        .env("LANG", "C")
        .env("HANDFAST_PASSPHRASE_COMMAND", "echo 'four words for tests'");
    let out = command.output().unwrap();
    let page = String::from_utf8(out.stdout).unwrap();
    assert!(page.is_ascii(), "{page}");
    let shapes: Vec<&str> = week(&page, "3 March").split_whitespace().collect();
    assert_eq!(shapes, ["x", "x", "/", "o", ".", "."]);
    // Colour: a leaf, the sea, bold and faint; nothing is red.
    let coloured = world
        .run("ben", &["--color", "always", "days"], &[])
        .ends(0);
    assert!(coloured.out.contains("\u{1b}[32m●"), "{}", coloured.out);
    for red in ["[31m", "[91m", "[1;31m"] {
        assert!(!coloured.out.contains(red));
    }
}

/// Story A: a setback and what was done about it stand on their days, also what names no promise;
/// a pause too, and nothing tells whether somebody came back.
#[test]
fn hard_days_stand_with_what_was_done_about_them() {
    let world = some_weeks();
    world
        .run(
            "ben",
            &[
                "setback",
                "home",
                "--on",
                "2025-03-12",
                "--note",
                "I stayed at the bar",
            ],
            &["s"],
        )
        .ends(0);
    world
        .run(
            "ben",
            &["amends", "home", "I called, and I came home with dinner."],
            &["s"],
        )
        .ends(0);
    world.run("ben", &["pause", "--for", "20m"], &["s"]).ends(0);
    world.at("2025-03-13T22:00");
    world.meet();
    for who in ["ben", "ana"] {
        let said = world.run(who, &["days"], &[]).ends(0);
        let second = week(&said.out, "10 March");
        let at = |day: usize| second.chars().skip(3 + 6 * day).take(6).collect::<String>();
        assert_eq!(at(2).trim(), ">~", "{second:?}");
        assert_eq!(at(3).trim(), "+", "{second:?}");
        said.says("A hard moment").says("=").never_says("is back");
        world
            .run(who, &["days", "--plain"], &[])
            .ends(0)
            .says("Wednesday 12 March: said ahead, a setback.")
            .says("  | I stayed at the bar")
            .says("Thursday 13 March: amends.")
            .says("Thursday 13 March: a pause.");
    }
    let page = world.path("hard.md");
    world
        .run("ben", &["report", page.to_str().unwrap(), "--md"], &[])
        .ends(0);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains("Ben: a setback. I stayed at the bar"),
        "{page}"
    );
    assert!(
        page.contains("Ben: amends. I called, and I came home"),
        "{page}"
    );
}

/// S15, S60: no document has a field that adds up, and no screen a word that does; of the other's
/// days only what stands there is told, and of the machine what runs and which devices read.
#[test]
fn s15_no_document_and_no_screen_adds_anything_up() {
    let world = some_weeks();
    let page = world.path("all.html");
    let calendar = world.path("all.ics");
    let lines: [&[&str]; 9] = [
        &["status"],
        &["plan"],
        &["log"],
        &["days"],
        &["days", "home", "--plain"],
        &["device", "list"],
        &["settings"],
        &["report", page.to_str().unwrap(), "--both"],
        &["ics", calendar.to_str().unwrap(), "--both"],
    ];
    for line in lines {
        let said = world.run("ana", line, &[]).ends(0);
        for text in [&said.out, &said.err] {
            adds_nothing_up(text);
        }
        if line[0] == "report" || line[0] == "ics" {
            std::fs::remove_file(line[1]).unwrap();
        }
        let json = world
            .run("ana", &[line, &["--json"]].concat(), &[])
            .ends(0)
            .json();
        each_key(&json, &mut |key| {
            let key = key.to_lowercase();
            for never in [
                "count", "total", "streak", "score", "percent", "rate", "rank", "seen", "online",
                "read_at",
            ] {
                assert!(!key.contains(never) || key == "unread", "{key} in {line:?}");
            }
        });
        if line[0] == "report" || line[0] == "ics" {
            let written = std::fs::read_to_string(line[1]).unwrap();
            adds_nothing_up(&written);
        }
    }
}

/// S60: `status --all` tells what runs and which devices can read; nothing in it is about when the
/// other was there.
#[test]
fn s60_status_invites_no_watch_on_the_other() {
    let world = some_weeks();
    let said = world.run("ana", &["status", "--json"], &[]).ends(0).json();
    let mut keys: Vec<&str> = said
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    for wanted in ["devices", "running", "due", "new", "thanks"] {
        assert!(keys.contains(&wanted), "{keys:?}");
    }
    let mut running: Vec<&String> = said["running"].as_object().unwrap().keys().collect();
    running.sort_unstable();
    assert!(
        running
            .iter()
            .all(|key| ["open", "serving"].contains(&key.as_str())),
        "{running:?}"
    );
    for device in said["devices"].as_array().unwrap() {
        let mut keys: Vec<&String> = device.as_object().unwrap().keys().collect();
        keys.sort_unstable();
        assert_eq!(keys, ["id", "name", "revoked", "stopped"]);
    }
    each_key(&said, &mut |key| {
        for never in [
            "last",
            "seen",
            "online",
            "delivered",
            "received",
            "met_",
            "address",
            "time",
        ] {
            assert!(!key.contains(never), "{key}");
        }
    });
}

fn each_key(json: &serde_json::Value, look: &mut impl FnMut(&str)) {
    for (key, value) in json.as_object().into_iter().flatten() {
        look(key);
        each_key(value, look);
    }
    for one in json.as_array().into_iter().flatten() {
        each_key(one, look);
    }
}

#[track_caller]
fn adds_nothing_up(text: &str) {
    let lower = text.to_lowercase();
    for never in [
        "in a row",
        "streak",
        "% ",
        "out of ",
        "in total",
        "altogether",
        "so far",
        "days ago",
        "last seen",
    ] {
        assert!(!lower.contains(never), "{never:?} in {text}");
    }
}

#[test]
fn days_further_back_and_days_wrongly_asked() {
    let world = some_weeks();
    world.at("2025-06-10T12:00");
    let usual = world.run("ben", &["days"], &[]).ends(0);
    assert!(!usual.out.contains("3 March"), "{}", usual.out);
    world
        .run("ben", &["days", "--since", "2025-03-05"], &[])
        .ends(0)
        .says("3 March")
        .says("26 May")
        .never_says("2 June");
    world
        .run("ben", &["days", "garden"], &[])
        .ends(1)
        .says("Nothing here is called");
    world
        .run("ben", &["days", "--since", "once"], &[])
        .ends(2)
        .says("is not a day");
    // A day that has not come shows this week, in which the promise rests.
    world
        .run("ben", &["days", "--since", "2030-01-01"], &[])
        .ends(0)
        .says("Nothing falls in these weeks");
}

#[test]
fn days_need_no_more_than_two_people() {
    let world = World::new();
    world.begin("ana", "Ana");
    world.run("ana", &["days"], &[]).ends(1).says("takes two");
    let world = World::met();
    world
        .run("ana", &["days"], &[])
        .ends(0)
        .says("Nothing falls in these weeks");
}

#[test]
fn a_report_is_a_new_file_of_ones_own() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = some_weeks();
    let page = world.path("page.html");
    let file = page.to_str().unwrap();
    world
        .run("ben", &["report", file], &[])
        .ends(0)
        .says("outside your vault")
        .says("Nobody is told");
    let mode = std::fs::metadata(&page).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = std::fs::read(&page).unwrap();
    world
        .run("ben", &["report", file, "--both"], &[])
        .ends(2)
        .says("is there already; nothing was written");
    assert_eq!(std::fs::read(&page).unwrap(), before);
    world
        .run("ben", &["report", "/nowhere/at/all.html"], &[])
        .ends(1)
        .says("could not be written");
    world.run("ben", &["report"], &[]).ends(2);
    // A script may write it: nothing is signed, nothing is sent.
    let out = world.path("of-a-script.md");
    let said = world
        .run(
            "ben",
            &[
                "report",
                out.to_str().unwrap(),
                "--md",
                "--no-input",
                "--json",
            ],
            &[],
        )
        .ends(0)
        .json();
    assert_eq!(said["format"], "md");
}

/// What stands in the report: my part alone, or with `--both` the other's, and who made it.
#[test]
fn a_report_holds_my_part_and_with_both_the_others() {
    let world = some_weeks();
    world.run("ana", &["thanks", "For waiting"], &[]).ends(0);
    let read = |who: &str, name: &str, options: &[&str]| {
        let page = world.path(name);
        let line = [&["report", page.to_str().unwrap()], options].concat();
        world.run(who, &line, &[]).ends(0);
        std::fs::read_to_string(page).unwrap()
    };
    let mine = read("ana", "a.md", &["--md"]);
    assert!(
        mine.contains("Ana made this page on Thursday 13 March 2025"),
        "{mine}"
    );
    assert!(mine.contains("> For waiting"), "{mine}");
    assert!(mine.contains("Home by six"), "the plan: {mine}");
    assert!(!mine.contains("Early train"), "{mine}");
    assert!(!mine.contains("Ben, day by day"), "{mine}");
    let both = read("ana", "b.md", &["--md", "--both"]);
    assert!(both.contains("as Ben signed it"), "{both}");
    assert!(both.contains("> Early train"), "{both}");
    // What Ben has not noted is not said.
    assert!(!both.contains("a blank |"), "{both}");
    let own = read("ben", "c.md", &["--md"]);
    assert!(own.contains("a blank |"), "{own}");
    let page = read("ben", "d.html", &[]);
    for never in [
        "<script", "http://", "https://", "url(", "@import", "<img", "<link",
    ] {
        let svg = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!svg.contains(never), "{never}");
    }
    assert!(page.contains("Thursday 6 March: missed"), "{page}");
    for text in [mine, both, own] {
        // The words of a page are those of a screen; its lines are as long as they like.
        let ours = text.lines().filter(|line| !line.starts_with("> "));
        let words: Vec<&str> = ours.flat_map(str::split_whitespace).collect();
        crate::people::check_screen(&words.join("\n"));
    }
}

/// The file is read by an independent parser, and its rules fall on the days that are due here.
#[test]
fn a_calendar_file_says_the_same_days() {
    let world = some_weeks();
    world
        .run(
            "ben",
            &[
                "promise",
                "Bins; the \"big\" one, out",
                "--every",
                "2 weeks",
            ],
            &[],
        )
        .ends(0);
    world.run("ben", &["offer", "bins"], &["s"]).ends(0);
    world
        .run(
            "ana",
            &[
                "promise",
                "Both walk",
                "--every",
                "last sunday",
                "--who",
                "both",
            ],
            &[],
        )
        .ends(0);
    world.run("ana", &["offer", "walk"], &["s"]).ends(0);
    world.at("2025-03-13T21:30");
    world.meet();
    world.run("ana", &["agree", "bins"], &["s"]).ends(0);
    world.run("ben", &["agree", "walk"], &["s"]).ends(0);
    world.at("2025-03-14T08:00");
    world.meet();
    let write = |who: &str, name: &str, options: &[&str]| {
        let file = world.path(name);
        let line = [&["ics", file.to_str().unwrap()], options].concat();
        world.run(who, &line, &[]).ends(0);
        std::fs::read_to_string(file).unwrap()
    };
    let discreet = write("ben", "a.ics", &[]);
    for telling in [
        "andfast", "Home", "Bins", "walk", "Ana", "Ben", "romise", "TZID", "TZ",
    ] {
        assert!(!discreet.contains(telling), "{telling} in {discreet}");
    }
    assert_eq!(discreet.matches("SUMMARY:Reminder").count(), 3);
    let again = write("ben", "again.ics", &[]);
    assert_eq!(
        discreet, again,
        "the same plan is the same file, with the same identities"
    );
    let titles = write("ana", "b.ics", &["--both", "--titles"]);
    assert!(titles.contains("SUMMARY:Home by six (Ben)"), "{titles}");
    // What both promised stands once.
    assert_eq!(titles.matches("SUMMARY:Both walk").count(), 1);
    world
        .run("ben", &["ics", world.path("a.ics").to_str().unwrap()], &[])
        .ends(2)
        .says("nothing was written");

    let Some(python) = crate::people::needed(&["python3"], "the calendar file") else {
        return;
    };
    let has = std::process::Command::new(&python)
        .args(["-c", "import icalendar"])
        .output()
        .unwrap();
    if !has.status.success() {
        assert!(
            std::env::var_os("CI").is_none(),
            "Python's icalendar is missing"
        );
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"NOT TESTED: the calendar file; Python's icalendar is missing\n",
        );
        return;
    }
    let days = expanded(&python, &world.path("b.ics"), "2025-06-30");
    let of = |title: &str| {
        let mut of: Vec<&str> = days
            .lines()
            .filter_map(|line| line.strip_prefix(title)?.strip_prefix(" | "))
            .collect();
        of.sort_unstable();
        of
    };
    let walk = of("Both walk");
    assert_eq!(walk, ["2025-03-30", "2025-04-27", "2025-05-25"]);
    let home = of("Home by six (Ben)");
    assert_eq!(home.first(), Some(&"2025-03-03T18:00:00"));
    assert_eq!(home.last(), Some(&"2025-05-30T18:00:00"));
    assert_eq!(home.len(), 65, "{home:?}");
    let bins = of("Bins; the \"big\" one, out (Ben)");
    // The beat is that of the day of the offer, Thursday 13 March; it counts from the 14th.
    assert_eq!(bins.first(), Some(&"2025-03-27"), "{bins:?}");
    assert_eq!(bins.get(1), Some(&"2025-04-10"), "{bins:?}");
}

/// Every day of a calendar file, as Python's icalendar and dateutil have it.
fn expanded(python: &std::path::Path, file: &std::path::Path, until: &str) -> String {
    const SCRIPT: &str = "
import sys, datetime, icalendar
from dateutil.rrule import rrulestr
raw = open(sys.argv[1], 'rb').read()
assert raw.endswith(b'\\r\\n') and all(len(l) <= 75 for l in raw.split(b'\\r\\n')), 'folding'
calendar = icalendar.Calendar.from_ical(raw)
assert not calendar.errors and calendar['VERSION'] == '2.0' and calendar['PRODID']
end = datetime.datetime.fromisoformat(sys.argv[2])
uids = set()
for event in calendar.walk('VEVENT'):
    assert not event.errors, event.errors
    assert event['UID'] not in uids and event['DTSTAMP'].dt.tzinfo is not None
    uids.add(event['UID'])
    start = event['DTSTART'].dt
    whole = not isinstance(start, datetime.datetime)
    at = datetime.datetime.combine(start, datetime.time()) if whole else start
    assert at.tzinfo is None
    days = [at]
    if 'RRULE' in event:
        days = rrulestr(event['RRULE'].to_ical().decode(), dtstart=at).between(at, end, inc=True)
        assert days and days[0] == at, 'the start is a day of its rule'
    for day in days:
        print(event['SUMMARY'], '|', day.date().isoformat() if whole else day.isoformat())
";
    let out = std::process::Command::new(python)
        .args(["-c", SCRIPT])
        .arg(file)
        .arg(until)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).unwrap()
}
