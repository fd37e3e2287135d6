//! What the two are called here. Names are local, and no other word stands for a person.

use identity::Person;
use node::Home;
use pact::Who;

use crate::trouble::{Trouble, alone, home_trouble};

/// The two names of a home that has met.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// Who lives here.
    pub(crate) me: Person,
    /// What this person is called.
    pub(crate) mine: String,
    /// What this person calls the other.
    pub(crate) other: String,
}

impl Names {
    /// Of a home that has met; else the verb takes two.
    pub(crate) fn of(home: &mut Home) -> Result<Self, Trouble> {
        if !home.is_paired() {
            return Err(alone());
        }
        let me = home.person().map_err(home_trouble)?;
        let settings = home.settings();
        Ok(Self {
            me,
            mine: settings.name.clone(),
            other: settings.other.clone().unwrap_or_else(|| "The other".into()),
        })
    }

    /// The name of a person.
    pub(crate) fn name(&self, person: Person) -> &str {
        if person == self.me {
            &self.mine
        } else {
            &self.other
        }
    }

    /// Whose promise it is: "Ben's promise", "A promise of both".
    pub(crate) fn whose(&self, who: Who) -> String {
        match who {
            Who::Only(person) => format!("{}'s promise", self.name(person)),
            Who::Both => "A promise of both of you".into(),
        }
    }
}
