//! A line that takes space and holds a slip: it is silent first, and then it is said what was not
//! understood (decision 0024).

use std::ffi::OsString;

use clap::error::ErrorKind;

use crate::cli::{Cli, Verb};
use crate::desk::Desk;
use crate::verbs::space::{self, What};

/// What to do next, after a slip in a line that took space.
pub(crate) const NEXT: &str = "How it stands: handfast space show\nTo name a day: handfast space \
                               change --until DAY\nTo end it: handfast space end";

/// Options that stand alone, before a verb or behind it.
const ALONE: [&str; 4] = ["--json", "--no-input", "--quiet", "-q"];

/// The line without what is wrong with it, if it begins with `space start` and does not ask for help.
pub(crate) fn of(line: &[OsString], error: &clap::Error) -> Option<Vec<OsString>> {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return None;
    }
    let mut clean: Vec<OsString> = line.first().cloned().into_iter().collect();
    let mut begins: Vec<String> = Vec::new();
    let mut words = line.iter().skip(1);
    while let Some(word) = words.next() {
        let typed = word.to_string_lossy();
        if typed == "--home" {
            clean.extend([word.clone(), words.next()?.clone()]);
        } else if matches!(&*typed, "--color" | "--passphrase-fd") && begins.len() < 2 {
            // How it is shown or opened plays no part in being silent.
            words.next();
        } else if typed.starts_with("--home=") || ALONE.contains(&&*typed) || typed == "--practical"
        {
            clean.push(word.clone());
        } else if begins.len() < 2 && !typed.starts_with('-') {
            begins.push(typed.to_lowercase());
        } else if typed == "--" {
            break;
        }
    }
    if begins != ["space", "start"] {
        return None;
    }
    // Where `--practical` stood before the verb it means nothing, and the line is not read.
    let own = clean.iter().position(|word| word == "--practical");
    let own = own.map(|at| clean.remove(at));
    clean.extend(begins.into_iter().map(OsString::from));
    clean.extend(own);
    Some(clean)
}

/// Shuts the valve, as the line meant; what is to be said about it.
pub(crate) fn shut(cli: &Cli, desk: &Desk) -> Option<String> {
    let Some(Verb::Space(args)) = &cli.verb else {
        return None;
    };
    let Some(What::Start(args)) = &args.what else {
        return None;
    };
    match space::start_anyway(args, desk) {
        Ok(said) => Some(said),
        // Where nothing has begun there is nothing to be silent.
        Err(trouble) if trouble.code == "not-begun" => None,
        Err(trouble) => Some(trouble.message),
    }
}
