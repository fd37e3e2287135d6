//! One item of the plan, told: what is in force, what is offered, what the draft says, and what can be
//! done about it.

use pact::{ItemType, State, calendar};

use crate::crossed;
use crate::items::{self, Agreed, Item};
use crate::names::Names;
use crate::offers;
use crate::owned::{self, Owned};
use crate::render;
use crate::reviews;

/// Which of it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    All,
    /// What is in force by both signatures.
    Agreed,
    /// What the draft says.
    Draft,
}

/// What an item is called on its own page, and how it is typed.
pub(crate) fn headed(item: &Item, names: &Names) -> String {
    render::heading(&above(item, names, 56), &item.short)
}

/// The same on the page of the whole plan, where the headings are those of its sections.
pub(crate) fn listed(item: &Item, names: &Names) -> String {
    in_list(&above(item, names, 54), item)
}

/// The same where its words do not stand below it.
pub(crate) fn named(item: &Item) -> String {
    // Beside its short name, as wide as the screen is.
    let edge = render::columns().saturating_sub(render::width(&item.short) + 5);
    in_list(&render::title(&item.title, edge.clamp(12, 54)), item)
}

fn in_list(title: &str, item: &Item) -> String {
    render::heading(&format!("  {title}"), &item.short).replace(['\u{1}', '\u{2}'], "")
}

/// What stands above the words: the title, unless it is only the beginning of them and cut.
fn above(item: &Item, names: &Names, columns: usize) -> String {
    let title = render::title(&item.title, columns);
    let own = item.owned.as_ref().and_then(|own| own.sets.first());
    match own.filter(|_| title.ends_with("...")) {
        Some(set) => owned::whose(&set.content, names),
        None => title,
    }
}

/// One item: what is agreed, what is offered, what the draft says.
pub(crate) fn body(item: &Item, wanted: Wanted, names: &Names, today: identity::Day) -> String {
    let mut page = String::new();
    if let Some(own) = &item.owned {
        page.push_str(&in_force(own, &item.short, names));
    }
    if wanted != Wanted::Draft {
        for agreed in &item.agreed {
            page.push_str(&render::quote(&items::words(&agreed.content, names)));
            page.push_str(&render::wrap(&format!(
                "  {}",
                items::terms(&agreed.content, names, today)
            )));
            page.push_str(&render::wrap(&format!("  {}", standing(agreed, today))));
            page.push_str(&let_go(agreed, &item.short, names));
            if item.agreed.len() > 1 {
                page.push_str(&format!("  ({})\n", offers::short_id(agreed.p)));
            }
        }
        if item.agreed.len() > 1 {
            page.push_str(&render::wrap(
                "  You have agreed to more than one for this, and all of it stands. One new offer can take the place of all.",
            ));
            page.push_str(&format!(
                "    {}\n",
                render::faint(&format!("handfast offer {}", item.short))
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
                render::quote(&items::words(&offer.content, names))
            ));
            page.push_str(&render::wrap(&format!(
                "  {} {}",
                items::terms(&offer.content, names, today),
                items::until(offer.until, today)
            )));
            if let Some(said) = offers::beside(item, offer) {
                page.push_str(&render::wrap(&format!("  {said}")));
            }
            // Of two for the same thing each is answered, or taken back, by itself.
            let name = offers::named(item, offer);
            let ways = if mine {
                format!("handfast withdraw {name}")
            } else {
                format!("handfast agree {name}   handfast decline {name}")
            };
            page.push_str(&format!("    {}\n", render::faint(&ways)));
        }
    }
    let Some(draft) = item.draft.as_ref().filter(|_| wanted != Wanted::Agreed) else {
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
    let whole = |content: &pact::Content| {
        (
            items::words(content, names),
            items::terms(content, names, today),
        )
    };
    let plain = |content: &pact::Content| pact::Content {
        try_: false,
        ..content.clone()
    };
    // An offer whose last day is over stands nowhere on the page.
    let open = item.offers.iter().filter(|offer| !offer.lapsed);
    let known: Vec<&pact::Content> = item
        .agreed
        .iter()
        .map(|agreed| &agreed.content)
        .chain(open.map(|offer| &offer.content))
        .collect();
    let same = known
        .iter()
        .any(|known| whole(&plain(known)) == whole(&content));
    if !same || wanted == Wanted::Draft {
        let said = if known.is_empty() {
            "  Draft; it binds nobody:"
        } else if same {
            "  The draft says the same:"
        } else {
            "  The draft has been changed since; it binds nobody:"
        };
        page.push_str(&format!(
            "{said}\n{}",
            render::quote(&items::words(&content, names))
        ));
        page.push_str(&render::wrap(&format!(
            "  {}",
            items::terms(&content, names, today)
        )));
        let bound = content.who.includes(names.me);
        let next = match (known.is_empty(), bound) {
            _ if same => format!("handfast edit {}", item.short),
            (true, true) => format!("handfast edit {0}   handfast offer {0}", item.short),
            (true, false) => format!("handfast edit {0}", item.short),
            (false, true) => format!("handfast compare {0}   handfast offer {0}", item.short),
            (false, false) => format!("handfast compare {0}", item.short),
        };
        page.push_str(&format!("    {}\n", render::faint(&next)));
        if !bound && !same && wanted == Wanted::All {
            let other = render::title(&names.other, 30);
            page.push_str(&render::wrap(&format!(
                "  It binds {other} alone: {other} has the draft once your devices have met, and can offer it."
            )));
        }
    }
    if let Some(said) = crossed::sentence(item) {
        page.push_str(&render::wrap(&format!("  {said}")));
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

/// On the page of an item that the other offers: how one asks for other words, and what comes then.
pub(crate) fn other_words(item: &Item, names: &Names) -> String {
    let mut theirs = item
        .offers
        .iter()
        .filter(|offer| offer.author != names.me && !offer.lapsed);
    let Some(offer) = theirs.next() else {
        return String::new();
    };
    let (short, other) = (&item.short, render::title(&names.other, 30));
    let draft = item.draft.as_ref().filter(|draft| !draft.removed);
    let plain = pact::Content {
        try_: false,
        ..offer.content.clone()
    };
    let written = draft.is_some_and(|draft| items::shown_content(draft) != plain);
    let said = if offer.content.who.includes(names.me) {
        let first = if written {
            "To ask for the words of the draft"
        } else {
            "Other words? Write them into the draft: handfast edit WHAT\n  Then ask for them"
        };
        format!(
            "  {} instead: handfast offer {short} --instead-of {}",
            first.replace("WHAT", short),
            offers::named(item, offer)
        )
    } else if written {
        // What comes next stands under the draft.
        return String::new();
    } else {
        format!(
            "  Other words? Write them into the draft: handfast edit {short}\n  It goes when your \
             devices meet. {other}, whom it binds, can offer it anew, or not."
        )
    };
    render::wrap(&said)
}

/// Where an agreement stands, in words.
fn standing(agreed: &Agreed, today: identity::Day) -> String {
    if let (State::Begins(day), true) = (agreed.state, agreed.renews) {
        format!(
            "Agreed. Today it counts as it stood before, and from {} as it stands here, until the \
             end of {}. Then it rests until both renew it.",
            calendar::name_seen_from(day, today),
            calendar::short_name_seen_from(agreed.until, today)
        )
    } else if let State::Begins(day) = agreed.state {
        format!(
            "Agreed; it counts from {} until the end of {}. Then it rests until both renew it.",
            calendar::name_seen_from(day, today),
            calendar::short_name_seen_from(agreed.until, today)
        )
    } else if agreed.state == State::Rests {
        "It rests: its day to look at it has come.  handfast review".into()
    } else {
        format!("Agreed. {}", items::until(agreed.until, today))
    }
}

/// Who would let it go, where one of the two has said so (B5: it takes both).
fn let_go(agreed: &Agreed, short: &str, names: &Names) -> String {
    let other = render::title(&names.other, 30);
    let [mine, theirs] = reviews::let_go(agreed.let_go, names);
    if mine && !theirs {
        render::wrap(&format!(
            "  You would let it go; it needs {other}'s yes too."
        ))
    } else if theirs && !mine {
        let said = format!("  {other} would let it go; it needs your yes too.");
        let command = format!("handfast review {short}");
        format!("{}    {}\n", render::wrap(&said), render::faint(&command))
    } else {
        String::new()
    }
}

/// Words of one owner, and who has heard them.
fn in_force(own: &Owned, short: &str, names: &Names) -> String {
    let mut page = String::new();
    for set in &own.sets {
        page.push_str(&render::quote(&items::words(&set.content, names)));
        let mut said = format!("  {}.", owned::whose(&set.content, names));
        if own.ty == ItemType::Boundary {
            said.push_str(" In force.");
        }
        if set.heard {
            let reader = render::title(names.name(own.owner.other()), 30);
            said.push_str(&format!(" {reader} says: heard."));
        }
        page.push_str(&render::wrap(&said));
    }
    if own.sets.len() > 1 {
        page.push_str(
            "  Written on two devices at once; all of it counts until one takes its place.\n",
        );
    }
    if own.owner == names.me {
        page.push_str(&format!(
            "    {}\n",
            render::faint(&owned::ways(own.ty, short))
        ));
    } else if own.sets.iter().any(|set| !set.heard) {
        page.push_str(&format!(
            "    {}\n",
            render::faint(&format!("handfast heard {short}"))
        ));
    }
    page
}
