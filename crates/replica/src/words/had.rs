//! What is known of each item that was ever had and is not past its day: enough to compare with a
//! peer and to list, and never what it says. Its row lies under the key of the item's last day, so
//! no trace outlives that day.

use std::collections::BTreeSet;

use identity::cbor::{Malformed, Reader, Writer};
use identity::words::{Round, Seal, WordId};
use identity::{Day, Hash, LogId};

use super::{Body, Handle, Item, Kind, Lane};
use crate::ShelfError;

/// What became of an item here. Nothing of this shows in an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Its content lies under the key of that day.
    Here(Day),
    /// It was not in order, or its person let it go.
    Gone,
}

/// One of one's own items that was written on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// In its grace since then, for as long as it was born with (milliseconds): what is set or
    /// started later makes it neither longer nor shorter.
    Born {
        /// When it was written, by the clock here.
        at: u64,
        /// How long it stays.
        grace: u64,
    },
    /// It may have left.
    Offered,
    /// Written elsewhere.
    Elsewhere,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Had {
    pub(super) id: WordId,
    pub(super) author: LogId,
    pub(super) kind: u64,
    pub(super) made: Day,
    pub(super) until: Day,
    pub(super) lane: Lane,
    pub(super) fade: u8,
    pub(super) re: Option<WordId>,
    pub(super) round: Option<Round>,
    /// The other's seal that an opening named: needed to judge what the other shows, also after the
    /// opening itself has faded here.
    pub(super) against: Option<Seal>,
    /// Of one's own opening: that the check-in took place stands in a log. Of the other's seal: it was
    /// here before one's own answers were shown.
    pub(super) noted: bool,
    pub(super) state: State,
    pub(super) refused: bool,
    /// When it was opened here.
    pub(super) opened: Option<Day>,
    pub(super) leaving: Leaving,
    /// Devices that said they had it: only kept of one's own person's items.
    pub(super) held: BTreeSet<LogId>,
    /// The rest of the keys of its rows, after the day.
    pub(super) row: [u8; 12],
    /// What its person types for it.
    pub(super) handle: Handle,
}

impl Leaving {
    /// Since when it is in a grace that is not over.
    pub(super) fn in_grace(self, now_ms: u64) -> Option<u64> {
        match self {
            Self::Born { at, grace } if now_ms.abs_diff(at) < grace => Some(at),
            Self::Born { .. } | Self::Offered | Self::Elsewhere => None,
        }
    }
}

impl Had {
    pub(super) fn of(item: &Item, key: &[u8; 32], leaving: Leaving) -> Self {
        Self {
            id: item.id,
            author: item.author,
            kind: item.body.kind(),
            made: item.made,
            until: item.until,
            lane: item.lane,
            fade: item.fade,
            re: item.re,
            round: item.body.round(),
            against: match &item.body {
                Body::Opening(opening) => Some(opening.against),
                Body::Say(_)
                | Body::Heard(_)
                | Body::Talk(_)
                | Body::Sorry { .. }
                | Body::Story { .. }
                | Body::Letter(_)
                | Body::Sealed { .. }
                | Body::Later { .. } => None,
            },
            noted: false,
            state: State::Here(item.until),
            refused: false,
            opened: None,
            leaving,
            held: BTreeSet::new(),
            row: row_of(key, &item.id),
            handle: Handle::of(key, &item.id),
        }
    }

    pub(super) fn shape(&self) -> Kind {
        Kind::of(self.kind)
    }

    /// Whether it is the sealed half of a check-in.
    pub(super) const fn is_seal(&self) -> bool {
        self.kind == 7
    }

    /// Whether it is the half that shows the answers.
    pub(super) const fn is_opening(&self) -> bool {
        self.kind == 8
    }

    /// Whether it may be spoken of to anybody.
    pub(super) const fn shown(&self) -> bool {
        !matches!(self.leaving, Leaving::Born { .. })
    }

    /// The last day on which its author's own copy is shown.
    pub(super) fn own_end(&self) -> Day {
        self.made.plus(self.fade.into()).min(self.until)
    }

    /// The key of its row in [`crate::Table::Had`].
    pub(super) fn key(&self) -> Vec<u8> {
        keyed(self.until, &self.row)
    }

    /// The key of its content in [`crate::Table::Words`], if that is here.
    pub(super) fn content(&self) -> Option<Vec<u8>> {
        match self.state {
            State::Here(day) => Some(keyed(day, &self.row)),
            State::Gone => None,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(16).uint(2);
        self.id.write(&mut w).bytes(self.author.as_bytes());
        w.uint(self.kind).uint(self.made.0.into());
        w.uint(self.lane.index()).uint(self.fade.into());
        w.opt(self.re, |w, re| re.write(w));
        w.opt(self.round, |w, round| round.write(w));
        w.opt(self.against, |w, seal| seal.write(w));
        w.uint(self.noted.into());
        match self.state {
            State::Here(day) => w.uint(day.0.into()),
            State::Gone => w.null(),
        };
        w.uint(self.refused.into());
        w.opt(self.opened, |w, day| w.uint(day.0.into()));
        match self.leaving {
            Leaving::Born { at, grace } => w.array(2).uint(at).uint(grace),
            Leaving::Offered => w.uint(1),
            Leaving::Elsewhere => w.uint(0),
        };
        w.array(self.held.len() as u64);
        for log in &self.held {
            w.bytes(log.as_bytes());
        }
        w.finish()
    }

    pub(super) fn decode(key: &[u8], row: &[u8], secret: &[u8; 32]) -> Result<Self, ShelfError> {
        let damaged = ShelfError::Damaged("a row of words");
        let Some((until, rest)) = key.split_first_chunk::<4>() else {
            return Err(damaged);
        };
        let Ok(rest) = <[u8; 12]>::try_from(rest) else {
            return Err(damaged);
        };
        Self::read(Day(u32::from_be_bytes(*until)), rest, row, secret).map_err(|_| damaged)
    }

    fn read(until: Day, rest: [u8; 12], row: &[u8], secret: &[u8; 32]) -> Result<Self, Malformed> {
        let mut r = Reader::new(row);
        r.array_of(16)?;
        r.uint()?;
        let id = WordId::read(&mut r)?;
        let had = Self {
            id,
            author: LogId(Hash(r.fixed()?)),
            kind: r.uint()?,
            made: Day(r.small()?),
            until,
            lane: Lane::from_index(r.uint()?).ok_or(Malformed::Range)?,
            fade: r.small()?,
            re: r.opt(WordId::read)?,
            round: r.opt(Round::read)?,
            against: r.opt(Seal::read)?,
            noted: r.uint()? == 1,
            state: r
                .opt(|r| r.small().map(Day))?
                .map_or(State::Gone, State::Here),
            refused: r.uint()? == 1,
            opened: r.opt(|r| r.small().map(Day))?,
            leaving: match r.kind()? {
                identity::cbor::Kind::Array => {
                    r.array_of(2)?;
                    Leaving::Born {
                        at: r.uint()?,
                        grace: r.uint()?,
                    }
                }
                identity::cbor::Kind::Uint
                | identity::cbor::Kind::Bytes
                | identity::cbor::Kind::Text
                | identity::cbor::Kind::Null => {
                    if r.uint()? == 1 {
                        Leaving::Offered
                    } else {
                        Leaving::Elsewhere
                    }
                }
            },
            held: {
                let mut held = BTreeSet::new();
                for _ in 0..r.array()? {
                    held.insert(LogId(Hash(r.fixed()?)));
                }
                held
            },
            row: rest,
            handle: Handle::of(secret, &id),
        };
        r.end()?;
        Ok(had)
    }
}

pub(super) fn keyed(day: Day, row: &[u8; 12]) -> Vec<u8> {
    [day.0.to_be_bytes().as_slice(), row].concat()
}

fn row_of(key: &[u8; 32], id: &WordId) -> [u8; 12] {
    let mut row = [0; 12];
    for (to, from) in row.iter_mut().zip(id.here(key, "row")) {
        *to = from;
    }
    row
}
