//! No time is left as far as the page knows; the server has the last word.

use crate::components::say::{say, tell};
use crate::core::session::Link;
use crate::desk::Desk;
use crate::texts::time_up;
use leptos::prelude::*;

/// The page at zero.
#[component]
pub fn TimeUp() -> impl IntoView {
    let desk = Desk::of_page();
    let text = tell(move |language| match desk.link.get() {
        Link::Online => time_up::asking(language).to_owned(),
        _ => time_up::offline(language).to_owned(),
    });
    view! {
        <section class="card centred" role="status" data-testid="page-time-up">
            <h1>{say(time_up::title)}</h1>
            <p class="lead">{text}</p>
        </section>
    }
}
