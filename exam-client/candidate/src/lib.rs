//! The candidate's page: claim a seat, wait, answer, hand in, take the receipt along.
//!
//! This crate must never name an answer key: it can't even be linked with the crate that knows them.

pub mod core;
