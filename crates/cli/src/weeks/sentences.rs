//! The same days in sentences: for a screen reader, and for who likes words better than shapes.

use identity::Day;
use pact::{How, calendar};

use crate::names::Names;
use crate::render;
use crate::spoken;
use crate::weeks::{Cell, Row, Weeks, grid};

/// What stands on a day, in our words: "kept; said ahead". Empty if nothing does.
pub(crate) fn said(cell: &Cell) -> String {
    let mut said = Vec::new();
    if let Some(noted) = &cell.noted {
        let how = match noted.how {
            How::Kept => "kept",
            How::Partly => "partly",
            How::Missed => "missed",
        };
        said.push(how.to_owned());
    }
    if !cell.told.is_empty() {
        said.push("said ahead".to_owned());
    }
    if !cell.setbacks.is_empty() {
        said.push("a setback".to_owned());
    }
    if !cell.amends.is_empty() {
        said.push("amends".to_owned());
    }
    // Each for itself: who came back from one of two has not come back from both.
    if cell.came_back > 0 {
        let pauses = counted(cell.came_back, "a pause", "pauses");
        said.push(format!("{pauses}, and came back"));
    }
    if cell.only_paused > 0 {
        said.push(if cell.came_back > 0 {
            counted(cell.only_paused, "another pause", "more pauses")
        } else {
            counted(cell.only_paused, "a pause", "pauses")
        });
    }
    said.join(", ")
}

/// "a pause", "two pauses".
fn counted(n: u16, one: &str, more: &str) -> String {
    match n {
        1 => one.to_owned(),
        n => format!("{} {more}", spoken::number(n)),
    }
}

/// The calendars as sentences, each with what its author wrote.
pub(crate) fn in_sentences(weeks: &Weeks, names: &Names) -> String {
    let mut page = String::new();
    for row in &weeks.rows {
        let name = render::title(names.name(row.person), 20);
        page.push_str(&format!(
            "\n{}\n",
            render::strong(&format!("{}, {name}", grid::title(row)))
        ));
        if let Some(rule) = &row.rule {
            let mut due = format!("  Due {}", rule.in_words());
            if let Some(by) = row.by {
                due.push_str(&format!(", by {}", calendar::time(by)));
            }
            page.push_str(&render::wrap(&format!("{due}.")));
        }
        let mut nothing = true;
        let mut blanks: Option<(Day, Day)> = None;
        for (day, cell) in &row.days {
            if is_blank(row, *day, cell, weeks, names) {
                blanks = Some((blanks.map_or(*day, |(first, _)| first), *day));
                continue;
            }
            let written = sentence(row, *day, cell, weeks);
            if !written.is_empty() {
                page.push_str(&blank(blanks.take(), weeks));
                nothing = false;
            }
            page.push_str(&written);
        }
        nothing &= blanks.is_none();
        page.push_str(&blank(blanks, weeks));
        if nothing {
            page.push_str(grid::NOTHING);
        }
    }
    page
}

/// A blank of one's own is said; of the other's nothing is said that is not there.
fn is_blank(row: &Row, day: Day, cell: &Cell, weeks: &Weeks, names: &Names) -> bool {
    row.person == names.me && cell.due && !cell.stands() && day <= weeks.today
}

/// Blanks that follow each other, in one line.
fn blank(days: Option<(Day, Day)>, weeks: &Weeks) -> String {
    let name = |day| calendar::name_seen_from(day, weeks.today);
    match days {
        None => String::new(),
        Some((first, last)) if first == last => format!("  {}: a blank.\n", name(first)),
        Some((first, last)) => {
            render::wrap(&format!("  {} to {}: blank.", name(first), name(last)))
        }
    }
}

fn sentence(row: &Row, day: Day, cell: &Cell, weeks: &Weeks) -> String {
    if !cell.stands() {
        return String::new();
    }
    let when = calendar::name_seen_from(day, weeks.today);
    let script = cell.noted.as_ref().is_some_and(|noted| noted.unattended);
    let by_script = if script { " (by a script)" } else { "" };
    let not_due = if cell.due || row.rule.is_none() {
        ""
    } else {
        " Not due that day."
    };
    let mut out = render::wrap(&format!("  {when}: {}{by_script}.{not_due}", said(cell)));
    for text in cell.words() {
        out.push_str(&render::quote(text));
    }
    out
}
