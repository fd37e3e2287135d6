//! What somebody types at the menu: a number, several at once, or the words of a verb.

use clap::CommandFactory;

use crate::cli::Cli;

use super::pages::{Choice, Does, MAIN, Page};

/// What is meant by a typed line.
pub(crate) enum Typed {
    Choice(&'static Choice),
    /// A verb with all that belongs to it.
    Line(Vec<String>),
}

/// Reads it: one number is of this page, several begin at the first one. `None` means nothing.
pub(crate) fn read(typed: &str, page: &'static Page) -> Option<Typed> {
    let words = words(typed);
    let mut words = words.as_slice();
    if let [first, rest @ ..] = words
        && first == "handfast"
    {
        words = rest;
    }
    // "[6,1] kept home" as it was read.
    if let [first, rest @ ..] = words
        && !rest.is_empty()
        && path(first).is_some()
        && path(&rest.concat()).is_none()
    {
        words = rest;
    }
    if words.first().is_some_and(|verb| is_verb(verb)) {
        return Some(Typed::Line(words.to_vec()));
    }
    let choice = match path(typed)?.as_slice() {
        [one] => at(page, *one),
        several => along(several),
    };
    choice.map(Typed::Choice)
}

/// "6,1", "6 1", "6, then 1", "`[6,1]`".
fn path(typed: &str) -> Option<Vec<usize>> {
    let numbers = typed
        .split(|c: char| matches!(c, ',' | '[' | ']') || c.is_whitespace())
        .filter(|word| !word.is_empty() && *word != "then");
    let path: Vec<usize> = numbers.map(|n| n.parse().ok()).collect::<Option<_>>()?;
    (!path.is_empty()).then_some(path)
}

fn at(page: &'static Page, number: usize) -> Option<&'static Choice> {
    page.choices.get(number.checked_sub(1)?)
}

fn along(path: &[usize]) -> Option<&'static Choice> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(at(&MAIN, *first)?, |choice, number| {
        let Does::Page(page) = choice.does else {
            return None;
        };
        at(page, *number)
    })
}

fn is_verb(word: &str) -> bool {
    Cli::command().find_subcommand(word).is_some()
}

/// Words apart by blanks; what stands between quotation marks is one.
fn words(typed: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for c in typed.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(typed: &str) -> String {
        match read(typed, &MAIN) {
            Some(Typed::Choice(choice)) => choice.label.to_owned(),
            Some(Typed::Line(line)) => line.join("|"),
            None => String::new(),
        }
    }

    #[test]
    fn numbers_and_words_as_people_type_them() {
        for typed in ["6,7", "6 7", "6, 7", "6, then 7"] {
            assert_eq!(meant(typed), "Take back my last step", "{typed}");
        }
        assert_eq!(meant("3"), "The plan");
        assert_eq!(meant("kept home --on friday"), "kept|home|--on|friday");
        assert_eq!(
            meant("handfast thanks \"You didn't shout\""),
            "thanks|You didn't shout"
        );
        assert_eq!(meant("6,1 kept home"), "kept|home");
        assert_eq!(meant("[6,1] kept home"), "kept|home");
        assert_eq!(meant("[4,2]"), "I am back");
        for typed in ["0", "99", "6,99", "2,1", "hello", "6,1 hello", ""] {
            assert_eq!(meant(typed), "", "{typed}");
        }
    }
}
