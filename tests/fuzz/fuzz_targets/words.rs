//! libFuzzer over `targets::words`.
#![no_main]

#[path = "../targets.rs"]
#[allow(dead_code, unused_imports, reason = "one of them is run here")]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::words(data));
