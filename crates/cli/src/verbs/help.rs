//! `help`: the pages.

use clap::CommandFactory;

use crate::cli::Cli;
use crate::desk::Desk;
use crate::groups;
use crate::manuals;
use crate::reference;
use crate::run::Done;
use crate::screens::safety;
use crate::trouble::{Exit, Trouble};

/// Pages: safety, begin, all, reference, or a verb
///
/// It can also make what a shell completes with, and manual pages for `man`.
/// The first goes to standard output; the second into a new folder, and nothing
/// is installed.
///
///   handfast help kept
///   handfast help completions bash       (or zsh, fish, powershell)
///   handfast help man DIR
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// "safety", "begin", "all", "reference", "completions", "man", or a verb
    pub(crate) page: Option<String>,
    /// Of "completions": which shell; of "man": a folder that does not exist yet
    #[arg(value_name = "SHELL|DIR")]
    pub(crate) of: Option<String>,
}

/// Shows a page; works without a home, a passphrase or a network.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    if args.page.as_deref() == Some("man") {
        return man(args.of.as_deref(), desk);
    }
    let page = match args.page.as_deref() {
        Some("completions") => manuals::completions(args.of.as_deref().unwrap_or_default())
            .ok_or_else(|| {
                Trouble::usage("Completions are made for bash, zsh, fish and powershell.")
                    .code("shell")
                    .hint("handfast help completions bash > FILE\nREADME.md says where each shell looks for it.")
            })?,
        None => groups::page(false),
        Some("all") => groups::page(true),
        Some("safety" | "2") => safety::page(),
        Some(word) if crate::ways_out::is_for_help(word) => safety::page(),
        Some("begin" | "1") => crate::screens::first_page::PAGE.to_owned(),
        Some("reference") => reference::markdown(),
        Some(verb) => Cli::command()
            .find_subcommand_mut(verb)
            .map(|found| reference::manual(found))
            .ok_or_else(|| {
                if let Some(answer) = crate::ways_out::answer(verb) {
                    return answer;
                }
                Trouble::usage(format!(
                    "There is no page \"{}\".",
                    crate::render::title(verb, 40)
                ))
                .code("unknown-page")
                .hint(format!(
                    "{}Pages: safety, begin, all, reference, or a verb: handfast help kept",
                    crate::run::meant(verb)
                ))
            })?,
    };
    let for_programs = matches!(args.page.as_deref(), Some("completions" | "reference"));
    if for_programs {
        desk.out.verbatim(&page);
    } else {
        desk.out.data(&page);
    }
    desk.out
        .document("help", serde_json::json!({ "page": page }));
    Ok(Exit::Done)
}

/// Manual pages, into a folder of their own.
fn man(folder: Option<&str>, desk: &Desk) -> Done {
    let usage = "handfast help man DIR     then: man -l DIR/handfast.1";
    let folder = folder.ok_or_else(|| {
        Trouble::usage("Into which folder? It must not exist yet.")
            .code("folder")
            .hint(usage)
    })?;
    let failed = |error: std::io::Error| {
        let shown = crate::render::title(folder, 60);
        Trouble::usage(if error.kind() == std::io::ErrorKind::AlreadyExists {
            format!("{shown} is there already; the pages go into a new folder.")
        } else {
            format!("The pages cannot be written into {shown}: {error}.")
        })
        .code("folder")
        .hint(usage)
    };
    let pages = manuals::man().map_err(failed)?;
    std::fs::create_dir(folder).map_err(failed)?;
    for (name, page) in &pages {
        std::fs::write(std::path::Path::new(folder).join(name), page).map_err(failed)?;
    }
    desk.out
        .talk(&format!("Written. To read one: man -l {folder}/handfast.1"));
    let names: Vec<&String> = pages.iter().map(|(name, _)| name).collect();
    desk.out.document(
        "man",
        serde_json::json!({ "folder": folder, "files": names }),
    );
    Ok(Exit::Done)
}
