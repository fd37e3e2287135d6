//! The manuals of all verbs: for `help VERB`, and as the page `docs/command-reference.md`.

use clap::{Command, CommandFactory};

use crate::cli::Cli;
use crate::groups::{self, GROUPS};

/// One verb's manual, as `--help` prints it.
pub(crate) fn manual(verb: &Command) -> String {
    // Options that every verb takes are told once, on the page of all verbs.
    let alone = verb
        .clone()
        .bin_name(format!("handfast {}", verb.get_name()));
    alone
        .disable_help_flag(true)
        .term_width(79)
        .render_long_help()
        .to_string()
}

/// The whole reference, generated, so that it is never out of date.
pub(crate) fn markdown() -> String {
    let mut page = String::from(
        "# Command reference\n\n\
         Made by `handfast help reference`; a test keeps it so. Every verb also takes\n\
         what stands under \"Everywhere\"; `handfast help VERB` prints its part.\n\n",
    );
    page.push_str(&format!("```text\n{}```\n", groups::page(true)));
    let command = Cli::command();
    for group in GROUPS {
        page.push_str(&format!("\n## {}\n", group.name));
        for entry in group.verbs {
            let Some(verb) = command.find_subcommand(entry.verb) else {
                continue;
            };
            page.push_str(&format!(
                "\n### handfast {}\n\n```text\n{}```\n",
                entry.verb,
                manual(verb).trim_start()
            ));
        }
    }
    let lines: Vec<&str> = page.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n"))
}
