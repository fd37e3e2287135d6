//! Reading words: what is there, closed or opened; opening, from when on it fades; letting go.

use identity::{Day, Roster};

use super::exchange::put_had;
use super::had::{Had, Leaving, State};
use super::{Body, Handle, Kind, Lane, STUB_DAYS, Words, WordsMisuse};
use crate::{Shelf, Table, Write};

/// An item in a list: nothing of what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What its person types for it.
    pub handle: Handle,
    /// Whether one's own person wrote it.
    pub mine: bool,
    /// What sort of words.
    pub kind: Kind,
    /// Which way it went.
    pub lane: Lane,
    /// Never opened here (one's own are always open).
    pub closed: bool,
    /// One's own, and still here for its grace.
    pub in_grace: bool,
    /// The day that its author claims.
    pub made: Day,
    /// The last day on which it can be read here.
    pub until: Day,
    /// What it answers, if that was ever here.
    pub re: Option<Handle>,
}

/// The trace of faded words on one's own screen: no date, and nothing to count by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stub {
    /// Whether one's own person wrote them.
    pub mine: bool,
    /// What sort of words.
    pub kind: Kind,
}

/// An item that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// As it stands in the list.
    pub listed: Listed,
    /// What it says.
    pub body: Body,
    /// How many days it stays after it was opened.
    pub fade: u8,
}

impl Words {
    /// What is there to read, oldest first. Answers of a check-in are in no list.
    #[must_use]
    pub fn list(&self, roster: &Roster) -> Vec<Listed> {
        let mut all: Vec<&Had> = self
            .had
            .values()
            .filter(|had| had.shape() != Kind::CheckIn && self.is_readable(roster, had))
            .collect();
        all.sort_by_key(|had| (had.made, had.handle.clone()));
        all.into_iter()
            .map(|had| self.listed(roster, had))
            .collect()
    }

    /// The traces of what has faded in the last two weeks, in no telling order.
    #[must_use]
    pub fn stubs(&self, roster: &Roster) -> Vec<Stub> {
        let stub = |had: &Had| {
            let mine = self.is_mine(roster, had);
            let faded = if mine {
                had.own_end()
            } else {
                had.opened?.plus(had.fade.into()).min(had.until)
            };
            let traced = faded < self.tide.today
                && self.tide.today.0 - faded.0 <= STUB_DAYS
                && had.until >= self.tide.today
                && had.shape() != Kind::CheckIn
                && !had.refused;
            traced.then_some(Stub {
                mine,
                kind: had.shape(),
            })
        };
        let dropped = |had: &&Had| !self.was_let_go(had);
        let mut stubs: Vec<Stub> = self.had.values().filter(dropped).filter_map(stub).collect();
        stubs.sort_by_key(|stub| (stub.mine, stub.kind));
        stubs.dedup();
        stubs
    }

    /// Opens an item. What the other wrote fades from this day on.
    ///
    /// # Errors
    /// It is not here, or gone.
    pub fn look(
        &mut self,
        shelf: &dyn Shelf,
        roster: &Roster,
        handle: &Handle,
    ) -> Result<(Opened, Vec<Write>), WordsMisuse> {
        let had = self.find(handle)?;
        if had.shape() == Kind::CheckIn {
            return Err(WordsMisuse::Unknown);
        }
        if !self.is_readable(roster, had) {
            return Err(WordsMisuse::Gone);
        }
        let had = had.clone();
        let (tagged, _) = self.content(shelf, &had)?.ok_or(WordsMisuse::Gone)?;
        let writes = self.opened(shelf, roster, had.clone())?;
        let listed = self
            .had
            .get(&had.id)
            .map_or_else(|| self.listed(roster, &had), |had| self.listed(roster, had));
        let opened = Opened {
            listed,
            fade: tagged.item.fade,
            body: tagged.item.body,
        };
        Ok((opened, writes))
    }

    /// Notes that an item was opened, and puts what it says under the key of the day it fades.
    pub(super) fn opened(
        &mut self,
        shelf: &dyn Shelf,
        roster: &Roster,
        mut had: Had,
    ) -> Result<Vec<Write>, WordsMisuse> {
        let mut writes = Vec::new();
        if self.is_mine(roster, &had) || had.opened.is_some() || self.tide.has_jumped() {
            return Ok(writes);
        }
        had.opened = Some(self.tide.today);
        let end = self.tide.today.plus(had.fade.into()).min(had.until);
        self.move_content(shelf, &mut had, end, &mut writes)?;
        writes.push(put_had(&had));
        self.had.insert(had.id, had);
        Ok(writes)
    }

    /// Lets an item go here, unread or not. Nobody is told: that it was had stays until its day.
    /// What was written here and may not have reached everybody goes from this screen alone.
    ///
    /// # Errors
    /// It is not here.
    pub fn let_go(&mut self, roster: &Roster, handle: &Handle) -> Result<Vec<Write>, WordsMisuse> {
        let mut had = self.find(handle)?.clone();
        if had.shape() == Kind::CheckIn {
            return Err(WordsMisuse::Unknown);
        }
        let mut writes = Vec::new();
        if self.is_mine(roster, &had) {
            // What leaves must not depend on what is on this screen: the copy that waits for the
            // other's devices stays sealed, as for anybody.
            had.opened = Some(Day(0));
        } else {
            writes.extend(had.content().map(|key| Write::Delete {
                table: Table::Words,
                key,
            }));
            had.state = State::Gone;
            had.opened = Some(Day(0));
        }
        writes.push(put_had(&had));
        self.had.insert(had.id, had);
        Ok(writes)
    }

    /// Day 0 as the day of opening means: let go by its person.
    fn was_let_go(&self, had: &Had) -> bool {
        had.opened == Some(Day(0))
    }

    /// Whether what it says is here and not yet faded.
    pub(super) fn is_readable(&self, roster: &Roster, had: &Had) -> bool {
        let today = self.tide.today;
        let shown = !self.is_mine(roster, had) || had.own_end() >= today;
        !self.was_let_go(had) && shown && matches!(had.state, State::Here(day) if day >= today)
    }

    fn listed(&self, roster: &Roster, had: &Had) -> Listed {
        let mine = self.is_mine(roster, had);
        let until = match had.state {
            State::Here(day) if mine => day.min(had.own_end()),
            State::Here(day) => day,
            State::Gone => had.until,
        };
        Listed {
            handle: had.handle.clone(),
            mine,
            kind: had.shape(),
            lane: had.lane,
            closed: !mine && had.opened.is_none(),
            in_grace: matches!(had.leaving, Leaving::Born { .. }),
            made: had.made,
            until,
            re: had
                .re
                .and_then(|re| self.had.get(&re))
                .map(|had| had.handle.clone()),
        }
    }
}
