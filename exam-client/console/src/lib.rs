//! The staff console: login, rooms with check-in desk and board, people, machines, proposals, audit, one's own account.
//! It shows what the server says and sends what people press.
//!
//! It must never decide whether a card is genuine or a candidate may come in, never keep card data on the PC, and never
//! put personal data into an address. `core` holds what happens, everything else shows it.

mod core;
mod texts;
mod words;
mod api;
mod state;
mod gate;
mod task;
mod room;
mod live;
mod checkin;
mod pages;
mod components;

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the page; called by the browser once the module is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(pages::App);
}
