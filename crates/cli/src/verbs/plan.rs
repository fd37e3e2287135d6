//! `plan`: read it, all or one item.

use identity::Person;
use pact::{ItemType, State, Who, calendar};
use serde_json::{Value, json};

use crate::card;
use crate::desk::Desk;
use crate::doing;
use crate::items::{self, Item, Items};
use crate::names::Names;
use crate::offers;
use crate::private;
use crate::render;
use crate::run::Done;
use crate::states;
use crate::told::{self, Wanted};
use crate::trouble::{Exit, home_trouble};
use crate::what;

/// Read it, all or one item
///
/// What both have agreed, what each promised and owns, what is offered, and the
/// draft. A draft binds nobody; a draft changed after an agreement says so and
/// changes nothing that was agreed.
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
    /// One small page to print, of what is in force
    #[arg(long, conflicts_with_all = ["agreed", "draft"])]
    pub(crate) card: bool,
}

/// Shows it.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = home.today();
        let wanted = args.wanted();
        // What is named may stand in the draft alone; then that is said.
        let all = if wanted == Wanted::Agreed && args.what.is_none() {
            Items::agreed_or_offered(home, today)?
        } else {
            Items::all(home, today)?
        };
        // What both let go is told on its own page, and no more as something to be offered.
        let view = home.view().map_err(home_trouble)?;
        let listed = all.those(|item| !states::is_let_go(item, view, today));
        let (page, shown, note) = match &args.what {
            Some(word) if args.card => {
                let item = all.one(word)?;
                if !card::has(&item) {
                    return Err(states::not_in_force(&item, home, &names, today));
                }
                let page = card::page(std::slice::from_ref(&item), &names, today);
                (page, vec![item], None)
            }
            None if args.card => (card::page(&all.0, &names, today), all.0.clone(), None),
            Some(word) => {
                let item = all.one(word)?;
                let open = item.offers.iter().any(|offer| !offer.lapsed);
                if wanted == Wanted::Agreed
                    && item.agreed.is_empty()
                    && item.owned.is_none()
                    && !open
                {
                    return Err(states::not_in_force(&item, home, &names, today));
                }
                let ended = states::ended(&item, home, &names, today)
                    .filter(|_| wanted == Wanted::All)
                    .unwrap_or_default();
                let mut page = told::headed(&item, &names)
                    + &ended
                    + &told::body(&item, wanted, &names, today);
                if wanted == Wanted::All {
                    page.push_str(&told::other_words(&item, &names));
                }
                let note = private::of_item(&item, &names);
                (page, vec![item], note)
            }
            None => {
                let sections = sections(&listed, wanted, &names);
                let page = whole(&sections, wanted, &names, today);
                let shown = sections.into_iter().flat_map(|(_, items)| items).collect();
                (page, shown, None)
            }
        };
        let page = if home.is_archive() {
            only_read(&page)
        } else {
            page
        };
        desk.out.data(&page);
        if desk.attended() && args.what.is_none() && wanted != Wanted::Agreed {
            super::status::draft_was_read(home)?;
        }
        let all: Vec<Value> = shown
            .iter()
            .map(|item| as_json(item, wanted, &names))
            .collect();
        if desk.out.json() {
            let card = args.card.then_some(&page);
            desk.out.document(
                "plan",
                json!({ "day": calendar::iso(today), "items": all, "card": card }),
            );
        } else if let Some(note) = note {
            desk.out.page(&note);
        }
        Ok(Exit::Done)
    })
}

impl Args {
    fn wanted(&self) -> Wanted {
        match (self.agreed || self.card, self.draft) {
            (true, _) => Wanted::Agreed,
            (_, true) => Wanted::Draft,
            (false, false) => Wanted::All,
        }
    }
}

/// The whole plan in the order in which it is read: what we want, what we agreed, mine, the other's,
/// what each owns, what is asked, what is being written.
fn sections(all: &Items, wanted: Wanted, names: &Names) -> Vec<(String, Vec<Item>)> {
    let mine = render::title(&names.mine, 30);
    let other = render::title(&names.other, 30);
    let agreed = |ty: Option<ItemType>, who: Option<Who>| {
        move |item: &Item| {
            item.agreed.first().is_some_and(|agreed| {
                let content = &agreed.content;
                let vision = content.ty == ItemType::Vision;
                ty.map_or(!vision, |ty| content.ty == ty)
                    && who.is_none_or(|who| content.who == who)
            })
        }
    };
    let owned = |ty: ItemType, owner: Person| {
        move |item: &Item| {
            let owned = item.owned.as_ref();
            owned.is_some_and(|owned| owned.ty == ty && owned.owner == owner)
        }
    };
    let (me, you) = (names.me, names.me.other());
    let promise = |person: Person| {
        move |item: &Item| {
            agreed(None, Some(Who::Only(person)))(item) || owned(ItemType::Promise, person)(item)
        }
    };
    let offered = |item: &Item| item.offers.iter().any(|offer| !offer.lapsed);
    let drafted = |item: &Item| item.draft.as_ref().is_some_and(|draft| !draft.removed);
    type Belongs<'a> = Box<dyn Fn(&Item) -> bool + 'a>;
    let mut wished: Vec<(String, Belongs<'_>)> = vec![
        (
            "What we want now".into(),
            Box::new(agreed(Some(ItemType::Vision), None)),
        ),
        (
            "What both of you agreed".into(),
            Box::new(agreed(None, Some(Who::Both))),
        ),
        (format!("{mine}'s promises"), Box::new(promise(me))),
        (format!("{other}'s promises"), Box::new(promise(you))),
    ];
    for (ty, word) in [
        (ItemType::Boundary, "boundaries"),
        (ItemType::Need, "needs"),
    ] {
        for (name, person) in [(&mine, me), (&other, you)] {
            wished.push((format!("{name}'s {word}"), Box::new(owned(ty, person))));
        }
    }
    for (name, person) in [(&mine, me), (&other, you)] {
        let belongs = Box::new(owned(ItemType::AboutMe, person));
        wished.push((format!("About {name}"), belongs));
    }
    wished.push(("Offered".into(), Box::new(offered)));
    wished.push(("In the draft; it binds nobody".into(), Box::new(drafted)));

    let stands = |item: &Item| match wanted {
        Wanted::Agreed => !item.agreed.is_empty(),
        Wanted::Draft => drafted(item),
        Wanted::All => true,
    };
    let mut left: Vec<Item> = all.0.iter().filter(|item| stands(item)).cloned().collect();
    let mut sections = Vec::new();
    for (title, belongs) in wished {
        let (here, rest): (Vec<Item>, Vec<Item>) = left.into_iter().partition(|item| belongs(item));
        left = rest;
        if !here.is_empty() {
            sections.push((title, here));
        }
    }
    sections
}

fn whole(
    sections: &[(String, Vec<Item>)],
    wanted: Wanted,
    names: &Names,
    today: identity::Day,
) -> String {
    let mut page = render::heading("Our plan", &format!("({})", render::title(&names.mine, 30)));
    for (title, items) in sections {
        page.push_str(&format!("\n{}\n", render::strong(title)));
        for item in items {
            page.push('\n');
            page.push_str(&told::listed(item, names));
            page.push_str(&told::body(item, wanted, names, today));
        }
    }
    if sections.is_empty() {
        page.push_str("\nNothing stands here yet.\n");
        page.push_str(&first());
    }
    page
}

/// How a plan begins.
fn first() -> String {
    render::row("A first promise", "", "handfast promise \"TITLE\"")
}

/// The page without the commands that stand behind things: in an archive nothing changes.
fn only_read(page: &str) -> String {
    let page = page.replace(&first(), "");
    let lines = page.split_inclusive('\n').filter(|line| {
        let bare = line.trim_start_matches([' ', '\u{3}']);
        // A person's own words stand behind their mark, and stay as they are.
        !bare.starts_with("handfast ")
    });
    lines
        .map(|line| {
            line.strip_suffix("  handfast review\n")
                .map_or_else(|| line.to_owned(), |before| format!("{before}\n"))
        })
        .collect()
}

fn as_json(item: &Item, wanted: Wanted, names: &Names) -> Value {
    let agreed: Vec<Value> = item
        .agreed
        .iter()
        .map(|agreed| {
            let [mine, other] = crate::reviews::let_go(agreed.let_go, names);
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
                "let_go": { "mine": mine, "other": other },
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
    let draft = item.draft.as_ref().filter(|_| wanted != Wanted::Agreed).map(|draft| {
        json!({
            "removed": draft.removed,
            "content": doing::content_json(&items::shown_content(draft), names),
            "changed_by_both": !item.crossed.is_empty(),
            "to_choose": draft.conflicts().into_iter().map(items::field_name).collect::<Vec<_>>(),
        })
    });
    json!({
        "item": what::id(item.what),
        "short": item.short,
        "title": item.title,
        "agreed": if wanted == Wanted::Draft { Vec::new() } else { agreed },
        "offers": if wanted == Wanted::Draft { Vec::new() } else { offers },
        "draft": draft,
        "owned": item.owned.as_ref().map(|owned| owned.json(names)),
    })
}
