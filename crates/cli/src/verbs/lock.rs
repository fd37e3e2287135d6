//! `lock`: close this device now.

use serde_json::json;

use crate::desk::Desk;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, causes};

/// Close this device now
///
/// Everything that could be read without the passphrase is forgotten at once; a
/// running `serve` stops. Works from anywhere, and needs nothing.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {}

/// Closes it, whether or not it was open.
pub(crate) fn run(_: &Args, desk: &mut Desk) -> Done {
    let places = desk.begun()?;
    let was_open = node::agent::lock(&places).map_err(|error| {
        Trouble::refused(
            "lock",
            format!("It could not be closed: {}.", causes(&error)),
        )
        .hint("Try once more; or log out of this computer, which ends everything.")
    })?;
    desk.out.talk("Closed. To open it again: handfast unlock");
    desk.out.document("lock", json!({ "changed": was_open }));
    Ok(Exit::Done)
}
