//! What is provable about when something was said: after what its author held, and before what
//! marks it (S51). Days are claims of their authors; this order is not.

use std::collections::BTreeMap;

use identity::{Hash, LogId};
use node::home::Kept;

/// For each record, the places in the list of what the other person said last before it and first
/// after it.
pub(crate) struct Order(BTreeMap<Hash, (Option<usize>, Option<usize>)>);

impl Order {
    /// Of everything that is kept, in its order.
    pub(crate) fn of(all: &[Kept]) -> Self {
        let places: BTreeMap<(LogId, u64), usize> = all
            .iter()
            .enumerate()
            .map(|(at, kept)| ((kept.record.log(), kept.record.seq()), at))
            .collect();
        let mut held: BTreeMap<LogId, usize> = BTreeMap::new();
        let mut order: BTreeMap<Hash, (Option<usize>, Option<usize>)> = BTreeMap::new();
        let mut marked: BTreeMap<LogId, u64> = BTreeMap::new();
        for (at, kept) in all.iter().enumerate() {
            let log = kept.record.log();
            for mark in kept.record.seen() {
                let Some(place) = places.get(&(mark.log, mark.seq)).copied() else {
                    continue;
                };
                let theirs = all
                    .get(place)
                    .is_some_and(|seen| seen.person != kept.person);
                if !theirs {
                    continue;
                }
                let last = held.entry(log).or_insert(place);
                *last = (*last).max(place);
                // Everything of that log up to the mark was said before this.
                let from = marked.get(&mark.log).copied().unwrap_or(0);
                for seq in from.saturating_add(1)..=mark.seq {
                    let before = places.get(&(mark.log, seq)).and_then(|at| all.get(*at));
                    if let Some(before) = before {
                        order.entry(before.record.hash()).or_default().1 = Some(at);
                    }
                }
                marked.insert(mark.log, from.max(mark.seq));
            }
            order.entry(kept.record.hash()).or_default().0 = held.get(&log).copied();
        }
        Self(order)
    }

    /// What the other said before it, and after it.
    pub(crate) fn around(&self, of: Hash) -> (Option<usize>, Option<usize>) {
        self.0.get(&of).copied().unwrap_or_default()
    }
}
