//! The tree of verbs, as clap reads it. Each verb's manual is the doc comment in its own file.

use std::path::PathBuf;

use clap::{Args, Command, Parser, Subcommand};

use crate::out::When;
use crate::verbs;

/// A plan that two people keep, on their own devices and nowhere else.
///
/// Without a verb: where things stand, and a menu.
#[derive(Debug, Parser)]
#[command(
    name = "handfast",
    version,
    disable_help_subcommand = true,
    term_width = 79,
    infer_subcommands = false
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) everywhere: Everywhere,
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

/// The tree with that verb alone, for a line that names it. Building all verbs, each with what
/// every verb takes, is a good part of a short command's time.
pub(crate) fn tree_of(verb: &str) -> Option<Command> {
    let all = Verb::augment_subcommands(Command::new("verbs"));
    let verb = all.find_subcommand(verb)?.clone();
    let tree = Command::new("handfast").disable_help_subcommand(true);
    Some(Everywhere::augment_args(tree).subcommand(verb))
}

/// Whether there is a verb of that name.
pub(crate) fn has(verb: &str) -> bool {
    Verb::has_subcommand(verb)
}

/// What every verb takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Everywhere {
    /// The folder of this home [default: HANDFAST_HOME, else the platform's data folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// One JSON document on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Ask nothing; what would be signed waits for you instead
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Say nothing when all is well
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// When to colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub(crate) color: When,
    /// Read the passphrase from this open file descriptor
    #[arg(long, global = true, value_name = "N")]
    pub(crate) passphrase_fd: Option<u32>,
}

/// The verbs that work today. Those of later releases are not listed as if they did.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Verb {
    Status(verbs::status::Args),
    Kept(verbs::kept::Args),
    Partly(verbs::partly::Args),
    Missed(verbs::missed::Args),
    #[command(name = "heads-up")]
    HeadsUp(verbs::heads_up::Args),
    Thanks(verbs::thanks::Args),
    Undo(verbs::undo::Args),

    Pause(verbs::pause::Args),
    Back(verbs::back::Args),
    Setback(verbs::setback::Args),
    Amends(verbs::amends::Args),
    Sorry(verbs::sorry::Args),

    Say(verbs::say::Args),
    Words(verbs::words::Args),
    Heard(verbs::heard::Args),
    Talk(verbs::talk::Args),
    #[command(name = "check-in")]
    CheckIn(verbs::check_in::Args),

    Plan(verbs::plan::Args),
    Promise(verbs::promise::Args),
    Edit(verbs::edit::Args),
    #[command(visible_alias = "diff")]
    Compare(verbs::compare::Args),
    Offer(verbs::offer::Args),
    Agree(verbs::agree::Args),
    Decline(verbs::decline::Args),
    Withdraw(verbs::withdraw::Args),
    Review(verbs::review::Args),
    Boundary(verbs::boundary::Args),
    Vision(verbs::vision::Args),
    Questions(verbs::questions::Args),
    #[command(name = "when-then")]
    WhenThen(verbs::when_then::Args),
    Rehearse(verbs::rehearse::Args),
    Example(verbs::example::Args),
    Need(verbs::need::Args),
    #[command(name = "about-me")]
    AboutMe(verbs::about_me::Args),

    Look(verbs::look::Args),
    Log(verbs::log::Args),
    Days(verbs::days::Args),
    Note(verbs::note::Args),
    Report(verbs::report::Args),
    Ics(verbs::ics::Args),
    Export(verbs::export::Args),
    Summary(verbs::summary::Args),

    Space(verbs::space::Args),
    Lock(verbs::lock::Args),
    Unlock(verbs::unlock::Args),
    Leave(verbs::leave::Args),

    #[command(visible_alias = "init")]
    Start(verbs::start::Args),
    Invite(verbs::invite::Args),
    Join(verbs::join::Args),
    Passphrase(verbs::passphrase::Args),
    Paper(verbs::paper::Args),
    Device(verbs::device::Args),

    Sync(verbs::sync::Args),
    Serve(verbs::serve::Args),
    Verify(verbs::verify::Args),
    Tour(verbs::tour::Args),
    Settings(verbs::settings::Args),

    Help(verbs::help::Args),
}
