//! Who is logged in, language, other room, log out.

use crate::api;
use crate::components::LanguageSwitch;
use crate::state::{Console, Screen};
use crate::texts;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The corner of the header.
#[component]
pub fn PersonMenu(
    /// Whether a room is open that can be left.
    in_room: bool,
) -> impl IntoView {
    let console = Console::here();
    let log_out = move |_| {
        spawn_local(async move {
            // Where the server can't be told, the session ends there by time; this page forgets it now.
            let _ = api::log_out().await;
            console.me.set(None);
            console.show(Screen::Login { session_over: false });
        });
    };
    let name = move || console.me.get().map(|me| me.display_name).unwrap_or_default();
    view! {
        <div class="person">
            <span class="person-name" data-testid="me">{name}</span>
            <LanguageSwitch/>
            <Show when=move || in_room>
                <button type="button" class="link" on:click=move |_| console.show(Screen::Rooms { straight_in: false })>
                    {move || texts::app::leave_room(console.lang())}
                </button>
            </Show>
            <button type="button" class="link" on:click=log_out data-testid="log-out">{move || texts::app::log_out(console.lang())}</button>
        </div>
    }
}
