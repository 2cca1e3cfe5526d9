//! Acts that need two people (four-eyes): what one proposed, who may decide, and the proof that somebody did.
//!
//! An [`act::Approved`] is the only key to such an act, and only [`rules::Open::decide`] makes one. Knows nothing of what
//! the acts do: that is in `room`, `result` and the slice of personal data.

pub mod act;
pub mod rules;
pub mod store;
