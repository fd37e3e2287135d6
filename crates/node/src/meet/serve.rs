//! `serve`: at quiet times, a socket in windows of 25 minutes and dials at random moments in them;
//! or live, for an evening together, for as long as it runs.

use std::time::Duration;

use protocol::session::Event;
use tokio::time::{Instant, sleep, sleep_until};
use vault::state::{Lock, Post};

use super::once::{judge, judge_closing};
use super::table::{Happened, Table, Way};
use super::{Lane, MeetError, Outcome, Said, Serve};
use crate::clock::Clock;
use crate::home::{Home, HomeError, LiveMark};
use crate::notify::{Listener, Notice};

/// How long a window is open, in minutes.
const WINDOW: u16 = 25;

/// Minutes in a day.
const DAY: u16 = 24 * 60;

pub(super) async fn serving(
    mut home: Home,
    how: &Serve,
    said: &mut dyn FnMut(Said),
) -> Result<(), MeetError> {
    if !home.is_paired() && !home.is_half_paired() {
        return Err(MeetError::Alone);
    }
    if home.has_lost_state() {
        said(Said::NeedsYou);
        return Ok(());
    }
    let _post = Lock::take(home.places(), Post::Serve)
        .map_err(HomeError::from)?
        .ok_or(MeetError::Serving)?;
    if how.live {
        let _mark = LiveMark::set(&home.places().state).map_err(MeetError::Local)?;
        while sit(&mut home, how, said, |_| false).await? == Stop::Moved {
            if Lane::open(home.places()).is_none() {
                break;
            }
        }
        Ok(())
    } else {
        in_windows(&mut home, how, said).await
    }
}

async fn in_windows(
    home: &mut Home,
    how: &Serve,
    said: &mut dyn FnMut(Said),
) -> Result<(), MeetError> {
    let mut rested = false;
    // One ear for as long as it serves: a lock that is told between two naps is heard too.
    let notices = Listener::bind(&home.places().state).map_err(MeetError::Local)?;
    loop {
        // Midnight comes while it rests, too: what has faded is destroyed on its day.
        home.fade()?;
        let times = how
            .at
            .clone()
            .unwrap_or_else(|| home.settings().times.clone());
        if is_open(&times, home.clock()) {
            rested = false;
            let over = |clock: &Clock| !is_open(&times, clock);
            let stop = sit(home, how, said, over).await?;
            if stop == Stop::Told || Lane::open(home.places()).is_none() {
                return Ok(());
            }
            continue;
        }
        if !rested {
            rested = true;
            said(Said::Resting);
        }
        // No socket here: only the home's own notices are heard.
        let nap = home.clock().nap(Duration::from_secs(20));
        tokio::select! {
            notice = notices.next() => {
                match notice.map_err(MeetError::Local)? {
                    Notice::Changed | Notice::Joining => {}
                    Notice::Lock => return Ok(()),
                    Notice::Silence if Lane::open(home.places()).is_some() => {}
                    Notice::Silence => return Ok(()),
                }
                home.refresh_settings()?;
            }
            () = sleep(nap) => {}
        }
    }
}

/// Whether a minute of the day lies in a window that began at one of the times.
fn is_open(times: &[u16], clock: &Clock) -> bool {
    let minute = clock.now().minute;
    times.iter().any(|at| (minute + DAY - at) % DAY < WINDOW)
}

#[derive(PartialEq, Eq)]
enum Stop {
    WindowOver,
    Told,
    /// The valve was moved: another lane is open now, or none.
    Moved,
}

/// At the table until the window is over, or for good.
async fn sit(
    home: &mut Home,
    how: &Serve,
    said: &mut dyn FnMut(Said),
    over: impl Fn(&Clock) -> bool,
) -> Result<Stop, MeetError> {
    let Some(lane) = Lane::open(home.places()) else {
        return Err(MeetError::Silent);
    };
    let mut table = Table::set(home, how.listen, Way::Meet { live: how.live })?;
    let stop = stay(&mut table, home, (how, lane), said, over).await;
    // The socket is gone when this returns, so that another one can stand in its place.
    table.close().await;
    stop
}

async fn stay(
    table: &mut Table,
    home: &mut Home,
    (how, lane): (&Serve, Lane),
    said: &mut dyn FnMut(Said),
    over: impl Fn(&Clock) -> bool,
) -> Result<Stop, MeetError> {
    said(Said::Listening(table.local_addr()?));
    let (mut together, mut more) = (false, false);
    let mut dial_at = Instant::now() + gap(home, how.live, true)?;
    loop {
        let look = home.clock().nap(Duration::from_secs(5));
        let talking = table.is_talking();
        tokio::select! {
            happened = table.next(home) => {
                let (events, closing, ended) = match happened? {
                    Happened::Events(events) => (events, None, false),
                    Happened::Over { events, closing, .. } => (events, closing, true),
                    Happened::Met => {
                        dial_at = Instant::now() + gap(home, true, false)?;
                        continue;
                    }
                    Happened::NobodyThere => continue,
                    Happened::Noticed(Notice::Changed | Notice::Joining) => {
                        home.refresh_settings()?;
                        continue;
                    }
                    Happened::Noticed(Notice::Lock) => return Ok(Stop::Told),
                    Happened::Noticed(Notice::Silence) => return Ok(Stop::Moved),
                };
                tell(&events, said);
                match judge(&events).max(judge_closing(closing)) {
                    Outcome::Done => {}
                    Outcome::DoesNotCheckOut => said(Said::DoesNotCheckOut),
                    Outcome::NeedsYou => said(Said::NeedsYou),
                }
                if events.contains(&Event::Greeted { live: true }) {
                    together = true;
                    said(Said::Together);
                }
                more |= events.contains(&Event::LimitReached);
                if ended {
                    if std::mem::take(&mut together) {
                        said(Said::Apart);
                    }
                    // What one session may not carry is for the next one, soon.
                    let soon = how.live || std::mem::take(&mut more);
                    dial_at = Instant::now() + gap(home, soon, false)?;
                }
            }
            () = sleep_until(dial_at), if !talking => {
                table.dial(home.addresses(how.address));
                dial_at = Instant::now() + gap(home, how.live, false)?;
            }
            () = sleep(look) => {}
        }
        home.fade()?;
        if over(home.clock()) {
            return Ok(Stop::WindowOver);
        }
        if Lane::open(home.places()) != Some(lane) {
            return Ok(Stop::Moved);
        }
    }
}

/// How long until the next dial: not to be guessed, and soon where both wait for it.
fn gap(home: &mut Home, live: bool, first: bool) -> Result<Duration, HomeError> {
    let bound = match (live || home.clock().is_injected(), first) {
        (true, true) => Duration::from_millis(300),
        (true, false) => Duration::from_secs(2),
        (false, true) => Duration::from_secs(60),
        (false, false) => Duration::from_secs(300),
    };
    Ok(bound / 10 + home.random_within(bound, bound)?)
}

fn tell(events: &[Event], said: &mut dyn FnMut(Said)) {
    let news = |event: &Event| {
        matches!(
            event,
            Event::Received { .. } | Event::RosterChanged | Event::Words
        )
    };
    if events.iter().any(news) {
        said(Said::News);
    }
}
