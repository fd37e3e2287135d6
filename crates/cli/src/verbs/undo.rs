//! `undo`: take back my last step, while nothing has left.

use std::collections::BTreeSet;

use node::Home;
use node::home::Kept;
use replica::Undone;
use serde_json::json;

use crate::desk::Desk;
use crate::entry;
use crate::items::Items;
use crate::names::Names;
use crate::run::Done;
use crate::shorts::Shorts;
use crate::spaces;
use crate::trouble::{Exit, Trouble, home_trouble};

/// Take back my last step, for two minutes
///
/// For two minutes nothing that you do leaves this device; until then `undo`
/// takes back the last step as if it had not been. Afterwards a correction is a
/// new entry. The time is a setting (`handfast settings grace`); what you do
/// while `serve --live` runs has none. A step keeps the time it was made with.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {}

/// Takes the last step back.
pub(crate) fn run(_: &Args, desk: &mut Desk) -> Done {
    if !desk.attended() {
        return Err(Trouble::in_person("Taking something back needs you."));
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let before = keys(home)?;
        match home.undo().map_err(home_trouble)? {
            Undone::Gone(record) => {
                let after = keys(home)?;
                let gone: Vec<String> = before.difference(&after).cloned().collect();
                Shorts::forget(home, &gone)?;
                let kept = Kept {
                    record: *record,
                    person: names.me,
                    counts: true,
                };
                let today = home.today();
                let said =
                    entry::Entry::of(&kept, home.view().map_err(home_trouble)?, &names, today);
                desk.out.talk(&format!(
                    "Taken back, as if it had not been:\n{}",
                    said.line(&names)
                ));
                if let Some(taken) = spaces::taken(home.places()) {
                    desk.out.talk(spaces::mine(taken, today).trim_start());
                }
                desk.out.document(
                    "undo",
                    json!({ "changed": true, "entry": said.json(&names) }),
                );
                Ok(Exit::Done)
            }
            Undone::Nothing => {
                let why = if home.grace_ms() == 0 {
                    "There is no undo now: what is written may leave at once."
                } else {
                    "There is nothing that can still be taken back."
                };
                Err(Trouble::refused("nothing-to-undo", why).hint(
                    "A correction is a new entry: say it again as it was.\n\
                     An offer or an agreement: handfast withdraw WHAT",
                ))
            }
        }
    })
}

/// Under which everything that stands has its short name.
fn keys(home: &mut Home) -> Result<BTreeSet<String>, Trouble> {
    let items = Items::all(home, home.today())?;
    Ok(items.0.iter().map(crate::items::Item::key).collect())
}
