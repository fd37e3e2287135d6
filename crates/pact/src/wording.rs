//! The wording check (`docs/screens.md` §5): it quotes what in a sentence excuses, blames or asks, and
//! leaves the choice with the person who wrote it.
//!
//! ```text
//!   text ── words ──▶ sentences of tokens ─┐
//!   english.rules ── table ──▶ patterns ───┴─ check ──▶ at most three hints
//! ```
//!
//! Nothing here blocks anything. Two mistakes are possible and they are not equal: a hint that is
//! missed costs little; a hint at somebody who names what was done to them corrects the person who
//! was hurt. So every rule has its exceptions, and where a text tells of harm or fear the rules
//! that could turn against its teller are silent.

mod pattern;
pub mod reach;
mod search;
mod table;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use search::Searched;
use table::{Patterns, Table};

/// Where a text is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// `sorry`.
    Sorry,
    /// `setback`.
    Setback,
    /// `amends`.
    Amends,
    /// `say --check`.
    Say,
}

/// What a hint is about; in the order in which one is chosen for a sentence that has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// An apology, and then what undoes it.
    But,
    /// An apology for what may not have happened.
    If,
    /// What the other is, wants or caused.
    You,
    /// What makes it smaller.
    Smaller,
    /// A whole life instead of a day.
    Always,
    /// Asking for forgiveness, or that it be over.
    Forgive,
    /// Nobody did it.
    Nobody,
}

impl Rule {
    /// All rules, in their order.
    pub const ALL: [Self; 7] = [
        Self::But,
        Self::If,
        Self::You,
        Self::Smaller,
        Self::Always,
        Self::Forgive,
        Self::Nobody,
    ];

    /// Its name, as settings and JSON write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::But => "but",
            Self::If => "if",
            Self::You => "you",
            Self::Smaller => "smaller",
            Self::Always => "always",
            Self::Forgive => "forgive",
            Self::Nobody => "nobody",
        }
    }

    /// Whether it keeps silent where a text tells of harm or fear. Nobody is told to say more
    /// gently that they were hit. What makes it smaller is said by the one who did it, but in
    /// `say` perhaps by the one to whom it was done.
    const fn silent_at_harm(self, place: Place) -> bool {
        match self {
            Self::You | Self::Always => true,
            Self::Smaller => matches!(place, Place::Say),
            Self::But | Self::If | Self::Forgive | Self::Nobody => false,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No rule has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no rule of the wording check has this name")]
pub struct UnknownRule;

impl FromStr for Rule {
    type Err = UnknownRule;
    fn from_str(name: &str) -> Result<Self, UnknownRule> {
        let named = Self::ALL.into_iter().find(|rule| rule.name() == name);
        named.ok_or(UnknownRule)
    }
}

/// One remark about one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Which rule; the one to dismiss.
    pub rule: Rule,
    /// The words found, exactly as they were written.
    pub words: String,
    /// Where they stand in the text, in bytes.
    pub range: Range<usize>,
    /// What the person is told.
    pub says: String,
}

/// At most so many hints a text: a page of remarks helps nobody to say a hard thing.
pub const MAX_HINTS: usize = 3;
/// What stands behind so many bytes of a text is not looked at.
pub const MAX_CHECKED: usize = 32 * 1024;

/// Reads a text and remarks on it: one hint a sentence, three a text. `name` is the other's;
/// `dismissed` are the rules this person never wants to see again.
#[must_use]
pub fn check(text: &str, place: Place, name: &str, dismissed: &[Rule]) -> Vec<Hint> {
    let table = Table::english();
    let read = beginning(text);
    let tokens = words::read(read, &table.same, None);
    let searched = Searched::new(&tokens, &table.sets);
    let harm = !table.harm.found(&searched, &Patterns::default()).is_empty();
    // The first rule that finds something in a sentence has it.
    let mut by_sentence: BTreeMap<usize, Hint> = BTreeMap::new();
    for (rule, patterns) in &table.rules {
        if dismissed.contains(rule) || (harm && rule.silent_at_harm(place)) {
            continue;
        }
        for found in patterns.found(&searched, &table.common) {
            let Some(words) = tokens.get(found.from..found.to) else {
                continue;
            };
            let (Some(first), Some(last)) = (words.first(), words.last()) else {
                continue;
            };
            let range = first.range.start..last.range.end;
            let Some(quoted) = text.get(range.clone()) else {
                continue;
            };
            by_sentence.entry(first.sentence).or_insert_with(|| Hint {
                rule: *rule,
                words: quoted.to_owned(),
                range,
                says: filled(&patterns.says, quoted, name),
            });
        }
    }
    by_sentence.into_values().take(MAX_HINTS).collect()
}

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(MAX_CHECKED);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

/// The sentence of a rule with its words and the name in their places; what was written is never
/// read as a place itself.
fn filled(says: &str, words: &str, name: &str) -> String {
    let mut pieces = says.split("{words}");
    let mut filled = pieces.next().unwrap_or_default().replace("{name}", name);
    for piece in pieces {
        filled.push_str(&words.replace('\n', " "));
        filled.push_str(&piece.replace("{name}", name));
    }
    filled
}
