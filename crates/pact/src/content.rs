//! What an offer or an owned item says: its whole words in one canonical form (B4 `content`).

use std::fmt;

use identity::cbor::{Malformed, Reader, Writer};
use identity::{Day, Hash, Person};

use crate::rule::{Rule, RuleError};

/// A title has at most so many code points.
pub const MAX_TITLE: usize = 120;
/// The text of an item, and of each of its parts, has at most so many bytes.
pub const MAX_TEXT: usize = 8 * 1024;
/// An item has at most so many parts.
pub const MAX_PARTS: usize = 32;
/// The key of a part has at most so many bytes.
pub const MAX_PART_KEY: usize = 32;
/// The last minute of a day.
const LAST_MINUTE: u16 = 24 * 60 - 1;

/// Names a co-authored plan item from its first draft on; 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub [u8; 16]);

impl ItemId {
    /// The vision, of which there is one: its name, filled up with zeros.
    pub const VISION: Self = Self(*b"vision\0\0\0\0\0\0\0\0\0\0");
    /// The questions of the check-in, of which there is one list.
    pub const QUESTIONS: Self = Self(*b"questions\0\0\0\0\0\0\0");
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .take(4)
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…")
    }
}

/// What sort of thing an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemType {
    /// What somebody will do; bound to both it needs agreement, to oneself it does not.
    Promise,
    /// What each does in a hard moment, and how to come back.
    WhenThen,
    /// What we want now.
    Vision,
    /// What our check-in asks.
    Questions,
    /// *When …, I will …*: what its owner does to stay well.
    Boundary,
    /// What its owner needs.
    Need,
    /// How its owner likes to be approached.
    AboutMe,
}

impl ItemType {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Promise,
        Self::WhenThen,
        Self::Vision,
        Self::Questions,
        Self::Boundary,
        Self::Need,
        Self::AboutMe,
    ];

    /// The number that stands in the record.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Promise => 0,
            Self::WhenThen => 1,
            Self::Vision => 2,
            Self::Questions => 3,
            Self::Boundary => 4,
            Self::Need => 5,
            Self::AboutMe => 6,
        }
    }

    /// The type with that number.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|ty| ty.number() == number)
    }

    /// Whether both write it and it is agreed by two signatures.
    #[must_use]
    pub const fn is_proposed(self) -> bool {
        matches!(
            self,
            Self::Promise | Self::WhenThen | Self::Vision | Self::Questions
        )
    }

    /// Whether it can be in force by its owner's signature alone (a promise: to oneself).
    #[must_use]
    pub const fn is_owned(self) -> bool {
        matches!(
            self,
            Self::Promise | Self::Boundary | Self::Need | Self::AboutMe
        )
    }
}

/// Whom an item binds: one of the two, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// One person.
    Only(Person),
    /// Both.
    Both,
}

impl Who {
    /// The number that stands in the record: bit n for person n.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Only(Person::A) => 1,
            Self::Only(Person::B) => 2,
            Self::Both => 3,
        }
    }

    /// Whom that number names.
    #[must_use]
    pub const fn from_number(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::Only(Person::A)),
            2 => Some(Self::Only(Person::B)),
            3 => Some(Self::Both),
            _ => None,
        }
    }

    /// Whether it binds this person.
    #[must_use]
    pub const fn includes(self, person: Person) -> bool {
        matches!(
            (self, person),
            (Self::Both, _)
                | (Self::Only(Person::A), Person::A)
                | (Self::Only(Person::B), Person::B)
        )
    }
}

/// One named part of an item: a step of a when-then plan, a question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Which part, such as `trigger`; unique in its item.
    pub key: String,
    /// Its words.
    pub text: String,
}

/// The whole words of an item, as they are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// What sort of thing it is.
    pub ty: ItemType,
    /// A few words that it is called by; empty for vision and questions.
    pub title: String,
    /// What it says.
    pub text: String,
    /// Whom it binds.
    pub who: Who,
    /// On which days it is due; none = never due, may be noted on any day.
    pub rule: Option<Rule>,
    /// By which minute of the day.
    pub by: Option<u16>,
    /// The first day on which it can be due.
    pub from: Option<Day>,
    /// The need that it answers.
    pub for_: Option<Hash>,
    /// Its parts, in their order.
    pub parts: Vec<Part>,
    /// Whether it is only tried for a while.
    pub try_: bool,
}

/// Why words cannot be signed as an item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Not the canonical encoding.
    #[error("the content is not canonical")]
    Malformed(#[from] Malformed),
    /// A type number that is not known.
    #[error("an unknown type of item")]
    Type,
    /// Neither 1, 2 nor 3.
    #[error("it binds nobody that there is")]
    Who,
    /// The recurrence cannot be read, or is not in its one spelling.
    #[error("the rule for its days cannot be read")]
    Rule(#[source] RuleError),
    /// The rule is spelled in another way than the canonical one.
    #[error("the rule for its days is not in its canonical spelling")]
    RuleSpelling,
    /// A minute after 23:59.
    #[error("there is no such time of day")]
    Minute,
    /// A title is missing, or has several lines.
    #[error("it needs a title of one line")]
    Title,
    /// Title, text, or a part is too long, or there are too many parts.
    #[error("it is too long")]
    TooLong,
    /// Two parts with one key, or an empty key.
    #[error("two of its parts have the same name")]
    Parts,
    /// A time of day or days to be due on an item that is never due.
    #[error("only a promise, a when-then plan and questions can have days")]
    NotTimed,
    /// A time of day without days.
    #[error("a time of day needs days")]
    TimeWithoutDays,
    /// Vision and questions always belong to both.
    #[error("vision and questions belong to both")]
    BelongsToBoth,
    /// It says nothing at all.
    #[error("it has no words")]
    Empty,
}

impl Content {
    /// An item of that type with a title and a text, and nothing else.
    #[must_use]
    pub fn new(ty: ItemType, who: Who, title: &str, text: &str) -> Self {
        Self {
            ty,
            title: title.to_owned(),
            text: text.to_owned(),
            who,
            rule: None,
            by: None,
            from: None,
            for_: None,
            parts: Vec::new(),
            try_: false,
        }
    }

    /// What can be checked without knowing who says it. The same check stands before signing and
    /// where acts are counted, so what one program lets its person sign, the other honours.
    pub fn validate(&self) -> Result<(), ContentError> {
        let untitled = matches!(self.ty, ItemType::Vision | ItemType::Questions);
        if self.title.contains(['\n', '\t']) || (self.title.trim().is_empty() && !untitled) {
            return Err(ContentError::Title);
        }
        let long_part = |part: &Part| part.text.len() > MAX_TEXT || part.key.len() > MAX_PART_KEY;
        if self.title.chars().count() > MAX_TITLE
            || self.text.len() > MAX_TEXT
            || self.parts.len() > MAX_PARTS
            || self.parts.iter().any(long_part)
        {
            return Err(ContentError::TooLong);
        }
        let mut keys: Vec<&str> = self.parts.iter().map(|part| part.key.as_str()).collect();
        keys.sort_unstable();
        if keys.first().is_some_and(|key| key.is_empty())
            || keys.windows(2).any(|pair| pair.first() == pair.last())
        {
            return Err(ContentError::Parts);
        }
        if untitled && self.who != Who::Both {
            return Err(ContentError::BelongsToBoth);
        }
        let timed = matches!(
            self.ty,
            ItemType::Promise | ItemType::WhenThen | ItemType::Questions
        );
        if !timed && (self.rule.is_some() || self.by.is_some() || self.from.is_some()) {
            return Err(ContentError::NotTimed);
        }
        if self.by.is_some_and(|minute| minute > LAST_MINUTE) {
            return Err(ContentError::Minute);
        }
        if self.by.is_some() && self.rule.is_none() {
            return Err(ContentError::TimeWithoutDays);
        }
        let silent = [&self.title, &self.text]
            .iter()
            .all(|words| words.trim().is_empty());
        if silent && self.parts.iter().all(|part| part.text.trim().is_empty()) {
            return Err(ContentError::Empty);
        }
        Ok(())
    }

    /// Its canonical bytes: two contents are the same words exactly if these are equal.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(&mut writer);
        writer.finish()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, strictly.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ContentError> {
        let mut reader = Reader::new(bytes);
        let content = Self::read(&mut reader)?;
        reader.end()?;
        Ok(content)
    }

    pub(crate) fn write<'w>(&self, to: &'w mut Writer) -> &'w mut Writer {
        to.array(10)
            .uint(self.ty.number())
            .text(&self.title)
            .text(&self.text);
        to.uint(self.who.number());
        to.opt(self.rule.as_ref(), |to, rule| to.text(&rule.to_string()));
        to.opt(self.by, |to, minute| to.uint(minute.into()));
        to.opt(self.from, |to, day| to.uint(day.0.into()));
        to.opt(self.for_, |to, need| to.bytes(&need.0));
        to.array(u64::try_from(self.parts.len()).unwrap_or(u64::MAX));
        for part in &self.parts {
            to.array(2).text(&part.key).text(&part.text);
        }
        to.uint(self.try_.into())
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Result<Self, ContentError> {
        from.array_of(10)?;
        let ty = ItemType::from_number(from.uint()?).ok_or(ContentError::Type)?;
        let title = from.text()?.to_owned();
        let text = from.text()?.to_owned();
        let who = Who::from_number(from.uint()?).ok_or(ContentError::Who)?;
        let rule = from.opt(|from| -> Result<Rule, ContentError> {
            let spelling = from.text()?;
            let rule = Rule::parse(spelling).map_err(ContentError::Rule)?;
            if rule.to_string() == spelling {
                Ok(rule)
            } else {
                Err(ContentError::RuleSpelling)
            }
        })?;
        let by = from.opt(Reader::small::<u16>)?;
        if by.is_some_and(|minute| minute > LAST_MINUTE) {
            return Err(ContentError::Minute);
        }
        let day = from.opt(|from| from.small::<u32>().map(Day))?;
        let for_ = from.opt(|from| from.fixed().map(Hash))?;
        let count = from.array()?;
        let mut parts = Vec::new();
        for _ in 0..count {
            from.array_of(2)?;
            let key = from.text()?.to_owned();
            parts.push(Part {
                key,
                text: from.text()?.to_owned(),
            });
        }
        let try_ = match from.uint()? {
            0 => false,
            1 => true,
            _ => return Err(Malformed::Range.into()),
        };
        Ok(Self {
            ty,
            title,
            text,
            who,
            rule,
            by,
            from: day,
            for_,
            parts,
            try_,
        })
    }
}
