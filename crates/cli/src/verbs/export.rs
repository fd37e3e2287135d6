//! `export`: the signed records, with a checker.

use node::home::ExportError;
use serde_json::json;

use crate::desk::Desk;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, causes, home_trouble};

use std::path::PathBuf;

/// Signed records, with a checker (nobody is told)
///
/// Writes what you hold into a new folder: the records with the proof of each,
/// a statement of what a signature shows, and a small program that checks them
/// without this one.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// A folder that does not exist yet
    pub(crate) dir: PathBuf,
}

/// What a signature shows, and what it does not (S21). Always the same words.
const STATEMENT: &str = "\
What lies here is signed by the devices of the two people it names. A signature shows
which device said what, and in which order. It does not show that it is true, that
anybody was free when signing, or what time it was: a day is a claim of its author.
";

/// Writes the folder. Nobody is told.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let folder = std::path::absolute(&args.dir).map_err(|error| {
        Trouble::usage(format!("That folder cannot be named: {error}.")).hint("handfast export DIR")
    })?;
    desk.with_home(|desk, home| {
        let done = home.export(&folder).map_err(|error| match error {
            ExportError::Home(error) => home_trouble(error),
            ExportError::Exists(path) => Trouble::usage(format!("{} is there already.", path.display()))
                .code("exists")
                .hint("Name a folder that does not exist yet."),
            ref other @ (ExportError::Write { .. } | _) => Trouble::refused("export", format!("It could not be written: {}.", causes(other)))
                .hint("Look at the disk, or name another folder."),
        })?;
        desk.out.talk(&format!(
            "Written to {}.\n\n{STATEMENT}\nIt can be read there by whoever has the folder. Nobody is told.",
            folder.display()
        ));
        desk.out.document("export", json!({ "folder": folder, "files": done.files }));
        Ok(Exit::Done)
    })
}
