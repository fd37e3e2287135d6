//! Words of the draft that both changed at the same time, so that it now says what neither wrote:
//! told where one looks, until somebody goes on from there or the words are offered as they are.

use identity::Person;
use pact::{Content, ItemId, What};
use replica::draft::{Crossed, Draft, Spot, Whose};

use crate::changed;
use crate::items::{self, Item, Items};
use crate::names::Names;
use crate::render;

/// Of one item, unless its words as they are stand in an offer or an agreement.
pub(crate) fn of(item: &Item, all: &[Crossed]) -> Vec<Crossed> {
    let Some(draft) = item.draft.as_ref().filter(|draft| !draft.removed) else {
        return Vec::new();
    };
    let now = items::shown_content(draft);
    let same = |known: &Content| {
        (&known.title, &known.text, &known.parts) == (&now.title, &now.text, &now.parts)
    };
    let agreed = item.agreed.iter().map(|agreed| &agreed.content);
    let offered = item.offers.iter().map(|offer| &offer.content);
    if agreed.chain(offered).any(same) {
        return Vec::new();
    }
    // Of the vision and the questions there is one each, with a place of its own.
    let whose = match item.what {
        What::Item(ItemId::VISION) => Whose::Vision,
        What::Item(ItemId::QUESTIONS) => Whose::Questions,
        What::Item(_) | What::Owned(_) => Whose::Item(draft.item),
    };
    let mut mine: Vec<Crossed> = all.to_vec();
    mine.retain(|one| one.of == whose);
    mine
}

/// All of the draft.
pub(crate) fn all(draft: &Draft) -> Vec<Crossed> {
    draft.crossed()
}

/// What `status` says of it under what is new: a line and the command for it.
pub(crate) fn news(items: &Items) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for item in &items.0 {
        let title = render::inline(&item.title, 30);
        let standing = item.draft.as_ref().filter(|draft| !draft.removed);
        if !item.crossed.is_empty() {
            rows.push((
                format!("You both changed {title} at once; read it together:"),
                format!("handfast compare {}", item.short),
            ));
        }
        for field in standing.iter().flat_map(|draft| draft.conflicts()) {
            let name = items::field_name(field);
            rows.push((
                format!("You both set \"{name}\" of {title} at once:"),
                format!("handfast plan {}", item.short),
            ));
        }
    }
    rows
}

/// The sentence that `plan` and `offer` show.
pub(crate) fn sentence(item: &Item) -> Option<String> {
    let first = item.crossed.first()?;
    let what = match first.spot {
        Spot::Title => "the title",
        Spot::Text | Spot::Part(_) => "the words",
    };
    Some(format!(
        "You both changed {what} at the same time, so the draft may say what neither of you meant. \
         Read it together: handfast compare {}",
        item.short
    ))
}

/// What each wrote and what came of it, word by word.
pub(crate) fn page(item: &Item, names: &Names) -> String {
    let mut page = String::new();
    for one in &item.crossed {
        page.push_str(&render::wrap(
            "You both changed these words at the same time. The draft now says:",
        ));
        page.push_str(&render::quote(&one.now));
        for (person, was) in Person::BOTH.into_iter().zip(&one.was) {
            page.push_str(&format!(
                "{}\n{}",
                render::strong(&format!(
                    "From what {} wrote to that",
                    render::title(names.name(person), 30)
                )),
                render::quote(&changed::by_words(was, &one.now))
            ));
        }
        page.push_str(&render::wrap(&format!(
            "If it is not what you mean: handfast edit {}",
            item.short
        )));
        page.push('\n');
    }
    page
}
