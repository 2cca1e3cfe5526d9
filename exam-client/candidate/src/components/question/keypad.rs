//! Keys on the screen for numbers: for whoever would rather press than type.

use crate::components::say::{said, say, value};
use crate::desk::Desk;
use crate::texts::short;
use leptos::prelude::*;

const KEYS: [&str; 12] = ["7", "8", "9", "4", "5", "6", "1", "2", "3", "-", "0", ","];

/// The keypad.
#[component]
pub fn Keypad(
    /// What stands in the field.
    text: Memo<String>,
    /// Told the whole new text.
    type_in: Callback<String>,
) -> impl IntoView {
    let desk = Desk::of_page();
    let name = move |key: &'static str| match key {
        "-" => short::minus(desk.language.get()),
        "," => short::comma(desk.language.get()),
        digit => digit,
    };
    let keys = KEYS.map(|key| {
        view! {
            <button type="button" class="key" data-key=key aria-label=value(move || name(key).to_owned())
                on:click=move |_| type_in.run(text.get_untracked() + key)>{key}</button>
        }
    });
    let shorter = move |_| {
        let mut all = text.get_untracked();
        all.pop();
        type_in.run(all);
    };
    view! {
        <div class="keypad" role="group" aria-label=said(short::keypad)>
            {keys.into_iter().collect_view()}
            <button type="button" class="key wide" data-key="erase" aria-label=said(short::erase)
                on:click=shorter>"⌫"</button>
            <button type="button" class="key wide" data-key="erase-all" on:click=move |_| type_in.run(String::new())>
                {say(short::erase_all)}
            </button>
        </div>
    }
}
