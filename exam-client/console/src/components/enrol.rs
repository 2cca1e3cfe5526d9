//! Enrolment of second factors: app, passkey, recovery codes. Secrets are shown once and kept nowhere in the page.

use crate::api::session;
use crate::components::field::{Field, Submit};
use crate::components::problem_note::ProblemNote;
use crate::components::qr_code::{QrCode, drawing};
use crate::core::secret;
use crate::state::Console;
use crate::task::Task;
use crate::texts;
use crate::words;
use exam_browser::passkey::{self, PasskeyError};
use exam_protocol::staff::{PasskeyEnrolment, RecoveryCodes, TotpEnrolment, TotpOffer};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// An app that shows codes: its secret as a QR code and for typing, put in force by its first code.
#[component]
pub fn EnrolApp(
    /// It is in force.
    on_done: Callback<()>,
) -> impl IntoView {
    let (console, task) = (Console::here(), Task::new());
    let offer = RwSignal::new(None::<TotpOffer>);
    task.run(session::totp_offer, move |made| offer.set(Some(made)));
    let (code, label) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let request = TotpEnrolment {
            label: label_or(label, texts::enrol::app_name(console.language.get_untracked())),
            code: code.get_untracked(),
        };
        code.set(String::new());
        task.run(
            async move || session::enrol_totp(&request).await,
            move |()| on_done.run(()),
        );
    };
    let shown = move || offer.get().map(|offer| view! { <Offer offer/> });
    view! {
        <form on:submit=submit data-testid="enrol-app-form">
            {shown}
            <div class="pair">
                <Field id="enrol-code" label=texts::enrol::code value=code autocomplete="one-time-code" hint=texts::enrol::code_hint/>
                <Field id="enrol-label" label=texts::enrol::label value=label hint=texts::enrol::label_hint optional=true/>
            </div>
            <ProblemNote problem=task.problem wrong=texts::enrol::wrong/>
            <div class="buttons"><Submit name="enrol-app-submit" label=texts::enrol::app_submit busy=task.busy/></div>
        </form>
    }
}

fn label_or(label: RwSignal<String>, otherwise: &str) -> String {
    match label.get_untracked().trim() {
        "" => otherwise.to_owned(),
        typed => typed.to_owned(),
    }
}

/// The secret of an app.
#[component]
fn Offer(
    /// What the server offers.
    offer: TotpOffer,
) -> impl IntoView {
    let console = Console::here();
    view! {
        <div class="offer">
            <QrCode drawing=drawing(&offer.modules)/>
            <div>
                <ol class="steps-list">
                    <li>{move || texts::enrol::app_step_one(console.lang())}</li>
                    <li>{move || texts::enrol::app_step_two(console.lang())}</li>
                    <li>{move || texts::enrol::app_step_three(console.lang())}</li>
                </ol>
                <p class="small">{move || texts::enrol::by_hand(console.lang())}</p>
                <p class="secret" data-testid="totp-secret" translate="no">{secret::in_groups(&offer.secret)}</p>
            </div>
        </div>
    }
}

/// A passkey of this PC, a phone or a security key.
#[component]
pub fn EnrolPasskey(
    /// It is in force.
    on_done: Callback<()>,
) -> impl IntoView {
    let (console, task) = (Console::here(), Task::new());
    let trouble = RwSignal::new((!passkey::is_available()).then_some(PasskeyError::Unavailable));
    let label = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        trouble.set(None);
        let label = label_or(
            label,
            texts::enrol::passkey_name(console.language.get_untracked()),
        );
        task.run(session::passkey_offer, move |challenge| {
            spawn_local(async move {
                match passkey::create(&challenge.options).await {
                    Ok(credential) => {
                        let request = PasskeyEnrolment { label, credential };
                        task.run(
                            async move || session::enrol_passkey(&request).await,
                            move |()| on_done.run(()),
                        );
                    }
                    Err(error) => drop(trouble.try_set(Some(error))),
                }
            });
        });
    };
    view! {
        <form on:submit=submit data-testid="enrol-passkey-form">
            <p>{move || texts::enrol::passkey_hint(console.lang())}</p>
            <Field id="enrol-label" label=texts::enrol::label value=label hint=texts::enrol::label_hint optional=true/>
            <div role="alert">
                {move || trouble.get().map(|error| view! { <p class="note tone-bad">{words::factor::trouble(console.lang(), error)}</p> })}
            </div>
            <ProblemNote problem=task.problem/>
            <div class="buttons"><Submit name="enrol-passkey-submit" label=texts::enrol::passkey_submit busy=task.busy/></div>
        </form>
    }
}

/// New recovery codes, until their holder says that they are kept.
#[component]
pub fn KeepCodes(
    /// They are kept.
    on_done: Callback<()>,
) -> impl IntoView {
    let task = Task::new();
    let codes = RwSignal::new(None::<RecoveryCodes>);
    task.run(session::recovery_codes, move |made| codes.set(Some(made)));
    view! {
        <ProblemNote problem=task.problem/>
        {move || codes.get().map(|codes| view! { <Codes codes on_done/> })}
    }
}

/// The codes, to print or to write down.
#[component]
fn Codes(
    /// The codes.
    codes: RecoveryCodes,
    /// They are kept.
    on_done: Callback<()>,
) -> impl IntoView {
    let console = Console::here();
    let kept = RwSignal::new(false);
    let who = console
        .me
        .with_untracked(|me| me.as_ref().map(|me| me.name.clone()));
    let rows = codes
        .codes
        .into_iter()
        .map(|code| view! { <li translate="no">{code}</li> })
        .collect_view();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if kept.get_untracked() {
            on_done.run(());
        }
    };
    view! {
        <p>{move || texts::enrol::codes_hint(console.lang())}</p>
        <div class="sheet codes-sheet" data-testid="recovery-codes">
            <p class="print-only">{move || texts::enrol::codes_title(console.lang())}" · "{who}</p>
            <ol class="codes">{rows}</ol>
        </div>
        <form on:submit=submit>
            <label class="check">
                <input type="checkbox" data-testid="codes-kept" prop:checked=kept on:change=move |event| kept.set(event_target_checked(&event)) />
                <span>{move || texts::enrol::codes_kept(console.lang())}</span>
            </label>
            <div class="buttons">
                <button type="button" on:click=|_| crate::components::print() data-testid="print">{move || texts::app::print(console.lang())}</button>
                <button type="submit" class="primary" data-testid="codes-done" prop:disabled=move || !kept.get()>{move || texts::enrol::codes_done(console.lang())}</button>
            </div>
        </form>
    }
}
