//! The proctor has stopped the clock: the paper is not on the screen.

use crate::desk::Desk;
use crate::texts::paused;
use leptos::prelude::*;

/// The page during a pause.
#[component]
pub fn Paused() -> impl IntoView {
    let desk = Desk::of_page();
    view! {
        <section class="card centred" role="status" data-testid="page-paused">
            <div class="pause-sign" aria-hidden="true"><i></i><i></i></div>
            <h1>{move || paused::title(desk.language.get())}</h1>
            <p class="lead">{move || paused::lead(desk.language.get())}</p>
            <p>{move || paused::rest(desk.language.get())}</p>
        </section>
    }
}
