//! What other programs show about the verbs: completions for a shell, pages for `man`. Made from
//! the same tree as everything else, so that they are never out of date.

use std::io;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;

/// The completions of a shell, by its name.
pub(crate) fn completions(shell: &str) -> Option<String> {
    let shell = match shell {
        "bash" => Shell::Bash,
        "zsh" => Shell::Zsh,
        "fish" => Shell::Fish,
        "powershell" => Shell::PowerShell,
        _ => return None,
    };
    let mut made = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "handfast", &mut made);
    String::from_utf8(made).ok()
}

/// The pages of the program and of each verb, by the names of their files.
pub(crate) fn man() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut command = Cli::command();
    command.build();
    let mut pages = vec![page(command.clone(), "handfast".into())?];
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        pages.push(page(verb.clone(), format!("handfast-{}", verb.get_name()))?);
    }
    Ok(pages)
}

fn page(command: Command, name: String) -> io::Result<(String, Vec<u8>)> {
    let mut made = Vec::new();
    let file = format!("{name}.1");
    clap_mangen::Man::new(command).render(&mut made)?;
    Ok((file, made))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn completions_and_manual_pages_name_every_verb() {
        let verbs: Vec<String> = Cli::command()
            .get_subcommands()
            .map(|verb| verb.get_name().to_owned())
            .collect();
        assert!(verbs.len() > 25);
        for shell in ["bash", "zsh", "fish", "powershell"] {
            let made = completions(shell).unwrap();
            for verb in &verbs {
                assert!(made.contains(verb.as_str()), "{verb} in {shell}");
            }
        }
        let pages = man().unwrap();
        let whole = String::from_utf8(pages.first().unwrap().1.clone()).unwrap();
        for verb in &verbs {
            // A hyphen is written as \\- there.
            assert!(whole.contains(&verb.replace('-', "\\-")), "{verb}");
            assert!(
                pages
                    .iter()
                    .any(|(name, _)| *name == format!("handfast-{verb}.1"))
            );
        }
    }
}
