//! Roles of one member: the list with what can be taken away, and the form that gives one.

use super::Directory;
use crate::api::people as api;
use crate::components::{AskReason, Choice, Field, ProblemNote, Reason, Submit};
use crate::core::clock;
use crate::core::scope_tree::{self, Place};
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use exam_protocol::id::StaffId;
use exam_protocol::people::{GrantChange, GrantView, MemberView};
use exam_protocol::right::{Role, Scope};
use leptos::prelude::*;

/// What this person may do where, in sentences.
#[component]
pub(super) fn GrantList(
    /// Whose.
    member: Memo<Option<MemberView>>,
) -> impl IntoView {
    let (console, directory) = (Console::here(), Directory::here());
    let revoking = RwSignal::new(None::<GrantView>);
    let task = Task::new();
    let rows = move || {
        let grants = member.with(|member| {
            member
                .as_ref()
                .map(|member| member.grants.clone())
                .unwrap_or_default()
        });
        grants
            .into_iter()
            .map(|grant| view! { <GrantRow grant revoking/> })
            .collect_view()
    };
    let confirm = Callback::new(move |reason: String| {
        let (Some(grant), Some(member)) = (revoking.get_untracked(), member.get_untracked()) else {
            return;
        };
        let change = GrantChange {
            staff: member.id,
            role: grant.role,
            scope: grant.scope,
            reason,
        };
        task.run(
            async move || api::revoke(&change).await,
            move |()| {
                revoking.set(None);
                directory.load();
            },
        );
    });
    let none = move || member.with(|member| member.as_ref().is_some_and(|member| member.grants.is_empty()));
    view! {
        <h3>{move || texts::people::roles(console.lang())}</h3>
        <ul class="rows">{rows}</ul>
        <Show when=none><p class="small">{move || texts::people::no_role(console.lang())}</p></Show>
        {move || revoking.get().map(|grant| {
            let sentence = Signal::derive(move || words::right::grant_at(console.lang(), grant.role, &grant.scope_name));
            view! {
                <AskReason title=Signal::derive(move || texts::people::revoke_question(console.lang()).to_owned()) effect=sentence
                    submit=texts::people::revoke task danger=true on_confirm=confirm on_close=Callback::new(move |()| revoking.set(None))/>
            }
        })}
    }
}

/// One role.
#[component]
fn GrantRow(
    /// The role.
    grant: GrantView,
    /// What is about to be taken away.
    revoking: RwSignal<Option<GrantView>>,
) -> impl IntoView {
    let console = Console::here();
    let one = StoredValue::new(grant);
    let sentence =
        move || one.with_value(|grant| words::right::grant_at(console.lang(), grant.role, &grant.scope_name));
    let since = move || {
        one.with_value(|grant| {
            let language = console.lang();
            let day = clock::day(grant.granted_at);
            match (&grant.provider, grant.granted_by.as_str()) {
                (Some(provider), _) => texts::people::from_provider(language, day, provider),
                (None, "") => texts::people::from_terminal(language, day),
                (None, by) => texts::people::granted_by(language, by, day),
            }
        })
    };
    let may = one.with_value(|grant| grant.may_revoke);
    view! {
        <li class="row" data-testid="grant" data-role=one.with_value(|grant| grant.role.name())>
            <span><strong>{sentence}</strong><br/><span class="small">{since}</span></span>
            {may.then(|| view! {
                <button type="button" data-testid="revoke" on:click=move |_| revoking.set(Some(one.get_value()))>{move || texts::people::revoke(console.lang())}</button>
            })}
        </li>
    }
}

/// The roles that can be given in a place, with their names.
fn role_options(console: Console, place: Option<&Place>) -> Vec<(String, String)> {
    let named = |role: &Role| {
        (
            role.name().to_owned(),
            words::right::role(console.lang(), *role).to_owned(),
        )
    };
    place
        .map(|place| place.roles.iter().map(named).collect())
        .unwrap_or_default()
}

/// A role that can't be granted in the place gives way to the first that can.
fn keep_to_what_can_be_granted(place: RwSignal<Option<Place>>, role: RwSignal<String>) {
    let first = place.with(|place| {
        let roles = place
            .as_ref()
            .map(|place| place.roles.clone())
            .unwrap_or_default();
        let kept = roles
            .iter()
            .any(|one| role.with_untracked(|chosen| one.name() == chosen));
        (!kept).then(|| roles.first().map(|one| one.name().to_owned()).unwrap_or_default())
    });
    if let Some(first) = first {
        role.set(first);
    }
}

/// Gives a role: where, as what, why.
#[component]
pub(super) fn GrantForm(
    /// To whom.
    id: StaffId,
) -> impl IntoView {
    let (console, directory) = (Console::here(), Directory::here());
    let task = Task::new();
    let (place, role, reason) = (
        RwSignal::new(None::<Place>),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let roles = move || place.with(|place| role_options(console, place.as_ref()));
    Effect::new(move || keep_to_what_can_be_granted(place, role));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (Some(place), Ok(role)) = (place.get_untracked(), role.get_untracked().parse()) else {
            return;
        };
        let change = GrantChange {
            staff: id,
            role,
            scope: place.scope,
            reason: reason.get_untracked().trim().to_owned(),
        };
        task.run(
            async move || api::grant(&change).await,
            move |()| {
                reason.set(String::new());
                directory.load();
            },
        );
    };
    view! {
        <details class="more">
            <summary data-testid="grant-open">{move || texts::people::grant(console.lang())}</summary>
            <form on:submit=submit data-testid="grant-form">
                <PlaceTree place/>
                <div class="pair">
                    <Choice id="grant-role" label=texts::people::as_what value=role options=Signal::derive(roles)/>
                    <Reason id="grant-reason" label=texts::people::why value=reason hint=texts::people::why_hint/>
                </div>
                <ProblemNote problem=task.problem/>
                <div class="buttons"><Submit name="grant-submit" label=texts::people::grant_submit busy=task.busy/></div>
            </form>
        </details>
    }
}

/// The tree of places: search above, choices below.
#[component]
fn PlaceTree(
    /// The place that is chosen.
    place: RwSignal<Option<Place>>,
) -> impl IntoView {
    let (console, directory) = (Console::here(), Directory::here());
    let search = RwSignal::new(String::new());
    let places = move || {
        let all = directory
            .tree
            .with(|tree| tree.as_ref().map(scope_tree::places).unwrap_or_default());
        scope_tree::visible(&all, &search.get())
    };
    let choice = move |one: Place| {
        let (scope, depth, closed) = (one.scope, one.depth, one.roles.is_empty());
        let name = one.name.clone();
        let label = move || {
            if name.is_empty() {
                texts::scope::installation(console.lang()).to_owned()
            } else {
                name.clone()
            }
        };
        let one = StoredValue::new(one);
        view! {
            <label class=format!("check depth-{depth}")>
                <input type="radio" name="place" disabled=closed data-testid="place" data-scope=slug(scope)
                    prop:checked=move || place.with(|place| place.as_ref().is_some_and(|place| place.scope == scope))
                    on:change=move |_| place.set(Some(one.get_value())) />
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="tree">
            <legend>{move || texts::people::place(console.lang())}</legend>
            <Field id="place-search" label=texts::people::place_search value=search kind="search" optional=true/>
            <div class="tree-list">{move || places().into_iter().map(choice).collect_view()}</div>
        </fieldset>
    }
}

/// How wide a scope is, in tests.
fn slug(scope: Scope) -> &'static str {
    match scope {
        Scope::Installation => "installation",
        Scope::Organisation(_) => "organisation",
        Scope::Exam(_) => "exam",
        Scope::Site(_) => "site",
        Scope::Room(_) => "room",
    }
}
