//! `verify`: every signature of every record, once more; and every row of the database.

use identity::{LogId, Record, UnverifiedRecord};

use super::{Home, HomeError};

/// How much is read at once.
const CHUNK: usize = 1 << 20;

/// What an audit found. Who signed, not whether it is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// How many records were looked at.
    pub records: u64,
    /// Records whose own signature does not verify, though a later one vouches for their place.
    pub bad: Vec<(LogId, u64)>,
    /// Logs whose records do not follow each other as kept: what lies here was damaged.
    pub broken: Vec<LogId>,
    /// Devices that signed two histories.
    pub forked: Vec<LogId>,
}

impl Audit {
    /// Whether everything is in order.
    pub fn is_clean(&self) -> bool {
        self.bad.is_empty() && self.broken.is_empty() && self.forked.is_empty()
    }
}

impl Home {
    /// Checks everything that is kept; `progress` is told how many records are done.
    pub fn verify(&mut self, mut progress: impl FnMut(u64)) -> Result<Audit, HomeError> {
        let reader = self.vault.read()?;
        self.known.refresh(&reader)?;
        let replica = self.known.replica.as_ref().ok_or(HomeError::Alone)?;
        if !replica.roster().is_signed() {
            return Err(HomeError::Damaged("the list of devices"));
        }
        let mut audit = Audit::default();
        for state in replica.logs() {
            let Some(certified) = replica.roster().certificate(state.log) else {
                audit.broken.push(state.log);
                continue;
            };
            if state.is_forked() {
                audit.forked.push(state.log);
            }
            let (mut next, mut prev, mut broken) = (1, state.log.0, false);
            while next <= state.tip.head.seq && !broken {
                let chunk = reader.records(state.log.as_bytes(), next, CHUNK)?;
                broken = chunk.is_empty();
                for bytes in &chunk {
                    // Parsed as strictly as a stranger's, chained by hand, then each signature.
                    let strict = UnverifiedRecord::parse(bytes).is_ok();
                    let Some(record) = Record::reopen(state.log, bytes)
                        .ok()
                        .filter(|record| strict && record.seq() == next && record.prev() == prev)
                    else {
                        broken = true;
                        break;
                    };
                    if !record.verify_signature(certified) {
                        audit.bad.push((state.log, next));
                    }
                    audit.records = audit.records.saturating_add(1);
                    (next, prev) = (next.saturating_add(1), record.hash());
                }
                progress(audit.records);
            }
            if broken || prev != state.tip.head.hash {
                audit.broken.push(state.log);
            }
        }
        drop(reader);
        self.vault.check()?;
        Ok(audit)
    }
}
