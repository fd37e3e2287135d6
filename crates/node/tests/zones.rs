//! The day here, by the clocks of wherever its person is: over changes of the clocks, and on journeys.
//!
//! 1. The day and the minute are those on the wall, in every zone, at every instant.
//! 2. Over a change of the clocks no day is lost and none comes twice; also where it is midnight that is
//!    missing or comes twice. The day goes back only where the wall does: in St John's the clocks once
//!    went from a minute past midnight to a minute past eleven.
//! 3. What is due is the same at each instant of a civil day, however many hours that day has.
//! 4. Who travels has the day of where they are: at most two away from the other's, and what is due is
//!    what is due on that day; nothing of the zone they left comes with them.
//! 5. A pause ends after its minutes, at the hour that the wall shows then.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::ffi::OsStr;

use chrono::{DateTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use node::Clock;
use pact::rule::occurs_on;
use pact::{Rule, calendar};
use proptest::prelude::*;

/// Clocks that change by an hour, by half an hour, at midnight, before the equator and behind it, and
/// such as never change.
const ZONES: [Tz; 12] = [
    Tz::Europe__Berlin,
    Tz::Europe__London,
    Tz::America__New_York,
    Tz::America__St_Johns,
    Tz::America__Sao_Paulo,
    Tz::Asia__Beirut,
    Tz::Australia__Lord_Howe,
    Tz::Australia__Sydney,
    Tz::Asia__Kathmandu,
    Tz::Pacific__Kiritimati,
    Tz::Pacific__Marquesas,
    Tz::Africa__Casablanca,
];

fn clock(zone: Tz, at: DateTime<Utc>) -> Clock {
    let here = at.with_timezone(&zone).to_rfc3339();
    Clock::injected(OsStr::new(&here)).unwrap()
}

fn read(zone: Tz, at: DateTime<Utc>) -> node::clock::Now {
    clock(zone, at).now()
}

/// The hours of a year in which a zone changes its clocks.
fn changes(zone: Tz, year: i32) -> Vec<DateTime<Utc>> {
    let first = Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap();
    let hours = (0..366 * 24).map(|n| first + chrono::Duration::hours(n));
    let offset = |at: DateTime<Utc>| at.with_timezone(&zone).offset().fix();
    let is_change = |at: &DateTime<Utc>| offset(*at) != offset(*at + chrono::Duration::hours(1));
    hours.filter(is_change).collect()
}

/// A zone, and an instant some hours around a change of its clocks; any instant where it has none.
fn places() -> impl Strategy<Value = (Tz, DateTime<Utc>)> {
    let one = any::<prop::sample::Index>();
    let around = (-720_i64..60, 0_i64..60);
    (zones(), 1996_i32..2037, one, around).prop_map(|(zone, year, one, (minutes, seconds))| {
        let changes = changes(zone, year);
        let near = if changes.is_empty() {
            let days = i64::try_from(one.index(365)).unwrap();
            Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap() + chrono::Duration::days(days)
        } else {
            changes[one.index(changes.len())]
        };
        (
            zone,
            near + chrono::Duration::seconds(minutes * 60 + seconds),
        )
    })
}

fn rules() -> impl Strategy<Value = Rule> {
    let spelled = prop::sample::select(
        &[
            "FREQ=DAILY",
            "FREQ=DAILY;INTERVAL=3",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "FREQ=MONTHLY;BYDAY=-1SU",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        ][..],
    );
    spelled.prop_map(|spelled| Rule::parse(spelled).unwrap())
}

fn zones() -> impl Strategy<Value = Tz> {
    prop::sample::select(&ZONES[..])
}

/// One minute of 27 October 1996, and then the last hour of the 26th once more.
#[test]
fn the_day_goes_back_where_the_wall_does() {
    let zone = Tz::America__St_Johns;
    let minute = Utc.with_ymd_and_hms(1996, 10, 27, 2, 30, 30).unwrap();
    let first = read(zone, minute);
    let second = read(zone, minute + chrono::Duration::minutes(1));
    assert_eq!(calendar::iso(first.day), "1996-10-27");
    assert_eq!(calendar::iso(second.day), "1996-10-26");
    assert_eq!((first.minute, second.minute), (0, 23 * 60 + 1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn the_day_is_the_one_on_the_wall((zone, at) in places()) {
        let (now, wall) = (read(zone, at), at.with_timezone(&zone));
        prop_assert_eq!(calendar::iso(now.day), wall.format("%Y-%m-%d").to_string());
        prop_assert_eq!(u32::from(now.minute), wall.hour() * 60 + wall.minute());
        prop_assert_eq!(i64::try_from(now.unix_ms).unwrap(), at.timestamp_millis());
    }

    #[test]
    fn no_day_is_lost_and_none_comes_twice((zone, at) in places(), rule in rules()) {
        let from = calendar::parse_day("1996-01-01", identity::Day(0), calendar::Towards::Past).unwrap();
        let wall = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
        let mut last = (read(zone, at), at);
        let mut due = std::collections::BTreeMap::new();
        // Two days and a quarter of an hour, in quarters.
        for quarter in 0..=193 {
            let instant = at + chrono::Duration::minutes(15 * quarter);
            let now = read(zone, instant);
            let back = now.day < last.0.day;
            let is_wall = wall(instant) < wall(last.1) && now.day.plus(1) == last.0.day;
            prop_assert!(!back || is_wall, "{:?} then {:?}", last, now);
            prop_assert!(now.day <= last.0.day.plus(1), "{:?} then {:?}", last, now);
            let is_due = occurs_on(&rule, from, now.day);
            let before = due.insert(now.day, is_due);
            prop_assert!(before.is_none_or(|was| was == is_due), "it changed within {:?}", now.day);
            last = (now, instant);
        }
    }

    #[test]
    fn who_travels_has_the_day_of_the_place(
        home in zones(), (away, at) in places(), rule in rules(), hours in 0_i64..30,
    ) {
        let from = calendar::parse_day("1996-01-01", identity::Day(0), calendar::Towards::Past).unwrap();
        let (left, stayed) = (read(away, at), read(home, at));
        prop_assert!(left.day.0.abs_diff(stayed.day.0) <= 2);
        prop_assert_eq!(left.unix_ms, stayed.unix_ms);
        // After the journey it is the day there, whatever it was on leaving.
        let there = read(away, at + chrono::Duration::hours(hours));
        let wall = (at + chrono::Duration::hours(hours)).with_timezone(&away).date_naive();
        prop_assert_eq!(occurs_on(&rule, from, there.day), occurs_on(&rule, from, calendar::day(wall).unwrap()));
    }

    #[test]
    fn a_pause_ends_at_the_hour_of_the_wall((zone, at) in places(), minutes in 1_u16..600) {
        // The clock as it stands at the end, since an injected one keeps its offset.
        let end = at + chrono::Duration::minutes(minutes.into());
        let now = read(zone, at);
        let pause = node::pausing::Pausing::of(minutes, now);
        let (ends, later) = pause.ends(&clock(zone, end), now).unwrap();
        // Whole minutes: the seconds of the beginning are left out.
        let end = DateTime::<Utc>::from_timestamp(end.timestamp() / 60 * 60, 0).unwrap();
        let wall = end.with_timezone(&zone);
        prop_assert_eq!(u32::from(ends), wall.hour() * 60 + wall.minute());
        prop_assert_eq!(later, calendar::day(wall.date_naive()).unwrap() > now.day);
    }
}
