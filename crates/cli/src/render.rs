//! Turns what is true into lines of at most eighty columns; what a person wrote stands behind
//! a mark that text cannot imitate (S49).

use unicode_width::UnicodeWidthStr;

use crate::narrow;

/// The widest line of any screen.
pub(crate) const WIDTH: usize = 80;

/// The widest line of this one: a terminal that has fewer columns gets shorter lines.
pub(crate) fn columns() -> usize {
    narrow::of_stdout()
}

/// Stands before every line that a person wrote. The program itself never begins a line with it,
/// and a person's text never reaches the start of a line.
pub(crate) const MARK: &str = "  | ";

/// A heading.
pub(crate) fn strong(text: &str) -> String {
    ["\u{1}", text, "\u{2}"].concat()
}

/// Something that may be overlooked.
pub(crate) fn faint(text: &str) -> String {
    ["\u{3}", text, "\u{2}"].concat()
}

/// Something done, in the colour of a leaf.
pub(crate) fn leaf(text: &str) -> String {
    ["\u{4}", text, "\u{2}"].concat()
}

/// Something on the way, in the colour of the sea.
pub(crate) fn sea(text: &str) -> String {
    ["\u{5}", text, "\u{2}"].concat()
}

/// Our own sentences, wrapped; the indent of each line is kept for the lines that follow it.
/// Ends with a line end.
pub(crate) fn wrap(text: &str) -> String {
    let mut out = String::new();
    for line in text.trim_end_matches('\n').split('\n') {
        let body = line.trim_start_matches(' ');
        let indent = &line[..line.len() - body.len()];
        let hang = if body.starts_with("- ") {
            format!("{indent}  ")
        } else {
            indent.to_owned()
        };
        // A path stays in one piece, to be copied.
        let options = textwrap::Options::new(columns() - 1)
            .initial_indent(indent)
            .subsequent_indent(&hang)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        if width(line) < columns() {
            out.push_str(line.trim_end());
            out.push('\n');
        } else {
            for wrapped in textwrap::wrap(body, options) {
                out.push_str(wrapped.trim_end());
                out.push('\n');
            }
        }
    }
    out
}

/// What a person wrote, as a block: every line behind the mark, filtered.
pub(crate) fn quote(text: &str) -> String {
    quote_within(text, columns() - 6)
}

/// The same on a page of fewer columns.
pub(crate) fn quote_within(text: &str, columns: usize) -> String {
    let clean = filtered(text);
    let options = textwrap::Options::new(columns)
        .initial_indent(MARK)
        .subsequent_indent(MARK)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let mut out = String::new();
    for line in clean.split('\n') {
        if line.trim().is_empty() {
            out.push_str(MARK.trim_end());
            out.push('\n');
            continue;
        }
        for wrapped in textwrap::wrap(line, &options) {
            out.push_str(wrapped.trim_end());
            out.push('\n');
        }
    }
    out
}

/// What a person wrote, inside one of our lines: one line, in quotation marks that it cannot close.
pub(crate) fn inline(text: &str, columns: usize) -> String {
    format!("\"{}\"", title(text, columns.saturating_sub(2)))
}

/// The name of a file as it stands in a command to be typed: filtered, and quoted where a shell needs it.
pub(crate) fn argument(name: &str) -> String {
    let name = filtered(name).replace(['\n', '\t'], " ");
    let plain = |c: char| c.is_alphanumeric() || "/._-+,@%:=~".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        name
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}

/// A title: one line, filtered, no quotation mark of ours, shortened to the columns it has.
pub(crate) fn title(text: &str, columns: usize) -> String {
    let one = filtered(text).replace(['\n', '\t'], " ").replace('"', "'");
    let one = one.split_whitespace().collect::<Vec<_>>().join(" ");
    if width(&one) <= columns {
        return one;
    }
    let mut cut = String::new();
    for piece in one.chars() {
        if width(&cut) + width(piece.encode_utf8(&mut [0; 4])) + 3 > columns {
            break;
        }
        cut.push(piece);
    }
    format!("{}...", cut.trim_end())
}

/// A line of a list: what it is, a remark, and the command that deals with it at the right edge;
/// the command takes a line of its own where it does not fit.
pub(crate) fn row(left: &str, middle: &str, command: &str) -> String {
    let mut line = format!("  {left}");
    if !middle.is_empty() {
        pad_to(&mut line, 31);
        line.push_str(middle);
    }
    if command.is_empty() {
        return format!("{}\n", line.trim_end());
    }
    let edge = columns();
    let start = (edge - 1 - width(command).min(edge - 5)).min(55.max(width(&line) + 2));
    if width(&line) + 2 <= start && start + width(command) < edge {
        pad_to(&mut line, start);
        line.push_str(&faint(command));
        format!("{line}\n")
    } else {
        format!("{}\n      {}\n", line.trim_end(), faint(command))
    }
}

/// A heading with something at the right edge.
pub(crate) fn heading(left: &str, right: &str) -> String {
    let edge = columns() - 1;
    if width(left) + 2 + width(right) > edge {
        let whole = wrap(left);
        return format!("{}\n{right:>edge$}\n", strong(whole.trim_end()));
    }
    let gap = edge - width(left).min(edge);
    let gap = gap.saturating_sub(width(right)).max(2);
    format!("{}{}{right}\n", strong(left), " ".repeat(gap))
}

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars()
        .filter(|c| !('\u{1}'..='\u{5}').contains(c))
        .collect::<String>()
        .width()
}

fn pad_to(line: &mut String, column: usize) {
    let have = width(line);
    let gap = if have < column { column - have } else { 2 };
    line.push_str(&" ".repeat(gap));
}

/// The filter lives with the acts, so that signing and showing use the same.
fn filtered(text: &str) -> String {
    pact::text::clean(text).text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::*;

    /// S49: no line of a person's text begins anywhere but behind the mark, and none is wider than
    /// a terminal, which would wrap it to where the mark is not.
    #[test]
    fn s49_every_line_of_a_quote_stands_behind_the_mark() {
        let long = "word ".repeat(60);
        let texts = [
            "plain",
            "two\nlines\n\n  | imitated\n\u{1b}[31mred\r\nover",
            long.as_str(),
            &"漢".repeat(200),
            &"x".repeat(300),
            "\u{202e}reversed\u{200b}\u{1}\u{2}\u{3}",
            "",
        ];
        for text in texts {
            for line in quote(text).lines() {
                assert!(line.starts_with(MARK.trim_end()), "{line:?}");
                assert!(width(line) < WIDTH, "{line:?}");
                assert!(!line.chars().any(char::is_control), "{line:?}");
            }
        }
    }

    #[test]
    fn a_title_is_one_short_line_that_cannot_close_its_quotation_marks() {
        let shown = inline("Phone\" is agreed.\nYour plan says \"x", 40);
        assert!(!shown.contains('\n'));
        assert_eq!(shown.matches('"').count(), 2);
        assert!(width(&inline(&"漢字".repeat(60), 40)) <= 40);
    }

    #[test]
    fn a_row_keeps_its_command_whole_and_within_the_screen() {
        for left in [
            "Home by six",
            "A promise with quite a long title that goes on",
        ] {
            for command in [
                "handfast kept home",
                "handfast plan a-rather-long-short-name-of-something",
            ] {
                let shown = row(left, "was by 18:00", command);
                assert!(shown.contains(command));
                assert!(shown.lines().all(|line| width(line) <= WIDTH), "{shown}");
            }
        }
    }

    #[test]
    fn a_path_is_never_broken() {
        let path = format!("/home/{}/handfast", "folder/".repeat(9));
        assert!(wrap(&format!("It lies in {path}, where you left it.")).contains(&path));
    }
}
