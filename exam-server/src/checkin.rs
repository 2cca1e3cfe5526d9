//! Check-in: stations with card readers, the reading of a card, the server's own judgement, and the proof that somebody
//! may be let in.
//!
//! What a station says is never believed: it relays bytes, and everything that decides is computed here from those bytes
//! and from the server's own challenge. Never admits anybody by itself: [`admit::AdmissionRecord`] can only be made from
//! a stored judgement or by two officials.

pub mod challenge;
pub mod agreement;
pub mod trust;
pub mod evidence;
pub mod roster_match;
pub mod retry;
pub mod judgement;
pub mod admit;
pub mod stations;
pub mod desk;
pub mod store;
pub mod access;
pub mod route;
