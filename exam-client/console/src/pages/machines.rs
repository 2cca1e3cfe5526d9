//! Machines with a certificate of the exam CA: which stand where, whether they are connected, and alarms.

mod codes;

use crate::api::machines as api;
use crate::components::{AskReason, Choice, Field, Frame, Modal, ProblemNote, Submit};
use crate::core::board::by_label;
use crate::core::clock;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use exam_protocol::machine::{MachineReason, MachineView, RenameMachine};
use exam_protocol::right::Permission;
use leptos::prelude::*;

/// What is open over the list.
#[derive(Clone)]
enum Open {
    Codes,
    Rename(MachineView),
    Revoke(MachineView),
    Settle(MachineView),
}

/// What the page holds; its parts take it as context.
#[derive(Clone, Copy)]
struct Park {
    list: RwSignal<Vec<MachineView>>,
    open: RwSignal<Option<Open>>,
    loading: Task,
    acting: Task,
    site: RwSignal<String>,
}

impl Park {
    fn here() -> Self {
        expect_context()
    }

    fn load(self) {
        self.loading.run(api::machines, move |found| self.list.set(found));
    }

    /// An act was done: closes its dialog and shows how things stand.
    fn done(self) {
        self.open.set(None);
        self.load();
    }
}

/// The page.
#[component]
pub fn Machines() -> impl IntoView {
    let console = Console::here();
    let park = Park {
        list: RwSignal::new(Vec::new()),
        open: RwSignal::new(None),
        loading: Task::new(),
        acting: Task::new(),
        site: RwSignal::new(String::new()),
    };
    provide_context(park);
    park.load();
    let sites = move || {
        let mut names: Vec<_> = park.list.with(|list| {
            list.iter()
                .map(|one| (one.site.to_string(), one.site_name.clone()))
                .collect()
        });
        names.sort_by(|a, b| by_label(&a.1, &b.1));
        names.dedup();
        names.insert(0, (String::new(), texts::app::all(console.lang()).to_owned()));
        names
    };
    let may = Memo::new(move |_| console.may().contains(&Permission::ManageMachines));
    let alarms = move || {
        park.list
            .with(|list| list.iter().filter(|one| one.alarm_at.is_some()).count())
    };
    view! {
        <Frame heading=texts::machines::heading name="machines">
            <div class="toolbar">
                <Choice id="machine-site" label=texts::machines::site value=park.site options=Signal::derive(sites)/>
                <button type="button" data-testid="machines-again" on:click=move |_| park.load()>{move || texts::rooms::again(console.lang())}</button>
                <span class="grow"></span>
                <Show when=move || may.get()>
                    <button type="button" class="primary" data-testid="machine-codes" on:click=move |_| park.open.set(Some(Open::Codes))>{move || texts::machines::new_codes(console.lang())}</button>
                </Show>
            </div>
            <ProblemNote problem=park.loading.problem/>
            <div role="alert">{move || (alarms() > 0).then(|| view! { <p class="note tone-bad">{texts::machines::alarms(console.lang(), alarms())}</p> })}</div>
            <MachineTable may/>
        </Frame>
        {move || park.open.get().map(dialog)}
    }
}

fn dialog(open: Open) -> AnyView {
    match open {
        Open::Codes => view! { <codes::CodesDialog/> }.into_any(),
        Open::Rename(machine) => view! { <Rename machine/> }.into_any(),
        Open::Revoke(machine) => view! { <WithReason machine revoke=true/> }.into_any(),
        Open::Settle(machine) => view! { <WithReason machine revoke=false/> }.into_any(),
    }
}

/// The list, by site and name.
#[component]
fn MachineTable(
    /// Whether this person may change machines.
    may: Memo<bool>,
) -> impl IntoView {
    let (console, park) = (Console::here(), Park::here());
    let rows = move || {
        let site = park.site.get();
        let mut list = park.list.get();
        list.retain(|one| site.is_empty() || one.site.to_string() == site);
        list.sort_by(|a, b| by_label(&a.site_name, &b.site_name).then_with(|| by_label(&a.name, &b.name)));
        list.into_iter()
            .map(|machine| view! { <MachineRow machine may=may.get()/> })
            .collect_view()
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=move || texts::machines::heading(console.lang())>
            <table class="grid" data-testid="machines-list">
                <thead><tr>
                    <th scope="col">{move || texts::machines::name(console.lang())}</th>
                    <th scope="col">{move || texts::machines::site(console.lang())}</th>
                    <th scope="col">{move || texts::machines::state(console.lang())}</th>
                    <th scope="col">{move || texts::machines::address(console.lang())}</th>
                    <th scope="col">{move || texts::machines::certificate(console.lang())}</th>
                    <th scope="col"><span class="unseen">{move || texts::app::acts(console.lang())}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
            <Show when=move || park.list.with(Vec::is_empty)><p class="note">{move || texts::machines::none(console.lang())}</p></Show>
        </div>
    }
}

/// One machine.
#[component]
fn MachineRow(
    /// Which.
    machine: MachineView,
    /// Whether this person may change it.
    may: bool,
) -> impl IntoView {
    let console = Console::here();
    let park = Park::here();
    let one = StoredValue::new(machine);
    let state = move || one.with_value(|machine| words::machine::state(console.lang(), machine));
    let kind = move || one.with_value(|machine| words::machine::kind(console.lang(), machine.kind));
    let seen = move || {
        one.with_value(|machine| match machine.last_seen {
            Some(at) => texts::machines::seen(console.lang(), clock::date_and_time(at)),
            None => texts::machines::never(console.lang()).to_owned(),
        })
    };
    let until =
        move || one.with_value(|machine| texts::people::until(console.lang(), clock::day(machine.not_after)));
    let open = move |how: fn(MachineView) -> Open| park.open.set(Some(how(one.get_value())));
    let live = one.with_value(|machine| machine.revoked_at.is_none());
    let alarm = one.with_value(|machine| machine.alarm_at.is_some());
    let machine = one.get_value();
    let name = machine.name.clone();
    view! {
        <tr data-testid="machine" data-name=name>
            <td><strong>{machine.name}</strong><br/><span class="small">{kind}" · "{machine.host_name}</span></td>
            <td>{machine.site_name}</td>
            <td><span class=move || format!("chip {}", state().0.class())>{move || state().1}</span><br/><span class="small digits">{seen}</span></td>
            <td class="digits">{machine.last_address}</td>
            <td><span class="digits">{until}</span><br/><span class="small digits">{machine.serial}</span></td>
            <td class="acts">
                {(may && alarm).then(|| view! { <button type="button" class="danger" data-testid="machine-settle" on:click=move |_| open(Open::Settle)>{move || texts::machines::settle(console.lang())}</button> })}
                {(may && live).then(|| view! {
                    <button type="button" data-testid="machine-rename" on:click=move |_| open(Open::Rename)>{move || texts::machines::rename(console.lang())}</button>
                    <button type="button" data-testid="machine-revoke" on:click=move |_| open(Open::Revoke)>{move || texts::machines::revoke(console.lang())}</button>
                })}
            </td>
        </tr>
    }
}

/// Another name.
#[component]
fn Rename(
    /// Which.
    machine: MachineView,
) -> impl IntoView {
    let (console, park) = (Console::here(), Park::here());
    let (id, name) = (machine.id, RwSignal::new(machine.name));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let request = RenameMachine {
            name: name.get_untracked().trim().to_owned(),
        };
        park.acting.run(
            async move || api::rename(id, &request).await,
            move |_| park.done(),
        );
    };
    view! {
        <Modal title=Signal::derive(move || texts::machines::rename(console.lang()).to_owned()) name="machine-rename" on_close=Callback::new(move |()| park.open.set(None))>
            <form on:submit=submit>
                <Field id="machine-name" label=texts::machines::name value=name first=true/>
                <ProblemNote problem=park.acting.problem/>
                <div class="buttons end"><Submit name="machine-rename-submit" label=texts::app::save busy=park.acting.busy/></div>
            </form>
        </Modal>
    }
}

/// Revokes, or settles an alarm.
#[component]
fn WithReason(
    /// Which.
    machine: MachineView,
    /// Whether its certificate ends now.
    revoke: bool,
) -> impl IntoView {
    let (console, park) = (Console::here(), Park::here());
    let (id, name) = (machine.id, machine.name);
    let confirm = Callback::new(move |reason: String| {
        let request = MachineReason { reason };
        let act = async move || {
            if revoke {
                api::revoke(id, &request).await
            } else {
                api::settle_alarm(id, &request).await
            }
        };
        park.acting.run(act, move |_| park.done());
    });
    let (submit, effect): (fn(_) -> _, fn(_) -> _) = if revoke {
        (texts::machines::revoke, texts::machines::revoke_effect)
    } else {
        (texts::machines::settle, texts::machines::settle_effect)
    };
    view! {
        <AskReason title=Signal::derive(move || format!("{}: {name}", submit(console.lang()))) effect=Signal::derive(move || effect(console.lang()).to_owned())
            submit task=park.acting danger=revoke on_confirm=confirm on_close=Callback::new(move |()| park.open.set(None))/>
    }
}
