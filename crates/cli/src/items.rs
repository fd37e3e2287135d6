//! Everything in the plan, as a person looks at it: the draft, the open offers and what was
//! agreed of each item, under one name to type.

mod words;

use identity::{Day, Hash, Person};
use node::Home;
use pact::{Content, ItemId, ItemType, Part, Rule, State, View, What, WhenThen, Who};
use replica::draft::{Choice, Crossed, DraftItem, Field, ItemRef, NotReady};

use crate::crossed;
use crate::doing;
use crate::names::Names;
use crate::owned::{self, Owned};
use crate::render;
use crate::shorts::Shorts;
use crate::trouble::{Trouble, causes, home_trouble};
use crate::what;

pub(crate) use words::{answers, own_trigger, terms, until, words};

/// One item of the plan.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) what: What,
    pub(crate) short: String,
    pub(crate) title: String,
    pub(crate) draft: Option<DraftItem>,
    pub(crate) offers: Vec<Offered>,
    pub(crate) agreed: Vec<Agreed>,
    /// What one of the two owns, in force by that signature alone.
    pub(crate) owned: Option<Owned>,
    /// What thanks and notes are pointed at: the agreement, else the offer.
    pub(crate) target: Option<Hash>,
    /// Words of the draft that both changed at once.
    pub(crate) crossed: Vec<Crossed>,
}

/// An open offer.
#[derive(Debug, Clone)]
pub(crate) struct Offered {
    pub(crate) p: Hash,
    pub(crate) author: Person,
    pub(crate) content: Content,
    pub(crate) until: Day,
    pub(crate) replaces: Vec<Hash>,
    pub(crate) lapsed: bool,
}

/// An agreement that begins, is in force or rests.
#[derive(Debug, Clone)]
pub(crate) struct Agreed {
    pub(crate) p: Hash,
    pub(crate) content: Content,
    pub(crate) state: State,
    pub(crate) begins: Day,
    pub(crate) until: Day,
    /// Who would let it go: A, B.
    pub(crate) let_go: [bool; 2],
    /// It begins tomorrow, and what it takes the place of counts today.
    pub(crate) renews: bool,
}

/// All of them, the names that this home has given, and whether the draft was looked at.
#[derive(Debug, Clone)]
pub(crate) struct Items(pub(crate) Vec<Item>, Shorts, bool);

impl Items {
    /// What was offered or agreed, without the draft: what status and notes need.
    pub(crate) fn agreed_or_offered(home: &mut Home, today: Day) -> Result<Self, Trouble> {
        let items = known(home.view().map_err(home_trouble)?, today);
        Self::named(home, items, false)
    }

    /// Everything, with the draft.
    pub(crate) fn all(home: &mut Home, today: Day) -> Result<Self, Trouble> {
        let draft = home.draft().map_err(home_trouble)?;
        let mut items = known(home.view().map_err(home_trouble)?, today);
        for drafted in doing::drafted(&draft) {
            let what = What::Item(ItemId(drafted.item.id));
            match items
                .iter_mut()
                .find(|item| item.what == what && item.draft.is_none())
            {
                Some(item) => item.draft = Some(drafted),
                None => items.push(Item {
                    what,
                    short: String::new(),
                    title: called(&drafted),
                    draft: Some(drafted),
                    offers: Vec::new(),
                    agreed: Vec::new(),
                    owned: None,
                    target: None,
                    crossed: Vec::new(),
                }),
            }
        }
        let both = crossed::all(&draft);
        for item in &mut items {
            item.crossed = crossed::of(item, &both);
        }
        let mut items = Self::named(home, items, true)?;
        // What counts first, then what is asked, then what is being written.
        items.0.sort_by_key(|item| {
            (
                item.agreed.is_empty() && item.owned.is_none(),
                item.offers.is_empty(),
                item.title.to_lowercase(),
            )
        });
        Ok(items)
    }

    fn named(home: &mut Home, mut items: Vec<Item>, drafts: bool) -> Result<Self, Trouble> {
        let things: Vec<(String, String)> = items
            .iter()
            .map(|item| (item.key(), item.title.clone()))
            .collect();
        let shorts = Shorts::of(home, &things)?;
        for item in &mut items {
            item.short = shorts.called(&item.key()).to_owned();
        }
        Ok(Self(items, shorts, drafts))
    }

    /// Those of them that are meant.
    pub(crate) fn those(&self, meant: impl Fn(&Item) -> bool) -> Self {
        let items = self.0.iter().filter(|item| meant(item)).cloned();
        Self(items.collect(), self.1.clone(), self.2)
    }

    /// What something is called, to type.
    pub(crate) fn short(&self, what: What) -> &str {
        let item = self.0.iter().find(|item| item.what == what);
        item.map_or("", |item| item.short.as_str())
    }

    /// The one item that a word means.
    pub(crate) fn one(&self, word: &str) -> Result<Item, Trouble> {
        let found = self.find(word);
        match found.as_slice() {
            [] if self.is_gone(word) => Err(what::gone(word, self.2)),
            [] => Err(what::mistyped(
                word,
                self.0
                    .iter()
                    .map(|item| (item.short.as_str(), item.title.as_str())),
            )),
            [one] => Ok((*one).clone()),
            several => Err(what::several(
                word,
                several
                    .iter()
                    .map(|item| (item.short.as_str(), item.title.as_str())),
            )),
        }
    }

    /// Whether a word was the name of something that is gone.
    pub(crate) fn is_gone(&self, word: &str) -> bool {
        self.1.is_taken(&word.trim().to_lowercase())
    }

    /// A short name means that item alone, and nothing once that item is gone; else part of a title;
    /// else the beginning of an id.
    pub(crate) fn find(&self, word: &str) -> Vec<&Item> {
        let word = word.trim().to_lowercase();
        let named: Vec<&Item> = self
            .0
            .iter()
            .filter(|item| item.short.to_lowercase() == word)
            .collect();
        if !named.is_empty() || word.is_empty() || self.1.is_taken(&word) {
            return named;
        }
        let removed = |item: &&Item| item.draft.as_ref().is_some_and(|draft| draft.removed);
        let titled: Vec<&Item> = self
            .0
            .iter()
            .filter(|item| item.title.to_lowercase().contains(&word))
            .collect();
        // What was taken out of the draft is meant only if nothing else is.
        let standing: Vec<&Item> = titled
            .iter()
            .copied()
            .filter(|item| !removed(item))
            .collect();
        if !standing.is_empty() {
            return standing;
        }
        if !titled.is_empty() {
            return titled;
        }
        if word.len() < 4 || !word.chars().all(|c| c.is_ascii_hexdigit()) {
            return Vec::new();
        }
        self.0
            .iter()
            .filter(|item| {
                what::id(item.what).starts_with(&word)
                    || item
                        .offers
                        .iter()
                        .any(|offer| offer.p.to_string().starts_with(&word))
                    || item
                        .agreed
                        .iter()
                        .any(|agreed| agreed.p.to_string().starts_with(&word))
            })
            .collect()
    }
}

/// What the view knows of, not yet named.
fn known(view: &View, today: Day) -> Vec<Item> {
    let offers = view.offers(today);
    let agreements = view.agreements(today);
    // Of a promise what was agreed before counts on the day of the yes to the new one.
    let counts = |what: What| {
        let mut both = Person::BOTH.into_iter();
        both.any(|person| {
            let held = view.held(person, today, today);
            held.iter().any(|held| held.what == what)
        })
    };
    let mut owned = Owned::all(view);
    let items = view.names(today).into_iter().map(|named| {
        let offers: Vec<Offered> = offers
            .iter()
            .filter(|offer| named.what == What::Item(offer.item))
            .map(|offer| Offered {
                p: offer.p,
                author: offer.author,
                content: offer.content.clone(),
                until: offer.until,
                replaces: offer.replaces.to_vec(),
                lapsed: offer.lapsed,
            })
            .collect();
        let agreed: Vec<Agreed> = agreements
            .iter()
            .filter(|agreement| named.what == What::Item(agreement.item))
            .map(|agreement| Agreed {
                p: agreement.p,
                content: agreement.content.clone(),
                state: agreement.state,
                begins: agreement.begins,
                until: agreement.until,
                let_go: agreement.let_go,
                renews: matches!(agreement.state, State::Begins(_)) && counts(named.what),
            })
            .collect();
        Item {
            what: named.what,
            short: String::new(),
            title: named.title.to_owned(),
            draft: None,
            target: agreed
                .first()
                .map(|one| one.p)
                .or_else(|| offers.first().map(|one| one.p)),
            offers,
            agreed,
            owned: owned.remove(&named.what),
            crossed: Vec::new(),
        }
    });
    items.collect()
}

impl Item {
    /// Under which this home remembers its name.
    pub(crate) fn key(&self) -> String {
        match self.draft.as_ref().map_or(0, |draft| draft.item.twin) {
            0 => what::id(self.what),
            twin => format!("{}/{twin}", what::id(self.what)),
        }
    }

    /// The item's id, for an edit of the draft.
    pub(crate) fn in_draft(&self, names: &Names) -> Result<ItemRef, Trouble> {
        if let Some(trouble) = owned::not_so(self, names) {
            return Err(trouble);
        }
        self.draft.as_ref().map(|draft| draft.item).ok_or_else(|| {
            Trouble::refused("no-draft", "The draft does not hold this any more.")
                .hint("Write it anew: handfast promise \"TITLE\"")
        })
    }
}

/// The words of a drafted item, as they would be signed.
pub(crate) fn content(draft: &DraftItem) -> Result<Content, Trouble> {
    let content = draft.to_content().map_err(|why| match why {
        NotReady::Conflict(fields) => {
            let field = fields.first().copied().unwrap_or(Field::Type);
            let option = field_name(field);
            let values = both(draft, field);
            Trouble::refused(
                "two-values",
                format!("Two different values were set at once for \"{option}\": {values}."),
            )
            .hint(format!(
                "Set the one you mean: handfast edit WHAT --{option} VALUE"
            ))
        }
        NotReady::Field(_) | NotReady::Removed | NotReady::Words(_) => Trouble::refused(
            "draft",
            format!("This draft cannot be offered: {}.", causes(&why)),
        )
        .hint("To change it: handfast edit WHAT"),
    })?;
    if let Some(Err(why)) = WhenThen::of(&content).map(|plan| plan.ready()) {
        return Err(
            Trouble::refused("draft", format!("This draft cannot be offered: {why}."))
                .hint("To change it, part by part: handfast when-then change WHAT"),
        );
    }
    Ok(content)
}

/// As `content`, for showing: where two values were set at once, the first.
pub(crate) fn shown_content(draft: &DraftItem) -> Content {
    let ty = draft
        .ty
        .value
        .and_then(ItemType::from_number)
        .unwrap_or(ItemType::Promise);
    let who = draft
        .who
        .value
        .and_then(Who::from_number)
        .unwrap_or(Who::Both);
    let mut content = Content::new(ty, who, &one_line(&draft.title), &draft.text);
    content.rule = draft
        .rule
        .value
        .as_deref()
        .and_then(|rule| Rule::parse(rule).ok());
    content.by = draft.by.value.and_then(|minute| u16::try_from(minute).ok());
    content.from = draft
        .from
        .value
        .and_then(|day| u32::try_from(day).ok())
        .map(Day);
    content.for_ = draft
        .for_
        .value
        .as_deref()
        .and_then(|need| <[u8; 32]>::try_from(need).ok())
        .map(Hash);
    content.parts = draft
        .parts
        .iter()
        .map(|part| Part {
            key: part.signed_key(),
            text: part.text.clone(),
        })
        .collect();
    content
}

/// What a draft is called: its title, or what it is where it has none.
fn called(draft: &DraftItem) -> String {
    shown_content(draft).called().to_owned()
}

fn one_line(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The option of `edit` that sets a field.
pub(crate) fn field_name(field: Field) -> &'static str {
    match field {
        Field::Type => "type",
        Field::Who => "who",
        Field::Rule => "every",
        Field::By => "by",
        Field::From => "from",
        Field::For => "for",
    }
}

/// Both values of a field, in words.
pub(crate) fn both(draft: &DraftItem, field: Field) -> String {
    fn said<T>(choice: &Choice<T>, word: impl Fn(&T) -> String) -> String {
        choice
            .value
            .iter()
            .chain(&choice.others)
            .map(word)
            .collect::<Vec<_>>()
            .join(" and ")
    }
    match field {
        Field::Type | Field::For => "two different things".into(),
        Field::Who => said(&draft.who, |who| match Who::from_number(*who) {
            Some(Who::Both) => "both".into(),
            _ => "one of you".into(),
        }),
        Field::Rule => said(&draft.rule, |rule| {
            Rule::parse(rule).map_or_else(|_| render::title(rule, 30), |rule| rule.in_words())
        }),
        Field::By => said(&draft.by, |minute| {
            u16::try_from(*minute).map_or_else(|_| String::new(), pact::calendar::time)
        }),
        Field::From => said(&draft.from, |day| {
            u32::try_from(*day).map_or_else(|_| String::new(), |day| pact::calendar::name(Day(day)))
        }),
    }
}
