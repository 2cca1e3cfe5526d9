//! Changing one's own password: the rules stand there before anything is typed, and what is missing is said by the server.

use crate::api::session;
use crate::components::field::{Field, Submit};
use crate::components::problem_note::ProblemNote;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use exam_protocol::staff::PasswordChange;
use leptos::prelude::*;

/// The form.
#[component]
pub fn PasswordForm(
    /// It is changed.
    on_done: Callback<()>,
    /// Whether the cursor goes here.
    #[prop(optional)]
    first: bool,
) -> impl IntoView {
    let (console, task) = (Console::here(), Task::new());
    let (old, new, again) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let differs = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        differs.set(new.with_untracked(|new| again.with_untracked(|again| new != again)));
        if differs.get_untracked() {
            return;
        }
        let request = PasswordChange {
            old: old.get_untracked(),
            new: new.get_untracked(),
        };
        task.run(
            async move || session::change_password(&request).await,
            move |()| {
                for field in [old, new, again] {
                    field.set(String::new());
                }
                on_done.run(());
            },
        );
    };
    view! {
        <form on:submit=submit data-testid="password-form">
            <Rules/>
            <Field id="password-old" label=texts::password::old value=old kind="password" autocomplete="current-password" first/>
            <Field id="password-new" label=texts::password::new value=new kind="password" autocomplete="new-password"/>
            <Field id="password-again" label=texts::password::again value=again kind="password" autocomplete="new-password"/>
            <div role="alert">
                {move || differs.get().then(|| view! { <p class="note tone-bad">{texts::password::differs(console.lang())}</p> })}
            </div>
            <ProblemNote problem=task.problem wrong=texts::password::wrong/>
            <div class="buttons"><Submit name="password-submit" label=texts::password::submit busy=task.busy/></div>
        </form>
    }
}

/// What the server says a new password must be like.
#[component]
fn Rules() -> impl IntoView {
    let console = Console::here();
    let lines = move || {
        let language = console.lang();
        let rules = console.me.with(|me| me.as_ref().map(|me| me.password))?;
        let classes = rules
            .four_classes
            .then(|| view! { <li>{texts::password::rule_classes(language)}</li> });
        Some(view! {
            <li>{texts::password::rule_length(language, rules.shortest)}</li>
            {classes}
            <li>{texts::password::rule_history(language, rules.earlier)}</li>
        })
    };
    view! {
        <div class="note" id="password-rules">
            <p>{move || texts::password::rules(console.lang())}</p>
            <ul class="dots">{lines}</ul>
        </div>
    }
}
