//! What waits for its person: written by scripts, even while locked, sealed and unsigned (S27).

pub use vault::tray::{Slip, TrayError, list, put, remove};

use zeroize::Zeroizing;

use crate::Home;

/// A slip of the tray and what stands on it.
pub type Left = (Slip, Zeroizing<Vec<u8>>);

impl Home {
    /// What waits, in the order in which it was left.
    pub fn tray(&self) -> Result<Vec<Left>, TrayError> {
        let slips = list(self.places())?;
        slips
            .into_iter()
            .map(|slip| {
                let bytes = vault::tray::open(self.places(), self.key(), &slip)?;
                Ok((slip, bytes))
            })
            .collect()
    }

    /// One thing that waits, opened.
    pub fn waiting(&self, slip: &Slip) -> Result<Zeroizing<Vec<u8>>, TrayError> {
        vault::tray::open(self.places(), self.key(), slip)
    }
}
