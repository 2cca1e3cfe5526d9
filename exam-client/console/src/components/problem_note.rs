//! What went wrong, read out at once.

use crate::state::Console;
use crate::words;
use exam_browser::fetch::Failure;
use leptos::prelude::*;

/// Shows a failure; nothing while there is none.
#[component]
pub fn ProblemNote(
    /// The failure.
    #[prop(into)]
    problem: Signal<Option<Failure>>,
) -> impl IntoView {
    let console = Console::here();
    let text = move || {
        problem
            .get()
            .map(|failure| words::failure(console.lang(), &failure))
    };
    view! {
        <div role="alert" data-testid="problem">
            {move || text().map(|text| view! { <p class="note tone-bad">{text}</p> })}
        </div>
    }
}
