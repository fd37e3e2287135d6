//! `join`: take up an invitation.

use std::io::BufRead;

use crate::desk::{Desk, not_now};
use crate::meeting;
use crate::render;
use crate::run::Done;
use crate::trouble::Trouble;

/// Take up an invitation
///
/// The code is asked for; `-` reads it from standard input. It may come over
/// several lines. Both then see the same six words: read them to each other, by
/// voice, before either says yes.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// "-" reads the code from standard input; else it is asked for
    #[arg(value_name = "-")]
    pub(crate) from: Option<String>,
    /// A code that was typed here after all, over several words.
    #[arg(hide = true)]
    pub(crate) more: Vec<String>,
}

/// Asks for the code, then meets.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let piped = match args.from.as_deref() {
        None => None,
        Some("-") if args.more.is_empty() => Some(from_stdin(desk)?),
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
            let Some(typed) = ticket.take() else {
                return asked(desk);
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

/// How often a code that is none is asked for again.
const TURNS: usize = 5;

/// The code as it is typed or pasted; one that is none is told at once, and asked for again.
fn asked(desk: &mut Desk) -> Result<String, Trouble> {
    for turn in 1.. {
        let code = typed(desk)?;
        match meeting::readable(&code) {
            Ok(()) => return Ok(code),
            Err(trouble) if turn == TURNS => return Err(trouble),
            Err(trouble) => desk.out.page(&render::wrap(&format!(
                "{} Once more, or press Enter for not now.",
                trouble.message
            ))),
        }
    }
    Err(not_now())
}

/// One code: read on over its line breaks until it is whole. Who is asked for the rest may begin anew.
fn typed(desk: &mut Desk) -> Result<String, Trouble> {
    let question = "The code of the invitation:";
    let mut code = desk.ask.line(question).ok_or_else(not_now)?;
    while meeting::goes_on(&code) {
        let Some(more) = desk.ask.line("It goes on; the rest of it:") else {
            break;
        };
        if meeting::begins(&more) {
            code.clear();
        }
        code.push_str(&more);
    }
    Ok(code)
}

fn from_stdin(desk: &mut Desk) -> Result<String, Trouble> {
    let mut code = String::new();
    // No further than its end: what follows may be the answers of a rehearsal.
    loop {
        let before = code.len();
        std::io::stdin()
            .lock()
            .read_line(&mut code)
            .map_err(|error| {
                Trouble::usage(format!("Standard input cannot be read: {error}."))
                    .hint("handfast join")
            })?;
        let is_begun = !code.trim().is_empty();
        if code.len() == before || is_begun && !meeting::goes_on(&code) {
            break;
        }
    }
    desk.ask.turn_to_keyboard();
    Ok(code.trim().to_owned())
}
