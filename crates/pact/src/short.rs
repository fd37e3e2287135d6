//! Short names: what a person types to mean an item ("home", "topic").

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use crate::text;

/// Words that name nothing, passed over where another word is left.
const SMALL: [&str; 54] = [
    "a", "an", "before", "after", "while", "until", "then", "than", "too", "also", "can", "what",
    "and", "are", "as", "at", "be", "by", "do", "for", "from", "have", "i", "if", "in", "is", "it",
    "me", "my", "no", "not", "of", "on", "one", "or", "our", "per", "say", "so", "that", "the",
    "them", "there", "this", "to", "up", "us", "we", "when", "will", "with", "you", "your", "am",
];
/// A short name has at most so many code points.
const LONGEST: usize = 24;

/// A short name for something new, by its title: a name that is not taken.
///
/// The first telling word that no other title holds, so that a word by which something else was
/// meant until now does not come to mean this; else its first telling word with a number behind it.
/// `others` are the titles of everything else, named or not.
#[must_use]
pub fn new_name(title: &str, others: &[&str], is_taken: impl Fn(&str) -> bool) -> String {
    let others: Vec<String> = others.iter().map(|title| title.to_lowercase()).collect();
    let free = |name: &str| !is_taken(name) && !others.iter().any(|title| title.contains(name));
    let words = telling(title);
    if let Some(word) = words.iter().find(|word| free(word)) {
        return word.clone();
    }
    let word = words.first().map_or("item", String::as_str);
    let mut n = if words.is_empty() && free(word) { 1 } else { 2 };
    loop {
        let name = if n == 1 {
            word.to_owned()
        } else {
            format!("{word}-{n}")
        };
        if free(&name) {
            return name;
        }
        n += 1;
    }
}

/// A name as a person gives it, in the form in which it is kept; none if it cannot be typed as one
/// word.
#[must_use]
pub fn given(typed: &str) -> Option<String> {
    let name = text::clean_line(typed).text.trim().to_lowercase();
    let fits = !name.is_empty()
        && name.chars().count() <= LONGEST
        && !name.starts_with('-')
        && !name.chars().any(char::is_whitespace);
    fits.then_some(name)
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
