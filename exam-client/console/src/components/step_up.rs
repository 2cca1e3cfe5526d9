//! Asks for a second factor again before a critical act; the act goes on by itself afterwards.

use crate::api::session;
use crate::components::factor_form::FactorForm;
use crate::components::modal::Modal;
use crate::components::problem_note::ProblemNote;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use exam_protocol::staff::{FactorKind, LoginStep};
use leptos::prelude::*;

/// The dialog, while something waits for it.
#[component]
pub fn StepUp() -> impl IntoView {
    let console = Console::here();
    view! { <Show when=move || console.step_up.is_shut()><StepUpDialog/></Show> }
}

/// Asks which factors there are, then for one of them.
#[component]
fn StepUpDialog() -> impl IntoView {
    let console = Console::here();
    let task = Task::new();
    let kinds = RwSignal::new(None::<Vec<FactorKind>>);
    task.run(session::factors, move |factors| {
        let usable = factors.into_iter().filter(|factor| factor.left != Some(0));
        kinds.set(Some(usable.map(|factor| factor.kind).collect()));
    });
    let done = Callback::new(move |step: LoginStep| {
        if let LoginStep::Done { me } = step {
            console.me.set(Some(me));
        }
        console.step_up.settle(true);
    });
    let form = move || {
        kinds
            .get()
            .map(|methods| view! { <FactorForm methods on_done=done/> })
    };
    view! {
        <Modal title=Signal::derive(move || texts::step_up::heading(console.lang()).to_owned()) name="step-up"
            on_close=Callback::new(move |()| console.step_up.settle(false))>
            <p>{move || texts::step_up::hint(console.lang())}</p>
            <ProblemNote problem=task.problem/>
            {form}
        </Modal>
    }
}
