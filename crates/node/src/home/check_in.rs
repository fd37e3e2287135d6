//! Check-ins at home: answering, where one stands, and showing what was sealed (B7). Nothing here
//! signs; the entry that one took place is made in `checked_in`, which sees no words (S19).

use ::pact::ItemId;
use identity::words::{Round, WordId};
use identity::{Day, Hash};
use replica::Replica;
use replica::words::{Answers, CheckIn, MOST_DAYS, Sealing, Stands, WordsMisuse};

use super::words::cleaned;
use super::{Home, HomeError, WordsError};

/// A check-in that was answered here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The agreement on its questions.
    pub questions: Hash,
    /// The day it belongs to.
    pub day: Day,
    /// Where it stands.
    pub stands: Stands,
}

/// A check-in in which both have shown what they sealed.
pub(super) struct TookPlace {
    /// The agreement on its questions.
    pub(super) p: Hash,
    /// The day it belongs to.
    pub(super) day: Day,
    /// The day on which this device showed its person's answers.
    pub(super) shown: Day,
}

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

    /// One's own answers, while they are here. Nothing of the other's is looked at.
    pub fn own_answers(
        &mut self,
        questions: Hash,
        day: Day,
    ) -> Result<Option<Answers>, WordsError> {
        self.read_words(|words, roster, shelf| {
            let mine = words.own_answers(shelf, roster, questions, day);
            Ok(mine.map_err(WordsMisuse::from)?)
        })
    }

    /// The check-ins that were answered here, and where each stands, the newest day first. One goes
    /// from here with its last trace, 90 days after it was answered.
    pub fn check_ins(&mut self) -> Result<Vec<Answered>, WordsError> {
        let answered = self.read_words(|words, roster, shelf| {
            Ok(words.answered(shelf, roster).map_err(WordsMisuse::from)?)
        })?;
        let mut all = Vec::new();
        for (round, given, stands) in answered {
            if let Some((questions, day)) = self.of_round(round, given)? {
                all.push(Answered {
                    questions,
                    day,
                    stands,
                });
            }
        }
        all.sort_by_key(|one| std::cmp::Reverse(one.day));
        Ok(all)
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

    /// The check-ins in which both have shown what they sealed, and of which it was not yet seen to
    /// that a log says so.
    pub(super) fn took_place(&mut self) -> Result<Vec<TookPlace>, HomeError> {
        // Asked at each turn of a session, so from memory first.
        let words = self.known.replica.as_mut().and_then(Replica::words);
        if !words.is_some_and(|(words, _)| words.has_unnoted()) {
            return Ok(Vec::new());
        }
        let unnoted = self.read_words(|words, roster, shelf| {
            Ok(words.unnoted(shelf, roster).map_err(WordsMisuse::from)?)
        });
        let mut all = Vec::new();
        for (round, shown) in unnoted.map_err(of_home)? {
            if let Some((p, day)) = self.of_round(round, shown)? {
                all.push(TookPlace { p, day, shown });
            }
        }
        Ok(all)
    }

    /// Whether words are here that `undo` could take back.
    pub(super) fn has_young_words(&mut self) -> Result<bool, HomeError> {
        let youngest = self.youngest_words().map_err(of_home)?;
        Ok(youngest.is_some())
    }

    /// A log says it: it is not asked about again.
    pub(super) fn stands_in_a_log(&mut self, p: Hash, day: Day) -> Result<(), HomeError> {
        self.change_words(|words, _, _| Ok(((), words.noted(Round::of(p, day)))))
            .map_err(of_home)
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
