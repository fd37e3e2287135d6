//! The verbs that change something: one transaction each, then the others are woken.

use std::time::Duration;

use ::pact::Act;
use identity::{Day, Flags, Record};
use protocol::Clock as SessionClock;
use replica::{Entry, Replica, Shelf, Undone, Write};

use crate::space::{self, Taken};

use super::known::{Me, NODE, SEEN, SETTINGS};
use super::{Cursor, Home, HomeError, LiveMark, VaultShelf, shelf::apply};

/// The kind of the act that ends a space (B4).
const SPACE_ENDED: u64 = 138;

/// Notes of the program around a home.
const LOCAL: vault::Table = vault::Table::hidden("local");

/// How an act is made, besides what it says.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The item or owned object that it is about, where its kind wants one.
    pub about: Option<Vec<u8>>,
    /// By a script, by the person's own setting.
    pub unattended: bool,
    /// Shown folded until its reader opens it.
    pub closed: bool,
    /// The day that its author claims, if not today.
    pub day: Option<Day>,
}

impl Home {
    /// Signs a statement and keeps it; when this returns it is durable.
    pub fn act(&mut self, act: &Act, said: Said) -> Result<Record, HomeError> {
        act.body.validate()?;
        let entry = Entry {
            kind: act.kind(),
            day: said.day.unwrap_or_else(|| self.today()),
            flags: Flags {
                unattended: said.unattended,
                closed: said.closed,
            },
            about: said.about,
            body: act.encode(),
        };
        let (now_ms, grace_ms) = (self.clock.unix_ms(), self.grace_ms());
        let record =
            self.change(|replica, me, _| Ok(replica.append(&me.keys, entry, now_ms, grace_ms)?))?;
        self.tried(&record);
        Ok(record)
    }

    /// Takes back the last step, if it cannot have left yet.
    pub fn undo(&mut self) -> Result<Undone, HomeError> {
        let now_ms = self.clock.unix_ms();
        let places = self.places.clone();
        self.change(|replica, _, shelf| {
            let (undone, writes) = replica.undo(shelf, now_ms)?;
            if matches!(&undone, Undone::Gone(record) if record.kind() == SPACE_ENDED) {
                // The space goes on, and is silent before its end is taken back.
                space::take(&places, Taken::default())?;
            }
            Ok((undone, writes))
        })
    }

    /// How long a new entry stays here: the setting, or 0 while `serve --live` runs, connected or
    /// not; then each verb says that undo is off. An entry keeps what it was born with.
    pub fn grace_ms(&self) -> u64 {
        if LiveMark::is_set(&self.places.state) {
            return 0;
        }
        self.known.settings.grace_s.saturating_mul(1000)
    }

    /// With how much grace the last step here was made, if it can still be undone: more than
    /// [`Home::grace_ms`] if it waits behind an earlier one.
    pub fn last_grace(&self) -> Option<Duration> {
        let replica = self.known.replica.as_ref()?;
        let grace = replica.last_grace(self.clock.unix_ms());
        grace.map(Duration::from_millis)
    }

    /// When the last step here was made (unix milliseconds), if it can still be undone.
    pub fn last_made(&self) -> Option<u64> {
        let replica = self.known.replica.as_ref()?;
        replica.last_made(self.clock.unix_ms())
    }

    /// Changes one setting, by name and text.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), HomeError> {
        let mut trial = self.known.settings.clone();
        trial.set(name, value)?;
        self.change_settings(|settings| settings.set(name, value).map_err(HomeError::from))
    }

    pub(crate) fn change_settings(
        &mut self,
        change: impl FnOnce(&mut crate::settings::Settings) -> Result<(), HomeError>,
    ) -> Result<(), HomeError> {
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        let before = self.known.settings.clone();
        change(&mut self.known.settings)?;
        if before == self.known.settings {
            return Ok(());
        }
        let kept = txn
            .put(NODE, SETTINGS, &self.known.settings.encode())
            .and_then(|()| txn.commit());
        if let Err(error) = kept {
            self.known.settings = before;
            return Err(error.into());
        }
        self.poke();
        Ok(())
    }

    /// A note that this home keeps for the program around it, never sent.
    pub fn local(&self, key: &str) -> Result<Option<Vec<u8>>, HomeError> {
        Ok(self.vault.read()?.get(LOCAL, key.as_bytes())?)
    }

    /// Keeps such a note.
    pub fn set_local(&mut self, key: &str, value: &[u8]) -> Result<(), HomeError> {
        if self.is_archive() {
            return Ok(());
        }
        let txn = self.vault.begin()?;
        txn.put(LOCAL, key.as_bytes(), value)?;
        Ok(txn.commit()?)
    }

    /// Changes such a note in one step, so that two processes do not undo each other's. `None`
    /// leaves it as it is.
    pub fn change_local(
        &mut self,
        key: &str,
        change: impl FnOnce(Option<&[u8]>) -> Option<Vec<u8>>,
    ) -> Result<(), HomeError> {
        if self.is_archive() {
            // Worked out for this once, and not kept.
            let there = self.local(key)?;
            drop(change(there.as_deref()));
            return Ok(());
        }
        let txn = self.vault.begin()?;
        let there = txn.get(LOCAL, key.as_bytes())?;
        if let Some(value) = change(there.as_deref()) {
            txn.put(LOCAL, key.as_bytes(), &value)?;
        }
        Ok(txn.commit()?)
    }

    /// Remembers up to where this person has seen what came in.
    pub fn set_seen(&mut self, cursor: &Cursor) -> Result<(), HomeError> {
        if self.is_archive() {
            return Ok(());
        }
        let txn = self.vault.begin()?;
        txn.put(NODE, SEEN, &cursor.encode())?;
        Ok(txn.commit()?)
    }

    /// One change of the replica: begun, refreshed, built, written, committed, told.
    pub(crate) fn change<T>(
        &mut self,
        build: impl FnOnce(&mut Replica, &Me, &dyn Shelf) -> Result<(T, Vec<Write>), HomeError>,
    ) -> Result<T, HomeError> {
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        let (Some(replica), Some(me)) = (self.known.replica.as_mut(), self.known.me.as_ref())
        else {
            return Err(HomeError::Alone);
        };
        let kept = build(replica, me, &VaultShelf(&txn)).and_then(|(value, writes)| {
            apply(&txn, &writes)?;
            let wrote = !writes.is_empty();
            txn.commit()?;
            Ok((value, wrote))
        });
        self.settled(kept)
    }

    /// Tells others that something was written; after a failure, forgets what was not kept.
    pub(super) fn settled<T, E>(&mut self, kept: Result<(T, bool), E>) -> Result<T, E> {
        match kept {
            Ok((value, wrote)) => {
                if wrote {
                    self.poke();
                }
                Ok(value)
            }
            Err(error) => {
                // It may speak of what was not kept.
                self.known.replica = None;
                Err(error)
            }
        }
    }

    /// Keeps a view that had to be folded anew, so that whoever opens next need not fold it again.
    /// It is a cache: if somebody else writes, or nothing can be written here, it is left for later.
    pub(super) fn keep_view(&mut self) -> Result<(), HomeError> {
        let Ok(Some(txn)) = self.vault.begin_if_free() else {
            return Ok(());
        };
        self.known.refresh(&txn)?;
        let Some(replica) = self.known.replica.as_mut() else {
            return Ok(());
        };
        let writes = replica.catch_up(&VaultShelf(&txn));
        // If it cannot be kept, no act is lost: the next writer keeps one.
        let _kept = apply(&txn, &writes).is_ok() && txn.commit().is_ok();
        Ok(())
    }

    /// What a session is told about time.
    pub(crate) fn session_clock(&self) -> SessionClock {
        SessionClock {
            moment: self.clock.moment(),
            unix_ms: self.clock.unix_ms(),
        }
    }
}
