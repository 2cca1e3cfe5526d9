//! What has to be done at the first login, one step after the other: own password, second factor, recovery codes.

use crate::api::session;
use crate::components::{Doorstep, EnrolApp, EnrolPasskey, KeepCodes, PasswordForm, ProblemNote};
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use exam_protocol::staff::{Duty, FactorKind};
use leptos::prelude::*;

/// Where somebody stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Password,
    Factor,
    Codes,
}

/// Leads through the duties.
#[component]
pub fn Duties() -> impl IntoView {
    let console = Console::here();
    let task = Task::new();
    let has = move |duty| {
        console
            .me
            .with(|me| me.as_ref().is_some_and(|me| me.duties.contains(&duty)))
    };
    let enrolled = RwSignal::new(false);
    let stage = Memo::new(move |_| {
        if has(Duty::ChangePassword) {
            Stage::Password
        } else if enrolled.get() {
            Stage::Codes
        } else {
            Stage::Factor
        }
    });
    // The server says what is left to do.
    let next = Callback::new(move |()| {
        task.run(session::me, move |me| {
            if me.duties.is_empty() {
                console.logged_in(me);
            } else {
                console.me.set(Some(me));
            }
        });
    });
    let form = move || match stage.get() {
        Stage::Password => view! { <PasswordForm on_done=next first=true/> }.into_any(),
        Stage::Factor => {
            view! { <ChooseFactor on_done=Callback::new(move |()| enrolled.set(true))/> }.into_any()
        }
        Stage::Codes => view! { <KeepCodes on_done=next/> }.into_any(),
    };
    view! {
        <Doorstep heading=texts::duties::heading name="duties" wide=true>
            <Steps stage/>
            {form}
            <ProblemNote problem=task.problem/>
        </Doorstep>
    }
}

/// The three steps, and which one this is.
#[component]
fn Steps(
    /// Where somebody stands.
    stage: Memo<Stage>,
) -> impl IntoView {
    let console = Console::here();
    let step = move |which: Stage, text: crate::components::Text| {
        view! {
            <li aria-current=move || (stage.get() == which).then_some("step")>{move || text(console.lang())}</li>
        }
    };
    view! {
        <p>{move || texts::duties::intro(console.lang())}</p>
        <ol class="stepper">
            {step(Stage::Password, texts::duties::password)}
            {step(Stage::Factor, texts::duties::factor)}
            {step(Stage::Codes, texts::duties::codes)}
        </ol>
    }
}

/// App or passkey.
#[component]
fn ChooseFactor(
    /// It is in force.
    on_done: Callback<()>,
) -> impl IntoView {
    let console = Console::here();
    let kind = RwSignal::new(FactorKind::Totp);
    let choice = move |which: FactorKind, text: crate::components::Text| {
        view! {
            <button type="button" class="filter" data-testid=format!("enrol-{}", crate::words::factor::slug(which))
                aria-pressed=move || (kind.get() == which).to_string() on:click=move |_| kind.set(which)>
                {move || text(console.lang())}
            </button>
        }
    };
    view! {
        <div class="filter-group methods" role="group" aria-label=move || texts::factor::choose(console.lang())>
            {choice(FactorKind::Totp, texts::factor::app)}
            {choice(FactorKind::Passkey, texts::factor::passkey)}
        </div>
        {move || match kind.get() {
            FactorKind::Passkey => view! { <EnrolPasskey on_done/> }.into_any(),
            _ => view! { <EnrolApp on_done/> }.into_any(),
        }}
    }
}
