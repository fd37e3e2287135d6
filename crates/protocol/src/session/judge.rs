//! How the peer's mark of a log stands to what is held here, and what follows from that.

use identity::LogId;
use replica::Standing;

use super::meeting::{Meeting, Theirs};
use super::{Here, Stop};
use crate::frames::{Frame, RUN_BYTES};

impl Meeting {
    /// Compares what the peer last said of a log with what may be shown of it here.
    pub(super) fn judge(&mut self, log: LogId, here: &Here<'_>) -> Result<(), Stop> {
        let full = self.full;
        let theirs = self.theirs.entry(log).or_insert_with(|| Theirs::start(log));
        let standing = here.replica.compare(here.shelf, theirs.mark.of(log))?;
        theirs.proven = matches!(standing, Standing::Equal | Standing::Behind { .. });
        theirs.awaited = false;
        match standing {
            Standing::Equal => theirs.sent = theirs.sent.max(theirs.mark.seq),
            Standing::Behind { from } => theirs.sent = theirs.sent.max(from.saturating_sub(1)),
            Standing::Ahead => {
                // Of a revoked or forked log only a part is fetched: the rest is not waited for.
                let held = here.replica.log(log).map_or(0, |state| state.tip.head.seq);
                let wanted = here.replica.fetched(log).is_none_or(|upto| held < upto);
                theirs.awaited = wanted && !theirs.astray && !full;
            }
            Standing::Differs => {
                let seq = theirs.mark.seq;
                self.search(log, seq);
            }
            Standing::Forked => self.tell_fork(log, here)?,
            Standing::Unknown => {}
        }
        Ok(())
    }

    /// Shows both histories of a forked log, once.
    pub(super) fn tell_fork(&mut self, log: LogId, here: &Here<'_>) -> Result<(), Stop> {
        let Some(theirs) = self.theirs.get_mut(&log) else {
            return Ok(());
        };
        if std::mem::replace(&mut theirs.told, true) {
            return Ok(());
        }
        if let Some(fork) = here.replica.fork(here.shelf, log)? {
            let (one, other) = (fork.ours, fork.other);
            // Both paths up to a good signature: two records, unless their author signed badly on
            // purpose. What no frame can carry is not shown; the log is frozen here all the same.
            if bytes(&one) + bytes(&other) > RUN_BYTES {
                return Ok(());
            }
            self.frames.push(Frame::Fork {
                log,
                from: fork.from,
                one,
                other,
            });
        }
        Ok(())
    }
}

fn bytes(path: &[Vec<u8>]) -> usize {
    path.iter().map(Vec::len).sum()
}
