//! The smallest splices that turn one text into another, so that two people's edits of one
//! paragraph both survive.
//!
//! Whole words are compared, and a word that was replaced goes as a whole: were it stitched together
//! from letters of the old and the new, two people's changes of one word could make a third that
//! reads well and that nobody meant ("six" to "seven" and to "sixty": "seventy"). Words that were
//! replaced one after the other are one splice, so that two phrases do not come out interleaved.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

/// At a place, counted in code points of the text as the splices before it left it: take away so
/// many code points, then put these in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) at: usize,
    pub(super) delete: usize,
    pub(super) insert: String,
}

pub(super) fn splices(old: &str, new: &str) -> Vec<Splice> {
    let before: Vec<&str> = old.split_word_bounds().collect();
    let after: Vec<&str> = new.split_word_bounds().collect();
    let mut splices: Vec<Splice> = Vec::new();
    let mut at = 0;
    // The spaces that stand between the last splice and this place, if nothing else does.
    let mut gap: Option<String> = None;
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        let taken = joined(&before, op.old_range());
        let given = joined(&after, op.new_range());
        if let DiffOp::Equal { .. } = op {
            at += taken.chars().count();
            let is_gap = !taken.contains(|ch: char| ch == '\n' || !ch.is_whitespace());
            gap = is_gap.then_some(taken);
            continue;
        }
        let (deleted, inserted) = (taken.chars().count(), given.chars().count());
        match (splices.last_mut(), gap.take()) {
            // Both words on either side of the spaces were replaced: one phrase by another.
            (Some(last), Some(gap)) if last.replaces() && deleted > 0 && inserted > 0 => {
                last.delete += gap.chars().count() + deleted;
                last.insert.push_str(&gap);
                last.insert.push_str(&given);
            }
            _ => splices.push(Splice {
                at,
                delete: deleted,
                insert: given,
            }),
        }
        at += inserted;
    }
    splices
}

impl Splice {
    const fn replaces(&self) -> bool {
        self.delete > 0 && !self.insert.is_empty()
    }
}

fn joined(words: &[&str], range: std::ops::Range<usize>) -> String {
    words.get(range).unwrap_or_default().concat()
}
