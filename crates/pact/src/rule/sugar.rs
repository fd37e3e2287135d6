//! How people say a recurrence, both ways.

use super::{ByDay, Freq, Rule, RuleError, parse};
use crate::calendar;

const NAMES: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The rule that words mean: `day`, `weekday`, `weekend`, `friday`, `monday and thursday`,
/// `other week`, `2 weeks`, `month`, `first friday`, `last sunday`, or RFC 5545 itself.
pub fn sugar(words: &str) -> Result<Rule, RuleError> {
    if words.len() > super::MAX_SPELLING {
        return Err(RuleError::TooLong);
    }
    if words.contains('=') {
        return Rule::parse(words);
    }
    let words = words.to_lowercase();
    let words: Vec<&str> = words
        .split(|c: char| c.is_whitespace() || c == ',' || c == '+')
        .filter(|word| !word.is_empty() && *word != "and" && *word != "every" && *word != "on")
        .collect();
    let rule = match words.as_slice() {
        ["once"] => Rule::once(),
        [unit] if freq(unit).is_some() => Rule::every(freq(unit).ok_or(RuleError::Words)?),
        ["other", unit] if freq(unit).is_some() => spaced(2, unit)?,
        [count, unit] if freq(unit).is_some() => {
            spaced(count.parse().map_err(|_| RuleError::Words)?, unit)?
        }
        ["other", day] => Rule {
            interval: 2,
            by_day: weekdays(&[day])?,
            ..Rule::every(Freq::Weekly)
        },
        [nth, day] if ordinal(nth).is_some() => {
            let nth = ordinal(nth).ok_or(RuleError::Words)?;
            let by_day = weekdays(&[day])?
                .into_iter()
                .map(|day| ByDay { nth, ..day })
                .collect();
            Rule {
                by_day,
                ..Rule::every(Freq::Monthly)
            }
        }
        days => Rule {
            by_day: weekdays(days)?,
            ..Rule::every(Freq::Weekly)
        },
    };
    parse::check(&rule)?;
    Ok(rule)
}

fn freq(unit: &str) -> Option<Freq> {
    match unit {
        "day" | "days" | "daily" => Some(Freq::Daily),
        "week" | "weeks" | "weekly" => Some(Freq::Weekly),
        "month" | "months" | "monthly" => Some(Freq::Monthly),
        "year" | "years" | "yearly" => Some(Freq::Yearly),
        _ => None,
    }
}

fn spaced(interval: u16, unit: &str) -> Result<Rule, RuleError> {
    Ok(Rule {
        interval,
        ..Rule::every(freq(unit).ok_or(RuleError::Words)?)
    })
}

fn ordinal(word: &str) -> Option<i8> {
    match word {
        "first" | "1st" => Some(1),
        "second" | "2nd" => Some(2),
        "third" | "3rd" => Some(3),
        "fourth" | "4th" => Some(4),
        "last" => Some(-1),
        _ => None,
    }
}

fn weekdays(words: &[&str]) -> Result<Vec<ByDay>, RuleError> {
    let mut days = Vec::new();
    for word in words {
        match *word {
            "weekday" | "weekdays" => days.extend(0..5),
            "weekend" | "weekends" => days.extend(5..7),
            word => {
                let weekday = calendar::parse_weekday(word).ok_or(RuleError::Words)?;
                days.push(u8::try_from(weekday.num_days_from_monday()).unwrap_or_default());
            }
        }
    }
    days.sort_unstable();
    days.dedup();
    if days.is_empty() {
        return Err(RuleError::Words);
    }
    Ok(days
        .into_iter()
        .map(|weekday| ByDay { nth: 0, weekday })
        .collect())
}

pub(super) fn in_words(rule: &Rule) -> String {
    if rule.once {
        return "once".to_owned();
    }
    let unit = match rule.freq {
        Freq::Daily => "day",
        Freq::Weekly => "week",
        Freq::Monthly => "month",
        Freq::Yearly => "year",
    };
    let every = match rule.interval {
        1 => format!("every {unit}"),
        2 => format!("every other {unit}"),
        n => format!("every {n} {unit}s"),
    };
    let mut said = match (rule.freq, rule.interval, plain_weekdays(rule)) {
        (Freq::Weekly | Freq::Daily, 1, Some(days)) => format!("every {days}"),
        (_, _, Some(days)) => format!("{every} on {days}"),
        (_, _, None) => every,
    };
    if !rule.by_month_day.is_empty() {
        let days = rule.by_month_day.iter().map(|day| match day {
            -1 => "the last day".to_owned(),
            day if *day < 0 => format!("day {} from the end", day.unsigned_abs()),
            day => format!("the {}", nth(*day)),
        });
        said.push_str(&format!(" on {}", and(days.collect())));
    }
    if !rule.by_month.is_empty() {
        let month = |month: &u8| {
            let index = usize::from(*month).wrapping_sub(1);
            MONTHS.get(index).copied().unwrap_or_default().to_owned()
        };
        said.push_str(&format!(
            " in {}",
            and(rule.by_month.iter().map(month).collect())
        ));
    }
    said
}

/// "1st", "22nd".
fn nth(day: i8) -> String {
    let end = match (day % 10, day / 10) {
        (1, tens) if tens != 1 => "st",
        (2, tens) if tens != 1 => "nd",
        (3, tens) if tens != 1 => "rd",
        _ => "th",
    };
    format!("{day}{end}")
}

fn plain_weekdays(rule: &Rule) -> Option<String> {
    if rule.by_day.is_empty() {
        return None;
    }
    let each: Vec<u8> = rule
        .by_day
        .iter()
        .filter(|d| d.nth == 0)
        .map(|d| d.weekday)
        .collect();
    if each.len() == rule.by_day.len() {
        match each.as_slice() {
            [0, 1, 2, 3, 4] => return Some("weekday".to_owned()),
            [5, 6] => return Some("Saturday and Sunday".to_owned()),
            _ => {}
        }
    }
    let name = |day: &ByDay| {
        let name = NAMES
            .get(usize::from(day.weekday))
            .copied()
            .unwrap_or_default();
        match day.nth {
            0 => name.to_owned(),
            1 => format!("the first {name}"),
            2 => format!("the second {name}"),
            3 => format!("the third {name}"),
            4 => format!("the fourth {name}"),
            -1 => format!("the last {name}"),
            nth => format!("{name} {} from the end", nth.unsigned_abs()),
        }
    };
    Some(and(rule.by_day.iter().map(name).collect()))
}

fn and(mut words: Vec<String>) -> String {
    let last = words.pop().unwrap_or_default();
    if words.is_empty() {
        last
    } else {
        format!("{} and {last}", words.join(", "))
    }
}
