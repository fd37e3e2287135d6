//! Why a command did not do what was asked: a code for scripts, a sentence for people, and
//! always what to do next.

use std::fmt;

/// What can go wrong on the way from a typed line to its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// Stable, for scripts: `unknown-item`, `locked`.
    pub(crate) code: &'static str,
    /// One or two plain sentences.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) hint: Option<String>,
    /// How the process ends.
    pub(crate) exit: Exit,
}

/// The exit codes of the command line. None of them tells whether the other was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, already done, nothing to do, or waiting for you.
    Done = 0,
    /// Refused or failed.
    Refused = 1,
    /// Wrong usage or file.
    Usage = 2,
    /// Locked.
    Locked = 4,
    /// Something new failed verification.
    Unverified = 5,
    /// Needs you in person.
    InPerson = 6,
    /// Of the background process alone: another one is there already (`node::agent`).
    Running = 17,
}

impl Trouble {
    /// Refused, or failed for a reason outside the command line.
    pub(crate) fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            exit: Exit::Refused,
        }
    }

    /// Typed wrongly, or a file that cannot be used.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            code: "usage",
            message: message.into(),
            hint: None,
            exit: Exit::Usage,
        }
    }

    /// The home is locked and nobody is there to open it.
    pub(crate) fn locked() -> Self {
        Self {
            code: "locked",
            message: "This is locked.".into(),
            hint: Some(
                "Open it with: handfast unlock\nIn a script: set HANDFAST_PASSPHRASE_COMMAND, or \
                 give --passphrase-fd"
                    .into(),
            ),
            exit: Exit::Locked,
        }
    }

    /// The home is locked, and its person left it so.
    pub(crate) fn left_closed() -> Self {
        Self {
            message: "This stays closed.".into(),
            hint: Some(
                "To open it: handfast unlock\nWithout: handfast pause, or handfast help safety"
                    .into(),
            ),
            ..Self::locked()
        }
    }

    /// Only a person at the keyboard may do this.
    pub(crate) fn in_person(message: impl Into<String>) -> Self {
        Self {
            code: "in-person",
            message: message.into(),
            hint: Some("Run it yourself, in a terminal, without --no-input.".into()),
            exit: Exit::InPerson,
        }
    }

    /// The same trouble with what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same trouble, of one thing whose name is known: it stands where the hint says WHAT.
    pub(crate) fn about(mut self, short: &str) -> Self {
        let name = if short.contains(' ') {
            format!("\"{short}\"")
        } else {
            short.to_owned()
        };
        self.hint = self.hint.map(|hint| hint.replace("WHAT", &name));
        self
    }

    /// The same trouble under another code.
    pub(crate) fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Trouble {}

/// A home that cannot be opened or changed, in plain words.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the rest is told in its own words"
)]
pub(crate) fn home_trouble(error: node::HomeError) -> Trouble {
    use node::HomeError as E;
    let text = causes(&error);
    if let Some(path) = error.closed() {
        return closed(path);
    }
    match error {
        E::Keys(keys) => keys_trouble(keys),
        E::Clock(_) | E::Dice(_) => Trouble::usage(sentence(&text))
            .code("rehearsal-only")
            .hint("Unset HANDFAST_NOW and HANDFAST_SEED, or begin a home with: handfast start --rehearsal"),
        E::Setting(_) => Trouble::usage(sentence(&text)).code("setting").hint("See them all: handfast settings"),
        E::Alone => alone(),
        E::Leaving | E::Vault(node::VaultError::Left) => Trouble::refused("left", "This has been left; nothing is written here any more.")
            .hint("To begin anew: handfast start"),
        _ => Trouble::refused("home", format!("Your home could not be used: {text}."))
            .hint("Nothing that was kept is lost by this. Look at the folder and the disk, then try again."),
    }
}

/// A file or folder that its owner has closed to writing: it is not opened behind anybody's back.
fn closed(path: &std::path::Path) -> Trouble {
    let path = path.display();
    Trouble::refused(
        "closed-folder",
        format!("This is closed to writing by its own permissions, and was left so:\n    {path}"),
    )
    .hint(format!(
        "If that is not meant, open it for yourself:\n    chmod u+rwX \"{path}\""
    ))
}

/// A passphrase or a key file that does not do.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the rest is told in its own words"
)]
pub(crate) fn keys_trouble(error: node::KeysError) -> Trouble {
    use node::KeysError as E;
    let text = causes(&error);
    match error {
        E::File(node::FileError::Closed { path, .. }) => closed(&path),
        E::WrongPassphrase => Trouble {
            code: "wrong-passphrase",
            message: "That passphrase does not open this.".into(),
            hint: Some("Try again: handfast unlock".into()),
            exit: Exit::Locked,
        },
        E::Exists => Trouble::refused("already-begun", "There is a home here already.")
            .hint("Look at it: handfast status\nFor another one: handfast --home DIR start"),
        E::NoHome => Trouble::refused("not-begun", "Nothing has begun here yet.").hint("Begin with: handfast start"),
        _ => Trouble::refused("keys", format!("The key file of your home cannot be used: {text}."))
            .hint("If you have a copy of the home folder, copy it back; your 24 words and the other's device still hold the rest."),
    }
}

/// The verb needs the other person, who is not there yet.
pub(crate) fn alone() -> Trouble {
    Trouble::refused("alone", "You are alone here so far; this takes two.")
        .hint("Invite the other: handfast invite\nOr take up an invitation: handfast join")
}

/// Another room's words as a sentence: a capital and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let mut said: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    said.push_str(chars.as_str());
    if !said.ends_with(['.', '?', ':']) {
        said.push('.');
    }
    said
}

/// An error with its causes, each said once.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = cause.source();
    }
    text
}
