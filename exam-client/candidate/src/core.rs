//! What happens at a seat, as plain state machines: session, journal, clock, answers. Tested without a browser.
//!
//! Nothing here may name a web type, read a clock or wait: time comes in as an argument, and what has to be done outside
//! goes out as an [`effect::Effect`].

pub mod clock;
pub mod entry;
pub mod sheet;
pub mod outbox;
pub mod navigation;
pub mod rich_text;
pub mod record;
pub mod hand_in;
pub mod receipt;
pub mod effect;
pub mod session;
