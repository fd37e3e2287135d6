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
///
/// A later version needs them to bring you back if this device is lost. This one
/// cannot bring a lost device back.
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
         somebody may have read them, begin a new plan.\n\n\
         This version cannot bring a lost device back; a later one needs these words\n\
         for it. Keep them.\n\n",
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

/// How many words there are.
const WORDS: usize = 24;

fn check(entropy: &Entropy, desk: &mut Desk) -> Done {
    desk.ask.own_screen(true);
    let typed = typed(desk);
    desk.ask.own_screen(false);
    let typed = typed?;
    let again =
        "Look at the paper once more, then: handfast paper --check\nTo see them: handfast paper";
    let own = entropy.to_words();
    // Both are ours and neither leaves the process; time tells nothing here.
    let other: Vec<String> = (1..)
        .zip(own.iter().zip(typed.iter()))
        .filter(|(_, (own, typed))| own != typed)
        .map(|(n, _): (usize, _)| n.to_string())
        .collect();
    let said = match other.as_slice() {
        [] => {
            desk.out.talk("Your paper is right.");
            return Ok(Exit::Done);
        }
        few if few.len() > WORDS / 2 => {
            "These are 24 good words, but not those of this home.".to_owned()
        }
        [one] => format!("All but one are right: look at word {one}."),
        few => format!("Not all are right: look at the words {}.", few.join(", ")),
    };
    Err(Trouble::refused("words", said).hint(again))
}

/// The 24 words, as they stand on the paper; a word that no paper holds is asked for again, alone.
fn typed(desk: &mut Desk) -> Result<zeroize::Zeroizing<Vec<String>>, Trouble> {
    desk.out.page(
        "Be alone for this: what you type stands on this screen until you are through.\n\n\
         Type the words from your paper, in order, on one line or several.\n\
         Only Enter: not now.\n",
    );
    let mut typed = zeroize::Zeroizing::new(Vec::new());
    while typed.len() < WORDS {
        let next = typed.len() + 1;
        let line = desk
            .ask
            .line(&format!("  from word {next}:"))
            .ok_or_else(not_now)?;
        let line = zeroize::Zeroizing::new(line);
        for word in line
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty())
        {
            if typed.len() == WORDS {
                return Err(Trouble::refused("words", "Those are more than 24 words.")
                    .hint("Once more: handfast paper --check"));
            }
            let n = typed.len() + 1;
            let mut word = word.to_lowercase();
            while !Entropy::is_word(&word) {
                desk.out.page(&format!(
                    "Word {n} cannot be \"{}\": no paper has that word. All others are kept.\n",
                    crate::render::title(&word, 30)
                ));
                word = desk
                    .ask
                    .line(&format!("  word {n} alone:"))
                    .ok_or_else(not_now)?
                    .trim()
                    .to_lowercase();
            }
            typed.push(word);
        }
    }
    Ok(typed)
}
