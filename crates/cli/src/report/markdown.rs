//! The page as Markdown. What a person wrote stands in quotations, and every character that means
//! something to a reader of Markdown or of HTML stands behind a backslash.

use identity::Day;
use pact::calendar;

use super::{Report, Words, long};
use crate::weeks::{self, Row};

/// The whole page.
pub(crate) fn page(report: &Report) -> String {
    let names = &report.names;
    let mut page = String::from("# Our plan\n\n");
    for said in report.made() {
        page.push_str(&format!("{}\n\n", plain(&said)));
    }
    page.push_str("## Thanks\n\n");
    if report.thanks.is_empty() {
        page.push_str("None was written down in these weeks.\n\n");
    }
    for thanks in report.thanks.iter().rev() {
        page.push_str(&quote(&thanks.text));
        let about = thanks.about.as_deref();
        let about = about.map_or_else(String::new, |about| format!(", for {}", plain(about)));
        let name = plain(names.name(thanks.by));
        page.push_str(&format!("{name}, {}{about}\n\n", long(thanks.day)));
    }
    page.push_str("## What we agreed\n\n");
    if report.agreed.is_empty() {
        page.push_str("Nothing is agreed at present.\n\n");
    }
    for one in &report.agreed {
        page.push_str(&words(one));
    }
    if !report.owned.is_empty() {
        page.push_str("## What each owns\n\n");
        for one in &report.owned {
            page.push_str(&words(one));
        }
    }
    for person in [names.me, names.me.other()] {
        if person == names.me || report.both {
            page.push_str(&format!("## {}, day by day\n\n", plain(names.name(person))));
            let mut nothing = true;
            for row in report.weeks.rows.iter().filter(|row| row.person == person) {
                nothing = false;
                page.push_str(&calendar_of(row, report));
            }
            if nothing {
                page.push_str("Nothing falls in these weeks.\n\n");
            }
        }
    }
    if !report.happened.is_empty() {
        page.push_str("## What happened\n\n");
        for event in &report.happened {
            let label = plain(&event.label);
            page.push_str(&format!(
                "- {}: {label}. {}\n",
                long(event.day),
                plain(&event.text)
            ));
        }
        page.push('\n');
    }
    page.push_str("---\n\n");
    for said in report.to_know() {
        page.push_str(&format!("{said}\n\n"));
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn words(words: &Words) -> String {
    let mut out = String::new();
    for heading in [&words.title, &words.of] {
        if !heading.is_empty() {
            let mark = if out.is_empty() { "### " } else { "" };
            out.push_str(&format!("{mark}{}\n\n", plain(heading)));
        }
    }
    if !words.text.trim().is_empty() {
        out.push_str(&quote(&words.text));
    }
    for remark in &words.remarks {
        out.push_str(&format!("{}\n\n", plain(remark)));
    }
    out
}

fn calendar_of(row: &Row, report: &Report) -> String {
    let weeks = &report.weeks;
    let mut out = format!("### {}\n\n", plain(&super::clean(&weeks::title(row))));
    out.push_str(
        "| week of | Mo | Tu | We | Th | Fr | Sa | Su |\n|---|---|---|---|---|---|---|---|\n",
    );
    for monday in weeks.mondays(row) {
        out.push_str(&format!("| {} |", weeks::week_name(monday, weeks.today)));
        for day in (monday.0..=monday.0 + 6).map(Day) {
            let said = weeks.says(row, day, &report.names);
            out.push_str(&format!(" {said} |"));
        }
        out.push('\n');
    }
    out.push('\n');
    for (day, cell, words) in row.notes() {
        let when = calendar::name_seen_from(day, weeks.today);
        out.push_str(&format!("{when}, {}:\n\n", weeks::said(cell)));
        for text in words {
            out.push_str(&quote(&super::clean(text)));
        }
    }
    out
}

/// A person's text: each line of it in a quotation.
fn quote(text: &str) -> String {
    let mut out = String::new();
    for line in text.trim_end().split('\n') {
        // Two spaces at the end keep the line end.
        out.push_str(&format!("> {}  \n", plain(line)));
    }
    out.push('\n');
    out
}

/// One line in which nothing is markup: not emphasis, link, list, table, code, heading, HTML, nor an
/// address that a reader would turn into a link by itself.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let one_line = text.replace('\n', " ");
    let trimmed = one_line.trim();
    for (at, c) in trimmed.char_indices() {
        let begins = at == 0 && matches!(c, '-' | '+' | '=' | '.' | ')' | ':');
        let after_digits = matches!(c, '.' | ')')
            && at > 0
            && trimmed
                .get(..at)
                .is_some_and(|b| b.bytes().all(|b| b.is_ascii_digit()));
        let in_address = (c == ':'
            && trimmed
                .get(at..)
                .is_some_and(|rest| rest.starts_with("://")))
            || (c == '.'
                && trimmed
                    .get(..at)
                    .is_some_and(|b| b.to_lowercase().ends_with("www")));
        let markup = matches!(
            c,
            '\\' | '`'
                | '*'
                | '_'
                | '['
                | ']'
                | '<'
                | '>'
                | '#'
                | '|'
                | '~'
                | '&'
                | '!'
                | '@'
                | '$'
        );
        if begins || after_digits || in_address || markup {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::plain;

    #[test]
    fn nothing_that_a_person_wrote_is_markup() {
        for (typed, shown) in [
            ("<script>x</script>", "\\<script\\>x\\</script\\>"),
            ("[a](https://b.example)", "\\[a\\](https\\://b.example)"),
            ("- not a list", "\\- not a list"),
            ("1. not a list", "1\\. not a list"),
            ("a | b", "a \\| b"),
            ("www.example.org", "www\\.example.org"),
            ("At six. Or half past.", "At six. Or half past."),
        ] {
            assert_eq!(plain(typed), shown);
        }
    }
}
