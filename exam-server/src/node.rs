//! The processes that serve one database: their signs of life, and what a process does that finds the clock changed when it
//! starts. Later than `sitting`, whose rooms it stops.

pub mod jump;
pub mod store;
pub mod task;
pub mod watch;
