//! The clock runs and the paper is being opened: a moment, unless something is in the way.

use crate::components::say::say;
use crate::texts::exam;
use leptos::prelude::*;

/// The page between start and paper.
#[component]
pub fn Opening() -> impl IntoView {
    view! {
        <section class="card" data-testid="page-opening">
            <h1>{say(exam::opening)}</h1>
            <p>{say(exam::opening_help)}</p>
        </section>
    }
}
