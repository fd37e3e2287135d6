//! A text as the check reads it: sentences of plain words, each remembering where it stands.
//!
//! People in pain write without apostrophes, without capitals and in a hurry. So spellings and
//! contractions are levelled here, once, and the patterns know one form of everything: "I didn’t",
//! "i didnt" and "I did not" are the same three words.

use std::collections::BTreeMap;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// The mark that stands for the end of a sentence.
pub(super) const END: &str = ".";
/// The mark that stands for everything that parts clauses inside one.
pub(super) const COMMA: &str = ",";

/// One word of a text, or one of the two marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Lower case and levelled.
    pub word: String,
    /// The bytes it was written in; the parts of a contraction share them.
    pub range: Range<usize>,
    /// Which sentence of the text.
    pub sentence: usize,
    /// Whether it opens its sentence.
    pub opens: bool,
    /// Whether it stands between quotation marks: somebody's words, told.
    pub quoted: bool,
}

/// After these a full stop ends no sentence.
const SHORTENED: [&str; 12] = [
    "mr", "mrs", "ms", "dr", "st", "prof", "e.g", "i.e", "a.m", "p.m", "vs", "approx",
];

/// Reads a text. `same` are the spellings that stand for other words.
///
/// `name` is what the person is called whom the text calls "you": there the name means the same.
pub(super) fn read(
    text: &str,
    same: &BTreeMap<String, Vec<String>>,
    name: Option<&str>,
) -> Vec<Token> {
    let flat = one_line_each(text);
    let mut reader = Reader {
        same,
        name,
        tokens: Vec::new(),
        sentence: 0,
        opens: true,
    };
    for sentence in sentences(&flat) {
        reader.sentence(&flat, sentence);
    }
    let mut tokens = reader.tokens;
    mark_quotes(&mut tokens);
    tokens
}

/// A file's wrapped lines are one sentence; a new paragraph, a list's dash and a line that begins
/// with a capital are not. Every byte keeps its place.
fn one_line_each(text: &str) -> String {
    let mut flat = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let wrapped = c == '\n'
            && rest
                .peek()
                .is_some_and(|next| next.is_lowercase() || next.is_ascii_digit());
        flat.push(if wrapped { ' ' } else { c });
    }
    flat
}

/// Sentences by UAX 29, cut again where somebody writes without capitals, and joined again where
/// the full stop only shortened a word.
fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (start, sentence) in text.split_sentence_bound_indices() {
        let joins = found
            .last()
            .and_then(|last| text.get(last.clone()))
            .is_some_and(|last| is_shortened(last.trim_end_matches([' ', '\t'])));
        let mut from = start;
        if joins {
            from = found.pop().map_or(start, |last| last.start);
        }
        let end = start + sentence.len();
        for cut in lower_case_ends(text, from..end) {
            found.push(from..cut);
            from = cut;
        }
        if from < end {
            found.push(from..end);
        }
    }
    found
}

/// Where ". " is followed by a small letter and yet ends a sentence. Three dots do not.
fn lower_case_ends(text: &str, within: Range<usize>) -> Vec<usize> {
    let Some(part) = text.get(within.clone()) else {
        return Vec::new();
    };
    let mut cuts = Vec::new();
    for (at, _) in part.match_indices(['.', '!', '?']) {
        let (before, after) = part.split_at(at + 1);
        let spaced = after.len() - after.trim_start_matches(' ').len();
        let goes_on = after.trim_start_matches(' ').chars().next();
        if spaced > 0
            && goes_on.is_some_and(char::is_lowercase)
            && !before.ends_with("..")
            && !is_shortened(before)
        {
            cuts.push(within.start + at + 1 + spaced);
        }
    }
    cuts
}

fn is_shortened(sentence: &str) -> bool {
    let Some(body) = sentence.strip_suffix('.') else {
        return false;
    };
    let last = body.rsplit(|c: char| c.is_whitespace()).next();
    last.is_some_and(|last| {
        let last = last.trim_start_matches(['(', '"']);
        SHORTENED
            .iter()
            .any(|short| last.eq_ignore_ascii_case(short))
    })
}

struct Reader<'a> {
    same: &'a BTreeMap<String, Vec<String>>,
    name: Option<&'a str>,
    tokens: Vec<Token>,
    sentence: usize,
    opens: bool,
}

impl Reader<'_> {
    fn sentence(&mut self, text: &str, range: Range<usize>) {
        let Some(sentence) = text.get(range.clone()) else {
            return;
        };
        self.opens = true;
        let before = self.tokens.len();
        for (at, piece) in sentence.split_word_bound_indices() {
            let start = range.start + at;
            let stands = start..start + piece.len();
            if piece.chars().any(char::is_alphanumeric) {
                self.word(piece, &stands);
            } else if let Some(mark) = mark(piece) {
                // "one-night" is two words of one clause; "late - and loud" is two clauses.
                let joins = piece == "-" && !sentence.get(..at).is_some_and(|b| b.ends_with(' '));
                if joins {
                    continue;
                }
                self.push(mark.to_owned(), stands);
            }
        }
        if self.tokens.len() > before {
            self.push(END.to_owned(), range.end..range.end);
            self.sentence += 1;
        }
    }

    fn word(&mut self, piece: &str, stands: &Range<usize>) {
        if let Some(rest) = self.name.and_then(|name| piece.strip_prefix(name)) {
            // Spelled as a name is, so that "Will" is not "will".
            let you = match rest {
                "" => Some("you"),
                "'s" | "\u{2019}s" | "'" | "\u{2019}" => Some("your"),
                _ => None,
            };
            if let Some(you) = you {
                self.push(you.to_owned(), stands.clone());
                return;
            }
        }
        let word = piece
            .to_lowercase()
            .replace(['\u{2019}', '\u{2018}', '`'], "'");
        if let Some(words) = self.same.get(&word) {
            for word in words {
                self.push(word.clone(), stands.clone());
            }
            return;
        }
        let (stem, rest) = parted(&word);
        self.push(stem, stands.clone());
        if let Some(rest) = rest {
            self.push(rest.to_owned(), stands.clone());
        }
    }

    fn push(&mut self, word: String, range: Range<usize>) {
        let opens = self.opens && word != COMMA && word != "\"";
        if opens {
            self.opens = false;
        }
        self.tokens.push(Token {
            word,
            range,
            sentence: self.sentence,
            opens,
            quoted: false,
        });
    }
}

/// What parts clauses, and what opens and closes a quotation; the rest is air.
fn mark(piece: &str) -> Option<&'static str> {
    let c = piece.chars().next()?;
    match c {
        ',' | '-' | ';' | ':' | '(' | ')' | '\u{2013}' | '\u{2014}' | '/' | '\u{2026}' => {
            Some(COMMA)
        }
        '"' | '\u{201c}' | '\u{201d}' | '\u{ab}' | '\u{bb}' => Some("\""),
        _ => None,
    }
}

/// "didn't" is "did not"; "it's" is "it is", and "Ben's" stays Ben's.
fn parted(word: &str) -> (String, Option<&'static str>) {
    if let Some(stem) = word.strip_suffix("n't") {
        let stem = match stem {
            "ca" => "can",
            "wo" => "will",
            "sha" => "shall",
            "ai" => "is",
            whole => whole,
        };
        return (stem.to_owned(), Some("not"));
    }
    for (end, stands_for) in [
        ("'m", "am"),
        ("'re", "are"),
        ("'ve", "have"),
        ("'ll", "will"),
        ("'d", "would"),
    ] {
        if let Some(stem) = word.strip_suffix(end) {
            return (stem.to_owned(), Some(stands_for));
        }
    }
    if let Some(stem) = word.strip_suffix("'s") {
        let of_a_verb = [
            "it",
            "that",
            "he",
            "she",
            "what",
            "there",
            "here",
            "who",
            "where",
            "how",
            "when",
            "why",
            "this",
            "nothing",
            "everything",
            "nobody",
            "everyone",
        ];
        if of_a_verb.contains(&stem) {
            return (stem.to_owned(), Some("is"));
        }
        if stem == "let" {
            return (stem.to_owned(), Some("us"));
        }
    }
    (word.to_owned(), None)
}

/// Words between two quotation marks of one paragraph are told, not said.
fn mark_quotes(tokens: &mut Vec<Token>) {
    let quotes: Vec<usize> = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.word == "\"")
        .map(|(at, _)| at)
        .collect();
    for pair in quotes.chunks_exact(2) {
        let &[open, close] = pair else { continue };
        for token in tokens.iter_mut().take(close).skip(open) {
            token.quoted = true;
        }
    }
    for token in tokens {
        if token.word == "\"" {
            COMMA.clone_into(&mut token.word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences_of(text: &str) -> Vec<String> {
        let same = BTreeMap::from([("dont".to_owned(), vec!["do".to_owned(), "not".to_owned()])]);
        let mut sentences: Vec<String> = Vec::new();
        for token in read(text, &same, None) {
            if token.opens {
                sentences.push(String::new());
            }
            if let Some(sentence) = sentences.last_mut() {
                sentence.push_str(&token.word);
                sentence.push(' ');
            }
        }
        sentences
    }

    #[test]
    fn sentences_as_people_end_them() {
        for (text, sentences) in [
            ("I lied. But look.", &["i lied . ", "but look . "][..]),
            ("i lied. but look", &["i lied . ", "but look . "]),
            ("Sorry... but look", &["sorry but look . "]),
            (
                "At 6 p.m. I left. Dr. Bell knows.",
                &["at 6 p.m i left . ", "dr bell knows . "],
            ),
            ("wrapped\nhere", &["wrapped here . "]),
            ("one\n\ntwo", &["one . ", "two . "]),
            ("one\nTwo", &["one . ", "two . "]),
            ("", &[]),
            ("?! \n", &[]),
        ] {
            assert_eq!(sentences_of(text), sentences, "{text}");
        }
    }

    #[test]
    fn one_form_of_everything() {
        for text in ["I DON'T", "i don’t", "I dont", "I do not"] {
            assert_eq!(sentences_of(text), ["i do not . "], "{text}");
        }
        assert_eq!(
            sentences_of("it's Ben's; a one-night thing - late"),
            ["it is ben's , a one night thing , late . "]
        );
    }

    #[test]
    fn what_stands_in_quotation_marks_is_told() {
        let tokens = read(
            "I said “you lie” and \"never\". \"open",
            &BTreeMap::new(),
            None,
        );
        let told: Vec<&str> = tokens
            .iter()
            .filter(|token| token.quoted && token.word != COMMA)
            .map(|token| token.word.as_str())
            .collect();
        assert_eq!(told, ["you", "lie", "never"]);
    }
}
