//! What text may contain (S49), on a corpus of what terminals and eyes fall for; and short names.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use pact::short;
use pact::text::{clean, clean_line, is_clean};
use proptest::prelude::*;

#[test]
fn s49_what_deceives_is_taken_out() {
    let corpus = [
        // Terminals: colours, titles, clearing the screen, the 8-bit introducers, backspace, bell.
        ("\u{1b}[31mred\u{1b}[0m", "[31mred[0m"),
        ("\u{1b}]0;title\u{7}x", "]0;titlex"),
        ("\u{1b}[2J\u{1b}[H", "[2J[H"),
        ("\u{9b}31mred", "31mred"),
        ("\u{90}dcs\u{9c}", "dcs"),
        ("no\u{8}\u{8}yes", "noyes"),
        ("a\u{0}b\u{7f}c", "abc"),
        ("a\u{b}b\u{c}c", "abc"),
        // Direction: overrides, isolates, marks.
        ("\u{202e}esrever\u{202c}", "esrever"),
        ("\u{2066}a\u{2069}\u{200f}b\u{61c}\u{200e}c", "abc"),
        // Nothing to be seen.
        ("a\u{200b}b\u{feff}c\u{2060}d\u{ad}e", "abcde"),
        ("a\u{180e}b\u{2063}c\u{034f}d", "abcd"),
        ("tag\u{e0041}\u{e0042}s", "tags"),
        ("\u{3164}\u{115f}x\u{2800}", "x"),
        ("a\u{fe00}b\u{e0101}c", "abc"),
        ("a\u{200d}b", "ab"),
        ("\u{200d}\u{200c}start", "start"),
        ("pri\u{e000}vate\u{fffc}", "private"),
        // Lines.
        ("a\r\nb\rc\u{85}d\u{2028}e\u{2029}f", "a\nb\nc\nd\ne\nf"),
        ("a\tb", "a b"),
        // Marks that climb over the lines above.
        (
            "Z\u{335}\u{335}\u{335}\u{335}\u{335}\u{335}\u{335}",
            "Z\u{335}\u{335}\u{335}\u{335}",
        ),
    ];
    for (text, expected) in corpus {
        assert_eq!(clean(text).text, expected, "{text:?}");
        assert!(
            clean(text).removed > 0 || text.contains('\r'),
            "{text:?} is told"
        );
    }
}

#[test]
fn s49_what_people_write_stays() {
    let corpus = [
        "I am home by six on weekdays.\nIf it gets later, I say so.",
        "Grüße, Ærøskøbing, Ægir, naïve café, Ηλέκτρα, Київ, Łódź",
        "שלום, مرحبا, नमस्ते, ภาษาไทย, 日本語, 한국어, 中文",
        // Joiners inside words and emoji, skin tones, flags, keycaps, hearts.
        "می\u{200c}خواهم",
        "क्\u{200d}ष",
        "👩\u{200d}👧\u{200d}👦 👩🏽\u{200d}🦰 🏳\u{fe0f}\u{200d}🌈 ❤\u{fe0f}\u{200d}🔥 1\u{fe0f}\u{20e3} 🇩🇪 ☎\u{fe0f}",
        "“quotes” – dashes … 50 % 20 € ½ ™",
        "",
    ];
    for text in corpus {
        assert_eq!(clean(text).text, text);
        assert_eq!(clean(text).removed, 0, "{text}");
    }
    assert_eq!(clean("e\u{301}").text, "\u{e9}", "composed");
    assert_eq!(clean_line(" a\nb ").text, "a b");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    /// What is clean stays as it is: what was signed is what is shown. And it may be signed (B1).
    #[test]
    fn s49_cleaning_again_changes_nothing(text in any::<String>(), tricky in prop::collection::vec(
        prop::sample::select(&['a', 'e', '\u{301}', '\u{200d}', '\u{200c}', '\u{fe0f}', '👩', '\u{1f3fd}',
            '1', '\u{20e3}', '\u{335}', 'ק', 'ی', '\u{94d}', '\n', '\r', '\u{202e}', '\u{1b}', '\u{1100}', '\u{1161}'][..]),
        0..14,
    )) {
        for text in [text, tricky.into_iter().collect()] {
            let cleaned = clean(&text).text;
            prop_assert!(is_clean(&cleaned), "{:?} became {:?}, then {:?}", text, cleaned, clean(&cleaned));
            prop_assert!(identity::cbor::is_plain_text(&cleaned));
            prop_assert!(!cleaned.chars().any(|c| c.is_control() && c != '\n'));
        }
    }

    /// However titles follow each other, a name once given stays that item's alone, and no new name
    /// is a word by which an earlier title could be meant.
    #[test]
    fn short_names_are_unique_and_can_be_typed(titles in prop::collection::vec("[a-c ]{0,6}|\\PC{0,12}", 0..12)) {
        let mut names: Vec<String> = Vec::new();
        for (at, title) in titles.iter().enumerate() {
            let others: Vec<&str> = titles[..at].iter().map(String::as_str).collect();
            let name = short::new_name(title, &others, |name| names.iter().any(|taken| taken == name));
            prop_assert!(!name.is_empty() && !name.contains(char::is_whitespace));
            prop_assert!(!names.contains(&name), "{:?} of {:?}", names, titles);
            prop_assert!(!others.iter().any(|title| title.to_lowercase().contains(&name)));
            names.push(name);
        }
    }
}

#[test]
fn short_names_tell() {
    let named = |titles: &[&str]| {
        let mut names: Vec<String> = Vec::new();
        for (at, title) in titles.iter().enumerate() {
            let name = short::new_name(title, &titles[..at], |name| {
                names.iter().any(|taken| taken == name)
            });
            names.push(name);
        }
        names
    };
    assert_eq!(
        named(&[
            "Home by six",
            "One topic at a time",
            "Phone in the drawer at dinner",
            "Counselling",
        ]),
        ["home", "topic", "phone", "counselling"]
    );
    // What came first keeps its name.
    assert_eq!(named(&["Home by six", "Home by seven"]), ["home", "seven"]);
    assert_eq!(
        named(&["Home", "Home", "Home"]),
        ["home", "home-2", "home-3"]
    );
    assert_eq!(named(&["To me", "🌈", "🌈"]), ["to", "item", "item-2"]);
    // "six" could mean the first, by part of its title.
    assert_eq!(named(&["Home by six", "Six"]), ["home", "six-2"]);
    assert_eq!(short::given(" Evening "), Some("evening".to_owned()));
    for wrong in ["", "two words", "--json", &"x".repeat(25)] {
        assert_eq!(short::given(wrong), None);
    }
}
