//! What a script left while nobody was there: sealed and unsigned, shown before it is signed (S27).

mod missing;
mod walk;

use clap::Parser;
use identity::{Day, Hash};
use node::tray::Slip;
use node::words::Confidential;
use node::{Home, Places};
use pact::Body;
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::{Cli, Verb};
use crate::days;
use crate::desk::Desk;
use crate::returns::Of;
use crate::run;
use crate::trouble::{Exit, Trouble, causes, home_trouble};
use crate::verbs;

pub(crate) use walk::{Which, go_through};

/// One thing that waits: the line as it was typed, and the day it was typed on.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    handfast: u32,
    day: Day,
    line: Vec<String>,
    /// A person typed it while this was locked; else a script wrote it.
    #[serde(default)]
    person: bool,
    /// Words that the line brought along: they are sent, never signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    words: Option<Brought>,
    /// Of a pause and of a return: which one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<Of>,
}

/// Words of a line, which no print shows and no copy outlives.
#[derive(Debug)]
struct Brought(Confidential);

impl Serialize for Brought {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.show())
    }
}

impl<'de> Deserialize<'de> for Brought {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Confidential::from(text)))
    }
}

/// If nobody is there to read what would be signed, keeps the line for later and is done.
pub(crate) fn instead(desk: &mut Desk) -> Result<Option<Exit>, Trouble> {
    if desk.attended() {
        return Ok(None);
    }
    let line = desk.line.clone();
    let waiting = waiting(desk, &line)?;
    sensible(desk, &waiting)?;
    put(desk, &waiting)?;
    desk.out.talk(
        "It waits for you, unsigned: nothing is signed without you. See it with: handfast unlock",
    );
    desk.out
        .document("tray", json!({ "tray": true, "changed": null }));
    Ok(Some(Exit::Done))
}

/// The same for words, which are in no line. What a person at the keyboard says in confidence is
/// asked for; a script has to bring it.
pub(crate) fn words_instead(
    desk: &mut Desk,
    given: Option<&Confidential>,
) -> Result<Option<Exit>, Trouble> {
    if desk.attended() {
        return Ok(None);
    }
    let words = given.ok_or_else(|| {
        Trouble::usage("A script has to bring the words, from a file or standard input.")
            .code("no-words")
            .hint("With --file FILE, or - for standard input, and --no-input")
    })?;
    keep_words(desk, words)?;
    desk.out.talk(
        "It waits for you, not sent: nothing is sent without you. See it with: handfast unlock",
    );
    desk.out
        .document("tray", json!({ "tray": true, "changed": null }));
    Ok(Some(Exit::Done))
}

/// Keeps this line for later with the words that it brought along; it needs no unlock.
pub(crate) fn keep_words(desk: &Desk, words: &Confidential) -> Result<(), Trouble> {
    let mut waiting = waiting(desk, &desk.line)?;
    waiting.words = Some(Brought(words.clone()));
    put(desk, &waiting)
}

/// The words that wait for a verb, in the order in which they were left.
pub(crate) fn words_for(
    desk: &mut Desk,
    meant: impl Fn(&Verb) -> bool,
) -> Result<Vec<(Slip, Confidential)>, Trouble> {
    let places = desk.begun()?;
    let slips = node::tray::list(&places).map_err(|error| walk::failed(&error))?;
    let mut all = Vec::new();
    for slip in slips {
        // What cannot be read is told when the tray is gone through.
        let Some(waiting) = walk::opened(desk, &slip) else {
            continue;
        };
        if verb(&waiting).is_ok_and(|verb| meant(&verb))
            && let Some(words) = waiting.words
        {
            all.push((slip, words.0));
        }
    }
    Ok(all)
}

/// Takes one thing out that something newer stands for.
pub(crate) fn take_out(desk: &Desk, slip: &Slip) -> Result<(), Trouble> {
    node::tray::remove(&desk.begun()?, slip).map_err(|error| walk::failed(&error))
}

/// Keeps a line about a pause for later, sealed and unsigned; it needs no unlock.
pub(crate) fn keep_of(desk: &Desk, line: &[String], of: Option<Of>) -> Result<(), Trouble> {
    let mut waiting = waiting(desk, line)?;
    waiting.of = of;
    put(desk, &waiting)
}

/// Whether that pause waits here to be signed.
pub(crate) fn has_pause(home: &Home, mark: u64) -> bool {
    let slips = node::tray::list(home.places()).unwrap_or_default();
    slips.iter().any(|slip| {
        let waiting = walk::read(home, slip);
        waiting.is_some_and(|waiting| {
            waiting.of.is_some_and(|of| of.mark == mark)
                && matches!(verb(&waiting), Ok(Verb::Pause(_)))
        })
    })
}

fn waiting(desk: &Desk, line: &[String]) -> Result<Waiting, Trouble> {
    Ok(Waiting {
        handfast: 1,
        day: today(&desk.begun()?)?,
        line: line.to_vec(),
        person: desk.attended(),
        words: None,
        of: None,
    })
}

fn put(desk: &Desk, waiting: &Waiting) -> Result<(), Trouble> {
    let places = desk.begun()?;
    let bytes = serde_json::to_vec(waiting).map_err(|error| {
        Trouble::refused("tray", error.to_string()).hint("Run it yourself, in a terminal.")
    })?;
    let bytes = Zeroizing::new(bytes);
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
    let rehearsal = node::marks(places).is_ok_and(|marks| marks.rehearsal);
    let clock = node::Clock::from_env(rehearsal).map_err(|error| home_trouble(error.into()))?;
    Ok(clock.today())
}

/// Whether something waits, and how much of it; readable while locked.
pub(crate) fn count(places: &Places) -> usize {
    node::tray::list(places)
        .map(|slips| slips.len())
        .unwrap_or(0)
}

/// Refuses what cannot be meant: all that the verb itself refuses where this home opens without a
/// question, else what can be told while it is locked.
fn sensible(desk: &mut Desk, waiting: &Waiting) -> Result<(), Trouble> {
    told_while_locked(&verb(waiting)?, waiting.day)?;
    if desk.open_without_asking()
        && let Tried::Refused(trouble) = tried(desk, waiting)?
    {
        return Err(trouble);
    }
    Ok(())
}

/// The verb of a line that waits.
fn verb(waiting: &Waiting) -> Result<Verb, Trouble> {
    let line = std::iter::once("handfast").chain(waiting.line.iter().map(String::as_str));
    Cli::try_parse_from(line)
        .ok()
        .and_then(|cli| cli.verb)
        .ok_or_else(|| {
            Trouble::usage("This line cannot be read any more.")
                .hint("Type it yourself; then drop this one.")
        })
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the other verbs only missing words can be told without the plan"
)]
fn told_while_locked(verb: &Verb, today: Day) -> Result<(), Trouble> {
    match verb {
        Verb::Kept(verbs::kept::Args { follow: args })
        | Verb::Partly(verbs::partly::Args { follow: args })
        | Verb::Missed(verbs::missed::Args { follow: args }) => {
            let on = days::past(args.on.as_deref(), today)?;
            let note = args.note.clone().unwrap_or_default();
            fits(Body::Follow {
                target: Hash([0; 32]),
                on,
                how: pact::How::Kept,
                note: pact::text::clean(&note).text,
                corrects: None,
            })
        }
        Verb::HeadsUp(args) => {
            let from = days::ahead(args.on.as_deref(), today)?.unwrap_or(today);
            let to = days::ahead(args.to.as_deref(), from)?.unwrap_or(from);
            fits(Body::HeadsUp {
                target: Hash([0; 32]),
                from,
                to,
                text: words(args.text.as_deref(), "handfast heads-up WHAT \"TEXT\"")?,
            })
        }
        Verb::Thanks(args) => fits(Body::Thanks {
            text: words(args.text.as_deref(), "handfast thanks \"TEXT\"")?,
            about: None,
        }),
        Verb::Promise(args) => {
            words(args.title.as_deref(), "handfast promise \"TITLE\"")?;
            args.every
                .as_deref()
                .map(verbs::promise::rule)
                .transpose()?;
            args.by.as_deref().map(days::time).transpose()?;
            days::ahead(args.from.as_deref(), today)?;
            days::ahead(args.on.as_deref(), today).map(drop)
        }
        other => missing::of(other),
    }
}

/// What a script has to bring itself.
fn words(text: Option<&str>, line: &str) -> Result<String, Trouble> {
    text.map(|text| pact::text::clean(text).text)
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| {
            Trouble::usage("A script has to bring the words.")
                .code("no-words")
                .hint(format!("{line} --no-input"))
        })
}

fn fits(body: Body) -> Result<(), Trouble> {
    body.validate().map_err(|error| {
        Trouble::refused("text", format!("That cannot be signed: {error}."))
            .hint("Say it shorter, or in other words.")
    })
}

/// What came of a verb that was only tried.
enum Tried {
    /// It would sign these.
    Acts(Vec<identity::Record>),
    /// It would change the draft, or nothing; this is what it would say.
    Draft(String),
    /// It asks on a page of its own, which this is.
    Page(String),
    /// It cannot be done.
    Refused(Trouble),
}

/// Tries what waits: the verb itself runs, and nothing of it is kept, asked or shown.
fn tried(desk: &mut Desk, waiting: &Waiting) -> Result<Tried, Trouble> {
    let verb = match verb(waiting) {
        Ok(verb) => verb,
        Err(trouble) => return Ok(Tried::Refused(trouble)),
    };
    desk.with_home(|_, home| home.begin_trial().map_err(home_trouble))?;
    desk.trying = true;
    desk.ask.try_only(true);
    desk.out.hold();
    let done = dispatch(desk, verb, waiting);
    let said = desk.out.release().unwrap_or_default();
    desk.ask.try_only(false);
    desk.trying = false;
    let acts = desk.with_home(|_, home| home.end_trial().map_err(home_trouble))?;
    Ok(match done {
        Ok(_) if acts.is_empty() => Tried::Draft(said),
        Ok(_) => Tried::Acts(acts),
        Err(trouble) if trouble.code == "not-now" => Tried::Page(said),
        Err(trouble) => Tried::Refused(trouble),
    })
}

fn dispatch(desk: &mut Desk, verb: Verb, waiting: &Waiting) -> run::Done {
    (desk.written_on, desk.of_pause) = (Some(waiting.day), waiting.of);
    let done = run::dispatch(Some(verb), desk);
    (desk.written_on, desk.of_pause) = (None, None);
    done
}
