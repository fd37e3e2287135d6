//! `status`: what is yours today, and what has come in.

use std::collections::{BTreeMap, BTreeSet};

use identity::LogId;
use pact::calendar;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::check_in::OnPage;
use crate::confidential::compose;
use crate::crossed;
use crate::desk::Desk;
use crate::evening;
use crate::items::Items;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::spaces::{self, Spaces};
use crate::today::hard::Pause;
use crate::today::words::Closed;
use crate::today::{Page, again};
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};

/// What is yours today, and what has come in
///
/// Thanks come first, then what is new from the other, then what is yours
/// today, then offers that you may look at when you like. Nothing here asks for
/// an answer.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Only what is mine today
    #[arg(long)]
    pub(crate) mine: bool,
    /// Also what runs here, and which devices can read
    #[arg(long)]
    pub(crate) all: bool,
}

/// Up to where the other's things were seen: what is new stays on the page for the day on which it
/// was first shown.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Looked {
    day: u32,
    /// Seen before this day.
    base: BTreeMap<String, u64>,
    /// Seen by now.
    now: BTreeMap<String, u64>,
    /// Closed words that were seen before this day, and by now: their names on this device.
    #[serde(default)]
    words_base: BTreeSet<String>,
    #[serde(default)]
    words_now: BTreeSet<String>,
}

impl Looked {
    /// Whether somebody looked before, and not for weeks.
    fn is_long_ago(&self, today: identity::Day) -> bool {
        self.day > 0 && today.0 >= self.day.saturating_add(again::AWAY)
    }
}

/// Under which this home remembers it; never sent.
const LOOKED: &str = "looked";

/// Under which this home remembers up to where the draft itself was read; never sent.
const READ: &str = "draft-read";

/// The draft stood before somebody's eyes: its changes so far are no news any more.
pub(crate) fn draft_was_read(home: &mut node::Home) -> Result<(), Trouble> {
    let end = home.end().map_err(home_trouble)?;
    let row = serde_json::to_vec(&text(&end.0)).unwrap_or_default();
    if home.local(READ).map_err(home_trouble)? != Some(row.clone()) {
        home.set_local(READ, &row).map_err(home_trouble)?;
    }
    Ok(())
}

/// After which place in each log a change of the draft is news: where it was read, or where this
/// page was last looked at.
fn after_reading(
    home: &node::Home,
    cursor: &BTreeMap<LogId, u64>,
) -> Result<BTreeMap<LogId, u64>, Trouble> {
    let row = home.local(READ).map_err(home_trouble)?;
    let read: BTreeMap<String, u64> = row
        .and_then(|row| serde_json::from_slice(&row).ok())
        .unwrap_or_default();
    let mut after = cursor.clone();
    for (log, seq) in &read {
        if let Ok(log) = log.parse() {
            let known = after.entry(log).or_default();
            *known = (*known).max(*seq);
        }
    }
    Ok(after)
}

/// Shows the page.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let places = desk.begun()?;
    desk.with_home(|desk, home| {
        if !home.is_paired() {
            return alone(desk, home);
        }
        let ((), before, after) = with_page(home, args.mine, |page| {
            desk.out.data(&page.text(args.mine));
            if args.all {
                desk.out
                    .data(&all(node::agent::status(&places), page.devices));
            }
            if !desk.out.json() {
                return;
            }
            let running = node::agent::status(&places);
            let mut json = page.json();
            if let Value::Object(map) = &mut json {
                map.insert(
                    "running".into(),
                    json!({
                        "open": running.is_some_and(|status| status.unlocked),
                        "serving": running.is_some_and(|status| status.serving),
                    }),
                );
                map.insert(
                    "devices".into(),
                    page.devices
                        .iter()
                        .map(crate::devices::Device::json)
                        .collect(),
                );
            }
            desk.out.document("status", json);
        })?;
        // A script that looks has not seen for its person.
        if desk.attended() && !args.mine && after != before {
            let bytes = serde_json::to_vec(&after).unwrap_or_default();
            home.set_local(LOOKED, &bytes).map_err(home_trouble)?;
        }
        Ok(Exit::Done)
    })
}

/// What runs on this machine, and who can read: of devices their names alone, never when one was
/// there (S11, S60).
fn all(running: Option<node::agent::Status>, devices: &[crate::devices::Device]) -> String {
    let is_open = running.as_ref().is_some_and(|status| status.unlocked);
    let serves = running.as_ref().is_some_and(|status| status.serving);
    let mut page = format!("\n{}\n", render::strong("What runs here"));
    page.push_str(if is_open {
        "  This device is open until you lock it, or leave it alone for a while.\n"
    } else {
        "  This device is closed: the passphrase opens it.\n"
    });
    page.push_str(if serves {
        "  It meets the other device at its times: handfast serve runs.\n"
    } else {
        "  Nothing here meets the other device by itself.\n"
    });
    page.push_str(&format!("\n{}\n", render::strong("Devices that can read")));
    for device in devices.iter().filter(|device| !device.revoked) {
        let name = format!("  {}", render::title(&device.name, 40));
        let remark = device.remark();
        page.push_str(&if remark.is_empty() {
            format!("{name}\n")
        } else {
            format!("{name} ({remark})\n")
        });
    }
    page
}

/// The page as it would be shown now, for every screen that shows it.
pub(crate) fn text_of(home: &mut node::Home) -> Result<String, Trouble> {
    with_page(home, false, |page| page.text(false)).map(|(text, _, _)| text)
}

/// Makes the page; and up to where things were seen before it and after it.
fn with_page<T>(
    home: &mut node::Home,
    mine: bool,
    show: impl FnOnce(&Page<'_>) -> T,
) -> Result<(T, Looked, Looked), Trouble> {
    let places = home.places().clone();
    let names = Names::of(home)?;
    let today = home.today();
    let minute = home.clock().now().minute;
    let before = looked(home)?;
    let cursor = cursor(&before, today);
    let redrafted = home
        .has_edits(
            names.me.other(),
            &node::home::Cursor(after_reading(home, &cursor)?),
        )
        .map_err(home_trouble)?;
    let devices = crate::devices::of(home.replica().map_err(home_trouble)?, &names);
    let waiting = tray::count(&places);
    // The draft is opened only when something came into it: this page stays as quick as it is.
    let both = if redrafted {
        crossed::news(&Items::all(home, today)?)
    } else {
        Vec::new()
    };
    let seen = if before.day == today.0 {
        &before.words_base
    } else {
        &before.words_now
    };
    let shown = home.words().map_err(compose::trouble)?;
    let words = Closed::of(&shown, seen);
    let opened = crate::verbs::words::opened(home)?;
    let items = Items::agreed_or_offered(home, today)?;
    let plan = evening::among(&items, names.me);
    let spaces = Spaces::of(home)?;
    let check_in = OnPage::of(home, today, spaces.lasts())?;
    let pause = Pause::of(&places, home.clock());
    let view = home.view().map_err(home_trouble)?;
    let page = Page {
        view,
        items: &items,
        names: &names,
        today,
        minute,
        cursor: &cursor,
        opened: &opened,
        waiting,
        is_open: waiting > 0 && node::agent::status(&places).is_some_and(|status| status.unlocked),
        devices: &devices,
        redrafted,
        plan: plan.as_ref(),
        pause,
        both: &both,
        spaces: &spaces,
        check_in: &check_in,
        away: before.is_long_ago(today) && !mine,
        words: &words,
    };
    let shown = show(&page);
    let after = Looked {
        day: today.0,
        base: text(&cursor),
        now: view
            .covers()
            .map(|(log, head)| (log.to_string(), head.seq))
            .collect(),
        words_base: seen.intersection(&words.handles).cloned().collect(),
        words_now: words.handles.clone(),
    };
    Ok((shown, before, after))
}

fn looked(home: &node::Home) -> Result<Looked, Trouble> {
    let row = home.local(LOOKED).map_err(home_trouble)?;
    Ok(row
        .and_then(|row| serde_json::from_slice(&row).ok())
        .unwrap_or_default())
}

fn cursor(looked: &Looked, today: identity::Day) -> BTreeMap<LogId, u64> {
    let seen = if looked.day == today.0 {
        &looked.base
    } else {
        &looked.now
    };
    seen.iter()
        .filter_map(|(log, seq)| Some((log.parse().ok()?, *seq)))
        .collect()
}

fn text(cursor: &BTreeMap<LogId, u64>) -> BTreeMap<String, u64> {
    cursor
        .iter()
        .map(|(log, seq)| (log.to_string(), *seq))
        .collect()
}

fn alone(desk: &Desk, home: &node::Home) -> Done {
    let name = &home.settings().name;
    let today = home.today();
    let mut page = render::heading(
        &calendar::name(today),
        &format!("({})", render::title(name, 30)),
    );
    let taken = spaces::taken(home.places());
    if let Some(taken) = taken {
        page.push_str(&spaces::mine(taken, today));
    }
    let pause = Pause::of(home.places(), home.clock());
    if let Some(pause) = pause {
        page.push_str(&pause.row(today));
    }
    page.push_str("\nYou have begun; the other has not joined yet.\n\n");
    if home.is_half_paired() {
        page.push_str(&render::row("Finish meeting", "", "handfast sync"));
    } else {
        page.push_str(&render::row(
            "When you are both here",
            "",
            "handfast invite",
        ));
        page.push_str(&render::row("Or, with an invitation", "", "handfast join"));
    }
    page.push_str(&render::row(
        "Your 24 words, in a moment alone",
        "",
        "handfast paper",
    ));
    desk.out.data(&page);
    desk.out.document(
        "status",
        json!({
            "day": calendar::iso(today), "name": name,
            "space": Spaces { mine: taken, ..Spaces::default() }.json(), "running": null, "devices": [],
            "thanks": [], "new": [], "words": { "closed": false, "new": false, "new_sorry": false, "practical": false }, "redrafted": false, "due": [], "offers": [], "reviews": [], "pause": pause.and_then(Pause::until), "pause_was": pause.and_then(Pause::was),
            "tray": tray::count(home.places()), "met": false,
        }),
    );
    Ok(Exit::Done)
}
