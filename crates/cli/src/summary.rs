//! Summaries for somebody outside, as this home knows them: proposed by one, signed by both, stopped
//! by either (S22). What each holds is worked out from the records that both have.

pub(crate) mod page;

use std::collections::BTreeMap;

use identity::{Hash, LogId, Person};
use node::Home;
use node::home::{Cursor, Kept};
use pact::summary::{Bundle, Manifest, Terms};
use pact::{Body, Reading};

use crate::names::Names;
use crate::trouble::{Trouble, home_trouble};

/// One summary, and how it stands.
pub(crate) struct Standing {
    /// What it is called here: the beginning of the first signature's hash.
    pub(crate) id: String,
    pub(crate) terms: Terms,
    /// The hash that both sign.
    pub(crate) page: Hash,
    /// The signatures under it, of each person the first.
    pub(crate) signed: Vec<Kept>,
    /// One of the two has taken a signature back.
    pub(crate) stopped: bool,
    /// The entries that it holds; none if what is held here does not give that hash.
    pub(crate) entries: Option<Vec<Kept>>,
}

impl Standing {
    /// Whether a person has signed it.
    pub(crate) fn is_signed_by(&self, person: Person) -> bool {
        self.signed.iter().any(|kept| kept.person == person)
    }

    /// All of it, for whoever is to check it.
    pub(crate) fn bundle(&self, home: &mut Home, names: &Names) -> Result<Bundle, Trouble> {
        let stored = |kept: &[Kept]| {
            kept.iter()
                .map(|kept| (kept.record.log(), kept.record.bytes().to_vec()))
                .collect()
        };
        let replica = home.replica().map_err(home_trouble)?;
        Ok(Bundle {
            statements: replica.roster().statements().map(<[u8]>::to_vec).collect(),
            names: Person::BOTH.map(|person| names.name(person).to_owned()),
            entries: stored(self.entries.as_deref().unwrap_or_default()),
            signatures: stored(&self.signed),
        })
    }
}

/// So many signatures under summaries are looked at.
const MOST: usize = 64;

/// Everything that is kept here, in its order.
fn everything(home: &mut Home) -> Result<Vec<Kept>, Trouble> {
    Ok(home.since(&Cursor::default()).map_err(home_trouble)?.0)
}

fn act(kept: &Kept) -> Option<Body> {
    match pact::read(kept.record.kind(), kept.record.body()) {
        Reading::Act(act) => Some(act.body),
        Reading::Edit
        | Reading::UnknownCritical
        | Reading::UnknownIgnorable
        | Reading::Malformed(_) => None,
    }
}

/// The summaries that somebody has signed, oldest first.
pub(crate) fn all(home: &mut Home) -> Result<Vec<Standing>, Trouble> {
    let kept = everything(home)?;
    let pact = home.replica().map_err(home_trouble)?.roster().pact();
    let mut found: Vec<Standing> = Vec::new();
    // Whoever signs thousands makes this slow for nobody: the newest are looked at.
    let is_one = |one: &&Kept| one.counts && matches!(act(one), Some(Body::Summary { .. }));
    let signatures: Vec<&Kept> = kept.iter().filter(is_one).collect();
    let newest = signatures.len().saturating_sub(MOST);
    for one in signatures.into_iter().skip(newest) {
        let Some(Body::Summary { page, recipient }) = act(one) else {
            continue;
        };
        // Terms that no version of this program writes are nobody's summary.
        let Ok(terms) = Terms::read(&recipient) else {
            continue;
        };
        let known = found
            .iter_mut()
            .find(|standing| standing.page == page && standing.terms == terms);
        if let Some(standing) = known {
            if !standing.is_signed_by(one.person) {
                standing.signed.push(one.clone());
            }
            continue;
        }
        let entries = held(&kept, one, &terms);
        let records = entries.iter().map(|kept| &kept.record);
        let fits = Manifest::of(pact, &terms, records).page() == page;
        found.push(Standing {
            id: one.record.hash().to_string().chars().take(6).collect(),
            terms,
            page,
            signed: vec![one.clone()],
            stopped: false,
            entries: fits.then_some(entries),
        });
    }
    for one in &kept {
        let Some(Body::Withdraw { p }) = act(one) else {
            continue;
        };
        for standing in &mut found {
            standing.stopped |= standing.signed.iter().any(|kept| kept.record.hash() == p);
        }
    }
    Ok(found)
}

/// What stood before a signature, as its author knew it: of that log what is below it, of the others
/// up to the marks.
fn held(kept: &[Kept], signature: &Kept, terms: &Terms) -> Vec<Kept> {
    let (own, seq) = (signature.record.log(), signature.record.seq());
    let mut limits: BTreeMap<LogId, u64> = BTreeMap::from([(own, seq.saturating_sub(1))]);
    let below = |one: &&Kept| one.record.log() == own && one.record.seq() <= seq;
    for mark in kept.iter().filter(below).flat_map(|one| one.record.seen()) {
        let limit = limits.entry(mark.log).or_insert(0);
        *limit = (*limit).max(mark.seq);
    }
    within(kept, &limits, terms)
}

fn within(kept: &[Kept], limits: &BTreeMap<LogId, u64>, terms: &Terms) -> Vec<Kept> {
    let is_in = |one: &&Kept| {
        let limit = limits.get(&one.record.log()).copied().unwrap_or(0);
        one.record.seq() <= limit && terms.hold(one.record.kind(), one.record.day())
    };
    let mut entries: Vec<Kept> = kept.iter().filter(is_in).cloned().collect();
    entries.sort_by_key(|one| (one.record.log(), one.record.seq()));
    entries
}

/// What a summary would hold that is proposed now, and its hash.
pub(crate) fn proposed(home: &mut Home, terms: &Terms) -> Result<(Vec<Kept>, Hash), Trouble> {
    let kept = everything(home)?;
    let limits = home.end().map_err(home_trouble)?.0;
    let pact = home.replica().map_err(home_trouble)?.roster().pact();
    let entries = within(&kept, &limits, terms);
    let records = entries.iter().map(|one| &one.record);
    let page = Manifest::of(pact, terms, records).page();
    Ok((entries, page))
}
