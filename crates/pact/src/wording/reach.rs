//! What of its reader's a boundary or an offer reaches for (S58).
//!
//! Control hides behind words of care: who may be met, where somebody may go, what is on a phone,
//! whose money it is, what a body does. A text about these, about its **reader's**, brings its reader
//! a private note and the way to help; whoever wrote it learns nothing of it, and nothing of it is
//! kept. What is found here is an occasion for that note and no verdict: one's own wages, one's own
//! phone, what one does oneself are never meant.
//!
//! The words stand in `english.reach`, written like the rules of the wording check (`table`).

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use super::search::Searched;
use super::table::{Patterns, Table};
use super::{UnknownRule, beginning, words};

/// What the English of it is.
const ENGLISH: &str = include_str!("english.reach");

/// Something of the reader's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Whom the reader sees and speaks with.
    Contacts,
    /// Where the reader goes.
    Movements,
    /// The reader's phone, messages, passwords.
    Phone,
    /// What the reader earns and spends.
    Money,
    /// The reader's body.
    Body,
}

impl Reach {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Contacts,
        Self::Movements,
        Self::Phone,
        Self::Money,
        Self::Body,
    ];

    /// Its name, as the file of words and JSON write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Movements => "movements",
            Self::Phone => "phone",
            Self::Money => "money",
            Self::Body => "body",
        }
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A section of the file: one of the five, or what tells somebody what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Of(Reach),
    Order,
}

impl FromStr for Section {
    type Err = UnknownRule;
    fn from_str(name: &str) -> Result<Self, UnknownRule> {
        if name == "order" {
            return Ok(Self::Order);
        }
        let named = Reach::ALL.into_iter().find(|reach| reach.name() == name);
        named.map(Self::Of).ok_or(UnknownRule)
    }
}

/// A test reads the file too; were it ever broken, there would be no note, and nothing else.
fn english() -> &'static Table<Section> {
    static READ: OnceLock<Table<Section>> = OnceLock::new();
    READ.get_or_init(|| Table::parse(ENGLISH).unwrap_or_default())
}

/// What of its reader's a text reaches for. `reader` is what the reader is called there; `binds`
/// says whether the text is to bind its reader too: then "my phone" is also the reader's.
#[must_use]
pub fn about(text: &str, reader: &str, binds: bool) -> Vec<Reach> {
    let table = english();
    let mut tokens = words::read(beginning(text), &table.same, name(reader));
    if binds {
        for token in tokens.iter_mut().filter(|token| token.word == "my") {
            "your".clone_into(&mut token.word);
        }
    }
    let searched = Searched::new(&tokens, &table.sets);
    let found = |patterns: &Patterns| !patterns.found(&searched, &table.common).is_empty();
    let sections = table.rules.iter();
    sections
        .filter_map(|(section, patterns)| match section {
            Section::Of(reach) if found(patterns) => Some(*reach),
            Section::Of(_) | Section::Order => None,
        })
        .collect()
}

/// The words that tell the other what to do, if there are any: then it is no boundary but a wish.
#[must_use]
pub fn order(text: &str, other: &str) -> Option<String> {
    let table = english();
    let tokens = words::read(beginning(text), &table.same, name(other));
    let searched = Searched::new(&tokens, &table.sets);
    let found = table
        .rules
        .get(&Section::Order)?
        .found(&searched, &table.common);
    let words = found
        .first()
        .and_then(|found| tokens.get(found.from..found.to))?;
    let (first, last) = (words.first()?, words.last()?);
    text.get(first.range.start..last.range.end)
        .map(str::to_owned)
}

/// A name is looked for if it is one word.
fn name(called: &str) -> Option<&str> {
    let called = called.trim();
    (!called.is_empty() && !called.contains(char::is_whitespace)).then_some(called)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn the_english_words_can_be_read() {
        let table = match Table::<Section>::parse(ENGLISH) {
            Ok(table) => table,
            Err(error) => panic!("{error:?}"),
        };
        assert_eq!(table.rules.len(), Reach::ALL.len() + 1);
    }
}
