//! Asks why before something is taken away or decided. Must not do it.

use crate::components::field::{Reason, Submit};
use crate::components::modal::Modal;
use crate::components::problem_note::ProblemNote;
use crate::core::action;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use leptos::prelude::*;

/// A dialog with one field.
#[component]
pub fn AskReason(
    /// What is going to happen.
    #[prop(into)]
    title: Signal<String>,
    /// What it means.
    #[prop(into)]
    effect: Signal<String>,
    /// The button.
    submit: crate::components::Text,
    /// The request that is made then.
    task: Task,
    /// Whether nothing need be written.
    #[prop(optional)]
    optional: bool,
    /// Whether it takes something away for good.
    #[prop(optional)]
    danger: bool,
    /// Why.
    on_confirm: Callback<String>,
    /// Closes the dialog.
    on_close: Callback<()>,
) -> impl IntoView {
    let console = Console::here();
    let reason = RwSignal::new(String::new());
    let missing = RwSignal::new(false);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = reason.get_untracked();
        let given =
            action::reason(&typed).or_else(|| (optional && typed.trim().is_empty()).then(String::new));
        missing.set(given.is_none());
        if let Some(given) = given {
            on_confirm.run(given);
        }
    };
    view! {
        <Modal title name="ask-reason" on_close>
            <form on:submit=send>
                <p data-testid="effect">{effect}</p>
                <Reason id="ask-reason-text" label=texts::action::reason value=reason hint=texts::app::reason_hint/>
                <div role="alert">
                    {move || missing.get().then(|| view! { <p class="note tone-bad">{texts::action::reason_missing(console.lang())}</p> })}
                </div>
                <ProblemNote problem=task.problem/>
                <div class="buttons end">
                    <button type="button" on:click=move |_| on_close.run(())>{move || texts::app::cancel(console.lang())}</button>
                    <Submit name="ask-reason-submit" label=submit busy=task.busy danger/>
                </div>
            </form>
        </Modal>
    }
}
