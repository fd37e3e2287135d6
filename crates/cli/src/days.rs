//! Days as they are typed and said.

use identity::Day;
use pact::calendar::{self, Towards};

use crate::trouble::Trouble;

/// A day that is over or is today: for what was done. Nothing given is today.
pub(crate) fn past(typed: Option<&str>, today: Day) -> Result<Day, Trouble> {
    let Some(typed) = typed else { return Ok(today) };
    let day = parse(typed, today, Towards::Past)?;
    if day > today {
        return Err(Trouble::refused(
            "not-yet",
            format!("{} has not come yet.", calendar::name(day)),
        )
        .hint("To say it ahead: handfast heads-up WHAT \"TEXT\" --on DAY"));
    }
    Ok(day)
}

/// A day from today on: for what is planned. Nothing given is `None`.
pub(crate) fn ahead(typed: Option<&str>, today: Day) -> Result<Option<Day>, Trouble> {
    typed
        .map(|typed| parse(typed, today, Towards::Future))
        .transpose()
}

/// A day on which something is to be due once.
pub(crate) fn due(typed: Option<&str>, today: Day) -> Result<Option<Day>, Trouble> {
    match ahead(typed, today)? {
        Some(day) if day < today => Err(Trouble::usage(format!(
            "{} is over, so nothing can be due on it.",
            calendar::name(day)
        ))
        .code("day")
        .hint("For a day that comes: --on friday, or --on 2025-03-14")),
        day => Ok(day),
    }
}

/// Any day; a weekday's name is the last one.
pub(crate) fn since(typed: &str, today: Day) -> Result<Day, Trouble> {
    parse(typed, today, Towards::Past)
}

fn parse(typed: &str, today: Day, towards: Towards) -> Result<Day, Trouble> {
    calendar::parse_day(typed, today, towards).map_err(|_| {
        Trouble::usage(format!(
            "\"{}\" is not a day.",
            crate::render::title(typed, 40)
        ))
        .code("day")
        .hint("A day is 2025-03-14, today, yesterday, tomorrow, or a weekday such as friday.")
    })
}

/// "18:00" as a minute of the day.
pub(crate) fn time(typed: &str) -> Result<u16, Trouble> {
    calendar::parse_time(typed).map_err(|_| {
        Trouble::usage(format!(
            "\"{}\" is not a time of day.",
            crate::render::title(typed, 40)
        ))
        .code("time")
        .hint("A time looks like 18:00.")
    })
}

/// "20m", "1h" or "1h30m" as minutes, up to a day.
pub(crate) fn minutes(typed: &str) -> Result<u16, Trouble> {
    let word = typed.trim().to_lowercase();
    let (hours, rest) = word.split_once('h').unwrap_or(("0", &word));
    let rest = rest.trim_end_matches("minutes").trim_end_matches("min");
    let rest = rest.trim_end_matches('m').trim();
    let number = |text: &str| {
        let plain = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        plain.then(|| text.parse::<u16>().ok()).flatten()
    };
    let rest = if rest.is_empty() && word.contains('h') {
        Some(0)
    } else {
        number(rest)
    };
    number(hours.trim())
        .zip(rest)
        .and_then(|(hours, rest)| hours.checked_mul(60)?.checked_add(rest))
        .filter(|minutes| (1..=pact::act::MAX_PAUSE).contains(minutes))
        .ok_or_else(|| {
            Trouble::usage(format!(
                "\"{}\" is not a length of time.",
                crate::render::title(typed, 40)
            ))
            .code("span")
            .hint("Twenty minutes are 20m, an hour 1h. A pause lasts a day at the most.")
        })
}

/// "2w" as days.
pub(crate) fn span(typed: &str) -> Result<u32, Trouble> {
    calendar::parse_span(typed).map_err(|_| {
        Trouble::usage(format!(
            "\"{}\" is not a length of time.",
            crate::render::title(typed, 40)
        ))
        .code("span")
        .hint("Ten days are 10d, two weeks 2w, three months 3m.")
    })
}
