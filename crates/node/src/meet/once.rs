//! `sync`: meets once, then stops.

use std::time::Duration;

use protocol::session::{Closing, Event};
use tokio::time::{Instant, sleep_until};

use super::table::{Happened, Table, Way};
use super::{MeetError, Once, Outcome};
use crate::home::Home;
use crate::notify::Notice;

/// How long a talk that is going on may outlast the time given.
const PATIENCE: Duration = Duration::from_secs(300);

pub(super) async fn sync_once(home: &mut Home, how: &Once) -> Result<Outcome, MeetError> {
    if !home.is_paired() && !home.is_half_paired() {
        return Err(MeetError::Alone);
    }
    if home.has_lost_state() {
        return Ok(Outcome::NeedsYou);
    }
    let addresses = home.addresses(how.address);
    let mut table = Table::set(home, None, Way::Meet { live: false })?;
    let began = Instant::now();
    let end = how.wait.map(|wait| began + wait);
    let mut verdict = Outcome::Done;
    let mut sessions = Sessions::default();
    let mut dial_at = began;
    if let Some(wait) = how.wait {
        dial_at += home.random_within(wait / 4, Duration::from_secs(3))?;
    }
    loop {
        let talking = table.is_talking();
        tokio::select! {
            happened = table.next(home) => match happened? {
                Happened::Events(events) => {
                    sessions.heard(&events);
                    verdict = verdict.max(judge(&events));
                }
                Happened::Over { events, closing, settled } => {
                    verdict = verdict.max(judge(&events)).max(judge_closing(closing));
                    sessions.heard(&events);
                    let more = settled && sessions.go_on();
                    if (settled && !more) || verdict != Outcome::Done {
                        return Ok(verdict);
                    }
                    if more {
                        dial_at = Instant::now();
                    } else if how.wait.is_none() {
                        // The line broke: that was this meeting.
                        return Ok(verdict);
                    }
                }
                // The plan is there: now for what is in it, over a connection of its own.
                Happened::Met => dial_at = Instant::now(),
                Happened::NobodyThere if how.wait.is_none() => return Ok(verdict),
                Happened::NobodyThere | Happened::Noticed(Notice::Changed | Notice::Joining) => {}
                Happened::Noticed(Notice::Lock | Notice::Silence) => return Ok(verdict),
            },
            () = sleep_until(dial_at), if !talking => {
                table.dial(addresses.clone());
                dial_at = match how.wait {
                    Some(wait) => {
                        let gap = home.random_within(wait / 3, Duration::from_secs(45))?;
                        Instant::now() + gap.max(Duration::from_millis(200))
                    }
                    None => began + PATIENCE,
                };
            }
            () = sleep_until(end.unwrap_or(began + PATIENCE)), if !talking => {
                return Ok(verdict);
            }
            () = sleep_until(end.unwrap_or(began) + PATIENCE) => return Ok(verdict),
        }
    }
}

/// How many sessions one `sync` may take: 6.4 million records, far above what a home keeps.
const MOST: u32 = 64;

/// Whether one session was not enough (S37).
#[derive(Default)]
struct Sessions {
    more: bool,
    over: u32,
}

impl Sessions {
    fn heard(&mut self, events: &[Event]) {
        self.more |= events.contains(&Event::LimitReached);
    }

    /// A session is over. Whether another one follows.
    fn go_on(&mut self) -> bool {
        self.over += 1;
        std::mem::take(&mut self.more) && self.over < MOST
    }
}

/// What events say about whether something is wrong, and nothing else.
pub(super) fn judge(events: &[Event]) -> Outcome {
    let one = |event: &Event| match event {
        Event::Restored => Outcome::NeedsYou,
        Event::Forked { .. } => Outcome::DoesNotCheckOut,
        Event::Greeted { .. }
        | Event::Received { .. }
        | Event::Words
        | Event::RosterChanged
        | Event::Full
        | Event::LimitReached
        | Event::Settled => Outcome::Done,
    };
    events.iter().map(one).max().unwrap_or(Outcome::Done)
}

pub(super) fn judge_closing(closing: Option<Closing>) -> Outcome {
    match closing {
        Some(Closing::Violation(_)) => Outcome::DoesNotCheckOut,
        Some(Closing::Revoked | Closing::Silent) | None => Outcome::Done,
    }
}
