//! `tour`: see it all happen, on this machine.

use crate::desk::Desk;
use crate::run::Done;

use std::path::PathBuf;

/// See it all happen, on this machine
///
/// Two people, Ana and Ben, in two fresh homes in a temporary folder, with real
/// programs that meet over the loopback network and a clock that jumps. Both
/// homes stay, to play with.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Make the two homes in this new folder
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

/// Plays it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    crate::tour::run(desk, args.dir.as_deref())
}
