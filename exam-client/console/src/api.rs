//! What the page asks of the server, one function per route. The only files that know which path is for what.

pub mod audit;
pub mod machines;
pub mod people;
pub mod proposals;
pub mod rooms;
pub mod session;
pub mod signers;

pub use rooms::*;

use exam_browser::fetch::Failure;

/// What a request gives.
pub type Answer<T> = Result<T, Failure>;
