//! `sync`: meet once, then stop.

use std::time::Duration;

use node::Home;
use node::meet::{Once, Outcome};
use serde_json::json;

use crate::confidential::compose;
use crate::desk::Desk;
use crate::meeting;
use crate::render;
use crate::run::Done;
use crate::spaces;
use crate::spoken;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::verbs::invite::address;

/// Meet once, then stop
///
/// Ends the same way whether or not the other was there; what has come is in
/// `handfast status`.
///
///   handfast sync
///   handfast sync 192.168.1.20:4747
///   handfast sync --wait 1500 --quiet --no-input        (in a crontab)
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Where the other listens (HOST:PORT) [default: the last one that worked]
    pub(crate) address: Option<String>,
    /// Listen this long, and try at random moments in it
    #[arg(long, value_name = "SEC")]
    pub(crate) wait: Option<u64>,
}

/// Meets once. The same words and the same end, whether or not the other was there.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let how = Once {
        address: args.address.as_deref().map(address).transpose()?,
        wait: args.wait.map(Duration::from_secs),
    };
    if spaces::keeps_quiet(desk, "sync")? {
        return Ok(Exit::Done);
    }
    desk.with_home(|desk, home| {
        let mut outcome = node::meet::sync_once(home, &how).map_err(meeting::trouble)?;
        if outcome == Outcome::NeedsYou && desk.attended() {
            // Formats B6: a copy goes on as a new device of its person, who says so with the passphrase.
            desk.out.talk(
                "This home was copied back from an older time. It goes on as a new device of yours; \
                 nothing is lost, and both of you will see it in the list of devices.",
            );
            let passphrase = desk.passphrase_again("Your passphrase, for that:")?;
            home.restore(&passphrase).map_err(home_trouble)?;
            outcome = node::meet::sync_once(home, &how).map_err(meeting::trouble)?;
        }
        // A fork of an older device of one's own, found only now: what it took away is said again.
        if desk.attended() && home.redo().map_err(home_trouble)? > 0 {
            let again = node::meet::sync_once(home, &how).map_err(meeting::trouble)?;
            outcome = outcome.max(again);
        }
        meeting::outcome(outcome)?;
        desk.out.talk("If your devices met, what has come in is on your page: handfast status");
        if let Some(minutes) = young(home)? {
            // By this person's own clock and steps alone: it says nothing about who was there (S6).
            desk.out.talk(render::wrap(&format!(
                "What you wrote last waits here: it can be undone for {}. It goes when you meet after that.",
                spoken::minutes(minutes)
            )).trim_end());
        }
        desk.out.document("sync", json!({}));
        Ok(Exit::Done)
    })
}

/// For how many minutes more the last step here can be undone, begun ones counted whole; none if it
/// cannot. Until then it stays here.
fn young(home: &mut Home) -> Result<Option<u16>, Trouble> {
    home.view().map_err(home_trouble)?;
    let now = home.clock().unix_ms();
    let grace = home.last_grace().unwrap_or_default().as_millis();
    let signed = home
        .last_made()
        .map(|made| made.saturating_add(u64::try_from(grace).unwrap_or(u64::MAX)));
    let words = home.youngest_words().map_err(compose::trouble)?;
    let words = words.map(|(_, born)| born.saturating_add(home.grace_ms()));
    let until = signed.max(words).unwrap_or_default();
    let minutes = until.saturating_sub(now).div_ceil(60_000);
    Ok(u16::try_from(minutes).ok().filter(|minutes| *minutes > 0))
}
