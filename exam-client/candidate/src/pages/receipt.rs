//! The receipt: what the server has on record, and the code that proves it. Works after a reload, without a line.

use crate::components::candidate::label;
use crate::components::say::{say, tell};
use crate::core::clock::time_and_date;
use crate::core::receipt::{Shown, in_groups};
use crate::desk::Desk;
use crate::drive;
use crate::texts::{receipt, seat};
use leptos::prelude::*;

/// The page.
#[component]
pub fn ReceiptPage() -> impl IntoView {
    let desk = Desk::of_page();
    let shown = desk.peek(|session| session.receipt().cloned()).flatten();
    match shown {
        Some(shown) => view! { <Slip shown=shown/> }.into_any(),
        None => view! {
            <section class="card centred" data-testid="page-receipt-elsewhere">
                <h1>{say(receipt::without_title)}</h1>
                <p class="lead">{say(receipt::without)}</p>
                <Leave/>
            </section>
        }
        .into_any(),
    }
}

/// A checked receipt.
#[component]
fn Slip(shown: Shown) -> impl IntoView {
    let late = shown.receipt.late;
    let unsent = Desk::of_page().saving.get_untracked().unsaved;
    view! {
        <section class="card receipt" data-testid="page-receipt" data-late=late.to_string()>
            <h1><i class="done-sign" aria-hidden="true"></i>{say(receipt::title)}</h1>
            <p class="lead">{say(receipt::lead)}</p>
            {late.then(|| view! {
                <p class="notice grave" data-testid="late">{say(receipt::late)}</p>
            })}
            {(unsent > 0).then(|| view! {
                <p class="notice grave" data-testid="unsent">{tell(move |language| receipt::unsent(language, unsent))}</p>
            })}
            <Facts shown=shown.clone()/>
            <h2>{say(receipt::code)}</h2>
            <code class="receipt-code" data-testid="receipt-code">{in_groups(&shown.code)}</code>
            <p class="quiet">{say(receipt::code_help)}</p>
            <Leave/>
        </section>
    }
}

/// What the receipt says, beside the label.
#[component]
fn Facts(shown: Shown) -> impl IntoView {
    let desk = Desk::of_page();
    let row = move |name: fn(_) -> &'static str, value: String, id: &'static str| {
        view! { <dt>{say(name)}</dt><dd data-testid=id>{value}</dd> }
    };
    view! {
        <dl class="facts">
            {label(desk).map(|label| view! {
                {row(seat::name, label.name, "receipt-name")}
                {row(seat::number, label.candidate_number, "receipt-number")}
                {row(seat::subject, label.subject, "receipt-subject")}
            })}
            {row(receipt::received, time_and_date(shown.receipt.received_at), "received-at")}
            {row(receipt::answered, shown.receipt.answered.to_string(), "answered")}
        </dl>
    }
}

/// Print, and make room for the next person.
#[component]
fn Leave() -> impl IntoView {
    let desk = Desk::of_page();
    // A browser that can't print leaves the code on the screen.
    let print = |_| drop(web_sys::window().map(|window| window.print()));
    view! {
        <div class="buttons no-print">
            <button type="button" class="button" on:click=print>{say(receipt::print)}</button>
            <button type="button" class="button" data-testid="leave" on:click=move |_| drive::leave(desk)>
                {say(receipt::leave)}
            </button>
            <span class="quiet">{say(receipt::leave_help)}</span>
        </div>
    }
}
