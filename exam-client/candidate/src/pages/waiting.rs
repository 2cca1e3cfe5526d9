//! The waiting room: is this you, is the PC ready, what to know. The paper is here already, sealed.

use crate::components::candidate::label;
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
    let desk = Desk::of_page();
    view! {
        <div class="waiting" data-testid="page-waiting">
            <section class="card">
                <h1>{move || seat::title(desk.language.get())}</h1>
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
        view! { <dt>{move || name(desk.language.get())}</dt><dd class=class>{value}</dd> }
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
        {move || match confirmed.get() {
            Confirmed::NotYet => view! { <Ask confirmed=confirmed/> }.into_any(),
            Confirmed::Yes => view! {
                <p class="notice good" data-testid="confirmed">{move || seat::confirmed(desk.language.get())}</p>
            }.into_any(),
            Confirmed::No => view! { <WrongPerson confirmed=confirmed/> }.into_any(),
        }}
    }
}

/// "Is this you?"
#[component]
fn Ask(confirmed: RwSignal<Confirmed>) -> impl IntoView {
    let desk = Desk::of_page();
    view! {
        <p class="lead">{move || seat::confirm_question(desk.language.get())}</p>
        <div class="buttons">
            <button type="button" class="button primary large" id="confirm-identity" on:click=move |_| confirmed.set(Confirmed::Yes)>
                {move || seat::yes(desk.language.get())}
            </button>
            <button type="button" class="button" id="deny-identity" on:click=move |_| confirmed.set(Confirmed::No)>
                {move || seat::no(desk.language.get())}
            </button>
        </div>
    }
}

/// Somebody else's label: call the proctor.
#[component]
fn WrongPerson(confirmed: RwSignal<Confirmed>) -> impl IntoView {
    let desk = Desk::of_page();
    view! {
        <p class="notice grave" role="alert">{move || seat::wrong_person(desk.language.get())}</p>
        <div class="buttons">
            <button type="button" class="button" on:click=move |_| confirmed.set(Confirmed::NotYet)>
                {move || seat::keep(desk.language.get())}
            </button>
            <button type="button" class="button" data-testid="give-back" on:click=move |_| drive::leave(desk)>
                {move || seat::give_back(desk.language.get())}
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
    let form = move || if here() { seat::step_form } else { seat::step_form_wait }(desk.language.get());
    view! {
        <section class="card">
            <h2>{move || seat::ready(desk.language.get())}</h2>
            <ul class="steps">
                <li class="done">{move || seat::step_seat(desk.language.get())}</li>
                <li class:done=move || desk.link.get() == Link::Online>{move || seat::step_line(desk.language.get())}</li>
                <li class:done=here data-testid="form-ready" data-ready=move || here().to_string()>{form}</li>
            </ul>
            {move || seal().map(|seal| view! {
                <p class="seal"><span>{seat::seal(desk.language.get())}</span>" "<code>{seal}</code></p>
            })}
        </section>
    }
}

/// What to know before it starts.
#[component]
fn Rules() -> impl IntoView {
    let desk = Desk::of_page();
    let rules = [
        seat::rule_start,
        seat::rule_saved,
        seat::rule_offline,
        seat::rule_help,
    ];
    view! {
        <section class="card">
            <h2>{move || seat::rules_title(desk.language.get())}</h2>
            <ul class="rules">
                {rules.map(|rule| view! { <li>{move || rule(desk.language.get())}</li> }).into_iter().collect_view()}
            </ul>
        </section>
    }
}
