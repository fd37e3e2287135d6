//! Words: what two people say in confidence, outside the logs, and how it fades (B7).
//!
//! ```text
//!   Wish ── compose ──▶ (grace) ── offer ──▶ known to peers ── outgoing ──▶ leaves
//!                          ▲ take_back ◀──┘
//!   peer: Having, ids ── lacks ──▶ asks ── receive ──▶ held closed | refused, remembered
//!   person: list ── open ──▶ re-keyed to the day it fades ── drop ──▶ gone here
//!   check-in: seal ──▶ both sealed ── openings ──▶ both shown
//! ```
//!
//! An item lies in two rows. [`Table::Words`] has what it says, under the key of the day on which
//! it fades here; [`Table::Had`] has that it was had, under the key of its last day. The keys of
//! both tables begin with that day, and whoever keeps them destroys the key of a day that has
//! passed ([`Tide`]). What was opened, has faded or was let go here stays *had* until its last
//! day, and nothing in an exchange tells the difference.
//!
//! Nothing signed refers to words (S19): their names, tags, seals and digests hide their bytes
//! ([`identity::words`]), what they say hides from every print ([`Confidential`]), and the module
//! gives out neither to where acts are made.

mod body;
mod check_in;
mod exchange;
mod had;
mod handle;
mod item;
mod own;
mod read;
mod text;

use std::collections::BTreeMap;

use identity::words::WordId;
use identity::{Day, DeviceKeys, LogId, PactId, Person, Roster};
use zeroize::Zeroizing;

use crate::{Shelf, ShelfError, Table};
use had::{Had, State};

pub use body::{
    Body, Heard, Kind, MAX_BODY, MAX_PART_NAME, MAX_PARTS, Opening, PRACTICAL_TEXT, Part, Talk,
    decode_parts, encode_parts,
};
pub use check_in::{Answers, BY_SCRIPT, CheckIn, Sealing, Stands, Theirs};
pub use exchange::{Taken, WordsWrong};
pub use handle::Handle;
pub use item::{Item, Lane, MAX_ITEM, MOST_DAYS, Tagged};
pub use own::{Wish, WordsMisuse};
pub use read::{Listed, Opened, Stub};
pub use text::Confidential;

/// How many living items of one person are kept: what exceeds that is not taken, and cannot be
/// written. Both persons' names together fit into one frame.
pub const MAX_LIVING: usize = 2_048;
/// Practical words a person may send for one day.
pub const PRACTICAL_A_DAY: usize = 3;
/// How long the trace of faded words stays on one's own screen.
pub const STUB_DAYS: u32 = 14;

/// How far time has come for words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tide {
    /// The last day that was surely reached: whatever ends before it is destroyed.
    pub high_water: Day,
    /// What the clock says, never before the high-water. If the clock jumped more than 30 days
    /// ahead it is above it, and what ends before it is only hidden.
    pub today: Day,
}

impl Tide {
    /// A day, with nothing strange about the clock.
    #[must_use]
    pub const fn at(day: Day) -> Self {
        Self {
            high_water: day,
            today: day,
        }
    }

    /// Whether the clock jumped: nothing is written or exchanged until a later day confirms it.
    #[must_use]
    pub fn has_jumped(&self) -> bool {
        self.today > self.high_water
    }
}

/// The words of a pact as far as this device has had them.
pub struct Words {
    pact: PactId,
    own: LogId,
    person: Person,
    keys: DeviceKeys,
    /// Keys the names of rows and handles.
    secret: Zeroizing<[u8; 32]>,
    tide: Tide,
    had: BTreeMap<WordId, Had>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words(..)")
    }
}

impl Words {
    /// Reads what is kept; costs what is living.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn open(
        shelf: &dyn Shelf,
        roster: &Roster,
        own: LogId,
        person: Person,
        keys: &DeviceKeys,
        tide: Tide,
    ) -> Result<Self, ShelfError> {
        let keys = DeviceKeys::from_seeds(*keys.sign_seed(), *keys.dh_seed());
        let secret = Zeroizing::new(identity::pairing::hmac(
            keys.dh_seed().as_slice(),
            &[b"handfast/words/here"],
        ));
        let mut words = Self {
            pact: roster.pact(),
            own,
            person,
            keys,
            secret,
            tide,
            had: BTreeMap::new(),
        };
        for (key, row) in shelf.scan(Table::Had, &tide.high_water.0.to_be_bytes())? {
            let had = Had::decode(&key, &row, &words.secret)?;
            words.had.insert(had.id, had);
        }
        Ok(words)
    }

    /// Time went on: what is past its day is forgotten here too. The rows and their keys are
    /// destroyed by whoever keeps them, before this is called.
    pub fn rise(&mut self, tide: Tide) {
        self.tide = tide;
        self.had.retain(|_, had| had.until >= tide.high_water);
        for had in self.had.values_mut() {
            if matches!(had.state, State::Here(day) if day < tide.high_water) {
                had.state = State::Gone;
            }
        }
    }

    /// How far time has come.
    #[must_use]
    pub const fn tide(&self) -> Tide {
        self.tide
    }

    /// How many living items of a person are had.
    fn living(&self, roster: &Roster, person: Person) -> usize {
        let of = |had: &&Had| roster.person_of(had.author) == Some(person);
        self.had.values().filter(of).count()
    }

    /// How many practical items of a person are had for one day.
    fn practical(&self, roster: &Roster, person: Person, made: Day) -> usize {
        let of = |had: &&Had| {
            had.lane == Lane::Practical
                && had.made == made
                && !had.refused
                && roster.person_of(had.author) == Some(person)
        };
        self.had.values().filter(of).count()
    }

    fn is_mine(&self, roster: &Roster, had: &Had) -> bool {
        roster.person_of(had.author) == Some(self.person)
    }
}
