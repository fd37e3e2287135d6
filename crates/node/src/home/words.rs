//! Confidential words at home: saying, reading, letting go, and how time takes them (B7).
//!
//! Nothing here signs, and nothing of it can stand in an act (S19). What the other wrote fades from
//! the day on which it is opened; one's own copy from the day on which it was sent.
//!
//! ```no_run
//! # use node::{Home, HomeError};
//! # use node::words::{Body, Confidential, Wish, WordsError};
//! # fn example(home: &mut Home) -> Result<(), WordsError> {
//! // `say`: held for two minutes, then it goes when the devices meet.
//! let mut wish = Wish::new(Body::Say(Confidential::from("I was afraid on Friday.")));
//! wish.fade = 7;
//! let handle = home.say_words(wish)?;
//!
//! // `words`: what is there, closed or open; then one of them.
//! for listed in home.words()?.there {
//!     let opened = home.look_at_words(&listed.handle)?;
//!     if let Body::Say(text) = &opened.body {
//!         let _on_the_alternate_screen = text.show();
//!     }
//! }
//!
//! // `undo`, within the two minutes.
//! home.take_words_back(&handle)?;
//! # Ok(())
//! # }
//! ```

use identity::words::WordId;
use identity::{Day, Roster};
use replica::words::{Body, Handle, Lane, Listed, Opened, Stub, Tide, Wish, Words, WordsMisuse};
use replica::{Shelf, Write};
use vault::Txn;

use super::{Home, HomeError, VaultShelf, shelf::apply};
use crate::dice::DiceError;

/// Why words cannot be said, read or let go here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// Something of the home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// It cannot be said, or is not here.
    #[error(transparent)]
    Misuse(#[from] WordsMisuse),
    /// One received item may be held, and one is.
    #[error("a copy is kept already")]
    KeptAlready,
    /// A draft has a short plain name.
    #[error("a draft has a name of 1 to 64 letters")]
    DraftName,
    /// The other has taken space: there is room for one letter ([`Home::hold_letter`]).
    #[error("the other has taken space; one letter may wait here")]
    OtherHasSpace,
}

impl From<DiceError> for WordsError {
    fn from(error: DiceError) -> Self {
        Self::Home(error.into())
    }
}

impl From<vault::VaultError> for WordsError {
    fn from(error: vault::VaultError) -> Self {
        Self::Home(error.into())
    }
}

impl From<replica::ShelfError> for WordsError {
    fn from(error: replica::ShelfError) -> Self {
        Self::Home(error.into())
    }
}

/// What there is of words here. How many the other has written is counted nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What can be read, oldest first.
    pub there: Vec<Listed>,
    /// Traces of what has faded: no date, no number.
    pub faded: Vec<Stub>,
    /// The clock jumped more than 30 days ahead: until a later day confirms it, what would have
    /// ended by then is hidden, and nothing is written, sent or received.
    pub clock_jumped: bool,
}

impl Home {
    /// Says something in confidence. It stays here for the grace, like any other step. While the
    /// other has space only the practical lane takes words; the rest is one letter.
    pub fn say_words(&mut self, wish: Wish) -> Result<Handle, WordsError> {
        if wish.lane == Lane::Ordinary && self.space_of_other()?.is_some() {
            return Err(WordsError::OtherHasSpace);
        }
        let id = WordId::new(self.dice().bytes()?);
        let (now, grace) = self.now_and_grace();
        self.change_words(|words, roster, _| {
            Ok(words.compose(roster, clean(wish), id, now, grace)?)
        })
    }

    /// What is there to read.
    pub fn words(&mut self) -> Result<Shown, WordsError> {
        self.read_words(|words, roster, _| {
            Ok(Shown {
                there: words.list(roster),
                faded: words.stubs(roster),
                clock_jumped: words.tide().has_jumped(),
            })
        })
    }

    /// Opens one. What the other wrote fades from today on. Nobody is told.
    pub fn look_at_words(&mut self, handle: &Handle) -> Result<Opened, WordsError> {
        self.change_words(|words, roster, shelf| Ok(words.look(shelf, roster, handle)?))
    }

    /// Lets one go here, opened or not. Nobody is told.
    pub fn let_words_go(&mut self, handle: &Handle) -> Result<(), WordsError> {
        self.change_words(|words, roster, _| Ok(((), words.let_go(roster, handle)?)))
    }

    /// The newest words that `undo` could take back, and when they were written (unix
    /// milliseconds): whether they or a record are the last step is for its verb to see.
    pub fn youngest_words(&mut self) -> Result<Option<(Handle, u64)>, WordsError> {
        let now = self.clock.unix_ms();
        self.read_words(|words, _, _| Ok(words.youngest(now)))
    }

    /// Takes words back within their grace, as if they had not been; gives what they said, to be
    /// kept as a draft if their author wishes.
    pub fn take_words_back(&mut self, handle: &Handle) -> Result<Option<Body>, WordsError> {
        let now = self.clock.unix_ms();
        self.change_words(|words, _, shelf| Ok(words.take_back(shelf, handle, now)?))
    }

    /// Lets time go on for words: at opening, at midnight, before each meeting. Cheap while the day
    /// is the same.
    pub fn fade(&mut self) -> Result<Tide, HomeError> {
        let tide = tide(self.vault.fade(self.clock.today().0)?);
        if let Some(words) = self
            .known
            .replica
            .as_mut()
            .and_then(replica::Replica::words)
            .map(|(words, _)| words)
            .filter(|words| words.tide() != tide)
        {
            words.rise(tide);
        }
        Ok(tide)
    }

    pub(super) fn now_and_grace(&self) -> (u64, u64) {
        (self.clock.unix_ms(), self.grace_ms())
    }

    /// A look at words.
    pub(super) fn read_words<T>(
        &mut self,
        look: impl FnOnce(&mut Words, &Roster, &dyn Shelf) -> Result<T, WordsError>,
    ) -> Result<T, WordsError> {
        let tide = self.fade()?;
        let reader = self.vault.read()?;
        self.known.refresh(&reader)?;
        let shelf = VaultShelf(&reader);
        let (words, roster) = self.known.words(&shelf, tide)?;
        look(words, roster, &shelf)
    }

    /// One change of words: begun, refreshed, built, written, committed, told.
    pub(super) fn change_words<T>(
        &mut self,
        build: impl FnOnce(&mut Words, &Roster, &dyn Shelf) -> Result<(T, Vec<Write>), WordsError>,
    ) -> Result<T, WordsError> {
        let tide = self.fade()?;
        let txn = self.vault.begin()?;
        self.known.refresh(&txn)?;
        let shelf = VaultShelf(&txn);
        let (words, roster) = self.known.words(&shelf, tide)?;
        let kept = build(words, roster, &shelf).and_then(|(value, writes)| {
            begin_fading(&txn, tide, &writes)?;
            apply(&txn, &writes)?;
            let wrote = !writes.is_empty();
            txn.commit()?;
            Ok((value, wrote))
        });
        self.settled(kept)
    }
}

/// The keys of fading rows stand before the first such row does.
pub(super) fn begin_fading(txn: &Txn<'_>, tide: Tide, writes: &[Write]) -> Result<(), HomeError> {
    let fades = |write: &Write| matches!(write, Write::Put { table, .. } if table.fades());
    if writes.iter().any(fades) {
        txn.begin_fading(tide.high_water.0)?;
    }
    Ok(())
}

pub(super) fn tide(tide: vault::Tide) -> Tide {
    Tide {
        high_water: Day(tide.high_water),
        today: Day(tide.today),
    }
}

/// What steers a terminal is taken out before it is said (S49).
fn clean(mut wish: Wish) -> Wish {
    use replica::words::{Heard, Talk};
    match &mut wish.body {
        Body::Say(text)
        | Body::Letter(text)
        | Body::Story { text, .. }
        | Body::Heard(Heard::Understood(text) | Heard::NotQuite(text))
        | Body::Talk(Talk::Yes(text) | Talk::Later(text) | Talk::No(text)) => {
            *text = cleaned(text);
        }
        Body::Talk(Talk::Ask { when, place, text }) => {
            for text in [when, place, text] {
                *text = cleaned(text);
            }
        }
        Body::Sorry { parts, .. } => {
            for (_, text) in parts {
                *text = cleaned(text);
            }
        }
        Body::Heard(Heard::Read) | Body::Sealed { .. } | Body::Opening(_) | Body::Later { .. } => {}
    }
    wish
}

pub(super) fn cleaned(text: &replica::words::Confidential) -> replica::words::Confidential {
    ::pact::text::clean(text.show()).text.into()
}
