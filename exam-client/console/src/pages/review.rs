//! The access review: who holds what since when, longest unreviewed first; what is still needed is confirmed.

use crate::api::people as api;
use crate::components::{Field, Frame, Pager, ProblemNote};
use crate::core::address::Section;
use crate::core::clock;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use exam_protocol::people::{GrantChange, ReviewEntry, ReviewFilter, ReviewMark, ReviewPage};
use leptos::prelude::*;

/// The page.
#[component]
pub fn AccessReview() -> impl IntoView {
    let (console, task) = (Console::here(), Task::new());
    let list = RwSignal::new(None::<ReviewPage>);
    let (text, due, page) = (
        RwSignal::new(String::new()),
        RwSignal::new(true),
        RwSignal::new(0),
    );
    let chosen = RwSignal::new(Vec::<GrantChange>::new());
    let load = move || {
        let filter = ReviewFilter {
            text: text.get_untracked(),
            role: None,
            due: due.get_untracked(),
            page: page.get_untracked(),
        };
        task.run(
            async move || api::review(&filter).await,
            move |found| {
                chosen.set(Vec::new());
                list.set(Some(found));
            },
        );
    };
    Effect::new(move || {
        page.track();
        due.track();
        untrack(load);
    });
    let search = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        page.set(0);
        load();
    };
    let confirm = move |()| {
        let mark = ReviewMark {
            grants: chosen.get_untracked(),
        };
        task.run(async move || api::reviewed(&mark).await, move |()| load());
    };
    let told = move |page: &ReviewPage| texts::review::summary(console.lang(), page.every_days, page.due);
    let summary = move || list.with(|list| list.as_ref().map(told));
    let total = move || list.with(|list| list.as_ref().map_or(0, |page| page.total));
    view! {
        <Frame heading=texts::review::heading name="review">
            <Toolbar text due chosen search=Callback::new(search) confirm=Callback::new(confirm)/>
            <p class="small" role="status">{summary}</p>
            <ProblemNote problem=task.problem/>
            <Entries list chosen/>
            <Pager page total=Signal::derive(total)/>
        </Frame>
    }
}

/// The roles of one page of the list.
#[component]
fn Entries(
    /// The page.
    list: RwSignal<Option<ReviewPage>>,
    /// What was found still needed.
    chosen: RwSignal<Vec<GrantChange>>,
) -> impl IntoView {
    let console = Console::here();
    let entries =
        move || list.with(|list| list.as_ref().map(|page| page.entries.clone()).unwrap_or_default());
    let row = move |entry| view! { <EntryRow entry chosen/> };
    let rows = move || entries().into_iter().map(row).collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=move || texts::review::heading(console.lang())>
            <table class="grid" data-testid="review-list"><thead><Headings/></thead><tbody>{rows}</tbody></table>
            <Show when=move || list.with(|list| list.as_ref().is_some_and(|page| page.entries.is_empty()))>
                <p class="note">{move || texts::review::none(console.lang())}</p>
            </Show>
        </div>
    }
}

/// Search, and the button that confirms what was chosen.
#[component]
fn Toolbar(
    /// What is searched for.
    text: RwSignal<String>,
    /// Whether only what is due is shown.
    due: RwSignal<bool>,
    /// What was found still needed.
    chosen: RwSignal<Vec<GrantChange>>,
    /// Searches.
    search: Callback<leptos::ev::SubmitEvent>,
    /// Confirms.
    confirm: Callback<()>,
) -> impl IntoView {
    let console = Console::here();
    view! {
            <form class="toolbar" role="search" on:submit=move |event| search.run(event)>
                <Field id="review-search" label=texts::people::search value=text kind="search" optional=true/>
                <label class="check"><input type="checkbox" data-testid="review-due" prop:checked=due on:change=move |event| due.set(event_target_checked(&event)) />
                    <span>{move || texts::review::due_only(console.lang())}</span></label>
                <button type="submit">{move || texts::app::find(console.lang())}</button>
                <span class="grow"></span>
                <button type="button" class="primary" data-testid="review-confirm" prop:disabled=move || chosen.with(Vec::is_empty) on:click=move |_| confirm.run(())>
                    {move || texts::review::confirm(console.lang(), chosen.with(Vec::len))}
                </button>
                <button type="button" on:click=move |_| console.go(Section::People)>{move || texts::import::back(console.lang())}</button>
            </form>
    }
}

/// The table's head.
#[component]
fn Headings() -> impl IntoView {
    let console = Console::here();
    view! {
        <tr>
            <th scope="col">{move || texts::review::needed(console.lang())}</th>
            <th scope="col">{move || texts::people::display_name(console.lang())}</th>
            <th scope="col">{move || texts::people::role(console.lang())}</th>
            <th scope="col">{move || texts::review::held_since(console.lang())}</th>
            <th scope="col">{move || texts::people::last_login(console.lang())}</th>
            <th scope="col">{move || texts::review::reviewed(console.lang())}</th>
        </tr>
    }
}

/// One role of one member.
#[component]
fn EntryRow(
    /// What is held.
    entry: ReviewEntry,
    /// What is going to be confirmed.
    chosen: RwSignal<Vec<GrantChange>>,
) -> impl IntoView {
    let console = Console::here();
    let change = GrantChange {
        staff: entry.staff,
        role: entry.grant.role,
        scope: entry.grant.scope,
        reason: String::new(),
    };
    let (change, role, place) = (
        StoredValue::new(change),
        entry.grant.role,
        entry.grant.scope_name.clone(),
    );
    let sentence = move || words::right::grant_at(console.lang(), role, &place);
    let choose = move |event: leptos::ev::Event| {
        let wanted = change.get_value();
        let checked = event_target_checked(&event);
        chosen.update(|list| {
            list.retain(|one| *one != wanted);
            if checked {
                list.push(wanted);
            }
        });
    };
    let name = entry.display_name.clone();
    let (at, by) = (entry.reviewed_at, entry.reviewed_by);
    let reviewed = move || {
        at.map_or_else(
            || texts::review::never(console.lang()).to_owned(),
            |at| texts::people::granted_by(console.lang(), &by, clock::day(at)),
        )
    };
    let state = entry.state;
    let (tone, _) = words::people::state(console.language.get_untracked(), state);
    view! {
        <tr data-testid="review-entry" data-name=entry.name>
            <td><input type="checkbox" disabled=!entry.may_review aria-label=move || texts::review::needed_for(console.lang(), &name) on:change=choose /></td>
            <td><strong>{entry.display_name.clone()}</strong>" "<span class=format!("chip {}", tone.class())>{move || words::people::state(console.lang(), state).1}</span>
                <br/><span class="small">{entry.organisation_name}</span></td>
            <td>{sentence}</td>
            <td class="digits">{clock::day(entry.grant.granted_at)}</td>
            <td class="digits">{entry.last_login.map_or_else(|| "–".to_owned(), clock::date_and_time)}</td>
            <td class:tone-warn=entry.due>{reviewed}</td>
        </tr>
    }
}
