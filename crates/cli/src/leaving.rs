//! What leaving means for every other verb: a departure that was interrupted is completed before
//! anything else is done (S1), and in an archive only what reads works.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use node::leaving::LeaveError;

use crate::cli::Verb;
use crate::desk::Desk;
use crate::trouble::{Trouble, causes};
use crate::verbs;

/// Completes a departure that was begun, then says whether this verb may go on. `false`: it was
/// `leave` itself, and there is nothing more to do.
pub(crate) fn before(verb: Option<&Verb>, desk: &mut Desk) -> Result<bool, Trouble> {
    // Without a place for a home there is nothing to complete.
    let Ok(places) = desk.places() else {
        return Ok(true);
    };
    let mut archive = desk.marks.archive;
    match node::leaving::finish(&places) {
        Ok(None) => {}
        Ok(Some(left)) => {
            desk.out
                .talk("You were leaving, and it was interrupted. It is done now.\n");
            if matches!(verb, Some(Verb::Leave(_))) {
                verbs::leave::told(desk, left.archive.is_none(), false, &left);
                return Ok(false);
            }
            archive = node::is_archive(&places);
        }
        // A page can be read all the same.
        Err(_) if matches!(verb, Some(Verb::Help(_))) => {}
        Err(error) => return Err(trouble(error)),
    }
    if archive {
        in_an_archive(verb)?;
    }
    Ok(true)
}

/// A departure that cannot be completed now.
pub(crate) fn trouble(error: LeaveError) -> Trouble {
    Trouble::refused(
        "leaving",
        format!(
            "Leaving is not complete yet: {}. Nothing is sent any more.",
            causes(&error)
        ),
    )
    .hint("Mend that (mostly: room on the disk), then type any command: it goes on by itself.")
}

/// Verbs that only read, and those about the archive itself.
fn in_an_archive(verb: Option<&Verb>) -> Result<(), Trouble> {
    let reads = matches!(
        verb,
        Some(
            Verb::Log(_)
                | Verb::Plan(_)
                | Verb::Days(_)
                | Verb::Report(_)
                | Verb::Export(_)
                | Verb::Verify(_)
                | Verb::Compare(_)
                | Verb::Note(_)
                | Verb::Passphrase(_)
                | Verb::Leave(_)
                | Verb::Help(_)
                | Verb::Tour(_)
        )
    );
    if reads {
        return Ok(());
    }
    Err(Trouble::refused(
        "archive",
        "This is what was kept when its owner left. It can be read, and nothing in it changes.",
    )
    .hint(
        "What works here: log, plan, days, compare, report, export, verify, note list, note \
         read; passphrase changes yours; leave --erase erases it.\nTo begin anew: handfast --home DIR start",
    ))
}

/// The files of timers that name this program, in the places that our pages speak of.
pub(crate) fn jobs() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let config = std::env::var_os("XDG_CONFIG_HOME")
        .filter(|set| !set.is_empty())
        .map(PathBuf::from)
        .or_else(|| Some(home.clone()?.join(".config")));
    let folders = [
        config.map(|config| config.join("systemd/user")),
        home.map(|home| home.join("Library/LaunchAgents")),
    ];
    let mut jobs: Vec<PathBuf> = folders
        .into_iter()
        .flatten()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
        .filter(|path| is_job(path))
        .collect();
    jobs.sort();
    jobs
}

/// Whether a file of units or agents runs this program.
fn is_job(path: &Path) -> bool {
    let kinds = ["service", "timer", "plist"].map(OsStr::new);
    let is_one = path.extension().is_some_and(|kind| kinds.contains(&kind));
    let small = fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() < 64 * 1024);
    is_one && small && fs::read(path).is_ok_and(|text| text.windows(8).any(|at| at == b"handfast"))
}
