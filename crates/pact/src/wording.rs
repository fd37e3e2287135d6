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

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

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

/// Reads a text and remarks on it: one hint a sentence, three a text. `name` is the other's;
/// `dismissed` are the rules this person never wants to see again.
#[must_use]
pub fn check(text: &str, place: Place, name: &str, dismissed: &[Rule]) -> Vec<Hint> {
    let _ = (text, place, name, dismissed);
    Vec::new()
}
