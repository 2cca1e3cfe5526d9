//! How far the station is with a card.

use crate::components::desk_panel::Whose;
use crate::core::desk;
use crate::state::Console;
use crate::words;
use exam_protocol::console::CheckinView;
use exam_protocol::station::ReadStep;
use leptos::prelude::*;

/// The four steps of a reading; the one that runs is marked by shape and weight.
#[component]
pub fn ReadingSteps(
    /// The check-in.
    view: CheckinView,
    /// The step that runs.
    step: ReadStep,
) -> impl IntoView {
    let console = Console::here();
    let now = desk::stage(step);
    let line = move |stage: u8| {
        let (class, icon) = match stage.cmp(&now) {
            std::cmp::Ordering::Less => ("done", "✓"),
            std::cmp::Ordering::Equal => ("running", "▶"),
            std::cmp::Ordering::Greater => ("ahead", "·"),
        };
        let percent = move || {
            (stage == now)
                .then(|| words::percent(console.lang(), step))
                .flatten()
        };
        view! {
            <li class=class aria-current=(stage == now).then_some("step")>
                <span class="icon" aria-hidden="true">{icon}</span>
                <span>{move || words::step(console.lang(), stage)}" "{percent}</span>
            </li>
        }
    };
    view! {
        <div class="card">
            <Whose view/>
            <ol class="steps" data-testid="steps" data-stage=now.to_string()>{(0..4).map(line).collect_view()}</ol>
        </div>
    }
}
