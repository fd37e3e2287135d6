//! What became of what was offered: whether it was ever agreed, when it held, in whose place it came,
//! and what stands beside it. A withdrawal ends an offer and an agreement in the same state (B5), but a
//! person who took back an offer has broken nothing, and no screen may say so.

use identity::{Day, Hash, Person};

use super::judge::Judged;
use super::plan::Plan;
use super::{State, View};
use crate::content::{Content, ItemId};

/// One proposal of an item, as it stands and as it stood.
#[derive(Debug, Clone)]
pub struct Past<'a> {
    /// The proposal.
    pub p: Hash,
    /// Who offered it.
    pub author: Person,
    /// Its whole words.
    pub content: &'a Content,
    /// Where it stands.
    pub state: State,
    /// The last day on which it was to be in force.
    pub until: Day,
    /// Its first day in force; none if it was never agreed.
    pub begins: Option<Day>,
    /// The last day on which it held, as the claimed days have it; none if it held on none.
    pub last: Option<Day>,
    /// The agreements that it takes the place of.
    pub replaces: Vec<Hash>,
    /// The day on which the second of both let it go.
    pub let_go: Option<Day>,
}

/// One time that an owned object was written.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// The act.
    pub set: Hash,
    /// The day that it claims.
    pub day: Day,
    /// Its whole words.
    pub content: &'a Content,
    /// Whether these words are in force.
    pub in_force: bool,
}

/// What stands now for the item of a proposal, beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Nothing.
    Nothing,
    /// Another offer of the same author's.
    Another,
    /// An agreement.
    Agreed,
    /// An offer of the same author's, or an agreement, that was surely offered later.
    Newer,
}

impl View {
    /// Every proposal for an item that has an effect, in the order of their claimed days.
    #[must_use]
    pub fn past(&self, item: ItemId, today: Day) -> Vec<Past<'_>> {
        let mut rows = self.plan_of_item(item).judge(item);
        rows.sort_by_key(|row| (row.proposal.at.day, row.p));
        rows.iter()
            .map(|row| Past {
                p: row.p,
                author: row.proposal.at.person,
                content: &row.proposal.content,
                state: row.state(today),
                until: row.proposal.until,
                begins: row.begins(),
                last: row.held().map(|(_, last)| last),
                replaces: row.proposal.replaces.clone(),
                let_go: row.ended_by_both(),
            })
            .collect()
    }

    /// The items that something was offered for, with those whose past alone is left.
    #[must_use]
    pub fn items_with_past(&self) -> Vec<ItemId> {
        self.whole().items().collect()
    }

    /// Whether a proposal was ever agreed, whatever has ended it since; none if it is not held.
    #[must_use]
    pub fn was_agreed(&self, p: Hash) -> Option<bool> {
        let row = self.plan_of(p).judge_one(p)?;
        Some(row.begins().is_some())
    }

    /// What stands for the same thing as a proposal: an agreement that lives, or an open offer of
    /// the same person's.
    #[must_use]
    pub fn beside(&self, p: Hash, today: Day) -> Beside {
        let Some(one) = self.plan_of(p).judge_one(p) else {
            return Beside::Nothing;
        };
        let rows = self.plan.judge(one.proposal.item);
        let stands = |row: &&Judged<'_>| {
            let state = row.state(today);
            let open = state == State::Open
                && row.proposal.at.person == one.proposal.at.person
                && today < row.proposal.until;
            row.p != one.p && (open || state.is_live())
        };
        // Provable alone within one log: two days may be claimed as one likes.
        let after = |row: &Judged<'_>| {
            let (at, of) = (&row.proposal.at, &one.proposal.at);
            at.log == of.log && at.seq > of.seq
        };
        let standing: Vec<&Judged<'_>> = rows.iter().filter(stands).collect();
        if standing.is_empty() {
            Beside::Nothing
        } else if standing.iter().any(|row| after(row)) {
            Beside::Newer
        } else if standing.iter().any(|row| row.state(today).is_live()) {
            Beside::Agreed
        } else {
            Beside::Another
        }
    }

    /// Each time that an owned object was written, the older ones first, and whether that is in
    /// force; a lift is not among them.
    #[must_use]
    pub fn sets_of(&self, id: Hash, owner: Person) -> Vec<Written<'_>> {
        let Some(object) = self.plan.object_named(id, owner) else {
            return Vec::new();
        };
        let in_force: Vec<Hash> = object.in_force().map(|(set, _)| set.at.hash).collect();
        let mut all: Vec<_> = object
            .sets
            .iter()
            .filter_map(|set| {
                let written = Written {
                    set: set.at.hash,
                    day: set.at.day,
                    content: set.content.as_ref()?,
                    in_force: in_force.contains(&set.at.hash),
                };
                Some((
                    (written.in_force, set.at.day, set.at.log, set.at.seq),
                    written,
                ))
            })
            .collect();
        all.sort_by_key(|(order, _)| *order);
        all.into_iter().map(|(_, written)| written).collect()
    }

    /// The plan with what is laid aside, if the item has something there.
    pub(super) fn plan_of_item(&self, item: ItemId) -> &Plan {
        let is_aside = self
            .settled
            .as_ref()
            .is_some_and(|settled| settled.has_item(item));
        if is_aside { self.whole() } else { &self.plan }
    }
}
