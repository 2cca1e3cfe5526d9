//! What both pages share: the doors to the browser (language, storage, WebCrypto, sockets, requests).
//!
//! This crate must never decide anything about an exam: it carries bytes and keeps them.

pub mod language;
pub mod local_store;
pub mod monotonic;
pub mod fetch;
pub mod socket;
pub mod crypto;
pub mod passkey;
pub mod database;
pub mod tab;
pub mod blob;
