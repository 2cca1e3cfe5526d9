//! One whole exam day in a room of 24, on this machine: with people (the demo) or without (the check).
//!
//! Nothing here is a rehearsal: real programs, real PC/SC, real TLS, a real browser. Only the cards and the readers are
//! made of software.

mod prepare;
mod steps;
mod answers;
mod check;
mod browser_candidate;
mod outcome;
mod demo;

pub use check::check;
pub use demo::demo;

/// Candidates in the room.
const CANDIDATES: usize = 24;

/// Name of the room, as the roster writes it.
const ROOM: &str = "P01";
