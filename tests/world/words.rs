//! Words in the simulated world: what two people say in confidence, and the reference that knows
//! who said what, when it could leave and when it must be gone.
//!
//! 1. Nothing is held of words before their grace is over but where they were written, and nothing
//!    at all of what was taken back.
//! 2. Nothing is held after its day, nor after the day on which what was opened fades.
//! 3. Words go from their author's person to anybody, or between one person's devices, and never
//!    back to that person from the other.
//! 4. Answers are with the other person only if that person has answered the same round.
//! 5. In a practical session nothing is said but greetings without marks, and that lane's words.
//! 6. Whose name stands over words wrote them: no forged item of an honest device is kept.
//! 7. In peace everybody has had the same, whatever was opened, let go or has faded meanwhile.
//! 8. No signed record holds a word of it (S19).

use std::collections::BTreeMap;

use identity::cbor::Reader;
use identity::words::WordId;
use identity::{Day, Hash, Person, Roster};
use protocol::frames::WordsHave;
use protocol::{Frame, Input, decode, take_frame};
use rand::RngExt;
use replica::words::{Answers, Body, Item, Lane, Sealing, Tagged, Tide, Wish, Words, WordsMisuse};
use replica::{Shelf, Table, Write};

use crate::home::Prefix;
use crate::{BEGINNING, DAY, Home, World};

/// What was said, as the reference knows it.
pub struct Said {
    by: usize,
    person: Person,
    id: WordId,
    lane: Lane,
    leaves_at: u64,
    until: Day,
    fade: u8,
    /// Of answers: which check-in.
    round: Option<(Hash, Day)>,
    taken_back: bool,
    /// By home: the last day after it was opened there.
    opened: BTreeMap<usize, Day>,
}

/// All that was said in a world. The number of a text stands in it.
#[derive(Default)]
pub struct Spoken(Vec<Said>);

/// What time it is there, and the grace, in milliseconds.
type Times = (u64, u64);
/// What to keep; and the name, the lane, the fade and the round of what was made.
type Made = Result<(Vec<Write>, (WordId, Lane, u8, Option<(Hash, Day)>)), WordsMisuse>;

const MARK: &[u8] = b"canary-";

fn text(number: usize) -> String {
    format!("canary-{number:06} what nobody else shall read")
}

/// The numbers of the texts in some bytes.
fn found(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes.windows(MARK.len() + 6).filter_map(|window| {
        let digits = window.strip_prefix(MARK)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    })
}

impl Home {
    /// The day on this device's calendar, which never goes back.
    pub fn reach_today(&mut self, now: u64) {
        let day = Day((self.clock(now).unix_ms / DAY) as u32);
        self.high_water = self.high_water.max(day);
        self.shelf.fade(self.high_water);
        let (keys, tide) = (self.keys(), Tide::at(self.high_water));
        self.replica
            .open_words(&self.shelf, &keys, tide)
            .expect("words that cannot be read");
    }
}

impl World {
    /// A person says something in confidence. False if that cannot be now.
    pub fn say_words(&mut self, at: usize, lane: Lane) -> bool {
        let (id, fade) = (WordId::new(self.rng.random()), self.rng.random_range(1..30));
        let said = self.make_words(at, |words, roster, text, (now, grace)| {
            let wish = Wish {
                fade,
                lane,
                ..Wish::new(Body::Say(text.into()))
            };
            let (_, writes) = words.compose(roster, wish, id, now, grace)?;
            Ok((writes, (id, lane, fade, None)))
        });
        if said {
            self.count(match lane {
                Lane::Ordinary => "said",
                Lane::Practical => "said in practice",
            });
        }
        said
    }

    /// A person answers a check-in. False if it was answered already, or cannot be now.
    pub fn answer(&mut self, at: usize, questions: Hash, day: Day) -> bool {
        let (id, nonce) = (WordId::new(self.rng.random()), self.rng.random());
        let fade = self.rng.random_range(1..30);
        let said = self.make_words(at, |words, roster, text, times| {
            let sealing = Sealing {
                questions,
                day,
                answers: Answers {
                    parts: vec![("well".to_owned(), text.into())],
                    by_script: false,
                },
                fade,
            };
            let writes = words.seal(roster, &sealing, (id, nonce), times)?;
            let round = Some((questions, day));
            Ok((writes, (id, Lane::Ordinary, fade, round)))
        });
        if said {
            self.count("answered");
        }
        said
    }

    /// Makes words with the next text, and lets the reference know. False if that cannot be now.
    fn make_words(
        &mut self,
        at: usize,
        make: impl FnOnce(&mut Words, &Roster, &str, Times) -> Made,
    ) -> bool {
        let (number, now) = (self.model.words.0.len(), self.now);
        let home = &mut self.homes[at];
        home.reach_today(now);
        let (times, person) = ((home.clock(now).unix_ms, home.grace), home.person());
        let (words, roster) = home.replica.words().unwrap();
        let until = words.latest_end();
        let (writes, (id, lane, fade, round)) = match make(words, roster, &text(number), times) {
            Ok(made) => made,
            Err(
                WordsMisuse::EnoughForToday | WordsMisuse::AlreadyGiven | WordsMisuse::Disowned,
            ) => return false,
            Err(misuse) => panic!("cannot say words: {misuse}"),
        };
        home.shelf.apply(&writes).unwrap();
        self.model.words.0.push(Said {
            by: at,
            person,
            id,
            lane,
            leaves_at: now + times.1,
            until,
            fade,
            round,
            taken_back: false,
            opened: BTreeMap::new(),
        });
        self.say(|| format!("says number {number} in confidence").prefix(at));
        self.changed(at);
        true
    }

    /// Takes the youngest words back, if nobody can know of them yet.
    pub fn take_words_back(&mut self, at: usize) -> bool {
        let now = self.now;
        let home = &mut self.homes[at];
        home.reach_today(now);
        let ms = home.clock(now).unix_ms;
        let (words, _) = home.replica.words().unwrap();
        let Some((handle, _)) = words.youngest(ms) else {
            return false;
        };
        let (body, writes) = words.take_back(&home.shelf, &handle, ms).unwrap();
        home.shelf.apply(&writes).unwrap();
        if let Some(body) = body {
            let numbers: Vec<usize> = found(&body.encode()).collect();
            assert_eq!(numbers.len(), 1, "words without their text");
            let said = &mut self.model.words.0[numbers[0]];
            assert_eq!(said.by, at);
            said.taken_back = true;
            self.count("taken back");
            self.say(|| format!("takes number {} back", numbers[0]).prefix(at));
        }
        self.changed(at);
        true
    }

    /// Opens one of the words that are there, or lets it go unread.
    pub fn read_words(&mut self, at: usize) -> bool {
        let now = self.now;
        self.homes[at].reach_today(now);
        let home = &mut self.homes[at];
        let (words, roster) = home.replica.words().unwrap();
        let list = words.list(roster);
        if list.is_empty() {
            return false;
        }
        let pick = list[self.rng.random_range(0..list.len())].handle.clone();
        if self.rng.random_range(0..4) == 0 {
            let writes = words.let_go(roster, &pick).unwrap();
            home.shelf.apply(&writes).unwrap();
            self.count("let go");
        } else {
            let (opened, writes) = match words.look(&home.shelf, roster, &pick) {
                Ok(looked) => looked,
                Err(WordsMisuse::Gone) => return false,
                Err(misuse) => panic!("cannot read what is there: {misuse}"),
            };
            home.shelf.apply(&writes).unwrap();
            let (person, day) = (home.person(), home.high_water);
            for number in found(&opened.body.encode()) {
                let said = &mut self.model.words.0[number];
                if said.person != person {
                    let end = day.plus(said.fade.into()).min(said.until);
                    let gone = said.opened.entry(at).or_insert(end);
                    *gone = (*gone).min(end);
                }
            }
            self.count("opened");
        }
        self.say(|| "reads".to_owned().prefix(at));
        self.changed(at);
        true
    }

    /// Whoever may show answers now shows them, as a program does whenever something came.
    pub(crate) fn open_seals(&mut self, at: usize) {
        let home = &mut self.homes[at];
        let Some((words, roster)) = home.replica.words() else {
            return;
        };
        if !words.has_seals_to_open(&home.shelf, roster).unwrap() {
            return;
        }
        let rng = &mut self.rng;
        let random = || Ok::<_, WordsMisuse>(rng.random());
        let writes = words.open_seals(&home.shelf, roster, random).unwrap();
        home.shelf.apply(&writes).unwrap();
        self.count("seals opened");
        self.say(|| "shows what it had sealed".to_owned().prefix(at));
        for link in 0..self.links.len() {
            for side in [0, 1] {
                if self.links[link].ends[side].home == at {
                    self.feed(link, side, Input::Changed);
                }
            }
        }
    }

    /// 7, for two homes that have just met in peace.
    pub fn had_alike(&mut self, a: usize, b: usize) {
        let mut had = Vec::new();
        for at in [a, b] {
            let (words, _) = self.homes[at].replica.words().unwrap();
            had.push(words.ids(None, None));
        }
        let ends = self.homes[a].high_water.max(self.homes[b].high_water);
        let alone = self.homes.len() == 2;
        let living = |id: &&WordId| {
            let said = self.model.words.0.iter().find(|said| said.id == **id);
            // What one device of a person wrote, and let fade when the other person had it, does not
            // come to that person's other devices. Openings have no number of their own.
            said.map_or(alone, |said| {
                let another = |at: usize| at != said.by && self.homes[at].person() == said.person;
                said.until >= ends && ![a, b].into_iter().any(another)
            })
        };
        let living: Vec<Vec<&WordId>> = had
            .iter()
            .map(|ids| ids.iter().filter(living).collect())
            .collect();
        assert_eq!(living[0], living[1], "{a} and {b} have had words apart");
    }

    /// 8, and that everything that was said and may be had is had at a home.
    pub fn had_all(&mut self, at: usize, honest: impl Fn(usize) -> bool) {
        let home = &mut self.homes[at];
        for log in home.shelf.logs().collect::<Vec<_>>() {
            for record in home.shelf.records(log, 1, usize::MAX).unwrap() {
                assert_eq!(found(&record).next(), None, "a word in a signed record");
            }
        }
        let person = home.person();
        let (words, _) = home.replica.words().unwrap();
        for (number, said) in self.model.words.0.iter().enumerate() {
            let another = said.by != at && said.person == person;
            if said.taken_back || said.until < home.high_water || !honest(said.by) || another {
                continue;
            }
            assert!(
                words.lacks(&[said.id]).is_empty(),
                "number {number} never came to {}",
                self.homes[at].name
            );
        }
    }
}

impl Spoken {
    /// What was not durable before a home was copied back may be gone for good.
    pub fn restored(&mut self, at: usize) {
        for said in &mut self.0 {
            // An older copy shows again what had been opened, or was taken back.
            said.opened.remove(&at);
            said.taken_back &= said.by != at;
        }
    }

    /// 3, 5, and the half of 1 that leaves: a flush of an honest home.
    pub fn leaving(&self, homes: &[Home], ends: (usize, usize), bytes: &[u8], on: (u64, bool)) {
        let ((at, to), (now, practical)) = (ends, on);
        let (sender, receiver) = (homes[at].person(), homes[to].person());
        let mut rest = bytes.to_vec();
        while let Some(frame) = take_frame(&mut rest).expect("an honest end sends frames") {
            let frame = decode(&frame).expect("an honest end sends frames");
            if practical {
                assert!(
                    match &frame {
                        Frame::Hello(hello) => hello.roster.is_none() && hello.marks.is_empty(),
                        Frame::WordsHave(WordsHave::Ids(_))
                        | Frame::WordsWant { .. }
                        | Frame::Words { .. }
                        | Frame::Pad { .. } => true,
                        _ => false,
                    },
                    "{frame:?} in the practical lane"
                );
            }
            let own = |id: &WordId| self.0.iter().find(|said| said.id == *id && said.by == at);
            let may_show = |said: &Said| {
                !said.taken_back
                    && said.leaves_at <= now
                    && (!practical || said.lane == Lane::Practical)
            };
            match frame {
                Frame::WordsHave(WordsHave::Ids(ids)) => {
                    for id in ids {
                        assert!(own(&id).is_none_or(may_show), "words are named too early");
                    }
                }
                Frame::Words { items } => {
                    for number in items.iter().flat_map(|item| found(item)) {
                        let said = &self.0[number];
                        assert!(said.by != at || may_show(said), "words leave too early");
                        assert!(
                            !practical || said.lane == Lane::Practical,
                            "words of the other lane"
                        );
                        assert!(
                            sender == said.person || sender == receiver,
                            "number {number} goes back to whom it came from"
                        );
                    }
                }
                _ => {}
            }
        }
    }

    /// 1, 2, 4 and 6: what lies at an honest home.
    pub fn check(&self, homes: &[Home], at: usize, now: u64, honest: impl Fn(usize) -> bool) {
        let home = &homes[at];
        for (key, row) in home.shelf.scan(Table::Words, &[]).unwrap() {
            let last = u32::from_be_bytes(key[..4].try_into().unwrap());
            assert!(
                last >= home.high_water.0,
                "{}: words after their day",
                home.name
            );
            for number in found(&row) {
                let said = &self.0[number];
                let here = said.by == at;
                assert!(!said.taken_back, "{}: what was taken back", home.name);
                assert!(
                    here || said.leaves_at <= now,
                    "{}: words too early",
                    home.name
                );
                // A modified program may say its own words anew, with other days; answers have their
                // last day from when they are shown.
                if honest(said.by) && said.round.is_none() {
                    assert!(said.until >= home.high_water, "{}: too late", home.name);
                    let gone = said.opened.get(&at);
                    let faded = gone.is_some_and(|gone| *gone < home.high_water);
                    assert!(!faded, "{}: opened, not faded", home.name);
                }
                if let Some(round) = said.round.filter(|_| said.person != home.person()) {
                    let answered = self
                        .0
                        .iter()
                        .any(|mine| mine.round == Some(round) && mine.person == home.person());
                    assert!(
                        answered || !honest(said.by),
                        "{} learns answers without answering",
                        home.name
                    );
                }
            }
            if let Some(item) = item_in(&row) {
                let author = (0..homes.len()).find(|home| homes[*home].log == item.author);
                let said = found(&item.body.encode())
                    .next()
                    .map(|number| &self.0[number]);
                if let (Some(author), Some(said)) = (author, said)
                    && honest(author)
                {
                    assert_eq!(said.by, author, "words in the name of who never wrote them");
                    let same = said.round.is_some() || said.id == item.id;
                    assert!(same, "words under another name");
                }
            }
        }
    }
}

/// The item of a row: `[item with its tags, secret of a seal]`.
fn item_in(row: &[u8]) -> Option<Item> {
    let mut r = Reader::new(row);
    r.array_of(2).ok()?;
    Some(Tagged::parse(r.bytes().ok()?).ok()?.item)
}

/// The first day of every world.
#[must_use]
pub fn first_day() -> Day {
    Day((BEGINNING / DAY) as u32)
}
