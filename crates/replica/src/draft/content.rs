//! From the draft to the words that are signed: the one place where a draft becomes an offer.

use identity::{Day, Hash};
use pact::rule::Rule;
use pact::text::clean;
use pact::{Content, ContentError, ItemType, Part, Who};

use super::change::Field;
use super::items::{Choice, DraftItem, DraftPart, Questions};

/// Why a draft cannot be offered as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// Different values were set at once; one has to be chosen first.
    #[error("different values were set at once")]
    Conflict(Vec<Field>),
    /// A field is missing, or holds what this program cannot read.
    #[error("a field is missing or cannot be read")]
    Field(Field),
    /// It was taken off the plan.
    #[error("it was taken off the plan")]
    Removed,
    /// The words as a whole cannot be signed.
    #[error("it cannot be signed as it is")]
    Words(#[from] ContentError),
}

/// The key of a part with a name of its own, such as `trigger`: the name, filled up with zeros. At
/// most 16 small letters, digits or hyphens; anything else has no such key.
#[must_use]
pub fn part_named(name: &str) -> Option<[u8; 16]> {
    let mut key = [0; 16];
    let bytes = name.as_bytes();
    if bytes.is_empty() || !bytes.iter().all(|byte| is_name(*byte)) {
        return None;
    }
    key.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(key)
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

impl DraftPart {
    /// Its key as it is signed: its name, or its id in hexadecimal digits.
    #[must_use]
    pub fn signed_key(&self) -> String {
        let end = self
            .key
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(self.key.len());
        let (name, rest) = self.key.split_at(end);
        match std::str::from_utf8(name) {
            Ok(text)
                if rest.iter().all(|byte| *byte == 0) && part_named(text) == Some(self.key) =>
            {
                text.to_owned()
            }
            _ => super::engine::hex(&self.key),
        }
    }
}

impl DraftItem {
    /// The words to offer.
    ///
    /// # Errors
    /// While two values stand in one field, or if the words cannot be signed as they are.
    pub fn to_content(&self) -> Result<Content, NotReady> {
        if self.removed {
            return Err(NotReady::Removed);
        }
        let conflicts = self.conflicts();
        if !conflicts.is_empty() {
            return Err(NotReady::Conflict(conflicts));
        }
        let ty = self
            .ty
            .value
            .and_then(ItemType::from_number)
            .ok_or(NotReady::Field(Field::Type))?;
        let who = self
            .who
            .value
            .and_then(Who::from_number)
            .ok_or(NotReady::Field(Field::Who))?;
        let title: Vec<String> = clean(&self.title)
            .text
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let mut content = Content::new(ty, who, &title.join(" "), &clean(&self.text).text);
        content.rule = rule(&self.rule)?;
        content.by = number(self.by.value, Field::By)?;
        content.from = number(self.from.value, Field::From)?.map(Day);
        content.for_ = match &self.for_.value {
            None => None,
            Some(id) => {
                let id = <[u8; 32]>::try_from(id.as_slice());
                Some(Hash(id.map_err(|_| NotReady::Field(Field::For))?))
            }
        };
        content.parts = parts(&self.parts);
        content.validate()?;
        Ok(content)
    }
}

impl Questions {
    /// The words to offer.
    ///
    /// # Errors
    /// While two rules stand side by side, or if there are no questions.
    pub fn to_content(&self) -> Result<Content, NotReady> {
        if self.rule.is_conflicted() {
            return Err(NotReady::Conflict(vec![Field::Rule]));
        }
        let mut content = Content::new(ItemType::Questions, Who::Both, "", "");
        content.rule = rule(&self.rule)?;
        content.parts = parts(&self.parts);
        content.validate()?;
        Ok(content)
    }
}

impl super::Draft {
    /// The vision's words to offer.
    ///
    /// # Errors
    /// If there are none.
    pub fn vision_content(&self) -> Result<Content, NotReady> {
        let text = clean(&self.vision()).text;
        let content = Content::new(ItemType::Vision, Who::Both, "", &text);
        content.validate()?;
        Ok(content)
    }
}

fn rule(rule: &Choice<String>) -> Result<Option<Rule>, NotReady> {
    let rule = rule.value.as_deref().map(Rule::parse).transpose();
    rule.map_err(|_| NotReady::Field(Field::Rule))
}

fn number<T: TryFrom<u64>>(value: Option<u64>, field: Field) -> Result<Option<T>, NotReady> {
    value
        .map(T::try_from)
        .transpose()
        .map_err(|_| NotReady::Field(field))
}

fn parts(parts: &[DraftPart]) -> Vec<Part> {
    let part = |part: &DraftPart| Part {
        key: part.signed_key(),
        text: clean(&part.text).text,
    };
    parts.iter().map(part).collect()
}
