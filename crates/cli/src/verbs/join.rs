//! `join`: take up an invitation.

use std::io::BufRead;

use crate::desk::{Desk, not_now};
use crate::meeting;
use crate::run::Done;
use crate::trouble::Trouble;

/// Take up an invitation
///
/// The code is asked for; `-` reads it from standard input. Both then see the
/// same six words: read them to each other, by voice, before either says yes.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// "-" reads the code from standard input; else it is asked for
    #[arg(value_name = "-")]
    pub(crate) from: Option<String>,
}

/// Asks for the code, then meets.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let piped = match args.from.as_deref() {
        None => None,
        Some("-") => Some(from_stdin(desk)?),
        Some(_) => {
            return Err(Trouble::usage("The code is not typed into the command line: others could read it there.")
                .hint("handfast join           and paste it when asked\nhandfast join -         reads it from standard input"));
        }
    };
    let mut ticket = piped;
    meeting::pair_with(
        desk,
        "Joining needs you: there are six words to read aloud.",
        |desk| {
            let typed = match ticket.take() {
                Some(typed) => typed,
                None => desk
                    .ask
                    .line("The code of the invitation:")
                    .ok_or_else(not_now)?,
            };
            // A mistyped code is told at once, before anything else is asked.
            meeting::readable(&typed)?;
            Ok(typed)
        },
        |_, _, _| Ok(()),
        |home, passphrase, other, typed, talk| {
            node::pair::join(home, passphrase, other, &typed, talk)
        },
    )
}

fn from_stdin(desk: &mut Desk) -> Result<String, Trouble> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| {
            Trouble::usage(format!("Standard input cannot be read: {error}.")).hint("handfast join")
        })?;
    desk.ask.turn_to_keyboard();
    Ok(line.trim().to_owned())
}
