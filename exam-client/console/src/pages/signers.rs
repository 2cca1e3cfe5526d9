//! By whom the cards were signed: since when, how many cards and sites, what is known of the issuer, and who has compared a
//! signer with its issuer's word.
//!
//! An unknown issuer is shown as unknown whoever has compared it: the note of a person is no verdict.

use crate::api::signers as api;
use crate::components::{AskReason, Frame, ProblemNote};
use crate::core::clock;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use crate::words::reason::{Part, reason};
use exam_protocol::checkin::{ApproveSigner, DocumentSignerView};
use exam_protocol::right::Permission;
use leptos::prelude::*;

/// What the page holds; its parts take it as context.
#[derive(Clone, Copy)]
struct Inventory {
    list: RwSignal<Vec<DocumentSignerView>>,
    open: RwSignal<Option<DocumentSignerView>>,
    loading: Task,
    acting: Task,
}

impl Inventory {
    fn here() -> Self {
        expect_context()
    }

    fn load(self) {
        self.loading.run(api::signers, move |found| self.list.set(found));
    }
}

/// The page.
#[component]
pub fn Signers() -> impl IntoView {
    let console = Console::here();
    let inventory = Inventory {
        list: RwSignal::new(Vec::new()),
        open: RwSignal::new(None),
        loading: Task::new(),
        acting: Task::new(),
    };
    provide_context(inventory);
    inventory.load();
    view! {
        <Frame heading=texts::signers::heading name="signers">
            <div class="toolbar">
                <p class="small">{move || texts::signers::hint(console.lang())}</p>
                <span class="grow"></span>
                <button type="button" data-testid="signers-again" on:click=move |_| inventory.load()>{move || texts::rooms::again(console.lang())}</button>
            </div>
            <ProblemNote problem=inventory.loading.problem/>
            <SignerTable/>
        </Frame>
        {move || inventory.open.get().map(|signer| view! { <Approve signer/> })}
    }
}

/// The list, the newest first.
#[component]
fn SignerTable() -> impl IntoView {
    let (console, inventory) = (Console::here(), Inventory::here());
    let may = Memo::new(move |_| console.may().contains(&Permission::ManageMachines));
    let rows = move || {
        let list = inventory.list.get();
        list.into_iter()
            .map(|signer| view! { <SignerRow signer may=may.get()/> })
            .collect_view()
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=move || texts::signers::heading(console.lang())>
            <table class="grid" data-testid="signers-list">
                <thead><tr>
                    <th scope="col">{move || texts::signers::name(console.lang())}</th>
                    <th scope="col">{move || texts::signers::first_seen(console.lang())}</th>
                    <th scope="col">{move || texts::signers::cards(console.lang())}</th>
                    <th scope="col">{move || texts::signers::sites(console.lang())}</th>
                    <th scope="col">{move || texts::verdict::issuer_long(console.lang())}</th>
                    <th scope="col">{move || texts::signers::approved(console.lang())}</th>
                    <th scope="col"><span class="unseen">{move || texts::app::acts(console.lang())}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
            <Show when=move || inventory.list.with(Vec::is_empty)><p class="note">{move || texts::signers::none(console.lang())}</p></Show>
        </div>
    }
}

/// One signer.
#[component]
fn SignerRow(
    /// Which.
    signer: DocumentSignerView,
    /// Whether this person may note that it was compared.
    may: bool,
) -> impl IntoView {
    let (console, inventory) = (Console::here(), Inventory::here());
    let one = StoredValue::new(signer.clone());
    let verdict = signer.issuer.verdict;
    let code = signer.issuer.reason;
    let why = move || reason(console.lang(), Part::Issuer, &code);
    let look = move || words::verdict(console.lang(), verdict);
    let by = {
        let approved = signer.approved.clone();
        move || match &approved {
            Some(note) => texts::signers::by(console.lang(), &note.by, clock::date_and_time(note.at)),
            None => texts::signers::nobody(console.lang()).to_owned(),
        }
    };
    let compared_with = signer.approved.as_ref().map(|note| note.reason.clone());
    let open_to_note = may && signer.approved.is_none();
    let name = signer.name.clone();
    view! {
        <tr data-testid="signer" data-name=name>
            <td>
                <strong>{signer.name}</strong><br/>
                <span class="small">{move || texts::signers::issuer(console.lang(), &signer.issuer_name)}</span><br/>
                <span class="small digits">{short(&signer.fingerprint.to_string())}</span>
            </td>
            <td class="digits">{clock::date_and_time(signer.first_seen)}</td>
            <td class="digits">{signer.cards}</td>
            <td class="digits">{signer.sites}</td>
            <td>
                <span class=move || format!("chip {}", look().0.class()) data-testid="signer-issuer">
                    <span aria-hidden="true">{move || look().1}</span>" "{move || look().2}
                </span><br/>
                <span class="small">{why}</span>
            </td>
            <td data-testid="signer-approved">{by}{compared_with.map(|with| view! { <br/><span class="small">{with}</span> })}</td>
            <td class="acts">
                {open_to_note.then(|| view! {
                    <button type="button" data-testid="signer-approve" on:click=move |_| inventory.open.set(Some(one.get_value()))>{move || texts::signers::approve(console.lang())}</button>
                })}
            </td>
        </tr>
    }
}

/// The beginning of a fingerprint, in groups that can be read aloud.
fn short(fingerprint: &str) -> String {
    let groups = fingerprint.as_bytes().chunks(4).take(8);
    groups
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Notes that a signer was compared with its issuer's word.
#[component]
fn Approve(
    /// Which.
    signer: DocumentSignerView,
) -> impl IntoView {
    let (console, inventory) = (Console::here(), Inventory::here());
    let (fingerprint, name) = (signer.fingerprint, signer.name);
    let whole = fingerprint.to_string();
    let confirm = Callback::new(move |reason: String| {
        let request = ApproveSigner { fingerprint, reason };
        inventory.acting.run(
            async move || api::approve(&request).await,
            move |list| {
                inventory.list.set(list);
                inventory.open.set(None);
            },
        );
    });
    let title = Signal::derive(move || format!("{}: {name}", texts::signers::approve(console.lang())));
    let effect = Signal::derive(move || texts::signers::approve_effect(console.lang(), &whole));
    view! {
        <AskReason title effect submit=texts::signers::approve task=inventory.acting on_confirm=confirm
            on_close=Callback::new(move |()| inventory.open.set(None))/>
    }
}
