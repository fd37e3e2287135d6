//! What has come to its review date, or rests, and what each has said about it so far (B5, S26).

use identity::{Day, Hash, Person};
use pact::{Content, ItemId, ItemType, State, View, What, calendar};
use serde_json::{Value, json};

use crate::doing;
use crate::items::{self, Item, Items};
use crate::names::Names;
use crate::owned;
use crate::render;
use crate::trouble::Trouble;
use crate::what;

/// How long an agreement stands unless something else is said.
pub(crate) const DAYS: u32 = 90;

/// One agreement to look at again.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    pub(crate) item: ItemId,
    pub(crate) short: String,
    pub(crate) title: String,
    pub(crate) p: Hash,
    pub(crate) content: Content,
    pub(crate) state: State,
    pub(crate) until: Day,
    /// Who would let it go, this person first.
    let_go: [bool; 2],
    /// What this person has offered in its place, and nobody has answered.
    pub(crate) mine: Option<Hash>,
    /// What the other has offered in its place, and whether the words are the same.
    pub(crate) theirs: Option<(Hash, bool)>,
}

/// All that ask to be looked at: their day has come, or the other would let them go. With a word,
/// what it means, whatever its day.
pub(crate) fn of(
    view: &View,
    items: &Items,
    names: &Names,
    today: Day,
    word: Option<&str>,
) -> Result<Vec<Review>, Trouble> {
    let meant = word.map(|word| items.one(word)).transpose()?;
    let agreements = view.agreements(today).into_iter();
    let wanted = agreements.filter(|agreement| match &meant {
        Some(item) => item.what == What::Item(agreement.item),
        None => {
            let [mine, theirs] = let_go(agreement.let_go, names);
            agreement.until <= today || theirs && !mine
        }
    });
    let mut found: Vec<Review> = wanted
        .filter_map(|agreement| {
            let mut known = items.0.iter();
            let item = known.find(|item| item.what == What::Item(agreement.item))?;
            let instead = |author: Person| {
                item.offers.iter().find(|offer| {
                    offer.author == author && !offer.lapsed && offer.replaces.contains(&agreement.p)
                })
            };
            let same = |content: &Content| Content {
                try_: false,
                ..content.clone()
            };
            Some(Review {
                item: agreement.item,
                short: item.short.clone(),
                title: item.title.clone(),
                p: agreement.p,
                content: agreement.content.clone(),
                state: agreement.state,
                until: agreement.until,
                let_go: let_go(agreement.let_go, names),
                mine: instead(names.me).map(|offer| offer.p),
                theirs: instead(names.me.other())
                    .map(|offer| (offer.p, same(&offer.content) == same(agreement.content))),
            })
        })
        .collect();
    found.sort_by_key(|review| (review.until, review.title.to_lowercase()));
    match (&meant, found.is_empty()) {
        (Some(item), true) => Err(stands(item, names).unwrap_or_else(|| {
            Trouble::refused(
                "not-agreed",
                format!(
                    "{} is not agreed, so there is nothing to look at again.",
                    render::title(&item.title, 40)
                ),
            )
            .hint(format!("To read it: handfast plan {}", item.short))
        })),
        _ => Ok(found),
    }
}

/// Of what one person owns: it needs no agreement, and no day ends it; none of the rest.
fn stands(item: &Item, names: &Names) -> Option<Trouble> {
    let owned = item.owned.as_ref()?;
    let mine = owned.owner == names.me;
    let (who, s) = if mine {
        ("you".to_owned(), "")
    } else {
        (render::title(&names.other, 30), "s")
    };
    let whose = if mine {
        "your".to_owned()
    } else {
        format!("{who}'s")
    };
    let until = match owned.ty {
        ItemType::Boundary => format!("{who} change{s} or lift{s} it"),
        ItemType::Promise => format!("{who} take{s} it back"),
        ItemType::Need
        | ItemType::AboutMe
        | ItemType::WhenThen
        | ItemType::Vision
        | ItemType::Questions => format!("{who} change{s} it or let{s} it go"),
    };
    let said = format!(
        "\"{}\" is {whose} {}. It has no review date: it stands as it is until {until}.",
        render::title(&item.title, 40),
        owned::called(owned.ty)
    );
    let hint = if mine {
        format!("What you can do:\n  {}", owned::ways(owned.ty, &item.short))
    } else {
        format!("To read it: handfast plan {}", item.short)
    };
    Some(Trouble::refused("not-agreed", said).hint(hint))
}

/// Who would let it go, this person first.
pub(crate) fn let_go([a, b]: [bool; 2], names: &Names) -> [bool; 2] {
    if names.me == Person::A {
        [a, b]
    } else {
        [b, a]
    }
}

impl Review {
    /// Whether this person may offer to keep it (S59).
    pub(crate) fn binds(&self, person: Person) -> bool {
        self.content.who.includes(person)
    }

    /// Whether this person has said that it may be let go.
    pub(crate) fn i_let_go(&self) -> bool {
        self.let_go[0]
    }

    /// Whether the other has said so.
    pub(crate) fn they_let_go(&self) -> bool {
        self.let_go[1]
    }

    /// Its words, where it stands, and what has been said about it.
    pub(crate) fn page(&self, names: &Names, today: Day) -> String {
        let other = render::title(&names.other, 30);
        let mut page = render::heading(&render::title(&self.title, 56), &self.short);
        page.push_str(&render::quote(&items::words(&self.content, names)));
        page.push_str(&render::wrap(&format!(
            "  {}",
            items::terms(&self.content, names, today)
        )));
        let mut said: Vec<String> = vec![if self.state == State::Rests {
            "Its day has come, so it rests: it does not count until both of you renew it.".into()
        } else if self.until <= today {
            "Today is the last day on which it counts; then it rests until both renew it.".into()
        } else {
            items::until(self.until, today)
        }];
        if self.i_let_go() {
            said.push(format!(
                "You would let it go. It is let go when {other} says so too."
            ));
        } else if self.let_go[1] {
            said.push(format!(
                "{other} would let it go, with thanks. It is let go when you say so too."
            ));
        }
        if let Some((_, same)) = self.theirs {
            said.push(if same {
                format!("{other} offers to keep it.")
            } else {
                format!("{other} offers other words for it.")
            });
        } else if self.mine.is_some() {
            said.push(format!(
                "You have made an offer in its place; the yes to it is {other}'s."
            ));
        } else if !self.binds(names.me) {
            said.push(format!(
                "It binds {other} alone, so {other} offers to keep it, or not."
            ));
        }
        for said in said {
            page.push_str(&render::wrap(&format!("  {said}")));
        }
        page
    }

    /// In JSON.
    pub(crate) fn json(&self, names: &Names) -> Value {
        json!({
            "id": self.p.to_string(),
            "item": what::id(What::Item(self.item)),
            "short": self.short,
            "title": self.title,
            "state": if self.state == State::Rests { "rests" } else { "in-force" },
            "until": calendar::iso(self.until),
            "let_go": { "mine": self.let_go[0], "other": self.let_go[1] },
            "offered": { "mine": self.mine.is_some(), "other": self.theirs.is_some() },
            "content": doing::content_json(&self.content, names),
        })
    }
}
