//! One device's copy: logs, gate, draft, words.

pub mod draft;
