//! `when-then`: what each does in a hard moment, and how to come back.

use identity::Person;
use pact::when_then::{self, ALOUD, BACK, TRIGGER};
use pact::{Content, ItemType, WhenThen, Who};
use replica::draft::{Change, DraftItem, Field, Scalar, part_named};
use serde_json::json;

use crate::days;
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::items::{self, Items};
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::which::{self, Which};

/// Write what each does in a hard moment, and how to come back
///
/// When it is time, what each of you does, how long the pause is, where and
/// when you come back, and one line to say aloud. It goes into the draft, where
/// both may change it; it counts when both have signed it.
///
///   handfast when-then
///   handfast when-then "When voices rise" --mine "stays calm, does not follow"
///       --theirs "leaves the room, reads or lies down" --pause 20m
///       --back "At the kitchen table, calmly."
///   handfast when-then change voices --pause 30m
///   handfast offer voices
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) own: Option<Own>,
    /// What to call it; you are asked when it is left out
    pub(crate) title: Option<String>,
    #[command(flatten)]
    pub(crate) parts: Parts,
}

/// Its parts, as they are typed.
#[derive(Debug, Default, Clone, clap::Args)]
pub(crate) struct Parts {
    /// When it is time [default: the title]
    #[arg(long, value_name = "TEXT")]
    pub(crate) trigger: Option<String>,
    /// What I do
    #[arg(long, value_name = "TEXT")]
    pub(crate) mine: Option<String>,
    /// What the other does
    #[arg(long, value_name = "TEXT")]
    pub(crate) theirs: Option<String>,
    /// How long the pause is: 20m, 1h
    #[arg(long, value_name = "TIME")]
    pub(crate) pause: Option<String>,
    /// Where and when we come back
    #[arg(long, value_name = "TEXT")]
    pub(crate) back: Option<String>,
    /// One line to say aloud
    #[arg(long, value_name = "TEXT")]
    pub(crate) aloud: Option<String>,
}

/// What is done with one that is there.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Own {
    /// Change parts of one in the draft
    Change {
        /// Which one: a short name, part of its title, or an id; you are asked
        what: Option<String>,
        #[command(flatten)]
        parts: Parts,
    },
}

/// A part to be written: its name, its place, its words.
type Written = ([u8; 16], u64, String);

/// Where the parts stand in their list.
const PLACES: [&str; 6] = [TRIGGER, "a", "b", "pause", BACK, ALOUD];

/// How the sign of it is asked for: the name is not asked for twice.
const SIGN: &str = "It is time (for example: voices rise) when ...";

/// How one's own part is asked for.
const MINE: &str = "What do you do then?";

/// Writes one into the draft, or changes one.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let word = match &args.own {
        Some(Own::Change { what, .. }) => which::given(
            desk,
            what.as_deref(),
            Which::DraftedPlans,
            "handfast when-then change WHAT",
        )?,
        None => String::new(),
    };
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    match &args.own {
        Some(Own::Change { parts, .. }) => change(&word, parts, desk),
        None => write(args, desk),
    }
}

fn write(args: &Args, desk: &mut Desk) -> Done {
    let asked = args.title.is_none();
    let title = match &args.title {
        Some(title) => title.clone(),
        None => desk
            .ask
            .line("A name for this plan, in a few words (for example: Hard evenings):")
            .ok_or_else(not_now)?,
    };
    let names = desk.with_home(|_, home| Names::of(home))?;
    let mut parts = args.parts.clone();
    if asked {
        let other = render::title(&names.other, 30);
        let ask = |desk: &mut Desk, part: &mut Option<String>, question: &str| {
            if part.is_none() {
                *part = desk.ask.line(question);
            }
        };
        ask(desk, &mut parts.trigger, SIGN);
        ask(desk, &mut parts.mine, MINE);
        ask(
            desk,
            &mut parts.theirs,
            &format!("What does {other} do then?"),
        );
        if parts.pause.is_none() {
            let question = "How long is the pause (for example 20m; Enter: none)?";
            parts.pause = length(desk, question)?;
        }
        ask(desk, &mut parts.back, "Where and when do you come back?");
        ask(
            desk,
            &mut parts.aloud,
            "One line to say aloud (Enter: none):",
        );
    }
    if parts.trigger.is_none() {
        let said = title.trim();
        let bare = said
            .get(..5)
            .filter(|head| head.eq_ignore_ascii_case("when "))
            .and_then(|_| said.get(5..));
        parts.trigger = Some(bare.unwrap_or(said).to_owned());
    }
    let written = written(&parts, &names, None)?;
    desk.with_home(|desk, home| {
        let id = home
            .dice()
            .bytes()
            .map_err(|error| home_trouble(error.into()))?;
        let mut changes = vec![Change::New {
            id,
            title: pact::text::clean(&title).text,
            text: String::new(),
            fields: vec![
                (Field::Type, Scalar::Uint(ItemType::WhenThen.number())),
                (Field::Who, Scalar::Uint(Who::Both.number())),
            ],
            parts: Vec::new(),
        }];
        changes.extend(
            written
                .into_iter()
                .map(|(key, order, text)| Change::Part(id.into(), key, order, text)),
        );
        doing::edit(home, &changes)?;
        told(desk, home, id, true)
    })
}

fn change(what: &str, parts: &Parts, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let item = Items::all(home, today)?.one(what)?;
        let place = item.in_draft(&names)?;
        let draft = item
            .draft
            .as_ref()
            .filter(|draft| draft.ty.value == Some(ItemType::WhenThen.number()));
        let Some(draft) = draft else {
            return Err(Trouble::refused(
                "unknown-item",
                format!(
                    "{} is not a when-then plan.",
                    render::inline(&item.title, 40)
                ),
            )
            .hint(format!("To change it: handfast edit {}", item.short)));
        };
        let mut parts = parts.clone();
        let asked = parts.is_empty() && desk.ask.attended() && !desk.trying;
        if asked {
            ask_anew(&mut parts, &items::shown_content(draft), &names, desk)?;
        }
        let written = written(&parts, &names, Some(draft))?;
        if written.is_empty() && asked {
            return Err(not_now());
        }
        if written.is_empty() {
            return Err(
                Trouble::usage("Say which part: for example --pause 30m.").hint(format!(
                    "handfast when-then change {} --mine \"TEXT\"",
                    item.short
                )),
            );
        }
        let changes: Vec<Change> = written
            .into_iter()
            .map(|(key, order, text)| Change::Part(place, key, order, text))
            .collect();
        let changed = doing::edit(home, &changes)?;
        told(desk, home, place.id, changed)
    })
}

impl Parts {
    /// Whether it names no part.
    pub(crate) fn is_empty(&self) -> bool {
        let all = [
            &self.trigger,
            &self.mine,
            &self.theirs,
            &self.pause,
            &self.back,
            &self.aloud,
        ];
        all.iter().all(|part| part.is_none())
    }
}

/// Part by part, with what stands there; Enter leaves it so.
fn ask_anew(
    parts: &mut Parts,
    content: &Content,
    names: &Names,
    desk: &mut Desk,
) -> Result<(), Trouble> {
    let there = WhenThen::of(content).unwrap_or_default();
    let other = render::title(&names.other, 30);
    let pause = there.pause().map(|minutes| format!("{minutes}m"));
    desk.out
        .page("Each part as it is now; only Enter leaves it so.\n");
    let shown = |desk: &Desk, now: Option<&str>| {
        let now = now.unwrap_or_default();
        if !now.is_empty() {
            desk.out.page(&render::quote(now));
        }
    };
    let theirs = format!("What does {other} do then?");
    for (part, now, question) in [
        (&mut parts.trigger, there.trigger, SIGN),
        (&mut parts.mine, there.does(names.me), MINE),
        (
            &mut parts.theirs,
            there.does(names.me.other()),
            theirs.as_str(),
        ),
    ] {
        shown(desk, now);
        *part = desk.ask.line(question);
    }
    shown(desk, pause.as_deref());
    parts.pause = length(desk, "How long is the pause (for example 20m)?")?;
    for (part, now, question) in [
        (
            &mut parts.back,
            there.back,
            "Where and when do you come back?",
        ),
        (&mut parts.aloud, there.aloud, "One line to say aloud:"),
    ] {
        shown(desk, now);
        *part = desk.ask.line(question);
    }
    Ok(())
}

/// The length of the pause; a slip is told and asked for again, so that no answer is lost.
fn length(desk: &mut Desk, question: &str) -> Result<Option<String>, Trouble> {
    let fits = |typed: &str| days::minutes(typed).map(|_| typed.to_owned());
    desk.ask.fitting(false, question, fits)
}

/// The parts that the options name. A new length of the pause takes the place of every other.
fn written(
    parts: &Parts,
    names: &Names,
    before: Option<&DraftItem>,
) -> Result<Vec<Written>, Trouble> {
    let mut written = Vec::new();
    let mut put = |name: &str, place: &str, text: String| {
        let order = PLACES.iter().position(|known| *known == place);
        if let Some(key) = part_named(name) {
            written.push((key, order.unwrap_or_default() as u64, text));
        }
    };
    let does = |person: Person| when_then::does(person);
    for (name, text) in [
        (TRIGGER, &parts.trigger),
        (does(names.me), &parts.mine),
        (does(names.me.other()), &parts.theirs),
        (BACK, &parts.back),
        (ALOUD, &parts.aloud),
    ] {
        if let Some(text) = text {
            put(name, name, text.clone());
        }
    }
    if let Some(pause) = &parts.pause {
        let minutes = days::minutes(pause)?;
        let lengths = before.into_iter().flat_map(|draft| &draft.parts);
        for other in lengths.map(replica::draft::DraftPart::signed_key) {
            if when_then::minutes(&other).is_some_and(|other| other != minutes) {
                put(&other, "pause", String::new());
            }
        }
        let said = doing::span(u64::from(minutes) * 60);
        put(&when_then::pause(minutes), "pause", said);
    }
    Ok(written)
}

fn told(desk: &Desk, home: &mut node::Home, id: [u8; 16], changed: bool) -> Done {
    let names = Names::of(home)?;
    let today = desk.today(home);
    let all = Items::all(home, today)?;
    let item = all
        .0
        .iter()
        .find(|item| item.draft.as_ref().is_some_and(|draft| draft.item.id == id))
        .ok_or_else(|| crate::what::unknown("it"))?;
    let short = &item.short;
    let content = item
        .draft
        .as_ref()
        .map(items::shown_content)
        .ok_or_else(|| crate::what::unknown("it"))?;
    let mut said = format!(
        "{}, as \"{short}\":\n{}",
        if changed {
            "In the draft"
        } else {
            "The draft says that already"
        },
        render::quote(&items::words(&content, &names)),
    );
    if let Some(Err(why)) = WhenThen::of(&content).map(|plan| plan.ready()) {
        said.push_str(&format!(
            "As it is now it could not be offered: {why}.\nTo write that:  handfast when-then change {short}\n"
        ));
    }
    said.push_str(&format!(
        "\nA draft binds nobody; both of you may change it.\nTo walk through it:  handfast rehearse \
         {short}\nWhen it says what you mean:  handfast offer {short}"
    ));
    desk.out.talk(&said);
    desk.out.document(
        "when-then",
        json!({
            "item": crate::what::id(item.what),
            "short": short,
            "changed": changed,
            "draft": doing::content_json(&content, &names),
        }),
    );
    Ok(Exit::Done)
}
