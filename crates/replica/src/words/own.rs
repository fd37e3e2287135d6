//! Writing words: made and tagged here, held back for their grace, then known to peers.

use identity::words::{Tag, WordId};
use identity::{Day, Roster, words_mac_key};

use super::exchange::{living_devices, put_content, put_had};
use super::had::{Had, Leaving};
use super::item::MOST_DAYS;
use super::{Body, Confidential, Handle, Item, Lane, MAX_LIVING, PRACTICAL_A_DAY, Tagged, Words};
use crate::{Shelf, ShelfError, Table, Write};

/// What somebody wants to say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    /// What.
    pub body: Body,
    /// How many days it stays after it was opened, 1 to 90.
    pub fade: u8,
    /// Which way it goes.
    pub lane: Lane,
    /// What it answers, if anything.
    pub re: Option<Handle>,
}

impl Wish {
    /// The usual: the ordinary lane, two weeks after it was opened.
    #[must_use]
    pub const fn new(body: Body) -> Self {
        Self {
            body,
            fade: 14,
            lane: Lane::Ordinary,
            re: None,
        }
    }
}

/// Why words cannot be written, read or let go.
#[derive(Debug, thiserror::Error)]
pub enum WordsMisuse {
    /// Nothing is said, or more than fits.
    #[error("nothing is said, or more than fits")]
    Body,
    /// Fade is counted in days.
    #[error("words stay 1 to 90 days")]
    Fade,
    /// The practical lane is for short words.
    #[error("the practical lane takes plain words of at most 280 characters")]
    NotPractical,
    /// Three a day are enough for bills and children.
    #[error("three practical messages a day")]
    EnoughForToday,
    /// Too many are living.
    #[error("there is no room for more words until older ones have faded")]
    Full,
    /// This device may not speak any more.
    #[error("what this device writes does not count any more")]
    Disowned,
    /// No such words are here.
    #[error("no such words are here")]
    Unknown,
    /// They have faded, or were let go.
    #[error("these words are gone")]
    Gone,
    /// The round was answered already.
    #[error("this check-in was answered already")]
    AlreadyGiven,
    /// The clock jumped more than 30 days ahead.
    #[error("the clock of this machine has jumped; words wait until tomorrow")]
    ClockJumped,
    /// What is kept could not be read.
    #[error("what is kept could not be read")]
    Shelf(#[from] ShelfError),
}

impl Words {
    /// Makes an item. Until its grace is over nothing shows that it is here. `id` is random.
    ///
    /// # Errors
    /// It cannot be said so; nothing has changed.
    pub fn compose(
        &mut self,
        roster: &Roster,
        wish: Wish,
        id: WordId,
        now_ms: u64,
        grace_ms: u64,
    ) -> Result<(Handle, Vec<Write>), WordsMisuse> {
        let re = match &wish.re {
            None => None,
            Some(handle) => Some(self.find(handle)?.id),
        };
        self.make(roster, wish, re, id, None, Some((now_ms, grace_ms)))
    }

    /// Makes the letter that was held while the other had taken space. It was kept long enough: it
    /// is dated and tagged now, and may leave at once (B9).
    ///
    /// # Errors
    /// It cannot be said now; nothing has changed.
    pub fn release(
        &mut self,
        roster: &Roster,
        letter: Confidential,
        fade: u8,
        id: WordId,
    ) -> Result<Vec<Write>, WordsMisuse> {
        let wish = Wish {
            fade,
            ..Wish::new(Body::Letter(letter))
        };
        let (_, writes) = self.make(roster, wish, None, id, None, None)?;
        Ok(writes)
    }

    /// Makes an item with what belongs to it. Without a birth it may leave at once.
    pub(super) fn make(
        &mut self,
        roster: &Roster,
        wish: Wish,
        re: Option<WordId>,
        id: WordId,
        secret: Option<&[u8]>,
        birth: Option<(u64, u64)>,
    ) -> Result<(Handle, Vec<Write>), WordsMisuse> {
        if self.tide.has_jumped() {
            return Err(WordsMisuse::ClockJumped);
        }
        if !wish.body.says_something() {
            return Err(WordsMisuse::Body);
        }
        if !(1..=MOST_DAYS).contains(&wish.fade.into()) {
            return Err(WordsMisuse::Fade);
        }
        if !wish.body.fits(wish.lane) {
            return Err(WordsMisuse::NotPractical);
        }
        let made = self.tide.today;
        if wish.lane == Lane::Practical
            && self.practical(roster, self.person, made) >= PRACTICAL_A_DAY
        {
            return Err(WordsMisuse::EnoughForToday);
        }
        if self.living(roster, self.person) >= MAX_LIVING {
            return Err(WordsMisuse::Full);
        }
        let speaks = roster.certificate(self.own).is_some() && !roster.is_revoked(self.own);
        if !speaks || self.had.contains_key(&id) {
            return Err(WordsMisuse::Disowned);
        }
        let item = Item {
            id,
            author: self.own,
            made,
            until: made.plus(MOST_DAYS),
            fade: wish.fade,
            lane: wish.lane,
            re,
            body: wish.body,
        };
        let tagged = self.tagged(roster, item);
        let leaving = match birth {
            Some((at, grace)) if grace > 0 => Leaving::Born { at, grace },
            _ => Leaving::Offered,
        };
        let had = Had::of(&tagged.item, &self.secret, leaving);
        let mut writes: Vec<Write> = put_content(&had, &tagged, secret).into_iter().collect();
        writes.push(put_had(&had));
        let handle = had.handle.clone();
        self.had.insert(id, had);
        Ok((handle, writes))
    }

    /// Tags an item for every other device that may speak.
    fn tagged(&self, roster: &Roster, item: Item) -> Tagged {
        let bytes = item.encode();
        let others = identity::Person::BOTH
            .into_iter()
            .flat_map(|person| living_devices(roster, person))
            .filter(|log| *log != self.own);
        let tag = |log| {
            let device = roster.certificate(log)?;
            // Who certified an unusable key gets no tag: their own devices vouch for them.
            let key = words_mac_key(&self.keys, &device.dh, self.pact, self.own, log).ok()?;
            Some((log, Tag::of(&key, self.pact, &bytes)))
        };
        let mut tags: Vec<_> = others.filter_map(tag).collect();
        tags.sort_unstable_by_key(|(log, _)| *log);
        Tagged { item, bytes, tags }
    }

    /// Whether any of one's own words may be spoken of from now on. To be kept, by the writes that
    /// this gives, before anything that shows them leaves.
    pub fn offer(&mut self, now_ms: u64) -> Vec<Write> {
        if self.tide.has_jumped() {
            return Vec::new();
        }
        let mut writes = Vec::new();
        for had in self.had.values_mut() {
            if !had.shown() && had.leaving.in_grace(now_ms).is_none() {
                had.leaving = Leaving::Offered;
                writes.push(put_had(had));
            }
        }
        writes
    }

    /// When the next of one's own words may be spoken of (unix milliseconds).
    #[must_use]
    pub fn next_release(&self) -> Option<u64> {
        if self.tide.has_jumped() {
            return None;
        }
        let born = self.had.values().filter_map(|had| match had.leaving {
            Leaving::Born { at, grace } => Some(at.saturating_add(grace)),
            Leaving::Offered | Leaving::Elsewhere => None,
        });
        born.min()
    }

    /// The newest of one's own words that can still be taken back, and when they were written.
    #[must_use]
    pub fn youngest(&self, now_ms: u64) -> Option<(Handle, u64)> {
        let all = self.had.values();
        let born = all.filter_map(|had| Some((had.handle.clone(), had.leaving.in_grace(now_ms)?)));
        born.max_by_key(|(_, born)| *born)
    }

    /// Takes words back that nobody can know of yet; gives what they said, if that is still here:
    /// of sealed answers an opening that never was.
    ///
    /// # Errors
    /// They may have left, or are not here.
    pub fn take_back(
        &mut self,
        shelf: &dyn Shelf,
        handle: &Handle,
        now_ms: u64,
    ) -> Result<(Option<Body>, Vec<Write>), WordsMisuse> {
        let had = self.find(handle)?;
        if had.leaving.in_grace(now_ms).is_none() {
            return Err(WordsMisuse::Unknown);
        }
        let body = self.content(shelf, had)?;
        let mut writes = vec![Write::Delete {
            table: Table::Had,
            key: had.key(),
        }];
        writes.extend(had.content().map(|key| Write::Delete {
            table: Table::Words,
            key,
        }));
        let id = had.id;
        self.had.remove(&id);
        let said = body.map(|(tagged, secret)| {
            self.unsealed(&tagged, secret.as_ref().map(|secret| secret.as_slice()))
                .unwrap_or(tagged.item.body)
        });
        Ok((said, writes))
    }

    pub(super) fn find(&self, handle: &Handle) -> Result<&Had, WordsMisuse> {
        let mut found = self.had.values().filter(|had| had.handle == *handle);
        match (found.next(), found.next()) {
            (Some(had), None) => Ok(had),
            _ => Err(WordsMisuse::Unknown),
        }
    }

    /// The last day on which words made today can be there.
    #[must_use]
    pub fn latest_end(&self) -> Day {
        self.tide.today.plus(MOST_DAYS)
    }
}
