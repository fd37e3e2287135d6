//! What a when-then plan is made of: its parts, by the names under which they are drafted and signed.
//!
//! The length of the pause stands in the name of its part (`pause-20`). In a text two lengths that
//! were set at once would merge into a third that nobody meant; under two names both stay to be seen,
//! and somebody chooses.

use identity::Person;

use crate::act::MAX_PAUSE;
use crate::content::{Content, ItemType, Part};

/// The part that says when it is time.
pub const TRIGGER: &str = "trigger";
/// The part that says where and when both come back.
pub const BACK: &str = "back";
/// The part with one line to say aloud.
pub const ALOUD: &str = "aloud";
/// How the name of a part with a length begins.
const PAUSE: &str = "pause-";

/// The parts of a when-then plan; what nobody wrote is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhenThen<'a> {
    /// When it is time.
    pub trigger: Option<&'a str>,
    /// What each does, by [`Person::index`].
    pub does: [Option<&'a str>; 2],
    /// How long the pause is, in minutes. Several only where two were set at once.
    pub minutes: Vec<u16>,
    /// Where and when both come back.
    pub back: Option<&'a str>,
    /// One line to say aloud.
    pub aloud: Option<&'a str>,
    /// Parts that this program has no name for.
    pub more: Vec<&'a str>,
}

/// Why a when-then plan is not ready to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    /// Nothing says when it is time.
    #[error("it does not say yet when it is time")]
    Trigger,
    /// Nothing says what anybody does.
    #[error("it does not say yet what either of you does")]
    Does,
    /// Two lengths were set at once.
    #[error("two lengths of the pause were set at once")]
    TwoPauses,
}

/// The name of the part that says what a person does.
#[must_use]
pub const fn does(person: Person) -> &'static str {
    match person {
        Person::A => "a",
        Person::B => "b",
    }
}

/// The name of the part for a pause of so many minutes.
#[must_use]
pub fn pause(minutes: u16) -> String {
    format!("{PAUSE}{minutes}")
}

/// The minutes in the name of a part, if it is one of a pause.
#[must_use]
pub fn minutes(key: &str) -> Option<u16> {
    let minutes: u16 = key.strip_prefix(PAUSE)?.parse().ok()?;
    let spelled = (1..=MAX_PAUSE).contains(&minutes) && pause(minutes) == key;
    spelled.then_some(minutes)
}

impl<'a> WhenThen<'a> {
    /// Reads the parts of an item; of another type, nothing.
    #[must_use]
    pub fn of(content: &'a Content) -> Option<Self> {
        (content.ty == ItemType::WhenThen).then(|| Self::of_parts(&content.parts))
    }

    fn of_parts(parts: &'a [Part]) -> Self {
        let mut read = Self::default();
        let [a, b] = &mut read.does;
        for part in parts.iter().filter(|part| !part.text.trim().is_empty()) {
            let text = Some(part.text.as_str());
            match part.key.as_str() {
                TRIGGER => read.trigger = text,
                BACK => read.back = text,
                ALOUD => read.aloud = text,
                key if key == does(Person::A) => *a = text,
                key if key == does(Person::B) => *b = text,
                key => match minutes(key) {
                    Some(minutes) => read.minutes.push(minutes),
                    None => read.more.extend(text),
                },
            }
        }
        read.minutes.sort_unstable();
        read
    }

    /// What a person does.
    #[must_use]
    pub fn does(&self, person: Person) -> Option<&'a str> {
        let [a, b] = self.does;
        match person {
            Person::A => a,
            Person::B => b,
        }
    }

    /// How long the pause is, if one length is set.
    #[must_use]
    pub fn pause(&self) -> Option<u16> {
        match self.minutes.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Whether it can be signed.
    ///
    /// # Errors
    /// What is missing.
    pub fn ready(&self) -> Result<(), Unready> {
        if self.minutes.len() > 1 {
            Err(Unready::TwoPauses)
        } else if self.trigger.is_none() {
            Err(Unready::Trigger)
        } else if self.does.iter().all(Option::is_none) {
            Err(Unready::Does)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Who;

    fn part(key: &str, text: &str) -> Part {
        Part {
            key: key.into(),
            text: text.into(),
        }
    }

    fn plan(parts: Vec<Part>) -> Content {
        Content {
            parts,
            ..Content::new(ItemType::WhenThen, Who::Both, "When voices rise", "")
        }
    }

    #[test]
    fn the_parts_by_their_names() {
        let content = plan(vec![
            part(TRIGGER, "Voices rise"),
            part("a", "stays calm"),
            part("b", ""),
            part("pause-20", "20 minutes"),
            part("later", "something of a newer program"),
        ]);
        let read = WhenThen::of(&content).unwrap_or_default();
        assert_eq!(read.trigger, Some("Voices rise"));
        assert_eq!(read.does(Person::A), Some("stays calm"));
        assert_eq!(read.does(Person::B), None);
        assert_eq!((read.pause(), read.ready()), (Some(20), Ok(())));
        assert_eq!(read.more, ["something of a newer program"]);
    }

    #[test]
    fn two_lengths_set_at_once_stay_both() {
        let content = plan(vec![
            part("trigger", "Voices rise"),
            part("a", "x"),
            part("pause-30", "30 minutes"),
            part("pause-20", "20 minutes"),
        ]);
        let read = WhenThen::of(&content).unwrap_or_default();
        assert_eq!(
            (read.minutes.as_slice(), read.pause()),
            (&[20, 30][..], None)
        );
        assert_eq!(read.ready(), Err(Unready::TwoPauses));
    }

    #[test]
    fn a_length_has_one_spelling() {
        for wrong in [
            "pause-",
            "pause-0",
            "pause-020",
            "pause-1441",
            "pause-+5",
            "pause",
        ] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
        assert_eq!(minutes(&pause(MAX_PAUSE)), Some(MAX_PAUSE));
    }
}
