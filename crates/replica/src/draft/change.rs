//! Writes what a person changes as the body of a new edit.
//!
//! The change is made through Automerge's ordinary API on a copy of the document, taken apart into
//! our list of ops, judged by the same gate that judges a peer's, and built again: only if that
//! gives the same bytes is there something to sign.

use std::collections::BTreeMap;

use automerge::transaction::{Transactable, Transaction};
use automerge::{ActorId, Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use identity::{Hash, Head, LogId};
use pact::text::clean;

use super::engine::{self, hex};
use super::items::{self, ItemRef};
use super::model::{Closure, EditIx};
use super::ops::{Edit, MAX_DEPS};
use super::record::{Rule, Standing, Verdict};
use super::schema::{MAX_BYTES, MAX_TEXT, Name};
use super::splice::splices;
use super::{Draft, gate};

/// How many ops one edit of ours holds at the most; E0 would allow 4,096.
const OPS: usize = 3_000;
/// How long a body of ours is at the most, so that header, marks and signature fit into a record.
const BODY: usize = 10_000;

/// The device that writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Its log.
    pub log: LogId,
    /// Its signing key, which is its Automerge actor.
    pub actor: [u8; 32],
    /// What its log will have marked of the others with the record that is to be written. It can
    /// build upon nothing else (E3).
    pub marks: BTreeMap<LogId, Head>,
}

/// A field of an item that holds one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The kind of item.
    Type,
    /// Whom it binds.
    Who,
    /// When it is due.
    Rule,
    /// By what minute of the day.
    By,
    /// The first day on which it can be due.
    From,
    /// The need that it answers.
    For,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Type,
        Self::Who,
        Self::Rule,
        Self::By,
        Self::From,
        Self::For,
    ];

    const fn name(self) -> Name {
        match self {
            Self::Type => Name::Type,
            Self::Who => Name::Who,
            Self::Rule => Name::Rule,
            Self::By => Name::By,
            Self::From => Name::From,
            Self::For => Name::For,
        }
    }
}

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// A number, for type, who, by and from.
    Uint(u64),
    /// A text, for the rule.
    Text(String),
    /// An id, for the need.
    Bytes(Vec<u8>),
}

/// What a person changes. Each says how things shall be afterwards, so saying it twice does no harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new item; on an id that exists, its fields and texts are brought to these.
    New {
        /// 16 random bytes.
        id: [u8; 16],
        /// Its title.
        title: String,
        /// Its text.
        text: String,
        /// Its fields.
        fields: Vec<(Field, Scalar)>,
        /// Its parts, in order.
        parts: Vec<([u8; 16], String)>,
    },
    /// The title.
    Title(ItemRef, String),
    /// The text.
    Text(ItemRef, String),
    /// A field; `None` clears it. Of several values set at once, the one given stays.
    Field(ItemRef, Field, Option<Scalar>),
    /// A part of an item: made if it is not there. An empty text takes it off the screen.
    Part(ItemRef, [u8; 16], u64, String),
    /// The item is taken off the plan.
    Remove(ItemRef),
    /// The item is on the plan again.
    Restore(ItemRef),
    /// The vision.
    Vision(String),
    /// When the check-in is.
    QuestionsRule(Option<String>),
    /// A question: made if it is not there. An empty text takes it off the screen.
    Question([u8; 16], u64, String),
}

/// The body of a new edit, ready to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEdit {
    /// The body of a record of kind 1.
    pub body: Vec<u8>,
    /// It did not hold everything. Sign it, fold it, and ask for the same changes again.
    pub more: bool,
}

/// Why there is no edit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// Everything is already as it shall be.
    #[error("nothing would change")]
    Nothing,
    /// There is no such item.
    #[error("no such item in the draft")]
    NoSuchItem,
    /// A value that the field does not take, or a value that is too long.
    #[error("the value does not fit the field")]
    Value,
    /// This device's own last edit is not part of the draft, so nothing can be built upon it.
    #[error("this device's own edits are not all in the draft")]
    OwnEditOut(Standing),
    /// The gate would refuse it: this log has used up its room, or a fault of this program.
    #[error("the gate would refuse the edit")]
    Refused(Rule),
    /// The engine failed, or what it made is not what would be read from the edit.
    #[error("the draft's engine failed")]
    Engine,
}

impl Draft {
    /// Makes the edit that brings about some changes, to be signed by that device. `redo` names
    /// the record of which this is the re-authoring.
    ///
    /// # Errors
    /// If there is nothing to change, no such item, or no room.
    pub fn change(
        &self,
        author: &Author,
        changes: &[Change],
        redo: Option<Hash>,
    ) -> Result<NewEdit, ChangeError> {
        let previous = self.own_last(author)?;
        let base = self.base(author, previous)?;
        let mut room = OPS;
        loop {
            let edit = self.attempt(author, changes, redo, previous, &base, room)?;
            if edit.body.len() <= BODY {
                return Ok(edit);
            }
            room /= 2;
            if room < 16 {
                return Err(ChangeError::Value);
            }
        }
    }

    /// This device's last edit, which the new one must build upon.
    fn own_last(&self, author: &Author) -> Result<Option<EditIx>, ChangeError> {
        let own = self
            .entries
            .iter()
            .filter(|entry| entry.record.log == author.log);
        let Some(last) = own.max_by_key(|entry| entry.record.seq) else {
            return Ok(None);
        };
        match (&last.place, last.verdict) {
            (Some(place), Verdict::Accepted) if self.applied.contains(&place.ix) => {
                Ok(Some(place.ix))
            }
            _ => Err(ChangeError::OwnEditOut(self.standing(last))),
        }
    }

    /// What the new edit builds upon: the document's last edits, the author's own, and for a first
    /// edit the genesis. Where its log's marks do not reach, or where there are more than E0
    /// allows, it is a document of less.
    fn base(&self, author: &Author, previous: Option<EditIx>) -> Result<Base, ChangeError> {
        let needed = previous.unwrap_or(EditIx(0));
        let mut closure = Closure::default();
        if !self.model.join(&mut closure, needed) {
            return Err(ChangeError::Engine);
        }
        let mut deps = vec![needed];
        // From the newest on, so that what lies under another is passed over.
        for edit in self.applied.iter().rev() {
            if deps.len() == MAX_DEPS
                || self.model.within(&closure, *edit)
                || !self.covered(author, *edit)
            {
                continue;
            }
            if !self.model.join(&mut closure, *edit) {
                return Err(ChangeError::Engine);
            }
            deps.push(*edit);
        }
        let whole = self
            .applied
            .iter()
            .all(|edit| self.model.within(&closure, *edit));
        let doc = if whole {
            self.doc.clone()
        } else {
            self.document_of(&closure).ok_or(ChangeError::Engine)?
        };
        // The author's own last edit may lie under another; it is named all the same.
        Ok(Base { doc, deps })
    }

    /// Whether the author's marks cover an edit (E3).
    fn covered(&self, author: &Author, edit: EditIx) -> bool {
        let Some(record) = self.entry(edit).map(|entry| &entry.record) else {
            return false;
        };
        author.marks.get(&record.log).is_some_and(|mark| {
            self.held.covers(record.log, mark, record.seq, record.hash) == Some(true)
        })
    }

    /// A document of what a closure holds.
    fn document_of(&self, closure: &Closure) -> Option<Automerge> {
        let within = self
            .applied
            .iter()
            .filter(|edit| self.model.within(closure, **edit));
        let changes: Option<Vec<_>> = within.map(|edit| self.built_change(*edit)).collect();
        engine::trial(&engine::empty_document(&self.genesis)?, &changes?)
    }

    fn attempt(
        &self,
        author: &Author,
        changes: &[Change],
        redo: Option<Hash>,
        previous: Option<EditIx>,
        base: &Base,
        room: usize,
    ) -> Result<NewEdit, ChangeError> {
        let mut doc = base.doc.clone();
        doc.set_actor(ActorId::from(author.actor));
        let (commit, more) = {
            let mut work = Work {
                tx: doc.transaction(),
                room,
                more: false,
            };
            for change in changes {
                work.change(change)?;
            }
            let Work { tx, more, .. } = work;
            (tx.commit().0, more)
        };
        let made = commit.and_then(|hash| doc.get_change_by_hash(&hash));
        let mut made = made.ok_or(ChangeError::Nothing)?.decode();

        let mut deps = self.change_hashes(&base.deps).ok_or(ChangeError::Engine)?;
        deps.sort_unstable();
        made.deps.push(self.genesis.hash());
        made.deps.sort_unstable();
        made.deps.dedup();
        made.deps
            .retain(|dep| *dep != self.genesis.hash() || deps.contains(dep));
        if made.deps != deps {
            return Err(ChangeError::Engine);
        }
        let names = base.deps.iter().map(|edit| match edit.0 {
            0 => Some(self.pact.0),
            _ => self.entry(*edit).map(|entry| entry.record.hash),
        });
        let mut names: Vec<Hash> = names.collect::<Option<_>>().ok_or(ChangeError::Engine)?;
        names.sort_unstable();

        let edit = engine::list(&made, &author.actor, &self.genesis_actor, redo, names)
            .ok_or(ChangeError::Engine)?;
        let body = edit.encode();
        let read = Edit::decode(&body, &author.actor, &self.genesis_actor)
            .map_err(|error| ChangeError::Refused(error.into()))?;
        gate::judge(
            &self.model,
            author.actor,
            &self.genesis_actor,
            previous,
            &base.deps,
            &read,
        )
        .map_err(ChangeError::Refused)?;
        let seq = previous.map_or(0, |previous| u64::from(self.model.seq(previous))) + 1;
        let built = engine::build_contained(&read, &author.actor, &self.genesis_actor, seq, deps)
            .ok_or(ChangeError::Engine)?;
        if read != edit || built.raw_bytes() != automerge::Change::from(made).raw_bytes() {
            return Err(ChangeError::Engine);
        }
        Ok(NewEdit { body, more })
    }
}

/// What a new edit builds upon.
struct Base {
    doc: Automerge,
    deps: Vec<EditIx>,
}

/// A transaction with room for so many ops.
struct Work<'a> {
    tx: Transaction<'a>,
    room: usize,
    more: bool,
}

fn engine_failed<E>(_: E) -> ChangeError {
    ChangeError::Engine
}

impl Work<'_> {
    fn change(&mut self, change: &Change) -> Result<(), ChangeError> {
        match change {
            Change::New {
                id,
                title,
                text,
                fields,
                parts,
            } => {
                let items = self.child(&ROOT, "items")?;
                let item = self.item_made(&items, id)?;
                for (field, value) in fields {
                    self.put(&item, field.name(), Some(checked(*field, value)?))?;
                }
                self.text(&item, Name::Title, &one_line(title))?;
                self.text(&item, Name::Text, &clean(text).text)?;
                for (order, (key, text)) in parts.iter().enumerate() {
                    self.part(&item, key, order as u64, text)?;
                }
                Ok(())
            }
            Change::Title(item, title) => {
                let item = self.item(item)?;
                self.text(&item, Name::Title, &one_line(title))
            }
            Change::Text(item, text) => {
                let item = self.item(item)?;
                self.text(&item, Name::Text, &clean(text).text)
            }
            Change::Field(item, field, value) => {
                let item = self.item(item)?;
                let value = value
                    .as_ref()
                    .map(|value| checked(*field, value))
                    .transpose()?;
                self.put(&item, field.name(), value)
            }
            Change::Part(item, key, order, text) => {
                let item = self.item(item)?;
                self.part(&item, key, *order, text)
            }
            Change::Remove(item) => {
                let item = self.item(item)?;
                self.put(&item, Name::Removed, Some(ScalarValue::Boolean(true)))
            }
            Change::Restore(item) => {
                let item = self.item(item)?;
                self.put(&item, Name::Removed, None)
            }
            Change::Vision(text) => {
                let vision = self.child(&ROOT, "vision")?;
                self.text(&vision, Name::Text, &clean(text).text)
            }
            Change::QuestionsRule(rule) => {
                let questions = self.child(&ROOT, "questions")?;
                let value = rule.as_ref().map(|rule| short(rule)).transpose()?;
                self.put(&questions, Name::Rule, value)
            }
            Change::Question(key, order, text) => {
                let questions = self.child(&ROOT, "questions")?;
                self.part(&questions, key, *order, text)
            }
        }
    }

    /// An item that must be there.
    fn item(&self, item: &ItemRef) -> Result<ObjId, ChangeError> {
        let items = self.child(&ROOT, "items")?;
        let made = items::objects(&self.tx, &items, &hex(&item.id), ObjType::Map);
        made.into_iter()
            .nth(item.twin as usize)
            .ok_or(ChangeError::NoSuchItem)
    }

    /// An item that may have to be made: with its texts and its parts at once, so that nobody ever
    /// has to make them a second time.
    fn item_made(&mut self, items: &ObjId, id: &[u8; 16]) -> Result<ObjId, ChangeError> {
        if let Some(item) = items::object(&self.tx, items, &hex(id)) {
            return Ok(item);
        }
        let item = self.make(items, &hex(id), ObjType::Map)?;
        self.make(&item, Name::Title.as_str(), ObjType::Text)?;
        self.make(&item, Name::Text.as_str(), ObjType::Text)?;
        self.make(&item, Name::Parts.as_str(), ObjType::Map)?;
        Ok(item)
    }

    fn part(
        &mut self,
        of: &ObjId,
        key: &[u8; 16],
        order: u64,
        text: &str,
    ) -> Result<(), ChangeError> {
        let parts = match items::object(&self.tx, of, Name::Parts.as_str()) {
            Some(parts) => parts,
            None => self.make(of, Name::Parts.as_str(), ObjType::Map)?,
        };
        let part = match items::object(&self.tx, &parts, &hex(key)) {
            Some(part) => part,
            None if self.room < 2 => {
                self.more = true;
                return Ok(());
            }
            None => {
                let part = self.make(&parts, &hex(key), ObjType::Map)?;
                self.make(&part, Name::Text.as_str(), ObjType::Text)?;
                part
            }
        };
        self.put(&part, Name::Order, Some(ScalarValue::Uint(order)))?;
        self.text(&part, Name::Text, &clean(text).text)?;
        for twin in items::objects(&self.tx, &parts, &hex(key), ObjType::Map) {
            if twin != part {
                self.text(&twin, Name::Text, "")?;
            }
        }
        Ok(())
    }

    fn child(&self, of: &ObjId, key: &str) -> Result<ObjId, ChangeError> {
        items::object(&self.tx, of, key).ok_or(ChangeError::Engine)
    }

    fn make(&mut self, of: &ObjId, key: &str, kind: ObjType) -> Result<ObjId, ChangeError> {
        self.room = self.room.saturating_sub(1);
        self.tx.put_object(of, key, kind).map_err(engine_failed)
    }

    /// Brings a value to this. Several values set at once become one, even if it is the one that
    /// is shown already.
    fn put(
        &mut self,
        of: &ObjId,
        name: Name,
        value: Option<ScalarValue>,
    ) -> Result<(), ChangeError> {
        let there = self.tx.get_all(of, name.as_str()).map_err(engine_failed)?;
        let as_wished = match (&value, there.as_slice()) {
            (None, []) => true,
            (Some(value), [(there, _)]) => there.as_scalar() == Some(value),
            _ => false,
        };
        if as_wished {
            return Ok(());
        }
        let ops = there.len().max(1);
        if self.room < ops {
            self.more = true;
            return Ok(());
        }
        self.room -= ops;
        match value {
            None => self.tx.delete(of, name.as_str()).map_err(engine_failed),
            Some(value) => self.tx.put(of, name.as_str(), value).map_err(engine_failed),
        }
    }

    /// Brings the text at a key to this. Were it made twice at once, the other is emptied.
    fn text(&mut self, of: &ObjId, name: Name, wanted: &str) -> Result<(), ChangeError> {
        let mut texts = items::objects(&self.tx, of, name.as_str(), ObjType::Text);
        let text = match texts.pop() {
            Some(text) => text,
            None if wanted.is_empty() => return Ok(()),
            None => self.make(of, name.as_str(), ObjType::Text)?,
        };
        for other in texts {
            self.splice(&other, "")?;
        }
        self.splice(&text, wanted)
    }

    /// Brings a text to this by the smallest splices.
    fn splice(&mut self, text: &ObjId, wanted: &str) -> Result<(), ChangeError> {
        let there = self.tx.text(text).map_err(engine_failed)?;
        for splice in splices(&there, wanted) {
            let delete = splice.delete.min(self.room);
            let insert: String = splice.insert.chars().take(self.room - delete).collect();
            let inserted = insert.chars().count();
            self.room -= delete + inserted;
            if delete + inserted > 0 {
                self.tx
                    .splice_text(text, splice.at, delete as isize, &insert)
                    .map_err(engine_failed)?;
            }
            if delete < splice.delete || inserted < splice.insert.chars().count() {
                self.more = true;
                return Ok(());
            }
        }
        Ok(())
    }
}

fn checked(field: Field, value: &Scalar) -> Result<ScalarValue, ChangeError> {
    match (field, value) {
        (Field::Type | Field::Who | Field::By | Field::From, Scalar::Uint(n)) => {
            Ok(ScalarValue::Uint(*n))
        }
        (Field::Rule, Scalar::Text(text)) => short(text),
        (Field::For, Scalar::Bytes(bytes)) if bytes.len() <= MAX_BYTES => {
            Ok(ScalarValue::Bytes(bytes.clone()))
        }
        _ => Err(ChangeError::Value),
    }
}

/// A title has one line.
fn one_line(text: &str) -> String {
    clean(text)
        .text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn short(text: &str) -> Result<ScalarValue, ChangeError> {
    let text = clean(text).text;
    if text.len() <= MAX_TEXT {
        Ok(ScalarValue::Str(text.as_str().into()))
    } else {
        Err(ChangeError::Value)
    }
}
