//! `export`: the signed records, with a checker.

use identity::Person;
use node::home::ExportError;
use serde_json::json;

use crate::desk::Desk;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, causes, home_trouble};

use std::path::{Path, PathBuf};

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
What lies here is signed by the devices of the two people it names.
A signature shows which device said what, and in which order.
It does not show that it is true, that anybody was free when signing, or
what time it was: a day is a claim of its author.
";

/// How to check it without this program, and what is called how: the records hold no names.
fn checking(names: &Names) -> String {
    let (invited, joined) = match names.me {
        Person::A => (&names.mine, &names.other),
        Person::B => (&names.other, &names.mine),
    };
    // Only what any shell takes as it stands.
    let plain = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == ' ');
    let option = if plain(invited) && plain(joined) {
        format!(" --names \"{invited},{joined}\"")
    } else {
        String::new()
    };
    format!(
        "To check it, in that folder:\n    python3 verify.py records.cbor{option}\n\
         It says first whether every signature is in order, then who signed what; the\n\
         rest with --details. It needs Python 3.8 and its package \"cryptography\" (or\n\
         \"PyNaCl\"). What it goes by stands in formats.md. The names are those used here:\n\
         the one who invited is {}, the one who joined is {}.\n",
        render::title(invited, 40),
        render::title(joined, 40)
    )
}

/// The statement beside what it is about.
const README: &str = "README.txt";

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Writes the folder. Nobody is told.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let folder = std::path::absolute(&args.dir).map_err(|error| {
        Trouble::usage(format!("That folder cannot be named: {error}.")).hint("handfast export DIR")
    })?;
    desk.with_home(|desk, home| {
        let checking = checking(&Names::of(home)?);
        let done = home.export(&folder).map_err(|error| match error {
            ExportError::Home(error) => home_trouble(error),
            ExportError::Exists(path) => Trouble::usage(format!("{} is there already.", path.display()))
                .code("exists")
                .hint("Name a folder that does not exist yet."),
            ref other @ (ExportError::Write { .. } | _) => Trouble::refused("export", format!("It could not be written: {}.", causes(other)))
                .hint("Look at the disk, or name another folder."),
        })?;
        let readme = folder.join(README);
        write_new(&readme, &format!("{STATEMENT}\n{checking}")).map_err(|error| {
            Trouble::refused("export", format!("{} could not be written: {error}.", readme.display()))
                .hint("The other files are whole. Look at the disk, or name another folder.")
        })?;
        let mut files = done.files;
        files.push(README.to_owned());
        desk.out.talk(&format!(
            "Written to {}.\n\n{STATEMENT}\n{checking}\nIt can be read there by whoever has the folder. Nobody is told.",
            folder.display()
        ));
        desk.out.document("export", json!({ "folder": folder, "files": files }));
        Ok(Exit::Done)
    })
}
