//! `report`: a page to print.

use std::path::PathBuf;

use serde_json::json;

use crate::days;
use crate::desk::Desk;
use crate::new_file;
use crate::report;
use crate::run::Done;
use crate::trouble::Exit;

/// A page to print: plan, thanks, my part
///
/// One file to look at in a browser, or to print: what you agreed, thanks, and
/// your own days as calendars. It loads nothing and holds no script. Nothing
/// confidential is ever in it. With --both it holds the other's part too, and
/// says who made it. Nobody is told.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The file to write; it must not exist yet
    pub(crate) file: PathBuf,
    /// The other's part too, as it was signed
    #[arg(long)]
    pub(crate) both: bool,
    /// Markdown instead of a page for a browser
    #[arg(long)]
    pub(crate) md: bool,
    /// From this day on [default: twelve weeks back]
    #[arg(long, value_name = "DAY")]
    pub(crate) since: Option<String>,
}

/// Writes it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let today = home.today();
        let since = args.since.as_deref().map(|day| days::since(day, today)).transpose()?;
        let gathered = report::gather(home, args.both, since)?;
        let page = if args.md {
            report::markdown(&gathered)
        } else {
            report::html(&gathered)
        };
        let file = new_file::write(&args.file, &page, "report")?;
        desk.out.talk(&format!(
            "Written to {}.\n{}\nNobody is told.",
            file.display(),
            new_file::READABLE
        ));
        desk.out.document(
            "report",
            json!({ "file": file, "both": args.both, "format": if args.md { "md" } else { "html" } }),
        );
        Ok(Exit::Done)
    })
}
