//! The machine at the door: reads the chip of a citizen ID card over PC/SC for the exam server.
//!
//! It judges nothing: what a card gave goes to the server as read, and DG13 stays here but for its hash. It must never log an
//! APDU, a number or a name. Reading order is exam order: bytes, card, chip protocols, the whole reading, the link to the server.

pub mod apdu;
pub mod card;
pub mod emrtd;
