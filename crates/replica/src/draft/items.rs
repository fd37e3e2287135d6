//! Reads the document: what the draft says now, and where two values were set at once.

use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};

use super::Draft;
use super::change::Field;
use super::engine::id_from;
use super::schema::Name;

/// Names an item. Two devices can make an item with one id only on purpose; then both are shown,
/// told apart by `twin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemRef {
    /// Its id.
    pub id: [u8; 16],
    /// 0 unless several items have this id.
    pub twin: u32,
}

impl From<[u8; 16]> for ItemRef {
    fn from(id: [u8; 16]) -> Self {
        Self { id, twin: 0 }
    }
}

/// A value, and others that were set at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<T> {
    /// The value that is shown first.
    pub value: Option<T>,
    /// Different values set at the same time.
    pub others: Vec<T>,
}

impl<T> Choice<T> {
    /// Whether somebody has to choose.
    #[must_use]
    pub const fn is_conflicted(&self) -> bool {
        !self.others.is_empty()
    }
}

/// An item of the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftItem {
    /// Its name.
    pub item: ItemRef,
    /// What kind of item.
    pub ty: Choice<u64>,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Whom it binds.
    pub who: Choice<u64>,
    /// When it is due.
    pub rule: Choice<String>,
    /// By what minute of the day.
    pub by: Choice<u64>,
    /// The first day on which it can be due.
    pub from: Choice<u64>,
    /// The need that it answers.
    pub for_: Choice<Vec<u8>>,
    /// Whether it is off the plan: so too if one took it off while the other restored it.
    pub removed: bool,
    /// Its parts, in their order.
    pub parts: Vec<DraftPart>,
}

impl DraftItem {
    /// The fields in which two values were set at once. While there are any, it cannot be offered.
    #[must_use]
    pub fn conflicts(&self) -> Vec<Field> {
        let conflicted = |field: &Field| match field {
            Field::Type => self.ty.is_conflicted(),
            Field::Who => self.who.is_conflicted(),
            Field::Rule => self.rule.is_conflicted(),
            Field::By => self.by.is_conflicted(),
            Field::From => self.from.is_conflicted(),
            Field::For => self.for_.is_conflicted(),
        };
        Field::ALL.into_iter().filter(conflicted).collect()
    }
}

/// A part of an item, or a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftPart {
    /// Its id.
    pub key: [u8; 16],
    /// Its place.
    pub order: u64,
    /// Its text.
    pub text: String,
}

/// The questions of the check-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Questions {
    /// When the check-in is.
    pub rule: Choice<String>,
    /// The questions, in their order.
    pub parts: Vec<DraftPart>,
}

impl Draft {
    /// All items, the removed ones too, by their ids.
    #[must_use]
    pub fn items(&self) -> Vec<DraftItem> {
        let Some(items) = object(&self.doc, &ROOT, "items") else {
            return Vec::new();
        };
        let ids = self
            .doc
            .keys(&items)
            .filter_map(|key| id_from(&key).map(|id| (key, id)));
        ids.flat_map(|(key, id)| {
            let twins = objects(&self.doc, &items, &key, ObjType::Map)
                .into_iter()
                .zip(0_u32..);
            twins.map(move |(item, twin)| (item, ItemRef { id, twin }))
        })
        .map(|(object, item)| read_item(&self.doc, &object, item))
        .collect()
    }

    /// One item.
    #[must_use]
    pub fn item(&self, item: ItemRef) -> Option<DraftItem> {
        let items = object(&self.doc, &ROOT, "items")?;
        let object = objects(
            &self.doc,
            &items,
            &super::engine::hex(&item.id),
            ObjType::Map,
        )
        .into_iter()
        .nth(item.twin as usize)?;
        Some(read_item(&self.doc, &object, item))
    }

    /// The vision.
    #[must_use]
    pub fn vision(&self) -> String {
        object(&self.doc, &ROOT, "vision")
            .map(|vision| read_text(&self.doc, &vision, Name::Text))
            .unwrap_or_default()
    }

    /// The questions of the check-in.
    #[must_use]
    pub fn questions(&self) -> Questions {
        match object(&self.doc, &ROOT, "questions") {
            Some(questions) => Questions {
                rule: choice(&self.doc, &questions, Name::Rule, text),
                parts: read_parts(&self.doc, &questions),
            },
            None => Questions {
                rule: Choice {
                    value: None,
                    others: Vec::new(),
                },
                parts: Vec::new(),
            },
        }
    }
}

fn read_item(doc: &Automerge, of: &ObjId, item: ItemRef) -> DraftItem {
    let removed = choice(doc, of, Name::Removed, boolean);
    DraftItem {
        item,
        ty: choice(doc, of, Name::Type, uint),
        title: read_text(doc, of, Name::Title),
        text: read_text(doc, of, Name::Text),
        who: choice(doc, of, Name::Who, uint),
        rule: choice(doc, of, Name::Rule, text),
        by: choice(doc, of, Name::By, uint),
        from: choice(doc, of, Name::From, uint),
        for_: choice(doc, of, Name::For, bytes),
        removed: removed
            .value
            .into_iter()
            .chain(removed.others)
            .any(|removed| removed),
        parts: read_parts(doc, of),
    }
}

fn read_parts(doc: &Automerge, of: &ObjId) -> Vec<DraftPart> {
    let Some(parts) = object(doc, of, Name::Parts.as_str()) else {
        return Vec::new();
    };
    let keys = doc
        .keys(&parts)
        .filter_map(|name| id_from(&name).map(|key| (name, key)));
    let mut list: Vec<DraftPart> = keys
        .flat_map(|(name, key)| {
            let twins = objects(doc, &parts, &name, ObjType::Map).into_iter();
            twins.map(move |part| DraftPart {
                key,
                order: choice(doc, &part, Name::Order, uint)
                    .value
                    .unwrap_or(u64::MAX),
                text: read_text(doc, &part, Name::Text),
            })
        })
        .filter(|part| !part.text.is_empty())
        .collect();
    list.sort_by_key(|part| (part.order, part.key));
    list
}

/// The text at a key. Were it made twice at once, nothing of either is hidden.
fn read_text(doc: &Automerge, of: &ObjId, name: Name) -> String {
    let texts = objects(doc, of, name.as_str(), ObjType::Text)
        .into_iter()
        .rev();
    let mut texts: Vec<String> = texts.filter_map(|text| doc.text(&text).ok()).collect();
    texts.retain(|text| !text.is_empty());
    texts.dedup();
    texts.join("\n")
}

fn choice<T: PartialEq>(
    doc: &Automerge,
    of: &ObjId,
    name: Name,
    read: impl Fn(&ScalarValue) -> Option<T>,
) -> Choice<T> {
    let all = doc.get_all(of, name.as_str()).unwrap_or_default();
    // Automerge gives the value that wins last.
    let mut values: Vec<T> = Vec::new();
    for (value, _) in all.iter().rev() {
        if let Some(value) = value.as_scalar().and_then(&read)
            && !values.contains(&value)
        {
            values.push(value);
        }
    }
    let mut values = values.into_iter();
    Choice {
        value: values.next(),
        others: values.collect(),
    }
}

fn uint(value: &ScalarValue) -> Option<u64> {
    value.as_u64()
}

fn text(value: &ScalarValue) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn boolean(value: &ScalarValue) -> Option<bool> {
    value.as_bool()
}

fn bytes(value: &ScalarValue) -> Option<Vec<u8>> {
    if let ScalarValue::Bytes(bytes) = value {
        Some(bytes.clone())
    } else {
        None
    }
}

/// The object at a key: of several, the one that wins.
pub(super) fn object(doc: &impl ReadDoc, of: &ObjId, key: &str) -> Option<ObjId> {
    match doc.get(of, key).ok()?? {
        (Value::Object(ObjType::Map | ObjType::Text), object) => Some(object),
        _ => None,
    }
}

/// All objects of a kind at a key, in the order of the ops that made them: the last one wins.
pub(super) fn objects(doc: &impl ReadDoc, of: &ObjId, key: &str, kind: ObjType) -> Vec<ObjId> {
    let all = doc.get_all(of, key).unwrap_or_default();
    all.into_iter()
        .filter(|(value, _)| *value == Value::Object(kind))
        .map(|(_, object)| object)
        .collect()
}
