//! `passphrase`: change mine.

use node::Passphrase;
use serde_json::json;

use crate::desk::{Desk, not_now};
use crate::passphrase;
use crate::run::Done;
use crate::trouble::{Exit, home_trouble};

/// Change mine
///
/// Asks for the old one and twice for the new one. Nobody is told. A copy of
/// this device made before still opens with the old one.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {}

/// Asks for the old one and twice for the new one.
pub(crate) fn run(_: &Args, desk: &mut Desk) -> Done {
    let (home, old) = desk.open_in_person("Changing your passphrase needs you.")?;
    let new = passphrase::choose_new(
        desk,
        "Your new passphrase (several words are easiest to keep):",
    )?
    .ok_or_else(not_now)?;
    home.change_passphrase(&old, &Passphrase::new(new))
        .map_err(home_trouble)?;
    desk.out.talk("Your passphrase is changed. Nobody is told.\nA copy of this folder made before still opens with the old one.");
    desk.out.document("passphrase", json!({ "changed": true }));
    Ok(Exit::Done)
}
