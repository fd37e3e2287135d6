//! The copy itself: who may speak, how far each log is held, and what it adds up to.

use std::collections::BTreeMap;

use identity::{DeviceKeys, Hash, Head, LogId, Person, Roster, Tip, UnverifiedStatement};
use pact::View;

use crate::edits::{EditRow, any_between, edits};
use crate::pending::Pending;
use crate::reckon::SNAPSHOT;
use crate::state::{LogState, Own};
use crate::words::{Tide, Words};
use crate::wrong::Misuse;
use crate::{Shelf, ShelfError, Table, Write};

pub(crate) const OWN: &[u8] = b"own";

/// One device's copy of a pact. Small: no record is kept in it.
///
/// Every list of writes that it hands out is applied as one transaction before the next call. If
/// that fails, the replica is dropped and opened again: it already speaks of what was not kept.
pub struct Replica {
    pub(crate) roster: Roster,
    pub(crate) person: Person,
    pub(crate) own: Own,
    pub(crate) logs: BTreeMap<LogId, LogState>,
    pub(crate) view: View,
    /// How much of each log the kept snapshot of the view covers.
    pub(crate) covered: BTreeMap<LogId, u64>,
    /// Whether the kept snapshot was of no use, or of little, at opening.
    pub(crate) stale: bool,
    /// One's own newest marks that lie on a branch which does not count, and how far they count.
    pub(crate) astray: BTreeMap<LogId, (Head, Option<Head>)>,
    /// Confidential words, once somebody has asked for them ([`Replica::open_words`]).
    pub(crate) words: Option<Box<Words>>,
}

impl Replica {
    /// A new pact: its founding, and the certificates of the devices known so far.
    ///
    /// # Errors
    /// The statements do not make a pact with `own` in it.
    pub fn begin(
        statements: Vec<UnverifiedStatement>,
        own: LogId,
    ) -> Result<(Self, Vec<Write>), Misuse> {
        let (mut founding, others): (Vec<_>, Vec<_>) = statements
            .into_iter()
            .partition(UnverifiedStatement::is_founding);
        let founding = founding.pop().ok_or(Misuse::NotAPact)?;
        let mut writes = vec![put(
            Table::Roster,
            &founding.id().0,
            founding.bytes().to_vec(),
        )];
        let mut roster = Roster::found(founding).map_err(|_| Misuse::NotAPact)?;
        writes.extend(roster_rows(&roster.admit_all(others)));
        let person = roster.person_of(own).ok_or(Misuse::NotAPact)?;
        let state = LogState::start(own, person);
        writes.push(put(Table::Log, own.as_bytes(), state.to_row()));
        let mine = Own::start(own);
        writes.push(put(Table::Own, OWN, mine.to_row()));
        let replica = Self {
            view: View::new(roster.pact()),
            roster,
            person,
            own: mine,
            logs: BTreeMap::from([(own, state)]),
            covered: BTreeMap::new(),
            stale: false,
            astray: BTreeMap::new(),
            words: None,
        };
        Ok((replica, writes))
    }

    /// Whether a pact is kept here, and which log this device writes.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn writer(shelf: &dyn Shelf) -> Result<Option<LogId>, ShelfError> {
        let row = shelf.get(Table::Own, OWN)?;
        row.map(|row| Own::from_row(&row).map(|own| own.log))
            .transpose()
    }

    /// Opens what is kept: some rows, and at most some fifty records after the view's snapshot.
    ///
    /// # Errors
    /// What is kept could not be read, is damaged, or belongs to another device.
    pub fn open(shelf: &dyn Shelf, own: LogId) -> Result<Self, ShelfError> {
        let row = shelf
            .get(Table::Own, OWN)?
            .ok_or(ShelfError::Damaged("no pact is kept here"))?;
        let mine = Own::from_row(&row)?;
        if mine.log != own {
            return Err(ShelfError::Damaged("this home writes another log"));
        }
        let roster = open_roster(shelf)?;
        let person = roster
            .person_of(own)
            .or_else(|| open_person(shelf, own))
            .ok_or(ShelfError::Damaged("this device has no certificate"))?;
        let mut logs = BTreeMap::new();
        for (_, row) in shelf.scan(Table::Log, &[])? {
            let state = LogState::from_row(&row)?;
            logs.insert(state.log, state);
        }
        let mut replica = Self {
            view: View::new(roster.pact()),
            roster,
            person,
            own: mine,
            logs,
            covered: BTreeMap::new(),
            stale: false,
            astray: BTreeMap::new(),
            words: None,
        };
        replica.view = replica.reckon_first(shelf)?;
        replica.note_astray(shelf)?;
        Ok(replica)
    }

    /// Who may speak.
    #[must_use]
    pub const fn roster(&self) -> &Roster {
        &self.roster
    }

    /// What is true now.
    #[must_use]
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// Whose device this is.
    #[must_use]
    pub const fn person(&self) -> Person {
        self.person
    }

    /// The log this device writes.
    #[must_use]
    pub const fn own_log(&self) -> LogId {
        self.own.log
    }

    /// What is held of each log.
    pub fn logs(&self) -> impl Iterator<Item = &LogState> {
        self.logs.values()
    }

    /// What is held of one log.
    #[must_use]
    pub fn log(&self, log: LogId) -> Option<&LogState> {
        self.logs.get(&log)
    }

    /// Reads words, unless they are read already. Without this call a session speaks of none.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn open_words(
        &mut self,
        shelf: &dyn Shelf,
        keys: &DeviceKeys,
        tide: Tide,
    ) -> Result<(), ShelfError> {
        match &mut self.words {
            Some(words) if words.tide() == tide => {}
            Some(words) => words.rise(tide),
            None => {
                let own = self.own.log;
                let words = Words::open(shelf, &self.roster, own, self.person, keys, tide)?;
                self.words = Some(Box::new(words));
            }
        }
        Ok(())
    }

    /// The words, if they were read, and who may speak.
    pub fn words(&mut self) -> Option<(&mut Words, &Roster)> {
        let words = self.words.as_deref_mut()?;
        Some((words, &self.roster))
    }

    /// The edits after a place in each log (all of a log that is not named), for the draft: those
    /// of all branches, in the order of logs and numbers.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn edits(
        &self,
        shelf: &dyn Shelf,
        after: &BTreeMap<LogId, u64>,
    ) -> Result<Vec<EditRow>, ShelfError> {
        edits(shelf, after, self.logs.keys().copied())
    }

    /// Whether somebody changed the draft after a place in each log (a log that is not named: ever),
    /// in what counts.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn has_edits(
        &self,
        shelf: &dyn Shelf,
        by: Person,
        after: &BTreeMap<LogId, u64>,
    ) -> Result<bool, ShelfError> {
        for state in self.logs.values().filter(|state| state.person == by) {
            let after = after.get(&state.log).copied().unwrap_or(0);
            if any_between(shelf, state.log, after, state.counts().head.seq)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The view from all records, whatever the snapshot says: what `verify` compares with.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn reckoned(&self, shelf: &dyn Shelf) -> Result<View, ShelfError> {
        self.reckon_all(shelf).map(|(view, _)| view)
    }

    pub(crate) fn own_tip(&self) -> &Tip {
        // The own log is in the map from the beginning on; were it not, its start would be true.
        static NOTHING: Tip = Tip {
            head: Head {
                seq: 0,
                hash: identity::Hash([0; 32]),
            },
            marks: BTreeMap::new(),
        };
        self.logs
            .get(&self.own.log)
            .map_or(&NOTHING, |state| &state.tip)
    }

    /// Takes statements of a peer or of one's own person; tells whether any was new. What is not
    /// in order is dropped (B2).
    ///
    /// # Errors
    /// What is kept could not be read; then nothing has changed.
    pub fn admit(
        &mut self,
        shelf: &dyn Shelf,
        statements: Vec<UnverifiedStatement>,
    ) -> Result<Vec<Write>, ShelfError> {
        let saved = self.save();
        let mut pending = Pending::new(shelf);
        match self.admit_into(&mut pending, statements) {
            Ok(()) => Ok(pending.into_writes()),
            Err(error) => {
                self.restore(saved);
                Err(error)
            }
        }
    }

    pub(crate) fn admit_into(
        &mut self,
        pending: &mut Pending<'_>,
        statements: Vec<UnverifiedStatement>,
    ) -> Result<(), ShelfError> {
        let before = named(&self.roster);
        let new = self.roster.admit_all(statements);
        if new.is_empty() {
            return Ok(());
        }
        // What a lower one has put aside goes from the shelf, too: a root in bad hands can make
        // ever lower ones, and each opening reads and verifies whatever is kept.
        let after = named(&self.roster);
        for (id, bytes) in after.iter().filter(|(id, _)| !before.contains_key(id)) {
            pending.put(Table::Roster, &id.0, bytes.clone());
        }
        for id in before.keys().filter(|id| !after.contains_key(id)) {
            pending.delete(Table::Roster, &id.0);
        }
        // Only revocations, and certificates beyond those that count, change what counts.
        let logs: Vec<LogId> = self.logs.keys().copied().collect();
        let affected: Vec<LogId> = logs
            .into_iter()
            .filter(|log| {
                self.roster.is_revoked(*log)
                    || self.roster.certificate(*log).is_none()
                    || self
                        .logs
                        .get(log)
                        .is_some_and(|state| state.limit.is_some())
            })
            .collect();
        if self.settle(pending, &affected)? {
            self.reckon_again(pending)?;
        }
        Ok(())
    }

    /// Something that counted does not any more, or the reverse: the one step, with finding a
    /// fork, that costs the whole history.
    pub(crate) fn reckon_again(&mut self, pending: &mut Pending<'_>) -> Result<(), ShelfError> {
        self.note_astray(pending)?;
        let (view, _) = self.reckon_all(pending)?;
        self.covered.clear();
        pending.delete(Table::View, SNAPSHOT);
        self.view = view;
        self.snapshot_below(pending);
        Ok(())
    }

    /// What a failed step puts back.
    pub(crate) fn save(&self) -> Saved {
        Saved {
            roster: self.roster.clone(),
            own: self.own.clone(),
            logs: self.logs.clone(),
            covered: self.covered.clone(),
            astray: self.astray.clone(),
        }
    }

    pub(crate) fn restore(&mut self, saved: Saved) {
        self.roster = saved.roster;
        self.own = saved.own;
        self.logs = saved.logs;
        self.covered = saved.covered;
        self.astray = saved.astray;
    }

    pub(crate) fn own_row(&self) -> Write {
        put(Table::Own, OWN, self.own.to_row())
    }
}

/// Everything but the view, which changes last and only when nothing can fail any more.
pub(crate) struct Saved {
    roster: Roster,
    own: Own,
    logs: BTreeMap<LogId, LogState>,
    covered: BTreeMap<LogId, u64>,
    astray: BTreeMap<LogId, (Head, Option<Head>)>,
}

pub(crate) fn put(table: Table, key: &[u8], value: Vec<u8>) -> Write {
    Write::Put {
        table,
        key: key.to_vec(),
        value,
    }
}

fn roster_rows(statements: &[Vec<u8>]) -> Vec<Write> {
    statements
        .iter()
        .filter_map(|bytes| UnverifiedStatement::parse(bytes).ok())
        .map(|statement| put(Table::Roster, &statement.id().0, statement.bytes().to_vec()))
        .collect()
}

/// All statements that count, by their ids.
fn named(roster: &Roster) -> BTreeMap<Hash, Vec<u8>> {
    roster
        .statements()
        .filter_map(|bytes| UnverifiedStatement::parse(bytes).ok())
        .map(|statement| (statement.id(), statement.bytes().to_vec()))
        .collect()
}

fn open_roster(shelf: &dyn Shelf) -> Result<Roster, ShelfError> {
    let mut founding = None;
    let mut others = Vec::new();
    for (_, bytes) in shelf.scan(Table::Roster, &[])? {
        let statement = UnverifiedStatement::parse(&bytes)
            .map_err(|_| ShelfError::Damaged("a statement of the roster"))?;
        if statement.is_founding() {
            founding = Some(statement);
        } else {
            others.push(statement);
        }
    }
    let founding = founding.ok_or(ShelfError::Damaged("the founding is missing"))?;
    Roster::reopen(founding, others).map_err(|_| ShelfError::Damaged("the roster"))
}

/// The person of a device whose certificate does not count any more.
fn open_person(shelf: &dyn Shelf, own: LogId) -> Option<Person> {
    let row = shelf.get(Table::Log, own.as_bytes()).ok()??;
    LogState::from_row(&row).ok().map(|state| state.person)
}
