//! Results: marks computed once when a room is closed, and the tables that leave the house.
//!
//! Marks are integers in hundredths from the first to the last line; the one division stands where a spreadsheet wants a
//! number. Never opens a key sheet before the room is closed: [`closed::ClosedRoom`] is the proof.

pub mod closed;
pub mod count;
pub mod correction;
pub mod table;
pub mod csv;
pub mod xlsx;
pub mod store;
pub mod route;
