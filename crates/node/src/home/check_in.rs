//! Check-ins at home: answering, where one stands, showing what was sealed, and the one signed entry
//! which says that it took place (B7).

use ::pact::{Act, Body, ItemId};
use identity::words::{Round, WordId};
use identity::{Day, Flags, Hash, Person};
use replica::words::{CheckIn, MOST_DAYS, Sealing, Stands, WordsMisuse};
use replica::{Entry, Replica};

use super::words::cleaned;
use super::{Home, HomeError, WordsError};

/// So many days the second person's device waits for the entry of the first one's.
const PATIENCE: u32 = 7;

impl Home {
    /// Answers a check-in: sealed, and shown to the other once both have answered.
    pub fn answer_check_in(&mut self, mut sealing: Sealing) -> Result<(), WordsError> {
        let random = (WordId::new(self.dice().bytes()?), self.dice().bytes()?);
        let times = self.now_and_grace();
        for (_, answer) in &mut sealing.answers.parts {
            *answer = cleaned(answer);
        }
        self.change_words(|words, roster, _| Ok(((), words.seal(roster, &sealing, random, times)?)))
    }

    /// Where a check-in stands, as far as its person may know. Both answers show at once or not at
    /// all; looking at the other's is opening them.
    pub fn check_in(&mut self, questions: Hash, day: Day) -> Result<CheckIn, WordsError> {
        self.change_words(|words, roster, shelf| Ok(words.check_in(shelf, roster, questions, day)?))
    }

    /// The same from outside: nothing is opened by it.
    pub fn check_in_stands(&mut self, questions: Hash, day: Day) -> Result<Stands, WordsError> {
        self.read_words(|words, roster, shelf| {
            let stands = words.check_in_stands(shelf, roster, questions, day);
            Ok(stands.map_err(WordsMisuse::from)?)
        })
    }

    /// Shows what was sealed here wherever both have sealed. Called after each turn of a session.
    pub(crate) fn open_seals(&mut self) -> Result<(), HomeError> {
        self.open_seals_now().map_err(of_home)
    }

    fn open_seals_now(&mut self) -> Result<(), WordsError> {
        let due =
            self.read_words(|words, roster, shelf| Ok(words.has_seals_to_open(shelf, roster)?))?;
        if !due {
            return Ok(());
        }
        let mut dice = std::mem::replace(&mut self.dice, crate::Dice::system());
        let opened = self.change_words(|words, roster, shelf| {
            let random = || dice.bytes().map_err(WordsError::from);
            Ok(((), words.open_seals(shelf, roster, random)?))
        });
        self.dice = dice;
        opened
    }

    /// Signs that a check-in took place, once for each in which both have shown what they sealed.
    /// Its person decided so by answering, and the page before that said it; whether anybody has
    /// looked plays no part in it (S6). See docs/decisions/0020.
    pub(crate) fn note_check_ins(&mut self) -> Result<(), HomeError> {
        self.note_check_ins_now().map_err(of_home)
    }

    fn note_check_ins_now(&mut self) -> Result<(), WordsError> {
        // Asked at each turn of a session, so from memory first.
        let words = self.known.replica.as_mut().and_then(Replica::words);
        if !words.is_some_and(|(words, _)| words.has_unnoted()) {
            return Ok(());
        }
        let unnoted = self.read_words(|words, roster, shelf| {
            Ok(words.unnoted(shelf, roster).map_err(WordsMisuse::from)?)
        })?;
        for (round, shown) in unnoted {
            let Some((p, day)) = self.of_round(round, shown)? else {
                continue;
            };
            let stands = self.is_noted(p, day)?;
            let first = self.person()? == Person::A;
            if !stands && !first && self.today() < shown.plus(PATIENCE) {
                continue;
            }
            // Behind a step that can still be undone it would wait too, and be what `undo` takes.
            if !stands && self.last_grace().is_some() {
                continue;
            }
            if !stands {
                self.sign_checked_in(p, day)?;
            }
            self.change_words(|words, _, _| Ok(((), words.noted(round))))?;
        }
        Ok(())
    }

    /// Which questions and which day a round is of: it can be of no others that are known here.
    fn of_round(&mut self, round: Round, shown: Day) -> Result<Option<(Hash, Day)>, HomeError> {
        let today = self.today();
        let view = self.view()?;
        let questions: Vec<Hash> = view
            .history(ItemId::QUESTIONS, today)
            .into_iter()
            .map(|(p, ..)| p)
            .collect();
        let first = shown.0.saturating_sub(2 * MOST_DAYS);
        let days = (first..=shown.0.saturating_add(1)).rev().map(Day);
        let mut all = days.flat_map(|day| questions.iter().map(move |p| (*p, day)));
        Ok(all.find(|(p, day)| Round::of(*p, *day) == round))
    }

    fn is_noted(&mut self, p: Hash, day: Day) -> Result<bool, HomeError> {
        let body = Body::CheckedIn { p, day };
        let entries = self.view()?.entries();
        Ok(entries.iter().any(|entry| *entry.body == body))
    }

    fn sign_checked_in(&mut self, p: Hash, day: Day) -> Result<(), HomeError> {
        let act = Act::new(Body::CheckedIn { p, day });
        let entry = Entry {
            kind: act.kind(),
            day: self.today(),
            flags: Flags {
                unattended: true,
                closed: false,
            },
            about: Some(ItemId::QUESTIONS.0.to_vec()),
            body: act.encode(),
        };
        let now_ms = self.clock.unix_ms();
        // It is no step of the person at the keyboard: `undo` does not find it.
        self.change(|replica, me, _| Ok(replica.append(&me.keys, entry, now_ms, 0)?))
            .map(drop)
    }
}

fn of_home(error: WordsError) -> HomeError {
    match error {
        WordsError::Home(error) => error,
        WordsError::Misuse(WordsMisuse::Shelf(error)) => error.into(),
        WordsError::Misuse(_)
        | WordsError::KeptAlready
        | WordsError::DraftName
        | WordsError::OtherHasSpace => HomeError::Damaged("a check-in that waits to be opened"),
    }
}
