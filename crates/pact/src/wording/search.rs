//! Searching a text for patterns: each becomes a short program over words.
//!
//! A program is run for all of its alternatives at once (as Thompson did, 1968), so each word of a
//! text touches each step at most once for each place a run began, and no run is longer than its
//! pattern. Time is bounded by the length of the text, whatever stands in it.

use std::collections::BTreeMap;

use super::pattern::{Node, PatternError};
use super::words::{COMMA, END, Token};

/// No pattern has more steps than this.
const LONGEST: usize = 4_000;

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
    /// Of each word the sets it is in, as bits.
    sets: Vec<Vec<u64>>,
    /// Of each set the places of its words: a pattern is tried where it can begin, and nowhere else.
    places: Vec<Vec<usize>>,
}

impl<'a> Searched<'a> {
    pub(super) fn new(tokens: &'a [Token], sets: &Sets) -> Self {
        // Most words of a text come again.
        let mut known: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        let of = |token: &'a Token| {
            let bits = known.entry(&token.word);
            bits.or_insert_with(|| sets.of(&token.word)).clone()
        };
        let mut places = vec![Vec::new(); sets.numbers.len()];
        let sets: Vec<Vec<u64>> = tokens.iter().map(of).collect();
        for (at, bits) in sets.iter().enumerate() {
            for (part, bits) in bits.iter().enumerate() {
                let mut left = *bits;
                while left != 0 {
                    let set = part * 64 + left.trailing_zeros() as usize;
                    if let Some(places) = places.get_mut(set) {
                        places.push(at);
                    }
                    left &= left - 1;
                }
            }
        }
        Self {
            tokens,
            sets,
            places,
        }
    }

    /// The places at which a word of one of these sets stands, in order.
    fn places(&self, sets: &[usize]) -> Vec<usize> {
        let of = |set: &usize| self.places.get(*set).map(Vec::as_slice).unwrap_or_default();
        if let [only] = sets {
            return of(only).to_vec();
        }
        let mut places: Vec<usize> = sets.iter().flat_map(of).copied().collect();
        places.sort_unstable();
        places.dedup();
        places
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
    /// The sets one of which its first word is in, none where it may begin with any word.
    first: Option<Vec<usize>>,
}

/// Where a pattern was found, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub from: usize,
    pub to: usize,
}

/// What searching at one place after the other needs again and again.
#[derive(Default)]
struct Scratch {
    /// On which turn each step was taken last; a turn is one place in the text on one try.
    seen: Vec<usize>,
    turn: usize,
    runs: Vec<Run>,
    next: Vec<Run>,
    waiting: Vec<Run>,
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
        let first = first(&steps);
        Ok(Self { steps, first })
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
        let mut scratch = Scratch {
            seen: vec![0; self.steps.len()],
            ..Scratch::default()
        };
        let starts = match &self.first {
            Some(sets) => text.places(sets),
            None => (0..text.tokens.len()).collect(),
        };
        let found = starts.into_iter();
        let found = found.filter_map(|start| self.at(text, start, longest, &mut scratch));
        found.collect()
    }

    fn at(
        &self,
        text: &Searched<'_>,
        start: usize,
        longest: bool,
        scratch: &mut Scratch,
    ) -> Option<Found> {
        let first = Run {
            step: 0,
            from: None,
            to: None,
        };
        scratch.next.clear();
        scratch.turn += 1;
        self.follow(text, start, first, scratch);
        let mut found = None;
        let mut at = start;
        while !scratch.next.is_empty() {
            let mut runs = std::mem::take(&mut scratch.runs);
            std::mem::swap(&mut runs, &mut scratch.next);
            scratch.turn += 1;
            for run in runs.drain(..) {
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
                    self.follow(text, at + 1, run, scratch);
                }
            }
            scratch.runs = runs;
            at += 1;
        }
        found.filter(|found| found.from < found.to)
    }

    /// Takes the steps that read no word. `seen` holds the last place at which a step was taken:
    /// the first way to it is the preferred one.
    fn follow(&self, text: &Searched<'_>, at: usize, run: Run, scratch: &mut Scratch) {
        let Scratch {
            seen,
            turn,
            next: into,
            waiting,
            ..
        } = scratch;
        waiting.clear();
        waiting.push(run);
        while let Some(mut run) = waiting.pop() {
            let Some(last) = seen.get_mut(run.step) else {
                continue;
            };
            if *last == *turn {
                continue;
            }
            *last = *turn;
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
                    let opens = text.tokens.get(at).is_some_and(|token| token.opens);
                    waiting.extend(opens.then_some(Run { step: next, ..run }));
                }
                Some(Step::Not(set)) => {
                    let absent = !text.is(at, *set);
                    waiting.extend(absent.then_some(Run { step: next, ..run }));
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

/// What a program can read first.
fn first(steps: &[Step]) -> Option<Vec<usize>> {
    let mut sets = Vec::new();
    let mut seen = vec![false; steps.len()];
    let mut waiting = vec![0];
    while let Some(at) = waiting.pop() {
        match seen.get_mut(at) {
            Some(seen) if !*seen => *seen = true,
            Some(_) | None => continue,
        }
        match steps.get(at) {
            Some(Step::Word(set)) => sets.push(*set),
            Some(Step::Fork(one, other)) => waiting.extend([*one, *other]),
            Some(Step::Not(_) | Step::Opens | Step::Quote(_)) => waiting.push(at + 1),
            Some(Step::AnyWord | Step::AnyInside | Step::Found) | None => return None,
        }
    }
    Some(sets)
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
