//! Shows a second factor: passkey, code of the app, recovery code. Must not keep what was typed longer than the request.

use crate::api::session;
use crate::components::field::{Field, Submit, Text};
use crate::components::problem_note::ProblemNote;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use exam_browser::passkey;
use exam_protocol::staff::{FactorKind, LoginStep, SecondFactor};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The form, with a choice where there are several factors.
#[component]
pub fn FactorForm(
    /// What this person can show.
    methods: Vec<FactorKind>,
    /// Where the login stands then.
    on_done: Callback<LoginStep>,
) -> impl IntoView {
    let task = Task::new();
    let methods = words::factor::usable(methods, passkey::is_available());
    let method = RwSignal::new(methods.first().copied().unwrap_or(FactorKind::Totp));
    let choices = StoredValue::new(methods);
    view! {
        <Show when=move || choices.with_value(|list| list.len() > 1)>
            <Methods choices=choices.get_value() method task/>
        </Show>
        {move || match method.get() {
            FactorKind::Passkey => view! { <PasskeyButton task on_done/><ProblemNote problem=task.problem/> }.into_any(),
            kind => view! { <CodeForm kind task on_done/> }.into_any(),
        }}
    }
}

/// Chooses among the factors.
#[component]
fn Methods(
    /// All of them.
    choices: Vec<FactorKind>,
    /// The one that is asked for.
    method: RwSignal<FactorKind>,
    /// What goes on; a problem with one factor is none with the next.
    task: Task,
) -> impl IntoView {
    let console = Console::here();
    let choose = move |kind: FactorKind| {
        task.problem.set(None);
        method.set(kind);
    };
    let choice = move |kind: FactorKind| {
        view! {
            <button type="button" class="filter" data-testid=format!("factor-{}", words::factor::slug(kind))
                aria-pressed=move || (method.get() == kind).to_string() on:click=move |_| choose(kind)>
                {move || words::factor::name(console.lang(), kind)}
            </button>
        }
    };
    view! {
        <div class="filter-group methods" role="group" aria-label=move || texts::factor::choose(console.lang())>
            {choices.into_iter().map(choice).collect_view()}
        </div>
    }
}

/// A code of the app or from paper.
#[component]
fn CodeForm(
    /// Which.
    kind: FactorKind,
    /// What goes on.
    task: Task,
    /// Where the login stands then.
    on_done: Callback<LoginStep>,
) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = code.get_untracked();
        code.set(String::new());
        let factor = match kind {
            FactorKind::RecoveryCode => SecondFactor::RecoveryCode { code: typed },
            _ => SecondFactor::Totp { code: typed },
        };
        task.run(
            async move || session::second_factor(&factor).await,
            move |step| on_done.run(step),
        );
    };
    let (label, hint, wrong): (Text, Text, Text) = match kind {
        FactorKind::RecoveryCode => (
            texts::factor::recovery_label,
            texts::factor::recovery_hint,
            texts::factor::recovery_wrong,
        ),
        _ => (
            texts::factor::code_label,
            texts::factor::code_hint,
            texts::factor::code_wrong,
        ),
    };
    let autocomplete = if kind == FactorKind::RecoveryCode {
        "off"
    } else {
        "one-time-code"
    };
    view! {
        <form on:submit=submit>
            <Field id="second-factor-code" label value=code autocomplete hint first=true/>
            <ProblemNote problem=task.problem wrong/>
            <Submit name="second-factor-submit" label=texts::factor::submit busy=task.busy/>
        </form>
    }
}

/// The browser's own dialog; it opens at a press, because browsers want one.
#[component]
fn PasskeyButton(
    /// What goes on.
    task: Task,
    /// Where the login stands then.
    on_done: Callback<LoginStep>,
) -> impl IntoView {
    let console = Console::here();
    let trouble = RwSignal::new(None);
    let button = NodeRef::<leptos::html::Button>::new();
    Effect::new(move || {
        if let Some(button) = button.get() {
            request_animation_frame(move || drop(button.focus()));
        }
    });
    let show = move |_| {
        trouble.set(None);
        task.run(session::passkey_challenge, move |challenge| {
            spawn_local(async move {
                match passkey::get(&challenge.options).await {
                    Ok(credential) => {
                        let factor = SecondFactor::Passkey { credential };
                        task.run(
                            async move || session::second_factor(&factor).await,
                            move |step| on_done.run(step),
                        );
                    }
                    Err(error) => drop(trouble.try_set(Some(error))),
                }
            });
        });
    };
    view! {
        <p>{move || texts::factor::passkey_hint(console.lang())}</p>
        <button type="button" class="primary" node_ref=button data-testid="passkey-submit" prop:disabled=task.busy on:click=show>
            {move || texts::factor::passkey_submit(console.lang())}
        </button>
        <div role="alert">
            {move || trouble.get().map(|error| view! { <p class="note tone-bad">{words::factor::trouble(console.lang(), error)}</p> })}
        </div>
    }
}
