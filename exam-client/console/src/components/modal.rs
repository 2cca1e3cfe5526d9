//! A modal dialog: the browser's own, which keeps the focus inside and closes on Escape.

use crate::room::Room;
use crate::state::Console;
use crate::texts;
use leptos::html::Dialog;
use leptos::prelude::*;

/// A dialog with a title; closing it gives the scanner its field back.
#[component]
pub fn Modal(
    /// Title.
    #[prop(into)]
    title: Signal<String>,
    /// Name in tests.
    name: &'static str,
    /// Content.
    children: Children,
) -> impl IntoView {
    let (console, room) = (Console::here(), Room::here());
    let element = NodeRef::<Dialog>::new();
    Effect::new(move || {
        if let Some(dialog) = element.get() {
            // Shown twice it would refuse, and then it is open already.
            let _ = dialog.show_modal();
        }
    });
    let (heading, heading_id) = (format!("{name}-title"), format!("{name}-title"));
    view! {
        <dialog node_ref=element class="modal" aria-labelledby=heading data-testid=name
            on:close=move |_| room.close_dialog()>
            <div class="modal-head">
                <h2 id=heading_id>{title}</h2>
                <button type="button" class="link" aria-label=move || texts::app::close(console.lang())
                    on:click=move |_| room.close_dialog()>"✕"</button>
            </div>
            {children()}
        </dialog>
    }
}
