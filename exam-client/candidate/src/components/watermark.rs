//! Name and number, faint behind the paper: a photograph of the screen tells where it was taken.

use crate::components::candidate::label;
use crate::desk::Desk;
use leptos::prelude::*;

/// So many repeats cover a large screen.
const REPEATS: usize = 40;

/// The watermark.
#[component]
pub fn Watermark() -> impl IntoView {
    let text = label(Desk::of_page()).map(|label| format!("{} · {}", label.name, label.candidate_number));
    view! {
        <div class="watermark" aria-hidden="true">
            {(0..REPEATS).map(|_| view! { <span>{text.clone()}</span> }).collect_view()}
        </div>
    }
}
