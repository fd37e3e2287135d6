//! On which days a promise is due: the small part of RFC 5545 recurrence that people need.
//!
//! FREQ, INTERVAL, BYDAY, BYMONTHDAY and BYMONTH, and COUNT=1 for something that is due once. A rule
//! may come from the other person's modified program, so it is bounded when it is read: then the
//! work for a window of days depends on the length of the window alone.

mod occur;
mod parse;
mod sugar;

use std::fmt;

pub use occur::{MAX_WINDOW, occurrences, occurs_on};
pub use sugar::sugar;

/// A rule is spelled in at most so many bytes.
pub const MAX_SPELLING: usize = 200;
/// It comes back after at most so many days, weeks, months or years.
pub const MAX_INTERVAL: u16 = 366;

/// A recurrence, in its one spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    pub(crate) freq: Freq,
    pub(crate) interval: u16,
    /// COUNT=1.
    pub(crate) once: bool,
    /// Ascending and without doubles, as are the other two.
    pub(crate) by_day: Vec<ByDay>,
    pub(crate) by_month_day: Vec<i8>,
    pub(crate) by_month: Vec<u8>,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Freq {
    /// Every day, or every n-th.
    Daily,
    /// Every week, beginning on Monday.
    Weekly,
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

/// A weekday, or its n-th in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByDay {
    /// 0 = each one; 1 to 4 from the month's beginning, -1 to -4 from its end.
    pub nth: i8,
    /// 0 = Monday.
    pub weekday: u8,
}

/// Why a rule cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Longer than [`MAX_SPELLING`].
    #[error("the rule is too long")]
    TooLong,
    /// Not `NAME=value;…`, or a name twice.
    #[error("the rule is not of the form FREQ=WEEKLY;BYDAY=MO,FR")]
    Form,
    /// A part of RFC 5545 that is not used here.
    #[error("only FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH and COUNT=1 are used here")]
    Part,
    /// A value that its part does not take.
    #[error("a value in the rule is out of range")]
    Value,
    /// Parts that exclude each other, such as a day of the month in a weekly rule.
    #[error("parts of the rule do not go together")]
    Together,
    /// There is no such day, as 30 February.
    #[error("there is never such a day")]
    Never,
    /// Words that are no recurrence.
    #[error(
        "not a recurrence: try day, weekday, friday, \"monday and thursday\", \"2 weeks\" or month"
    )]
    Words,
}

impl Rule {
    /// Every day, or every n-th, week, month or year.
    #[must_use]
    pub const fn every(freq: Freq) -> Self {
        Self {
            freq,
            interval: 1,
            once: false,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_month: Vec::new(),
        }
    }

    /// Once: on the first day on which it can be due.
    #[must_use]
    pub const fn once() -> Self {
        let mut rule = Self::every(Freq::Daily);
        rule.once = true;
        rule
    }

    /// Whether it is due once and never again.
    #[must_use]
    pub const fn is_once(&self) -> bool {
        self.once
    }

    /// Reads an RFC 5545 spelling, in any order of its parts.
    pub fn parse(spelling: &str) -> Result<Self, RuleError> {
        parse::parse(spelling)
    }

    /// How it is said: "every weekday", "every Friday", "once".
    #[must_use]
    pub fn in_words(&self) -> String {
        sugar::in_words(self)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        parse::write(self, f)
    }
}
