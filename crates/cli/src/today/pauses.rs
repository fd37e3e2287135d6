//! New pauses of the other on today's page: each once, with its return, and of many the newest.

use std::collections::BTreeSet;

use identity::Hash;
use pact::{Body, News, NewsOf};

use crate::render;

/// So many are told one by one.
const SHOWN: usize = 3;

/// What was folded together.
pub(super) struct Folded {
    /// The pauses whose return is told with them.
    came_back: BTreeSet<Hash>,
    /// Whether there are others than those told one by one. How many is not said: of many in one go not
    /// all are at hand here.
    more: bool,
}

/// Takes out what is told with its pause, and of many all but the newest.
pub(super) fn fold(all: &mut Vec<News<'_>>) -> Folded {
    let new: BTreeSet<Hash> = all
        .iter()
        .filter(|news| is_pause(news))
        .map(|news| news.hash)
        .collect();
    let mut came_back = BTreeSet::new();
    all.retain(|news| match returned_from(news) {
        Some(pause) if new.contains(&pause) => {
            came_back.insert(pause);
            false
        }
        _ => true,
    });
    let is_one = |news: &News<'_>| is_pause(news) || returned_from(news).is_some();
    let many = all.iter().filter(|news| is_one(news)).count();
    let mut left = many.saturating_sub(SHOWN);
    let more = left > 0;
    all.retain(|news| {
        let goes = left > 0 && is_one(news);
        left = left.saturating_sub(usize::from(goes));
        !goes
    });
    Folded { came_back, more }
}

impl Folded {
    /// What stands behind a pause whose return is new with it.
    pub(super) fn behind(&self, pause: Hash) -> &'static str {
        if self.came_back.contains(&pause) {
            ", and came back"
        } else {
            ""
        }
    }

    /// The line for those that are not told one by one.
    pub(super) fn rest(&self) -> String {
        if self.more {
            render::row("pause     and earlier ones", "", "handfast log")
        } else {
            String::new()
        }
    }
}

fn is_pause(news: &News<'_>) -> bool {
    matches!(&news.of, NewsOf::Entry(entry) if matches!(entry.body, Body::Pause { .. }))
}

fn returned_from(news: &News<'_>) -> Option<Hash> {
    if let NewsOf::Entry(entry) = &news.of
        && let Body::Back { pause } = entry.body
    {
        Some(*pause)
    } else {
        None
    }
}
