//! Members of staff: login, session, roles, and where they hold.
//!
//! One place decides what somebody may do: the table in [`rights`], asked by the guards in [`access`]. Handlers never check rights themselves.

pub mod rights;
pub mod place;
pub mod password;
pub mod lockout;
pub mod factor;
pub mod account;
pub mod control;
pub mod store;
pub mod access;
pub mod people;
pub mod oidc;
pub mod proposal;
pub mod route;
