//! Space at home: what was announced, by whom, and the one letter that waits for its end.

use ::pact::{Act, Body, SpaceTaken};
use identity::cbor::{Malformed, Reader, Writer};
use identity::words::WordId;
use identity::{Day, Flags, Hash, LogId};
use replica::words::{Body as Words, Confidential, MOST_DAYS, WordsMisuse};
use replica::{Entry, Shelf, Table, Write};
use zeroize::Zeroizing;

use super::words::cleaned;
use super::{Home, HomeError, VaultShelf, WordsError};
use crate::space::{self, Standing, Taken};

/// Any grace that is not none.
const AN_HOUR_MS: u64 = 3_600_000;
/// What comes after the day in the key of the letter's row: there is one.
const THE_ONE: &[u8] = b"letter";
/// A letter that is looked at with fewer days left is put under the key of a later one: as long as
/// somebody uses this home while the other has space, it does not fade before it could leave.
const SOON: u32 = 60;

/// The letter that one has written while the other has space. It was not sent, and it can be
/// written anew or dropped at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it says.
    pub text: Confidential,
    /// How many days it stays after it was opened.
    pub fade: u8,
}

/// An announcement that was signed and may not have left.
pub(crate) struct Announcement {
    hash: Hash,
    seq: u64,
}

impl Home {
    /// The space that the other has announced and not ended, as far as is known here.
    pub fn space_of_other(&mut self) -> Result<Option<SpaceTaken>, HomeError> {
        let replica = self.replica()?;
        Ok(replica.view().space(replica.person().other()))
    }

    /// Whether the other has space, as it was read last: for a line that is said beside another.
    pub fn other_has_space(&self) -> bool {
        let replica = self.known.replica.as_ref();
        replica.is_some_and(|replica| replica.view().space(replica.person().other()).is_some())
    }

    /// The space that this home's person has announced, on this or another device, and not ended.
    pub fn space_announced(&mut self) -> Result<Option<SpaceTaken>, HomeError> {
        let replica = self.replica()?;
        Ok(replica.view().space(replica.person()))
    }

    /// Takes an announcement back that was signed here and never left: the attempt was killed, or
    /// reached nobody. Then the other knows nothing of this space, and need not hear of its end.
    pub fn settle_announcement(&mut self) -> Result<(), HomeError> {
        if let Some(space) = self.space_announced()? {
            self.change(|replica, _, shelf| Ok(replica.take_back(shelf, space.record)?))?;
        }
        Ok(())
    }

    /// Signs that space was taken; the grace of what came before is over, since in a chain nothing
    /// leaves before what stands under it.
    pub(crate) fn sign_announcement(
        &mut self,
        until: Option<Day>,
    ) -> Result<Announcement, HomeError> {
        let act = Act::new(Body::Space { until });
        act.body.validate()?;
        let entry = Entry {
            kind: act.kind(),
            day: self.today(),
            flags: Flags::default(),
            about: None,
            body: act.encode(),
        };
        let now_ms = self.clock.unix_ms();
        self.change(|replica, me, _| {
            // Born with a grace that ends at once: with none it would count as offered.
            let (record, mut writes) = replica.append(&me.keys, entry, now_ms, AN_HOUR_MS)?;
            writes.extend(replica.end_grace());
            let (hash, seq) = (record.hash(), record.seq());
            Ok((Announcement { hash, seq }, writes))
        })
    }

    /// Signs what is left to say before one leaves. It may go at once, and what stands before it.
    pub(crate) fn sign_last_word(&mut self, text: &str) -> Result<(), HomeError> {
        let act = Act::new(Body::LastWord {
            text: ::pact::text::clean(text).text,
        });
        act.body.validate()?;
        let entry = Entry {
            kind: act.kind(),
            day: self.today(),
            flags: Flags::default(),
            about: None,
            body: act.encode(),
        };
        let now_ms = self.clock.unix_ms();
        self.change(|replica, me, _| {
            let (_, mut writes) = replica.append(&me.keys, entry, now_ms, 0)?;
            writes.extend(replica.end_grace());
            Ok(((), writes))
        })
    }

    /// Whether an announcement may have left; if not, it is taken back.
    pub(crate) fn has_left(&mut self, said: &Announcement) -> Result<bool, HomeError> {
        self.change(|replica, _, shelf| {
            let (_, writes) = replica.take_back(shelf, said.hash)?;
            Ok((replica.offered() >= said.seq, writes))
        })
    }

    /// Whether a device that holds this device's log up to `seq` holds the announcement.
    pub(crate) fn covers(said: &Announcement, seq: u64) -> bool {
        seq >= said.seq
    }

    /// The devices of this home's person that are not this one and may still speak.
    pub fn own_other_devices(&mut self) -> Result<Vec<LogId>, HomeError> {
        let replica = self.replica()?;
        let (own, me, roster) = (replica.own_log(), replica.person(), replica.roster());
        // A device that another one goes on from is no device any more (B6).
        let former: Vec<LogId> = roster.devices(me).filter_map(|one| one.continues).collect();
        let devices = roster.devices(me).map(|device| device.log());
        let living =
            devices.filter(|log| *log != own && !roster.is_revoked(*log) && !former.contains(log));
        Ok(living.collect())
    }

    /// This device's log, as it was read last.
    pub(crate) fn own_log(&self) -> Option<LogId> {
        self.known.me.as_ref().map(|me| me.log)
    }

    /// Whether a log is of another device of this home's person, as it was read last.
    pub(crate) fn is_of_own_other(&self, log: LogId) -> bool {
        let replica = self.known.replica.as_ref();
        replica.is_some_and(|replica| {
            log != replica.own_log() && replica.roster().person_of(log) == Some(replica.person())
        })
    }

    /// Whether this home's person has announced space elsewhere, and this device still speaks.
    pub(crate) fn is_to_follow(&mut self) -> Result<bool, HomeError> {
        let open = space::standing(&self.places) == Standing::Open;
        Ok(open && self.is_paired() && self.space_announced()?.is_some())
    }

    /// Falls silent too, if this home's person has announced space on another device. Only
    /// [`space::end`] here opens this device again. Whether it fell silent now.
    pub(crate) fn follow_space(&mut self) -> Result<bool, HomeError> {
        let announced = if self.is_to_follow()? {
            self.space_announced()?
        } else {
            None
        };
        let Some(announced) = announced else {
            return Ok(false);
        };
        let taken = Taken {
            practical: false,
            until: announced.until,
        };
        space::take(&self.places, taken)?;
        Ok(true)
    }

    /// Keeps a letter while the other has space, in the place of the one before. It is in no log,
    /// has no name and no tag, and is dated when it leaves.
    pub fn hold_letter(&mut self, letter: &Letter) -> Result<(), WordsError> {
        let text = cleaned(&letter.text);
        if !Words::Letter(text.clone()).says_something() {
            return Err(WordsMisuse::Body.into());
        }
        if !(1..=MOST_DAYS).contains(&letter.fade.into()) {
            return Err(WordsMisuse::Fade.into());
        }
        let row = encode(&text, letter.fade);
        self.on_desk(|shelf, tide| {
            let mut writes = erased(shelf)?;
            writes.push(put(tide.high_water, &row));
            Ok(writes)
        })
    }

    /// The letter that waits, if there is one.
    pub fn held_letter(&mut self) -> Result<Option<Letter>, WordsError> {
        let tide = self.fade()?;
        let found = self.waiting_letter()?;
        let Some((key, row)) = found else {
            return Ok(None);
        };
        let last = key
            .first_chunk::<4>()
            .map_or(0, |day| u32::from_be_bytes(*day));
        if last < tide.high_water.0.saturating_add(SOON) && !tide.has_jumped() {
            self.on_desk(|shelf, tide| {
                let mut writes = erased(shelf)?;
                writes.push(put(tide.high_water, &row));
                Ok(writes)
            })?;
        }
        let (text, fade) = decode(&row).map_err(HomeError::from)?;
        Ok(Some(Letter { text, fade }))
    }

    /// Drops the letter that waits.
    pub fn drop_letter(&mut self) -> Result<(), WordsError> {
        self.on_desk(|shelf, _| Ok(erased(shelf)?))
    }

    /// Lets the letter go, once the other has ended the space for which it waited. It leaves like
    /// any words, and its writer is told nothing more.
    pub(crate) fn release_letter(&mut self) -> Result<(), HomeError> {
        if !self.is_paired() || self.waiting_letter()?.is_none() {
            return Ok(());
        }
        if self.space_of_other()?.is_some() || self.fade()?.has_jumped() {
            return Ok(());
        }
        let id = WordId::new(self.dice().bytes()?);
        let released = self.change_words(|words, roster, shelf| {
            // Another process of this home may have released it meanwhile.
            let Some((_, row)) = row(shelf)? else {
                return Ok(((), Vec::new()));
            };
            let (text, fade) = decode(&row).map_err(HomeError::from)?;
            let mut writes = erased(shelf)?;
            writes.extend(words.release(roster, text, fade, id)?);
            Ok(((), writes))
        });
        match released {
            // No room for more words now, or a device that may not speak: it waits on.
            Err(WordsError::Misuse(WordsMisuse::Full | WordsMisuse::Disowned)) | Ok(()) => Ok(()),
            Err(WordsError::Home(error)) => Err(error),
            Err(
                WordsError::Misuse(_)
                | WordsError::KeptAlready
                | WordsError::DraftName
                | WordsError::OtherHasSpace,
            ) => Err(HomeError::Damaged("the letter that waits")),
        }
    }

    fn waiting_letter(&self) -> Result<Option<Found>, HomeError> {
        let reader = self.vault.read()?;
        Ok(row(&VaultShelf(&reader))?)
    }
}

/// The key and the text of the letter's row.
type Found = (Vec<u8>, Zeroizing<Vec<u8>>);

fn row(shelf: &dyn Shelf) -> Result<Option<Found>, replica::ShelfError> {
    let found = shelf.next(Table::Outbox, &[])?;
    Ok(found.map(|(key, row)| (key, Zeroizing::new(row))))
}

fn put(today: Day, row: &[u8]) -> Write {
    let until = today.plus(MOST_DAYS);
    Write::Put {
        table: Table::Outbox,
        key: [&until.0.to_be_bytes(), THE_ONE].concat(),
        value: row.to_vec(),
    }
}

fn erased(shelf: &dyn Shelf) -> Result<Vec<Write>, replica::ShelfError> {
    let rows = shelf.scan(Table::Outbox, &[])?;
    let erase = |(key, _)| Write::Delete {
        table: Table::Outbox,
        key,
    };
    Ok(rows.into_iter().map(erase).collect())
}

/// `[1, fade, text]`.
fn encode(text: &Confidential, fade: u8) -> Zeroizing<Vec<u8>> {
    let mut w = Writer::new();
    w.array(3).uint(1).uint(fade.into()).text(text.show());
    Zeroizing::new(w.finish())
}

fn decode(row: &[u8]) -> Result<(Confidential, u8), Malformed> {
    let mut r = Reader::new(row);
    r.array_of(3)?;
    r.uint()?;
    let fade = r.small()?;
    let text = Confidential::from(r.text()?);
    r.end()?;
    Ok((text, fade))
}
