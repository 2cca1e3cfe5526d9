//! Members of staff: login, session, and the rooms they may work in.
//!
//! One place decides what somebody may do: the extractors in [`access`]. Handlers never check rights themselves.

pub mod password;
pub mod store;
pub mod access;
pub mod route;
