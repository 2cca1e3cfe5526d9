//! A modal dialog: the browser's own, which keeps the focus inside and closes on Escape. A scan typed into it presses
//! nothing; the rule is in [`crate::core::key_burst`].

use crate::core::key_burst::{KeyBurst, KeyPlace};
use crate::state::Console;
use crate::texts;
use exam_protocol::time::Millis;
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A dialog with a title; when it is gone the cursor is back where it was.
#[component]
pub fn Modal(
    /// Title.
    #[prop(into)]
    title: Signal<String>,
    /// Name in tests.
    name: &'static str,
    /// Closes it.
    on_close: Callback<()>,
    /// Whether a scanner may type here.
    #[prop(optional)]
    scanner: bool,
    /// Content.
    children: Children,
) -> impl IntoView {
    let console = Console::here();
    let element = NodeRef::<Dialog>::new();
    if !scanner {
        give_cursor_back();
    }
    Effect::new(move || {
        if let Some(dialog) = element.get() {
            // Shown twice it would refuse, and then it is open already.
            let _ = dialog.show_modal();
        }
    });
    let burst = StoredValue::new(KeyBurst::default());
    let (heading, heading_id) = (format!("{name}-title"), format!("{name}-title"));
    view! {
        <dialog node_ref=element class="modal" aria-labelledby=heading data-testid=name
            on:keydown=move |event| if scanner { hold_back(burst, &event) }
            on:close=move |_| on_close.run(())>
            <div class="modal-head">
                <h2 id=heading_id>{title}</h2>
                <button type="button" class="link" data-testid="close" aria-label=move || texts::app::close(console.lang())
                    on:click=move |_| on_close.run(())>"✕"</button>
            </div>
            {children()}
        </dialog>
    }
}

/// Remembers where the cursor is, and puts it there again when the dialog is gone.
fn give_cursor_back() {
    let before = document()
        .active_element()
        .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    let before = StoredValue::new_local(before);
    on_cleanup(move || {
        if let Some(element) = before.try_get_value().flatten() {
            // Nothing outside a modal dialog takes the cursor before it has left the page.
            request_animation_frame(move || drop(element.focus()));
        }
    });
}

/// Keeps a key that comes with a scan from pressing a button or sending a form.
fn hold_back(burst: StoredValue<KeyBurst>, event: &web_sys::KeyboardEvent) {
    let element = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let place = element.map_or(KeyPlace::Button, |element| KeyPlace::of_tag(&element.tag_name()));
    let allowed = burst.try_update_value(|burst| burst.allows(&event.key(), place, pressed_at(event)));
    if allowed == Some(false) {
        event.prevent_default();
    }
}

/// When the key was pressed: a page that was busy meanwhile handles keys later, and not as far apart as they came.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since the page was opened"
)]
fn pressed_at(event: &web_sys::KeyboardEvent) -> Millis {
    Millis(event.time_stamp() as i64)
}
