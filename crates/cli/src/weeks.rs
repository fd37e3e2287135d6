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

use crate::names::Names;

pub(crate) use gather::{Reach, Records, gather, of};
pub(crate) use grid::{legend, text, title};
pub(crate) use sentences::{in_sentences, said};

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
    /// The last day on which it held, if that day is over.
    pub(crate) ended: Option<Day>,
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
    /// The pauses of that day from which their author came back. One that another follows ends with it.
    pub(crate) came_back: u16,
    /// Those without a return. That no return stands is never said.
    pub(crate) only_paused: u16,
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

impl Face {
    /// The same in words; a day that has not come says nothing.
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Partly => "partly",
            Self::Missed => "missed",
            Self::Blank => "a blank",
            Self::NotDue => "not due",
            Self::Ahead => "",
        }
    }
}

impl Cell {
    /// What its author wrote about the day.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let notes = self.noted.iter().map(|noted| &noted.note);
        let all = notes
            .chain(&self.told)
            .chain(&self.setbacks)
            .chain(&self.amends);
        all.map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Whether a pause was taken that day.
    pub(crate) const fn paused(&self) -> bool {
        self.came_back > 0 || self.only_paused > 0
    }

    /// Whether a person wrote something about the day.
    pub(crate) fn stands(&self) -> bool {
        self.noted.is_some()
            || self.paused()
            || !(self.told.is_empty() && self.setbacks.is_empty() && self.amends.is_empty())
    }
}

impl Row {
    /// What was written on some of the days; what was said ahead of several stands at the first.
    pub(crate) fn notes(&self) -> Vec<(Day, &Cell, Vec<&str>)> {
        let mut before: &[String] = &[];
        let mut notes = Vec::new();
        for (day, cell) in &self.days {
            let again = |text: &&str| cell.told.iter().any(|told| told == text);
            let words: Vec<&str> = cell
                .words()
                .filter(|text| !(again(text) && before.iter().any(|told| told == text)))
                .collect();
            before = &cell.told;
            if !words.is_empty() {
                notes.push((*day, cell, words));
            }
        }
        notes
    }

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
    /// What a day is to be said as. Of the other's blanks nothing is said: a blank is nothing.
    pub(crate) fn says(&self, row: &Row, day: Day, names: &Names) -> String {
        let stands = row.days.get(&day).filter(|cell| cell.stands());
        match (stands, row.face(day, self.today)) {
            (Some(cell), _) => sentences::said(cell),
            (None, Face::Blank) if row.person != names.me => String::new(),
            (None, face) => face.in_words().to_owned(),
        }
    }

    /// Without what is over, where nothing fell or stands on any of these days.
    #[must_use]
    pub(crate) fn listed(mut self) -> Self {
        self.rows
            .retain(|row| row.ended.is_none() || !row.days.is_empty());
        self
    }

    /// The Mondays of the weeks of which a calendar says something, oldest first: none before its
    /// first day, and after its end those alone in which something stands.
    pub(crate) fn mondays<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = Day> + 'a {
        let began = row.days.keys().next().copied().unwrap_or(self.last);
        let says = move |monday: &Day| {
            let stands = |(_, cell): (&Day, &Cell)| cell.stands();
            match row.ended {
                Some(ended) if ended < *monday || row.days.is_empty() => {
                    row.days.range(*monday..=monday.plus(6)).any(stands)
                }
                _ => began <= monday.plus(6),
            }
        };
        let all = (self.first.0..=self.last.0).step_by(7).map(Day);
        all.filter(says)
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
