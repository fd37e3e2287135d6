//! The offer that an answer means.

use identity::Day;
use node::Home;
use pact::{Content, State};

use crate::items::{self, Agreed, Item, Items, Offered};
use crate::names::Names;
use crate::render;
use crate::trouble::Trouble;
use crate::what;

/// The one open offer of the other that a word means; without a word, the only one there is.
pub(crate) fn one(
    home: &mut Home,
    names: &Names,
    word: Option<&str>,
    today: Day,
) -> Result<(Item, Offered), Trouble> {
    let items = Items::agreed_or_offered(home, today)?;
    let theirs = |item: &Item| -> Vec<Offered> {
        item.offers
            .iter()
            .filter(|offer| offer.author != names.me && !offer.lapsed)
            .cloned()
            .collect()
    };
    let candidates: Vec<(Item, Offered)> = match word {
        Some(word) => {
            let item = items.one(word)?;
            let offers = theirs(&item);
            let named: Vec<Offered> = offers
                .iter()
                .filter(|offer| {
                    word.len() >= 4 && offer.p.to_string().starts_with(&word.to_lowercase())
                })
                .cloned()
                .collect();
            let offers = if named.is_empty() { offers } else { named };
            offers
                .into_iter()
                .map(|offer| (item.clone(), offer))
                .collect()
        }
        None => items
            .0
            .iter()
            .flat_map(|item| theirs(item).into_iter().map(|offer| (item.clone(), offer)))
            .collect(),
    };
    match candidates.as_slice() {
        [] => Err(none(word, &items, names)),
        [one] => Ok(one.clone()),
        several => {
            let mut hint = String::from("Name one of them:");
            for (item, offer) in several {
                hint.push_str(&format!(
                    "\n  {:<14} {}",
                    named(item, offer),
                    render::title(&told(offer), 60)
                ));
            }
            Err(Trouble::refused("ambiguous", "There is more than one offer.").hint(hint))
        }
    }
}

fn none(word: Option<&str>, items: &Items, names: &Names) -> Trouble {
    let item = word.map(|word| items.one(word));
    // A slip of the fingers is told as one, with what is near.
    if let Some(Err(trouble)) = item {
        return trouble;
    }
    let item = item.and_then(Result::ok);
    let short = item.as_ref().map_or("WHAT", |item| item.short.as_str());
    if item
        .as_ref()
        .is_some_and(|item| item.offers.iter().any(|offer| offer.author == names.me))
    {
        return Trouble::refused(
            "own-offer",
            "That is your own offer; the yes to it is the other's.",
        )
        .hint("To take it back: handfast withdraw WHAT")
        .about(short);
    }
    if item.as_ref().is_some_and(|item| !item.agreed.is_empty()) {
        return Trouble::refused("already-agreed", "You have agreed that already.")
            .hint("To read it: handfast plan WHAT")
            .about(short);
    }
    let said = match word {
        Some(word) => format!(
            "There is no open offer called {}.",
            render::inline(word, 40)
        ),
        None => "There is no open offer.".to_owned(),
    };
    Trouble::refused("no-offer", said).hint("What there is: handfast plan")
}

/// Whether a person may offer what the draft says of it (S59), and neither has offered nor agreed to
/// just that.
pub(crate) fn is_mine_to_make(item: &Item, names: &Names) -> bool {
    let Some(draft) = item.draft.as_ref() else {
        return false;
    };
    let content = items::shown_content(draft);
    let mut open = item.offers.iter().filter(|offer| !offer.lapsed);
    content.who.includes(names.me)
        && !open.any(|offer| offer.content == content)
        && agreed_so(item, &content).is_none()
}

/// The other's open offer of just these words: a second one would ask for what a yes gives.
pub(crate) fn asked_so<'a>(
    item: &'a Item,
    content: &Content,
    names: &Names,
) -> Option<&'a Offered> {
    let mut theirs = item.offers.iter().filter(|offer| !offer.lapsed);
    theirs.find(|offer| offer.author != names.me && offer.content == *content)
}

/// What is agreed already in just these words, and counts or will; nothing where several are, of
/// which an offer could make one.
pub(crate) fn agreed_so<'a>(item: &'a Item, content: &Content) -> Option<&'a Agreed> {
    let [agreed] = item.agreed.as_slice() else {
        return None;
    };
    let plain = Content {
        try_: false,
        ..agreed.content.clone()
    };
    (agreed.state != State::Rests && plain == *content).then_some(agreed)
}

/// An offer in a line: its title, and the words that may tell it from another.
pub(crate) fn told(offer: &Offered) -> String {
    in_a_line(&offer.content)
}

/// The same of any words.
pub(crate) fn in_a_line(content: &Content) -> String {
    let (title, text) = (content.called(), &content.text);
    if text.is_empty() {
        title.to_owned()
    } else {
        format!("{title}: {text}")
    }
}

/// How an offer is named where its item's name would not tell which is meant: by its id.
pub(crate) fn named(item: &Item, offer: &Offered) -> String {
    let stands = |other: &&Offered| other.author == offer.author && !other.lapsed;
    if item.offers.iter().filter(stands).count() > 1 {
        short_id(offer.p)
    } else {
        item.short.clone()
    }
}

/// Whether it offers what is agreed, in the same words and in its place.
pub(crate) fn renews(item: &Item, offer: &Offered) -> bool {
    let plain = |content: &Content| Content {
        try_: false,
        ..content.clone()
    };
    item.agreed.iter().any(|agreed| {
        offer.replaces.contains(&agreed.p) && plain(&agreed.content) == plain(&offer.content)
    })
}

/// What a yes to this would do beside what is agreed for the same thing, if it leaves that as it is
/// (B5: an offer replaces what it names, and nothing else).
pub(crate) fn beside(item: &Item, offer: &Offered) -> Option<&'static str> {
    let left = item
        .agreed
        .iter()
        .any(|agreed| !offer.replaces.contains(&agreed.p));
    left.then_some(
        "It does not take the place of what you have agreed for this: with a yes both would count.",
    )
}

/// The id of an offer, short enough to type.
pub(crate) fn short_id(p: identity::Hash) -> String {
    p.to_string().chars().take(8).collect()
}

/// The item of an offer in JSON.
pub(crate) fn json(item: &Item, offer: &Offered, names: &Names) -> serde_json::Value {
    serde_json::json!({
        "offer": offer.p.to_string(),
        "item": what::id(item.what),
        "short": item.short,
        "by": names.name(offer.author),
        "mine": offer.author == names.me,
        "until": pact::calendar::iso(offer.until),
        "content": crate::doing::content_json(&offer.content, names),
    })
}
