//! What is true now: the fold of all honoured acts (B5).
//!
//! The view keeps facts and judges when it is asked. Acts about the plan are kept whole, in maps
//! whose order is that of their names; of everything else each log keeps its last few, sort by
//! sort, so that the view does not grow with the length of the history. Nothing that is kept
//! depends on which log came in first.
//!
//! A view is folded from each log in that log's order, all honoured records, edits too. When what
//! is honoured changes (a revocation, a fork) it is folded anew.

mod entries;
mod fold;
mod judge;
mod look;
mod past;
mod plan;
mod range;
mod rings;
mod settled;
mod snapshot;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use identity::{Day, Flags, Hash, Head, LogId, PactId, Person};

use crate::act::{Body, Reading};
use crate::content::{Content, ItemId, ItemType};

pub use past::{Beside, Past, Written};
pub use range::Held;
pub use snapshot::SnapshotError;

/// One honoured record, as the fold needs it.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// The record's hash.
    pub hash: Hash,
    /// Its log.
    pub log: LogId,
    /// Whose log that is.
    pub person: Person,
    /// Its place in the log; the first is 1.
    pub seq: u64,
    /// The day that it claims.
    pub day: Day,
    /// Unattended, closed.
    pub flags: Flags,
    /// What it is about: an [`ItemId`], the id of an owned object, or nothing.
    pub about: Option<&'a [u8]>,
    /// The newest mark for each other log up to and with this record, on the honoured branch: a
    /// mark on a branch that is not honoured must be left out.
    pub marks: &'a BTreeMap<LogId, Head>,
    /// What the record's payload says.
    pub reading: &'a Reading,
}

/// What is true now.
#[derive(Debug, Clone)]
pub struct View {
    pact: PactId,
    logs: BTreeMap<LogId, rings::Log>,
    /// All acts about the plan but those that are laid aside.
    plan: plan::Plan,
    settled: Option<settled::Settled>,
    /// The plan with what is laid aside, once somebody has asked for it.
    whole: OnceLock<plan::Plan>,
}

/// Equal facts: whether some of them are laid aside makes no difference.
impl PartialEq for View {
    fn eq(&self, other: &Self) -> bool {
        self.pact == other.pact && self.logs == other.logs && self.whole() == other.whole()
    }
}

impl Eq for View {}

impl View {
    /// Nothing said yet.
    #[must_use]
    pub const fn new(pact: PactId) -> Self {
        Self {
            pact,
            logs: BTreeMap::new(),
            plan: plan::Plan::new(),
            settled: None,
            whole: OnceLock::new(),
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn pact(&self) -> PactId {
        self.pact
    }

    /// How far each log is folded. A cache whose heads differ from what is held is folded on, or
    /// folded anew.
    pub fn covers(&self) -> impl Iterator<Item = (LogId, Head)> {
        self.logs.iter().map(|(log, row)| (*log, row.head))
    }

    /// How far that log is folded; nothing folded is its start.
    #[must_use]
    pub fn covered(&self, log: LogId) -> Head {
        self.logs.get(&log).map_or(Head::start(log), |row| row.head)
    }
}

/// Where a proposal stands (B5). The first five are of one that did not take, and only `Open` can
/// still change by an act that knows of all the others; `Begins`, `InForce` and `Rests` follow the
/// calendar; the last two and `Withdrawn` are final, but for acts that were made without knowing
/// what ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Offered; it waits for the other, without a date.
    Open,
    /// The other said no. Terminal.
    Declined,
    /// Taken back, before or after it took. Terminal.
    Withdrawn,
    /// The other made an offer instead. Terminal.
    Answered,
    /// A yes and a no that did not know of each other: not in force. Terminal.
    Crossed,
    /// Agreed; in force from that day.
    Begins(Day),
    /// In force.
    InForce,
    /// Its last day is over: not in force until both renew it.
    Rests,
    /// Another took in its place. Terminal.
    Replaced,
    /// Both let it go. Terminal.
    Completed,
}

impl State {
    /// Whether an act of agreeing made it take and nothing ended it: it begins, is in force or
    /// rests.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Begins(_) | Self::InForce | Self::Rests)
    }

    /// Whether it can be taken back: an offer that is open, or an agreement that lives. In every
    /// other state there is nothing left to withdraw from (S13).
    #[must_use]
    pub const fn can_be_withdrawn(self) -> bool {
        matches!(self, Self::Open) || self.is_live()
    }
}

/// What a short name, a noted day or a review is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A co-authored item.
    Item(ItemId),
    /// An owned object, by its id.
    Owned(Hash),
}

/// A proposal that nobody has answered.
#[derive(Debug, Clone)]
pub struct Offer<'a> {
    /// The proposal: the hash that is agreed to.
    pub p: Hash,
    /// The item.
    pub item: ItemId,
    /// By whom.
    pub author: Person,
    /// Its whole words.
    pub content: &'a Content,
    /// The day that it claims to be made on. No screen shows an offer's age (S26).
    pub day: Day,
    /// Its last day in force.
    pub until: Day,
    /// The agreements that it would replace.
    pub replaces: &'a [Hash],
    /// The offer that it answers.
    pub answers: Option<Hash>,
    /// Its last day is over: agreeing to it would change nothing.
    pub lapsed: bool,
    /// A script made it, not a person.
    pub unattended: bool,
}

/// A proposal that took.
#[derive(Debug, Clone)]
pub struct Agreement<'a> {
    /// The proposal: the hash to withdraw from, to log against, to replace.
    pub p: Hash,
    /// The item.
    pub item: ItemId,
    /// Who offered it.
    pub author: Person,
    /// Its whole words.
    pub content: &'a Content,
    /// Where it stands.
    pub state: State,
    /// Its first day in force.
    pub begins: Day,
    /// Its last day in force.
    pub until: Day,
    /// Who has said that it is to be let go, by [`Person::index`]; both make it `Completed`.
    pub let_go: [bool; 2],
    /// Other agreements that live for the same item: shown as a clash until one offer that
    /// replaces all of them is agreed.
    pub clash: Vec<Hash>,
}

/// A boundary, a need, an about-me or a promise to oneself, in force.
#[derive(Debug, Clone)]
pub struct Owned<'a> {
    /// The hash of its creating act.
    pub id: Hash,
    /// Whose it is.
    pub owner: Person,
    /// Its type.
    pub ty: ItemType,
    /// Everything in force: one, or several that were set without knowing of each other.
    pub current: Vec<OwnedSet<'a>>,
    /// The sets that a new one must name in `over` (a lift among them too).
    pub over: Vec<Hash>,
}

/// One set of an owned object that is in force.
#[derive(Debug, Clone)]
pub struct OwnedSet<'a> {
    /// The act.
    pub hash: Hash,
    /// The day that it claims.
    pub day: Day,
    /// Its whole words.
    pub content: &'a Content,
    /// Whether the other has said that they heard it.
    pub heard: bool,
}

/// What is due to somebody on one day.
#[derive(Debug, Clone)]
pub struct Due<'a> {
    /// What to log against: the agreement, or the id of the promise to oneself.
    pub target: Hash,
    /// What it is.
    pub what: What,
    /// Its words.
    pub content: &'a Content,
    /// By which minute of the day.
    pub by: Option<u16>,
    /// Whether its rule falls on the day; what is not due may still be noted.
    pub is_due: bool,
    /// What this person noted for that day; several only if made without knowing of each other.
    pub noted: Vec<Entry<'a>>,
    /// What this person said ahead about that day.
    pub told: Vec<Entry<'a>>,
}

/// An entry that the view still keeps: everything but acts about the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its record.
    pub hash: Hash,
    /// The record's log and place.
    pub log: LogId,
    /// Its place there.
    pub seq: u64,
    /// Who says it.
    pub person: Person,
    /// The day that it claims.
    pub day: Day,
    /// A script wrote it, by that person's own setting.
    pub unattended: bool,
    /// Shown folded until its reader opens it.
    pub closed: bool,
    /// What it says.
    pub body: &'a Body,
    /// Whether it counts.
    pub standing: Standing,
}

/// Whether an entry counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Counts,
    /// Its author corrected it; the correction is named.
    Corrected(Hash),
    /// It has no effect.
    NoEffect(Why),
}

/// Why an act that is held has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// Its body is not an act of its kind.
    Malformed,
    /// It is about no item, or about something of the wrong form.
    About,
    /// An offer of what does not bind its author (S59).
    NotBound,
    /// An offer for longer than 366 days.
    TooLong,
    /// A consent that no person was there to give (S27).
    Unattended,
    /// Agreeing to, or declining, one's own offer.
    OwnOffer,
    /// The object belongs to the other (S14, S31).
    NotOwner,
    /// The words are not this object's type, or do not bind its owner alone.
    NotSuchAnObject,
    /// What it names is not held, did not take, or is no promise of its author's (S59).
    NotYours,
    /// It says again, in other words, what stands elsewhere.
    Redone,
}

/// An act that is held and has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoEffect {
    /// Its log.
    pub log: LogId,
    /// Its place there.
    pub seq: u64,
    /// Its record.
    pub hash: Hash,
    /// Its kind.
    pub kind: u64,
    /// Why.
    pub why: Why,
}

/// Something that came in since a place in each log.
#[derive(Debug, Clone)]
pub struct News<'a> {
    /// Its log.
    pub log: LogId,
    /// Its place there.
    pub seq: u64,
    /// Its record.
    pub hash: Hash,
    /// Who says it.
    pub person: Person,
    /// The day that it claims.
    pub day: Day,
    /// What it is.
    pub of: NewsOf<'a>,
}

/// What came in.
#[derive(Debug, Clone)]
pub enum NewsOf<'a> {
    /// An offer, with where it stands now.
    Offer {
        /// The item.
        item: ItemId,
        /// Its words.
        content: &'a Content,
        /// Where it stands now.
        state: State,
    },
    /// An answer to an offer or agreement, with where that stands now.
    Answer {
        /// What was answered.
        p: Hash,
        /// How.
        answer: Answer,
        /// The words it is about, if they are held.
        content: Option<&'a Content>,
        /// Where it stands now, if it is held.
        state: Option<State>,
    },
    /// An owned object was made, changed, or lifted (no words).
    Set {
        /// The object.
        id: Hash,
        /// Its type.
        ty: ItemType,
        /// Its words.
        content: Option<&'a Content>,
    },
    /// An entry.
    Entry(Entry<'a>),
}

/// A space that was announced and has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpaceTaken {
    /// The record that announced it.
    pub record: Hash,
    /// The day that it claims.
    pub day: Day,
    /// The day that the asker named; only the asker ends it.
    pub until: Option<Day>,
}

/// The four answers to a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// Yes.
    Agree,
    /// No.
    Decline,
    /// Taken back.
    Withdraw,
    /// Let go with thanks.
    Complete,
}

/// An item and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<'a> {
    /// The item.
    pub what: What,
    /// Its title.
    pub title: &'a str,
    /// Its type.
    pub ty: ItemType,
}
