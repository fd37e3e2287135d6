//! Words in a session (B7, B8): after the records, each end says what it has had, asks for what it
//! lacks, and gives what it is asked for.
//!
//! ```text
//!   greetings: equal digests ──────────────────────────────▶ nothing to say
//!              different ─▶ Have buckets ─▶ Have ids of the days that differ ─▶ Want ─▶ Words
//!   later:     something new is had here ─▶ Have ids ─▶ Want ─▶ Words ─▶ Have ids (now had there too)
//!   practical: Have ids ─▶ Want ─▶ Words …, and a Want of nothing: I have all that I wanted
//! ```
//!
//! What was opened, has faded or was let go stands in no frame: an end speaks of what it has *had*.
//! Each Want has one Words for answer, with those of the items that may go there and are here.

use std::collections::{BTreeSet, VecDeque};

use identity::words::{Having, WordId};
use replica::words::{Lane, Taken};

use super::meeting::{After, Meeting};
use super::{Event, Here, MAX_SESSION_BYTES, Stop};
use crate::Violation;
use crate::frames::{Frame, MAX_IDS, RUN_BYTES, WordsHave};

/// Items asked for at once: what they can come to at most fits into one answer.
const ASK: usize = 48;

/// What was said of words when the session began.
pub(super) struct Greeted {
    /// The digest in the greeting; none if words are not spoken of.
    pub(super) digest: Option<Having>,
    /// What it is a digest of.
    pub(super) ids: BTreeSet<WordId>,
}

impl Greeted {
    /// What may be said of words in a greeting.
    pub(super) fn new(here: &mut Here<'_>) -> Self {
        let words = here.replica.words();
        match words.filter(|(words, _)| !words.tide().has_jumped()) {
            Some((words, _)) => Self {
                digest: Some(words.digest()),
                ids: words.ids(None, None),
            },
            None => Self {
                digest: None,
                ids: BTreeSet::new(),
            },
        }
    }
}

/// Where the talk about words stands.
pub(super) struct WordsTalk {
    /// Whether both ends speak of words in this session.
    on: bool,
    lane: Option<Lane>,
    /// What the peer was told that was had here.
    told: BTreeSet<WordId>,
    /// Lists by day, while the greetings differ.
    buckets: Step,
    theirs: Option<Vec<(u64, Having)>>,
    /// The lists of ids of the days that differ.
    ids: Step,
    lacking: VecDeque<WordId>,
    asked: Option<BTreeSet<WordId>>,
    /// Told since, and neither asked for nor had there yet: who told must not leave before.
    awaited: BTreeSet<WordId>,
    /// What the peer said that it has had and that is not noted yet.
    held: BTreeSet<WordId>,
    /// All that the peer named in this session.
    heard: BTreeSet<WordId>,
    /// The practical lane has no other end than saying so.
    end: Step,
    /// Bytes of items that left.
    given: u64,
}

/// One thing that each end says once.
#[derive(Default, Clone, Copy)]
struct Step {
    said: bool,
    heard: bool,
}

impl Step {
    const DONE: Self = Self {
        said: true,
        heard: true,
    };

    const fn is_over(self) -> bool {
        self.said && self.heard
    }
}

impl WordsTalk {
    pub(super) fn new(
        greeted: Greeted,
        theirs: Option<Having>,
        practical: bool,
        here: &mut Here<'_>,
    ) -> Self {
        let speaks = here
            .replica
            .words()
            .is_some_and(|(words, _)| !words.tide().has_jumped());
        let on = speaks && (practical || greeted.digest.is_some() && theirs.is_some());
        let same = greeted.digest == theirs;
        let asks = on && !practical && !same;
        let step = if asks { Step::default() } else { Step::DONE };
        let (told, held) = if on && same && !practical {
            (greeted.ids.clone(), greeted.ids)
        } else {
            (BTreeSet::new(), BTreeSet::new())
        };
        Self {
            on,
            lane: practical.then_some(Lane::Practical),
            told,
            buckets: step,
            theirs: None,
            ids: if on && practical {
                Step::default()
            } else {
                step
            },
            lacking: VecDeque::new(),
            asked: None,
            awaited: BTreeSet::new(),
            held,
            heard: BTreeSet::new(),
            end: if practical {
                Step::default()
            } else {
                Step::DONE
            },
            given: 0,
        }
    }

    /// Whether nothing is left to ask, and nothing to wait for.
    pub(super) fn is_quiet(&self) -> bool {
        self.end.said && (!self.on || self.buckets.is_over() && self.has_asked_all())
    }

    fn has_asked_all(&self) -> bool {
        self.ids.is_over()
            && self.lacking.is_empty()
            && self.asked.is_none()
            && self.awaited.is_empty()
    }

    /// Whether the practical lane is at its end.
    pub(super) fn is_ended(&self) -> bool {
        self.end.is_over()
    }
}

impl Meeting {
    /// Says and asks what can be said and asked now.
    pub(super) fn pump_words(&mut self, here: &mut Here<'_>) -> Result<(), Stop> {
        if !self.words.on {
            if !self.words.end.said {
                // The practical lane is open and nothing can be said in it: that is its end.
                (self.words.ids.said, self.words.end.said) = (true, true);
                push_ids(&mut self.frames, Vec::new());
                self.frames.push(Frame::WordsWant { ids: Vec::new() });
            }
            return Ok(());
        }
        let now = here.clock.unix_ms;
        let peer = self.peer;
        let Some((words, roster)) = here.replica.words() else {
            return Ok(());
        };
        // That they may be spoken of is durable before they are.
        let mut writes = words.offer(now);
        let held = std::mem::take(&mut self.words.held);
        if !held.is_empty() {
            writes.extend(words.held_by(here.shelf, roster, peer, &held)?);
        }
        if !writes.is_empty() {
            // What waits to leave leaves before; `pump` comes again after.
            self.flush(here);
            here.persist(writes, After::Pump);
            return Ok(());
        }
        self.tell_words(here);
        self.want_words(here);
        Ok(())
    }

    fn tell_words(&mut self, here: &mut Here<'_>) {
        let talk = &mut self.words;
        let Some((words, _)) = here.replica.words() else {
            return;
        };
        if !talk.buckets.said {
            talk.buckets.said = true;
            // Of all other days both have had the same, so they are as good as told.
            talk.told = words.ids(None, talk.lane);
            let buckets = WordsHave::Buckets(words.buckets());
            self.frames.push(Frame::WordsHave(buckets));
        }
        if !talk.ids.said {
            let days = match (&talk.theirs, talk.lane) {
                (Some(theirs), None) => Some(words.differing(theirs)),
                (None, None) => return,
                (_, Some(_)) => None,
            };
            talk.ids.said = true;
            let all = words.ids(None, talk.lane);
            if let Some(days) = &days {
                // What the peer has had on a day that does not differ.
                let same = words.ids(None, None);
                let differ = words.ids(Some(days), None);
                talk.held
                    .extend(same.difference(&differ).filter(|id| talk.told.contains(id)));
            }
            let ids = words.ids(days.as_ref(), talk.lane);
            let ids: Vec<WordId> = ids.into_iter().collect();
            push_ids(&mut self.frames, ids);
            talk.told.extend(all);
            return;
        }
        let all = words.ids(None, talk.lane);
        let new: Vec<WordId> = all.difference(&talk.told).copied().collect();
        if !new.is_empty() {
            talk.told.extend(new.iter().copied());
            if talk.lane.is_none() {
                // What the peer brought it has; of the rest it will ask, or say that it has it.
                let unknown = new.iter().filter(|id| !talk.heard.contains(id));
                talk.awaited.extend(unknown.copied());
            }
            push_ids(&mut self.frames, new);
        }
    }

    /// Words that may be spoken of because of what just came, such as a letter that waited for the
    /// end of a space: told before it is said that all is stored, since the other end may go then.
    pub(super) fn tell_what_follows(&mut self, here: &mut Here<'_>) {
        let all_told = self.words.buckets.said && self.words.ids.said;
        // Records before words (B8).
        if self.words.on && all_told && !self.has_records_to_send(here) {
            self.tell_words(here);
        }
    }

    fn want_words(&mut self, here: &mut Here<'_>) {
        let talk = &mut self.words;
        if talk.asked.is_some() {
            return;
        }
        if let Some((words, _)) = here.replica.words() {
            // Another session may have brought it since.
            let lacking: Vec<WordId> = talk.lacking.iter().copied().collect();
            talk.lacking = words.lacks(&lacking).into();
        }
        let next: BTreeSet<WordId> = talk.lacking.iter().take(ASK).copied().collect();
        if !next.is_empty() {
            talk.lacking.drain(..next.len().min(talk.lacking.len()));
            let ids = next.iter().copied().collect();
            talk.asked = Some(next);
            self.frames.push(Frame::WordsWant { ids });
        } else if talk.ids.is_over() && !talk.end.said {
            talk.end.said = true;
            self.frames.push(Frame::WordsWant { ids: Vec::new() });
        }
    }

    /// The peer says what it has had.
    pub(super) fn words_have(
        &mut self,
        have: WordsHave,
        here: &mut Here<'_>,
    ) -> Result<Option<After>, Stop> {
        let talk = &mut self.words;
        if !talk.on {
            return Ok(None);
        }
        match have {
            WordsHave::Buckets(buckets) => {
                if std::mem::replace(&mut talk.buckets.heard, true) {
                    return Err(Violation::OutOfPlace(8).into());
                }
                talk.theirs = Some(buckets);
            }
            WordsHave::Ids(ids) => {
                talk.ids.heard = true;
                let Some((words, _)) = here.replica.words() else {
                    return Ok(None);
                };
                let known: BTreeSet<WordId> = talk.lacking.iter().copied().collect();
                let asked = talk.asked.as_ref();
                let new = words.lacks(&ids).into_iter().filter(|id| {
                    !known.contains(id) && asked.is_none_or(|asked| !asked.contains(id))
                });
                talk.lacking.extend(new);
                if talk.lacking.len() > MAX_IDS {
                    return Err(Violation::TooMuch.into());
                }
                for id in &ids {
                    talk.awaited.remove(id);
                }
                talk.heard.extend(ids.iter().copied());
                if talk.heard.len() > 4 * MAX_IDS {
                    return Err(Violation::TooMuch.into());
                }
                talk.held.extend(ids);
            }
        }
        Ok(None)
    }

    /// The peer asks for words.
    pub(super) fn words_want(&mut self, ids: &[WordId], here: &mut Here<'_>) -> Result<(), Stop> {
        self.received.take_question()?;
        if ids.is_empty() {
            if self.words.lane.is_none() || std::mem::replace(&mut self.words.end.heard, true) {
                return Err(Violation::OutOfPlace(9).into());
            }
            return Ok(());
        }
        let (peer, lane, shelf) = (self.peer, self.words.lane, here.shelf);
        let mut items = Vec::new();
        if self.words.on
            && self.words.given < MAX_SESSION_BYTES
            && let Some((words, roster)) = here.replica.words()
        {
            let room = RUN_BYTES.saturating_sub(ids.len() * 8);
            let found = words.outgoing(shelf, roster, peer, ids, lane, room)?;
            items = found.into_iter().map(|item| item.to_vec()).collect();
        }
        for id in ids {
            self.words.awaited.remove(id);
        }
        let bytes: usize = items.iter().map(Vec::len).sum();
        self.words.given = self.words.given.saturating_add(bytes as u64);
        self.frames.push(Frame::Words { items });
        Ok(())
    }

    /// The peer gives words.
    pub(super) fn words_come(
        &mut self,
        items: &[Vec<u8>],
        here: &mut Here<'_>,
    ) -> Result<Option<After>, Stop> {
        let mut asked = self.words.asked.take().ok_or(Violation::Unasked(10))?;
        let (peer, lane) = (self.peer, self.words.lane);
        let Some((words, roster)) = here.replica.words() else {
            return Ok(None);
        };
        let (mut writes, mut news) = (Vec::new(), false);
        for bytes in items {
            let (id, taken, kept) = words
                .receive(roster, peer, lane, bytes)
                .map_err(|_| Violation::BadWords)?;
            if !asked.remove(&id) {
                return Err(Violation::Unasked(10).into());
            }
            news |= taken == Taken::New;
            writes.extend(kept);
        }
        Ok(here.persist(writes, After::Words { news }))
    }

    /// What was taken is durable.
    pub(super) fn words_kept(&mut self, news: bool, here: &mut Here<'_>) {
        if news {
            here.event(Event::Words);
        }
    }
}

/// Ids in frames of at most so many.
fn push_ids(frames: &mut Vec<Frame>, ids: Vec<WordId>) {
    let mut rest = ids.as_slice();
    while let Some((some, more)) = rest.split_at_checked(MAX_IDS) {
        frames.push(Frame::WordsHave(WordsHave::Ids(some.to_vec())));
        rest = more;
    }
    frames.push(Frame::WordsHave(WordsHave::Ids(rest.to_vec())));
}
