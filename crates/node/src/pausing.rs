//! A pause that runs on this machine: when it ends, and nothing else.
//!
//! It is shown while the home is locked and after the terminal was closed, so it lies in the state
//! folder, outside the vault (`docs/decisions/0013`). No time of it ever enters a record (S7).

use identity::Day;
use identity::cbor::{Malformed, Reader, Writer};
use pact::act::MAX_PAUSE;
use vault::{FileError, Places, state};

use crate::clock::{Clock, Now};
use crate::dice::Dice;

/// A pause with its agreed return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pausing {
    /// When it ends, in minutes since 1970.
    until: u64,
    /// How long it was said to be, in minutes.
    pub minutes: u16,
    /// By which this device tells it from every other pause: thrown, and of no meaning. None: a
    /// note of an earlier version.
    pub mark: Option<u64>,
}

impl Pausing {
    /// A pause from now on.
    #[must_use]
    pub fn of(minutes: u16, now: Now) -> Self {
        Self {
            until: (now.unix_ms / 60_000).saturating_add(minutes.into()),
            minutes,
            mark: None,
        }
    }

    /// The same with a mark of its own; without one where there are no dice, since the pause holds
    /// all the same.
    #[must_use]
    pub fn marked(self) -> Self {
        let thrown = Dice::system().bytes().ok();
        Self {
            mark: thrown.map(u64::from_le_bytes),
            ..self
        }
    }

    /// The pause that runs here; none if nobody took one, or its end is over. A note that says
    /// more than a pause can is no pause: a clock was set back.
    #[must_use]
    pub fn running(places: &Places, now: Now) -> Option<Self> {
        let kept = Self::kept(places)?;
        kept.left(now).map(|_| kept)
    }

    /// The last pause that was taken here and not come back from, over or not.
    #[must_use]
    pub fn kept(places: &Places) -> Option<Self> {
        Self::decode(&state::pause(places)?).ok()
    }

    /// Keeps it.
    pub fn keep(&self, places: &Places) -> Result<(), FileError> {
        let mut note = Writer::new();
        match self.mark {
            Some(_) => note.array(4).uint(2),
            None => note.array(3).uint(1),
        };
        note.uint(self.until).uint(self.minutes.into());
        if let Some(mark) = self.mark {
            note.uint(mark);
        }
        state::set_pause(places, &note.finish())
    }

    /// Forgets it.
    pub fn forget(places: &Places) -> Result<(), FileError> {
        state::clear_pause(places)
    }

    /// The minute of the day at which it ends here, and whether that is on a later day; none if it
    /// is over.
    #[must_use]
    pub fn ends(&self, clock: &Clock, now: Now) -> Option<(u16, bool)> {
        self.left(now)?;
        let end = clock.at(self.until.saturating_mul(60_000))?;
        Some((end.minute, end.day > now.day))
    }

    /// The day here and its minute at which it ended, if it is over and nobody has come back, until
    /// the end of the day after: what is older is nobody's matter any more.
    #[must_use]
    pub fn over(&self, clock: &Clock, now: Now) -> Option<(Day, u16)> {
        if now.unix_ms / 60_000 < self.until {
            return None;
        }
        let end = clock.at(self.until.saturating_mul(60_000))?;
        (now.day.0 <= end.day.0.saturating_add(1)).then_some((end.day, end.minute))
    }

    /// Whether the time that was said is over by more than the minute in which it ended.
    #[must_use]
    pub fn is_past(&self, now: Now) -> bool {
        now.unix_ms / 60_000 > self.until
    }

    fn left(&self, now: Now) -> Option<u16> {
        let left = self.until.checked_sub(now.unix_ms / 60_000)?;
        u16::try_from(left)
            .ok()
            .filter(|left| (1..=MAX_PAUSE.min(self.minutes)).contains(left))
    }

    fn decode(note: &[u8]) -> Result<Self, Malformed> {
        let mut read = Reader::new(note);
        let marked = match (read.array()?, read.uint()?) {
            (3, 1) => false,
            (4, 2) => true,
            _ => return Err(Malformed::Range),
        };
        let (until, minutes) = (read.uint()?, read.small()?);
        let mark = if marked { Some(read.uint()?) } else { None };
        read.end()?;
        Ok(Self {
            until,
            minutes,
            mark,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn clock() -> Clock {
        Clock::injected(std::ffi::OsStr::new("2025-03-04T00:00:00+00:00")).unwrap()
    }

    fn at(minute: u16) -> Now {
        Now {
            unix_ms: 1_741_046_400_000 + u64::from(minute) * 60_000,
            day: Day(20_151),
            minute,
        }
    }

    fn places(dir: &tempfile::TempDir) -> Places {
        Places {
            home: dir.path().join("home"),
            state: dir.path().join("state"),
        }
    }

    #[test]
    fn it_outlives_its_process_and_ends_by_the_clock() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(&dir);
        assert_eq!(Pausing::running(&places, at(1280)), None);
        let pause = Pausing::of(20, at(1280));
        pause.keep(&places).unwrap();
        assert_eq!(Pausing::running(&places, at(1285)), Some(pause));
        assert_eq!(pause.ends(&clock(), at(1285)), Some((1300, false)));
        assert_eq!(Pausing::running(&places, at(1300)), None, "its end is over");
        assert!(!pause.is_past(at(1300)), "the minute that was said");
        assert!(pause.is_past(at(1301)));
        assert_eq!(Pausing::kept(&places), Some(pause), "nobody has come back");
        assert_eq!(
            Pausing::running(&places, at(1200)),
            None,
            "the clock was set back"
        );
        Pausing::forget(&places).unwrap();
        Pausing::forget(&places).unwrap();
        assert_eq!(Pausing::kept(&places), None);
    }

    #[test]
    fn one_that_is_over_is_known_until_the_end_of_the_next_day() {
        let pause = Pausing::of(20, at(1280));
        let on = |day: u32, minute: u16| Now {
            unix_ms: at(minute).unix_ms + u64::from(day) * 86_400_000,
            day: Day(20_151 + day),
            minute,
        };
        assert_eq!(pause.over(&clock(), at(1299)), None, "it runs");
        let ended = Some((Day(20_151), 1300));
        assert_eq!(pause.over(&clock(), at(1300)), ended);
        assert_eq!(pause.over(&clock(), on(1, 1439)), ended);
        assert_eq!(pause.over(&clock(), on(2, 0)), None);
    }

    #[test]
    fn a_mark_is_kept_and_no_two_are_alike() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(&dir);
        let pause = Pausing::of(20, at(1280)).marked();
        assert_ne!(pause.mark, Pausing::of(20, at(1280)).marked().mark);
        pause.keep(&places).unwrap();
        assert_eq!(Pausing::kept(&places), Some(pause));
    }

    #[test]
    fn over_midnight_it_ends_on_another_day() {
        let pause = Pausing::of(30, at(1430));
        assert_eq!(pause.ends(&clock(), at(1430)), Some((20, true)));
    }

    #[test]
    fn a_note_that_is_none_is_no_pause() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(&dir);
        for wrong in [
            &b""[..],
            b"soon",
            &[0x83, 2, 1, 1],
            &[0x84, 1, 1, 1, 1],
            &[0xff; 64],
            &[0; 65],
        ] {
            state::set_pause(&places, wrong).unwrap();
            assert_eq!(Pausing::kept(&places), None);
        }
    }
}
