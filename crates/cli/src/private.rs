//! A note for one pair of eyes: a boundary or an offer that reaches for what is its reader's (S58).
//!
//! It is worked out anew each time from the text that stands there; nothing of it is kept, sent, or
//! told in JSON. It stands beside the data, never in it, so that a plan that is printed or passed on
//! does not carry it.

use identity::Person;
use pact::wording::reach::{self, Reach};
use pact::{Content, ItemType};

use crate::items::Item;
use crate::names::Names;
use crate::render;

/// The note about everything that the other wrote in an item: a boundary, or an open offer.
pub(crate) fn of_item(item: &Item, names: &Names) -> Option<String> {
    let owned = item.owned.iter().flat_map(|owned| {
        let boundary = owned.ty == ItemType::Boundary;
        let sets = owned.sets.iter().filter(move |_| boundary);
        sets.map(|set| (&set.content, owned.owner))
    });
    let offered = item
        .offers
        .iter()
        .filter(|offer| !offer.lapsed)
        .map(|offer| (&offer.content, offer.author));
    let mut found: Vec<Reach> = owned
        .chain(offered)
        .flat_map(|(content, author)| reached(content, author, names))
        .collect();
    found.sort_unstable();
    found.dedup();
    note(&found)
}

/// The note about one offer.
pub(crate) fn of_offer(content: &Content, author: Person, names: &Names) -> Option<String> {
    note(&reached(content, author, names))
}

fn reached(content: &Content, author: Person, names: &Names) -> Vec<Reach> {
    if author == names.me {
        return Vec::new();
    }
    let mut text = format!("{}\n\n{}", content.title, content.text);
    for part in &content.parts {
        text.push_str(&format!("\n\n{}", part.text));
    }
    let binds = content.who.includes(names.me);
    reach::about(&pact::text::clean(&text).text, &names.mine, binds)
}

fn note(found: &[Reach]) -> Option<String> {
    let named: Vec<&str> = found.iter().map(|reach| said(*reach)).collect();
    let (last, before) = named.split_last()?;
    let listed = if before.is_empty() {
        (*last).to_owned()
    } else {
        format!("{} and {last}", before.join(", "))
    };
    Some(render::wrap(&format!(
        "\n  For you alone; nothing of this note is kept or sent:\n  This seems to be about {listed}. \
         That is yours to decide about. It may be meant well. If it feels like a rule for you: \
         handfast help safety"
    )))
}

const fn said(reach: Reach) -> &'static str {
    match reach {
        Reach::Contacts => "whom you see",
        Reach::Movements => "where you go",
        Reach::Phone => "your phone and what is on it",
        Reach::Money => "your money",
        Reach::Body => "your body",
    }
}
