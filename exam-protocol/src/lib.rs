//! The wire between the programs of the exam platform: ids, messages, route paths, problem codes and the exact bytes
//! that get signed.
//!
//! This crate must never do I/O, read a clock, or know what a right answer is. It builds for the browser.
//!
//! Two encodings, each with one purpose:
//! * [`frame`]: compact positional frames (postcard) for live sockets. Nothing in this encoding is ever stored or signed.
//! * [`canonical`]: deterministic CBOR (RFC 8949, section 4.2.1) for whatever is signed, hashed or sealed.

pub mod bytes;
pub mod id;
pub mod time;
pub mod citizen;
pub mod canonical;
pub mod frame;
pub mod problem;
pub mod route;
pub mod paper;
pub mod absence;
pub mod answer;
pub mod record;
pub mod seat;
pub mod checkin;
pub mod station;
pub mod console;
pub mod right;
pub mod staff;
pub mod people;
pub mod machine;
pub mod audit;
pub mod personal_data;
pub mod proposal;
#[cfg(feature = "schema")]
mod schema;
