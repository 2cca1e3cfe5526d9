//! Machines: desk and seat PCs that were enrolled with a one-time code, what is known of them, and who is behind a client
//! certificate.
//!
//! TLS has verified that the exam CA stands behind a certificate; whether its machine is registered, of the right kind and
//! site, and not revoked is decided here for each request. Never decides what a machine may do in a room.

pub mod code;
pub mod identity;
pub mod sighting;
pub mod certify;
pub mod store;
pub mod access;
pub mod route;
pub mod task;
