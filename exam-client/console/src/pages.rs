//! The screens, one file each. They join components; they must not hold rules.

mod app;
mod login;
mod rooms;
mod room;

pub use app::App;
