//! What a boundary or an offer reaches for (S58): sentences of both kinds.
//!
//! The two mistakes are not equal. A note that is missing leaves somebody alone with a text that
//! controls them; a note too many is read by one person only and accuses nobody. Even so Ana's own
//! wages, or what somebody does about being hurt, must never bring one.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

use std::collections::BTreeMap;

use pact::wording::reach::{Reach, about, order};
use serde_json::Value;

fn corpus() -> Value {
    serde_json::from_str(include_str!("reach.json")).unwrap()
}

fn texts<'a>(corpus: &'a Value, list: &str) -> Vec<&'a str> {
    let list = corpus[list].as_array().unwrap();
    list.iter().map(|text| text.as_str().unwrap()).collect()
}

/// Whose name stands in the text.
fn reader(text: &str) -> &'static str {
    if text.contains("Ana") { "Ana" } else { "Ben" }
}

#[test]
fn s58_what_reaches_for_the_readers_is_found() {
    let corpus = corpus();
    let mut missed = Vec::new();
    let mut sections: BTreeMap<&str, usize> = BTreeMap::new();
    for (list, binds) in [("raise", false), ("both", true)] {
        for pair in corpus[list].as_array().unwrap() {
            let (section, text) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
            *sections.entry(section).or_default() += 1;
            let found = about(text, reader(text), binds);
            if !found.iter().any(|reach| reach.name() == section) {
                missed.push(format!("{section}: {text} ({found:?})"));
            }
        }
    }
    println!("missed {} of {sections:?}: {missed:#?}", missed.len());
    assert!(missed.is_empty(), "{missed:#?}");
    for reach in Reach::ALL {
        assert!(sections[reach.name()] >= 8, "{reach} is hardly tried");
    }
}

#[test]
fn s58_what_somebody_does_with_their_own_brings_no_note() {
    let corpus = corpus();
    let mut wrong = Vec::new();
    for text in texts(&corpus, "quiet") {
        for (reader, binds) in [("Ben", false), ("Ana", false), ("Will", false)] {
            let found = about(text, reader, binds);
            if !found.is_empty() {
                wrong.push(format!("{text}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The name of whoever reads means "you"; another name does not.
#[test]
fn s58_the_readers_name_is_the_reader() {
    let text = "I read Ben's messages.";
    assert_eq!(about(text, "Ben", false), [Reach::Phone]);
    assert_eq!(about("I keep Ana's wages.", "Ana", false), [Reach::Money]);
    assert_eq!(about("I keep Ana's wages.", "Ben", false), []);
    assert_eq!(about("I will keep the money.", "Will", false), []);
}

#[test]
fn a_boundary_that_tells_the_other_what_to_do_is_noticed() {
    let corpus = corpus();
    for text in texts(&corpus, "order") {
        assert!(order(text, "Ben").is_some(), "{text}");
    }
    for text in texts(&corpus, "no_order") {
        assert_eq!(order(text, "Ben"), None, "{text}");
    }
    assert_eq!(
        order("When voices rise, you must leave.", "Ben").as_deref(),
        Some("you must")
    );
}

#[test]
fn any_text_at_all_can_be_read() {
    for text in [
        "",
        "\n\n",
        "?!",
        "you",
        "your",
        "漢字",
        &"you see your friend ".repeat(9_000),
    ] {
        let _ = (
            about(text, "", true),
            about(text, "Ben", false),
            order(text, "é"),
        );
    }
}
