//! The small language of the rules: sequences of words, tried against a text in linear time.
//!
//! Patterns stand over words, not letters, which is what a regular expression over a text cannot
//! give without being unreadable. A pattern becomes a short program that is run for all of its
//! alternatives at once, so no pattern and no text can make it slow: each step of a run touches
//! each instruction at most once, and no run is longer than the pattern.
//!
//! | written | matches |
//! |---|---|
//! | `word`, `a\|b`, `shout*`, `*ing` | one word |
//! | `<name>` | what the class of this name matches |
//! | `( a b / c )`, `( a b\|c )`, `?x`, `?( a b )` | one of these; perhaps |
//! | `~4`, `~~4` | up to four words of this clause; of this sentence |
//! | `!a\|b`, `!<name>` | nothing, where such a word does not come next |
//! | `^`, `,`, `.` | a sentence begins; a clause's mark; a sentence ends |
//! | `[ x ]` | x, and these are the words a hint quotes |

use std::collections::BTreeMap;

/// No gap is wider than this, so that no run is longer than some dozens of words.
const WIDEST: usize = 16;

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatternError {
    #[error("no class is called {0}")]
    UnknownClass(String),
    #[error("a bracket is not closed, or closes nothing")]
    Bracket,
    #[error("a gap is too wide, or not a number")]
    Gap,
    #[error("only single words can be excluded")]
    Excluded,
    #[error("the pattern is empty, or too long")]
    Length,
}

/// One piece of a pattern as it is written.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Word(Vec<String>),
    Seq(Vec<Node>),
    Any(Vec<Node>),
    Perhaps(Box<Node>),
    Gap { words: usize, clauses: bool },
    Not(Vec<String>),
    Opens,
    Quote(bool),
}

/// The classes defined so far.
pub(super) type Classes = BTreeMap<String, Node>;

/// Reads `a b / c d`.
pub(super) fn parse(written: &str, classes: &Classes) -> Result<Node, PatternError> {
    let written = written_out(written);
    let mut words = written.split_whitespace();
    let node = alternatives(&mut words, classes, false)?;
    if words.next().is_some() {
        return Err(PatternError::Bracket);
    }
    Ok(node)
}

/// Inside brackets `a|b c` is short for `a / b c`, so that a class can hold words and phrases alike.
fn written_out(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    let mut depth = 0usize;
    for word in written.split_whitespace() {
        match word {
            "(" | "?(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let short = depth > 0 && !word.starts_with(['!', '?']);
        let word = if short {
            word.replace('|', " / ")
        } else {
            word.to_owned()
        };
        out.push_str(&word);
        out.push(' ');
    }
    out
}

fn alternatives<'a>(
    words: &mut impl Iterator<Item = &'a str>,
    classes: &Classes,
    inside: bool,
) -> Result<Node, PatternError> {
    let mut all = Vec::new();
    let mut one = Vec::new();
    let mut closed = false;
    for_each_until_closed(words, |word, words| {
        match word {
            ")" => {
                closed = true;
                return Ok(true);
            }
            "/" => all.push(Node::Seq(std::mem::take(&mut one))),
            "(" => one.push(alternatives_boxed(words, classes)?),
            "?(" => one.push(Node::Perhaps(Box::new(alternatives_boxed(words, classes)?))),
            word => one.push(element(word, classes)?),
        }
        Ok(false)
    })?;
    if closed != inside {
        return Err(PatternError::Bracket);
    }
    if one.is_empty() {
        return Err(PatternError::Length);
    }
    all.push(Node::Seq(one));
    Ok(gathered(all))
}

/// Alternatives with those of a single word made one set: classes are long, programs need not be.
fn gathered(all: Vec<Node>) -> Node {
    let mut words = Vec::new();
    let mut rest = Vec::new();
    for one in all {
        match single(&one) {
            Some(set) => words.extend(set.iter().cloned()),
            None => rest.push(one),
        }
    }
    if !words.is_empty() {
        rest.insert(0, Node::Word(words));
    }
    Node::Any(rest)
}

fn single(node: &Node) -> Option<&[String]> {
    match node {
        Node::Word(words) => Some(words),
        Node::Seq(all) | Node::Any(all) => match all.as_slice() {
            [only] => single(only),
            _ => None,
        },
        Node::Perhaps(_) | Node::Gap { .. } | Node::Not(_) | Node::Opens | Node::Quote(_) => None,
    }
}

/// Goes on until `each` says that it is done. Apart, since the group inside a group reads on from
/// the same words.
fn for_each_until_closed<'a>(
    words: &mut impl Iterator<Item = &'a str>,
    mut each: impl FnMut(&'a str, &mut dyn Iterator<Item = &'a str>) -> Result<bool, PatternError>,
) -> Result<(), PatternError> {
    while let Some(word) = words.next() {
        if each(word, words)? {
            break;
        }
    }
    Ok(())
}

fn alternatives_boxed(
    mut words: &mut dyn Iterator<Item = &str>,
    classes: &Classes,
) -> Result<Node, PatternError> {
    alternatives(&mut words, classes, true)
}

fn element(word: &str, classes: &Classes) -> Result<Node, PatternError> {
    if let Some(rest) = word.strip_prefix('?') {
        return Ok(Node::Perhaps(Box::new(element(rest, classes)?)));
    }
    if let Some(rest) = word.strip_prefix('!') {
        let excluded = element(rest, classes)?;
        let excluded = single(&excluded).ok_or(PatternError::Excluded)?;
        return Ok(Node::Not(excluded.to_vec()));
    }
    if let Some(rest) = word.strip_prefix('~') {
        let clauses = rest.starts_with('~');
        let words = rest.trim_start_matches('~').parse();
        let words = words
            .ok()
            .filter(|n| *n <= WIDEST)
            .ok_or(PatternError::Gap)?;
        return Ok(Node::Gap { words, clauses });
    }
    if let Some(name) = word.strip_prefix('<') {
        let name = name.strip_suffix('>').ok_or(PatternError::Bracket)?;
        let class = classes.get(name).cloned();
        return class.ok_or_else(|| PatternError::UnknownClass(name.to_owned()));
    }
    Ok(match word {
        "^" => Node::Opens,
        "[" => Node::Quote(true),
        "]" => Node::Quote(false),
        word => Node::Word(word.split('|').map(str::to_owned).collect()),
    })
}
