//! `help`: the pages.

use clap::CommandFactory;

use crate::cli::Cli;
use crate::desk::Desk;
use crate::groups;
use crate::reference;
use crate::run::Done;
use crate::screens::safety;
use crate::trouble::{Exit, Trouble};

/// Pages: safety, all, reference, or a verb
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// "safety", "all", "reference", or a verb
    pub(crate) page: Option<String>,
}

/// Shows a page; works without a home, a passphrase or a network.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let page = match args.page.as_deref() {
        None => groups::page(false),
        Some("all") => groups::page(true),
        Some("safety" | "2") => safety::page(),
        Some("begin" | "1") => crate::screens::first_page::PAGE.to_owned(),
        Some("reference") => reference::markdown(),
        Some(verb) => Cli::command()
            .find_subcommand_mut(verb)
            .map(|found| reference::manual(found))
            .ok_or_else(|| {
                if let Some(answer) = crate::unbuilt::answer(verb, desk.home_typed()) {
                    return answer;
                }
                Trouble::usage(format!(
                    "There is no page \"{}\".",
                    crate::render::title(verb, 40)
                ))
                .code("unknown-page")
                .hint("Pages: safety, begin, all, reference, or a verb: handfast help kept")
            })?,
    };
    desk.out.data(&page);
    desk.out
        .document("help", serde_json::json!({ "page": page }));
    Ok(Exit::Done)
}
