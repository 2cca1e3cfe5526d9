//! Administration of staff: members, their roles, organisations, import from files, access review.
//!
//! Everything is decided on one [`directory::Directory`], read in the transaction of the act itself. Never decides who may
//! pass a door: that is [`super::rights`].

pub mod directory;
pub mod appoint;
pub mod listing;
pub mod tree;
pub mod review;
pub mod import;
pub mod text;
pub mod store;
pub mod route;
#[cfg(test)]
mod tests;
