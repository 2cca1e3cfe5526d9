//! Who did what, when, on what: a hash chain that grows in the same transaction as the act itself.
//!
//! Never holds secrets, card data, answers, or more of a person than ids.

pub mod chain;
pub mod store;
