//! Members of staff: who there is, what each may do, and a dialog for one of them.

mod account;
mod grants;
mod member;
mod new_member;

use crate::api::people as api;
use crate::components::{Choice, Field, Frame, Pager, ProblemNote};
use crate::core::address::Section;
use crate::core::clock;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use exam_protocol::id::StaffId;
use exam_protocol::people::{AccountState, MemberFilter, MemberPage, MemberView, ScopeTree};
use exam_protocol::right::{Permission, Role};
use leptos::prelude::*;

/// What the page holds; its dialogs take it as context.
#[derive(Clone, Copy)]
struct Directory {
    /// The page of the list that is shown.
    list: RwSignal<Option<MemberPage>>,
    /// Places where roles can be granted.
    tree: RwSignal<Option<ScopeTree>>,
    /// Whose dialog is open.
    open: RwSignal<Option<StaffId>>,
    /// Whether a new member is being added.
    adding: RwSignal<bool>,
    /// Loads the list.
    task: Task,
    filter: FilterFields,
}

/// What is searched for.
#[derive(Clone, Copy)]
struct FilterFields {
    text: RwSignal<String>,
    role: RwSignal<String>,
    state: RwSignal<String>,
    page: RwSignal<u32>,
}

impl Directory {
    fn new() -> Self {
        Self {
            list: RwSignal::new(None),
            tree: RwSignal::new(None),
            open: RwSignal::new(None),
            adding: RwSignal::new(false),
            task: Task::new(),
            filter: FilterFields {
                text: RwSignal::new(String::new()),
                role: RwSignal::new(String::new()),
                state: RwSignal::new(String::new()),
                page: RwSignal::new(0),
            },
        }
    }

    fn here() -> Self {
        expect_context()
    }

    /// Loads the list anew, with the filter as it is.
    fn load(self) {
        let state = self.filter.state.get_untracked();
        let filter = MemberFilter {
            text: self.filter.text.get_untracked(),
            organisation: None,
            role: self.filter.role.get_untracked().parse::<Role>().ok(),
            state: STATES
                .into_iter()
                .find(|one| words::people::state_slug(*one) == state),
            page: self.filter.page.get_untracked(),
        };
        self.task.run(
            async move || api::members(&filter).await,
            move |page| self.list.set(Some(page)),
        );
    }

    /// The member whose dialog is open, as the list has it now; tracks.
    fn member(self, id: StaffId) -> Option<MemberView> {
        self.list.with(|list| {
            list.as_ref()
                .and_then(|page| page.members.iter().find(|one| one.id == id).cloned())
        })
    }
}

const STATES: [AccountState; 3] = [AccountState::Active, AccountState::Disabled, AccountState::Ended];

/// The page.
#[component]
pub fn People() -> impl IntoView {
    let console = Console::here();
    let directory = Directory::new();
    provide_context(directory);
    let scopes = Task::new();
    if untrack(|| console.may()).contains(&Permission::ManageStaff) {
        scopes.run(api::scopes, move |tree| directory.tree.set(Some(tree)));
    }
    Effect::new(move || {
        directory.filter.page.track();
        directory.filter.role.track();
        directory.filter.state.track();
        untrack(|| directory.load());
    });
    let total = move || {
        directory
            .list
            .with(|list| list.as_ref().map_or(0, |page| page.total))
    };
    view! {
        <Frame heading=texts::people::heading name="people">
            <Toolbar/>
            <ProblemNote problem=directory.task.problem/>
            <ProblemNote problem=scopes.problem/>
            <MemberTable/>
            <Pager page=directory.filter.page total=Signal::derive(total)/>
        </Frame>
        {move || directory.open.get().map(|id| view! { <member::MemberDialog id/> })}
        {move || directory.adding.get().then(|| view! { <new_member::NewMemberDialog/> })}
    }
}

/// Search, filters, and what can be done with the list.
#[component]
fn Toolbar() -> impl IntoView {
    let (console, directory) = (Console::here(), Directory::here());
    let search = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        directory.filter.page.set(0);
        directory.load();
    };
    let roles = move || {
        let all = (String::new(), texts::app::all(console.lang()).to_owned());
        let role = |role: &Role| {
            (
                role.name().to_owned(),
                words::right::role(console.lang(), *role).to_owned(),
            )
        };
        std::iter::once(all)
            .chain(Role::ALL.iter().map(role))
            .collect::<Vec<_>>()
    };
    let states = move || {
        let all = (String::new(), texts::app::all(console.lang()).to_owned());
        let state = |state| {
            (
                words::people::state_slug(state).to_owned(),
                words::people::state(console.lang(), state).1.to_owned(),
            )
        };
        std::iter::once(all).chain(STATES.map(state)).collect::<Vec<_>>()
    };
    let may_add = move || {
        directory
            .list
            .with(|list| list.as_ref().is_some_and(|page| page.may_add))
    };
    view! {
        <form class="toolbar" role="search" on:submit=search>
            <Field id="people-search" label=texts::people::search value=directory.filter.text kind="search" optional=true/>
            <Choice id="people-role" label=texts::people::role value=directory.filter.role options=Signal::derive(roles)/>
            <Choice id="people-state" label=texts::people::state value=directory.filter.state options=Signal::derive(states)/>
            <button type="submit" data-testid="people-find">{move || texts::app::find(console.lang())}</button>
            <span class="grow"></span>
            <Show when=may_add>
                <button type="button" class="primary" data-testid="people-add" on:click=move |_| directory.adding.set(true)>{move || texts::people::add(console.lang())}</button>
                <button type="button" data-testid="people-import" on:click=move |_| console.go(Section::PeopleImport)>{move || texts::people::import(console.lang())}</button>
            </Show>
            <button type="button" data-testid="people-review" on:click=move |_| console.go(Section::AccessReview)>{move || texts::people::review(console.lang())}</button>
        </form>
    }
}

/// The list.
#[component]
fn MemberTable() -> impl IntoView {
    let (console, directory) = (Console::here(), Directory::here());
    let rows = move || {
        let members = directory
            .list
            .with(|list| list.as_ref().map(|page| page.members.clone()));
        members
            .unwrap_or_default()
            .into_iter()
            .map(|member| view! { <MemberRow member/> })
            .collect_view()
    };
    let empty = move || {
        directory
            .list
            .with(|list| list.as_ref().is_some_and(|page| page.members.is_empty()))
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=move || texts::people::heading(console.lang())>
            <table class="grid" data-testid="members">
                <thead><tr>
                    <th scope="col">{move || texts::people::display_name(console.lang())}</th>
                    <th scope="col">{move || texts::people::organisation(console.lang())}</th>
                    <th scope="col">{move || texts::people::roles(console.lang())}</th>
                    <th scope="col">{move || texts::people::factors(console.lang())}</th>
                    <th scope="col">{move || texts::people::last_login(console.lang())}</th>
                    <th scope="col">{move || texts::people::state(console.lang())}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
            <Show when=empty><p class="note">{move || texts::people::none(console.lang())}</p></Show>
        </div>
    }
}

/// One member; the button opens the dialog.
#[component]
fn MemberRow(
    /// Who.
    member: MemberView,
) -> impl IntoView {
    let (console, directory) = (Console::here(), Directory::here());
    let (id, state, ends_at, last, elsewhere) = (
        member.id,
        member.state,
        member.ends_at,
        member.last_login,
        member.grants_elsewhere,
    );
    let (grants, factors) = (StoredValue::new(member.grants), StoredValue::new(member.factors));
    let roles = move || {
        let language = console.lang();
        let line = |grant: &exam_protocol::people::GrantView| view! { <li>{words::right::grant_at(language, grant.role, &grant.scope_name)}</li> };
        grants.with_value(|grants| grants.iter().map(line).collect_view())
    };
    let kinds = move || {
        let language = console.lang();
        let names: Vec<_> = factors.with_value(|list| {
            list.iter()
                .map(|kind| words::factor::name(language, *kind))
                .collect()
        });
        if names.is_empty() {
            texts::people::no_factor(language).to_owned()
        } else {
            names.join(", ")
        }
    };
    let (tone, _) = words::people::state(console.language.get_untracked(), state);
    let login_name = member.name.clone();
    view! {
        <tr data-testid="member" data-name=login_name>
            <td>
                <button type="button" class="name" data-testid="open-member" on:click=move |_| directory.open.set(Some(id))>{member.display_name}</button>
                <br/><span class="small">{member.name}</span>
            </td>
            <td>{member.organisation_name}</td>
            <td>
                <ul>{roles}</ul>
                {(elsewhere > 0).then(|| view! { <span class="small">{move || texts::people::elsewhere(console.lang(), elsewhere)}</span> })}
            </td>
            <td>{kinds}</td>
            <td class="digits">{last.map(clock::date_and_time)}</td>
            <td>
                <span class=format!("chip {}", tone.class())>{move || words::people::state(console.lang(), state).1}</span>
                {ends_at.map(|at| view! { <br/><span class="small digits">{move || texts::people::until(console.lang(), clock::day(at))}</span> })}
            </td>
        </tr>
    }
}
