//! Time as the machines of this crate see it: always an argument, never read.

/// Milliseconds on the caller's own steady clock. Where it starts does not matter; it never
/// goes back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Moment(pub u64);

impl Moment {
    /// The moment `ms` milliseconds later.
    #[must_use]
    pub fn plus(self, ms: u64) -> Moment {
        Moment(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` until this moment, 0 if it is not later.
    #[must_use]
    pub fn since(self, earlier: Moment) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// What a session is told about time with each input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    /// The steady clock, for deadlines.
    pub moment: Moment,
    /// The wall clock, in milliseconds since 1970: only the grace of undo is measured by it,
    /// since a birth has to survive a restart. How long it is, each record and each of one's own
    /// words keeps.
    pub unix_ms: u64,
}
