//! What the draft is made of: which keys each object has, and what may stand at each (B4, schema).
//!
//! The table is the whole truth about the shape of the document. An op whose object or key is not
//! in it cannot be written down (`ops`), or is refused (`gate`, E5).

/// An object of the document, by its place in the schema. ROOT is not among them: no edit touches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    /// `ROOT.items`: item id → item.
    Items,
    /// One item.
    Item,
    /// `parts` of an item or of the questions: part id → part.
    Parts,
    /// One part.
    Part,
    /// `ROOT.vision`.
    Vision,
    /// `ROOT.questions`.
    Questions,
}

/// The named keys. Their numbers are written in edits and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Name {
    Type,
    Who,
    Rule,
    By,
    From,
    For,
    Removed,
    Title,
    Text,
    Parts,
    Order,
}

impl Name {
    pub(super) const ALL: [Self; 11] = [
        Self::Type,
        Self::Who,
        Self::Rule,
        Self::By,
        Self::From,
        Self::For,
        Self::Removed,
        Self::Title,
        Self::Text,
        Self::Parts,
        Self::Order,
    ];

    /// As it is written in an edit.
    pub(super) fn number(self) -> u64 {
        Self::ALL
            .iter()
            .position(|name| *name == self)
            .map_or(u64::MAX, |at| at as u64)
    }

    pub(super) fn from_number(number: u64) -> Option<Self> {
        usize::try_from(number)
            .ok()
            .and_then(|at| Self::ALL.get(at))
            .copied()
    }

    /// As it is written in the document.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Who => "who",
            Self::Rule => "rule",
            Self::By => "by",
            Self::From => "from",
            Self::For => "for",
            Self::Removed => "removed",
            Self::Title => "title",
            Self::Text => "text",
            Self::Parts => "parts",
            Self::Order => "order",
        }
    }

    pub(super) fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }
}

/// What kind of scalar a place takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalar {
    Uint,
    Text,
    Bool,
    Bytes,
}

/// What may stand at a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A map.
    Map(Node),
    /// A text.
    Text,
    /// A value.
    Scalar(Scalar),
}

impl Node {
    /// What may stand at a named key of this object.
    pub(super) const fn named(self, name: Name) -> Option<Place> {
        match (self, name) {
            (Self::Item, Name::Type | Name::Who | Name::By | Name::From)
            | (Self::Part, Name::Order) => Some(Place::Scalar(Scalar::Uint)),
            (Self::Item | Self::Questions, Name::Rule) => Some(Place::Scalar(Scalar::Text)),
            (Self::Item, Name::For) => Some(Place::Scalar(Scalar::Bytes)),
            (Self::Item, Name::Removed) => Some(Place::Scalar(Scalar::Bool)),
            (Self::Item, Name::Title | Name::Text) | (Self::Part | Self::Vision, Name::Text) => {
                Some(Place::Text)
            }
            (Self::Item | Self::Questions, Name::Parts) => Some(Place::Map(Self::Parts)),
            _ => None,
        }
    }

    /// What may stand at a key that is an id.
    pub(super) const fn by_id(self) -> Option<Place> {
        match self {
            Self::Items => Some(Place::Map(Self::Item)),
            Self::Parts => Some(Place::Map(Self::Part)),
            Self::Item | Self::Part | Self::Vision | Self::Questions => None,
        }
    }
}

// The ops of the genesis change, in their order: `items`, `vision`, `vision.text`, `questions`,
// `questions.parts`. The number of each is its place in this list, beginning at 1.

/// The op that makes `ROOT.items`.
pub(super) const ITEMS: u64 = 1;
/// The op that makes `ROOT.vision`.
pub(super) const VISION: u64 = 2;
/// The op that makes `ROOT.vision.text`.
pub(super) const VISION_TEXT: u64 = 3;
/// The op that makes `ROOT.questions`.
pub(super) const QUESTIONS: u64 = 4;
/// The op that makes `ROOT.questions.parts`.
pub(super) const QUESTION_PARTS: u64 = 5;

/// How long a text scalar may be, in bytes.
pub(super) const MAX_TEXT: usize = 1024;
/// How long a bytes scalar may be.
pub(super) const MAX_BYTES: usize = 32;
