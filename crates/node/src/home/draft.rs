//! The draft between the logs and the screen: made of the edits that are kept, by way of a cache
//! that names what it covers, and written to by edits of this device.

use std::collections::{BTreeMap, BTreeSet};

use ::pact::EDIT;
use identity::{Flags, Hash, Record};
use replica::draft::{Author, Change, Draft, EditRecord, Held};
use replica::{Entry, Replica, Shelf, Table};

use super::{Home, HomeError, VaultShelf, shelf::apply};

/// The one row of the draft's table.
const CACHE: &[u8] = b"cache";

/// A cache that lags by more edits than this is written again.
const LAG: usize = 24;

impl Home {
    /// Changes the draft, in as few records as it takes, or not at all.
    pub fn edit(&mut self, changes: &[Change]) -> Result<Vec<Record>, HomeError> {
        let (now_ms, grace_ms, day) = (self.clock.unix_ms(), self.grace_ms(), self.today());
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        let (Some(replica), Some(me)) = (self.known.replica.as_mut(), self.known.me.as_ref())
        else {
            return Err(HomeError::Alone);
        };
        let author = Author {
            log: me.log,
            actor: me.keys.sign_public(),
        };
        let mut write = || -> Result<Vec<Record>, HomeError> {
            let shelf = VaultShelf(&txn);
            let mut records = Vec::new();
            let (mut draft, cached) = open_cached(replica, &shelf)?;
            loop {
                let edit = draft.change(&author, changes, None)?;
                let entry = Entry {
                    kind: EDIT,
                    day,
                    flags: Flags {
                        unattended: false,
                        closed: false,
                    },
                    about: None,
                    body: edit.body,
                };
                let (record, writes) = replica.append(&me.keys, entry, now_ms, grace_ms)?;
                apply(&txn, &writes)?;
                records.push(record);
                fold_on(&mut draft, replica, &shelf)?;
                if !edit.more {
                    break;
                }
            }
            if draft.len().saturating_sub(cached) > LAG {
                txn.put(
                    vault::Table::ordered(Table::Draft.name()),
                    CACHE,
                    &draft.snapshot(),
                )?;
            }
            Ok(records)
        };
        let written = write().and_then(|records| {
            txn.commit()?;
            Ok(records)
        });
        match written {
            Ok(records) => {
                self.poke();
                Ok(records)
            }
            Err(error) => {
                self.known.replica = None;
                Err(error)
            }
        }
    }
}

/// The draft as it stands: the cache, if it is of use, and what is not in it.
pub(super) fn open(replica: &Replica, shelf: &dyn Shelf) -> Result<Draft, HomeError> {
    open_cached(replica, shelf).map(|(draft, _)| draft)
}

/// The same, and how many edits the cache held.
fn open_cached(replica: &Replica, shelf: &dyn Shelf) -> Result<(Draft, usize), HomeError> {
    let pact = replica.roster().pact();
    let cached = shelf.get(Table::Draft, CACHE)?;
    let cached = cached.and_then(|cache| Draft::restore(pact, &cache).ok());
    let mut draft = cached.unwrap_or_else(|| Draft::new(pact));
    let held = draft.len();
    fold_on(&mut draft, replica, shelf)?;
    Ok((draft, held))
}

/// Takes in what is kept and not yet in the draft, and lets go of what is not kept any more.
fn fold_on(draft: &mut Draft, replica: &Replica, shelf: &dyn Shelf) -> Result<(), HomeError> {
    let rows = replica.edits(shelf, &BTreeMap::new())?;
    let (mut held, mut own_branch) = (Held::new(), BTreeMap::new());
    for state in replica.logs() {
        held.set(state.log, state.tip.head.seq);
        let Some(fork) = replica.fork(shelf, state.log)? else {
            continue;
        };
        let hash = |bytes: &Vec<u8>| Record::reopen(state.log, bytes).map(|record| record.hash());
        let hashes = |path: &[Vec<u8>]| -> Result<Vec<Hash>, HomeError> {
            path.iter()
                .map(hash)
                .collect::<Result<_, _>>()
                .map_err(|_| HomeError::Damaged("a fork"))
        };
        let (ours, other) = (hashes(&fork.ours)?, hashes(&fork.other)?);
        own_branch.insert(
            state.log,
            (fork.from, ours.iter().copied().collect::<BTreeSet<_>>()),
        );
        held.set_fork(state.log, fork.from.saturating_sub(1), vec![ours, other]);
    }
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(device) = replica.roster().certificate(row.log) else {
            continue;
        };
        let on_branch = own_branch
            .get(&row.log)
            .is_none_or(|(from, ours)| row.seq < *from || ours.contains(&row.hash));
        records.push(EditRecord {
            hash: row.hash,
            log: row.log,
            person: device.person,
            actor: device.sign,
            seq: row.seq,
            previous: row.previous,
            marks: row.marks,
            honoured: on_branch && row.seq <= replica.honoured(row.log),
            body: row.body,
        });
    }
    let kept: BTreeSet<Hash> = records.iter().map(|record| record.hash).collect();
    let covered = draft
        .covers()
        .into_values()
        .flat_map(BTreeMap::into_values)
        .flatten();
    let gone: BTreeSet<Hash> = covered.filter(|hash| !kept.contains(hash)).collect();
    draft.forget(&gone);
    draft.fold(&records, &held);
    Ok(())
}
