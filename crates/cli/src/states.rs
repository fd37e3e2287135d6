//! A thing that `plan` lists, but not in the state that a verb needs: the state is said, instead
//! of "Nothing here is called".

use identity::Day;
use node::Home;
use pact::{Act, Body, Content, Reading, State, View, What};

use crate::doing;
use crate::items::{self, Item, Items};
use crate::names::Names;
use crate::render;
use crate::trouble::Trouble;

/// How far back an offer that is over is looked for.
const RECENT: usize = 2000;

/// The trouble itself, or, where the word means something in another state, that state.
pub(crate) fn or_state(
    trouble: Trouble,
    home: &mut Home,
    names: &Names,
    word: Option<&str>,
    today: Day,
) -> Trouble {
    let other_state = [
        "unknown-item",
        "no-offer",
        "not-yours",
        "nothing-to-withdraw",
    ];
    let Some(word) = word.filter(|_| other_state.contains(&trouble.code)) else {
        return trouble;
    };
    // What cannot be read now is no better answer than the one there is.
    let Ok(item) = Items::all(home, today).and_then(|items| items.one(word)) else {
        return trouble;
    };
    crate::owned::not_so(&item, names)
        .or_else(|| said(&item, home, names, today, &trouble))
        .unwrap_or(trouble)
}

/// The trouble of somebody who asks for what is in force of something of which nothing is.
pub(crate) fn not_in_force(item: &Item, home: &mut Home, names: &Names, today: Day) -> Trouble {
    let plain = Trouble::refused(
        "not-agreed",
        format!(
            "{}: its day to look at it again has come, so it rests.",
            render::title(&item.title, 40)
        ),
    )
    .hint("To keep it, or not: handfast review");
    let read = format!("To read it: handfast plan {}", item.short);
    let trouble = said(item, home, names, today, &plain).unwrap_or(plain);
    let hint = match &trouble.hint {
        Some(hint) if !hint.contains(&read) => format!("{read}\n{hint}"),
        _ => read,
    };
    trouble.hint(hint)
}

fn said(
    item: &Item,
    home: &mut Home,
    names: &Names,
    today: Day,
    trouble: &Trouble,
) -> Option<Trouble> {
    let other = render::title(&names.other, 30);
    let short = &item.short;
    let open = item.offers.iter().find(|offer| !offer.lapsed);
    let draft = item.draft.as_ref();
    let binds = draft.is_some_and(|draft| items::shown_content(draft).who.includes(names.me));
    // Only a person whom it binds can offer it (S59).
    let offer = |how: &str| {
        if binds {
            format!("{how}: handfast offer {short}")
        } else {
            format!("To read it: handfast plan {short}")
        }
    };
    let (code, state, hint) = if !item.agreed.is_empty() {
        // The other's promise: the trouble itself says what there is to say.
        return None;
    } else if let Some(offer) = open {
        if offer.author == names.me {
            (
                "not-agreed",
                format!(
                    "not agreed yet; {other} has your offer, or gets it when your devices meet"
                ),
                format!("To take it back: handfast withdraw {short}"),
            )
        } else if trouble.code == "nothing-to-withdraw" {
            return None;
        } else {
            (
                "not-agreed",
                format!("not agreed yet; {other} offers it"),
                format!("To read it: handfast plan {short}"),
            )
        }
    } else if let Some((state, agreed, mine)) = over(item, home, names, today) {
        let state = in_words(state, agreed, mine, &other)?;
        ("over", state, offer("To offer it anew"))
    } else {
        let removed = item.draft.as_ref().is_some_and(|draft| draft.removed);
        if removed {
            (
                "only-a-draft",
                "only a draft, and taken out of it".to_owned(),
                format!("To bring it back: handfast edit {short} --restore"),
            )
        } else {
            (
                "only-a-draft",
                "only a draft; nobody has offered it yet".to_owned(),
                offer("To offer it"),
            )
        }
    };
    let message = format!("{}: {state}.", render::title(&item.title, 40));
    Some(Trouble::refused(code, message).hint(hint))
}

/// How an offer ended; nothing of one that lives.
fn in_words(state: State, agreed: bool, mine: bool, other: &str) -> Option<String> {
    let who = if mine { other } else { "you" };
    Some(match state {
        State::Declined => format!("{who} declined it"),
        State::Withdrawn if agreed => "it was agreed, and one of you withdrew since".to_owned(),
        State::Withdrawn => "it was taken back, and nobody had agreed to it".to_owned(),
        State::Answered => format!("another offer was made instead, by {who}"),
        State::Crossed => "a yes and a no crossed, so it does not count".to_owned(),
        State::Replaced => "another has taken its place".to_owned(),
        State::Completed => "you let it go, both of you".to_owned(),
        State::Open | State::Begins(_) | State::InForce | State::Rests => return None,
    })
}

/// On an item's own page: how its last offer ended, where nothing of it stands any more.
pub(crate) fn ended(item: &Item, home: &mut Home, names: &Names, today: Day) -> Option<String> {
    let stands = !item.agreed.is_empty() || item.owned.is_some();
    if stands || item.offers.iter().any(|offer| !offer.lapsed) {
        return None;
    }
    let (state, agreed, mine) = over(item, home, names, today)?;
    let said = in_words(state, agreed, mine, &render::title(&names.other, 30))?;
    Some(render::wrap(&format!("  The last offer: {said}.")))
}

/// Whether both let it go with thanks, and the draft still has the words they let go.
pub(crate) fn is_let_go(item: &Item, view: &View, today: Day) -> bool {
    let What::Item(id) = item.what else {
        return false;
    };
    let Some(draft) = item.draft.as_ref().filter(|draft| !draft.removed) else {
        return false;
    };
    if !item.agreed.is_empty() || !item.offers.is_empty() {
        return false;
    }
    let history = view.history(id, today);
    let Some((_, _, content, State::Completed)) = history.last() else {
        return false;
    };
    let plain = |content: &Content| Content {
        try_: false,
        ..content.clone()
    };
    plain(content) == plain(&items::shown_content(draft))
}

/// The state of the newest offer of an item that is over, whether it was agreed, and whether it was
/// mine.
fn over(item: &Item, home: &mut Home, names: &Names, today: Day) -> Option<(State, bool, bool)> {
    let about = doing::about(item.what);
    let (recent, _) = home.last(RECENT, None).ok()?;
    let newest = recent.iter().rev().find(|kept| {
        let record = &kept.record;
        kept.counts
            && record.about() == Some(about.as_slice())
            && matches!(
                pact::read(record.kind(), record.body()),
                Reading::Act(Act {
                    body: Body::Propose { .. },
                    ..
                })
            )
    })?;
    let p = newest.record.hash();
    let view = home.view().ok()?;
    let agreed = view.was_agreed(p).unwrap_or_default();
    Some((view.state(p, today)?, agreed, newest.person == names.me))
}
