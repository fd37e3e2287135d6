//! Which days a rule falls on, by the `rrule` crate, one bounded window at a time.
//!
//! `rrule` looks for the next day from the start on, and a rule that never comes true again (29
//! February in every second odd year) makes it look for thousands of years. So it is asked in a
//! form that has a candidate in every period: the start is moved forward by whole periods to just
//! before the window, what RFC 5545 calls limiting (3.3.10, the table) is left out and applied to
//! what comes back, and the first of the month is a candidate always. `rule_tests` holds this
//! against the library asked plainly.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Weekday};
use identity::Day;
use rrule::{Frequency, NWeekday, RRule, RRuleSet, Tz};

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
    let last = last.min(first.plus(MAX_WINDOW - 1));
    if first > last {
        return Vec::new();
    }
    if rule.once {
        return if first == from {
            vec![from]
        } else {
            Vec::new()
        };
    }
    days(rule, from, first, last).unwrap_or_default()
}

/// None for days beyond [`calendar::LAST`].
fn days(rule: &Rule, from: Day, first: Day, last: Day) -> Option<Vec<Day>> {
    let (from, first, last) = (
        calendar::date(from)?,
        calendar::date(first)?,
        calendar::date(last)?,
    );
    let full = with_start(rule, from);
    let start = noon(moved_forward(&full, from, first)?);
    let set = RRuleSet::new(start)
        .rrule(question(&full).validate(start).ok()?)
        .after(noon(first))
        .before(noon(last));
    // Each day is a candidate once at most, so the limit is never reached.
    let found = set.all(u16::try_from(3 * MAX_WINDOW).ok()?);
    let days = found.dates.into_iter().map(|moment| moment.date_naive());
    Some(
        days.filter(|date| limits(&full, *date))
            .filter_map(calendar::day)
            .collect(),
    )
}

/// The library counts in moments; noon UTC stands for a day.
fn noon(date: NaiveDate) -> DateTime<Tz> {
    let noon = NaiveTime::MIN
        .overflowing_add_signed(chrono::TimeDelta::hours(12))
        .0;
    date.and_time(noon).and_utc().with_timezone(&Tz::UTC)
}

/// What RFC 5545 takes from the start where a rule does not say it, said.
fn with_start(rule: &Rule, from: NaiveDate) -> Rule {
    let mut full = rule.clone();
    let month_day = i8::try_from(from.day()).unwrap_or(1);
    let no_day = full.by_day.is_empty() && full.by_month_day.is_empty();
    match full.freq {
        Freq::Daily => {}
        Freq::Weekly if no_day => {
            let weekday = u8::try_from(from.weekday().num_days_from_monday()).unwrap_or(0);
            full.by_day = vec![ByDay { nth: 0, weekday }];
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

/// The beginning of the last period of the rule's beat that begins no later than `first`.
fn moved_forward(rule: &Rule, from: NaiveDate, first: NaiveDate) -> Option<NaiveDate> {
    let interval = u32::from(rule.interval);
    let whole = |periods: u32| periods / interval * interval;
    let start = match rule.freq {
        Freq::Daily => {
            let passed = u32::try_from(first.signed_duration_since(from).num_days()).ok()?;
            from.checked_add_days(Days::new(whole(passed).into()))?
        }
        Freq::Weekly => {
            let monday = from.week(Weekday::Mon).checked_first_day()?;
            let passed = u32::try_from(first.signed_duration_since(monday).num_days()).ok()? / 7;
            monday.checked_add_days(Days::new(u64::from(whole(passed)) * 7))?
        }
        Freq::Monthly => {
            let month = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
            let passed = u32::try_from(month(first) - month(from)).ok()?;
            from.with_day(1)?
                .checked_add_months(Months::new(whole(passed)))?
        }
        Freq::Yearly => {
            let passed = u32::try_from(first.year() - from.year()).ok()?;
            NaiveDate::from_ymd_opt(from.year(), 1, 1)?
                .checked_add_months(Months::new(whole(passed).checked_mul(12)?))?
        }
    };
    Some(start)
}

/// The rule as the library is asked: never without a candidate in its period.
fn question(rule: &Rule) -> RRule<rrule::Unvalidated> {
    let freq = match rule.freq {
        Freq::Daily => Frequency::Daily,
        Freq::Weekly => Frequency::Weekly,
        Freq::Monthly => Frequency::Monthly,
        Freq::Yearly => Frequency::Yearly,
    };
    let asked = RRule::new(freq)
        .interval(rule.interval)
        .week_start(Weekday::Mon);
    let months: Vec<chrono::Month> = rule
        .by_month
        .iter()
        .filter_map(|month| chrono::Month::try_from(*month).ok())
        .collect();
    let asked = if rule.freq == Freq::Yearly {
        asked.by_month(&months)
    } else {
        asked
    };
    let days = rule.by_day.iter().map(|day| {
        let weekday = Weekday::try_from(day.weekday).unwrap_or(Weekday::Mon);
        let nth = (day.nth != 0).then_some(i16::from(day.nth));
        NWeekday::new(nth, weekday)
    });
    match rule.freq {
        Freq::Daily => asked,
        _ if !rule.by_day.is_empty() => asked.by_weekday(days.collect()),
        Freq::Weekly | Freq::Monthly | Freq::Yearly => {
            let mut month_days = rule.by_month_day.clone();
            month_days.push(1);
            month_days.sort_unstable();
            month_days.dedup();
            asked.by_month_day(month_days)
        }
    }
}

/// Whether the parts that were left out of the question, and the added first of the month, let
/// this day pass.
fn limits(rule: &Rule, date: NaiveDate) -> bool {
    let month = u8::try_from(date.month()).unwrap_or(0);
    let weekday = u8::try_from(date.weekday().num_days_from_monday()).unwrap_or(0);
    let day = i8::try_from(date.day()).unwrap_or(0);
    let length = i8::try_from(date.num_days_in_month()).unwrap_or(31);
    let in_month = rule.by_month.is_empty() || rule.by_month.contains(&month);
    let on_month_day = rule.by_month_day.is_empty()
        || rule.by_month_day.contains(&day)
        || rule.by_month_day.contains(&(day - length - 1));
    let on_weekday = rule.by_day.is_empty() || rule.by_day.iter().any(|by| by.weekday == weekday);
    in_month && on_month_day && on_weekday
}
