//! `start`: begin here.

use std::path::Path;

use node::{Home, Passphrase};
use serde_json::json;

use crate::desk::{Desk, not_now};
use crate::passphrase;
use crate::run::Done;
use crate::screens::first_page;
use crate::trouble::{Exit, Trouble, home_trouble};

/// Begin here
///
/// Shows what this is and for whom, then asks for a passphrase and what you
/// call yourself. Nothing is kept until you have read the first page. Your 24
/// words can wait for a moment alone: `handfast paper`.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// A home to try things in: answers may come from a pipe, and the clock from HANDFAST_NOW
    #[arg(long)]
    pub(crate) rehearsal: bool,
}

/// Shows the first page; only then anything is kept.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let places = desk.places()?;
    if places.is_begun() {
        return Err(Trouble::refused(
            "already-begun",
            format!("There is a home already, in {}.", places.home.display()),
        )
        .hint("Look at it: handfast status\nFor another one: handfast --home DIR start"));
    }
    if !desk.attended() {
        return Err(Trouble::in_person(
            "Beginning needs you: there is a page to read first.",
        ));
    }
    for folder in [&places.home, &places.state] {
        writable(folder)?;
    }
    if !first_page::shown(desk) {
        return Err(not_now());
    }
    desk.out.page("\n");
    let passphrase = passphrase::choose(desk)?.ok_or_else(not_now)?;
    let name = crate::meeting::name(desk, "What do you call yourself?", Some(&passphrase))?;
    let home = Home::begin(places, &Passphrase::new(passphrase), &name, args.rehearsal).map_err(
        |error| {
            let trouble = home_trouble(error);
            // There was no home before, so there is no copy of one to speak of.
            if matches!(trouble.code, "keys" | "home") {
                trouble.hint(ELSEWHERE)
            } else {
                trouble
            }
        },
    )?;
    desk.out.talk(&format!(
        "\nThis device is yours now, {name}. It lies in {}.\n\n\
         For a moment alone: your 24 words. A later version needs them to bring you\n\
         back if this device is lost; this one cannot yet. Keep them on paper:\n    \
         handfast paper\n\n\
         When you are both here, one of you:  handfast invite\n\
         and the other, on their own device:  handfast join",
        home.places().home.display()
    ));
    desk.out.document(
        "started",
        json!({
            "name": name,
            "home": home.places().home,
            "state": home.places().state,
            "rehearsal": home.is_rehearsal(),
        }),
    );
    desk.hold(home);
    Ok(Exit::Done)
}

const ELSEWHERE: &str = "Nothing has begun. Name folders that are yours: --home DIR, and HANDFAST_STATE for what \
                         must not be backed up.";

/// Whether a folder can be made and written, by making another one beside it; told before anything
/// is asked, so that nobody thinks of a passphrase for nothing.
fn writable(folder: &Path) -> Result<(), Trouble> {
    let there = folder
        .ancestors()
        .find(|ancestor| ancestor.exists())
        .unwrap_or(folder);
    let probe = there.join(format!(".handfast-{}", std::process::id()));
    std::fs::create_dir(&probe)
        .and_then(|()| std::fs::remove_dir(&probe))
        .map_err(|error| {
            Trouble::refused(
                "not-writable",
                format!("Nothing can be kept in {}: {error}.", folder.display()),
            )
            .hint(ELSEWHERE)
        })
}
