//! The command line: one file per command.

pub mod run;
pub mod readers;
pub mod read;
pub mod doctor;
pub mod enroll;
pub mod unenroll;
