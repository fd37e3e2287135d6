//! Private pages: one's own, sealed, on this device alone. No frame can carry one, no export holds
//! one (S28); leaving keeps them with what was signed, since they are nobody else's words.

use crate::words::Confidential;
use identity::Day;
use identity::cbor::{Malformed, Reader, Writer};
use vault::Table;
use zeroize::Zeroizing;

use super::words::cleaned;
use super::{Home, HomeError};

/// Kept by leaving: `vault::leaving` looks at this name.
const NOTES: Table = Table::hidden("notes");

/// A private page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is called here.
    pub number: u32,
    /// When it was written, or changed last.
    pub day: Day,
    /// What stands on it.
    pub text: Confidential,
}

impl Home {
    /// The private pages, in the order of their numbers.
    pub fn notes(&self) -> Result<Vec<Note>, HomeError> {
        let rows = self.vault.read()?.scan(NOTES, &[])?;
        let rows = rows
            .into_iter()
            .map(|(key, row)| (key, Zeroizing::new(row)));
        Ok(rows
            .map(|(key, row)| decode(&key, &row))
            .collect::<Result<_, _>>()?)
    }

    /// Writes a private page: a new one, or in the place of the one with that number. Gives its
    /// number; none if the page that was to be changed is not there any more.
    pub fn write_note(
        &mut self,
        text: &Confidential,
        instead_of: Option<u32>,
    ) -> Result<Option<u32>, HomeError> {
        let row = encode(self.today(), &cleaned(text));
        let txn = self.vault.begin()?;
        let number = match instead_of {
            Some(number) => {
                if txn.get(NOTES, &number.to_be_bytes())?.is_none() {
                    return Ok(None);
                }
                number
            }
            None => {
                let last = txn.scan(NOTES, &[])?.pop();
                let last = last.and_then(|(key, _)| key.try_into().ok());
                last.map_or(1, |last| u32::from_be_bytes(last).saturating_add(1))
            }
        };
        let key = number.to_be_bytes();
        txn.delete_for_good(NOTES, &key)?;
        txn.put(NOTES, &key, &row)?;
        txn.commit()?;
        if instead_of.is_some() {
            self.vault.forget_copies();
        }
        Ok(Some(number))
    }

    /// Destroys a private page; whether there was one.
    pub fn drop_note(&mut self, number: u32) -> Result<bool, HomeError> {
        let txn = self.vault.begin()?;
        let key = number.to_be_bytes();
        let there = txn.get(NOTES, &key)?.map(Zeroizing::new).is_some();
        if there {
            txn.delete_for_good(NOTES, &key)?;
            txn.commit()?;
            self.vault.forget_copies();
        }
        Ok(there)
    }
}

/// `[1, day, text]`, under the number as four bytes.
fn encode(day: Day, text: &Confidential) -> Zeroizing<Vec<u8>> {
    let mut w = Writer::new();
    w.array(3).uint(1).uint(day.0.into()).text(text.show());
    Zeroizing::new(w.finish())
}

fn decode(key: &[u8], row: &[u8]) -> Result<Note, Malformed> {
    let number = key.try_into().map_err(|_| Malformed::Range)?;
    let mut r = Reader::new(row);
    r.array_of(3)?;
    if r.uint()? != 1 {
        return Err(Malformed::Range);
    }
    let note = Note {
        number: u32::from_be_bytes(number),
        day: Day(r.small()?),
        text: Confidential::from(r.text()?),
    };
    r.end()?;
    Ok(note)
}
