//! The candidate's page: claim a seat, wait, answer, hand in, take the receipt along.
//!
//! This crate must never name an answer key: it can't even be linked with the crate that knows them.

pub mod core;
pub mod api;
pub mod storage;
pub mod desk;
pub mod drive;
pub mod start;
mod texts;
mod components;
mod pages;
mod app;

use wasm_bindgen::prelude::wasm_bindgen;

/// Shows the page; called once by the module's loader.
#[wasm_bindgen(start)]
pub fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
