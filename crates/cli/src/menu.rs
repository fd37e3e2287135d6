//! `handfast` alone: where things stand, and a numbered menu that shares its questions with the
//! verbs, so that nothing telling stays in a shell's history.

mod pages;
mod pick;

use std::ffi::OsString;

use clap::{CommandFactory, Parser};

use crate::cli::Cli;
use crate::desk::{Desk, not_now};
use crate::items::Items;
use crate::names::Names;
use crate::render;
use crate::run::{self, Done};
use crate::tray::{self, Which};
use crate::trouble::{Exit, Trouble};
use crate::verbs;
use pages::{Choice, Does, MAIN, Page};

/// Shows the page, then asks until nothing more is wanted.
pub(crate) fn run(desk: &mut Desk) -> Done {
    if !desk.places()?.is_begun() {
        desk.out.page(crate::screens::first_page::PAGE);
        return Err(desk.begun().err().unwrap_or_else(not_now));
    }
    verbs::status::run(&verbs::status::Args::default(), desk)?;
    if !desk.attended() || desk.out.json() {
        return Ok(Exit::Done);
    }
    loop {
        let hints = hints(desk)?;
        desk.out.page(&hints);
        let Some(choice) = choose(desk, &MAIN, "leave") else {
            return Ok(Exit::Done);
        };
        let choice = match choice.does {
            Does::Page(page) => match choose(desk, page, "go back") {
                Some(choice) => choice,
                None => continue,
            },
            Does::Verb(_) | Does::About(..) | Does::Named(..) | Does::Waiting => choice,
        };
        desk.out.page("\n");
        match act(choice, desk) {
            Ok(_) => {}
            Err(trouble) if trouble.exit == Exit::Done => desk.out.talk(&trouble.message),
            Err(trouble) => desk.out.trouble(&trouble),
        }
        // Closed, or left: there is nothing to come back to.
        if choice.closes() || !desk.places()?.is_begun() {
            return Ok(Exit::Done);
        }
    }
}

/// One choice of a page. What means nothing is asked for again; `None` is Enter.
fn choose(desk: &mut Desk, page: &'static Page, away: &str) -> Option<&'static Choice> {
    let mut shown = format!("\n{}\n", page.title);
    for (n, choice) in (1..).zip(page.choices) {
        let later = if is_there(choice) {
            ""
        } else {
            "   (not here yet)"
        };
        shown.push_str(&format!("  {n:>2}  {}{later}\n", choice.label));
    }
    shown.push_str(&format!("\nA number, or only Enter to {away}.\n"));
    desk.out.page(&shown);
    loop {
        let typed = desk.ask.line(">")?;
        let chosen = typed
            .parse::<usize>()
            .ok()
            .and_then(|n| n.checked_sub(1))
            .and_then(|n| page.choices.get(n));
        if chosen.is_some() {
            return chosen;
        }
        desk.out.page(&format!(
            "Please type one of the numbers, or only Enter to {away}.\n"
        ));
    }
}

/// Whether the verb of a choice is built. The numbers stay as they are either way.
fn is_there(choice: &Choice) -> bool {
    let (Does::Verb(line) | Does::About(line, _) | Does::Named(line, _)) = choice.does else {
        return true;
    };
    line.first()
        .is_none_or(|verb| Cli::command().find_subcommand(verb).is_some())
}

/// Does it, through the verb.
fn act(choice: &Choice, desk: &mut Desk) -> Done {
    match choice.does {
        Does::Page(_) => Ok(Exit::Done),
        Does::Waiting => tray::go_through(desk, Which::All).map(|()| Exit::Done),
        Does::Verb(line) => dispatch(desk, line.iter().map(OsString::from).collect()),
        Does::Named(line, question) => {
            let name = desk.ask.line(question).ok_or_else(not_now)?;
            let line = line.iter().map(OsString::from);
            // A name that begins with a dash is a name too.
            dispatch(desk, line.chain(["--".into(), name.into()]).collect())
        }
        Does::About(line, which) => {
            if !is_there(choice) {
                return dispatch(desk, line.iter().map(OsString::from).collect());
            }
            let what = pick::one(desk, which)?;
            let mut line: Vec<OsString> = line.iter().map(OsString::from).collect();
            line.push(what.into());
            if which == pick::Which::Mine && !choice.asks_itself() {
                let question = "A short fact, if you like (Enter: none):";
                if let Some(note) = desk.ask.line(question) {
                    line.push(format!("--note={note}").into());
                }
            }
            dispatch(desk, line)
        }
    }
}

/// A verb as if its line had been typed; only the line stands nowhere.
fn dispatch(desk: &mut Desk, line: Vec<OsString>) -> Done {
    let verb = line
        .first()
        .map(|verb| verb.to_string_lossy().into_owned())
        .unwrap_or_default();
    let cli = Cli::try_parse_from(std::iter::once(OsString::from("handfast")).chain(line));
    match cli {
        Ok(cli) => run::dispatch(cli.verb, desk),
        Err(_) => Err(
            crate::unbuilt::answer(&verb, desk.home_typed()).unwrap_or_else(|| {
                Trouble::refused("no-verb-yet", "That is not built yet.")
                    .hint("What there is: 9, then 3")
            }),
        ),
    }
}

/// What is there to be looked at, and under which numbers. They never move.
fn hints(desk: &mut Desk) -> Result<String, Trouble> {
    let waiting = tray::count(&desk.begun()?) > 0;
    desk.with_home(|_, home| {
        let mut said = String::new();
        if !home.is_paired() {
            said.push_str("\nTo begin together: 8, then 2 to invite, or 3 with an invitation.\n");
            return Ok(said);
        }
        let names = Names::of(home)?;
        let today = home.today();
        let offered = Items::agreed_or_offered(home, today)?
            .0
            .iter()
            .any(|item| pick::offered_to_me(item, &names));
        if offered {
            let name = render::title(&names.other, 30);
            said.push_str(&format!(
                "\n{name} offers something; to read it: 3, then 5.\n"
            ));
        }
        if waiting {
            said.push_str("\nSomething waits for you, unsigned; to look: 8, then 5.\n");
        }
        Ok(said)
    })
}
