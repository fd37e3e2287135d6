//! The rules as they are written in `english.rules`, read once.
//!
//! A line defines a class (`@name = …`), a spelling (`same dont = do not`), opens a rule
//! (`[but]`), or belongs to the open one: `says` the hint, `raise` a pattern that raises it, `not`
//! a pattern that silences what it touches, `after` one that silences what follows it in its
//! sentence, `unless` one that silences its sentence. What stands under `[every rule]` silences
//! all of them; `[harm]` holds what tells of harm or fear. A line that begins with a space goes on
//! with the one above it.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::OnceLock;

use super::Rule;
use super::pattern::{Classes, PatternError, parse};
use super::search::{Found, Pattern, Searched, Sets};

/// What the English of the check is.
const ENGLISH: &str = include_str!("english.rules");

/// What is wrong with a file of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TableError {
    #[error("line {0} of the rules cannot be read")]
    Line(usize),
    #[error("line {0} of the rules holds no pattern that can be used")]
    Pattern(usize, #[source] PatternError),
}

/// One rule, or what silences every rule, or what tells of harm.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    pub says: String,
    raise: Vec<Pattern>,
    not: Vec<Pattern>,
    after: Vec<Pattern>,
    unless: Vec<Pattern>,
}

impl Patterns {
    /// What is found of this rule, where neither its own exceptions nor the common ones hold.
    pub(super) fn found(&self, text: &Searched<'_>, common: &Self) -> Vec<Found> {
        let raised: Vec<Found> = self.raise.iter().flat_map(|p| p.shortest(text)).collect();
        if raised.is_empty() {
            return raised;
        }
        let both = |mine: &[Pattern], all: &[Pattern]| {
            let mut found = every(mine, text);
            found.extend(every(all, text));
            found
        };
        let not = both(&self.not, &common.not);
        let after = both(&self.after, &common.after);
        let unless = both(&self.unless, &common.unless);
        let sentence = |at: usize| text.tokens.get(at).map(|token| token.sentence);
        // Each found place is held against all exceptions at once, so that a text that is full of
        // both takes no longer than its length.
        let silenced = Covered::of(&not, text.tokens.len());
        let mut from: BTreeMap<Option<usize>, usize> = BTreeMap::new();
        for no in &after {
            let first = from.entry(sentence(no.from)).or_insert(no.to);
            *first = (*first).min(no.to);
        }
        let quiet: BTreeSet<Option<usize>> = unless.iter().map(|no| sentence(no.from)).collect();
        let stays = |found: &Found| {
            let here = sentence(found.from);
            let told = text.tokens.get(found.from..found.to);
            !silenced.touches(found)
                && from.get(&here).is_none_or(|to| *to > found.from)
                && !quiet.contains(&here)
                && !told.is_some_and(|told| told.iter().all(|token| token.quoted))
        };
        let mut stay: Vec<Found> = raised.into_iter().filter(stays).collect();
        // The earliest, and of those the one that quotes most.
        stay.sort_by_key(|found| (found.from, usize::MAX - found.to));
        stay
    }
}

/// How many words up to each are covered by what was found.
struct Covered(Vec<usize>);

impl Covered {
    fn of(found: &[Found], words: usize) -> Self {
        // One more where something begins, one less behind its end.
        let (mut begin, mut end) = (vec![0usize; words + 1], vec![0usize; words + 1]);
        for one in found {
            for (at, counted) in [(one.from, &mut begin), (one.to, &mut end)] {
                if let Some(count) = counted.get_mut(at) {
                    *count += 1;
                }
            }
        }
        let (mut open, mut covered) = (0usize, 0usize);
        let mut sums = vec![0];
        for (begins, ends) in begin.iter().zip(&end).take(words) {
            open = (open + begins).saturating_sub(*ends);
            covered += usize::from(open > 0);
            sums.push(covered);
        }
        Self(sums)
    }

    /// Whether one of its words is covered.
    fn touches(&self, found: &Found) -> bool {
        self.0.get(found.from) < self.0.get(found.to)
    }
}

fn every(patterns: &[Pattern], text: &Searched<'_>) -> Vec<Found> {
    patterns.iter().flat_map(|p| p.longest(text)).collect()
}

/// All of a file of rules, by whatever its sections are called.
#[derive(Debug)]
pub(super) struct Table<K> {
    pub same: BTreeMap<String, Vec<String>>,
    pub sets: Sets,
    pub rules: BTreeMap<K, Patterns>,
    pub common: Patterns,
    pub harm: Patterns,
}

impl<K> Default for Table<K> {
    fn default() -> Self {
        Self {
            same: BTreeMap::new(),
            sets: Sets::default(),
            rules: BTreeMap::new(),
            common: Patterns::default(),
            harm: Patterns::default(),
        }
    }
}

impl Table<Rule> {
    /// The English rules. A test reads them too; were they ever broken, there would be no hints,
    /// and nobody would be kept from writing.
    pub(super) fn english() -> &'static Self {
        static READ: OnceLock<Table<Rule>> = OnceLock::new();
        READ.get_or_init(|| Self::parse(ENGLISH).unwrap_or_default())
    }
}

impl<K: FromStr + Ord + Copy> Table<K> {
    pub(super) fn parse(written: &str) -> Result<Self, TableError> {
        let mut table = Self::default();
        let mut classes = Classes::new();
        let mut open = None;
        for (number, line) in lines(written) {
            let wrong = |error| TableError::Pattern(number, error);
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                open = Some(Section::<K>::named(name).ok_or(TableError::Line(number))?);
                continue;
            }
            let (word, rest) = line.split_once(' ').ok_or(TableError::Line(number))?;
            if let Some(name) = word.strip_prefix('@') {
                let class = rest
                    .trim()
                    .strip_prefix('=')
                    .ok_or(TableError::Line(number))?;
                let class = parse(class, &classes).map_err(wrong)?;
                classes.insert(name.to_owned(), class);
                continue;
            }
            if word == "same" {
                let (other, means) = rest.split_once('=').ok_or(TableError::Line(number))?;
                for other in other.split_whitespace() {
                    let means = means.split_whitespace().map(str::to_owned).collect();
                    table.same.insert(other.to_owned(), means);
                }
                continue;
            }
            let patterns = match open.as_ref().ok_or(TableError::Line(number))? {
                Section::Rule(rule) => table.rules.entry(*rule).or_default(),
                Section::Common => &mut table.common,
                Section::Harm => &mut table.harm,
            };
            if word == "says" {
                rest.clone_into(&mut patterns.says);
                continue;
            }
            let node = parse(rest, &classes).map_err(wrong)?;
            let pattern = Pattern::new(&node, &mut table.sets).map_err(wrong)?;
            match word {
                "raise" => patterns.raise.push(pattern),
                "not" => patterns.not.push(pattern),
                "after" => patterns.after.push(pattern),
                "unless" => patterns.unless.push(pattern),
                _ => return Err(TableError::Line(number)),
            }
        }
        Ok(table)
    }
}

enum Section<K> {
    Rule(K),
    Common,
    Harm,
}

impl<K: FromStr> Section<K> {
    fn named(name: &str) -> Option<Self> {
        match name {
            "every rule" => Some(Self::Common),
            "harm" => Some(Self::Harm),
            name => name.parse().ok().map(Self::Rule),
        }
    }
}

/// Lines with their numbers, continued ones joined, without comments and empty ones.
fn lines(written: &str) -> Vec<(usize, String)> {
    let mut joined: Vec<(usize, String)> = Vec::new();
    for (at, line) in written.lines().enumerate() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        match joined.last_mut() {
            Some((_, above)) if line.starts_with(' ') => {
                if !above.ends_with('|') {
                    above.push(' ');
                }
                above.push_str(line.trim());
            }
            _ => joined.push((at + 1, line.trim_end().to_owned())),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use super::*;

    #[test]
    fn the_english_rules_can_be_read() {
        let table = match Table::<Rule>::parse(ENGLISH) {
            Ok(table) => table,
            Err(error) => panic!("{error:?}"),
        };
        for rule in Rule::ALL {
            let patterns = &table.rules[&rule];
            assert!(patterns.says.contains("{words}"), "{rule} quotes nothing");
            assert!(!patterns.raise.is_empty(), "{rule} is never raised");
        }
        assert!(!table.harm.raise.is_empty());
    }

    #[test]
    fn a_broken_file_says_where() {
        for (broken, line) in [
            ("[but]\nraise <nobody-knows>", 2),
            ("[but]\n\nraise ( a / b", 3),
            ("[but]\nraise ~99 a", 2),
            ("[butter]", 1),
            ("raise a", 1),
            ("[but]\nlower a", 2),
            ("@two = a b\n[but]\nraise !<two> c", 3),
        ] {
            let found = match Table::<Rule>::parse(broken) {
                Err(TableError::Line(at) | TableError::Pattern(at, _)) => at,
                Ok(_) => panic!("{broken} was read"),
            };
            assert_eq!(found, line, "{broken}");
        }
    }
}
