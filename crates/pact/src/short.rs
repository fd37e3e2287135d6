//! Short names: what a person types to mean an item ("home", "topic").

use std::collections::BTreeMap;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use crate::text;

/// Words that name nothing, passed over where another word is left.
const SMALL: [&str; 44] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "do", "for", "from", "have", "i", "if", "in",
    "is", "it", "me", "my", "no", "not", "of", "on", "one", "or", "our", "per", "say", "so",
    "that", "the", "them", "there", "this", "to", "up", "us", "we", "when", "will", "with", "you",
    "your", "am",
];
/// A short name has at most so many code points.
const LONGEST: usize = 24;

/// A short name for each title, unique within the set and in the same order.
///
/// The first telling word that no other title has; else its first telling word; and where that is
/// not enough, a number behind it. A name depends on the set of titles alone.
#[must_use]
pub fn names(titles: &[&str]) -> Vec<String> {
    let words: Vec<Vec<String>> = titles.iter().map(|title| telling(title)).collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for of_title in &words {
        let mut once: Vec<&str> = of_title.iter().map(String::as_str).collect();
        once.sort_unstable();
        once.dedup();
        for word in once {
            *uses.entry(word).or_default() += 1;
        }
    }
    let pick = |of_title: &Vec<String>| {
        let alone = of_title
            .iter()
            .find(|word| uses.get(word.as_str()) == Some(&1));
        alone
            .or(of_title.first())
            .cloned()
            .unwrap_or_else(|| "item".to_owned())
    };
    let wanted: Vec<String> = words.iter().map(pick).collect();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for name in &wanted {
        *taken.entry(name.clone()).or_default() += 1;
    }
    let mut given: BTreeMap<String, usize> = BTreeMap::new();
    wanted
        .iter()
        .map(|name| {
            let number = given.entry(name.clone()).or_default();
            *number += 1;
            let mut tried = *number;
            if tried == 1 {
                return name.clone();
            }
            // "home-2" may itself be somebody's word.
            while taken.contains_key(&format!("{name}-{tried}")) {
                tried += 1;
            }
            *number = tried;
            format!("{name}-{tried}")
        })
        .collect()
}

/// The words of a title that could name it, in small letters; all of them if none tells.
fn telling(title: &str) -> Vec<String> {
    let title = text::clean_line(title).text.to_lowercase();
    let names_something = |word: &&str| {
        let group = |c: char| c.general_category_group();
        word.chars().any(|c| {
            matches!(
                group(c),
                GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number
            )
        })
    };
    let all: Vec<String> = title
        .unicode_words()
        .filter(names_something)
        .map(|word| {
            word.chars()
                .filter(|c| !c.is_whitespace())
                .take(LONGEST)
                .collect()
        })
        .collect();
    let telling: Vec<String> = all
        .iter()
        .filter(|word| !SMALL.contains(&word.as_str()))
        .cloned()
        .collect();
    if telling.is_empty() { all } else { telling }
}
