//! `need`: written, changed and let go by its owner alone.

use pact::ItemType;

use crate::desk::Desk;
use crate::run::Done;
use crate::verbs::own_words::{self, Asked};

/// What I need; only I write these
///
/// The other reads it and may turn it into a promise of their own; nobody has
/// to. Only I change it or let it go.
///
///   handfast need "Ten quiet minutes when I come in"
///   handfast need change quiet
///   handfast need let-go quiet
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
    let asked = Asked::of(ItemType::Need);
    own_words::run(&asked, args.own.as_ref(), args.text.as_deref(), desk)
}
