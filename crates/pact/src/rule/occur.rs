//! Which days a rule falls on, by the `ical-rs` library, one bounded window at a time.
//!
//! The library walks from the start of a rule, a period after another, up to its end. So it is given
//! the end of the window as the rule's end, and a start that lies whole intervals later, close before
//! the window: then the work depends on the length of the window alone, whatever rule the other
//! person's modified program sends. `tests/rules.rs` holds this against another library.

use chrono::{Datelike, Months, NaiveDate};
use ical::recur::expand::IcalRecurExpand;
use ical::recur::{
    IcalRecurDateTime, IcalRecurFreq, IcalRecurRule, IcalRecurSkip, IcalRecurWeekday,
    IcalRecurWeekdayNum,
};
use identity::Day;

use super::{ByDay, Freq, Rule};
use crate::calendar;

/// The longest window that is answered at once: a leap year and a day. What lies beyond it is
/// left out.
pub const MAX_WINDOW: u32 = 367;

const SECONDS_A_DAY: i64 = 86_400;

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
    if first > last {
        return Vec::new();
    }
    let Some(start) = moved_forward(rule, from, first) else {
        return Vec::new();
    };
    IcalRecurExpand::new(asked(rule, from, last), midnight(start))
        .filter_map(day)
        .filter(|day| *day >= first)
        .collect()
}

/// The last day no later than `first` that is on the rule's beat as `from` is. What is due once is
/// counted from its one day.
fn moved_forward(rule: &Rule, from: Day, first: Day) -> Option<Day> {
    let interval = u32::from(rule.interval);
    let whole = |passed: u32, beat: u32| passed - passed.checked_rem(beat).unwrap_or(0);
    let days = |beat| Some(from.plus(whole(first.0.saturating_sub(from.0), beat)));
    // Months begin on their first day: each of them has one, and a year its first of January.
    let months = |begin: NaiveDate, beat| {
        let month = |date: NaiveDate| {
            date.year()
                .saturating_mul(12)
                .saturating_add_unsigned(date.month0())
        };
        let passed = month(calendar::date(first)?).saturating_sub(month(begin));
        let months = Months::new(whole(u32::try_from(passed).ok()?, beat));
        calendar::day(begin.checked_add_months(months)?)
    };
    match rule.freq {
        _ if rule.once => Some(from),
        Freq::Daily => days(interval),
        Freq::Weekly => days(interval.saturating_mul(7)),
        Freq::Monthly => months(calendar::date(from)?.with_day(1)?, interval),
        Freq::Yearly => months(
            calendar::date(from)?.with_ordinal(1)?,
            interval.saturating_mul(12),
        ),
    }
}

/// The rule as the library is asked. A day of the month that the rule leaves to its start (RFC 5545,
/// 3.3.10) is said, since the start that the library gets is the first of one.
fn asked(rule: &Rule, from: Day, last: Day) -> IcalRecurRule {
    let from = midnight(from);
    let no_day = rule.by_day.is_empty() && rule.by_month_day.is_empty();
    let by_year = rule.freq == Freq::Yearly;
    let by_month_day = if no_day && (by_year || rule.freq == Freq::Monthly) {
        vec![i8::try_from(from.day).unwrap_or(1)]
    } else {
        rule.by_month_day.clone()
    };
    let by_month = if no_day && by_year && rule.by_month.is_empty() {
        vec![from.month]
    } else {
        rule.by_month.clone()
    };
    IcalRecurRule {
        freq: match rule.freq {
            Freq::Daily => IcalRecurFreq::Daily,
            Freq::Weekly => IcalRecurFreq::Weekly,
            Freq::Monthly => IcalRecurFreq::Monthly,
            Freq::Yearly => IcalRecurFreq::Yearly,
        },
        until: Some(midnight(last)),
        count: rule.once.then_some(1),
        interval: rule.interval.into(),
        by_second: Vec::new(),
        by_minute: Vec::new(),
        by_hour: Vec::new(),
        by_day: rule.by_day.iter().map(weekday).collect(),
        by_month_day,
        by_year_day: Vec::new(),
        by_week_no: Vec::new(),
        by_month,
        by_set_pos: Vec::new(),
        week_start: IcalRecurWeekday::Monday,
        scale: None,
        skip: IcalRecurSkip::Omit,
    }
}

fn weekday(by: &ByDay) -> IcalRecurWeekdayNum {
    IcalRecurWeekdayNum {
        ordinal: (by.nth != 0).then_some(by.nth.into()),
        weekday: match by.weekday {
            0 => IcalRecurWeekday::Monday,
            1 => IcalRecurWeekday::Tuesday,
            2 => IcalRecurWeekday::Wednesday,
            3 => IcalRecurWeekday::Thursday,
            4 => IcalRecurWeekday::Friday,
            5 => IcalRecurWeekday::Saturday,
            _ => IcalRecurWeekday::Sunday,
        },
    }
}

/// The library counts in moments of no time zone; midnight stands for a day.
fn midnight(day: Day) -> IcalRecurDateTime {
    IcalRecurDateTime::from_seconds(i64::from(day.0) * SECONDS_A_DAY)
}

fn day(moment: IcalRecurDateTime) -> Option<Day> {
    u32::try_from(moment.seconds() / SECONDS_A_DAY)
        .ok()
        .map(Day)
}
