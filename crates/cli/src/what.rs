//! What a person means by a WHAT: a short name, part of a title, or the beginning of an id.

use identity::{Day, Hash};
use node::Home;
use pact::What;

use crate::follow::{self, Mine};
use crate::items::{Item, Items};
use crate::names::Names;
use crate::nearest;
use crate::offers;
use crate::render;
use crate::trouble::{Trouble, home_trouble};

/// An id as it is printed and typed.
pub(crate) fn id(what: What) -> String {
    match what {
        What::Item(item) => item.to_string(),
        What::Owned(hash) => hash.to_string(),
    }
}

/// The one promise of mine that a word means on a day.
pub(crate) fn mine(home: &mut Home, names: &Names, word: &str, day: Day) -> Result<Mine, Trouble> {
    let items = Items::agreed_or_offered(home, day)?;
    let meant: Vec<What> = items.find(word).iter().map(|item| item.what).collect();
    let mut found: Vec<Mine> = follow::all_mine(home, names, day)?
        .into_iter()
        .filter(|mine| meant.contains(&mine.what))
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(one), false) => {
            found.push(one);
            Err(several(
                word,
                found
                    .iter()
                    .map(|mine| (mine.short.as_str(), mine.title.as_str())),
            ))
        }
        (None, _) => {
            let view = home.view().map_err(home_trouble)?;
            let agreements = view.agreements(day).into_iter();
            let bound = agreements.filter(|agreement| {
                meant.contains(&What::Item(agreement.item))
                    && agreement.content.who.includes(names.me)
            });
            // Of several the first that will count; else one that has come to its date.
            let bound = bound.min_by_key(|agreement| agreement.begins <= day);
            if let Some(agreement) = bound {
                let title = render::inline(&agreement.content.title, 40);
                return Err(if agreement.content.ty != pact::ItemType::Promise {
                    let said =
                        format!("{title} is no promise, so there is nothing to note for a day.");
                    Trouble::refused("no-promise", said)
                        .hint("When it went wrong again: handfast setback")
                } else if agreement.begins > day {
                    let begins = pact::calendar::name_seen_from(agreement.begins, day);
                    let said = format!(
                        "{title} counts from {begins}; before that there is nothing to note."
                    );
                    Trouble::refused("not-yet", said).hint("When it counts: handfast plan")
                } else {
                    let said = format!(
                        "{title} had come to its review date, so it rested on that day and there \
                         is nothing to note."
                    );
                    let item = items.those(|item| meant.contains(&item.what)).0;
                    let way = item.first().map(|item| way_on(item, agreement.p, names));
                    Trouble::refused("rests", said)
                        .hint(way.unwrap_or_else(|| "To keep it: handfast review".into()))
                });
            }
            Err(if !meant.is_empty() {
                follow::not_mine(word)
            } else {
                items.one(word).err().unwrap_or_else(|| unknown(word))
            })
        }
    }
}

/// How what rests is kept, as far as this person can do it: whose yes it waits for, where one of the
/// two has offered to.
fn way_on(item: &Item, p: Hash, names: &Names) -> String {
    let (short, other) = (&item.short, render::title(&names.other, 30));
    let instead = |mine: bool| {
        item.offers.iter().find(|offer| {
            (offer.author == names.me) == mine && !offer.lapsed && offer.replaces.contains(&p)
        })
    };
    let to_what = |renews: bool| {
        if renews {
            "to keep it"
        } else {
            "other words for it"
        }
    };
    if let Some(offer) = instead(false) {
        format!(
            "{other} offers {}; it waits for your yes: handfast review {short}",
            to_what(offers::renews(item, offer))
        )
    } else if let Some(offer) = instead(true) {
        format!(
            "You have offered {}; the yes to that is {other}'s.\nTo read it: handfast plan {short}",
            to_what(offers::renews(item, offer))
        )
    } else {
        format!("To keep it: handfast review {short}")
    }
}

/// A name whose thing is gone; it does not come to mean another. Where the draft was not looked at,
/// it may stand there, and only what is known is said.
pub(crate) fn gone(word: &str, drafts: bool) -> Trouble {
    let word = render::inline(word, 50);
    let said = if drafts {
        format!("What was called {word} is not here any more.")
    } else {
        format!("Nothing that is offered or counts is called {word} now.")
    };
    Trouble::refused("unknown-item", said).hint("What there is: handfast plan")
}

/// A word that means nothing here.
pub(crate) fn unknown(word: &str) -> Trouble {
    let said = if word.trim().is_empty() {
        "It is not said which one is meant.".to_owned()
    } else {
        format!("Nothing here is called {}.", render::inline(word, 50))
    };
    Trouble::refused("unknown-item", said).hint("What there is: handfast plan")
}

/// A word that means nothing here, with what a slip may have meant by it: each thing by its short
/// name, and by the words of its title.
pub(crate) fn mistyped<'a>(word: &str, there: impl Iterator<Item = (&'a str, &'a str)>) -> Trouble {
    let there: Vec<(&str, &str)> = there.filter(|(short, _)| !short.is_empty()).collect();
    let words = there.iter().flat_map(|(short, title)| {
        let of_title = title.split(|c: char| !c.is_alphanumeric());
        std::iter::once(*short).chain(of_title.filter(|word| word.chars().count() > 3))
    });
    let near = nearest::to(word, words);
    let mut hint = String::new();
    let mut named: Vec<&str> = Vec::new();
    for near in near {
        let meant = there.iter().find(|(short, title)| {
            *short == near
                || title
                    .split(|c: char| !c.is_alphanumeric())
                    .any(|one| one == near)
        });
        if let Some((short, title)) = meant
            && !named.contains(short)
        {
            named.push(short);
            hint.push_str(&format!("\n  {short:<14} {}", render::title(title, 60)));
        }
    }
    if named.is_empty() {
        return unknown(word);
    }
    let trouble = unknown(word);
    trouble.hint(format!("Did you mean:{hint}\nWhat there is: handfast plan"))
}

/// A word that means several.
pub(crate) fn several<'a>(word: &str, found: impl Iterator<Item = (&'a str, &'a str)>) -> Trouble {
    let mut hint = String::from("Name one of them:");
    for (short, title) in found {
        hint.push_str(&format!("\n  {short:<14} {}", render::title(title, 60)));
    }
    Trouble::refused(
        "ambiguous",
        format!("{} can mean more than one.", render::inline(word, 50)),
    )
    .hint(hint)
}
