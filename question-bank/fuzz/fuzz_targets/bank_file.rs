//! Fuzz target: see `bank_file` in `targets.rs`.

#![no_main]

#[path = "../targets.rs"]
#[expect(dead_code, reason = "the other targets")]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::bank_file(data));
