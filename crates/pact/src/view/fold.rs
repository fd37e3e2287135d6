//! Takes in one record at a time.

use super::{Placed, View};

impl View {
    /// Takes in the next record of its log; false, and nothing changed, if it is not the next one.
    pub fn fold(&mut self, _record: &Placed<'_>) -> bool {
        todo!()
    }
}
