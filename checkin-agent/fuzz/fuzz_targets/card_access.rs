//! Fuzz target: see `card_access` in `targets.rs`.

#![no_main]

#[path = "../targets.rs"]
#[expect(dead_code, reason = "the other targets")]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::card_access(data));
