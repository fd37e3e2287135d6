//! Words from a file or from standard input; never from an argument, which a shell keeps and every
//! login can see (S47).

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt as _;

use node::words::Confidential;
use zeroize::Zeroizing;

use super::LONGEST;
use crate::desk::Desk;
use crate::trouble::{Trouble, sentence};

/// The words of a file, or of standard input if it is called "-".
pub(crate) fn read(name: &str) -> Result<Confidential, Trouble> {
    let text = if name == "-" {
        up_to(&mut io::stdin().lock(), "Standard input")?
    } else {
        let mut file = File::open(name).map_err(|error| unreadable("The file", &error))?;
        let about = file
            .metadata()
            .map_err(|error| unreadable("The file", &error))?;
        if !about.is_file() {
            return Err(Trouble::usage("That is not a file with a text.").code("file"));
        }
        if about.mode() & 0o077 != 0 {
            return Err(Trouble::refused(
                "open-file",
                "Others on this machine may read that file, so it is not taken.",
            )
            .hint(format!(
                "Close it first:  chmod 600 {}",
                crate::render::argument(name)
            )));
        }
        up_to(&mut file, "The file")?
    };
    let text = Confidential::from(text.trim_end());
    if text.is_blank() {
        return Err(Trouble::usage("There is nothing in it.").code("no-words"));
    }
    Ok(text)
}

fn up_to(from: &mut dyn Read, what: &str) -> Result<Zeroizing<String>, Trouble> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 2));
    from.take(LONGEST as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(what, &error))?;
    if bytes.len() > LONGEST {
        return Err(too_long());
    }
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Trouble::usage(format!("{what} is not plain text.")).code("file"))?;
    Ok(Zeroizing::new(pact::text::clean(text).text))
}

/// More than one of them holds.
pub(super) fn too_long() -> Trouble {
    Trouble::refused(
        "too-long",
        "That is more than fits into one: about five pages.",
    )
    .hint("Send it in two, or say the rest when you talk.")
}

fn unreadable(what: &str, error: &io::Error) -> Trouble {
    Trouble::usage(sentence(&format!("{what} cannot be read: {error}"))).code("file")
}

/// The refusal of words that stand on the command line; they are not said again here.
pub(crate) fn never_an_argument(verb: &str) -> Trouble {
    Trouble::usage(
        "What is only between you two is never typed on the command line: the shell keeps it. \
         Nothing was sent.",
    )
    .code("never-an-argument")
    .hint(format!(
        "Take that line out of your shell's history, then type only:\n  handfast {verb}\n\
         You are asked on a screen of its own. Or from a file:\n  handfast {verb} --file FILE"
    ))
}

/// The words that a line brings along: what waited in the tray, a file's, standard input's; none if
/// they are to be asked for.
pub(crate) fn given(
    desk: &mut Desk,
    verb: &str,
    typed: &[String],
    file: Option<&str>,
) -> Result<Option<Confidential>, Trouble> {
    if let Some(brought) = desk.brought.take() {
        return Ok(Some(brought));
    }
    match (typed, file) {
        ([], None) => Ok(None),
        ([], Some(name)) => read(name).map(Some),
        ([one], None) if one == "-" => read("-").map(Some),
        _ => Err(never_an_argument(verb)),
    }
}
