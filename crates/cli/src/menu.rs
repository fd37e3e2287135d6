//! `handfast` alone: where things stand, and a numbered menu that shares its questions with the
//! verbs, so that nothing telling stays in a shell's history.

mod numbers;
mod pages;
mod typed;

use std::ffi::OsString;

use clap::Parser;

use crate::cli::Cli;
use crate::desk::{Desk, not_now};
use crate::items::Items;
use crate::names::Names;
use crate::render;
use crate::run::{self, Done};
use crate::shut_first;
use crate::tray::{self, Which};
use crate::trouble::{Exit, Trouble};
use crate::verbs;
use crate::which;
use pages::{Choice, Does, MAIN, Page};
use typed::Typed;

pub(crate) use numbers::with_numbers;

/// So long a menu may wait for its person and stay open.
const IDLE_MS: u128 = node::agent::IDLE.as_millis();

/// Shows the page, then asks until nothing more is wanted.
pub(crate) fn run(desk: &mut Desk) -> Done {
    let done = go_on(desk);
    // What is said from here on is read at a shell, where a number is no command.
    desk.out.in_menu(false);
    done
}

fn go_on(desk: &mut Desk) -> Done {
    let asks = desk.attended() && !desk.out.json();
    if !desk.places()?.is_begun() {
        if !asks {
            desk.out.page(crate::screens::first_page::PAGE);
            return Err(desk.begun().err().unwrap_or_else(not_now));
        }
        desk.stay_open();
        // Its first page asks whether to go on; so far nothing is kept, and there is no menu yet.
        verbs::start::run(&verbs::start::Args::default(), desk)?;
        desk.out.in_menu(true);
    } else if !asks {
        return verbs::status::run(&verbs::status::Args::default(), desk);
    } else {
        desk.stay_open();
        desk.out.in_menu(true);
        verbs::status::run(&verbs::status::Args::default(), desk)?;
    }
    let clock = desk.with_home(|_, home| Ok(home.clock().clone()))?;
    // The pages that are open, one in the other.
    let mut open = vec![&MAIN];
    while let Some(page) = open.last().copied() {
        let is_first = open.len() == 1;
        if is_first {
            let hints = hints(desk)?;
            desk.out.page(&hints);
        }
        let asked = clock.unix_ms();
        let chosen = choose(desk, page, if is_first { "leave" } else { "go back" });
        if chosen.is_some() && u128::from(clock.unix_ms().abs_diff(asked)) >= IDLE_MS {
            // As the agent does (S46): who sits down at a menu left open is asked who it is.
            desk.close();
            desk.out
                .page("\nThis has closed itself after ten minutes without use.\n");
        }
        let done = match chosen {
            None => {
                open.pop();
                continue;
            }
            Some(Typed::Choice(Choice {
                does: Does::Page(page),
                ..
            })) => {
                open.push(page);
                continue;
            }
            Some(Typed::Choice(choice)) => {
                desk.out.page("\n");
                (act(choice, desk), choice.closes())
            }
            Some(Typed::Line(line)) => {
                let closes = matches!(line.first().map(String::as_str), Some("lock" | "leave"));
                let line = line.into_iter().map(OsString::from).collect();
                (dispatch(desk, line), closes)
            }
        };
        match done.0 {
            Ok(_) => {}
            // Left closed: it is not asked for again.
            Err(trouble) if trouble.code == "locked" => return Err(trouble),
            Err(trouble) if trouble.exit == Exit::Done => desk.out.talk(&trouble.message),
            Err(trouble) => desk.out.trouble(&trouble),
        }
        // Closed, or left: there is nothing to come back to.
        if done.1 || !desk.places()?.is_begun() {
            return Ok(Exit::Done);
        }
        open.truncate(1);
    }
    Ok(Exit::Done)
}

/// One choice of a page, or a line. What means nothing is asked for again; `None` is Enter.
fn choose(desk: &mut Desk, page: &'static Page, away: &str) -> Option<Typed> {
    let mut shown = format!("\n{}\n", page.title);
    for (n, choice) in (1..).zip(page.choices) {
        shown.push_str(&format!("  {n:>2}  {}\n", choice.label));
    }
    shown.push_str(&format!("\nA number, or only Enter to {away}.\n"));
    desk.out.page(&shown);
    loop {
        let typed = desk.ask.line(">")?;
        let meant = typed::read(&typed, page);
        if meant.is_some() {
            return meant;
        }
        desk.out.page(&format!(
            "Please type one of the numbers, or only Enter to {away}.\n"
        ));
    }
}

/// Does it, through the verb.
fn act(choice: &Choice, desk: &mut Desk) -> Done {
    let mut line: Vec<OsString> = choice.line().iter().map(OsString::from).collect();
    match choice.does {
        Does::Page(_) => return Ok(Exit::Done),
        Does::Waiting => return tray::go_through(desk, Which::All).map(|()| Exit::Done),
        Does::Verb(_) => {}
        Does::Named(_, question) => {
            let name = desk.ask.line(question).ok_or_else(not_now)?;
            // A name that begins with a dash is a name too.
            line.extend(["--".into(), name.into()]);
        }
        Does::About(_, which) => line.push(which::one(desk, which)?.into()),
    }
    dispatch(desk, line)
}

/// A verb as if its line had been typed; only the line stands nowhere.
fn dispatch(desk: &mut Desk, line: Vec<OsString>) -> Done {
    let verb = line
        .first()
        .map(|verb| verb.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut line: Vec<OsString> = std::iter::once("handfast".into()).chain(line).collect();
    match run::forgiving(&mut line) {
        Ok(cli) => run::dispatch(cli.verb, desk),
        Err(error) => {
            if let Some(answer) = crate::ways_out::answer(&verb) {
                return Err(answer);
            }
            let space = shut_first::of(&line, &error)
                .and_then(|clean| Cli::try_parse_from(clean).ok())
                .and_then(|cli| shut_first::shut(&cli, desk));
            run::misread(&error, &desk.out, space.as_deref());
            Ok(Exit::Done)
        }
    }
}

/// What is there to be looked at, and under which numbers. They never move.
fn hints(desk: &mut Desk) -> Result<String, Trouble> {
    let waiting = tray::count(&desk.begun()?) > 0;
    desk.with_home(|_, home| {
        let mut said = String::new();
        if !home.is_paired() {
            said.push_str("\nTo begin together: 8,2 to invite, or 8,3 with an invitation.\n");
            return Ok(said);
        }
        let names = Names::of(home)?;
        let today = home.today();
        let offered = Items::agreed_or_offered(home, today)?
            .0
            .iter()
            .any(|item| which::offered_to_me(item, &names));
        if offered {
            let name = render::title(&names.other, 30);
            said.push_str(&format!("\n{name} offers something; to read it: 3,5.\n"));
        }
        if waiting {
            said.push_str("\nSomething waits for you, unsigned; to look: 8,5.\n");
        }
        Ok(said)
    })
}
