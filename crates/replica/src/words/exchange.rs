//! What two devices say of words: what was ever had, what is lacking, and the items themselves.
//!
//! Everything here is a function of which ids were had. Whether an item was opened, has faded or
//! was let go changes no digest, no list and no answer to a device of the other person.

use std::collections::{BTreeMap, BTreeSet};

use identity::words::{Having, WordId};
use identity::{Day, LogId, Person, Roster, words_mac_key};
use zeroize::Zeroizing;

use super::had::{Had, Leaving, State};
use super::item::MOST_DAYS;
use super::{Item, Lane, MAX_ITEM, MAX_LIVING, PRACTICAL_A_DAY, Tagged, Words};
use crate::{Shelf, ShelfError, Table, Write};

/// What became of an item that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is kept, closed.
    New,
    /// It was had before.
    Known,
    /// It is not in order; that it was had is remembered until its last day.
    Refused,
    /// It is past its day here, ends later than this device's clock can believe, or there is no room
    /// for more of that person. It is not remembered either: another day it may be in order.
    NotNow,
}

/// What a peer can do wrong with words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsWrong {
    /// Bytes that are no item.
    #[error("bytes that are no item of words")]
    NotAnItem,
    /// An item of the other lane, where only the practical one is open.
    #[error("words of another lane than the open one")]
    Lane,
    /// An item for which nobody answers whom it could be believed from.
    #[error("words that nobody vouches for")]
    NotVouched,
}

impl Words {
    /// The digest of all that was had and may be spoken of.
    #[must_use]
    pub fn digest(&self) -> Having {
        Having::of(self.shown(None).map(|had| &had.id))
    }

    /// The same for each last day, ascending.
    #[must_use]
    pub fn buckets(&self) -> Vec<(u64, Having)> {
        let mut days: BTreeMap<Day, Vec<&WordId>> = BTreeMap::new();
        for had in self.shown(None) {
            days.entry(had.until).or_default().push(&had.id);
        }
        let sum = |(day, ids): (Day, Vec<&WordId>)| (day.0.into(), Having::of(ids));
        days.into_iter().map(sum).collect()
    }

    /// The days on which another list of buckets differs, as far as this device keeps such days:
    /// what ended before its high-water, or ends later than it takes, is not asked about.
    #[must_use]
    pub fn differing(&self, theirs: &[(u64, Having)]) -> BTreeSet<Day> {
        let mine: BTreeMap<u64, Having> = self.buckets().into_iter().collect();
        let theirs: BTreeMap<u64, Having> = theirs.iter().copied().collect();
        let days: BTreeSet<u64> = mine.keys().chain(theirs.keys()).copied().collect();
        days.into_iter()
            .filter(|day| mine.get(day) != theirs.get(day))
            .filter_map(|day| u32::try_from(day).ok().map(Day))
            .filter(|day| *day >= self.tide.high_water && *day <= self.last_day())
            .collect()
    }

    /// The ids that were had and may be spoken of: of some days, of a lane, or all.
    #[must_use]
    pub fn ids(&self, days: Option<&BTreeSet<Day>>, lane: Option<Lane>) -> BTreeSet<WordId> {
        self.shown(lane)
            .filter(|had| days.is_none_or(|days| days.contains(&had.until)))
            .map(|had| had.id)
            .collect()
    }

    /// Those of a peer's ids that were never had here.
    #[must_use]
    pub fn lacks(&self, ids: &[WordId]) -> Vec<WordId> {
        let lacking = ids.iter().filter(|id| !self.had.contains_key(id));
        lacking.copied().collect()
    }

    fn shown(&self, lane: Option<Lane>) -> impl Iterator<Item = &Had> {
        // Words in their grace must not show by any digest.
        self.had
            .values()
            .filter(move |had| had.shown() && lane.is_none_or(|lane| had.lane == lane))
    }

    /// The last day that anything in order can have: made two days ahead at most.
    fn last_day(&self) -> Day {
        self.tide.high_water.plus(2 + MOST_DAYS)
    }

    /// A peer said that it has had these. Its own person's words need no note; of mine it is kept
    /// until all devices of the other person have had them, since then my own copy may fade.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn held_by(
        &mut self,
        shelf: &dyn Shelf,
        roster: &Roster,
        peer: LogId,
        ids: &BTreeSet<WordId>,
    ) -> Result<Vec<Write>, ShelfError> {
        let theirs = self.person.other();
        let mut writes = Vec::new();
        if roster.person_of(peer) != Some(theirs) {
            return Ok(writes);
        }
        let readers: BTreeSet<LogId> = living_devices(roster, theirs).collect();
        let news = ids.iter().filter(|id| {
            self.had
                .get(id)
                .is_some_and(|had| self.is_mine(roster, had) && !had.held.contains(&peer))
        });
        for id in news.copied().collect::<Vec<_>>() {
            let Some(mut had) = self.had.get(&id).cloned() else {
                continue;
            };
            had.held.insert(peer);
            // A seal's secret is needed until it is opened, however long the other takes.
            if had.held.is_superset(&readers) && !had.is_seal() {
                let end = had.own_end();
                self.move_content(shelf, &mut had, end, &mut writes)?;
            }
            writes.push(put_had(&had));
            self.had.insert(id, had);
        }
        Ok(writes)
    }

    /// Puts an item's content under the key of an earlier day, or removes it if that day is past.
    pub(super) fn move_content(
        &self,
        shelf: &dyn Shelf,
        had: &mut Had,
        end: Day,
        writes: &mut Vec<Write>,
    ) -> Result<(), ShelfError> {
        let State::Here(now) = had.state else {
            return Ok(());
        };
        let Some(key) = had.content().filter(|_| end < now) else {
            return Ok(());
        };
        if let Some(value) = shelf.get(Table::Words, &key)?.filter(|_| self.keeps(end)) {
            had.state = State::Here(end);
            writes.extend(had.content().map(|key| Write::Put {
                table: Table::Words,
                key,
                value,
            }));
        } else {
            had.state = State::Gone;
        }
        writes.push(Write::Delete {
            table: Table::Words,
            key,
        });
        Ok(())
    }

    fn keeps(&self, day: Day) -> bool {
        day >= self.tide.high_water
    }

    /// Those of the items that a peer asks for which may go there and are here: of one's own
    /// person to anybody, of the other person to one's own devices alone. Together at most
    /// `max_bytes`.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn outgoing(
        &self,
        shelf: &dyn Shelf,
        roster: &Roster,
        peer: LogId,
        ids: &[WordId],
        lane: Option<Lane>,
        max_bytes: usize,
    ) -> Result<Vec<Zeroizing<Vec<u8>>>, ShelfError> {
        let mut room = max_bytes;
        let mut items = Vec::new();
        let to = roster.person_of(peer);
        for id in ids {
            let Some(had) = self.had.get(id) else {
                continue;
            };
            let mine = self.is_mine(roster, had);
            let goes = had.shown()
                && lane.is_none_or(|lane| lane == had.lane)
                && (mine || to == Some(self.person));
            if !goes {
                continue;
            }
            let Some((tagged, _)) = self.content(shelf, had)? else {
                continue;
            };
            let whose = |log: LogId| roster.person_of(log) == to;
            let bytes = tagged.encode(whose);
            if bytes.len() > room {
                break;
            }
            room -= bytes.len();
            items.push(bytes);
        }
        Ok(items)
    }

    /// What an item says, and the secret that belongs to a seal of this device.
    pub(super) fn content(
        &self,
        shelf: &dyn Shelf,
        had: &Had,
    ) -> Result<Option<Content>, ShelfError> {
        let Some(key) = had.content() else {
            return Ok(None);
        };
        let Some(row) = shelf.get(Table::Words, &key)?.map(Zeroizing::new) else {
            return Ok(None);
        };
        let damaged = || ShelfError::Damaged("words");
        let read = || {
            let mut r = identity::cbor::Reader::new(&row);
            r.array_of(2)?;
            let tagged = Tagged::parse(r.bytes()?)?;
            let secret = r.opt(|r| r.bytes().map(|secret| Zeroizing::new(secret.to_vec())))?;
            r.end()?;
            Ok((tagged, secret))
        };
        let (tagged, secret) = read().map_err(|_: identity::cbor::Malformed| damaged())?;
        if tagged.item.id != had.id {
            return Err(damaged());
        }
        Ok(Some((tagged, secret)))
    }

    /// Takes an item that a peer brought (B7, accept). `lane` is the only one open, if not all are.
    ///
    /// # Errors
    /// The peer broke the rules: nothing is remembered of what it sent.
    pub fn receive(
        &mut self,
        roster: &Roster,
        peer: LogId,
        lane: Option<Lane>,
        bytes: &[u8],
    ) -> Result<(WordId, Taken, Vec<Write>), WordsWrong> {
        let tagged = Tagged::parse(bytes).map_err(|_| WordsWrong::NotAnItem)?;
        let item = &tagged.item;
        let id = item.id;
        if lane.is_some_and(|lane| lane != item.lane) {
            return Err(WordsWrong::Lane);
        }
        if self.had.contains_key(&id) {
            return Ok((id, Taken::Known, Vec::new()));
        }
        let (author, by) = (roster.person_of(item.author), roster.person_of(peer));
        let by_us = by == Some(self.person);
        if !(by_us || by.is_some() && author == by || self.is_tagged(roster, &tagged)) {
            return Err(WordsWrong::NotVouched);
        }
        let full = author.is_none_or(|person| self.living(roster, person) >= MAX_LIVING);
        if full || item.until < self.tide.high_water || item.until > self.last_day() {
            return Ok((id, Taken::NotNow, Vec::new()));
        }
        let mut had = Had::of(item, &self.secret, Leaving::Elsewhere);
        let mut writes = Vec::new();
        let taken = if self.in_order(roster, item, author) {
            writes.extend(put_content(&had, &tagged, None));
            Taken::New
        } else {
            (had.refused, had.state) = (true, State::Gone);
            Taken::Refused
        };
        writes.push(put_had(&had));
        self.had.insert(id, had);
        Ok((id, taken, writes))
    }

    /// The rules that an item has to fit, whoever brought it.
    fn in_order(&self, roster: &Roster, item: &Item, author: Option<Person>) -> bool {
        let Some(person) = author.filter(|_| !roster.is_revoked(item.author)) else {
            return false;
        };
        item.made <= self.tide.high_water.plus(2)
            && item.made <= item.until
            && item.until <= item.made.plus(MOST_DAYS)
            && item.body.fits(item.lane)
            && (item.lane == Lane::Ordinary
                || self.practical(roster, person, item.made) < PRACTICAL_A_DAY)
    }

    /// Whether an item bears a tag that only its author's device, or this one, could make.
    fn is_tagged(&self, roster: &Roster, tagged: &Tagged) -> bool {
        let author = tagged.item.author;
        let Some(device) = roster.certificate(author).filter(|_| author != self.own) else {
            return false;
        };
        let key = words_mac_key(&self.keys, &device.dh, self.pact, author, self.own);
        tagged
            .tag(self.own)
            .zip(key.ok())
            .is_some_and(|(tag, key)| tag.is_of(&key, self.pact, &tagged.bytes))
    }
}

/// An item with its tags, and the secret of a seal.
pub(super) type Content = (Tagged, Option<Zeroizing<Vec<u8>>>);

/// A person's devices that are not revoked.
pub(super) fn living_devices(roster: &Roster, person: Person) -> impl Iterator<Item = LogId> {
    roster
        .devices(person)
        .map(|device| device.log())
        .filter(|log| !roster.is_revoked(*log))
}

pub(super) fn put_had(had: &Had) -> Write {
    Write::Put {
        table: Table::Had,
        key: had.key(),
        value: had.encode(),
    }
}

pub(super) fn put_content(had: &Had, tagged: &Tagged, secret: Option<&[u8]>) -> Option<Write> {
    let whole = tagged.encode(|_| true);
    debug_assert!(whole.len() <= MAX_ITEM, "an item was checked when made");
    let mut w = identity::cbor::Writer::new();
    w.array(2).bytes(&whole);
    w.opt(secret, |w, secret| w.bytes(secret));
    had.content().map(|key| Write::Put {
        table: Table::Words,
        key,
        value: w.finish(),
    })
}
