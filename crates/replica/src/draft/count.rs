//! Which accepted edits make up the document: E6, redone edits, and who stays when two claim one
//! place. A function of the set of edits, whatever their arrival.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Hash, Person};

/// What the count reads of an accepted edit. Those that it builds upon stand before it in the list.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub(super) hash: Hash,
    pub(super) person: Person,
    pub(super) honoured: bool,
    /// The record of which it says that it is the re-authoring.
    pub(super) redo: Option<Hash>,
    pub(super) actor: [u8; 32],
    pub(super) seq: u32,
    /// Places in the list.
    pub(super) deps: Vec<usize>,
}

/// What becomes of an accepted edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It is in the document.
    In,
    /// It does not count (E6).
    NotCounted,
    /// It counts, but another stays instead, of it or of something that it builds upon.
    LeftOut,
}

/// Decides for all accepted edits.
///
/// An edit counts if it is honoured, unless an honoured edit of the same person says that it is
/// its re-authoring (B4: of a record and its redo one counts; B6). Whatever an edit that counts
/// builds upon counts too. Of counted edits with one actor and number, the one with the lower
/// record hash stays; those claims are settled by number, then by actor, so that an edit that is
/// left out already claims nothing.
pub(super) fn parts(edits: &[Counted]) -> Vec<Part> {
    let counts = counts(edits);
    let out = left_out(edits, &counts);
    counts
        .iter()
        .zip(&out)
        .map(|(counts, out)| match (counts, out) {
            (false, _) => Part::NotCounted,
            (true, true) => Part::LeftOut,
            (true, false) => Part::In,
        })
        .collect()
}

fn counts(edits: &[Counted]) -> Vec<bool> {
    let redone: BTreeSet<(Hash, Person)> = edits
        .iter()
        .filter(|edit| edit.honoured)
        .filter_map(|edit| edit.redo.map(|redo| (redo, edit.person)))
        .collect();
    let mut counts: Vec<bool> = edits
        .iter()
        .map(|edit| edit.honoured && !redone.contains(&(edit.hash, edit.person)))
        .collect();
    for (at, edit) in edits.iter().enumerate().rev() {
        if counts.get(at) == Some(&true) {
            for dep in &edit.deps {
                if let Some(dep) = counts.get_mut(*dep) {
                    *dep = true;
                }
            }
        }
    }
    counts
}

fn left_out(edits: &[Counted], counts: &[bool]) -> Vec<bool> {
    let mut out = vec![false; edits.len()];
    let mut claims: BTreeMap<(u32, &[u8; 32]), Vec<usize>> = BTreeMap::new();
    for (at, edit) in edits.iter().enumerate() {
        if counts.get(at) == Some(&true) {
            claims.entry((edit.seq, &edit.actor)).or_default().push(at);
        }
    }
    let mut rivals: Vec<_> = claims
        .into_iter()
        .filter(|(_, claims)| claims.len() > 1)
        .collect();
    rivals.sort_unstable();
    for (_, claims) in rivals {
        let standing = claims.into_iter().filter(|at| out.get(*at) == Some(&false));
        let mut standing: Vec<_> = standing
            .filter_map(|at| edits.get(at).map(|edit| (edit.hash, at)))
            .collect();
        standing.sort_unstable();
        for (_, loser) in standing.into_iter().skip(1) {
            leave_out(edits, loser, &mut out);
        }
    }
    out
}

/// Leaves out an edit and what descends from it.
fn leave_out(edits: &[Counted], at: usize, out: &mut [bool]) {
    if let Some(slot) = out.get_mut(at) {
        *slot = true;
    }
    for (later, edit) in edits.iter().enumerate().skip(at) {
        let descends = edit.deps.iter().any(|dep| out.get(*dep) == Some(&true));
        if let Some(slot) = out.get_mut(later)
            && descends
        {
            *slot = true;
        }
    }
}
