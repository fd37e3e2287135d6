//! Writing to the draft: changes become edits of this device, all of them or none.

use ::pact::EDIT;
use identity::{Flags, Record};
use replica::Entry;
use replica::draft::{Author, Change, Draft};

use super::{Home, HomeError, VaultShelf, shelf::apply};

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
        let mut write = || -> Result<Vec<Record>, HomeError> {
            let shelf = VaultShelf(&txn);
            let mut records = Vec::new();
            let mut draft = Draft::open(replica, &shelf)?;
            loop {
                let author = Author::of(replica).ok_or(HomeError::Alone)?;
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
                draft.fold_on(replica, &shelf)?;
                if !edit.more {
                    break;
                }
            }
            if let Some(row) = draft.keep() {
                apply(&txn, &[row])?;
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
