//! What a person types for an item: a name that only this device knows.

use std::fmt;

use identity::words::WordId;

/// Letters and digits that nobody mistakes for another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";

/// Six letters for an item, the same each time on this device, and no other device's. Nothing can
/// be learned from it about the item.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Handle(String);

impl Handle {
    pub(super) fn of(key: &[u8; 32], id: &WordId) -> Self {
        let letters = id.here(key, "handle").into_iter().take(6);
        let letter = |byte: u8| LETTERS.get(usize::from(byte % 32)).copied();
        Self(letters.filter_map(letter).map(char::from).collect())
    }

    /// What somebody typed.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self(text.trim().to_lowercase())
    }

    /// The letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
