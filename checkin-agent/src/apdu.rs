//! The bytes of ISO/IEC 7816-4: commands, responses, status words and the TLV objects inside them.
//!
//! Pure: nothing here talks to a card or knows a key.

pub mod status;
pub mod command;
pub mod response;
pub mod tlv;

pub use command::Command;
pub use response::Response;
pub use status::Status;
