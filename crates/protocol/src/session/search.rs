//! Two histories of one log: the search for the last record that both share (B4, fork; B6).

use identity::{Hash, Head, LogId};

use super::meeting::{After, Meeting};
use super::{Here, Stop};
use crate::Violation;
use crate::frames::{Frame, MAX_PROBES};

/// What is known so far: both hold `low`, and at `high` they differ.
pub(super) struct Search {
    low: Head,
    high: u64,
    asked: Vec<u64>,
}

impl Search {
    /// Up to 64 places between, so that six questions find one record among 2^32.
    fn places(&self) -> Vec<u64> {
        let gap = self.high.saturating_sub(self.low.seq);
        let count = gap.saturating_sub(1).min(MAX_PROBES as u64);
        let place = |i: u64| {
            let offset = u128::from(gap) * u128::from(i) / u128::from(count + 1);
            self.low.seq + u64::try_from(offset).unwrap_or(0)
        };
        (1..=count).map(place).collect()
    }
}

impl Meeting {
    /// Begins to look for the last common record of a log that differs at `high`.
    pub(super) fn search(&mut self, log: LogId, high: u64) {
        let Some(theirs) = self.theirs.get_mut(&log) else {
            return;
        };
        if std::mem::replace(&mut theirs.searched, true) {
            return;
        }
        theirs.search = Some(Search {
            low: Head::start(log),
            high,
            asked: Vec::new(),
        });
    }

    /// Asks on for every search whose question is answered; a search that has ended is persisted.
    pub(super) fn ask(&mut self, here: &mut Here<'_>) -> Result<Option<After>, Stop> {
        let mut ended = None;
        for (log, theirs) in &mut self.theirs {
            let Some(search) = &mut theirs.search else {
                continue;
            };
            if !search.asked.is_empty() {
                continue;
            }
            let places = search.places();
            if places.is_empty() {
                ended = Some((*log, search.low));
                continue;
            }
            search.asked.clone_from(&places);
            self.frames.push(Frame::Probe {
                log: *log,
                seqs: places,
            });
        }
        let Some((log, common)) = ended else {
            return Ok(None);
        };
        if let Some(theirs) = self.theirs.get_mut(&log) {
            theirs.search = None;
        }
        let writes = here.replica.probed(here.shelf, log, common)?;
        Ok(here.persist(writes, After::Found { log, common }))
    }

    /// The peer's answer to a question.
    pub(super) fn hashes(
        &mut self,
        log: LogId,
        at: &[(u64, Option<Hash>)],
        here: &Here<'_>,
    ) -> Result<Option<After>, Stop> {
        let search = self
            .theirs
            .get_mut(&log)
            .and_then(|theirs| theirs.search.as_mut());
        let search = search.ok_or(Violation::Unasked(4))?;
        let asked = std::mem::take(&mut search.asked);
        if asked.is_empty() || !asked.iter().eq(at.iter().map(|(seq, _)| seq)) {
            return Err(Violation::Unasked(4).into());
        }
        let ours = here.replica.hashes(here.shelf, log, &asked)?;
        let mut differs = false;
        for ((seq, theirs), ours) in at.iter().zip(ours) {
            match (theirs, ours) {
                (Some(hash), Some(ours)) if *hash == ours => {
                    // Hashes are chained: who differs below cannot agree above.
                    if differs {
                        return Err(Violation::Contradiction(log).into());
                    }
                    search.low = Head {
                        seq: *seq,
                        hash: *hash,
                    };
                }
                _ if !differs => {
                    differs = true;
                    search.high = *seq;
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// The last common record is known. Whose log it is decides who shows first: of one's own
    /// nothing is sent, the peer is asked for what it has; of the peer's own, and of a third
    /// device's, what is here is shown, and of the latter both ends show what they have.
    pub(super) fn found(&mut self, log: LogId, common: Head, here: &Here<'_>) {
        if log != self.peer {
            self.frames.push(Frame::Stored {
                marks: vec![common.of(log)],
            });
        }
        let Some(theirs) = self.theirs.get_mut(&log) else {
            return;
        };
        if log == here.replica.own_log() {
            theirs.asked = true;
        } else {
            theirs.sent = common.seq;
            theirs.proven = true;
        }
        // What the peer sends now follows another history than the one held.
        theirs.astray = true;
    }
}
