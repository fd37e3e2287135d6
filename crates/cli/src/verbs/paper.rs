//! `paper`: the 24 words.

use identity::Entropy;

use crate::desk::{Desk, not_now};
use crate::run::Done;
use crate::trouble::{Exit, Trouble, home_trouble};

/// My 24 words: show, check
///
/// Who has these words is you. Write them on paper, alone, and keep them where
/// only you go. They cannot be changed: if somebody may have read them, begin a
/// new plan.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Ask for the words from your paper, and say whether they are right
    #[arg(long)]
    pub(crate) check: bool,
}

/// Shows the words, or checks those on paper.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if desk.out.json() {
        return Err(Trouble::usage(
            "The 24 words are for paper; they are never given to a program.",
        )
        .hint("handfast paper"));
    }
    let (home, passphrase) = desk.open_in_person("Your 24 words are for your eyes.")?;
    let entropy = home.entropy(&passphrase).map_err(home_trouble)?;
    if args.check {
        check(&entropy, desk)
    } else {
        show(&entropy, desk)
    }
}

fn show(entropy: &Entropy, desk: &mut Desk) -> Done {
    let words = entropy.to_words();
    let mut page = String::from(
        "Your 24 words                                             for paper, for you\n\n\
         Who has these words is you, on any device. Nobody can change them. If\n\
         somebody may have read them, begin a new plan.\n\n",
    );
    for row in 0..6 {
        for column in 0..4 {
            let n = column * 6 + row;
            let word = words.get(n).map(String::as_str).unwrap_or_default();
            page.push_str(&format!("  {:>2} {word:<13}", n + 1));
        }
        page.truncate(page.trim_end().len());
        page.push('\n');
    }
    page.push_str("\nTo see whether your paper is right: handfast paper --check\n");
    desk.ask.alone_on_screen(&page);
    Ok(Exit::Done)
}

fn check(entropy: &Entropy, desk: &mut Desk) -> Done {
    desk.out
        .page("Type the words from your paper, in order, on one line or several.\n");
    let mut typed = zeroize::Zeroizing::new(String::new());
    while typed.split_whitespace().count() < 24 {
        let line = desk.ask.secret("  :").ok_or_else(not_now)?;
        typed.push_str(&line);
        typed.push(' ');
    }
    let again =
        "Look at the paper once more, then: handfast paper --check\nTo see them: handfast paper";
    let read = Entropy::from_words(&typed)
        .map_err(|error| Trouble::refused("words", format!("Not yet: {error}.")).hint(again))?;
    // Both are ours and neither leaves the process; time tells nothing here.
    if read.as_bytes() == entropy.as_bytes() {
        desk.out.talk("Your paper is right.");
        Ok(Exit::Done)
    } else {
        Err(Trouble::refused(
            "words",
            "These are 24 good words, but not those of this home.",
        )
        .hint(again))
    }
}
