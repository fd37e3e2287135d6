//! Words on today's page: that something was written, and nothing of what it says. Nothing there asks
//! for an answer, and nothing counts.

use std::collections::BTreeSet;

use node::words::{Kind, Lane, Shown};
use serde_json::{Value, json};

use crate::confidential::told;
use crate::render;

/// What the other wrote that was not opened here.
#[derive(Debug, Default)]
pub(crate) struct Closed {
    /// Of each sort and lane, whether some of it is new today.
    sorts: Vec<((Kind, Lane), bool)>,
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
            let sort = (listed.kind, listed.lane);
            match closed.sorts.iter_mut().find(|(known, _)| *known == sort) {
                Some((_, new)) => *new |= is_new,
                None => closed.sorts.push((sort, is_new)),
            }
        }
        // What is about children and bills may not be able to wait.
        closed
            .sorts
            .sort_by_key(|((kind, lane), _)| (*lane != Lane::Practical, *kind != Kind::Sorry));
        closed
    }

    /// Whether a sorry has come that was not seen before today: then thanks do not lead.
    pub(super) fn has_new_sorry(&self) -> bool {
        self.sorts
            .iter()
            .any(|((kind, _), is_new)| *kind == Kind::Sorry && *is_new)
    }

    /// A line under "New": one for each sort, however much of it there is.
    pub(super) fn news(&self) -> String {
        let new = self.sorts.iter().filter(|(_, is_new)| *is_new);
        new.map(|((kind, lane), _)| {
            let called = told::called(*kind, *lane);
            let said = format!("{:<9} {called}. Open it when you like.", "words");
            render::row(&said, "", "handfast words")
        })
        .collect()
    }

    /// What was seen on an earlier day and left closed waits quietly.
    pub(super) fn when_you_like(&self) -> String {
        let waits = |practical: bool| {
            let mut old = self.sorts.iter().filter(|(_, is_new)| !*is_new);
            old.any(|((_, lane), _)| (*lane == Lane::Practical) == practical)
        };
        let mut rows = String::new();
        if waits(true) {
            let said = "Children and bills, not opened";
            rows.push_str(&render::row(said, "", "handfast words"));
        }
        if waits(false) {
            let said = "Something written, not opened";
            rows.push_str(&render::row(said, "", "handfast words"));
        }
        rows
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "closed": !self.sorts.is_empty(),
            "new": self.sorts.iter().any(|(_, is_new)| *is_new),
            "new_sorry": self.has_new_sorry(),
            "practical": self.sorts.iter().any(|((_, lane), _)| *lane == Lane::Practical),
        })
    }
}
