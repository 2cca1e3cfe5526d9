//! Handing in: which of the three steps is done. Must not say "handed in"; the receipt page does.

use crate::components::say::{say, tell, when, whether};
use crate::core::session::Link;
use crate::desk::Desk;
use crate::texts::{closing, review};
use leptos::prelude::*;

/// The page while the hand-in is on its way.
#[component]
pub fn HandingIn() -> impl IntoView {
    let desk = Desk::of_page();
    let sent = move || desk.saving.get().unsaved == 0;
    let signed = Memo::new(move |_| {
        desk.read(|session| session.record().hand_in.is_some())
            .unwrap_or_default()
    });
    let sending = tell(move |language| match desk.saving.get().unsaved {
        0 => closing::step_send(language).to_owned(),
        left => closing::step_send_left(language, left),
    });
    view! {
        <section class="card" role="status" data-testid="page-handing-in">
            <h1>{say(closing::title)}</h1>
            <p class="lead">{say(closing::lead)}</p>
            <ol class="steps">
                <li class:done=whether(sent)>{sending}</li>
                <li class:done=signed>{say(closing::step_sign)}</li>
                <li>{say(closing::step_receipt)}</li>
            </ol>
            {when(move || desk.link.get() != Link::Online, || view! {
                <p class="notice calm">{say(review::offline)}</p>
            }.into_any())}
        </section>
    }
}
