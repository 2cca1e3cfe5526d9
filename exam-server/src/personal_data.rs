//! Personal data: what is held in which column, for how long, its erasure with minutes, and what is held about one person.
//!
//! Its one "never": nothing that a sitting under way needs is erased, and nothing is erased without minutes.

pub mod inventory;
pub mod minutes;
pub mod store;
pub mod erase;
pub mod task;
pub mod route;
