//! What a person keeps of words for themselves: drafts not sent yet, and one received item (S24).
//! Neither is ever exchanged.

use identity::cbor::{Malformed, Reader, Writer};
use replica::words::{Body, Confidential, Handle, MOST_DAYS, Tide};
use replica::{Shelf, Table, Write};
use vault::Txn;
use zeroize::Zeroizing;

use super::words::{begin_fading, tide};
use super::{Home, HomeError, VaultShelf, WordsError, shelf::apply};

/// The one kept item. It lies under the home's own key and fades with nothing; leaving leaves it.
const KEPT: vault::Table = vault::Table::left("left/kept words");
const THE_ONE: &[u8] = b"one";

/// What one has begun to write. It is gone 90 days after it was last saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it is called here: of the program's own making (`say`, `sorry ab3c`), no content.
    pub name: String,
    /// What stands in it, by the question it answers.
    pub parts: Vec<(String, Confidential)>,
}

/// The one received item that is kept: unsigned, on this device alone. It proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it says.
    pub body: Body,
}

impl Home {
    /// Saves a draft, sealed, in the place of an older one of that name.
    pub fn save_draft(&mut self, draft: &Draft) -> Result<(), WordsError> {
        let named = (1..=64).contains(&draft.name.len()) && draft.name.is_ascii();
        if !named {
            return Err(WordsError::DraftName);
        }
        self.on_desk(|shelf, tide| {
            let mut writes = erased(shelf, &draft.name)?;
            let until = tide.high_water.plus(MOST_DAYS);
            let key = [&until.0.to_be_bytes(), draft.name.as_bytes()].concat();
            let value = encode(draft).to_vec();
            writes.push(Write::Put {
                table: Table::Drafts,
                key,
                value,
            });
            Ok(writes)
        })
    }

    /// The drafts, by their names.
    pub fn drafts(&mut self) -> Result<Vec<Draft>, WordsError> {
        self.fade()?;
        let reader = self.vault.read()?;
        let mut drafts = Vec::new();
        for (_, row) in VaultShelf(&reader).scan(Table::Drafts, &[])? {
            drafts.push(decode(&Zeroizing::new(row)).map_err(HomeError::from)?);
        }
        drafts.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(drafts)
    }

    /// Throws a draft away: after it was sent, or because its author wishes.
    pub fn discard_draft(&mut self, name: &str) -> Result<(), WordsError> {
        self.on_desk(|shelf, _| erased(shelf, name))
    }

    /// Keeps a copy of one received item that was opened, for oneself: unsigned, unsent, on this
    /// device. One at a time; another takes its place only if `replace` says so.
    pub fn keep_copy(&mut self, handle: &Handle, replace: bool) -> Result<(), WordsError> {
        if !replace && self.kept_copy()?.is_some() {
            return Err(WordsError::KeptAlready);
        }
        let opened = self.look_at_words(handle)?;
        if opened.listed.mine {
            return Err(replica::words::WordsMisuse::Unknown.into());
        }
        let mut w = Writer::new();
        w.array(2)
            .uint(opened.body.kind())
            .bytes(&opened.body.encode());
        let row = Zeroizing::new(w.finish());
        let txn = self.vault.begin()?;
        txn.put(KEPT, THE_ONE, &row)?;
        Ok(txn.commit()?)
    }

    /// The kept copy.
    pub fn kept_copy(&mut self) -> Result<Option<Kept>, WordsError> {
        let row = self.vault.read()?.get(KEPT, THE_ONE)?.map(Zeroizing::new);
        let read = |row: &Zeroizing<Vec<u8>>| {
            let mut r = Reader::new(row);
            r.array_of(2)?;
            let body = Body::decode(r.uint()?, r.bytes()?)?;
            r.end()?;
            Ok(Kept { body })
        };
        let kept = row.as_ref().map(read).transpose();
        Ok(kept.map_err(|error: Malformed| HomeError::from(error))?)
    }

    /// Lets the kept copy go.
    pub fn let_copy_go(&mut self) -> Result<(), WordsError> {
        let txn = self.vault.begin()?;
        txn.delete(KEPT, THE_ONE)?;
        Ok(txn.commit()?)
    }

    pub(super) fn on_desk(
        &mut self,
        change: impl FnOnce(&VaultShelf<'_, '_>, Tide) -> Result<Vec<Write>, WordsError>,
    ) -> Result<(), WordsError> {
        self.vault.fade(self.clock.today().0)?;
        let txn: Txn<'_> = self.vault.begin()?;
        let tide = tide(txn.tide(self.clock.today().0)?);
        let writes = change(&VaultShelf(&txn), tide)?;
        begin_fading(&txn, tide, &writes)?;
        apply(&txn, &writes)?;
        Ok(txn.commit()?)
    }
}

/// What removes every draft of that name.
fn erased(shelf: &VaultShelf<'_, '_>, name: &str) -> Result<Vec<Write>, WordsError> {
    let rows = shelf.scan(Table::Drafts, &[])?;
    let of = |key: &Vec<u8>| key.get(4..) == Some(name.as_bytes());
    Ok(rows
        .into_iter()
        .map(|(key, _)| key)
        .filter(of)
        .map(|key| Write::Delete {
            table: Table::Drafts,
            key,
        })
        .collect())
}

fn encode(draft: &Draft) -> Zeroizing<Vec<u8>> {
    let mut w = Writer::new();
    w.array(2).text(&draft.name).array(draft.parts.len() as u64);
    for (name, text) in &draft.parts {
        w.array(2).text(name);
        w.text(&::pact::text::clean(text.show()).text);
    }
    Zeroizing::new(w.finish())
}

fn decode(row: &[u8]) -> Result<Draft, Malformed> {
    let mut r = Reader::new(row);
    r.array_of(2)?;
    let name = r.text()?.to_owned();
    let mut parts = Vec::new();
    for _ in 0..r.array()? {
        r.array_of(2)?;
        parts.push((r.text()?.to_owned(), Confidential::from(r.text()?)));
    }
    r.end()?;
    Ok(Draft { name, parts })
}
