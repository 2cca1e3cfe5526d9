//! The frame of every page: banner with the exam's state, notices, and the language switch.

use crate::components::candidate::Who;
use crate::components::notice::Notices;
use crate::components::status::Status;
use crate::components::time_left::TimeLeft;
use crate::core::session::Stage;
use crate::desk::{Desk, Gate};
use crate::texts::page;
use leptos::prelude::*;

/// Frame around a page.
#[component]
pub fn Shell(children: Children) -> impl IntoView {
    let desk = Desk::of_page();
    let seated = move || desk.gate.get() == Gate::Seat;
    let timed =
        move || seated() && matches!(desk.stage.get(), Stage::Answering | Stage::Paused | Stage::TimeUp);
    view! {
        <header class="bar">
            <Show when=seated fallback=Brand>
                <Who/>
            </Show>
            <div class="bar-end">
                <Show when=seated>
                    <Status/>
                </Show>
                <Show when=timed>
                    <TimeLeft/>
                </Show>
                <LanguageSwitch/>
            </div>
        </header>
        <Notices/>
        <main class="page">{children()}</main>
    }
}

/// The product's name.
#[component]
fn Brand() -> impl IntoView {
    let desk = Desk::of_page();
    view! {
        <div class="brand">
            <strong>{move || page::brand(desk.language.get())}</strong>
            <span class="quiet">{move || page::tagline(desk.language.get())}</span>
        </div>
    }
}

/// Vietnamese or English.
#[component]
fn LanguageSwitch() -> impl IntoView {
    let desk = Desk::of_page();
    view! {
        <button
            type="button"
            class="link"
            id="language"
            lang=move || desk.language.get().other().tag()
            on:click=move |_| desk.language.update(|language| *language = language.other())
        >
            {move || page::other_language(desk.language.get())}
        </button>
    }
}
