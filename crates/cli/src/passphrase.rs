//! Where the passphrase comes from: a command's output, an open file descriptor, the agent, or
//! the keyboard. Never an argument, never a plain variable (S47).

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use crate::desk::Desk;
use crate::trouble::{Exit, Trouble};

/// A command whose standard output is the passphrase.
const COMMAND: &str = "HANDFAST_PASSPHRASE_COMMAND";

/// The shortest passphrase that `start` and `passphrase` take.
pub(crate) const SHORTEST: usize = 8;

/// Whether it comes from somewhere but the keyboard.
pub(crate) fn is_given(desk: &Desk) -> bool {
    std::env::var_os(COMMAND).is_some_and(|line| !line.is_empty()) || desk.passphrase_fd.is_some()
}

/// From the command or the descriptor, without asking anybody. `None`: neither was given.
pub(crate) fn given(desk: &Desk) -> Result<Option<Zeroizing<String>>, Trouble> {
    if let Some(line) = std::env::var_os(COMMAND).filter(|line| !line.is_empty()) {
        let wrong = |said: String| Trouble {
            code: "passphrase-command",
            message: said,
            hint: Some(format!(
                "Run the command of {COMMAND} by itself and look at what it prints."
            )),
            exit: Exit::Locked,
        };
        let output = Command::new("sh")
            .arg("-c")
            .arg(&line)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| wrong(format!("The passphrase command could not be run: {error}.")))?;
        let printed = Zeroizing::new(output.stdout);
        if !output.status.success() {
            return Err(wrong("The passphrase command failed.".into()));
        }
        let text = std::str::from_utf8(&printed).map_err(|_| {
            wrong("The passphrase command printed something that is not text.".into())
        })?;
        return first_line(text)
            .map(Some)
            .ok_or_else(|| wrong("The passphrase command printed nothing.".into()));
    }
    let Some(fd) = desk.passphrase_fd else {
        return Ok(None);
    };
    let wrong = |said: &str| {
        Trouble::usage(format!("File descriptor {fd} {said}."))
            .code("passphrase-fd")
            .hint("Open it in the shell: handfast --passphrase-fd 3 ... 3< FILE")
    };
    // Through /dev/fd, because taking over a raw descriptor is unsafe code.
    let file = File::open(format!("/dev/fd/{fd}")).map_err(|_| wrong("is not open"))?;
    let mut line = Zeroizing::new(String::new());
    BufReader::new(file)
        .read_line(&mut line)
        .map_err(|_| wrong("cannot be read"))?;
    first_line(&line)
        .map(Some)
        .ok_or_else(|| wrong("holds nothing"))
}

/// The passphrase of an existing home: given, or asked for. `None`: nobody is there to ask.
pub(crate) fn ask(desk: &mut Desk, question: &str) -> Result<Option<Zeroizing<String>>, Trouble> {
    match given(desk)? {
        Some(passphrase) => Ok(Some(passphrase)),
        None => Ok(desk.ask.secret(question)),
    }
}

/// A new passphrase: given, or asked for twice. `None` is "not now".
pub(crate) fn choose(desk: &mut Desk) -> Result<Option<Zeroizing<String>>, Trouble> {
    if let Some(passphrase) = given(desk)? {
        return long_enough(passphrase).map(Some);
    }
    choose_new(desk, "A passphrase (several words are easiest to keep):")
}

/// A new passphrase, asked for twice. `None` is "not now".
pub(crate) fn choose_new(
    desk: &mut Desk,
    question: &str,
) -> Result<Option<Zeroizing<String>>, Trouble> {
    for turn in 1.. {
        let Some(first) = desk.ask.secret(question) else {
            return Ok(None);
        };
        let trouble = match long_enough(first) {
            Ok(first) => {
                let Some(second) = desk.ask.secret("The same once more:") else {
                    return Ok(None);
                };
                if first == second {
                    return Ok(Some(first));
                }
                Trouble::refused(
                    "passphrases-differ",
                    "The two were not the same. Nothing has changed.",
                )
                .hint("Type it slowly, twice the same.")
            }
            Err(trouble) => trouble,
        };
        if turn == TURNS {
            return Err(trouble);
        }
        desk.out.trouble(&trouble);
        desk.out.page("Once more, or press Enter for not now.\n");
    }
    Ok(None)
}

/// How often a slip at a new passphrase is forgiven.
const TURNS: usize = 5;

fn long_enough(passphrase: Zeroizing<String>) -> Result<Zeroizing<String>, Trouble> {
    if passphrase.chars().count() < SHORTEST {
        Err(Trouble::refused(
            "passphrase-short",
            format!("That is shorter than {SHORTEST} characters. Nothing has changed."),
        )
        .hint("Four or five words that nobody would guess are good."))
    } else {
        Ok(passphrase)
    }
}

fn first_line(text: &str) -> Option<Zeroizing<String>> {
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        None
    } else {
        Some(Zeroizing::new(line.to_owned()))
    }
}
