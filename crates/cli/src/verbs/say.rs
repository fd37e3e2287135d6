//! `say`: something told in confidence. It is not signed, and it fades.

use node::words::{Body, Confidential, Lane, PRACTICAL_TEXT};
use pact::wording::Place;

use crate::confidential::compose::{self, Composing};
use crate::confidential::{send, source};
use crate::desk::Desk;
use crate::letter;
use crate::names::Names;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Trouble, home_trouble};

/// Tell something, in confidence
///
/// You are asked for it on a screen of its own; before it goes you see it with
/// what sending means. It is not signed: it fades, some days after it was
/// opened, and proves nothing. What you do not send is kept as a draft, here
/// alone. Words are never typed behind the verb: the shell would keep them.
///
/// While the other has space, it is a letter: it waits here, one, and you may
/// rewrite or drop it until the space has ended.
///
///   handfast say
///   handfast say --fade 3 --check
///   handfast say --file letter.txt        (or - for standard input)
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Only "-": from standard input
    #[arg(value_name = "-", hide = true)]
    pub(crate) typed: Vec<String>,
    /// How many days it stays after it was opened, 1 to 90 [default: 14]
    #[arg(long, value_name = "DAYS")]
    pub(crate) fade: Option<String>,
    /// Children and bills, short: 280 characters, three a day
    #[arg(long)]
    pub(crate) practical: bool,
    /// Look for wordings that are hard to hear; it quotes, it never blocks
    #[arg(long)]
    pub(crate) check: bool,
    /// Take the words from a file; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<String>,
}

/// Asks for it, shows it, sends it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let fade = args.fade.as_deref().map(send::days).transpose()?;
    let given = source::given(desk, "say", &args.typed, args.file.as_deref())?;
    if let Some(text) = &given {
        fits(text, args.practical)?;
    }
    if let Some(done) = tray::words_instead(desk, given.as_ref())? {
        return Ok(done);
    }
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let in_space = home.space_of_other().map_err(home_trouble)?.is_some();
        if in_space && !args.practical {
            return letter::write(desk, home, &names, given, fade);
        }
        let (draft, question, says) = if args.practical {
            (
                "say --practical",
                "Children and bills, short: what is it?",
                if in_space {
                    "Practical: children and bills. It shows that you can be reached. Whether it is \
                     open on the other side is not shown: what cannot wait needs another way."
                } else {
                    "Practical: children and bills. It shows that you can be reached."
                },
            )
        } else {
            ("say", "What do you want to say?", "")
        };
        let how = Composing {
            draft,
            question,
            says,
            fade,
            lane: if args.practical {
                Lane::Practical
            } else {
                Lane::Ordinary
            },
            check: args.check.then_some(Place::Say),
            given,
            re: None,
            kind: "say",
        };
        compose::one(desk, home, &names, how, Body::Say)
    })
}

fn fits(text: &Confidential, practical: bool) -> Result<(), Trouble> {
    if practical && text.show().chars().count() > PRACTICAL_TEXT {
        return Err(
            Trouble::refused("too-long", "Practical words have at most 280 characters.")
                .hint("Shorter; or without --practical, which has room for more."),
        );
    }
    Ok(())
}
