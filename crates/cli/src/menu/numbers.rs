//! The numbers of the menu in what the verbs say: who reads `handfast kept home` there is told under
//! which numbers that stands, and may type either.

use std::borrow::Cow;

use crate::render::MARK;

use super::pages::{Does, MAIN, Page};

/// Before a verb, in everything that we say.
const PROGRAM: &str = "handfast ";

/// What is said, with the numbers of the menu in front of each verb: `[6,1] kept home`. A person's own
/// words are left as they are.
pub(crate) fn with_numbers(text: &str) -> Cow<'_, str> {
    if !text.contains(PROGRAM) {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive('\n').map(|line| {
        if line.starts_with(MARK.trim_end()) {
            line.to_owned()
        } else {
            numbered(line)
        }
    });
    Cow::Owned(lines.collect())
}

fn numbered(line: &str) -> String {
    let mut said = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(PROGRAM) {
        said.push_str(before);
        match number(after) {
            Some(number) => said.push_str(&format!("[{number}] ")),
            None => said.push_str(PROGRAM),
        }
        rest = after;
    }
    said.push_str(rest);
    said
}

/// Under which numbers a line stands, by as many of its words as a choice has.
fn number(line: &str) -> Option<String> {
    let is_end =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '.' | ',' | ';' | ')');
    let words: Vec<&str> = line.split(is_end).take(2).collect();
    let alias = match words.first().copied() {
        Some("decline") => vec!["agree"],
        Some("diff") => vec!["compare"],
        _ => words,
    };
    let mut best: Option<(usize, Vec<usize>)> = None;
    let mut path = Vec::new();
    look(&MAIN, &alias, &mut path, &mut best);
    let numbers: Vec<String> = best?.1.iter().map(usize::to_string).collect();
    Some(numbers.join(","))
}

/// The first choice with the most words in common, all of its own among them.
fn look(
    page: &'static Page,
    words: &[&str],
    path: &mut Vec<usize>,
    best: &mut Option<(usize, Vec<usize>)>,
) {
    for (n, choice) in (1..).zip(page.choices) {
        path.push(n);
        if let Does::Page(page) = choice.does {
            look(page, words, path, best);
        } else {
            let line = choice.line();
            let fits = !line.is_empty() && words.starts_with(line);
            if fits && best.as_ref().is_none_or(|(most, _)| *most < line.len()) {
                *best = Some((line.len(), path.clone()));
            }
        }
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::with_numbers;

    #[test]
    fn verbs_are_told_under_their_numbers_and_words_of_a_person_are_left() {
        for (said, there) in [
            (
                "you can take it back: handfast undo",
                "you can take it back: [6,7] undo",
            ),
            (
                "handfast kept home   handfast missed home",
                "[6,1] kept home   [6,3] missed home",
            ),
            (
                "handfast boundary lift voices",
                "[3,8,3] boundary lift voices",
            ),
            ("handfast boundary", "[3,8,1] boundary"),
            ("handfast help safety.", "[4,7] help safety."),
            ("handfast plan", "[3,1] plan"),
            ("handfast tour", "handfast tour"),
            ("  | handfast undo", "  | handfast undo"),
            ("\u{3}handfast thanks\u{2}", "\u{3}[2] thanks\u{2}"),
        ] {
            assert_eq!(with_numbers(said), there);
        }
    }
}
