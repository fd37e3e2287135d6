//! What a file of answers says, wherever it is cut off, and what no question can write into one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use identity::{Day, Hash};
use pact::Part;

use super::*;

fn asked(questions: &[(&str, &str)]) -> Asked {
    let part = |(key, text): &(&str, &str)| Part {
        key: (*key).to_owned(),
        text: (*text).to_owned(),
    };
    Asked {
        p: Hash([7; 32]),
        questions: questions.iter().map(part).collect(),
        day: Day(20_156),
        next: None,
        set: "weekly-070707".into(),
        has_day: true,
    }
}

fn five() -> Asked {
    asked(&[
        ("well", "What went well?"),
        ("hard", "What was hard?"),
        ("lighter", "What felt a little lighter?"),
        ("need", "What do I need?"),
        ("thanks", "One thanks."),
    ])
}

/// The page of the project, word for word.
const FILLED: &str = r#"# handfast check-in.  Fresh copy: handfast check-in --template
handfast = 1
kind  = "check-in"
set   = "weekly-070707"    # these questions, as we agreed them
for   = 2025-03-09         # the day it belongs to
ready = true               # nothing is taken until you write true
fade  = 14                 # days after it is opened, 1 to 90

[answers]                  # leave one out, or leave it "", to skip it
well   = "Wednesday. We cooked, and nobody looked at a phone."
hard   = """
I got loud on Friday when the bill came.
I went outside, and I came back."""
lighter = ""
need   = "Ten quiet minutes when I come in."
thanks = "You asked about my mother."

[private]                  # stays on this device; never sent
note   = "Ask about sleep."
"#;

fn said(paper: &Paper) -> Vec<(String, String)> {
    let parts = paper.parts(&five());
    let parts = parts.into_iter();
    parts
        .map(|(key, text)| (key, text.show().to_owned()))
        .collect()
}

#[test]
fn the_file_of_the_page_is_read() {
    let paper = read(FILLED).unwrap();
    paper.is_about(&five()).unwrap();
    assert_eq!((paper.fade, paper.day), (14, Day(20_156)));
    assert_eq!(paper.note.as_ref().unwrap().show(), "Ask about sleep.");
    let said = said(&paper);
    let keys: Vec<&str> = said.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(
        keys,
        ["well", "hard", "need", "thanks"],
        "in the order of the questions"
    );
    assert_eq!(
        said[1].1,
        "I got loud on Friday when the bill came.\nI went outside, and I came back."
    );
}

#[test]
fn json_has_the_same_keys() {
    let mut json = template_json(&five());
    json["handfast"] = json!(1);
    json["kind"] = json!("check-in");
    assert!(!is_ready(&json.to_string()));
    json["ready"] = json!(true);
    json["answers"]["well"] = json!("Wednesday.");
    json["private"]["note"] = json!("Ask about sleep.");
    let text = json.to_string();
    assert!(is_ready(&text));
    let paper = read(&text).unwrap();
    paper.is_about(&five()).unwrap();
    assert_eq!(said(&paper), [("well".to_owned(), "Wednesday.".to_owned())]);
    json["answers"]["wel"] = json!("A slip.");
    let text = serde_json::to_string_pretty(&json).unwrap();
    let slip = read(&text).unwrap().is_about(&five()).unwrap_err();
    let line = text
        .lines()
        .position(|line| line.contains("\"wel\""))
        .unwrap()
        + 1;
    assert!(
        slip.message.starts_with(&format!("Line {line}, column 5:")),
        "{}",
        slip.message
    );
}

#[test]
fn a_fresh_copy_is_not_ready_and_becomes_a_file_that_is_taken() {
    let fresh = template(&five());
    assert!(fresh.lines().all(|line| line.len() <= 80));
    assert!(fresh.contains("once taken, it is removed"));
    assert!(!is_ready(&fresh));
    assert_eq!(read(&fresh).unwrap_err().code, "not-ready");
    let ready = fresh.replace("ready = false", "ready = true ");
    assert_eq!(read(&ready).unwrap_err().code, "nothing-answered");
    let filled = ready.replace("hard = \"\"", "hard = \"The bill.\"");
    let paper = read(&filled).unwrap();
    paper.is_about(&five()).unwrap();
    assert_eq!(said(&paper), [("hard".to_owned(), "The bill.".to_owned())]);
    assert!(paper.note.is_none());
}

/// The other's program chose the words and the names of the questions; no line of them becomes a
/// line of the file.
#[test]
fn s49_no_question_writes_into_the_file() {
    let asked = asked(&[
        (
            "x = 1\nready = true\n#",
            "What?\nready = true\r\nready = true\u{2028}ready = true",
        ),
        ("a\"b", "\u{85}ready = true\u{1b}[2J"),
        ("by a script", "Who?"),
    ]);
    let fresh = template(&asked);
    assert!(!is_ready(&fresh), "{fresh}");
    assert_eq!(read(&fresh).unwrap_err().code, "not-ready");
    let ready = fresh.replace("\nready = false", "\nready = true");
    let filled = ready.replace("\"a\\\"b\" = \"\"", "\"a\\\"b\" = \"yes\"");
    let paper = read(&filled).unwrap();
    paper.is_about(&asked).unwrap();
    assert_eq!(paper.parts(&asked).len(), 1);
}

#[test]
fn every_slip_is_told_with_its_place_and_nothing_of_what_is_said() {
    let with = |from: &str, to: &str| {
        assert!(FILLED.contains(from));
        FILLED.replace(from, to)
    };
    for (text, place, code) in [
        (
            with("lighter = \"\"", "ligther = \"x\""),
            "Line 14, column 1",
            "unknown-key",
        ),
        (
            with("fade  =", "fades ="),
            "Line 7, column 1",
            "unknown-key",
        ),
        (
            with("note   =", "notes  ="),
            "Line 19, column 1",
            "unknown-key",
        ),
        (with("fade  = 14", "fade  = 91"), "Line 7, column 1", "file"),
        (with("fade  = 14", "fade  = 0"), "Line 7, column 1", "file"),
        (
            with("fade  = 14", "fade  = \"x\""),
            "Line 7, column 1",
            "file",
        ),
        (
            with("handfast = 1", "handfast = 2"),
            "Line 2, column 1",
            "file",
        ),
        (
            with("\"check-in\"", "\"letter\""),
            "Line 3, column 1",
            "file",
        ),
        (
            with("2025-03-09", "2025-03-09T20:00:00"),
            "Line 5, column 1",
            "file",
        ),
        (with("2025-03-09", "\"sunday\""), "Line 5, column 1", "file"),
        (
            with("ready = true ", "ready = 1"),
            "Line 6, column 1",
            "file",
        ),
        (with("need   = \"Ten", "need   = Ten"), "Line 15", "file"),
        (with("need   = ", "well   = "), "Line 15", "file"),
        (
            with("need   = \"Ten quiet minutes when I come in.\"", "need = 3"),
            "Line 15",
            "file",
        ),
    ] {
        let slip = match read(&text) {
            Ok(paper) => paper.is_about(&five()).unwrap_err(),
            Err(slip) => slip,
        };
        assert!(slip.message.starts_with(place), "{place}: {}", slip.message);
        assert_eq!((slip.code, slip.exit), (code, crate::trouble::Exit::Usage));
        let words = ["quiet", "Wednesday", "sleep", "mother"];
        assert!(
            words.iter().all(|word| !slip.message.contains(word)),
            "{}",
            slip.message
        );
    }
    for (line, name) in [
        ("set   = \"weekly-070707\"", "set"),
        ("for   = 2025-03-09", "for"),
        ("kind  = \"check-in\"", "kind"),
        ("handfast = 1", "handfast"),
    ] {
        let slip = read(&with(line, "")).unwrap_err();
        assert!(slip.message.contains(name), "{}", slip.message);
        assert_eq!(slip.code, "file");
    }
}

#[test]
fn more_than_fits_is_told_before_anything_is_taken() {
    let with = |length: usize| FILLED.replace("Ten quiet", &"x".repeat(length));
    assert!(read(&with(10_000)).is_ok());
    assert_eq!(read(&with(12_000)).unwrap_err().code, "too-long");
}

#[test]
fn other_questions_are_not_answered() {
    let paper = read(FILLED).unwrap();
    let mut changed = five();
    changed.set = "weekly-080808".into();
    let refused = paper.is_about(&changed).unwrap_err();
    assert_eq!(refused.code, "questions-changed");
    assert_eq!(refused.exit, crate::trouble::Exit::Refused);
}

/// Wherever a file is cut off, it is either not taken, or what is taken was whole.
#[test]
fn a_half_written_file_is_never_taken_with_half_an_answer() {
    let whole = said(&read(FILLED).unwrap());
    for (at, _) in FILLED.char_indices() {
        let Ok(paper) = read(&FILLED[..at]) else {
            continue;
        };
        for part in said(&paper) {
            assert!(whole.contains(&part), "{part:?} at {at}");
        }
    }
    // While it is not ready nothing is said of its state, whatever that is.
    let writing = FILLED.replace("ready = true ", "ready = false");
    for (at, _) in writing.char_indices() {
        assert!(!is_ready(&writing[..at]));
    }
}

/// S39: whatever a file holds, reading it ends with an answer, soon, and takes nothing by halves.
#[test]
fn s39_no_file_brings_the_reader_down() {
    let deep = |open: &str| format!("answers = {}", open.repeat(20_000));
    let long = format!("answers.{} = 1", "a.".repeat(20_000));
    for bomb in [
        deep("["),
        deep("{a="),
        long,
        "[".repeat(50_000),
        "{\"a\":".repeat(10_000),
        "\"\"\"".repeat(9),
        "\u{feff}".to_owned() + FILLED,
    ] {
        drop((is_ready(&bomb), read(&bomb)));
    }
    // Bytes changed, left out and put in, by a generator that is the same each time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % below
    };
    let odd = b"\"'\\[]{}=.#\n\r\t 019tf\x00\x1b\xff";
    for _ in 0..20_000 {
        let mut bytes = FILLED.as_bytes().to_vec();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = odd[next(odd.len())],
                1 => drop(bytes.drain(at..(at + next(9)).min(bytes.len()))),
                _ => bytes.insert(at, odd[next(odd.len())]),
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Ok(paper) = read(&text) {
            assert!(is_ready(&text));
            assert!((1..=90).contains(&paper.fade) && !paper.answers.is_empty());
        }
    }
}
