//! Codes for new machines: asked for here, shown once, printed as a sheet with one code for each machine.

use super::Park;
use crate::api::{machines as api, people};
use crate::components::{Choice, Field, Modal, ProblemNote, Submit, print};
use crate::core::clock;
use crate::core::machine_names;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use exam_protocol::machine::{CodesRequest, EnrolmentCode, MachineKind};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The form, then the sheet.
#[component]
pub(super) fn CodesDialog() -> impl IntoView {
    let (console, park) = (Console::here(), Park::here());
    let codes = RwSignal::new(Vec::<EnrolmentCode>::new());
    let form = move || match codes.get() {
        none if none.is_empty() => view! { <CodesForm codes/> }.into_any(),
        list => view! { <Sheet list/> }.into_any(),
    };
    view! {
        <Modal title=Signal::derive(move || texts::machines::new_codes(console.lang()).to_owned()) name="codes-dialog"
            on_close=Callback::new(move |()| park.done())>
            {form}
        </Modal>
    }
}

/// Where, what for, and the names.
#[component]
fn CodesForm(
    /// The codes, once they are made.
    codes: RwSignal<Vec<EnrolmentCode>>,
) -> impl IntoView {
    let console = Console::here();
    let task = Task::new();
    let (site, kind, names) = (
        RwSignal::new(String::new()),
        RwSignal::new("seat".to_owned()),
        RwSignal::new(String::new()),
    );
    let sites = known_sites(site);
    let kinds = move || {
        vec![
            (
                "seat".to_owned(),
                texts::machines::kind_seat(console.lang()).to_owned(),
            ),
            (
                "desk".to_owned(),
                texts::machines::kind_desk(console.lang()).to_owned(),
            ),
        ]
    };
    let list = Memo::new(move |_| names.with(|typed| machine_names::expand(typed)));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Ok(site) = site.get_untracked().parse() else {
            return;
        };
        let kind = if kind.get_untracked() == "desk" {
            MachineKind::Desk
        } else {
            MachineKind::Seat
        };
        let request = CodesRequest {
            site,
            kind,
            names: list.get_untracked(),
        };
        task.run(
            async move || api::codes(&request).await,
            move |made| codes.set(made),
        );
    };
    view! {
        <form on:submit=submit>
            <div class="pair">
                <Choice id="codes-site" label=texts::machines::site value=site options=sites/>
                <Choice id="codes-kind" label=texts::machines::kind value=kind options=Signal::derive(kinds)/>
            </div>
            <Field id="codes-names" label=texts::machines::names value=names hint=texts::machines::names_hint first=true/>
            <p class="small" role="status">{move || texts::machines::count(console.lang(), list.with(Vec::len))}</p>
            <ProblemNote problem=task.problem/>
            <div class="buttons end"><Submit name="codes-submit" label=texts::machines::make_codes busy=task.busy/></div>
        </form>
    }
}

/// Sites that machines stand at, and those of the tree of places where this person may see it.
fn known_sites(chosen: RwSignal<String>) -> Signal<Vec<(String, String)>> {
    let park = Park::here();
    let known: Vec<_> = park.list.with_untracked(|list| {
        list.iter()
            .map(|one| (one.site.to_string(), one.site_name.clone()))
            .collect()
    });
    let sites = RwSignal::new(known);
    spawn_local(async move {
        // Technicians may not see the tree; they have the sites of their machines.
        if let Ok(tree) = people::scopes().await {
            let exams = tree
                .organisations
                .into_iter()
                .flat_map(|organisation| organisation.exams);
            let more = exams.flat_map(|exam| {
                let title = exam.title;
                exam.sites
                    .into_iter()
                    .map(move |site| (site.id.to_string(), format!("{} · {title}", site.name)))
            });
            let more: Vec<_> = more.collect();
            sites.try_update(|list| {
                list.retain(|(id, _)| more.iter().all(|(other, _)| other != id));
                list.extend(more);
            });
        }
    });
    Effect::new(move || {
        sites.with(|list| {
            let mut list = list.clone();
            list.dedup();
            if let (true, Some((id, _))) = (chosen.with_untracked(String::is_empty), list.first()) {
                chosen.set(id.clone());
            }
        });
    });
    sites.into()
}

/// One code for each machine, in large type, with the command to type.
#[component]
fn Sheet(
    /// The codes.
    list: Vec<EnrolmentCode>,
) -> impl IntoView {
    let console = Console::here();
    let server = window().location().origin().unwrap_or_default();
    let until = list
        .first()
        .map(|code| clock::date_and_time(code.expires_at))
        .unwrap_or_default();
    let slip = move |code: EnrolmentCode| {
        view! {
            <li class="slip wide" data-testid="code">
                <strong class="machine-name">{code.name}</strong>
                <span class="secret large" translate="no">{code.code.clone()}</span>
                <code translate="no">{format!("checkin-agent enroll --server {server} --code {}", code.code)}</code>
            </li>
        }
    };
    view! {
        <div class="sheet">
            <p class="note tone-warn">{move || texts::machines::codes_once(console.lang(), &until)}</p>
            <ul class="slips">{list.into_iter().map(slip).collect_view()}</ul>
            <div class="buttons screen-only"><button type="button" class="primary" data-testid="print" on:click=|_| print()>{move || texts::app::print(console.lang())}</button></div>
        </div>
    }
}
