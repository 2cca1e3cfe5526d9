//! The page's texts, generated from `texts/vi.toml` and `texts/en.toml`. Must not hold anything written by hand.

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
