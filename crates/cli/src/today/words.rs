//! Words on today's page: that something was written, and nothing of what it says. Nothing there asks
//! for an answer, and nothing counts.

use std::collections::BTreeSet;

use node::words::{Kind, Shown};
use serde_json::{Value, json};

use crate::confidential::told;
use crate::render;

/// What the other wrote that was not opened here.
#[derive(Debug, Default)]
pub(crate) struct Closed {
    /// Of each sort, whether some of it is new today.
    sorts: Vec<(Kind, bool)>,
    /// The names of all of it.
    pub(crate) handles: BTreeSet<String>,
}

impl Closed {
    /// Of what is here; new is what had not been seen before today.
    pub(crate) fn of(shown: &Shown, seen: &BTreeSet<String>) -> Self {
        let mut closed = Self::default();
        for listed in shown.there.iter().filter(|listed| listed.closed) {
            let is_new = !seen.contains(listed.handle.as_str());
            closed.handles.insert(listed.handle.as_str().to_owned());
            match closed
                .sorts
                .iter_mut()
                .find(|(kind, _)| *kind == listed.kind)
            {
                Some((_, new)) => *new |= is_new,
                None => closed.sorts.push((listed.kind, is_new)),
            }
        }
        closed.sorts.sort_by_key(|(kind, _)| *kind != Kind::Sorry);
        closed
    }

    /// Whether a sorry has come that was not seen before today: then thanks do not lead.
    pub(super) fn has_new_sorry(&self) -> bool {
        self.sorts.contains(&(Kind::Sorry, true))
    }

    /// A line under "New": one for each sort, however much of it there is.
    pub(super) fn news(&self) -> String {
        let new = self.sorts.iter().filter(|(_, is_new)| *is_new);
        new.map(|(kind, _)| {
            let called = told::called(*kind, node::words::Lane::Ordinary);
            let said = format!("{:<9} {called}. Open it when you like.", "words");
            render::row(&said, "", "handfast words")
        })
        .collect()
    }

    /// What was seen on an earlier day and left closed waits quietly.
    pub(super) fn when_you_like(&self) -> String {
        if self.sorts.iter().all(|(_, is_new)| *is_new) {
            return String::new();
        }
        render::row("Something written, not opened", "", "handfast words")
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "closed": !self.sorts.is_empty(),
            "new": self.sorts.iter().any(|(_, is_new)| *is_new),
            "new_sorry": self.has_new_sorry(),
        })
    }
}
