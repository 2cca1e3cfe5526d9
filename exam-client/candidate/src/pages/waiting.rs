//! The waiting room: is this you, is the PC ready, what to know. The paper is here already, sealed.

use crate::components::candidate::label;
use crate::components::say::{either, piece, say, value, whether};
use crate::core::receipt::in_groups;
use crate::core::session::Link;
use crate::desk::Desk;
use crate::drive;
use crate::texts::seat;
use leptos::prelude::*;

/// The candidate's word on the label.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Confirmed {
    NotYet,
    Yes,
    No,
}

/// The page.
#[component]
pub fn Waiting() -> impl IntoView {
    view! {
        <div class="waiting" data-testid="page-waiting">
            <section class="card">
                <h1>{say(seat::title)}</h1>
                <Identity/>
            </section>
            <div class="column">
                <Ready/>
                <Rules/>
            </div>
        </div>
    }
}

/// Name, number, room, seat, to be confirmed.
#[component]
fn Identity() -> impl IntoView {
    let desk = Desk::of_page();
    let confirmed = RwSignal::new(Confirmed::NotYet);
    let row = move |name: fn(_) -> &'static str, value: String, class: &'static str| {
        view! { <dt>{say(name)}</dt><dd class=class>{value}</dd> }
    };
    view! {
        {label(desk).map(|label| view! {
            <dl class="facts" data-testid="identity">
                {row(seat::name, label.name, "strong")}
                {row(seat::number, label.candidate_number, "strong")}
                {row(seat::room, label.room, "")}
                {row(seat::place, label.seat, "strong")}
                {row(seat::exam, label.exam, "")}
                {row(seat::subject, label.subject, "")}
            </dl>
        })}
        {piece(move || match confirmed.get() {
            Confirmed::NotYet => view! { <Ask confirmed=confirmed/> }.into_any(),
            Confirmed::Yes => view! {
                <p class="notice good" data-testid="confirmed">{say(seat::confirmed)}</p>
            }.into_any(),
            Confirmed::No => view! { <WrongPerson confirmed=confirmed/> }.into_any(),
        })}
    }
}

/// "Is this you?"
#[component]
fn Ask(confirmed: RwSignal<Confirmed>) -> impl IntoView {
    view! {
        <p class="lead">{say(seat::confirm_question)}</p>
        <div class="buttons">
            <button type="button" class="button primary large" id="confirm-identity" on:click=move |_| confirmed.set(Confirmed::Yes)>
                {say(seat::yes)}
            </button>
            <button type="button" class="button" id="deny-identity" on:click=move |_| confirmed.set(Confirmed::No)>
                {say(seat::no)}
            </button>
        </div>
    }
}

/// Somebody else's label: call the proctor.
#[component]
fn WrongPerson(confirmed: RwSignal<Confirmed>) -> impl IntoView {
    let desk = Desk::of_page();
    view! {
        <p class="notice grave" role="alert">{say(seat::wrong_person)}</p>
        <div class="buttons">
            <button type="button" class="button" on:click=move |_| confirmed.set(Confirmed::NotYet)>
                {say(seat::keep)}
            </button>
            <button type="button" class="button" data-testid="give-back" on:click=move |_| drive::leave(desk)>
                {say(seat::give_back)}
            </button>
        </div>
    }
}

/// Is the PC ready?
#[component]
fn Ready() -> impl IntoView {
    let desk = Desk::of_page();
    let seal = move || {
        desk.read(|session| session.sealed().map(|form| in_groups(&form.key_commitment)))
            .flatten()
    };
    let here = move || seal().is_some();
    let online = move || desk.link.get() == Link::Online;
    let ready = move || here() && online();
    let line = either(online, [seat::step_line, seat::step_line_wait]);
    let form = either(here, [seat::step_form, seat::step_form_wait]);
    view! {
        <section class="card">
            <h2>{either(ready, [seat::ready, seat::preparing])}</h2>
            <ul class="steps">
                <li class="done">{say(seat::step_seat)}</li>
                <li class:done=whether(online)>{line}</li>
                <li class:done=whether(here) data-testid="form-ready" data-ready=value(move || here().to_string())>{form}</li>
            </ul>
            {piece(move || seal().map(|seal| view! {
                <p class="seal"><span>{say(seat::seal)}</span>" "<code>{seal}</code></p>
            }).into_any())}
        </section>
    }
}

/// What to know before it starts.
#[component]
fn Rules() -> impl IntoView {
    let rules = [
        seat::rule_start,
        seat::rule_saved,
        seat::rule_offline,
        seat::rule_help,
    ];
    view! {
        <section class="card">
            <h2>{say(seat::rules_title)}</h2>
            <ul class="rules">
                {rules.map(|rule| view! { <li>{say(rule)}</li> }).into_iter().collect_view()}
            </ul>
        </section>
    }
}
