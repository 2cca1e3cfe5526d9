//! The machine at the door: reads the chip of a citizen ID card over PC/SC for the exam server.
//!
//! It judges nothing: what a card gave goes to the server as read, and DG13 stays here but for its hash. It must never log an
//! APDU, a number or a name. Modules stand in the order of the walk: bytes, card, chip protocols, the whole reading, the
//! thread that reads, the link to the server, the PC as a machine of the exam, the commands.

pub mod apdu;
pub mod card;
pub mod emrtd;
pub mod read;
pub mod backoff;
pub mod job;
pub mod desk;
pub mod config;
pub mod link;
pub mod machine;
pub mod command;
