//! Who did what, when, on what: a hash chain that grows in the same transaction as the act itself.
//!
//! Never holds secrets, card data, answers, or more of a person than ids. The half that records ([`chain`], [`store`]) uses
//! no other slice; the half that is read ([`route`]) stands behind the guards of staff. docs/audit.md describes the format
//! so that a stranger can check it.

pub mod chain;
pub mod head;
pub mod file;
pub mod verify;
pub mod syslog;
pub mod store;
pub mod feed;
pub mod readers;
pub mod task;
pub mod route;
#[cfg(test)]
mod labelled;
