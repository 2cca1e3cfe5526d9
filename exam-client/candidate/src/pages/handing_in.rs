//! Handing in: which of the three steps is done. Must not say "handed in"; the receipt page does.

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
    let sending = move || match desk.saving.get().unsaved {
        0 => closing::step_send(desk.language.get()).to_owned(),
        left => closing::step_send_left(desk.language.get(), left),
    };
    view! {
        <section class="card" role="status" data-testid="page-handing-in">
            <h1>{move || closing::title(desk.language.get())}</h1>
            <p class="lead">{move || closing::lead(desk.language.get())}</p>
            <ol class="steps">
                <li class:done=sent>{sending}</li>
                <li class:done=move || signed.get()>{move || closing::step_sign(desk.language.get())}</li>
                <li>{move || closing::step_receipt(desk.language.get())}</li>
            </ol>
            <Show when=move || desk.link.get() != Link::Online>
                <p class="notice calm">{move || review::offline(desk.language.get())}</p>
            </Show>
        </section>
    }
}
