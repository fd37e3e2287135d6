//! `plan`: read it, all or one item.

use pact::{State, calendar};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::doing;
use crate::items::{self, Agreed, Item, Items};
use crate::names::Names;
use crate::offers;
use crate::render;
use crate::run::Done;
use crate::trouble::Exit;
use crate::what;

/// Read it, all or one item
///
/// What both have agreed, what is offered, and the draft. A draft binds nobody;
/// a draft changed after an agreement says so and changes nothing that was
/// agreed.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// One item: a short name, part of its title, or an id
    pub(crate) what: Option<String>,
    /// Only what both have agreed
    #[arg(long, conflicts_with = "draft")]
    pub(crate) agreed: bool,
    /// Only the draft
    #[arg(long)]
    pub(crate) draft: bool,
}

/// Shows it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let mut items = if args.agreed {
            Items::agreed_or_offered(home, today)?
        } else {
            Items::all(home, today)?
        };
        let whole = args.what.is_none();
        if let Some(word) = &args.what {
            let one = items.one(word)?;
            items = items.only(one);
        } else {
            items.0.retain(|item| stands(item, args));
        }
        let mut page = String::new();
        if whole {
            page.push_str(&render::heading(
                "Our plan",
                &format!("({})", render::title(&names.mine, 30)),
            ));
        }
        for item in &items.0 {
            if !page.is_empty() {
                page.push('\n');
            }
            page.push_str(&told(item, args, &names, today));
        }
        if items.0.is_empty() {
            page.push_str("\nNothing stands here yet.\n");
            page.push_str(&render::row(
                "A first promise",
                "",
                "handfast promise \"TITLE\"",
            ));
        }
        desk.out.data(&page);
        let all: Vec<Value> = items
            .0
            .iter()
            .map(|item| as_json(item, args, &names))
            .collect();
        desk.out
            .document("plan", json!({ "day": calendar::iso(today), "items": all }));
        Ok(Exit::Done)
    })
}

/// Whether an item belongs on the whole page.
fn stands(item: &Item, args: &Args) -> bool {
    let drafted = item.draft.as_ref().is_some_and(|draft| !draft.removed);
    if args.agreed {
        !item.agreed.is_empty()
    } else if args.draft {
        drafted
    } else {
        drafted || !item.agreed.is_empty() || item.offers.iter().any(|offer| !offer.lapsed)
    }
}

/// One item: what is agreed, what is offered, what the draft says.
fn told(item: &Item, args: &Args, names: &Names, today: identity::Day) -> String {
    let mut page = render::heading(&render::title(&item.title, 56), &item.short);
    if !args.draft {
        for agreed in &item.agreed {
            page.push_str(&render::quote(&items::words(&agreed.content)));
            page.push_str(&render::wrap(&format!(
                "  {}",
                items::terms(&agreed.content, names, today)
            )));
            page.push_str(&render::wrap(&format!("  {}", standing(agreed, today))));
            if item.agreed.len() > 1 {
                page.push_str(&format!("  ({})\n", offers::short_id(agreed.p)));
            }
        }
        if item.agreed.len() > 1 {
            page.push_str(&render::wrap(
                "  You have agreed to more than one for this. One new offer can take the place of all.",
            ));
        }
        for offer in item.offers.iter().filter(|offer| !offer.lapsed) {
            let mine = offer.author == names.me;
            let by = if mine {
                "You offer".to_owned()
            } else {
                format!("{} offers", render::title(&names.other, 30))
            };
            page.push_str(&format!(
                "  {by}:\n{}",
                render::quote(&items::words(&offer.content))
            ));
            page.push_str(&render::wrap(&format!(
                "  {} Looked at again on {}.",
                items::terms(&offer.content, names, today),
                calendar::short_name_seen_from(offer.until, today)
            )));
            if mine {
                page.push_str(&format!(
                    "    {}\n",
                    render::faint(&format!("handfast withdraw {}", item.short))
                ));
            } else {
                page.push_str(&format!(
                    "    {}\n",
                    render::faint(&format!(
                        "handfast agree {0}   handfast decline {0}",
                        item.short
                    ))
                ));
            }
        }
    }
    let Some(draft) = item.draft.as_ref().filter(|_| !args.agreed) else {
        return page;
    };
    let content = items::shown_content(draft);
    if draft.removed {
        page.push_str(&format!(
            "  Taken out of the draft.\n    {}\n",
            render::faint(&format!("handfast edit {} --restore", item.short))
        ));
        return page;
    }
    let whole =
        |content: &pact::Content| (items::words(content), items::terms(content, names, today));
    let plain = |content: &pact::Content| pact::Content {
        try_: false,
        ..content.clone()
    };
    let same = item
        .agreed
        .iter()
        .map(|agreed| &agreed.content)
        .chain(item.offers.iter().map(|offer| &offer.content))
        .any(|known| whole(&plain(known)) == whole(&content));
    if !same || args.draft {
        let said = if item.agreed.is_empty() && item.offers.is_empty() {
            "  Draft; it binds nobody:".to_owned()
        } else {
            "  The draft has been changed since; it binds nobody:".to_owned()
        };
        page.push_str(&format!(
            "{said}\n{}",
            render::quote(&items::words(&content))
        ));
        page.push_str(&render::wrap(&format!(
            "  {}",
            items::terms(&content, names, today)
        )));
        let bound = content.who.includes(names.me);
        let next = match (item.agreed.is_empty() && item.offers.is_empty(), bound) {
            (true, true) => format!("handfast edit {0}   handfast offer {0}", item.short),
            (true, false) => format!("handfast edit {0}", item.short),
            (false, true) => format!("handfast compare {0}   handfast offer {0}", item.short),
            (false, false) => format!("handfast compare {0}", item.short),
        };
        page.push_str(&format!("    {}\n", render::faint(&next)));
    }
    for field in draft.conflicts() {
        let name = items::field_name(field);
        page.push_str(&render::wrap(&format!(
            "  Both of you set \"{name}\" at once: {}. Choose: handfast edit {} --{name} VALUE",
            items::both(draft, field),
            item.short
        )));
    }
    page
}

/// Where an agreement stands, in words.
fn standing(agreed: &Agreed, today: identity::Day) -> String {
    let again = calendar::short_name_seen_from(agreed.until, today);
    if let State::Begins(day) = agreed.state {
        format!(
            "Agreed; it counts from {}. Looked at again on {again}.",
            calendar::name_seen_from(day, today)
        )
    } else if agreed.state == State::Rests {
        "It rests: its day to look at it has come.  handfast review".into()
    } else {
        format!("Agreed. Looked at again on {again}.")
    }
}

fn as_json(item: &Item, args: &Args, names: &Names) -> Value {
    let agreed: Vec<Value> = item
        .agreed
        .iter()
        .map(|agreed| {
            json!({
                "id": agreed.p.to_string(),
                "state": if matches!(agreed.state, State::Begins(_)) {
                    "begins"
                } else if agreed.state == State::Rests {
                    "rests"
                } else {
                    "in-force"
                },
                "from": calendar::iso(agreed.begins),
                "until": calendar::iso(agreed.until),
                "content": doing::content_json(&agreed.content, names),
            })
        })
        .collect();
    let offers: Vec<Value> = item
        .offers
        .iter()
        .filter(|offer| !offer.lapsed)
        .map(|offer| offers::json(item, offer, names))
        .collect();
    let draft = item.draft.as_ref().filter(|_| !args.agreed).map(|draft| {
        json!({
            "removed": draft.removed,
            "content": doing::content_json(&items::shown_content(draft), names),
            "to_choose": draft.conflicts().into_iter().map(items::field_name).collect::<Vec<_>>(),
        })
    });
    json!({
        "item": what::id(item.what),
        "short": item.short,
        "title": item.title,
        "agreed": if args.draft { Vec::new() } else { agreed },
        "offers": if args.draft { Vec::new() } else { offers },
        "draft": draft,
    })
}
