//! The encrypted home of what is kept; it knows only bytes.
