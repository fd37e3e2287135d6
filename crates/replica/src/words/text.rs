//! Text that must not show where nobody meant to show it: not in a log, a panic or a debugger's
//! print (S20, S47). It is wiped when dropped.

use std::fmt;

use zeroize::Zeroizing;

/// Confidential text. It has no `Display` and no serialisation; whoever shows it says so.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Confidential(Zeroizing<String>);

impl Confidential {
    /// The text itself, to be shown on a screen that leaves nothing, or to be read.
    #[must_use]
    pub fn show(&self) -> &str {
        &self.0
    }

    /// Whether nothing but white space stands in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl From<String> for Confidential {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Confidential {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for Confidential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confidential(..)")
    }
}
