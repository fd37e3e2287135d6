//! Check-ins: both seal their answers, then both show them; who does not answer learns nothing.

mod look;

use identity::cbor::{Malformed, Reader, Writer};
use identity::words::{Round, Seal, WordId};
use identity::{Day, Hash, Person, Roster};
use zeroize::Zeroizing;

use super::body::{decode_parts, encode_parts};
use super::exchange::{living_devices, put_content, put_had};
use super::had::{Had, Leaving};
use super::{Body, Lane, Opening, Part, Wish, Words, WordsMisuse};
use crate::{Shelf, ShelfError, Write};

/// A part of this name says that a script brought the answers (S27). The questions of this program
/// have names without spaces, so none of them is called so.
pub const BY_SCRIPT: &str = "by a script";

/// What somebody answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answers {
    /// Each question's name and its answer.
    pub parts: Vec<Part>,
    /// A script sent them, by that person's own setting; nobody looked again.
    pub by_script: bool,
}

impl From<Vec<Part>> for Answers {
    /// As they travel.
    fn from(mut parts: Vec<Part>) -> Self {
        let all = parts.len();
        parts.retain(|(name, _)| name != BY_SCRIPT);
        Self {
            by_script: parts.len() < all,
            parts,
        }
    }
}

impl Answers {
    /// As they travel: the mark is sealed with them.
    fn to_parts(&self) -> Vec<Part> {
        let mark = self.by_script.then(|| (BY_SCRIPT.to_owned(), "".into()));
        self.parts.iter().cloned().chain(mark).collect()
    }
}

/// What one person answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sealing {
    /// The proposal of the questions, as both agreed.
    pub questions: Hash,
    /// The day that the check-in belongs to.
    pub day: Day,
    /// What is answered.
    pub answers: Answers,
    /// How many days they stay after they were opened.
    pub fade: u8,
}

/// Where a check-in stands, as far as its person may know. Nothing tells that the other has
/// answered before both are shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CheckIn {
    /// Not answered here.
    Open,
    /// Answered here. The answers, while they are still on this device.
    Given(Option<Answers>),
    /// Both have answered.
    Both {
        /// One's own, while they are still here.
        mine: Option<Answers>,
        /// The other's.
        theirs: Theirs,
    },
}

/// The same, looked at from outside: nothing is opened by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stands {
    /// Not answered here.
    Open,
    /// Answered here.
    Given,
    /// Both have answered.
    Both {
        /// The other's answers are there and were not looked at yet.
        closed: bool,
    },
}

/// What the other showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Theirs {
    /// Their answers, as they were sealed.
    Answers(Answers),
    /// What they showed is not what they had sealed.
    False,
    /// They have faded.
    Faded,
}

impl Words {
    /// Seals answers. `id` and `nonce` are random.
    ///
    /// # Errors
    /// The round was answered already, or the answers do not fit.
    pub fn seal(
        &mut self,
        roster: &Roster,
        sealing: &Sealing,
        (id, nonce): (WordId, [u8; 32]),
        (now_ms, grace_ms): (u64, u64),
    ) -> Result<Vec<Write>, WordsMisuse> {
        let round = Round::of(sealing.questions, sealing.day);
        if self.of_round(roster, round, self.person).next().is_some() {
            return Err(WordsMisuse::AlreadyGiven);
        }
        // What cannot be opened later must not be sealed now.
        let fits = Body::Opening(Opening {
            round,
            against: Seal::of(self.pact, round, self.person, &nonce, &[]),
            nonce,
            answers: sealing.answers.to_parts(),
        });
        if !fits.says_something() {
            return Err(WordsMisuse::Body);
        }
        let answers = encode_parts(&sealing.answers.to_parts());
        let seal = Seal::of(self.pact, round, self.person, &nonce, &answers);
        let mut w = Writer::new();
        w.array(2).bytes(&nonce).bytes(&answers);
        let secret = Zeroizing::new(w.finish());
        let wish = Wish {
            body: Body::Sealed { round, seal },
            fade: sealing.fade,
            lane: Lane::Ordinary,
            re: None,
        };
        let birth = Some((now_ms, grace_ms));
        let (_, writes) = self.make(roster, wish, None, id, Some(&secret), birth)?;
        Ok(writes)
    }

    /// Shows what was sealed here, in every round in which the other's device has my seal and I
    /// have theirs. `random` gives 16 bytes for each item. It may leave at once: to answer was the
    /// decision.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn open_seals<E>(
        &mut self,
        shelf: &dyn Shelf,
        roster: &Roster,
        mut random: impl FnMut() -> Result<[u8; 16], E>,
    ) -> Result<Vec<Write>, E>
    where
        E: From<WordsMisuse>,
    {
        let mut writes = Vec::new();
        if self.tide.has_jumped() {
            return Ok(writes);
        }
        for due in self.due(shelf, roster).map_err(WordsMisuse::from)? {
            let wish = Wish {
                body: Body::Opening(due.opening),
                fade: due.seal.fade,
                lane: Lane::Ordinary,
                re: None,
            };
            let id = WordId::new(random()?);
            let (_, made) = self.make(roster, wish, None, id, None, None)?;
            writes.extend(made);
            // Another device of the other's may have sealed too, unaware of the first: what was here
            // before mine was shown was not made to suit it.
            for id in due.held {
                if let Some(had) = self.had.get_mut(&id) {
                    had.noted = true;
                    writes.push(put_had(had));
                }
            }
            // The answers lie in the opening from now on.
            if let Some((tagged, _)) = self.content(shelf, &due.seal).map_err(WordsMisuse::from)? {
                writes.extend(put_content(&due.seal, &tagged, None));
            }
        }
        Ok(writes)
    }

    /// Whether any round waits to be opened here: cheap, for whoever decides about a transaction.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn has_seals_to_open(
        &self,
        shelf: &dyn Shelf,
        roster: &Roster,
    ) -> Result<bool, ShelfError> {
        Ok(!self.tide.has_jumped() && !self.due(shelf, roster)?.is_empty())
    }

    fn due(&self, shelf: &dyn Shelf, roster: &Roster) -> Result<Vec<Due>, ShelfError> {
        let mut due = Vec::new();
        let mine = self.had.values().filter(|had| {
            had.kind == SEALED && had.author == self.own && had.leaving == Leaving::Offered
        });
        for seal in mine {
            let Some(round) = seal.round else { continue };
            let shown = self
                .of_round(roster, round, self.person)
                .any(|had| had.kind == OPENING);
            // Somebody of the other person has it: from here on they cannot answer after reading.
            let held = living_devices(roster, self.person.other()).any(|l| seal.held.contains(&l));
            if shown || !held {
                continue;
            }
            let Some((_, Some(secret))) = self.content(shelf, seal)? else {
                continue;
            };
            let Some(against) = self.seal_of(shelf, roster, round, self.person.other())? else {
                continue;
            };
            let (nonce, answers) =
                read_secret(&secret).map_err(|_| ShelfError::Damaged("the answers of a seal"))?;
            let theirs = self.of_round(roster, round, self.person.other());
            due.push(Due {
                seal: seal.clone(),
                held: theirs
                    .filter(|had| had.is_seal())
                    .map(|had| had.id)
                    .collect(),
                opening: Opening {
                    round,
                    against,
                    nonce,
                    answers,
                },
            });
        }
        Ok(due)
    }

    /// The seal of a person in a round: of several, which no honest program makes, the lowest id.
    fn seal_of(
        &self,
        shelf: &dyn Shelf,
        roster: &Roster,
        round: Round,
        person: Person,
    ) -> Result<Option<Seal>, ShelfError> {
        let seals = self
            .of_round(roster, round, person)
            .filter(|had| had.kind == SEALED);
        for had in seals {
            if let Some((tagged, _)) = self.content(shelf, had)?
                && let Body::Sealed { seal, .. } = tagged.item.body
            {
                return Ok(Some(seal));
            }
        }
        Ok(None)
    }

    fn of_round(
        &self,
        roster: &Roster,
        round: Round,
        person: Person,
    ) -> impl Iterator<Item = &Had> {
        self.had.values().filter(move |had| {
            had.round == Some(round) && !had.refused && roster.person_of(had.author) == Some(person)
        })
    }
}

const SEALED: u64 = 7;
const OPENING: u64 = 8;

struct Due {
    seal: Had,
    /// The seals of the other that are here.
    held: Vec<WordId>,
    opening: Opening,
}

fn read_secret(secret: &[u8]) -> Result<([u8; 32], Vec<Part>), Malformed> {
    let mut r = Reader::new(secret);
    r.array_of(2)?;
    let (nonce, answers) = (r.fixed()?, decode_parts(r.bytes()?)?);
    r.end()?;
    Ok((nonce, answers))
}
