//! Where both persons changed the same words without knowing of each other, so that the draft now
//! says what neither of them wrote.
//!
//! A function of the edits alone: both replicas find the same. It is over as soon as somebody who
//! had seen both sides changes the item again.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, ChangeHash, ObjId, ObjType, ROOT, ReadDoc};
use identity::Person;

use super::Draft;
use super::engine::hex;
use super::items::{ItemRef, objects};
use super::model::{EditIx, OpRef};
use super::ops::Key;
use super::schema::{ITEMS, Name, QUESTIONS, VISION};

/// So many are told at most; a flood of them tells nobody anything.
const MOST: usize = 32;

/// Words that both changed at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossed {
    /// What they belong to.
    pub of: Whose,
    /// Which words.
    pub spot: Spot,
    /// What each person's own version said, A first.
    pub was: [String; 2],
    /// What the draft says now.
    pub now: String,
}

/// What words of the draft belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// An item.
    Item(ItemRef),
    /// The vision.
    Vision,
    /// The questions of the check-in.
    Questions,
}

/// Which words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// The title.
    Title,
    /// The text.
    Text,
    /// A part, by its key.
    Part([u8; 16]),
}

/// What belongs together: the edits that touched it, and its texts.
#[derive(Default)]
struct Group {
    edits: BTreeSet<EditIx>,
    texts: Vec<(Spot, BTreeSet<EditIx>)>,
}

impl Draft {
    /// All words that both changed at once and nobody has changed since.
    #[must_use]
    pub fn crossed(&self) -> Vec<Crossed> {
        let mut crossed = Vec::new();
        for (of, group) in self.groups() {
            let heads = self.heads_of(&group.edits);
            for (spot, edits) in &group.texts {
                let found = self.both_sides(&heads, edits);
                let told = found.and_then(|(a, b)| self.told(of, *spot, a, b));
                crossed.extend(told);
                if crossed.len() >= MOST {
                    return crossed;
                }
            }
        }
        crossed
    }

    fn groups(&self) -> BTreeMap<Whose, Group> {
        let (touched, places) = (self.model.touched(), self.model.places());
        let mut groups: BTreeMap<Whose, Group> = BTreeMap::new();
        for (object, edits) in touched {
            let Some(of) = owner(object, &places) else {
                continue;
            };
            let edits = edits.into_iter().filter(|edit| self.applied.contains(edit));
            let edits: BTreeSet<EditIx> = edits.collect();
            let group = groups.entry(of).or_default();
            group.edits.extend(&edits);
            if let Some(spot) = spot(object, &places) {
                group.texts.push((spot, edits));
            }
        }
        groups
    }

    /// The edits that no other one of these builds upon.
    fn heads_of(&self, edits: &BTreeSet<EditIx>) -> Vec<EditIx> {
        let mut heads: Vec<EditIx> = Vec::new();
        // What builds upon an edit was accepted after it.
        for edit in edits.iter().rev() {
            let is_under = |head: &EditIx| self.model.builds_upon(*head, *edit);
            if !heads.iter().any(is_under) {
                heads.push(*edit);
            }
        }
        heads
    }

    /// Of two heads, one of each person, under each of which its person changed the text and the
    /// other does not know of it.
    fn both_sides(&self, heads: &[EditIx], edits: &BTreeSet<EditIx>) -> Option<(EditIx, EditIx)> {
        let person = |edit: &EditIx| self.entry(*edit).map(|entry| entry.record.person);
        let of = |who: Person| heads.iter().filter(move |head| person(head) == Some(who));
        let alone = |who: Person, here: EditIx, there: EditIx| {
            edits.iter().any(|edit| {
                person(edit) == Some(who)
                    && self.model.builds_upon(here, *edit)
                    && !self.model.builds_upon(there, *edit)
            })
        };
        for a in of(Person::A) {
            for b in of(Person::B) {
                if alone(Person::A, *a, *b) && alone(Person::B, *b, *a) {
                    return Some((*a, *b));
                }
            }
        }
        None
    }

    /// The words of both sides and what came of them; none if that is what one of them wrote.
    fn told(&self, of: Whose, spot: Spot, a: EditIx, b: EditIx) -> Option<Crossed> {
        let text = text_object(&self.doc, of, spot)?;
        let at = |edit: EditIx| -> Option<String> {
            let heads: Vec<ChangeHash> = self.change_hashes(&[edit])?;
            self.doc.text_at(&text, &heads).ok()
        };
        let was = [at(a)?, at(b)?];
        let now = self.doc.text(&text).ok()?;
        (!was.contains(&now)).then_some(Crossed { of, spot, was, now })
    }
}

type Places = BTreeMap<OpRef, (OpRef, Key)>;

const fn skeleton(number: u64) -> OpRef {
    OpRef {
        edit: EditIx(0),
        at: (number - 1) as u32,
    }
}

/// What an object hangs under.
fn owner(object: OpRef, places: &Places) -> Option<Whose> {
    let mut here = object;
    loop {
        if here == skeleton(VISION) {
            return Some(Whose::Vision);
        }
        if here == skeleton(QUESTIONS) {
            return Some(Whose::Questions);
        }
        let (parent, key) = places.get(&here)?;
        if let (true, Key::Id(id)) = (*parent == skeleton(ITEMS), key) {
            return Some(Whose::Item(ItemRef { id: *id, twin: 0 }));
        }
        here = *parent;
    }
}

/// Which text an object is, if it is one.
fn spot(object: OpRef, places: &Places) -> Option<Spot> {
    let (parent, key) = places.get(&object)?;
    match key {
        Key::Name(Name::Title) => Some(Spot::Title),
        Key::Name(Name::Text) => match places.get(parent) {
            // The parent of a part's text is the part, which hangs under its id in `parts`.
            Some((above, Key::Id(key))) if *above != skeleton(ITEMS) => Some(Spot::Part(*key)),
            _ => Some(Spot::Text),
        },
        Key::Name(_) | Key::Id(_) => None,
    }
}

/// The text in the document. Where something was made twice under one key, nothing is told.
fn text_object(doc: &Automerge, of: Whose, spot: Spot) -> Option<ObjId> {
    let one = |of: &ObjId, key: &str, kind: ObjType| -> Option<ObjId> {
        let mut all = objects(doc, of, key, kind);
        let object = all.pop()?;
        all.is_empty().then_some(object)
    };
    let map = |of: &ObjId, key: &str| one(of, key, ObjType::Map);
    let whole = match of {
        Whose::Item(item) => map(&map(&ROOT, "items")?, &hex(&item.id))?,
        Whose::Vision => map(&ROOT, "vision")?,
        Whose::Questions => map(&ROOT, "questions")?,
    };
    match spot {
        Spot::Title => one(&whole, Name::Title.as_str(), ObjType::Text),
        Spot::Text => one(&whole, Name::Text.as_str(), ObjType::Text),
        Spot::Part(key) => {
            let part = map(&map(&whole, Name::Parts.as_str())?, &hex(&key))?;
            one(&part, Name::Text.as_str(), ObjType::Text)
        }
    }
}
