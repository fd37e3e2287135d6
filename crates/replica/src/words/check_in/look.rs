//! Where a check-in stands, as far as its person may know, and what the other showed in it.

use std::collections::BTreeMap;

use identity::words::{Round, Seal};
use identity::{Day, Hash, Roster};

use super::super::exchange::put_had;
use super::super::had::Had;
use super::super::{Body, Opening, Part, Tagged, Words, WordsMisuse, encode_parts};
use super::{Answers, CheckIn, Stands, Theirs, read_secret};
use crate::{Shelf, ShelfError, Write};

impl Words {
    /// Where a check-in stands. Showing the other's answers opens them: they fade from then on.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn check_in(
        &mut self,
        shelf: &dyn Shelf,
        roster: &Roster,
        questions: Hash,
        day: Day,
    ) -> Result<(CheckIn, Vec<Write>), WordsMisuse> {
        let round = Round::of(questions, day);
        let Some(mine) = self.mine_of(shelf, roster, round)? else {
            return Ok((CheckIn::Open, Vec::new()));
        };
        let answers = mine.answers.map(Answers::from);
        let Some(shown) = self.shown_of(shelf, roster, round, mine.against)? else {
            return Ok((CheckIn::Given(answers), Vec::new()));
        };
        let mut writes = Vec::new();
        let theirs = match shown {
            Shown::True(had, parts) => {
                writes = self.opened(shelf, roster, *had)?;
                Theirs::Answers(parts.into())
            }
            Shown::False => Theirs::False,
            Shown::Faded => Theirs::Faded,
        };
        let mine = answers;
        Ok((CheckIn::Both { mine, theirs }, writes))
    }

    /// Where a check-in stands, without opening anything.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn check_in_stands(
        &self,
        shelf: &dyn Shelf,
        roster: &Roster,
        questions: Hash,
        day: Day,
    ) -> Result<Stands, ShelfError> {
        self.stands_of(shelf, roster, Round::of(questions, day))
    }

    fn stands_of(
        &self,
        shelf: &dyn Shelf,
        roster: &Roster,
        round: Round,
    ) -> Result<Stands, ShelfError> {
        let Some(mine) = self.mine_of(shelf, roster, round)? else {
            return Ok(Stands::Open);
        };
        let shown = self.shown_of(shelf, roster, round, mine.against)?;
        Ok(match shown {
            None => Stands::Given,
            Some(Shown::True(had, _)) => Stands::Both {
                closed: had.opened.is_none(),
            },
            Some(Shown::False | Shown::Faded) => Stands::Both { closed: false },
        })
    }

    /// One's own answers, while they are here. Nothing of the other's is looked at.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn own_answers(
        &self,
        shelf: &dyn Shelf,
        roster: &Roster,
        questions: Hash,
        day: Day,
    ) -> Result<Option<Answers>, ShelfError> {
        let mine = self.mine_of(shelf, roster, Round::of(questions, day))?;
        Ok(mine.and_then(|mine| mine.answers).map(Answers::from))
    }

    /// The rounds that were answered here and are not past their last day: the day of the answers,
    /// and where each stands.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn answered(
        &self,
        shelf: &dyn Shelf,
        roster: &Roster,
    ) -> Result<Vec<(Round, Day, Stands)>, ShelfError> {
        let mut rounds: BTreeMap<Round, Day> = BTreeMap::new();
        for had in self.had.values().filter(|had| !had.refused) {
            if let Some(round) = had.round.filter(|_| self.is_mine(roster, had)) {
                let made = rounds.entry(round).or_insert(had.made);
                *made = had.made.min(*made);
            }
        }
        let stands = |(round, made)| Ok((round, made, self.stands_of(shelf, roster, round)?));
        rounds.into_iter().map(stands).collect()
    }

    /// What the other showed in a round, judged by the seals that were here before one's own answers
    /// were shown; the opening named one of them.
    fn shown_of(
        &self,
        shelf: &dyn Shelf,
        roster: &Roster,
        round: Round,
        against: Option<Seal>,
    ) -> Result<Option<Shown>, ShelfError> {
        let Some(against) = against else {
            return Ok(None);
        };
        let other = self.person.other();
        let mut before = vec![against];
        for had in self.of_round(roster, round, other) {
            if had.is_seal()
                && had.noted
                && let Some((tagged, _)) = self.content(shelf, had)?
                && let Body::Sealed { seal, .. } = tagged.item.body
            {
                before.push(seal);
            }
        }
        let mut shown = None;
        for had in self.of_round(roster, round, other) {
            if !had.is_opening() {
                continue;
            }
            let content = if self.is_readable(roster, had) {
                self.content(shelf, had)?
            } else {
                None
            };
            let Some((tagged, _)) = content else {
                shown = shown.or(Some(Shown::Faded));
                continue;
            };
            let Body::Opening(opening) = tagged.item.body else {
                continue;
            };
            let answers = encode_parts(&opening.answers);
            if before.contains(&Seal::of(self.pact, round, other, &opening.nonce, &answers)) {
                return Ok(Some(Shown::True(Box::new(had.clone()), opening.answers)));
            }
            shown = Some(Shown::False);
        }
        Ok(shown)
    }

    /// One's own half of a round; none if it was not answered here.
    fn mine_of(
        &self,
        shelf: &dyn Shelf,
        roster: &Roster,
        round: Round,
    ) -> Result<Option<Mine>, ShelfError> {
        let mut mine: Option<Mine> = None;
        for had in self.of_round(roster, round, self.person) {
            let mine = mine.get_or_insert_default();
            // It stands in the row of the opening, which outlives the answers.
            mine.against = mine.against.or(had.against);
            if !self.is_readable(roster, had) {
                continue;
            }
            let Some((tagged, secret)) = self.content(shelf, had)? else {
                continue;
            };
            if let Body::Opening(opening) = tagged.item.body {
                mine.answers = Some(opening.answers);
            } else if let Some(Ok((_, answers))) = secret.as_deref().map(|s| read_secret(s))
                && mine.answers.is_none()
            {
                mine.answers = Some(answers);
            }
        }
        Ok(mine)
    }

    /// The rounds in which both have shown what they sealed, and of which this device, having shown
    /// its person's answers, has not yet seen to it that a log says so; with the day of showing.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn unnoted(
        &self,
        shelf: &dyn Shelf,
        roster: &Roster,
    ) -> Result<Vec<(Round, Day)>, ShelfError> {
        let mut rounds = Vec::new();
        for had in self.own_unnoted() {
            let Some(round) = had.round else { continue };
            let shown = self.shown_of(shelf, roster, round, had.against)?;
            if matches!(shown, Some(Shown::True(..))) {
                rounds.push((round, had.made));
            }
        }
        Ok(rounds)
    }

    /// Whether there may be any such round: cheap, for whoever decides about looking.
    #[must_use]
    pub fn has_unnoted(&self) -> bool {
        self.own_unnoted().next().is_some()
    }

    fn own_unnoted(&self) -> impl Iterator<Item = &Had> {
        self.had
            .values()
            .filter(|had| had.is_opening() && !had.noted && !had.refused && had.author == self.own)
    }

    /// A log says that the round took place: it is not asked about again.
    pub fn noted(&mut self, round: Round) -> Vec<Write> {
        let mut writes = Vec::new();
        for had in self.had.values_mut() {
            if had.is_opening() && had.round == Some(round) && had.author == self.own && !had.noted
            {
                had.noted = true;
                writes.push(put_had(had));
            }
        }
        writes
    }

    /// The answers of a seal that is taken back: what their author may want to write on.
    pub(in crate::words) fn unsealed(
        &self,
        tagged: &Tagged,
        secret: Option<&[u8]>,
    ) -> Option<Body> {
        let Body::Sealed { round, seal } = tagged.item.body else {
            return None;
        };
        let (nonce, answers) = read_secret(secret?).ok()?;
        Some(Body::Opening(Opening {
            round,
            against: seal,
            nonce,
            answers,
        }))
    }
}

/// One's own half of a round.
#[derive(Default)]
struct Mine {
    answers: Option<Vec<Part>>,
    against: Option<Seal>,
}

/// What the other showed.
enum Shown {
    True(Box<Had>, Vec<Part>),
    False,
    Faded,
}
