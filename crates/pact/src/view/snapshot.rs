//! The view as bytes, to be kept.

use identity::cbor::Malformed;

use super::View;

/// A kept view that cannot be read: fold the records anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not what this version writes.
    #[error("the kept view is of another version")]
    Version,
    /// Not readable.
    #[error("the kept view cannot be read")]
    Malformed(#[from] Malformed),
}

impl View {
    /// The view as bytes. Equal views have equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        todo!()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(_bytes: &[u8]) -> Result<Self, SnapshotError> {
        todo!()
    }
}
