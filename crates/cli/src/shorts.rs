//! Short names, as this home gave them: what was shown once goes on meaning the same thing, so that
//! a line in a script never comes to mean another promise. They are local and never sent.

use std::collections::BTreeMap;

use node::Home;
use pact::short;

use crate::trouble::{Trouble, home_trouble};

/// Under which this home remembers them.
const ROW: &str = "short-names";

/// So many are remembered. What comes after them carries a piece of its id, which needs no memory:
/// a flood of new things cannot make this row grow.
const REMEMBERED: usize = 1024;

/// The names by the ids of what they mean. None is ever given to something else but by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shorts {
    kept: BTreeMap<String, String>,
    /// Of what came after all that is remembered; the same each time.
    beyond: BTreeMap<String, String>,
}

impl Shorts {
    /// The names of these things, given by their ids and titles; what is new here gets its name now.
    pub(crate) fn of(home: &mut Home, things: &[(String, String)]) -> Result<Self, Trouble> {
        let row = home.local(ROW).map_err(home_trouble)?;
        let mut shorts = Self::read(row.as_deref());
        if shorts.name(things) {
            home.change_local(ROW, |row| {
                // Another command may have given names in between.
                shorts = Self::read(row);
                shorts.name(things).then(|| shorts.row())
            })
            .map_err(home_trouble)?;
        }
        Ok(shorts)
    }

    /// Gives a name by hand; another thing of this home's list that has it is told instead.
    pub(crate) fn give(
        home: &mut Home,
        id: &str,
        name: &str,
        is_here: impl Fn(&str) -> bool,
    ) -> Result<Option<String>, Trouble> {
        let mut taken = None;
        home.change_local(ROW, |row| {
            let mut shorts = Self::read(row);
            let has = shorts
                .kept
                .iter()
                .find(|(of, has)| *has == name && *of != id);
            if let Some(of) = has.map(|(of, _)| of.clone()) {
                if is_here(&of) {
                    taken = Some(of);
                    return None;
                }
                // What had it is gone; a person's own hand may use it again.
                shorts.kept.remove(&of);
            }
            shorts.kept.insert(id.to_owned(), name.to_owned());
            Some(shorts.row())
        })
        .map_err(home_trouble)?;
        Ok(taken)
    }

    /// Lets go of the names of what was taken back before anybody else saw it: it never was.
    pub(crate) fn forget(home: &mut Home, ids: &[String]) -> Result<(), Trouble> {
        home.change_local(ROW, |row| {
            let mut shorts = Self::read(row);
            let before = shorts.kept.len();
            shorts.kept.retain(|id, _| !ids.contains(id));
            (shorts.kept.len() < before).then(|| shorts.row())
        })
        .map_err(home_trouble)
    }

    /// What something is called.
    pub(crate) fn called(&self, id: &str) -> &str {
        let name = self.kept.get(id).or_else(|| self.beyond.get(id));
        name.map_or("", String::as_str)
    }

    /// Whether this is the name of something, here or gone.
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        self.kept.values().any(|taken| taken == name)
    }

    /// Names what has no name; whether something had none.
    fn name(&mut self, things: &[(String, String)]) -> bool {
        let unnamed: Vec<&(String, String)> = things
            .iter()
            .filter(|(id, _)| !self.kept.contains_key(id))
            .collect();
        let mut remembered = false;
        for (id, title) in unnamed {
            let others: Vec<&str> = things
                .iter()
                .filter(|(other, _)| other != id)
                .map(|(_, title)| title.as_str())
                .collect();
            let name = short::new_name(title, &others, |name| self.is_taken(name));
            if self.kept.len() < REMEMBERED {
                self.kept.insert(id.clone(), name);
                remembered = true;
            } else {
                let piece: String = id.chars().take(8).collect();
                self.beyond.insert(id.clone(), format!("{name}-{piece}"));
            }
        }
        remembered
    }

    fn read(row: Option<&[u8]>) -> Self {
        let names = row.and_then(|row| serde_json::from_slice(row).ok());
        Self {
            kept: names.unwrap_or_default(),
            beyond: BTreeMap::new(),
        }
    }

    fn row(&self) -> Vec<u8> {
        serde_json::to_vec(&self.kept).unwrap_or_default()
    }
}
