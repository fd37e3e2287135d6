//! The one signed entry which says that a check-in took place. It knows the questions and the day,
//! and nothing that was said (S19).

use ::pact::{Act, Body, ItemId};
use identity::{Day, Flags, Hash, Person};
use replica::{Entry, Misuse};

use super::check_in::TookPlace;
use super::{Home, HomeError};

/// So many days the second person's device waits for the entry of the first one's.
const PATIENCE: u32 = 7;

impl Home {
    /// Signs that a check-in took place, once for each in which both have shown what they sealed.
    /// Its person decided so by answering, and the page before that said it; whether anybody has
    /// looked plays no part in it (S6). See docs/decisions/0020.
    pub(crate) fn note_check_ins(&mut self) -> Result<(), HomeError> {
        for TookPlace { p, day, shown } in self.took_place()? {
            if !self.is_noted(p, day)? {
                let first = self.person()? == Person::A;
                let mine_to_say = first || self.today() >= shown.plus(PATIENCE);
                // Behind a step that can still be undone it would wait too, and be what `undo` takes.
                if !mine_to_say || self.last_grace().is_some() || self.has_young_words()? {
                    continue;
                }
                match self.sign_checked_in(p, day) {
                    Ok(()) => {}
                    // This device's word does not count any more: another one's may.
                    Err(HomeError::Misuse(Misuse::Retired | Misuse::Disowned)) => continue,
                    Err(error) => return Err(error),
                }
            }
            self.stands_in_a_log(p, day)?;
        }
        Ok(())
    }

    fn is_noted(&mut self, p: Hash, day: Day) -> Result<bool, HomeError> {
        let body = Body::CheckedIn { p, day };
        let entries = self.view()?.entries();
        Ok(entries.iter().any(|entry| *entry.body == body))
    }

    fn sign_checked_in(&mut self, p: Hash, day: Day) -> Result<(), HomeError> {
        let act = Act::new(Body::CheckedIn { p, day });
        let entry = Entry {
            kind: act.kind(),
            day: self.today(),
            flags: Flags {
                unattended: true,
                closed: false,
            },
            about: Some(ItemId::QUESTIONS.0.to_vec()),
            body: act.encode(),
        };
        let now_ms = self.clock.unix_ms();
        // It is no step of the person at the keyboard: `undo` does not find it.
        self.change(|replica, me, _| Ok(replica.append(&me.keys, entry, now_ms, 0)?))
            .map(drop)
    }
}
