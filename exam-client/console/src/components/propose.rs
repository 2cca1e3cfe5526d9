//! Proposes an act to a second person: exactly what was entered, with its reason. Must not decide whether two are needed.

use crate::api::proposals as api;
use crate::components::problem_note::ProblemNote;
use crate::core::address::Section;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use exam_protocol::proposal::{CriticalAct, ProposeRequest};
use leptos::prelude::*;

/// A button below a form whose act one person alone can't do.
#[component]
pub fn Propose(
    /// What is entered, with its reason; nothing while something is missing.
    #[prop(into)]
    what: Signal<Option<(CriticalAct, String)>>,
) -> impl IntoView {
    let console = Console::here();
    let task = Task::new();
    let done = RwSignal::new(false);
    let propose = move |_| {
        if let Some((act, reason)) = what.get_untracked() {
            let request = ProposeRequest { act, reason };
            task.run(
                async move || api::propose(&request).await,
                move |_| done.set(true),
            );
        }
    };
    let wanting = move || task.busy.get() || what.with(Option::is_none);
    let button = move || {
        if done.get() {
            view! {
                <p class="note tone-good" role="status" data-testid="proposed">{texts::proposals::proposed(console.lang())}</p>
                <button type="button" on:click=move |_| console.go(Section::Proposals)>{texts::menu::proposals(console.lang())}</button>
            }
            .into_any()
        } else {
            view! {
                <p class="note tone-warn">{texts::proposals::propose_hint(console.lang())}</p>
                <button type="button" data-testid="propose" prop:disabled=wanting on:click=propose>{texts::proposals::propose(console.lang())}</button>
            }
            .into_any()
        }
    };
    view! { <div class="propose">{button}<ProblemNote problem=task.problem/></div> }
}
