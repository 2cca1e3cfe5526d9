//! The sitting: seats are claimed, answers come in, hand-ins are countersigned.
//!
//! Its one "never": nothing is acknowledged that is not on disk, and nothing is taken from a seat that is not the live one
//! of its attempt (the epoch is checked inside the SQL).
//!
//! The walk of an answer: `route::live` (frame) → [`journal`] (is it ours, next in the chain, in time?) → [`task::writer`]
//! (group commit) → acknowledged.

pub mod state;
pub mod ticket;
pub mod journal;
pub mod late;
pub mod hand_in;
pub mod submission;
pub mod presence;
pub mod store;
pub mod task;
pub mod access;
pub mod route;
