//! What a peer may be shown: how far each log is held, what follows its own mark, and the two
//! paths of a fork. Nothing of one's own that was not offered, nothing that is not fetched.

use identity::{Hash, Head, LogId, Mark, Record};

use crate::pending::Pending;
use crate::replica::Replica;
use crate::state::LogState;
use crate::walk::branch_records;
use crate::{Shelf, ShelfError, Write};

/// How a peer's mark stands to what is held here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The same, or as much as matters; nothing to do.
    Equal,
    /// It holds a prefix of mine: send what follows. For one's own log this is the proof without
    /// which nothing of it leaves (B6).
    Behind {
        /// The number of the first record to send.
        from: u64,
    },
    /// It holds more, as far as can be told: wait.
    Ahead,
    /// It holds another history: Probe.
    Differs,
    /// The log is forked and the peer's mark does not show that it knows: send the two paths.
    Forked,
    /// No certificate names that log.
    Unknown,
}

/// Records ready for a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The number of the first.
    pub from: u64,
    /// As they were received or signed; the last carries a good signature. Empty if nothing may be
    /// sent.
    pub records: Vec<Vec<u8>>,
    /// Whether more follow.
    pub more: bool,
}

/// The two histories of a forked log, each ending in a good signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The log.
    pub log: LogId,
    /// The number of the first record of both.
    pub from: u64,
    /// As it is held.
    pub ours: Vec<Vec<u8>>,
    /// The other.
    pub other: Vec<Vec<u8>>,
}

/// The last record that another branch shares with the log as it is held, and its records after it.
pub type Evidence = (Head, Vec<Vec<u8>>);

impl Replica {
    /// How far each log is held, as a peer may know it.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        self.logs
            .values()
            .filter(|state| self.roster.certificate(state.log).is_some())
            .map(|state| self.shown(state).of(state.log))
            .filter(|mark| mark.seq > 0)
            .collect()
    }

    /// The end of a log as a peer may know it.
    fn shown(&self, state: &LogState) -> Head {
        let upto = self.showable(state);
        if state.tip.head.seq == upto {
            state.tip.head
        } else if state.log == self.own.log && self.own.offered.seq == upto {
            self.own.offered
        } else {
            // Fetched beyond what counts because others marked it. On a forked log a mark may be of
            // another branch, so there it is not shown.
            let reach = state.limit.as_ref().map(|limit| limit.reach);
            self.logs
                .values()
                .filter(|_| !state.is_forked())
                .filter_map(|other| other.counts().marks.get(&state.log))
                .find(|mark| mark.seq == upto)
                .copied()
                .or(reach)
                .unwrap_or(Head::start(state.log))
        }
    }

    /// The last number of a log that may be shown.
    fn showable(&self, state: &LogState) -> u64 {
        let held = state.tip.head.seq;
        let held = if state.log == self.own.log {
            held.min(self.own.offered.seq)
        } else {
            held
        };
        self.fetched(state.log).map_or(held, |last| held.min(last))
    }

    /// How a peer's mark stands to what may be shown of the log here. A log of which it has no
    /// mark stands at its start.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn compare(&self, shelf: &dyn Shelf, mark: Mark) -> Result<Standing, ShelfError> {
        if self.roster.certificate(mark.log).is_none() {
            return Ok(Standing::Unknown);
        }
        let nothing = LogState::start(mark.log, self.person);
        let state = self.logs.get(&mark.log).unwrap_or(&nothing);
        let last = self.showable(state);
        let held = self.hash_at(shelf, mark.log, mark.seq)?;
        if mark.seq <= last {
            return Ok(match held {
                Some(hash) if hash == mark.hash && mark.seq == last => Standing::Equal,
                Some(hash) if hash == mark.hash => Standing::Behind {
                    from: mark.seq.saturating_add(1),
                },
                _ => Standing::Differs,
            });
        }
        // It holds more than may be shown here.
        Ok(match (held, self.fetched(mark.log)) {
            (_, Some(last)) if state.is_forked() && mark.seq > last => Standing::Forked,
            // What is in its grace here must not show by a question that would else not be asked:
            // whether or not another record stands there, the peer is to send its own.
            (Some(hash), _) if hash != mark.hash && mark.log == self.own.log => Standing::Ahead,
            (Some(hash), _) if hash != mark.hash => Standing::Differs,
            // One's own record, exactly as it is here: it left before this home was copied, and
            // that it was offered is all that the copy did not know.
            (Some(_), _) if mark.log == self.own.log => Standing::Behind {
                from: mark.seq.saturating_add(1),
            },
            // All that is fetched is here already.
            (_, Some(last)) if state.tip.head.seq >= last => Standing::Equal,
            _ => Standing::Ahead,
        })
    }

    /// The hashes of a log's records with these numbers, as far as they are held and may be shown:
    /// the answer to Probe.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn hashes(
        &self,
        shelf: &dyn Shelf,
        log: LogId,
        seqs: &[u64],
    ) -> Result<Vec<Option<Hash>>, ShelfError> {
        let last = self.logs.get(&log).map_or(0, |state| self.showable(state));
        seqs.iter()
            .map(|seq| {
                if *seq <= last {
                    self.hash_at(shelf, log, *seq)
                } else {
                    Ok(None)
                }
            })
            .collect()
    }

    /// A peer's Hashes show that the branch which a revocation names shares this log with us up to
    /// here, and not beyond. Without effect if no revocation waits for that.
    ///
    /// # Errors
    /// What is kept could not be read; then nothing has changed.
    pub fn probed(
        &mut self,
        shelf: &dyn Shelf,
        log: LogId,
        common: Head,
    ) -> Result<Vec<Write>, ShelfError> {
        if !self.roster.is_revoked(log)
            || self.hash_at(shelf, log, common.seq)? != Some(common.hash)
        {
            return Ok(Vec::new());
        }
        let saved = self.save();
        let mut pending = Pending::new(shelf);
        if let Some(state) = self.logs.get_mut(&log) {
            state.probed = Some(common);
        }
        let settled = self.settle(&mut pending, &[log]).and_then(|changed| {
            if changed {
                self.reckon_again(&mut pending)?;
            }
            Ok(())
        });
        match settled {
            Ok(()) => Ok(pending.into_writes()),
            Err(error) => {
                self.restore(saved);
                Err(error)
            }
        }
    }

    /// Records of a log for a peer, from a number on: at most `max_bytes` together, ending in a
    /// good signature.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn outgoing(
        &self,
        shelf: &dyn Shelf,
        log: LogId,
        from: u64,
        max_bytes: usize,
    ) -> Result<Outgoing, ShelfError> {
        let mut out = Outgoing {
            from,
            records: Vec::new(),
            more: false,
        };
        let Some(state) = self.logs.get(&log) else {
            return Ok(out);
        };
        let last = self.showable(state);
        if from == 0 || from > last {
            return Ok(out);
        }
        // Own records are cut anywhere, and never beyond what was offered. Others' may go on to
        // the next good signature.
        let end = if log == self.own.log {
            last
        } else {
            state.tip.head.seq
        };
        let mut room = max_bytes;
        let mut next = from;
        while next <= last {
            let chunk = shelf.records(log, next, room)?;
            if chunk.is_empty() {
                return Err(ShelfError::Damaged("records are missing"));
            }
            let before = out.records.len();
            for record in chunk {
                if next > end || (record.len() > room && !out.records.is_empty()) {
                    break;
                }
                room = room.saturating_sub(record.len());
                next = next.saturating_add(1);
                out.records.push(record);
            }
            if out.records.len() == before {
                break;
            }
        }
        self.cut_at_signature(state, &mut out, last);
        let sent = u64::try_from(out.records.len()).unwrap_or(u64::MAX);
        out.more = !out.records.is_empty() && from.saturating_add(sent) <= last;
        Ok(out)
    }

    /// Ends a run where a reader can verify it: at `last` or the next good signature after it, or
    /// else at the last good one before.
    fn cut_at_signature(&self, state: &LogState, out: &mut Outgoing, last: u64) {
        let wanted = last.saturating_sub(out.from).saturating_add(1);
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        let held = out.records.len();
        let good = |count: usize| {
            let seq = out
                .from
                .saturating_add(u64::try_from(count).unwrap_or(u64::MAX))
                .saturating_sub(1);
            if seq == state.tip.head.seq {
                return true;
            }
            let record = count.checked_sub(1).and_then(|at| out.records.get(at));
            self.is_signed(state.log, record)
        };
        let after = (wanted..=held).find(|count| good(*count));
        let before = || (1..held.min(wanted)).rev().find(|count| good(*count));
        let cut = match after {
            Some(count) => count,
            None if held < wanted && held > 0 && good(held) => held,
            None => before().unwrap_or(0),
        };
        out.records.truncate(cut);
    }

    fn is_signed(&self, log: LogId, bytes: Option<&Vec<u8>>) -> bool {
        let record = bytes.and_then(|bytes| Record::reopen(log, bytes).ok());
        let certificate = self.roster.certificate(log);
        record
            .zip(certificate)
            .is_some_and(|(record, certificate)| record.verify_signature(certificate))
    }

    /// Both histories of a forked log, to show to a peer: of the lowest fork that is known.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn fork(&self, shelf: &dyn Shelf, log: LogId) -> Result<Option<Fork>, ShelfError> {
        let Some((state, branch)) = self.logs.get(&log).and_then(|state| {
            let lowest = state.branches.iter().min_by_key(|branch| branch.common.seq);
            lowest.map(|branch| (state, branch))
        }) else {
            return Ok(None);
        };
        let from = branch.common.seq.saturating_add(1);
        let ours = self.first_signed(shelf, state, from)?;
        let mut other = branch_records(shelf, log, branch.first)?;
        let signed = (1..=other.len()).find(|count| {
            *count == other.len() || {
                let record = count.checked_sub(1).and_then(|at| other.get(at));
                self.is_signed(log, record)
            }
        });
        other.truncate(signed.unwrap_or(0));
        Ok(Some(Fork {
            log,
            from,
            ours,
            other,
        }))
    }

    /// The shortest run from a number on that a reader can verify.
    fn first_signed(
        &self,
        shelf: &dyn Shelf,
        state: &LogState,
        from: u64,
    ) -> Result<Vec<Vec<u8>>, ShelfError> {
        let mut records = Vec::new();
        let mut next = from;
        while next <= state.tip.head.seq {
            let record = shelf
                .records(state.log, next, 1)?
                .into_iter()
                .next()
                .ok_or(ShelfError::Damaged("a record is missing"))?;
            let done = next == state.tip.head.seq || self.is_signed(state.log, Some(&record));
            records.push(record);
            if done {
                break;
            }
            next = next.saturating_add(1);
        }
        Ok(records)
    }

    /// The kept evidence of a log: the records of each of its other branches.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn evidence(&self, shelf: &dyn Shelf, log: LogId) -> Result<Vec<Evidence>, ShelfError> {
        let branches = self.logs.get(&log).map(|state| state.branches.as_slice());
        branches
            .unwrap_or_default()
            .iter()
            .map(|branch| Ok((branch.common, branch_records(shelf, log, branch.first)?)))
            .collect()
    }

    /// Whether one record was made before another, provably (B4): the same log and a lower number,
    /// or the newest mark of the second's log up to the second covers the first. Depends on what
    /// the second's author signed alone, so it never changes. Costs the second's log.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn before(&self, shelf: &dyn Shelf, a: Mark, b: Mark) -> Result<bool, ShelfError> {
        if self.hash_at(shelf, a.log, a.seq)? != Some(a.hash)
            || self.hash_at(shelf, b.log, b.seq)? != Some(b.hash)
        {
            return Ok(false);
        }
        if a.log == b.log {
            return Ok(a.seq < b.seq);
        }
        let tip = self.marks_at(shelf, b.log, b.seq)?;
        let marks = self.honoured_marks(shelf, &tip.marks)?;
        Ok(marks.get(&a.log).is_some_and(|mark| mark.seq >= a.seq))
    }

    /// One record of a log's own branch.
    ///
    /// # Errors
    /// What is kept could not be read.
    pub fn record(
        &self,
        shelf: &dyn Shelf,
        log: LogId,
        seq: u64,
    ) -> Result<Option<Record>, ShelfError> {
        let held = self
            .logs
            .get(&log)
            .is_some_and(|state| seq <= state.tip.head.seq);
        if seq == 0 || !held {
            return Ok(None);
        }
        crate::walk::record_at(shelf, log, seq).map(Some)
    }
}
