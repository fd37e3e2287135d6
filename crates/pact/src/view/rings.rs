//! The last entries of each log.

use identity::Head;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) head: Head,
}
