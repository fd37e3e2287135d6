//! The wording check (`docs/screens.md` §5): every example of the page, a corpus written before the
//! patterns, and what holds for any text at all.
//!
//! `wording.json` has two halves: patterns are tuned on one, the other is only counted. Its first
//! batch was written before there were patterns; later batches were tried once as they came and
//! then split into the halves, so today's figures of the other half flatter a little.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a test may look at a clock: what is tried is how long a text can take"
)]

use std::collections::BTreeMap;
use std::time::Instant;

use pact::wording::{Hint, MAX_HINTS, Place, Rule, check};
use proptest::prelude::*;
use serde_json::Value;

const PLACES: [Place; 4] = [Place::Sorry, Place::Setback, Place::Amends, Place::Say];

fn rules(text: &str, place: Place) -> Vec<Rule> {
    check(text, place, "Ana", &[])
        .iter()
        .map(|hint| hint.rule)
        .collect()
}

#[test]
fn the_page_raises() {
    for (rule, text) in [
        (
            Rule::But,
            "I'm sorry I shouted, but you would not let it go.",
        ),
        (
            Rule::But,
            "Yes, I lied about the money. But look at what you spent.",
        ),
        (Rule::If, "If I hurt you on Saturday, I apologise."),
        (Rule::If, "I'm sorry you feel so let down."),
        (Rule::You, "You made me shout."),
        (Rule::You, "It's your fault that I hid the bills."),
        (Rule::Smaller, "It was only a few messages."),
        (Rule::Smaller, "Come on, it wasn't that bad."),
        (Rule::Always, "You never listen when it matters to me."),
        (Rule::Always, "You always take your mother's side."),
        (
            Rule::Forgive,
            "Please forgive me, I cannot bear this any longer.",
        ),
        (Rule::Forgive, "Can we just move on?"),
        (Rule::Nobody, "Mistakes were made on both sides."),
        (Rule::Nobody, "It just happened."),
        // The trap: harm silences three rules, and this is not one of them.
        (Rule::But, "I'm sorry I hit you, but you would not stop."),
    ] {
        for place in PLACES {
            assert_eq!(rules(text, place), [rule], "{text} ({place:?})");
        }
    }
}

#[test]
fn the_page_must_not() {
    for text in [
        "I was afraid to tell you, but I am telling you now.",
        "It was hard, but I came back to the table.",
        "I am sorry, no ifs and no buts.",
        "If I am late, I will say so before six.",
        "I'm sorry you had to sit through that dinner because of me.",
        "You lied to me on Friday.",
        "you lied on Friday",
        "You made me tea when I could not sleep.",
        "It was only on Sunday that I understood what I had done.",
        "Nobody is making too much of this; I did it.",
        "I have never said this to you before.",
        "I will never open your letters again.",
        "You do not owe me forgiveness.",
        "Shall we move on to the bills?",
        "The car was towed while we talked.",
        "What happened is that I lied.",
        // The traps.
        "You always shout, and on Friday you hit me.",
        "It is not just saying sorry, but showing it.",
    ] {
        for place in PLACES {
            assert_eq!(rules(text, place), [], "{text} ({place:?})");
        }
    }
}

/// What came of one half of the corpus, for one rule: false alarms of so many, misses of so many.
#[derive(Debug, Default, Clone, Copy)]
struct Figures {
    alarms: usize,
    quiet: usize,
    misses: usize,
    loud: usize,
}

fn corpus() -> Value {
    serde_json::from_str(include_str!("wording.json")).unwrap()
}

fn place(case: &Value) -> Place {
    match case["place"].as_str().unwrap() {
        "sorry" => Place::Sorry,
        "setback" => Place::Setback,
        "amends" => Place::Amends,
        "say" => Place::Say,
        other => panic!("no place is called {other}"),
    }
}

fn tried(half: &str, tell: bool) -> Figures {
    let corpus = corpus();
    let mut by_rule: BTreeMap<String, Figures> = BTreeMap::new();
    for case in corpus[half].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let about = case["about"].as_str().unwrap();
        let figures = by_rule.entry(about.to_owned()).or_default();
        let hints = check(text, place(case), "Ana", &[]);
        let found: Vec<String> = hints.iter().map(|hint| hint.rule.to_string()).collect();
        let wrong = if let Some(rule) = case["raises"].as_str() {
            figures.loud += 1;
            let missed = !found.iter().any(|found| found == rule);
            figures.misses += usize::from(missed);
            missed.then(|| format!("missed {rule}"))
        } else {
            figures.quiet += 1;
            figures.alarms += usize::from(!hints.is_empty());
            (!hints.is_empty()).then(|| format!("false alarm near {about}"))
        };
        if let (true, Some(wrong)) = (tell, wrong) {
            let said: Vec<(&Rule, &str)> =
                hints.iter().map(|h| (&h.rule, h.words.as_str())).collect();
            println!("  {wrong}: {text} {said:?}");
        }
    }
    println!("{half}: near which rule, false alarms, misses");
    let mut all = Figures::default();
    for (rule, figures) in &by_rule {
        println!(
            "  {rule:8} {:3} of {:3}   {:3} of {:3}",
            figures.alarms, figures.quiet, figures.misses, figures.loud
        );
        all.alarms += figures.alarms;
        all.quiet += figures.quiet;
        all.misses += figures.misses;
        all.loud += figures.loud;
    }
    println!(
        "  {:8} {:3} of {:3}   {:3} of {:3}",
        "all", all.alarms, all.quiet, all.misses, all.loud
    );
    all
}

fn at_most_one_in_ten(all: Figures) {
    assert!(
        all.alarms * 10 <= all.quiet,
        "too many false alarms: {all:?}"
    );
    assert!(all.misses * 10 <= all.loud, "too much is missed: {all:?}");
}

#[test]
fn at_most_one_in_ten_is_wrong_where_it_was_tuned() {
    at_most_one_in_ten(tried("tuning", true));
}

#[test]
fn at_most_one_in_ten_is_wrong_where_it_was_not() {
    at_most_one_in_ten(tried("held_out", false));
}

/// Written by somebody who had not read the rules. What was missed at first (10 of 32) has since
/// been read, for the kinds of sentence it showed.
#[test]
fn at_most_one_in_ten_is_wrong_for_whoever_never_read_the_rules() {
    at_most_one_in_ten(tried("fresh", true));
}

/// Written later, by their author's own ear and not from the patterns; tried once as they came, and
/// only then were the patterns widened, by kinds of sentence. The first figures are in
/// `docs/wording.md`; here they keep what was won.
#[test]
fn at_most_one_in_ten_is_wrong_where_it_was_widened() {
    for set in [
        "kept_aside_2",
        "kept_aside_3",
        "kept_aside_4",
        "kept_aside_5",
        "hostile",
    ] {
        at_most_one_in_ten(tried(set, true));
    }
}

/// The last set, written after all of that; it changed one thing, that a word in -ly is an adverb.
#[test]
fn at_most_one_in_ten_is_wrong_in_what_was_written_last() {
    at_most_one_in_ten(tried("kept_aside_6", true));
}

/// Two sets by people who had not read the rules. Each was tried once as it came (3 of 80 and 10 of
/// 80; 1 of 40 and 2 of 40), and then read for the kinds of sentence it showed, so they are blind no
/// more: here they keep what was won.
#[test]
fn at_most_one_in_twenty_is_wrong_in_what_once_was_blind() {
    for set in [
        include_str!("wording/blind.tsv"),
        include_str!("wording/blind2.tsv"),
    ] {
        let (all, _) = measured(set);
        println!(
            "false alarms {} of {}, missed {} of {}",
            all.alarms, all.quiet, all.misses, all.loud
        );
        assert!(all.alarms * 20 <= all.quiet && all.misses * 20 <= all.loud);
    }
}

/// Sentences nobody has tuned for, from a file of lines `RULE<TAB>TEXT`; a line whose first word is
/// no rule (`-`, `none`) should raise nothing:
/// `WORDING=file.tsv cargo test -p handfast-pact --test wording -- --ignored --nocapture measured`.
#[test]
#[ignore = "reads the file named by WORDING"]
fn measured_on_a_file() {
    let path = std::env::var_os("WORDING").expect("WORDING names a file of RULE<TAB>TEXT");
    let (all, silent) = measured(&std::fs::read_to_string(path).unwrap());
    println!(
        "false alarms {} of {}, missed {} of {} ({silent} of them without any hint)",
        all.alarms, all.quiet, all.misses, all.loud
    );
}

/// The figures of a file, and how many of its misses raised no hint at all.
fn measured(file: &str) -> (Figures, usize) {
    let mut all = Figures::default();
    let mut silent = 0;
    for line in file.lines() {
        let Some((rule, text)) = line.split_once('\t') else {
            continue;
        };
        // A third column is a note.
        let text = text.split('\t').next().unwrap_or(text);
        let hints = check(text, Place::Sorry, "Ana", &[]);
        let said: Vec<(&str, &str)> = hints
            .iter()
            .map(|h| (h.rule.name(), h.words.as_str()))
            .collect();
        if let Ok(rule) = rule.trim().to_lowercase().parse::<Rule>() {
            all.loud += 1;
            if !hints.iter().any(|hint| hint.rule == rule) {
                all.misses += 1;
                silent += usize::from(hints.is_empty());
                println!("  missed {rule}: {text} {said:?}");
            }
        } else {
            all.quiet += 1;
            if !hints.is_empty() {
                all.alarms += 1;
                println!("  false alarm ({rule}): {text} {said:?}");
            }
        }
    }
    (all, silent)
}

#[test]
fn one_hint_a_sentence_and_three_a_text() {
    let text = "I'm sorry if I hurt you, but you made me shout. You never listen. It just happened. \
                Please forgive me. It was only a joke.";
    let hints = check(text, Place::Sorry, "Ana", &[]);
    let found: Vec<Rule> = hints.iter().map(|hint| hint.rule).collect();
    assert_eq!(found, [Rule::But, Rule::Always, Rule::Nobody]);
    let without = check(text, Place::Sorry, "Ana", &[Rule::But, Rule::Always]);
    let found: Vec<Rule> = without.iter().map(|hint| hint.rule).collect();
    assert_eq!(found, [Rule::If, Rule::Nobody, Rule::Forgive]);
    assert_eq!(check(text, Place::Sorry, "Ana", &Rule::ALL), []);
}

#[test]
fn the_exact_words_and_the_name() {
    let text = "On Friday I was loud.  It’s YOUR fault,\nthough.";
    let hints = check(text, Place::Setback, "Ana {words}", &[]);
    let [
        Hint {
            rule,
            words,
            range,
            says,
        },
    ] = hints.as_slice()
    else {
        panic!("{hints:?}");
    };
    assert_eq!((*rule, words.as_str()), (Rule::You, "It’s YOUR fault"));
    assert_eq!(&text[range.clone()], words);
    assert_eq!(
        says,
        "\"It’s YOUR fault\" says what Ana {words} is, wants or caused. What happened, and what was it in you?"
    );
}

#[test]
fn harm_and_fear_silence_what_would_correct_the_one_who_was_hurt() {
    let all =
        "I am afraid of you. You made me shout. You never listen. It was only a few messages.";
    assert_eq!(rules(all, Place::Say), []);
    assert_eq!(rules(all, Place::Sorry), [Rule::Smaller]);
    let rest =
        "I hit you on Friday. If I hurt you, I apologise. It just happened. Please forgive me.";
    for place in PLACES {
        assert_eq!(rules(rest, place), [Rule::If, Rule::Nobody, Rule::Forgive]);
    }
}

#[test]
fn names_are_read_back() {
    for rule in Rule::ALL {
        assert_eq!(rule.name().parse(), Ok(rule));
    }
    assert!("anything".parse::<Rule>().is_err());
}

/// Where time goes: the longest text there may be, made of what the patterns like best.
#[test]
fn the_worst_text_is_read_in_bounded_time() {
    let favourites = [
        "sorry ",
        "i am sorry but you ",
        "if i hurt you ",
        "you always you never ",
        "can we just please find a way to ",
        "it was only ",
        // Full of what raises a hint and of what silences one.
        "i am sorry but i shouted and it was hard but i came back and no buts ",
        "you always say you never lied and you made me tea and you made me shout. ",
        ". but ",
        "a. ",
        "\"",
        "\n",
        "'s'",
        "🙂",
        "x",
    ];
    for favourite in favourites {
        let text = favourite.repeat(40_000 / favourite.len());
        let began = Instant::now();
        let hints = check(&text, Place::Say, "Ana", &[]);
        let took = began.elapsed();
        println!("{favourite:?}: {took:?}");
        assert!(hints.len() <= MAX_HINTS);
        // Unoptimised and on a busy machine; a text of a page takes a hundredth of it.
        assert!(took.as_secs() < 10, "{favourite:?} took {took:?}");
    }
}

/// Words of the corpus in any order, with anything between them.
fn any_text() -> impl Strategy<Value = String> {
    let corpus = corpus();
    let mut words: Vec<String> = Vec::new();
    for half in ["tuning", "held_out"] {
        for case in corpus[half].as_array().unwrap() {
            words.extend(case["text"].as_str().unwrap().split(' ').map(str::to_owned));
        }
    }
    words.extend(
        [
            ".", "\n", "\n\n", "\"", "“", "…", "{words}", "{name}", "’", "e.g.", "",
        ]
        .map(str::to_owned),
    );
    let word = prop_oneof![8 => prop::sample::select(words), 1 => ".{0,6}"];
    prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// 1. Nothing panics; 2. a hint quotes exactly what stands at its range; 3. at most three, in
    /// the order of the text, none overlapping; 4. what is dismissed is silent; 5. dismissing what
    /// was not raised changes nothing; 6. the same text gives the same hints.
    #[test]
    fn what_holds_for_any_text(text in any_text(), at in 0usize..4, dismissed in prop::sample::subsequence(Rule::ALL.to_vec(), 0..=7)) {
        let place = PLACES[at];
        let all = check(&text, place, "Ana", &[]);
        prop_assert!(all.len() <= MAX_HINTS);
        for hint in &all {
            prop_assert_eq!(&text[hint.range.clone()], &hint.words);
            prop_assert!(!hint.words.is_empty());
        }
        for pair in all.windows(2) {
            prop_assert!(pair[0].range.end <= pair[1].range.start);
        }
        let some = check(&text, place, "Ana", &dismissed);
        prop_assert!(some.iter().all(|hint| !dismissed.contains(&hint.rule)));
        if all.len() < MAX_HINTS && all.iter().all(|hint| !dismissed.contains(&hint.rule)) {
            prop_assert_eq!(&all, &some);
        }
        prop_assert_eq!(check(&text, place, "Ana", &[]), all);
    }
}
