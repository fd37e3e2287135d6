//! The only clock: what day it is here, and how long ago something was.
//!
//! In a rehearsal home `HANDFAST_NOW` (an instant, or `@FILE` read at each use) replaces it, so
//! that the tour and the tests wait for no real day. QUIC's own timers stay on the real one.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Datelike, FixedOffset, Local, NaiveDate, NaiveDateTime, Timelike};
use identity::Day;
use rustix::time::{ClockId, clock_gettime};

/// The variable that injects an instant.
pub const NOW: &str = "HANDFAST_NOW";

/// Days from 0001-01-01 (which chrono counts as 1) to 1970-01-01.
const EPOCH_DAYS: i32 = 719_163;

/// Why an injected instant cannot be used. All of them are wrong usage.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// The variable is set for a home that is not a rehearsal.
    #[error("HANDFAST_NOW works in a rehearsal home only")]
    NotARehearsal,
    /// Neither an instant nor a file.
    #[error("HANDFAST_NOW is not an instant like 2025-03-04T08:00:00+01:00, nor @FILE")]
    NotAnInstant,
    /// `@FILE` cannot be read.
    #[error("the file that HANDFAST_NOW names cannot be read")]
    File(#[source] std::io::Error),
}

/// A source of time. Cheap to clone; clones agree.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Instant(DateTime<FixedOffset>),
    /// The file and the last instant it held, for a read that meets it half written.
    File(PathBuf, Arc<Mutex<DateTime<FixedOffset>>>),
}

/// One reading of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since 1970 in UTC.
    pub unix_ms: u64,
    /// The civil day here.
    pub day: Day,
    /// Minutes since midnight here.
    pub minute: u16,
}

impl Clock {
    /// The clock of this machine.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The clock that a home uses: the machine's, or in a rehearsal what `HANDFAST_NOW` says.
    pub fn from_env(rehearsal: bool) -> Result<Self, ClockError> {
        match env::var_os(NOW) {
            None => Ok(Self::system()),
            Some(_) if !rehearsal => Err(ClockError::NotARehearsal),
            Some(value) => Self::injected(&value),
        }
    }

    /// A clock that stands at an instant, or follows `@FILE`.
    pub fn injected(value: &OsStr) -> Result<Self, ClockError> {
        let value = value.to_str().ok_or(ClockError::NotAnInstant)?;
        match value.strip_prefix('@') {
            None => Ok(Self(Source::Instant(parse(value)?))),
            Some(path) => {
                let text = fs::read_to_string(path).map_err(ClockError::File)?;
                Ok(Self(Source::File(
                    path.into(),
                    Arc::new(Mutex::new(parse(&text)?)),
                )))
            }
        }
    }

    /// Whether time here is injected: then a wait has to look again, since it may jump.
    pub fn is_injected(&self) -> bool {
        !matches!(self.0, Source::System)
    }

    /// What it is now.
    #[expect(clippy::disallowed_methods, reason = "here is the clock")]
    pub fn now(&self) -> Now {
        match &self.0 {
            Source::System => reading(&Local::now().fixed_offset()),
            Source::Instant(at) => reading(at),
            Source::File(path, last) => {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(at) = fs::read_to_string(path)
                    .ok()
                    .and_then(|text| parse(&text).ok())
                {
                    *last = at;
                }
                reading(&last)
            }
        }
    }

    /// What it is here at that instant: where the clocks change in between, the hours in between are
    /// one more or one less than their minutes say.
    pub fn at(&self, unix_ms: u64) -> Option<Now> {
        let ms = i64::try_from(unix_ms).ok()?;
        let utc = DateTime::from_timestamp_millis(ms)?;
        Some(match &self.0 {
            Source::System => reading(&utc.with_timezone(&Local).fixed_offset()),
            Source::Instant(at) => reading(&utc.with_timezone(at.offset())),
            Source::File(_, last) => {
                let last = last.lock().unwrap_or_else(PoisonError::into_inner);
                reading(&utc.with_timezone(last.offset()))
            }
        })
    }

    /// Milliseconds since 1970.
    pub fn unix_ms(&self) -> u64 {
        self.now().unix_ms
    }

    /// The civil day here.
    pub fn today(&self) -> Day {
        self.now().day
    }

    /// Milliseconds on a clock that never goes back while the machine keeps its own time: what
    /// `protocol` measures its deadlines with. An injected clock is followed here too.
    pub fn moment(&self) -> protocol::Moment {
        static START: OnceLock<Instant> = OnceLock::new();
        match self.0 {
            Source::System => {
                let elapsed = START.get_or_init(Instant::now).elapsed();
                protocol::Moment(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
            }
            Source::Instant(_) | Source::File(..) => protocol::Moment(self.unix_ms()),
        }
    }

    /// The longest real wait before looking at this clock again, `wanted` being what is left of
    /// a deadline on it.
    pub fn nap(&self, wanted: Duration) -> Duration {
        if self.is_injected() {
            wanted.min(Duration::from_millis(50))
        } else {
            wanted
        }
    }
}

/// Time that the machine has slept since it started: grows by a suspend, by nothing else.
pub(crate) fn slept() -> Duration {
    #[cfg(target_os = "linux")]
    {
        let up = clock_gettime(ClockId::Boottime);
        let awake = clock_gettime(ClockId::Monotonic);
        let span = |t: rustix::time::Timespec| {
            Duration::new(
                u64::try_from(t.tv_sec).unwrap_or(0),
                u32::try_from(t.tv_nsec).unwrap_or(0),
            )
        };
        span(up).saturating_sub(span(awake))
    }
    #[cfg(not(target_os = "linux"))]
    {
        Duration::ZERO
    }
}

fn reading(at: &DateTime<FixedOffset>) -> Now {
    let day = at
        .date_naive()
        .num_days_from_ce()
        .saturating_sub(EPOCH_DAYS);
    let minute = at.hour().saturating_mul(60).saturating_add(at.minute());
    Now {
        unix_ms: u64::try_from(at.timestamp_millis()).unwrap_or(0),
        day: Day(u32::try_from(day).unwrap_or(0)),
        minute: u16::try_from(minute).unwrap_or(0),
    }
}

/// RFC 3339, or a day with or without a time, which are then UTC.
fn parse(text: &str) -> Result<DateTime<FixedOffset>, ClockError> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at);
    }
    let naive = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()
                .and_then(|day| day.and_hms_opt(12, 0, 0))
        });
    naive
        .map(|at| at.and_utc().fixed_offset())
        .ok_or(ClockError::NotAnInstant)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_day_is_the_one_of_the_instants_own_zone() {
        let clock = Clock::injected(OsStr::new("2025-03-04T23:30:00-05:00")).unwrap();
        let now = clock.now();
        assert_eq!(now.day, Day(20_151));
        assert_eq!(now.minute, 23 * 60 + 30);
        assert_eq!(now.unix_ms, 1_741_149_000_000);
    }

    #[test]
    fn a_file_is_read_at_each_use_and_a_torn_write_is_ridden_out() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("now");
        fs::write(&path, "2025-03-04T08:00\n").unwrap();
        let clock = Clock::injected(OsStr::new(&format!("@{}", path.display()))).unwrap();
        let before = clock.unix_ms();
        fs::write(&path, "2025-03-04T08:0").unwrap();
        fs::write(&path, "").unwrap();
        assert_eq!(clock.unix_ms(), before);
        fs::write(&path, "2025-03-04T08:02").unwrap();
        assert_eq!(clock.unix_ms(), before + 120_000);
        assert!(Clock::injected(OsStr::new("soon")).is_err());
    }
}
