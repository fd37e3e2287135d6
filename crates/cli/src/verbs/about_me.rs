//! `about-me`: written, changed and let go by its owner alone.

use pact::ItemType;

use crate::desk::Desk;
use crate::run::Done;
use crate::verbs::own_words::{self, Asked};

/// How I like to be approached; only I write this
///
/// A good moment, a good way to begin, what makes it easier to listen. Only I
/// change it or let it go.
///
///   handfast about-me "After supper is a good time. Ask before you begin."
///   handfast about-me change supper
///   handfast about-me let-go supper
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) own: Option<own_words::Own>,
    /// The words; you are asked when they are left out
    pub(crate) text: Option<String>,
}

/// Writes, changes or lets go.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let asked = Asked::of(ItemType::AboutMe);
    own_words::run(&asked, args.own.as_ref(), args.text.as_deref(), desk)
}
