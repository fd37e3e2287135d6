//! `missed`: I did not do it.

use pact::How;

use crate::desk::Desk;
use crate::follow::{self, FollowArgs};
use crate::run::Done;

/// I did not do it
///
/// Signed, about yourself only, for one day: today, or the day you give. Saying
/// it yourself counts; nothing that you did before is lost by it.
///
///   handfast missed home --note "Left late and did not call"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) follow: FollowArgs,
}

/// Notes it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    follow::run(How::Missed, &args.follow, desk)
}
