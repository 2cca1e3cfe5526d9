//! What happens on the proctor's page, as plain Rust: no browser, no signals, no texts in a language.
//!
//! Everything here is tested natively. It must never touch the DOM, fetch anything or read a clock: time is an argument.

pub mod fold;
pub mod clock;
pub mod board;
pub mod action;
pub mod desk;
pub mod key_burst;
pub mod address;
pub mod menu;
pub mod idle;
pub mod secret;
pub mod scope_tree;
pub mod change;
pub mod paging;
pub mod machine_names;
