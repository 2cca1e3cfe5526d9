//! The live protocols of an electronic travel document, ICAO Doc 9303 part 11: a file per clause.
//!
//! States own their transitions: a [`Chip`] has no file to give; only PACE or BAC turns it into a [`Channel`], and only a
//! [`Channel`] reads data groups. Nothing here knows the server, and nothing here judges what was read.

pub mod kdf;
pub mod cipher;
pub mod group;
pub mod messaging;
pub mod card_access;
pub mod chip;
pub mod pace;
pub mod bac;
pub mod channel;
pub mod chip_key;
pub mod chip_authentication;
pub mod relay;
pub mod file;
pub mod access;

#[cfg(test)]
pub(crate) mod script;
#[cfg(test)]
mod vectors;

pub use channel::Channel;
pub use chip::{Chip, ChipError};
pub use relay::Relayed;
