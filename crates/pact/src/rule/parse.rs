//! The one spelling of a rule, and how any other spelling becomes it.

use std::fmt;

use super::{ByDay, Freq, MAX_INTERVAL, MAX_SPELLING, Rule, RuleError};

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
/// The longest that a month can be; February in a leap year.
const LONGEST: [i8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

pub(super) fn parse(spelling: &str) -> Result<Rule, RuleError> {
    if spelling.len() > MAX_SPELLING {
        return Err(RuleError::TooLong);
    }
    let spelling = spelling.trim();
    let spelling = spelling.strip_prefix("RRULE:").unwrap_or(spelling);
    let mut freq = None;
    let mut rule = Rule::every(Freq::Daily);
    let mut given: Vec<&str> = Vec::new();
    for part in spelling.split(';') {
        let (name, value) = part.split_once('=').ok_or(RuleError::Form)?;
        if given.contains(&name) {
            return Err(RuleError::Form);
        }
        given.push(name);
        match name {
            "FREQ" => freq = Some(parse_freq(value)?),
            "INTERVAL" => rule.interval = number(value)?,
            "COUNT" if value == "1" => rule.once = true,
            "BYDAY" => rule.by_day = list(value, by_day)?,
            "BYMONTHDAY" => rule.by_month_day = list(value, number)?,
            "BYMONTH" => rule.by_month = list(value, number)?,
            _ => return Err(RuleError::Part),
        }
    }
    rule.freq = freq.ok_or(RuleError::Form)?;
    check(&rule)?;
    Ok(rule)
}

pub(super) fn check(rule: &Rule) -> Result<(), RuleError> {
    let in_range = (1..=MAX_INTERVAL).contains(&rule.interval)
        && rule.by_month.iter().all(|month| (1..=12).contains(month))
        && rule
            .by_month_day
            .iter()
            .all(|day| (1..=31).contains(&day.unsigned_abs()))
        && rule
            .by_day
            .iter()
            .all(|day| day.nth.unsigned_abs() <= 4 && day.weekday < 7);
    if !in_range {
        return Err(RuleError::Value);
    }
    let numbered = rule.by_day.iter().any(|day| day.nth != 0);
    // RFC 5545 3.3.10: a number before a weekday only in a month, here also not in a whole year;
    // no day of the month in a weekly rule. A fifth Friday is refused, since not each month has one.
    let by_month =
        rule.freq == Freq::Monthly || (rule.freq == Freq::Yearly && !rule.by_month.is_empty());
    if (numbered && !by_month)
        || (rule.freq == Freq::Weekly && !rule.by_month_day.is_empty())
        || (rule.once && *rule != Rule::once())
    {
        return Err(RuleError::Together);
    }
    if !rule.by_month_day.is_empty() && !rule.by_month.is_empty() {
        let exists = |month: &u8| {
            let longest = LONGEST
                .get(usize::from(*month).wrapping_sub(1))
                .copied()
                .unwrap_or(31);
            rule.by_month_day
                .iter()
                .any(|day| day.unsigned_abs() <= longest.unsigned_abs())
        };
        if !rule.by_month.iter().any(exists) {
            return Err(RuleError::Never);
        }
    }
    Ok(())
}

pub(super) fn write(rule: &Rule, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let freq = match rule.freq {
        Freq::Daily => "DAILY",
        Freq::Weekly => "WEEKLY",
        Freq::Monthly => "MONTHLY",
        Freq::Yearly => "YEARLY",
    };
    write!(f, "FREQ={freq}")?;
    if rule.interval != 1 {
        write!(f, ";INTERVAL={}", rule.interval)?;
    }
    if rule.once {
        f.write_str(";COUNT=1")?;
    }
    let day = |day: &ByDay| {
        let name = WEEKDAYS
            .get(usize::from(day.weekday))
            .copied()
            .unwrap_or_default();
        if day.nth == 0 {
            name.to_owned()
        } else {
            format!("{}{name}", day.nth)
        }
    };
    write_list(f, "BYDAY", rule.by_day.iter().map(day))?;
    write_list(
        f,
        "BYMONTHDAY",
        rule.by_month_day.iter().map(ToString::to_string),
    )?;
    write_list(f, "BYMONTH", rule.by_month.iter().map(ToString::to_string))
}

fn write_list(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    values: impl Iterator<Item = String>,
) -> fmt::Result {
    let values: Vec<String> = values.collect();
    if values.is_empty() {
        Ok(())
    } else {
        write!(f, ";{name}={}", values.join(","))
    }
}

fn parse_freq(value: &str) -> Result<Freq, RuleError> {
    match value {
        "DAILY" => Ok(Freq::Daily),
        "WEEKLY" => Ok(Freq::Weekly),
        "MONTHLY" => Ok(Freq::Monthly),
        "YEARLY" => Ok(Freq::Yearly),
        _ => Err(RuleError::Value),
    }
}

fn by_day(value: &str) -> Result<ByDay, RuleError> {
    let at = value.len().checked_sub(2).ok_or(RuleError::Value)?;
    let (nth, name) = value.split_at_checked(at).ok_or(RuleError::Value)?;
    let weekday = WEEKDAYS
        .iter()
        .position(|weekday| *weekday == name)
        .ok_or(RuleError::Value)?;
    let nth = if nth.is_empty() {
        0
    } else {
        number::<i8>(nth)?
    };
    if nth == 0 && value.len() > 2 {
        return Err(RuleError::Value);
    }
    Ok(ByDay {
        nth,
        weekday: u8::try_from(weekday).map_err(|_| RuleError::Value)?,
    })
}

fn number<T: std::str::FromStr>(value: &str) -> Result<T, RuleError> {
    value.parse().map_err(|_| RuleError::Value)
}

/// Sorted and without doubles: the order in which days are named means nothing.
fn list<T: Ord>(
    value: &str,
    one: impl Fn(&str) -> Result<T, RuleError>,
) -> Result<Vec<T>, RuleError> {
    let mut values = value.split(',').map(one).collect::<Result<Vec<T>, _>>()?;
    values.sort_unstable();
    values.dedup();
    Ok(values)
}
