//! Search of the audit: who did what, on what, when, from where, and what was before and after.

use crate::api::audit as api;
use crate::components::{Choice, Field, Frame, ProblemNote};
use crate::core::change;
use crate::core::clock;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use exam_browser::blob;
use exam_protocol::audit::{AuditFilter, AuditReason, AuditRecord, label};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What is searched for.
#[derive(Clone, Copy)]
struct Fields {
    text: RwSignal<String>,
    actor: RwSignal<String>,
    act: RwSignal<String>,
    address: RwSignal<String>,
    from: RwSignal<String>,
    until: RwSignal<String>,
}

impl Fields {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            text: empty(),
            actor: empty(),
            act: empty(),
            address: empty(),
            from: empty(),
            until: empty(),
        }
    }

    fn filter(self, before: Option<i64>) -> AuditFilter {
        AuditFilter {
            text: self.text.get_untracked().trim().to_owned(),
            actor: self.actor.get_untracked().trim().to_owned(),
            act: self.act.get_untracked(),
            object: String::new(),
            address: self.address.get_untracked().trim().to_owned(),
            from: clock::start_of_day(&self.from.get_untracked()),
            until: clock::end_of_day(&self.until.get_untracked()),
            before,
        }
    }
}

/// What was found so far.
#[derive(Clone, Copy)]
struct Found {
    records: RwSignal<Vec<AuditRecord>>,
    next: RwSignal<Option<i64>>,
    total: RwSignal<u32>,
    whole: RwSignal<bool>,
}

/// The page.
#[component]
pub fn Audit() -> impl IntoView {
    let (console, task, fields) = (Console::here(), Task::new(), Fields::new());
    let found = Found {
        records: RwSignal::new(Vec::new()),
        next: RwSignal::new(None),
        total: RwSignal::new(0),
        whole: RwSignal::new(false),
    };
    let load = move |before: Option<i64>| {
        let filter = fields.filter(before);
        task.run(
            async move || api::search(&filter).await,
            move |page| {
                found.records.update(|list| {
                    if before.is_none() {
                        list.clear();
                    }
                    list.extend(page.records);
                });
                found.next.set(page.next);
                found.total.set(page.total);
                found.whole.set(page.whole);
            },
        );
    };
    load(None);
    let search = Callback::new(move |()| load(None));
    view! {
        <Frame heading=texts::audit::heading name="audit">
            <SearchForm fields search found/>
            <ProblemNote problem=task.problem/>
            <Records found/>
            <div class="pager">
                <span class="small digits" role="status" data-testid="audit-total">
                    {move || texts::audit::shown(console.lang(), found.records.with(Vec::len), found.total.get())}
                </span>
                <Show when=move || found.next.with(Option::is_some)>
                    <button type="button" data-testid="audit-more" on:click=move |_| load(found.next.get_untracked())>{move || texts::audit::older(console.lang())}</button>
                </Show>
            </div>
        </Frame>
    }
}

/// The filters and the export.
#[component]
fn SearchForm(
    /// What is searched for.
    fields: Fields,
    /// Searches.
    search: Callback<()>,
    /// What was found.
    found: Found,
) -> impl IntoView {
    let console = Console::here();
    let acts = move || {
        let language = console.lang();
        let all = (String::new(), texts::app::all(language).to_owned());
        let one =
            |label: &label::ActLabel| (label.name.to_owned(), words::act::audited(language, label.name));
        std::iter::once(all)
            .chain(label::ACTS.iter().map(one))
            .collect::<Vec<_>>()
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        search.run(());
    };
    view! {
        <form class="toolbar" role="search" on:submit=submit>
            <Field id="audit-text" label=texts::audit::text value=fields.text kind="search" optional=true/>
            <Field id="audit-actor" label=texts::audit::actor value=fields.actor kind="search" optional=true/>
            <Choice id="audit-act" label=texts::audit::act value=fields.act options=Signal::derive(acts)/>
            <Field id="audit-address" label=texts::audit::address value=fields.address kind="search" optional=true/>
            <Field id="audit-from" label=texts::audit::from value=fields.from kind="date" optional=true/>
            <Field id="audit-until" label=texts::audit::until value=fields.until kind="date" optional=true/>
            <button type="submit" class="primary" data-testid="audit-find">{move || texts::app::find(console.lang())}</button>
            <Show when=move || found.whole.get()><Export/></Show>
        </form>
    }
}

/// The whole chain as a file; by a request, so that a second factor can be asked for on the way.
#[component]
fn Export() -> impl IntoView {
    let (console, task) = (Console::here(), Task::new());
    let export = move |_| task.run(api::export, move |bytes| save("audit.jsonl", &bytes));
    view! {
        <button type="button" data-testid="audit-export" prop:disabled=task.busy on:click=export>{move || texts::audit::export(console.lang())}</button>
        <ProblemNote problem=task.problem/>
    }
}

/// Saves a file as if it had been downloaded.
fn save(name: &str, bytes: &[u8]) {
    let Some(url) = blob::url("application/jsonl", bytes) else {
        return;
    };
    let link = document()
        .create_element("a")
        .ok()
        .and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    set_timeout(move || blob::forget(&url), std::time::Duration::from_mins(1));
}

/// The records, newest first.
#[component]
fn Records(
    /// What was found.
    found: Found,
) -> impl IntoView {
    let console = Console::here();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=move || texts::audit::heading(console.lang())>
            <table class="grid audit" data-testid="audit-list">
                <thead><tr>
                    <th scope="col">{move || texts::audit::when(console.lang())}</th>
                    <th scope="col">{move || texts::audit::who(console.lang())}</th>
                    <th scope="col">{move || texts::audit::act(console.lang())}</th>
                    <th scope="col">{move || texts::audit::object(console.lang())}</th>
                    <th scope="col">{move || texts::action::reason(console.lang())}</th>
                </tr></thead>
                <tbody>
                    <For each=move || found.records.get() key=|record| record.sequence let:record><Row record/></For>
                </tbody>
            </table>
            <Show when=move || found.records.with(Vec::is_empty)><p class="note">{move || texts::audit::none(console.lang())}</p></Show>
        </div>
    }
}

/// One record; what was and what became is shown on demand.
#[component]
fn Row(
    /// The record.
    record: AuditRecord,
) -> impl IntoView {
    let console = Console::here();
    let open = RwSignal::new(false);
    let one = StoredValue::new(record);
    let record = one.get_value();
    let seconds = format!("{} {}", clock::time_of_day(record.at), clock::day(record.at));
    let name = record.act.clone();
    let reason = move || {
        one.with_value(|record| match &record.reason {
            AuditReason::None => String::new(),
            AuditReason::Given(text) => text.clone(),
            AuditReason::Erased => texts::audit::erased(console.lang()).to_owned(),
        })
    };
    let who =
        move || one.with_value(|record| words::act::party(console.lang(), &record.actor, &record.actor_name));
    let on_what = move || {
        one.with_value(|record| words::act::party(console.lang(), &record.object, &record.object_name))
    };
    view! {
        <tr data-testid="audit-record" data-act=record.act>
            <td class="digits">{seconds}<br/><span class="small">"№ "{record.sequence}</span></td>
            <td>{who}<br/><span class="small digits">{record.address}</span></td>
            <td><button type="button" class="name" aria-expanded=move || open.get().to_string() data-testid="audit-details"
                on:click=move |_| open.update(|open| *open = !*open)>{move || words::act::audited(console.lang(), &name)}</button></td>
            <td>{on_what}</td>
            <td>{reason}</td>
        </tr>
        {move || open.get().then(|| view! { <tr data-testid="audit-change"><td colspan="5"><Particulars one/></td></tr> })}
    }
}

/// Before and after side by side, and the record's place in the chain.
#[component]
fn Particulars(
    /// The record.
    one: StoredValue<AuditRecord>,
) -> impl IntoView {
    let console = Console::here();
    let lines = one.with_value(|record| change::lines(&record.was, &record.became));
    let line = |line: change::Line| {
        let changed = line.is_changed();
        view! { <tr class:changed=changed><th scope="row"><span title=line.name.clone()>{words::act::member(console.lang(), &line.name)}</span></th><td>{line.was}</td><td>{line.became}</td></tr> }
    };
    let (actor, object, hash) = one.with_value(|record| {
        (
            record.actor.clone(),
            record.object.clone(),
            record.hash.to_string(),
        )
    });
    view! {
        <table class="grid change">
            <thead><tr>
                <th scope="col">{move || texts::audit::member(console.lang())}</th>
                <th scope="col">{move || texts::audit::was(console.lang())}</th>
                <th scope="col">{move || texts::audit::became(console.lang())}</th>
            </tr></thead>
            <tbody>{lines.into_iter().map(line).collect_view()}</tbody>
        </table>
        <p class="small digits">{actor}" → "{object}" · SHA-256 "<code>{hash}</code></p>
    }
}
