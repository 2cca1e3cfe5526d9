//! Pages on which nothing goes on here: another tab, another PC, an unknown seat, a browser that can't.

use crate::components::say::{say, tell};
use crate::core::session::Stage;
use crate::desk::{Desk, Gate};
use crate::drive;
use crate::texts::{page, stopped};
use exam_browser::language::Language;
use leptos::prelude::*;

/// Title and words of a page on which nothing goes on.
fn words(gate: Gate, stage: Stage, language: Language) -> (&'static str, &'static str) {
    match (gate, stage) {
        (Gate::OtherTab, _) => (stopped::other_tab_title(language), stopped::other_tab(language)),
        (Gate::Unsupported, _) => (
            stopped::unsupported_title(language),
            stopped::unsupported(language),
        ),
        (Gate::Seat, Stage::TakenOver) => {
            (stopped::taken_over_title(language), stopped::taken_over(language))
        }
        (Gate::Seat, _) => (stopped::unknown_title(language), stopped::unknown(language)),
        _ => (page::brand(language), page::loading(language)),
    }
}

/// The page.
#[component]
pub fn Stopped(
    /// What stands in front of the seat.
    gate: Gate,
) -> impl IntoView {
    let desk = Desk::of_page();
    view! {
        <section class="card centred" role="status" data-testid="page-stopped">
            <h1>{tell(move |language| words(gate, desk.stage.get(), language).0.to_owned())}</h1>
            <p class="lead">{tell(move |language| words(gate, desk.stage.get(), language).1.to_owned())}</p>
            {(gate == Gate::Seat).then(|| view! {
                <button type="button" class="button" data-testid="new-ticket" on:click=move |_| drive::leave(desk)>
                    {say(stopped::new_ticket)}
                </button>
            })}
        </section>
    }
}
