//! The pages, in the order in which a candidate sees them.

pub mod ticket;
pub mod waiting;
pub mod opening;
pub mod exam;
pub mod paused;
pub mod review;
pub mod time_up;
pub mod handing_in;
pub mod receipt;
pub mod stopped;
