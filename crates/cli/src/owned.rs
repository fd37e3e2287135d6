//! What one of the two owns: boundaries, needs, about-me. In force by the owner's signature,
//! changed and let go by the owner alone (S14, S31).

use std::collections::BTreeMap;

use identity::{Day, Hash, Person};
use node::Home;
use pact::content::MAX_TITLE;
use pact::{Body, Content, ItemType, View, What, Who};
use serde_json::{Value, json};

use crate::desk::{Desk, not_now};
use crate::doing;
use crate::items::{self, Item, Items};
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::screens::own;
use crate::trouble::{Exit, Trouble, home_trouble};

/// Something owned, in force.
#[derive(Debug, Clone)]
pub(crate) struct Owned {
    pub(crate) id: Hash,
    pub(crate) owner: Person,
    pub(crate) ty: ItemType,
    /// What is in force: one, or several that were set without knowing of each other.
    pub(crate) sets: Vec<InForce>,
    /// What a new one takes the place of.
    pub(crate) over: Vec<Hash>,
}

/// Words in force.
#[derive(Debug, Clone)]
pub(crate) struct InForce {
    pub(crate) set: Hash,
    pub(crate) content: Content,
    /// Whether the other says that they heard it.
    pub(crate) heard: bool,
}

impl Owned {
    /// All that both own.
    pub(crate) fn all(view: &View) -> BTreeMap<What, Self> {
        let owned = Person::BOTH.into_iter().flat_map(|owner| view.owned(owner));
        owned
            .map(|owned| {
                let sets = owned.current.iter().map(|set| InForce {
                    set: set.hash,
                    content: set.content.clone(),
                    heard: set.heard,
                });
                let own = Self {
                    id: owned.id,
                    owner: owned.owner,
                    ty: owned.ty,
                    sets: sets.collect(),
                    over: owned.over,
                };
                (What::Owned(own.id), own)
            })
            .collect()
    }
}

impl Owned {
    /// In JSON: whose it is, and what is in force.
    pub(crate) fn json(&self, names: &Names) -> Value {
        let sets: Vec<Value> = self
            .sets
            .iter()
            .map(|set| {
                json!({
                    "id": set.set.to_string(),
                    "content": doing::content_json(&set.content, names),
                    "heard": set.heard,
                })
            })
            .collect();
        json!({
            "kind": called(self.ty),
            "by": names.name(self.owner),
            "mine": self.owner == names.me,
            "in_force": sets,
        })
    }
}

/// What a type of owned thing is called, and the verb it is written with.
pub(crate) const fn called(ty: ItemType) -> &'static str {
    match ty {
        ItemType::Boundary => "boundary",
        ItemType::Need => "need",
        ItemType::AboutMe => "about-me",
        ItemType::Promise => "promise to oneself",
        ItemType::WhenThen | ItemType::Vision | ItemType::Questions => "item",
    }
}

/// What its owner did, as the log tells it.
pub(crate) const fn did(ty: ItemType, first: bool) -> &'static str {
    match (ty, first) {
        (ItemType::Boundary, true) => "set a boundary",
        (ItemType::Boundary, false) => "changed a boundary",
        (ItemType::Need, true) => "wrote a need",
        (ItemType::Need, false) => "changed a need",
        (ItemType::AboutMe, true) => "wrote an about-me",
        (ItemType::AboutMe, false) => "changed an about-me",
        (ItemType::Promise, true) => "made a promise to oneself",
        (ItemType::Promise, false) => "changed a promise to oneself",
        (ItemType::WhenThen | ItemType::Vision | ItemType::Questions, _) => "wrote something",
    }
}

/// As `did`, when it was let go.
pub(crate) const fn let_go(ty: ItemType) -> &'static str {
    match ty {
        ItemType::Boundary => "lifted a boundary",
        ItemType::Need => "let a need go",
        ItemType::AboutMe => "let an about-me go",
        ItemType::Promise => "let a promise to oneself go",
        ItemType::WhenThen | ItemType::Vision | ItemType::Questions => "let something go",
    }
}

/// "Ana's boundary".
pub(crate) fn whose(content: &Content, names: &Names) -> String {
    let Who::Only(owner) = content.who else {
        return "Of both of you".into();
    };
    let name = render::title(names.name(owner), 30);
    if content.ty == ItemType::AboutMe {
        format!("About {name}, by {name}")
    } else {
        format!("{name}'s {}", called(content.ty))
    }
}

/// The trouble of somebody who would agree to, edit or withdraw what is owned; none for the rest.
pub(crate) fn not_so(item: &Item, names: &Names) -> Option<Trouble> {
    let owned = item.owned.as_ref()?;
    let what = called(owned.ty);
    if owned.owner == names.me {
        let said = format!("That is your own {what}: it needs no offer and no answer.");
        return Some(
            Trouble::refused("owned", said)
                .hint(format!("What you can do: {}", ways(owned.ty, &item.short))),
        );
    }
    let other = render::title(&names.other, 30);
    Some(
        Trouble::refused(
            "not-yours",
            format!(
                "That is {other}'s {what}. Only {other} changes it or {}.",
                if owned.ty == ItemType::Boundary {
                    "lifts it"
                } else {
                    "lets it go"
                }
            ),
        )
        .hint(format!("To read it: handfast plan {}", item.short)),
    )
}

/// The commands with which its owner changes it and lets it go.
pub(crate) fn ways(ty: ItemType, short: &str) -> String {
    match ty {
        ItemType::Boundary => {
            format!("handfast boundary change {short}   handfast boundary lift {short}")
        }
        ItemType::Need => format!("handfast need change {short}   handfast need let-go {short}"),
        ItemType::AboutMe => {
            format!("handfast about-me change {short}   handfast about-me let-go {short}")
        }
        ItemType::Promise => format!("handfast withdraw {short}"),
        ItemType::WhenThen | ItemType::Vision | ItemType::Questions => {
            format!("handfast plan {short}")
        }
    }
}

/// The one thing of mine, of that type, that a word means.
pub(crate) fn mine(
    home: &mut Home,
    names: &Names,
    ty: ItemType,
    word: &str,
    today: Day,
) -> Result<(Item, Owned), Trouble> {
    let all = Items::agreed_or_offered(home, today)?;
    let own = |item: &Item| {
        item.owned
            .as_ref()
            .is_some_and(|owned| owned.owner == names.me && owned.ty == ty)
    };
    let of_mine = all.those(own);
    let found = match of_mine.one(word) {
        Err(trouble) if trouble.code == "unknown-item" => {
            let item = all.one(word)?;
            let theirs = not_so(&item, names).filter(|trouble| trouble.code == "not-yours");
            return Err(theirs.unwrap_or_else(|| {
                Trouble::refused(
                    "unknown-item",
                    format!(
                        "{} is not a {} of yours.",
                        render::inline(word, 40),
                        called(ty)
                    ),
                )
                .hint("What there is: handfast plan")
            }));
        }
        found => found?,
    };
    let owned = found
        .owned
        .clone()
        .ok_or_else(|| crate::what::unknown(word))?;
    Ok((found, owned))
}

/// The words of an owned thing: a short text is its own title, a longer one has its beginning as
/// title.
pub(crate) fn content(ty: ItemType, owner: Person, text: &str) -> Content {
    let text = pact::text::clean(text).text.trim().to_owned();
    let one_line = !text.contains('\n') && text.chars().count() <= MAX_TITLE;
    let who = Who::Only(owner);
    if one_line {
        Content::new(ty, who, &text, "")
    } else {
        let first = text.lines().next().unwrap_or_default();
        let mut title: String = first.chars().take(60).collect();
        if let Some((whole_words, _)) = title.rsplit_once(' ').filter(|_| title != first) {
            title = whole_words.to_owned();
        }
        Content::new(ty, who, &format!("{}...", title.trim_end()), &text)
    }
}

/// Shows the exact words, and signs them once their owner says so. `of` is what it changes.
pub(crate) fn set(
    desk: &mut Desk,
    content: Content,
    of: Option<&(Item, Owned)>,
    remark: Option<&str>,
) -> Result<Set, Trouble> {
    let ty = content.ty;
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        content.validate().map_err(|error| {
            Trouble::usage(format!("This cannot be signed: {error}."))
                .code(called(ty))
                .hint(format!("Say it shorter: handfast {}", called(ty)))
        })?;
        let same = of.is_some_and(
            |(_, owned)| matches!(owned.sets.as_slice(), [one] if one.content == content),
        );
        if same {
            desk.out.talk("It says that already.");
            return Ok(Set::Same);
        }
        desk.out
            .page(&own::page(&content, of.is_some(), &names, remark));
        desk.out
            .page("[Enter] not now    [s] sign    [e] write it anew\n");
        match desk.ask.choose(&["s", "e"]) {
            Some("s") => {}
            Some("e") => return Ok(Set::Anew),
            _ => return Err(not_now()),
        }
        let body = Body::Set {
            ty,
            content: Some(Box::new(content.clone())),
            over: of.map(|(_, owned)| owned.over.clone()).unwrap_or_default(),
        };
        let about = of.map(|(item, _)| item.what);
        let hash = doing::sign(home, body, about)?;
        let id = of.map_or(hash, |(_, owned)| owned.id);
        let today = desk.today(home);
        let short = Items::agreed_or_offered(home, today)?
            .short(What::Owned(id))
            .to_owned();
        let in_force = if ty == ItemType::Boundary {
            "It is in force."
        } else {
            "It stands in the plan."
        };
        doing::signed(
            desk,
            home,
            &format!("{in_force} You call it \"{short}\"."),
            called(ty),
            as_json(id, &short, Some(&content), &names),
        );
        Ok(Set::Signed)
    })
}

/// What became of words that were shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    Signed,
    Same,
    /// The person wants to write it anew.
    Anew,
}

/// Shows what is in force, and lets it go once its owner says so; `said` on the line already.
pub(crate) fn lift(desk: &mut Desk, ty: ItemType, word: &str, said: bool) -> Done {
    desk.with_home(|desk, home| {
        let names = Names::of(home)?;
        let today = desk.today(home);
        let (item, owned) = mine(home, &names, ty, word, today)?;
        let view = home.view().map_err(home_trouble)?;
        if view.has_unreadable_of(names.me, &doing::about(item.what)) {
            return Err(unreadable(&item));
        }
        let boundary = ty == ItemType::Boundary;
        let asks = !said || desk.ask.answered();
        desk.at_once = !asks;
        let page = own::lifting(&owned, &names, asks);
        if asks {
            let key = if boundary { "lift it" } else { "let it go" };
            desk.out
                .page(&format!("{page}[Enter] not now    [l] {key}\n"));
            if desk.ask.choose(&["l"]).is_none() {
                return Err(not_now());
            }
        } else {
            desk.out.talk(&page);
        }
        let body = Body::Set {
            ty,
            content: None,
            over: owned.over.clone(),
        };
        doing::sign(home, body, Some(item.what))?;
        let done = if boundary {
            "Lifted. It is not in force any more."
        } else {
            "Let go. It does not stand in the plan any more."
        };
        doing::signed(
            desk,
            home,
            &format!("{done} That you signed it before stays."),
            called(ty),
            as_json(owned.id, &item.short, None, &names),
        );
        Ok(Exit::Done)
    })
}

/// Nothing is changed or lifted over an entry that this version cannot read (formats B4).
pub(crate) fn unreadable(item: &Item) -> Trouble {
    Trouble::refused(
        "unreadable",
        "Something was said about this that this version cannot read, so it does not sign here.",
    )
    .hint(format!(
        "With a newer handfast; to read it: handfast plan {}",
        item.short
    ))
}

fn as_json(id: Hash, short: &str, content: Option<&Content>, names: &Names) -> Value {
    json!({
        "id": id.to_string(),
        "short": short,
        "in_force": content.is_some(),
        "content": content.map(|content| doing::content_json(content, names)),
    })
}

/// The words in force of an owned thing, as they are read.
pub(crate) fn words(owned: &Owned, names: &Names) -> String {
    let said: Vec<String> = owned
        .sets
        .iter()
        .map(|set| items::words(&set.content, names))
        .collect();
    said.join("\n\n")
}
