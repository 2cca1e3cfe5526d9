//! Who is logged in, language, other room, log out.

use crate::api::session;
use crate::components::LanguageSwitch;
use crate::core::address::Section;
use crate::core::menu;
use crate::state::Console;
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
    let name = move || console.me.get().map(|me| me.display_name).unwrap_or_default();
    view! {
        <div class="person">
            <span class="person-name" data-testid="me">{name}</span>
            <LanguageSwitch/>
            <Show when=move || in_room>
                <button type="button" class="link" data-testid="leave-room" on:click=move |_| console.to_rooms()>
                    {move || texts::app::leave_room(console.lang())}
                </button>
                <Show when=move || menu::sections(&console.may()).contains(&Section::Proposals)>
                    <button type="button" class="link" data-testid="to-proposals" on:click=move |_| console.go(Section::Proposals)>
                        {move || texts::menu::proposals(console.lang())}
                    </button>
                </Show>
                <button type="button" class="link" on:click=move |_| console.go(Section::Account)>
                    {move || texts::menu::account(console.lang())}
                </button>
            </Show>
            <button type="button" class="link" on:click=move |_| log_out(console) data-testid="log-out">{move || texts::app::log_out(console.lang())}</button>
        </div>
    }
}

/// Ends the session here and, where the login came from a provider, leads on to its logout page.
fn log_out(console: Console) {
    spawn_local(async move {
        // Where the server can't be told, the session ends there by time; this page forgets it now.
        let provider = session::single_logout().await.ok().and_then(|out| out.location);
        if provider.is_none() {
            let _ = session::log_out().await;
        }
        console.to_login(false);
        if let Some(location) = provider {
            let _ = window().location().set_href(&location);
        }
    });
}
