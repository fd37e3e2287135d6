//! The acts about the plan, kept whole.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan;
impl Plan {
    pub(super) const fn new() -> Self {
        Self
    }
}
