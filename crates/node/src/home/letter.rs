//! The one letter that waits here while the other has space. It is in no log and no exchange; it is
//! dated, named and tagged when it leaves. Nothing here signs (S19).

use identity::Day;
use identity::cbor::{Malformed, Reader, Writer};
use identity::words::WordId;
use replica::words::{Body, Confidential, MOST_DAYS, WordsMisuse};
use replica::{Shelf, Table, Write};
use zeroize::Zeroizing;

use super::words::cleaned;
use super::{Home, HomeError, VaultShelf, WordsError};

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

impl Home {
    /// Keeps a letter while the other has space, in the place of the one before. It is in no log,
    /// has no name and no tag, and is dated when it leaves.
    pub fn hold_letter(&mut self, letter: &Letter) -> Result<(), WordsError> {
        let text = cleaned(&letter.text);
        if !Body::Letter(text.clone()).says_something() {
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
