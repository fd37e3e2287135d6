//! Recurrence.
//!
//! Invariants:
//!
//! 1. Asked through our bounded window, a rule falls on the same days as when a second library,
//!    `rrule`, is asked plainly from the start on, with leap days and month ends among them.
//! 2. However a window is cut, the days are the same.
//! 3. A rule read from its own spelling is itself; every other spelling becomes that one.
//! 4. No text makes the parser panic, and no rule that it takes makes a window slow.
//! 5. A rule that began long ago is asked as quickly as one that begins today.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests; how long a hostile rule takes is measured"
)]

use std::time::{Duration, Instant};

use identity::Day;
use pact::calendar::{self, Towards};
use pact::rule::{Freq, MAX_WINDOW, occurrences, occurs_on, sugar};
use pact::{Rule, RuleError};
use proptest::prelude::*;
use rrule::{RRuleSet, Tz};

fn day(iso: &str) -> Day {
    calendar::parse_day(iso, Day(0), Towards::Past).unwrap()
}

/// The second library, asked plainly: from the start on, up to a day.
fn plainly(rule: &Rule, from: Day, last: Day) -> Vec<Day> {
    let start = calendar::iso(from).replace('-', "");
    let set: RRuleSet = format!("DTSTART:{start}T120000Z\nRRULE:{rule}")
        .parse()
        .unwrap();
    let end = calendar::date(last)
        .unwrap()
        .and_hms_opt(12, 0, 0)
        .unwrap()
        .and_utc();
    let found = set.before(end.with_timezone(&Tz::UTC)).all(60_000);
    found
        .dates
        .iter()
        .map(|moment| calendar::day(moment.date_naive()).unwrap())
        .collect()
}

/// Rules that come true often enough for that.
fn rules() -> impl Strategy<Value = Rule> {
    let interval = prop_oneof![Just(1_u16), Just(2), Just(3), Just(5), Just(12)];
    let weekdays = prop::collection::btree_set(
        prop::sample::select(&["MO", "TU", "WE", "TH", "FR", "SA", "SU"][..]),
        0..4,
    );
    let nth = prop_oneof![
        Just(""),
        Just("1"),
        Just("2"),
        Just("-1"),
        Just("-4"),
        Just("4")
    ];
    let month_days = prop::collection::btree_set(
        prop_oneof![1_i8..=31, Just(-1), Just(-2), Just(29), Just(30), Just(31)],
        0..4,
    );
    let months = prop::collection::btree_set(prop_oneof![1_u8..=12, Just(2)], 0..4);
    let freq = prop::sample::select(&["DAILY", "WEEKLY", "MONTHLY", "YEARLY"][..]);
    (freq, interval, weekdays, nth, month_days, months).prop_filter_map(
        "not a rule of ours",
        |(freq, interval, weekdays, nth, month_days, months)| {
            let mut spelling = format!("FREQ={freq};INTERVAL={interval}");
            let mut add = |name: &str, values: Vec<String>| {
                if !values.is_empty() {
                    spelling.push_str(&format!(";{name}={}", values.join(",")));
                }
            };
            add("BYMONTH", months.iter().map(ToString::to_string).collect());
            if freq != "WEEKLY" {
                add(
                    "BYMONTHDAY",
                    month_days.iter().map(ToString::to_string).collect(),
                );
            }
            let nth = if freq == "MONTHLY" || (freq == "YEARLY" && !months.is_empty()) {
                nth
            } else {
                ""
            };
            add(
                "BYDAY",
                weekdays
                    .iter()
                    .map(|weekday| format!("{nth}{weekday}"))
                    .collect(),
            );
            Rule::parse(&spelling).ok()
        },
    )
}

/// Days around leap days and month ends are likely.
fn starts() -> impl Strategy<Value = Day> {
    const TELLING: [&str; 6] = [
        "2024-02-29",
        "2023-12-31",
        "2024-01-31",
        "2025-03-30",
        "2000-02-28",
        "2099-12-31",
    ];
    prop_oneof![
        prop::sample::select(&TELLING[..]).prop_map(day),
        (15_000_u32..40_000).prop_map(Day)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn a_window_is_what_a_second_library_says(
        rule in rules(), from in starts(), later in 0_u32..6_000, length in 0_u32..MAX_WINDOW,
    ) {
        let (first, last) = (from.plus(later), from.plus(later + length));
        let mut expected = plainly(&rule, from, last);
        expected.retain(|day| *day >= first);
        prop_assert_eq!(occurrences(&rule, from, first, last), expected, "{} from {:?}", rule, from);
    }

    #[test]
    fn however_it_is_cut(rule in rules(), from in starts(), later in 0_u32..900, length in 1_u32..60) {
        let first = from.plus(later);
        let whole = occurrences(&rule, from, first, first.plus(length));
        let each: Vec<Day> =
            (0..=length).map(|n| first.plus(n)).filter(|day| occurs_on(&rule, from, *day)).collect();
        prop_assert_eq!(whole, each);
    }

    #[test]
    fn one_spelling(rule in rules()) {
        let spelling = rule.to_string();
        prop_assert_eq!(Rule::parse(&spelling).unwrap(), rule.clone());
        let mut parts: Vec<&str> = spelling.split(';').collect();
        parts.reverse();
        prop_assert_eq!(Rule::parse(&parts.join(";")).unwrap(), rule.clone());
        prop_assert!(!rule.in_words().is_empty());
    }

    #[test]
    fn any_text_is_a_rule_or_not(text in "[A-Z0-9=;,\\-]{0,60}", words in "\\PC{0,40}") {
        let _ = (Rule::parse(&text), sugar(&words), sugar(&text));
        if let Ok(rule) = Rule::parse(&format!("FREQ={text}")) {
            let _ = occurrences(&rule, Day(19_000), Day(20_000), Day(20_400));
        }
    }

    #[test]
    fn a_hostile_rule_is_quick(
        rule in rules(), from in any::<u32>(), first in any::<u32>(), length in any::<u32>(),
    ) {
        // The quickest of a few: a busy machine slows one down, not each.
        let quickest = (0..5).map(|_| {
            let start = Instant::now();
            let _ = occurrences(&rule, Day(from), Day(first), Day(first).plus(length));
            start.elapsed()
        }).find(|took| *took < Duration::from_millis(200));
        prop_assert!(quickest.is_some(), "{}", rule);
    }
}

/// Walked from their first day in 1970, these would take minutes.
#[test]
fn an_old_rule_is_as_quick_as_a_young_one() {
    let start = Instant::now();
    for spelling in [
        "FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR",
        "FREQ=YEARLY",
    ] {
        let rule = Rule::parse(spelling).unwrap();
        for back in 0..100 {
            let _ = occurs_on(&rule, Day(1), calendar::LAST.minus(back));
        }
    }
    assert!(occurs_on(&Rule::every(Freq::Daily), Day(1), calendar::LAST));
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}

/// What never or hardly ever comes true: without a window, a library searches for thousands of years.
#[test]
fn rules_that_never_come_true_are_quick() {
    let hostile = [
        "FREQ=YEARLY;INTERVAL=2;BYMONTHDAY=29;BYMONTH=2",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
        "FREQ=DAILY;INTERVAL=366;BYDAY=MO;BYMONTHDAY=29;BYMONTH=2",
        "FREQ=YEARLY;INTERVAL=366;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=MONTHLY;INTERVAL=366;BYDAY=-4SU,4MO;BYMONTHDAY=31;BYMONTH=12",
        "FREQ=WEEKLY;INTERVAL=366;BYDAY=SU;BYMONTH=2",
    ];
    let start = Instant::now();
    for spelling in hostile {
        let rule = Rule::parse(spelling).unwrap();
        for from in [day("2023-02-01"), Day(0), Day(u32::MAX), calendar::LAST] {
            for first in [
                from,
                day("2024-02-29"),
                from.plus(900),
                calendar::LAST,
                Day(u32::MAX),
            ] {
                let _ = occurrences(&rule, from, first, first.plus(400));
            }
        }
    }
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn what_is_not_taken() {
    let cases = [
        ("FREQ=HOURLY", RuleError::Value),
        ("FREQ=DAILY;BYHOUR=3", RuleError::Part),
        ("FREQ=DAILY;COUNT=2", RuleError::Part),
        ("FREQ=DAILY;INTERVAL=2;COUNT=1", RuleError::Together),
        ("FREQ=DAILY;UNTIL=20250101", RuleError::Part),
        ("FREQ=DAILY;INTERVAL=0", RuleError::Value),
        ("FREQ=DAILY;INTERVAL=367", RuleError::Value),
        ("FREQ=DAILY;INTERVAL=99999999999", RuleError::Value),
        ("FREQ=DAILY;FREQ=DAILY", RuleError::Form),
        ("FREQ=WEEKLY;BYMONTHDAY=1", RuleError::Together),
        ("FREQ=WEEKLY;BYDAY=1MO", RuleError::Together),
        ("FREQ=YEARLY;BYDAY=1MO", RuleError::Together),
        ("FREQ=MONTHLY;BYDAY=5MO", RuleError::Value),
        ("FREQ=MONTHLY;BYDAY=0MO", RuleError::Value),
        ("FREQ=MONTHLY;BYMONTHDAY=-128", RuleError::Value),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", RuleError::Never),
        ("BYDAY=MO", RuleError::Form),
        ("", RuleError::Form),
        ("weekday", RuleError::Form),
    ];
    for (spelling, error) in cases {
        assert_eq!(Rule::parse(spelling), Err(error), "{spelling}");
    }
    assert_eq!(Rule::parse(&"A".repeat(300)), Err(RuleError::TooLong));
}

#[test]
fn sugar_means_what_it_says() {
    let cases = [
        ("day", "FREQ=DAILY", "every day"),
        (
            "weekday",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            "every weekday",
        ),
        ("friday", "FREQ=WEEKLY;BYDAY=FR", "every Friday"),
        (
            "Mon and Thu",
            "FREQ=WEEKLY;BYDAY=MO,TH",
            "every Monday and Thursday",
        ),
        (
            "tue, thurs, sun",
            "FREQ=WEEKLY;BYDAY=TU,TH,SU",
            "every Tuesday, Thursday and Sunday",
        ),
        (
            "weekend",
            "FREQ=WEEKLY;BYDAY=SA,SU",
            "every Saturday and Sunday",
        ),
        ("other week", "FREQ=WEEKLY;INTERVAL=2", "every other week"),
        (
            "other friday",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
            "every other week on Friday",
        ),
        ("3 days", "FREQ=DAILY;INTERVAL=3", "every 3 days"),
        ("month", "FREQ=MONTHLY", "every month"),
        (
            "last sunday",
            "FREQ=MONTHLY;BYDAY=-1SU",
            "every month on the last Sunday",
        ),
        ("once", "FREQ=DAILY;COUNT=1", "once"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "every month on the last day",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,12,22",
            "FREQ=MONTHLY;BYMONTHDAY=1,12,22",
            "every month on the 1st, the 12th and the 22nd",
        ),
    ];
    for (words, spelling, said) in cases {
        let rule = sugar(words).unwrap();
        assert_eq!(rule.to_string(), spelling, "{words}");
        assert_eq!(rule.in_words(), said);
    }
    for words in ["", "often", "0 days", "m", "friday often", "-1 days"] {
        assert!(sugar(words).is_err(), "{words}");
    }
}

#[test]
fn month_ends_and_leap_days() {
    let on = |spelling: &str, from: &str, first: &str, last: &str| -> Vec<String> {
        let rule = Rule::parse(spelling).unwrap();
        let found = occurrences(&rule, day(from), day(first), day(last));
        found.into_iter().map(calendar::iso).collect()
    };
    assert_eq!(
        on("FREQ=MONTHLY", "2025-01-31", "2025-01-01", "2025-06-30"),
        ["2025-01-31", "2025-03-31", "2025-05-31"],
        "months without a 31st are passed over (RFC 5545 3.3.10)"
    );
    assert_eq!(
        on(
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "2024-01-01",
            "2024-01-01",
            "2024-03-31"
        ),
        ["2024-01-31", "2024-02-29", "2024-03-31"]
    );
    assert_eq!(
        on("FREQ=YEARLY", "2024-02-29", "2024-01-01", "2024-12-31"),
        ["2024-02-29"]
    );
    assert!(on("FREQ=YEARLY", "2024-02-29", "2025-01-01", "2025-12-31").is_empty());
    assert_eq!(
        on("FREQ=YEARLY", "2024-02-29", "2028-01-01", "2028-12-31"),
        ["2028-02-29"]
    );
    assert_eq!(
        on(
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
            "2024-12-24",
            "2024-12-24",
            "2025-01-31"
        ),
        ["2025-01-06", "2025-01-20"],
        "every other week counts from the week of the first day"
    );
    assert_eq!(
        on(
            "FREQ=DAILY;COUNT=1",
            "2025-03-14",
            "2025-03-01",
            "2025-04-30"
        ),
        ["2025-03-14"]
    );
}

#[test]
fn days_and_times_as_they_are_written() {
    let today = day("2025-03-14");
    assert_eq!(calendar::name(today), "Friday 14 March");
    assert_eq!(
        calendar::name_seen_from(day("2024-03-04"), today),
        "Monday 4 March 2024"
    );
    assert_eq!(
        calendar::short_name_seen_from(day("2025-06-08"), today),
        "8 June"
    );
    let past = |text: &str| calendar::parse_day(text, today, Towards::Past).map(calendar::iso);
    let future = |text: &str| calendar::parse_day(text, today, Towards::Future).map(calendar::iso);
    assert_eq!(past("today").unwrap(), "2025-03-14");
    assert_eq!(past("yesterday").unwrap(), "2025-03-13");
    assert_eq!(past("friday").unwrap(), "2025-03-14");
    assert_eq!(past("thu").unwrap(), "2025-03-13");
    assert_eq!(future("Thursday").unwrap(), "2025-03-20");
    assert_eq!(future("2024-02-29").unwrap(), "2024-02-29");
    for text in [
        "",
        "2025-02-29",
        "2025-3-4",
        "14.3.2025",
        "someday",
        "1969-12-31",
        "10000-01-01",
    ] {
        assert!(past(text).is_err(), "{text}");
    }
    assert_eq!(calendar::parse_time("18:00"), Ok(1_080));
    assert_eq!(calendar::time(1_080), "18:00");
    for text in ["24:00", "18", "18:60", "6pm", "", "18:00:00"] {
        assert!(calendar::parse_time(text).is_err(), "{text}");
    }
    assert_eq!(calendar::parse_span("2w"), Ok(14));
    for text in ["", "w", "0d", "2x", "999999999999w", "99999999w"] {
        assert!(calendar::parse_span(text).is_err(), "{text}");
    }
    assert!(calendar::date(Day(u32::MAX)).is_none());
    assert_eq!(calendar::name(Day(u32::MAX)), "day 4294967295");
}
