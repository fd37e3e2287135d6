//! What the four panes hold: the pages of `status`, `plan`, `days` and `log`, line by line, and
//! behind a line the whole of what it is about.

use node::Home;

use super::{Pane, Row};
use crate::entry::Entry;
use crate::items::Items;
use crate::names::Names;
use crate::narrow;
use crate::render;
use crate::states;
use crate::told::{self, Wanted};
use crate::trouble::{Trouble, home_trouble};
use crate::verbs::status;
use crate::weeks::{self, Reach, Weeks};

/// How much of what happened is here; the rest is in `log`.
const RECENT: usize = 200;

/// All four.
pub(crate) fn gather(home: &mut Home, fine: bool) -> Result<Vec<Pane>, Trouble> {
    let names = Names::of(home)?;
    Ok(vec![
        Pane {
            name: "Today",
            rows: rows(&status::text_of(home)?),
        },
        Pane {
            name: "Plan",
            rows: plan(home, &names)?,
        },
        Pane {
            name: "Days",
            rows: days(home, &names, fine)?,
        },
        Pane {
            name: "Log",
            rows: log(home, &names)?,
        },
    ])
}

/// A page as lines with nothing behind them.
pub(super) fn rows(page: &str) -> Vec<Row> {
    lines(page, None)
}

/// The lines of a page, none wider than the screen, with the same behind each.
fn lines(page: &str, whole: Option<&str>) -> Vec<Row> {
    let row = |text: &str| Row {
        text: text.to_owned(),
        whole: whole.map(str::to_owned),
    };
    let page = narrow::fit(page, render::columns());
    page.trim_end_matches('\n').split('\n').map(row).collect()
}

fn plan(home: &mut Home, names: &Names) -> Result<Vec<Row>, Trouble> {
    let today = home.today();
    let items = Items::all(home, today)?;
    let view = home.view().map_err(home_trouble)?;
    let mut found: Vec<Row> = Vec::new();
    // What both let go is read on its own page, as in `plan`.
    for item in &items.those(|item| !states::is_let_go(item, view, today)).0 {
        let body = told::body(item, Wanted::All, names, today);
        if body.trim().is_empty() {
            continue;
        }
        let whole = told::headed(item, names) + &body + &told::other_words(item, names);
        // Its short name stands on a line of its own where the screen is narrow.
        found.append(&mut lines(&told::named(item), Some(&whole)));
    }
    if found.is_empty() {
        return Ok(rows("Nothing stands here yet."));
    }
    let mut all = rows(&format!("{}\n", render::strong("Our plan")));
    all.append(&mut found);
    Ok(all)
}

fn days(home: &mut Home, names: &Names, fine: bool) -> Result<Vec<Row>, Trouble> {
    let today = home.today();
    let mut weeks = weeks::gather(home, names, Reach::usual(today))?.listed();
    if weeks.rows.is_empty() {
        return Ok(rows("Nothing falls in these weeks."));
    }
    let mut all = Vec::new();
    for row in std::mem::take(&mut weeks.rows) {
        let one = Weeks {
            rows: vec![row],
            ..weeks
        };
        let whole = weeks::in_sentences(&one, names);
        let whole = whole.trim_start_matches('\n');
        for text in weeks::text(&one, names, fine).lines() {
            all.push(Row {
                text: text.to_owned(),
                whole: Some(whole.to_owned()),
            });
        }
    }
    all.remove(0);
    all.extend(rows(&format!("\n{}", weeks::legend(fine))));
    Ok(all)
}

/// Newest first: what one looks for is mostly of these days.
fn log(home: &mut Home, names: &Names) -> Result<Vec<Row>, Trouble> {
    let today = home.today();
    let (kept, _) = home.last(RECENT, None).map_err(home_trouble)?;
    let view = home.view().map_err(home_trouble)?;
    let mut all: Vec<Row> = Vec::new();
    let mut day = None;
    let mut before: Option<Entry> = None;
    for kept in kept.iter().rev() {
        let entry = Entry::of(kept, view, names, today);
        let again = before.as_ref().is_some_and(|before| {
            entry.kind == "edit"
                && before.kind == "edit"
                && (before.person, before.day, before.remark)
                    == (entry.person, entry.day, entry.remark)
        });
        if again {
            continue;
        }
        let name = pact::calendar::name_seen_from(entry.day, today);
        if day != Some(entry.day) {
            if day.is_some() {
                all.push(Row::default());
            }
            all.push(Row {
                text: render::strong(&name),
                whole: None,
            });
            day = Some(entry.day);
        }
        let line = entry.line(names);
        let first = line.lines().next().unwrap_or_default();
        let whole = format!("{}\n{line}", render::strong(&name));
        all.append(&mut lines(first, Some(&whole)));
        before = Some(entry);
    }
    if all.is_empty() {
        return Ok(rows("Nothing yet."));
    }
    Ok(all)
}
