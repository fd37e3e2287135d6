//! What can be said in confidence: the closed list of kinds, each with its own body.

use identity::Hash;
use identity::cbor::{Malformed, Reader, Writer};
use identity::words::{Round, Seal};
use zeroize::Zeroizing;

use super::{Confidential, Lane};

/// The largest body; with 63 tags an item stays below what a frame carries for one.
pub const MAX_BODY: usize = 12 << 10;
/// The longest text of the practical lane, in code points.
pub const PRACTICAL_TEXT: usize = 280;
/// The most answers of a check-in, or parts of a sorry: 32 questions and the mark of a script.
pub const MAX_PARTS: usize = 33;
/// The longest name of such a part, in bytes.
pub const MAX_PART_NAME: usize = 32;

/// A question's name and what was answered.
pub type Part = (String, Confidential);

/// What an item of words says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    /// Something told.
    Say(Confidential),
    /// An answer to something told.
    Heard(Heard),
    /// About a talk: when, where, whether.
    Talk(Talk),
    /// What was done, owned, question by question.
    Sorry {
        /// A signed entry that it is about.
        about: Option<Hash>,
        /// The promise that says what will change.
        promise: Option<Hash>,
        /// Each question's name and its answer.
        parts: Vec<Part>,
    },
    /// The story of a setback; the mark itself is signed and stays.
    Story {
        /// The signed entry.
        setback: Hash,
        /// How it was.
        text: Confidential,
    },
    /// What was written while the other had taken space.
    Letter(Confidential),
    /// The answers of a check-in, sealed.
    Sealed {
        /// The round.
        round: Round,
        /// What they will turn out to be.
        seal: Seal,
    },
    /// The same answers, shown, after both were sealed.
    Opening(Opening),
    /// A kind that this version does not know; it is held and passed on.
    Later {
        /// Its number.
        kind: u64,
        /// Its body.
        bytes: Zeroizing<Vec<u8>>,
    },
}

/// How something told was heard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// I have read it.
    Read,
    /// This is what I heard.
    Understood(Confidential),
    /// That is not quite it.
    NotQuite(Confidential),
}

/// About a talk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Talk {
    /// May we talk?
    Ask {
        /// When.
        when: Confidential,
        /// Where.
        place: Confidential,
        /// What about.
        text: Confidential,
    },
    /// Yes.
    Yes(Confidential),
    /// Not now; later.
    Later(Confidential),
    /// No.
    No(Confidential),
}

/// What opens a seal.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// The round.
    pub round: Round,
    /// The other's seal, which was held before this was shown.
    pub against: Seal,
    /// What made the seal impossible to guess.
    pub nonce: [u8; 32],
    /// The answers.
    pub answers: Vec<Part>,
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opening(..)")
    }
}

/// What a list of words may say of an item without opening it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// [`Body::Say`].
    Say,
    /// [`Body::Heard`].
    Heard,
    /// [`Body::Talk`].
    Talk,
    /// [`Body::Sorry`].
    Sorry,
    /// [`Body::Story`].
    Story,
    /// [`Body::Letter`].
    Letter,
    /// Part of a check-in: in no list, since it would tell that the other has answered.
    CheckIn,
    /// A kind of a later version.
    Later,
}

impl Kind {
    /// Of a kind's number.
    #[must_use]
    pub const fn of(number: u64) -> Self {
        match number {
            1 => Self::Say,
            2 => Self::Heard,
            3 => Self::Talk,
            4 => Self::Sorry,
            5 => Self::Story,
            6 => Self::Letter,
            7 | 8 => Self::CheckIn,
            _ => Self::Later,
        }
    }
}

impl Body {
    /// The number of its kind.
    #[must_use]
    pub const fn kind(&self) -> u64 {
        match self {
            Self::Say(_) => 1,
            Self::Heard(_) => 2,
            Self::Talk(_) => 3,
            Self::Sorry { .. } => 4,
            Self::Story { .. } => 5,
            Self::Letter(_) => 6,
            Self::Sealed { .. } => 7,
            Self::Opening(_) => 8,
            Self::Later { kind, .. } => *kind,
        }
    }

    /// The round of a check-in that it belongs to.
    #[must_use]
    pub const fn round(&self) -> Option<Round> {
        match self {
            Self::Sealed { round, .. } => Some(*round),
            Self::Opening(opening) => Some(opening.round),
            Self::Say(_)
            | Self::Heard(_)
            | Self::Talk(_)
            | Self::Sorry { .. }
            | Self::Story { .. }
            | Self::Letter(_)
            | Self::Later { .. } => None,
        }
    }

    /// Whether it may stand in that lane: the practical one takes short plain words alone.
    #[must_use]
    pub fn fits(&self, lane: Lane) -> bool {
        match (lane, self) {
            (Lane::Ordinary, _) => true,
            (Lane::Practical, Self::Say(text)) => text.show().chars().count() <= PRACTICAL_TEXT,
            (Lane::Practical, _) => false,
        }
    }

    /// Whether it says anything, and no more than fits.
    #[must_use]
    pub fn says_something(&self) -> bool {
        let blank = match self {
            Self::Say(text) | Self::Letter(text) | Self::Story { text, .. } => text.is_blank(),
            Self::Heard(Heard::Understood(text) | Heard::NotQuite(text)) => text.is_blank(),
            Self::Sorry { parts, .. } => parts.iter().all(|(_, text)| text.is_blank()),
            Self::Heard(Heard::Read)
            | Self::Talk(_)
            | Self::Sealed { .. }
            | Self::Opening(_)
            | Self::Later { .. } => false,
        };
        let named = match self {
            Self::Sorry { parts, .. } => are_parts(parts),
            Self::Opening(opening) => are_parts(&opening.answers),
            Self::Say(_)
            | Self::Heard(_)
            | Self::Talk(_)
            | Self::Story { .. }
            | Self::Letter(_)
            | Self::Sealed { .. }
            | Self::Later { .. } => true,
        };
        !blank && named && self.encode().len() <= MAX_BODY
    }

    /// The body's own CBOR.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        match self {
            Self::Say(text) | Self::Letter(text) => {
                w.array(1).text(text.show());
            }
            Self::Heard(heard) => {
                let (how, text) = match heard {
                    Heard::Read => (0, None),
                    Heard::Understood(text) => (1, Some(text)),
                    Heard::NotQuite(text) => (2, Some(text)),
                };
                w.array(2).uint(how);
                w.opt(text, |w, text| w.text(text.show()));
            }
            Self::Talk(talk) => match talk {
                Talk::Ask { when, place, text } => {
                    w.array(4).uint(0).text(when.show());
                    w.text(place.show()).text(text.show());
                }
                Talk::Yes(text) => drop(w.array(2).uint(1).text(text.show())),
                Talk::Later(text) => drop(w.array(2).uint(2).text(text.show())),
                Talk::No(text) => drop(w.array(2).uint(3).text(text.show())),
            },
            Self::Sorry {
                about,
                promise,
                parts,
            } => {
                w.array(3).opt(*about, |w, hash| w.bytes(&hash.0));
                w.opt(*promise, |w, hash| w.bytes(&hash.0));
                w.raw(&encode_parts(parts));
            }
            Self::Story { setback, text } => {
                w.array(2).bytes(&setback.0).text(text.show());
            }
            Self::Sealed { round, seal } => {
                w.array(2);
                seal.write(round.write(&mut w));
            }
            Self::Opening(opening) => {
                w.array(4);
                opening.against.write(opening.round.write(&mut w));
                w.bytes(&opening.nonce)
                    .bytes(&encode_parts(&opening.answers));
            }
            Self::Later { bytes, .. } => drop(w.raw(bytes)),
        }
        Zeroizing::new(w.finish())
    }

    /// Reads a body of a kind.
    ///
    /// # Errors
    /// It is not of that kind's form.
    pub fn decode(kind: u64, bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX_BODY {
            return Err(Malformed::Length);
        }
        let mut r = Reader::new(bytes);
        let body = match kind {
            1 | 6 => {
                r.array_of(1)?;
                let text = text(&mut r)?;
                if kind == 1 {
                    Self::Say(text)
                } else {
                    Self::Letter(text)
                }
            }
            2 => {
                r.array_of(2)?;
                Self::Heard(match (r.uint()?, r.opt(text)?) {
                    (0, None) => Heard::Read,
                    (1, Some(text)) => Heard::Understood(text),
                    (2, Some(text)) => Heard::NotQuite(text),
                    _ => return Err(Malformed::Length),
                })
            }
            3 => {
                let fields = r.array()?;
                Self::Talk(match (r.uint()?, fields) {
                    (0, 4) => Talk::Ask {
                        when: text(&mut r)?,
                        place: text(&mut r)?,
                        text: text(&mut r)?,
                    },
                    (1, 2) => Talk::Yes(text(&mut r)?),
                    (2, 2) => Talk::Later(text(&mut r)?),
                    (3, 2) => Talk::No(text(&mut r)?),
                    _ => return Err(Malformed::Length),
                })
            }
            4 => {
                r.array_of(3)?;
                Self::Sorry {
                    about: r.opt(|r| r.fixed().map(Hash))?,
                    promise: r.opt(|r| r.fixed().map(Hash))?,
                    parts: parts(&mut r)?,
                }
            }
            5 => {
                r.array_of(2)?;
                Self::Story {
                    setback: Hash(r.fixed()?),
                    text: text(&mut r)?,
                }
            }
            7 => {
                r.array_of(2)?;
                Self::Sealed {
                    round: Round::read(&mut r)?,
                    seal: Seal::read(&mut r)?,
                }
            }
            8 => {
                r.array_of(4)?;
                Self::Opening(Opening {
                    round: Round::read(&mut r)?,
                    against: Seal::read(&mut r)?,
                    nonce: r.fixed()?,
                    answers: decode_parts(r.bytes()?)?,
                })
            }
            _ => Self::Later {
                kind,
                bytes: Zeroizing::new(r.item()?.to_vec()),
            },
        };
        r.end()?;
        Ok(body)
    }
}

fn text(r: &mut Reader<'_>) -> Result<Confidential, Malformed> {
    r.text().map(Confidential::from)
}

/// Answers as they are sealed: `[[name, text]…]`.
#[must_use]
pub fn encode_parts(parts: &[Part]) -> Zeroizing<Vec<u8>> {
    let mut w = Writer::new();
    w.array(parts.len() as u64);
    for (name, answer) in parts {
        w.array(2).text(name).text(answer.show());
    }
    Zeroizing::new(w.finish())
}

/// Reads what [`encode_parts`] wrote.
///
/// # Errors
/// It is not of that form.
pub fn decode_parts(bytes: &[u8]) -> Result<Vec<Part>, Malformed> {
    let mut r = Reader::new(bytes);
    let all = parts(&mut r)?;
    r.end()?;
    Ok(all)
}

fn parts(r: &mut Reader<'_>) -> Result<Vec<Part>, Malformed> {
    let count = r.array()?;
    if count > MAX_PARTS as u64 {
        return Err(Malformed::Length);
    }
    let mut all: Vec<Part> = Vec::new();
    for _ in 0..count {
        r.array_of(2)?;
        all.push((r.text()?.to_owned(), text(r)?));
    }
    if are_parts(&all) {
        Ok(all)
    } else {
        Err(Malformed::Length)
    }
}

/// Few, each with a short name of its own.
fn are_parts(parts: &[Part]) -> bool {
    let named = |(at, (name, _)): (usize, &Part)| {
        (1..=MAX_PART_NAME).contains(&name.len())
            && parts.iter().take(at).all(|(other, _)| other != name)
    };
    parts.len() <= MAX_PARTS && parts.iter().enumerate().all(named)
}
