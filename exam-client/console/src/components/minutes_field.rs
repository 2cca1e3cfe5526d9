//! How many minutes to add.

use crate::state::Console;
use crate::texts;
use leptos::prelude::*;

/// A field with the usual amounts beside it.
#[component]
pub fn MinutesField(
    /// What is typed.
    minutes: RwSignal<String>,
) -> impl IntoView {
    let console = Console::here();
    let usual = |amount: u16| {
        view! {
            <button type="button" data-testid=format!("minutes-{amount}") on:click=move |_| minutes.set(amount.to_string())>
                {move || texts::action::minutes_each(console.lang(), amount)}
            </button>
        }
    };
    view! {
        <label>{move || texts::action::minutes(console.lang())}
            <input data-testid="minutes" autofocus inputmode="numeric" autocomplete="off" prop:value=minutes on:input=move |event| minutes.set(event_target_value(&event)) /></label>
        <div class="buttons">{[5, 10, 15].map(usual).collect_view()}</div>
    }
}
