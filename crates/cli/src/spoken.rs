//! Numbers and times of day as somebody says them aloud.

/// Up to here a number is said in a word.
const UNITS: [&str; 20] = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 6] = ["", "", "twenty", "thirty", "forty", "fifty"];

/// "twenty-five".
pub(crate) fn number(n: u16) -> String {
    let unit = |n: u16| UNITS.get(usize::from(n)).copied();
    if let Some(word) = unit(n) {
        return word.to_owned();
    }
    let ten = TENS.get(usize::from(n / 10)).copied();
    match (ten, n % 10) {
        (Some(ten), 0) => ten.to_owned(),
        (Some(ten), rest) => format!("{ten}-{}", unit(rest).unwrap_or_default()),
        (None, _) => n.to_string(),
    }
}

/// "twenty minutes", "an hour", "an hour and a half", "two hours".
pub(crate) fn minutes(n: u16) -> String {
    match n {
        1 => "a minute".into(),
        60 => "an hour".into(),
        90 => "an hour and a half".into(),
        n if n % 60 == 0 => format!("{} hours", number(n / 60)),
        n => format!("{} minutes", number(n)),
    }
}

/// "twenty to ten", "half past nine", "noon".
pub(crate) fn time(minute: u16) -> String {
    let (hour, past) = (minute / 60 % 24, minute % 60);
    let of = |hour: u16| match hour % 24 {
        0 => "midnight".to_owned(),
        12 => "noon".to_owned(),
        hour => number(hour % 12),
    };
    let fives = |n: u16| match n {
        15 => "a quarter".to_owned(),
        30 => "half".to_owned(),
        n if n % 5 == 0 => number(n),
        1 => "one minute".to_owned(),
        n => format!("{} minutes", number(n)),
    };
    match past {
        0 if hour % 12 == 0 => of(hour),
        0 => format!("{} o'clock", of(hour)),
        past @ 1..=30 => format!("{} past {}", fives(past), of(hour)),
        past => format!("{} to {}", fives(60 - past), of(hour + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_it_is_said() {
        for (minute, said) in [
            (21 * 60 + 40, "twenty to ten"),
            (0, "midnight"),
            (12 * 60, "noon"),
            (23 * 60 + 45, "a quarter to midnight"),
            (9 * 60 + 30, "half past nine"),
            (9 * 60, "nine o'clock"),
            (13 * 60 + 7, "seven minutes past one"),
            (11 * 60 + 35, "twenty-five to noon"),
            (8 * 60 + 59, "one minute to nine"),
        ] {
            assert_eq!(time(minute), said);
        }
        for (n, said) in [
            (1, "a minute"),
            (20, "twenty minutes"),
            (45, "forty-five minutes"),
            (60, "an hour"),
            (90, "an hour and a half"),
            (75, "75 minutes"),
            (120, "two hours"),
        ] {
            assert_eq!(minutes(n), said);
        }
    }
}
