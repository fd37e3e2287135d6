//! Which signed entry is the pause that was taken here: what waits in the tray is about the one it
//! was left for, and never about another that was taken since.

use identity::{Hash, Person};
use node::Home;
use pact::{Body, View};
use serde::{Deserialize, Serialize};

use crate::trouble::{Trouble, home_trouble};

/// Under which this home remembers it; never sent.
const PAUSES: &str = "pauses";

/// So many are remembered, the newest: nobody comes back from an older one.
const MOST: usize = 32;

/// To which pause of this device a line that waits belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Of {
    /// The mark of [`node::pausing::Pausing`].
    pub(crate) mark: u64,
    /// Of a return: whether the time that was said was over. No signed entry holds it (S7).
    #[serde(default)]
    pub(crate) late: bool,
}

/// Remembers under which entry a pause was signed.
pub(crate) fn remember(home: &mut Home, mark: Option<u64>, entry: Hash) -> Result<(), Trouble> {
    let Some(mark) = mark else { return Ok(()) };
    let mut all = known(home)?;
    all.push((mark, entry.to_string()));
    let newest = all.split_off(all.len().saturating_sub(MOST));
    let row = serde_json::to_vec(&newest).unwrap_or_default();
    home.set_local(PAUSES, &row).map_err(home_trouble)
}

/// The entry of that pause, if it was signed here.
pub(crate) fn entry(home: &Home, mark: u64) -> Result<Option<Hash>, Trouble> {
    let all = known(home)?;
    let found = all.iter().rev().find(|(known, _)| *known == mark);
    Ok(found.and_then(|(_, entry)| entry.parse().ok()))
}

fn known(home: &Home) -> Result<Vec<(u64, String)>, Trouble> {
    let row = home.local(PAUSES).map_err(home_trouble)?;
    Ok(row
        .and_then(|row| serde_json::from_slice(&row).ok())
        .unwrap_or_default())
}

/// Where a pause stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// Nobody came back from it yet.
    Open,
    /// Its author came back from it.
    Ended,
    /// It was taken back, or is not here.
    Nowhere,
}

/// How that pause stands.
pub(crate) fn stands(view: &View, person: Person, pause: Hash) -> Stands {
    let mut stands = Stands::Nowhere;
    for entry in view.entries() {
        if entry.person != person {
            continue;
        }
        if matches!(entry.body, Body::Back { pause: of } if *of == pause) {
            return Stands::Ended;
        }
        if entry.hash == pause {
            stands = Stands::Open;
        }
    }
    stands
}
