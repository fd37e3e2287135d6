//! `example`: starting points to copy and change.

use pact::ItemType;
use replica::draft::{Change, part_named};
use serde_json::{Value, json};

use crate::days;
use crate::desk::{Desk, not_now};
use crate::doing;
use crate::examples::{self, Example};
use crate::names::Names;
use crate::owned::{self, Set};
use crate::render;
use crate::run::Done;
use crate::spoken;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};
use crate::verbs::{own_words, promise, questions, vision, when_then};

/// Starting points to copy and change
///
/// Without a NAME: the list. With one: it is shown, and copied if you say so:
/// a promise, a when-then plan, a vision or questions into the draft; a
/// boundary, a need or an about-me onto the page before you sign. Your own
/// words are better; change them.
///
///   handfast example
///   handfast example voices
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which one
    pub(crate) name: Option<String>,
}

/// Lists them, or copies one.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let all = examples::all();
    let Some(name) = &args.name else {
        return list(&all, desk);
    };
    let name = name.trim().to_lowercase();
    let Some(example) = all.iter().find(|example| example.name == name) else {
        return Err(Trouble::refused(
            "unknown-item",
            format!("No example is called {}.", render::inline(&name, 40)),
        )
        .hint("All of them: handfast example"));
    };
    let shown = render::quote(&words(example));
    let head = render::heading(
        &format!("An example: {}", example.kind),
        "to copy and change",
    );
    desk.out.data(&format!("{head}\n{shown}"));
    if desk.out.json() {
        desk.out.document("example", as_json(example));
        return Ok(Exit::Done);
    }
    if !desk.attended() {
        // Reading needs nobody; copying does.
        return Ok(Exit::Done);
    }
    desk.out.page("\n[Enter] not now    [c] copy it\n");
    if desk.ask.choose(&["c"]) != Some("c") {
        return Err(not_now());
    }
    copy(example, desk)
}

fn list(all: &[Example], desk: &mut Desk) -> Done {
    let mut page = render::heading("Starting points", "to copy and change");
    for ty in ItemType::ALL {
        let of_type: Vec<&Example> = all
            .iter()
            .filter(|example| example.ty() == Some(ty))
            .collect();
        if of_type.is_empty() {
            continue;
        }
        page.push_str(&format!("\n{}\n", render::strong(heading(ty))));
        for example in of_type {
            page.push_str(&format!(
                "  {:<10} {}\n",
                example.name,
                render::title(example.says(), 64)
            ));
        }
    }
    page.push_str("\nTo see one, and to copy it if you like:  handfast example NAME\n");
    desk.out.data(&page);
    let all: Vec<Value> = all.iter().map(as_json).collect();
    desk.out.document("examples", json!({ "examples": all }));
    Ok(Exit::Done)
}

const fn heading(ty: ItemType) -> &'static str {
    match ty {
        ItemType::Promise => "Small promises that either of you could see happen",
        ItemType::WhenThen => "Plans for hard moments",
        ItemType::Vision => "What we want now",
        ItemType::Questions => "What a check-in asks",
        ItemType::Boundary => "Boundaries: what I do to stay well",
        ItemType::Need => "Needs",
        ItemType::AboutMe => "How I like to be approached",
    }
}

/// As it is read.
fn words(example: &Example) -> String {
    let mut lines = Vec::new();
    for text in [&example.title, &example.text] {
        if !text.is_empty() {
            lines.push(text.clone());
        }
    }
    let pause = example
        .pause
        .as_deref()
        .map(|typed| days::minutes(typed).map_or_else(|_| typed.to_owned(), spoken::minutes));
    let every = example.every.as_deref().map(|typed| {
        promise::rule(typed).map_or_else(|_| typed.to_owned(), |rule| rule.in_words())
    });
    for (head, text) in [
        ("When", &example.trigger),
        ("One of you", &example.mine),
        ("The other", &example.theirs),
        ("Pause", &pause),
        ("Then", &example.back),
        ("Aloud", &example.aloud),
        ("Days", &every),
        ("By", &example.by),
    ] {
        if let Some(text) = text {
            lines.push(format!("{head}: {text}"));
        }
    }
    let questions = example.questions.iter().zip(1..);
    lines.extend(questions.map(|((_, text), n)| format!("{n}. {text}")));
    lines.join("\n")
}

/// Each by the verb that a person would have used.
fn copy(example: &Example, desk: &mut Desk) -> Done {
    let Some(ty) = example.ty() else {
        return Err(not_now());
    };
    match ty {
        ItemType::Promise => {
            let args = promise::Args {
                title: Some(example.title.clone()),
                text: Some(example.text.clone()),
                who: example.who.clone().unwrap_or_else(|| "me".into()),
                every: example.every.clone(),
                by: example.by.clone(),
                ..promise::Args::default()
            };
            promise::run(&args, desk)
        }
        ItemType::WhenThen => {
            let args = when_then::Args {
                own: None,
                title: Some(example.title.clone()),
                parts: when_then::Parts {
                    trigger: example.trigger.clone(),
                    mine: example.mine.clone(),
                    theirs: example.theirs.clone(),
                    pause: example.pause.clone(),
                    back: example.back.clone(),
                    aloud: example.aloud.clone(),
                },
            };
            when_then::run(&args, desk)
        }
        ItemType::Vision => {
            let args = vision::Args {
                text: None,
                add: Some(example.text.clone()),
            };
            vision::run(&args, desk)
        }
        ItemType::Questions => ask(example, desk),
        ItemType::Boundary | ItemType::Need | ItemType::AboutMe => own(example, ty, desk),
    }
}

/// The questions that are not there yet, under their names; the days only where none are set.
fn ask(example: &Example, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    desk.with_home(|_, home| {
        Names::of(home)?;
        let there = home.draft().map_err(home_trouble)?.questions();
        let first = there.parts.iter().map(|part| part.order).max();
        let mut order = first.map_or(0, |last| last.saturating_add(1));
        let mut changes = Vec::new();
        for (name, text) in &example.questions {
            let Some(key) = part_named(name) else {
                continue;
            };
            if !there.parts.iter().any(|part| part.key == key) {
                changes.push(Change::Question(key, order, text.clone()));
                order = order.saturating_add(1);
            }
        }
        if let (None, Some(every)) = (&there.rule.value, &example.every) {
            changes.push(Change::QuestionsRule(Some(
                promise::rule(every)?.to_string(),
            )));
        }
        if !changes.is_empty() {
            doing::edit(home, &changes)?;
        }
        Ok(())
    })?;
    questions::run(&questions::Args::default(), desk)
}

/// Onto the page before the signature; "anew" there asks for one's own words.
fn own(example: &Example, ty: ItemType, desk: &mut Desk) -> Done {
    if let Some(done) = tray::instead(desk)? {
        return Ok(done);
    }
    let me = desk.with_home(|_, home| Ok(Names::of(home)?.me))?;
    let content = owned::content(ty, me, &example.text);
    if owned::set(desk, content, None, None)? != Set::Anew {
        return Ok(Exit::Done);
    }
    if ty == ItemType::Boundary {
        return crate::verbs::boundary::run(&crate::verbs::boundary::Args::default(), desk);
    }
    own_words::run(&own_words::Asked::of(ty), None, None, desk)
}

fn as_json(example: &Example) -> Value {
    let who = match (example.ty(), example.who.as_deref()) {
        (Some(ItemType::Promise), Some("both")) => Some("both"),
        (Some(ItemType::Promise), _) => Some("me"),
        _ => None,
    };
    json!({
        "name": example.name,
        "example": example.kind,
        "title": example.title,
        "text": example.text,
        "who": who,
        "words": words(example),
    })
}
