//! `rehearse`: walk through a when-then plan while it is calm.

use pact::{Content, ItemType, WhenThen};
use serde_json::json;

use crate::desk::Desk;
use crate::doing;
use crate::items::{self, Item, Items};
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble};
use crate::which::{self, Which};

/// Walk through a when-then plan
///
/// One step at a time, while it is calm; Enter goes on. Nothing of it is kept,
/// and nobody is told. Without a WHAT: the only plan there is.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which plan: a short name, part of its title, or an id
    pub(crate) what: Option<String>,
}

/// Shows the steps.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let word = which::of_several(desk, args.what.as_deref(), Which::Plans)?;
    let (names, item, content) = desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let all = Items::all(home, desk.today(home))?;
        let plans = all.those(|item| content(item).is_some());
        let item = match (&word, plans.0.as_slice()) {
            (Some(word), _) => plans.one(word).map_err(|trouble| {
                let other = all
                    .one(word)
                    .ok()
                    .filter(|_| trouble.code == "unknown-item");
                other.map_or(trouble, |item| {
                    let called = render::inline(&item.title, 40);
                    Trouble::refused("unknown-item", format!("{called} is not a when-then plan."))
                        .hint("What there is: handfast plan")
                })
            })?,
            (None, [one]) => one.clone(),
            (None, []) => {
                return Err(
                    Trouble::refused("unknown-item", "There is no when-then plan yet.").hint(
                        "Write one: handfast when-then\nOr begin with: handfast example voices",
                    ),
                );
            }
            (None, several) => {
                let found = several
                    .iter()
                    .map(|item| (item.short.as_str(), item.title.as_str()));
                return Err(crate::what::several("That", found));
            }
        };
        let content = content(&item).ok_or_else(|| crate::what::unknown("it"))?;
        Ok((names, item, content))
    })?;
    let steps = steps(&content, &item, &names);
    desk.out.data(&render::heading(
        &render::title(&content.title, 60),
        "to rehearse",
    ));
    for (at, (head, text)) in steps.iter().enumerate() {
        let page = format!("\n{}\n{text}", render::strong(head));
        desk.out.data(&page);
        let last = at + 1 == steps.len();
        if desk.attended() && !desk.out.json() && !last {
            desk.out.page("[Enter] go on    [q] stop here\n");
            if desk.ask.go_on(&["q"]) != Some("") {
                desk.out.talk("Stopped. Nothing of it is kept.");
                return Ok(Exit::Done);
            }
        }
    }
    desk.out.talk("\nThat was it. Nothing of it is kept.");
    let steps: Vec<_> = steps
        .iter()
        .map(|(head, text)| json!({ "step": head, "text": text.trim_end() }))
        .collect();
    desk.out.document(
        "rehearse",
        json!({ "item": crate::what::id(item.what), "short": item.short, "steps": steps }),
    );
    Ok(Exit::Done)
}

/// The words of a when-then plan: as agreed, else as offered, else as drafted.
pub(crate) fn content(item: &Item) -> Option<Content> {
    let agreed = item.agreed.iter().map(|agreed| agreed.content.clone());
    let offered = item
        .offers
        .iter()
        .filter(|offer| !offer.lapsed)
        .map(|offer| offer.content.clone());
    let drafted = item
        .draft
        .iter()
        .filter(|draft| !draft.removed)
        .map(items::shown_content);
    agreed
        .chain(offered)
        .chain(drafted)
        .find(|content| content.ty == ItemType::WhenThen)
}

/// Each step: what it is, and what stands there.
fn steps(content: &Content, item: &Item, names: &Names) -> Vec<(String, String)> {
    let plan = WhenThen::of(content).unwrap_or_default();
    let nothing = "  Nothing is written for this yet.\n".to_owned();
    let said = |text: Option<&str>| text.map_or_else(|| nothing.clone(), render::quote);
    let mut steps = vec![("It is time when".to_owned(), said(plan.trigger))];
    if let Some(aloud) = plan.aloud {
        steps.push(("Say it aloud, now".into(), render::quote(aloud)));
    }
    for (person, when) in [(names.me, "now"), (names.me.other(), "meanwhile")] {
        let name = render::title(names.name(person), 30);
        steps.push((format!("{name}, {when}"), said(plan.does(person))));
    }
    if let Some(minutes) = plan.pause() {
        let lasts = doing::span(u64::from(minutes) * 60);
        steps.push((
            format!("The pause: {lasts}"),
            format!(
                "  On the evening itself:  handfast pause\n  It shows what to say, and when you are back. \
                 This plan is called \"{}\".\n",
                item.short
            ),
        ));
    }
    steps.push(("Then".into(), said(plan.back)));
    steps.push((
        "And always".into(),
        "  If you are afraid, go where you are safe; no plan binds you.\n".into(),
    ));
    steps
}
