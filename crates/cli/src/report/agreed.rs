//! What was agreed, renewed and ended: a renewal is told as one, with the day since when it is agreed,
//! and what both let go stands where it happened (B5).

use identity::{Day, Hash};
use pact::{Content, Past, State, View};

use super::happened::{Event, Sort};
use super::long;

/// Of every agreement there was, when it began and how it ended. By whom one was withdrawn is not
/// said: the page is about what stood.
pub(super) fn events(view: &View, today: Day) -> Vec<Event> {
    let mut events = Vec::new();
    for item in view.items_with_past() {
        let past = view.past(item, today);
        for one in &past {
            // What never counted on any day is no event.
            let (Some(begins), Some(last)) = (one.begins, one.last) else {
                continue;
            };
            let text = super::clean(one.content.called());
            events.push(Event {
                day: begins,
                sort: Sort::Agreed,
                label: label(&past, one),
                text: text.clone(),
            });
            let ended = match one.state {
                State::Completed => one
                    .let_go
                    .map(|day| (day, "Let go with thanks, both said so")),
                // After its last day it rested already.
                State::Withdrawn if last < one.until => {
                    Some((last.plus(1), "Withdrawn; it no longer counts"))
                }
                State::Withdrawn
                | State::Open
                | State::Declined
                | State::Answered
                | State::Crossed
                | State::Begins(_)
                | State::InForce
                | State::Rests
                | State::Replaced => None,
            };
            events.extend(ended.map(|(day, label)| Event {
                day,
                sort: Sort::Ended,
                label: label.to_owned(),
                text,
            }));
        }
    }
    events
}

fn label(past: &[Past<'_>], one: &Past<'_>) -> String {
    match since(past, one) {
        Some((first, true)) => format!("Renewed; agreed since {}", long(first)),
        Some((first, false)) => format!("Renewed; first agreed from {}", long(first)),
        None if before(past, one).is_some() => "Agreed in other words, from this day on".to_owned(),
        None => "Agreed, from this day on".to_owned(),
    }
}

/// Since when the words of a proposal are agreed, if it renews others; and whether without a gap.
pub(super) fn since(past: &[Past<'_>], one: &Past<'_>) -> Option<(Day, bool)> {
    let (mut at, mut first, mut whole) = (one, None, true);
    // Each is looked at once: a modified program could name them in a ring.
    for _ in past {
        let Some(before) = before(past, at) else {
            break;
        };
        if plain(before.content) != plain(one.content) {
            break;
        }
        let (begins, last) = (before.begins?, before.last?);
        whole &= at.begins.is_some_and(|begins| begins <= last.plus(1));
        first = Some((begins, whole));
        at = before;
    }
    first.filter(|(first, _)| one.begins.is_some_and(|begins| *first < begins))
}

/// The same of an agreement that lives.
pub(super) fn since_of(past: &[Past<'_>], p: Hash) -> Option<(Day, bool)> {
    since(past, past.iter().find(|one| one.p == p)?)
}

/// The last agreement in whose place it came.
fn before<'a, 'b>(past: &'b [Past<'a>], one: &Past<'a>) -> Option<&'b Past<'a>> {
    let named = past
        .iter()
        .filter(|other| one.replaces.contains(&other.p) && other.p != one.p);
    named
        .filter(|other| other.last.is_some())
        .max_by_key(|other| other.begins)
}

/// Kept after a trial they are the same words.
fn plain(content: &Content) -> Content {
    Content {
        try_: false,
        ..content.clone()
    }
}
