//! Days as people read and write them; the only place that asks what date a day is.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use identity::Day;

/// The last day that has a date here: 9999-12-31. A peer's day may be any number.
pub const LAST: Day = Day(2_932_896);

/// Text that is not a day or a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not a date, `today`, `yesterday`, `tomorrow` or a weekday's name.
    #[error("not a day: use a date such as 2025-03-14, today, yesterday, or a weekday's name")]
    Day,
    /// Not a time of day.
    #[error("not a time of day: use 18:00")]
    Time,
}

/// Which way a weekday's name is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// The last one, or today: for what was done.
    Past,
    /// The next one, or today: for what is planned.
    Future,
}

/// The date of a day, up to [`LAST`].
#[must_use]
pub fn date(day: Day) -> Option<NaiveDate> {
    (day <= LAST)
        .then(|| NaiveDate::default().checked_add_days(Days::new(day.0.into())))
        .flatten()
}

/// The day of a date between 1970 and 9999.
#[must_use]
pub fn day(date: NaiveDate) -> Option<Day> {
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    u32::try_from(days).ok().map(Day).filter(|day| *day <= LAST)
}

/// `2025-03-04`.
#[must_use]
pub fn iso(day: Day) -> String {
    date(day).map_or_else(
        || format!("day {}", day.0),
        |date| date.format("%Y-%m-%d").to_string(),
    )
}

/// `Tuesday 4 March`.
#[must_use]
pub fn name(day: Day) -> String {
    date(day).map_or_else(|| iso(day), |date| date.format("%A %-d %B").to_string())
}

/// `Tuesday 4 March`, with the year if it is not that of `today`.
#[must_use]
pub fn name_seen_from(day: Day, today: Day) -> String {
    match (date(day), date(today)) {
        (Some(date), Some(now)) if date.year() != now.year() => {
            date.format("%A %-d %B %Y").to_string()
        }
        _ => name(day),
    }
}

/// `8 June`, with the year if it is not that of `today`.
#[must_use]
pub fn short_name_seen_from(day: Day, today: Day) -> String {
    match (date(day), date(today)) {
        (Some(date), Some(now)) if date.year() != now.year() => {
            date.format("%-d %B %Y").to_string()
        }
        (Some(date), _) => date.format("%-d %B").to_string(),
        (None, _) => iso(day),
    }
}

/// `Tuesday`.
#[must_use]
pub fn weekday_name(day: Day) -> String {
    date(day).map_or_else(|| iso(day), |date| date.format("%A").to_string())
}

/// The weekday that a word names, in full or by its first three letters or more.
#[must_use]
pub fn parse_weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Mon),
        ("tuesday", Weekday::Tue),
        ("wednesday", Weekday::Wed),
        ("thursday", Weekday::Thu),
        ("friday", Weekday::Fri),
        ("saturday", Weekday::Sat),
        ("sunday", Weekday::Sun),
    ];
    let word = word.trim().to_lowercase();
    // "tues" and "thurs" are beginnings too; a plural is forgiven.
    let is_meant =
        |name: &str| word.len() >= 3 && (name.starts_with(&word) || word == format!("{name}s"));
    NAMES
        .into_iter()
        .find(|(name, _)| is_meant(name))
        .map(|(_, weekday)| weekday)
}

/// The day that `2025-03-14`, `today`, `yesterday`, `tomorrow` or a weekday's name means.
pub fn parse_day(text: &str, today: Day, towards: Towards) -> Result<Day, CalendarError> {
    let word = text.trim().to_lowercase();
    match word.as_str() {
        "today" => return Ok(today),
        "yesterday" => return today.0.checked_sub(1).map(Day).ok_or(CalendarError::Day),
        "tomorrow" => return Ok(today.plus(1)),
        _ => {}
    }
    if let Some(weekday) = parse_weekday(&word) {
        let now = date(today).ok_or(CalendarError::Day)?.weekday();
        let days = match towards {
            Towards::Past => now.days_since(weekday),
            Towards::Future => weekday.days_since(now),
        };
        return match towards {
            Towards::Past => today.0.checked_sub(days).map(Day).ok_or(CalendarError::Day),
            Towards::Future => Ok(today.plus(days)),
        };
    }
    // chrono would also take "2025-3-4"; one spelling is enough, and it sorts.
    let iso_shaped = word.len() == 10;
    let parsed = NaiveDate::parse_from_str(&word, "%Y-%m-%d")
        .ok()
        .filter(|_| iso_shaped);
    parsed.and_then(day).ok_or(CalendarError::Day)
}

/// The minute of the day that `18:00` means.
pub fn parse_time(text: &str) -> Result<u16, CalendarError> {
    let time = NaiveTime::parse_from_str(text.trim(), "%H:%M").map_err(|_| CalendarError::Time)?;
    let minutes = time.signed_duration_since(NaiveTime::MIN).num_minutes();
    u16::try_from(minutes).map_err(|_| CalendarError::Time)
}

/// `18:00`.
#[must_use]
pub fn time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// How many days `2w`, `10d` or `3m` are; a month counts as 30.
pub fn parse_span(text: &str) -> Result<u32, CalendarError> {
    let text = text.trim();
    let unit = text.chars().last().ok_or(CalendarError::Day)?;
    let (number, days) = match unit {
        'd' => (text.trim_end_matches('d'), 1),
        'w' => (text.trim_end_matches('w'), 7),
        'm' => (text.trim_end_matches('m'), 30),
        _ => (text, 1),
    };
    let number: u32 = number.parse().map_err(|_| CalendarError::Day)?;
    number
        .checked_mul(days)
        .filter(|days| (1..=36_500).contains(days))
        .ok_or(CalendarError::Day)
}
