//! An item of words as it is made, tagged and carried (B7). It is never signed.

use identity::cbor::{Malformed, Reader, Writer};
use identity::words::{Tag, WordId};
use identity::{Day, Hash, LogId};
use zeroize::Zeroizing;

use super::Body;

/// The longest that words live after their release, and the longest fade, in days.
pub const MOST_DAYS: u32 = 90;
/// One tag for each other device; a pact has at most 64.
const MAX_TAGS: u64 = 63;
/// The largest item with its tags: what a frame takes for one.
pub const MAX_ITEM: usize = 16 << 10;

/// Which way an item goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lane {
    /// Everything; closed while somebody has taken space.
    Ordinary,
    /// Children and bills, short: may stay open in space.
    Practical,
}

impl Lane {
    /// 0 or 1, as it is written.
    #[must_use]
    pub const fn index(self) -> u64 {
        match self {
            Self::Ordinary => 0,
            Self::Practical => 1,
        }
    }

    /// The lane with that number.
    #[must_use]
    pub const fn from_index(index: u64) -> Option<Self> {
        match index {
            0 => Some(Self::Ordinary),
            1 => Some(Self::Practical),
            _ => None,
        }
    }
}

/// `[id16, author log, kind, made, until, fade, lane, re: id|null, body: bytes]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// Its name.
    pub id: WordId,
    /// The device that it was written on.
    pub author: LogId,
    /// The day of its release, as its author claims.
    pub made: Day,
    /// Its last day, opened or not.
    pub until: Day,
    /// How many days it stays after it was opened, 1 to 90.
    pub fade: u8,
    /// Which way it goes.
    pub lane: Lane,
    /// What it answers.
    pub re: Option<WordId>,
    /// What it says.
    pub body: Body,
}

impl Item {
    /// The item's CBOR: what its tags cover.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        self.id
            .write(w.array(9))
            .bytes(self.author.as_bytes())
            .uint(self.body.kind())
            .uint(self.made.0.into())
            .uint(self.until.0.into())
            .uint(self.fade.into())
            .uint(self.lane.index());
        w.opt(self.re, |w, re| re.write(w))
            .bytes(&self.body.encode());
        Zeroizing::new(w.finish())
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        r.array_of(9)?;
        let id = WordId::read(r)?;
        let author = LogId(Hash(r.fixed()?));
        let kind = r.uint()?;
        let (made, until) = (Day(r.small()?), Day(r.small()?));
        let fade: u8 = r.small()?;
        if !(1..=MOST_DAYS).contains(&fade.into()) {
            return Err(Malformed::Length);
        }
        let lane = Lane::from_index(r.uint()?).ok_or(Malformed::Length)?;
        let re = r.opt(WordId::read)?;
        let body = Body::decode(kind, r.bytes()?)?;
        Ok(Self {
            id,
            author,
            made,
            until,
            fade,
            lane,
            re,
            body,
        })
    }
}

/// An item and what shows each device who wrote it: `[item, [[log, tag16]…]]`, ascending by log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tagged {
    /// The item.
    pub item: Item,
    /// As it was read or made: what the tags cover.
    pub bytes: Zeroizing<Vec<u8>>,
    /// A tag for each other device that lived.
    pub tags: Vec<(LogId, Tag)>,
}

impl Tagged {
    /// Reads one strictly.
    ///
    /// # Errors
    /// It is not of this form.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX_ITEM {
            return Err(Malformed::Length);
        }
        let mut r = Reader::new(bytes);
        r.array_of(2)?;
        let item_bytes = Zeroizing::new(r.item()?.to_vec());
        let mut inner = Reader::new(&item_bytes);
        let item = Item::read(&mut inner)?;
        inner.end()?;
        let count = r.array()?;
        if count > MAX_TAGS {
            return Err(Malformed::Length);
        }
        let mut tags: Vec<(LogId, Tag)> = Vec::new();
        for _ in 0..count {
            r.array_of(2)?;
            let log = LogId(Hash(r.fixed()?));
            if tags.last().is_some_and(|(last, _)| *last >= log) {
                return Err(Malformed::Length);
            }
            tags.push((log, Tag::read(&mut r)?));
        }
        r.end()?;
        Ok(Self {
            item,
            bytes: item_bytes,
            tags,
        })
    }

    /// As it leaves for somebody: with the tags of those devices alone. A tag that the receiver
    /// cannot check could not be made by them either, and would tell what was forged (S19).
    #[must_use]
    pub fn encode(&self, whose: impl Fn(LogId) -> bool) -> Zeroizing<Vec<u8>> {
        let tags: Vec<_> = self.tags.iter().filter(|(log, _)| whose(*log)).collect();
        let mut w = Writer::new();
        w.array(2).raw(&self.bytes).array(tags.len() as u64);
        for (log, tag) in tags {
            tag.write(w.array(2).bytes(log.as_bytes()));
        }
        Zeroizing::new(w.finish())
    }

    /// The tag for one device.
    #[must_use]
    pub fn tag(&self, log: LogId) -> Option<&Tag> {
        self.tags.iter().find(|(of, _)| *of == log).map(|(_, t)| t)
    }
}
