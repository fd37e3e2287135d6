//! Space: how this device stands to the network. Taking it works locked, unattended and offline.
//!
//! The valve alone decides what leaves (B8), and it is shut durably before anything else is done.
//! Beside it lies a note with the day that its owner named; without the note the silence is the
//! same. What was announced stands in the log, so that is asked of the open home.

use identity::Day;
use identity::cbor::{Malformed, Reader, Writer};
use vault::state::{self, Valve};
use vault::{FileError, Places};

use crate::notify::{self, Notice};

pub use crate::home::Letter;
pub use crate::meet::{Announced, Reached};

/// The space that was taken on this device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Whether words of the practical lane come and go.
    pub practical: bool,
    /// A day that its owner named. It ends nothing; its owner is asked on that day.
    pub until: Option<Day>,
}

/// How this device stands to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may meet.
    Open,
    /// Space was taken here.
    Taken(Taken),
    /// The flag is lost, and nothing leaves: a home without its state (B6).
    Lost,
}

/// How it stands; readable while locked.
#[must_use]
pub fn standing(places: &Places) -> Standing {
    let practical = match state::valve(places) {
        Valve::Open => return Standing::Open,
        Valve::Practical => true,
        Valve::Shut if state::is_valve_lost(places) => return Standing::Lost,
        Valve::Shut => false,
    };
    let until = state::space(places).and_then(|note| decode(&note).ok());
    Standing::Taken(Taken {
        practical,
        until: until.flatten(),
    })
}

/// Takes space here, or changes it: when this returns, nothing else leaves. The flag is durable
/// before anybody is told of it, and before the note: killed in between, the silence holds.
pub fn take(places: &Places, taken: Taken) -> Result<(), FileError> {
    let valve = if taken.practical {
        Valve::Practical
    } else {
        Valve::Shut
    };
    state::set_valve(places, valve)?;
    notify::tell(&places.state, Notice::Silence);
    match taken.until {
        None => state::clear_space(places),
        Some(_) => state::set_space(places, &encode(taken.until)),
    }
}

/// Ends it: from here on this device meets again. What tells the other is signed before.
pub fn end(places: &Places) -> Result<(), FileError> {
    state::clear_space(places)?;
    state::set_valve(places, Valve::Open)?;
    notify::tell(&places.state, Notice::Silence);
    Ok(())
}

/// `[1, until|null]`.
fn encode(until: Option<Day>) -> Vec<u8> {
    let mut note = Writer::new();
    note.array(2).uint(1);
    note.opt(until, |w, day| w.uint(day.0.into()));
    note.finish()
}

fn decode(note: &[u8]) -> Result<Option<Day>, Malformed> {
    let mut read = Reader::new(note);
    read.array_of(2)?;
    if read.uint()? != 1 {
        return Err(Malformed::Range);
    }
    let until = read.opt(|r| r.small().map(Day))?;
    read.end()?;
    Ok(until)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn places(dir: &tempfile::TempDir) -> Places {
        Places {
            home: dir.path().join("home"),
            state: dir.path().join("state"),
        }
    }

    #[test]
    fn it_stands_until_it_is_ended_whatever_becomes_of_its_note() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(&dir);
        assert_eq!(standing(&places), Standing::Lost, "nothing says open");
        let silent = |until| {
            Standing::Taken(Taken {
                practical: false,
                until,
            })
        };
        let taken = Taken {
            practical: false,
            until: Some(Day(20_000)),
        };
        take(&places, taken).unwrap();
        assert_eq!(standing(&places), silent(Some(Day(20_000))));
        for wrong in [&b""[..], b"soon", &[0x82, 2, 1], &[0xff; 64], &[0; 65]] {
            state::set_space(&places, wrong).unwrap();
            assert_eq!(standing(&places), silent(None));
        }
        let practical = Taken {
            practical: true,
            until: None,
        };
        take(&places, practical).unwrap();
        assert_eq!(standing(&places), Standing::Taken(practical));
        end(&places).unwrap();
        end(&places).unwrap();
        assert_eq!(standing(&places), Standing::Open);
    }
}
