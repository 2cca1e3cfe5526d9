//! Passwords for a first login, shown once: on the screen and as slips to cut out.

use crate::components::print;
use crate::state::Console;
use crate::texts;
use exam_protocol::people::StartPassword;
use leptos::html::Div;
use leptos::prelude::*;

/// A slip for each member.
#[component]
pub fn StartPasswords(
    /// Whose.
    passwords: Vec<StartPassword>,
) -> impl IntoView {
    let console = Console::here();
    let element = NodeRef::<Div>::new();
    Effect::new(move || {
        if let Some(sheet) = element.get() {
            // Below a long form nobody would see that there is something to hand over.
            request_animation_frame(move || sheet.scroll_into_view());
        }
    });
    let slip = move |one: StartPassword| {
        view! {
            <li class="slip" data-testid="start-password">
                <strong>{one.display_name}</strong>
                <span>{move || texts::login::name(console.lang())}": "<b translate="no">{one.name}</b></span>
                <span>{move || texts::people::start_password(console.lang())}": "<b class="secret" translate="no">{one.password}</b></span>
                <span class="small">{move || texts::people::start_password_hint(console.lang())}</span>
            </li>
        }
    };
    view! {
        <div class="sheet" node_ref=element>
            <p class="note tone-warn screen-only">{move || texts::people::shown_once(console.lang())}</p>
            <ul class="slips">{passwords.into_iter().map(slip).collect_view()}</ul>
            <div class="buttons screen-only">
                <button type="button" data-testid="print" on:click=|_| print()>{move || texts::app::print(console.lang())}</button>
            </div>
        </div>
    }
}
