//! What today's page says is due, at any instant of a leap year and wherever its person is: month
//! ends, the leap day, the turn of the year, changes of clocks and journeys, as a property.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::people::World;

/// Each promise: its title, how its days are typed, and whether it is due on a day.
type Promise = (&'static str, &'static str, fn(Civil) -> bool);

const PROMISES: [Promise; 5] = [
    ("Daily", "day", |_| true),
    ("Weekdays", "weekday", |day| day.weekday < 5),
    ("Ends", "FREQ=MONTHLY;BYMONTHDAY=-1", |day| {
        day.day == LENGTHS[day.month - 1]
    }),
    ("Leaping", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", |day| {
        (day.month, day.day) == (2, 29)
    }),
    ("Long", "FREQ=MONTHLY;BYMONTHDAY=31", |day| day.day == 31),
];

/// Of 2028, which has a leap day.
const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A day of 2028 as it stands on the wall.
#[derive(Debug, Clone, Copy)]
struct Civil {
    /// 1 = January.
    month: usize,
    day: u32,
    /// 0 = Monday.
    weekday: u32,
}

impl Civil {
    /// The n-th day of the year, counted from nought. 2028 began on a Saturday.
    fn of(nth: u32) -> Self {
        let (mut month, mut left) = (1, nth);
        while left >= LENGTHS[month - 1] {
            left -= LENGTHS[month - 1];
            month += 1;
        }
        Self {
            month,
            day: left + 1,
            weekday: (nth + 5) % 7,
        }
    }

    fn iso(self) -> String {
        format!("2028-{:02}-{:02}", self.month, self.day)
    }
}

#[test]
fn what_is_due_is_what_the_day_on_the_wall_says() {
    let world = World::met();
    world.at("2027-12-30T19:00");
    for (title, every, _) in PROMISES {
        let line = ["promise", title, "--every", every, "--from", "2028-01-01"];
        world.run("ben", &line, &[]).ends(0);
        let offer = ["offer", title, "--review", "2028-12-30"];
        world.run("ben", &offer, &["s"]).ends(0);
    }
    world.at("2027-12-30T19:10");
    world.meet();
    for (title, ..) in PROMISES {
        world.run("ana", &["agree", title], &["s"]).ends(0);
    }
    world.at("2027-12-30T19:20");
    world.meet();

    // Near the ends of months, and any day; by clocks from twelve hours behind to fourteen ahead.
    let near = prop::sample::select(&[0_u32, 30, 31, 58, 60, 90, 120, 181, 243, 304][..]);
    let days = prop_oneof![Just(59_u32), near, 0_u32..363];
    let quarters = -48_i32..=56;
    let runner = RefCell::new(TestRunner::new(Config {
        cases: 60,
        failure_persistence: None,
        ..Config::default()
    }));
    let seen = RefCell::new(BTreeSet::new());
    let done =
        runner
            .borrow_mut()
            .run(&(days, quarters, 0_u32..1440), |(nth, quarters, minute)| {
                let civil = Civil::of(nth);
                let (sign, ahead) = (
                    if quarters < 0 { '-' } else { '+' },
                    quarters.unsigned_abs(),
                );
                world.at(&format!(
                    "{}T{:02}:{:02}:00{sign}{:02}:{:02}",
                    civil.iso(),
                    minute / 60,
                    minute % 60,
                    ahead / 4,
                    ahead % 4 * 15
                ));
                let status = world.run("ben", &["status", "--json"], &[]).ends(0).json();
                prop_assert_eq!(&status["day"], &serde_json::json!(civil.iso()));
                let due = status["due"].as_array().unwrap().iter();
                let due: BTreeSet<&str> = due.map(|due| due["title"].as_str().unwrap()).collect();
                let wanted = PROMISES.iter().filter(|(.., is_due)| is_due(civil));
                let wanted: BTreeSet<&str> = wanted.map(|(title, ..)| *title).collect();
                seen.borrow_mut()
                    .extend(wanted.iter().map(|title| (*title).to_owned()));
                prop_assert_eq!(due, wanted, "{:?}, {} quarters", civil, quarters);
                Ok(())
            });
    done.unwrap();
    assert_eq!(
        seen.borrow().len(),
        PROMISES.len(),
        "each was due once: {seen:?}"
    );
}
