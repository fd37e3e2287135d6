//! What a script left while nobody was there: sealed and unsigned, shown before it is signed (S27).

use clap::Parser;
use identity::Day;
use node::Places;
use pact::calendar;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cli::Cli;
use crate::desk::Desk;
use crate::render;
use crate::run::{self, Done};
use crate::trouble::{Exit, Trouble, causes, home_trouble};

/// One thing that waits: the line as it was typed, and the day it was typed on.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    handfast: u32,
    day: Day,
    line: Vec<String>,
    /// A person typed it while this was locked; else a script wrote it.
    #[serde(default)]
    person: bool,
}

/// If nobody is there to read what would be signed, keeps the line for later and is done.
pub(crate) fn instead(desk: &mut Desk) -> Result<Option<Exit>, Trouble> {
    if desk.attended() {
        return Ok(None);
    }
    let line = desk.line.clone();
    keep(desk, &line)?;
    desk.out.talk(
        "It waits for you, unsigned: nothing is signed without you. See it with: handfast unlock",
    );
    desk.out
        .document("tray", json!({ "tray": true, "changed": null }));
    Ok(Some(Exit::Done))
}

/// Keeps a line for later, sealed and unsigned; it needs no unlock.
pub(crate) fn keep(desk: &Desk, line: &[String]) -> Result<(), Trouble> {
    let places = desk.begun()?;
    let waiting = Waiting {
        handfast: 1,
        day: today(&places)?,
        line: line.to_vec(),
        person: desk.attended(),
    };
    let bytes = serde_json::to_vec(&waiting).map_err(|error| {
        Trouble::refused("tray", error.to_string()).hint("Run it yourself, in a terminal.")
    })?;
    node::tray::put(&places, &bytes).map_err(|error| {
        Trouble::refused(
            "tray",
            format!("It could not be kept for you: {}.", causes(&error)),
        )
        .hint("Run it yourself, in a terminal.")
    })?;
    Ok(())
}

/// The day here, while locked.
pub(crate) fn today(places: &Places) -> Result<Day, Trouble> {
    let rehearsal = node::is_rehearsal(places).unwrap_or(false);
    let clock = node::Clock::from_env(rehearsal).map_err(|error| home_trouble(error.into()))?;
    Ok(clock.today())
}

/// Whether something waits, and how much of it; readable while locked.
pub(crate) fn count(places: &Places) -> usize {
    node::tray::list(places)
        .map(|slips| slips.len())
        .unwrap_or(0)
}

/// Shows what waits, one at a time; what is taken up goes through its own verb and its own screen.
pub(crate) fn go_through(desk: &mut Desk) -> Result<(), Trouble> {
    let places = desk.begun()?;
    let failed = |error: &dyn std::error::Error| {
        Trouble::refused(
            "tray",
            format!("What waits for you cannot be read: {}.", causes(error)),
        )
        .hint("All else works. Look at the folder \"tray\" of this home.")
    };
    for slip in node::tray::list(&places).map_err(|error| failed(&error))? {
        let opened = desk.with_home(|_, home| home.waiting(&slip).map_err(|error| failed(&error)));
        let waiting = opened
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Waiting>(&bytes).ok());
        let Some(waiting) = waiting else {
            desk.out
                .talk("Something waits here that cannot be read. It is left where it is.");
            continue;
        };
        desk.out.page(&format!(
            "\n{}\n  {}, on {}:\n{}\n[Enter] not now    [s] take it up    [x] throw it away\n",
            render::heading("Waiting for you", "not signed"),
            if waiting.person {
                "You left this while it was locked"
            } else {
                "A script wrote"
            },
            calendar::name(waiting.day),
            render::quote(&spoken(&waiting.line)),
        ));
        let done = match desk.ask.choose(&["s", "x"]) {
            Some("s") => replay(desk, &waiting),
            Some("x") => Ok(Exit::Done),
            _ => continue,
        };
        match done {
            Ok(_) => node::tray::remove(&places, &slip).map_err(|error| failed(&error))?,
            Err(trouble) => desk.out.trouble(&trouble),
        }
    }
    Ok(())
}

fn replay(desk: &mut Desk, waiting: &Waiting) -> Done {
    let line = std::iter::once("handfast").chain(waiting.line.iter().map(String::as_str));
    let again = || {
        Trouble::usage("This line cannot be read any more.")
            .hint("Type it yourself; then throw this one away.")
    };
    let cli = Cli::try_parse_from(line).map_err(|_| again())?;
    let verb = cli.verb.ok_or_else(again)?;
    desk.written_on = Some(waiting.day);
    let done = run::dispatch(Some(verb), desk);
    desk.written_on = None;
    done
}

fn spoken(line: &[String]) -> String {
    let words: Vec<String> = line
        .iter()
        .map(|word| {
            if word.contains(char::is_whitespace) {
                format!("\"{word}\"")
            } else {
                word.clone()
            }
        })
        .collect();
    format!("handfast {}", words.join(" "))
}
