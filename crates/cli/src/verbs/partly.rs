//! `partly`: I did part of it.

use pact::How;

use crate::desk::Desk;
use crate::follow::{self, FollowArgs};
use crate::run::Done;

/// I did part of it
///
/// Signed, about yourself only, for one day: today, or the day you give.
///
///   handfast partly home --note "Home by half past six on two of the days"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) follow: FollowArgs,
}

/// Notes it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    follow::run(How::Partly, &args.follow, desk)
}
