//! The pages that are the same wherever they are shown.

pub(crate) mod first_page;
pub(crate) mod leaf;
pub(crate) mod leaving;
pub(crate) mod own;
pub(crate) mod safety;
pub(crate) mod sign;
