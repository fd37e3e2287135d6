//! Starting points that people copy and change: data in `assets/examples.json`, so that they can be
//! extended and read by whoever knows couples better than code.
//!
//! None is about passwords, location, contacts, money, sex or forgiveness (S16): those are where
//! control hides, and people may write their own words.

use pact::ItemType;
use serde::Deserialize;

const DATA: &str = include_str!("assets/examples.json");

/// One starting point.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) text: String,
    /// Whom a promise binds: "me", unless it says "both".
    #[serde(default)]
    pub(crate) who: Option<String>,
    #[serde(default)]
    pub(crate) every: Option<String>,
    #[serde(default)]
    pub(crate) by: Option<String>,
    #[serde(default)]
    pub(crate) trigger: Option<String>,
    #[serde(default)]
    pub(crate) mine: Option<String>,
    #[serde(default)]
    pub(crate) theirs: Option<String>,
    #[serde(default)]
    pub(crate) pause: Option<String>,
    #[serde(default)]
    pub(crate) back: Option<String>,
    #[serde(default)]
    pub(crate) aloud: Option<String>,
    /// Each with the name under which it is answered.
    #[serde(default)]
    pub(crate) questions: Vec<(String, String)>,
}

impl Example {
    /// What it becomes.
    pub(crate) fn ty(&self) -> Option<ItemType> {
        ItemType::ALL
            .into_iter()
            .find(|ty| crate::doing::kind(*ty) == self.kind)
    }

    /// What stands in the list.
    pub(crate) fn says(&self) -> &str {
        if !self.title.is_empty() {
            &self.title
        } else if !self.text.is_empty() {
            &self.text
        } else {
            "Five questions for a weekly check-in"
        }
    }
}

/// All of them, in their order.
pub(crate) fn all() -> Vec<Example> {
    serde_json::from_str(DATA).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "tests"
    )]

    use pact::wording::reach;

    use super::*;

    /// What no starting point may touch. Beginnings of words, in small letters.
    const NEVER: [&str; 46] = [
        "password",
        "passcode",
        "pin ",
        "login",
        "unlock",
        "phone",
        "message",
        "mailbox",
        "account",
        "location",
        "gps",
        "track",
        "where you",
        "whereabouts",
        "contact",
        "friend",
        "mother",
        "father",
        "colleague",
        "social media",
        "money",
        "wage",
        "salar",
        "bank",
        "savings",
        "spend",
        "debt",
        "borrow",
        "allowance",
        "budget",
        "sex",
        "intima",
        "naked",
        "kiss",
        "bed ",
        "body",
        "weight",
        "forgiv",
        "pardon",
        "move on",
        "trust me",
        "prove",
        "punish",
        "forfeit",
        "deposit",
        "obey",
    ];

    #[test]
    fn the_examples_can_be_read_and_each_has_a_name_of_its_own() {
        let all: Vec<Example> = serde_json::from_str(DATA).expect("the asset parses");
        let mut names: Vec<&str> = all.iter().map(|example| example.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
        for ty in ItemType::ALL {
            let some = all.iter().any(|example| example.ty() == Some(ty));
            assert!(some, "no example of a {}", crate::doing::kind(ty));
        }
        for example in &all {
            assert!(example.ty().is_some(), "{}", example.kind);
        }
    }

    #[test]
    fn s16_no_starting_point_is_about_what_control_hides_in() {
        let whole = DATA.to_lowercase();
        for word in NEVER {
            assert!(!whole.contains(word), "{word:?} stands in a starting point");
        }
        for example in all() {
            let parts = [
                &example.trigger,
                &example.mine,
                &example.theirs,
                &example.back,
                &example.aloud,
            ];
            let mut texts = vec![example.title.clone(), example.text.clone()];
            texts.extend(parts.into_iter().flatten().cloned());
            texts.extend(example.questions.iter().map(|(_, text)| text.clone()));
            for text in texts {
                assert!(!text.contains('!'), "{text}");
                for binds in [true, false] {
                    let found = reach::about(&text, "Ben", binds);
                    assert!(found.is_empty(), "{text}: {found:?}");
                }
                if example.ty() == Some(ItemType::Boundary) {
                    assert_eq!(reach::order(&text, "Ben"), None, "{text}");
                }
            }
        }
    }
}
