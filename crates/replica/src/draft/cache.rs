//! The draft at rest: a cache that names the edits it covers and is checked when it is opened.
//!
//! Every edit goes through the gate again, which costs microseconds; what is saved is the engine's
//! work, and its result is believed only if the document's heads are those of the edits that count.
//! Anything odd, and the document is built anew from the edits.

use std::collections::BTreeSet;

use identity::{Hash, PactId};
use serde::{Deserialize, Serialize};

use super::record::{EditRecord, Folded, Held};
use super::{Draft, engine};

/// Written by this program with this engine; of any other version nothing is believed.
const VERSION: &str = "1 automerge 0.12.0";

/// Why a cache is of no use. The edits have to be folded anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CacheError {
    /// Not what this version writes.
    #[error("the draft's cache was not written by this version")]
    Version,
    /// Of another pact.
    #[error("the draft's cache is of another plan")]
    Pact,
}

#[derive(Serialize, Deserialize)]
struct Cache {
    version: String,
    pact: PactId,
    held: Held,
    records: Vec<EditRecord>,
    faults: BTreeSet<Hash>,
    document: Vec<u8>,
}

impl Draft {
    /// The cache.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let accepted = self
            .accepted
            .iter()
            .flatten()
            .filter_map(|at| self.entries.get(*at));
        let others = self.entries.iter().filter(|entry| entry.place.is_none());
        let cache = Cache {
            version: VERSION.to_owned(),
            pact: self.pact,
            held: self.held.clone(),
            records: accepted
                .chain(others)
                .map(|entry| entry.record.clone())
                .collect(),
            faults: self.faults.clone(),
            document: engine::save(&self.doc),
        };
        postcard::to_allocvec(&cache).unwrap_or_default()
    }

    /// Opens a cache.
    ///
    /// # Errors
    /// If it is not one of this version and pact.
    pub fn restore(pact: PactId, cache: &[u8]) -> Result<Self, CacheError> {
        let cache: Cache = postcard::from_bytes(cache).map_err(|_| CacheError::Version)?;
        if cache.version != VERSION {
            return Err(CacheError::Version);
        }
        if cache.pact != pact {
            return Err(CacheError::Pact);
        }
        let mut draft = Self::new(pact);
        draft.held = cache.held;
        draft.faults = cache.faults;
        draft.take(&cache.records, &mut Folded::default());
        draft.recount();
        let target: BTreeSet<_> = draft.target().into_iter().collect();
        if let Some(doc) = engine::load(&cache.document) {
            let before = std::mem::replace(&mut draft.applied, target);
            let heads: Vec<_> = draft.heads().into_iter().map(|(edit, _)| edit).collect();
            let heads = if heads.is_empty() {
                Some(vec![draft.genesis.hash()])
            } else {
                draft.change_hashes(&heads)
            };
            let mut there = doc.get_heads();
            there.sort_unstable();
            let same = heads.is_some_and(|mut heads| {
                heads.sort_unstable();
                heads == there
            });
            if same {
                draft.doc = doc;
                draft.drop_built();
            } else {
                draft.applied = before;
            }
        }
        draft.refresh();
        Ok(draft)
    }
}
