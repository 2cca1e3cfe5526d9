//! Which page is shown. Must not hold anything else.

use crate::components::say::piece;
use crate::components::shell::Shell;
use crate::core::session::Stage;
use crate::desk::{Desk, Gate};
use crate::pages::{
    exam::Exam, handing_in::HandingIn, opening::Opening, paused::Paused, receipt::ReceiptPage,
    review::Review, stopped::Stopped, ticket::Ticket, time_up::TimeUp, waiting::Waiting,
};
use crate::start;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let desk = Desk::default();
    provide_context(desk);
    Effect::new(move |_| desk.language.get().apply());
    spawn_local(start::open(desk));
    view! { <Shell>{piece(move || page(desk))}</Shell> }
}

fn page(desk: Desk) -> AnyView {
    match desk.gate.get() {
        Gate::Ticket => view! { <Ticket/> }.into_any(),
        Gate::Seat => seat(desk),
        gate => view! { <Stopped gate=gate/> }.into_any(),
    }
}

fn seat(desk: Desk) -> AnyView {
    match desk.stage.get() {
        Stage::Waiting => view! { <Waiting/> }.into_any(),
        Stage::Opening => view! { <Opening/> }.into_any(),
        Stage::Answering if desk.reviewing.get() => view! { <Review/> }.into_any(),
        Stage::Answering => view! { <Exam/> }.into_any(),
        Stage::Paused => view! { <Paused/> }.into_any(),
        Stage::TimeUp => view! { <TimeUp/> }.into_any(),
        Stage::HandingIn => view! { <HandingIn/> }.into_any(),
        Stage::HandedIn => view! { <ReceiptPage/> }.into_any(),
        Stage::TakenOver | Stage::Unknown => view! { <Stopped gate=Gate::Seat/> }.into_any(),
    }
}
