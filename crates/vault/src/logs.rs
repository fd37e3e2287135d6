//! Logs: numbered byte strings, folded into sealed segments of up to 64 KiB.
