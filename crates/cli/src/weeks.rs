//! What was noted day by day, gathered once for every page that shows it: `days`, the report and
//! the full-screen view.
//!
//! A blank is a day on which something was due and nothing stands: it is neither a miss nor a day
//! on which nothing was due. Nothing here is added up (S15).

mod gather;
mod grid;
mod sentences;

use std::collections::BTreeMap;

use identity::{Day, Person};
use pact::{How, Rule, What, calendar};

pub(crate) use gather::{Reach, gather};
pub(crate) use grid::{legend, text};
pub(crate) use sentences::in_sentences;

/// The calendars of some weeks, each of one promise and one person.
pub(crate) struct Weeks {
    /// A Monday.
    pub(crate) first: Day,
    /// The last day that is shown.
    pub(crate) last: Day,
    pub(crate) today: Day,
    pub(crate) rows: Vec<Row>,
}

/// One promise of one person, day by day; or what stands on no promise.
pub(crate) struct Row {
    pub(crate) person: Person,
    /// None: hard moments that name nothing.
    pub(crate) what: Option<What>,
    pub(crate) short: String,
    pub(crate) title: String,
    /// The days it is for, of the words that hold now or held last.
    pub(crate) rule: Option<Rule>,
    pub(crate) by: Option<u16>,
    /// The days on which something was due or something stands.
    pub(crate) days: BTreeMap<Day, Cell>,
}

/// One day.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) due: bool,
    pub(crate) noted: Option<Noted>,
    /// Said ahead, for this day.
    pub(crate) told: Vec<String>,
    pub(crate) setbacks: Vec<String>,
    pub(crate) amends: Vec<String>,
    pub(crate) paused: bool,
}

/// What its author says about the day; the later one where there are several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) how: How,
    pub(crate) note: String,
    pub(crate) unattended: bool,
}

/// What a day looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Face {
    Kept,
    Partly,
    Missed,
    /// It was due, and nothing stands.
    Blank,
    NotDue,
    /// It has not come yet.
    Ahead,
}

impl Cell {
    /// Whether a person wrote something about the day.
    pub(crate) fn stands(&self) -> bool {
        self.noted.is_some()
            || self.paused
            || !(self.told.is_empty() && self.setbacks.is_empty() && self.amends.is_empty())
    }
}

impl Row {
    /// What that day looks like, seen from today.
    pub(crate) fn face(&self, day: Day, today: Day) -> Face {
        let cell = self.days.get(&day);
        match cell.and_then(|cell| cell.noted.as_ref()) {
            Some(noted) => match noted.how {
                How::Kept => Face::Kept,
                How::Partly => Face::Partly,
                How::Missed => Face::Missed,
            },
            None if day > today => Face::Ahead,
            None if cell.is_some_and(|cell| cell.due) => Face::Blank,
            None => Face::NotDue,
        }
    }
}

impl Weeks {
    /// The Mondays, oldest first.
    pub(crate) fn mondays(&self) -> impl Iterator<Item = Day> + '_ {
        (self.first.0..=self.last.0).step_by(7).map(Day)
    }
}

/// The Monday of a day's week.
pub(crate) fn monday(day: Day) -> Day {
    // 1970-01-01 was a Thursday.
    Day(day.0.saturating_sub((day.0 + 3) % 7))
}

/// "3 March", with the year where it is another one.
pub(crate) fn week_name(monday: Day, today: Day) -> String {
    calendar::short_name_seen_from(monday, today)
}
