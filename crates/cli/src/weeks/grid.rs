//! Weeks in rows: each day a shape, told apart without colour too.

use identity::Day;
use pact::calendar;

use crate::names::Names;
use crate::render;
use crate::weeks::{Cell, Face, Row, Weeks, week_name};

/// The width of a day.
const DAY: usize = 6;
/// The width of the name of a week.
const WEEK: usize = 19;

/// The shape of a day. In a terminal that has no more than ASCII, letters of a typewriter.
pub(crate) fn shape(face: Face, fine: bool) -> &'static str {
    match (face, fine) {
        (Face::Kept, true) => "●",
        (Face::Partly, true) => "◐",
        (Face::Missed, true) => "○",
        (Face::NotDue, true) => "·",
        (Face::Kept, false) => "x",
        (Face::Partly, false) => "/",
        (Face::Missed, false) => "o",
        (Face::NotDue, false) => ".",
        (Face::Blank | Face::Ahead, _) => " ",
    }
}

/// What else stands on the day, one sign each.
pub(crate) fn signs(cell: Option<&Cell>) -> String {
    let Some(cell) = cell else {
        return String::new();
    };
    [
        (!cell.told.is_empty(), '>'),
        (!cell.setbacks.is_empty(), '~'),
        (!cell.amends.is_empty(), '+'),
        (cell.paused, '='),
    ]
    .iter()
    .filter(|(stands, _)| *stands)
    .map(|(_, sign)| sign)
    .collect()
}

/// What the shapes mean, in two lines.
pub(crate) fn legend(fine: bool) -> String {
    let shape = |face| {
        let shape = shape(face, fine);
        match face {
            Face::Kept => render::leaf(shape),
            Face::Partly => render::sea(shape),
            Face::Missed => render::strong(shape),
            Face::NotDue => render::faint(shape),
            Face::Blank | Face::Ahead => shape.to_owned(),
        }
    };
    format!(
        "  {} kept    {} partly    {} missed    {} not due    nothing at all: a blank\n  \
         {} said ahead    {} setback    {} amends    {} pause\n",
        shape(Face::Kept),
        shape(Face::Partly),
        shape(Face::Missed),
        shape(Face::NotDue),
        render::sea(">"),
        render::strong("~"),
        render::leaf("+"),
        render::sea("="),
    )
}

/// The calendars one under the other.
pub(crate) fn text(weeks: &Weeks, names: &Names, fine: bool) -> String {
    let mut page = String::new();
    for row in &weeks.rows {
        page.push_str(&format!("\n{}", head(row, names)));
        page.push_str(&format!("{:WEEK$}", ""));
        let names: String = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
            .iter()
            .map(|day| format!("{day:<DAY$}"))
            .collect();
        page.push_str(&format!("{}\n", render::faint(names.trim_end())));
        // Weeks before the first day of a promise say nothing.
        let began = row.days.keys().next().copied().unwrap_or(weeks.last);
        for monday in weeks.mondays().filter(|monday| began <= monday.plus(6)) {
            page.push_str(&week(row, weeks, monday, fine));
        }
    }
    page
}

/// Whose it is, what it is called, and when it is due.
fn head(row: &Row, names: &Names) -> String {
    let name = render::title(names.name(row.person), 20);
    let title = title(row);
    let mut when = name;
    if let Some(rule) = &row.rule {
        when.push_str(&format!(", {}", rule.in_words()));
    }
    if let Some(by) = row.by {
        when.push_str(&format!(", by {}", calendar::time(by)));
    }
    if render::width(&title) + render::width(&when) + 2 < render::WIDTH {
        render::heading(&title, &when)
    } else {
        format!(
            "{}\n{}",
            render::strong(&title),
            render::wrap(&format!("  {when}"))
        )
    }
}

/// What a calendar is called.
pub(crate) fn title(row: &Row) -> String {
    match row.what {
        None => "A hard moment".into(),
        Some(_) if row.title.is_empty() => "Something that is not here".into(),
        Some(_) => render::title(&row.title, 50),
    }
}

fn week(row: &Row, weeks: &Weeks, monday: Day, fine: bool) -> String {
    let name = week_name(monday, weeks.today);
    let mut line = format!("  {name:>width$}  ", width = WEEK - 5);
    line.push(' ');
    for day in (monday.0..=monday.0 + 6).map(Day) {
        let face = row.face(day, weeks.today);
        let shape = shape(face, fine);
        let signs = signs(row.days.get(&day));
        let painted = match face {
            Face::Kept => render::leaf(shape),
            Face::Partly => render::sea(shape),
            Face::Missed => render::strong(shape),
            Face::NotDue => render::faint(shape),
            Face::Blank | Face::Ahead => shape.to_owned(),
        };
        line.push_str(&painted);
        line.push_str(&signs);
        let used = 1 + signs.len();
        line.push_str(&" ".repeat(DAY.saturating_sub(used)));
    }
    trim_end(&mut line);
    line
}

fn trim_end(line: &mut String) {
    line.truncate(line.trim_end().len());
    line.push('\n');
}
