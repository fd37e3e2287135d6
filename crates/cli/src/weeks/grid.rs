//! Weeks in rows: each day a shape, told apart without colour too.

use identity::Day;
use pact::calendar;

use crate::names::Names;
use crate::render;
use crate::weeks::{Cell, Face, Row, Weeks, week_name};

/// Of what has no week to show.
pub(super) const NOTHING: &str = "  Nothing stands here in these weeks.\n";

/// How wide a day is, and the name of a week.
#[derive(Debug, Clone, Copy)]
struct Widths {
    day: usize,
    week: usize,
}

impl Widths {
    /// As on a page of eighty columns; closer together where the terminal has fewer.
    fn of(weeks: &Weeks, columns: usize) -> Self {
        let wide = Self { day: 6, week: 19 };
        if columns > wide.week + 7 * wide.day {
            return wide;
        }
        let cells = weeks.rows.iter().flat_map(|row| row.days.values());
        let most = cells.map(|cell| signs(Some(cell)).len()).max();
        let mondays = weeks.rows.iter().flat_map(|row| weeks.mondays(row));
        let names = mondays.map(|monday| week_name(monday, weeks.today));
        let longest = names.map(|name| render::width(&name)).max();
        Self {
            day: (2 + most.unwrap_or_default()).max(3),
            week: 5 + longest.unwrap_or_default(),
        }
    }
}

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
        (cell.paused(), '='),
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
    let widths = Widths::of(weeks, render::columns());
    let Widths {
        day: wide,
        week: edge,
    } = widths;
    for row in &weeks.rows {
        page.push_str(&format!("\n{}", head(row, names)));
        if weeks.mondays(row).next().is_none() {
            page.push_str(NOTHING);
            continue;
        }
        page.push_str(&format!("{:edge$}", ""));
        let names: String = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
            .iter()
            .map(|day| format!("{day:<wide$}"))
            .collect();
        page.push_str(&format!("{}\n", render::faint(names.trim_end())));
        for monday in weeks.mondays(row) {
            page.push_str(&week(row, weeks, monday, fine, widths));
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
    if render::width(&title) + render::width(&when) + 2 < render::columns() {
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

fn week(row: &Row, weeks: &Weeks, monday: Day, fine: bool, widths: Widths) -> String {
    let name = week_name(monday, weeks.today);
    let mut line = format!("  {name:>width$}   ", width = widths.week - 5);
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
        line.push_str(&" ".repeat(widths.day.saturating_sub(used)));
    }
    trim_end(&mut line);
    line
}

fn trim_end(line: &mut String) {
    line.truncate(line.trim_end().len());
    line.push('\n');
}
