//! Leaving: one person, at once, offline; no key is needed and nothing is sent (S1, S2).
//!
//! ```text
//! leave ─▶ mark, durable ─▶ valve shut ─▶ agent and serve end ─▶ keys and words gone ─▶ archive
//! finish ──────────────────▲   at the next start of anything, before a socket opens
//! ```

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use vault::leaving::Departure;
use vault::state::{Lock, Post};
use vault::{FileError, Places};

use crate::agent;
use crate::notify::{self, Notice};

pub use vault::leaving::{LeaveError, last_archive};

/// What leaving has left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Where the sealed archive of what was signed lies, if anything was signed and is kept.
    pub archive: Option<PathBuf>,
    /// A background process of this home did not end: logging out ends it.
    pub stuck: bool,
}

/// How long a `serve` in another terminal has to end by itself. It cannot send anything meanwhile.
const PATIENCE: Duration = Duration::from_millis(500);

/// Leaves. Whenever the process ends after the mark stands, [`finish`] does the rest.
///
/// # Errors
/// A file cannot be written: before the mark stands nothing has changed, and afterwards nothing is
/// sent and the next start goes on.
pub fn leave(places: &Places, erase: bool) -> Result<Left, LeaveError> {
    let departure = Departure::begin(places, erase, false)?;
    go_on(places, &departure)
}

/// Marks that this person leaves once a last word was tried to be told: should the process end
/// meanwhile, the next start leaves.
///
/// # Errors
/// The mark cannot be written; nothing has changed.
pub fn will_leave(places: &Places, erase: bool) -> Result<(), FileError> {
    Departure::begin(places, erase, true).map(drop)
}

/// Completes a departure that was begun, if there is one.
///
/// # Errors
/// As [`leave`].
pub fn finish(places: &Places) -> Result<Option<Left>, LeaveError> {
    match Departure::pending(places)? {
        None => Ok(None),
        Some(departure) => go_on(places, &departure).map(Some),
    }
}

/// Erases an archive, its key first.
///
/// # Errors
/// A file cannot be written over or removed.
pub fn erase_archive(places: &Places) -> Result<(), LeaveError> {
    Departure::erase_archive(places)
}

/// Whether an archive's key is erased already, and only what opens nothing is left of it.
pub fn is_erased(places: &Places) -> bool {
    Departure::is_erased(places)
}

fn go_on(places: &Places, departure: &Departure) -> Result<Left, LeaveError> {
    departure.fall_silent(places)?;
    notify::tell(&places.state, Notice::Silence);
    let ended = agent::lock(places).is_ok();
    let serving = || Lock::is_held(places, Post::Serve).unwrap_or(false);
    let begun = Instant::now();
    while serving() && begun.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(5));
    }
    let stuck = !ended || serving();
    let archive = departure.go_on(places)?;
    Ok(Left { archive, stuck })
}
