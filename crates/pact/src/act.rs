//! Acts: the signed statements that two people can make (B4 kinds).
//!
//! Each kind has one body layout, read strictly and written canonically; decoding and encoding
//! again gives the same bytes. Which act has an effect is not decided here but in the
//! [`View`](crate::View).

mod decode;
mod encode;

use identity::cbor::Malformed;
use identity::{Day, Hash};

use crate::content::{Content, ContentError, ItemType};

/// The kind of a record that carries an edit of the draft; its body is read elsewhere.
pub const EDIT: u64 = 1;
/// Kinds from here on may be ignored by a program that does not know them; those below are critical.
pub const FIRST_IGNORABLE: u64 = 128;
/// A note has at most so many code points: a fact, not a story.
pub const MAX_NOTE: usize = 280;
/// The text of a thanks, a heads-up or an amends has at most so many code points.
pub const MAX_SHORT_TEXT: usize = 2_000;
/// A signed sorry, or a last word, has at most so many bytes.
pub const MAX_LONG_TEXT: usize = 12 * 1024;
/// One act names at most so many others (`replaces`, `over`).
pub const MAX_NAMED: usize = 64;
/// The longest pause that can be announced, in minutes: a day.
pub const MAX_PAUSE: u16 = 24 * 60;

/// A signed statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The record that this one says again after a restore (B6). Of the two one counts; when it
    /// was itself a redo, the first is named.
    pub redo: Option<Hash>,
    /// What is said.
    pub body: Body,
}

/// What is said. The order is that of the kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// 2: an owned object is made, changed, or (without content) lifted. `about` is the object's
    /// id, the hash of its creating act; none in the creating act.
    Set {
        /// Its type, the same for all of an object's life.
        ty: ItemType,
        /// Its whole words; none lifts it.
        content: Option<Box<Content>>,
        /// The earlier sets of this object that this one stands in place of.
        over: Vec<Hash>,
    },
    /// 3: an offer for the item that `about` names.
    Propose {
        /// The whole words.
        content: Box<Content>,
        /// The last day in force.
        until: Day,
        /// The agreements that it would replace.
        replaces: Vec<Hash>,
        /// The open offer of the other that it answers.
        answers: Option<Hash>,
    },
    /// 4: yes to exactly those words.
    Agree {
        /// The proposal.
        p: Hash,
    },
    /// 5: not this one.
    Decline {
        /// The proposal.
        p: Hash,
    },
    /// 6: an offer or a consent is taken back, at once.
    Withdraw {
        /// The proposal.
        p: Hash,
    },
    /// 7: let go with thanks, once both say so.
    Complete {
        /// The proposal.
        p: Hash,
    },
    /// 128: what I did, on one day, about what I promised.
    Follow {
        /// A proposal that took, or one's own promise to oneself.
        target: Hash,
        /// The day it is about.
        on: Day,
        /// What I did.
        how: How,
        /// A short fact; may be empty.
        note: String,
        /// An earlier entry of mine that this one corrects.
        corrects: Option<Hash>,
    },
    /// 129: something good.
    Thanks {
        /// Its words.
        text: String,
        /// What it is for.
        about: Option<Hash>,
    },
    /// 130: said ahead.
    HeadsUp {
        /// A proposal that took, or one's own promise to oneself.
        target: Hash,
        /// The first day it is about.
        from: Day,
        /// The last day it is about.
        to: Day,
        /// Its words.
        text: String,
    },
    /// 131: it went wrong again.
    Setback {
        /// What it is about.
        target: Option<Hash>,
        /// The day it is about.
        on: Day,
        /// A short fact; may be empty.
        note: String,
    },
    /// 132: what I did about it.
    Amends {
        /// My setback that it is about.
        setback: Option<Hash>,
        /// Its words.
        text: String,
    },
    /// 133: a stop, with an agreed return.
    Pause {
        /// The when-then plan that it follows.
        target: Option<Hash>,
        /// How long.
        minutes: u16,
    },
    /// 134: I am back.
    Back {
        /// The pause.
        pause: Hash,
    },
    /// 135: I have read this.
    Heard {
        /// What was read.
        record: Hash,
    },
    /// 136: a check-in took place.
    CheckedIn {
        /// The agreement on its questions.
        p: Hash,
        /// The day it belongs to.
        day: Day,
    },
    /// 137: no contact from now on.
    Space {
        /// A day that the asker named; only the asker ends it.
        until: Option<Day>,
    },
    /// 138: the asker has ended it.
    SpaceEnded,
    /// 139: a sorry whose author chose to sign it.
    Sorry {
        /// Its words.
        text: String,
    },
    /// 140: what was left to say.
    LastWord {
        /// Its words.
        text: String,
    },
    /// 141: my signature under a summary for somebody.
    Summary {
        /// The hash of the page.
        page: Hash,
        /// For whom.
        recipient: String,
    },
}

/// What somebody did about a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// I did it.
    Kept,
    /// I did part of it.
    Partly,
    /// I did not do it.
    Missed,
}

impl How {
    /// The number that stands in the record.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::Kept => 0,
            Self::Partly => 1,
            Self::Missed => 2,
        }
    }

    /// What that number means.
    #[must_use]
    pub const fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(Self::Kept),
            1 => Some(Self::Partly),
            2 => Some(Self::Missed),
            _ => None,
        }
    }
}

/// Why a body is not an act of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Not the canonical encoding of that layout.
    #[error("the entry is not canonical")]
    Malformed(#[from] Malformed),
    /// Its words cannot be an item.
    #[error("the words of the item cannot be read")]
    Content(#[from] ContentError),
    /// A kind that is no act, or none that is known.
    #[error("no act has kind {0}")]
    Kind(u64),
    /// A type that is not known, not that of the words, or not for this kind: boundaries are not
    /// offered, visions are not set by one alone.
    #[error("this type of item cannot be said in this way")]
    Type,
    /// A text is longer than its kind allows.
    #[error("a text is too long")]
    TooLong,
    /// A text that must say something is empty.
    #[error("a text is empty")]
    Empty,
    /// More than [`MAX_NAMED`] others are named, or not in ascending order, or one twice.
    #[error("the acts that it names are too many or not in order")]
    Named,
    /// A first day after the last one.
    #[error("the days are in the wrong order")]
    Days,
    /// A pause of no length, or longer than a day.
    #[error("a pause lasts between a minute and a day")]
    Minutes,
}

/// What a record's payload turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A statement that this program understands.
    Act(Act),
    /// An edit of the draft.
    Edit,
    /// A kind below 128 that this program does not know: shown as "cannot read this yet", and what
    /// it is about is not agreed to, lifted or completed here.
    UnknownCritical,
    /// A kind from 128 on that this program does not know.
    UnknownIgnorable,
    /// A known kind whose body is wrong: it is held, has no effect, and is listed.
    Malformed(ActError),
}

/// Reads a record's payload; never fails, since nothing that is held may block anything.
#[must_use]
pub fn read(kind: u64, body: &[u8]) -> Reading {
    if kind == EDIT {
        return Reading::Edit;
    }
    match Act::decode(kind, body) {
        Ok(act) => Reading::Act(act),
        Err(ActError::Kind(kind)) if kind >= FIRST_IGNORABLE => Reading::UnknownIgnorable,
        Err(ActError::Kind(_)) => Reading::UnknownCritical,
        Err(error) => Reading::Malformed(error),
    }
}

impl Act {
    /// A statement made for the first time.
    #[must_use]
    pub const fn new(body: Body) -> Self {
        Self { redo: None, body }
    }

    /// The kind of record that carries it.
    #[must_use]
    pub const fn kind(&self) -> u64 {
        self.body.kind()
    }

    /// Whether a person must be there to sign it: no script gives or takes a consent (S27).
    #[must_use]
    pub const fn needs_person(&self) -> bool {
        !matches!(self.body, Body::HeadsUp { .. } | Body::CheckedIn { .. })
    }
}

impl Body {
    /// The kind of record that carries it.
    #[must_use]
    pub const fn kind(&self) -> u64 {
        match self {
            Self::Set { .. } => 2,
            Self::Propose { .. } => 3,
            Self::Agree { .. } => 4,
            Self::Decline { .. } => 5,
            Self::Withdraw { .. } => 6,
            Self::Complete { .. } => 7,
            Self::Follow { .. } => 128,
            Self::Thanks { .. } => 129,
            Self::HeadsUp { .. } => 130,
            Self::Setback { .. } => 131,
            Self::Amends { .. } => 132,
            Self::Pause { .. } => 133,
            Self::Back { .. } => 134,
            Self::Heard { .. } => 135,
            Self::CheckedIn { .. } => 136,
            Self::Space { .. } => 137,
            Self::SpaceEnded => 138,
            Self::Sorry { .. } => 139,
            Self::LastWord { .. } => 140,
            Self::Summary { .. } => 141,
        }
    }

    /// What is wrong with it before anybody says it, such as a text that is too long. Decoding
    /// makes the same check, so what is signed here can be read there.
    pub fn validate(&self) -> Result<(), ActError> {
        let no_longer = |text: &str, points: usize| {
            if text.chars().nth(points).is_some() {
                Err(ActError::TooLong)
            } else {
                Ok(())
            }
        };
        let says_something = |text: &str| {
            if text.trim().is_empty() {
                Err(ActError::Empty)
            } else {
                Ok(())
            }
        };
        match self {
            Self::Set { ty, content, over } => {
                if !ty.is_owned() || content.as_ref().is_some_and(|content| content.ty != *ty) {
                    return Err(ActError::Type);
                }
                ascending(over)?;
                content
                    .as_ref()
                    .map_or(Ok(()), |content| content.validate())?;
            }
            Self::Propose {
                content, replaces, ..
            } => {
                if !content.ty.is_proposed() {
                    return Err(ActError::Type);
                }
                ascending(replaces)?;
                content.validate()?;
            }
            Self::Follow { note, .. } | Self::Setback { note, .. } => no_longer(note, MAX_NOTE)?,
            Self::Thanks { text, .. } | Self::Amends { text, .. } => {
                says_something(text)?;
                no_longer(text, MAX_SHORT_TEXT)?;
            }
            Self::HeadsUp { text, from, to, .. } => {
                no_longer(text, MAX_SHORT_TEXT)?;
                if from > to {
                    return Err(ActError::Days);
                }
            }
            Self::Pause { minutes, .. } => {
                if !(1..=MAX_PAUSE).contains(minutes) {
                    return Err(ActError::Minutes);
                }
            }
            Self::Sorry { text } | Self::LastWord { text } => {
                says_something(text)?;
                if text.len() > MAX_LONG_TEXT {
                    return Err(ActError::TooLong);
                }
            }
            Self::Summary { recipient, .. } => {
                says_something(recipient)?;
                no_longer(recipient, MAX_NOTE)?;
            }
            Self::Agree { .. }
            | Self::Decline { .. }
            | Self::Withdraw { .. }
            | Self::Complete { .. }
            | Self::Back { .. }
            | Self::Heard { .. }
            | Self::CheckedIn { .. }
            | Self::Space { .. }
            | Self::SpaceEnded => {}
        }
        Ok(())
    }
}

/// At most [`MAX_NAMED`], strictly ascending, so that a set of names has one spelling.
fn ascending(named: &[Hash]) -> Result<(), ActError> {
    let rising = named.windows(2).all(|pair| pair.first() < pair.last());
    if rising && named.len() <= MAX_NAMED {
        Ok(())
    } else {
        Err(ActError::Named)
    }
}
