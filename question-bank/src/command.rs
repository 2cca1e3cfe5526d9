//! The commands beyond import and preview, one file each. Must never decide anything that the library decides.

pub mod convert;
pub mod qti;
