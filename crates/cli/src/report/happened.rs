//! What happened, for the timeline: what was agreed, thanks, hard moments and what was done about
//! them. Days that were merely kept stand in the calendars.

use identity::{Day, Hash, Person};
use pact::{Body, Entry, View};

use crate::names::Names;
use crate::weeks::Reach;

/// One thing on the timeline.
pub(super) struct Event {
    pub(super) day: Day,
    pub(super) sort: Sort,
    /// In our words: "Agreed", "Thanks from Ben".
    pub(super) label: String,
    /// What it is about or what was written; filtered.
    pub(super) text: String,
}

/// What sort of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Agreed,
    Ended,
    Set,
    Thanks,
    Setback,
    Amends,
    Pause,
}

/// All of those days, in their order.
pub(super) fn events(
    view: &View,
    entries: &[Entry<'_>],
    names: &Names,
    reach: Reach,
    shown: &dyn Fn(Person) -> bool,
) -> Vec<Event> {
    let called = |of: Hash| {
        let content = view.content(of);
        content.map_or_else(String::new, |content| super::clean(content.called()))
    };
    let mut events = super::agreed::events(view, reach.today);
    for owner in Person::BOTH.into_iter().filter(|owner| shown(*owner)) {
        for owned in view.owned(owner) {
            events.extend(owned.current.iter().map(|set| Event {
                day: set.day,
                sort: Sort::Set,
                label: format!("Written down by {}", names.name(owner)),
                text: super::clean(set.content.called()),
            }));
        }
    }
    for entry in entries {
        let by = names.name(entry.person);
        let thanks = matches!(entry.body, Body::Thanks { .. });
        if !thanks && !shown(entry.person) {
            continue;
        }
        // What stands folded until its reader opens it is not printed either.
        let folded = entry.closed && entry.person != names.me;
        let text = |text: &str| {
            if folded {
                String::new()
            } else {
                super::clean(text)
            }
        };
        let told = if let Body::Thanks { text: words, .. } = entry.body {
            Some((
                entry.day,
                Sort::Thanks,
                format!("Thanks from {by}"),
                text(words),
            ))
        } else if let Body::Setback { target, on, note } = entry.body {
            let note = text(note);
            let about = if note.is_empty() {
                target.map(called).unwrap_or_default()
            } else {
                note
            };
            Some((*on, Sort::Setback, format!("{by}: a setback"), about))
        } else if let Body::Amends { text: words, .. } = entry.body {
            Some((
                entry.day,
                Sort::Amends,
                format!("{by}: amends"),
                text(words),
            ))
        } else if let Body::Pause { target, .. } = entry.body {
            let about = target.map(called).unwrap_or_default();
            Some((entry.day, Sort::Pause, format!("{by} took a pause"), about))
        } else {
            None
        };
        events.extend(told.map(|(day, sort, label, text)| Event {
            day,
            sort,
            label,
            text,
        }));
    }
    events.retain(|event| event.day >= reach.since && event.day <= reach.today);
    events.sort_by_key(|event| (event.day, event.sort));
    events
}
