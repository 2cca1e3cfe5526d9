//! What can be done with an account: name, end date, state, a new password, new factors.

use super::Directory;
use crate::api::people as api;
use crate::components::{AskReason, Field, ProblemNote, StartPasswords, Submit};
use crate::core::clock;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use exam_protocol::id::StaffId;
use exam_protocol::people::{AccountState, MemberChange, MemberView, StartPassword, StateChange};
use leptos::prelude::*;

/// The forms and buttons.
#[component]
pub(super) fn AccountForms(
    /// Whose.
    member: Memo<Option<MemberView>>,
) -> impl IntoView {
    let console = Console::here();
    view! {
        <h3>{move || texts::people::account(console.lang())}</h3>
        {member.get_untracked().map(|member| view! { <ChangeForm member/> })}
        <Resets member/>
    }
}

/// Name and end date.
#[component]
fn ChangeForm(
    /// Whose.
    member: MemberView,
) -> impl IntoView {
    let directory = Directory::here();
    let task = Task::new();
    let name = RwSignal::new(member.display_name);
    let ends = RwSignal::new(member.ends_at.map(clock::iso_day).unwrap_or_default());
    let (id, organisation) = (member.id, member.organisation);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let change = MemberChange {
            display_name: name.get_untracked().trim().to_owned(),
            organisation,
            ends_at: clock::end_of_day(&ends.get_untracked()),
        };
        task.run(
            async move || api::change(id, &change).await,
            move |()| directory.load(),
        );
    };
    view! {
        <form class="toolbar" on:submit=submit>
            <Field id="member-name" label=texts::people::display_name value=name/>
            <Field id="member-ends" label=texts::people::ends value=ends kind="date" optional=true/>
            <Submit name="member-save" label=texts::app::save busy=task.busy/>
        </form>
        <ProblemNote problem=task.problem/>
    }
}

fn is_enabled(member: &MemberView) -> bool {
    member.state != AccountState::Disabled
}

/// Disables or enables.
fn change_state(task: Task, (id, change): (StaffId, StateChange), done: impl Fn() + 'static) {
    task.run(async move || api::set_state(id, &change).await, move |()| done());
}

/// What the button for the account's state does.
fn state_label(console: Console, enabled: bool) -> &'static str {
    if enabled {
        texts::people::disable(console.lang())
    } else {
        texts::people::enable(console.lang())
    }
}

/// State, password, factors.
#[component]
fn Resets(
    /// Whose.
    member: Memo<Option<MemberView>>,
) -> impl IntoView {
    let (console, directory) = (Console::here(), Directory::here());
    let (task, asking) = (Task::new(), RwSignal::new(false));
    let password = RwSignal::new(None::<StartPassword>);
    let factors_gone = RwSignal::new(false);
    let id = move || member.with_untracked(|member| member.as_ref().map(|member| member.id));
    let enabled = Memo::new(move |_| member.with(|member| member.as_ref().is_some_and(is_enabled)));
    let new_password = move |_| {
        if let Some(id) = id() {
            task.run(
                async move || api::reset_password(id).await,
                move |made| password.set(Some(made)),
            );
        }
    };
    let new_factors = move |_| {
        if let Some(id) = id() {
            task.run(
                async move || api::reset_factors(id).await,
                move |()| {
                    factors_gone.set(true);
                    directory.load();
                },
            );
        }
    };
    let confirm = Callback::new(move |reason: String| {
        if let Some(id) = id() {
            let change = StateChange {
                enabled: !enabled.get_untracked(),
                reason,
            };
            change_state(task, (id, change), move || {
                asking.set(false);
                directory.load();
            });
        }
    });
    let label = move || state_label(console, enabled.get());
    view! {
        <div class="buttons">
            <button type="button" data-testid="reset-password" on:click=new_password>{move || texts::people::reset_password(console.lang())}</button>
            <button type="button" data-testid="reset-factors" on:click=new_factors>{move || texts::people::reset_factors(console.lang())}</button>
            <button type="button" class="danger" data-testid="toggle-state" on:click=move |_| asking.set(true)>{label}</button>
        </div>
        <Show when=move || !asking.get()><ProblemNote problem=task.problem/></Show>
        <p role="status">{move || factors_gone.get().then(|| texts::people::factors_gone(console.lang()))}</p>
        {move || password.get().map(|one| view! { <StartPasswords passwords=vec![one]/> })}
        {move || asking.get().then(|| view! {
            <AskReason title=Signal::derive(move || label().to_owned()) effect=Signal::derive(move || texts::people::state_effect(console.lang()).to_owned())
                submit=texts::app::confirm task danger=true on_confirm=confirm on_close=Callback::new(move |()| asking.set(false))/>
        })}
    }
}
