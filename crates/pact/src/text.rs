//! What text may contain that is signed and shown (S49).

/// Text without anything that could deceive an eye or a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// What is left.
    pub text: String,
    /// How many code points were taken out or replaced (line ends and composition apart).
    pub removed: usize,
}

/// Makes text safe to sign and to show.
#[must_use]
pub fn clean(_text: &str) -> Cleaned {
    todo!()
}
