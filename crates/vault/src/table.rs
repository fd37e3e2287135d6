//! Rows of everything that is not a log: encrypted, each bound to its table and its key.

/// A table, by its fixed name. `&'static str` converts into one with hidden keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table {
    pub(crate) name: &'static str,
    pub(crate) hidden: bool,
}

impl Table {
    /// A table whose keys may be content: row ids are HMACs of them. Scanning opens every row.
    pub const fn hidden(name: &'static str) -> Self {
        Self { name, hidden: true }
    }

    /// A table whose keys are no content (hashes, numbers): they are stored as they are, and scans from a key are cheap.
    pub const fn ordered(name: &'static str) -> Self {
        Self { name, hidden: false }
    }
}

impl From<&'static str> for Table {
    fn from(name: &'static str) -> Self {
        Self::hidden(name)
    }
}
