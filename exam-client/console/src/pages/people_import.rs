//! Staff from a file: tried first, looked at by a person, then taken as it was looked at.

use crate::api::people as api;
use crate::components::{Frame, ProblemNote, StartPasswords};
use crate::core::address::Section;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use exam_browser::language::Language;
use exam_protocol::people::{ImportedMember, RowFinding, StaffImport};
use leptos::html::Input;
use leptos::prelude::*;

/// The page.
#[component]
pub fn PeopleImport() -> impl IntoView {
    let (console, task) = (Console::here(), Task::new());
    let file = NodeRef::<Input>::new();
    let result = RwSignal::new(None::<StaffImport>);
    let send = move |plan: Option<String>| {
        let chosen = file
            .get_untracked()
            .and_then(|input| input.files())
            .and_then(|files| files.get(0));
        if let Some(chosen) = chosen {
            task.run(
                async move || api::import(&chosen, plan.as_deref()).await,
                move |tried| result.set(Some(tried)),
            );
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        send(None);
    };
    let take = Callback::new(move |plan: String| send(Some(plan)));
    view! {
        <Frame heading=texts::import::heading name="people-import">
            <form class="toolbar" on:submit=submit>
                <div class="field">
                    <label for="import-file">{move || texts::import::file(console.lang())}</label>
                    <input id="import-file" type="file" accept=".xlsx,.csv" required node_ref=file data-testid="import-file"
                        on:change=move |_| result.set(None) />
                </div>
                <button type="submit" class="primary" data-testid="import-try" prop:disabled=task.busy>{move || texts::import::submit(console.lang())}</button>
                <span class="grow"></span>
                <button type="button" on:click=move |_| console.go(Section::People)>{move || texts::import::back(console.lang())}</button>
            </form>
            <p class="small">{move || texts::import::columns(console.lang())}</p>
            <ProblemNote problem=task.problem/>
            {move || result.get().map(|result| view! { <ImportResult result take busy=task.busy/> })}
        </Frame>
    }
}

/// What the file does, or would do.
#[component]
fn ImportResult(
    /// What the server found.
    result: StaffImport,
    /// Takes the file as it was tried.
    take: Callback<String>,
    /// Whether a request is on its way.
    busy: RwSignal<bool>,
) -> impl IntoView {
    let console = Console::here();
    let (taken, plan, count) = (result.taken, result.plan, result.changes.len());
    let ready = !taken && !plan.is_empty() && count > 0;
    let summary = move || {
        let language = console.lang();
        match (taken, plan_is_empty(ready, count)) {
            (true, _) => texts::import::taken(language, count),
            (false, true) => texts::import::nothing(language).to_owned(),
            (false, false) => texts::import::would(language, count),
        }
    };
    let faulty = !result.faults.is_empty();
    let passwords = (!result.start_passwords.is_empty())
        .then(|| view! { <StartPasswords passwords=result.start_passwords/> });
    let plan = StoredValue::new(plan);
    view! {
        <p class="note" class:tone-bad=faulty class:tone-good=taken role="status" data-testid="import-summary">
            {move || if faulty { texts::import::faulty(console.lang()).to_owned() } else { summary() }}
        </p>
        <Findings list=result.faults bad=true/>
        <Findings list=result.warnings bad=false/>
        {passwords}
        <Changes changes=result.changes/>
        {ready.then(|| view! {
            <div class="buttons"><button type="button" class="primary" data-testid="import-take" prop:disabled=busy
                on:click=move |_| take.run(plan.get_value())>{move || texts::import::take(console.lang(), count)}</button></div>
        })}
    }
}

fn plan_is_empty(ready: bool, count: usize) -> bool {
    !ready && count == 0
}

/// Faults or warnings, each with its row.
#[component]
fn Findings(
    /// What was found.
    list: Vec<RowFinding>,
    /// Whether nothing can be taken because of them.
    bad: bool,
) -> impl IntoView {
    let console = Console::here();
    let line = move |finding: RowFinding| {
        let finding = StoredValue::new(finding);
        let text = move || {
            finding.with_value(|finding| {
                let language = console.lang();
                let message = match language {
                    Language::Vietnamese => &finding.message,
                    Language::English => &finding.message_en,
                };
                match finding.row {
                    Some(row) => texts::import::at_row(language, message, row),
                    None => message.clone(),
                }
            })
        };
        view! { <li data-testid="finding">{text}</li> }
    };
    let class = if bad { "note tone-bad" } else { "note tone-warn" };
    (!list.is_empty()).then(|| view! { <ul class=class>{list.into_iter().map(line).collect_view()}</ul> })
}

/// What changes for whom.
#[component]
fn Changes(
    /// In the file's order.
    changes: Vec<ImportedMember>,
) -> impl IntoView {
    let console = Console::here();
    let row = move |one: ImportedMember| {
        let (new, role, place) = (one.new, one.role, one.scope_name);
        let granted = move || role.map(|role| words::right::grant_at(console.lang(), role, &place));
        view! {
            <tr data-testid="change">
                <td class="digits">{one.row}</td><td>{one.display_name}</td><td translate="no">{one.name}</td><td>{one.organisation}</td>
                <td>{move || if new { texts::import::new_account(console.lang()) } else { texts::import::kept_account(console.lang()) }}</td>
                <td>{granted}</td>
            </tr>
        }
    };
    (!changes.is_empty()).then(|| view! {
        <div class="scroll" tabindex="0" role="region" aria-label=move || texts::import::changes(console.lang())>
            <table class="grid">
                <thead><tr>
                    <th scope="col">{move || texts::import::row(console.lang())}</th>
                    <th scope="col">{move || texts::people::display_name(console.lang())}</th>
                    <th scope="col">{move || texts::login::name(console.lang())}</th>
                    <th scope="col">{move || texts::people::organisation(console.lang())}</th>
                    <th scope="col">{move || texts::people::account(console.lang())}</th>
                    <th scope="col">{move || texts::people::role(console.lang())}</th>
                </tr></thead>
                <tbody>{changes.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    })
}
