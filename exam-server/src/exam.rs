//! Exams, their sittings and rooms, and who sits where.
//!
//! Its one "never": a roster is taken whole or not at all, and nothing that was read is changed without saying so.

pub mod roster;
pub mod store;
pub mod photo;
pub mod rehearsal;
pub mod photo_route;
