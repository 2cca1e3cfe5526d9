//! The proctor has stopped the clock: the paper is not on the screen.

use crate::components::say::say;
use crate::texts::paused;
use leptos::prelude::*;

/// The page during a pause.
#[component]
pub fn Paused() -> impl IntoView {
    view! {
        <section class="card centred" role="status" data-testid="page-paused">
            <div class="pause-sign" aria-hidden="true"><i></i><i></i></div>
            <h1>{say(paused::title)}</h1>
            <p class="lead">{say(paused::lead)}</p>
            <p>{say(paused::rest)}</p>
        </section>
    }
}
