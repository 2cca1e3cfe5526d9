//! The proctor's hand on a room: the list of rooms, the board and its live feed, the actions, and letting people in.
//!
//! Everything here belongs to the one room that the proctor's extractor names; no query of this slice goes without it.
//! Never decides what time it is for a candidate or what a card is worth: that is asked of `sitting` and `checkin`.

pub mod action;
pub mod critical;
pub mod board;
pub mod store;
pub mod route;
