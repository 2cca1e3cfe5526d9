//! The screens, one file each. They join components; they must not hold rules.

mod app;
mod login;
mod second_factor;
mod duties;
mod account;
mod people;
mod people_import;
mod review;
mod machines;
mod signers;
mod proposals;
mod audit;
mod rooms;
mod room;

pub use app::App;
