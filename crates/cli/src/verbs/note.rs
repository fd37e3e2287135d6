//! `note`: private pages, on this device alone.

use std::io::IsTerminal as _;

use node::Home;
use node::home::Note;
use node::words::Confidential;
use pact::calendar;
use serde_json::json;

use crate::confidential::{self, Typed, source};
use crate::desk::{Desk, not_now};
use crate::nearest;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, home_trouble};

/// Private pages, never sent
///
/// A page that only you see. It lies sealed on this device; nothing sends it, no
/// export and no report holds it, and the other never learns that it is there.
/// You are asked for it on a screen of its own. It is never typed behind the
/// verb: the shell would keep it.
///
///   handfast note                     write one
///   handfast note --file FILE         from a file (- for standard input)
///   handfast note list
///   handfast note read 2
///   handfast note change 2
///   handfast note drop 2
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// "list", "read", "change" or "drop", and the number of a page
    #[arg(value_name = "list|read|change|drop [N]")]
    pub(crate) what: Vec<String>,
    /// Take the page from a file; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<String>,
}

/// What is to be done with the pages.
enum Wish {
    Write,
    List,
    Read(Option<u32>),
    Change(u32),
    Drop(u32),
}

/// Writes, lists, reads, changes or drops.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let wish = wish(&args.what)?;
    if desk.out.json() && std::io::stdout().is_terminal() {
        return Err(Trouble::usage(
            "A private page is not printed as JSON into a terminal, which would keep it.",
        )
        .code("terminal")
        .hint("To read it: handfast note read N\nFor a program: handfast note read N --json | PROGRAM"));
    }
    let given = match (&wish, args.file.as_deref()) {
        (Wish::Write | Wish::Change(_), Some(name)) => Some(source::read(name)?),
        (Wish::List | Wish::Read(_) | Wish::Drop(_), Some(_)) => {
            return Err(Trouble::usage("--file is for writing a page.").hint(USE));
        }
        (_, None) => None,
    };
    desk.with_home(|desk, home| match wish {
        Wish::Write => write(desk, home, given, None),
        Wish::Change(number) => {
            let old = find(home, number)?;
            write(desk, home, given, Some(&old))
        }
        Wish::List => list(desk, home),
        Wish::Read(number) => read(desk, home, number),
        Wish::Drop(number) => drop_one(desk, home, number),
    })
}

const USE: &str = "handfast note     and: note list, note read N, note change N, note drop N";

/// What was typed is not said again: it may have been the page itself.
fn wish(what: &[String]) -> Result<Wish, Trouble> {
    let words: Vec<&str> = what.iter().map(String::as_str).collect();
    let number = |text: &str| {
        text.parse::<u32>().map_err(|_| {
            Trouble::usage("Which page? They have numbers.").hint("See them: handfast note list")
        })
    };
    match words.as_slice() {
        [] => Ok(Wish::Write),
        ["list"] => Ok(Wish::List),
        ["read"] => Ok(Wish::Read(None)),
        ["read", n] => number(n).map(|n| Wish::Read(Some(n))),
        ["change", n] => number(n).map(Wish::Change),
        ["drop", n] => number(n).map(Wish::Drop),
        ["change" | "drop"] => Err(Trouble::usage("Which page? They have numbers.")
            .hint("See them: handfast note list")),
        [first] | [first, _] if meant(first).is_some() => {
            let mut line = format!("note {}", meant(first).unwrap_or_default());
            // Only a number is said again: anything else may be the beginning of a page.
            let n = words.get(1).and_then(|n| n.parse::<u32>().ok());
            if let Some(n) = n {
                line.push_str(&format!(" {n}"));
            }
            Err(Trouble::usage(format!("Did you mean: {line}?")).hint(USE))
        }
        _ => Err(Trouble::usage(
            "A private page is never typed on the command line: the shell keeps it. Nothing was kept here.",
        )
        .code("never-an-argument")
        .hint(format!(
            "Take that line out of your shell's history, then type only:\n  handfast note\n{USE}"
        ))),
    }
}

/// Which of the four a slip of the fingers meant, if the rest is no text.
fn meant(typed: &str) -> Option<&'static str> {
    nearest::to(typed, ["list", "read", "change", "drop"])
        .first()
        .copied()
}

fn find(home: &Home, number: u32) -> Result<Note, Trouble> {
    let notes = home.notes().map_err(home_trouble)?;
    notes
        .into_iter()
        .find(|note| note.number == number)
        .ok_or_else(|| unknown(number))
}

fn unknown(number: u32) -> Trouble {
    Trouble::refused("unknown-note", format!("There is no page {number}."))
        .hint("See them: handfast note list")
}

fn write(
    desk: &mut Desk,
    home: &mut Home,
    given: Option<Confidential>,
    old: Option<&Note>,
) -> Done {
    let text = match given {
        Some(text) => text,
        None if !desk.attended() => {
            return Err(Trouble::in_person("A private page is typed by you.")
                .hint("In a script, from a file: handfast note --file FILE"));
        }
        None => {
            let question = "A page that only you see. It is kept here, sealed, and never sent.";
            match confidential::typed(desk, home, question, old.map(|old| &old.text))? {
                Typed::Text(text) => text,
                // Nothing is sent by it, so what was begun is kept as it stands.
                Typed::Begun(text) if old.is_none() => text,
                Typed::Begun(_) | Typed::Nothing | Typed::LeftOut => return Err(not_now()),
            }
        }
    };
    if text.is_blank() {
        return Err(Trouble::usage("There is nothing on that page.").hint(USE));
    }
    let number = home
        .write_note(&text, old.map(|old| old.number))
        .map_err(home_trouble)?
        .ok_or_else(|| unknown(old.map_or(0, |old| old.number)))?;
    desk.out.talk(&format!(
        "Kept as page {number}: sealed, here alone. To read it: handfast note read {number}"
    ));
    desk.out
        .document("note", json!({ "changed": true, "number": number }));
    Ok(Exit::Done)
}

/// How to write the first page; in an archive nothing is written.
fn to_write(home: &Home) -> Option<&'static str> {
    (!node::is_archive(home.places())).then_some("To write one: handfast note")
}

fn list(desk: &mut Desk, home: &mut Home) -> Done {
    let notes = home.notes().map_err(home_trouble)?;
    desk.out.document(
        "notes",
        json!({ "pages": notes.iter().map(|note| json!({
            "number": note.number,
            "day": calendar::iso(note.day),
        })).collect::<Vec<_>>() }),
    );
    if notes.is_empty() {
        desk.out.data(&if let Some(how) = to_write(home) {
            format!("There is no private page here. {how}\n")
        } else {
            "There is no private page in this archive.\n".to_owned()
        });
        return Ok(Exit::Done);
    }
    let today = home.today();
    let mut page = zeroize::Zeroizing::new(render::heading("Private pages", "here alone"));
    page.push('\n');
    for note in &notes {
        let first = note
            .text
            .show()
            .lines()
            .find(|line| !line.trim().is_empty());
        page.push_str(&format!(
            "  {:>3}  {:<14} {}\n",
            note.number,
            calendar::short_name_seen_from(note.day, today),
            render::title(first.unwrap_or_default(), 50)
        ));
    }
    page.push_str("\n  handfast note read N   note change N   note drop N\n");
    if !desk.out.json() {
        confidential::read(desk, home, &page)?;
    }
    Ok(Exit::Done)
}

fn read(desk: &mut Desk, home: &mut Home, number: Option<u32>) -> Done {
    let note = match number {
        Some(number) => find(home, number)?,
        None => {
            let newest = home.notes().map_err(home_trouble)?.pop();
            newest.ok_or_else(|| {
                let none = Trouble::refused("unknown-note", "There is no private page here.");
                match to_write(home) {
                    Some(how) => none.hint(how),
                    None => none,
                }
            })?
        }
    };
    if desk.out.json() {
        desk.out.document(
            "note",
            json!({
                "number": note.number,
                "day": calendar::iso(note.day),
                "text": note.text.show(),
            }),
        );
        return Ok(Exit::Done);
    }
    let mut page = zeroize::Zeroizing::new(render::heading(
        &format!("Page {}", note.number),
        &calendar::short_name_seen_from(note.day, home.today()),
    ));
    page.push('\n');
    page.push_str(&zeroize::Zeroizing::new(render::quote(note.text.show())));
    confidential::read(desk, home, &page)?;
    Ok(Exit::Done)
}

fn drop_one(desk: &mut Desk, home: &mut Home, number: u32) -> Done {
    find(home, number)?;
    if !desk.attended() {
        return Err(Trouble::in_person("A page is dropped by you."));
    }
    desk.out.page(&format!(
        "Page {number} would be destroyed: it could not be had back.\n[Enter] not now    [d] drop it\n"
    ));
    if desk.ask.choose(&["d"]).is_none() {
        return Err(not_now());
    }
    home.drop_note(number).map_err(home_trouble)?;
    desk.out.talk(&format!("Page {number} is gone."));
    desk.out
        .document("note", json!({ "changed": true, "number": number }));
    Ok(Exit::Done)
}
