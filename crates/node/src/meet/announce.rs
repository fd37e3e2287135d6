//! Announcing space: one attempt of at most ten seconds, while the valve is shut already; then
//! silence, whatever came of it (design §5.5).
//!
//! Killed at any moment, the silence holds: only the socket of this attempt speaks past the valve,
//! and it ends with its process. What was signed for nobody is taken back here, or by
//! [`Home::settle_announcement`] where this did not come to it.

use std::collections::BTreeMap;
use std::time::Duration;

use identity::{Day, LogId};
use tokio::time::{Instant, sleep_until};

use super::table::{Happened, Table, Way};
use super::{MeetError, on_a_runtime};
use crate::home::{Announcement, Home};
use crate::notify::Notice;

/// The longest that the attempt lasts.
const ATTEMPT: Duration = Duration::from_secs(10);

/// How far an announcement came, as far as this end can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// A device of the other has said that it holds it.
    Told,
    /// It was on its way when the line ended.
    Perhaps,
    /// Own other devices know; no device of the other was met.
    OwnAlone,
    /// Nothing left; what was signed is taken back.
    Nobody,
}

/// What came of announcing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// Whether the other knows.
    pub other: Reached,
    /// Own other devices that have not said that they know: they go on as before.
    pub untold: Vec<LogId>,
}

/// Tells the other, once, that space was taken, and a day if its owner named one. The valve must
/// have been shut before.
pub fn announce(home: &mut Home, until: Option<Day>) -> Result<Announced, MeetError> {
    on_a_runtime(announcing(home, until))
}

async fn announcing(home: &mut Home, until: Option<Day>) -> Result<Announced, MeetError> {
    if !home.is_paired() {
        return Err(MeetError::Alone);
    }
    let nowhere = home.addresses(None).is_empty() && home.settings().listen.is_none();
    if nowhere || home.has_lost_state() || home.needs_restore()? {
        return Ok(Announced {
            other: Reached::Nobody,
            untold: home.own_other_devices()?,
        });
    }
    let said = home.sign_announcement(until)?;
    // Whatever fails on the way, what never left is taken back.
    let held = attempt(home).await.unwrap_or_default();
    judge(home, &said, &held)
}

/// One talk, if somebody is there; how far each device that was met holds this device's log.
async fn attempt(home: &mut Home) -> Result<BTreeMap<LogId, u64>, MeetError> {
    let end = Instant::now() + ATTEMPT;
    let mut table = Table::set(home, None, Way::Announce { end })?;
    let addresses = home.addresses(None);
    // Who has no address to dial can only wait to be met.
    let mut dialling = !addresses.is_empty();
    if dialling {
        table.dial(addresses);
    }
    loop {
        tokio::select! {
            happened = table.next(home) => match happened? {
                Happened::Over { .. } | Happened::Noticed(Notice::Lock | Notice::Silence) => break,
                Happened::NobodyThere => dialling = false,
                Happened::Events(_) | Happened::Met | Happened::Noticed(_) => {}
            },
            () = sleep_until(end) => break,
        }
        if !dialling && !table.is_talking() && home.settings().listen.is_none() {
            break;
        }
    }
    Ok(table.held().clone())
}

fn judge(
    home: &mut Home,
    said: &Announcement,
    held: &BTreeMap<LogId, u64>,
) -> Result<Announced, MeetError> {
    let left = home.has_left(said)?;
    let own = home.own_other_devices()?;
    let knows = |log: &LogId| held.get(log).is_some_and(|seq| Home::covers(said, *seq));
    let met = held.keys().any(|log| !own.contains(log));
    let told = held.keys().any(|log| knows(log) && !own.contains(log));
    Ok(Announced {
        other: match (left, met, told) {
            (_, _, true) => Reached::Told,
            (true, true, false) => Reached::Perhaps,
            (true, false, false) => Reached::OwnAlone,
            (false, _, false) => Reached::Nobody,
        },
        untold: own.into_iter().filter(|log| !knows(log)).collect(),
    })
}
