//! The seam to what is kept: a replica reads through [`Shelf`] and asks for changes as [`Write`]s.

use identity::LogId;

/// What a replica reads. `node` implements it over the vault, tests in memory.
///
/// Every list of writes that a replica hands out is applied, in its order and as one transaction,
/// before the replica is called again.
pub trait Shelf {
    /// Consecutive records of a log, the first with number `from`, as they were received: together
    /// at most `max_bytes`, but at least one if it exists.
    ///
    /// # Errors
    /// What is kept could not be read.
    fn records(&self, log: LogId, from: u64, max_bytes: usize) -> Result<Vec<Vec<u8>>, ShelfError>;

    /// One row.
    ///
    /// # Errors
    /// What is kept could not be read.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError>;

    /// The rows of a table from a key (itself included) on, in the order of their keys.
    ///
    /// # Errors
    /// What is kept could not be read.
    fn scan(&self, table: Table, from: &[u8]) -> Result<Vec<Row>, ShelfError>;

    /// The first row of a table from a key (itself included) on.
    ///
    /// # Errors
    /// What is kept could not be read.
    fn next(&self, table: Table, from: &[u8]) -> Result<Option<Row>, ShelfError> {
        Ok(self.scan(table, from)?.into_iter().next())
    }
}

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Statements by their id (B2).
    Roster,
    /// The state of each log, by its id.
    Log,
    /// The snapshot of the view: a cache that names the heads which it covers.
    View,
    /// The draft's own caches.
    Draft,
    /// The edits of all logs, by log, number and hash: what the draft is made of.
    Edits,
    /// The other branches of forked logs, kept as evidence.
    Evidence,
    /// What this device knows of itself: its log, what it has offered, what it must sign again.
    Own,
    /// What words say, by the day on which it fades here: the key begins with it, in four bytes.
    Words,
    /// That words were had, by their last day, likewise.
    Had,
    /// What one has begun to write and not sent, likewise.
    Drafts,
    /// The letter that waits while the other has taken space, likewise.
    Outbox,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Roster,
        Self::Log,
        Self::View,
        Self::Draft,
        Self::Edits,
        Self::Evidence,
        Self::Own,
        Self::Words,
        Self::Had,
        Self::Drafts,
        Self::Outbox,
    ];

    /// Its name at rest.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Roster => "roster",
            Self::Log => "log",
            Self::View => "view",
            Self::Draft => "draft",
            Self::Edits => "edits",
            Self::Evidence => "evidence",
            Self::Own => "own",
            Self::Words => "words",
            Self::Had => "had",
            Self::Drafts => "drafts",
            Self::Outbox => "outbox",
        }
    }

    /// Whether its rows lie under the key of the day with which their keys begin, and are gone when
    /// that day is past (B7).
    #[must_use]
    pub const fn fades(self) -> bool {
        matches!(self, Self::Words | Self::Had | Self::Drafts | Self::Outbox)
    }
}

/// One change to what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Records at the end of a log; `first` is one more than its last.
    Append {
        /// The log.
        log: LogId,
        /// The number of the first of them.
        first: u64,
        /// As they were received or signed.
        records: Vec<Vec<u8>>,
    },
    /// Removes the records of a log whose number is above `above`.
    Cut {
        /// The log.
        log: LogId,
        /// The last number that stays.
        above: u64,
    },
    /// Writes a row, replacing one with the same key.
    Put {
        /// Where.
        table: Table,
        /// Its key.
        key: Vec<u8>,
        /// Its value.
        value: Vec<u8>,
    },
    /// Removes a row if it is there.
    Delete {
        /// Where.
        table: Table,
        /// Its key.
        key: Vec<u8>,
    },
}

/// What is kept could not be read, or is not what was written.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The store below failed.
    #[error("what is kept could not be read")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row or record is not what this program wrote.
    #[error("what is kept is damaged: {0}")]
    Damaged(&'static str),
}
