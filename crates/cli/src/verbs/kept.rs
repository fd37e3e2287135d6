//! `kept`: I did what I promised.

use pact::How;

use crate::desk::Desk;
use crate::follow::{self, FollowArgs};
use crate::run::Done;

/// I did what I promised
///
/// Signed, about yourself only, for one day: today, or the day you give. Saying
/// it again with other words is a new entry; both stay visible. `undo` takes it
/// back for two minutes.
///
///   handfast kept home
///   handfast kept home --on yesterday --note "Took the early train"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) follow: FollowArgs,
}

/// Notes it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    follow::run(How::Kept, &args.follow, desk)
}
