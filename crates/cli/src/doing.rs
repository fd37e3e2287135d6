//! What every verb that signs does at its end: signs one entry and says what that means.

use identity::{Day, Hash};
use node::home::Said;
use node::{Home, HomeError};
use pact::ItemId;
use pact::{Act, Body, Content, What};
use replica::draft::{Change, ChangeError, Choice, Draft, DraftItem, Field, ItemRef, Scalar};
use serde_json::{Value, json};

use crate::desk::{Desk, not_now};
use crate::names::Names;
use crate::screens::leaf::{self, Leaf};
use crate::trouble::{Trouble, home_trouble};

/// Signs one entry about an item, or about nothing.
pub(crate) fn sign(home: &mut Home, body: Body, what: Option<What>) -> Result<Hash, Trouble> {
    sign_as(home, body, what, false)
}

/// Signs one entry after its short page has stood there.
///
/// A line typed whole is itself the wish: the page stands above the signature, and `undo` is named.
/// The page waits for a yes where that is not so: where something was asked on the way (a menu, the
/// tray, words typed at a prompt), where there is something to look at twice, where it ends an
/// agreement, and where there is no undo. See docs/wording.md.
pub(crate) fn sign_shown(
    desk: &mut Desk,
    home: &mut Home,
    names: &Names,
    leaf: &Leaf<'_>,
    body: Body,
    what: Option<What>,
) -> Result<Hash, Trouble> {
    valid(&body)?;
    let no_way_back = home.grace_ms() == 0 && !leaf.at_once;
    let asks = desk.ask.answered() || leaf.remark.is_some() || leaf.ends || no_way_back;
    desk.at_once = !asks;
    let page = leaf::page(leaf, names, asks);
    if asks {
        desk.out.page(&page);
        desk.out.page("[Enter] not now    [s] sign\n");
        if desk.ask.choose(&["s"]) != Some("s") {
            return Err(not_now());
        }
    } else {
        desk.out.talk(&page);
    }
    sign(home, body, what)
}

/// Whether it can be signed, told in plain words.
pub(crate) fn valid(body: &Body) -> Result<(), Trouble> {
    body.validate().map_err(|error| {
        Trouble::refused("text", format!("That cannot be signed: {error}."))
            .hint("Say it shorter, or in other words. A note is a fact in a line or two.")
    })
}

/// As `sign`, of what was done on an earlier day and waited for its person.
pub(crate) fn sign_on(home: &mut Home, body: Body, day: Option<Day>) -> Result<Hash, Trouble> {
    valid(&body)?;
    let said = Said {
        day,
        ..Said::default()
    };
    Ok(home
        .act(&Act::new(body), said)
        .map_err(home_trouble)?
        .hash())
}

/// As `sign`; marked if a script does it.
pub(crate) fn sign_as(
    home: &mut Home,
    body: Body,
    what: Option<What>,
    unattended: bool,
) -> Result<Hash, Trouble> {
    valid(&body)?;
    let said = Said {
        about: what.map(about),
        unattended,
        ..Said::default()
    };
    Ok(home
        .act(&Act::new(body), said)
        .map_err(home_trouble)?
        .hash())
}

/// How a record names what it is about.
pub(crate) fn about(what: What) -> Vec<u8> {
    match what {
        What::Item(item) => item.0.to_vec(),
        What::Owned(hash) => hash.0.to_vec(),
    }
}

/// Says that it is done: what, that it is signed, how long it can be taken back, and when it goes.
/// Where nothing was asked the way back stands right under the page.
pub(crate) fn signed(desk: &Desk, home: &Home, said: &str, kind: &str, mut fields: Value) {
    let undo = match seconds(home) {
        0 => "Signed: it stays. There is no undo now.".to_owned(),
        grace => format!(
            "Signed: it stays. For {} you can take it back: handfast undo",
            span(grace)
        ),
    };
    let (first, then) = if desk.at_once {
        (undo.as_str(), said)
    } else {
        (said, undo.as_str())
    };
    let lines = [first, then, goes(home)];
    let lines = lines.iter().filter(|line| !line.is_empty());
    desk.out
        .talk(&lines.copied().collect::<Vec<_>>().join("\n"));
    if let Value::Object(map) = &mut fields {
        map.insert("changed".into(), json!(true));
    }
    desk.out.document(kind, fields);
}

/// Before something is signed that has no page of its own, while its person has space: when the
/// other reads it, and that it can be taken back until then.
pub(crate) fn in_space(desk: &Desk, home: &Home) {
    if crate::spaces::taken(home.places()).is_none() {
        return;
    }
    let undo = match home.grace_ms() / 1000 {
        0 => String::new(),
        grace => format!(", and for {} handfast undo takes it back", span(grace)),
    };
    let said = format!("What is signed goes to the other once your space has ended{undo}.");
    desk.out.talk(crate::render::wrap(&said).trim_end());
}

/// For how long the last step here can be taken back.
fn seconds(home: &Home) -> u64 {
    home.last_grace().map_or(0, |grace| grace.as_secs())
}

/// When what was just signed reaches the other. Whether somebody is there now is never told; of the
/// other's space only what was announced to this person.
pub(crate) fn goes(home: &Home) -> &'static str {
    if crate::spaces::taken(home.places()).is_some() {
        return "It goes when your devices meet, once your space has ended.";
    }
    if home.other_has_space() {
        return "It goes when your devices meet, once the space has ended.";
    }
    goes_now(home)
}

/// The same where space holds nothing back.
pub(crate) fn goes_now(home: &Home) -> &'static str {
    // No grace although the setting names one: `serve --live` runs here.
    if home.grace_ms() == 0 && home.settings().grace_s > 0 && home.last_grace().is_none() {
        "While handfast serve --live runs for both of you, it goes at once."
    } else {
        "It goes when your devices meet: handfast sync"
    }
}

/// The items of the draft; the vision and the questions among them, once somebody wrote them.
pub(crate) fn draft(home: &mut Home) -> Result<Vec<DraftItem>, Trouble> {
    Ok(drafted(&home.draft().map_err(home_trouble)?))
}

/// The same of a draft that is open.
pub(crate) fn drafted(draft: &Draft) -> Vec<DraftItem> {
    let mut items = draft.items();
    // Only a modified program makes an item under their names.
    items.retain(|item| single(item.item).is_none());
    let of_both = singles(draft)
        .into_iter()
        .filter(|item| !item.text.is_empty() || !item.parts.is_empty());
    items.extend(of_both);
    items
}

/// Of these there is one each: in the document they have a place of their own.
fn single(item: ItemRef) -> Option<ItemId> {
    [ItemId::VISION, ItemId::QUESTIONS]
        .into_iter()
        .find(|single| single.0 == item.id)
}

fn singles(draft: &Draft) -> [DraftItem; 2] {
    let questions = draft.questions();
    let item = |id: ItemId, ty: pact::ItemType| DraftItem {
        item: ItemRef::from(id.0),
        ty: one(Some(ty.number())),
        title: String::new(),
        text: String::new(),
        who: one(Some(pact::Who::Both.number())),
        rule: one(None),
        by: one(None),
        from: one(None),
        for_: one(None),
        removed: false,
        parts: Vec::new(),
    };
    [
        DraftItem {
            text: draft.vision(),
            ..item(ItemId::VISION, pact::ItemType::Vision)
        },
        DraftItem {
            rule: questions.rule,
            parts: questions.parts,
            ..item(ItemId::QUESTIONS, pact::ItemType::Questions)
        },
    ]
}

const fn one<T>(value: Option<T>) -> Choice<T> {
    Choice {
        value,
        others: Vec::new(),
    }
}

/// A change of the vision or of the questions, as the document knows it; others as they are.
fn placed(change: &Change) -> Result<Change, Trouble> {
    let refused = || {
        Trouble::refused("draft", "The vision and the questions have no such thing.")
            .hint("The vision: handfast vision \"TEXT\"\nThe questions: handfast questions")
    };
    let named = match change {
        Change::Title(item, _)
        | Change::Text(item, _)
        | Change::Field(item, ..)
        | Change::Part(item, ..)
        | Change::Remove(item)
        | Change::Restore(item) => single(*item),
        Change::New { .. }
        | Change::Vision(_)
        | Change::QuestionsRule(_)
        | Change::Question(..) => None,
    };
    let Some(named) = named else {
        return Ok(change.clone());
    };
    let vision = named == ItemId::VISION;
    if let (Change::Text(_, text), true) = (change, vision) {
        Ok(Change::Vision(text.clone()))
    } else if let (Change::Remove(_), true) = (change, vision) {
        Ok(Change::Vision(String::new()))
    } else if let (Change::Field(_, Field::Rule, None), false) = (change, vision) {
        Ok(Change::QuestionsRule(None))
    } else if let (Change::Field(_, Field::Rule, Some(Scalar::Text(rule))), false) =
        (change, vision)
    {
        Ok(Change::QuestionsRule(Some(rule.clone())))
    } else if let (Change::Part(_, key, order, text), false) = (change, vision) {
        Ok(Change::Question(*key, *order, text.clone()))
    } else {
        Err(refused())
    }
}

/// Changes the draft; false if it says that already.
pub(crate) fn edit(home: &mut Home, changes: &[Change]) -> Result<bool, Trouble> {
    let changes: Vec<Change> = changes.iter().map(placed).collect::<Result<_, _>>()?;
    match home.edit(&changes) {
        Ok(records) => Ok(!records.is_empty()),
        Err(HomeError::Draft(ChangeError::Nothing)) => Ok(false),
        Err(HomeError::Draft(error)) => Err(Trouble::refused(
            "draft",
            format!("The draft cannot be changed so: {error}."),
        )
        .hint("See it: handfast plan --draft")),
        Err(error) => Err(home_trouble(error)),
    }
}

/// "two minutes", "45 seconds".
pub(crate) fn span(seconds: u64) -> String {
    match seconds {
        60 => "a minute".into(),
        120 => "two minutes".into(),
        s if s % 60 == 0 => format!("{} minutes", s / 60),
        s => format!("{s} seconds"),
    }
}

/// What a type of item is called, in JSON.
pub(crate) const fn kind(ty: pact::ItemType) -> &'static str {
    match ty {
        pact::ItemType::Promise => "promise",
        pact::ItemType::WhenThen => "when-then",
        pact::ItemType::Vision => "vision",
        pact::ItemType::Questions => "questions",
        pact::ItemType::Boundary => "boundary",
        pact::ItemType::Need => "need",
        pact::ItemType::AboutMe => "about-me",
    }
}

/// The words of an item in JSON.
pub(crate) fn content_json(content: &Content, names: &Names) -> Value {
    json!({
        "title": content.called(),
        "text": content.text,
        "who": match content.who {
            pact::Who::Both => "both",
            pact::Who::Only(person) => names.name(person),
        },
        "every": content.rule.as_ref().map(ToString::to_string),
        "by": content.by.map(pact::calendar::time),
        "from": content.from.map(pact::calendar::iso),
        "try": content.try_,
        "kind": kind(content.ty),
        "parts": content.parts.iter().map(|part| json!({ "key": part.key, "text": part.text })).collect::<Vec<_>>(),
    })
}
