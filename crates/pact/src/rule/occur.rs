//! Which days a rule falls on: RFC 5545 recurrence (3.3.10) for the few parts that are used here.
//!
//! Nothing is searched for. A day is asked by itself: does it lie in a period of the rule's beat,
//! and do the parts of the rule let it pass? So the work for a window depends on its length alone,
//! whatever rule the other person's modified program sends. `tests/rules.rs` holds this against a
//! library of recurrence.

use chrono::{Datelike, NaiveDate, Weekday};
use identity::Day;

use super::{ByDay, Freq, Rule};
use crate::calendar;

/// The longest window that is answered at once: a leap year and a day. What lies beyond it is
/// left out.
pub const MAX_WINDOW: u32 = 367;

/// Whether the rule, first due from `from` on, falls on that day.
#[must_use]
pub fn occurs_on(rule: &Rule, from: Day, day: Day) -> bool {
    !occurrences(rule, from, day, day).is_empty()
}

/// The days between `first` and `last` on which the rule falls, in order. `from` is the first day
/// on which it can be due, and sets its beat: a rule for every other week counts from the week of
/// `from`.
#[must_use]
pub fn occurrences(rule: &Rule, from: Day, first: Day, last: Day) -> Vec<Day> {
    let first = first.max(from);
    let last = last.min(first.plus(MAX_WINDOW - 1)).min(calendar::LAST);
    let Some(start) = calendar::date(from).filter(|_| first <= last) else {
        return Vec::new();
    };
    if rule.once {
        return if first == from {
            vec![from]
        } else {
            Vec::new()
        };
    }
    let full = with_start(rule, start);
    (first.0..=last.0)
        .map(Day)
        .filter(|day| {
            calendar::date(*day)
                .is_some_and(|date| is_on_the_beat(&full, start, date) && passes(&full, date))
        })
        .collect()
}

/// What RFC 5545 takes from the start where a rule does not say it, said.
fn with_start(rule: &Rule, from: NaiveDate) -> Rule {
    let mut full = rule.clone();
    let month_day = i8::try_from(from.day()).unwrap_or(1);
    let no_day = full.by_day.is_empty() && full.by_month_day.is_empty();
    match full.freq {
        Freq::Daily => {}
        Freq::Weekly if no_day => {
            full.by_day = vec![ByDay {
                nth: 0,
                weekday: weekday(from),
            }];
        }
        Freq::Monthly if no_day => full.by_month_day = vec![month_day],
        Freq::Yearly if no_day => {
            if full.by_month.is_empty() {
                full.by_month = vec![u8::try_from(from.month()).unwrap_or(1)];
            }
            full.by_month_day = vec![month_day];
        }
        Freq::Weekly | Freq::Monthly | Freq::Yearly => {}
    }
    full
}

/// Whether the day lies in a day, week, month or year that the interval does not pass over.
fn is_on_the_beat(rule: &Rule, from: NaiveDate, date: NaiveDate) -> bool {
    let month = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
    let passed = match rule.freq {
        Freq::Daily => date.signed_duration_since(from).num_days(),
        Freq::Weekly => {
            let monday = from.week(Weekday::Mon).checked_first_day().unwrap_or(from);
            date.signed_duration_since(monday).num_days() / 7
        }
        Freq::Monthly => month(date) - month(from),
        Freq::Yearly => i64::from(date.year()) - i64::from(from.year()),
    };
    passed.checked_rem(i64::from(rule.interval)) == Some(0)
}

/// Whether the parts of the rule let this day pass.
fn passes(rule: &Rule, date: NaiveDate) -> bool {
    let month = u8::try_from(date.month()).unwrap_or(0);
    let day = i8::try_from(date.day()).unwrap_or(0);
    let length = i8::try_from(date.num_days_in_month()).unwrap_or(31);
    let (weekday, nth, nth_last) = (weekday(date), (day + 6) / 7, (length - day) / 7 + 1);
    let in_month = rule.by_month.is_empty() || rule.by_month.contains(&month);
    let on_month_day = rule.by_month_day.is_empty()
        || rule.by_month_day.contains(&day)
        || rule.by_month_day.contains(&(day - length - 1));
    let on_weekday = rule.by_day.is_empty()
        || rule.by_day.iter().any(|by| {
            by.weekday == weekday && (by.nth == 0 || by.nth == nth || by.nth == -nth_last)
        });
    in_month && on_month_day && on_weekday
}

/// 0 = Monday.
fn weekday(date: NaiveDate) -> u8 {
    u8::try_from(date.weekday().num_days_from_monday()).unwrap_or(0)
}
