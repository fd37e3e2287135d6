//! What text may contain that is signed and shown (S49).
//!
//! Text of the other person ends up in a terminal and under a signature. Whatever moves a cursor,
//! changes the direction of reading, or cannot be seen, is taken out: when something is signed, so
//! that nobody signs what they did not see, and again when it is shown, since a modified program
//! signs what it likes. The second time nothing changes (a test).

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{EmojiStatus, GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};

/// At most so many marks may be stacked on one letter; more climb over the lines above.
const MAX_MARKS: usize = 4;

/// Text without anything that could deceive an eye or a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// What is left.
    pub text: String,
    /// How many code points were taken out or replaced (line ends and composition apart).
    pub removed: usize,
}

/// Makes text safe to sign and to show: NFC, lines ended by LF, a space for each tab, and without
/// escape sequences' beginnings, control characters, direction marks and invisible characters.
/// Joiners stay between letters or emoji, where some scripts and emoji need them.
#[must_use]
pub fn clean(text: &str) -> Cleaned {
    // Most text needs nothing, and a page of today cleans all that it shows.
    if text.bytes().all(|c| matches!(c, b'\n' | b' '..=b'~')) {
        return Cleaned {
            text: text.to_owned(),
            removed: 0,
        };
    }
    let text = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}', '\u{85}'], "\n");
    let composed: Vec<char> = text.nfc().collect();
    let before = composed.len();
    let visible = without_hidden(composed.iter().copied());
    let mut kept = String::with_capacity(text.len());
    for (at, c) in visible.iter().copied().enumerate() {
        let after = visible.get(at + 1).copied();
        if !is_joiner(c) || joins(c, kept.chars().next_back(), after) {
            kept.push(c);
        }
    }
    let tabs = composed.iter().filter(|c| **c == '\t').count();
    let removed = before
        .saturating_sub(kept.chars().count())
        .saturating_add(tabs);
    // Taking something out may bring together what composes.
    let text: String = kept.nfc().collect();
    Cleaned { text, removed }
}

/// Everything but what is hidden wherever it stands; joiners are judged when their neighbours are
/// known, so that cleaning twice changes nothing.
fn without_hidden(text: impl Iterator<Item = char>) -> Vec<char> {
    let mut kept: Vec<char> = Vec::new();
    let mut marks = 0;
    for c in text {
        let c = if c == '\t' { ' ' } else { c };
        if is_joiner(c) {
            kept.push(c);
            continue;
        }
        if is_mark(c) {
            // What is taken out between two marks does not part them.
            marks += 1;
            if marks <= MAX_MARKS {
                kept.push(c);
            }
            continue;
        }
        let stays = if c == '\u{fe0f}' {
            // The emoji form of what stands before it; elsewhere it is only invisible.
            kept.last().copied().is_some_and(takes_emoji_form)
        } else {
            c == '\n' || !is_hidden(c)
        };
        if stays {
            marks = 0;
            kept.push(c);
        }
    }
    kept
}

/// One line of clean text: line ends become spaces.
#[must_use]
pub fn clean_line(text: &str) -> Cleaned {
    let mut cleaned = clean(text);
    cleaned.text = cleaned.text.replace('\n', " ").trim().to_owned();
    cleaned
}

/// Whether text is already as [`clean`] would leave it.
#[must_use]
pub fn is_clean(text: &str) -> bool {
    clean(text).text == text
}

fn is_mark(c: char) -> bool {
    matches!(
        c.general_category(),
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    ) && !is_hidden(c)
        && c != '\u{fe0f}'
}

const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// A joiner stands inside a word (Persian, Indic scripts); the one that joins also between emoji.
fn joins(joiner: char, before: Option<char>, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    let in_word =
        |c: char| !c.is_ascii() && (c.is_alphabetic() || is_mark(c) || is_spacing_mark(c));
    let emoji = |c: char| takes_emoji_form(c) || is_emoji(c) || c == '\u{fe0f}';
    (in_word(before) && in_word(after)) || (joiner == '\u{200d}' && emoji(before) && emoji(after))
}

fn is_spacing_mark(c: char) -> bool {
    c.general_category() == GeneralCategory::SpacingMark
}

/// An emoji that is no digit, `#` or `*`.
fn is_emoji(c: char) -> bool {
    !c.is_ascii() && c.is_emoji_char()
}

fn takes_emoji_form(c: char) -> bool {
    // Digits, # and * too, in keycaps; a skin tone may stand before it in a joined emoji.
    c.is_emoji_char() && c.emoji_status() != EmojiStatus::NonEmoji
}

/// What nobody can see or what moves what is seen: controls (ESC, C0, C1), format characters (the
/// bidirectional controls, zero width, tags, soft hyphen), variation selectors, fillers, private
/// and unassigned code points.
fn is_hidden(c: char) -> bool {
    let by_category = matches!(
        c.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    );
    // Letters and marks by category, invisible all the same.
    let invisible = matches!(
        c,
        '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0e}'
            | '\u{ffa0}'
            | '\u{fffc}'
            | '\u{1d159}'
            | '\u{e0100}'..='\u{e01ef}'
    );
    by_category || invisible
}
