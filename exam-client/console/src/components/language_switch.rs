//! Switches between Vietnamese and English.

use crate::state::Console;
use crate::texts;
use leptos::prelude::*;

/// One button, labelled in the other language.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let console = Console::here();
    view! {
        <button type="button" class="link" lang=move || console.lang().other().tag() data-testid="language"
            on:click=move |_| console.language.update(|language| *language = language.other())>
            {move || texts::app::switch_language(console.lang())}
        </button>
    }
}
