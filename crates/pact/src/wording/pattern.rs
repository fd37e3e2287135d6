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

use super::words::{COMMA, END, Token};

/// No gap is wider than this, so that no run is longer than some dozens of words.
const WIDEST: usize = 16;
/// No pattern has more instructions than this.
const LONGEST: usize = 4_000;

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

fn alternatives_boxed<'a>(
    mut words: &mut dyn Iterator<Item = &'a str>,
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

/// All sets of words that patterns name, and which of them a word belongs to.
#[derive(Debug, Default)]
pub(super) struct Sets {
    numbers: BTreeMap<Vec<String>, usize>,
    whole: BTreeMap<String, Vec<usize>>,
    begins: Vec<(String, usize)>,
    ends: Vec<(String, usize)>,
}

impl Sets {
    fn number(&mut self, words: &[String]) -> usize {
        let mut words = words.to_vec();
        words.sort();
        words.dedup();
        let next = self.numbers.len();
        if let Some(number) = self.numbers.get(&words) {
            return *number;
        }
        for word in &words {
            if let Some(begin) = word.strip_suffix('*') {
                self.begins.push((begin.to_owned(), next));
            } else if let Some(end) = word.strip_prefix('*') {
                self.ends.push((end.to_owned(), next));
            } else {
                self.whole.entry(word.clone()).or_default().push(next);
            }
        }
        self.numbers.insert(words, next);
        next
    }

    /// The sets this word is in, as bits.
    fn of(&self, word: &str) -> Vec<u64> {
        let mut bits = vec![0; self.numbers.len().div_ceil(64)];
        let mut set = |number: usize| {
            if let Some(part) = bits.get_mut(number / 64) {
                *part |= 1 << (number % 64);
            }
        };
        self.whole
            .get(word)
            .into_iter()
            .flatten()
            .for_each(|n| set(*n));
        let begins = self
            .begins
            .iter()
            .filter(|(begin, _)| word.starts_with(begin));
        begins.for_each(|(_, n)| set(*n));
        let ends = self.ends.iter().filter(|(end, _)| word.ends_with(end));
        ends.for_each(|(_, n)| set(*n));
        bits
    }
}

/// A text ready to be searched.
pub(super) struct Searched<'a> {
    pub tokens: &'a [Token],
    sets: Vec<Vec<u64>>,
}

impl<'a> Searched<'a> {
    pub(super) fn new(tokens: &'a [Token], sets: &Sets) -> Self {
        let sets = tokens.iter().map(|token| sets.of(&token.word)).collect();
        Self { tokens, sets }
    }

    fn is(&self, at: usize, set: usize) -> bool {
        let part = self.sets.get(at).and_then(|bits| bits.get(set / 64));
        part.is_some_and(|part| part & (1 << (set % 64)) != 0)
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Word(usize),
    Not(usize),
    AnyWord,
    AnyInside,
    Fork(usize, usize),
    Opens,
    Quote(bool),
    Found,
}

/// A pattern that can be searched for.
#[derive(Debug)]
pub(super) struct Pattern {
    steps: Vec<Step>,
}

/// Where a pattern was found, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub from: usize,
    pub to: usize,
}

#[derive(Clone, Copy)]
struct Run {
    step: usize,
    from: Option<usize>,
    to: Option<usize>,
}

impl Pattern {
    pub(super) fn new(node: &Node, sets: &mut Sets) -> Result<Self, PatternError> {
        let mut steps = Vec::new();
        emit(node, sets, &mut steps)?;
        steps.push(Step::Found);
        Ok(Self { steps })
    }

    /// The words to quote, wherever the pattern is found: as few as will do.
    pub(super) fn shortest(&self, text: &Searched<'_>) -> Vec<Found> {
        self.all(text, false)
    }

    /// Wherever the pattern is found, with as much as it can hold.
    pub(super) fn longest(&self, text: &Searched<'_>) -> Vec<Found> {
        self.all(text, true)
    }

    fn all(&self, text: &Searched<'_>, longest: bool) -> Vec<Found> {
        let starts = 0..text.tokens.len();
        let found = starts.filter_map(|start| self.at(text, start, longest));
        found.collect()
    }

    fn at(&self, text: &Searched<'_>, start: usize, longest: bool) -> Option<Found> {
        let mut seen = vec![usize::MAX; self.steps.len()];
        let first = Run {
            step: 0,
            from: None,
            to: None,
        };
        let mut runs = Vec::new();
        self.follow(text, start, first, &mut seen, &mut runs);
        let mut found = None;
        let mut at = start;
        while !runs.is_empty() {
            let mut next = Vec::new();
            for run in runs {
                let goes_on = match self.steps.get(run.step) {
                    Some(Step::Found) => {
                        found = Some(Found {
                            from: run.from.unwrap_or(start),
                            to: run.to.unwrap_or(at),
                        });
                        if !longest {
                            break;
                        }
                        false
                    }
                    Some(Step::Word(set)) => text.is(at, *set),
                    Some(Step::AnyWord) => text
                        .tokens
                        .get(at)
                        .is_some_and(|token| token.word != COMMA && token.word != END),
                    Some(Step::AnyInside) => {
                        text.tokens.get(at).is_some_and(|token| token.word != END)
                    }
                    Some(Step::Not(_) | Step::Fork(..) | Step::Opens | Step::Quote(_)) | None => {
                        false
                    }
                };
                if goes_on {
                    let run = Run {
                        step: run.step + 1,
                        ..run
                    };
                    self.follow(text, at + 1, run, &mut seen, &mut next);
                }
            }
            runs = next;
            at += 1;
        }
        found.filter(|found| found.from < found.to)
    }

    /// Takes the steps that read no word. `seen` holds the last place at which a step was taken:
    /// the first way to it is the preferred one.
    fn follow(
        &self,
        text: &Searched<'_>,
        at: usize,
        run: Run,
        seen: &mut [usize],
        into: &mut Vec<Run>,
    ) {
        let mut waiting = vec![run];
        while let Some(mut run) = waiting.pop() {
            let Some(last) = seen.get_mut(run.step) else {
                continue;
            };
            if *last == at {
                continue;
            }
            *last = at;
            let next = run.step + 1;
            match self.steps.get(run.step) {
                Some(Step::Fork(first, second)) => {
                    waiting.push(Run {
                        step: *second,
                        ..run
                    });
                    waiting.push(Run {
                        step: *first,
                        ..run
                    });
                }
                Some(Step::Opens) => {
                    if text.tokens.get(at).is_some_and(|token| token.opens) {
                        waiting.push(Run { step: next, ..run });
                    }
                }
                Some(Step::Not(set)) => {
                    if !text.is(at, *set) {
                        waiting.push(Run { step: next, ..run });
                    }
                }
                Some(Step::Quote(begins)) => {
                    if *begins {
                        run.from = Some(at);
                    } else {
                        run.to = Some(at);
                    }
                    waiting.push(Run { step: next, ..run });
                }
                Some(Step::Word(_) | Step::AnyWord | Step::AnyInside | Step::Found) => {
                    into.push(run);
                }
                None => {}
            }
        }
    }
}

fn emit(node: &Node, sets: &mut Sets, steps: &mut Vec<Step>) -> Result<(), PatternError> {
    if steps.len() > LONGEST {
        return Err(PatternError::Length);
    }
    match node {
        Node::Word(words) => steps.push(Step::Word(sets.number(words))),
        Node::Not(words) => steps.push(Step::Not(sets.number(words))),
        Node::Opens => steps.push(Step::Opens),
        Node::Quote(begins) => steps.push(Step::Quote(*begins)),
        Node::Seq(all) => all.iter().try_for_each(|one| emit(one, sets, steps))?,
        Node::Perhaps(one) => {
            let fork = steps.len();
            steps.push(Step::Fork(fork + 1, fork + 1));
            emit(one, sets, steps)?;
            let after = steps.len();
            set(steps, fork, Step::Fork(fork + 1, after));
        }
        Node::Gap { words, clauses } => {
            // As few words as will do: each step may leave first.
            let mut forks = Vec::new();
            for _ in 0..*words {
                forks.push(steps.len());
                steps.push(Step::Opens);
                steps.push(if *clauses {
                    Step::AnyInside
                } else {
                    Step::AnyWord
                });
            }
            let after = steps.len();
            for fork in forks {
                set(steps, fork, Step::Fork(after, fork + 1));
            }
        }
        Node::Any(all) => {
            let mut leaves = Vec::new();
            for (at, one) in all.iter().enumerate() {
                let last = at + 1 == all.len();
                let fork = steps.len();
                if !last {
                    steps.push(Step::Opens);
                }
                emit(one, sets, steps)?;
                if !last {
                    leaves.push(steps.len());
                    steps.push(Step::Opens);
                    let next = steps.len();
                    set(steps, fork, Step::Fork(fork + 1, next));
                }
            }
            let after = steps.len();
            for leave in leaves {
                set(steps, leave, Step::Fork(after, after));
            }
        }
    }
    Ok(())
}

fn set(steps: &mut [Step], at: usize, step: Step) {
    if let Some(place) = steps.get_mut(at) {
        *place = step;
    }
}
