//! The last entries of each log, sort by sort: what a screen shows without reading the log.
//!
//! What is kept is a function of that log's beginning alone, so the order between logs never
//! matters. Sorts have rings of their own: a hundred days noted do not push out one thanks.

use std::collections::{BTreeSet, VecDeque};

use identity::{Day, Hash, Head, LogId, Person};

use super::Why;
use super::plan::Marks;
use crate::act::Body;

/// The sorts of entries, and how many each log keeps.
pub(super) const CAPACITIES: [usize; SORTS] = [64, 16, 16, 32, 64, 8, 1, 16];
/// How many sorts there are.
pub(super) const SORTS: usize = 8;
/// The texts in one ring have at most so many bytes together, but for the newest.
const MAX_RING_TEXT: usize = 16 * 1024;
/// So many acts without effect are listed for each log.
pub(super) const MAX_WRONG: usize = 16;
/// So many items about which something cannot be read are remembered for each log.
pub(super) const MAX_UNREADABLE: usize = 64;

/// Which ring an entry is kept in; none for acts about the plan.
pub(super) const fn sort(body: &Body) -> Option<usize> {
    match body {
        Body::Set { .. }
        | Body::Propose { .. }
        | Body::Agree { .. }
        | Body::Decline { .. }
        | Body::Withdraw { .. }
        | Body::Complete { .. } => None,
        Body::Follow { .. } => Some(FOLLOW),
        Body::Thanks { .. } => Some(THANKS),
        Body::HeadsUp { .. } => Some(HEADS_UP),
        Body::Setback { .. } | Body::Amends { .. } => Some(HARD),
        Body::Heard { .. } => Some(HEARD),
        Body::Pause { .. } | Body::Back { .. } => Some(PAUSE),
        Body::Space { .. } | Body::SpaceEnded => Some(SPACE),
        Body::CheckedIn { .. }
        | Body::Sorry { .. }
        | Body::LastWord { .. }
        | Body::Summary { .. } => Some(OTHER),
    }
}

pub(super) const FOLLOW: usize = 0;
pub(super) const THANKS: usize = 1;
pub(super) const HEADS_UP: usize = 2;
pub(super) const HARD: usize = 3;
pub(super) const HEARD: usize = 4;
pub(super) const PAUSE: usize = 5;
/// One is enough: in one log the last word about space is what holds.
pub(super) const SPACE: usize = 6;
pub(super) const OTHER: usize = 7;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) hash: Hash,
    pub(super) redo: Option<Hash>,
    pub(super) seq: u64,
    pub(super) day: Day,
    pub(super) unattended: bool,
    pub(super) closed: bool,
    pub(super) body: Body,
    /// Kept only with the end of a space.
    pub(super) marks: Marks,
}

/// The last entries of one sort, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Ring {
    entries: VecDeque<Kept>,
    /// Of all texts together.
    bytes: usize,
}

impl Ring {
    pub(super) fn push(&mut self, kept: Kept, capacity: usize) {
        self.bytes += weight(&kept.body);
        self.entries.push_back(kept);
        while self.entries.len() > capacity
            || (self.bytes > MAX_RING_TEXT && self.entries.len() > 1)
        {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.bytes = self.bytes.saturating_sub(weight(&oldest.body));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Kept> {
        self.entries.iter()
    }
}

fn weight(body: &Body) -> usize {
    match body {
        Body::Follow { note: text, .. }
        | Body::Setback { note: text, .. }
        | Body::Thanks { text, .. }
        | Body::HeadsUp { text, .. }
        | Body::Amends { text, .. }
        | Body::Sorry { text }
        | Body::LastWord { text }
        | Body::Summary {
            recipient: text, ..
        } => text.len(),
        Body::Set { .. }
        | Body::Propose { .. }
        | Body::Agree { .. }
        | Body::Decline { .. }
        | Body::Withdraw { .. }
        | Body::Complete { .. }
        | Body::Pause { .. }
        | Body::Back { .. }
        | Body::Heard { .. }
        | Body::CheckedIn { .. }
        | Body::Space { .. }
        | Body::SpaceEnded => 0,
    }
}

/// An act that had no effect whoever else says what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) hash: Hash,
    pub(super) seq: u64,
    pub(super) kind: u64,
    pub(super) why: Why,
}

/// What is kept of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) person: Person,
    pub(super) head: Head,
    pub(super) rings: [Ring; SORTS],
    pub(super) wrong: VecDeque<Wrong>,
    pub(super) unreadable: BTreeSet<Vec<u8>>,
    /// More than can be remembered: then something cannot be read about everything.
    pub(super) unreadable_more: bool,
}

impl Log {
    pub(super) fn new(log: LogId, person: Person) -> Self {
        Self {
            person,
            head: Head::start(log),
            rings: Default::default(),
            wrong: VecDeque::new(),
            unreadable: BTreeSet::new(),
            unreadable_more: false,
        }
    }

    /// Makes room for so many entries of a sort, as far as it keeps them.
    pub(super) fn expect(&mut self, sort: usize, entries: u64) {
        if let (Some(ring), Some(capacity)) = (self.rings.get_mut(sort), CAPACITIES.get(sort)) {
            let most = usize::try_from(entries).unwrap_or(*capacity);
            ring.entries.reserve_exact(most.min(*capacity));
        }
    }

    pub(super) fn push(&mut self, sort: usize, kept: Kept) {
        if let (Some(ring), Some(capacity)) = (self.rings.get_mut(sort), CAPACITIES.get(sort)) {
            ring.push(kept, *capacity);
        }
    }

    pub(super) fn push_wrong(&mut self, wrong: Wrong) {
        self.wrong.push_back(wrong);
        if self.wrong.len() > MAX_WRONG {
            self.wrong.pop_front();
        }
    }

    pub(super) fn push_unreadable(&mut self, about: &[u8]) {
        if self.unreadable.contains(about) {
        } else if self.unreadable.len() < MAX_UNREADABLE && about.len() <= 32 {
            self.unreadable.insert(about.to_vec());
        } else {
            self.unreadable_more = true;
        }
    }

    /// The entries of one sort, oldest first.
    pub(super) fn ring(&self, sort: usize) -> impl DoubleEndedIterator<Item = &Kept> {
        self.rings.get(sort).into_iter().flat_map(Ring::iter)
    }
}
