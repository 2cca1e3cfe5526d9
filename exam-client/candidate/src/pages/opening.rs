//! The clock runs and the paper is being opened: a moment, unless something is in the way.

use crate::desk::Desk;
use crate::texts::exam;
use leptos::prelude::*;

/// The page between start and paper.
#[component]
pub fn Opening() -> impl IntoView {
    let desk = Desk::of_page();
    view! {
        <section class="card" data-testid="page-opening">
            <h1>{move || exam::opening(desk.language.get())}</h1>
            <p>{move || exam::opening_help(desk.language.get())}</p>
        </section>
    }
}
