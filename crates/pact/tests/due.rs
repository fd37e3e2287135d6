//! On which days something is due, over month ends, leap days and the turns of weeks and years.
//!
//! A day here is a civil day of whoever promised: it has no hours, so no change of clocks can make one
//! longer, shorter, double or missing (what the clock reads is shown in `node`). The reference below knows
//! nothing of the library that is asked; it counts days by itself.
//!
//! 1. By the day of the month, from the beginning or the end: on just those days, and in a month that has
//!    no such day on none.
//! 2. Every month from a day on: on its day of the month, never moved to another.
//! 3. A leap day comes every leap year, and in no other.
//! 4. Every n weeks on some weekdays: weeks begin on Monday, over the ends of years too.
//! 5. Every n days: no day is lost and none is double.
//! 6. A weekday that is typed is the nearest one that way, today included.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use identity::Day;
use pact::Rule;
use pact::calendar::{self, Towards};
use pact::rule::{MAX_WINDOW, occurrences};
use proptest::prelude::*;

/// Year, month and day of the month, counted from 1970 by the lengths of years and months alone.
fn civil(day: Day) -> (u32, u32, u32) {
    let (mut year, mut left) = (1970, day.0);
    while left >= days_of(year) {
        left -= days_of(year);
        year += 1;
    }
    let mut month = 1;
    while left >= length(year, month) {
        left -= length(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of(year: u32) -> u32 {
    if is_leap(year) { 366 } else { 365 }
}

fn length(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// 0 = Monday; 1970 began on a Thursday.
fn weekday(day: Day) -> u32 {
    (day.0 + 3) % 7
}

/// Of each day in the window, by what is true of it.
fn those(from: Day, first: Day, length: u32, is_due: impl Fn(Day) -> bool) -> Vec<Day> {
    let days = (0..=length).map(|n| first.plus(n));
    days.filter(|day| *day >= from && is_due(*day)).collect()
}

/// Beginnings near what goes wrong: month ends, leap days, the turn of a year, a century without one.
fn beginnings() -> impl Strategy<Value = Day> {
    const TELLING: [&str; 9] = [
        "2024-01-31",
        "2024-02-28",
        "2024-02-29",
        "2023-02-28",
        "2024-12-30",
        "2027-12-31",
        "2099-12-31",
        "2100-02-27",
        "1999-12-27",
    ];
    let telling = prop::sample::select(&TELLING[..])
        .prop_map(|iso| calendar::parse_day(iso, Day(0), Towards::Past).unwrap());
    prop_oneof![telling, (1_000_u32..50_000).prop_map(Day)]
}

fn rule(spelling: &str) -> Rule {
    Rule::parse(spelling).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_day_of_the_month_is_that_day_or_none(
        from in beginnings(), later in 0_u32..400, back in 0_u32..40, window in 0_u32..MAX_WINDOW,
        of_month in prop_oneof![1_i64..=31, -31_i64..=-1, Just(31), Just(29), Just(-1)],
    ) {
        let first = from.plus(later).minus(back);
        let found = occurrences(&rule(&format!("FREQ=MONTHLY;BYMONTHDAY={of_month}")), from, first, first.plus(window));
        let expected = those(from, first, window, |day| {
            let (year, month, at) = civil(day);
            let wanted = if of_month > 0 { of_month } else { i64::from(length(year, month)) + 1 + of_month };
            i64::from(at) == wanted
        });
        prop_assert_eq!(&found, &expected);
        // The end of each month is there once, whatever its length.
        if of_month == -1 {
            for day in found {
                prop_assert_eq!(civil(day.plus(1)).2, 1);
            }
        }
    }

    #[test]
    fn every_month_keeps_its_day(from in beginnings(), later in 0_u32..700, window in 0_u32..MAX_WINDOW) {
        let first = from.plus(later);
        let found = occurrences(&rule("FREQ=MONTHLY"), from, first, first.plus(window));
        let at = civil(from).2;
        prop_assert_eq!(found, those(from, first, window, |day| civil(day).2 == at));
    }

    #[test]
    fn a_leap_day_comes_in_leap_years_alone(
        years in 0_u32..120, back in 0_u32..200, window in 0_u32..MAX_WINDOW, named: bool,
    ) {
        let from = calendar::parse_day("1972-02-29", Day(0), Towards::Past).unwrap();
        let first = from.plus(years * 365).minus(back);
        let spelled = if named { "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29" } else { "FREQ=YEARLY" };
        let found = occurrences(&rule(spelled), from, first, first.plus(window));
        let expected = those(from, first, window, |day| {
            let (year, month, at) = civil(day);
            (month, at) == (2, 29) && is_leap(year)
        });
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn weeks_are_weeks_over_every_border(
        from in beginnings(), later in 0_u32..900, window in 0_u32..MAX_WINDOW, interval in 1_u32..6,
        weekdays in prop::collection::btree_set(0_usize..7, 1..5),
    ) {
        const NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        let first = from.plus(later);
        let names: Vec<&str> = weekdays.iter().map(|n| NAMES[*n]).collect();
        let spelled = format!("FREQ=WEEKLY;INTERVAL={interval};BYDAY={}", names.join(","));
        let found = occurrences(&rule(&spelled), from, first, first.plus(window));
        let week = |day: Day| (day.0 + 3) / 7;
        let expected = those(from, first, window, |day| {
            weekdays.contains(&(weekday(day) as usize)) && (week(day) - week(from)) % interval == 0
        });
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn days_are_counted_and_none_is_lost(
        from in beginnings(), later in 0_u32..900, window in 0_u32..MAX_WINDOW, interval in 1_u32..40,
    ) {
        let first = from.plus(later);
        let found = occurrences(&rule(&format!("FREQ=DAILY;INTERVAL={interval}")), from, first, first.plus(window));
        prop_assert_eq!(found, those(from, first, window, |day| (day.0 - from.0) % interval == 0));
    }

    #[test]
    fn a_date_is_read_as_it_is_written(day in (0_u32..60_000).prop_map(Day), today in beginnings()) {
        let (year, month, at) = civil(day);
        let iso = format!("{year:04}-{month:02}-{at:02}");
        prop_assert_eq!(calendar::iso(day), iso.clone());
        prop_assert_eq!(calendar::parse_day(&iso, today, Towards::Past), Ok(day));
        const NAMES: [&str; 7] =
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let name = NAMES[weekday(day) as usize];
        let past = calendar::parse_day(name, today, Towards::Past).unwrap();
        let next = calendar::parse_day(name, today, Towards::Future).unwrap();
        prop_assert_eq!((weekday(past), weekday(next)), (weekday(day), weekday(day)));
        prop_assert!(past <= today && today.0 - past.0 < 7, "{} from {:?}", name, today);
        prop_assert!(next >= today && next.0 - today.0 < 7, "{} from {:?}", name, today);
    }
}
