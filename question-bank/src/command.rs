//! The commands beyond reading and preview, one file each. Must never decide anything that the library decides.

pub mod bank;
pub mod bank_file;
pub mod convert;
pub mod paper;
pub mod qti;
