//! A page made for eighty columns, on a terminal that has fewer: what is in columns goes one under
//! the other, sentences are wrapped anew by words, and a person's words stay behind their mark.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::sync::OnceLock;

use crate::render::{MARK, WIDTH, width};

/// Below this nothing reads well, and the terminal may cut.
const LEAST: usize = 24;

/// The columns of standard output, where it is a terminal; else as many as a page is made for.
pub(crate) fn of_stdout() -> usize {
    static COLUMNS: OnceLock<usize> = OnceLock::new();
    *COLUMNS.get_or_init(|| {
        let out = std::io::stdout();
        let there = out
            .is_terminal()
            .then(|| terminal_size::terminal_size_of(&out));
        columns(there.flatten())
    })
}

/// The same of standard error, on which people are talked to.
pub(crate) fn of_stderr() -> usize {
    static COLUMNS: OnceLock<usize> = OnceLock::new();
    *COLUMNS.get_or_init(|| {
        let err = std::io::stderr();
        let there = err
            .is_terminal()
            .then(|| terminal_size::terminal_size_of(&err));
        columns(there.flatten())
    })
}

/// `COLUMNS` is what somebody set on purpose: shells do not hand theirs on.
fn columns(there: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|n| n.parse().ok());
    let there = there.map(|(width, _)| usize::from(width.0));
    // A terminal that does not know its width says nought.
    let known = set.or(there).filter(|n| *n > 0);
    known.unwrap_or(WIDTH).clamp(LEAST, WIDTH)
}

/// The page, with no line wider than that, as far as its words allow.
pub(crate) fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    if columns >= WIDTH || text.lines().all(|line| width(line) < columns) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    // A paragraph of ours, put together from the lines it was wrapped into.
    let mut open: Option<Paragraph> = None;
    for line in text.split_inclusive('\n') {
        let line = line.strip_suffix('\n').unwrap_or(line);
        if let Some(paragraph) = open.as_mut()
            && paragraph.goes_on_with(line)
        {
            paragraph.add(line);
            continue;
        }
        if let Some(paragraph) = open.take() {
            paragraph.end(&mut out, columns);
        }
        if line.starts_with(MARK.trim_end()) {
            quoted(line, &mut out, columns);
        } else if is_prose(line) {
            open = Some(Paragraph::of(line));
        } else if width(line) < columns || is_picture(line) {
            out.push_str(line);
            out.push('\n');
        } else {
            in_columns(line, &mut out, columns);
        }
    }
    if let Some(paragraph) = open.take() {
        paragraph.end(&mut out, columns);
    }
    if !text.ends_with('\n') {
        out.truncate(out.trim_end_matches('\n').len());
        // A question keeps the blank before its answer.
        if text.ends_with(' ') {
            out.push(' ');
        }
    }
    Cow::Owned(out)
}

/// A line that ends so near the edge of eighty columns was wrapped there.
const WRAPPED: usize = WIDTH - 9;

/// Lines of ours that are one sentence after the other.
struct Paragraph {
    first: usize,
    hang: usize,
    text: String,
    /// The width of its last line.
    last: usize,
}

impl Paragraph {
    fn of(line: &str) -> Self {
        let body = line.trim_start_matches(' ');
        let first = line.len() - body.len();
        Self {
            first,
            hang: first + if body.starts_with("- ") { 2 } else { 0 },
            text: body.trim_end().to_owned(),
            last: width(line),
        }
    }

    /// Whether the line is the rest of what was wrapped.
    fn goes_on_with(&self, line: &str) -> bool {
        let body = line.trim_start_matches(' ');
        let word = body.split(' ').next().unwrap_or_default();
        is_prose(line)
            && line.len() - body.len() == self.hang
            && !body.starts_with("- ")
            // What begins after a full stop may be a line of its own.
            && !self.text.ends_with(['.', ':', '?'])
            && self.last + 1 + width(word) > WRAPPED
    }

    fn add(&mut self, line: &str) {
        self.last = width(line);
        self.text.push(' ');
        self.text.push_str(line.trim());
    }

    fn end(self, out: &mut String, columns: usize) {
        if self.first + width(&self.text) < columns {
            out.push_str(&format!("{:first$}{}\n", "", self.text, first = self.first));
            return;
        }
        let (first, hang) = (indent(self.first, columns), indent(self.hang, columns));
        words(&self.text, &first, &hang, out, columns);
    }
}

/// Neither a list in columns nor a person's words.
fn is_prose(line: &str) -> bool {
    let body = line.trim();
    !body.is_empty()
        && !body.contains("  ")
        && !line.starts_with(MARK.trim_end())
        && !body.starts_with('[')
        && !is_picture(line)
}

/// A code to scan: it means nothing when it is cut, and nothing when it is wrapped.
fn is_picture(line: &str) -> bool {
    let is_block = |c: char| matches!(c, ' ' | '\u{2580}' | '\u{2584}' | '\u{2588}');
    // All of it: a title with such a sign in it is a title.
    !line.trim().is_empty() && line.chars().all(is_block)
}

/// A person's words: each line of them behind the mark.
fn quoted(line: &str, out: &mut String, columns: usize) {
    let body = line.strip_prefix(MARK).unwrap_or_default();
    if body.is_empty() {
        out.push_str(line);
        out.push('\n');
        return;
    }
    let options = textwrap::Options::new(columns - 1)
        .initial_indent(MARK)
        .subsequent_indent(MARK)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    for wrapped in textwrap::wrap(body, options) {
        out.push_str(wrapped.trim_end());
        out.push('\n');
    }
}

/// As wide as the number of a line in a list may be.
const NUMBER: usize = 3;

/// What stood beside each other, as much on a line as there is room for.
fn in_columns(line: &str, out: &mut String, columns: usize) {
    let body = line.trim_start_matches(' ');
    let first = indent(line.len() - body.len(), columns);
    // Keys stand one under the other; what belongs to a line stands below it, further in.
    let below = if body.starts_with('[') {
        first.clone()
    } else {
        format!("{first}    ")
    };
    let mut numbered = cells(line);
    if let (Some((at, number)), Some((hang, text)), None) =
        (numbered.next(), numbered.next(), numbered.next())
        && width(number) <= NUMBER
    {
        // A number stays beside what it numbers.
        let gap = " ".repeat(hang.saturating_sub(at + width(number)));
        let first = format!("{}{number}{gap}", " ".repeat(at));
        words(text, &first, &" ".repeat(hang), out, columns);
        return;
    }
    let mut said = String::new();
    for (stood, cell) in cells(line) {
        let after = width(&said) + 2;
        if said.is_empty() {
            said = format!("{first}{cell}");
        } else if after.max(stood) + width(cell) < columns {
            // Where it stood, so that columns stay columns.
            said.push_str(&" ".repeat(after.max(stood) + 2 - after));
            said.push_str(cell);
        } else if after + width(cell) < columns {
            said.push_str("  ");
            said.push_str(cell);
        } else {
            whole(&said, &below, out, columns);
            said = format!("{below}{cell}");
        }
    }
    whole(&said, &below, out, columns);
}

/// What stands beside each other in a line, each with the column where it begins.
fn cells(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut column = 0;
    line.split("  ").filter_map(move |piece| {
        let at = column;
        column += width(piece) + 2;
        let cell = piece.trim();
        let blank = piece.len() - piece.trim_start().len();
        (!cell.is_empty()).then_some((at + blank, cell))
    })
}

/// One line of cells, wrapped only where a cell is too wide by itself.
fn whole(line: &str, below: &str, out: &mut String, columns: usize) {
    if width(line) < columns {
        out.push_str(line);
        out.push('\n');
        return;
    }
    let body = line.trim_start_matches(' ');
    let first = &line[..line.len() - body.len()];
    words(body, first, below, out, columns);
}

fn words(text: &str, first: &str, hang: &str, out: &mut String, columns: usize) {
    // A path and a code stay in one piece, to be copied.
    let options = textwrap::Options::new(columns - 1)
        .initial_indent(first)
        .subsequent_indent(hang)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    for wrapped in textwrap::wrap(text, options) {
        out.push_str(wrapped.trim_end());
        out.push('\n');
    }
}

/// An indent that leaves room for words.
fn indent(wide: usize, columns: usize) -> String {
    " ".repeat(if wide > columns / 5 { 6 } else { wide })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn nothing_is_wider_than_the_terminal_and_no_word_is_lost() {
        let pages = [
            crate::groups::page(true),
            crate::screens::first_page::PAGE.to_owned(),
            crate::screens::safety::page(),
            "[Enter] not now    [s] sign    [d] decline    [e] change the draft\n".into(),
            "  One topic at a time          this evening              handfast kept topic\n".into(),
            format!("  | {}\n", "word ".repeat(14).trim_end()),
        ];
        for page in &pages {
            for columns in [40, 60, 79] {
                let narrow = fit(page, columns);
                for line in narrow.lines() {
                    assert!(width(line) <= columns, "{columns}: {line:?}");
                }
                let words = |text: &str| {
                    let words = text.split_whitespace().filter(|word| *word != "|");
                    words.collect::<Vec<_>>().join(" ")
                };
                assert_eq!(words(page), words(&narrow));
            }
            assert_eq!(fit(page, 80), *page);
        }
    }

    #[test]
    fn s49_words_of_a_person_stay_behind_the_mark() {
        let page = format!("Now:\n  | {} SIGN it stays\nNext.\n", "word ".repeat(12));
        for line in fit(&page, 40).lines().filter(|line| line.contains("SIGN")) {
            assert!(line.starts_with(MARK), "{line}");
        }
    }

    #[test]
    fn sentences_run_on_and_a_question_keeps_its_blank() {
        let page = "For two people who both want to mend something, and who can both say no to\n\
                    each other. If saying no is not safe, this is not the right tool.\n\nNext.\n";
        assert_eq!(
            fit(page, 60),
            "For two people who both want to mend something, and who can\n\
             both say no to each other. If saying no is not safe, this\n\
             is not the right tool.\n\nNext.\n"
        );
        assert_eq!(
            fit(
                "  back           I am back\n  pause          Stop now                 [--for 20m]\n",
                40
            ),
            "  back           I am back\n  pause          Stop now  [--for 20m]\n"
        );
        let question = "The address and port, such as 203.0.113.5:4747, of that device: ";
        assert!(fit(question, 40).ends_with("device: "));
    }

    #[test]
    fn a_number_stays_beside_its_line() {
        assert_eq!(
            fit(
                "  12  When it gets loud, I will leave the room and come back.\n",
                40
            ),
            "  12  When it gets loud, I will leave\n      the room and come back.\n"
        );
    }

    #[test]
    fn a_picture_is_left_as_it_is() {
        let picture = format!("{}\n", "\u{2588}  ".repeat(25));
        assert_eq!(fit(&picture, 40), picture);
    }
}
