//! The smallest splices that turn one text into another, so that two people's edits of one
//! paragraph both survive.
//!
//! Whole words are compared first, since a word that was replaced should not be stitched together
//! from letters of the old and the new; inside a replaced stretch the common ends stay.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// At a place, counted in code points of the text as the splices before it left it: take away so
/// many code points, then put these in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) at: usize,
    pub(super) delete: usize,
    pub(super) insert: String,
}

pub(super) fn splices(old: &str, new: &str) -> Vec<Splice> {
    let (before, after) = (words(old), words(new));
    let mut splices = Vec::new();
    let mut at = 0;
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        let taken = joined(&before, op.old_range());
        let given = joined(&after, op.new_range());
        if let DiffOp::Equal { .. } = op {
            at += taken.chars().count();
            continue;
        }
        let (head, taken, given) = trim(&taken, &given);
        at += head;
        if taken == 0 && given.0.is_empty() {
            at += given.1;
            continue;
        }
        let inserted = given.0.chars().count();
        splices.push(Splice {
            at,
            delete: taken,
            insert: given.0,
        });
        at += inserted + given.1;
    }
    splices
}

/// The code points that two stretches share at their beginning; how many of the first are to be
/// taken away; what is to be put in; and how many they share at their end.
fn trim(old: &str, new: &str) -> (usize, usize, (String, usize)) {
    let old: Vec<char> = old.chars().collect();
    let new: Vec<char> = new.chars().collect();
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let left = old.len().min(new.len()).saturating_sub(head);
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(left)
        .take_while(|(a, b)| a == b)
        .count();
    let insert = new
        .iter()
        .skip(head)
        .take(new.len().saturating_sub(head + tail))
        .collect::<String>();
    (head, old.len().saturating_sub(head + tail), (insert, tail))
}

/// Words, runs of spaces, and every other sign for itself.
fn words(text: &str) -> Vec<&str> {
    #[derive(PartialEq, Clone, Copy)]
    enum Class {
        Word,
        Space,
        Sign,
    }
    let class = |ch: char| {
        if ch.is_alphanumeric() {
            Class::Word
        } else if ch.is_whitespace() && ch != '\n' {
            Class::Space
        } else {
            Class::Sign
        }
    };
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let kind = class(first);
        let end = match kind {
            Class::Sign => first.len_utf8(),
            Class::Word | Class::Space => rest.find(|ch| class(ch) != kind).unwrap_or(rest.len()),
        };
        let Some((word, after)) = rest.split_at_checked(end) else {
            break;
        };
        words.push(word);
        rest = after;
    }
    words
}

fn joined(words: &[&str], range: std::ops::Range<usize>) -> String {
    words.get(range).unwrap_or_default().concat()
}
