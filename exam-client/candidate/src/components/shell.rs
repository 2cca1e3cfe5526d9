//! The frame of every page: banner with the exam's state, notices, and the language switch.

use crate::components::candidate::Who;
use crate::components::notice::Notices;
use crate::components::say::{piece, said, say, when};
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
    // A seat that is over has no line to speak of.
    let over = move || {
        matches!(
            desk.stage.get(),
            Stage::HandedIn | Stage::TakenOver | Stage::Unknown
        )
    };
    let live = move || seated() && !over();
    view! {
        <header class="bar">
            {piece(move || if seated() { view! { <Who/> }.into_any() } else { view! { <Brand/> }.into_any() })}
            <div class="bar-end">
                {when(live, || view! { <Status/> }.into_any())}
                {when(timed, || view! { <TimeLeft/> }.into_any())}
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
    view! {
        <div class="brand">
            <strong>{say(page::brand)}</strong>
            <span class="quiet">{say(page::tagline)}</span>
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
            lang=said(|language| language.other().tag())
            on:click=move |_| desk.language.update(|language| *language = language.other())
        >
            {say(page::other_language)}
        </button>
    }
}
