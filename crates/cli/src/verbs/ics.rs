//! `ics`: my own dates for my calendar.

use std::path::PathBuf;

use serde_json::json;

use crate::dates;
use crate::desk::Desk;
use crate::names::Names;
use crate::new_file;
use crate::run::Done;
use crate::trouble::{Exit, home_trouble};

/// My own dates for my calendar
///
/// A calendar file: what you promised, on its days. Each date is called
/// "Reminder", because a calendar is seen by other eyes; --titles writes the
/// titles. Written again later, the same dates keep their identity, so a
/// calendar takes the new file in the place of the old. No time zone is in it.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The file to write; it must not exist yet
    pub(crate) file: PathBuf,
    /// The other's dates too
    #[arg(long)]
    pub(crate) both: bool,
    /// The titles of the plan instead of "Reminder"
    #[arg(long)]
    pub(crate) titles: bool,
}

/// Writes it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let view = home.view().map_err(home_trouble)?;
        let (text, dates) = dates::file(view, &names, today, args.both, args.titles);
        if dates == 0 {
            desk.out.talk(if args.both {
                "Nothing in the plan has a day, so there is nothing to write."
            } else {
                "None of your own promises has a day, so there is nothing to write.\n\
                     The other's dates too: --both"
            });
            desk.out
                .document("ics", json!({ "file": null, "changed": false }));
            return Ok(Exit::Done);
        }
        let file = new_file::write(&args.file, &text, "ics")?;
        let titles = if args.titles {
            "The titles stand in it, and whoever keeps your calendar can read them."
        } else {
            "Each date is called \"Reminder\"; for the titles: --titles"
        };
        desk.out.talk(&format!(
            "Written to {}.\n{titles}\n{}\nNobody is told.",
            file.display(),
            new_file::READABLE
        ));
        desk.out.document(
            "ics",
            json!({ "file": file, "both": args.both, "titles": args.titles }),
        );
        Ok(Exit::Done)
    })
}
