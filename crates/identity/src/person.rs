//! The two persons of a pact: one invited, one joined.

use serde::{Deserialize, Serialize};

/// One of exactly two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Person {
    /// Invited; number 0.
    A,
    /// Joined; number 1.
    B,
}

impl Person {
    /// Both, in order.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// 0 or 1, as it is written.
    #[must_use]
    pub const fn index(self) -> u64 {
        match self {
            Self::A => 0,
            Self::B => 1,
        }
    }

    /// The person with that number.
    #[must_use]
    pub const fn from_index(index: u64) -> Option<Self> {
        match index {
            0 => Some(Self::A),
            1 => Some(Self::B),
            _ => None,
        }
    }

    /// The other of the two.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}
