//! No time is left as far as the page knows; the server has the last word.

use crate::core::session::Link;
use crate::desk::Desk;
use crate::texts::time_up;
use leptos::prelude::*;

/// The page at zero.
#[component]
pub fn TimeUp() -> impl IntoView {
    let desk = Desk::of_page();
    let text = move || match desk.link.get() {
        Link::Online => time_up::asking(desk.language.get()),
        _ => time_up::offline(desk.language.get()),
    };
    view! {
        <section class="card centred" role="status" data-testid="page-time-up">
            <h1>{move || time_up::title(desk.language.get())}</h1>
            <p class="lead">{text}</p>
        </section>
    }
}
